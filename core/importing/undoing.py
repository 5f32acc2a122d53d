"""Takes an import back as a whole: added rows go, filled ones return to the plan, replaced ones get their text back.

What was imported is kept as a version first, so that even an undo loses nothing. A row that changed since the import
stops the undo before anything is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.chunks import storing
from core.errors import ImportFileError, NotFoundError, StaleRowError
from core.importing.report import Undone
from core.status import words
from data import audit, conversations, records, versions
from data.conversations import text_rows
from data.outgoing import Session, remove_rows
from data.types import utc_now

STEP = 50  # rows between two words on the progress
# Identity and bookkeeping of a row; everything else comes back as it was.
_KEPT = frozenset({"id", "conversation_id", "number", "version", "created_at", "created_by", "updated_at"})


def restorable(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as JSON, to be put back by an undo."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in row.items()
        if key not in _KEPT
    }


async def undo(
    session: Session, import_id: int, actor: str, on_progress: Callable[[int, int], None] | None = None
) -> Undone:
    """Take one import back in the caller's transaction.

    Raises NotFoundError for an unknown one, ImportFileError when it was undone before, StaleRowError when a row of it
    was changed since.
    """
    record = await records.get_import(session, import_id)
    if record is None:
        raise NotFoundError(f"There is no import {import_id}.", "brightrun import list shows all.")
    if record["undone_at"] is not None:
        raise ImportFileError(f"Import {import_id} ({record['file']}) was undone already.")
    if (record["counts"] or {}).get("kind") == "chunks":
        return await storing.undo(session, record, actor)
    entries = [dict(entry) for entry in (record["counts"] or {}).get("rows", [])]
    rows = await conversations.get_many(session, [entry["id"] for entry in entries])
    _check_unchanged(import_id, entries, rows)
    did: dict[str, list[str]] = {"added": [], "filled": [], "replaced": []}
    for start in range(0, len(entries), STEP):
        part = entries[start : start + STEP]
        await versions.keep_versions(session, [entry["id"] for entry in part], "import undone", actor)
        await _restore(session, [entry for entry in part if entry["how"] != "added"], rows, actor)
        for entry in part:
            did[entry["how"]].append(entry["id"])
        if on_progress is not None:
            on_progress(start + len(part), len(entries))
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


async def _restore(
    session: Session, entries: list[dict[str, Any]], rows: Mapping[str, Mapping[str, Any]], actor: str
) -> None:
    """Put back what these rows were before the import: their values, and the text of those that were replaced."""
    await conversations.delete_texts(session, [entry["id"] for entry in entries])
    replaced = {entry["id"]: entry["version"] - 1 for entry in entries if entry.get("before") is None}
    kept = await versions.versions_at(session, replaced, "replaced")
    wholes = [kept[conversation_id] for conversation_id in replaced]
    await conversations.insert_text(session, text_rows(map(versions.text_of_snapshot, wholes)))
    figures = map(versions.quality_of_snapshot, wholes)
    await conversations.put_qualities(session, [one for one in figures if one is not None])
    for entry in entries:
        conversation_id = entry["id"]
        before = entry.get("before") or restorable(kept[conversation_id]["conversation"])
        times = {key: datetime.fromisoformat(value) for key, value in before.items() if key.endswith("_at") and value}
        version = rows[conversation_id]["version"]
        await conversations.update_guarded(session, conversation_id, version, {**before, **times}, by=actor)
