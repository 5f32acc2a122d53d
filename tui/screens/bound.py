"""The base of the screens that have commands: every key runs `action_run` with a command's id.

It checks what the command needs and says why it cannot be done now, so that no key is ever silently dead.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.binding import BindingsMap
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from core.browse import Job, Row
from core.errors import BrightrunError, TransitionError
from core.status import words
from tui.keymap import BY_ID, Command
from tui.screens.bars import Bar
from tui.screens.footer import Words, fitted, keys_line, told

if TYPE_CHECKING:
    from tui.app import BrightrunApp
    from tui.screens.main import MainScreen

LEAST = (50, 12)  # columns and lines below which not everything that is needed can be seen
MESSAGE_S = 6.0
WARNING_S = 5.0
PATIENCE_S = 1.0  # a verdict is stored in a few milliseconds; what takes longer waits for somebody
SLOW_S = 0.2  # what takes longer says that it is being prepared


class BoundScreen(Screen[None]):
    """A screen whose keys come from the keymap."""

    WHERE: ClassVar[str] = "main"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__()
        # Made per screen and not per class: the settings file may have changed the keys.
        self._bindings = BindingsMap(app.keymap.bindings(self.WHERE))
        self.footer = Bar(id="footer")
        self._parts: tuple[Words, ...] = ()  # what is being told
        self._quiet_timer: Timer | None = None
        self._asking: tuple[Worker[Any], str] | None = None  # a question that is being prepared, and how it is called
        self._command = ""
        self._did: tuple[str, int | None] = ("", None)  # the last command, and the row that it was for
        self._asked_for: tuple[str, int | None] = ("", None)  # those of the question that is being prepared
        self._begun: set[Worker[Any]] = set()  # under way, with nothing asked yet: these end with the screen
        self._no_room: Static | None = None

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

    def opens_line(self, command: Command) -> bool:
        """Whether a command that opens a line to write in does so now."""
        return not self.why_not(command)

    def label_of(self, command: Command) -> str:
        """What a key does now, in the words of the footer."""
        job = self.job
        if job is not None and command.id == "job.pause" and job.status == "paused":
            return "Resume"
        if job is not None and command.id == "job.stop" and job.stop_requested:
            return "Stop at once"
        return command.label

    def labels_of(self, command: Command) -> tuple[str, ...]:
        """The same from the longest to the shortest that is still understood: the footer takes what fits."""
        label = self.label_of(command)
        return (label, command.short) if command.short and label == command.label else (label,)

    def tooltip_of(self, command: Command) -> str:
        """What a key does now, in the words of help and palette."""
        return command.tooltip

    async def action_run(self, command_id: str) -> None:
        """Do a command, or say why it cannot be done now."""
        command = BY_ID[command_id]
        if command_id == "app.back" and (not self.is_current or self._given_up()):
            return  # a key that was meant for a question which is only just coming, or is there by now
        wanted = command_id, self.row.id if self.row is not None else None
        if self._asking is not None and not self._asking[0].is_finished and wanted == self._asked_for:
            return  # the same key again: the question is on its way, and one is enough
        reason = self.why_not(command)
        if reason:
            self.bright.held_keys.refused()
            self.warn(reason)
            return
        self._command, self._did = command.label, wanted
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

        self.flow(rest(), stays=True)

    def flow(self, steps: Coroutine[Any, Any, None], *, asks: bool = False, stays: bool = False) -> None:
        """Run a command that asks something on its way, beside the keys; what goes wrong is told, never raised.

        One that `asks` before it changes anything can be left with the key that goes back while it prepares that. One
        that has asked goes on to its end, also where its screen is left meanwhile: what was answered is stored. So does
        one that `stays`: it changes something without a question, or leaves the screen itself.
        """
        main = self.bright.main
        worker = main.run_worker(self._guarded(steps), group="flow", exit_on_error=False)
        self._begun = {one for one in self._begun if not one.is_finished}
        if not stays:
            self._begun.add(worker)
        if asks:
            self._asked_for = self._did
            self.preparing(self._command, worker)

    def preparing(self, what: str, worker: Worker[Any] | None = None) -> None:
        """A question is being prepared: told when that takes long, and left with the key that goes back."""
        asking = self._asking = (worker or get_current_worker(), what)

        def tell() -> None:
            if self._asking is asking and not asking[0].is_finished:
                self.say(f"{what}… {self.bright.keymap.key('app.back')} leaves it.")

        self.set_timer(SLOW_S, tell)

    def _given_up(self) -> bool:
        """Whether a question was being prepared and now is not."""
        asking, self._asking = self._asking, None
        if asking is None or asking[0].is_finished:
            return False
        asking[0].cancel()
        self.say(f"{asking[1]}: left before anything was asked.")
        return True

    async def _guarded(self, steps: Awaitable[None]) -> None:
        try:
            await steps
        except BrightrunError as error:
            self.warn(str(error), severe=not isinstance(error, TransitionError))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The app tells what nobody expected; of itself such a message goes no further than here."""
        self.bright.on_worker_state_changed(event)

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
            return "" if row is not None else self.why_no_row()
        if need == "text":
            return _why_no_text(row, app.keymap.key("generate.row")) if row is not None else self.why_no_row()
        if need == "plannable":
            return _why_not_plannable(row, app.keymap.key("generate.again"))
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

    def why_no_row(self) -> str:
        """Why there is no row to act on: the list has none, or somebody took this one out of the plan."""
        if not self.bright.main.ids:
            return "The list is empty: there is no row to act on."
        return f"This row is gone: {self.bright.keymap.key('filter.refresh')} in the list builds it again."

    # The last line

    def say(self, *parts: Words) -> None:
        """Tell what was done, in the last line: it covers nothing that is being read.

        Parts are shortened to fit, where they have shorter forms; what still does not fit is told above the line.
        """
        if self not in self.app.screen_stack:  # it was left while its command went on
            self.bright.main.say(*parts)
            return
        text = fitted(parts, self.app.size.width - 2)
        if Content(text).cell_length > self.app.size.width - 2:
            self._parts = ()
            self.bright.tell(text)
            return
        self.bright.hush()  # what was told before lies over this line
        self._parts = parts
        if self._quiet_timer is not None:
            self._quiet_timer.stop()
        self._quiet_timer = self.set_timer(MESSAGE_S, self.quiet)
        self.draw_footer()

    def quiet(self) -> None:
        """What was told is over."""
        self._parts = ()
        if self._quiet_timer is not None:
            self._quiet_timer.stop()
            self._quiet_timer = None
        self.draw_footer()

    @property
    def is_telling(self) -> bool:
        """Whether an answer to a key stands in the last line or over it."""
        return bool(self._parts) or self.bright.answers

    def draw_footer(self) -> None:
        """What is being told, else the keys that make sense now; under a dialog, which has keys of its own, nothing."""
        width = self.app.size.width
        if self._parts:
            self.footer.show(told(fitted(self._parts, width - 2), width))
        elif self.is_active:
            self.footer.show(self.keys_shown(width))
        else:
            self.footer.show(Content(""))

    def keys_shown(self, width: int) -> Content:
        """The keys that make sense now, as many as fit."""
        return keys_line(self, width, back=True)

    @on(events.Resize)
    def see_whether_it_fits(self) -> None:
        """Where not everything that is needed can be seen, that is all there is to see."""
        width, height = self.app.size
        small = width < LEAST[0] or height < LEAST[1]
        if small and self._no_room is None:
            self._no_room = Static(id="no-room")
            self.mount(self._no_room)
        if self._no_room is not None:
            self._no_room.display = small
            self._no_room.update(_no_room(width, height))

    def on_screen_suspend(self) -> None:
        """Something is put over this screen, or it is closed: its keys mean nothing meanwhile."""
        self._asking = None
        if self in self.app.screen_stack:
            self._begun.clear()
        self.quiet()
        self.bright.hush()

    def on_screen_resume(self) -> None:
        """Its keys count again."""
        self.draw_footer()

    def on_unmount(self) -> None:
        """What was only being looked up for it is wanted no more."""
        for worker in self._begun:
            worker.cancel()

    def back_to_list(self) -> MainScreen:
        """Close all that lies over the list; the command that does so goes on there."""
        self._begun.clear()
        main = self.bright.main
        while self.app.screen is not main:
            self.app.pop_screen()
        return main

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close it. One that is closed already is left alone: Textual would close what lies under it."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def warn(self, text: str, *, severe: bool = False) -> None:
        """Tell why something was not done."""
        self.bright.tell(text, "error" if severe else "warning", 2 * WARNING_S if severe else WARNING_S)


def _no_room(width: int, height: int) -> Content:
    """What is needed, what there is, and what to do."""
    needed = f"brightrun needs {LEAST[0]} × {LEAST[1]}"
    here = f"this is {width} × {height}"
    way = "make the window larger" if height > 2 else ""
    return Content("\n".join(line for line in (needed, here, way) if line))


def _why_no_text(row: Row, key: str) -> str:
    if row.turn_count:
        return ""
    if row.status in ("queued", "generating"):
        return f"{row.conversation_id} is still being written."
    return f"{row.conversation_id} has no text yet: {key} generates it."


def _why_not_plannable(row: Row | None, again: str) -> str:
    if row is None or row.status in ("planned", "failed"):
        return ""
    if row.status in ("queued", "generating"):
        return f"{row.conversation_id} is already {words(row.status)}."
    return f"{row.conversation_id} has a text already ({words(row.status)}): {again} generates it again."
