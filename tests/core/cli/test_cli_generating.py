"""Generating from the command line: what it costs is shown and asked first, a worker does it, failures are named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.engine.launch import log_path
from core.engine.lock import hold_worker_lock, look_at_lock
from tests.core.cli.conftest import PATIENCE_S

if TYPE_CHECKING:
    from tests.core.cli.conftest import Cli

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.slow
def test_from_nothing_to_a_training_file(program: Program, tmp_path: Path) -> None:
    database = ["--db", str(tmp_path / "all.db")]
    init = program(*database, "init")
    assert (init.returncode, init.stdout) == (0, f"{tmp_path / 'all.db'}\n")

    generated = program(*database, "generate", "--all", "--simulate", "--yes", "--wait")
    assert generated.returncode == 0, generated.stderr
    assert generated.stdout == "1\n"
    assert "90 conversations" in generated.stderr
    assert "SIMULATED" in generated.stderr
    assert "Job 1 is completed: 90 of 90 done." in generated.stderr
    assert 5 <= sum(" %" in line for line in generated.stderr.splitlines()) <= 10

    reviewed = program(*database, "review", "--where", "is:to_review", "--approve")
    assert reviewed.returncode == 0, reviewed.stderr
    assert "90 conversations approved." in reviewed.stderr

    out = tmp_path / "out"
    exported = program(*database, "export", "--format", "openai", "--include-simulated", "--out", out, "--json")
    assert exported.returncode == 0, exported.stderr
    result = json.loads(exported.stdout)
    assert result["count"] == 100
    for line in Path(result["files"][0]).read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["messages"]
    assert program("export", "--verify", result["files"][0]).returncode == 0
    assert program("export", "--verify", result["manifest"]).returncode == 0
    status = json.loads(program(*database, "status", "--json").stdout)
    assert (status["remaining"], status["by_status"]) == (0, {"approved": 100})


def test_without_key_and_without_practice_it_says_how_to_get_either(on: Cli) -> None:
    result = on("generate", "--all", "--yes")
    assert (result.code, result.out) == (1, "")
    assert "There is no API key" in result.err
    assert "--simulate" in result.err


def test_without_a_terminal_it_shows_the_order_and_needs_yes(on: Cli) -> None:
    result = on("generate", "fp_marcus_007", "--simulate")
    assert (result.code, result.out) == (2, "")
    assert "1 conversation" in result.err
    assert "add --yes" in result.err
    assert on("jobs", "--json").document == {"jobs": []}


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yess\n"])
def test_anything_but_yes_starts_nothing(on: Cli, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("core.cli.generating.has_terminal", lambda: True)
    result = on("generate", "fp_marcus_007", "--simulate", answer=answer)
    assert (result.code, result.out) == (1, "")
    assert "Nothing was started." in result.err
    assert on("jobs", "--json").document == {"jobs": []}


@pytest.mark.slow
def test_above_an_amount_the_number_has_to_be_typed(on: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.cli.generating.has_terminal", lambda: True)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0000000000000000")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")  # nobody is asked to count tokens
    monkeypatch.setenv("BRIGHTRUN_TYPE_NUMBER_ABOVE", "0.01")
    result = on("generate", "--where", "tier:3", "--max-cost", "0.5", answer="y\n")
    assert (result.code, result.out) == (1, "")
    assert "Type 15 to generate" in result.err
    assert "never above $0.50" in result.err
    assert "sk-ant" not in result.err


@pytest.mark.slow
def test_skipped_rows_are_named_with_the_reason_and_the_rest_is_generated(on: Cli) -> None:
    result = on("generate", "fp_marcus_002", "fp_nobody", "fp_marcus_007", "--simulate", "--yes", "--wait")
    assert result.code == 1
    assert "fp_marcus_002 is approved: it has its text" in result.err
    assert "fp_nobody does not exist" in result.err
    assert on("show", "fp_marcus_007", "--raw").document["conversation"]["status"] == "generated"


def test_nothing_to_generate_is_said(on: Cli) -> None:
    found = on("generate", "--where", "persona:nobody", "--simulate", "--yes", "--json")
    assert (found.code, found.document["job"]) == (0, None)
    assert "No row matches persona:nobody." in found.err
    assert on("generate", "--where", "tier:seed", "--simulate", "--yes").code == 1


@pytest.mark.slow
def test_failed_rows_are_named_and_can_be_retried_as_practice(
    on: Cli, monkeypatch: pytest.MonkeyPatch, workers_end: Callable[[], None]
) -> None:
    monkeypatch.setenv("BRIGHTRUN_SIMULATOR_FAULTS", "refusal:1")
    result = on("generate", "fp_marcus_007", "fp_david_003", "--simulate", "--yes", "--wait", "--json")
    assert result.code == 1
    assert "fp_marcus_007: The model refused" in result.err
    assert result.document["failed"] == 2
    assert {item["status"] for item in result.document["items"]} == {"failed"}

    workers_end()  # else the one that refuses might still take the retry
    monkeypatch.setenv("BRIGHTRUN_SIMULATOR_FAULTS", "")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-0000000000000000")  # a key that came since changes nothing
    retried = on("jobs", "retry", str(result.document["id"]))
    assert retried.code == 0
    workers_end()
    job = on("jobs", "show", retried.out.strip(), "--json").document
    assert (job["provider"], job["done"]) == ("simulated", 2)


@pytest.mark.slow
def test_a_cap_pauses_the_job_and_the_wait_ends_with_its_reason(on: Cli, workers_end: Callable[[], None]) -> None:
    order = ("generate", "--where", "tier:3", "--simulate", "--yes", "--wait", "--max-cost", "0.001")
    unsent = on(*order, "--mail")
    assert (unsent.code, unsent.out, "smtp" in unsent.err) == (1, "", True), "nothing is ordered that cannot be told"
    result = on(*order, "--pause-after-tier")
    assert result.code == 1
    assert "The cap of" in result.err
    assert "may reach that cap" in result.err
    job = result.out.strip()
    shown = on("jobs", "show", job, "--json").document
    assert (shown["status"], shown["pause_after_tier"]) == ("paused", True)
    assert on("status", "--json").document["open_jobs"][0]["id"] == int(job)
    assert on("jobs", "stop", job).code == 0
    workers_end()
    assert on("jobs", "show", job, "--json").document["status"] == "cancelled"
    again = on("jobs", "pause", job)
    assert (again.code, "cannot pause" in again.err) == (1, True)


def test_an_unknown_job_is_named(on: Cli) -> None:
    for command in ("show", "pause", "resume", "stop", "retry"):
        result = on("jobs", command, "99")
        assert (result.code, result.out) == (1, "")
        assert "There is no job 99." in result.err


@pytest.mark.slow
def test_leaving_the_wait_leaves_the_job_running(program: Program, database: Path) -> None:
    environment = {**os.environ, "BRIGHTRUN_SIMULATOR_PACE": "1", "BRIGHTRUN_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "core.cli", "generate", "--where", "tier:3", "--simulate", "--yes", "--wait"]
    waiting = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs tests in the background ignores it
    )
    assert waiting.stdout is not None
    job = waiting.stdout.readline().strip()
    waiting.send_signal(signal.SIGINT)  # from here on it only waits
    _, said = waiting.communicate(timeout=PATIENCE_S)
    assert waiting.returncode == 130
    assert f"Job {job} goes on without you" in said
    assert "Traceback" not in said

    assert json.loads(program("jobs", "show", job, "--json").stdout)["status"] in ("queued", "running")
    program("jobs", "stop", job, "--now")
    until = time.monotonic() + PATIENCE_S
    while look_at_lock(database) is not None:  # the worker is nobody's child by now
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_second_worker_is_told_politely_that_there_is_one(on: Cli, database: Path) -> None:
    lock = hold_worker_lock(database)
    assert lock is not None
    result = on("worker", "--until-empty")
    os.close(lock)
    assert (result.code, result.out) == (1, "")
    assert "A worker is at work" in result.err


@pytest.mark.slow
def test_a_worker_in_the_foreground_ends_when_it_is_empty_and_keeps_its_log_private(
    program: Program, database: Path
) -> None:
    done = program("worker", "--until-empty", "--concurrency", "1")
    assert (done.returncode, done.stdout) == (0, "")
    assert "started" in done.stderr
    assert "ended" in log_path().read_text()
    assert log_path().stat().st_mode & 0o077 == 0
