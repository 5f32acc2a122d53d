"""What planned variations are to change of their source, and the clients of a plan; see `core.rewriting.variations`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.conversations import CONVERSATIONS, TURNS
from data.tables import ConversationMetadata, table_of

METADATA = table_of(ConversationMetadata)
VARY = "vary"
_PART = 500


async def put_vary(session: AsyncSession, ids: Sequence[str], vary: Sequence[str], by: str) -> None:
    """Note for new rows what is to vary."""
    rows = [{"conversation_id": name, "key": VARY, "value": list(vary), "created_by": by} for name in ids]
    if rows:
        await session.execute(insert(METADATA), rows)


async def vary_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[str]]:
    """What is to vary, by human id of the variation."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(ids), _PART):
        statement = select(METADATA.c.conversation_id, METADATA.c.value).where(
            METADATA.c.conversation_id.in_(ids[start : start + _PART]), METADATA.c.key == VARY
        )
        found |= {row[0]: list(row[1] or ()) for row in (await session.execute(statement)).all()}
    return found


async def exchanges_of(session: AsyncSession, ids: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """What client and advisor say, turn by turn, of conversations that have a text."""
    wanted, found = sorted(set(ids)), dict[str, list[tuple[str, str]]]()
    for start in range(0, len(wanted), _PART):
        statement = (
            select(TURNS.c.conversation_id, TURNS.c.user_input, TURNS.c.target_response)
            .where(TURNS.c.conversation_id.in_(wanted[start : start + _PART]))
            .order_by(TURNS.c.conversation_id, TURNS.c.turn_number)
        )
        for name, user, advisor in (await session.execute(statement)).all():
            found.setdefault(name, []).append((user, advisor))
    return found


async def family_of(session: AsyncSession, source: str) -> list[Mapping[str, Any]]:
    """The rows that vary a conversation already: id and client."""
    columns = (CONVERSATIONS.c.conversation_id, CONVERSATIONS.c.persona_name)
    statement = select(*columns).where(CONVERSATIONS.c.variation_of == source)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def own_clients(session: AsyncSession, pack_key: str) -> list[Mapping[str, Any]]:
    """Clients that rows of a pack have for themselves, each once, in plan order; not those of variations."""
    statement = (
        select(
            CONVERSATIONS.c.persona_id,
            CONVERSATIONS.c.persona_type,
            CONVERSATIONS.c.persona_name,
            CONVERSATIONS.c.client_profile,
        )
        .where(CONVERSATIONS.c.pack_key == pack_key, CONVERSATIONS.c.variation_of == "")
        .order_by(CONVERSATIONS.c.number)
    )
    rows = [dict(row) for row in (await session.execute(statement)).mappings() if row["client_profile"]]
    return list({row["persona_name"]: row for row in reversed(rows)}.values())[::-1]
