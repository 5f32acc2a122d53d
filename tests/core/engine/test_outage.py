"""A service that is down: whoever works, and at whatever stage, rows wait for it and none is finished without it."""

from __future__ import annotations

from collections import Counter

import pytest
from workbench import Bench

from core.engine.circuit import FIRST_PAUSE_S, Circuit

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
    bench.use(concurrency=3, simulator_faults="529@1-21")  # five rows, and the two that are being written then
    job_id = await bench.order(9)

    async def leave() -> None:
        async def is_down() -> bool:
            return (await bench.job(job_id))["reason"].startswith("The service is down: ")

        await bench.until(is_down)
        assert bench.worker is not None
        bench.worker.drain()

    await bench.run(leave)
    monkeypatch.setattr("core.engine.circuit.FIRST_PAUSE_S", 0.02)  # its simulator counts anew: it is down once more
    most = 0

    async def watch() -> None:
        nonlocal most

        async def is_over() -> bool:
            nonlocal most
            assert bench.worker is not None
            job = await bench.job(job_id)
            assert job["failed"] == 0
            most = max(most, len(bench.worker.running) if job["reason"] and not job["done"] else 0)
            return bool(job["done"] == 9)

        await bench.until(is_over, 20)

    await bench.run(watch)
    assert most <= 1
    assert (await bench.job(job_id))["reason"] == ""
    await bench.check_counters()


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


def test_a_row_whose_failure_is_stored_after_the_service_was_found_down_is_taken_again() -> None:
    circuit = Circuit(900, lambda: 100.0)
    assert [circuit.service_failed(item) for item in range(1, 6)] == [False] * 4 + [True]
    assert circuit.suspects() == [1, 2, 3, 4], "taken again, also 4, which is still being stored"
    assert circuit.ended(4, "The service is down.", by_service=True) == ("", [4])
