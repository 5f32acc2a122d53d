"""A service that is down: whoever works, and at whatever stage, rows wait for it and none is finished without it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from killing import Endpoint, check_tables, fork_worker, looking
from workbench import Bench

from core.engine.circuit import FIRST_PAUSE_S, Circuit
from core.engine.orders import Order
from core.services import Services
from core.settings.fields import Settings
from data import conversations
from data.criteria import Criteria

JUDGING = '"You judge one finished conversation"'


async def test_rows_whose_judge_cannot_be_reached_are_judged_when_it_can(bench: Bench) -> None:
    bench.use(judge=True, concurrency=1, simulator_faults=f"529@key={JUDGING}*6")
    job_id = await bench.order(3)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"]) == ("completed", 3, 0)
    assert all(quality["judge"] and '"failed"' not in quality["judge"] for quality in await bench.select(
        "quality_metrics q JOIN generation_queue i ON i.conversation_id = q.conversation_id"
    ))  # fmt: skip
    answered = Counter(log["stage"] for log in await bench.select("generation_logs WHERE error_class = ''"))
    assert answered == {"dialogue": 3, "judge": 3}, "what was written is not written again"
    await bench.check_counters()


@pytest.mark.slow
async def test_a_worker_that_takes_over_in_an_outage_lets_one_row_try_and_no_row_fails(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engine.circuit.FIRST_PAUSE_S", 600.0)
    bench.use(concurrency=3, simulator_faults="529@1-21")  # five rows, and the two that are being written then
    job_id = await bench.order(9)

    async def leave() -> None:
        async def is_down() -> bool:
            return (await bench.job(job_id))["reason"].startswith("The service is down: ")

        await bench.until(is_down)
        assert bench.worker is not None
        bench.worker.drain()

    await bench.run(leave)
    assert (await bench.job(job_id))["failed"] == 0
    monkeypatch.setattr("core.engine.circuit.FIRST_PAUSE_S", 0.02)  # its simulator counts anew: it is down once more
    bench.begun.clear()
    await bench.change("CREATE TABLE seen_failed (id INTEGER)")
    await bench.change(
        "CREATE TRIGGER note_failed AFTER UPDATE OF failed ON generation_jobs WHEN new.failed > old.failed BEGIN "
        "INSERT INTO seen_failed VALUES (new.id); END"
    )
    await bench.run()
    tries = [begun.at_once for begun in bench.begun if begun.is_down]
    assert len(tries) > 1 and set(tries) == {1}
    assert await bench.select("seen_failed") == []
    job = await bench.job(job_id)
    assert (job["done"], job["reason"]) == (9, "")
    await bench.check_counters()


async def order_live(settings: Settings, rows: int) -> None:
    live = replace(settings, provider="live", concurrency=1, attempts=1, requests_per_minute=100_000)
    services = await Services.open(live)
    try:
        async with services.database.read() as session:
            ids = (await conversations.matching_ids(session, Criteria(states=("remaining",))))[:rows]
        proposal = await services.generation.propose(Order("selected", tuple(ids)))
        await services.generation.submit(proposal, cap_microusd=5_000_000)
    finally:
        await services.close()


@pytest.mark.slow
def test_rows_that_failed_for_the_service_before_a_worker_was_killed_are_taken_again_by_the_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(settings.database)
    with Endpoint(faults="500@1-3") as endpoint:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-not-a-real-key-0000")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", endpoint.base_url)
        asyncio.run(order_live(settings, 5))
        assert os.waitpid(fork_worker(path, "before-call:4"), 0)[1] == signal.SIGKILL
        with looking(path) as db:
            assert db.execute("SELECT failed, done FROM generation_jobs").fetchone()[:] == (3, 0)
        assert os.waitpid(fork_worker(path), 0)[1] == 0
    check_tables(path)
    with looking(path) as db:
        assert db.execute("SELECT status, failed, done FROM generation_jobs").fetchone()[:] == ("completed", 0, 5)
        attempts = [row[0] for row in db.execute("SELECT attempts FROM generation_queue ORDER BY position")]
        assert attempts == [2, 2, 2, 1, 1], "and what failed stays in the log"


def test_a_circuit_found_open_tries_at_once_and_then_after_growing_pauses() -> None:
    now = 100.0
    circuit = Circuit(900, lambda: now)
    circuit.found_open()
    assert (circuit.may_begin(0), circuit.may_begin(1), circuit.is_sustained) == (True, False, False)
    assert circuit.service_failed(1), "the row waits"
    assert not circuit.may_begin(0)
    now += FIRST_PAUSE_S
    assert circuit.may_begin(0)
    now += 900
    assert circuit.is_sustained


def test_what_a_former_worker_saw_fail_for_the_service_counts_with_what_the_next_one_sees() -> None:
    for found, again in (([1], []), ([1, 2], [1, 2])):
        circuit = Circuit(900, lambda: 100.0)
        circuit.found_failed(found)
        assert circuit.ended(9, "", by_service=False) == ("", again), "a single one failed by itself"
    circuit.found_failed([1, 2, 3, 4])
    assert circuit.service_failed(5), "the fifth in a row"
    assert circuit.suspects() == [1, 2, 3, 4]
    circuit.found_failed([6])
    circuit.found_open()
    assert circuit.ended(7, "", by_service=False) == ("", [6]), "the service was known to be down"


def test_a_row_whose_failure_is_stored_after_the_service_was_found_down_is_taken_again() -> None:
    circuit = Circuit(900, lambda: 100.0)
    assert [circuit.service_failed(item) for item in range(1, 6)] == [False] * 4 + [True]
    assert circuit.suspects() == [1, 2, 3, 4], "taken again, also 4, which is still being stored"
    assert circuit.ended(4, "The service is down.", by_service=True) == ("", [4])
