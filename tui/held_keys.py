"""Keys that come right behind one that opens a line to write in, or closes it: they wait until that is done.

A slow connection delivers a word at once. Without this its letters would reach the table before the line has the focus,
and be obeyed as verdicts. The app asks before it hands a key on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.timer import Timer
from textual.widgets import Input

from tui.keymap import BY_ID
from tui.screens.bound import BoundScreen
from tui.widgets.query_input import QueryInput

if TYPE_CHECKING:
    from tui.app import BrightrunApp

# Commands that open a line, by the screens on which nothing else has their keys.
LINES = {
    "main": (
        "filter.search",
        "plan.new",
        "review.note",
        "review.reason",
        "review.approve_note",
        "review.reject_note",
        "review.needs_edit_note",
        "review.reviewed_note",
    ),
    "detail": (
        "find.text",
        "review.note",
        "review.reason",
        "review.approve_note",
        "review.reject_note",
        "review.needs_edit_note",
        "review.reviewed_note",
    ),
    "calls": ("find.text",),
    "imports": ("import.new",),
    "import": ("import.add",),
    "settings": ("settings.find",),
    "coverage": ("plan.new", "coverage.fill_cell"),
    "sources": ("sources.find", "sources.link", "sources.unlink", "sources.import"),
    "source": ("sources.link", "sources.unlink"),
}
EVERYWHERE = ("app.palette",)
PALETTE = "--command-palette"  # the id of Textual's own screen
# A line that has not come after so many looks does not come; looks and not seconds, since a busy app takes none.
LOOKS = 100
LOOK_S = 0.02


class HeldKeys:
    """The keys that wait for a line."""

    def __init__(self, app: BrightrunApp) -> None:
        self._app = app
        self._waiting: list[events.Key] | None = None
        self._looks = 0  # how many are left
        self._looking: Timer | None = None

    def takes(self, event: events.Key) -> bool:
        """Whether a key has to wait. A key that opens a line goes through; those behind it wait."""
        if self._waiting is not None:
            self._waiting.append(event)
            return True
        screen = self._app.screen
        if isinstance(screen, BoundScreen) and (self._leaves(event) or self._opens(event, screen)):
            self._waiting, self._looks = [], LOOKS
            self._looking = self._app.set_interval(LOOK_S, self._look)
        return False

    def _look(self) -> None:
        """One look less; after the last one nothing comes any more."""
        self._looks -= 1
        if self._looks == 0:
            self.release()

    def _leaves(self, event: events.Key) -> bool:
        """Whether the key closes the query line: what follows is for the list that was found."""
        return event.key == "enter" and isinstance(self._app.focused, QueryInput)

    def _opens(self, event: events.Key, screen: BoundScreen) -> bool:
        focused = self._app.focused
        if isinstance(focused, Input) or (focused is not None and focused.id == "facets"):
            return False  # letters find a value there
        for name in (*EVERYWHERE, *LINES.get(screen.WHERE, ())):
            if event.key in self._app.keymap.keys(name):
                return screen.opens_line(BY_ID[name])
        return False

    def none_comes(self) -> None:
        """The command opened no line, or the line is done with: what waits is for what has the focus now."""
        self._looks = 0
        self._app.call_later(self._drain, True)

    def release(self) -> None:
        """The line is there, or does not come. It gets the focus by a message to the app, so this goes behind that."""
        self._app.call_later(self._drain)

    async def _drain(self, without: bool = False) -> None:
        """Hand on what waits, in order; what comes meanwhile queues up. Without a line it is dropped, not obeyed,
        unless it is known to be for the screen."""
        if not self._app.screen_stack:
            return  # the app is closing
        if not self._is_there() and self._looks > 0:
            self._app.set_timer(LOOK_S, self._drain)  # a busy machine shows it in a moment
            return
        while self._waiting:
            event = self._waiting.pop(0)
            if without or self._is_there():
                await self._app.hand_on(event)
        self._waiting = None
        if self._looking is not None:
            self._looking.stop()

    def _is_there(self) -> bool:
        screen = self._app.screen  # the palette's line gets the focus a moment after the palette came
        return isinstance(self._app.focused, Input) or not (isinstance(screen, BoundScreen) or screen.id == PALETTE)
