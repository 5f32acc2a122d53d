"""Changes the plan: rows from a CSV file, and practice results back to planned. Audited, all or nothing."""

from __future__ import annotations

from pathlib import Path

from core.errors import PackError
from core.pack.files import read_plan
from core.pack.loader import plan_values
from core.prompting.store import pack_models
from data import audit, conversations
from data.criteria import Criteria
from data.engines import Database
from data.vocabulary import Method, Status

# What a result leaves on its row, and what it is when there is no result.
CLEARED: dict[str, object] = {
    "status": Status.PLANNED,
    "needs_review": False,
    "ready_for_training": False,
    "turn_count": 0,
    "sentence_count": 0,
    "word_count": 0,
    "quality_score": None,
    "rubric_overall": None,
    "rubric_empathy": None,
    "rubric_clarity": None,
    "rubric_appropriateness": None,
    "rubric_brand_voice": None,
    "rubric_domain": None,
    "rubric_sources": None,
    "generation_method": "",
    "generation_source": "",
    "template_version_id": None,
    "parameters": None,
    "model": "",
    "generated_at": None,
    "generation_duration_ms": None,
    "actual_cost_microusd": None,
    "error_message": "",
    "reviewed_by": "",
    "reviewed_at": None,
    "approved_by": "",
    "approved_at": None,
    "verdict_reason": "",
    "human_reviewed": False,
}


class Planner:
    """Plan changes on one database, by one person."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor

    async def clear_simulated(self) -> int:
        """Return every practice result to planned and give their number. The text is kept in History.

        Rows that are queued or being written stay: their job ends first.
        """
        async with self._database.write() as session:
            ids = await conversations.matching_ids(session, Criteria(states=("simulated",)))
            rows = await conversations.get_many(session, ids)
            cleared = [i for i in ids if rows[i]["status"] not in (Status.QUEUED, Status.GENERATING)]
            for conversation_id in cleared:
                row = rows[conversation_id]
                await conversations.keep_version(session, conversation_id, "practice cleared", self._actor)
                await conversations.delete_text(session, conversation_id)
                await conversations.update_guarded(session, conversation_id, row["version"], CLEARED, by=self._actor)
            await audit.record(
                session,
                [
                    audit.entry(
                        self._actor,
                        "clear_simulated",
                        "conversation",
                        conversation_id,
                        before={"status": rows[conversation_id]["status"], "generation_method": Method.SIMULATED},
                        after={"status": Status.PLANNED},
                    )
                    for conversation_id in cleared
                ],
            )
        return len(cleared)

    async def add_rows(self, path: Path) -> int:
        """Add the rows of a CSV plan and give their number.

        Raises PackError naming file and line of a bad row, an id or a number that is taken; then nothing is added.
        """
        rows = read_plan(path)
        async with self._database.write() as session:
            numbers, ids = await conversations.numbers_and_ids(session)
            for row in rows:
                if row.conversation_id in ids or row.number in numbers:
                    taken = row.conversation_id if row.conversation_id in ids else f"number {row.number}"
                    raise PackError(f"{path}: {taken} is in the plan already.", "Nothing was added.")
            personas, pack_key = await pack_models(session)
            await conversations.insert_rows(session, [plan_values(row, personas, {}, pack_key) for row in rows])
            await audit.record(
                session,
                [
                    audit.entry(self._actor, "add_row", "conversation", row.conversation_id, after={"file": path.name})
                    for row in rows
                ],
            )
        return len(rows)
