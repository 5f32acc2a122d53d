"""Verdicts, reasons, notes and flags of one row, on the main screen and in the detail alike, with undo.

A verdict acts on the row that was on the screen when its key was pressed, never on one that came up meanwhile, and
never over what somebody else decided while it was being read. Many rows at once: `tui.screens.bulk`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from core.browse import Row
from core.errors import StaleRowError
from core.status import VERDICT_STATUS, Verdict, words
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import BY_ID, Command
from tui.screens.bulk import BulkCommands
from tui.screens.footer import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.review.service import Done

T = TypeVar("T")
_DECIDED = frozenset({"approved", "rejected", "needs_edit", "reviewed"})
_EXPLAINED = frozenset({"rejected", "needs_edit"})
_VERDICT_WORDS = ("approve", "reject", "send", "mark")
_BRIEF = {"send": "to edit", "mark": "reviewed"}  # where the first word of an act would say something else


class ReviewCommands(BulkCommands):
    """What a person decides about conversations."""

    async def do_review_approve(self) -> None:
        """Approve and go on."""
        await self._decide(Verdict.APPROVE)

    async def do_review_reject(self) -> None:
        """Reject and go on."""
        await self._decide(Verdict.REJECT)

    async def do_review_needs_edit(self) -> None:
        """Keep for an edit and go on."""
        await self._decide(Verdict.NEEDS_EDIT)

    async def do_review_reviewed(self) -> None:
        """Read, undecided, not offered again."""
        await self._decide(Verdict.REVIEWED)

    async def do_review_reopen(self) -> None:
        """Back to undecided."""
        await self._decide(Verdict.REOPEN)

    def do_review_approve_note(self) -> None:
        """Approve with a note."""
        self._decide_in_words(Verdict.APPROVE)

    def do_review_reject_note(self) -> None:
        """Reject with a reason or a note."""
        self._decide_in_words(Verdict.REJECT)

    def do_review_needs_edit_note(self) -> None:
        """Send to edit with a reason or a note."""
        self._decide_in_words(Verdict.NEEDS_EDIT)

    def do_review_reviewed_note(self) -> None:
        """Reviewed, with a note."""
        self._decide_in_words(Verdict.REVIEWED)

    async def _decide(self, verdict: Verdict) -> None:
        row = self._decidable(verdict)
        if row is None:
            return
        if self.bright.main.table.marks and self.WHERE == "main":
            self.flow(self.ask_row_or_marks(verdict, row), asks=True)
            return
        await self.decide_row(verdict, row)

    def _decide_in_words(self, verdict: Verdict) -> None:
        row = self._decidable(verdict)
        if row is None:
            self.bright.held_keys.refused()
        else:
            self.flow(self._ask_words(verdict, row), asks=True)

    async def _ask_words(self, verdict: Verdict, row: Row) -> None:
        from core.review.acts import EXPLAINED, REASONS, VERB, Act
        from tui.screens.review_dialogs import WordsDialog

        act = Act(verdict.value)
        verb = VERB[act]
        title = f"{verb[0].upper()}{verb[1:]} {row.conversation_id}"
        reasons = REASONS if act in EXPLAINED else ()
        said = await self.app.push_screen_wait(WordsDialog(title, reasons, row.reviewer_notes))
        if said is not None:
            reason, note = said
            await self.decide_row(verdict, row, note="" if note == row.reviewer_notes else note, reason=reason)

    def _decidable(self, verdict: Verdict) -> Row | None:
        """The row that a verdict is for; None, and told, when the person cannot have meant it as it is now."""
        row, app = self.row, self.bright
        if row is None:
            return None
        if app.key_time < app.main.shown_at:
            self.warn(f"That key came before {row.conversation_id} was on the screen; it was not applied to it.")
            return None
        overtaken, app.overtaken = app.overtaken, None
        if row.status == VERDICT_STATUS[verdict] and verdict is not Verdict.REOPEN and not app.main.table.marks:
            by = f" by {safe_line(row.reviewed_by, 40)}" if row.reviewed_by else ""
            ended = app.main.advance(row)
            self.say(f"{row.conversation_id} is {words(row.status)} already{by}", ended)
            return None
        if overtaken == (row.conversation_id, row.version):
            who = safe_line(row.reviewed_by, 40)
            self.warn(
                f"{who} made {row.conversation_id} {words(row.status)} meanwhile. The same key again overrules it."
            )
            return None
        return row

    async def decide_row(self, verdict: Verdict, row: Row, *, note: str = "", reason: str = "") -> None:
        """Store a verdict on a row as it was shown, and go to the next one to review."""
        app = self.bright
        with self._mine():
            done = await self._stored(
                self.services.review.decide(
                    row.conversation_id, verdict, expected_version=row.version, note=note, reason=reason
                ),
                faster=row,
            )
            if done is None:
                return
            app.main.decided.add(row.id)
            self._shown_done(done)
        if verdict is Verdict.REOPEN:
            self._told(done.text)
            return
        app.pace.add(time.monotonic())
        app.explainable = None
        explain = False
        if verdict in (Verdict.REJECT, Verdict.NEEDS_EDIT) and not reason:
            app.explainable = (row.conversation_id, row.version + 1)
            explain = True
        ended = await app.main.go_on(row)
        said = f"{done.text} ({reason})" if reason else done.text
        self._told(said, explain=explain, end=(ended,) if ended else app.pace.forms(app.overview.to_review))

    # Why

    def do_review_reason(self) -> None:
        """Say why the last row was rejected or sent to edit, else why this one was."""
        target = self._to_explain()
        if target is not None:
            self.flow(self._explain(*target), asks=True)

    def _to_explain(self) -> tuple[str, int] | None:
        if self.bright.explainable is not None:
            return self.bright.explainable
        row = self.row
        return (row.conversation_id, row.version) if row is not None and row.status in _EXPLAINED else None

    async def _explain(self, conversation_id: str, version: int) -> None:
        from core.review.acts import REASONS
        from tui.screens.review_dialogs import WordsDialog

        row = self.bright.browser.row(conversation_id)
        old = row.reviewer_notes if row is not None else ""
        said = await self.app.push_screen_wait(WordsDialog(f"Why? {conversation_id}", REASONS, old))
        if said is None:
            return
        reason, note = said
        with self._mine():
            done = await self._stored(
                self.services.review.give_reason(
                    conversation_id, reason, expected_version=version, note="" if note == old else note
                )
            )
            if done is not None:
                self.bright.explainable = None
                self._shown_done(done)
                self._told(f"{conversation_id}: {reason or 'no reason'}")

    def _missing(self, need: str, command: Command) -> str:
        if need == "explained":
            nothing = "Nothing was rejected or sent to edit here: there is no reason to give."
            return "" if self._to_explain() is not None else nothing
        return super()._missing(need, command)

    # Flag and note

    async def do_review_flag(self) -> None:
        """Flag the row or take the flag off."""
        row = self.row
        if row is None:
            return
        with self._mine():
            done = await self._stored(self.services.review.flag(row.conversation_id, expected_version=row.version))
            if done is not None:
                self._shown_done(done)
                self._told(done.text)

    def do_review_note(self) -> None:
        """Write a note to the row."""
        if self.row is not None:
            self.flow(self._note(self.row), asks=True)

    async def _note(self, row: Row) -> None:
        from tui.screens.dialogs import NoteDialog

        named = f"#{row.number} {row.persona_name}, {row.conversation_id}"  # the list shows no id at 80 columns
        text = await self.app.push_screen_wait(NoteDialog(named, row.reviewer_notes))
        if text is None or text == row.reviewer_notes:
            return
        with self._mine():
            fresh = self.bright.browser.row(row.conversation_id) or row
            # Somebody else's note is not written over; a verdict of theirs does not make this one stale.
            version = fresh.version if fresh.reviewer_notes == row.reviewer_notes else row.version
            done = await self._stored(self.services.review.note(row.conversation_id, text, expected_version=version))
            if done is not None:
                self._shown_done(done)
                self._told(done.text)

    # The way back

    async def do_review_undo(self) -> None:
        """Take the last act back and show the row it was about."""
        review = self.services.review
        was_verdict = review.undo_text.startswith(_VERDICT_WORDS)
        with self._mine():
            done = await self._stored(review.undo(), way_on=self._past_undo())
            if done is None:
                return
            if was_verdict and len(done.conversation_ids) == 1:
                self.bright.pace.take_back()
            self.bright.explainable = None
            self._shown_done(done, follow=True)
        key, text = self.bright.keymap.key, review.undo_text
        redo, undo = key("review.redo"), key("review.undo")
        ways: tuple[str, ...] = (f"{redo} does it again", f"{redo} again")
        if text:
            brief = f"{undo}: {_brief(text)}"
            ways = (f"{ways[0]} · next {undo}: {text}", f"{ways[1]} · {undo}: {text}", f"{ways[1]} · {brief}", brief)
        self.say(f"↶ {done.text}", *_left(done), ways)

    def _past_undo(self) -> str:
        palette, name = self.bright.keymap.key("app.palette"), BY_ID["review.pass_over"].label
        return f"In the palette ({palette}), {name} goes on to the act before."

    async def do_review_pass_over(self) -> None:
        """What undo would take back stays as it is."""
        review, undo = self.services.review, self.bright.keymap.key("review.undo")
        left = await review.pass_over()
        text = review.undo_text
        self.say(f"left as it is: {left}", (f"next {undo}: {text}", f"{undo}: {text}") if text else "nothing to undo")

    async def do_review_redo(self) -> None:
        """Do again what was undone."""
        with self._mine():
            done = await self._stored(self.services.review.redo())
            if done is None:
                return
            self._shown_done(done, follow=True)
        self.say(f"↷ {done.text}", *_left(done), f"{self.bright.keymap.key('review.undo')} undoes")

    def tooltip_of(self, command: Command) -> str:
        """Of undo and redo, what they would do now."""
        services = self.bright.services
        if services is not None and command.id == "review.undo" and services.review.undo_text:
            return f"takes back: {services.review.undo_text}"
        if services is not None and command.id == "review.redo" and services.review.redo_text:
            return f"does again: {services.review.redo_text}"
        return super().tooltip_of(command)

    def labels_of(self, command: Command) -> tuple[str, ...]:
        """In the footer, undo names what it takes back."""
        services = self.bright.services
        if command.id == "review.undo" and services is not None and services.review.undo_text:
            text = services.review.undo_text
            return f"Take back: {text}", f"Undo {_brief(text)}", command.label
        return super().labels_of(command)

    # Others

    def note_overtaking(self, before: Row | None, now: Row | None) -> None:
        """Tell when somebody else decided the row that is being read; the next verdict key then asks again."""
        if before is None or now is None or before.id != now.id or before.status == now.status:
            return
        me = self.services.actor if self.bright.services is not None else ""
        if self.bright.acting or now.status not in _DECIDED or now.reviewed_by in ("", me):
            return
        self.bright.overtaken = (now.conversation_id, now.version)
        self.warn(f"{safe_line(now.reviewed_by, 40)} made {now.conversation_id} {words(now.status)} just now.")

    # Parts of the above

    @contextmanager
    def _mine(self) -> Iterator[None]:
        """What changes meanwhile is our own doing."""
        self.bright.acting += 1
        try:
            yield
        finally:
            self.bright.acting -= 1

    async def _stored(self, work: Awaitable[T], *, way_on: str = "", faster: Row | None = None) -> T | None:
        """What came of an act; None, and told, when somebody else was faster. The screen then shows what they did."""
        try:
            return await work
        except StaleRowError as error:
            self.bright.database_watch.look()
            self.bright.main.shown_at = self.bright.now()  # keys typed ahead of this were meant for other rows
            self.warn((self._who_decided(faster) if faster is not None else "") or f"{error} {way_on}".strip())
            return None

    def _who_decided(self, row: Row) -> str:
        """That somebody else decided the row meanwhile; "" when it was something else that changed."""
        now = self.bright.browser.row(row.conversation_id)
        if now is None or now.status not in _DECIDED or now.reviewed_by in ("", self.services.actor):
            return ""
        what = f"{safe_line(now.reviewed_by, 40)} made {now.conversation_id} {words(now.status)} meanwhile"
        return f"Somebody else decided: {what}. Nothing was overwritten; the same key again overrules it."

    def _shown_done(self, done: Done, *, follow: bool = False) -> None:
        self.bright.database_watch.look()
        if not follow or not done.conversation_ids:
            return
        main, found = self.bright.main, self.bright.browser.row(done.conversation_ids[0])
        if found is None or not main.table.move_to_id(found.id):
            self.rebuild_list(found.id if found is not None else None)

    def _told(self, text: str, *, explain: bool = False, end: Words = "") -> None:
        key = self.bright.keymap.key
        undo, why = key("review.undo"), key("review.reason")
        hints = (f"{undo} undoes, {why} says why", f"{undo} undo {why} why") if explain else (f"{undo} undoes",)
        self.say(f"✓ {text}", hints, end)


def _brief(text: str) -> str:
    """An act by one word: `approve`, `note`, `to edit`."""
    word = text.split()[0]
    return _BRIEF.get(word, word)


def _left(done: Done) -> tuple[str, ...]:
    """Rows that somebody else changed since, and which therefore stayed as they are."""
    if not done.left:
        return ()
    conversation_id, why = done.left[0]
    more = f", and {counted(len(done.left) - 1, 'row')} more" if len(done.left) > 1 else ""
    return (f"left alone: {conversation_id} {why.rstrip('.')}{more}",)
