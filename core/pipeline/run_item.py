"""Takes one claimed item through its stages: dialogue, annotation, judge, score, store. Every engine calls this.

What a stage produced is stored in one transaction with its cost, log and counters before anything is done with it, and
a stage whose output exists is never run again. Failures of a row are stored with their reason; the rest goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.chunks.material import Material, MaterialSettings, material_of
from core.engine.failpoints import reach
from core.errors import BrightrunError, StorageError
from core.pipeline.annotation import Annotated, annotate
from core.pipeline.attempts import Answer, Call, UnusableAnswerError
from core.pipeline.dialogue import Dialogue, Exchange, NotADialogueError, parse_dialogue
from core.pipeline.estimate import room
from core.pipeline.judging import judge
from core.pipeline.one_turn import Part, renew
from core.pipeline.stages import make, request_of
from core.pipeline.storing import Provenance, check_text, conversation_rows, store_result
from core.pipeline.work import (
    ANNOTATION,
    CHECKING,
    DIALOGUE,
    FINISHING,
    JUDGE,
    SCORING,
    JobMustStopError,
    ServiceFailedError,
    Text,
    Work,
)
from core.prompting.files import QualityProfile
from core.prompting.resolving import VARIATION, Prompt, render_prompt
from core.rewriting.variations import variation_values
from data import conversations, queue, stage_outputs, templates
from data.engines import AsyncSession
from data.stage_outputs import FROM_THE_ROW, PLAN
from data.vocabulary import ItemStatus, Status

log = logging.getLogger("brightrun.worker")


@dataclass(frozen=True)
class _Item:
    """A claimed item with what was read for it."""

    held: queue.Claim
    work: Work
    row: Mapping[str, Any]
    template: Mapping[str, Any]
    stages: Mapping[str, Mapping[str, Any]]  # templates of annotation, judge and repair
    stored: frozenset[str]  # stages whose output was there at the beginning

    def may(self, *stages: str) -> bool:
        """Whether these stages may run: when the row is only finished, those that need no call any more."""
        return not self.work.only_stored or self.stored.issuperset(stages)

    @property
    def profile(self) -> QualityProfile:
        return QualityProfile.model_validate(self.template["quality_profile"] or {})


async def run_item(held: queue.Claim, work: Work) -> str:
    """Run a claimed item to its end and store it; gives why the row failed, empty when it did not.

    Raises JobMustStopError when the whole job has to pause, ServiceFailedError when the row is to wait until the
    service works again, LeaseLostError when another worker took the item over; a failure of the row itself is stored.
    """
    async with work.database.read() as session:
        row = await conversations.get(session, held.conversation_id)
        template = await _template(session, work, held.template_version_id or 0)
        outputs = await stage_outputs.of_item(session, held.item_id)
        stages = {stage: await _template(session, work, key) for stage, key in work.settings.templates.items()}
        material = await material_of(session, row, MaterialSettings.of(work.settings)) if row else Material()
    if row is None:
        return ""  # deleted in the meantime; its item went with it
    started, done = time.monotonic(), outputs.get(DIALOGUE)
    keeps_text = bool(row["turn_count"] or (done and done["output"].get(FROM_THE_ROW)))
    try:
        if template is None or None in stages.values():
            raise BrightrunError("A prompt template of this row is gone.", "Submit the row again.")
        item = _Item(
            held, work, row, template, {name: found for name, found in stages.items() if found}, frozenset(outputs)
        )
        part = Part.of(done["output"]) if done else None
        if done is not None and part is not None:
            await renew(held, work, row, done["output"], part, item.stages, item.stored)
            return ""
        more = await variation_values(work.database, row, work.pack) if template["stage"] == VARIATION else None
        prompt, values = render_prompt(row, template, work.pack, note=held.note, more=more, material=material.text)
        values |= material.values
        if done is None:
            answer = await _dialogue(item, prompt)
        else:
            answer = Answer(done["output"], done["output"].get("repaired", ""), done["model"])
        await _finish(item, answer, values, started)
    except (BrightrunError, NotADialogueError) as error:
        if isinstance(error, JobMustStopError | queue.LeaseLostError):
            raise
        if isinstance(error, StorageError):
            raise JobMustStopError(error.message, error.hint) from error
        if isinstance(error, ServiceFailedError) and work.waits_for_service():
            raise
        await _fail(held, work, error, keeps_text=keeps_text)
        return str(error)
    except Exception as error:
        if not work.only_stored:
            raise  # the job pauses
        # A stopped job would begin this row again and again, and never end. What is stored stays for a retry.
        log.exception("%s cannot be finished", held.conversation_id)
        why = BrightrunError(f"An unexpected {type(error).__name__} in the worker; its log has the details.")
        await _fail(held, work, why, keeps_text=keeps_text)
        return str(why)
    return ""


async def _template(session: AsyncSession, work: Work, row_id: int) -> Mapping[str, Any] | None:
    """A template version, read once for all rows: no version ever changes, and its trees take long to read."""
    known: dict[int, Mapping[str, Any]] = work.pack.derived.setdefault("templates", {})
    if row_id not in known:
        found = await templates.by_row_id(session, row_id)
        if found is None:
            return None
        known[row_id] = found
    return known[row_id]


async def _dialogue(item: _Item, prompt: Prompt) -> Answer:
    """Call until there is a dialogue, and checkpoint it."""
    work = item.work
    max_tokens = room(item.row["target_turns"] or 4, item.profile, work.settings.max_tokens)
    plan = stage_outputs.plan_mark(item.row)

    def read(text: str) -> tuple[dict[str, Any], str]:
        try:
            return {"text": text, PLAN: plan}, parse_dialogue(text).repaired
        except NotADialogueError as error:
            raise UnusableAnswerError(str(error)) from error

    def tell(step: str, text: Text) -> None:
        work.report(DIALOGUE, step, text)

    is_last = work.settings.depth == "dialogue" and work.settings.judge is None
    request = request_of(work, DIALOGUE, prompt, max_tokens)
    call = Call(DIALOGUE, request, item.template["id"], read, tell, is_last=is_last)
    return await make(item.held, work, call)


async def _finish(item: _Item, answer: Answer, values: Mapping[str, str], started: float) -> None:
    """Annotate and judge as the job asks, check, and store text, figures, status and counters in one transaction."""
    held, work, row = item.held, item.work, item.row
    output = answer.output
    dialogue, shown = _read(output)
    annotated: Annotated | None = None
    turns = [f"{ANNOTATION}:{number}" for number in range(1, len(dialogue.turns) + 1)]
    if work.settings.depth == "full" and item.may(*turns):
        annotated = await annotate(held, work, row, item.profile, dialogue, item.stages, shown)
    judged = await judge(held, work, row, dialogue, item.stages, shown) if item.may(JUDGE) else None
    work.report(FINISHING, SCORING if annotated or judged else CHECKING, shown)
    text = conversation_rows(
        held.conversation_id,
        dialogue,
        str(work.pack.advisor.get("system_prompt", "")),
        annotated.turns if annotated else (),
    )
    repaired = [answer.repaired, *(annotated.repaired if annotated else ()), judged.repaired if judged else ""]
    made = Provenance(
        template=item.template,
        parameters=values,
        model=answer.model,
        repaired="; ".join(filter(None, repaired)),
        simulated=work.settings.provider == "simulated",
        duration_ms=round((time.monotonic() - started) * 1000),
        item_id=held.item_id,
        paid_before=int(output.get("paid_before", 0)),
        now=work.clock(),
    )
    seen = await check_text(work.checker, row, text, item.template, work.pack, work.settings.review_below)
    reach("before-finish")
    async with work.finishing, work.database.write() as session:
        await store_result(
            session,
            row,
            text,
            made,
            pack=work.pack,
            judgement=judged.output if judged else None,
            dialogue=dialogue,
            review_below=work.settings.review_below,
            seen=seen,
            only_annotated=bool(output.get(FROM_THE_ROW)),
        )
        await queue.finish(session, held, ItemStatus.DONE, now=work.clock())
    reach("after-finish")
    work.mark(held.conversation_id, seen.looked.marks)


def _read(output: Mapping[str, Any]) -> tuple[Dialogue, str]:
    """The dialogue of a stage's output, and its text as people read it."""
    if output.get(FROM_THE_ROW):
        turns = tuple(Exchange(turn["user"], turn["advisor"]) for turn in output["turns"])
        shown = "\n".join(f"<turn>\n<user>{t.user}</user>\n<advisor>{t.advisor}</advisor>\n</turn>" for t in turns)
        return Dialogue(turns), shown
    return parse_dialogue(output["text"]), output["text"]


async def _fail(held: queue.Claim, work: Work, error: Exception, *, keeps_text: bool) -> None:
    """Store why a row failed; one that has a text, from before this order, keeps it and stays what it was."""
    why, step = str(error), queue.FOR_SERVICE if isinstance(error, ServiceFailedError) else ""
    async with work.database.write() as session:
        status = await stage_outputs.former_status(session, held.item_id) if keeps_text else Status.FAILED
        await queue.finish(session, held, ItemStatus.FAILED, error=why, step=step, now=work.clock())
        row = await conversations.get(session, held.conversation_id)
        if row is not None:
            await conversations.update_guarded(
                session,
                held.conversation_id,
                row["version"],
                {"status": status, "error_message": why},
                by="worker",
            )
