"""Looks after the worker while the app is open: one that died or hangs is replaced, and the person is told.

The app asks at every look at which nobody has written: a dead worker writes nothing, so nothing else would show it. A
worker that said goodbye, because a person ended it, is not replaced. Nothing here touches a job.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tui.own_words import progress_of
from tui.steps import Steps

if TYPE_CHECKING:
    from core.progress import Progress
    from tui.app import BrightrunApp

LOOK_S = 2.0
START_S = 12.0  # so long a worker may take until it is seen, on a busy machine too
MOST_STARTS = 3  # without anything being written in between: then it is no accident
LOUD_S = 10.0


class WorkerWatch:
    """Whether somebody works, for as long as a job wants it."""

    def __init__(self, app: BrightrunApp) -> None:
        self._app = app
        self._looked_at = 0.0
        self._started_at = -START_S
        self._starts = 0
        self._ended = -1  # rows that had ended when the last one was started
        self._gave_up = False

    @property
    def is_starting(self) -> bool:
        """Whether a worker was started so lately that it need not be seen yet."""
        return time.monotonic() - self._started_at < START_S

    def started(self) -> None:
        """A worker was started for an order."""
        self._started_at, self._starts, self._gave_up = time.monotonic(), 0, False

    def opened(self) -> None:
        """The app was opened and starts a worker where none is: say so where the last one died."""
        if self._app.progress.worker_lost and self._is_wanted:
            self._tell_lost(self._app.progress)
        self.started()

    @property
    def _is_wanted(self) -> bool:
        return any(job.status in ("queued", "running") for job in self._app.progress.jobs)

    def look(self) -> Progress | None:
        """The state of the engine when the worker's has changed since it was last drawn; now and then only."""
        app, now = self._app, time.monotonic()
        if not self._is_wanted or now - self._looked_at < LOOK_S:
            return None
        self._looked_at = now
        found = progress_of(app)
        if found.worker_lost and not self.is_starting and not self._gave_up and app.services is not None:
            self._replace(found)
            found = progress_of(app)
        return found if _standing(found) != _standing(app.progress) else None

    def _replace(self, progress: Progress) -> None:
        ended = sum(job.ended for job in progress.jobs)
        self._starts = self._starts + 1 if ended == self._ended else 1
        self._ended, self._started_at = ended, time.monotonic()
        if self._starts > MOST_STARTS:
            from core.engine.launch import log_path

            self._gave_up, self._started_at = True, -START_S
            key = self._app.keymap.key("job.pause")
            times = f"The worker ended {MOST_STARTS} times without a result"
            self._say(f"{times}; {log_path()} says why. {key} twice starts one again.")
            return
        self._tell_lost(progress)
        self._app.run_worker(Steps(self._start), group="lost worker", exit_on_error=False)

    def _tell_lost(self, progress: Progress) -> None:
        how = "hangs" if progress.worker_trouble else "has died"
        kept = "What was stored is kept, what was under way is written again."
        self._say(f"The worker {how}: another takes over. {kept}")

    async def _start(self) -> None:
        services = self._app.services
        if services is None:
            return
        trouble = await asyncio.to_thread(lambda: services.generation.ensure_worker())
        if trouble:
            self._say(trouble)

    def _say(self, text: str) -> None:
        self._app.tell(text, "warning", LOUD_S, kind="worker")


def _standing(progress: Progress) -> tuple[object, ...]:
    return (
        progress.worker_alive,
        progress.worker_message,
        progress.worker_trouble,
        progress.worker_lost,
        progress.worker_starting,
    )
