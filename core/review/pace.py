"""How fast a person reviews in this sitting: how many, how many an hour, how long for what is left.

The screens tell it a verdict and the time; a pause in which somebody was away does not count as work.
"""

from __future__ import annotations

from dataclasses import dataclass, field

AWAY_S = 600.0  # after so long without a verdict one was away
MEASURED = 3  # fewer verdicts say nothing about speed


@dataclass
class Pace:
    """The verdicts of this sitting, given one by one."""

    reviewed: int = 0
    _worked_s: float = 0.0
    _timed: int = 0
    _last: float | None = field(default=None)

    def begin(self, now: float) -> None:
        """Reading begins; a later call changes nothing."""
        if self._last is None:
            self._last = now

    def add(self, now: float) -> None:
        """One verdict more."""
        self.reviewed += 1
        if self._last is not None and now - self._last <= AWAY_S:
            self._worked_s += now - self._last
            self._timed += 1
        self._last = now

    def take_back(self) -> None:
        """One verdict was undone."""
        self.reviewed = max(0, self.reviewed - 1)

    @property
    def per_hour(self) -> float | None:
        """Verdicts an hour; None until there are enough to tell."""
        if self._timed < MEASURED or self._worked_s <= 0:
            return None
        return self._timed * 3600 / self._worked_s

    def text(self, left: int) -> str:
        """`34 reviewed, 41/h, about 50 min left`; "" before the first verdict."""
        if not self.reviewed:
            return ""
        parts = [f"{self.reviewed:,} reviewed"]
        rate = self.per_hour
        if rate is not None:
            parts.append(f"{rate:,.0f}/h")
            if left:
                parts.append(f"about {_duration(left / rate * 60)} left")
        return ", ".join(parts)


def _duration(minutes: float) -> str:
    if minutes < 90:
        return f"{max(1, round(minutes))} min"
    return f"{minutes / 60:.0f} h"
