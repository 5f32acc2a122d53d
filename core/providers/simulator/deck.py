"""Draws phrases for one conversation, so that none comes twice before all of its kind were used.

The dialogue writers hold one deck per conversation. It also joins sentences to paragraphs within a range of words.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping

from core.text.sentences import count_words


class Deck:
    """A seeded stack of phrases with the values of one plan for their slots."""

    def __init__(self, seed_text: str, values: Mapping[str, str]) -> None:
        self.random = random.Random(int.from_bytes(hashlib.sha256(seed_text.encode()).digest()[:8]))
        self._values = dict(values)
        self._left: dict[tuple[object, ...], list[int]] = {}

    def draw(self, pool: tuple[str, ...], /, **slots: str) -> str:
        """One phrase of a pool with its slots filled, beginning with a capital."""
        return self.fill(pool[self.draw_index(pool)], **slots)

    def draw_index(self, pool: tuple[object, ...]) -> int:
        """The place of a fresh entry in its pool."""
        left = self._left.get(pool)
        if not left:
            left = list(range(len(pool)))
            self.random.shuffle(left)
            self._left[pool] = left
        return left.pop()

    def fill(self, phrase: str, /, **slots: str) -> str:
        """The phrase with its slots filled, beginning with a capital; the client's name comes now and then."""
        name = self._values.get("name", "")
        use_name = self.random.random() < 0.5 and name and " " not in name  # two names would fill the whole opening
        voc = f", {name}" if use_name else ""
        text = phrase.format_map({**self._values, "voc": voc, **slots})
        return text[:1].upper() + text[1:]

    def chance(self, share: float) -> bool:
        """True in this share of all cases."""
        return self.random.random() < share

    def lengthen(self, sentences: list[str], place: int, pool: tuple[str, ...], goal: int, limit: int) -> None:
        """Insert phrases of a pool at a place until the sentences have the goal's words, never more than the limit."""
        words = sum(map(count_words, sentences))
        for _ in range(len(pool)):
            if words >= goal:
                return
            extra = self.draw(pool)
            size = count_words(extra)
            if words + size <= limit:
                sentences.insert(place, extra)
                place += 1
                words += size
