"""The worker carries out what was ordered: every row once, every call logged, and never more spent than allowed."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from workbench import Bench

from core.engine import launch, lock
from core.engine.rows import Rows
from core.engine.running import Running
from core.errors import StorageError
from core.pipeline import run_item
from data import queue


async def test_every_row_of_a_job_ends_generated_with_turns_score_and_cost(bench: Bench) -> None:
    job_id = await bench.order(6)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"], job["reserved_microusd"]) == ("completed", 6, 0, 0)
    for item in await bench.items(job_id):
        row = await bench.row(item["conversation_id"])
        assert (row["status"], row["generation_method"]) == ("generated", "simulated")
        assert row["turn_count"] >= 2
        assert row["quality_score"] is not None
        assert row["template_version_id"] == item["template_version_id"]
        (attempt,) = await bench.attempts(row["conversation_id"])
        assert attempt["stop_reason"] == "end_turn"
        assert attempt["cost_microusd"] == row["actual_cost_microusd"] > 0
        assert row["persona_name"].split()[0] in attempt["request"]["user"]
    assert bench.calls == 6
    await bench.check_counters()
    (submitted,) = await bench.select("audit_log WHERE action = 'submit'")
    assert (submitted["entity"], submitted["entity_id"], submitted["actor"]) == ("job", str(job_id), "tester")


@pytest.mark.parametrize(
    "fault",
    [
        "500",
        "reset",
        "cut",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("529", "503", "connection", "sse_error", "garbage_200")
        ),
    ],
)
async def test_a_fault_of_the_service_is_logged_and_tried_again(bench: Bench, fault: str) -> None:
    bench.use(simulator_faults=f"{fault}@1", concurrency=1)
    job_id = await bench.order(2)
    await bench.run()
    assert (await bench.job(job_id))["status"] == "completed"
    first = (await bench.items(job_id))[0]
    failed, worked = await bench.attempts(first["conversation_id"])
    assert failed["error_class"] and failed["error_message"]
    assert worked["error_class"] == ""
    assert [round(s) for s in bench.slept] == [1]
    if fault in ("reset", "cut", "sse_error"):  # what had arrived is billed, though the stream never said how much
        assert failed["output_tokens"] > 50
        assert failed["response"]
    await bench.check_counters()


async def test_a_rate_limit_is_waited_for_and_uses_up_no_attempt(bench: Bench) -> None:
    bench.use(simulator_faults="429@1-5", concurrency=1, attempts=1)
    job_id = await bench.order(1)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["calls"]) == ("completed", 6)
    assert bench.slept == [0.0] * 5, "as the service asks"
    await bench.check_counters()


async def test_after_the_last_attempt_a_row_fails_with_its_reason_and_the_rest_goes_on(bench: Bench) -> None:
    ids = (await bench.rows("tier = 'template'"))[:4]
    bench.use(simulator_faults=f'500@key="{(await bench.row(ids[1]))["topic"]}"')
    job_id = await bench.order(ids)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"]) == ("completed", 3, 1)
    row = await bench.row(ids[1])
    assert row["status"] == "failed"
    assert row["error_message"] == "The service answered 500 api_error: Internal server error (after 3 attempts)."
    assert (await bench.items(job_id))[1]["error"] == row["error_message"]
    assert [a["attempt"] for a in await bench.attempts(ids[1])] == [1, 2, 3]
    await bench.check_counters()


async def test_a_refusal_fails_at_once(bench: Bench) -> None:
    bench.use(simulator_faults="refusal@1,refusal@3", concurrency=1)
    job_id = await bench.order(2)
    await bench.run()
    failed = (await bench.items(job_id))[0]
    assert failed["status"] == "failed"
    assert failed["error"].startswith("The model refused to write this conversation.")
    assert failed["attempts"] == 1
    assert (await bench.job(job_id))["done"] == 1
    again = await bench.order([failed["conversation_id"]])
    await bench.run()
    (error,) = bench.failed_items()  # a row that failed in two orders is one error, and gone when it is dismissed
    assert error.job_id == again
    await bench.services.generation.dismiss(error.item_id)
    assert bench.failed_items() == []
    await bench.check_counters()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("401", "refuses the API key"),
        ("402", "spend limit is reached"),
        pytest.param("404", "does not know the model", marks=pytest.mark.slow),
        pytest.param("429_spend", "spend limit is reached", marks=pytest.mark.slow),
    ],
)
async def test_what_concerns_the_whole_job_pauses_it_and_the_row_waits(bench: Bench, fault: str, reason: str) -> None:
    bench.use(simulator_faults=f"{fault}@1", concurrency=1)
    job_id = await bench.order(3)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"], job["reserved_microusd"]) == ("paused", 0, 0, 0)
    assert reason in job["reason"]
    assert {item["status"] for item in await bench.items(job_id)} == {"queued"}
    assert {(await bench.row(item["conversation_id"]))["status"] for item in await bench.items(job_id)} == {"queued"}
    await bench.services.generation.resume(job_id)
    bench.sources.clear()
    await bench.change("UPDATE generation_jobs SET settings = json_set(settings, '$.simulator_faults', '')")
    await bench.run()
    assert (await bench.job(job_id))["done"] == 3
    await bench.check_counters()


async def test_an_answer_without_room_is_asked_for_again_with_more(bench: Bench) -> None:
    bench.use(simulator_faults="truncated@1", concurrency=1)
    job_id = await bench.order(1)
    await bench.run()
    (item,) = await bench.items(job_id)
    cut, whole = await bench.attempts(item["conversation_id"])
    assert cut["stop_reason"] == "max_tokens"
    assert whole["request"]["max_tokens"] == 2 * cut["request"]["max_tokens"]
    assert (await bench.row(item["conversation_id"]))["status"] == "generated"
    await bench.check_counters()


@pytest.mark.parametrize("fault", ["untagged", "json_in_text"])
async def test_an_answer_that_is_no_dialogue_is_asked_for_again(bench: Bench, fault: str) -> None:
    bench.use(simulator_faults=f"{fault}@1", concurrency=1)
    job_id = await bench.order(1)
    await bench.run()
    (item,) = await bench.items(job_id)
    untagged, whole = await bench.attempts(item["conversation_id"])
    assert untagged["error_message"].startswith("The answer is no usable dialogue")
    assert untagged["cost_microusd"] > 0
    assert whole["error_class"] == ""
    await bench.check_counters()


async def test_an_answer_that_was_repaired_is_flagged(bench: Bench) -> None:
    bench.use(simulator_faults="unclosed@1", concurrency=1)
    job_id = await bench.order(1)
    await bench.run()
    (item,) = await bench.items(job_id)
    row = await bench.row(item["conversation_id"])
    assert (row["status"], row["needs_review"]) == ("generated", True)
    assert row["parameters"]["repaired"] == "the last </turn> was missing"


async def test_five_rows_in_a_row_that_fail_by_themselves_pause_the_job(bench: Bench) -> None:
    bench.use(simulator_faults="refusal:1.0", concurrency=1)
    job_id = await bench.order(9)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["failed"], job["done"]) == ("paused", 5, 0)
    assert job["reason"].startswith("5 rows failed in a row, the last one: The model refused")
    await bench.check_counters()


async def test_while_the_service_is_down_rows_wait_and_all_are_written_when_it_works_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engine.circuit.FIRST_PAUSE_S", 0.1)
    bench.use(simulator_faults="500@1-24", concurrency=2)
    job_id = await bench.order(9)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"], job["reason"]) == ("completed", 9, 0, "")
    seen = await bench.select("seen_jobs")
    assert "paused" not in {moment["status"] for moment in seen}, "nobody is needed"
    (reason,) = {moment["reason"] for moment in seen} - {""}
    assert reason.startswith("The service is down: The service answered 500")
    begun = {log["conversation_id"] for log in await bench.select("generation_logs WHERE error_class <> ''")}
    assert len(begun) <= 6, "it does not burn through the list"
    await bench.check_counters()


async def test_a_service_that_stays_down_pauses_the_job_and_no_row_has_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engine.circuit.FIRST_PAUSE_S", 0.05)
    bench.use(simulator_faults="529:1.0", concurrency=1, outage_limit=0.6)
    job_id = await bench.order(9)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["failed"], job["done"]) == ("paused", 0, 0)
    assert job["reason"].startswith("The service has been down for ")
    assert {item["status"] for item in await bench.items(job_id)} == {"queued"}
    await bench.check_counters()


@pytest.mark.slow
async def test_rows_that_failed_only_because_the_service_was_down_for_a_moment_are_taken_again(bench: Bench) -> None:
    bench.use(simulator_faults="500@1-6", concurrency=1)
    job_id = await bench.order(5)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"]) == ("completed", 5, 0)
    assert [item["attempts"] for item in await bench.items(job_id)] == [4, 4, 1, 1, 1]
    await bench.check_counters()


@pytest.mark.parametrize(
    ("window", "status"), [pytest.param(600.0, "paused", marks=pytest.mark.slow), (0.0, "completed")]
)
@pytest.mark.slow
async def test_ten_failed_rows_of_the_last_twenty_pause_the_job_also_when_others_get_through(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, window: float, status: str
) -> None:
    monkeypatch.setattr("core.engine.circuit.WINDOW_S", window)
    every_second = ",".join(f"500@{call}" for call in range(1, 24, 2))
    bench.use(simulator_faults=every_second, concurrency=1, attempts=1)
    job_id = await bench.order(24)
    await bench.run()
    job = await bench.job(job_id)
    assert job["status"] == status
    if status == "paused":
        assert (job["failed"], job["done"]) == (10, 9)
        assert job["reason"].startswith("10 of the last 19 rows failed, the last one: The service answered 500")
    else:
        assert (job["failed"], job["done"]) == (12, 12)
    await bench.check_counters()


@pytest.mark.parametrize("concurrency", [pytest.param(1, marks=pytest.mark.slow), 8])
async def test_the_cap_is_never_passed_and_the_job_says_why_it_pauses(bench: Bench, concurrency: int) -> None:
    bench.use(concurrency=concurrency, simulator_pace=0.05)
    job_id = await bench.order(30, cap=0.25)
    await bench.change("CREATE TABLE seen_sums (sum INTEGER PRIMARY KEY)")
    await bench.change(
        "CREATE TRIGGER note_sum AFTER UPDATE OF actual_cost_microusd, reserved_microusd ON generation_jobs BEGIN "
        "INSERT OR IGNORE INTO seen_sums VALUES (new.actual_cost_microusd + new.reserved_microusd); END"
    )
    await bench.run()
    job = await bench.job(job_id)
    (peak,) = await bench.select("(SELECT max(sum) AS sum FROM seen_sums)")
    assert (job["status"], 0 < peak["sum"] <= 250_000) == ("paused", True), peak
    assert job["reserved_microusd"] == 0
    assert 0 < job["actual_cost_microusd"] <= 250_000
    assert job["reason"].startswith("The cap of $0.25 is reached: $")
    # Reservations of calls that run are no reason to pause: what is left is less than one call may cost.
    ceiling = 100_000
    assert job["actual_cost_microusd"] > 250_000 - ceiling
    assert job["failed"] == 0
    await bench.check_counters()


async def test_a_row_that_waits_for_the_service_does_not_hold_up_a_pause(bench: Bench) -> None:
    bench.use(concurrency=1, simulator_faults="429@1", simulator_pace=30)  # the simulator asks for 60 s
    job_id = await bench.order(2)

    async def pause() -> None:
        async def is_waiting() -> bool:
            assert bench.worker is not None
            return any(running.is_resting for running in bench.worker.running.values())

        await bench.until(is_waiting)
        await bench.services.generation.pause(job_id)

    await bench.run(pause)
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["reserved_microusd"]) == ("paused", 0, 0)
    assert job["calls"] == 1, "it did not wait and then call"
    assert {i["status"] for i in await bench.items(job_id)} == {"queued"}
    await bench.check_counters()


async def test_a_paid_answer_outlives_a_full_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.pipeline.attempts.STORE_AGAIN_S", 0.05)
    job_id = await bench.order(1)
    put, refused = queue.put_stage_output, []

    async def full(*args, **kwargs) -> None:
        if len(refused) < 3:
            refused.append(1)
            raise StorageError("The disk is full; nothing was written.")
        await put(*args, **kwargs)

    monkeypatch.setattr("data.queue.put_stage_output", full)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["calls"], bench.calls, len(refused)) == ("completed", 1, 1, 3)
    await bench.check_counters()


@pytest.mark.slow
async def test_strict_sequence_stays_one_at_a_time_beside_a_wide_job(bench: Bench) -> None:
    bench.use(concurrency=1, simulator_pace=0.05)
    narrow = await bench.order(4)
    bench.use(concurrency=4)
    wide = await bench.order(8)
    await bench.run()
    most = {job_id: max(begun.at_once for begun in bench.begun if begun.job_id == job_id) for job_id in (narrow, wide)}
    assert most[narrow] == 1
    assert most[wide] >= 3
    await bench.check_counters()


@pytest.mark.parametrize(("concurrency", "in_hand"), [(2, 4), pytest.param(1, 1, marks=pytest.mark.slow)])
async def test_rows_that_are_only_finished_leave_their_places_to_so_many_others_but_not_in_strict_sequence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, concurrency: int, in_hand: int
) -> None:
    bench.use(concurrency=concurrency, max_concurrency=concurrency)
    job_id = await bench.order(in_hand + 1)
    let_go, finishing = asyncio.Event(), list[int]()
    check = run_item.check_text

    async def held(*args: Any) -> Any:
        finishing.append(1)
        await let_go.wait()
        return await check(*args)

    monkeypatch.setattr("core.pipeline.run_item.check_text", held)
    monkeypatch.setattr("core.engine.rows.BEHIND", 1)

    async def watch() -> None:
        async def all_finish() -> bool:
            return len(finishing) >= in_hand

        try:
            await bench.until(all_finish)
        finally:
            let_go.set()

    await bench.run(watch)
    ready = concurrency if concurrency > 1 else 0  # these stand behind those that call, where calls are short
    assert in_hand <= max(begun.at_once for begun in bench.begun) <= in_hand + ready
    assert (await bench.job(job_id))["done"] == in_hand + 1
    await bench.check_counters()


async def test_a_job_ends_also_when_one_of_its_rows_was_deleted(bench: Bench) -> None:
    job_id = await bench.order(3)
    first = (await bench.items(job_id))[0]["conversation_id"]
    await bench.change(f"DELETE FROM conversations WHERE conversation_id = '{first}'")
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"]) == ("completed", 2)


@pytest.mark.slow
async def test_a_stopped_job_ends_also_when_a_paid_row_cannot_be_finished_and_its_text_waits_for_the_same_plan(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = asyncio.Barrier(2)  # the first defect pauses the job: then nobody calls any more

    async def broken(*_: Any) -> None:
        await both.wait()
        raise RuntimeError("a defect")

    job_id = await bench.order(2)
    with monkeypatch.context() as patch:
        patch.setattr("core.pipeline.run_item.check_text", broken)
        await bench.run()
        assert "An unexpected RuntimeError" in (await bench.job(job_id))["reason"]
        await bench.services.generation.stop(job_id, now=False)
        await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["failed"], job["calls"]) == ("cancelled", 2, 2)
    same, other = [item["conversation_id"] for item in await bench.items(job_id)]
    await bench.services.editing.edit(other, {"topic": "Selling a boat"})
    await bench.order([same, other])
    await bench.run()
    assert [len(await bench.attempts(name)) for name in (same, other)] == [1, 2], "only the edited one is written anew"
    turns = await bench.select(f"conversation_turns WHERE conversation_id = '{other}'")
    assert any("boat" in turn["user_input"] for turn in turns)
    await bench.check_counters()


async def test_an_answer_that_a_defect_keeps_from_being_read_is_logged_with_its_cost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> Any:
        raise RuntimeError("a defect")

    job_id = await bench.order(1)
    with monkeypatch.context() as patch:
        patch.setattr("core.pipeline.run_item.parse_dialogue", broken)
        await bench.run()
    job, (item,) = await bench.job(job_id), await bench.items(job_id)
    assert (job["status"], job["reserved_microusd"]) == ("paused", 0)
    assert "An unexpected RuntimeError" in job["reason"]
    (attempt,) = await bench.attempts(item["conversation_id"])
    assert (attempt["error_class"], attempt["stop_reason"]) == ("RuntimeError", "end_turn")
    assert attempt["cost_microusd"] == job["actual_cost_microusd"] > 0
    assert "<turn>" in attempt["response"]
    await bench.services.generation.resume(job_id)
    await bench.run()
    assert (await bench.job(job_id))["status"] == "completed"
    await bench.check_counters()


async def test_a_job_that_cannot_be_read_pauses_and_says_so(bench: Bench) -> None:
    bench.use(simulator_faults="nonsense@1")
    job_id = await bench.order(2)
    await bench.run()
    job = await bench.job(job_id)
    assert job["status"] == "paused"
    assert "There is no fault called 'nonsense'" in job["reason"]


async def test_a_live_job_waits_for_a_key_and_the_worker_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-not-a-real-key-0000")
    bench.use(provider="live")
    job_id = await bench.order(1)
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    await bench.run()
    assert (await bench.job(job_id))["status"] == "queued"
    (worker,) = await bench.select("workers")
    assert (worker["has_key"], worker["message"]) == (
        0,
        "a live job waits: the worker has no API key; start brightrun anew with ANTHROPIC_API_KEY set",
    )


async def test_stop_now_does_not_drop_an_answer_that_is_paid_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = await bench.order(1)
    finish, cancel, obeyed = run_item._finish, Rows.cancel, asyncio.Event()

    async def noted(rows: Rows, running: list[Running]) -> None:
        obeyed.set()
        await cancel(rows, running)

    async def slow(*args: Any) -> None:
        await bench.services.generation.stop(job_id, now=True)
        await obeyed.wait()
        await finish(*args)

    monkeypatch.setattr(Rows, "cancel", noted)
    monkeypatch.setattr("core.pipeline.run_item._finish", slow)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["cancelled"]) == ("cancelled", 1, 0)
    assert (await bench.row((await bench.items(job_id))[0]["conversation_id"]))["status"] == "generated"
    await bench.check_counters()


def test_an_onlooker_does_not_keep_a_worker_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "some.db"
    descriptor = os.open(lock.lock_path(database), os.O_CREAT | os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    onlookers = [descriptor]

    def while_it_waits(_: float) -> None:
        if onlookers:
            os.close(onlookers.pop())

    monkeypatch.setattr("core.engine.lock.time.sleep", while_it_waits)
    held = lock.hold_worker_lock(database)
    assert held is not None
    assert launch.is_worker_alive(database)
    assert lock.hold_worker_lock(database) is None
    lock.release_worker_lock(held)
    assert not launch.is_worker_alive(database)


def test_where_the_login_manager_ends_processes_only_a_lingering_user_keeps_a_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import getpass

    from core.engine import logout

    file = tmp_path / "logind.conf"
    file.write_text("[Login]\nKillUserProcesses=yes\n")
    monkeypatch.setattr(logout, "LOGIN_MANAGER", (file,))
    monkeypatch.setattr(logout, "RUNTIME", tmp_path)
    monkeypatch.setattr(logout, "LINGER", tmp_path / "linger")
    assert logout.ends_worker_at_logout()
    (tmp_path / "linger").mkdir()
    (tmp_path / "linger" / getpass.getuser()).touch()
    assert not logout.ends_worker_at_logout()
