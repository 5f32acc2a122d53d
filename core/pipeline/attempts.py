"""The calls of one stage: paced, reserved under the cap, made, logged and settled; tenacity decides on the next.

Every attempt leaves a log row with its cost, also a rejected or broken one. What was paid for is never dropped.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tenacity import RetryCallState

from core.errors import StorageError
from core.pipeline.dialogue import NotADialogueError, parse_dialogue
from core.pipeline.work import STAGE, STORING, JobMustStopError, Work
from core.prompting.resolving import CHARACTERS_PER_TOKEN, Prompt
from core.providers.port import CallFailed, Next, Reply, Request, Usage
from core.providers.pricing import Price, dollars, price_of
from data import jobs, queue

BACKOFF_MAX_S = 16.0
MAX_WAITS = 60  # rate limits in a row before a row gives up: hours at the longest waits the service asks for
MOST_TOKENS = 64_000  # the most room that a longer and longer answer is given
ROOM_LOOK_S = 0.2
STORE_AGAIN_S = 5.0

log = logging.getLogger("brightrun.worker")


class Attempts:
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
        await work.pacer.turn(work.rest)
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
            work.report(STAGE, STORING, reply.text)
            work.pacer.learn(reply.limits)
            text, repaired = self._read(reply)
        except asyncio.CancelledError:
            await asyncio.shield(self._log_broken_off(request, ceiling, "".join(pieces), began, at))
            raise
        except CallFailed as error:
            work.report(STAGE, STORING, error.text)
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
        """Set aside the most that the call can cost; while others hold what is missing, wait for them."""
        while True:
            async with self.work.database.write() as session:
                if await queue.reserve(session, self.held, ceiling):
                    return
                job = await jobs.get_job(session, self.held.job_id)
            cap, spent, reserved = (
                (job["cap_microusd"] or 0, job["actual_cost_microusd"], job["reserved_microusd"]) if job else (0, 0, 0)
            )
            if not reserved or spent + ceiling > cap:
                raise JobMustStopError(
                    f"The cap of {dollars(cap)} is reached: {dollars(spent)} is spent, and the next call may cost "
                    f"{dollars(ceiling)}.",
                    "Stop the job, then generate the rest with a higher cap.",
                )
            self.work.report(STAGE, "waiting: the calls that run may use up the cap", "")
            await self.work.rest(ROOM_LOOK_S)

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
            room, self.max_tokens = self.max_tokens, min(self.max_tokens * 2, MOST_TOKENS)
            raise CallFailed(
                f"The answer was longer than its room of {room:,} tokens.",
                next_step=Next.RETRY if self.max_tokens > room else Next.FAIL_ROW,
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
        usage, estimated = (reply.usage, False) if reply else self._usage_of(failure) if failure else (Usage(), False)
        cost = self.price.cost_microusd(usage)
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
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_creation_input_tokens": usage.cache_creation_input_tokens,
            "cache_read_input_tokens": usage.cache_read_input_tokens,
            "cost_microusd": cost,
            "duration_ms": round((time.monotonic() - began) * 1000),
            "error_class": failure.cause if failure else "",
            "error_message": f"{failure.message}{' Its cost is estimated.' if estimated else ''}" if failure else "",
            "created_at": at,
        }
        while True:
            try:
                await self._store(values, ceiling, output)
                return
            except queue.LeaseLostError:
                # The text belongs to whoever has the row now, but the money is spent all the same.
                await self._store(values, ceiling, None)
                raise
            except StorageError as error:
                # It is paid for, so it is kept until there is room again.
                log.error("%s is not stored yet: %s", self.held.conversation_id, error)
                self.work.report(STAGE, f"not stored yet: {error.message}", values["response"])
                await asyncio.sleep(STORE_AGAIN_S)

    async def _store(self, values: Mapping[str, Any], ceiling: int, output: Mapping[str, Any] | None) -> None:
        async with self.work.database.write() as session:
            await queue.log_attempt(session, values)
            await queue.settle(
                session,
                self.held,
                reserved_microusd=ceiling,
                cost_microusd=values["cost_microusd"],
                input_tokens=values["input_tokens"],
                output_tokens=values["output_tokens"],
            )
            if output is not None:
                await queue.put_stage_output(
                    session, self.held, STAGE, output, model=values["model"], repaired=bool(output["repaired"])
                )

    def _usage_of(self, failure: CallFailed) -> tuple[Usage, bool]:
        """What a failed call is billed, and whether that is an estimate: a broken stream never tells its output."""
        said = failure.usage
        output = round(len(failure.text) / CHARACTERS_PER_TOKEN)
        if failure.stop_reason or output <= said.output_tokens:
            return said, False
        return (replace(said, output_tokens=output) if said.any else Usage(self.prompt.tokens, output)), True

    async def _log_broken_off(self, request: Request, ceiling: int, text: str, began: float, at: datetime) -> None:
        """A call cancelled by a person is still billed for what had arrived: it is logged with an estimate."""
        failure = CallFailed(
            "The call was broken off by a stop.", next_step=Next.FAIL_ROW, cause="Cancelled", text=text
        )
        await self._log(request, ceiling, began, at, failure=failure)
