"""Verdicts, notes and flags, on the main screen and in the detail alike, with undo.

A verdict acts on the row that was on the screen when its key was pressed, never on one that came up meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.browse import Row
from core.errors import StaleRowError
from core.status import Verdict
from tui.figures import counted
from tui.screens.bound import BoundScreen

if TYPE_CHECKING:
    from core.services import Services

_VERBS = {
    Verdict.APPROVE: "approve",
    Verdict.REJECT: "reject",
    Verdict.NEEDS_EDIT: "mark as needing an edit",
    Verdict.REVIEWED: "mark as reviewed",
    Verdict.REOPEN: "reopen",
}


class ReviewCommands(BoundScreen):
    """What a person decides about conversations."""

    @property
    def services(self) -> Services:
        """The services; only for commands that need them."""
        services = self.bright.services
        assert services is not None
        return services

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

    async def _decide(self, verdict: Verdict) -> None:
        row = self.row
        if row is None:
            return
        if self.bright.key_time < self.bright.main.shown_at:
            self.warn(f"That key came before {row.conversation_id} was on the screen; it was not applied to it.")
            return
        marks = self.bright.main.table.marks
        if marks and self.WHERE == "main":
            self.flow(self._row_or_marks(verdict, row))
            return
        await self._decide_row(verdict, row)

    async def _decide_row(self, verdict: Verdict, row: Row) -> None:
        try:
            done = await self.services.review.decide(row.conversation_id, verdict, expected_version=row.version)
        except StaleRowError as error:
            self.bright.look()
            self.warn(str(error))
            return
        self._shown_done(done)
        if verdict is not Verdict.REOPEN:
            self.bright.main.advance(row)
        self._told(done.text)

    async def _row_or_marks(self, verdict: Verdict, row: Row) -> None:
        from tui.screens.dialogs import ChoiceDialog

        marks = sorted(self.bright.main.table.marks)
        verb = _VERBS[verdict]
        title = f"{verb[0].upper()}{verb[1:]} this row or the {len(marks):,} marked?"
        choice = await self.app.push_screen_wait(
            ChoiceDialog(title, ["Neither", f"Only {row.conversation_id}", f"The {len(marks):,} marked"])
        )
        if choice == 1:
            await self._decide_row(verdict, row)
        elif choice == 2:
            await self._decide_marks(verdict, marks)

    async def _decide_marks(self, verdict: Verdict, marks: list[str]) -> None:
        result = await self.services.review.decide_many(marks, verdict)
        self.bright.look()
        self.bright.main.do_mark_clear()
        skipped = ""
        if result.skipped:
            conversation_id, why = result.skipped[0]
            more = f" and {len(result.skipped) - 1:,} more" if len(result.skipped) > 1 else ""
            skipped = f" Left as they are: {conversation_id} ({why}){more}."
        self.say(
            f"{counted(result.done, 'row')}: {_VERBS[verdict]}.{skipped} "
            f"{self.bright.keymap.key('review.undo')} undoes."
        )

    def do_review_bulk_approve(self) -> None:
        """Approve all marked rows, after a question."""
        self.flow(self._bulk(Verdict.APPROVE))

    def do_review_bulk_reject(self) -> None:
        """Reject all marked rows, after a question."""
        self.flow(self._bulk(Verdict.REJECT))

    async def _bulk(self, verdict: Verdict) -> None:
        from tui.screens.dialogs import ConfirmDialog

        marks = sorted(self.bright.main.table.marks)
        verb = _VERBS[verdict]
        lines = ["Rows that have no text are left as they are.", "u undoes all of it at once."]
        title = f"{verb[0].upper()}{verb[1:]} {counted(len(marks), 'marked row')}?"
        if await self.app.push_screen_wait(ConfirmDialog(title, lines, yes=verb.capitalize())):
            await self._decide_marks(verdict, marks)

    async def do_review_flag(self) -> None:
        """Flag the row or take the flag off."""
        row = self.row
        if row is not None:
            done = await self.services.review.flag(row.conversation_id, expected_version=row.version)
            self._shown_done(done)
            self._told(done.text)

    def do_review_note(self) -> None:
        """Write a note to the row."""
        if self.row is not None:
            self.flow(self._note(self.row))

    async def _note(self, row: Row) -> None:
        from tui.screens.dialogs import NoteDialog

        text = await self.app.push_screen_wait(NoteDialog(row.conversation_id, row.reviewer_notes))
        if text is None:
            return
        fresh = self.bright.browser.row(row.conversation_id) or row
        done = await self.services.review.note(row.conversation_id, text, expected_version=fresh.version)
        self._shown_done(done)
        self._told(done.text)

    async def do_review_undo(self) -> None:
        """Take the last act back and show the row it was about."""
        done = await self.services.review.undo()
        if done is not None:
            self._shown_done(done, follow=True)
            self.say(f"↶ undone: {done.text} · {self.bright.keymap.key('review.redo')} does it again")

    async def do_review_redo(self) -> None:
        """Do again what was undone."""
        done = await self.services.review.redo()
        if done is not None:
            self._shown_done(done, follow=True)
            self.say(f"↷ again: {done.text} · {self.bright.keymap.key('review.undo')} undoes")

    def _shown_done(self, done: Any, *, follow: bool = False) -> None:
        self.bright.look()
        if follow and done.conversation_ids:
            found = self.bright.browser.row(done.conversation_ids[0])
            if found is not None:
                self.bright.main.table.move_to_id(found.id)

    def _told(self, text: str) -> None:
        self.say(f"✓ {text} · {self.bright.keymap.key('review.undo')} undoes")
