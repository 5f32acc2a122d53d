"""A list screen whose figures are counted in the background: at once when it opens, then as the database changes.

A worker that writes four times a second must not have everything counted as often: between two counts there is a rest.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.screens.jobs import ListScreen
from tui.steps import Steps

if TYPE_CHECKING:
    from tui.app import BrightrunApp

REST_S = 1.0  # at least; what takes long to count rests longer
REST_SHARE = 2.0  # of the time that a count took


class CountedScreen(ListScreen):
    """Give `count`, which reads the figures and draws them."""

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self._busy = False  # counting, or at rest
        self._stale = False  # something changed meanwhile

    async def count(self) -> None:
        """Read the figures and draw them."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Say that it is being counted, and count."""
        super().on_mount()
        self.recount()

    def database_changed(self) -> None:
        """Others wrote."""
        self.recount()

    def recount(self) -> None:
        """Count now, or after the rest."""
        if self._busy:
            self._stale = True
        elif self.bright.services is not None:
            self._busy, self._stale = True, False
            self.run_worker(Steps(self._count), group="count", exit_on_error=False)

    async def _count(self) -> None:
        began = time.monotonic()
        await self._guarded(self.count())
        self.set_timer(max(REST_S, REST_SHARE * (time.monotonic() - began)), self._rested)

    def _rested(self) -> None:
        self._busy = False
        if self._stale:
            self.recount()
