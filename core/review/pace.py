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
        return self.forms(left)[0]

    def forms(self, left: int) -> tuple[str, ...]:
        """The same, and in fewer words: `34 done, 41/h, 50 min left` and `34 · 41/h · 50 min`."""
        if not self.reviewed:
            return ("",)
        done, rate = f"{self.reviewed:,}", self.per_hour
        if rate is None:
            return f"{done} reviewed", f"{done} done"
        pace, rest = f"{rate:,.0f}/h", _duration(left / rate * 60) if left else ""
        return tuple(
            joint.join(part for part in (told, pace, f"{before}{rest}{after}" if rest else "") if part)
            for joint, told, before, after in (
                (", ", f"{done} reviewed", "about ", " left"),
                (", ", f"{done} done", "", " left"),
                (" · ", done, "", ""),
            )
        )


def _duration(minutes: float) -> str:
    if minutes < 90:
        return f"{max(1, round(minutes))} min"
    return f"{minutes / 60:.0f} h"
