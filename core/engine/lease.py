"""A worker's right to store, by the clock that others judge it by: silent for too long, it has lost it for good.

`core.engine.standing` renews it with every sign of life and asks before every commit. A process that was stopped and
goes on finds it lapsed, whoever has its place by then; nothing it brings is stored under it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from data.queue import LapsedError


@dataclass(eq=False)
class Lease:
    """Valid for `length_s` from the last sign of life. The clock is that of the machine's run: no jump shortens it."""

    length_s: float
    clock: Callable[[], float] = time.monotonic
    _renewed: float = field(init=False)
    _lapsed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._renewed = self.clock()

    @property
    def is_lapsed(self) -> bool:
        """Whether it was silent for too long once; a later sign of life does not mend that."""
        self._lapsed = self._lapsed or self.clock() - self._renewed > self.length_s
        return self._lapsed

    def renew(self) -> bool:
        """Count from now on again. False when it is too late."""
        if self.is_lapsed:
            return False
        self._renewed = self.clock()
        return True

    def check(self) -> None:
        """Raise LapsedError once it is lapsed."""
        if self.is_lapsed:
            raise LapsedError(
                f"This worker was stopped or hung for longer than its lease of {self.length_s:g} s.",
                "What it had in hand is begun anew.",
            )
