"""Stores and reads conversations with their turns and annotation, by Core statements with preset ids (the hot path).

Every change of a row that a person may be looking at is guarded by its version (`update_guarded`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Boolean, bindparam, delete, false, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data import similarity
from data.criteria import Criteria
from data.direct import often
from data.errors import StaleRowError
from data.listing import list_conversation_ids
from data.tables import (
    Conversation,
    ConversationTurn,
    EmotionalContext,
    QualityMetrics,
    QueueItem,
    ResponseBreakdown,
    ResponseStrategy,
    table_of,
)
from data.types import utc_now
from data.vocabulary import Method

CONVERSATIONS = table_of(Conversation)
TURNS = table_of(ConversationTurn)
EMOTIONS = table_of(EmotionalContext)
STRATEGIES = table_of(ResponseStrategy)
SENTENCES = table_of(ResponseBreakdown)
QUALITY = table_of(QualityMetrics)


@dataclass
class TextRows:
    """The rows of one or several conversations' text, ready for insertion."""

    turns: list[dict[str, Any]] = field(default_factory=list)
    emotions: list[dict[str, Any]] = field(default_factory=list)
    strategies: list[dict[str, Any]] = field(default_factory=list)
    sentences: list[dict[str, Any]] = field(default_factory=list)

    def extend(self, other: TextRows) -> None:
        """Add another's rows."""
        self.turns += other.turns
        self.emotions += other.emotions
        self.strategies += other.strategies
        self.sentences += other.sentences


_TEXT_TABLES = {table.name: table for table in (TURNS, EMOTIONS, STRATEGIES, SENTENCES)}
_ADDITIONS = {name: often(insert(table)) for name, table in _TEXT_TABLES.items()}


async def insert_rows(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add plan rows."""
    if rows:
        await session.execute(insert(CONVERSATIONS), [dict(row) for row in rows])


async def insert_text(session: AsyncSession, text: TextRows, *, marked: bool = True) -> None:
    """Add turns with their annotation; each list must have the same keys throughout.

    `marked`: with their marks; whoever does without writes them later (`data.similarity.add_marks`).
    """
    for table, rows in (
        (TURNS, text.turns),
        (EMOTIONS, text.emotions),
        (STRATEGIES, text.strategies),
        (SENTENCES, text.sentences),
    ):
        if rows:
            defaults = _defaults(table.name, frozenset(key for row in rows for key in row))
            await session.execute(_ADDITIONS[table.name], [defaults | row for row in rows])
    if marked:
        await similarity.put_marks(session, text.turns)


@cache
def _defaults(table: str, keys: frozenset[str]) -> dict[str, Any]:
    """What rows of a table that lack one of these keys have there; nearly all come with the same ones."""
    return {c.name: _plain_default(c) for c in _TEXT_TABLES[table].c if c.name in keys}


def _plain_default(column: Any) -> Any:
    """What a missing key means in a batch whose other rows have it."""
    default = column.default
    return default.arg if default is not None and default.is_scalar else None


async def delete_text(session: AsyncSession, conversation_id: str) -> None:
    """Take a conversation's turns, annotation and quality figures away; the row stays."""
    await session.execute(delete(TURNS).where(TURNS.c.conversation_id == conversation_id))
    await session.execute(delete(QUALITY).where(QUALITY.c.conversation_id == conversation_id))
    await session.execute(_SET_COMPLETE, {"_id": conversation_id, "_complete": False})
    await similarity.drop_marks(session, [conversation_id])


async def delete_texts(session: AsyncSession, ids: Sequence[str]) -> None:
    """The same for at most a few hundred."""
    await session.execute(delete(TURNS).where(TURNS.c.conversation_id.in_(ids)))
    await session.execute(delete(QUALITY).where(QUALITY.c.conversation_id.in_(ids)))
    await session.execute(
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.conversation_id.in_(ids), CONVERSATIONS.c.annotation_complete != false())
        .values(annotation_complete=False, updated_at=CONVERSATIONS.c.updated_at)
    )
    await similarity.drop_marks(session, ids)


