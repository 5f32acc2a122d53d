"""What an item needs to be worked on: the frozen settings of its job, and what the worker lends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import BrightrunError
from core.pipeline.pacing import Pacing
from core.prompting.context import PackContext
from core.providers.port import Provider
from core.settings.fields import Settings
from data.engines import Sessions
from data.marks import Mark
from data.types import utc_now

if TYPE_CHECKING:  # the checks are heavy, and the app reads job settings from here
    from core.engine.places import Place
    from core.pipeline.checking import Checker

STAGE = DIALOGUE = "dialogue"
ANNOTATION, JUDGE, TURN = "annotation", "judge", "turn"
STORING, CHECKING, SCORING = "storing", "checking", "Scoring…"
FINISHING = "score"  # the last stage, which calls nobody
# A text as it is, or in the pieces that have come so far: whoever shows it joins them, which is not at every word.
Text = str | list[str]
# The answer is here and paid for: whatever is asked meanwhile, it is stored first.
PAID_STEPS = frozenset({STORING, CHECKING, SCORING})


class JobMustStopError(BrightrunError):
    """Something that concerns the whole job: it pauses with this reason and the row goes back to the queue."""


class ServiceFailedError(BrightrunError):
    """The attempts of a call are used up, and it was the service that failed, not the row."""


@dataclass(frozen=True)
class StageSettings:
    """What a stage of a job is run with."""

    model: str
    effort: str
    thinking: str
    max_tokens: int


def stage_settings(settings: Settings) -> dict[str, StageSettings]:
    """The stages' settings of today, by stage, as a job freezes them."""
    return {
        stage: StageSettings(*(getattr(settings, f"{stage}_{name}") for name in _STAGE_FIELDS))
        for stage in (DIALOGUE, ANNOTATION, JUDGE)
    }


_STAGE_FIELDS = ("model", "effort", "thinking", "max_tokens")


@dataclass(frozen=True)
class JobSettings:
    """What was frozen when the job was submitted. `model` to `max_tokens` are those of the dialogue."""

    provider: str
    model: str
    effort: str
    thinking: str
    max_tokens: int
    attempts: int
    outage_limit: float
    source_characters: int
    source_examples: bool
    timeout: float
    concurrency: int
    max_concurrency: int
    pause_between: float
    requests_per_minute: int
    simulator_pace: float
    simulator_faults: str
    review_below: float
    prices: Mapping[str, Mapping[str, float]]
    depth: str
    annotation: StageSettings
    annotation_at_once: int
    judge: StageSettings | None  # None: this job has no judge
    templates: Mapping[str, int] = field(default_factory=dict)  # version of annotation, repair and judge, by stage

    @classmethod
    def of(cls, job: Mapping[str, Any]) -> JobSettings:
        """Read them from a job's row; what an older job does not have is today's default."""
        kept = job["settings"] or {}
        today = Settings()
        stages = stage_settings(today)
        return cls(
            provider=job["provider"],
            model=kept.get("model", today.dialogue_model),
            effort=kept.get("effort", today.dialogue_effort),
            thinking=kept.get("thinking", today.dialogue_thinking),
            max_tokens=kept.get("max_tokens", today.dialogue_max_tokens),
            attempts=kept.get("attempts", today.attempts),
            outage_limit=kept.get("outage_limit", today.outage_limit),
            source_characters=kept.get("source_characters", today.source_characters),
            source_examples=kept.get("source_examples", today.source_examples),
            timeout=kept.get("timeout", today.timeout),
            concurrency=kept.get("concurrency", today.concurrency),
            max_concurrency=kept.get("max_concurrency", kept.get("concurrency", today.concurrency)),
            pause_between=kept.get("pause_between", today.pause_between),
            requests_per_minute=kept.get("requests_per_minute", today.requests_per_minute),
            simulator_pace=kept.get("simulator_pace", today.simulator_pace),
            simulator_faults=kept.get("simulator_faults", today.simulator_faults),
            review_below=kept.get("review_below", today.review_below),
            prices=kept.get("prices", {}),
            depth=kept.get("depth", "dialogue"),
            annotation=_stage(kept.get(ANNOTATION), stages[ANNOTATION]),
            annotation_at_once=kept.get("annotation_at_once", today.annotation_at_once),
            judge=_stage(kept[JUDGE], stages[JUDGE]) if kept.get(JUDGE) else None,
            templates=kept.get("templates", {}),
        )

    def of_stage(self, stage: str) -> StageSettings:
        """What a stage is run with; `annotation:2` is a call of the stage `annotation`."""
        kind = stage.partition(":")[0]
        if kind == ANNOTATION:
            return self.annotation
        if kind == JUDGE and self.judge is not None:
            return self.judge
        return StageSettings(self.model, self.effort, self.thinking, self.max_tokens)


def _stage(kept: Mapping[str, Any] | None, today: StageSettings) -> StageSettings:
    values = {name: (kept or {}).get(name, getattr(today, name)) for name in _STAGE_FIELDS}
    return StageSettings(**values)


@dataclass(frozen=True)
class Work:
    """Everything an item needs beside its claim."""

    database: Sessions  # under the worker's lease
    ledger: Sessions  # for what a call has cost whose answer came after the lease had lapsed
    provider: Provider
    settings: JobSettings
    pack: PackContext
    pacing: Pacing
    report: Callable[[str, str, Text], None]  # stage, step, text so far
    checker: Checker
    finishing: AbstractAsyncContextManager[None]  # to be held while a text is stored: those who call go first
    place: Place  # the row's own among those that call
    mark: Callable[[str, Sequence[Mark]], None]  # told the marks of a text once that is stored
    clock: Callable[[], datetime] = utc_now
    # Asked when a row is about to fail because of the service: True when it is to wait until that works again.
    waits_for_service: Callable[[], bool] = lambda: False
    only_stored: bool = False  # stopped or dropped: finish with the answers that are there, without another call
    # Both rest without a call in flight, so that a pause or a stop may end them.
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep  # between attempts
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep  # until it is this row's turn
