"""What lies behind the History tab: two versions of a conversation compared, and one call with its request and answer.

Any two versions can be compared; the texts are read when they are shown, never before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from core.browse import Call, Row, Version
from core.progress import stage_words
from core.rewriting.comparing import Passage, compare
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.pages.difference import difference_page
from tui.pages.history import when
from tui.pages.setting import named, plain
from tui.screens.bars import spread
from tui.screens.finding import FindCommands
from tui.screens.jobs import ListScreen
from tui.widgets.document_view import DocumentView
from tui.widgets.progress_job import calls_page

if TYPE_CHECKING:
    from tui.app import BrightrunApp

PAGE_WIDTH = 180
PROSE_WIDTH = 110
# Which way the two sides go, by the condition that there is a version.
_MOVES = {"left_older": (-1, 0), "left_newer": (1, 0), "right_older": (0, -1), "right_newer": (0, 1)}


class PageScreen(FindCommands, ListScreen):
    """A page about one conversation, with its header."""

    def __init__(self, app: BrightrunApp, row: Row) -> None:
        super().__init__(app)
        self._row = row
        self.page = DocumentView(id="lines")

    @property
    def lines(self) -> DocumentView:
        """The page."""
        return self.page

    def leave(self) -> None:
        """Back to the History tab."""
        self.dismiss()

    def draw_header(self, what: str, tail: str) -> None:
        """Which conversation it is, and what of it."""
        left: list[Any] = [(f" #{self._row.number}", "bold"), (f"  {self._row.conversation_id}", "")]
        left.append((f"  {safe_line(what, 100)}", "$foreground 60%"))
        self.header.show(spread(left, [(f"{safe_line(tail, 60)} ", "$foreground 60%")], self.app.size.width))


class CallScreen(PageScreen):
    """One call: its figures, the answer, and what was sent; keys are taken out."""

    WHERE: ClassVar[str] = "calls"

    def __init__(self, app: BrightrunApp, row: Row, call: Call) -> None:
        super().__init__(app, row)
        self._call = call

    def draw(self) -> None:
        """The call never changes."""
        self.page.show(partial(calls_page, [self._call], ""), key="call", max_width=PROSE_WIDTH)
        self.draw_header(f"{plain(stage_words(self._call.stage))}, try {self._call.attempt}", plain(self._call.model))
        self.draw_footer()


class VersionsScreen(PageScreen):
    """Two versions of a conversation. Both sides can be moved through all versions; the last one is what is now."""

    WHERE: ClassVar[str] = "versions"
    NEXT_KEY = "diff.next"

    def __init__(
        self,
        app: BrightrunApp,
        row: Row,
        versions: list[Version],
        picked: Version,
        bring_back: Callable[[Version], Awaitable[bool]],
    ) -> None:
        super().__init__(app, row)
        self._bring_back = bring_back  # asks, and says whether it was done
        self._versions = versions  # oldest first; one beyond the last is what there is now
        self._left, self._right = versions.index(picked), len(versions)
        self._compared: tuple[tuple[int, int], list[Passage]] | None = None

    def draw(self) -> None:
        """Both sides as they are chosen."""
        pair = (self._left, self._right)
        if self._compared is None or self._compared[0] != pair:
            self._compared = (pair, compare(self._version(self._left), self._version(self._right)))
        passages = self._compared[1]
        left, right = self._words_of(self._left), self._words_of(self._right)
        self.page.show(partial(difference_page, passages, left, right), key=pair, max_width=PAGE_WIDTH)
        number = sum(passage.differences for passage in passages)
        self.draw_header(f"{left} → {right}", counted(number, "difference"))
        self.draw_footer()

    def database_changed(self) -> None:
        """What is now may be another text."""
        if self._right == len(self._versions):
            self._compared = None
        self.draw()

    def _version(self, place: int) -> dict[str, Any]:
        browser = self.bright.browser
        if place < len(self._versions):
            return browser.version_text(self._versions[place].id)
        return browser.snapshot(self._row.conversation_id)

    def _words_of(self, place: int) -> str:
        if place == len(self._versions):
            return "now"
        version = self._versions[place]
        return f"version {version.version}, {named(version.reason)} {when(version.at)}"

    def _can_move(self, left: int, right: int) -> bool:
        return 0 <= self._left + left < self._right + right <= len(self._versions)

    def _move(self, left: int, right: int) -> None:
        self._left, self._right = self._left + left, self._right + right
        self.draw()

    def _missing(self, need: str, command: Command) -> str:
        if need in _MOVES:
            end = "There is no version further on this side: the left one is the older of the two."
            return "" if self._can_move(*_MOVES[need]) else end
        if need == "version":
            return ""  # the left side is always a former one
        return super()._missing(need, command)

    def label_of(self, command: Command) -> str:
        """Which side comes back."""
        return "Bring left back" if command.id == "version.restore" else super().label_of(command)

    def do_version_restore(self) -> None:
        """Put the text of the left side back."""
        self.flow(self._restore(self._versions[self._left]), asks=True)

    async def _restore(self, version: Version) -> None:
        if await self._bring_back(version):
            self.dismiss()

    def do_diff_left_older(self) -> None:
        """An older version on the left."""
        self._move(-1, 0)

    def do_diff_left_newer(self) -> None:
        """A newer one."""
        self._move(1, 0)

    def do_diff_right_older(self) -> None:
        """An older version on the right."""
        self._move(0, -1)

    def do_diff_right_newer(self) -> None:
        """A newer one."""
        self._move(0, 1)

    def do_diff_next(self) -> None:
        """The next difference."""
        self._go(1)

    def do_diff_previous(self) -> None:
        """The difference before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        if self.page.wanted:
            self.do_find_next(step)
            return
        place, number = self.page.go_to_named("difference", step)
        self.say(f"difference {place} of {number}" if number else "There is no difference.")
