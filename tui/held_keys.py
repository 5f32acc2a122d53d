"""Keys that come right behind one that opens a line to write in, or closes it: they wait until that is done.

A slow connection delivers a word at once. Without this its letters would reach the table before the line has the focus,
and be obeyed as verdicts; what was typed behind the end of a line would be lost in it. Keys typed blind do what they do
typed slowly. The app asks before it hands a key on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
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
        "edit.facts",
        "review.note",
        "review.reason",
        "review.approve_note",
        "review.reject_note",
        "review.needs_edit_note",
        "review.reviewed_note",
    ),
    "detail": (
        "find.text",
        "edit.facts",
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
CLOSING = ("enter", "escape")
CLOSING_LOOKS = 10  # one of these that has not closed the line by then does not close it
ENDING_LOOKS = 50  # so long what was written may take to be stored before the keys behind it go on
LOOK_S = 0.02
# In a line these, and letters, only write; any other key may close it or lead to another one.
WRITING = frozenset(one.key for one in Binding.make_bindings(Input.BINDINGS)) - {"enter"}


@dataclass(eq=False)
class _Wait:
    """Keys that wait for a line, or for the end of one."""

    keys: list[events.Key]
    left: tuple[Screen[Any], Widget | None] | None = None  # where the key went that may close the line
    calls: bool = False  # it calls a command
    looked: int = 0


class HeldKeys:
    """The keys that wait for a line. What was begun for a wait that is over finds another one, and leaves it alone."""

    def __init__(self, app: BrightrunApp) -> None:
        self._app = app
        self._waiting: _Wait | None = None
        self._looking: Timer | None = None

    def takes(self, event: events.Key) -> bool:
        """Whether a key has to wait. A key that opens a line goes through; those behind it wait."""
        if self._waiting is not None:
            self._waiting.keys.append(event)
            return True
        screen = self._app.screen
        if isinstance(screen, BoundScreen) and (self._leaves(event) or self._opens(event, screen)):
            self._begin(_Wait([]))
        return False

    def none_comes(self) -> None:
        """The command opened no line, or the line is done with: what waits is for what has the focus now."""
        if self._waiting is not None:
            self._app.call_later(self._go_on, self._waiting)

    def refused(self) -> None:
        """The command that opens the line was refused: what was meant for the line is dropped, up to its end."""
        wait = self._waiting
        if wait is not None and wait.left is None:
            ends = (place for place, event in enumerate(wait.keys, 1) if event.key in CLOSING)
            del wait.keys[: next(ends, len(wait.keys))]
            self.none_comes()

    def release(self) -> None:
        """The line is there, or does not come. It gets the focus by a message to the app, so this goes behind that."""
        if self._waiting is not None:
            self._app.call_later(self._drain, self._waiting)

    def _begin(self, wait: _Wait) -> None:
        self._end()
        self._waiting = wait
        self._looking = self._app.set_interval(LOOK_S, partial(self._look, wait))

    def _end(self) -> None:
        self._waiting = None
        if self._looking is not None:
            self._looking.stop()

    def _look(self, wait: _Wait) -> None:
        """Whether the line has gone that a key may have closed; one that was to come does not come after the last."""
        if wait is not self._waiting or not self._app.screen_stack:
            return  # it is over, or the app is closing
        wait.looked += 1
        if wait.left is None:
            if wait.looked == LOOKS:
                self.release()
        elif self._is_there():
            if wait.left != self._place() or wait.looked >= CLOSING_LOOKS:  # another one came, or it stays
                self._begin(_Wait(wait.keys))
                self._app.screen.call_after_refresh(self.release)
        else:
            self._app.call_later(self._closed, wait)  # behind the command that the palette has just sent off

    async def _closed(self, wait: _Wait) -> None:
        """The line has gone. When what it was for is done, keys count again, unless another line comes first."""
        stores = wait.looked < ENDING_LOOKS and self._stores()
        if wait is not self._waiting or stores or self._is_there():
            return
        if wait.calls:
            wait.keys.clear()  # meant for a line; the palette may have called another command than a blind hand wanted
        await self._go_on(wait)

    async def _drain(self, wait: _Wait) -> None:
        """Hand on what waits, in order, up to a key that may close the line; what comes meanwhile queues up. Without a
        line it is dropped, not obeyed."""
        if wait is not self._waiting or wait.left is not None or not self._app.screen_stack:
            return
        if not self._is_there() and wait.looked < LOOKS:
            self._app.set_timer(LOOK_S, partial(self._drain, wait))  # a busy machine shows it in a moment
            return
        line, written = self._app.focused, False
        while wait.keys:
            if written and line is not None and not self._writes(wait.keys[0]):
                line.call_later(self.release)  # behind the letters: a key that counts everywhere would overtake them
                return
            event = wait.keys.pop(0)
            if not self._is_there():
                continue
            if self._writes(event):
                written = True
            elif self._leaves(event):
                self._begin(_Wait(wait.keys))
            else:
                calls = self._app.screen.id == PALETTE and event.key == "enter"
                self._begin(_Wait(wait.keys, self._place(), calls))
            at, then = self._app.focused or self._app.screen, self._waiting
            await self._app.hand_on(event)
            if then is not wait:
                if event.key not in CLOSING:
                    self._behind(at, partial(self._stays, then))
                return
            if wait is not self._waiting:
                return
        self._end()

    def _behind(self, node: DOMNode | None, then: Callable[[], object]) -> None:
        """Do it behind what a widget and all that it stands in have been sent: a key goes that way."""
        if node is None:
            then()
        else:
            node.call_later(self._behind, node.parent, then)

    def _stays(self, wait: _Wait | None) -> None:
        """A key that hardly ever closes a line has been dealt with: nobody looks for long whether it did."""
        if wait is not None and wait is self._waiting and self._is_there() and wait.left == self._place():
            self._begin(_Wait(wait.keys))
            self.release()

    async def _go_on(self, wait: _Wait) -> None:
        """What waits does what it would do if it came now: it may open the next line."""
        if wait is not self._waiting or not self._app.screen_stack:
            return
        self._end()
        for event in wait.keys:
            if not self.takes(event):
                await self._app.hand_on(event)

    def _leaves(self, event: events.Key) -> bool:
        """Whether the key closes the query line: what follows is for the list that was found."""
        return event.key == "enter" and isinstance(self._app.focused, QueryInput)

    def _writes(self, event: events.Key) -> bool:
        """Whether the key only writes in the line that has the focus."""
        return isinstance(self._app.focused, Input) and (event.is_printable or event.key in WRITING)

    def _opens(self, event: events.Key, screen: BoundScreen) -> bool:
        focused = self._app.focused
        if isinstance(focused, Input) or (focused is not None and focused.id == "facets"):
            return False  # letters find a value there
        for name in (*EVERYWHERE, *LINES.get(screen.WHERE, ())):
            if event.key in self._app.keymap.keys(name):
                return screen.opens_line(BY_ID[name])
        return False

    def _is_there(self) -> bool:
        screen = self._app.screen  # the palette's line gets the focus a moment after the palette came
        if isinstance(self._app.focused, Input):
            return True
        unready = getattr(screen, "ready_at", 0.0) == float("inf")
        return not (isinstance(screen, BoundScreen) or screen.id == PALETTE or unready)

    def _place(self) -> tuple[Screen[Any], Widget | None]:
        return self._app.screen, self._app.focused

    def _stores(self) -> bool:
        """Whether a command is under way, as it is between the answer to its question and its end."""
        return any(one.group == "flow" and not one.is_finished for one in self._app.workers)
