"""What the dataset already says too often: openers and phrases of the advisor, by how many conversations use them.

Feeds the prompts, so that the next conversation does not say it again. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

OPENER_WORDS, PHRASE_WORDS = 3, 5
MIN_CONVERSATIONS = 3  # a phrase that so many conversations use is named
MOST_NAMED = 24  # more than that a model does not keep in mind
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def overused(responses: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Openers (three words) and phrases (five words) of the advisor that three or more conversations use, the most
    used first. `responses` are (conversation id, response)."""
    return tuple(text for text, _ in repeated(responses))


def repeated(responses: Iterable[tuple[str, str]]) -> list[tuple[str, frozenset[str]]]:
    """The same, each with the conversations that use it."""
    users: dict[str, set[str]] = defaultdict(set)
    for conversation_id, response in responses:
        words = [word.lower() for word in _WORD.findall(response)]
        if len(words) >= OPENER_WORDS:
            users[" ".join(words[:OPENER_WORDS])].add(conversation_id)
        for start in range(len(words) - PHRASE_WORDS + 1):
            users[" ".join(words[start : start + PHRASE_WORDS])].add(conversation_id)
    frequent = [(text, ids) for text, ids in users.items() if len(ids) >= MIN_CONVERSATIONS]
    named: list[tuple[str, frozenset[str]]] = []
    for text, ids in sorted(frequent, key=lambda pair: (-len(pair[1]), pair[0])):
        if not any(_overlap(text, other) for other, _ in named):
            named.append((text, frozenset(ids)))
        if len(named) == MOST_NAMED:
            break
    return named


def _overlap(text: str, other: str) -> bool:
    """Whether two phrases are windows of one longer phrase: naming one of them is enough."""
    return text in other or other in text or text.partition(" ")[2] in other or other.partition(" ")[2] in text