_ONE = often(
    select(CONVERSATIONS).where(CONVERSATIONS.c.conversation_id == bindparam("_id"))
)  # built once: asked often


async def get(session: AsyncSession, conversation_id: str) -> dict[str, Any] | None:
    """One conversation row as values."""
    row = (await session.execute(_ONE, {"_id": conversation_id})).mappings().first()
    return dict(row) if row else None


async def get_many(session: AsyncSession, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Conversation rows by human id; unknown ids are missing."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        statement = select(CONVERSATIONS).where(CONVERSATIONS.c.conversation_id.in_(part))
        for row in (await session.execute(statement)).mappings():
            found[row["conversation_id"]] = dict(row)
    return found


async def matching_ids(session: AsyncSession, criteria: Criteria) -> list[str]:
    """Human ids of the rows that match, in the order of the criteria."""
    return list((await session.execute(list_conversation_ids(criteria))).scalars())


async def numbers_and_ids(session: AsyncSession) -> tuple[set[int], set[str]]:
    """All numbers and human ids in use."""
    rows = (await session.execute(select(CONVERSATIONS.c.number, CONVERSATIONS.c.conversation_id))).all()
    return {row[0] for row in rows}, {row[1] for row in rows}


async def text_of(session: AsyncSession, conversation_id: str) -> TextRows:
    """All text rows of a conversation in order, with every column."""
    turns = (
        (
            await session.execute(
                select(TURNS).where(TURNS.c.conversation_id == conversation_id).order_by(TURNS.c.turn_number)
            )
        )
        .mappings()
        .all()
    )
    rows = TextRows(turns=[dict(t) for t in turns])
    if not rows.turns:
        return rows
    ids = [t["turn_id"] for t in rows.turns]
    for table, target in ((EMOTIONS, rows.emotions), (STRATEGIES, rows.strategies), (SENTENCES, rows.sentences)):
        statement = select(table).where(table.c.turn_id.in_(ids)).order_by(table.c.id)
        target += [dict(row) for row in (await session.execute(statement)).mappings()]
    return rows


@cache
def _guarded_update(names: tuple[str, ...]) -> Any:
    """An update of these columns of a row that nobody has changed meanwhile, built once."""
    return often(
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.conversation_id == bindparam("_id"), CONVERSATIONS.c.version == bindparam("_expected"))
        .values({name: bindparam(f"_new_{name}", type_=CONVERSATIONS.c[name].type) for name in names})
    )


async def update_guarded(
    session: AsyncSession, conversation_id: str, expected_version: int, values: Mapping[str, Any], *, by: str
) -> None:
    """Change a row that is still at `expected_version`, and count its version up.

    Raises StaleRowError, and changes nothing, when somebody else was faster.
    """
    changed = {**values, "version": expected_version + 1, "updated_at": utc_now()}
    named = {f"_new_{name}": value for name, value in changed.items()}
    named |= {"_id": conversation_id, "_expected": expected_version}
    result: Any = await session.execute(_guarded_update(tuple(changed)), named)
    if result.rowcount == 1:
        return
    now = await get(session, conversation_id)
    if now is None:
        raise StaleRowError(f"{conversation_id} was deleted in the meantime.", "Refresh the list (.).")
    who = now["reviewed_by"] or now["approved_by"]
    someone = f" by {who}" if who and who != by else ""
    raise StaleRowError(
        f"{conversation_id} was changed in the meantime{someone}: it is {now['status'].replace('_', ' ')} now.",
        "Nothing was overwritten; look again and decide.",
    )


