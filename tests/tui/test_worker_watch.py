"""The app sees that nobody works although a job wants it, says so, and has another worker take over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from driving import Opened, messages, seen, until
from test_jobs import order

from core.progress import Job, Progress
from core.services import Services
from data import workers
from data.types import utc_now
from tui.widgets.progress_text import trouble_of


async def beats(services: Services, *, seconds_ago: float, message: str = "") -> None:
    """A worker told the database that it is alive, so long ago."""
    told = {"host": "here", "pid": 4711, "heartbeat_at": utc_now() - timedelta(seconds=seconds_ago)}
    told |= {"version": "1", "running": 1, "has_key": not message, "message": message, "stopped_at": None}
    async with services.database.write() as session:
        await workers.beat(session, "here-4711", told)


async def test_a_worker_that_died_is_replaced_and_one_that_dies_at_once_is_not_for_ever(
    services: Services, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Path] = []
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: started.append(database) or "")
    await order(services, 3)
    started.clear()
    await beats(services, seconds_ago=60)
    async with opened() as (app, pilot):
        assert len(started) == 1, "the opening starts one, and says why"
        died = "The worker has died: another takes over."
        assert any(died in text for text in messages(app))
        monkeypatch.setattr("tui.worker_watch.LOOK_S", 0.0)
        app.database_watch.look()
        await until(pilot, lambda: len(started) == 1)  # it needs a moment to be seen
        monkeypatch.setattr("tui.worker_watch.START_S", 0.0)
        for _ in range(6):
            app.database_watch.look()
        await app.workers.wait_for_complete([one for one in app.workers if one.group == "lost worker"])
        assert len(started) == 4
        assert any("The worker ended 3 times without a result" in text for text in messages(app))
        await pilot.press("J", "enter")
        await until(pilot, lambda: "no worker is running: p twice starts one" in seen(app))


def test_whatever_a_job_waits_for_is_said() -> None:
    values = {"id": 1, "status": "running", "provider": "live", "reason": "", "stop_requested": ""}
    job = Job(**{**dict.fromkeys(Job._fields, 0), **values})  # type: ignore[arg-type]
    works = Progress(worker_alive=True, keys={"job.stop": "ctrl+b", "job.pause": "p"})
    down = "The service is down: nothing answers. One row tries again now and then; the others wait for it."
    keyless = "a live job waits: the worker has no API key"
    assert trouble_of(works, job) == ""
    assert trouble_of(works, job._replace(reason=down)) == down
    assert trouble_of(replace(works, worker_message=keyless), job) == keyless
    assert trouble_of(replace(works, worker_message=keyless), job._replace(provider="simulated")) == ""
    nobody = replace(works, worker_alive=False)
    assert trouble_of(nobody, job) == "no worker is running: p twice starts one"
    assert trouble_of(replace(nobody, worker_starting=True), job) == ""
    assert "ctrl+b again stops at once" in trouble_of(works, job._replace(stop_requested="drain"))
