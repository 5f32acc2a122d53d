"""Editing in the detail and the list: what a conversation is about, and notes on single turns.

The form itself is `tui.screens.edit_form`, imported when it is asked for. Every edit goes through the edit service:
checked, audited, guarded by the row's version, undone like a verdict.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from core.browse import Row, Turn
from core.errors import BrightrunError
from tui.screens.reviewing import ReviewCommands

if TYPE_CHECKING:
    from textual.app import App

    from core.review.service import Done


class EditCommands(ReviewCommands):
    """What a person changes by hand."""

    def do_edit_facts(self) -> None:
        """Edit topic, dimensions, session, hopes and notes."""
        if self.row is not None:
            self.flow(self._edit_facts(self.row), asks=True)

    async def _edit_facts(self, row: Row) -> None:
        from core.editing.fields import changed_values
        from tui.screens.edit_form import EditForm

        editing = self.services.editing
        values, known = await editing.row(row.conversation_id), await editing.known()

        def check(wanted: Mapping[str, str]) -> None:
            changed_values(values, wanted, known)

        wanted = await self.app.push_screen_wait(EditForm(values, known, check))
        if wanted:
            edit = editing.edit(row.conversation_id, wanted, expected_version=values["version"])
            await self._store(edit)

    async def note_turn(self, row: Row, turn: Turn) -> None:
        """Ask for the note of a turn and store it."""
        from tui.screens.dialogs import NoteDialog

        text = await self.app.push_screen_wait(NoteDialog(f"turn {turn.number} of {row.conversation_id}", turn.note))
        if text is None or text == turn.note:
            return
        # A verdict given meanwhile does not make the note wrong; another note on the same turn does.
        fresh = self.bright.browser.row(row.conversation_id) or row
        turns = {one.number: one.note for one in self.bright.browser.reading(fresh).turns}
        if turns.get(turn.number) != turn.note:
            self.warn(f"Somebody else noted on turn {turn.number} meanwhile; nothing was overwritten.")
            return
        note = self.services.review.note_turn
        await self._store(note(row.conversation_id, turn.number, text, expected_version=fresh.version))

    async def _store(self, work: Awaitable[Done | None]) -> None:
        with self._mine():
            done = await self._stored(work)
            if done is not None:
                self._shown_done(done)
                self._told(done.text)


def edited_outside(app: App[None], text: str, name: str) -> str:
    """The text as it was saved in the person's editor, which has the terminal meanwhile. Raises BrightrunError."""
    from textual.app import SuspendNotSupported

    from core.rewriting.editor import edit_text, editor_command

    editor_command()  # says that none is set before the screen goes
    try:
        with app.suspend():
            return edit_text(text, name).rstrip("\n")
    except SuspendNotSupported as error:
        raise BrightrunError("This terminal cannot be handed to an editor.", "Write it here instead.") from error
