"""Tells a service that is down from rows that fail: while it is down the rows wait, and one of them tries now and then.

One per job, kept by the worker and asked whenever a row ends. It decides and counts only: `core.engine.rows` stores,
`core.engine.worker` claims. It never fails a row for what the service did while it is known to be down.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

IN_A_ROW = 5  # rows that failed, one after another
OF_MANY = 10  # failed rows among the last twenty, within the window
WINDOW_S = 600.0
FIRST_PAUSE_S = 5.0  # before the first row tries again; doubled each time
LONGEST_PAUSE_S = 60.0


@dataclass
class Circuit:
    """Closed: rows are begun. Open: the service is down, and one row at a time tries after growing pauses."""

    limit_s: float  # how long it may be down before the job pauses
    clock: Callable[[], float] = time.monotonic
    last_failure: str = ""
    _in_a_row: int = 0
    _first_at: float = 0.0  # when the first of those failed
    _opened: bool = False
    _next_at: float = 0.0
    _pause_s: float = 0.0
    _suspects: list[int] = field(default_factory=list)  # items that failed for the service, since the last that worked
    _taken_again: set[int] = field(default_factory=set)
    _ends: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=20))  # when, and whether it failed

    @property
    def is_open(self) -> bool:
        """Whether the service is known to be down."""
        return self._opened

    @property
    def is_sustained(self) -> bool:
        """Whether it has been down for longer than anybody should wait."""
        return self._opened and self.clock() - self._first_at >= self.limit_s

    @property
    def down_s(self) -> float:
        """Seconds since the first row failed for it."""
        return self.clock() - self._first_at

    def may_begin(self, running: int) -> bool:
        """Whether a row may be begun while so many of the job run: when open, one, once its time has come."""
        return not self._opened or (not running and self.clock() >= self._next_at)

    def service_failed(self, item_id: int) -> bool:
        """Note that a row is about to fail for the service. True when it is to wait instead."""
        now = self.clock()
        if not self._in_a_row:
            self._first_at = now
        self._in_a_row += 1
        if self._opened:
            if now >= self._next_at:  # it was the one that tried
                self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s)
                self._next_at = now + self._pause_s
        elif self._in_a_row >= IN_A_ROW:
            self._opened, self._pause_s = True, FIRST_PAUSE_S
            self._next_at = now + self._pause_s
        else:
            self._suspects.append(item_id)
        return self._opened

    def suspects(self) -> list[int]:
        """The items that failed before the service was known to be down: taken again, and forgotten here."""
        found, self._suspects = self._suspects, []
        self._taken_again.update(found)
        return found

    def ended(self, item_id: int, why: str, *, by_service: bool) -> tuple[str, list[int]]:
        """Note how a row ended, `why` empty where it worked.

        Gives why the job has to pause, and which items are to be taken again: those that failed because the service
        had only been down for a moment, each only once, and one whose failure was stored after the service was found
        to be down, when `suspects` were taken already.
        """
        now, failed = self.clock(), bool(why)
        self._ends.append((now, failed))
        if not failed:
            again = [item for item in self._suspects if item not in self._taken_again]
            again = again if len(self._suspects) > 1 or self._opened else []  # a single one failed by itself
            self._taken_again.update(again)
            self.close()
            return "", again
        self.last_failure = why
        if not by_service:
            if self._opened:
                self.close()  # it was answered
            self._in_a_row += 1
        lately = [failed for at, failed in self._ends if at > now - WINDOW_S]
        reason = ""
        if self._in_a_row >= IN_A_ROW and not self._opened:
            reason = f"{self._in_a_row} rows failed in a row, the last one: {why}"
        elif sum(lately) >= OF_MANY:  # some still get through
            reason = f"{sum(lately)} of the last {len(lately)} rows failed, the last one: {why}"
        if reason:
            self.close()
            self._ends.clear()
        return reason, [item_id] if by_service and self._opened else []

    def found_failed(self, item_ids: list[int]) -> None:
        """A former worker left rows that had failed for the service since the last that worked: they count here too."""
        self._suspects = list(item_ids)
        self._in_a_row = min(len(item_ids), IN_A_ROW - 1)  # the next one decides
        self._first_at = self.clock()

    def found_open(self) -> None:
        """A former worker left it open: one row tries at once, and the others wait for it. How long counts anew."""
        self._opened, self._in_a_row, self._pause_s = True, IN_A_ROW, FIRST_PAUSE_S / 2
        self._first_at = self._next_at = self.clock()

    def close(self) -> None:
        """Begin afresh: a row worked, or a person had the job go on."""
        self._opened, self._in_a_row = False, 0
        self._suspects = []
