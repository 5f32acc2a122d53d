"""The dashboard measures what there is, practice and real results apart, and says nothing of what was not measured."""

from __future__ import annotations

import csv
import datetime as times
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from core.errors import ExportError
from core.quality.dashboard import Counts, Dashboard, Issue, Target, build
from core.services import Services
from data import conversations
from data.conversations import CONVERSATIONS, TURNS
from data.similarity import put_marks, turns_of

AIMS = {"score_8_or_more": 0.7, "pass_the_gates": 0.95, "cost_each_usd": 0.3, "reviews_an_hour": [20, 30]}
SEEDS = ("fp_marcus_002", "fp_marcus_003", "fp_marcus_004")


def _board(**counts: object) -> Dashboard:
    return build(Counts(**counts), AIMS, review_below=6.0, approve_from=8.0)  # type: ignore[arg-type]


def _target(board: Dashboard, name: str) -> Target:
    return next(target for target in board.targets if target.name == name)


def _state(**figures: float) -> dict[str, float]:
    names = ("rows", "flagged", "ready", "complete", "annotated", "checked", "gate_failed", "scored", "low", "good")
    return {**dict.fromkeys(names, 0), "score_sum": 0.0, "rated": 0, "rubric_sum": 0.0, "paid": 0} | figures


def test_what_was_not_measured_is_unknown_and_no_zero() -> None:
    target = _target(_board(states={"practice": _state(rows=4)}), "score_8_or_more")
    assert target.practice.value is None
    assert target.is_met(target.practice) is None


def test_practice_never_counts_for_the_real_figures() -> None:
    states = {"live": _state(rows=10, scored=10, checked=10, gate_failed=1), "practice": _state(rows=5, checked=5)}
    scores = [("live", "template", "marcus", 9, 6, 55.0), ("live", "template", "marcus", 5, 4, 22.0)]
    board = _board(states=states, scores=[*scores, ("practice", "template", "marcus", 9, 5, 47.0)])
    gates, high = _target(board, "pass_the_gates"), _target(board, "score_8_or_more")
    assert (gates.live.value, gates.practice.value) == (0.9, 1.0)
    assert (gates.is_met(gates.live), gates.is_met(gates.practice)) == (False, True)
    assert high.live.value == 0.6
    assert board.sides["live"].distribution == (0, 0, 0, 0, 4, 0, 0, 0, 6, 0)
    assert board.sides["practice"].distribution[8] == 5
    assert board.usual_side == "live"


def test_a_cost_is_met_below_its_aim_and_practice_has_none() -> None:
    cost = _target(_board(states={"live": _state(paid=4, cost_microusd=600_000)}), "cost_each_usd")
    assert cost.live.value == 0.15
    assert cost.is_met(cost.live)
    assert cost.practice.value is None


def test_groups_over_a_point_from_the_seeds_are_notable() -> None:
    board = _board(
        states={"seed": _state(rows=2, scored=2, score_sum=19.0), "live": _state(rows=4, scored=4)},
        scores=[("live", "scenario", "david", 8, 2, 16.8), ("live", "edge_case", "david", 9, 2, 18.0)],
    )
    gaps = {group.name: (round(group.gap, 2), group.is_notable) for group in board.sides["live"].deviations}
    assert gaps["tier scenario"] == (-1.1, True)
    assert gaps["tier edge case"] == (-0.5, False)


def test_a_pause_is_no_time_of_review() -> None:
    start = times.datetime(2026, 11, 20, 10, 0, tzinfo=times.UTC)
    minutes = [0, 2, 4, 6, 120, 122]
    verdicts = {"ana": [start + times.timedelta(minutes=m) for m in minutes]}
    assert round(_target(_board(verdicts=verdicts), "reviews_an_hour").both.value or 0) == 30


