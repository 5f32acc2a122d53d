"""What the quality dashboard says, as plain values: targets, issues, deviations and trend, made from counts.

`QualityService` reads the counts and calls this; screens and the command line show it. Practice and real results are
never added up, and what was not measured is None, never a default. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.review.pace import Pace
from core.status import words

Side = Literal["live", "practice"]
KINDS: dict[Side, tuple[str, ...]] = {"live": ("live", "file"), "practice": ("practice",)}
NOTABLE = 1.0  # points from the seeds' mean
BUCKETS = 10
MOST_POINTS = 40  # of the trend
_HIGH = 8  # the score that the aim of this name means, whatever the settings call good
STRUCTURE = ("turn_order", "empty_message", "ends_on_advisor", "history")
TURNS, LENGTHS = ("turn_count",), ("length",)


@dataclass(frozen=True)
class Measured:
    """A share or a figure with what it was measured on; `value` is None where nothing was."""

    value: float | None = None
    of: int = 0


@dataclass(frozen=True)
class Target:
    """An aim of the pack beside what was measured; `both` is for what is not told apart by kind."""

    name: str
    words: str
    aim: float
    unit: Literal["share", "score", "dollars", "hour"]
    live: Measured = Measured()
    practice: Measured = Measured()
    both: Measured = Measured()
    upper: float | None = None  # of an aim that is a range

    def is_met(self, measured: Measured) -> bool | None:
        """Whether it was reached; None where nothing was measured."""
        if measured.value is None:
            return None
        return measured.value < self.aim if self.unit == "dollars" else measured.value >= self.aim - 1e-9


@dataclass(frozen=True)
class Issue:
    """Something to do, with the rows it is about: as a query, as checks that found it, or by id."""

    severity: Literal["gate", "warning", "info"]
    what: str
    count: int
    action: str
    query: str = ""
    checks: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deviation:
    """How far the mean score of a group of rows is from the seeds'."""

    name: str
    rows: int
    score: float
    gap: float
    query: str

    @property
    def is_notable(self) -> bool:
        """Over one point."""
        return abs(self.gap) > NOTABLE


@dataclass(frozen=True)
class Point:
    """The mean score of what was written in an hour or on a day."""

    when: str
    rows: int
    score: float


@dataclass(frozen=True)
class Figures:
    """One side of the dataset: what is real, or what is practice."""

    rows: int = 0
    checked: int = 0
    complete: int = 0
    annotated: int = 0
    ready: int = 0
    flagged: int = 0
    gate_failed: int = 0
    score: float | None = None
    scored: int = 0
    distribution: tuple[int, ...] = (0,) * BUCKETS  # rows with a whole score of 1, 2 … 10
    trend: tuple[Point, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class Dashboard:
    """All there is to show."""

    total: int
    by_status: Mapping[str, int]
    seeds: int
    seed_score: float | None
    sides: Mapping[Side, Figures]
    targets: tuple[Target, ...] = ()

    @property
    def usual_side(self) -> Side:
        """What to show first: real results where there are any."""
        return "live" if self.sides["live"].rows or not self.sides["practice"].rows else "practice"


@dataclass(frozen=True)
class Counts:
    """What `data.figures` counted."""

    by_status: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scores: Sequence[tuple[str, str, str, int, int, float]] = ()
    hours: Sequence[tuple[str, str, int, float]] = ()
    findings: Sequence[tuple[str, str, str, int, str]] = ()
    found_by: Mapping[tuple[str, ...], Mapping[str, int]] = field(default_factory=dict)
    item_ends: Mapping[bool, tuple[int, int]] = field(default_factory=dict)
    first_time: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    verdicts: Mapping[str, Sequence[datetime]] = field(default_factory=dict)


def build(counts: Counts, aims: Mapping[str, Any], *, review_below: float, approve_from: float) -> Dashboard:
    """The dashboard of these counts."""
    seeds = counts.states.get("seed", {})
    seed_score = seeds["score_sum"] / seeds["scored"] if seeds.get("scored") else None
    sides = {side: _figures(side, counts, seed_score, review_below, approve_from) for side in KINDS}
    return Dashboard(
        sum(counts.by_status.values()),
        counts.by_status,
        int(seeds.get("rows", 0)),
        seed_score,
        sides,
        tuple(_targets(counts, aims)),
    )


def _figures(side: Side, counts: Counts, seed_score: float | None, review_below: float, approve_from: float) -> Figures:
    kinds = KINDS[side]
    summed: Counter[str] = Counter()
    for kind in kinds:
        summed.update({name: value or 0 for name, value in counts.states.get(kind, {}).items() if name != "kind"})
    distribution = [0] * BUCKETS
    by_group: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0.0])
    for kind, tier, persona, whole, number, total in counts.scores:
        if kind in kinds:
            distribution[min(BUCKETS, max(1, whole)) - 1] += number
            for group in (("tier", tier), ("persona", persona)):
                by_group[group][0] += number
                by_group[group][1] += total
    return Figures(
        **{name: int(summed[name]) for name in _COUNTED},
        score=summed["score_sum"] / summed["scored"] if summed["scored"] else None,
        distribution=tuple(distribution),
        trend=_trend([(hour, n, total) for hour, kind, n, total in counts.hours if kind in kinds]),
        deviations=tuple(_deviations(by_group, seed_score, side)),
        issues=tuple(_issues(side, counts, summed, review_below, approve_from)),
    )


