"""Reads many conversations at once for exports, and what an import must know of the rows that are there already.

Batches keep an export fast and its memory constant: a caller names some fifty ids and gets their texts in few queries.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import JSON, Row, Select, Table, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data import versions
from data.conditions import order, where
from data.conversations import CONVERSATIONS, EMOTIONS, SENTENCES, STRATEGIES, TURNS, TextRows
from data.criteria import DIMENSIONS, Criteria
from data.direct import told
from data.packed import Packed
from data.tables import AuditEntry, table_of
from data.vocabulary import PRACTICE_FILE

Session = AsyncSession
_C = CONVERSATIONS.c
_AUDIT = table_of(AuditEntry).c
_RECORDED = frozenset({"created_at", "created_by", "updated_at"})
_AT_ONCE = 2000  # rows that are held in two forms
_PART = 500  # names per statement, well under what any SQLite takes

# What many conversations say comes as one text in one row, straight from the driver: for every row it takes Python's
# lock, so that rows could not be read while others are written. The character that parts the messages stands in none of
# them, or else they are counted wrong and read row by row.
_PARTED = "\x1f"
_SAID_BY_ROW = (
    "SELECT conversation_id, user_input, target_response FROM conversation_turns "
    "WHERE conversation_id IN (SELECT value FROM json_each(:ids)) ORDER BY conversation_id, turn_number"
)
_SAID = (
    "SELECT count(*), group_concat(conversation_id || :parted || user_input || :parted || target_response, :parted) "
    f"FROM ({_SAID_BY_ROW})"
)


class Outgoing(NamedTuple):
    """What an export must know of a row before it reads its text; the last six say which place it has in a file."""

    conversation_id: str
    number: int
    persona_id: str
    tier: str
    split: str
    variation_of: str
    status: str
    turn_count: int
    word_count: int
    generation_method: str
    template_version_id: int | None
    quality_score: float | None
    pack_key: str
    file: str | None
    file_sha256: str | None
    positions: list[int] | None
    pairs: int | None
    layout: str | None
    is_practice_file: bool = False


class Alike(NamedTuple):
    """A row whose text has certain lengths."""

    conversation_id: str
    turn_count: int
    sentence_count: int
    word_count: int


_OUTGOING = (
    *(_C[name] for name in Outgoing._fields[:13]),
    _C.extra["file"].as_string(),
    _C.extra["file_sha256"].as_string(),
    func.json_extract(_C.extra, "$.positions"),
    _C.extra["pairs"].as_integer(),
    _C.extra["layout"].as_string(),
    _C.generation_source.startswith(PRACTICE_FILE),
)
_POSITIONS, _NUMBER = Outgoing._fields.index("positions"), Outgoing._fields.index("number")


async def outgoing(session: AsyncSession, criteria: Criteria) -> Packed[Outgoing]:
    """The rows that match, in the order of the criteria; many named ids come in plan order."""
    parts = _parts(criteria)
    if len(parts) > 1:
        found = [row for part in parts async for row in _matching(session, part)]
        found.sort(key=itemgetter(_NUMBER))
        return packed(found)
    rows = packed(())
    async for row in _matching(session, parts[0]):
        rows.append(row)
    return rows


async def _matching(session: AsyncSession, criteria: Criteria) -> AsyncIterator[Sequence[Any]]:
    """The values of the rows, some at a time."""
    result = await session.stream(select(*_OUTGOING).where(where(criteria)).order_by(*order(criteria)))
    async for rows in result.partitions(_AT_ONCE):
        for row in rows:
            yield row if row[_POSITIONS] is None else _placed(row)


def packed(rows: Iterable[Sequence[Any]]) -> Packed[Outgoing]:
    """Rows in little memory."""
    return Packed(Outgoing._make, rows)


def _placed(row: Sequence[Any]) -> Sequence[Any]:
    """The values with the positions in the file, which few have, as a list."""
    return (*row[:_POSITIONS], json.loads(row[_POSITIONS]), *row[_POSITIONS + 1 :])


async def count(session: AsyncSession, criteria: Criteria) -> int:
    """How many rows match."""
    found = 0
    for part in _parts(criteria):
        statement = select(func.count()).select_from(CONVERSATIONS).where(where(part))
        found += int((await session.execute(statement)).scalar_one())
    return found


async def dimensions_of(session: AsyncSession, criteria: Criteria, names: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """The values of some dimensions for the rows that match, by human id."""
    columns = (_C.conversation_id, _C.number, *(_C[DIMENSIONS[name]] for name in names))
    return {row[0]: tuple(row[2:]) for row in await _selected(session, criteria, columns)}


async def variation_parents(session: AsyncSession) -> dict[str, str]:
    """Every row that is a variation, with the row it was made from; so also those of them that are gone by now."""
    statement = select(_C.conversation_id, _C.variation_of).where(_C.variation_of != "")
    parents = {row[0]: row[1] for row in (await session.execute(statement)).all()}
    asked: set[str] = set()
    while unknown := sorted({*parents.values()} - parents.keys() - asked):
        here: set[str] = set()
        for start in range(0, len(unknown), _PART):
            named = select(_C.conversation_id).where(_C.conversation_id.in_(unknown[start : start + _PART]))
            here |= set((await session.execute(named)).scalars())
        asked |= set(unknown)
        parents |= await versions.last_said(session, [name for name in unknown if name not in here], "variation_of")
    return parents


async def splits_of(session: AsyncSession) -> dict[str, str]:
    """Every row that was given a part of a split, with that part."""
    statement = select(_C.conversation_id, _C.split).where(_C.split != "")
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


async def set_splits(session: AsyncSession, splits: Mapping[str, str], parts: Sequence[str]) -> None:
    """Give rows their part of a split for good: one that has one of `parts` keeps it; nobody finds a row changed."""
    if splits:
        statement = (
            update(CONVERSATIONS)
            .where(_C.conversation_id == bindparam("of"), *(_C.split != part for part in parts))
            .values(split=bindparam("part"), updated_at=_C.updated_at)
        )
        connection = await session.connection()
        await connection.execute(statement, [{"of": key, "part": part} for key, part in splits.items()])


async def changed_since(session: AsyncSession, ids: Sequence[str], moment: Any) -> int:
    """How many of the conversations named were changed after a moment."""
    found = 0
    for start in range(0, len(ids), _PART):
        part = _C.conversation_id.in_(ids[start : start + _PART])
        statement = select(func.count()).select_from(CONVERSATIONS).where(part, _C.updated_at > moment)
        found += int((await session.execute(statement)).scalar_one())
    return found


def _parts(criteria: Criteria) -> list[Criteria]:
    """The criteria in pieces that a statement takes: a person may have marked 100,000 rows."""
    ids = tuple(dict.fromkeys(criteria.ids))
    return [replace(criteria, ids=ids[i : i + _PART]) for i in range(0, len(ids), _PART)] or [criteria]


async def _selected(session: AsyncSession, criteria: Criteria, columns: Sequence[Any]) -> list[Row[Any]]:
    parts = _parts(criteria)
    found: list[Row[Any]] = []
    for part in parts:
        found += (await session.execute(select(*columns).where(where(part)).order_by(*order(part)))).all()
    if len(parts) > 1:
        found.sort(key=lambda row: row.number)
    return found


async def messages_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """What client and advisor said, turn by turn, of the conversations named; those without turns are missing.

    Several may be asked for at once: the driver works them off one after another.
    """
    connection = await session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    named = {"ids": json.dumps(list(ids)), "parted": _PARTED}
    try:
        ((number, text),) = await driver.execute_fetchall(_SAID, named)
        fields: Any = text.split(_PARTED) if number else []
        if len(fields) != 3 * number:  # a message holds the character that parts them
            fields = chain.from_iterable(await driver.execute_fetchall(_SAID_BY_ROW, named))
    except sqlite3.Error as error:
        raise told(error, _SAID, connection.dialect) from error
    found: dict[str, list[tuple[str, str]]] = {}
    each = iter(fields)
    for conversation_id, user_input, target_response in zip(each, each, each, strict=True):
        if conversation_id in found:
            found[conversation_id].append((user_input, target_response))
        else:
            found[conversation_id] = [(user_input, target_response)]
    return found


async def texts_of(session: AsyncSession, ids: Sequence[str], *, history: bool = True) -> dict[str, TextRows]:
    """All text rows of the conversations named, in turn order; those without turns are missing.

    `history`: with what each turn repeats of the turns before it, which is most of a long conversation.
    """
    found: dict[str, TextRows] = {}
    owners: dict[str, TextRows] = {}
    columns = [column for column in _columns(TURNS) if history or column.name != "conversation_history"]
    turns = select(*columns).where(TURNS.c.conversation_id.in_(ids))
    for turn in await _rows(session, turns.order_by(TURNS.c.conversation_id, TURNS.c.turn_number)):
        text = found.setdefault(turn["conversation_id"], TextRows())
        text.turns.append(turn)
        owners[turn["turn_id"]] = text
    turn_ids = select(TURNS.c.turn_id).where(TURNS.c.conversation_id.in_(ids))
    for table, part in ((EMOTIONS, "emotions"), (STRATEGIES, "strategies"), (SENTENCES, "sentences")):
        statement = select(*_columns(table)).where(table.c.turn_id.in_(turn_ids)).order_by(table.c.id)
        for row in await _rows(session, statement):
            getattr(owners[row["turn_id"]], part).append(row)
    return found


async def values_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The plain values of the rows named, by id: without what is kept as JSON, such as the header of a file."""
    columns = [column for column in _columns(CONVERSATIONS) if not isinstance(column.type, JSON)]
    rows = await _rows(session, select(*columns).where(_C.conversation_id.in_(ids)))
    return {row["conversation_id"]: row for row in rows}


