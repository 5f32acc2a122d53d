"""What an item needs to be worked on: the frozen settings of its job, and what the worker lends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import BrightrunError
from core.pipeline.pacing import Pacer
from core.prompting.context import PackContext
from core.providers.port import Provider
from core.settings.fields import Settings
from data.engines import Database
from data.types import utc_now

STAGE = "dialogue"
STORING, CHECKING = "storing", "checking"
# The answer is here and paid for: whatever is asked meanwhile, it is stored first.
PAID_STEPS = frozenset({STORING, CHECKING})


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
    # Both rest without a call in flight, so that a pause or a stop may end them.
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep  # between attempts
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep  # until it is this row's turn
