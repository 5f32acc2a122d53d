"""What all files of one import are judged by: the pack's words, the texts that are stored, and what earlier files of
the same order brought. It finds duplicates and asks for the warnings of a file.

`core.importing.service` uses it, in its sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.importing.incoming import Client, Incoming, IncomingFile, client_of
from core.importing.remarks import Messages, messages, plain, remarks, twins_within
from core.prompting.context import PackContext
from data import outgoing, records
from data.outgoing import Session

STEP = 250  # conversations that are compared at a time


@dataclass(frozen=True)
class Ground:
    """What all files of one order are judged by; and ids and contents that its former files brought."""

    pack: PackContext
    pack_key: str
    emotions: frozenset[str]
    ids: dict[str, str] = field(default_factory=dict)
    contents: dict[Messages, str] = field(default_factory=dict)


def clients_of(file: IncomingFile, pack: PackContext) -> dict[str, Client | None]:
    return {i.conversation_id: client_of(i.conversation, pack.personas) for i in file.conversations}


def remember(file: IncomingFile, ground: Ground) -> None:
    """Note what a file brought, for those that come with the same order behind it."""
    for incoming in file.conversations:
        ground.ids[incoming.conversation_id] = file.name
        ground.contents.setdefault(messages(incoming), f"{incoming.conversation_id} of {file.name}")


async def warnings_of(session: Session, file: IncomingFile, ground: Ground) -> tuple[tuple[str, ...], dict[str, str]]:
    """The warnings of a file; and by id the other ids with the same content."""
    former = {
        i.conversation_id: ground.contents[messages(i)] for i in file.conversations if messages(i) in ground.contents
    }
    twins = {**await _twins(session, file.conversations), **former, **twins_within(file.conversations)}
    clients = clients_of(file, ground.pack)
    found = await asyncio.to_thread(remarks, file, clients, ground.emotions, twins)
    before = [r for r in await records.imports(session, sha256=file.document.sha256) if r["undone_at"] is None]
    again = (f"this content was imported before (import {before[0]['id']})",) if before else ()
    return (*again, *found), twins


async def _twins(session: Session, incoming: Sequence[Incoming]) -> dict[str, str]:
    """Stored conversations under other ids that say the same, by the id of the incoming one."""
    mine: dict[Messages, list[str]] = {}
    lengths: set[tuple[int, int]] = set()
    for one in incoming:
        lengths.add((len(one.text.turns), sum(turn["word_count"] for turn in one.text.turns)))
        mine.setdefault(messages(one), []).append(one.conversation_id)
    found: dict[str, str] = {}
    candidates = await outgoing.alike(session, {words for _, words in lengths})
    ids = [row.conversation_id for row in candidates if (row.turn_count, row.word_count) in lengths]
    for start in range(0, len(ids), STEP):
        for conversation_id, said in (await outgoing.messages_of(session, ids[start : start + STEP])).items():
            for own in mine.get(plain(said), ()):
                if own != conversation_id:
                    found[own] = conversation_id
    return found