_COUNTED = ("rows", "checked", "complete", "annotated", "ready", "flagged", "gate_failed", "scored")


def _trend(hours: Sequence[tuple[str, int, float]]) -> tuple[Point, ...]:
    """By hour where all is of a day or two, else by day; the newest points."""
    length = 13 if len({hour[:10] for hour, _, _ in hours}) < 3 else 10
    merged: dict[str, list[float]] = {}
    for hour, number, total in hours:
        entry = merged.setdefault(hour[:length], [0, 0.0])
        entry[0] += number
        entry[1] += total
    points = [Point(f"{when}:00" if length == 13 else when, int(n), total / n) for when, (n, total) in merged.items()]
    return tuple(points[-MOST_POINTS:])


def _side_query(side: Side) -> str:
    return "is:simulated" if side == "practice" else "-is:simulated -is:seed"


def _deviations(
    groups: Mapping[tuple[str, str], Sequence[float]], seed_score: float | None, side: Side
) -> Iterable[Deviation]:
    if seed_score is None:
        return
    for (dimension, value), (number, total) in sorted(groups.items()):
        mean = total / number
        name = f"{dimension} {words(value) or 'none'}"
        query = f"{dimension}:{value} {_side_query(side)} sort:score" if value else ""
        yield Deviation(name, int(number), mean, mean - seed_score, query)


def _issues(
    side: Side, counts: Counts, summed: Mapping[str, Any], review_below: float, approve_from: float
) -> Iterable[Issue]:
    of_side, kinds = _side_query(side), KINDS[side]
    failed = counts.by_status.get("failed", 0)
    if failed and side == "live":
        yield Issue("gate", "generation failed", failed, "open one to see why; X orders them again", "is:failed")
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for check, severity, kind, number, advice in counts.findings:
        if kind in kinds:
            had, said = found.get((severity, check), (0, ""))
            found[severity, check] = (had + number, said or advice)
    order = {"gate": 0, "warning": 1, "info": 2}
    for (severity, check), (number, advice) in sorted(found.items(), key=lambda i: (order.get(i[0][0], 3), -i[1][0])):
        if severity in ("gate", "warning"):
            yield Issue(severity, words(check), number, advice, checks=(check,))  # type: ignore[arg-type]
    low = summed["low"]
    if low:
        query = f"score:<{review_below:g} {of_side} sort:score"
        yield Issue("warning", f"score under {review_below:g}", low, "read them, worst first", query)
    if summed["flagged"]:
        yield Issue(
            "warning", "flagged for another look", summed["flagged"], "read and decide", f"is:flagged {of_side}"
        )
    missing = summed["rows"] - summed["complete"]
    if missing:
        what = "annotation missing or incomplete"
        yield Issue("info", what, missing, "order full depth to annotate", f"is:incomplete {of_side}")
    if summed["good"]:
        what = f"to review with score {approve_from:g} or more and no flag"
        query = f"is:to_review score:>={approve_from:g} -is:flagged {of_side}"
        yield Issue("info", what, summed["good"], "they may be approved at once", query)


