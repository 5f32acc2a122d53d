"""Moving about in the detail screen: its tabs, its panes, its search, and the way from a finding to its place.

The screen says what a tab shows (`draw`); nothing in here decides anything about the conversation.
"""

from __future__ import annotations

from typing import Any

from textual import on
from textual.widgets import Input

from core.browse import Reading
from core.text.sentences import split_sentences
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Bar
from tui.screens.outside import COPY_LIMIT, OutsideCommands
from tui.screens.reviewing import ReviewCommands
from tui.widgets.document_view import DocumentView
from tui.widgets.line_view import LineView
from tui.widgets.reading_view import ReadingView

TABS = ("conversation", "emotions", "strategy", "sentences", "quality", "history", "json")


class TabCommands(ReviewCommands, OutsideCommands):
    """Commands that change what is seen of a conversation."""

    tab = "conversation"
    reading: ReadingView
    page: DocumentView
    side: DocumentView
    footer: Bar
    _search: Input | None = None

    def draw(self) -> None:
        """Show the row in the tab as it is now."""
        raise NotImplementedError

    @property
    def body(self) -> ReadingView | DocumentView:
        """What holds the text of the tab."""
        return self.reading if self.has_class("-live") else self.page

    @property
    def pane(self) -> LineView:
        """What moving moves."""
        return self.side if self.side.has_focus else self.body

    def _missing(self, need: str, command: Command) -> str:
        if need == "finding":
            there = self.tab == "quality" and self.page.picked is not None
            return "" if there else "There is no finding to go to: findings are picked in the Quality tab."
        if need == "found":
            key = self.bright.keymap.key("find.text")
            return "" if self.page.wanted else f"Nothing is searched for: {key} searches this tab."
        return super()._missing(need, command)

    # Moving

    def do_move_next(self) -> None:
        """The next conversation of the list."""
        self.bright.main.table.action_cursor_down()

    def do_move_previous(self) -> None:
        """The one before."""
        self.bright.main.table.action_cursor_up()

    def do_move_down(self) -> None:
        """A line down."""
        self.pane.action_cursor_down()

    def do_move_up(self) -> None:
        """A line up."""
        self.pane.action_cursor_up()

    def do_move_top(self) -> None:
        """To the beginning."""
        self.pane.action_scroll_top()

    def do_move_bottom(self) -> None:
        """To the end."""
        self.pane.action_scroll_bottom()

    def do_move_page_down(self) -> None:
        """A page down."""
        self.pane.action_page_down()

    def do_move_page_up(self) -> None:
        """A page up."""
        self.pane.action_page_up()

    def do_move_half_down(self) -> None:
        """Half a page down."""
        self.pane.action_half_page_down()

    def do_move_half_up(self) -> None:
        """Half a page up."""
        self.pane.action_half_page_up()

    def do_view_next_pane(self) -> None:
        """The text, or the facts beside it."""
        beside = self.tab == "conversation" and self.has_class("-wide")
        (self.side if beside and not self.side.has_focus else self.body).focus()

    do_view_previous_pane = do_view_next_pane

    # Tabs

    def turn_to(self, tab: str) -> None:
        """Show another tab."""
        self.tab = tab
        self.draw()
        self.body.focus()

    def do_tab_conversation(self) -> None:
        """The conversation."""
        self.turn_to("conversation")

    def do_tab_emotions(self) -> None:
        """What the client feels."""
        self.turn_to("emotions")

    def do_tab_strategy(self) -> None:
        """How the advisor answers."""
        self.turn_to("strategy")

    def do_tab_sentences(self) -> None:
        """Each sentence with its reasons."""
        self.turn_to("sentences")

    def do_tab_quality(self) -> None:
        """Its quality."""
        self.turn_to("quality")

    def do_tab_history(self) -> None:
        """What happened to it."""
        self.turn_to("history")

    def do_tab_json(self) -> None:
        """Its training pairs."""
        self.turn_to("json")

    # From a finding to its place

    def do_find_open(self) -> None:
        """Go where the picked finding stands."""
        finding, row = self.page.picked, self.row
        if finding is None or row is None:
            return
        turn = finding.get("turn")
        if turn is None:
            self.say("This concerns the conversation as a whole.")
            return
        role = "client" if finding.get("role") == "client" else "advisor"
        words = _words_at(finding, self.bright.browser.reading(row))
        self.turn_to("conversation")
        whole = finding.get("role") not in ("client", "advisor")
        if not self.page.go_to(("turn", turn) if whole else ("said", turn, role), words):
            self.say(f"There is no turn {safe_line(str(turn), 12)} any more.")

    # Search

    async def do_find_text(self) -> None:
        """Search in this tab."""
        if self.has_class("-live"):
            self.warn("There is no text yet to search in.")
            return
        if self._search is None:
            self._search = Input(id="find", compact=True, placeholder="search in this tab", select_on_focus=True)
            self._search.cursor_blink = False
            await self.mount(self._search, before=self.footer)
        self._search.value = self.page.wanted
        self.add_class("-finding")
        self._search.focus()

    @on(Input.Submitted, "#find")
    def find_submitted(self, event: Input.Submitted) -> None:
        """Go to the first place."""
        event.stop()
        self._close_search()
        text = event.value.strip()
        if not self.page.find(text) and text:
            self.page.find("")
            self.say(f"“{safe_line(text, 40)}” is not in this tab.")
        elif text:
            self.do_find_next()

    def _close_search(self) -> None:
        self.remove_class("-finding")
        self.body.focus()

    def do_find_next(self, step: int = 1) -> None:
        """The next place that was searched for."""
        place, number = self.page.go_to_match(step)
        key = self.bright.keymap.key
        self.say(
            f"line {place} of {counted(number, 'line')} with “{safe_line(self.page.wanted, 30)}” · "
            f"{key('review.note')} next, {key('find.previous')} previous, {key('app.back')} ends"
        )

    def do_find_previous(self) -> None:
        """The place before."""
        self.do_find_next(-1)

    def do_review_note(self) -> None:
        """Write a note; while something is searched for, go to its next place."""
        if self.page.wanted:
            self.do_find_next()
        else:
            super().do_review_note()

    def do_copy_text(self) -> None:
        """Copy the conversation; in the JSON tab its training pairs."""
        row = self.row
        if self.tab != "json" or row is None or not row.turn_count:
            super().do_copy_text()
            return
        from tui.pages.record import record_text

        text = record_text(self.bright.browser.training_pairs(row.conversation_id))
        if len(text.encode()) > COPY_LIMIT:
            key = self.bright.keymap.key("export.open")
            self.warn(f"{len(text.encode()) // 1000} kB are too much for the clipboard of a terminal: {key} exports.")
            return
        self.app.copy_to_clipboard(text)
        self.say(f"Copied the JSON of {row.conversation_id}, if your terminal allows it.")

    def do_app_back(self) -> None:
        """End the search, then back to the list."""
        if self.has_class("-finding"):
            self._close_search()
        elif self.page.wanted:
            self.page.find("")
            self.say("The search is over.")
        else:
            self.app.pop_screen()


def _words_at(finding: dict[str, Any], reading: Reading) -> str:
    """The words that a finding is about, as they stand in the message."""
    turn = next((turn for turn in reading.turns if turn.number == finding.get("turn")), None)
    if turn is None:
        return ""
    message = turn.user if finding.get("role") == "client" else turn.advisor
    span, sentence = finding.get("span"), finding.get("sentence")
    if isinstance(span, list) and len(span) == 2 and all(isinstance(end, int) for end in span):
        return message[span[0] : span[1]]
    sentences = split_sentences(message)
    return sentences[sentence - 1] if isinstance(sentence, int) and 0 < sentence <= len(sentences) else ""
