"""Marks of what is said: numbers that two messages share as far as they share their wording. Pure, and no table here.

`data.similarity` keeps them beside the text. Names and figures are masked, so a copy under other names has the same
marks. The numbers are the same in every process and must stay so: stored ones are compared with new ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any

SKETCH = 8  # marks per message: two messages share about as many of them as they share of their wording
SHINGLE_WORDS, OPENER_WORDS, CLOSER_WORDS = 4, 4, 5
LEAST_WORDS = 8  # shorter messages are alike by nature
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# What stands between the words of a plain text, as blanks; an apostrophe may be inside of one.
_APART = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "'"}
_MASK64, _STEP = (1 << 63) - 1, 0x9E3779B97F4A7C15
_STEP_FOUR = pow(_STEP, 4, 1 << 63)
_SHIFT = 29
_MAY_CHANGE = (1 << (63 - _SHIFT)) - 1  # the bits of a number that a shift can change
Said = Sequence[Mapping[str, Any]]  # turn rows: conversation_id, turn_number, user_input, target_response
Mark = tuple[int, int, str, int, str]  # kind, number, conversation_id, turn_number, role: a row of `text_marks`


class Kind(IntEnum):
    """What a mark stands for."""

    WHOLE = 1
    SHINGLE = 2
    OPENER = 3
    CLOSER = 4


def words_in(text: str) -> list[str]:
    """Words as they are written, a word with apostrophes as one; an apostrophe may come back straight."""
    straight = text if text.isascii() else text.replace("’", "'")
    if straight.isascii():
        # To cut at blanks takes a third of the pattern's time. It does where each apostrophe is inside of a word.
        apart = straight.translate(_APART)
        framed = f" {apart} "
        if "'" not in apart or not (" '" in framed or "' " in framed or "''" in apart):
            return apart.split()
    return _WORD.findall(straight)


def words_of(text: str) -> list[str]:
    """Lower-case words, as comparisons see them."""
    return [_plain(word) for word in words_in(text)]


def masked_words(text: str) -> list[str]:
    """Lower-case words with names and figures masked, so that a copy under other names reads the same."""
    return [_masked(word) for word in words_in(text)]


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _masked(word: str) -> str:
    return "#" if word[0].isdigit() else "•" if word[0].isupper() else _plain(word)


def runs(words: Sequence[str], length: int, numbers: dict[str, int]) -> list[int]:
    """A number for every run of so many words; the same in every process. `numbers` remembers words seen."""
    coded = []
    for word in words:
        number = numbers.get(word)
        if number is None:
            numbers[word] = number = _number(word)
        coded.append(number)
    if len(coded) < length:
        return []
    if len(coded) == length:  # the whole of it: one number, without a list for each word
        whole = coded[0]
        for number in coded[1:]:
            whole = (whole * _STEP + number) & _MASK64
        return [_shifted(whole)]
    found = coded[: len(coded) - length + 1]
    for place in range(1, length):
        found = [(a * _STEP + b) & _MASK64 for a, b in zip(found, islice(coded, place, None), strict=False)]
    return [mixed ^ (mixed >> _SHIFT) for mixed in found]


def _number(word: str) -> int:
    """The same in every process."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big") & _MASK64


@lru_cache(maxsize=1 << 13)
def _powers(word: str) -> tuple[int, int, int, int, int]:
    """The number of a masked word in `runs`, what it comes to one, two and three places further on, and the number of
    the word itself."""
    masked, plain = _masked(word), _plain(word)
    number = _number(masked)
    second = (number * _STEP) & _MASK64
    third = (second * _STEP) & _MASK64
    return number, second, third, (third * _STEP) & _MASK64, number if masked == plain else _number(plain)


def _whole(numbers: Iterable[int], step: int = _STEP, mixed: int = 0) -> int:
    """The number of all these words in a row, not yet shifted."""
    for number in numbers:
        mixed = (mixed * step + number) & _MASK64
    return mixed


def _smallest(numbers: Sequence[int]) -> list[int]:
    """The least of these numbers once they are shifted, which leaves their highest bits alone."""
    limit = (3 * SKETCH << 63) // len(numbers) & ~_MAY_CHANGE  # enough are below it, and few need be sorted
    least = {number for number in numbers if number < limit}
    if len(least) < SKETCH:
        least = set(numbers)
    return sorted(map(_shifted, least))[:SKETCH]


def _shifted(number: int) -> int:
    return number ^ (number >> _SHIFT)


def marks_of(text: str) -> list[tuple[Kind, int]]:
    """The marks of one message; none for one too short to tell anything."""
    words = words_in(text)
    if len(words) < LEAST_WORDS:
        return []
    last, third, second, first, plain = zip(*map(_powers, words), strict=True)
    shingles = [(a + b + c + d) & _MASK64 for a, b, c, d in zip(first, second[1:], third[2:], last[3:], strict=False)]
    rest = len(words) % SHINGLE_WORDS  # words before those that the shingles, four by four, make up
    whole = _whole(shingles[rest::SHINGLE_WORDS], _STEP_FOUR, _whole(last[:rest]))
    return [
        (Kind.WHOLE, _shifted(whole)),
        *((Kind.SHINGLE, mark) for mark in _smallest(shingles)),
        (Kind.OPENER, _shifted(_whole(plain[:OPENER_WORDS]))),
        (Kind.CLOSER, _shifted(_whole(plain[-CLOSER_WORDS:]))),
    ]


def mark_rows(turns: Said) -> list[Mark]:
    """The marks of turn rows, ready for insertion."""
    return [
        (int(kind), mark, turn["conversation_id"], turn["turn_number"], role)
        for turn in turns
        for role, field in (("client", "user_input"), ("advisor", "target_response"))
        for kind, mark in marks_of(turn.get(field) or "")
    ]
