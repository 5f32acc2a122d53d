"""The simulator's rate limits: buckets that refill continuously, as the API's do, and the headers that show them.

The server takes from them per request. Only requests are ever refused; the token buckets are there to be shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

# Far more than anybody is given: who practises obeys these as the real ones, and shall not wait minutes for a plan.
INPUT_TOKENS_PER_MINUTE = 50_000_000
OUTPUT_TOKENS_PER_MINUTE = 20_000_000


@dataclass
class Bucket:
    """A limit per minute that starts full and refills a little every moment."""

    limit: int
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = float(self.limit)

    def take(self, amount: int, now: float) -> None:
        """Take an amount, down to empty."""
        self.level = max(min(self.limit, self.level + (now - self.at) * self.limit / 60) - amount, 0.0)
        self.at = now

    def seconds_until(self, amount: float) -> float:
        """How long until the bucket holds so much."""
        return max(amount - self.level, 0.0) * 60 / self.limit


class RateLimits:
    """Requests, input tokens and output tokens per minute."""

    def __init__(self, requests_per_minute: int) -> None:
        self._buckets = {
            "requests": Bucket(max(requests_per_minute, 1)),
            "input-tokens": Bucket(INPUT_TOKENS_PER_MINUTE),
            "output-tokens": Bucket(OUTPUT_TOKENS_PER_MINUTE),
        }

    def admit(self, now: float) -> int:
        """Take one request: 0 if it may pass, else the whole seconds to wait (the retry-after header)."""
        bucket = self._buckets["requests"]
        bucket.take(0, now)
        if bucket.level < 1:
            return max(1, math.ceil(bucket.seconds_until(1)))
        bucket.take(1, now)
        return 0

    def spend(self, input_tokens: int, output_tokens: int, now: float) -> None:
        """Take the tokens of one answered request."""
        self._buckets["input-tokens"].take(input_tokens, now)
        self._buckets["output-tokens"].take(output_tokens, now)

    def headers(self) -> dict[str, str]:
        """The anthropic-ratelimit-… headers of this moment."""
        clock = datetime.now(UTC)
        headers = {}
        for name, bucket in self._buckets.items():
            full = clock + timedelta(seconds=bucket.seconds_until(bucket.limit))
            headers[f"anthropic-ratelimit-{name}-limit"] = str(bucket.limit)
            headers[f"anthropic-ratelimit-{name}-remaining"] = str(int(bucket.level))
            headers[f"anthropic-ratelimit-{name}-reset"] = full.strftime("%Y-%m-%dT%H:%M:%SZ")
        return headers
