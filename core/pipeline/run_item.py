"""Takes one claimed item through its stages: prompt, call, parse, check, store. Every engine calls this.

What a stage produced is stored in one transaction with its cost, log and counters before anything is done with it, and
a stage whose output exists is never run again. Failures of a row are stored with their reason; the rest goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from core.errors import BrightrunError, StorageError
from core.pipeline.dialogue import NotADialogueError, parse_dialogue
from core.pipeline.estimate import room
from core.pipeline.pacing import Pacer
from core.pipeline.storing import dialogue_rows, store_result
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.prompting.resolving import Prompt, render_prompt
from core.providers.port import CallFailed, Next, Provider, Reply, Request
from core.providers.pricing import Price, dollars, price_of
from core.settings.fields import Settings
from data import conversations, queue, templates
from data.engines import Database
from data.types import utc_now
from data.vocabulary import ItemStatus, Status

BACKOFF_MAX_S = 16.0
MAX_WAITS = 60  # rate limits in a row before a row gives up: hours at the longest waits the service asks for
STAGE = "dialogue"


class JobMustStopError(BrightrunError):
    """Something that concerns the whole job: it pauses with this reason and the row goes back to the queue."""


@dataclass(frozen=True)
class JobSettings:
    """What was frozen when the job was submitted."""

    provider: str
    model: str
    effort: str
    thinking: str
    max_tokens: int
    attempts: int
    timeout: float
    concurrency: int
    pause_between: float
    requests_per_minute: int
    simulator_pace: float
    simulator_faults: str
    review_below: float
    prices: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, job: Mapping[str, Any]) -> JobSettings:
        """Read them from a job's row; what an older job does not have is today's default."""
        kept = job["settings"] or {}
        today = Settings()
        return cls(
            provider=job["provider"],
            model=kept.get("model", today.dialogue_model),
            effort=kept.get("effort", today.dialogue_effort),
            thinking=kept.get("thinking", today.dialogue_thinking),
            max_tokens=kept.get("max_tokens", today.dialogue_max_tokens),
            attempts=kept.get("attempts", today.attempts),
            timeout=kept.get("timeout", today.timeout),
            concurrency=kept.get("concurrency", today.concurrency),
            pause_between=kept.get("pause_between", today.pause_between),
            requests_per_minute=kept.get("requests_per_minute", today.requests_per_minute),
            simulator_pace=kept.get("simulator_pace", today.simulator_pace),
            simulator_faults=kept.get("simulator_faults", today.simulator_faults),
            review_below=kept.get("review_below", today.review_below),
            prices=kept.get("prices", {}),
        )


@dataclass(frozen=True)
class Work:
    """Everything an item needs beside its claim."""

    database: Database
    provider: Provider
    settings: JobSettings
    pack: PackContext
    pacer: Pacer
    report: Callable[[str, str, str], None]  # stage, step, text so far
    clock: Callable[[], datetime] = utc_now
    sleep: Callable[[float], Any] = asyncio.sleep


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
        work.report(STAGE, "checking", text)
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
    attempt = _Attempt(held, work, template, prompt, room(row["target_turns"] or 4, profile, work.settings.max_tokens))
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


class _Attempt:
    """The attempts of one stage: each is reserved, made, logged and settled; tenacity decides on the next."""

    def __init__(
        self, held: queue.Claim, work: Work, template: Mapping[str, Any], prompt: Prompt, max_tokens: int
    ) -> None:
        self.held, self.work, self.template, self.prompt = held, work, template, prompt
        self.max_tokens = max_tokens
        self.number = 0
        self.failures = 0
        self.waits = 0
        self.price: Price = price_of(work.settings.model, work.settings.prices, on=work.clock().astimezone(UTC).date())

    def must_give_up(self, _: RetryCallState) -> bool:
        """A rate limit does not use up attempts."""
        return self.failures >= self.work.settings.attempts or self.waits >= MAX_WAITS

    def pause(self, state: RetryCallState) -> float:
        """1, 2, 4, 8, 16 s with jitter; at a rate limit what the service asks for."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, CallFailed) and error.next_step is Next.WAIT:
            asked = error.retry_after_s if error.retry_after_s is not None else min(60.0, 2.0**self.waits)
            self.work.pacer.hold(asked)
            self.work.report(STAGE, f"waiting {asked:.0f} s, as the service asks", "")
            return asked
        seconds = min(BACKOFF_MAX_S, 2.0 ** (self.failures - 1))
        seconds *= 0.75 + 0.5 * self.work.pacer.jitter()
        self.work.report(STAGE, f"trying again in {seconds:.0f} s: {error}", "")
        return seconds

    async def __call__(self) -> tuple[str, str, str]:
        """One attempt."""
        self.number += 1
        work = self.work
        await work.pacer.turn()
        ceiling = self.price.ceiling_microusd(self.prompt.tokens, self.max_tokens)
        await self._reserve(ceiling)
        request = Request(
            work.settings.model,
            self.prompt.system,
            self.prompt.user,
            self.max_tokens,
            work.settings.effort,
            work.settings.thinking,
        )
        pieces: list[str] = []

        def on_text(piece: str) -> None:
            pieces.append(piece)
            work.report(STAGE, "writing", "".join(pieces))

        work.report(STAGE, "calling", "")
        began, at = time.monotonic(), work.clock()
        timeout = work.settings.timeout * (1 + 0.5 * self.failures)  # a slow service gets more time when tried again
        try:
            reply = await work.provider.stream(request, on_text, timeout=timeout)
            work.pacer.learn(reply.limits)
            text, repaired = self._read(reply)
        except asyncio.CancelledError:
            await asyncio.shield(self._log_broken_off(request, ceiling, "".join(pieces), began, at))
            raise
        except CallFailed as error:
            work.pacer.learn(error.limits)
            if error.next_step is Next.WAIT:
                self.waits += 1
            else:
                self.failures += 1
            await self._log(request, ceiling, began, at, failure=error)
            raise
        await self._log(request, ceiling, began, at, reply=reply, output={"text": text, "repaired": repaired})
        return text, repaired, reply.model

    async def _reserve(self, ceiling: int) -> None:
        async with self.work.database.write() as session:
            if await queue.reserve(session, self.held.job_id, ceiling):
                return
            job = await queue.get_job(session, self.held.job_id)
        cap, spent = (job["cap_microusd"] or 0, job["actual_cost_microusd"]) if job else (0, 0)
        raise JobMustStopError(
            f"The cap of {dollars(cap)} is reached: {dollars(spent)} is spent, and the next call may cost "
            f"{dollars(ceiling)}.",
            "Generate the rest in a new job with its own cap.",
        )

    def _read(self, reply: Reply) -> tuple[str, str]:
        """The text of a whole answer, checked to be a dialogue; raises CallFailed with the true reason otherwise."""
        known: dict[str, Any] = {
            "text": reply.text,
            "usage": reply.usage,
            "request_id": reply.request_id,
            "stop_reason": reply.stop_reason or "",
        }
        if reply.stop_reason == "refusal":
            raise CallFailed(
                "The model refused to write this conversation.",
                "Read the plan row: its topic or wording may be the reason.",
                next_step=Next.FAIL_ROW,
                cause="Refusal",
                **known,
            )
        if reply.stop_reason is None:
            raise CallFailed("The answer broke off without an error.", next_step=Next.RETRY, cause="CutAnswer", **known)
        if reply.stop_reason == "max_tokens":
            self.max_tokens = min(self.max_tokens * 2, max(self.work.settings.max_tokens, 64_000))
            raise CallFailed(
                "The answer was longer than its room; it is asked for again with more.",
                next_step=Next.RETRY,
                cause="MaxTokens",
                **known,
            )
        try:
            dialogue = parse_dialogue(reply.text)
        except NotADialogueError as error:
            raise CallFailed(
                f"The answer is no usable dialogue: {error}.", next_step=Next.RETRY, cause="NotADialogue", **known
            ) from error
        return reply.text, dialogue.repaired

    async def _log(
        self,
        request: Request,
        ceiling: int,
        began: float,
        at: datetime,
        *,
        reply: Reply | None = None,
        failure: CallFailed | None = None,
        output: Mapping[str, Any] | None = None,
    ) -> None:
        """Log and settle an attempt, with the stage's output when there is one, in one transaction."""
        usage = reply.usage if reply else failure.usage if failure else None
        cost = self.price.cost_microusd(usage) if usage else 0
        values = {
            "job_id": self.held.job_id,
            "item_id": self.held.item_id,
            "conversation_id": self.held.conversation_id,
            "stage": STAGE,
            "attempt": self.number,
            "template_version_id": self.template["id"],
            "request": {
                "model": request.model,
                "max_tokens": request.max_tokens,
                "effort": request.effort,
                "thinking": request.thinking,
                "system": request.system,
                "user": request.user,
            },
            "response": reply.text if reply else failure.text if failure else "",
            "status_code": 200 if reply else failure.status_code if failure else None,
            "request_id": reply.request_id if reply else failure.request_id if failure else "",
            "stop_reason": (reply.stop_reason or "") if reply else failure.stop_reason if failure else "",
            "model": reply.model if reply else request.model,
            "input_tokens": usage.input_tokens if usage else 0,
            "output_tokens": usage.output_tokens if usage else 0,
            "cache_creation_input_tokens": usage.cache_creation_input_tokens if usage else 0,
            "cache_read_input_tokens": usage.cache_read_input_tokens if usage else 0,
            "cost_microusd": cost,
            "duration_ms": round((time.monotonic() - began) * 1000),
            "error_class": failure.cause if failure else "",
            "error_message": failure.message if failure else "",
            "created_at": at,
        }
        async with self.work.database.write() as session:
            await queue.log_attempt(session, values)
            await queue.settle(
                session,
                self.held,
                reserved_microusd=ceiling,
                cost_microusd=cost,
                input_tokens=values["input_tokens"],
                output_tokens=values["output_tokens"],
            )
            if output is not None:
                await queue.put_stage_output(
                    session, self.held, STAGE, output, model=values["model"], repaired=bool(output["repaired"])
                )

    async def _log_broken_off(self, request: Request, ceiling: int, text: str, began: float, at: datetime) -> None:
        """A call cancelled by a person may still be billed: it is logged with what had arrived, its cost unknown."""
        failure = CallFailed(
            "The call was broken off by a stop.", next_step=Next.FAIL_ROW, cause="Cancelled", text=text
        )
        await self._log(request, ceiling, began, at, failure=failure)


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
