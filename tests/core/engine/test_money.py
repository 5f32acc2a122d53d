"""No cap is ever exceeded, people are warned on the way to it, and what paused at it goes on with other terms."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from aiohttp import web
from serving import serving
from workbench import PATIENCE_S, Bench

from core.engine.orders import Order
from core.errors import GenerationError, PriceError
from core.providers import counting
from core.providers.pricing import MARGIN, Price, price_of
from core.providers.simulator.faults import Faults
from core.providers.simulator.server import Simulator
from core.text.tokens import most_tokens
from data import billing, budgets, queue
from data.types import utc_now


@pytest.fixture
async def live(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    """A service whose calls cost money as far as brightrun can tell."""
    async with Simulator(pace=0.0) as simulator:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-key-of-nobody")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
        bench.use(provider="live", requests_per_minute=4000)
        yield simulator


async def overall(bench: Bench) -> dict[str, Any]:
    (row,) = await bench.select("budgets")
    return row


async def test_fifty_calls_at_once_never_exceed_either_cap_also_when_they_cost_all_that_was_set_aside(
    bench: Bench, live: Simulator
) -> None:
    del live
    job_id = await bench.order(40, cap=1.0)
    await bench.services.generation.set_budget(700_000)
    database = bench.services.database
    async with database.write() as session:
        claims = await queue.claim(session, "w", job_id, slots=40, now=utc_now(), lease_s=60)
    price = Price("m", 2.0, 10.0, 2.5, 0.1)
    text = "How should I plan my retirement? " * 100
    ceiling = price.ceiling_microusd(most_tokens(text), 2_000)
    dearest = round(MARGIN * most_tokens(text)) * 2.5 + 2_000 * 10.0  # the margin used up, all room used
    assert dearest <= ceiling + 3
    refused, peak = [], 0

    async def call(held: queue.Claim, times: int) -> None:
        nonlocal peak
        for _ in range(times):
            async with database.write() as session:
                cap = await billing.reserve(session, held, ceiling, is_real=True)
            async with database.read() as session:
                now = await budgets.overall(session)
            peak = max(peak, now["spent_microusd"] + now["reserved_microusd"])
            if cap is not None:
                refused.append(cap.which)
                continue
            await asyncio.sleep(0)
            async with database.write() as session:
                await billing.settle(
                    session,
                    held,
                    reserved_microusd=ceiling,
                    cost_microusd=ceiling,
                    input_tokens=1,
                    output_tokens=1,
                    is_real=True,
                )

    await asyncio.gather(*(call(claims[n % 40], 2) for n in range(50)))
    now, job = await overall(bench), await bench.job(job_id)
    assert peak <= 700_000
    assert now["spent_microusd"] == job["actual_cost_microusd"] == 700_000 // ceiling * ceiling
    assert now["reserved_microusd"] == job["reserved_microusd"] == 0
    assert set(refused) == {"overall"}
    assert (now["warned_percent"], job["warned_percent"]) == (90, 50)


@pytest.mark.slow
async def test_the_overall_cap_pauses_the_job_and_a_higher_one_lets_it_go_on(bench: Bench, live: Simulator) -> None:
    job_id = await bench.order(8)
    row = await bench.services.generation.set_budget(150_000)
    assert (row["cap_microusd"], row["follows_settings"]) == (150_000, False)
    await bench.run()
    job = await bench.job(job_id)
    assert job["status"] == "paused"
    assert job["reason"].startswith("The overall cap of $0.15 is reached: $")
    assert f"Raise it with brightrun budget --set USD, then resume job {job_id}." in job["reason"]
    assert 0 < job["done"] < 8
    now = await overall(bench)
    assert now["spent_microusd"] == job["actual_cost_microusd"] <= 150_000
    assert now["reserved_microusd"] == 0
    await bench.services.generation.set_budget(5_000_000)
    await bench.services.generation.resume(job_id)
    await bench.run()
    assert (await bench.job(job_id))["status"] == "completed"
    assert live.calls == 8
    (first, second) = await bench.select("audit_log WHERE entity = 'budget' ORDER BY id")
    assert (first["actor"], first["action"]) == ("tester", "set cap")
    assert '"cap_microusd": 150000' in second["before"]
    await bench.check_counters()


@pytest.mark.slow
async def test_practice_money_does_not_eat_the_overall_budget(bench: Bench) -> None:
    await bench.services.generation.set_budget(1)
    job_id = await bench.order(3)
    await bench.run()
    assert (await bench.job(job_id))["status"] == "completed"
    assert (await overall(bench))["spent_microusd"] == 0


async def test_the_overall_cap_follows_the_settings_until_it_is_set_by_hand(bench: Bench) -> None:
    bench.use(max_total_cost=3.0)
    assert (await bench.services.generation.budget())["cap_microusd"] == 3_000_000
    await bench.services.generation.set_budget(None)
    assert (await bench.services.generation.budget())["cap_microusd"] is None
    now = await bench.services.generation.set_budget(None, follow_settings=True)
    assert (now["cap_microusd"], bool(now["follows_settings"])) == (3_000_000, True)


async def test_each_warning_is_given_once(bench: Bench, live: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    del live
    job_id = await bench.order(12, cap=5.0)
    bench.use(concurrency=1)
    await bench.change(f"UPDATE generation_jobs SET cap_microusd = 300000 WHERE id = {job_id}")
    with caplog.at_level("WARNING", logger="brightrun.worker"):
        await bench.run()
    said = [r.getMessage() for r in caplog.records if "of its cap" in r.getMessage()]
    percents = [message.split(" spent ")[1].split(" %")[0] for message in said]
    assert percents == sorted(set(percents)), said
    assert percents[0] == "50"
    job = await bench.job(job_id)
    assert job["warned_percent"] == int(percents[-1]) >= 50
    assert job["actual_cost_microusd"] <= 300_000


@pytest.mark.slow
async def test_a_job_at_its_cap_goes_on_with_a_higher_one_and_another_model(bench: Bench) -> None:
    bench.use(concurrency=1)
    job_id = await bench.order(6, cap=0.15)
    await bench.run()
    paused = await bench.job(job_id)
    assert paused["status"] == "paused"
    assert f"brightrun jobs resume {job_id} --max-cost USD" in paused["reason"]
    generation = bench.services.generation
    with pytest.raises(GenerationError, match="leaves nothing"):
        await generation.resume(job_id, cap_microusd=1)
    with pytest.raises(PriceError, match="has no price"):
        await generation.resume(job_id, models={"dialogue": "claude-unheard-of"})
    assert (await bench.job(job_id))["status"] == "paused", "nothing was changed"
    await generation.resume(job_id, cap_microusd=3_000_000, models={"dialogue": "claude-haiku-5-5"})
    assert (await bench.job(job_id))["warned_percent"] == 0
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["cap_microusd"]) == ("completed", 3_000_000)
    models = [row["model"] for row in await bench.select("generation_logs ORDER BY id")]
    assert models[0] == "claude-sonnet-5-5"
    assert models[-1] == "claude-haiku-5-5"
    resumed = await bench.select("audit_log WHERE action = 'resume'")
    assert "3000000" in resumed[-1]["after"]
    await bench.check_counters()


@pytest.mark.slow
async def test_a_call_that_is_stopped_before_it_was_made_gives_its_money_back(bench: Bench, live: Simulator) -> None:
    live._faults = Faults.parse("429:1")
    bench.use(concurrency=8)
    job_id = await bench.order(8)

    async def stop() -> None:
        async def was_asked() -> bool:
            return live.calls >= 1

        await bench.until(was_asked)
        await bench.services.generation.stop(job_id, now=True)

    await bench.run(stop)
    assert (await overall(bench))["reserved_microusd"] == 0
    assert (await bench.job(job_id))["reserved_microusd"] == 0


@pytest.mark.slow
async def test_the_service_counts_the_prompt_and_the_proposal_says_so(
    bench: Bench, live: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "ALL_S", PATIENCE_S)
    generation, ids = bench.services.generation, tuple((await bench.rows())[:30])
    own = await generation.propose(Order("selected", ids))
    counted = await generation.propose(Order("selected", ids), count_tokens=True)
    assert own.basis == "estimated from characters"
    assert counted.basis == "counted by the service"
    assert counted.low_microusd == pytest.approx(own.low_microusd, rel=0.1), "the simulator counts as we do"
    assert live.calls == 0, "counting is free"


@pytest.mark.slow
async def test_without_an_answer_the_estimate_is_our_own(
    bench: Bench, live: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "ALL_S", PATIENCE_S)
    await live.__aexit__(None, None, None)
    ids = tuple((await bench.rows())[:3])
    proposal = await bench.services.generation.propose(Order("selected", ids), count_tokens=True)
    assert proposal.basis.startswith("estimated from characters: The connection to the service failed")


@pytest.mark.slow
async def test_the_estimate_learns_from_what_calls_have_taken(bench: Bench, live: Simulator) -> None:
    del live
    ids = await bench.rows("status = 'planned' AND tier = 'template'")
    arc = (await bench.row(ids[0]))["arc_id"]
    same = [i for i in ids if (await bench.row(i))["arc_id"] == arc]
    await bench.order(same[:4])
    await bench.run()
    await bench.change("UPDATE generation_logs SET output_tokens = 5000, input_tokens = 9000, "
                       "cache_creation_input_tokens = 0, cache_read_input_tokens = 0")  # fmt: skip
    proposal = await bench.services.generation.propose(Order("selected", (same[4],)))
    assert proposal.basis == "estimated from past calls"
    assert proposal.high_microusd >= 5000 * 10
    job = await bench.services.generation.job(1)
    (cost,) = job["costs"]
    assert (cost["stage"], cost["calls"], cost["rejected"]) == ("dialogue", 4, 0)
    assert cost["cost_microusd"] == job["actual_cost_microusd"]


async def test_a_call_that_is_broken_off_costs_what_the_service_said_by_then(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        usage = {"input_tokens": 12_000, "cache_read_input_tokens": 40_000, "output_tokens": 1}
        for said in (
            {"type": "message_start", "message": {"model": "claude-sonnet-5-5", "usage": usage}},
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "<turn>"}},
        ):
            await response.write(f"event: {said['type']}\ndata: {json.dumps(said)}\n\n".encode())
        await over.wait()
        return response

    async def stop() -> None:
        await bench.until_written(1)
        await bench.services.generation.stop(job_id, now=True)

    async with serving(answer) as base_url:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-key-of-nobody")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", base_url)
        bench.use(provider="live")
        job_id = await bench.order(1)
        await bench.run(stop)
        over.set()
    (log,) = await bench.select("generation_logs")
    assert (log["error_class"], log["input_tokens"], log["cache_read_input_tokens"]) == ("Cancelled", 12_000, 40_000)
    assert (await overall(bench))["spent_microusd"] == log["cost_microusd"] >= 12_000 * 2
    await bench.check_counters()


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf, "cheap"])
def test_a_price_that_is_none_is_refused_before_anything_is_called(wrong: Any) -> None:
    with pytest.raises(PriceError, match="price of m"):
        price_of("m", {"m": {"input": 1.0, "output": wrong}}, on=date(2026, 11, 21))