def test_a_trend_is_by_hour_on_one_day_and_by_day_on_many() -> None:
    hours = [("2026-11-20 09", "live", 2, 16.0), ("2026-11-20 10", "live", 1, 9.0)]
    assert [p.when for p in _board(hours=hours).sides["live"].trend] == ["2026-11-20 09:00", "2026-11-20 10:00"]
    more = [*hours, ("2026-11-21 09", "live", 1, 7.0), ("2026-11-23 09", "live", 1, 7.0)]
    points = _board(hours=more).sides["live"].trend
    assert (points[0].when, round(points[0].score, 2)) == ("2026-11-20", 8.33)
    assert len(points) == 3


@pytest.fixture
async def written(services: Services) -> Services:
    """Three examples count as written by the model; one fails a gate and says what another one says."""
    async with services.database.write() as session:
        values = {"generation_method": "claude_api", "is_seed_example": False, "needs_review": False}
        await session.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.conversation_id.in_(SEEDS)).values(**values))
        quality = await conversations.quality_of(session, SEEDS[0])
        assert quality is not None
        gate = {"check": "length", "severity": "gate", "message": "Too short.", "advice": "Write more."}
        await conversations.put_quality(session, {**quality, "findings": [gate]})
    return services


async def test_an_issue_leads_to_the_rows_it_is_about(written: Services) -> None:
    board = await written.quality.dashboard()
    live = board.sides["live"]
    assert (live.rows, live.gate_failed, live.checked) == (3, 1, 3)
    assert board.seeds == 7
    (issue,) = [i for i in live.issues if i.checks == ("length",)]
    assert (issue.severity, issue.count, issue.action) == ("gate", 1, "Write more.")
    assert await written.quality.rows_of(issue, "live") == [SEEDS[0]]
    assert await written.quality.rows_of(issue, "practice") == []
    lengths = _target(board, "message_lengths")
    assert lengths.live.value == pytest.approx(2 / 3)


async def test_copies_and_habits_name_their_rows(written: Services) -> None:
    async with written.database.write() as session:
        mine = (await turns_of(session, [SEEDS[0]]))[SEEDS[0]]
        said = {turn["turn_number"]: turn for turn in mine}
        for turn in said.values():
            await session.execute(
                update(TURNS)
                .where(TURNS.c.conversation_id == SEEDS[1], TURNS.c.turn_number == turn["turn_number"])
                .values(user_input=turn["user_input"], target_response=turn["target_response"])
            )
        await session.execute(delete(TURNS).where(TURNS.c.conversation_id == SEEDS[1], TURNS.c.turn_number > len(said)))
        await put_marks(session, [{**turn, "conversation_id": SEEDS[1]} for turn in mine])
    found = await written.quality.alike("live")
    assert (found[0].sort, found[0].ids) == ("copy", (SEEDS[0], SEEDS[1]))
    assert not any(SEEDS[2] in alike.ids for alike in found if alike.sort not in ("opener", "closer", "phrase"))


async def test_the_report_has_a_line_for_every_conversation_and_overwrites_nothing(
    written: Services, tmp_path: Path
) -> None:
    path = tmp_path / "report.csv"
    assert await written.quality.write_report(path) == 11
    lines = list(csv.DictReader(path.read_text().splitlines()))
    assert [line["failed_gates"] for line in lines if line["conversation_id"] == SEEDS[0]] == ["length"]
    assert {line["kind"] for line in lines} == {"live", "seed"}
    with pytest.raises(ExportError, match="is there already"):
        await written.quality.write_report(path)


def test_issues_are_worst_first() -> None:
    findings = [("jargon", "warning", "live", 9, "Explain."), ("length", "gate", "live", 2, "Cut.")]
    board = _board(findings=findings, states={"live": _state(rows=9, complete=9, low=3)})
    kinds: list[tuple[str, str]] = [(i.severity, i.what) for i in board.sides["live"].issues]
    assert kinds == [("gate", "length"), ("warning", "jargon"), ("warning", "score under 6")]
    assert isinstance(board.sides["live"].issues[0], Issue)
