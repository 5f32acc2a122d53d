"""What a job came to: counts, scores, money, time, and what to do next. Stored with the job when it ends.

Plain values and their words, shared by the app, the command line and the e-mail; nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

HIGHEST = 10


@dataclass(frozen=True)
class Summary:
    """The end of a job. Scores that were not measured are in no figure; money in micro-dollars."""

    done: int = 0
    failed: int = 0
    cancelled: int = 0
    success_rate: float | None = None  # done of done and failed
    scored: int = 0
    average_score: float | None = None
    distribution: tuple[int, ...] = (0,) * HIGHEST  # rows by whole score, 1 to 10
    flagged: int = 0
    to_review: int = 0
    estimated_microusd: int = 0
    actual_microusd: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    simulated: bool = False

    @classmethod
    def of(
        cls, job: Mapping[str, Any], scores: Sequence[float | None], *, flagged: int, to_review: int, seconds: float
    ) -> Summary:
        """The summary of a job that has just ended, from its row and the scores of what it wrote."""
        measured = [score for score in scores if score is not None]
        distribution = [0] * HIGHEST
        for score in measured:
            distribution[max(1, min(HIGHEST, int(score))) - 1] += 1
        finished = job["done"] + job["failed"]
        return cls(
            job["done"],
            job["failed"],
            job["cancelled"],
            round(job["done"] / finished, 4) if finished else None,
            len(measured),
            round(sum(measured) / len(measured), 2) if measured else None,
            tuple(distribution),
            flagged,
            to_review,
            job["estimated_cost_microusd"],
            job["actual_cost_microusd"],
            job["calls"],
            job["input_tokens"],
            job["output_tokens"],
            round(seconds, 1),
            job["provider"] == "simulated",
        )

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Summary | None:
        """The summary as `values` stored it; None for a job that has none yet."""
        if "success_rate" not in stored:
            return None
        known = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        return cls(**{**known, "distribution": tuple(known.get("distribution", ()))})

    def values(self) -> dict[str, Any]:
        """For the job's `results_summary`."""
        return {**asdict(self), "distribution": list(self.distribution)}

    def facts(self) -> list[tuple[str, str]]:
        """The figures as people read them, each with its label."""
        money = _money(self.actual_microusd)
        if self.simulated:
            money = f"nothing (live about {money})"
        against = ""
        if self.estimated_microusd:
            share = 100 * self.actual_microusd / self.estimated_microusd
            against = f", estimated {_money(self.estimated_microusd)} ({share:.0f} % of it)"
        written = f"{self.done:,} done, {self.failed:,} failed"
        written += f", {self.cancelled:,} not begun or taken out" if self.cancelled else ""
        rate = "nothing finished" if self.success_rate is None else f"{100 * self.success_rate:.0f} % of what was begun"
        score = "not measured"
        if self.average_score is not None:
            score = f"{self.average_score:.1f} on average over {_counted(self.scored, 'row')}"
            score += f", {self.flagged:,} flagged" if self.flagged else ""
        time = _duration(self.seconds)
        if self.done and self.seconds:
            time += f", {_duration(self.seconds / self.done)} a row"
        return [
            ("rows", written),
            ("success", rate),
            ("score", score),
            ("cost", money + against),
            ("calls", f"{self.calls:,}, {self.input_tokens:,} tokens in and {self.output_tokens:,} out"),
            ("time", time),
        ]

    def next_steps(self) -> list[tuple[str, str]]:
        """What to do now: a name for the front end's key or command, and the words."""
        steps = []
        if self.to_review:
            steps.append(("review", f"review {_counted(self.to_review, 'row')}, the flagged and worst first"))
        if self.failed:
            steps.append(("retry", f"generate the {_counted(self.failed, 'failed row')} again"))
        if self.cancelled:
            steps.append(("generate", f"generate the {_counted(self.cancelled, 'row')} that went back to the plan"))
        if not steps and self.done:
            steps.append(("export", "export what is approved"))
        return steps


def _money(microusd: int) -> str:
    amount = microusd / 1_000_000
    return f"${amount:,.2f}" if amount >= 0.01 or not microusd else f"${amount:.4f}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
