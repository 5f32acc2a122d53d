"""The base of the screens that have commands: every key runs `action_run` with a command's id.

It checks what the command needs and says why it cannot be done now, so that no key is ever silently dead.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import BindingsMap
from textual.screen import Screen

from core.browse import Job, Row
from core.errors import BrightrunError, TransitionError
from core.status import words
from core.text.terminal import safe_line
from tui.keymap import BY_ID, Command

if TYPE_CHECKING:
    from tui.app import BrightrunApp

PATIENCE_S = 1.0  # a verdict is stored in a few milliseconds; what takes longer waits for somebody


class BoundScreen(Screen[None]):
    """A screen whose keys come from the keymap."""

    WHERE: ClassVar[str] = "main"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__()
        # Made per screen and not per class: the settings file may have changed the keys.
        self._bindings = BindingsMap(app.keymap.bindings(self.WHERE))

    @property
    def bright(self) -> BrightrunApp:
        """The app with its own type."""
        return cast("BrightrunApp", self.app)

    @property
    def row(self) -> Row | None:
        """The row that commands act on: the one on the screen."""
        raise NotImplementedError

    @property
    def job(self) -> Job | None:
        """The job that is steered here: the open one, else the newest."""
        return self.bright.progress.job

    def label_of(self, command: Command) -> str:
        """What a key does now, in the words of the footer."""
        job = self.job
        if job is not None and command.id == "job.pause" and job.status == "paused":
            return "Resume"
        if job is not None and command.id == "job.stop" and job.stop_requested:
            return "Stop at once"
        return command.label

    def tooltip_of(self, command: Command) -> str:
        """What a key does now, in the words of help and palette."""
        return command.tooltip

    async def action_run(self, command_id: str) -> None:
        """Do a command, or say why it cannot be done now."""
        command = BY_ID[command_id]
        reason = self.why_not(command)
        if reason:
            self.warn(reason)
            return
        try:
            result = getattr(self, command.method)()
            if inspect.isawaitable(result):
                await self._patiently(asyncio.ensure_future(result), command)
        except BrightrunError as error:
            self.warn(str(error), severe=not isinstance(error, TransitionError))

    async def _patiently(self, work: asyncio.Future[Any], command: Command) -> None:
        """Wait for a command, but never so long that the keys after it seem dead: then it goes on beside them."""
        await asyncio.wait({work}, timeout=PATIENCE_S)
        if work.done():
            await work
            return
        services = self.bright.services
        if services is not None and services.database.waits_since(PATIENCE_S / 2):
            self.warn(
                f"{command.label} waits: another program holds the database locked. "
                "It is stored as soon as that ends; you may read on meanwhile."
            )

        async def rest() -> None:
            await work

        self.flow(rest())

    def flow(self, steps: Coroutine[Any, Any, None]) -> None:
        """Run a command that asks something on its way, beside the keys; what goes wrong is told, never raised."""
        self.run_worker(self._guarded(steps), group="flow", exit_on_error=False)

    async def _guarded(self, steps: Coroutine[Any, Any, None]) -> None:
        try:
            await steps
        except BrightrunError as error:
            self.warn(str(error), severe=not isinstance(error, TransitionError))

    def why_not(self, command: Command) -> str:
        """Why a command cannot be done now; "" when it can."""
        for need in command.needs.split():
            reason = self._missing(need, command)
            if reason:
                return reason
        return "" if hasattr(self, command.method) else f"{command.label}: not on this screen."

    def _missing(self, need: str, command: Command) -> str:
        app, row = self.bright, self.row
        review = app.services.review if app.services is not None else None
        if need == "services":
            return "" if app.services is not None else "The database is still being opened; try again in a moment."
        if need == "later":
            return f"{command.label} is not available yet in this version."
        if need == "row":
            return "" if row is not None else "The list is empty: there is no row to act on."
        if need == "text":
            return _why_no_text(row, app.keymap.key("generate.row"))
        if need == "plannable":
            return _why_not_plannable(row)
        if need == "undo":
            return "" if review is not None and review.undo_text else "There is nothing to undo."
        if need == "redo":
            return "" if review is not None and review.redo_text else "There is nothing to do again."
        if need == "job":
            job = self.job
            return "" if job is not None and job.is_open else "No job is running."
        if need == "errors":
            return "" if app.progress.errors else "No row has failed."
        if need == "remaining":
            return "" if app.overview.remaining else "Nothing remains: every row of the plan has a text."
        return ""

    def say(self, text: str) -> None:
        """Tell something that needs no attention."""
        self.app.notify(safe_line(text, 300), timeout=4, markup=False)

    def warn(self, text: str, *, severe: bool = False) -> None:
        """Tell why something was not done."""
        self.app.notify(safe_line(text, 400), severity="error" if severe else "warning", timeout=7, markup=False)


def _why_no_text(row: Row | None, key: str) -> str:
    if row is None:
        return "The list is empty: there is no row to act on."
    if row.turn_count:
        return ""
    if row.status in ("queued", "generating"):
        return f"{row.conversation_id} is still being written."
    return f"{row.conversation_id} has no text yet: {key} generates it."


def _why_not_plannable(row: Row | None) -> str:
    if row is None or row.status in ("planned", "failed"):
        return ""
    if row.status in ("queued", "generating"):
        return f"{row.conversation_id} is already {words(row.status)}."
    return f"{row.conversation_id} has a text already ({words(row.status)}); it is not generated again by this key."
