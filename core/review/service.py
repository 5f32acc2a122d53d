"""Verdicts, flags and notes: each one transaction with its audit row, guarded by the row's version, and undoable.

Undo goes through the same guard: what somebody else has changed since is never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import BrightrunError, NotFoundError, TransitionError
from core.status import HAS_TEXT, VERDICT_STATUS, Verdict, check_transition, words
from data import audit, conversations
from data.engines import Database
from data.types import utc_now
from data.vocabulary import Status

UNDO_DEPTH = 50
REASONS = ("wrong voice", "off topic", "facts", "unrealistic client", "boundary", "repetitive", "damaged", "other")
_PAST = {
    Verdict.APPROVE: "approved",
    Verdict.REJECT: "rejected",
    Verdict.NEEDS_EDIT: "sent to edit",
    Verdict.REVIEWED: "marked as reviewed",
    Verdict.REOPEN: "reopened",
}
_DECISION = (
    "status",
    "needs_review",
    "human_reviewed",
    "reviewed_by",
    "reviewed_at",
    "approved_by",
    "approved_at",
    "reviewer_notes",
    "verdict_reason",
    "ready_for_training",
)


@dataclass(frozen=True)
class Done:
    """What was done, in the past tense, and to which rows."""

    text: str
    conversation_ids: tuple[str, ...]


@dataclass(frozen=True)
class BulkResult:
    """How many rows were changed, and which were not and why."""

    done: int
    skipped: list[tuple[str, str]]


@dataclass(frozen=True)
class _Change:
    """One row before and after, with the version it had after."""

    conversation_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    version: int


@dataclass
class _Step:
    text: str
    changes: list[_Change] = field(default_factory=list)


class ReviewService:
    """Decisions of one person on one database; remembers the last 50 for undo."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self._undo[-1].text if self._undo else ""

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._redo[-1].text if self._redo else ""

    async def decide(
        self, conversation_id: str, verdict: Verdict, *, expected_version: int, note: str = "", reason: str = ""
    ) -> Done:
        """Store a verdict on the row as the person saw it.

        Raises TransitionError when its status does not allow it, StaleRowError when somebody else was faster.
        """
        step = _Step(f"{_PAST[verdict]} {conversation_id}")
        async with self._database.write() as session:
            row = await _row(session, conversation_id)
            step.changes.append(await self._decide(session, row, verdict, expected_version, note, reason))
        return self._done(step)

    async def decide_many(
        self, ids: Sequence[str], verdict: Verdict, *, note: str = "", reason: str = ""
    ) -> BulkResult:
        """The same verdict on several rows in one transaction; rows whose status does not allow it are named."""
        step = _Step("")
        skipped: list[tuple[str, str]] = []
        async with self._database.write() as session:
            rows = await conversations.get_many(session, ids)
            for conversation_id in ids:
                if conversation_id not in rows:
                    skipped.append((conversation_id, "does not exist"))
                    continue
                row = rows[conversation_id]
                try:
                    step.changes.append(await self._decide(session, row, verdict, row["version"], note, reason))
                except TransitionError as error:
                    skipped.append((conversation_id, error.message))
        if step.changes:
            step.text = f"{_PAST[verdict]} {_count(len(step.changes))}"
            self._done(step)
        return BulkResult(len(step.changes), skipped)

    async def flag(self, conversation_id: str, *, expected_version: int) -> Done:
        """Set the flag of a row, or take it away. Raises StaleRowError when somebody else was faster."""
        async with self._database.write() as session:
            row = await _row(session, conversation_id)
            flagged = not row["needs_review"]
            step = _Step(f"{'flagged' if flagged else 'unflagged'} {conversation_id}")
            step.changes.append(
                await self._change(
                    session, row, {"needs_review": flagged}, expected_version, "flag" if flagged else "unflag", ""
                )
            )
        return self._done(step)

    async def note(self, conversation_id: str, text: str, *, expected_version: int) -> Done:
        """Write the reviewer's note of a row. Raises StaleRowError when somebody else was faster."""
        async with self._database.write() as session:
            row = await _row(session, conversation_id)
            step = _Step(f"noted on {conversation_id}")
            step.changes.append(
                await self._change(session, row, {"reviewer_notes": text.strip()}, expected_version, "note", text)
            )
        return self._done(step)

    async def undo(self) -> Done | None:
        """Take the last step back. None when there is none; raises StaleRowError when a row changed since."""
        return await self._travel(self._undo, self._redo, "undo")

    async def redo(self) -> Done | None:
        """Do the last undone step again. None when there is none; raises StaleRowError when a row changed since."""
        return await self._travel(self._redo, self._undo, "redo")

    def _done(self, step: _Step) -> Done:
        self._undo.append(step)
        del self._undo[:-UNDO_DEPTH]
        self._redo.clear()
        return Done(step.text, tuple(c.conversation_id for c in step.changes))

    async def _decide(
        self, session: Any, row: Mapping[str, Any], verdict: Verdict, expected_version: int, note: str, reason: str
    ) -> _Change:
        target = VERDICT_STATUS[verdict]
        if row["version"] == expected_version:  # else the guard below says who was faster
            _check_decidable(row, target)
        now = utc_now()
        values: dict[str, Any] = {"status": target}
        if verdict is Verdict.REOPEN:
            values |= {"reviewed_by": "", "reviewed_at": None, "approved_by": "", "approved_at": None}
            values |= {"human_reviewed": False, "verdict_reason": "", "ready_for_training": False}
        else:
            approved = verdict is Verdict.APPROVE
            values |= {"human_reviewed": True, "reviewed_by": self._actor, "reviewed_at": now, "verdict_reason": reason}
            values |= {"approved_by": self._actor if approved else "", "approved_at": now if approved else None}
            values["ready_for_training"] = approved and await _is_ready(session, row)
        if note.strip():
            values["reviewer_notes"] = note.strip()
        return await self._change(session, row, values, expected_version, verdict.value, note, reason)

    async def _change(
        self,
        session: Any,
        row: Mapping[str, Any],
        values: Mapping[str, Any],
        expected_version: int,
        action: str,
        note: str,
        reason: str = "",
    ) -> _Change:
        conversation_id = row["conversation_id"]
        await conversations.update_guarded(session, conversation_id, expected_version, values, by=self._actor)
        shown = ("status", "needs_review", "reviewer_notes")
        after = {name: values.get(name, row[name]) for name in shown} | ({"reason": reason} if reason else {})
        await audit.record(
            session,
            [
                audit.entry(
                    self._actor,
                    action,
                    "conversation",
                    conversation_id,
                    before={name: row[name] for name in shown},
                    after=after,
                    note=note,
                )
            ],
        )
        before = {name: row[name] for name in _DECISION}
        return _Change(conversation_id, before, {**before, **values}, expected_version + 1)

    async def _travel(self, source: list[_Step], target: list[_Step], action: str) -> Done | None:
        if not source:
            return None
        step = source[-1]
        moved = _Step(step.text)
        try:
            async with self._database.write() as session:
                for change in reversed(step.changes):
                    row = await _row(session, change.conversation_id)
                    back = await self._change(session, row, change.before, change.version, action, step.text)
                    moved.changes.append(_Change(change.conversation_id, change.after, change.before, back.version))
        except BrightrunError:
            source.pop()  # it can never be applied again: the row went on without it
            raise
        source.pop()
        target.append(moved)
        verb = "took back" if action == "undo" else "did again"
        return Done(f"{verb}: {step.text}", tuple(c.conversation_id for c in moved.changes))


def _check_decidable(row: Mapping[str, Any], target: Status) -> None:
    if row["status"] == target:
        raise TransitionError(f"{row['conversation_id']} is {words(target)} already.")
    if row["status"] == Status.PLANNED or Status(row["status"]) not in HAS_TEXT:
        if row["status"] == Status.PLANNED:
            raise TransitionError(
                f"{row['conversation_id']} is only planned: there is nothing to read.", "Generate it first (x)."
            )
        check_transition(row["conversation_id"], row["status"], target)
    check_transition(row["conversation_id"], row["status"], target)


async def _is_ready(session: Any, row: Mapping[str, Any]) -> bool:
    """All gates passed and the annotation complete; approval is the caller's."""
    quality = await conversations.quality_of(session, row["conversation_id"])
    if quality is None or not quality["all_required_fields_complete"]:
        return False
    return not any(finding.get("severity") == "gate" for finding in quality["findings"] or ())


async def _row(session: Any, conversation_id: str) -> dict[str, Any]:
    row = await conversations.get(session, conversation_id)
    if row is None:
        raise NotFoundError(f"There is no conversation {conversation_id}.", "brightrun plan list shows all.")
    return row


def _count(number: int) -> str:
    return "1 conversation" if number == 1 else f"{number} conversations"
