"""Reads many conversations at once for exports, and what an import must know of the rows that are there already.

Batches keep an export fast and its memory constant: a caller names some fifty ids and gets their texts in few queries.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.conversations import CONVERSATIONS, EMOTIONS, SENTENCES, STRATEGIES, TURNS, TextRows
from data.criteria import Criteria
from data.listing import order, where
from data.tables import AuditEntry, table_of

Session = AsyncSession
_C = CONVERSATIONS.c
_AUDIT = table_of(AuditEntry).c
_RECORDED = frozenset({"created_at", "created_by", "updated_at"})
_PART = 500  # names per statement, well under what any SQLite takes


class Outgoing(NamedTuple):
    """What an export must know of a row before it reads its text; the last four say which place it has in a file."""

    conversation_id: str
    turn_count: int
    generation_method: str
    template_version_id: int | None
    quality_score: float | None
    pack_key: str
    file: str | None
    file_sha256: str | None
    positions: list[int] | None
    pairs: int | None


class Alike(NamedTuple):
    """A row whose text has certain lengths."""

    conversation_id: str
    turn_count: int
    sentence_count: int
    word_count: int


async def outgoing(session: AsyncSession, criteria: Criteria) -> list[Outgoing]:
    """The rows that match, in the order of the criteria."""
    statement = (
        select(
            _C.conversation_id,
            _C.turn_count,
            _C.generation_method,
            _C.template_version_id,
            _C.quality_score,
            _C.pack_key,
            _C.extra["file"].as_string(),
            _C.extra["file_sha256"].as_string(),
            _C.extra["positions"],
            _C.extra["pairs"].as_integer(),
        )
        .where(where(criteria))
        .order_by(*order(criteria))
    )
    return [Outgoing._make(row) for row in (await session.execute(statement)).all()]


async def count(session: AsyncSession, criteria: Criteria) -> int:
    """How many rows match."""
    statement = select(func.count()).select_from(CONVERSATIONS).where(where(criteria))
    return int((await session.execute(statement)).scalar_one())


async def messages_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """What client and advisor said, turn by turn, of the conversations named; those without turns are missing."""
    columns = TURNS.c
    statement = (
        select(columns.conversation_id, columns.user_input, columns.target_response)
        .where(columns.conversation_id.in_(ids))
        .order_by(columns.conversation_id, columns.turn_number)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for conversation_id, user_input, target_response in (await session.execute(statement)).all():
        found.setdefault(conversation_id, []).append((user_input, target_response))
    return found


async def texts_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, TextRows]:
    """All text rows of the conversations named, in turn order; those without turns are missing."""
    found: dict[str, TextRows] = {}
    owners: dict[str, TextRows] = {}
    turns = select(*_columns(TURNS)).where(TURNS.c.conversation_id.in_(ids))
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
