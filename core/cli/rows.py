"""How the command line shows a conversation: its words in a table, its values in JSON, and the whole of it by id."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from core.cli.output import moment
from core.errors import NotFoundError

if TYPE_CHECKING:
    from core.browse import Row
    from core.services import Services

# What the plan says of a row, in reading order.
PLANNED = (
    "conversation_id",
    "number",
    "tier",
    "status",
    "persona_id",
    "persona_name",
    "persona_type",
    "topic",
    "topic_description",
    "arc_id",
    "scenario_id",
    "edge_case_id",
    "starting_emotion",
    "starting_intensity",
    "ending_emotion",
    "ending_intensity",
    "target_turns",
    "content_category",
    "intent",
    "tone",
    "role_pair",
    "topic_cluster",
    "outcome",
    "conversation_phase",
    "session_context",
    "expected_outcome",
    "client_profile",
)


def shown_status(row: Row) -> str:
    """The status for people, with a mark for practice and one for the flag."""
    from core.status import words

    return f"{'~' if row.is_simulated else ''}{words(row.status)}{' !' if row.needs_review else ''}"


def shown_score(row: Row) -> str:
    """The score, empty when it was not measured."""
    return "" if row.quality_score is None else f"{row.quality_score:.1f}"


def row_document(row: Row) -> dict[str, Any]:
    """A row as JSON values."""
    values = row._asdict()
    del values["id"]  # of this database only; people and files use conversation_id
    return {
        **values,
        "needs_review": bool(row.needs_review),
        "simulated": row.is_simulated,
        "updated_at": moment(row.updated_at),
    }


async def whole(services: Services, conversation_id: str) -> dict[str, Any]:
    """A conversation with text, annotation and quality figures. Raises NotFoundError naming what was perhaps meant."""
    from data import conversations, versions

    async with services.database.read() as session:
        found = await versions.snapshot(session, conversation_id)
        if found["conversation"] is None:
            _, ids = await conversations.numbers_and_ids(session)
            raise not_found(conversation_id, ids)
    names = ("chunk_id", "title", "section", "document_id", "document_title", "note", "linked_by", "linked_at")
    sources = await services.chunks.sources(conversation_id)
    found["sources"] = [{name: getattr(source, name) for name in names} for source in sources]
    return found


def not_found(conversation_id: str, known: Iterable[str]) -> NotFoundError:
    """The error for an id that is not in the plan."""
    near = difflib.get_close_matches(conversation_id, list(known), 1)
    return NotFoundError(
        f"There is no conversation {conversation_id}.",
        f"Did you mean {near[0]}?" if near else "brightrun plan list shows all.",
    )
