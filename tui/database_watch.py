"""Watches the database for what others write, and keeps the counts of the header and the state of the engine.

The app owns one; a command that wrote something looks at once. It never changes anything, and of a large plan, which
costs much to count, it counts only now and then while others write: the counts it owes follow by themselves.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.timer import Timer

from core.errors import StorageError
from tui.own_words import progress_of
from tui.screens.layout import COUNTS_SHARE

if TYPE_CHECKING:
    from tui.app import BrightrunApp

POLL_RUNNING_S = 0.1  # the worker writes four times a second
POLL_IDLE_S = 0.5
KEY_S = 1.0  # after a key the counts are those of now: it may have been a verdict


@runtime_checkable
class Watching(Protocol):
    """A screen over the main one that shows what others write."""

    def database_changed(self) -> None:
        """Draw it."""


class DatabaseWatch:
    """Looks ten times a second while a job runs, else twice."""

    def __init__(self, app: BrightrunApp) -> None:
        self._app = app
        self._timer: Timer | None = None
        self._every = 0.0
        self._counts_due, self._owes_counts = 0.0, False

    def read_counts(self, *, at_ease: bool = False) -> None:
        """Read the header's counts and the state of the engine; `at_ease` the counts of a large plan, which cost a
        lot, only now and then."""
        app, began = self._app, time.monotonic()
        at_ease = at_ease and app.is_large  # a small plan is counted each time: how long it took says nothing of it
        self._owes_counts = at_ease and began < self._counts_due and app.now() - app.key_time > KEY_S
        if not self._owes_counts:
            app.overview = app.browser.overview()
            self._counts_due = began + (time.monotonic() - began) / COUNTS_SHARE
        app.progress = progress_of(app)

    def keep_looking(self) -> None:
        """Look again and again, as often as what is under way makes sense."""
        job = self._app.progress.job
        wanted = POLL_RUNNING_S if job is not None and job.status in ("queued", "running") else POLL_IDLE_S
        if wanted != self._every:
            self.pause()
            self._every = wanted
            self._timer = self._app.set_interval(wanted, self.look)

    def pause(self) -> None:
        """Look no more by itself, until somebody has it look."""
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._every = None, 0.0

    def look(self) -> None:
        """Take up what others wrote since the last look; costs microseconds when they wrote nothing."""
        app = self._app
        try:
            app.news.summarise()
            owed = self._owes_counts and time.monotonic() >= self._counts_due
            if not (app.browser.changed() or owed):
                app.main.tick()
                if (found := app.worker_watch.look()) is None:
                    return
                app.progress = found
            else:
                before = app.progress
                self.read_counts(at_ease=True)
                app.news.tell(before, app.progress)
            app.main.database_changed()
            if app.screen is not app.main and isinstance(app.screen, Watching):
                app.screen.database_changed()
        except StorageError as error:
            app.tell(str(error), "error", 10, kind="storage")
        self.keep_looking()
