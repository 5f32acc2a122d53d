"""The calls of one stage: paced, reserved under the cap, made, logged and settled; tenacity decides on the next.

Every attempt leaves a log row with its cost, also a rejected or broken one. What was paid for is never dropped.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from tenacity import RetryCallState

from core.engine.failpoints import reach
from core.errors import StorageError
from core.pipeline.allowance import Allowance, Need, allow, heard, settle, slowed_down
from core.pipeline.work import STORING, Text, Work
from core.prompting.resolving import Prompt
from core.providers.port import CallFailed, Limits, Next, Reply, Request, Usage
from core.providers.pricing import Price, dollars, price_of
from core.text.tokens import usual_tokens
from data import billing, queue
from data.engines import Sessions

BACKOFF_MAX_S = 16.0
MAX_WAITS = 60  # rate limits in a row before a row gives up: hours at the longest waits the service asks for
MOST_TOKENS = 64_000  # the most room that a longer and longer answer is given
STORE_AGAIN_S = 5.0
CANCEL_AGAIN_S = 60.0  # longer than any write waits for a lock

log = logging.getLogger("brightrun.worker")


T = TypeVar("T")


class UnusableAnswerError(ValueError):
    """A whole answer that is not what was asked for; the message says why, for the model, the log and the person."""


class Unusable(CallFailed):
    """A call that was answered and paid for, with something that cannot be used. `problem` says why."""

    problem: str = ""
    attempts: int = 0  # how many were made by then


@dataclass(frozen=True)
class Call:
    """One call of a stage: what is sent, how its answer is read, and what is told of it meanwhile."""

    stage: str
    request: Request
    template_version_id: int | None
    # The output to keep and what had to be put right; raises UnusableAnswerError.
    read: Callable[[str], tuple[dict[str, Any], str]]
    tell: Callable[[str, Text], None]  # step, text so far
    step: str = "writing"
    purpose: str = "write this conversation"
    product: str = "dialogue"
    unusable: Next = Next.RETRY  # what follows an answer that cannot be read
    repaired: str = ""  # what was wrong before this call, so that its answer is flagged
    is_last: bool = False  # nothing more is asked for the row when its answer is usable


@dataclass(frozen=True)
class Answer:
    """What a stage produced: its output as stored, what had to be put right, and the model that gave it."""

    output: dict[str, Any]
    repaired: str
    model: str


async def unbroken(work: Awaitable[T]) -> T:
    """Finish what is paid for, and only then let a cancellation through."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error from None
        raise


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they are over: one that is `unbroken` may be told what went wrong instead, and go on."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        ended, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
        await asyncio.gather(*ended, return_exceptions=True)


