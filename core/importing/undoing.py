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
from core.review.travel import Travel
from core.status import words
from data import audit, conversations, records, versions
from data.conversations import text_rows
from data.outgoing import Session, remove_rows, touched
from data.types import utc_now
from data.vocabulary import Status

STEP = 50  # rows between two words on the progress
# Identity and bookkeeping of a row, its part of a split, which it has for good, and what follows from its links, which
# no import touches; everything else comes back as it was.
_KEPT = frozenset(
    {"id", "conversation_id", "number", "version", "created_at", "created_by", "updated_at"}
    | {"split", "chunk_id", "document_id"}
)


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
    await _check_unchanged(session, record, entries, rows, actor)
    did: dict[str, list[str]] = {"added": [], "filled": [], "replaced": []}
    owners: dict[str, int] = {}
    for start in range(0, len(entries), STEP):
        part = entries[start : start + STEP]
        await versions.keep_versions(session, [entry["id"] for entry in part], "import undone", actor)
        owners |= await _restore(session, [entry for entry in part if entry["how"] != "added"], rows, actor)
        for entry in part:
            did[entry["how"]].append(entry["id"])
        if on_progress is not None:
            on_progress(start + len(part), len(entries))
    await remove_rows(session, did["added"])
    await _give_back(session, entries, rows, owners)
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


async def _check_unchanged(
    session: Session,
    record: Mapping[str, Any],
    entries: list[dict[str, Any]],
    rows: Mapping[str, Mapping[str, Any]],
    actor: str,
) -> None:
    import_id = record["id"]
    changed = [e for e in entries if e["id"] not in rows or rows[e["id"]]["version"] != e["version"]]
    if not changed:
        return
    # A verdict that was taken back again has left the row as it came.
    since = min(e["id"] for e in await audit.entries(session, entity="import", entity_id=str(import_id)))
    travel, same = Travel(session, "undo", actor, utc_now()), set[str]()
    there = [e for e in changed if e["id"] in rows]
    for start in range(0, len(there), STEP):
        part = there[start : start + STEP]
        came = {e["id"]: {"version": e["version"]} for e in part}
        same |= await travel.same_again(since, came, {e["id"]: rows[e["id"]] for e in part})
    # So has a job that took a planned row and gave it back.
    bare = [e["id"] for e in there if e["how"] == "added" and _is_bare(rows[e["id"]])]
    same |= set(bare) - await touched(session, bare, besides=("import", "undo_import"))
    changed = [e for e in changed if e["id"] not in same]
    if not changed:
        return
    first = rows.get(changed[0]["id"])
    now = f"is {words(first['status'])} now" if first is not None else "was deleted"
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    raise StaleRowError(
        f"Import {import_id} cannot be undone: {changed[0]['id']} was changed since and {now}{more}.",
        "Nothing was undone; take that change back first.",
    )


def _is_bare(row: Mapping[str, Any]) -> bool:
    return row["status"] == Status.PLANNED and not row["turn_count"]


async def _restore(
    session: Session, entries: list[dict[str, Any]], rows: Mapping[str, Mapping[str, Any]], actor: str
) -> dict[str, int]:
    """Put back what these rows were before the import: their values, and the text of those that were replaced.

    Gives by row the former import that brought what it is again.
    """
    await conversations.delete_texts(session, [entry["id"] for entry in entries])
    replaced = {entry["id"]: _before(entry) for entry in entries if entry.get("before") is None}
    kept = await versions.versions_at(session, replaced, "replaced")
    wholes = [kept[conversation_id] for conversation_id in replaced]
    await conversations.insert_text(session, text_rows(map(versions.text_of_snapshot, wholes)))
    figures = map(versions.quality_of_snapshot, wholes)
    await conversations.put_qualities(session, [one for one in figures if one is not None])
    owners: dict[str, int] = {}
    for entry in entries:
        conversation_id = entry["id"]
        before = restorable(entry.get("before") or kept[conversation_id]["conversation"])
        times = {key: datetime.fromisoformat(value) for key, value in before.items() if key.endswith("_at") and value}
        version = rows[conversation_id]["version"]
        await conversations.update_guarded(session, conversation_id, version, {**before, **times}, by=actor)
        if before.get("import_id"):
            owners[conversation_id] = before["import_id"]
    return owners


async def _give_back(
    session: Session,
    entries: list[dict[str, Any]],
    rows: Mapping[str, Mapping[str, Any]],
    owners: Mapping[str, int],
) -> None:
    """Rows that are again what a former import made of them can be taken back with that one, too."""
    former = {entry["id"]: _before(entry) for entry in entries}
    for import_id in sorted(set(owners.values())):
        record = await records.get_import(session, import_id)
        if record is None:
            continue
        its_rows = [dict(one) for one in (record["counts"] or {}).get("rows", [])]
        for one in its_rows:
            if owners.get(one["id"]) == import_id and one["version"] == former[one["id"]]:
                one |= {"from": _before(one), "version": rows[one["id"]]["version"] + 1}
        await records.set_counts(session, import_id, {**record["counts"], "rows": its_rows})


def _before(entry: Mapping[str, Any]) -> int:
    """The version that a row had before an import: the one before it, unless the row was given back since."""
    return int(entry.get("from", entry["version"] - 1))
