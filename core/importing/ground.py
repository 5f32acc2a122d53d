"""What all files of one import are judged by: the pack's words, the texts that are stored, and what earlier files of
the same order brought. It finds duplicates and asks for the warnings of a file.

`core.importing.service` uses it, in its sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import ImportFileError
from core.importing.incoming import Incoming, IncomingFile, Noted, client_of
from core.importing.placing import Place
from core.importing.remarks import Messages, noted, plain, remarks, twins_within
from core.prompting.context import PackContext
from data import outgoing, records
from data.outgoing import Session

STEP = 250  # conversations that are compared at a time


@dataclass(frozen=True)
class Ground:
    """What all files of one order are judged by; and ids and contents that its former files brought.

    `stored` has what other rows say, as far as one was compared: each is read once for all files of the order.
    """

    pack: PackContext
    pack_key: str
    emotions: frozenset[str]
    ids: dict[str, str] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)  # of those ids: by tables, without text
    contents: dict[Messages, str] = field(default_factory=dict)
    stored: dict[str, Messages] = field(default_factory=dict)


def note_of(incoming: Incoming, ground: Ground) -> Noted:
    """What is noted of a conversation when it is read."""
    return noted(incoming, client_of(incoming.conversation, ground.pack.personas), ground.emotions)


def remember(file: IncomingFile, ground: Ground) -> None:
    """Note what a file brought, for those that come with the same order behind it."""
    for one in file.noted:
        ground.ids[one.conversation_id] = file.name
        ground.planned.discard(one.conversation_id)
        ground.contents.setdefault(one.said, f"{one.conversation_id} of {file.name}")


def beside_former(file: IncomingFile, places: Sequence[Place], ground: Ground, replace: bool) -> list[Place]:
    """The places of a dry run as they will be once former files of the order are in: what a table planned is filled.

    Raises ImportFileError for a conversation that one of them brings, too.
    """
    taken = ground.ids.keys() - ground.planned
    twice = next((place.conversation_id for place in places if place.conversation_id in taken), "")
    if twice and not replace:
        raise ImportFileError(f"{file.path}: {twice} comes with {ground.ids[twice]} already.", "Keep one of them.")
    return [
        Place(one.conversation_id, "filled", None, one.status) if one.conversation_id in ground.planned else one
        for one in places
    ]


async def warnings_of(session: Session, file: IncomingFile, ground: Ground) -> tuple[tuple[str, ...], dict[str, str]]:
    """The warnings of a file; and by id the other ids with the same content."""
    former = {one.conversation_id: ground.contents[one.said] for one in file.noted if one.said in ground.contents}
    twins = {**await _twins(session, file.noted, ground), **former, **twins_within(file.noted)}
    found = remarks(file, twins)
    before = [r for r in await records.imports_of(session, file.document.sha256) if r["undone_at"] is None]
    again = (f"this content was imported before (import {before[0]['id']})",) if before else ()
    return (*again, *found), twins


async def _twins(session: Session, incoming: Sequence[Noted], ground: Ground) -> dict[str, str]:
    """Stored conversations under other ids that say the same, by the id of the incoming one.

    Those that former files of the order brought are not among them: their contents are noted already.
    """
    mine: dict[Messages, list[str]] = {}
    lengths = {(one.turns, one.words) for one in incoming}
    for one in incoming:
        mine.setdefault(one.said, []).append(one.conversation_id)
    found: dict[str, str] = {}
    candidates = await outgoing.alike(session, {words for _, words in lengths})
    ids = [
        row.conversation_id
        for row in candidates
        if (row.turn_count, row.word_count) in lengths and row.conversation_id not in ground.ids
    ]
    unread = [conversation_id for conversation_id in ids if conversation_id not in ground.stored]
    for start in range(0, len(unread), STEP):
        for conversation_id, said in (await outgoing.messages_of(session, unread[start : start + STEP])).items():
            ground.stored[conversation_id] = plain(said)
    for conversation_id in ids:
        for own in mine.get(ground.stored.get(conversation_id, b""), ()):
            if own != conversation_id:
                found[own] = conversation_id
    return found
