"""The way back: what a step changed is kept in its audit rows, so undo survives a restart and costs no memory.

Every audit row of a step carries `after["undo"]`: the step's verb, the kind of change, the values before and after, and
the version that the row had then. Undo goes through that version: what anybody changed since is never overwritten.
Only a person's own later steps that were taken back again are seen through: the row is then what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.planning.cleared import CLEARED
from core.review import sources
from core.review.acts import counted
from data import audit, conversations, revising, versions
from data.engines import AsyncSession, Database
from data.errors import StaleRowError
from data.types import utc_now

UNDO_DEPTH = 50
RECALLED = 3 * UNDO_DEPTH  # undo and redo are steps of the log, too
_TIMES = frozenset({"reviewed_at", "approved_at", "generated_at", "created_at", "updated_at"})
_SHOWN = ("status", "needs_review", "reviewer_notes")
# Kinds of change: values of the row, the note of a turn, the result cleared, the row removed, either brought back, and
# another text in place of the one that was there.
SET, TURN, CLEARED_KIND, REMOVED, RESTORED, TEXT = "set", "turn", "cleared", "removed", "restored", "text"
PASSED_OVER = audit.PASSED_OVER


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


@dataclass(frozen=True)
class Change:
    """One row's change, not stored yet: `undo` is what takes it back."""

    row: Mapping[str, Any]
    values: Mapping[str, Any]
    kind: str = SET
    shown: Mapping[str, Any] = field(default_factory=dict)  # beside what every audit row shows
    shown_before: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    turn: int | None = None


