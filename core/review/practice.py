"""Practice results back to planned: one step of the review journal, so that undo brings them back, and audited.

`ReviewService.clear_practice` calls it for palette and command line. It never touches a real result.
"""

from __future__ import annotations

from core.review.changes import clear, entry
from core.review.steps import Journal, Step
from data import audit, conversations, revising
from data.criteria import Criteria
from data.engines import Database
from data.vocabulary import Status

VERB = "clear practice of"
_NEEDED = ("status", "needs_review", "reviewer_notes", "version")


async def clear_practice(database: Database, journal: Journal, actor: str) -> int:
    """Return every practice result to planned and give their number; each is kept whole in History.

    Rows that are queued or being written stay: their job ends first.
    """
    at, done, first = journal.moment(), 0, ""
    async with database.write() as session:
        ids = await conversations.matching_ids(session, Criteria(states=("simulated",)))
        for start in range(0, len(ids), revising.CHUNK):
            part = ids[start : start + revising.CHUNK]
            rows = await revising.read_columns(session, part, _NEEDED)
            taken = [rows[i] for i in part if rows[i]["status"] not in (Status.QUEUED, Status.GENERATING)]
            if not taken:
                continue
            done, first = done + len(taken), first or taken[0]["conversation_id"]
            changes = [await clear(session, row, actor, "practice cleared") for row in taken]
            await audit.record(session, [entry(actor, "clear_simulated", c, VERB, at) for c in changes])
    if done:
        journal.push(Step(at, VERB, first, done))
    return done
