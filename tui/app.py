"""The app: opens the database, shows the last view at once and loads the services behind it.

It never calls the model's service and never blocks a key: what takes long runs in a thread or in the worker process.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import events, work
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.notifications import Notification, SeverityLevel
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from core.browse import Browser, Overview, Progress
from core.errors import BrightrunError, StorageError
from core.home import expanded
from core.review.pace import Pace
from core.settings.fields import Settings, read_key_overrides, state_dir
from core.text.terminal import safe_line
from tui.colours import readable
from tui.database_watch import DatabaseWatch
from tui.held_keys import HeldKeys
from tui.keymap import Keymap
from tui.news import News
from tui.own_words import own_words
from tui.screens.bound import BoundScreen
from tui.screens.loading import LoadingScreen, TroubleScreen
from tui.screens.main import MainScreen
from tui.steps import Steps
from tui.tidying import Tidying
from tui.widgets.glyphs import set_score_bounds
from tui.worker_watch import WorkerWatch

if TYPE_CHECKING:
    from core.services import Services

AFTER_FIRST_FRAME_S = 0.1
LARGE_PLAN = 500  # rows
NO_COLOUR_THEME = "ansi-dark"
SWITCH_INTERVAL_S = 0.001  # while modules load in a thread, keys get their turn this often


class BrightrunApp(App[None]):
    """brightrun in a terminal."""

    TITLE = "brightrun"
    CSS_PATH: ClassVar[Any] = ["styles/main.tcss"]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "f13"  # the keymap has its own keys for it
    COMMANDS: ClassVar[Any] = {lambda: importlib.import_module("tui.palette").CommandsProvider}
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        settings: Settings,
        *,
        view: str | None = None,
        columns: tuple[str, ...] | None = None,
        flags: Mapping[str, Any] | None = None,
    ) -> None:
        # NO_COLOR: Textual would turn colours into greys; with the terminal's own it leaves them out altogether.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.settings = settings
        self.flags = dict(flags or {})
        set_score_bounds(settings.review_below, settings.approve_from)
        self.keymap = Keymap(read_key_overrides())
        self.database = expanded(settings.database.removeprefix("sqlite:///"))
        self.browser = Browser(self.database, state_dir())
        self.services: Services | None = None
        self.overview = Overview()
        self.progress = Progress()
        self.key_time = 0.0
        self.last_opened = 0.0
        self.wanted_view, self.wanted_columns = view, columns
        self._provider = settings.provider or "ask"
        self._main: MainScreen | None = None
        self.news = News(self)
        self.database_watch = DatabaseWatch(self)
        self.worker_watch = WorkerWatch(self)
        self._toasts: dict[str, Notification] = {}  # the last of each kind
        # Review: how fast, what may still be given a reason, and what somebody else decided under the reader's eyes.
        self.pace = Pace()
        self.held_keys = HeldKeys(self)
        self.tidying = Tidying(self)
        self.explainable: tuple[str, int] | None = None
        self.overtaken: tuple[str, int] | None = None
        self.acting = 0  # acts of our own that are being stored: what changes meanwhile is no news

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
                self.database_watch.read_counts()
                return self.main
        except StorageError:
            self.browser.close()  # the file is another one than at the last start; the slower way finds out
        return LoadingScreen()

    def _take_colours(self) -> None:
        """The theme of the settings; without colour the one that tells focus and cursor by their look."""
        if self.no_color:
            self.theme = NO_COLOUR_THEME
        elif self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        else:
            name = safe_line(self.settings.theme, 40)
            self.tell(f"There is no theme {name}: : and Theme shows them all.", "warning", kind="theme")

    def get_css_variables(self) -> dict[str, str]:
        """The colours of the theme; on light paper such as can be read."""
        found = super().get_css_variables()
        if not self.current_theme.dark:
            self.theme_variables = found = readable(found)
        return found

    def _view_fits(self) -> bool:
        saved = str(self.browser.view_state.get("query", ""))
        return self.wanted_view is None or self.wanted_view == saved

    def on_mount(self) -> None:
        """Colours, key problems, and the slower part of the start."""
        self._take_colours()
        for problem in self.keymap.problems:
            self.notify(problem, severity="warning", timeout=10, markup=False)
        if isinstance(self.screen, LoadingScreen):
            self._open()
        else:  # the rows first: what loads after them would only delay them
            self.call_after_refresh(self.set_timer, AFTER_FIRST_FRAME_S, self._open)

    @work(group="open", exit_on_error=False)
    async def _open(self) -> None:
        """Create or migrate the database, load the services, then ask what a first start has to ask."""
        from core.memory import prepare_memory

        prepare_memory()
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        try:
            await self._prepare()
            await self.open_services()
        except BrightrunError as error:
            self.push_screen(TroubleScreen(error))
            return
        except OSError as error:
            self.push_screen(TroubleScreen(_refused_by_the_system(error)))
            return
        finally:
            sys.setswitchinterval(usual)
            gc.freeze()  # off since `tui.entry`: what was loaded by now is never garbage
            gc.enable()
        if self.browser.not_remembered:
            self.notify(self.browser.not_remembered, severity="warning", timeout=15, markup=False)
        await self._ask_at_first_start()

    async def _prepare(self) -> None:
        from core.prepared import make_ready

        loading = self.screen if isinstance(self.screen, LoadingScreen) else None
        step = loading.step_from_thread if loading else lambda _: None
        known = str(self.browser.view_state.get("checked", "")), str(self.browser.view_state.get("prepared", ""))
        self.settings, *marks = await asyncio.to_thread(make_ready, self.flags, step, *known)
        self.browser.view_state |= dict(zip(("checked", "prepared"), marks, strict=True))
        if loading is None and tuple(marks) != known:
            self.browser.remember()
        if loading is not None:
            await asyncio.to_thread(self._first_view)
            self.database_watch.read_counts()
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
        await self.services.review.recall()
        self.pace.begin(time.monotonic())
        self.main.services_opened()
        self.news.told_while_away()
        self.database_watch.keep_looking()
        self.run_worker(Steps(self._name_advisor), group="advisor", exit_on_error=False)

    async def _ask_at_first_start(self) -> None:
        from core.access import mode

        try:
            found = await asyncio.to_thread(mode, self.settings)
        except BrightrunError as error:
            self.notify(own_words(str(error), self.keymap), severity="error", timeout=15, markup=False)
            return
        self._provider = found
        self.main.draw_header()
        await self._warn_of_logout()
        if found == "ask":
            await self.main.do_practice_choose()
        elif self.progress.job is not None and self.progress.job.is_open and self.services is not None:
            self.worker_watch.opened()
            services = self.services  # the service is loaded in the thread, too
            trouble = await asyncio.to_thread(lambda: services.generation.ensure_worker())
            if trouble:
                self.notify(trouble, severity="warning", timeout=15, markup=False)

    async def _warn_of_logout(self) -> None:
        """Say once where a worker would not outlive the login, and the way round."""
        from core.engine.logout import WAY_ROUND, ends_worker_at_logout

        if self.browser.view_state.get("told_of_logout") or not await asyncio.to_thread(ends_worker_at_logout):
            return
        self.browser.remember(told_of_logout=True)
        text = f"This machine ends your processes when you log out, a worker too. {WAY_ROUND}"
        self.notify(text, severity="warning", timeout=20, markup=False)

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

    async def settings_changed(self) -> None:
        """Take up what was written to the settings file. Raises SettingsError."""
        from core.access import mode
        from core.settings.model import load

        self.settings = await asyncio.to_thread(load, self.flags)
        self._provider = await asyncio.to_thread(mode, self.settings)
        set_score_bounds(self.settings.review_below, self.settings.approve_from)
        self._take_colours()
        await self.open_services()

    async def _name_advisor(self) -> None:
        """Learn from the pack what the advisor is called, once; the next start knows it."""
        if self.services is None or self.browser.view_state.get("advisor"):
            return
        name = await self.services.advisor_name()
        if name:
            self.browser.remember(advisor=name)
            self.main.name_advisor(name)

    @property
    def is_large(self) -> bool:
        """Whether the plan is so large that reading it whole is done in a process of its own: here it would stay."""
        return self.overview.total > LARGE_PLAN

    def simulated_left(self) -> bool:
        """Whether there are practice results in the plan."""
        return self.overview.simulated > 0

    def pop_screen(self) -> AwaitComplete:
        """Close a screen; in a moment what it leaves is cleared away."""
        self.tidying.soon()
        return super().pop_screen()

    # Telling

    def tell(self, text: str, severity: SeverityLevel = "information", seconds: float = 4.0, kind: str = "") -> None:
        """A toast in place of the one of its kind before it: the newest answer, or news, is the one that is read."""
        old = self._toasts.get(kind)
        if old is not None:
            self._unnotify(old, refresh=False)
        new = Notification(safe_line(own_words(text, self.keymap), 400), "", severity, seconds)
        self._toasts[kind] = new
        self._notifications.add(new)
        self._refresh_notifications()

    @property
    def answers(self) -> bool:
        """Whether an answer to a key still lies over the last line."""
        last = self._toasts.get("")
        return last is not None and not last.has_expired

    def hush(self) -> None:
        """The last answer belonged to a screen that is gone, or another one stands where it lies: it goes."""
        old = self._toasts.pop("", None)
        if old is not None:
            self._unnotify(old)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Keys behind one that opens a line wait for it; all other events go their way."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if not self.held_keys.takes(event):
                await self.hand_on(event)
            return
        await super().on_event(event)

    async def hand_on(self, event: events.Key) -> None:
        """Remember when a key was pressed, and keep a fresh dialog from being answered by a key meant for before: it is
        dropped, or where the dialog opened by itself, goes where it was meant to."""
        self.key_time = event.time
        fresh = event.time < getattr(self.screen, "ready_at", 0.0)
        if fresh and getattr(self.screen, "gives_way", False):
            if not self.screen.is_mounted:
                self.call_later(self.hand_on, event)
                return
            self.screen.give_way()  # type: ignore[attr-defined]
            fresh = False
        if not fresh:
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

    async def action_quit(self) -> None:
        """Textual's own key leaves as ours does, but over a question at once; an import that runs is asked about."""
        if self._main is not None and (self._main.bringing is not None or isinstance(self.screen, BoundScreen)):
            self._main.do_app_quit()
        else:
            self.exit()

    async def action_run(self, command_id: str) -> None:
        """Commands that are clicked in a place that is no screen of commands run on the main screen."""
        await self.main.action_run(command_id)

    async def on_unmount(self) -> None:
        """Give back the database."""
        if self.services is not None:
            await self.services.close()
        self.browser.close()


def _refused_by_the_system(error: OSError) -> StorageError:
    """What the system refused, and for which file, in a sentence."""
    what = error.filename or "A file that brightrun needs"
    return StorageError(f"{what} cannot be used: {error.strerror or error}.", "Check its permissions and free space.")
