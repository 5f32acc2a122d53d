"""What a person orders and what they are shown before it costs anything. Plain values, shared by all front ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

Kind = Literal["single", "selected", "filtered", "all", "retry", "regenerate", "annotate", "turn", "variation"]
PARTLY = ("annotate", "turn")  # orders about a text that is there
# Tier 1 before tier 2 before tier 3, then the order of the plan.
TIER_ORDER = {"template": 0, "scenario": 1, "edge_case": 2, "seed": 3}


@dataclass(frozen=True)
class Order:
    """Which rows to generate: by id, or with `all` everything that remains. `note` goes into the prompt.

    `annotate` takes rows that have their dialogue and writes only what full depth adds; `turn` writes one turn of one
    row again. `depth` and `judge` left open are those of the settings. A retry does what the job did that it repeats:
    `of` is its kind, `notes` is what its items were told.
    """

    kind: Kind
    ids: tuple[str, ...] = ()
    note: str = ""
    depth: str = ""
    judge: bool | None = None
    turn: int = 0
    of: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def work(self) -> str:
        """What is done with the rows: that of the job that is repeated, where it is a retry."""
        return self.of or self.kind


@dataclass(frozen=True)
class ProposedRow:
    """One row that would be generated, with its template and its cost as a range in micro-dollars."""

    conversation_id: str
    number: int
    persona_name: str
    topic: str
    tier: str
    arc: str
    template: str
    template_version: int
    template_version_id: int
    low_microusd: int
    high_microusd: int
    note: str = ""  # what its prompt is told of a former version


@dataclass(frozen=True)
class Proposal:
    """A preflight's result: every row resolves to a template, renders, and is priced; the rest is skipped with why."""

    order: Order
    rows: tuple[ProposedRow, ...]
    skipped: tuple[tuple[str, str], ...]
    provider: Literal["live", "simulated"]
    model: str
    depth: str
    concurrency: int
    seconds_each: tuple[float, float]
    cap_microusd: int
    models: tuple[tuple[str, str], ...] = ()  # stage and model, in the order they run
    stage_templates: tuple[tuple[str, int], ...] = ()  # stage and version of its prompt, after the dialogue
    judge: bool = False
    basis: str = "estimated from characters"  # what the prompts' tokens are known by
    draw: str = ""  # what versions were drawn with, beside the row's id, where two are active
    sources: str = ""  # what the prompts are given of source documents, in words

    @property
    def low_microusd(self) -> int:
        """The lower end of the estimate."""
        return sum(row.low_microusd for row in self.rows)

    @property
    def high_microusd(self) -> int:
        """The upper end of the estimate."""
        return sum(row.high_microusd for row in self.rows)

    @property
    def low_seconds(self) -> float:
        """The shorter time it may take."""
        return self.seconds_each[0] * max(1.0, len(self.rows) / self.concurrency) if self.rows else 0.0

    @property
    def high_seconds(self) -> float:
        """The longer time it may take."""
        return self.seconds_each[1] * max(1.0, len(self.rows) / self.concurrency) if self.rows else 0.0

    @property
    def by_tier(self) -> Counter[str]:
        """How many rows per tier."""
        return Counter(row.tier for row in self.rows)
