"""Changes of many rows at once, rows that go and come back, and why rows were turned down; for the review service.

Call everything here in the transaction in which the rows were read: within it nobody else writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data import similarity
from data.conversations import CONVERSATIONS, QUALITY, TURNS
from data.errors import StaleRowError
from data.tables import PromptTemplate, table_of
from data.types import utc_now
from data.vocabulary import Status

CHUNK = 500  # ids of one statement
_TEMPLATES = table_of(PromptTemplate)


async def read_columns(session: AsyncSession, ids: Sequence[str], names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Some columns of conversations by human id, without the large ones; unknown ids are missing."""
    wanted = [CONVERSATIONS.c[name] for name in dict.fromkeys(("conversation_id", *names))]
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), CHUNK):
        statement = select(*wanted).where(CONVERSATIONS.c.conversation_id.in_(ids[start : start + CHUNK]))
        found |= {row["conversation_id"]: dict(row) for row in (await session.execute(statement)).mappings()}
    return found


async def quality_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, tuple[bool, list[dict[str, Any]]]]:
    """By human id: whether the annotation is complete, and what the last check found."""
    wanted = (QUALITY.c.conversation_id, QUALITY.c.all_required_fields_complete, QUALITY.c.findings)
    found: dict[str, tuple[bool, list[dict[str, Any]]]] = {}
    for start in range(0, len(ids), CHUNK):
        statement = select(*wanted).where(QUALITY.c.conversation_id.in_(ids[start : start + CHUNK]))
        found |= {row[0]: (bool(row[1]), row[2] or []) for row in (await session.execute(statement)).all()}
    return found


async def update_rows(session: AsyncSession, changes: Sequence[tuple[str, int, Mapping[str, Any]]]) -> None:
    """Change rows (id, version, values; all with the same columns) and count their versions up."""
    if not changes:
        return
    names = tuple(changes[0][2])
    statement = (
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.conversation_id == bindparam("_id"), CONVERSATIONS.c.version == bindparam("_version"))
        .values({**{name: bindparam(f"_new_{name}") for name in names}, "version": bindparam("_next")})
        .values(updated_at=utc_now())
    )
    rows = [
        {"_id": i, "_version": v, "_next": v + 1, **{f"_new_{name}": values[name] for name in names}}
        for i, v, values in changes
    ]
    result: Any = await session.execute(statement, rows)
    if result.rowcount != len(rows):
        raise StaleRowError("Rows changed while they were being changed; nothing was stored.", "Try again.")


async def remove_row(session: AsyncSession, conversation_id: str) -> None:
    """Take a row away, with its text and everything else that hangs on it."""
    await similarity.drop_marks(session, [conversation_id])
    await session.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.conversation_id == conversation_id))


async def put_back_row(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Bring a row back that was taken away. False when its id or number belongs to another one by now."""
    taken = select(func.count()).where(
        or_(
            CONVERSATIONS.c.conversation_id == values["conversation_id"],
            CONVERSATIONS.c.number == values["number"],
        )
    )
    if (await session.execute(taken)).scalar_one():
        return False
    row = {name: value for name, value in values.items() if name in CONVERSATIONS.c}
    same_key = select(func.count()).where(CONVERSATIONS.c.id == row["id"])
    if (await session.execute(same_key)).scalar_one():
        del row["id"]
    await session.execute(insert(CONVERSATIONS).values(**row))
    return True


async def turn_note(session: AsyncSession, conversation_id: str, turn_number: int) -> str | None:
    """The note on a turn; None when there is no such turn."""
    statement = select(TURNS.c.note).where(
        TURNS.c.conversation_id == conversation_id, TURNS.c.turn_number == turn_number
    )
    return (await session.execute(statement)).scalar()


async def set_turn_note(session: AsyncSession, conversation_id: str, turn_number: int, note: str) -> None:
    """Write the note on a turn; the row's version is the caller's."""
    await session.execute(
        update(TURNS)
        .where(TURNS.c.conversation_id == conversation_id, TURNS.c.turn_number == turn_number)
        .values(note=note)
    )


async def reason_counts(session: AsyncSession) -> list[tuple[str, int | None, str, str, int]]:
    """Why rows stand rejected or to be edited: (template, version, status, reason, rows), by template."""
    statement = (
        select(
            func.coalesce(_TEMPLATES.c.template_id, ""),
            _TEMPLATES.c.version,
            CONVERSATIONS.c.status,
            CONVERSATIONS.c.verdict_reason,
            func.count(),
        )
        .select_from(CONVERSATIONS.outerjoin(_TEMPLATES, _TEMPLATES.c.id == CONVERSATIONS.c.template_version_id))
        .where(CONVERSATIONS.c.status.in_([Status.REJECTED, Status.NEEDS_EDIT]))
        .group_by(
            _TEMPLATES.c.template_id, _TEMPLATES.c.version, CONVERSATIONS.c.status, CONVERSATIONS.c.verdict_reason
        )
        .order_by(_TEMPLATES.c.template_id, _TEMPLATES.c.version, func.count().desc())
    )
    return [tuple(row) for row in (await session.execute(statement)).all()]
