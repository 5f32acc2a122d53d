"""The service's limits are shared by all jobs, learnt from its headers, and obeyed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from workbench import Bench

from core.pipeline.pacing import RUN_OF_SUCCESSES, SIMULATED_RATE, Pacer
from core.pipeline.work import JobSettings
from core.providers.simulator.faults import Faults
from core.providers.simulator.limits import INPUT_TOKENS_PER_MINUTE
from core.providers.simulator.server import Simulator
from core.settings.fields import Settings
from data import rates
from data.buckets import Amount
from data.engines import Database
from data.types import utc_now


async def test_two_workers_take_from_the_same_bucket(bench: Bench, settings: Settings) -> None:
    other, now = Database(bench.services.database.path), utc_now()
    given = 0
    for number in range(20):
        async with (other if number % 2 else bench.services.database).write() as session:
            found = await rates.look(session, "live x", "m", 60, now)
            if not found.buckets.wait_for(Amount()):
                found.buckets.take(Amount())
                await rates.keep(session, "live x", "m", found.buckets, now)
                given += 1
    await other.close()
    assert given == 5, "so much may go at once, whoever asks"


async def test_a_hold_is_for_all_and_a_clock_that_jumps_does_not_prolong_it_for_ever(bench: Bench) -> None:
    now = utc_now()
    async with bench.services.database.write() as session:
        found = await rates.look(session, "live x", "m", 60, now)
        await rates.keep(session, "live x", "m", found.buckets, now, hold_s=30)
    async with bench.services.database.write() as session:
        assert (await rates.look(session, "live x", "m", 60, now)).hold_s == pytest.approx(30)
        early = await rates.look(session, "live x", "m", 60, now - timedelta(hours=1))
        assert early.hold_s <= rates.LONGEST_HOLD_S
        assert (await rates.look(session, "live x", "m", 60, now + timedelta(seconds=31))).hold_s == 0


async def test_after_a_clock_was_set_back_the_bucket_refills_and_a_hold_is_as_long_as_it_was(bench: Bench) -> None:
    now = utc_now()
    async with bench.services.database.write() as session:
        found = await rates.look(session, "live x", "m", 60, now + timedelta(hours=1))
        found.buckets.take(Amount(5))
        await rates.keep(session, "live x", "m", found.buckets, now + timedelta(hours=1), hold_s=30)
        held = await rates.look(session, "live x", "m", 60, now)
        later = await rates.look(session, "live x", "m", 60, now + timedelta(seconds=40))
    assert (held.hold_s, held.buckets.wait_for(Amount()) > 0) == (pytest.approx(30), True)
    assert (later.hold_s, later.buckets.wait_for(Amount())) == (0, 0)


async def test_the_headers_correct_the_shared_bucket_and_no_key_is_in_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(pace=0.0, requests_per_minute=1234) as simulator:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-key-of-nobody")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        bench.use(provider="live", requests_per_minute=50)
        await bench.order(3)
        await bench.order((await bench.rows())[:3])
        await bench.run()
    (row,) = await bench.select("rate_buckets")
    assert row["requests_limit"] == 1234
    assert row["input_limit"] == INPUT_TOKENS_PER_MINUTE
    assert row["account"].startswith("live 127.0.0.1:")
    assert "sk-" not in str(row)


@pytest.mark.slow
async def test_429_narrows_the_job_and_holds_the_shared_bucket(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Simulator(pace=0.0, faults=Faults.parse("429@3")) as simulator:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-key-of-nobody")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        bench.use(provider="live", concurrency=8, requests_per_minute=4000)
        job_id = await bench.order(RUN_OF_SUCCESSES - 1)  # too few for it to creep up again
        await bench.run()
    assert (await bench.job(job_id))["status"] == "completed"
    assert {begun.state.width.now for begun in bench.begun} == {4}
    assert bench.slept == [0.0], "as the service asks"
    await bench.check_counters()


async def test_a_call_that_waits_to_leave_has_its_money_set_aside_and_gives_it_back_at_a_pause(
    bench: Bench,
) -> None:
    job_id = await bench.order(1)
    settings = JobSettings.of(await bench.job(job_id))

    async def skip(_: float) -> None:
        pass

    async def pause() -> None:
        assert bench.worker is not None
        pacer = Pacer(SIMULATED_RATE)
        for _ in range(round(SIMULATED_RATE)):  # a minute's calls are about to leave
            await pacer.leave(skip)
        account = bench.worker.providers.account(settings)
        bench.worker._rows._pacers[(account, settings.model)] = pacer

        async def waits_to_leave() -> bool:
            resting = [row for row in bench.worker.running.values() if row.is_resting] if bench.worker else []
            return bool(resting and (await bench.job(job_id))["reserved_microusd"])

        await bench.until(waits_to_leave)
        await bench.services.generation.pause(job_id)  # no stop: the end of a job clears what is set aside

    await bench.run(pause)
    job = await bench.job(job_id)
    assert (job["status"], job["reserved_microusd"], job["calls"], bench.calls) == ("paused", 0, 0, 0)
    await bench.check_counters()
