"""The way back for source documents: what was linked to conversations or taken away, and which chunks are examples.

`core.chunks` writes its audit rows with these values, `core.review.steps` takes them back. A row's version is no guard
here, for links do not change it: what is done again or taken back is judged by the links and marks as they are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from data import audit, revising
from data.engines import AsyncSession
from data.vocabulary import Status

LINKED, UNLINKED, MARKED = "linked", "unlinked", "marked"
KINDS = (LINKED, UNLINKED, MARKED)
_RUNNING = (Status.QUEUED, Status.GENERATING)


def of_links(kind: str, verb: str, links: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What an audit row keeps of one conversation's links that came (`LINKED`) or went (`UNLINKED`)."""
    return {"verb": verb, "kind": kind, "links": [dict(link) for link in links]}


def of_mark(verb: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What an audit row keeps of one chunk's mark."""
    return {"verb": verb, "kind": MARKED, "before": _plain(before), "after": _plain(after)}


async def take_back(
    session: AsyncSession, entries: Iterable[Mapping[str, Any]], action: str, actor: str, at: datetime
) -> tuple[list[str], list[tuple[str, str]]]:
    """Take links and marks of one step back, with their audit rows; gives what moved, and what was left and why."""
    moved: list[str] = []
    left: list[tuple[str, str]] = []
    made: list[dict[str, Any]] = []
    for entry in entries:
        name, undo = entry["entity_id"], entry["after"]["undo"]
        found = await (_mark(session, name, undo) if undo["kind"] == MARKED else _links(session, name, undo))
        if isinstance(found, str):
            left.append((name, found))
            continue
        moved.append(name)
        note = f"{undo['verb']} {name}"
        made.append(audit.entry(actor, action, entry["entity"], name, after={"undo": found}, note=note, at=at))
    await audit.record(session, made)
    return moved, left


async def _links(session: AsyncSession, conversation_id: str, undo: Mapping[str, Any]) -> dict[str, Any] | str:
    """What the new audit row keeps, or why nothing was done."""
    from data import chunks  # a review does without the tables of sources

    row = (await revising.read_columns(session, [conversation_id], ("status",))).get(conversation_id)
    if row is None:
        return "was removed in the meantime."
    if row["status"] in _RUNNING:
        return "is being written: wait until it is written, or stop the job."
    wanted = [link["chunk_id"] for link in undo["links"]]
    here = await chunks.links_kept(session, conversation_id, wanted)
    if undo["kind"] == LINKED:
        if not here:
            return "draws on them no longer."
        await chunks.remove_kept_links(session, conversation_id, here)
        return of_links(UNLINKED, undo["verb"], here)
    there = {link["chunk_id"] for link in here}
    back = [link for link in undo["links"] if link["chunk_id"] not in there]
    back = await chunks.put_back_links(session, conversation_id, back)
    if not back:
        return "draws on them again already, or they are gone."
    return of_links(LINKED, undo["verb"], back)


async def _mark(session: AsyncSession, chunk_id: str, undo: Mapping[str, Any]) -> dict[str, Any] | str:
    from data import chunks

    now = (await chunks.marks_of(session, [chunk_id])).get(chunk_id)
    if now is None:
        return "was removed in the meantime."
    if _plain(now) != undo["after"]:
        by = f" by {now['marked_by']}" if now["marked_by"] else ""
        return f"was marked otherwise in the meantime{by}."
    before = undo["before"]
    at = datetime.fromisoformat(before["marked_at"]) if before["marked_at"] else None
    await chunks.mark_again(session, chunk_id, {**before, "marked_at": at})
    return of_mark(undo["verb"], undo["after"], undo["before"])


def _plain(mark: Mapping[str, Any]) -> dict[str, Any]:
    at = mark["marked_at"]
    return {**mark, "marked_at": at.isoformat() if isinstance(at, datetime) else at}
