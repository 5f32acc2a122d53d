"""Limits per minute as buckets, turns first come first served, and how wide a job goes."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from core.pipeline.pacing import RUN_OF_SUCCESSES, Pacer, Width
from core.providers.port import Limits
from core.text.tokens import most_tokens, usual_tokens
from data.buckets import Amount, Bucket, Buckets, Told


@pytest.mark.parametrize("limit", [60, 600, 3000, 60_000])
def test_no_second_sees_more_calls_than_its_share_of_a_high_limit(limit: int) -> None:
    bucket, now, calls = Bucket(limit, 0), 0.0, list[float]()
    bucket.refill(60)
    while now < 10:
        while bucket.wait_for(1) <= 0:
            bucket.take(1)
            calls.append(now)
        step = max(0.001, bucket.wait_for(1))
        bucket.refill(step)
        now += step
    assert len(calls) >= 0.95 * limit / 60 * 10
    busiest = max(sum(1 for at in calls if start <= at < start + 1) for start in calls[::7])
    assert busiest <= max(6, limit / 60 + 1)


def test_a_clock_that_was_set_back_takes_nothing_away() -> None:
    bucket = Bucket(60, 3)
    bucket.refill(-3600)
    assert bucket.level == 3


def test_a_call_larger_than_a_bucket_waits_for_a_full_one_and_no_longer() -> None:
    bucket = Bucket(300, 5)
    assert bucket.wait_for(100_000) == 0
    bucket.take(100_000)
    assert bucket.wait_for(1) == pytest.approx((100_000 - 5 + 1) / 5, rel=0.05)


def test_headers_set_the_limit_and_only_ever_lower_the_level() -> None:
    buckets = Buckets.starting(50)
    buckets.hear(Told(3000, 2990), Told(80_000, 400), Told())
    assert (buckets.requests.limit, buckets.requests.level) == (3000, 2)
    assert (buckets.input.limit, buckets.input.level) == (80_000, 80_000 / 3000)
    assert buckets.output.limit is None
    buckets.take(Amount(2, 0, 0))
    buckets.hear(Told(3000, 2990), Told(), Told())
    assert buckets.requests.level == 0, "what is under way stays taken"


async def test_nobody_is_overtaken() -> None:
    pacer, order = Pacer(60_000), list[int]()

    async def call(number: int) -> None:
        await pacer.turn(Amount(5, 0, 0))
        order.append(number)

    await asyncio.gather(*(call(number) for number in range(40)))
    assert order == list(range(40))


async def test_a_hold_stops_everybody() -> None:
    pacer = Pacer(60_000)
    pacer.hold(0.2)
    began = time.monotonic()
    await asyncio.gather(*(pacer.turn(Amount()) for _ in range(5)))
    assert time.monotonic() - began >= 0.19


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pacer's clock stands still, so that only what is told to it changes something."""
    monkeypatch.setattr("core.pipeline.pacing.time", SimpleNamespace(monotonic=lambda: 100.0))


@pytest.mark.usefixtures("still_clock")
async def test_calls_that_were_stored_together_leave_within_the_limit_of_every_second() -> None:
    pacer, left = Pacer(3000), list[float]()

    async def rest(seconds: float) -> None:
        left[-1] = seconds

    for _ in range(200):  # all at once, which is worse than any commit
        left.append(0.0)
        await pacer.leave(rest)
    busiest = max(sum(1 for at in left if start <= at < start + 1) for start in left)
    assert busiest <= 50 and 3.5 < max(left) < 5


@pytest.mark.usefixtures("still_clock")
async def test_a_row_that_waits_goes_as_soon_as_the_headers_allow_more() -> None:
    pacer = Pacer(50)

    async def rest(seconds: float) -> None:
        assert seconds > 0
        await asyncio.sleep(0)

    for _ in range(5):
        await pacer.turn(Amount())
    waiting = asyncio.create_task(pacer.turn(Amount(), rest))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    pacer.settle("dialogue", Amount(), 100, 100, Limits(Told(3000, 2999)))
    await waiting


def test_429_halves_once_for_all_calls_under_way_and_successes_creep_up() -> None:
    width = Width(16, 20)
    began = time.monotonic()
    for _ in range(16):
        width.slowed_down(began)
    assert width.now == 8
    for _ in range(RUN_OF_SUCCESSES * 3):
        width.went_well()
    assert width.now == 11
    for _ in range(RUN_OF_SUCCESSES * 30):
        width.went_well()
    assert width.now == 20


def test_one_at_a_time_stays_one_at_a_time() -> None:
    width = Width(1, 1)
    width.slowed_down(time.monotonic())
    for _ in range(100):
        width.went_well()
    assert width.now == 1


@pytest.mark.parametrize(
    ("text", "usual", "real_at_most"),
    [
        ("I feel a bit silly asking this, but here we go. " * 20, 253, 350),
        ('{"name": "x", "value": [1, 2, 3], "ok": true}' * 20, 237, 450),
        ("我对退休计划感到非常焦虑。" * 20, 260, 400),
        ("Я очень волнуюсь из-за долгов. " * 20, 230, 420),
        ("😀👩‍👩‍👧" * 20, 140, 500),
    ],
)
def test_the_ceiling_of_a_text_lies_above_what_any_script_takes(text: str, usual: int, real_at_most: int) -> None:
    assert usual_tokens(text) == pytest.approx(usual, rel=0.5)
    assert real_at_most * 0.8 <= most_tokens(text) <= len(text.encode()) * 1.05 + 1


async def test_a_call_that_had_its_turn_before_a_hold_waits_it_out() -> None:
    pacer, rested = Pacer(60_000), list[float]()

    async def rest(seconds: float) -> None:
        rested.append(seconds)
        pacer._hold_until = 0.0

    await pacer.turn(Amount(1, 100, 100))
    pacer.hold(3600)
    await pacer.leave(rest)
    assert len(rested) == 1 and rested[0] > 0