def _targets(counts: Counts, aims: Mapping[str, Any]) -> Iterable[Target]:
    for name, (text, unit) in _TARGETS.items():
        aim = aims.get(name)
        if aim is None:
            continue
        low, high = (aim[0], aim[1]) if isinstance(aim, list) else (aim, None)
        if name == "reviews_an_hour":
            yield Target(name, text, float(low), unit, both=_pace(counts.verdicts), upper=high)
        else:
            measured = (_measure(name, "live", counts), _measure(name, "practice", counts))
            yield Target(name, text, float(low), unit, *measured, upper=high)


_TARGETS: dict[str, tuple[str, Literal["share", "score", "dollars", "hour"]]] = {
    "approved_on_first_generation": ("approved as first generated", "share"),
    "pass_the_gates": ("pass the gates", "share"),
    "batch_success": ("rows of jobs that succeed", "share"),
    "valid_structure": ("valid structure", "share"),
    "turn_range": ("turns in range", "share"),
    "message_lengths": ("message lengths in range", "share"),
    "score_8_or_more": ("score 8 or more", "share"),
    "rubric_mean": ("rubric, mean of 5", "score"),
    "annotation_complete": ("annotation complete", "share"),
    "cost_each_usd": ("cost of each", "dollars"),
    "reviews_an_hour": ("reviews an hour", "hour"),
}


def _measure(name: str, kind: Side, counts: Counts) -> Measured:
    state = counts.states.get(kind, {})

    def share(part: float, of: int) -> Measured:
        return Measured(part / of, of) if of else Measured()

    def without(checks: tuple[str, ...]) -> Measured:
        checked = int(state.get("checked", 0))
        return share(checked - counts.found_by.get(checks, {}).get(kind, 0), checked)

    match name:
        case "approved_on_first_generation":
            decided, at_once = counts.first_time.get(kind, (0, 0))
            return share(at_once, decided)
        case "pass_the_gates":
            checked = int(state.get("checked", 0))
            return share(checked - state.get("gate_failed", 0), checked)
        case "batch_success":
            done, failed = counts.item_ends.get(kind == "practice", (0, 0))
            return share(done, done + failed)
        case "valid_structure":
            return without(STRUCTURE)
        case "turn_range":
            return without(TURNS)
        case "message_lengths":
            return without(LENGTHS)
        case "score_8_or_more":
            high = sum(number for k, _, _, whole, number, _ in counts.scores if k == kind and whole >= _HIGH)
            return share(high, state.get("scored", 0))
        case "rubric_mean":
            return share(state.get("rubric_sum", 0.0), state.get("rated", 0))
        case "annotation_complete":
            return share(state.get("complete", 0), state.get("annotated", 0))
        case "cost_each_usd" if kind == "live":  # practice costs nothing, whatever it pretends
            return share((state.get("cost_microusd") or 0) / 1_000_000, state.get("paid", 0))
        case _:
            return Measured()


def _pace(verdicts: Mapping[str, Sequence[datetime]]) -> Measured:
    """Reviews an hour of all who review, those with more verdicts counting for more."""
    rates: list[tuple[float, int]] = []
    for times in verdicts.values():
        pace = Pace()
        for time in times:
            pace.add(time.timestamp())
        if pace.per_hour is not None:
            rates.append((pace.per_hour, pace.reviewed))
    number = sum(reviewed for _, reviewed in rates)
    return Measured(sum(rate * reviewed for rate, reviewed in rates) / number, number) if number else Measured()
