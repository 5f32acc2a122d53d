"""Limits per minute as buckets that refill steadily: plain arithmetic, nothing is stored and nobody waits here.

`data.rates` keeps them in the database for all jobs and workers; `core.pipeline.pacing` has a copy in memory so that a
waiting call need not ask the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Amount:
    """What a call takes from the buckets. Input counts what is read afresh or written to the cache, not cache hits."""

    requests: float = 1.0
    input_tokens: float = 0.0
    output_tokens: float = 0.0


@dataclass(frozen=True)
class Told:
    """What a response's headers said: limit per minute and what is left of it; None where they were silent."""

    limit: float | None = None
    remaining: float | None = None


SHARE = 0.97  # of a limit that is used, so that its own second and ours need not begin at the same moment
FAST = 600.0  # limits per minute from which on a steady flow is all that is needed
SILENT = Told()


@dataclass
class Bucket:
    """One limit per minute, refilled steadily. `limit` None: not known, so nothing waits for it."""

    limit: float | None
    level: float

    @property
    def capacity(self) -> float:
        """What may go at once after a rest: five calls under a low limit, next to nothing under a high one.

        Services may enforce a limit per minute second by second, so a burst beside the steady flow would be refused.
        """
        if self.limit is None:
            return 0.0
        return min(self.limit / 10, 5.0) if self.limit < FAST else max(2.0, self.limit / 3000)

    def refill(self, seconds: float) -> None:
        """Let time pass."""
        if self.limit is not None:
            self.level = min(self.capacity, self.level + max(0.0, seconds) * self._per_second)

    def wait_for(self, amount: float, *, ahead: float = 0.0) -> float:
        """Seconds until so much may be taken, when `ahead` is taken before. More than fits waits for a full bucket."""
        if not self.limit or not amount:
            return 0.0
        missing = min(amount, self.capacity) + ahead - self.level
        return max(0.0, missing / self._per_second)

    @property
    def _per_second(self) -> float:
        return (self.limit or 0.0) / 60 * SHARE

    def take(self, amount: float) -> None:
        """Take, also more than there is; a negative amount gives back."""
        if self.limit is not None:
            self.level = min(self.capacity, self.level - amount)

    def hear(self, told: Told) -> None:
        """Correct limit and level by what the service says; what calls under way took stays taken."""
        if told.limit and told.limit != self.limit:
            self.limit = told.limit
            self.level = self.capacity
        if told.remaining is not None and self.limit is not None:
            self.level = min(self.level, told.remaining)


@dataclass
class Buckets:
    """The three limits of one account and model."""

    requests: Bucket
    input: Bucket = field(default_factory=lambda: Bucket(None, 0.0))
    output: Bucket = field(default_factory=lambda: Bucket(None, 0.0))

    @classmethod
    def starting(cls, requests_per_minute: float) -> Buckets:
        """Before the service has said anything."""
        bucket = Bucket(requests_per_minute, 0.0)
        bucket.level = bucket.capacity
        return cls(bucket)

    def refill(self, seconds: float) -> None:
        """Let time pass."""
        for bucket in (self.requests, self.input, self.output):
            bucket.refill(seconds)

    def wait_for(self, amount: Amount, *, ahead: int = 0) -> float:
        """Seconds until a call may go, when `ahead` others like it go before."""
        return max(
            self.requests.wait_for(amount.requests, ahead=ahead * amount.requests),
            self.input.wait_for(amount.input_tokens, ahead=ahead * amount.input_tokens),
            self.output.wait_for(amount.output_tokens, ahead=ahead * amount.output_tokens),
        )

    def take(self, amount: Amount) -> None:
        """Take what a call needs."""
        self.requests.take(amount.requests)
        self.input.take(amount.input_tokens)
        self.output.take(amount.output_tokens)

    def hear(self, requests: Told, input_tokens: Told, output_tokens: Told) -> None:
        """Correct the buckets by what the headers say."""
        self.requests.hear(requests)
        self.input.hear(input_tokens)
        self.output.hear(output_tokens)