async def next_number(session: AsyncSession) -> int:
    """The number after the highest in use."""
    return int((await session.execute(select(func.coalesce(func.max(_C.number), 0)))).scalar_one()) + 1


async def alike(session: AsyncSession, word_counts: Collection[int]) -> list[Alike]:
    """Rows with text whose word count is one of these: candidates for the same content under another id."""
    found: list[Alike] = []
    counts = sorted(set(word_counts))
    for start in range(0, len(counts), _PART):
        statement = select(_C.conversation_id, _C.turn_count, _C.sentence_count, _C.word_count).where(
            _C.turn_count > 0, _C.word_count.in_(counts[start : start + _PART])
        )
        found += [Alike(*row) for row in (await session.execute(statement)).all()]
    return found


async def touched(session: AsyncSession, ids: Sequence[str], *, besides: Collection[str]) -> set[str]:
    """Which of these conversations have an audit row with an action other than those in `besides`."""
    found: set[str] = set()
    for start in range(0, len(ids), _PART):
        statement = (
            select(_AUDIT.entity_id)
            .where(
                _AUDIT.entity == "conversation",
                _AUDIT.entity_id.in_(ids[start : start + _PART]),
                _AUDIT.action.not_in(sorted(besides)),
            )
            .distinct()
        )
        found |= set((await session.execute(statement)).scalars())
    return found


async def remove_rows(session: AsyncSession, ids: Sequence[str]) -> None:
    """Take rows away with everything that hangs on them; their former versions stay."""
    for start in range(0, len(ids), _PART):
        await session.execute(delete(CONVERSATIONS).where(_C.conversation_id.in_(ids[start : start + _PART])))


def _columns(table: Table) -> list[Any]:
    return [column for column in table.c if column.name not in _RECORDED]


async def _rows(session: AsyncSession, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await session.execute(statement)).mappings()]
