"""The steps of one person, the last first: what undo takes back and redo does again, also after a restart.

Every audit row of a step carries `after["undo"]`: the step's verb, the kind of change, the values before and after, and
the version that the row had then (`core.review.changes`). `core.review.travel` goes by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.review.acts import counted
from core.review.travel import Travel
from data import audit
from data.engines import Database
from data.errors import StaleRowError
from data.types import utc_now

UNDO_DEPTH = 50
RECALLED = 3 * UNDO_DEPTH  # undo and redo are steps of the log, too


@dataclass(frozen=True)
class Step:
    """Something a person did, to one row or to many: its audit rows have this time."""

    at: datetime
    verb: str
    conversation_id: str  # of the first row; of a step on chunks, of the first one
    rows: int = 1
    entity: str = "conversation"

    @property
    def text(self) -> str:
        """`approve fp_marcus_003`, `reject 12 conversations`."""
        many = f"{self.rows:,} chunks" if self.entity == "chunk" else counted(self.rows)
        return f"{self.verb} {self.conversation_id if self.rows == 1 else many}"


@dataclass(frozen=True)
class Done:
    """What was done, in words, to which rows, and which others kept what somebody else made of them since."""

    text: str
    conversation_ids: tuple[str, ...]
    left: tuple[tuple[str, str], ...] = ()


class Journal:
    """The last steps of one person on one database, and the way back and forth."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor
        self._last = utc_now()
        self.undoable: list[Step] = []
        self.redoable: list[Step] = []

    def moment(self) -> datetime:
        """The time of a new step; no two steps of a journal have the same."""
        self._last = max(utc_now(), self._last + timedelta(microseconds=1))
        return self._last

    def push(self, step: Step) -> None:
        """A step was done: it can be undone, and what was undone before cannot be done again."""
        self.undoable.append(step)
        del self.undoable[:-UNDO_DEPTH]
        self.redoable.clear()

    async def recall(self) -> None:
        """Take up the steps of former sittings from the audit log."""
        async with self._database.read() as session:
            found = await audit.last_steps(session, self._actor, RECALLED)
        self.undoable, self.redoable = [], []
        for row in found:
            step = Step(row["at"], row["verb"], row["entity_id"], row["rows"], row["entity"])
            if row["action"] == "undo":
                self._moved(self.undoable, self.redoable, step)
            elif row["action"] == "redo":
                self._moved(self.redoable, self.undoable, step)
            elif row["action"] == audit.PASSED_OVER:
                del self.undoable[-1:]
            else:
                self.push(step)

    def _moved(self, source: list[Step], target: list[Step], step: Step) -> None:
        if source:
            source.pop()
        target.append(step)

    async def undo(self) -> Done | None:
        """Take the last step back. None when there is none; raises StaleRowError when its rows all went on since."""
        return await self._travel(self.undoable, self.redoable, "undo")

    async def redo(self) -> Done | None:
        """Do the last undone step again. None when there is none; raises StaleRowError as `undo` does."""
        return await self._travel(self.redoable, self.undoable, "redo")

    async def pass_over(self) -> Step | None:
        """Leave the step that undo would take back as it is, for good: undo goes on with the one before."""
        if not self.undoable:
            return None
        step, at = self.undoable[-1], self.moment()
        made = audit.entry(
            self._actor,
            audit.PASSED_OVER,
            step.entity,
            step.conversation_id,
            after={"undo": {"verb": step.verb, "kind": audit.PASSED_OVER}},
            note=step.text,
            at=at,
        )
        async with self._database.write() as session:
            await audit.record(session, [made])
        return self.undoable.pop()

    async def _travel(self, source: list[Step], target: list[Step], action: str) -> Done | None:
        if not source:
            return None
        step, at = source[-1], self.moment()
        async with self._database.write() as session:
            travel, last = Travel(session, action, self._actor, at), 0
            while entries := await audit.entries_at(session, self._actor, step.at, after_id=last):
                last = entries[-1]["id"]
                await travel.take(entries)
        moved, left = travel.moved, travel.left
        if not moved:  # it stays the next: going on to an older act unasked would take back what nobody meant
            first, why = left[0] if left else (step.text, "is gone from the log.")
            raise StaleRowError(f"{first} {why}", "Nothing was overwritten.")
        source.remove(step)
        again = Step(at, step.verb, moved[0], len(moved), step.entity)
        target.append(again)
        rows = tuple(moved) if step.entity == "conversation" else ()
        return Done(f"{'took back' if action == 'undo' else 'did again'}: {again.text}", rows, tuple(left))
