"""What a worker keeps in memory for each conversation being written, and for each job it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from core.engine.circuit import Circuit
from core.engine.places import Place, Rank
from core.pipeline.pacing import Width
from core.pipeline.work import PAID_STEPS, JobSettings, Text
from core.providers.port import CallFailed, Next, Reply, Request
from data import queue


@dataclass
class Running:
    """One item being written."""

    held: queue.Claim
    task: asyncio.Task[None]
    place: Place
    stage: str = ""
    step: str = ""
    text: Text = ""
    dirty: bool = False
    rests: bool = False  # between attempts, or until its turn comes
    is_broken_off: bool = False

    @property
    def is_resting(self) -> bool:
        """Whether no call of it is in flight, and none is about to be."""
        return self.rests or self.place.is_waiting

    @property
    def said(self) -> str:
        """The text so far, in one piece."""
        return self.text if isinstance(self.text, str) else "".join(self.text)

    def break_off(self) -> None:
        """Cancel it, once; what is paid for already is left to be stored."""
        if not self.is_broken_off and self.step not in PAID_STEPS:
            self.is_broken_off = True
            self.task.cancel()


class NoCalls:
    """The provider of rows that are only finished: nothing may be asked of a model any more."""

    async def stream(self, request: Request, on_text: Callable[[str], None], *, timeout: float) -> Reply:
        """Refuse."""
        raise CallFailed("The job was stopped: nothing more is asked.", next_step=Next.FAIL_ROW, cause="Stopped")

    async def count_tokens(self, request: Request, *, timeout: float) -> int:
        """Refuse."""
        raise CallFailed("The job was stopped: nothing more is asked.", next_step=Next.FAIL_ROW, cause="Stopped")

    async def close(self) -> None:
        """Nothing to give back."""


@dataclass
class JobState:
    """What the worker keeps for a job while it runs."""

    settings: JobSettings
    frozen: object  # the settings as the job's row has them
    width: Width
    circuit: Circuit
    rank: Rank = ()  # among the jobs
    free_at: float = 0.0

    @classmethod
    def of(cls, settings: JobSettings, frozen: object, failed: list[int], *, is_down: bool) -> JobState:
        """For a job that a worker begins with: `failed` are the items that failed for the service alone since the last
        that worked, and `is_down` says that a former worker found the service down."""
        most = settings.max_concurrency if settings.concurrency > 1 else 1
        state = cls(
            settings,
            frozen,
            Width(settings.concurrency, max(settings.concurrency, most)),
            Circuit(settings.outage_limit),
        )
        state.circuit.found_failed(failed)
        if is_down:
            state.circuit.found_open()
        return state
