"""What the header tells: counts by status, tier and persona, spend, live or practice, worker, reviewer.

The layout hands over the figures and the room there is; what is told is shortened before anything is left out, and
what waits for review and who reviews is never left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from core.browse import Overview
from core.progress import Progress
from core.status import words
from core.text.terminal import safe_line
from tui.figures import dollars
from tui.screens.bars import Part, spread, worker_parts
from tui.widgets.glyphs import FLAG, SEED

DOT = (" · ", "$foreground 60%")
QUIET = "$foreground 60%"
PERSONAS = 5  # more are told as one sum
_TIERS = ("template", "scenario", "edge_case", "seed")


@dataclass(frozen=True)
class Heading:
    """What the header is made of."""

    name: str
    reviewer: str
    provider: str
    overview: Overview
    progress: Progress

    def wide(self, width: int) -> Content:
        """The line where panes stand side by side."""
        brand: Part = (" brightrun  ", "bold $text-primary")
        counts: list[Part] = [
            (f"{self.overview.total:,}", "bold"),
            Content.assemble(DOT, f"{self.overview.by_tier['seed']:,} seed"),
            *self._counts("to go", "approved", " flagged"),
        ]
        right = self._standing()
        forms: list[list[Part]] = [[brand, (f"{safe_line(self.name, 30)}  ", ""), *counts], [brand, *counts]]
        left = next((form for form in forms if _fits(form, right, width)), [(" ", ""), *counts])
        return spread(left, right, width)

    def narrow(self, width: int) -> Content:
        """The line of a small screen: the longest form that fits."""
        total: Part = (f"{self.overview.total:,}", "bold")
        name: Part = (" brightrun  ", "bold $text-primary")
        blank: Part = (" ", "")
        long, short = self._counts("to go", "approved", " flagged"), self._counts("to go", "approved", "")
        shorter, shortest = self._counts("to go", "ok", ""), self._counts("go", "ok", "")
        forms: list[tuple[list[Part], list[Part]]] = [
            ([name, total, *long], self._brief("simulated", 16)),
            ([blank, total, *long], self._brief("simulated", 16)),
            ([blank, total, *short], self._brief("simulated", 12)),
            ([blank, total, *short], self._brief("sim", 10)),
            ([blank, total, *shorter], self._brief("sim", 10)),
            ([blank, (f"{self.overview.to_review:,} to review", "bold"), *shortest[2:]], self._brief("sim", 8)),
        ]
        for left, right in forms:
            if _fits(left, right, width):
                return spread(left, right, width)
        review = Content.assemble((f" {self.overview.to_review:,} to review", "bold"))
        return spread([review], [(f"{safe_line(self.reviewer, 12)} ", QUIET)], width)

    def groups(self, width: int) -> Content:
        """The second line of a large screen: the plan by tier and by persona."""
        tiers, people = self.overview.by_tier, self.overview.by_persona
        left: list[Part] = [(" ", "")]
        for tier in (*_TIERS, *(t for t in tiers if t not in _TIERS)):
            if tiers[tier]:
                sign = f"{SEED} " if tier == "seed" else ""
                left.append(Content.assemble(" ", (f"{sign}{words(tier)} ", QUIET), f"{tiers[tier]:,} "))
        most = people.most_common(PERSONAS)
        rest = sum(people.values()) - sum(count for _, count in most)
        right: list[Part] = [
            Content.assemble((f" {safe_line(words(name), 20) or 'no persona'} ", QUIET), f"{count:,} ")
            for name, count in most
        ]
        if rest:
            right.append(Content.assemble((f" {len(people) - len(most):,} others ", QUIET), f"{rest:,} "))
        return spread(left, [*right, (" ", "")], width)

    def _counts(self, to_go: str, approved: str, flagged: str) -> list[Part]:
        overview = self.overview
        parts: list[Part] = [Content.assemble(DOT, f"{overview.to_go:,} {to_go}")]
        parts += [Content.assemble(DOT, (f"{overview.to_review:,} to review", "bold" if overview.to_review else ""))]
        parts += [Content.assemble(DOT, (f"{overview.by_status['approved']:,} {approved}", "$text-success"))]
        if overview.flagged:
            parts += [Content.assemble(DOT, (f"{FLAG} {overview.flagged:,}{flagged}", "$text-warning"))]
        return parts

    def _money(self) -> str:
        simulated = self.provider == "simulated"
        progress = self.progress
        spent = progress.spent_simulated_microusd if simulated else progress.spent_live_microusd
        return ("~" if simulated else "") + dollars(spent)  # ~: what practice would have cost live

    def _provider(self, simulated: str) -> Part:
        known = {"simulated": (f"~{simulated}", "$text-warning"), "live": ("live", "$text-success")}
        return known.get(self.provider, ("no key", "$text-warning"))

    def _standing(self) -> list[Part]:
        money, job = self._money(), self.progress.job
        if job is not None and job.is_open and job.cap_microusd is not None:
            sign = "~" if job.is_simulated else ""
            money = f"{sign}{dollars(job.actual_microusd)} of {dollars(job.cap_microusd)}"
        parts: list[Part] = [(money, ""), ("  ", ""), self._provider("simulated"), ("  ", "")]
        return [*parts, *worker_parts(self.progress), ("  ", ""), (safe_line(self.reviewer, 24), QUIET), (" ", "")]

    def _brief(self, simulated: str, reviewer: int) -> list[Part]:
        """On a small screen the line of the job tells its cap already, and the counts need the room."""
        parts: list[Part] = [(self._money(), ""), (" ", ""), self._provider(simulated)]
        if self.progress.worker_alive or self.progress.worker_trouble:
            sign, style = worker_parts(self.progress)[0]
            parts.append((f" {sign[0]}", style))
        return [*parts, (f" {safe_line(self.reviewer, reviewer)} ", QUIET)]


def _fits(left: list[Part], right: list[Part], width: int) -> bool:
    return Content.assemble(*left, *right).cell_length + 2 <= width
