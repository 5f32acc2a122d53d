"""Verdicts, reasons, flags, notes and deletions: each one transaction with its audit row, guarded by the row's version.

All of it can be undone, many rows as one step, also after a restart (`core.review.steps`). What somebody else has
changed since the person looked is never overwritten.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import NotFoundError, TransitionError
from core.existing import existing_row
from core.review.acts import EXPLAINED, PAST, REASONS, VERB, Act, BulkPlan, BulkResult, Taken, check, refusal
from core.review.changes import Change, clear, entry, ready_ids, remove, turn_change
from core.review.practice import clear_practice
from core.review.steps import Done, Journal, Step
from core.status import VERDICT_STATUS, Verdict
from data import audit, conversations, revising
from data.criteria import Criteria, Range
from data.engines import AsyncSession, Database
from data.types import utc_now
from data.vocabulary import Method, Status

__all__ = ["REASONS", "Act", "BulkPlan", "BulkResult", "Done", "ReasonCount", "ReviewService"]

Follow = Callable[[AsyncSession, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
CHANGED = "was changed in the meantime; look at it again"
_DECIDED_BY = ("human_reviewed", "reviewed_by", "reviewed_at", "approved_by", "approved_at", "verdict_reason")
_NEEDED = ("status", "needs_review", "ready_for_training", "reviewer_notes", "version", *_DECIDED_BY)
_LISTED = (*_NEEDED, "persona_name", "topic", "quality_score", "generation_method")


@dataclass(frozen=True)
class ReasonCount:
    """How many rows of a template version were turned down for a reason; `template` is "" for rows without one."""

    template: str
    template_version: int | None
    status: str
    reason: str
    rows: int


class ReviewService:
    """Decisions of one person on one database; the last 50 steps can be undone."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor
        self._journal = Journal(database, actor)

    # One row

    async def decide(
        self, conversation_id: str, verdict: Verdict, *, expected_version: int, note: str = "", reason: str = ""
    ) -> Done:
        """Store a verdict on the row as the person saw it.

        Raises TransitionError when its status does not allow it, StaleRowError when somebody else was faster.
        """
        act = Act(verdict.value)
        _check_reason(act, reason)
        async with self._database.write() as session:
            row = await existing_row(session, conversation_id)
            if row["version"] == expected_version:  # else the guard below says who was faster
                check(row, act)
            ready = await ready_ids(session, [conversation_id]) if verdict is Verdict.APPROVE else frozenset[str]()
            change = self._verdict(row, verdict, ready, note, reason)
            step = await self._store(session, change, act, expected_version)
        return self._done(step, act, conversation_id)

    async def flag(self, conversation_id: str, *, expected_version: int) -> Done:
        """Set the flag of a row, or take it away. Raises StaleRowError when somebody else was faster."""
        async with self._database.write() as session:
            row = await existing_row(session, conversation_id)
            act = Act.UNFLAG if row["needs_review"] else Act.FLAG
            change = Change(row, {"needs_review": act is Act.FLAG})
            step = await self._store(session, change, act, expected_version)
        return self._done(step, act, conversation_id)

    async def note(self, conversation_id: str, text: str, *, expected_version: int) -> Done:
        """Write the reviewer's note of a row. Raises StaleRowError when somebody else was faster."""
        return await self.change(
            conversation_id,
            {"reviewer_notes": text.strip()},
            expected_version=expected_version,
            action="note",
            note=text,
        )

    async def give_reason(self, conversation_id: str, reason: str, *, expected_version: int, note: str = "") -> Done:
        """Say why a row stands rejected or to be edited; "" takes the reason away.

        Raises TransitionError when it is neither, StaleRowError when somebody else was faster.
        """
        _check_reason(Act.REJECT, reason)
        values: dict[str, Any] = {"verdict_reason": reason}
        if note.strip():
            values["reviewer_notes"] = note.strip()
        async with self._database.write() as session:
            row = await existing_row(session, conversation_id)
            explained = {VERDICT_STATUS[act.verdict] for act in EXPLAINED if act.verdict is not None}
            if row["version"] == expected_version and row["status"] not in explained:
                raise TransitionError(f"{conversation_id} is neither rejected nor to be edited: it needs no reason.")
            change = Change(row, values, shown={"reason": reason}, note=note)
            step = await self._store(session, change, "reason", expected_version)
        return self._done(step, "reason", conversation_id)

    async def change(
        self,
        conversation_id: str,
        values: Mapping[str, Any],
        *,
        expected_version: int,
        action: str,
        verb: str = "",
        note: str = "",
        follow: Follow | None = None,
    ) -> Done:
        """Change columns of a row in one guarded, audited, undoable step; undo calls it by `verb` and the row's id.

        For whoever has checked the values: nothing is validated here. `follow` gives more values out of the row as it
        becomes, in the same transaction. Raises StaleRowError when somebody was faster.
        """
        async with self._database.write() as session:
            row = await existing_row(session, conversation_id)
            if follow is not None and row["version"] == expected_version:
                values = {**values, **await follow(session, {**row, **values})}
            shown = {name: value for name, value in values.items() if name != "reviewer_notes"}
            was = {name: row[name] for name in shown}
            change = Change(row, values, shown=shown, shown_before=was, note=note)
            step = await self._store(session, change, action, expected_version, verb)
        return self._done(step, action, conversation_id)

    async def note_turn(self, conversation_id: str, turn: int, text: str, *, expected_version: int) -> Done:
        """Write the note of a turn. Raises NotFoundError, StaleRowError."""
        async with self._database.write() as session:
            row = await existing_row(session, conversation_id)
            if await revising.turn_note(session, conversation_id, turn) is None:
                raise NotFoundError(f"{conversation_id} has no turn {turn}.", f"It has {row['turn_count']}.")
            await conversations.update_guarded(session, conversation_id, expected_version, {}, by=self._actor)
            change = await turn_change(session, row, turn, text.strip())
            at, verb = self._journal.moment(), f"note on turn {turn} of"
            await audit.record(session, [entry(self._actor, "note", change, verb, at)])
        self._journal.push(Step(at, verb, conversation_id))
        return Done(f"noted on turn {turn} of {conversation_id}", (conversation_id,))

    # Many rows

    async def plan(self, ids: Sequence[str], act: Act) -> BulkPlan:
        """What an act on these rows would do, before anything is done."""
        takes: list[Taken] = []
        skipped: list[tuple[str, str]] = []
        async with self._database.read() as session:
            for part in _parts(ids):
                rows = await revising.read_columns(session, part, _LISTED)
                ready = await ready_ids(session, part)
                for conversation_id in part:
                    row = rows.get(conversation_id)
                    why = "does not exist" if row is None else refusal(row, act)
                    if row is None or why:
                        skipped.append((conversation_id, why))
                    else:
                        takes.append(_taken(row, conversation_id in ready))
        return BulkPlan(act, tuple(takes), tuple(skipped))

    async def count(self, ids: Sequence[str]) -> dict[Act, int]:
        """How many of these rows could take each act."""
        counts = dict.fromkeys(Act, 0)
        async with self._database.read() as session:
            for part in _parts(ids):
                for row in (await revising.read_columns(session, part, ("status", "needs_review"))).values():
                    for act in Act:
                        counts[act] += not refusal(row, act)
        return counts

    async def good(self, approve_from: float) -> list[str]:
        """Everything to review that scores at least so much and has no flag, the best last."""
        criteria = Criteria(
            states=("to_review",),
            excluded_states=("flagged",),
            ranges=(("score", Range(low=approve_from)),),
            sort="score",
        )
        async with self._database.read() as session:
            return await conversations.matching_ids(session, criteria)

    async def low(self, review_below: float) -> list[str]:
        """Everything with a text that scores less, is not flagged and was not rejected, the worst first."""
        criteria = Criteria(
            states=("has_text",),
            excluded_states=("flagged",),
            excluded=(("status", (Status.REJECTED.value,)),),
            ranges=(("score", Range(high=review_below, high_open=True)),),
            sort="score",
        )
        async with self._database.read() as session:
            return await conversations.matching_ids(session, criteria)

    async def apply(
        self, ids: Sequence[str], act: Act, *, note: str = "", reason: str = "", seen: Mapping[str, int] | None = None
    ) -> BulkResult:
        """Do the same to several rows in one transaction and one step; rows that cannot take it are named.

        With `seen` (the versions the person was shown) rows that moved on since are left as they are, too.
        """
        _check_reason(act, reason)
        skipped: list[tuple[str, str]] = []
        at, done, first = self._journal.moment(), 0, ""
        async with self._database.write() as session:
            for part in _parts(list(dict.fromkeys(ids))):
                rows = await revising.read_columns(session, part, _NEEDED)
                taken: list[Mapping[str, Any]] = []
                for conversation_id in part:
                    row = rows.get(conversation_id)
                    why = _why_left(row, act, conversation_id, seen)
                    if row is None or why:
                        skipped.append((conversation_id, why))
                    else:
                        taken.append(row)
                if not taken:
                    continue
                done, first = done + len(taken), first or taken[0]["conversation_id"]
                changes = await self._changes(session, taken, act, note, reason)
                await audit.record(session, [entry(self._actor, act, c, VERB[act], at) for c in changes])
        if done:
            self._journal.push(Step(at, VERB[act], first, done))
        return BulkResult(done, skipped)

    async def decide_many(
        self, ids: Sequence[str], verdict: Verdict, *, note: str = "", reason: str = ""
    ) -> BulkResult:
        """The same verdict on several rows; see `apply`."""
        return await self.apply(ids, Act(verdict.value), note=note, reason=reason)

    async def delete(
        self, ids: Sequence[str], *, remove: bool = False, seen: Mapping[str, int] | None = None
    ) -> BulkResult:
        """Clear results back to planned, or with `remove` take the rows away; either is kept whole and undoable."""
        return await self.apply(ids, Act.REMOVE if remove else Act.CLEAR, seen=seen)

    async def clear_practice(self) -> int:
        """Return every practice result to planned, as one step, and give their number (`core.review.practice`)."""
        return await clear_practice(self._database, self._journal, self._actor)

    async def _changes(
        self, session: AsyncSession, rows: Sequence[Mapping[str, Any]], act: Act, note: str, reason: str
    ) -> list[Change]:
        """Change rows, which can take it, and say how."""
        if act is Act.CLEAR:
            return [await clear(session, row, self._actor) for row in rows]
        if act is Act.REMOVE:
            return [await remove(session, row, self._actor) for row in rows]
        if act.verdict is None:
            changes = [Change(row, {"needs_review": act is Act.FLAG}, note=note) for row in rows]
        else:
            ids = [row["conversation_id"] for row in rows]
            ready = await ready_ids(session, ids) if act is Act.APPROVE else frozenset[str]()
            changes = [self._verdict(row, act.verdict, ready, note, reason) for row in rows]
        await revising.update_rows(session, [(c.row["conversation_id"], c.row["version"], c.values) for c in changes])
        return changes

    # The way back

    @property
    def journal(self) -> Journal:
        """The steps of this person, for services whose changes are taken back like verdicts."""
        return self._journal

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self._journal.undoable[-1].text if self._journal.undoable else ""

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._journal.redoable[-1].text if self._journal.redoable else ""

    @property
    def undoable(self) -> tuple[Step, ...]:
        """The steps that undo would take back one after another, the last first."""
        return tuple(reversed(self._journal.undoable))

    async def recall(self) -> None:
        """Take up the steps of former sittings, so that they can be undone."""
        await self._journal.recall()

    async def undo(self) -> Done | None:
        """Take the last step back, where nobody changed the rows since; the others are named in `left`.

        None when there is none; raises StaleRowError when none of its rows is as it was left.
        """
        return await self._journal.undo()

    async def pass_over(self) -> str:
        """Leave what undo would take back as it is and go on with what was done before it; says what was left."""
        step = await self._journal.pass_over()
        return step.text if step is not None else ""

    async def redo(self) -> Done | None:
        """Do the last undone step again. None when there is none; raises StaleRowError as `undo` does."""
        return await self._journal.redo()

    # What came of it

    async def reasons(self) -> list[ReasonCount]:
        """Why rows stand rejected or to be edited, per template version; rows without a reason count as ""."""
        async with self._database.read() as session:
            return [ReasonCount(*row) for row in await revising.reason_counts(session)]

    # Parts of the above

    def _verdict(
        self,
        row: Mapping[str, Any],
        verdict: Verdict,
        ready: frozenset[str],
        note: str,
        reason: str,
    ) -> Change:
        values: dict[str, Any] = {"status": VERDICT_STATUS[verdict]}
        if verdict is Verdict.REOPEN:
            values |= {"reviewed_by": "", "reviewed_at": None, "approved_by": "", "approved_at": None}
            values |= {"human_reviewed": False, "verdict_reason": "", "ready_for_training": False}
        else:
            now, approved = utc_now(), verdict is Verdict.APPROVE
            values |= {"human_reviewed": True, "reviewed_by": self._actor, "reviewed_at": now, "verdict_reason": reason}
            values |= {"approved_by": self._actor if approved else "", "approved_at": now if approved else None}
            values["ready_for_training"] = approved and row["conversation_id"] in ready
        if note.strip():
            values["reviewer_notes"] = note.strip()
        return Change(row, values, shown={"reason": reason} if reason else {}, note=note)

    async def _store(
        self, session: AsyncSession, change: Change, action: str, expected_version: int, verb: str = ""
    ) -> Step:
        """Store a change of one row with its audit row, if the row is still as the person saw it."""
        conversation_id = change.row["conversation_id"]
        await conversations.update_guarded(session, conversation_id, expected_version, change.values, by=self._actor)
        step = Step(self._journal.moment(), verb or VERB.get(action, action), conversation_id)
        await audit.record(session, [entry(self._actor, action, change, step.verb, step.at)])
        return step

    def _done(self, step: Step, action: str, conversation_id: str) -> Done:
        self._journal.push(step)
        return Done(f"{PAST.get(action, f'did {step.verb}')} {conversation_id}", (conversation_id,))


def _taken(row: Mapping[str, Any], is_ready: bool) -> Taken:
    return Taken(
        row["conversation_id"],
        row["persona_name"],
        row["topic"],
        row["status"],
        row["quality_score"],
        bool(row["needs_review"]),
        row["generation_method"] == Method.SIMULATED,
        is_ready,
        row["version"],
    )


def _why_left(row: Mapping[str, Any] | None, act: Act, conversation_id: str, seen: Mapping[str, int] | None) -> str:
    if row is None:
        return "does not exist"
    if seen is not None and seen.get(conversation_id) != row["version"]:
        return CHANGED
    return refusal(row, act)


def _check_reason(act: Act, reason: str) -> None:
    if not reason:
        return
    if act not in EXPLAINED:
        raise TransitionError("A reason goes with reject and needs edit only.", "Write a note instead.")
    if reason not in REASONS:
        raise NotFoundError(f"{reason!r} is no reason.", f"There are: {', '.join(REASONS)}.")


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + revising.CHUNK] for start in range(0, len(ids), revising.CHUNK)]
