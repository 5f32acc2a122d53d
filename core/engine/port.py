"""What the services ask of an engine that carries out jobs, whatever drives it: `JobEngine`.

`GenerationService` is its only caller. An adapter writes the job, sees to it that somebody does it, and steers it; the
rows themselves are done by `core.pipeline.run_item` under every adapter. It never renders, prices or judges anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from data.steering import Dropped, Place

__all__ = ["Dropped", "JobEngine", "NewJob", "Place", "SeenWorker"]


@dataclass(frozen=True)
class NewJob:
    """A job as it is submitted: its row, its items in the order they are taken, and the statuses they may have."""

    values: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    statuses: frozenset[str]
    # Rows that have their text and are only to be annotated: output of the dialogue stage and model, by conversation.
    texts: Mapping[str, tuple[Mapping[str, Any], str]] | None = None


@dataclass(frozen=True)
class SeenWorker:
    """A worker that is there. `silent_s` is how long it was not heard of, `message` what it waits for."""

    pid: int
    host: str
    silent_s: float
    message: str = ""

    @property
    def name(self) -> str:
        """As a person would look for it."""
        return f"process {self.pid}" if self.pid else "just starting"


class JobEngine(Protocol):
    """Jobs from submission to their end.

    Every adapter keeps what `tests/core/engine/contract.py` asks: a row is in one open job at most; rows are taken in
    their order, a single row asked for by hand before all others; a stage whose output is stored never runs again; who
    lost a claim stores nothing; pause, stop and what is dropped are obeyed between calls and survive restarts.
    Every command is audited in the transaction of its effect.
    """

    async def submit(self, job: NewJob, *, by: str) -> int:
        """Store a job and queue its rows, all or none. Raises StorageError when a row changed meanwhile."""

    async def pause(self, job_id: int, *, by: str) -> None:
        """Begin nothing new; what is being written is finished."""

    async def resume(self, job_id: int, *, by: str, changes: Mapping[str, Any] | None = None) -> None:
        """Go on with a paused job, with other terms where `changes` of its row are given."""

    async def stop(self, job_id: int, *, by: str, now: bool) -> None:
        """End a job: what is being written is finished, or with `now` broken off; the rest is given back."""

    async def failed_rows(self, job_id: int) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """A job and those of its rows that failed and were not generated since: what a retry takes."""

    async def drop_item(self, job_id: int, conversation_id: str, *, by: str) -> Dropped:
        """Take one row out of an open job; "absent" when it is in none of its open items."""

    async def move_item(self, job_id: int, conversation_id: str, *, to: Place, by: str) -> bool:
        """Change when a waiting row is taken; False when it does not wait."""

    async def prioritise(self, job_id: int, *, by: str) -> bool:
        """Let a job go before all other open ones; False when it is over."""

    def alive_workers(self) -> tuple[SeenWorker, ...]:
        """Who carries out jobs now."""

    def ensure_worker(self) -> str:
        """See to it that somebody does; empty, or a sentence why nobody can."""


Command = Literal["pause", "resume", "stop", "stop now", "drop", "move", "prioritise", "submit"]
