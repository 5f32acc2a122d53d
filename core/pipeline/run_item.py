"""Takes one claimed item through its stages: prompt, call, parse, check, store. Every engine calls this.

What a stage produced is stored in one transaction with its cost, log and counters before anything is done with it, and
a stage whose output exists is never run again. Failures of a row are stored with their reason; the rest goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tenacity import AsyncRetrying, retry_if_exception

from core.errors import BrightrunError, StorageError
from core.pipeline.attempts import Attempts
from core.pipeline.dialogue import NotADialogueError, parse_dialogue
from core.pipeline.estimate import room
from core.pipeline.storing import dialogue_rows, store_result
from core.pipeline.work import CHECKING, STAGE, JobMustStopError, Work
from core.prompting.files import QualityProfile
from core.prompting.resolving import Prompt, render_prompt
from core.providers.port import CallFailed, Next
from data import conversations, queue, templates
from data.vocabulary import ItemStatus, Status


async def run_item(held: queue.Claim, work: Work) -> str:
    """Run a claimed item to its end and store it; gives why the row failed, empty when it did not.

    Raises JobMustStopError when the whole job has to pause, LeaseLostError when another worker took the item over; a
    failure of the row itself is stored, not raised.
    """
    async with work.database.read() as session:
        row = await conversations.get(session, held.conversation_id)
        template = await templates.by_row_id(session, held.template_version_id or 0)
        done = await queue.stage_output(session, held.item_id, STAGE)
    if row is None:
        return ""  # deleted in the meantime; its item went with it
    started = time.monotonic()
    try:
        if template is None:
            raise BrightrunError("The prompt template of this row is gone.", "Submit the row again.")
        prompt, values = render_prompt(row, template, work.pack, note=held.note)
        if done is None:
            text, repaired, model = await _dialogue(held, work, row, template, prompt)
        else:
            text, repaired, model = done["output"]["text"], done["output"]["repaired"], done["model"]
        work.report(STAGE, CHECKING, text)
        await _finish(held, work, row, template, values, text, repaired, model, started)
    except (BrightrunError, NotADialogueError) as error:
        if isinstance(error, JobMustStopError | queue.LeaseLostError):
            raise
        if isinstance(error, StorageError):
            raise JobMustStopError(error.message, error.hint) from error
        await _fail(held, work, str(error))
        return str(error)
    return ""


async def _dialogue(
    held: queue.Claim, work: Work, row: Mapping[str, Any], template: Mapping[str, Any], prompt: Prompt
) -> tuple[str, str, str]:
    """Call until there is a dialogue, and checkpoint it: (text, what was repaired, model)."""
    profile = QualityProfile.model_validate(template["quality_profile"] or {})
    attempt = Attempts(held, work, template, prompt, room(row["target_turns"] or 4, profile, work.settings.max_tokens))
    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda e: isinstance(e, CallFailed) and e.next_step in (Next.RETRY, Next.WAIT)),
        stop=attempt.must_give_up,
        wait=attempt.pause,
        sleep=work.sleep,
        reraise=True,
    )
    try:
        return await retrying(attempt)
    except CallFailed as error:
        if error.next_step is Next.STOP_JOB:
            raise JobMustStopError(error.message, error.hint) from error
        tries = f" (after {attempt.failures} attempts)" if attempt.failures > 1 else ""
        raise BrightrunError(f"{error.message.rstrip('.')}{tries}.", error.hint) from error


async def _finish(
    held: queue.Claim,
    work: Work,
    row: Mapping[str, Any],
    template: Mapping[str, Any],
    values: Mapping[str, str],
    text: str,
    repaired: str,
    model: str,
    started: float,
) -> None:
    """Check the dialogue and store turns, figures, status and counters in one transaction."""
    dialogue = parse_dialogue(text)
    rows = dialogue_rows(held.conversation_id, dialogue, str(work.pack.advisor.get("system_prompt", "")))
    async with work.database.write() as session:
        await store_result(
            session,
            row,
            template,
            rows,
            pack=work.pack,
            parameters=values,
            model=model,
            repaired=repaired,
            simulated=work.settings.provider == "simulated",
            duration_ms=round((time.monotonic() - started) * 1000),
            item_id=held.item_id,
            review_below=work.settings.review_below,
            now=work.clock(),
        )
        await queue.finish(session, held, ItemStatus.DONE, now=work.clock())


async def _fail(held: queue.Claim, work: Work, why: str) -> None:
    """Store why a row failed."""
    async with work.database.write() as session:
        await queue.finish(session, held, ItemStatus.FAILED, error=why, now=work.clock())
        row = await conversations.get(session, held.conversation_id)
        if row is not None:
            await conversations.update_guarded(
                session,
                held.conversation_id,
                row["version"],
                {"status": Status.FAILED, "error_message": why},
                by="worker",
            )
