"""Rows and jobs steered from the command line: dropped, moved, put first; and what is said when that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.core.cli.conftest import Cli

IDS = ("fp_marcus_007", "fp_jennifer_006", "fp_david_005")


@pytest.fixture
def job(on: Cli, monkeypatch: pytest.MonkeyPatch) -> str:
    """A job of three rows that no worker takes up."""
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: "")
    monkeypatch.setattr("core.cli.following.WORKER_START_S", 0.0)
    on("generate", *IDS, "--simulate", "--yes")
    return "1"


def waiting(on: Cli, job: str) -> list[str]:
    items = on("jobs", "show", job, "--json").document["items"]
    return [item["conversation_id"] for item in items if item["status"] == "queued"]


def test_waiting_rows_are_moved_and_dropped(on: Cli, job: str) -> None:
    before = waiting(on, job)
    moved = on("jobs", "move", job, before[2], "--first", "--json")
    assert moved.document == {"job": 1, "id": before[2], "place": 1, "waiting": 3}
    assert f"{before[2]} is number 1 of 3 that wait." in moved.err
    assert waiting(on, job) == [before[2], before[0], before[1]]
    dropped = on("jobs", "drop", job, before[0], before[1], "--json")
    assert dropped.document == {"job": 1, "dropped": {before[0]: "cancelled", before[1]: "cancelled"}}
    assert f"{before[0]} is out of job 1." in dropped.err
    assert waiting(on, job) == [before[2]]
    assert on("status", "--json").document["by_status"]["queued"] == 1


def test_what_cannot_be_steered_is_named(on: Cli, job: str) -> None:
    assert "fp_nobody is not in job 1." in on("jobs", "drop", job, "fp_nobody").err
    assert "There is no job 9." in on("jobs", "move", "9", IDS[0], "--up").err
    assert on("jobs", "move", job, IDS[0]).code == 2
    on("jobs", "stop", job)
    assert f"{IDS[0]} is cancelled in job 1: it cannot be moved." in on("jobs", "move", job, IDS[0], "--up").err
    assert "Job 1 is cancelled: there is nothing left to put first." in on("jobs", "first", job).err


def test_a_job_is_put_first(on: Cli, job: str) -> None:
    on("generate", "fp_marcus_008", "fp_marcus_009", "--simulate", "--yes")
    assert on("jobs", "first", "2", "--json").document == {"job": 2, "status": "queued", "stop_requested": ""}
