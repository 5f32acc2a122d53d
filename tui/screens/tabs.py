"""Moving about in the detail screen: its tabs, its panes, its search, and the way from a finding to its place.

The screen says what a tab shows (`draw`); nothing in here decides anything about the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual import on

from core.browse import Reading, Row, Source, Turn, Version
from core.text.sentences import split_sentences
from core.text.terminal import safe_line
from tui.keymap import Command
from tui.screens.bars import Bar
from tui.screens.editing import EditCommands
from tui.screens.finding import FindCommands
from tui.screens.outside import COPY_LIMIT, OutsideCommands
from tui.widgets.document_view import DocumentView
from tui.widgets.line_view import LineView
from tui.widgets.reading_view import ReadingView

# Checks of the annotation, by the tab that shows what they are about.
_SEEN_IN = {
    "emotions": {
        "emotion_label", "indicator_quote", "indicators", "emotions", "needs", "needs_rank", "share", "progression",
        "starting_emotion", "ending_emotion", "starting_intensity", "ending_intensity",
    },
    "strategy": {"tactical_choices", "techniques"},
    "sentences": {"sentence_text", "word_reasons", "word_reason_key"},
}  # fmt: skip
_PARTS = {"emotions": "emotional_context", "strategy": "response_strategy", "sentences": "response_breakdown"}
TABS = ("conversation", "emotions", "strategy", "sentences", "quality", "history", "json")


class TabCommands(FindCommands, EditCommands, OutsideCommands):
    """Commands that change what is seen of a conversation."""

    NEXT_KEY = "review.note"
    tab = "conversation"
    reading: ReadingView
    page: DocumentView
    side: DocumentView
    footer: Bar
    folded: dict[str, frozenset[int]]
    brief: bool

    if TYPE_CHECKING:  # what is written again stands beside this, in `tui.screens.rewriting`

        async def bring_back(self, version: Version) -> bool:
            """Ask whether a former version comes back, and put it back; whether that was done."""

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
        if need == "picked":
            there = self.page.picked is not None or self._can_fold
            return "" if there else "There is nothing to open here: turns, findings, versions and calls can be opened."
        if need == "turns":
            return "" if self._can_fold else "Turns are folded in the Conversation tab."
        if need == "findable":
            return "There is no text yet to search in." if self.row is None or self.has_class("-live") else ""
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

    # Turns

    def _turn(self) -> Turn | None:
        """The turn that is read; None in tabs that do not go by turns."""
        row, section = self.row, self.page.section
        if row is None or section is None or self.has_class("-live"):
            return None
        turns = self.bright.browser.reading(row).turns
        return next((turn for turn in turns if str(turn.number) == section), None)

    @property
    def _can_fold(self) -> bool:
        return self.tab == "conversation" and not self.has_class("-live") and self.page.section is not None

    def fold(self, *, folded: bool, every: bool = False) -> None:
        """Fold or unfold the section that is read, or every turn."""
        row, turn = self.row, self._turn()
        if row is None:
            return
        if turn is None and not every:
            self.brief = folded
            self.bright.browser.remember(brief=folded)  # who folds the facts once reads the conversations
        else:
            before = self.folded.get(row.conversation_id, frozenset())
            turns = frozenset(one.number for one in self.bright.browser.reading(row).turns if every or one == turn)
            self.folded[row.conversation_id] = before | turns if folded else before - turns
        self.draw()
        self.page.reveal_section()

    @property
    def _is_folded(self) -> bool:
        row, turn = self.row, self._turn()
        if row is None or turn is None:
            return self.brief
        return turn.number in self.folded.get(row.conversation_id, frozenset())

    def label_of(self, command: Command) -> str:
        """What a key does in this tab, in the words of the footer."""
        if command.id != "find.open":
            return super().label_of(command)
        picked = self.page.picked
        if picked is None:
            return "Unfold" if self._is_folded else "Fold"
        return "Compare" if isinstance(picked, Version) else "Read" if isinstance(picked, tuple) else "Go there"

    def do_fold_close(self) -> None:
        """Fold the turn."""
        self.fold(folded=True)

    def do_fold_open(self) -> None:
        """Unfold it."""
        self.fold(folded=False)

    def do_fold_all(self) -> None:
        """Fold all turns; when some are folded, unfold all."""
        row = self.row
        self.fold(folded=row is not None and not self.folded.get(row.conversation_id), every=True)

    def unfold(self) -> None:
        """Show every turn whole: something is looked for in them."""
        if self.row is not None and self.folded.pop(self.row.conversation_id, frozenset()):
            self.draw()

    # What the picked line opens

    @on(DocumentView.Clicked)
    def clicked(self, event: DocumentView.Clicked) -> None:
        """A click opens, as enter does."""
        event.stop()
        self.do_find_open()

    def do_find_open(self) -> None:
        """Open what is picked, else fold or unfold the turn."""
        picked, row = self.page.picked, self.row
        if row is None:
            return
        if isinstance(picked, Version):
            from tui.screens.versions import VersionsScreen

            versions = self.bright.browser.versions(row.conversation_id)
            self.app.push_screen(VersionsScreen(self.bright, row, versions, picked, self.bring_back))
        elif isinstance(picked, Source):
            from tui.screens.sources_one import ChunkScreen

            self.app.push_screen(ChunkScreen(self.bright, picked.chunk_id))
        elif isinstance(picked, tuple):
            from tui.screens.versions import CallScreen

            call = self.bright.browser.one_call(picked[0])
            if call is not None:
                self.app.push_screen(CallScreen(self.bright, row, call))
        elif picked is not None:
            self._go_to_finding(picked, row)
        elif self._can_fold:
            self.fold(folded=not self._is_folded)

    def _go_to_finding(self, finding: Mapping[str, Any], row: Row) -> None:
        if finding.get("turn") is None:
            self.say("This concerns the conversation as a whole.")
            return
        turn, sentence = safe_line(str(finding["turn"]), 12), finding.get("sentence")
        tab = _tab_of(finding)
        words = after = ""
        name: tuple[str, ...] = ("turn", turn)
        if tab == "sentences" and sentence is not None:
            name = ("sentence", turn, str(sentence))
        elif tab == "conversation" and finding.get("role") in ("client", "advisor"):
            name = ("said", turn, str(finding["role"]))
            words, after = _words_at(finding, self.bright.browser.reading(row))
        if tab == "conversation":
            self.folded.pop(row.conversation_id, None)
        self.turn_to(tab)
        if not self.page.go_to(name, words, after=after) and not self.page.go_to(("turn", turn)):
            self.say(f"There is no turn {turn} any more.")

    # Search

    def to_search(self, text: str) -> None:
        """Folded turns are looked through, too."""
        if self.tab == "conversation":
            self.unfold()

    def opens_line(self, command: Command) -> bool:
        """After a search the key of a note goes on to the next place instead."""
        return not (command.id == "review.note" and self.page.wanted) and super().opens_line(command)

    def do_review_note(self) -> None:
        """Write a note to the turn that is read, else to the conversation; after a search, go to its next place."""
        turn, row = self._turn(), self.row
        if self.page.wanted:
            self.do_find_next()
        elif turn is not None and row is not None:
            self.flow(self.note_turn(row, turn), asks=True)
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

    def leave(self) -> None:
        """Back to the list."""
        self.app.pop_screen()


def _tab_of(finding: Mapping[str, Any]) -> str:
    """Where a finding can be seen: most are about what was said, some about its annotation."""
    check, message = str(finding.get("check") or ""), str(finding.get("message") or "")
    for tab, part in _PARTS.items():
        if check == "missing_field" and message.startswith(part):
            return tab
    return next((tab for tab, checks in _SEEN_IN.items() if check in checks), "conversation")


def _words_at(finding: Mapping[str, Any], reading: Reading) -> tuple[str, str]:
    """The words that a finding is about, as they stand in the message, and all that stands before them."""
    turn = next((turn for turn in reading.turns if turn.number == finding.get("turn")), None)
    if turn is None:
        return "", ""
    message = turn.user if finding.get("role") == "client" else turn.advisor
    span, sentence = finding.get("span"), finding.get("sentence")
    if isinstance(span, list) and len(span) == 2 and all(isinstance(end, int) for end in span):
        return message[span[0] : span[1]], message[: span[0]]
    sentences = split_sentences(message)
    if isinstance(sentence, int) and 0 < sentence <= len(sentences):
        return sentences[sentence - 1], "".join(sentences[: sentence - 1])
    return "", ""
