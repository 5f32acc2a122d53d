"""The worker is killed again and again; what was committed stays as it was, and every row is written once."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from terminals import Looker, wait_for

KILLS = 5


@pytest.mark.slow
def test_nothing_is_lost_or_made_twice(brightrun: str, environment: dict[str, str], home: Path, database: Path) -> None:
    look = Looker(database)
    environment |= {"BRIGHTRUN_CONCURRENCY": "4", "BRIGHTRUN_PROVIDER": "simulated"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([brightrun, *arguments], env=environment, cwd=home, capture_output=True, text=True)

    def work() -> subprocess.Popen[bytes]:
        command = [brightrun, "worker", "--until-empty"]
        return subprocess.Popen(command, env=environment, cwd=home, stderr=subprocess.DEVNULL)

    assert run("init").returncode == 0
    ordered = run("generate", "--where", "tier:1 is:remaining", "--yes")
    assert ordered.returncode == 0, ordered.stderr
    kept: dict[tuple[str, int], str] = {}
    workers: list[subprocess.Popen[bytes]] = []  # the order started one, too: it is the first to be killed
    for _ in range(KILLS):
        before = look.count("generated")
        wait_for(lambda before=before: look.count("generated") >= before + 2, "two more conversations")
        wait_for(lambda: look.one("SELECT count(*) FROM generation_queue WHERE status = 'running'"), "a running row")
        pid = look.one("SELECT pid FROM workers WHERE stopped_at IS NULL ORDER BY id DESC")
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid: not _alive(pid), "the death of the worker")
        look.check()
        now = texts(look)
        assert {key: now.get(key) for key in kept} == kept, "what was committed stays"
        kept = now
        workers.append(work())
    assert workers[-1].wait(timeout=300) == 0
    assert [worker.wait() for worker in workers[:-1]] == [-signal.SIGKILL] * (KILLS - 1)
    look.check()
    now = texts(look)
    assert {key: now.get(key) for key in kept} == kept
    job = look.rows("SELECT status, total, done, failed, reserved_microusd FROM generation_jobs")
    assert job == [("completed", 40, 40, 0, 0)]
    good = "SELECT count(*), count(DISTINCT conversation_id) FROM generation_logs WHERE error_class = ''"
    assert look.rows(good) == [(40, 40)], "no committed answer was asked for again"


def texts(look: Looker) -> dict[tuple[str, int], str]:
    """Every generated turn."""
    found = look.rows(
        "SELECT t.conversation_id, t.turn_number, t.turn_id, t.user_input, t.target_response "
        "FROM conversation_turns t JOIN conversations c USING (conversation_id) WHERE c.status = 'generated'"
    )
    return {(row[0], row[1]): repr(row[2:]) for row in found}


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"
