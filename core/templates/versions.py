"""One version of a template with what came of it, and the ranking of versions. Plain values, nothing more.

`TemplateService` makes them; the templates screen, the quality dashboard and the command line show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

LEAST_COMPARED = 5  # rows that were decided, or measured, before two versions are compared by them


@dataclass(frozen=True)
class Results:
    """What came of the rows made with a version; means and shares are None where nothing was measured."""

    rows: int = 0
    approved: int = 0
    rejected: int = 0
    needs_edit: int = 0
    scored: int = 0
    score: float | None = None
    checked: int = 0
    gate_failed: int = 0

    @property
    def decided(self) -> int:
        """Rows with a verdict that says yes or no."""
        return self.approved + self.rejected + self.needs_edit

    @property
    def approval(self) -> float | None:
        """The share of the decided rows that were approved."""
        return self.approved / self.decided if self.decided else None

    @property
    def passed(self) -> float | None:
        """The share of the checked rows that pass all gates."""
        return 1 - self.gate_failed / self.checked if self.checked else None


@dataclass(frozen=True)
class TemplateVersion:
    """A version without its text.

    `live` and `practice` are never added up: the simulator's rows say nothing of a prompt that a model would read.
    """

    row_id: int
    template_id: str
    version: int
    name: str
    tier: str
    stage: str
    arc_or_family: str
    is_active: bool
    share: float
    created_at: str
    live: Results = field(default_factory=Results)
    practice: Results = field(default_factory=Results)
    reasons: tuple[tuple[str, int], ...] = ()  # why its rows stand rejected or to be edited, the most frequent first
    calls: int = 0  # real ones
    paid_rows: int = 0
    cost_microusd: int = 0

    @property
    def label(self) -> str:
        """`tier1_generic v2`."""
        return f"{self.template_id} v{self.version}"

    @property
    def shown(self) -> Results:
        """The real rows where there are any, else those of practice."""
        return self.live if self.live.rows or not self.practice.rows else self.practice

    @property
    def is_practice(self) -> bool:
        """Whether `shown` are rows of practice."""
        return not self.live.rows and self.practice.rows > 0

    @property
    def cost_each_microusd(self) -> int | None:
        """What a row has cost with it, all calls counted; None before the first real call."""
        return round(self.cost_microusd / self.paid_rows) if self.paid_rows else None


def ranked(versions: Iterable[TemplateVersion]) -> list[TemplateVersion]:
    """Versions whose rows were measured, the best first: by mean score, then by approval."""
    measured = [v for v in versions if v.shown.score is not None]
    return sorted(measured, key=lambda v: (-(v.shown.score or 0), -(v.shown.approval or 0), v.template_id, -v.version))


def verdict_on(versions: Sequence[TemplateVersion]) -> str:
    """Which of two active versions does better so far, in a sentence; "" where fewer or more are active."""
    active = sorted((v for v in versions if v.is_active), key=lambda v: v.version)
    if len(active) != 2:
        return ""
    old, new = active
    if old.shown.rows and new.shown.rows and old.is_practice != new.is_practice:
        return "One version has real rows and the other only practice: they cannot be compared."
    few = [v for v in active if v.shown.scored < LEAST_COMPARED]
    if few:
        rows = "1 measured row" if few[0].shown.scored == 1 else f"{few[0].shown.scored} measured rows"
        return f"v{few[0].version} has {rows}: {LEAST_COMPARED} each say something."
    better, other = sorted(active, key=lambda v: -(v.shown.score or 0))
    gap = (better.shown.score or 0) - (other.shown.score or 0)
    if gap < 0.05:
        return f"v{old.version} and v{new.version} score alike ({better.shown.score:.1f})."
    return f"v{better.version} scores {gap:.1f} higher than v{other.version}."
