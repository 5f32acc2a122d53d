"""One way back, or forth again: what the audit rows of a step kept is put in place, row by row, and audited in turn.

`core.review.steps` calls it for undo and redo, in one transaction. What anybody changed since is never overwritten: the
row is left and named. Only a person's own later steps that were taken back again are seen through: the row is then what
it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.planning.cleared import CLEARED
from core.review import sources
from core.review.changes import (
    REMOVED,
    RESTORED,
    SET,
    SHOWN,
    TEXT,
    TURN,
    Change,
    clear,
    entry,
    ready_ids,
    remove,
    swap_text,
    turn_change,
    with_times,
)
from data import audit, conversations, revising, versions
from data.engines import AsyncSession
from data.types import utc_now


@dataclass(frozen=True)
class _Kept:
    """A row on its way: what it is now, None when it is gone, and what its audit row kept."""

    conversation_id: str
    row: Mapping[str, Any] | None
    undo: Mapping[str, Any]


@dataclass
class Travel:
    """An undo or redo under way: which, whose and when, and which rows it moved or left so far, and why."""

    session: AsyncSession
    action: str  # undo or redo
    actor: str
    at: datetime
    moved: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    async def take(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Put back what these audit rows of one step kept."""
        kept = [e for e in entries if "undo" in (e["after"] or {})]
        of_sources = [e for e in kept if e["after"]["undo"]["kind"] in sources.KINDS]
        if of_sources:
            moved, left = await sources.take_back(self.session, of_sources, self.action, self.actor, self.at)
            self.moved += moved
            self.left += left
            return
        undos = {e["entity_id"]: e["after"]["undo"] for e in kept}
        names = {name for undo in undos.values() for name in (undo.get("before") or {}) if undo["kind"] == SET}
        rows = await revising.read_columns(
            self.session, list(undos), {*SHOWN, *names, "version", "reviewed_by", "approved_by"}
        )
        same = await self.same_again(entries[0]["id"], undos, rows)
        claimed = [name for name, undo in undos.items() if _claims_ready(undo)]
        ready = await ready_ids(self.session, claimed)
        made: list[dict[str, Any]] = []
        sets: dict[tuple[str, ...], list[tuple[str, int, dict[str, Any]]]] = {}
        for conversation_id, undo in undos.items():
            row = rows.get(conversation_id)
            why = "" if conversation_id in same else _why_stale(row, undo)
            if why:
                self.left.append((conversation_id, why))
                continue
            if undo["kind"] == SET and row is not None:
                values = with_times(undo["before"])
                if _claims_ready(undo):  # the checks may have changed their mind since
                    values["ready_for_training"] = conversation_id in ready
                sets.setdefault(tuple(values), []).append((conversation_id, row["version"], values))
                change = Change(row, values, note=f"{undo['verb']} {conversation_id}")
                made.append(self._entry(change, undo))
            else:
                found = await self._one(_Kept(conversation_id, row, undo))
                if found is None:
                    self.left.append((conversation_id, "cannot come back: its number belongs to another row by now."))
                    continue
                made.append(found)
            self.moved.append(conversation_id)
        for part in sets.values():
            await revising.update_rows(self.session, part)
            if part[0][2].keys() & {"quality_score"}:
                await _judge_as_before(self.session, [conversation_id for conversation_id, _, _ in part])
        await audit.record(self.session, made)

    def _entry(self, change: Change, undo: Mapping[str, Any]) -> dict[str, Any]:
        return entry(self.actor, self.action, change, undo["verb"], self.at)

    async def same_again(
        self,
        entry_id: int,
        undos: Mapping[str, Mapping[str, Any]],
        rows: Mapping[str, Mapping[str, Any]],
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
        for later in await audit.later_steps(self.session, self.actor, moved_on, entry_id):
            key = later["entity_id"]
            if later["version"] is None:  # a source was linked: that is no other version
                continue
            if later["version"] <= undos[key]["version"]:  # the step itself, behind the first of its rows
                continue
            missing[key].discard(later["version"])
            standing[key] += -1 if (later["action"] == "undo") == (self.action == "undo") else 1
            if standing[key] < 0:  # it took back something before the step that is asked for
                unknown.add(key)
        return {key for key in moved_on if not missing[key] and not standing[key]} - unknown

    async def _one(self, kept: _Kept) -> dict[str, Any] | None:
        """Any kind of change but values; gives the audit row, None when it cannot come back."""
        row, undo = kept.row, kept.undo
        kind = undo["kind"]
        if kind == TURN and row is not None:
            change = await turn_change(self.session, row, undo["turn"], undo["before"]["note"])
            await revising.update_rows(self.session, [(kept.conversation_id, row["version"], {})])
            return self._entry(change, undo)
        if kind == TEXT and row is not None:
            swapped = await swap_text(self.session, row, undo["kept"], self.actor)
            return self._entry(swapped, undo) if swapped is not None else None
        if kind == RESTORED and row is not None:
            change = await (remove if undo["of"] == REMOVED else clear)(self.session, row, self.actor)
            return self._entry(change, undo)
        return await self._bring_back(kept)

    async def _bring_back(self, kept: _Kept) -> dict[str, Any] | None:
        """The result, or the whole row, as it was kept."""
        session, conversation_id, row, undo = self.session, kept.conversation_id, kept.row, kept.undo
        whole = await versions.kept_snapshot(session, conversation_id, undo["kept"])
        if whole is None:
            return None
        stored = with_times(whole["conversation"])
        if undo["kind"] == REMOVED:
            version = undo["kept"] + 1
            if not await revising.put_back_row(session, {**stored, "version": version}):
                return None
            await versions.restore_beside(session, whole)
        else:
            present = row["version"] if row is not None else undo["version"]
            version = present + 1
            values = {name: stored[name] for name in CLEARED if name in stored}
            await revising.update_rows(session, [(conversation_id, present, values)])
        await versions.restore_text(session, whole)
        made = audit.entry(
            self.actor,
            self.action,
            "conversation",
            conversation_id,
            before={"status": "" if undo["kind"] == REMOVED else CLEARED["status"]},
            after={"status": stored["status"]},
            note=f"{undo['verb']} {conversation_id}",
            at=self.at,
        )
        made["after"]["undo"] = {"verb": undo["verb"], "kind": RESTORED, "of": undo["kind"], "version": version}
        return made


async def _judge_as_before(session: AsyncSession, ids: Sequence[str]) -> None:
    """What the checks say of rows whose facts came back; score and flag came back with them."""
    from core.prompting.store import pack_context
    from core.quality.again import check_again

    for row in (await conversations.get_many(session, ids)).values():
        pack = await pack_context(session, row["pack_key"])
        await check_again(session, row, pack=pack, review_below=0.0, at=utc_now())


def _claims_ready(undo: Mapping[str, Any]) -> bool:
    """Whether a verdict comes back that made a row ready; what an edit of facts changed is judged anew as it is."""
    before = undo.get("before") or {}
    return undo["kind"] == SET and bool(before.get("ready_for_training")) and "quality_score" not in before


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
