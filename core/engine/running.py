"""What a worker keeps in memory for each conversation being written, and for each job it has begun."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.pipeline.pacing import Pacer
from core.pipeline.work import PAID_STEPS, JobSettings
from data import queue


@dataclass
class Running:
    """One item being written."""

    held: queue.Claim
    task: asyncio.Task[None]
    stage: str = ""
    step: str = ""
    text: str = ""
    dirty: bool = False
    is_resting: bool = False  # no call is in flight: between attempts, or until it may call
    is_broken_off: bool = False

    def break_off(self) -> None:
        """Cancel it, once; what is paid for already is left to be stored."""
        if not self.is_broken_off and self.step not in PAID_STEPS:
            self.is_broken_off = True
            self.task.cancel()


@dataclass
class JobState:
    """What the worker keeps for a job while it runs."""

    settings: JobSettings
    pacer: Pacer
    failures_in_a_row: int = 0
    free_at: float = 0.0