class Attempts:
    """The attempts of one call: each is reserved, made, logged and settled; tenacity decides on the next."""

    def __init__(self, held: queue.Claim, work: Work, call: Call, *, number: int = 0) -> None:
        self.held, self.work, self.call = held, work, call
        self.prompt = Prompt(call.request.system + call.request.schema, call.request.user)
        self.max_tokens = call.request.max_tokens
        self.number = number
        self.failures = 0
        self.waits = 0
        self.asked_s = 0.0  # how long the service wants us to wait
        self.price: Price = price_of(call.request.model, work.settings.prices, on=work.clock().astimezone(UTC).date())

    def must_give_up(self, _: RetryCallState) -> bool:
        """A rate limit does not use up attempts."""
        return self.failures >= self.work.settings.attempts or self.waits >= MAX_WAITS

    def pause(self, state: RetryCallState) -> float:
        """1, 2, 4, 8, 16 s with jitter; at a rate limit what the service asks for."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, CallFailed) and error.next_step is Next.WAIT:
            self.call.tell(f"waiting {self.asked_s:.0f} s, as the service asks", "")
            return self.asked_s
        seconds = min(BACKOFF_MAX_S, 2.0 ** (self.failures - 1))
        seconds *= 0.75 + 0.5 * self.work.pacing.jitter()
        self.call.tell(f"trying again in {seconds:.0f} s: {error}", "")
        return seconds

    async def __call__(self) -> Answer:
        """One attempt."""
        self.number += 1
        work = self.work
        need = Need(self.call.stage, self.price, self.prompt.tokens, self.prompt.most_tokens, self.max_tokens)
        reach("before-reserve")
        allowance = await allow(self.held, work, need, self.call.tell)
        reach("after-reserve")
        request = replace(self.call.request, max_tokens=self.max_tokens)
        pieces: list[str] = []

        def on_text(piece: str) -> None:
            pieces.append(piece)
            self.call.tell(self.call.step, pieces)

        self.call.tell("calling", "")
        began, at = time.monotonic(), work.clock()
        timeout = work.settings.timeout * (1 + 0.5 * self.failures)  # a slow service gets more time when tried again
        reply: Reply | None = None
        try:
            reach("before-call")
            try:
                reply = await work.provider.stream(request, on_text, timeout=timeout)
            finally:
                work.place.hang_up()
            reach("after-call")
            if self.call.is_last:
                work.place.leave()
            self.call.tell(STORING, reply.text)
            heard(work, allowance, usage=reply.usage, limits=reply.limits, worked=True)
            output, repaired = self._read(reply)
        except asyncio.CancelledError as error:
            known = error.__cause__ if isinstance(error.__cause__, CallFailed) else None
            await asyncio.shield(self._log_broken_off(request, allowance, "".join(pieces), known, began, at))
            raise
        except CallFailed as error:
            self.call.tell(STORING, error.text)
            if reply is None:
                heard(work, allowance, usage=error.usage, limits=error.limits, worked=False)
            if error.next_step is Next.WAIT:
                self.waits += 1
                asked = error.retry_after_s
                self.asked_s = asked if asked is not None else min(60.0, 2.0**self.waits)
                slowed_down(work, allowance, self.asked_s)
            else:
                self.failures += 1
            await unbroken(self._log(request, allowance, began, at, failure=error))
            raise
        except Exception as error:  # a defect of ours: what was paid for is logged and settled before it is told
            failure = CallFailed(
                f"An unexpected {type(error).__name__} in the worker; its log has the details.",
                next_step=Next.FAIL_ROW,
                cause=type(error).__name__,
                text=reply.text if reply else "".join(pieces),
                usage=reply.usage if reply else None,
                stop_reason=(reply.stop_reason or "") if reply else "",
                request_id=reply.request_id if reply else "",
                status_code=200 if reply else None,
                limits=reply.limits if reply else None,
            )
            await unbroken(self._log(request, allowance, began, at, failure=failure))
            raise
        repaired = "; ".join(filter(None, (self.call.repaired, repaired)))
        output = {**output, "repaired": repaired}
        await unbroken(self._log(request, allowance, began, at, reply=reply, output=output))
        return Answer(output, repaired, reply.model)

    def _read(self, reply: Reply) -> tuple[dict[str, Any], str]:
        """What a whole answer gives, checked by the stage; raises CallFailed with the true reason otherwise."""
        known: dict[str, Any] = {
            "text": reply.text,
            "usage": reply.usage,
            "request_id": reply.request_id,
            "stop_reason": reply.stop_reason or "",
        }
        if reply.stop_reason == "refusal":
            raise CallFailed(
                f"The model refused to {self.call.purpose}.",
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
            return self.call.read(reply.text)
        except UnusableAnswerError as error:
            failure = Unusable(
                f"The answer is no usable {self.call.product}: {error}.",
                next_step=self.call.unusable,
                cause=f"Not{'An' if self.call.product[0] in 'aeiou' else 'A'}{self.call.product.title()}",
                **known,
            )
            failure.problem = str(error)
            raise failure from error

    async def _log(
        self,
        request: Request,
        allowance: Allowance,
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
        limits = reply.limits if reply else failure.limits if failure else Limits()
        hold_s = self.asked_s if failure and failure.next_step is Next.WAIT else 0.0
        values = {
            "job_id": self.held.job_id,
            "item_id": self.held.item_id,
            "conversation_id": self.held.conversation_id,
            "stage": self.call.stage,
            "attempt": self.number,
            "template_version_id": self.call.template_version_id,
            "request": {
                "model": request.model,
                "max_tokens": request.max_tokens,
                "effort": request.effort,
                "thinking": request.thinking,
                "system": request.system,
                "user": request.user,
                **({"schema": hashlib.sha256(request.schema.encode()).hexdigest()[:16]} if request.schema else {}),
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
        lost: queue.LeaseLostError | None = None
        while True:
            try:
                reach("before-commit")
                if lost is None:
                    await self._store(values, allowance, usage, output, limits, hold_s)
                else:
                    await self._store_lost(values, allowance, usage, limits, hold_s)
                reach("after-commit")
                log.info("%s", _told(values))
                if lost is not None:
                    raise lost
                return
            except queue.LeaseLostError as error:
                if lost is not None:
                    raise
                # The row belongs to whoever has it now, but the money is spent all the same.
                lost = error
                if failure is None:
                    why = f"{error.message} The answer was billed and not kept."
                    values |= {"error_class": "LeaseLost", "error_message": why}
            except StorageError as error:
                # It is paid for, so it is kept until there is room again.
                log.error("%s is not stored yet: %s", self.held.conversation_id, error)
                self.call.tell(f"not stored yet: {error.message}", str(values["response"]))
                await asyncio.sleep(STORE_AGAIN_S)

    async def _store_lost(
        self, values: Mapping[str, Any], allowance: Allowance, usage: Usage, limits: Limits, hold_s: float
    ) -> None:
        """Log what a call has cost whose row is lost: the one thing that is stored also after the lease has lapsed."""
        try:
            await self._store(values, allowance, usage, None, limits, hold_s)
        except queue.LapsedError:
            # What it had set aside went with the lease: it may be set aside for others by now.
            freed = replace(allowance, need=replace(allowance.need, max_tokens=0, most_input_tokens=0))
            await self._store(values, freed, usage, None, limits, hold_s, into=self.work.ledger)

    async def _store(
        self,
        values: Mapping[str, Any],
        allowance: Allowance,
        usage: Usage,
        output: Mapping[str, Any] | None,
        limits: Limits,
        hold_s: float,
        *,
        into: Sessions | None = None,
    ) -> None:
        async with (into or self.work.database).write() as session:
            await billing.log_attempt(session, values)
            await settle(
                session,
                self.held,
                self.work,
                allowance,
                usage=usage,
                cost_microusd=values["cost_microusd"],
                limits=limits,
                hold_s=hold_s,
            )
            if output is not None:
                await queue.put_stage_output(
                    session,
                    self.held,
                    self.call.stage,
                    output,
                    model=values["model"],
                    repaired=bool(output["repaired"]),
                )

    def _usage_of(self, failure: CallFailed) -> tuple[Usage, bool]:
        """What a failed call is billed, and whether that is an estimate: a broken stream never tells its output."""
        said = failure.usage
        output = usual_tokens(failure.text)
        if failure.stop_reason or output <= said.output_tokens:
            return said, False
        return (replace(said, output_tokens=output) if said.any else Usage(self.prompt.tokens, output)), True

    async def _log_broken_off(
        self, request: Request, allowance: Allowance, text: str, known: CallFailed | None, began: float, at: datetime
    ) -> None:
        """A call cancelled by a person is still billed for what had arrived: it is logged with an estimate.

        `known` is what the provider had learnt by then, such as the input that was billed before any text came.
        """
        failure = CallFailed(
            "The call was broken off by a stop.",
            next_step=Next.FAIL_ROW,
            cause="Cancelled",
            text=text,
            request_id=known.request_id if known else "",
            usage=known.usage if known else None,
            limits=known.limits if known else None,
        )
        await self._log(request, allowance, began, at, failure=failure)


def _told(values: Mapping[str, Any]) -> str:
    """An attempt as one line of the worker's log."""
    parts = [
        f"job {values['job_id']}: {values['conversation_id']} {values['stage']} call {values['attempt']}",
        f"{values['status_code'] or values['error_class']} {values['stop_reason']}".rstrip(),
        values["request_id"],
        f"{values['duration_ms'] / 1000:.1f} s {dollars(values['cost_microusd'])}",
        values["error_message"],
    ]
    return ", ".join(part for part in parts if part)
