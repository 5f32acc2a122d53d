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
_MASK64, _STEP = (1 << 63) - 1, 0x9E3779B97F4A7C15
Said = Sequence[Mapping[str, Any]]  # turn rows: conversation_id, turn_number, user_input, target_response


class Kind(IntEnum):
    """What a mark stands for."""

    WHOLE = 1
    SHINGLE = 2
    OPENER = 3
    CLOSER = 4


def words_of(text: str) -> list[str]:
    """Lower-case words, as comparisons see them."""
    return [_plain(word) for word in _WORD.findall(text)]


def masked_words(text: str) -> list[str]:
    """Lower-case words with names and figures masked, so that a copy under other names reads the same."""
    return [_masked(word) for word in _WORD.findall(text)]


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
        return [whole ^ (whole >> 29)]
    found = coded[: len(coded) - length + 1]
    for place in range(1, length):
        found = [(a * _STEP + b) & _MASK64 for a, b in zip(found, islice(coded, place, None), strict=False)]
    return [mixed ^ (mixed >> 29) for mixed in found]


def _number(word: str) -> int:
    """The same in every process."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big") & _MASK64


@lru_cache(maxsize=1 << 13)
def _masked_powers(word: str) -> tuple[int, int, int, int]:
    """The number of a masked word in `runs`, and what it comes to one, two and three places further on."""
    number = _number(_masked(word))
    second = (number * _STEP) & _MASK64
    third = (second * _STEP) & _MASK64
    return number, second, third, (third * _STEP) & _MASK64


def _whole(numbers: Iterable[int]) -> int:
    """The number of all these words in a row, as `runs` gives it."""
    mixed = 0
    for number in numbers:
        mixed = (mixed * _STEP + number) & _MASK64
    return mixed ^ (mixed >> 29)


def _shingles(powers: Sequence[tuple[int, int, int, int]]) -> set[int]:
    """The numbers of the runs of four words, as `runs` gives them, with one pass instead of three."""
    if len(powers) < SHINGLE_WORDS:
        return set()
    last, third, second, first = zip(*powers, strict=True)
    mixed = [(a + b + c + d) & _MASK64 for a, b, c, d in zip(first, second[1:], third[2:], last[3:], strict=False)]
    return {number ^ (number >> 29) for number in mixed}


def marks_of(text: str) -> list[tuple[Kind, int]]:
    """The marks of one message; none for one too short to tell anything."""
    words = _WORD.findall(text)
    if len(words) < LEAST_WORDS:
        return []
    masked = list(map(_masked_powers, words))
    marks = [(Kind.WHOLE, _whole(number for number, *_ in masked))]
    marks += [(Kind.SHINGLE, mark) for mark in sorted(_shingles(masked))[:SKETCH]]
    for kind, edge in ((Kind.OPENER, words[:OPENER_WORDS]), (Kind.CLOSER, words[-CLOSER_WORDS:])):
        marks.append((kind, _whole(_number(_plain(word)) for word in edge)))
    return marks


def mark_rows(turns: Said) -> list[dict[str, Any]]:
    """The marks of turn rows, ready for insertion."""
    return [
        {
            "kind": int(kind),
            "mark": mark,
            "conversation_id": turn["conversation_id"],
            "turn_number": turn["turn_number"],
            "role": role,
        }
        for turn in turns
        for role, field in (("client", "user_input"), ("advisor", "target_response"))
        for kind, mark in marks_of(turn.get(field) or "")
    ]
