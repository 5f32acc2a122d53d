"""Conversations as the formats take them: what was said, and where wanted the annotation and the row's own values.

Read in batches, so that an export of any size needs the same memory. Raises for what no format can express.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from core.errors import ExportError
from core.export.material import Material
from core.seedformat.documents import from_text_rows
from core.seedformat.mapping import Tree
from data import outgoing
from data.outgoing import Outgoing, Session

BATCH, WHOLE_BATCH = 64, 50  # conversations read at once: some 450 kB; more of it falls out of the caches
AHEAD = 2  # portions of messages that the database has been asked for: it never waits
WORDS = 1_000_000  # fewer at once where they are long: memory stays what it is
STANDS_IN = "␀"  # in a column for what no column holds; the annotation has the text itself
_NOTHING: Mapping[str, Any] = {}


class Dialogue(NamedTuple):
    """One conversation: its turns as (client, advisor); `pairs` and `values` only where the whole was asked for."""

    row: Outgoing
    system: str
    said: Sequence[tuple[str, str]]
    pairs: Sequence[Tree] = ()
    values: Mapping[str, Any] = _NOTHING

    @property
    def conversation_id(self) -> str:
        """The human id."""
        return self.row.conversation_id


async def dialogues(
    session: Session, rows: Iterable[Outgoing], material: Material, *, system: bool = True, whole: bool = False
) -> AsyncIterator[list[Dialogue]]:
    """The conversations of the rows, some at a time. Raises ExportError naming the row that cannot be expressed."""
    prompts = {key: prompt.strip() for key, prompt in material.system_prompts().items()} if system else {}
    read, size = (read_whole, WHOLE_BATCH) if whole else (read_said, BATCH)
    async for some in _ahead(_batches(rows, size), lambda part: read(session, part, prompts), 1 if whole else AHEAD):
        yield some


async def _ahead(
    parts: Iterator[Sequence[Outgoing]],
    read: Callable[[Sequence[Outgoing]], Coroutine[Any, Any, list[Dialogue]]],
    most: int,
) -> AsyncIterator[list[Dialogue]]:
    """What is read of the rows, some at a time: the database works on the next, at `most` so many, meanwhile."""
    coming = deque(asyncio.create_task(read(part)) for part in islice(parts, most))
    try:
        while coming:
            ready = await coming[0]
            coming.popleft()
            coming.extend(asyncio.create_task(read(part)) for part in islice(parts, 1))
            await asyncio.sleep(0)
            yield ready
    finally:
        if coming:  # the session may not be closed under them
            await asyncio.wait(coming)
            for task in coming:
                if not task.cancelled():
                    task.exception()


def _batches(rows: Iterable[Outgoing], size: int) -> Iterator[list[Outgoing]]:
    """The rows in portions of a size, and of no more words than fit into memory a few times."""
    part: list[Outgoing] = []
    words = 0
    for row in rows:
        words += row.word_count
        if part and (len(part) == size or words > WORDS):
            yield part
            part, words = [], row.word_count
        part.append(row)
    if part:
        yield part


async def read_said(session: Session, rows: Sequence[Outgoing], prompts: Mapping[str, str]) -> list[Dialogue]:
    """What was said in the rows."""
    said = await outgoing.messages_of(session, [row.conversation_id for row in rows])
    found: list[Dialogue] = []
    for row in rows:
        spoken = said.get(row.conversation_id, [])
        if not spoken or not _is_plain(spoken):
            spoken = await _verbatim(session, row.conversation_id)
            check_said(row.conversation_id, spoken)
        found.append(Dialogue(row, prompts.get(row.pack_key, ""), spoken))
    return found


async def read_whole(session: Session, rows: Sequence[Outgoing], prompts: Mapping[str, str]) -> list[Dialogue]:
    """The rows with their annotation and their own values."""
    ids = [row.conversation_id for row in rows]
    texts = await outgoing.texts_of(session, ids, history=False)
    values = await outgoing.values_of(session, ids)
    found: list[Dialogue] = []
    for row in rows:
        text = texts.get(row.conversation_id)
        pairs = from_text_rows(text) if text else []
        spoken = [(_text(pair.get("current_user_input")), _text(pair.get("target_response"))) for pair in pairs]
        check_said(row.conversation_id, spoken)
        found.append(Dialogue(row, prompts.get(row.pack_key, ""), spoken, pairs, values[row.conversation_id]))
    return found


def _is_plain(spoken: Sequence[tuple[str, str]]) -> bool:
    """Whether the columns say it all: something on both sides of every turn, and nothing that they could not hold."""
    for user, advisor in spoken:
        if not user or not advisor or user.isspace() or advisor.isspace() or STANDS_IN in user or STANDS_IN in advisor:
            return False
    return True


def check_said(conversation_id: str, said: Sequence[tuple[str, str]]) -> None:
    """Raise ExportError for a conversation without turns or with an empty message."""
    if not said:
        raise ExportError(f"{conversation_id} has no turns and cannot be exported.", "Leave it out, or generate it.")
    for number, (user, advisor) in enumerate(said, 1):
        if not user or not advisor or user.isspace() or advisor.isspace():
            who = "advisor" if user.strip() else "client"
            raise ExportError(
                f"{conversation_id}, turn {number}: the {who}'s message is empty; the export was stopped.",
                "Write the message, or take the approval back.",
            )


async def _verbatim(session: Session, conversation_id: str) -> list[tuple[str, str]]:
    """The messages as the file had them, where a column could not hold one exactly."""
    text = (await outgoing.texts_of(session, [conversation_id])).get(conversation_id)
    if text is None:
        return []
    pairs = from_text_rows(text)
    return [(_text(pair.get("current_user_input")), _text(pair.get("target_response"))) for pair in pairs]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