def entry(actor: str, action: str, change: Change, verb: str, at: datetime) -> dict[str, Any]:
    """The audit row of a change, with the way back."""
    row = change.row
    shown = [name for name in _SHOWN if name in row]
    before = {name: row[name] for name in shown} | dict(change.shown_before)
    after = {name: change.values.get(name, row[name]) for name in shown} | dict(change.shown)
    undo: dict[str, Any] = {"verb": verb, "kind": change.kind, "version": row["version"] + 1}
    if change.kind == SET:
        undo["before"] = _plain({name: row[name] for name in change.values})
        undo["after"] = _plain(change.values)
    elif change.kind == TURN:
        undo |= {"turn": change.turn, "before": dict(change.shown_before), "after": dict(change.shown)}
    else:
        undo["kept"] = row["version"]
    return audit.entry(
        actor,
        action,
        "conversation",
        row["conversation_id"],
        before=before,
        after={**after, "undo": undo},
        note=change.note,
        at=at,
    )


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
            step = Step(row["at"], row["after"]["undo"]["verb"], row["entity_id"], row["rows"], row["entity"])
            if row["action"] == "undo":
                self._moved(self.undoable, self.redoable, step)
            elif row["action"] == "redo":
                self._moved(self.redoable, self.undoable, step)
            elif row["action"] == PASSED_OVER:
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
            PASSED_OVER,
            step.entity,
            step.conversation_id,
            after={"undo": {"verb": step.verb, "kind": PASSED_OVER}},
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
        moved: list[str] = []
        left: list[tuple[str, str]] = []
        async with self._database.write() as session:
            last = 0
            while entries := await audit.entries_at(session, self._actor, step.at, after_id=last):
                last = entries[-1]["id"]
                await self._take_back(session, entries, action, at, moved, left)
        if not moved:  # it stays the next: going on to an older act unasked would take back what nobody meant
            first, why = left[0] if left else (step.text, "is gone from the log.")
            raise StaleRowError(f"{first} {why}", "Nothing was overwritten.")
        source.remove(step)
        again = Step(at, step.verb, moved[0], len(moved), step.entity)
        target.append(again)
        rows = tuple(moved) if step.entity == "conversation" else ()
        return Done(f"{'took back' if action == 'undo' else 'did again'}: {again.text}", rows, tuple(left))

    async def _take_back(
        self,
        session: AsyncSession,
        entries: Sequence[Mapping[str, Any]],
        action: str,
        at: datetime,
        moved: list[str],
        left: list[tuple[str, str]],
    ) -> None:
        kept = [e for e in entries if "undo" in (e["after"] or {})]
        of_sources = [e for e in kept if e["after"]["undo"]["kind"] in sources.KINDS]
        if of_sources:
            done = await sources.take_back(session, of_sources, action, self._actor, at)
            moved += done[0]
            left += done[1]
            return
        undos = {e["entity_id"]: e["after"]["undo"] for e in kept}
        names = {name for undo in undos.values() for name in (undo.get("before") or {}) if undo["kind"] == SET}
        rows = await revising.read_columns(
            session, list(undos), {*_SHOWN, *names, "version", "reviewed_by", "approved_by"}
        )
        same = await self._same_again(session, entries[0]["id"], undos, rows, action)
        made: list[dict[str, Any]] = []
        sets: dict[tuple[str, ...], list[tuple[str, int, dict[str, Any]]]] = {}
        for conversation_id, undo in undos.items():
            row = rows.get(conversation_id)
            why = "" if conversation_id in same else _why_stale(row, undo)
            if why:
                left.append((conversation_id, why))
                continue
            if undo["kind"] == SET and row is not None:
                values = _times(undo["before"])
                sets.setdefault(tuple(values), []).append((conversation_id, row["version"], values))
                change = Change(row, values, note=f"{undo['verb']} {conversation_id}")
                made.append(entry(self._actor, action, change, undo["verb"], at))
            else:
                found = await self._travel_one(session, conversation_id, row, undo, action, at)
                if found is None:
                    left.append((conversation_id, "cannot come back: its number belongs to another row by now."))
                    continue
                made.append(found)
            moved.append(conversation_id)
        for part in sets.values():
            await revising.update_rows(session, part)
            if part[0][2].keys() & {"quality_score"}:
                await _judge_as_before(session, [conversation_id for conversation_id, _, _ in part])
        await audit.record(session, made)

    async def _same_again(
        self,
        session: AsyncSession,
        entry_id: int,
        undos: Mapping[str, Mapping[str, Any]],
        rows: Mapping[str, Mapping[str, Any]],
        action: str,
    ) -> set[str]:
        """Rows that only this person touched since, each time taking the step back: they are what they were then.

        Where a version is missing from the log, or a step still stands, the row is not among them.
        """
        moved_on = [key for key, row in rows.items() if row["version"] > undos[key]["version"]]
        if not moved_on:
            return set()
        standing = dict.fromkeys(moved_on, 0)
        missing = {key: set(range(undos[key]["version"] + 1, rows[key]["version"] + 1)) for key in moved_on}
        unknown: set[str] = set()
        for later in await audit.later_steps(session, self._actor, moved_on, entry_id):
            key = later["entity_id"]
            if later["version"] is None:  # a source was linked: that is no other version
                continue
            missing[key].discard(later["version"])
            standing[key] += -1 if (later["action"] == "undo") == (action == "undo") else 1
            if standing[key] < 0:  # it took back something before the step that is asked for
                unknown.add(key)
        return {key for key in moved_on if not missing[key] and not standing[key]} - unknown

    async def _travel_one(
        self,
        session: AsyncSession,
        conversation_id: str,
        row: Mapping[str, Any] | None,
        undo: Mapping[str, Any],
        action: str,
        at: datetime,
    ) -> dict[str, Any] | None:
        kind = undo["kind"]
        if kind == TURN and row is not None:
            change = await turn_change(session, row, undo["turn"], undo["before"]["note"])
            await revising.update_rows(session, [(conversation_id, row["version"], {})])
            return entry(self._actor, action, change, undo["verb"], at)
        if kind == TEXT and row is not None:
            swapped = await swap_text(session, row, undo["kept"], self._actor)
            return entry(self._actor, action, swapped, undo["verb"], at) if swapped is not None else None
        if kind == RESTORED and row is not None:
            change = await (remove if undo["of"] == REMOVED else clear)(session, row, self._actor)
            return entry(self._actor, action, change, undo["verb"], at)
        return await self._bring_back(session, conversation_id, row, undo, action, at)

    async def _bring_back(
        self,
        session: AsyncSession,
        conversation_id: str,
        row: Mapping[str, Any] | None,
        undo: Mapping[str, Any],
        action: str,
        at: datetime,
    ) -> dict[str, Any] | None:
        """The result, or the whole row, as it was kept."""
        whole = await versions.kept_snapshot(session, conversation_id, undo["kept"])
        if whole is None:
            return None
        stored = _times(whole["conversation"])
        if undo["kind"] == REMOVED:
            version = undo["kept"] + 1
            if not await revising.put_back_row(session, {**stored, "version": version}):
                return None
            await versions.restore_links(session, whole)
        else:
            present = row["version"] if row is not None else undo["version"]
            version = present + 1
            values = {name: stored[name] for name in CLEARED if name in stored}
            await revising.update_rows(session, [(conversation_id, present, values)])
        await versions.restore_text(session, whole)
        made = audit.entry(
            self._actor,
            action,
            "conversation",
            conversation_id,
            before={"status": "" if undo["kind"] == REMOVED else CLEARED["status"]},
            after={"status": stored["status"]},
            note=f"{undo['verb']} {conversation_id}",
            at=at,
        )
        made["after"]["undo"] = {"verb": undo["verb"], "kind": RESTORED, "of": undo["kind"], "version": version}
        return made


