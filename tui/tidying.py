"""Clears away what closed screens and former lists leave, once no key has been pressed for a moment.

A screen is a heap of objects that know one another: only the collector of garbage finds that nobody needs them, and by
itself it comes so late that the next screens are built beside them. The app has one; it never looks while keys come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from core.memory import give_back

if TYPE_CHECKING:
    from tui.app import BrightrunApp

QUIET_S = 0.4


class Tidying:
    """One look for everything that closed meanwhile."""

    def __init__(self, app: BrightrunApp) -> None:
        self._app = app
        self._timer: Timer | None = None

    def soon(self) -> None:
        """Something was closed, or is shown no longer."""
        if self._timer is None:
            self._timer = self._app.set_timer(QUIET_S, self._due)

    def _due(self) -> None:
        self._timer = None
        if self._app.now() - self._app.key_time < QUIET_S:
            self.soon()
        else:
            give_back()
