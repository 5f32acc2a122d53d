"""Changes of one conversation that can be taken back, and the audit row of each, which carries the way back.

Verdicts, edits, deletions and `core.review.travel` are made of these, in their callers' transactions; whether a row may
take a change is the caller's question (`core.review.acts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.planning.cleared import CLEARED
from data import audit, conversations, revising, versions
from data.engines import AsyncSession

SHOWN = ("status", "needs_review", "reviewer_notes")  # what every audit row tells
_TIMES = frozenset({"reviewed_at", "approved_at", "generated_at", "created_at", "updated_at"})
# Kinds of change: values of the row, the note of a turn, the result cleared, the row removed, either brought back, and
# another text in place of the one that was there.
SET, TURN, CLEARED_KIND, REMOVED, RESTORED, TEXT = "set", "turn", "cleared", "removed", "restored", "text"


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
    shown = [name for name in SHOWN if name in row]
    before = {name: row[name] for name in shown} | dict(change.shown_before)
    after = {name: change.values.get(name, row[name]) for name in shown} | dict(change.shown)
    undo: dict[str, Any] = {"verb": verb, "kind": change.kind, "version": row["version"] + 1}
    if change.kind == SET:
        undo["before"] = plain({name: row[name] for name in change.values})
        undo["after"] = plain(change.values)
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


async def ready_ids(session: AsyncSession, ids: Sequence[str]) -> frozenset[str]:
    """Those with all gates passed and the annotation complete; approval is the caller's."""
    found = await revising.quality_of(session, ids)
    return frozenset(
        conversation_id
        for conversation_id, (is_complete, findings) in found.items()
        if is_complete and not any(finding.get("severity") == "gate" for finding in findings)
    )


async def clear(session: AsyncSession, row: Mapping[str, Any], actor: str, why: str = versions.DELETED) -> Change:
    """Clear a row's result: kept whole as a version, then planned again."""
    conversation_id = row["conversation_id"]
    await versions.keep_version(session, conversation_id, why, actor)
    await conversations.delete_text(session, conversation_id)
    await revising.update_rows(session, [(conversation_id, row["version"], CLEARED)])
    return Change(row, CLEARED, CLEARED_KIND)


async def remove(session: AsyncSession, row: Mapping[str, Any], actor: str) -> Change:
    """Remove a row: kept whole as a version."""
    await versions.keep_version(session, row["conversation_id"], versions.DELETED, actor)
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
    stored = with_times(whole["conversation"])
    # `extra` has the places and the header of the file that brought the text: another text's would tear it apart.
    values = {name: stored[name] for name in (*CLEARED, "extra") if name in stored} | dict(more or {})
    await revising.update_rows(session, [(conversation_id, row["version"], values)])
    await versions.restore_text(session, whole)
    return Change(row, values, TEXT, shown={"text": f"version {kept}"})


async def turn_change(session: AsyncSession, row: Mapping[str, Any], turn: int, note: str) -> Change:
    """Write the note of a turn; the row's version is the caller's."""
    old = await revising.turn_note(session, row["conversation_id"], turn)
    await revising.set_turn_note(session, row["conversation_id"], turn, note)
    return Change(row, {}, TURN, {"turn": turn, "note": note}, {"turn": turn, "note": old or ""}, note, turn)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def with_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a row as they were before JSON kept them."""
    return {
        name: datetime.fromisoformat(value) if name in _TIMES and isinstance(value, str) else value
        for name, value in values.items()
    }
