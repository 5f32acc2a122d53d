"""What the screens of imports share: the work that goes on when they are left, its progress, and the key that stops it.

One import runs at a time in this program, on the main screen's account. It ends with the program, so quitting asks.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Part, spread
from tui.screens.jobs import ListScreen
from tui.steps import Steps
from tui.widgets.document_view import DocumentView

if TYPE_CHECKING:
    from tui.app import BrightrunApp

DRAWN_EVERY_S = 0.1  # of a progress that comes in quick steps
WHAT_STAYS = "A file that is not stored to its end leaves nothing behind; files that came in whole before it stay."

Tell = Callable[[int, int], None]


@dataclass
class Bringing:
    """Something that is brought in, or taken back, now."""

    name: str
    is_undo: bool = False
    newest: int = 0  # the newest import when it began
    progress: tuple[int, int] = (0, 0)
    drawn_at: float = 0.0
    is_asked_about: bool = False  # whether it may end with the program
    task: Worker[None] | None = None

    @property
    def text(self) -> str:
        """What it is, and how far."""
        done, total = self.progress
        return f"{self.name}: {done:,} of {total:,}" if total > 1 else f"{self.name}…"

    async def end(self) -> None:
        """Break it off, and wait until nothing of it is left to be taken away."""
        if self.task is not None:
            self.task.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self.task.wait()


class BringingScreen(ListScreen):
    """A screen that brings something in, or shows what does."""

    @property
    def bringing(self) -> Bringing | None:
        """What is brought in now."""
        return self.bright.main.bringing

    def bring(self, name: str, work: Callable[[Tell], Awaitable[None]], *, is_undo: bool = False) -> None:
        """Begin it; leaving this screen does not end it."""
        main, app = self.bright.main, self.bright
        now = main.bringing = Bringing(name, is_undo)

        def redraw() -> None:
            if isinstance(app.screen, BringingScreen):
                app.screen.draw()

        def tell(done: int, total: int) -> None:
            now.progress = done, total
            if time.monotonic() - now.drawn_at > DRAWN_EVERY_S:
                now.drawn_at = time.monotonic()
                redraw()

        async def whole() -> None:
            try:
                now.newest = max((one.import_id for one in await self.opened.imports.list()), default=0)
                await work(tell)
            finally:
                main.bringing = None
                redraw()

        now.task = main.run_worker(Steps(main._guarded, Steps(whole)), group="import", exit_on_error=False)
        self.draw()

    def _missing(self, need: str, command: Command) -> str:
        now = self.bringing
        if need == "idle":
            return "" if now is None else f"{now.text} Wait for its end: one goes at a time."
        if need == "importing":
            if now is None:
                return "Nothing is being imported."
            return "It is taken back in one step, which cannot be stopped." if now.is_undo else ""
        return super()._missing(need, command)

    def do_import_stop(self) -> None:
        """Stop what is being brought in, after a question."""
        if self.bringing is not None:
            self.flow(self._stop(self.bringing), asks=True)

    async def _stop(self, now: Bringing) -> None:
        from tui.screens.dialogs import ConfirmDialog

        question = ConfirmDialog("Stop the import?", [now.text, WHAT_STAYS], yes="Stop it", destructive=True)
        if not await self.app.push_screen_wait(question):
            return
        if self.bringing is not now:
            self.say("It had ended already.")
            return
        await now.end()
        came = [one.import_id for one in await self.opened.imports.list() if one.import_id > now.newest]
        self.bright.database_watch.look()
        self.stopped(())
        if not came:
            self.say("Stopped: nothing of it came in.")
            return
        named = f"imports {came[-1]} to {came[0]}" if len(came) > 1 else f"import {came[0]}"
        lines = [
            f"{counted(len(came), 'file')} had come in whole before it was stopped.",
            "They stay unless you say so.",
        ]
        if await self.app.push_screen_wait(ConfirmDialog(f"Take {named} back, too?", lines, yes="Take back")):
            self.bring(f"Taking {named} back", partial(self._take_all_back, came), is_undo=True)
        else:
            self.stopped(came)
            self.say((f"Stopped; {named} had come in whole and can be taken back.", f"Stopped; {named} came in."))

    async def _take_all_back(self, came: Sequence[int], tell: Tell) -> None:
        for number, import_id in enumerate(came):
            tell(number, len(came))
            await self.opened.imports.undo(import_id)
        self.bright.database_watch.look()
        self.stopped(came)
        self.say("Stopped, and taken back: nothing of it is in the plan.")

    def stopped(self, came: Sequence[int]) -> None:
        """It was stopped; of these imports, which had come in whole, it is known now whether they stay."""
        self.draw()


class ReportScreen(BringingScreen):
    """A page on what would come in, and then on what came."""

    TITLE: ClassVar[str] = "Import"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.view = DocumentView(id="lines")

    @property
    def lines(self) -> DocumentView:
        """The page."""
        return self.view

    def draw_header(self, name: str, state: str, *, done: bool) -> None:
        """What is looked at, and how far it is."""
        left: list[Part] = [(f" {self.TITLE}", "bold $text-primary"), (f"  {name}", "")]
        right: list[Part] = [(f"{state} ", "$text-success" if done else "$text-accent")]
        self.header.show(spread(left, right, self.app.size.width))
