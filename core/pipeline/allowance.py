"""What a call needs before it may be made, and what is settled after it: its turn, its money, its share of the limits.

Every stage's attempts go through `allow` and `settle`. Money and limits are set aside in one transaction and settled in
the one that stores the answer; a call that was never made gives back what it had.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.pipeline.pacing import difference
from core.pipeline.work import JobMustStopError, Work
from core.providers.port import Limits, Usage
from core.providers.pricing import Price, dollars
from data import billing, queue, rates
from data.buckets import Amount
from data.budgets import Cap, Warned
from data.engines import AsyncSession

ROOM_LOOK_S = 0.2

log = logging.getLogger("brightrun.worker")


@dataclass(frozen=True)
class Need:
    """A call that is to be made: stage and model, what it sends by estimate and at most, how much may come back."""

    stage: str
    price: Price
    input_tokens: int
    most_input_tokens: int
    max_tokens: int

    @property
    def ceiling_microusd(self) -> int:
        """The most it can cost."""
        return self.price.ceiling_microusd(self.most_input_tokens, self.max_tokens)


@dataclass(frozen=True)
class Allowance:
    """What was set aside for a call; `settle` wants it back."""

    need: Need
    amount: Amount
    at: float  # monotonic, when it was given

    @property
    def model(self) -> str:
        """The model that is called."""
        return self.need.price.model


async def allow(held: queue.Claim, work: Work, need: Need, tell: Callable[[str, str], None]) -> Allowance:
    """Wait for the call's turn, set aside the most it can cost and what it takes of the limits, and take the row's
    place, which the caller gives up with `hang_up`.

    `tell` (step, text) says what is waited for.

    Raises JobMustStopError when a cap leaves no room for it, LeaseLostError when another worker has the row.
    """
    while True:
        pacer = work.pacing.of(need.price.model)
        amount = pacer.amount(need.stage, need.input_tokens, need.max_tokens)
        await pacer.turn(amount, work.rest)
        setting = asyncio.create_task(_set_aside(held, work, need, amount))
        try:
            answer = await asyncio.shield(setting)
        except asyncio.CancelledError:
            if isinstance(await setting, Allowance):
                await asyncio.shield(_give_back(held, work, need))
            raise
        if isinstance(answer, Allowance):
            try:
                if not work.place.is_taken:
                    tell("waiting for its turn", "")
                await work.place.take()
                try:
                    await pacer.leave(work.rest)
                except BaseException:
                    work.place.hang_up()
                    raise
            except BaseException:
                await asyncio.shield(_give_back(held, work, need))
                raise
            return replace(answer, at=time.monotonic())
        if isinstance(answer, Cap):
            if not answer.can_free(need.ceiling_microusd):
                raise _reached(answer, need, held.job_id)
            tell("waiting: the calls that run may use up the cap", "")
            work.place.step_aside()  # for those that stand ready with money set aside
            await work.rest(ROOM_LOOK_S)


async def settle(
    session: AsyncSession,
    held: queue.Claim,
    work: Work,
    allowance: Allowance,
    *,
    usage: Usage,
    cost_microusd: int,
    limits: Limits,
    hold_s: float = 0.0,
) -> None:
    """Turn what was set aside into what the call took, in the transaction that stores its answer.

    `hold_s` is how long the service wants nobody of this account to need.
    """
    due = await billing.settle(
        session,
        held,
        reserved_microusd=allowance.need.ceiling_microusd,
        cost_microusd=cost_microusd,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        is_real=_is_real(work),
    )
    for warned in due:
        log.warning("%s", told(warned, held.job_id))
    pacing, now = work.pacing, work.clock()
    found = await rates.look(session, pacing.account, allowance.model, pacing.requests_per_minute, now)
    found.buckets.take(difference(allowance.amount, _fresh(usage), usage.output_tokens))
    found.buckets.hear(limits.requests, limits.input_tokens, limits.output_tokens)
    await rates.keep(session, pacing.account, allowance.model, found.buckets, now, hold_s=hold_s)


def heard(work: Work, allowance: Allowance, *, usage: Usage, limits: Limits, worked: bool) -> None:
    """Take note of an answer at once, before it is stored: the other rows of this worker wait by it."""
    pacer = work.pacing.of(allowance.model)
    pacer.settle(allowance.need.stage, allowance.amount, _fresh(usage), usage.output_tokens, limits)
    if worked:
        work.pacing.width.went_well()


def slowed_down(work: Work, allowance: Allowance, hold_s: float) -> None:
    """The service refused a call because of its limits: everybody of the account waits, and fewer go at once."""
    work.pacing.of(allowance.model).hold(hold_s)
    work.pacing.width.slowed_down(allowance.at)


def told(warned: Warned, job_id: int) -> str:
    """A warning as a sentence."""
    what = f"Job {job_id}" if warned.cap.which == "job" else "All jobs together"
    have, its = ("has", "its cap") if warned.cap.which == "job" else ("have", "the overall cap")
    spent, cap = dollars(warned.cap.spent_microusd), dollars(warned.cap.cap_microusd or 0)
    return f"{what} {have} spent {warned.percent} % of {its}: {spent} of {cap}."


async def _set_aside(held: queue.Claim, work: Work, need: Need, amount: Amount) -> Allowance | Cap | None:
    """One transaction: limits first, then money. None when it is not this account's turn yet."""
    pacing, now, model = work.pacing, work.clock(), need.price.model
    async with work.database.write() as session:
        found = await rates.look(session, pacing.account, model, pacing.requests_per_minute, now)
        must_wait = found.hold_s > 0 or found.buckets.wait_for(amount) > 0
        refused: Cap | None = None
        if not must_wait:
            refused = await billing.reserve(session, held, need.ceiling_microusd, is_real=_is_real(work))
            if refused is None:
                found.buckets.take(amount)
                await rates.keep(session, pacing.account, model, found.buckets, now)
    is_given = not must_wait and refused is None
    pacing.of(model).agree(found.buckets, found.hold_s, refused=None if is_given else amount)
    return Allowance(need, amount, time.monotonic()) if is_given else refused


async def _give_back(held: queue.Claim, work: Work, need: Need) -> None:
    # Once the lease has lapsed, what it had set aside is free already.
    with contextlib.suppress(queue.LapsedError):
        async with work.database.write() as session:
            await billing.give_back(session, held, need.ceiling_microusd, is_real=_is_real(work))


def _reached(cap: Cap, need: Need, job_id: int) -> JobMustStopError:
    which, way = ("cap", f"Go on with more: brightrun jobs resume {job_id} --max-cost USD.")
    if cap.which == "overall":
        which = "overall cap"
        way = f"Raise it with brightrun budget --set USD, then resume job {job_id}."
    return JobMustStopError(
        f"The {which} of {dollars(cap.cap_microusd or 0)} is reached: {dollars(cap.spent_microusd)} is spent, and the "
        f"next call may cost {dollars(need.ceiling_microusd)}.",
        way,
    )


def _is_real(work: Work) -> bool:
    return work.settings.provider != "simulated"


def _fresh(usage: Usage) -> int:
    """Input that counts against the limits: what the cache gave does not."""
    return usage.input_tokens + usage.cache_creation_input_tokens
