"""What lies behind the History tab: two versions of a conversation compared, and one call with its request and answer.

Any two versions can be compared; the texts are read when they are shown, never before.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from core.browse import Call, Row, Version
from core.rewriting.comparing import Passage, compare
from core.text.terminal import safe_line
from tui.figures import counted
from tui.pages.difference import difference_page
from tui.pages.history import when
from tui.pages.setting import named, plain
from tui.screens.bars import spread
from tui.screens.jobs import ListScreen
from tui.widgets.document_view import DocumentView
from tui.widgets.progress_job import calls_page

if TYPE_CHECKING:
    from tui.app import BrightrunApp

PAGE_WIDTH = 180
PROSE_WIDTH = 110


class PageScreen(ListScreen):
    """A page about one conversation, with its header."""

    def __init__(self, app: BrightrunApp, row: Row) -> None:
        super().__init__(app)
        self._row = row
        self.page = DocumentView(id="lines")

    @property
    def lines(self) -> DocumentView:
        """The page."""
        return self.page

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
        self.draw_header(f"{named(self._call.stage)}, try {self._call.attempt}", plain(self._call.model))
        self.draw_footer()


class VersionsScreen(PageScreen):
    """Two versions of a conversation. Both sides can be moved through all versions; the last one is what is now."""

    WHERE: ClassVar[str] = "versions"

    def __init__(self, app: BrightrunApp, row: Row, versions: list[Version], picked: Version) -> None:
        super().__init__(app, row)
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

    def _move(self, left: int, right: int) -> None:
        wanted_left, wanted_right = self._left + left, self._right + right
        if not 0 <= wanted_left < wanted_right <= len(self._versions):
            self.say("There is no version further on this side: the left one is the older of the two.")
            return
        self._left, self._right = wanted_left, wanted_right
        self.draw()

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
        place, number = self.page.go_to_named("difference", step)
        self.say(f"difference {place} of {number}" if number else "There is no difference.")
