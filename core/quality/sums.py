"""Sums of money and other figures as a text writes them, for the checks that compare or add them up. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FIGURE = r"\$? ?\d[\d,]*+(?:\.\d+)?+(?: ?(?:k|K|thousand|grand|million|m|M)\b)?+"
_MONEY = re.compile(
    r"(?P<mark>\$|USD )? ?(?P<digits>\d[\d,]*+(?:\.\d+)?+)(?: ?(?P<scale>k|K|thousand|grand|million|M|m)\b)?+"
    r"(?P<dollars> (?:dollars|bucks)\b)?(?P<share>%| ?percent\b)?"
)
_UNDER_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_UNITS = {word: value for value, word in enumerate(_UNDER_TWENTY)} | {"a": 1, "an": 1}
_FROM_TWENTY = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENS = {word: 10 * n for n, word in enumerate(_FROM_TWENTY, 2)}
_LARGE = {"thousand": 1000, "grand": 1000, "million": 1_000_000}
_COUNT = "|".join([*_UNITS, *_TENS, *_LARGE, "hundred"])
_SPELLED = re.compile(
    rf"(?<![\w$.,-])(?!and\b)(?:{_COUNT})(?:(?:-| and | )(?:{_COUNT})\b)+(?: dollars| bucks)?(?! (?:percent|times?"
    r"|miles?|people|hours?|days?|pages?|words?"
    r"|things?|reasons?|ways?|years?|square|feet|pounds|students|employees|points?|steps|questions|nights"
    r"|letters)\b)(?!-)",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(r"\b(?:hundred|thousand|grand|million)\b", re.IGNORECASE)
_SCALES = {"k": 1e3, "thousand": 1e3, "grand": 1e3, "million": 1e6, "m": 1e6}
_MONTHS = 12


@dataclass(frozen=True)
class Sum:
    """A figure in a text; `money` says that it is marked as dollars."""

    value: float
    start: int
    end: int
    money: bool


def value_of(text: str) -> float:
    """The number that a written figure stands for.

    >>> value_of("$1,250.50"), value_of("$9k"), value_of("2 million")
    (1250.5, 9000.0, 2000000.0)
    """
    match = _MONEY.search(text)
    return _value(match) if match else 0.0


def sums_in(text: str) -> Iterator[Sum]:
    """The figures of a text in order; percentages are left out."""
    for match in _MONEY.finditer(text):
        if match["share"]:
            continue
        money = bool(match["mark"] or match["dollars"] or (match["scale"] or "").lower() in ("k", "grand"))
        yield Sum(_value(match), match.start(), match.end(), money)


def in_digits(text: str) -> str:
    """A text with its spelled-out sums of a hundred and more as dollars in figures, for patterns that read figures.

    >>> in_digits("I make a hundred and forty-five thousand a year")
    'I make $145,000 a year'
    """
    low = text.lower()  # four quick looks spare nearly every text the slow one
    if not ("thousand" in low or "hundred" in low or "grand" in low or "million" in low) or not _IN_WORDS.search(text):
        return text
    return _SPELLED.sub(lambda match: _figure(match.group()), text)


def _figure(words: str) -> str:
    total = group = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "hundred":
            group = max(group, 1) * 100
        elif word in _LARGE:
            total, group = total + max(group, 1) * _LARGE[word], 0
        elif word != "and":
            group += _UNITS.get(word, 0) + _TENS.get(word, 0)
    value = total + group
    return f"${value:,}" if value >= 100 else words


def shown(value: float) -> str:
    """A sum as people write it."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def about(one: float, other: float, tolerance: float) -> bool:
    """Whether two sums are the same, give or take a share of the larger, or a unit of rounding."""
    return abs(one - other) <= max(tolerance * max(abs(one), abs(other)), 0.51)


def reachable(target: float, known: Iterable[float], tolerance: float = 0.011) -> bool:
    """Whether a sum follows from others by one everyday step: adding, multiplying, sharing out, a share of."""
    figures = sorted(set(known))
    if any(about(target, figure, tolerance) for figure in figures):
        return True
    steps = (2, 3, 4, 12, 24, 26, 52, 0.5)
    for one in figures:
        if one <= 0:
            continue
        if any(about(target, one * step, tolerance) or about(target, one / step, tolerance) for step in steps):
            return True
        for other in figures:
            if other <= 0:
                continue
            if any(about(target, result, tolerance) for result in (one + other, one - other, one * other, one / other)):
                return True
            if about(target, one * other / 100, tolerance) or about(target, one * (1 - other / 100), tolerance):
                return True
            if about(target, (one + other) / _MONTHS, tolerance) or about(target, one - other * _MONTHS, tolerance):
                return True
    return False


def _value(match: re.Match[str]) -> float:
    return float(match["digits"].replace(",", "") or 0) * _SCALES.get((match["scale"] or "").lower(), 1)
