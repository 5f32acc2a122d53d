"""Keeps calls within the service's request limit: a bucket per worker, corrected by what the headers say."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from core.providers.port import Limits


class Pacer:
    """Hands out turns to call. 50 requests a minute until the headers say otherwise; `hold` stops everybody."""

    def __init__(self, requests_per_minute: int, *, seed: int | None = None) -> None:
        self._limit = float(requests_per_minute)
        self._tokens = self._limit / 6  # what ten seconds allow may go at once
        self._at = time.monotonic()
        self._hold_until = 0.0
        self._random = random.Random(seed)

    def jitter(self) -> float:
        """A draw from 0..1, so that retries do not come in step."""
        return self._random.random()

    def learn(self, limits: Limits) -> None:
        """Take over the service's own limit."""
        if limits.requests_per_minute:
            self._refill()
            self._limit = float(limits.requests_per_minute)

    def hold(self, seconds: float) -> None:
        """Let nobody call for so long: the service asked for it."""
        self._hold_until = max(self._hold_until, time.monotonic() + seconds)

    async def turn(self, rest: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait until a call may be made, with `rest` for the waiting."""
        while True:
            now = time.monotonic()
            if now < self._hold_until:
                await rest(self._hold_until - now)
                continue
            self._refill()
            if self._tokens >= 1:
                self._tokens -= 1
                return
            await rest((1 - self._tokens) * 60 / self._limit)

    def _refill(self) -> None:
        now = time.monotonic()
        self._tokens = min(self._limit / 6 + 1, self._tokens + (now - self._at) * self._limit / 60)
        self._at = now
