"""What every engine adapter must do, as tests: `test_contract.py` runs them over each adapter.

They speak through the services and look at the tables; only the rig knows how an adapter is made to work.
"""

from __future__ import annotations

import pytest
from workbench import Bench

from core.engine.orders import Order
from core.errors import GenerationError, StorageError
from core.status import Verdict
from data import queue
from data.types import utc_now

PAID = "<turn><user>I never opened it.</user><advisor>Then let us open it together, Marcus.</advisor></turn>"


class EngineContract:
    """The contract of `core.engine.port.JobEngine`."""

    async def test_a_row_is_never_in_two_open_jobs(self, bench: Bench) -> None:
        ids = tuple((await bench.rows())[:2])
        generation = bench.services.generation
        first, second = (
            await generation.propose(Order("selected", ids)),
            await generation.propose(Order("single", ids[:1])),
        )
        await generation.submit(first, cap_microusd=5_000_000)
        with pytest.raises(StorageError, match=f"Nothing was ordered: {ids[0]} is queued by now"):
            await generation.submit(second, cap_microusd=5_000_000)
        again = await generation.propose(Order("selected", ids))
        assert again.skipped == ((ids[0], "is queued already"), (ids[1], "is queued already"))
        with pytest.raises(GenerationError, match="nothing to generate"):
            await generation.submit(again, cap_microusd=5_000_000)
        assert len(await bench.select("generation_jobs")) == 1

    async def test_pause_finishes_what_runs_and_resume_goes_on(self, bench: Bench) -> None:
        bench.use(concurrency=2)
        job_id = await bench.order(8)
        bench.hold(after=2)

        async def some_done() -> bool:
            return bool((await bench.job(job_id))["done"] >= 2)

        async def pause() -> None:
            await bench.until(some_done)
            await bench.until_written(2)
            await bench.services.generation.pause(job_id)
            bench.let_go()

        await bench.run(pause)
        job = await bench.job(job_id)
        assert (job["status"], job["reason"], job["done"]) == ("paused", "paused by tester", 4)
        assert {i["status"] for i in await bench.items(job_id)} == {"done", "queued"}
        await bench.services.generation.resume(job_id)
        await bench.run()
        job = await bench.job(job_id)
        assert (job["status"], job["done"], job["calls"], job["reason"]) == ("completed", 8, 8, "")
        await bench.check_counters()

    @pytest.mark.parametrize("now", [False, True])
    async def test_stop_lets_calls_finish_and_stop_now_breaks_them_off(self, bench: Bench, now: bool) -> None:
        bench.use(concurrency=2)
        job_id = await bench.order(6)
        bench.hold()

        async def stop() -> None:
            await bench.until_written(2)
            await bench.services.generation.stop(job_id, now=False)
            if now:
                await bench.services.generation.stop(job_id, now=True)
            else:
                bench.let_go()

        await bench.run(stop)
        job = await bench.job(job_id)
        done = 0 if now else 2
        assert (job["status"], job["done"], job["cancelled"], job["reason"]) == (
            "cancelled",
            done,
            6 - done,
            "stopped by tester",
        )
        states = [(await bench.row(i["conversation_id"]))["status"] for i in await bench.items(job_id)]
        assert (states.count("generated"), states.count("planned")) == (done, 6 - done)
        if now:
            logs = await bench.select("generation_logs")
            assert {log["error_class"] for log in logs} == {"Cancelled"}
            assert all(log["cost_microusd"] > 0 and "estimated" in log["error_message"] for log in logs)
        await bench.check_counters()

    async def test_a_job_is_stopped_where_no_worker_is_alive(self, bench: Bench) -> None:
        job_id = await bench.order(3)
        async with bench.services.database.write() as session:
            (held,) = await queue.claim(session, "gone", job_id, slots=1, now=utc_now(), lease_s=9)
        await bench.services.generation.stop(job_id, now=False)
        assert (await bench.job(job_id))["status"] == "cancelled"
        assert (await bench.row(held.conversation_id))["status"] == "planned"
        assert bench.services.generation.alive_workers() == ()
        await bench.check_counters()

    async def test_retry_takes_only_the_failed_rows_under_the_same_provider(self, bench: Bench) -> None:
        ids = (await bench.rows("tier = 'template'"))[:4]
        bench.use(simulator_faults=f'400@key="{(await bench.row(ids[2]))["topic"]}"')
        job_id = await bench.order(ids, cap=1.5)
        await bench.run()
        bench.use(simulator_faults="")
        again = await bench.services.generation.retry(job_id)
        assert [item["conversation_id"] for item in await bench.items(again)] == [ids[2]]
        await bench.run()
        job = await bench.job(again)
        assert (job["status"], job["done"], job["provider"], job["cap_microusd"]) == (
            "completed",
            1,
            "simulated",
            1_500_000,
        )
        with pytest.raises(GenerationError, match="no failed row left"):
            await bench.services.generation.retry(job_id)
        await bench.check_counters()

    async def test_a_job_pauses_after_each_tier_and_resume_goes_on_with_the_next(self, bench: Bench) -> None:
        ids = [
            *(await bench.rows("tier = 'template'"))[:3],
            *(await bench.rows("tier = 'scenario'"))[:2],
            *(await bench.rows("tier = 'edge_case'"))[:2],
        ]
        bench.use(simulator_pace=0.02, concurrency=2)
        job_id = await bench.order(ids, pause_after_tier=True)
        for done, reason in ((3, "tier template is done"), (5, "tier scenario is done")):
            await bench.run()
            job = await bench.job(job_id)
            assert (job["status"], job["done"]) == ("paused", done)
            assert job["reason"].startswith(reason)
            assert {item["fence"] for item in await bench.items(job_id)} <= {0, 1}, "nothing is claimed before its time"
            await bench.services.generation.resume(job_id)
        await bench.run()
        assert (await bench.job(job_id))["status"] == "completed"
        assert bench.calls == 7
        await bench.check_counters()

    async def test_a_stage_whose_output_is_there_is_not_called_again(self, bench: Bench) -> None:
        job_id = await bench.order(2)
        first = (await bench.items(job_id))[0]
        answer = "<turn><user>I never opened it.</user><advisor>Then let us open it together, Marcus.</advisor></turn>"
        async with bench.services.database.write() as session:
            (held,) = await queue.claim(session, "gone", job_id, slots=1, now=utc_now(), lease_s=9)
            await queue.put_stage_output(
                session, held, "dialogue", {"text": answer, "repaired": ""}, model="m", repaired=False
            )
        await bench.run()
        assert bench.calls == 1
        row = await bench.row(first["conversation_id"])
        assert (row["status"], row["model"], row["turn_count"]) == ("generated", "m", 1)
        assert (await bench.job(job_id))["done"] == 2
        await bench.check_counters()

    async def test_a_lapsed_claim_commits_no_text_but_what_it_cost(self, bench: Bench) -> None:
        bench.use(concurrency=1)
        job_id = await bench.order(1)
        (item,) = await bench.items(job_id)
        bench.hold()

        async def take_over() -> None:
            await bench.until_written(1)
            await bench.change(
                f"UPDATE generation_queue SET fence = fence + 1, lease_owner = 'other' WHERE id = {item['id']}"
            )
            await bench.services.generation.pause(job_id)
            bench.let_go()

        await bench.run(take_over)
        job = await bench.job(job_id)
        assert (job["done"], job["failed"], job["calls"], job["reserved_microusd"]) == (0, 0, 1, 0)
        assert job["actual_cost_microusd"] > 0
        row = await bench.row(item["conversation_id"])
        assert (row["status"], row["turn_count"]) == ("generating", 0)
        assert await bench.select("stage_outputs") == []
        assert (await bench.items(job_id))[0]["status"] == "running", "it is the other's"
        await bench.check_counters()

    async def test_being_asked_to_end_finishes_what_runs_and_leaves_the_rest_queued(self, bench: Bench) -> None:
        bench.use(concurrency=2)
        job_id = await bench.order(6)
        bench.hold()

        async def drain() -> None:
            await bench.until_written(2)
            assert bench.worker is not None
            bench.worker.drain()
            bench.let_go()

        await bench.run(drain)
        job = await bench.job(job_id)
        assert (job["status"], job["done"], job["calls"]) == ("running", 2, 2)
        await bench.run()
        assert (await bench.job(job_id))["status"] == "completed"
        assert len(await bench.select("generation_logs")) == 6
        await bench.check_counters()

    async def test_rows_are_taken_by_tier_and_a_single_row_asked_for_by_hand_goes_first(self, bench: Bench) -> None:
        tiers = ("edge_case", "scenario", "template")
        rows = [(await bench.rows(f"tier = '{tier}' AND status = 'planned'"))[:3] for tier in tiers]
        bench.use(concurrency=1)
        many = await bench.order([row[0] for row in rows])
        later = await bench.order([row[1] for row in rows])
        proposal = await bench.services.generation.propose(Order("single", (rows[0][2],)))
        await bench.services.generation.submit(proposal, cap_microusd=5_000_000)
        await bench.services.generation.prioritise(later)
        assert (await bench.services.generation.open_jobs())[0]["id"] == later
        await bench.run()
        taken = [log["conversation_id"] for log in await bench.select("generation_logs ORDER BY id")]
        second, first = ([row[place] for row in reversed(rows)] for place in (0, 1))
        assert taken == [rows[0][2], *first, *second]
        assert (await bench.job(many))["done"] == 3
        with pytest.raises(GenerationError, match="is completed: there is nothing left to put first"):
            await bench.services.generation.prioritise(later)
        await bench.check_counters()

    async def test_a_waiting_row_can_be_moved_and_dropped_and_everything_is_in_the_audit(self, bench: Bench) -> None:
        generation = bench.services.generation
        ids = (await bench.rows("tier = 'template'"))[:5]
        bench.use(concurrency=1)
        job_id = await bench.order(ids)
        await generation.move_item(job_id, ids[4], to="first")  # 4 0 1 2 3
        await generation.move_item(job_id, ids[0], to="last")  # 4 1 2 3 0
        await generation.move_item(job_id, ids[3], to="up")  # 4 1 3 2 0
        await generation.move_item(job_id, ids[1], to="down")  # 4 3 1 2 0
        await generation.move_item(job_id, ids[4], to="up")  # it is there already
        assert await generation.drop_item(job_id, ids[1]) == "cancelled"
        assert (await bench.row(ids[1]))["status"] == "planned"
        await bench.run()
        taken = [log["conversation_id"] for log in await bench.select("generation_logs ORDER BY id")]
        assert taken == [ids[4], ids[3], ids[2], ids[0]]
        job = await bench.job(job_id)
        assert (job["status"], job["done"], job["cancelled"]) == ("completed", 4, 1)
        with pytest.raises(GenerationError, match=f"{ids[1]} is cancelled in job {job_id}: it cannot be moved"):
            await generation.move_item(job_id, ids[1], to="first")
        with pytest.raises(GenerationError, match="is not in job"):
            await generation.drop_item(job_id, "fp_nobody_000")
        acts = [act["action"] for act in await bench.select("audit_log WHERE entity = 'job' ORDER BY id")]
        assert acts == ["submit", *["move"] * 5, "drop"]
        await bench.check_counters()

    async def test_moving_stays_within_the_tier_when_the_job_pauses_after_each(self, bench: Bench) -> None:
        first = (await bench.rows("tier = 'template'"))[:2]
        then = (await bench.rows("tier = 'scenario'"))[:2]
        job_id = await bench.order([*first, *then], pause_after_tier=True)
        await bench.services.generation.move_item(job_id, then[1], to="first")
        await bench.services.generation.move_item(job_id, first[0], to="last")
        assert [item["conversation_id"] for item in await bench.items(job_id)] == [
            first[1], first[0], then[1], then[0]
        ]  # fmt: skip

    async def test_a_row_dropped_while_it_is_written_is_broken_off_and_planned_again(self, bench: Bench) -> None:
        bench.use(concurrency=2)
        job_id = await bench.order(3)
        dropped = (await bench.items(job_id))[0]["conversation_id"]
        bench.hold()

        async def drop() -> None:
            await bench.until_written(2)
            assert await bench.services.generation.drop_item(job_id, dropped) == "running"

            async def is_broken_off() -> bool:
                return dropped not in bench.written

            await bench.until(is_broken_off)
            bench.let_go()

        await bench.run(drop)
        job = await bench.job(job_id)
        assert (job["status"], job["done"], job["cancelled"], job["calls"]) == ("completed", 2, 1, 3)
        assert (await bench.row(dropped))["status"] == "planned"
        (broken,) = await bench.attempts(dropped)
        assert (broken["error_class"], broken["cost_microusd"] > 0) == ("Cancelled", True), "what had come is billed"
        await bench.check_counters()

    @pytest.mark.parametrize("how", ["stop", "drop"])
    async def test_an_answer_that_is_paid_for_is_finished_when_its_row_is_stopped_or_dropped(
        self, bench: Bench, how: str
    ) -> None:
        job_id = await bench.order(3)
        async with bench.services.database.write() as session:  # as a worker leaves it that dies between the two
            (held,) = await queue.claim(session, "gone", job_id, slots=1, now=utc_now(), lease_s=9)
            output = {"text": PAID, "repaired": ""}
            await queue.put_stage_output(session, held, "dialogue", output, model="m", repaired=False)
            await queue.release(session, held)
        generation = bench.services.generation
        if how == "stop":
            await generation.stop(job_id, now=True)
        else:
            assert await generation.drop_item(job_id, held.conversation_id) == "paid"
            await generation.pause(job_id)
        await bench.run()
        row = await bench.row(held.conversation_id)
        assert (row["status"], row["model"], row["turn_count"]) == ("generated", "m", 1)
        job = await bench.job(job_id)
        assert (job["done"], bench.calls) == (1, 0)
        assert (job["status"], job["cancelled"]) == (("cancelled", 2) if how == "stop" else ("paused", 0))
        await bench.check_counters()

    async def test_what_had_its_text_has_it_again_when_writing_it_anew_is_stopped(self, bench: Bench) -> None:
        ids = (await bench.rows("tier = 'template'"))[:3]
        await bench.order(ids)
        await bench.run()
        version = (await bench.row(ids[1]))["version"]
        await bench.services.review.decide(ids[1], Verdict.REJECT, expected_version=version, reason="repetitive")
        texts = await bench.select("conversation_turns ORDER BY turn_id")
        proposal = await bench.services.generation.propose(Order("regenerate", tuple(ids)))
        again = await bench.services.generation.submit(proposal, cap_microusd=5_000_000)
        assert await bench.services.generation.drop_item(again, ids[0]) == "cancelled"
        await bench.services.generation.stop(again, now=True)
        assert [(await bench.row(i))["status"] for i in ids] == ["generated", "rejected", "generated"]
        assert await bench.select("conversation_turns ORDER BY turn_id") == texts
        await bench.check_counters()

    async def test_several_jobs_and_what_was_asked_of_them_survive_a_worker_that_dies(self, bench: Bench) -> None:
        ids = (await bench.rows("tier = 'template'"))[:6]
        bench.use(concurrency=1)
        going, paused, stopped = [await bench.order(ids[start : start + 2]) for start in (0, 2, 4)]
        async with bench.services.database.write() as session:  # a worker that had begun all three, and is gone
            for job_id in (going, paused, stopped):
                await queue.claim(session, "gone", job_id, slots=1, now=utc_now(), lease_s=9)
        await bench.services.generation.pause(paused)
        await bench.services.generation.stop(stopped, now=False)
        await bench.run()
        states = [(await bench.job(job_id))["status"] for job_id in (going, paused, stopped)]
        assert states == ["completed", "paused", "cancelled"]
        assert {item["status"] for item in await bench.items(paused)} == {"queued"}
        await bench.services.generation.resume(paused)
        await bench.run()
        assert (await bench.job(paused))["done"] == 2
        assert bench.calls == 4
        await bench.check_counters()
