"""Again and better, by key: conversations or one turn written again, a turn edited, a version put back, variations.

What costs money goes through the same question as every order; what is changed by hand is undone like a verdict.
"""

from __future__ import annotations

from typing import Any

from core.browse import Row, Turn, Version
from tui.figures import counted
from tui.keymap import Command
from tui.screens.editing import EditCommands
from tui.screens.generating import GenerateCommands


class AgainCommands(GenerateCommands, EditCommands):
    """On the main screen and in the detail: write conversations again."""

    def do_generate_again(self) -> None:
        """Write the marked conversations, else this one, again, with a note."""
        marks = self.bright.main.table.marks if self.WHERE == "main" else ()
        ids = tuple(sorted(marks)) or ((self.row.conversation_id,) if self.row is not None else ())
        if ids:
            self.flow(self._again(ids), asks=True)

    async def _again(self, ids: tuple[str, ...]) -> None:
        from core.engine.orders import Order

        note = await self._ask_note(ids[0] if len(ids) == 1 else counted(len(ids), "conversation"))
        if note is not None:
            await self.order(Order("regenerate", ids, note=note))

    async def _ask_note(self, name: str) -> str | None:
        from tui.screens.rewriting_dialogs import AgainDialog

        return await self.app.push_screen_wait(AgainDialog(name))

    def _missing(self, need: str, command: Command) -> str:
        if need == "again":
            marked = self.WHERE == "main" and bool(self.bright.main.table.marks)
            if marked or self.row is None:
                return "" if marked else self.why_no_row()
            return why_not_changeable(self.row, self.bright.keymap.key("review.reopen"))
        return super()._missing(need, command)


class TurnCommands(AgainCommands):
    """In the detail, beside these: single turns, former versions, variations."""

    page: Any

    def _turn(self) -> Turn | None:
        raise NotImplementedError

    def draw(self) -> None:
        """Show the row as it is now."""
        raise NotImplementedError

    def _missing(self, need: str, command: Command) -> str:
        if need == "turn":
            if self._turn() is not None:
                return ""
            key = self.bright.keymap.key
            if getattr(self, "tab", "conversation") in ("quality", "history", "json"):
                return f"This is about one turn: go to it in the Conversation tab ({key('tab.conversation')})."
            return f"Go to a turn first ({key('move.down')}): this is about one turn."
        if need == "version":
            tab = self.bright.keymap.key("tab.history")
            there = isinstance(self.page.picked, Version)
            in_history = getattr(self, "tab", "") == "history"
            way = "Pick a former version first." if in_history else f"Former versions stand in the History tab ({tab})."
            return "" if there else way
        if need == "source":
            return why_no_source(self.row)
        return super()._missing(need, command)

    def do_turn_edit(self) -> None:
        """Edit the turn that is read in the editor."""
        row, turn = self.row, self._turn()
        if row is not None and turn is not None:
            self.flow(self._edit_turn(row, turn), stays=True)

    async def _edit_turn(self, row: Row, turn: Turn) -> None:
        from core.engine.orders import Order
        from core.rewriting.marked import as_text, read_text
        from tui.screens.dialogs import ConfirmDialog
        from tui.screens.editing import edited_outside

        rewriting, name = self.opened.rewriting, row.conversation_id
        user, advisor, turns, version = await rewriting.turn(name, turn.number)
        text = as_text(name, turn.number, turns, user, advisor)
        said = read_text(edited_outside(self.app, text, f"{name}-turn-{turn.number}"))
        if said is None:
            self.say("Nothing was changed.")
            return
        with self._mine():
            edited = await rewriting.edit_turn(name, turn.number, *said, expected_version=version)
        if edited is None:
            self.say("Nothing was changed.")
            return
        self._shown_done(edited.done)
        self._told(edited.done.text)
        for sentence in (*edited.failed_gates[:2], *edited.doubts[:2]):
            self.warn(sentence)
        if not edited.stale or self.bright.provider == "ask":
            return
        lines = [
            f"The words of {'turn' if len(edited.stale) == 1 else 'turns'} "
            f"{', '.join(map(str, edited.stale))} were changed: that annotation is incomplete now.",
            "Only that is annotated again; time and cost are shown before. Until then it is not ready for training.",
        ]
        if await self.app.push_screen_wait(ConfirmDialog("Annotate it again?", lines, yes="Show the cost")):
            await self.order(Order("annotate", (name,)))

    def do_turn_again(self) -> None:
        """Have the turn that is read written again."""
        row, turn = self.row, self._turn()
        if row is not None and turn is not None:
            self.flow(self._turn_again(row, turn), asks=True)

    async def _turn_again(self, row: Row, turn: Turn) -> None:
        from core.engine.orders import Order

        note = await self._ask_note(f"turn {turn.number} of {row.conversation_id}")
        if note is not None:
            await self.order(Order("turn", (row.conversation_id,), note=note, turn=turn.number))

    def do_version_restore(self) -> None:
        """Put the picked version back."""
        row, picked = self.row, self.page.picked
        if row is not None and isinstance(picked, Version):
            self.flow(self._restore(picked), asks=True)

    async def _restore(self, version: Version) -> None:
        await self.bring_back(version)

    async def bring_back(self, version: Version) -> bool:
        """Ask whether a former version comes back, and put it back; whether that was done."""
        from tui.screens.dialogs import ConfirmDialog

        lines = [
            f"It was kept because the text was {version.reason.replace('_', ' ')}, by {version.by}.",
            "The present text is kept as a version of its own; the row is undecided again.",
            f"{self.bright.keymap.key('review.undo')} takes it back.",
        ]
        row = self.row
        if row is None:
            return False
        why = why_not_changeable(row, self.bright.keymap.key("review.reopen"))
        if why:
            self.warn(why)
            return False
        title = f"Put version {version.version} of {row.conversation_id} back?"
        if not await self.app.push_screen_wait(ConfirmDialog(title, lines, yes="Put back")):
            return False
        restore = self.opened.rewriting.restore
        await self._store(restore(row.conversation_id, version.version, expected_version=row.version))
        return True

    def do_vary_open(self) -> None:
        """Plan variations of this conversation."""
        if self.row is not None:
            self.flow(self._vary(self.row), asks=True)

    async def _vary(self, row: Row) -> None:
        from core.engine.orders import Order
        from tui.screens.rewriting_dialogs import VaryDialog

        answer = await self.app.push_screen_wait(VaryDialog(row.conversation_id))
        if answer is None:
            return
        variations = self.opened.variations
        ids = await variations.add(await variations.propose(row.conversation_id, answer.count, answer.vary))
        self.bright.database_watch.look()
        if not await self.order(Order("variation", ids)):
            planned = f"{counted(len(ids), 'variation')} of {row.conversation_id} planned, none ordered"
            back = f"{self.bright.keymap.key('review.undo')} takes that back"
            self.say(planned, (back, ""))


def why_not_changeable(row: Row, key: str) -> str:
    """Why a text cannot be written again or edited; "" when it can."""
    if row.status in ("queued", "generating"):
        return f"{row.conversation_id} is still being written."
    if not row.turn_count:
        return f"{row.conversation_id} has no text yet."
    if row.status == "approved":
        return f"{row.conversation_id} is approved: {key} reopens it first."
    return ""


def why_no_source(row: Row | None) -> str:
    """Why a conversation cannot be varied; "" when it can."""
    if row is None or not row.turn_count:
        return "There is no text to vary."
    if row.status == "approved" or row.tier == "seed":
        return ""
    return f"Only seeds and approved conversations are varied: approve {row.conversation_id} first."
