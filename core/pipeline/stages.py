"""Makes the calls of a stage: tried again as the failure asks, and for structured answers sent back once when unusable.

`run_item` and the stages after the dialogue call this. What it returns is stored already, with its cost and log; what
it raises says whether the row failed or the whole job must stop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, retry_if_exception

from core.errors import BrightrunError
from core.pipeline.attempts import Answer, Attempts, Call, Unusable, UnusableAnswerError
from core.pipeline.work import JobMustStopError, ServiceFailedError, Work
from core.prompting.resolving import Prompt
from core.prompting.stages import render_repair
from core.providers.port import CallFailed, Next, Request
from data import queue

M = TypeVar("M", bound=BaseModel)
Sleep = Callable[[float], Awaitable[None]]

MAX_PROBLEMS = 12  # a model mends a list of a dozen, and a person reads one
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_FENCED = "a single JSON object in one fenced block (```json), of exactly this JSON schema:"


def request_of(work: Work, stage: str, prompt: Prompt, max_tokens: int, schema: str = "") -> Request:
    """A request with the model and settings that the job froze for a stage."""
    chosen = work.settings.of_stage(stage)
    return Request(chosen.model, prompt.system, prompt.user, max_tokens, chosen.effort, chosen.thinking, schema)


async def make(held: queue.Claim, work: Work, call: Call, *, sleep: Sleep | None = None, number: int = 0) -> Answer:
    """Make a call until it gives something usable, and checkpoint that.

    Raises BrightrunError with the true reason when the row has to fail (ServiceFailedError when it is the service that
    failed), Unusable when the answer came and is worth sending back, JobMustStopError when the whole job must pause.
    """
    attempt = Attempts(held, work, call, number=number)
    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda e: isinstance(e, CallFailed) and e.next_step in (Next.RETRY, Next.WAIT)),
        stop=attempt.must_give_up,
        wait=attempt.pause,
        sleep=sleep or work.sleep,
        reraise=True,
    )
    try:
        return await retrying(attempt)
    except CallFailed as error:
        if error.next_step is Next.STOP_JOB:
            raise JobMustStopError(error.message, error.hint) from error
        if isinstance(error, Unusable) and error.next_step is Next.FAIL_ROW:
            error.attempts = attempt.number
            raise
        tries = f" (after {attempt.failures} attempts)" if attempt.failures > 1 else ""
        failed = ServiceFailedError if error.is_of_service else BrightrunError
        raise failed(f"{error.message.rstrip('.')}{tries}.", error.hint) from error


@dataclass(frozen=True)
class Structured:
    """A call whose answer is JSON by schema, with what its repair needs."""

    call: Call
    repair: Mapping[str, Any]  # the template of the repair prompt


async def make_structured(held: queue.Claim, work: Work, wanted: Structured, *, sleep: Sleep | None = None) -> Answer:
    """Make a structured call. An unusable answer goes back once with its error, then plain text is tried.

    Raises BrightrunError when all three are unusable, JobMustStopError when the whole job must pause.
    """
    call = wanted.call
    what = call.stage.replace(":", " of turn ") if ":" in call.stage else f"the {call.product}"
    try:
        return await make(held, work, replace(call, unusable=Next.FAIL_ROW), sleep=sleep)
    except Unusable as error:
        first = error
    mended = render_repair(
        wanted.repair,
        request=call.request.user,
        former_answer=first.text,
        error=first.problem,
        form="the JSON object of the given schema, and nothing else",
    )
    note = f"{what}: the first answer went back ({_short(first.problem)})"
    again = replace(
        call,
        request=replace(call.request, system=mended.system, user=mended.user),
        template_version_id=wanted.repair.get("id"),
        unusable=Next.FAIL_ROW,
        repaired=note,
    )
    try:
        return await make(held, work, again, sleep=sleep, number=first.attempts)
    except Unusable as error:
        second = error
    plain = replace(
        call,
        request=replace(
            call.request, schema="", user=f"{call.request.user}\n\nAnswer with {_FENCED}\n{call.request.schema}"
        ),
        unusable=Next.FAIL_ROW,
        repaired=f"{note}, and then came as plain text",
    )
    try:
        return await make(held, work, plain, sleep=sleep, number=second.attempts)
    except Unusable as third:
        raise BrightrunError(
            f"{what[0].upper()}{what[1:]} could not be used, also after its error went back and as plain text: "
            f"{_short(third.problem, 300)}.",
            "What was written before is kept: a retry makes only this again.",
        ) from third


def read_model(text: str, model: type[M]) -> tuple[M, str]:
    """An answer as a validated model, and what had to be put right. Raises UnusableAnswerError naming every problem."""
    body, note = text.strip(), ""
    if not body.startswith("{"):
        fenced = _FENCE.search(body)
        if fenced is None:
            raise UnusableAnswerError("there is no JSON object in it")
        body, note = fenced[1].strip(), "the JSON stood in a fence"
    try:
        tree = json.loads(body)
    except ValueError as error:
        raise UnusableAnswerError(f"it is no valid JSON: {error}") from error
    except RecursionError as error:
        raise UnusableAnswerError("it is nested too deeply") from error
    try:
        return model.model_validate(tree), note
    except ValidationError as error:
        found = [
            f"{'.'.join(str(part) for part in entry['loc']) or 'the object'}: {entry['msg']}"
            for entry in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise UnusableAnswerError(listed(found)) from error


def listed(problems: list[str]) -> str:
    """Problems in one text, the first dozen of them."""
    more = f"; and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
    return "; ".join(problems[:MAX_PROBLEMS]) + more


def _short(text: str, limit: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
