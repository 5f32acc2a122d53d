"""Keeps calls within the service's limits: a queue per account and model, and how many conversations go at once.

The buckets themselves are in the database (`data.rates`), for all jobs and workers; each worker keeps a copy here, so
that a row that waits for its turn asks nobody. `core.pipeline.allowance` is what the pipeline calls.
"""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from core.providers.port import Limits
from data.buckets import FAST, SHARE, Amount, Buckets

SECOND_S = 1.03  # what counts as a second of the service's, whose clock is not ours and whose line is not even
LOOK_S = 0.25  # a waiting row looks so often whether the service has said something else meanwhile
RUN_OF_SUCCESSES = 10  # calls that worked before one more conversation is written at the same time
READY_S = 0.25  # what a row takes until its call can begin, and after it until its answer is stored, under full load
SIMULATED_RATE = 100_000.0  # the simulator knows no limit worth waiting for; its headers say so after the first call


class Pacer:
    """Hands out turns to call, first come first served; `hold` stops everybody."""

    def __init__(self, requests_per_minute: float) -> None:
        self._buckets = Buckets.starting(requests_per_minute)
        self._at = time.monotonic()
        self._hold_until = 0.0
        self._line: deque[object] = deque()
        self._leaving: deque[float] = deque()  # when the calls of the last second left, or will leave
        self._agreed = False
        self._usual_output: dict[str, float] = {}

    def amount(self, stage: str, input_tokens: int, max_tokens: int) -> Amount:
        """What a call will take: of its room for output what calls of this stage have used until now."""
        return Amount(1, input_tokens, self._usual_output.get(_kind(stage), max_tokens / 4))

    async def turn(self, amount: Amount, rest: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait until a call may be made, with `rest` for the waiting, and take what it needs."""
        ticket = object()
        self._line.append(ticket)
        try:
            while True:
                wait = self._wait(ticket, amount)
                if wait <= 0:
                    self._buckets.take(amount)
                    return
                await rest(min(wait, LOOK_S))
        finally:
            self._line.remove(ticket)

    async def leave(self, rest: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait until a call that had its turn may leave.

        Between the two it sets aside its money, and calls that were stored together would leave together: a service
        that enforces a high limit second by second would refuse the last ones.
        """
        while (wait := self._hold_until - time.monotonic()) > 0:  # it may have begun since the call had its turn
            await rest(min(wait, LOOK_S))
        now, limit = time.monotonic(), self._buckets.requests.limit or 0.0
        if limit < FAST:
            return
        while self._leaving and self._leaving[0] <= now - SECOND_S:
            self._leaving.popleft()
        most = int(limit / 60 * SHARE)
        at = max(now, self._leaving[-most] + SECOND_S) if len(self._leaving) >= most else now
        self._leaving.append(at)
        if at > now:
            await rest(at - now)

    def settle(self, stage: str, taken: Amount, input_tokens: int, output_tokens: int, limits: Limits) -> None:
        """Correct the copy by what a call used and what its headers said."""
        self._refill()
        if output_tokens:
            usual = self._usual_output.get(_kind(stage), float(output_tokens))
            self._usual_output[_kind(stage)] = 0.9 * usual + 0.1 * output_tokens
        self._buckets.take(difference(taken, input_tokens, output_tokens))
        self._buckets.hear(limits.requests, limits.input_tokens, limits.output_tokens)

    def agree(self, shared: Buckets, hold_s: float, *, refused: Amount | None) -> None:
        """Take over what the database says: all of it when it refused (what was taken here counts no more)."""
        known = (shared.requests.limit, shared.input.limit, shared.output.limit)
        mine = (self._buckets.requests.limit, self._buckets.input.limit, self._buckets.output.limit)
        if refused is not None or not self._agreed or known != mine:
            self._buckets, self._at = copy.deepcopy(shared), time.monotonic()
            self._agreed = True
        if hold_s:
            self.hold(hold_s)

    def hold(self, seconds: float) -> None:
        """Let nobody call for so long: the service asked for it."""
        self._hold_until = max(self._hold_until, time.monotonic() + seconds)

    def _wait(self, ticket: object, amount: Amount) -> float:
        now = time.monotonic()
        if now < self._hold_until:
            return self._hold_until - now
        self._refill()
        ahead = self._line.index(ticket)
        wait = self._buckets.wait_for(amount, ahead=ahead)
        return max(wait, 0.005) if ahead else wait  # nobody is overtaken

    def _refill(self) -> None:
        now = time.monotonic()
        self._buckets.refill(now - self._at)
        self._at = now


def _kind(stage: str) -> str:
    return stage.partition(":")[0]  # annotation:2 is like annotation:1


def difference(taken: Amount, input_tokens: int, output_tokens: int) -> Amount:
    """What a call used beyond what it had taken from the buckets."""
    return Amount(0, input_tokens - taken.input_tokens, output_tokens - taken.output_tokens)


@dataclass
class Width:
    """How many conversations of a job are written at once: halved when the service slows us down, then creeping up.

    With 1 it stays 1: that is the strict sequence.
    """

    now: int
    most: int
    _successes: int = 0
    _narrowed_at: float = 0.0
    _stay_s: float = 0.0  # how long a conversation keeps its place

    @property
    def ahead(self) -> int:
        """How many rows more are got ready: as many as end while one gets ready, which is none where calls are long."""
        if self.most == 1 or not self._stay_s:
            return 0
        return min(self.now, int(READY_S * self.now / self._stay_s))

    def took(self, seconds: float) -> None:
        """Learn how long a conversation keeps its place."""
        self._stay_s = 0.9 * self._stay_s + 0.1 * seconds if self._stay_s else max(seconds, 0.001)

    def went_well(self) -> None:
        """A call worked."""
        if self.now < self.most:
            self._successes += 1
            if self._successes >= RUN_OF_SUCCESSES:
                self.now, self._successes = self.now + 1, 0

    def slowed_down(self, call_began: float) -> None:
        """The service answered 429 to a call. Calls that were under way at the last halving do not halve again."""
        self._successes = 0
        if call_began >= self._narrowed_at:
            self.now, self._narrowed_at = max(1, self.now // 2), time.monotonic()


@dataclass
class Pacing:
    """What a job's calls share: the account they go to, its pacers by model, and the job's width."""

    account: str
    requests_per_minute: float
    width: Width
    pacers: dict[tuple[str, str], Pacer] = field(default_factory=dict)  # of the whole worker
    chance: random.Random = field(default_factory=random.Random)

    def of(self, model: str) -> Pacer:
        """The pacer of a model."""
        key = (self.account, model)
        if key not in self.pacers:
            self.pacers[key] = Pacer(self.requests_per_minute)
        return self.pacers[key]

    def jitter(self) -> float:
        """A draw from 0..1, so that retries do not come in step."""
        return self.chance.random()
