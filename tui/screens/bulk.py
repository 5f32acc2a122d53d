"""The same act on many rows, marked or filtered, and deletion: counts and names before, one question, one undo.

Base of the screens' review commands; a row that somebody changed while the question stood is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.browse import Row
from core.status import Verdict
from tui.figures import counted
from tui.screens.bound import BoundScreen

if TYPE_CHECKING:
    from core.review.acts import Act, BulkPlan, BulkResult
    from core.services import Services


class BulkCommands(BoundScreen):
    """What a person does to many rows at once."""

    @property
    def services(self) -> Services:
        """The services; only for commands that need them."""
        services = self.bright.services
        assert services is not None
        return services

    # The rows it is about

    def _scope(self) -> tuple[list[str], str]:
        """The marked rows, else those of the list, with their name."""
        main = self.bright.main
        marks = sorted(main.table.marks)
        if marks:
            return marks, counted(len(marks), "marked row")
        ids = self.bright.browser.conversation_ids()
        if self.bright.browser.criteria.is_empty:
            return ids, f"all {counted(len(ids), 'row')}"
        return ids, f"{counted(len(ids), 'row')} of the filter"

    # Verdicts, flags

    def do_review_bulk(self) -> None:
        """Choose what to do with the marked rows, else with those of the filter."""
        self.flow(self._bulk(), asks=True)

    async def _bulk(self) -> None:
        from core.review.acts import Act
        from tui.screens.review_dialogs import BulkMenu

        ids, name = self._scope()
        counts = await self.services.review.count(ids)
        settings = self.bright.settings
        chosen = await self.app.push_screen_wait(BulkMenu(name, counts, settings.approve_from, settings.review_below))
        if chosen == "good":
            await self._approve_good()
        elif chosen == "low":
            await self._flag_low()
        elif chosen in (Act.CLEAR, Act.REMOVE):
            await self._delete(ids, name)
        elif chosen is not None:
            await self._ask_and_apply(ids, Act(chosen), name)

    def do_review_bulk_approve(self) -> None:
        """Approve the marked rows, else those of the filter."""
        self.flow(self._bulk_of("approve"), asks=True)

    def do_review_bulk_reject(self) -> None:
        """Reject the marked rows, else those of the filter."""
        self.flow(self._bulk_of("reject"), asks=True)

    async def _bulk_of(self, act: str) -> None:
        from core.review.acts import Act

        ids, name = self._scope()
        await self._ask_and_apply(ids, Act(act), name)

    def do_review_bulk_good(self) -> None:
        """Approve everything to review that scores well and has no flag."""
        self.flow(self._approve_good(), asks=True)

    async def _approve_good(self) -> None:
        from core.review.acts import Act

        bound = self.bright.settings.approve_from
        ids = await self.services.review.good(bound)
        await self._ask_and_apply(ids, Act.APPROVE, f"{len(ids):,} to review with score ≥ {bound:g} and no flag")

    def do_review_flag_low(self) -> None:
        """Flag everything that scores badly."""
        self.flow(self._flag_low(), asks=True)

    async def _flag_low(self) -> None:
        from core.review.acts import Act

        bound = self.bright.settings.review_below
        ids = await self.services.review.low(bound)
        await self._ask_and_apply(ids, Act.FLAG, f"{len(ids):,} under {bound:g} that are not flagged")

    async def _ask_and_apply(self, ids: Sequence[str], act: Act, name: str) -> None:
        from tui.screens.review_dialogs import BulkDialog

        plan = await self.services.review.plan(ids, act)
        if not plan.takes:
            self.warn(_nothing(plan, name))
            return
        answer = await self.app.push_screen_wait(BulkDialog(plan, name))
        if answer is not None and answer.every:
            await self._apply(plan, reason=answer.reason)

    async def ask_row_or_marks(self, verdict: Verdict, row: Row) -> None:
        """With marks a verdict key may mean the row or the marks: ask, with what either comes to."""
        from core.review.acts import Act
        from tui.screens.review_dialogs import BulkDialog

        marks = sorted(self.bright.main.table.marks)
        plan = await self.services.review.plan(marks, Act(verdict.value))
        name = counted(len(marks), "marked row")
        answer = await self.app.push_screen_wait(BulkDialog(plan, name, only=row.conversation_id))
        if answer is not None and answer.every:
            await self._apply(plan, reason=answer.reason)
        elif answer is not None:
            await self.decide_row(verdict, row, reason=answer.reason)

    async def decide_row(self, verdict: Verdict, row: Row, *, note: str = "", reason: str = "") -> None:
        """Store a verdict on one row."""
        raise NotImplementedError

    async def _apply(self, plan: BulkPlan, *, reason: str = "") -> None:
        from core.review.acts import PAST

        self.bright.acting += 1
        try:
            result = await self.services.review.apply(list(plan.seen), plan.act, reason=reason, seen=plan.seen)
            self.bright.database_watch.look()
        finally:
            self.bright.acting -= 1
        if self.bright.main.table.marks:
            self.bright.main.do_mark_clear()
        if plan.act.value == "remove":
            self.rebuild_list()
        what = plan.takes[0].conversation_id if len(plan.takes) == 1 else counted(result.done, "row")
        self._told_result(f"{PAST[plan.act]} {what}", result, len(plan.skipped))

    def _told_result(self, done: str, result: BulkResult, left_before: int) -> None:
        undo = self.bright.keymap.key("review.undo")
        left = f" · {left_before:,} left as they were" if left_before else ""
        if result.done:
            self.say(f"✓ {done}{left} · {undo} takes it back")
        if result.skipped:
            conversation_id, why = result.skipped[0]
            more = f", and {counted(len(result.skipped) - 1, 'row')} more" if len(result.skipped) > 1 else ""
            self.warn(f"Left as they are: {conversation_id} {why}{more}.")

    # Deletion

    def do_review_delete(self) -> None:
        """Clear the result of the row or of the marked rows, or remove them."""
        row = self.row
        marks = sorted(self.bright.main.table.marks) if self.WHERE == "main" else []
        if marks:
            self.flow(self._delete(marks, counted(len(marks), "marked row")), asks=True)
        elif row is not None:
            self.flow(self._delete([row.conversation_id], row.conversation_id), asks=True)

    async def _delete(self, ids: Sequence[str], name: str) -> None:
        from core.review.acts import Act
        from tui.screens.review_dialogs import DeleteDialog

        clear = await self.services.review.plan(ids, Act.CLEAR)
        remove = await self.services.review.plan(ids, Act.REMOVE)
        if not clear.takes and not remove.takes:
            self.warn(_nothing(remove, name))
            return
        act = await self.app.push_screen_wait(DeleteDialog(clear, remove, name))
        if act is not None:
            await self._apply(clear if act is Act.CLEAR else remove)

    def rebuild_list(self, keep_id: int | None = None) -> None:
        """Build the list again after rows went or came back; the cursor stays where it was, or goes to `keep_id`."""
        self.bright.main.fill(keep_id)


def _nothing(plan: BulkPlan, name: str) -> str:
    """Why nothing can be done, in a sentence."""
    if not plan.skipped:
        return f"Nothing to do: {name}."
    conversation_id, why = plan.skipped[0]
    text = why if why.startswith(conversation_id) else f"{conversation_id} {why}"
    return text if len(plan.skipped) == 1 else f"None of the {name} can take it: {text} And so on."
