"""Money, durations and counts as the screens write them. Pure; the widgets and dialogs share it."""

from __future__ import annotations


def dollars(micro: int) -> str:
    """Micro-dollars as people read them; under a cent with the digits that matter."""
    amount = micro / 1_000_000
    if amount and amount < 0.01:
        return f"${amount:.4f}"
    return f"${amount:,.2f}"


def dollar_range(low: int, high: int) -> str:
    """A cost as a range, or one figure when both ends read the same."""
    first, last = dollars(low), dollars(high)
    return first if first == last else f"{first} to {last}"


def duration(seconds: float) -> str:
    """A duration in the unit that fits."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def duration_range(low: float, high: float) -> str:
    """A duration as a range."""
    first, last = duration(low), duration(high)
    if first == last:
        return first
    number, unit = first.split()
    return f"{number} to {last}" if last.endswith(f" {unit}") else f"{first} to {last}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 row`, `1,240 rows`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
