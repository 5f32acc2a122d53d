"""The app: opens the database, shows the last view at once, loads the services behind it and watches for changes.

It never calls the model's service and never blocks a key: what takes long runs in a thread or in the worker process.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, runtime_checkable

from textual import events, work
from textual.app import App
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from core.browse import Browser, Overview, Progress
from core.errors import BrightrunError, StorageError
from core.settings.fields import Settings, read_key_overrides, state_dir
from core.text.terminal import safe_line
from tui.keymap import Keymap
from tui.screens.loading import LoadingScreen, TroubleScreen
from tui.screens.main import MainScreen
from tui.widgets.glyphs import set_score_bounds

if TYPE_CHECKING:
    from core.services import Services

POLL_RUNNING_S = 0.1  # the worker writes four times a second
POLL_IDLE_S = 0.5
AFTER_FIRST_FRAME_S = 0.1
SWITCH_INTERVAL_S = 0.001  # while modules load in a thread, keys get their turn this often


@runtime_checkable
class Watching(Protocol):
    """A screen over the main one that shows what others write."""

    def database_changed(self) -> None:
        """Draw it."""


class BrightrunApp(App[None]):
    """brightrun in a terminal."""

    TITLE = "brightrun"
    CSS_PATH: ClassVar[Any] = ["styles/main.tcss"]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "f13"  # the keymap has its own keys for it
    COMMANDS: ClassVar[Any] = {lambda: importlib.import_module("tui.palette").CommandsProvider}
    ESCAPE_TO_MINIMIZE = False

    def __init__(self, settings: Settings, *, view: str | None = None, flags: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.flags = dict(flags or {})
        set_score_bounds(settings.review_below, settings.approve_from)
        self.keymap = Keymap(read_key_overrides())
        self.database = Path(settings.database.removeprefix("sqlite:///")).expanduser()
        self.browser = Browser(self.database, state_dir())
        self.services: Services | None = None
        self.overview = Overview()
        self.progress = Progress()
        self.key_time = 0.0
        self.last_opened = 0.0
        self.wanted_view = view
        self._provider = settings.provider or "ask"
        self._poll: Timer | None = None
        self._poll_every = 0.0
        self._main: MainScreen | None = None

    @property
    def main(self) -> MainScreen:
        """The main screen."""
        if self._main is None:
            self._main = MainScreen(self)
        return self._main

    def get_default_screen(self) -> Screen[Any]:
        """The table at once where the last view can be replayed, else a screen that says what is being done."""
        try:
            if self.browser.restore() and self._view_fits():
                self.read_counts()
                return self.main
        except StorageError:
            self.browser.close()  # the file is another one than at the last start; the slower way finds out
        return LoadingScreen()

    def _view_fits(self) -> bool:
        saved = str(self.browser.view_state.get("query", ""))
        return self.wanted_view is None or self.wanted_view == saved

    def on_mount(self) -> None:
        """Colours, key problems, and the slower part of the start."""
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        for problem in self.keymap.problems:
            self.notify(problem, severity="warning", timeout=10, markup=False)
        if isinstance(self.screen, LoadingScreen):
            self._open()
        else:  # the rows first: what loads after them would only delay them
            self.call_after_refresh(self.set_timer, AFTER_FIRST_FRAME_S, self._open)

    @work(group="open", exit_on_error=False)
    async def _open(self) -> None:
        """Create or migrate the database, load the services, then ask what a first start has to ask."""
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        try:
            await self._prepare()
            await self.open_services()
        except BrightrunError as error:
            self.push_screen(TroubleScreen(error))
            return
        finally:
            sys.setswitchinterval(usual)
            gc.freeze()  # off since `tui.entry`: what was loaded by now is never garbage
            gc.enable()
        await self._ask_at_first_start()

    async def _prepare(self) -> None:
        loading = self.screen if isinstance(self.screen, LoadingScreen) else None
        step = loading.step_from_thread if loading is not None else _no_step
        self.settings = await asyncio.to_thread(_prepare, self.flags, step)
        if loading is not None:
            await asyncio.to_thread(self._first_view)
            self.read_counts()
            # Pushed, not switched to: between two screens Textual has none for a moment, which widgets do not bear.
            await self.push_screen(self.main)

    def _first_view(self) -> None:
        from core.query import parse

        query = self.wanted_view
        if query is None:
            query = str(self.browser.view_state.get("query", ""))
        self.browser.set_view(parse(query))
        self.browser.remember(query=query)

    async def open_services(self) -> None:
        """Open the services, or open them again after the settings changed."""
        module = await asyncio.to_thread(importlib.import_module, "core.services")
        if self.services is not None:
            await self.services.close()
        self.services = await module.Services.open(self.settings)
        self.main.services_opened()
        self._watch()
        self.run_worker(self._name_advisor(), group="advisor", exit_on_error=False)

    async def _ask_at_first_start(self) -> None:
        from core.access import mode

        try:
            found = await asyncio.to_thread(mode, self.settings)
        except BrightrunError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return
        self._provider = found
        self.main.draw_header()
        if found == "ask":
            await self.main.do_practice_choose()
        elif self.progress.job is not None and self.progress.job.is_open and self.services is not None:
            trouble = await asyncio.to_thread(self.services.generation.ensure_worker)
            if trouble:
                self.notify(trouble, severity="warning", timeout=15, markup=False)

    @property
    def provider(self) -> str:
        """live, simulated, or "ask" while nobody has chosen."""
        return self._provider

    async def choose_provider(self, provider: Literal["live", "simulated"]) -> str:
        """Keep the choice in the settings, open the services with it, and give what it came to: without a key, live
        stays "ask". Raises SettingsError."""
        from core.access import choose, mode

        self.flags["provider"] = provider
        self.settings = await asyncio.to_thread(choose, provider, self.flags)
        self._provider = await asyncio.to_thread(mode, self.settings)
        await self.open_services()
        return self._provider

    async def _name_advisor(self) -> None:
        """Learn from the pack what the advisor is called, once; the next start knows it."""
        from core.prompting.store import pack_context

        if self.services is None or self.browser.view_state.get("advisor"):
            return
        async with self.services.database.read() as session:
            advisor = (await pack_context(session)).advisor
        name = str(advisor.get("short_name") or str(advisor.get("name", "")).partition(" ")[0])
        if name:
            self.browser.remember(advisor=name)
            self.main.name_advisor(name)

    def simulated_left(self) -> bool:
        """Whether there are practice results in the plan."""
        return self.overview.simulated > 0

    # Watching the database

    def read_counts(self) -> None:
        """Read the header's counts and the state of the engine."""
        self.overview = self.browser.overview()
        self.progress = self.browser.progress()

    def _watch(self) -> None:
        running = self.progress.job is not None and self.progress.job.status in ("queued", "running")
        wanted = POLL_RUNNING_S if running else POLL_IDLE_S
        if wanted != self._poll_every:
            if self._poll is not None:
                self._poll.stop()
            self._poll_every = wanted
            self._poll = self.set_interval(wanted, self.look)

    def look(self) -> None:
        """Take up what others wrote since the last look; costs microseconds when they wrote nothing."""
        try:
            if not self.browser.changed():
                self.main.tick()
                return
            before = self.progress
            self.read_counts()
            self._tell(before, self.progress)
            self.main.database_changed()
            if self.screen is not self.main and isinstance(self.screen, Watching):
                self.screen.database_changed()
        except StorageError as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
        self._watch()

    def _tell(self, before: Progress, now: Progress) -> None:
        """Messages about the job: every so many rows, and how it ended."""
        old, new = before.job, now.job
        if old is None or new is None or old.id != new.id:
            return
        every = self.settings.toast_every
        if every and new.done // every > old.done // every and new.is_open:
            self.notify(f"{new.done} of {new.total} conversations are written.", timeout=5, markup=False)
        if old.is_open and not new.is_open:
            failed = f", {new.failed} failed" if new.failed else ""
            words = {"completed": "is done", "cancelled": "was stopped", "failed": "failed"}
            why = f": {new.reason}" if new.reason else ""
            text = f"Job {new.id} {words.get(new.status, new.status)}{why}. {new.done} written{failed}."
            self.notify(text, severity="warning" if new.failed else "information", timeout=8, markup=False)
        elif old.status != "paused" and new.status == "paused":
            key = self.keymap.key("job.pause")
            why = f": {new.reason}" if new.reason else ""
            self.notify(f"Job {new.id} is paused{why}. {key} goes on.", severity="warning", timeout=10, markup=False)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Remember when a key was pressed, and keep a fresh dialog from being answered by a key meant for before."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.key_time = event.time
            ready_at = getattr(self.screen, "ready_at", 0.0)
            if event.time < ready_at:
                return
        await super().on_event(event)

    @staticmethod
    def now() -> float:
        """The clock that key events carry."""
        return time.monotonic()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What nobody expected is told, too: silence would look like a dead key."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.log.error(event.worker.error)
            text = f"{type(event.worker.error).__name__}: {event.worker.error}"
            self.notify(safe_line(text, 300), title="Unexpected", severity="error", timeout=15, markup=False)

    async def action_run(self, command_id: str) -> None:
        """Commands that are clicked in a place that is no screen of commands run on the main screen."""
        await self.main.action_run(command_id)

    async def on_unmount(self) -> None:
        """Give back the database."""
        if self.services is not None:
            await self.services.close()
        self.browser.close()


def _prepare(flags: Mapping[str, Any], step: Any) -> Settings:
    """Validate the settings and bring the database to where this version needs it. Runs in a thread."""
    from core.settings.model import load
    from core.setup import prepare

    settings = load(flags)
    prepare(settings, step)
    return settings


def _no_step(text: str) -> None:
    """Nobody looks: the table is on the screen already."""
