"""Pictures of the job screens: the list, a job that runs, and the summary at the end."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as times
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
from driving import ready, settled
from test_jobs import order, work
from textual.pilot import Pilot

from core.services import Services
from core.settings.fields import Settings
from tui.app import BrightrunApp

NOW = times.datetime(2026, 11, 20, 10, 5, tzinfo=times.UTC)
SIZES = [(80, 24), (160, 48)]
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")]
Compare = Callable[..., bool]


class StoppedClock(times.datetime):
    """It is always the same moment."""

    @classmethod
    def now(cls, tz: Any = None) -> times.datetime:  # type: ignore[override]
        return NOW


async def _history(settings: Settings) -> None:
    """A job that ended with failures, one at its cap, and one that is in the middle of its work."""
    services = await Services.open(dataclasses.replace(settings, concurrency=1))
    services.generation.use(dataclasses.replace(settings, concurrency=1, attempts=1, simulator_faults="refusal:0.2"))
    await order(services, 10)
    await work(services)
    await order(services, 3, cap=1, tier="edge_case")
    await work(services)
    await services.generation.stop(2, now=True)
    await order(services, 8, tier="scenario")
    await services.close()


@pytest.fixture(autouse=True)
def jobs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The jobs, with all times fixed."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr("tui.screens.jobs_one.datetime", StoppedClock)
    asyncio.run(_history(settings))
    with sqlite3.connect(settings.database) as db:
        db.execute("update generation_jobs set created_at = '2026-11-20 10:00:00', started_at = '2026-11-20 10:00:10'")
        db.execute("update generation_jobs set finished_at = '2026-11-20 10:03:00' where finished_at is not null")
        db.execute(
            "update generation_jobs set results_summary = json_set(results_summary, '$.seconds', 170.0) where id < 3"
        )
        db.execute(
            "update generation_queue set finished_at = '2026-11-20 10:0' || (id % 5) || ':10' where status <> 'queued'"
        )
        running = "update generation_queue set status = 'running', stage = 'dialogue', "
        running += "started_at = '2026-11-20 10:04:20', step"
        items = [
            row[0] for row in db.execute("select id from generation_queue where job_id = 3 order by position limit 4")
        ]
        for item, step in zip(items[:2], ("writing", "calling"), strict=True):
            db.execute(f"{running} = '{step}' where id = {item}")
        done = "update generation_queue set status = 'done', actual_cost_microusd = 21000, "
        done += "finished_at = '2026-11-20 10:04:"
        for second, item in enumerate(items[2:]):
            db.execute(f"{done}1{second}' where id = {item}")
        db.execute(
            "update generation_jobs set status = 'running', done = 2, actual_cost_microusd = 4100000, calls = 2, "
            "input_tokens = 9000, output_tokens = 2400, warned_percent = 75 where id = 3"
        )


def _pressing(*keys: str) -> Callable[[Pilot[None]], Any]:
    async def run(pilot: Pilot[None]) -> None:
        await ready(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return run


def _app(settings: Settings) -> BrightrunApp:
    return BrightrunApp(settings, flags={k: v for k, v in dataclasses.asdict(settings).items() if v != ""})


def test_job_list(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_pressing("J"))


def test_job_running(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_pressing("J", "enter", "j"))


def test_job_summary(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_pressing("J", "G", "S"))
