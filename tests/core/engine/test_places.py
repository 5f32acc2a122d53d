"""Who may call: no more at once than there are places, in the order of rank and arrival, and no place is ever lost."""

from __future__ import annotations

import asyncio

import pytest

from core.engine.places import Finishing, Place, Places
from core.pipeline.pacing import READY_S, Width
from tests.core.engine.workbench import Bench


async def turns() -> None:
    """Let whoever can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


class Row:
    """A row that takes its place and says when it has it."""

    def __init__(self, places: Places, name: str, job: int = 1, width: int = 10, rank: int = 0) -> None:
        self.name, self.place = name, Place(places, job, Width(width, width), (rank,))
        self.task = asyncio.create_task(self.place.take())


def calling(*rows: Row) -> list[str]:
    return [row.name for row in rows if row.place.is_taken]


async def test_a_place_goes_to_the_best_rank_and_then_to_who_came_first() -> None:
    places = Places(lambda: None)
    places.open(1, ())
    rows = [Row(places, "a"), Row(places, "b", rank=2), Row(places, "c", rank=1), Row(places, "d", rank=1)]
    await turns()
    order = []
    while calling(*rows):
        (name,) = calling(*rows)
        order.append(name)
        next(row for row in rows if row.name == name).place.leave()
        await turns()
    assert order == ["a", "c", "d", "b"]
    assert not places.has_waiting and not places.has_callers


async def test_a_job_has_no_more_places_than_its_width_and_holds_nobody_up() -> None:
    places = Places(lambda: None)
    places.open(3, ())
    narrow = [Row(places, f"n{i}", job=1, width=1, rank=0) for i in range(3)]
    wide = [Row(places, f"w{i}", job=2, width=3, rank=1) for i in range(3)]
    await turns()
    assert calling(*narrow, *wide) == ["n0", "w0", "w1"]
    places.open(4, ())
    await turns()
    assert calling(*narrow, *wide) == ["n0", "w0", "w1", "w2"]
    for row in (*narrow, *wide):
        row.task.cancel()


async def test_a_row_that_called_before_goes_first_when_it_must_call_again() -> None:
    places = Places(lambda: None)
    places.open(1, ())
    first, second, third = Row(places, "1", rank=5), Row(places, "2"), Row(places, "3")
    await turns()
    first.place.leave()
    await turns()
    again = asyncio.create_task(first.place.take())
    await turns()
    assert calling(first, second, third) == ["2"]
    second.place.leave()
    await turns()
    assert again.done() and calling(first, second, third) == ["1"]
    third.task.cancel()


@pytest.mark.parametrize("turns_later", [0, 1])
async def test_who_is_broken_off_gives_its_place_back(turns_later: int) -> None:
    """Also in the moment in which it is given one."""
    places = Places(lambda: None)
    places.open(1, ())
    first, second, third = Row(places, "1"), Row(places, "2"), Row(places, "3")
    await turns()
    first.place.leave()  # the second has it now, and has not gone on yet
    for _ in range(turns_later):
        await asyncio.sleep(0)
    second.task.cancel()
    await turns()
    second.place.leave()  # as every row does at its end
    await turns()
    assert calling(third) == ["3"]


async def test_turns_of_a_row_that_are_annotated_side_by_side_share_its_place() -> None:
    places = Places(lambda: None)
    places.open(1, ())
    place = Place(places, 1, Width(4, 4), ())
    await asyncio.gather(place.take(), place.take(), place.take())
    place.leave()
    assert not places.has_callers


def test_rows_stand_ready_only_where_calls_are_short() -> None:
    def ahead(now: int, seconds: float) -> int:
        width = Width(now, now)
        width.took(seconds)
        return width.ahead

    assert Width(50, 50).ahead == 0  # nobody has called yet
    assert ahead(50, 0.5) == int(READY_S * 50 / 0.5)
    assert ahead(50, 20.0) == ahead(4, 2.0) == 0
    assert ahead(50, 0.001) == 50
    assert ahead(1, 0.001) == 0  # strict sequence


async def test_rows_stand_ready_and_no_more_call_at_once_than_the_job_allows(bench: Bench) -> None:
    bench.use(concurrency=3, max_concurrency=3)
    job_id = await bench.order(12)
    most = list[int]()

    async def watch() -> None:
        async def is_over() -> bool:
            rows = bench.worker.running.values() if bench.worker else ()
            most.append(sum(1 for row in rows if row.place.is_taken))
            return bool((await bench.job(job_id))["done"] == 12)

        await bench.until(is_over)

    await bench.run(watch)
    assert max(most) <= 3
    assert max(begun.at_once for begun in bench.begun) > 3
    await bench.check_counters()


async def test_a_row_that_steps_aside_keeps_its_place_while_one_of_its_calls_goes_on() -> None:
    places = Places(lambda: None)
    places.open(1, ())
    first, second = Row(places, "1"), Row(places, "2")
    await turns()
    first.place.step_aside()
    assert calling(first, second) == ["1"]
    first.place.hang_up()
    first.place.step_aside()
    await turns()
    assert calling(first, second) == ["2"]


async def test_nobody_begins_of_a_job_that_pauses_or_while_nothing_can_be_stored() -> None:
    may_begin = [True]
    places = Places(lambda: None, lambda job_id: may_begin[0])
    places.open(1, (1, 2))
    first, second, third = Row(places, "1"), Row(places, "2"), Row(places, "3", job=2)
    await turns()
    places.close(1)
    first.place.leave()
    await turns()
    assert calling(first, second, third) == ["3"]
    may_begin[0] = False
    third.place.leave()
    places.open(1, (1, 2))
    await turns()
    assert not calling(first, second, third)
    may_begin[0] = True
    places.open(1, (1, 2))
    await turns()
    assert calling(first, second, third) == ["2"]


@pytest.mark.parametrize("cap", [0.25, 0.35])
async def test_rows_that_stand_ready_do_not_keep_the_money_from_those_that_need_more(bench: Bench, cap: float) -> None:
    """The judge needs as much again: who waits for that lets those call who have money set aside."""
    settings = bench.settings
    bench.use(judge=True, judge_model=settings.dialogue_model, judge_max_tokens=settings.dialogue_max_tokens)
    bench.use(concurrency=2, max_concurrency=2)
    job_id = await bench.order(24, cap=cap)
    await bench.run()
    job = await bench.job(job_id)
    assert job["status"] == "paused" and "is reached" in job["reason"]
    assert job["reserved_microusd"] == 0 and job["actual_cost_microusd"] <= job["cap_microusd"]


async def test_no_more_is_made_ready_than_a_worker_may_write(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.rows.BEHIND", 0)
    bench.use(concurrency=20, max_concurrency=20)
    await bench.order(10)
    await bench.run(most=1)
    assert max(begun.at_once for begun in bench.begun) <= 2


async def test_texts_are_stored_a_few_at_a_time_while_calls_are_under_way_and_all_at_once_after_them() -> None:
    places = Places(lambda: None)
    places.open(1, ())
    caller, finishing = Row(places, "caller"), Finishing(places, 2)
    await turns()
    stored, go_on = list[int](), asyncio.Semaphore(0)

    async def store(number: int) -> None:
        async with finishing:
            stored.append(number)
            await go_on.acquire()

    rows = [asyncio.create_task(store(number)) for number in range(8)]
    await turns()
    assert stored == [0, 1]
    rows[3].cancel()  # who is broken off in the line keeps nobody's turn
    go_on.release()
    await turns()
    assert stored == [0, 1, 2]
    caller.place.leave()
    go_on.release()
    await turns()
    assert stored == [0, 1, 2, 4, 5, 6, 7]
    for _ in rows:
        go_on.release()
    await asyncio.gather(*rows, return_exceptions=True)
    assert rows[3].cancelled()
