"""A conversation that somebody named: its row, or the sentence that there is none. Services call it as they read."""

from __future__ import annotations

from typing import Any

from core.errors import NotFoundError
from data import conversations
from data.engines import AsyncSession


async def existing_row(session: AsyncSession, conversation_id: str) -> dict[str, Any]:
    """The row as it is now. Raises NotFoundError."""
    row = await conversations.get(session, conversation_id)
    if row is None:
        raise NotFoundError(f"There is no conversation {conversation_id}.", "brightrun plan list shows all.")
    return row
