"""Finds what conversations say alike: marks of each message, kept beside the text, and the reads over them.

`data.conversations` writes the marks whenever it stores text, so that after one edit only that conversation and the
ones that share marks with it need a look. A worker writes those of many texts together, a moment after the texts:
each mark lies on a page of its own. What a mark is stands in `data.marks`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.direct import often
from data.marks import LEAST_WORDS, Kind, Mark, Said, mark_rows
from data.tables import Conversation, ConversationTurn, PromptTemplate, QualityMetrics, TextMark, table_of

MARKS = table_of(TextMark)
_TURNS = table_of(ConversationTurn)
_ROWS = table_of(Conversation)
_QUALITY = table_of(QualityMetrics)
_TEMPLATES = table_of(PromptTemplate)

COMMON = 60  # a run of words that more conversations use is a habit, told as a phrase, and makes no pair of copies
_PARTS = 400  # parameters of one statement


@dataclass(frozen=True)
class Place:
    """A message of a conversation; `role` is `client` or `advisor`."""

    conversation_id: str
    turn: int
    role: str


@dataclass(frozen=True)
class Shared:
    """A mark that several messages carry."""

    mark: int
    places: tuple[Place, ...]


_ADD = f"INSERT INTO {MARKS.name} (kind, mark, conversation_id, turn_number, role) VALUES (?, ?, ?, ?, ?)"
_FORGET_ONE = often(delete(MARKS).where(MARKS.c.conversation_id == bindparam("_id")))


async def put_marks(session: AsyncSession, turns: Said) -> None:
    """Write the marks of these turn rows in place of any they had; whole conversations at a time."""
    await drop_marks(session, sorted({turn["conversation_id"] for turn in turns}))
    await _add(session, mark_rows(turns))


async def add_marks(session: AsyncSession, marks: Mapping[str, Sequence[Mark]]) -> None:
    """Write the marks of texts that were stored without, by conversation.

    Left out are conversations that have marks by now, whose text was changed meanwhile, and those without a text.
    """
    marked = select(literal(1)).where(MARKS.c.conversation_id == _ROWS.c.conversation_id).exists()
    for part in _parts(list(marks)):
        wanted = _ROWS.c.conversation_id.in_(part)
        statement = select(_ROWS.c.conversation_id).where(wanted, _ROWS.c.turn_count > 0, ~marked)
        names = (await session.execute(statement)).scalars().all()
        await _add(session, [mark for name in names for mark in marks[name]])


async def _add(session: AsyncSession, rows: Sequence[Mark]) -> None:
    """Write marks in the order of their pages, as many rows at once as there are."""
    if rows:
        await (await session.connection()).exec_driver_sql(_ADD, sorted(rows))


async def drop_marks(session: AsyncSession, conversation_ids: Sequence[str]) -> None:
    """Forget the marks of conversations whose text goes."""
    if len(conversation_ids) == 1:  # as a worker asks for every row
        await session.execute(_FORGET_ONE, {"_id": conversation_ids[0]})
        return
    for part in _parts(conversation_ids):
        await session.execute(delete(MARKS).where(MARKS.c.conversation_id.in_(part)))


async def unmarked(session: AsyncSession, after: str = "", limit: int = 500) -> list[str]:
    """Conversations with text but without marks, in the order of their ids, beginning behind one."""
    marked = select(literal(1)).where(MARKS.c.conversation_id == _ROWS.c.conversation_id).exists()
    said = (
        select(literal(1))
        .where(
            _TURNS.c.conversation_id == _ROWS.c.conversation_id,
            func.length(_TURNS.c.user_input) + func.length(_TURNS.c.target_response) >= 2 * LEAST_WORDS,
        )
        .exists()
    )
    names = _ROWS.c.conversation_id
    statement = select(names).where(names > after, _ROWS.c.turn_count > 0, ~marked, said).order_by(names).limit(limit)
    return list((await session.execute(statement)).scalars())


async def turns_of(session: AsyncSession, conversation_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The messages of conversations, in order: turn_number, user_input, target_response."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    columns = (_TURNS.c.conversation_id, _TURNS.c.turn_number, _TURNS.c.user_input, _TURNS.c.target_response)
    for part in _parts(conversation_ids):
        statement = select(*columns).where(_TURNS.c.conversation_id.in_(part)).order_by(columns[0], columns[1])
        for row in (await session.execute(statement)).mappings():
            found[row["conversation_id"]].append(dict(row))
    return found


async def shared_marks(
    session: AsyncSession, kind: Kind, *, least: int = 2, among: Sequence[str] | None = None
) -> list[Shared]:
    """Marks that so many conversations carry, with every message that does; only those that `among` carry too."""
    users = func.count(MARKS.c.conversation_id.distinct())
    found: list[Shared] = []
    parts: list[Sequence[str] | None] = [None] if among is None else list(_parts(among))
    seen: set[int] = set()
    for part in parts:
        many = select(MARKS.c.mark).where(MARKS.c.kind == int(kind))
        if part is not None:
            of_these = select(MARKS.c.mark).where(MARKS.c.kind == int(kind), MARKS.c.conversation_id.in_(part))
            many = many.where(MARKS.c.mark.in_(of_these))
        many = many.group_by(MARKS.c.mark).having(users >= least)
        if kind is Kind.SHINGLE:
            many = many.having(users <= COMMON)
        statement = (
            select(MARKS.c.mark, MARKS.c.conversation_id, MARKS.c.turn_number, MARKS.c.role)
            .where(MARKS.c.kind == int(kind), MARKS.c.mark.in_(many))
            .order_by(MARKS.c.mark, MARKS.c.conversation_id, MARKS.c.turn_number, MARKS.c.role)
        )
        places: dict[int, list[Place]] = defaultdict(list)
        for mark, conversation_id, turn, role in await session.execute(statement):
            if mark not in seen:
                places[mark].append(Place(conversation_id, turn, role))
        seen.update(places)
        found += [Shared(mark, tuple(users_)) for mark, users_ in places.items()]
    return found


async def marked_counts(session: AsyncSession, conversation_ids: Sequence[str] | None = None) -> dict[Place, int]:
    """How many shingle marks each message has."""
    counts: dict[Place, int] = {}
    columns = (MARKS.c.conversation_id, MARKS.c.turn_number, MARKS.c.role)
    for part in [None] if conversation_ids is None else _parts(conversation_ids):
        statement = select(*columns, func.count()).where(MARKS.c.kind == int(Kind.SHINGLE)).group_by(*columns)
        if part is not None:
            statement = statement.where(MARKS.c.conversation_id.in_(part))
        for conversation_id, turn, role, count in await session.execute(statement):
            counts[Place(conversation_id, turn, role)] = count
    return counts


async def measured_rows(session: AsyncSession, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """What the quality report needs of every conversation with text: row, template, score parts and findings."""
    columns = (
        *(_ROWS.c.conversation_id, _ROWS.c.number, _ROWS.c.persona_name, _ROWS.c.tier, _ROWS.c.status),
        *(_ROWS.c.quality_score, _ROWS.c.needs_review, _ROWS.c.ready_for_training, _ROWS.c.generation_method),
        *(_ROWS.c.is_seed_example, _ROWS.c.rubric_overall, _ROWS.c.actual_cost_microusd, _ROWS.c.generated_at),
        *(_ROWS.c.created_at, _ROWS.c.turn_count, _ROWS.c.target_turns, _ROWS.c.variation_of),
        *(_TEMPLATES.c.template_id, _TEMPLATES.c.version.label("template_version")),
        *(_QUALITY.c.checked_at, _QUALITY.c.checker_version, _QUALITY.c.parts, _QUALITY.c.findings, _QUALITY.c.judge),
        *(_QUALITY.c.profile, _QUALITY.c.all_required_fields_complete),
    )
    whole = _ROWS.outerjoin(_TEMPLATES, _TEMPLATES.c.id == _ROWS.c.template_version_id).outerjoin(
        _QUALITY, _QUALITY.c.conversation_id == _ROWS.c.conversation_id
    )
    statement = select(*columns).select_from(whole).where(_ROWS.c.turn_count > 0).order_by(_ROWS.c.number)
    if ids is None:
        return [dict(row) for row in (await session.execute(statement)).mappings()]
    found: list[dict[str, Any]] = []
    for part in _parts(ids):
        wanted = statement.where(_ROWS.c.conversation_id.in_(part))
        found += [dict(row) for row in (await session.execute(wanted)).mappings()]
    return found


async def pages_of_text(session: AsyncSession, ids: Sequence[str], size: int = 200) -> Any:
    """Conversations with their messages, a few hundred at a time, so that memory stays bounded."""
    for start in range(0, len(ids), size):
        part = ids[start : start + size]
        turns = await turns_of(session, part)
        for conversation_id in part:
            yield conversation_id, turns.get(conversation_id, [])


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _PARTS] for start in range(0, len(ids), _PARTS))
