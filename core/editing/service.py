"""Edits what a conversation is about: topic, dimensions, session, hopes and notes; each edit is audited and undoable.

The edit form, the command line and the plan's editor call it. Values are checked by `core.editing.fields`; the change
itself goes through the review service, so that it is guarded by the row's version and undone like a verdict. Where the
facts are edited that a text is judged by, it is judged again in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.editing.fields import BY_NAME, Known, changed_values, known_words
from core.existing import existing_row
from core.prompting.store import pack_context
from core.review.service import Done, ReviewService
from data import packs
from data.engines import AsyncSession, Database
from data.tables import EmotionalArc, Persona
from data.types import utc_now


class EditService:
    """Edits on one database; the review service knows by whom."""

    def __init__(self, database: Database, review: ReviewService, review_below: float) -> None:
        self._database = database
        self._review = review
        self._review_below = review_below

    async def known(self) -> Known:
        """The words that the pack knows, for completion and checks."""
        async with self._database.read() as session:
            pack = await packs.get_pack(session) or {}
            personas = await packs.definitions(session, Persona)
            arcs = await packs.definitions(session, EmotionalArc)
        return known_words(pack.get("taxonomy") or {}, personas, arcs)

    async def row(self, conversation_id: str) -> dict[str, Any]:
        """The row as it is now. Raises NotFoundError."""
        async with self._database.read() as session:
            return await existing_row(session, conversation_id)

    async def edit(
        self, conversation_id: str, wanted: Mapping[str, str], *, expected_version: int | None = None
    ) -> Done | None:
        """Store values typed by a person, by field name; None when nothing changed.

        Raises EditError for a value that cannot be, StaleRowError when the row changed since `expected_version`.
        """
        from core.quality.again import FACTS  # a form is shown without the checks

        row = await self.row(conversation_id)
        values = changed_values(row, wanted, await self.known())
        if not values:
            return None
        labels = ", ".join(BY_NAME[name].label for name in values if name in BY_NAME)
        done = await self._review.change(
            conversation_id,
            values,
            expected_version=row["version"] if expected_version is None else expected_version,
            action="edit",
            verb=f"edit {labels} of",
            follow=self._judged if FACTS & values.keys() else None,
        )
        return replace(done, text=f"edited {labels} of {conversation_id}")

    async def _judged(self, session: AsyncSession, row: Mapping[str, Any]) -> dict[str, Any]:
        """What follows from the edited facts for score, flag and readiness, where it differs."""
        from core.quality.again import check_again

        pack = await pack_context(session, row["pack_key"])
        values = await check_again(session, row, pack=pack, review_below=self._review_below, at=utc_now())
        return values if any(row[name] != value for name, value in values.items()) else {}
