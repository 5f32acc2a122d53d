"""How many tokens a text has, without asking anybody: as a rule, and at the very most.

The first is for estimates, the second for what is set aside under a cap before a call. Byte-level tokenizers never need
more tokens than a character has bytes; English needs a quarter of that, Cyrillic half, Chinese about one per character.
"""

from __future__ import annotations

import re
from functools import lru_cache

CHARACTERS_PER_TOKEN = 3.8  # English prose with Anthropic's tokenizer; calibrated by past usage where there is any
# Tokens per character as a rule and at most, by how many bytes it has in UTF-8.
_USUAL = {1: 1 / CHARACTERS_PER_TOKEN, 2: 0.5, 3: 1.0, 4: 2.0}
_MOST_LETTER, _MOST_SIGN = 1 / 3, 1 / 1.5  # of ASCII: words, and what stands between them (JSON is full of it)
_MOST = {2: 1.0, 3: 2.0, 4: 4.0}
_SIGN = re.compile(r"[^A-Za-z ]", re.ASCII)
_WIDE = re.compile(r"[^\x00-\x7f]+")


def usual_tokens(text: str) -> int:
    """The tokens that a text has as a rule."""
    if text.isascii():
        return round(len(text) * _USUAL[1])
    wide = _by_bytes(text)
    return round((len(text) - sum(wide.values())) * _USUAL[1] + sum(n * _USUAL[size] for size, n in wide.items()))


@lru_cache(maxsize=128)  # the stable part of a prompt comes with every call
def most_tokens(text: str) -> int:
    """More tokens than any text of this length and script is known to have."""
    wide = {} if text.isascii() else _by_bytes(text)
    narrow = len(text) - sum(wide.values())
    signs = len(_SIGN.findall(text)) - sum(wide.values())
    ascii_tokens = (narrow - signs) * _MOST_LETTER + signs * _MOST_SIGN
    return round(ascii_tokens + sum(n * _MOST[size] for size, n in wide.items())) + 1


def _by_bytes(text: str) -> dict[int, int]:
    """How many characters beyond ASCII there are, by their size in UTF-8."""
    found = "".join(_WIDE.findall(text))
    four = sum(1 for c in found if c > "\uffff")
    two = sum(1 for c in found if c < "\u0800")
    return {2: two, 3: len(found) - two - four, 4: four}
