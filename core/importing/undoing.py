"""Takes an import back as a whole: added rows go, filled ones return to the plan, replaced ones get their text back.

What was imported is kept as a version first, so that even an undo loses nothing. A row that changed since the import
stops the undo before anything is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import ImportFileError, NotFoundError, StaleRowError
from core.importing.report import Undone
from core.status import words
from data import audit, conversations, records
from data.outgoing import Session, remove_rows
from data.types import utc_now

# Identity and bookkeeping of a row; everything else comes back as it was.
_KEPT = frozenset({"id", "conversation_id", "number", "version", "created_at", "created_by", "updated_at"})


def restorable(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as JSON, to be put back by an undo."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in row.items()
        if key not in _KEPT
    }


async def undo(session: Session, import_id: int, actor: str) -> Undone:
    """Take one import back in the caller's transaction.

    Raises NotFoundError for an unknown one, ImportFileError when it was undone before, StaleRowError when a row of it
    was changed since.
    """
    record = await records.get_import(session, import_id)
    if record is None:
        raise NotFoundError(f"There is no import {import_id}.", "brightrun import list shows all.")
    if record["undone_at"] is not None:
        raise ImportFileError(f"Import {import_id} ({record['file']}) was undone already.")
    entries = [dict(entry) for entry in (record["counts"] or {}).get("rows", [])]
    rows = await conversations.get_many(session, [entry["id"] for entry in entries])
    _check_unchanged(import_id, entries, rows)
    did: dict[str, list[str]] = {"added": [], "filled": [], "replaced": []}
    for entry in entries:
        conversation_id = entry["id"]
        await conversations.keep_version(session, conversation_id, "import undone", actor)
        if entry["how"] != "added":
            await _restore(session, entry, rows[conversation_id]["version"], actor)
        did[entry["how"]].append(conversation_id)
    await remove_rows(session, did["added"])
    await records.mark_undone(session, import_id, utc_now())
    undone = Undone(import_id, tuple(did["added"]), tuple(did["filled"]), tuple(did["replaced"]))
    await audit.record(
        session,
        [
            audit.entry(actor, "undo_import", "import", str(import_id), after={"did": undone.sentence()}),
            *(
                audit.entry(
                    actor,
                    "undo_import",
                    "conversation",
                    entry["id"],
                    before={"status": rows[entry["id"]]["status"]},
                    after={"how": entry["how"]},
                    note=record["file"],
                )
                for entry in entries
            ),
        ],
    )
    return undone


def _check_unchanged(import_id: int, entries: list[dict[str, Any]], rows: Mapping[str, Mapping[str, Any]]) -> None:
    changed = [e["id"] for e in entries if e["id"] not in rows or rows[e["id"]]["version"] != e["version"]]
    if not changed:
        return
    first = rows.get(changed[0])
    now = f"is {words(first['status'])} now" if first is not None else "was deleted"
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    raise StaleRowError(
        f"Import {import_id} cannot be undone: {changed[0]} was changed since and {now}{more}.",
        "Nothing was undone; take that change back first.",
    )


async def _restore(session: Session, entry: Mapping[str, Any], version: int, actor: str) -> None:
    conversation_id = entry["id"]
    await conversations.delete_text(session, conversation_id)
    before = entry.get("before")
    if before is None:
        kept = await conversations.versions_of(session, conversation_id)
        whole = next(v["snapshot"] for v in kept if v["reason"] == "replaced" and v["version"] == entry["version"] - 1)
        await conversations.restore_text(session, whole)
        before = restorable(whole["conversation"])
    times = {key: datetime.fromisoformat(value) for key, value in before.items() if key.endswith("_at") and value}
    await conversations.update_guarded(session, conversation_id, version, {**before, **times}, by=actor)
