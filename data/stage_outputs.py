"""What the stages of queue items produced: read per item, and handed on to a new item so that nothing is paid twice.

`data.queue` writes a stage's output in the transaction of its cost; here is what concerns several stages or items.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.direct import often
from data.tables import (
    Conversation,
    ConversationTurn,
    EmotionalContext,
    GenerationJob,
    QueueItem,
    StageOutput,
    table_of,
)
from data.vocabulary import ItemStatus

JOBS = table_of(GenerationJob)
ITEMS = table_of(QueueItem)
STAGES = table_of(StageOutput)
ROWS = table_of(Conversation)
TURNS = table_of(ConversationTurn)
EMOTIONS = table_of(EmotionalContext)
DIALOGUE = "dialogue"
FROM_THE_ROW = "from_the_row"  # in a dialogue's output: the text is the row's own, the order only annotates it
PLAN = "plan"  # in a dialogue's output: the `plan_mark` of the row that it was written for
_PLANNED = (
    *("tier", "persona_id", "persona_name", "client_profile", "topic", "topic_description", "scenario_id"),
    *("edge_case_id", "starting_emotion", "starting_intensity", "ending_emotion", "ending_intensity"),
    *("content_category", "intent", "tone", "outcome", "target_turns", "session_context", "expected_outcome"),
)


def plan_mark(row: Mapping[str, Any]) -> str:
    """Tells what a row is to be about from anything else; a text is not handed on once that was edited."""
    told = json.dumps([row[name] for name in _PLANNED], sort_keys=True, default=str)
    return blake2b(told.encode(), digest_size=8).hexdigest()


_OF_ITEM = often(select(STAGES).where(STAGES.c.item_id == bindparam("_item")))  # asked for every row


async def of_item(session: AsyncSession, item_id: int) -> dict[str, dict[str, Any]]:
    """Everything that the stages of an item produced, by stage."""
    rows = (await session.execute(_OF_ITEM, {"_item": item_id})).mappings()
    return {row["stage"]: dict(row) for row in rows}


async def adopt(session: AsyncSession, job_id: int) -> int:
    """Give the items of a new job what their rows' last items had produced before they failed; how many got something.

    Only where the former item ended without success and was ordered alike: same template version, same note, same
    provider, and for what the plan still says of the row. The money it had cost comes along as `paid_before`, so that
    the row's cost stays whole. An item that has its dialogue already (`put_texts`) gets the rest only when that is the
    dialogue it was made for.
    """
    new, old, before = ITEMS.alias("new"), ITEMS.alias("old"), ITEMS.alias("before")
    job, former = JOBS.alias("job"), JOBS.alias("former")
    newest = (
        select(func.max(before.c.id))
        .where(before.c.conversation_id == new.c.conversation_id, before.c.id < new.c.id)
        .scalar_subquery()
    )
    statement = (
        select(
            *(new.c.id, old.c.actual_cost_microusd, STAGES.c.stage, STAGES.c.output, STAGES.c.model, STAGES.c.repaired),
            *(ROWS.c[name] for name in _PLANNED),
        )
        .select_from(new)
        .join(ROWS, ROWS.c.conversation_id == new.c.conversation_id)
        .join(old, old.c.id == newest)
        .join(job, job.c.id == new.c.job_id)
        .join(former, former.c.id == old.c.job_id)
        .join(STAGES, STAGES.c.item_id == old.c.id)
        .where(
            new.c.job_id == job_id,
            old.c.status.in_([ItemStatus.FAILED, ItemStatus.CANCELLED]),
            old.c.template_version_id == new.c.template_version_id,
            old.c.note == new.c.note,
            former.c.provider == job.c.provider,
        )
    )
    found: dict[int, dict[str, dict[str, Any]]] = {}
    costs: dict[int, int] = {}
    marks: dict[int, str] = {}
    for item_id, cost, stage, output, model, repaired, *planned in (await session.execute(statement)).all():
        value = {"item_id": item_id, "stage": stage, "output": dict(output or {}), "model": model, "repaired": repaired}
        found.setdefault(item_id, {})[stage] = value
        costs[item_id] = cost
        if stage == DIALOGUE:
            marks[item_id] = plan_mark(dict(zip(_PLANNED, planned, strict=True)))
    values: list[dict[str, Any]] = []
    for item_id, stages in found.items():
        old_text = stages.get(DIALOGUE, {}).get("output", {})
        own = (await of_item(session, item_id)).get(DIALOGUE)
        if own is not None:
            if any(old_text.get(name) != own["output"].get(name) for name in ("turns", "part")):
                continue  # another text, or other turns of it
            stages.pop(DIALOGUE)
            paid = int(old_text.get("paid_before", 0)) + costs[item_id]
            await session.execute(
                update(STAGES)
                .where(STAGES.c.item_id == item_id, STAGES.c.stage == DIALOGUE)
                .values(output={**own["output"], "paid_before": paid})
            )
        elif old_text.get(FROM_THE_ROW):
            continue  # that text was the row's, and the row has none now
        elif PLAN in old_text and old_text[PLAN] != marks[item_id]:
            continue  # the plan was edited since
        else:
            old_text["paid_before"] = int(old_text.get("paid_before", 0)) + costs[item_id]
        values += stages.values()
    if values:
        await session.execute(insert(STAGES), values)
    return len({value["item_id"] for value in values})


@dataclass(frozen=True)
class Kept:
    """What the last item of a row had stored before it ended without success, and how it was ordered."""

    template_version_id: int | None
    note: str
    provider: str
    stages: frozenset[str]
    plan: str = ""  # the `plan_mark` of its dialogue, where that has one

    def is_of(self, row: Mapping[str, Any]) -> bool:
        """Whether it is about what the plan says of the row now."""
        return self.plan in ("", plan_mark(row))


async def kept_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, Kept]:
    """By conversation what `adopt` would hand on to a new item that is ordered alike."""
    found: dict[str, Kept] = {}
    for start in range(0, len(ids), 500):
        of_rows = ITEMS.c.conversation_id.in_(ids[start : start + 500])
        newest = select(func.max(ITEMS.c.id)).where(of_rows).group_by(ITEMS.c.conversation_id)
        statement = (
            select(
                *(ITEMS.c.conversation_id, ITEMS.c.template_version_id, ITEMS.c.note, JOBS.c.provider, STAGES.c.stage),
                case((STAGES.c.stage == DIALOGUE, func.json_extract(STAGES.c.output, f"$.{PLAN}"))),
            )
            .select_from(ITEMS.join(JOBS, JOBS.c.id == ITEMS.c.job_id).join(STAGES, STAGES.c.item_id == ITEMS.c.id))
            .where(ITEMS.c.id.in_(newest), ITEMS.c.status.in_([ItemStatus.FAILED, ItemStatus.CANCELLED]))
        )
        for name, template, note, provider, stage, plan in (await session.execute(statement)).all():
            before = found.get(name) or Kept(template, note, provider, frozenset())
            found[name] = replace(before, stages=before.stages | {stage}, plan=before.plan or plan or "")
    return found


async def former_status(session: AsyncSession, item_id: int) -> str:
    """The status that the row of an item had when it was ordered."""
    return str((await session.execute(select(ITEMS.c.former_status).where(ITEMS.c.id == item_id))).scalar_one())


async def put_texts(session: AsyncSession, job_id: int, texts: Mapping[str, tuple[Mapping[str, Any], str]]) -> None:
    """Give the items of a new job the dialogue that their rows have already: output and model by conversation."""
    rows = (await session.execute(select(ITEMS.c.id, ITEMS.c.conversation_id).where(ITEMS.c.job_id == job_id))).all()
    values = [
        {
            "item_id": item_id,
            "stage": DIALOGUE,
            "output": {**texts[name][0], FROM_THE_ROW: True},
            "model": texts[name][1],
            "repaired": False,
        }
        for item_id, name in rows
        if name in texts
    ]
    if values:
        await session.execute(insert(STAGES), values)


async def annotated_of(session: AsyncSession, ids: Sequence[str]) -> frozenset[str]:
    """Which of these conversations have an annotation."""
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        statement = (
            select(TURNS.c.conversation_id)
            .join(EMOTIONS, EMOTIONS.c.turn_id == TURNS.c.turn_id)
            .where(TURNS.c.conversation_id.in_(ids[start : start + 500]))
            .distinct()
        )
        found |= set((await session.execute(statement)).scalars())
    return frozenset(found)