_DROP_QUALITY = often(delete(QUALITY).where(QUALITY.c.conversation_id == bindparam("_id")))
_ADD_QUALITY = often(insert(QUALITY))
_SET_COMPLETE = often(
    update(CONVERSATIONS)
    .where(
        CONVERSATIONS.c.conversation_id == bindparam("_id"),
        CONVERSATIONS.c.annotation_complete != bindparam("_complete", type_=Boolean()),
    )
    # A check changes nothing of the row that anybody sees as its date.
    .values(annotation_complete=bindparam("_complete", type_=Boolean()), updated_at=CONVERSATIONS.c.updated_at)
)


async def put_quality(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store the figures of a check, in place of the former ones; what a judge said stays, unless it comes along."""
    if "judge" not in values:
        statement = select(QUALITY.c.judge).where(QUALITY.c.conversation_id == values["conversation_id"])
        values = {**values, "judge": (await session.execute(statement)).scalar()}
    await session.execute(_DROP_QUALITY, {"_id": values["conversation_id"]})
    await session.execute(_ADD_QUALITY, dict(values))
    complete = values.get("all_required_fields_complete") is True
    await session.execute(_SET_COMPLETE, {"_id": values["conversation_id"], "_complete": complete})


async def set_judgement(session: AsyncSession, conversation_id: str, values: Mapping[str, Any]) -> None:
    """Store what a check says of a row. Nobody decided anything: its version and its date stay as they are."""
    await session.execute(
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.conversation_id == conversation_id)
        .values(**values, updated_at=CONVERSATIONS.c.updated_at)
    )


async def outdated(session: AsyncSession, checker_version: str, limit: int, after: str = "") -> list[str]:
    """Conversations that another version of the checks judged, in the order of their ids, beginning behind one."""
    statement = (
        select(QUALITY.c.conversation_id)
        .where(QUALITY.c.checker_version != checker_version, QUALITY.c.conversation_id > after)
        .order_by(QUALITY.c.conversation_id)
        .limit(limit)
    )
    return list((await session.execute(statement)).scalars())


async def put_qualities(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for many conversations; all with the same keys."""
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        ids = [row["conversation_id"] for row in some]
        complete = [row["conversation_id"] for row in some if row.get("all_required_fields_complete") is True]
        await session.execute(delete(QUALITY).where(QUALITY.c.conversation_id.in_(ids)))
        await session.execute(
            update(CONVERSATIONS)
            .where(CONVERSATIONS.c.conversation_id.in_(ids))
            .values(
                annotation_complete=CONVERSATIONS.c.conversation_id.in_(complete), updated_at=CONVERSATIONS.c.updated_at
            )
        )
    if rows:
        await session.execute(insert(QUALITY), [dict(row) for row in rows])


async def quality_of(session: AsyncSession, conversation_id: str) -> dict[str, Any] | None:
    """The figures of the last check."""
    row = (
        (await session.execute(select(QUALITY).where(QUALITY.c.conversation_id == conversation_id))).mappings().first()
    )
    return dict(row) if row else None


def text_rows(parts: Iterable[TextRows]) -> TextRows:
    """Several conversations' rows as one batch."""
    out = TextRows()
    for part in parts:
        out.extend(part)
    return out


_ITEMS = table_of(QueueItem)
_ITEM_COST = often(select(_ITEMS.c.actual_cost_microusd).where(_ITEMS.c.id == bindparam("_item")))


async def item_cost(session: AsyncSession, item_id: int) -> int:
    """Micro-dollars that the attempts of a queue item have cost so far."""
    return int((await session.execute(_ITEM_COST, {"_item": item_id})).scalar_one())


async def real_responses(session: AsyncSession, limit: int) -> list[tuple[str, str]]:
    """(conversation id, response) of every turn of the newest conversations that are no practice results."""
    newest = (
        select(CONVERSATIONS.c.conversation_id)
        .where(CONVERSATIONS.c.turn_count > 0, CONVERSATIONS.c.generation_method != Method.SIMULATED)
        .order_by(CONVERSATIONS.c.updated_at.desc())
        .limit(limit)
    )
    statement = select(TURNS.c.conversation_id, TURNS.c.target_response).where(TURNS.c.conversation_id.in_(newest))
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]