async def clear(session: AsyncSession, row: Mapping[str, Any], actor: str, why: str = "deleted") -> Change:
    """Clear a row's result: kept whole as a version, then planned again."""
    conversation_id = row["conversation_id"]
    await versions.keep_version(session, conversation_id, why, actor)
    await conversations.delete_text(session, conversation_id)
    await revising.update_rows(session, [(conversation_id, row["version"], CLEARED)])
    return Change(row, CLEARED, CLEARED_KIND)


async def remove(session: AsyncSession, row: Mapping[str, Any], actor: str) -> Change:
    """Remove a row: kept whole as a version."""
    await versions.keep_version(session, row["conversation_id"], "deleted", actor)
    await revising.remove_row(session, row["conversation_id"])
    return Change(row, {}, REMOVED, shown={"status": "removed"})


async def swap_text(
    session: AsyncSession, row: Mapping[str, Any], kept: int, actor: str, more: Mapping[str, Any] | None = None
) -> Change | None:
    """Put the text that was kept at a version in place of the present one, which is kept in its turn.

    Row and figures become what they were then, but for `more`. None when no such version was kept.
    """
    conversation_id = row["conversation_id"]
    whole = await versions.kept_snapshot(session, conversation_id, kept)
    if whole is None:
        return None
    await versions.keep_version(session, conversation_id, "replaced", actor)
    await conversations.delete_text(session, conversation_id)
    stored = _times(whole["conversation"])
    values = {name: stored[name] for name in CLEARED if name in stored} | dict(more or {})
    await revising.update_rows(session, [(conversation_id, row["version"], values)])
    await versions.restore_text(session, whole)
    return Change(row, values, TEXT, shown={"text": f"version {kept}"})


async def _judge_as_before(session: AsyncSession, ids: Sequence[str]) -> None:
    """What the checks say of rows whose facts came back; score and flag came back with them."""
    from core.prompting.store import pack_context
    from core.quality.again import check_again

    for row in (await conversations.get_many(session, ids)).values():
        pack = await pack_context(session, row["pack_key"])
        await check_again(session, row, pack=pack, review_below=0.0, at=utc_now())


async def turn_change(session: AsyncSession, row: Mapping[str, Any], turn: int, note: str) -> Change:
    """Write the note of a turn; the row's version is the caller's."""
    old = await revising.turn_note(session, row["conversation_id"], turn)
    await revising.set_turn_note(session, row["conversation_id"], turn, note)
    return Change(row, {}, TURN, {"turn": turn, "note": note}, {"turn": turn, "note": old or ""}, note, turn)


def _why_stale(row: Mapping[str, Any] | None, undo: Mapping[str, Any]) -> str:
    """Why a step cannot be taken back for a row; "" when it can."""
    if undo["kind"] == REMOVED:
        return "" if row is None else "exists again."
    if row is None:
        return "was removed in the meantime."
    if row["version"] == undo["version"]:
        return ""
    who = row["reviewed_by"] or row["approved_by"]
    return f"was changed in the meantime{f' by {who}' if who else ''}: it is {row['status'].replace('_', ' ')} now."


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _times(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _TIMES and isinstance(value, str) else value
        for name, value in values.items()
    }
