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
