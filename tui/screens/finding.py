"""Search in a page of text: the line it is typed into, and the way from one place to the next and back.

For screens that show a `DocumentView`: the tabs of a conversation, its calls, two versions compared. It only moves the
page; what stands on it is the screen's business.
"""

from __future__ import annotations

from textual import on
from textual.content import Content
from textual.widgets import Input

from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Bar
from tui.screens.bound import BoundScreen
from tui.screens.footer import KEY, LABEL
from tui.widgets.document_view import DocumentView
from tui.widgets.line_input import LineInput


class FindCommands(BoundScreen):
    """Search a page, with the keys that go on."""

    NEXT_KEY = "find.next"  # the command whose key goes on to the next place
    page: DocumentView
    footer: Bar
    _search: Input | None = None

    def leave(self) -> None:
        """Back to where this was opened."""
        raise NotImplementedError

    def to_search(self, text: str) -> None:
        """A text is looked for: what hides part of the page is taken away."""

    def _missing(self, need: str, command: Command) -> str:
        if need == "found":
            key = self.bright.keymap.key("find.text")
            return "" if self.page.wanted else f"Nothing is searched for: {key} searches here."
        return super()._missing(need, command)

    async def do_find_text(self) -> None:
        """Search in this page."""
        if self._search is None:
            self._search = LineInput(id="find", placeholder="search here", select_on_focus=True)
            self._search.cursor_blink = False
            await self.mount(self._search, before=self.footer)
        self._search.value = self.page.wanted
        self.add_class("-finding")
        self._search.focus()
        self.quiet()
        self.call_after_refresh(self.bright.held_keys.release)

    @on(Input.Submitted, "#find")
    def find_submitted(self, event: Input.Submitted) -> None:
        """Go to the first place."""
        event.stop()
        self._close_search()
        text = " ".join(event.value.split())
        if text:
            self.to_search(text)
        if not self.page.find(text) and text:
            self.page.find("")
            self.say(f"“{safe_line(text, 40)}” is not here.")
        elif text:
            self.do_find_next()

    def _close_search(self) -> None:
        self.remove_class("-finding")
        self.page.focus()
        self.draw_footer()

    def keys_shown(self, width: int) -> Content:
        """While one writes what to search for, letters are no keys."""
        if not self.has_class("-finding"):
            return super().keys_shown(width)
        parts = (" enter", KEY), (" Search  ", LABEL), (self.bright.keymap.key("app.back"), KEY), (" Back", LABEL)
        return Content.assemble(*parts).truncate(max(1, width))

    def do_find_next(self, step: int = 1) -> None:
        """The next place that was searched for."""
        place, number = self.page.go_to_match(step)
        if not number:  # searched for on another page, or what has it was folded since
            self.to_search(self.page.wanted)
            place, number = self.page.go_to_match(step)
        if not number:
            self.say(f"“{safe_line(self.page.wanted, 40)}” is not here.")
            return
        key = self.bright.keymap.key
        self.say(
            f"line {place} of {counted(number, 'line')} with “{safe_line(self.page.wanted, 30)}”",
            f"{key(self.NEXT_KEY)} next, {key('find.previous')} previous, {key('app.back')} ends",
        )

    def do_find_previous(self) -> None:
        """The place before."""
        self.do_find_next(-1)

    def do_app_back(self) -> None:
        """End the search, then back."""
        if self.has_class("-finding"):
            self._close_search()
        elif self.page.wanted:
            self.page.find("")
            self.say("The search is over.")
        else:
            self.leave()
