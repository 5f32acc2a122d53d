"""Full depth: every turn is annotated by the real worker over HTTP, and what fails keeps what was paid."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from workbench import Bench

from core.engine.orders import Order
from core.errors import GenerationError, PriceError
from core.export.request import ExportRequest
from core.seedformat.documents import read_document
from core.status import Verdict
from data import conversations
from data.criteria import Criteria
from data.vocabulary import Status

ALSO = ("wrong_schema", "invented_quote", "unclosed", "untagged")  # alike for the pipeline: unreadable, or untrue
FAULTS = ("bad_json", "missing_sentences", *(pytest.param(f, marks=pytest.mark.slow) for f in ALSO))


async def gates(bench: Bench, conversation_id: str) -> list[str]:
    (quality,) = await bench.select(f"quality_metrics WHERE conversation_id = '{conversation_id}'")
    return [f"{f['check']}: {f['message']}" for f in json.loads(quality["findings"]) if f["severity"] == "gate"]


async def stages(bench: Bench, conversation_id: str) -> Counter[str]:
    return Counter(attempt["stage"] for attempt in await bench.attempts(conversation_id))


async def order_full(bench: Bench, number: int, **more: Any) -> list[str]:
    bench.use(depth="full", **more)
    ids = (await bench.rows("status = 'planned' AND tier = 'template'"))[:number]
    await bench.order(ids)
    return ids


async def test_a_full_depth_row_is_annotated_in_all_its_tables_and_passes_every_gate(bench: Bench) -> None:
    ids = await order_full(bench, 1) + (await bench.rows("tier = 'edge_case'"))[:1]
    await bench.order(ids[1:])
    await bench.run()
    for conversation_id in ids:
        row = await bench.row(conversation_id)
        assert (row["status"], row["ready_for_training"]) == ("generated", 0)
        assert await gates(bench, conversation_id) == []
        assert row["rubric_sources"]["rubric_empathy"] == "annotation"
        assert 1 <= row["rubric_overall"] <= 5
        turns = row["turn_count"]
        expected = Counter({"dialogue": 1} | {f"annotation:{n}": 1 for n in range(1, turns + 1)})
        assert await stages(bench, conversation_id) == expected
        async with bench.services.database.read() as session:
            text = await conversations.text_of(session, conversation_id)
        assert len(text.emotions) == len(text.strategies) == turns
        assert len(text.sentences) == row["sentence_count"]
        assert text.emotions[0]["primary_emotion"] == row["starting_emotion"]
        assert text.emotions[-1]["primary_emotion"] == row["ending_emotion"]
        assert text.emotions[1]["previous_emotion"] == text.emotions[0]["primary_emotion"]
        assert all(turn["demonstrates_skills"] and turn["rubric"] for turn in text.turns)
        await bench.services.review.decide_many([conversation_id], Verdict.APPROVE)
        assert (await bench.row(conversation_id))["ready_for_training"] == 1
    calls = [a for a in await bench.attempts(ids[0]) if a["stage"].startswith("annotation")]
    assert {call["model"] for call in calls} == {"claude-haiku-5-5"}
    assert sum(call["cache_read_input_tokens"] > 0 for call in calls) >= len(calls) - 1, "they share the prefix"
    await bench.check_counters()


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_unusable_annotation_goes_back_once_and_is_flagged(bench: Bench, fault: str) -> None:
    (conversation_id,) = await order_full(bench, 1, simulator_faults=f'{fault}@key="Annotate turn 2"*1')
    await bench.run()
    row = await bench.row(conversation_id)
    assert (row["status"], row["needs_review"]) == ("generated", 1)
    assert "annotation of turn 2: the first answer went back" in row["parameters"]["repaired"]
    assert await gates(bench, conversation_id) == []
    first, second = (a for a in await bench.attempts(conversation_id) if a["stage"] == "annotation:2")
    assert (first["error_class"], second["error_class"]) == ("NotAnAnnotation", "")
    assert (first["attempt"], second["attempt"]) == (1, 2)
    reason = first["error_message"].removeprefix("The answer is no usable annotation: ").rstrip(".")
    assert reason in second["request"]["user"], "the model is told what was wrong"
    await bench.check_counters()


@pytest.mark.slow
async def test_then_it_is_asked_for_as_plain_text(bench: Bench) -> None:
    (conversation_id,) = await order_full(bench, 1, simulator_faults='bad_json@key="Annotate turn 2"*2')
    await bench.run()
    row = await bench.row(conversation_id)
    assert "then came as plain text" in row["parameters"]["repaired"]
    calls = [a for a in await bench.attempts(conversation_id) if a["stage"] == "annotation:2"]
    assert ["schema" in call["request"] for call in calls] == [True, True, False]
    assert await gates(bench, conversation_id) == []


async def test_what_stays_unusable_fails_the_row_and_a_retry_annotates_only_that_turn(bench: Bench) -> None:
    ids = await order_full(bench, 1, simulator_faults='wrong_schema@key="Annotate turn 2"*3')
    await bench.run()
    row = await bench.row(ids[0])
    (item,) = await bench.select("generation_queue")
    assert (row["status"], item["status"]) == ("failed", "failed")
    assert row["error_message"] == item["error"]
    assert item["error"].startswith("Annotation of turn 2 could not be used, also after its error went back")
    assert "detected_emotions: Field required" in item["error"]
    before = await stages(bench, ids[0])
    outputs = {o["stage"] for o in await bench.select(f"stage_outputs WHERE item_id = {item['id']}")}
    assert "dialogue" in outputs and "annotation:2" not in outputs
    bench.use(simulator_faults="")
    await bench.services.generation.retry(item["job_id"])
    await bench.run()
    row = await bench.row(ids[0])
    assert row["status"] == "generated"
    assert await gates(bench, ids[0]) == []
    assert await stages(bench, ids[0]) - before == Counter({"annotation:2": 1}), "nothing else is paid again"
    assert row["actual_cost_microusd"] == sum(a["cost_microusd"] for a in await bench.attempts(ids[0]))
    await bench.check_counters()


@pytest.mark.parametrize(("fault", "reason"), [("refusal", "refused to annotate turn 2"), ("truncated", "")])
async def test_the_stop_reason_of_an_annotation_is_read(bench: Bench, fault: str, reason: str) -> None:
    (conversation_id,) = await order_full(bench, 1, simulator_faults=f'{fault}@key="Annotate turn 2"*1')
    await bench.run()
    row = await bench.row(conversation_id)
    if reason:
        assert (row["status"], reason in row["error_message"]) == ("failed", True)
        return
    assert (row["status"], row["needs_review"]) == ("generated", 0), "more room is no repair"
    first, second = (a for a in await bench.attempts(conversation_id) if a["stage"] == "annotation:2")
    assert (first["stop_reason"], second["request"]["max_tokens"]) == (
        "max_tokens",
        2 * first["request"]["max_tokens"],
    )


@pytest.mark.slow
async def test_a_worker_that_ends_between_turns_does_not_send_stored_stages_again(bench: Bench) -> None:
    (conversation_id,) = await order_full(bench, 1, annotation_at_once=1)
    bench.hold(after=2)

    async def end_after_the_first_turn() -> None:
        async def stored() -> bool:
            return bool(await bench.select("stage_outputs WHERE stage = 'annotation:1'"))

        await bench.until(stored)
        assert bench.worker is not None
        bench.worker.drain()
        bench.worker.drain()

    await bench.run(end_after_the_first_turn)
    bench.gate = None
    assert (await bench.row(conversation_id))["status"] == "queued"
    kept = {o["stage"] for o in await bench.select("stage_outputs")}
    await bench.run()
    assert (await bench.row(conversation_id))["status"] == "generated"
    succeeded = Counter(a["stage"] for a in await bench.attempts(conversation_id) if not a["error_class"])
    assert {"dialogue", "annotation:1"} <= kept
    assert set(succeeded.values()) == {1}, succeeded
    await bench.check_counters()


@pytest.mark.slow
async def test_a_row_with_its_dialogue_is_annotated_without_being_written_again(bench: Bench) -> None:
    await bench.order(1)
    await bench.run()
    (written,) = await bench.select("conversations WHERE status = 'generated'")
    name = written["conversation_id"]
    said = [t["target_response"] for t in await bench.select(f"conversation_turns WHERE conversation_id = '{name}'")]
    generation = bench.services.generation
    proposal = await generation.propose(Order("annotate", (name,)))
    assert [row.conversation_id for row in proposal.rows] == [name]
    bench.use(simulator_faults='bad_json@key="Annotate turn 1"*3')
    await generation.submit(proposal, cap_microusd=1_000_000)
    await bench.run()
    row = await bench.row(name)
    assert (row["status"], row["turn_count"]) == ("generated", written["turn_count"]), "it keeps its text"
    assert row["error_message"].startswith("Annotation of turn 1 could not be used")
    bench.use(simulator_faults="")
    (failed,) = bench.failed_items()
    assert (failed.conversation_id, failed.error) == (name, row["error_message"]), "the panel lists it too"
    retried = await generation.retry(failed.job_id)
    assert bench.failed_items() == []
    await bench.run()
    row = await bench.row(name)
    assert (await bench.job(retried))["status"] == "completed"
    again = await bench.select(f"conversation_turns WHERE conversation_id = '{name}'")
    assert [turn["target_response"] for turn in again] == said
    assert (row["status"], row["error_message"]) == ("generated", "")
    assert (row["generated_at"], row["model"]) == (written_time(written, row), written["model"])
    assert (await stages(bench, name))["dialogue"] == 1
    assert await gates(bench, name) == []
    skipped = (await generation.propose(Order("annotate", (name,)))).skipped
    assert skipped == ((name, "is annotated already"),)


def written_time(before: dict[str, Any], after: dict[str, Any]) -> Any:
    """The time of writing as the row has it, when it is the same moment as before."""
    same = str(before["generated_at"])[:19] == after["generated_at"].isoformat(" ")[:19]
    return after["generated_at"] if same else before["generated_at"]


@pytest.mark.slow
async def test_an_exported_full_depth_conversation_is_a_seed_file_that_comes_back_equal(
    bench: Bench, tmp_path: Path
) -> None:
    (name,) = await order_full(bench, 1)
    await bench.run()
    await bench.services.review.decide_many([name], Verdict.APPROVE)
    out = tmp_path / "out"
    export = bench.services.export
    wanted = Criteria(ids=(name,))
    await export.write(ExportRequest("seed-json", wanted, out, include_simulated=True))
    (file,) = [path for path in out.rglob("*.json") if name in path.name]
    document = read_document(file)
    pairs = document.conversations[0].pairs
    hand_written = json.loads(Path("seeds/financial_planning/conversations/fp_david_001.json").read_text())
    model = hand_written["training_pairs"][1]
    for part in ("emotional_context", "response_strategy", "response_breakdown"):
        assert set(model[part]) <= set(pairs[1][part]), part
    assert set(model["emotional_context"]["detected_emotions"]) - {"tertiary", "tertiary_confidence"} <= set(
        pairs[1]["emotional_context"]["detected_emotions"]
    )
    assert set(model) <= set(pairs[1])
    await bench.change(f"UPDATE conversations SET status = 'planned', turn_count = 0 WHERE conversation_id = '{name}'")
    await bench.change(f"DELETE FROM conversation_turns WHERE conversation_id = '{name}'")
    await bench.services.imports.run([file])
    await bench.change(f"UPDATE conversations SET status = '{Status.APPROVED}' WHERE conversation_id = '{name}'")
    again = tmp_path / "again"
    await export.write(ExportRequest("seed-json", wanted, again, include_simulated=True))
    (second,) = [path for path in again.rglob("*.json") if name in path.name]
    assert json.loads(second.read_text()) == json.loads(file.read_text())


@pytest.mark.slow
async def test_a_retry_is_priced_by_the_stages_that_are_still_to_be_run(bench: Bench) -> None:
    bench.use(depth="full", concurrency=1, simulator_faults='bad_json@key="Annotate turn 2"*3')
    (name,) = (await bench.rows("status = 'planned' AND tier = 'template'"))[:1]
    job_id = await bench.order([name])
    whole = (await bench.job(job_id))["estimated_cost_microusd"]
    await bench.run()
    assert (await bench.row(name))["status"] == "failed"
    stored = {row["stage"] for row in await bench.select("stage_outputs")}
    assert "dialogue" in stored and "annotation:2" not in stored
    bench.use(simulator_faults="")
    retried = await bench.services.generation.retry(job_id)
    left = (await bench.job(retried))["estimated_cost_microusd"]
    assert 0 < left < whole / 5, "one annotation of a cheap model, no dialogue"
    before = (await bench.job(retried))["calls"]
    await bench.run()
    job = await bench.job(retried)
    assert (job["status"], before, job["calls"]) == (
        "completed",
        0,
        (await bench.row(name))["turn_count"] + 1 - len(stored),
    )


async def test_a_job_goes_on_with_another_model_for_one_stage(bench: Bench) -> None:
    bench.use(depth="full", concurrency=1)
    job_id = await bench.order(2)
    generation = bench.services.generation
    await generation.pause(job_id)
    with pytest.raises(GenerationError, match="has no stage judge"):
        await generation.resume(job_id, models={"judge": "claude-haiku-4-5"})
    with pytest.raises(PriceError, match="has no price"):
        await generation.resume(job_id, models={"annotation": "claude-unheard-of"})
    await generation.resume(job_id, models={"annotation": "claude-haiku-4-5"})
    await bench.run()
    used = {(log["stage"].partition(":")[0], log["model"]) for log in await bench.select("generation_logs")}
    assert used == {("dialogue", "claude-sonnet-5-5"), ("annotation", "claude-haiku-4-5")}


async def test_the_judge_scores_with_evidence(bench: Bench) -> None:
    bench.use(depth="full", judge=True)
    await bench.order(1)
    await bench.run()
    (row,) = await bench.select("conversations WHERE status = 'generated'")
    sources = json.loads(row["rubric_sources"])
    assert {sources[f"rubric_{part}"] for part in ("empathy", "clarity", "domain", "overall")} == {"judge"}
    (quality,) = await bench.select(f"quality_metrics WHERE conversation_id = '{row['conversation_id']}'")
    judged = json.loads(quality["judge"])
    assert all(entry["verified"] for entry in judged["scores"].values())
    assert judged["on_topic"]["answer"] in ("yes", "partly", "no")
    assert (await stages(bench, row["conversation_id"]))["judge"] == 1


async def test_a_row_that_the_judge_cannot_judge_is_stored_and_flagged(bench: Bench) -> None:
    bench.use(judge=True, simulator_faults="bad_json:1.0")
    job_id = await bench.order(1)
    await bench.run()
    (row,) = await bench.select("conversations WHERE status = 'generated'")
    assert (row["needs_review"], (await bench.job(job_id))["done"]) == (1, 1)
    (quality,) = await bench.select(f"quality_metrics WHERE conversation_id = '{row['conversation_id']}'")
    assert "The judgement could not be used, also after its error went back" in quality["findings"]
    assert await stages(bench, row["conversation_id"]) == Counter({"dialogue": 1, "judge": 3})
    await bench.check_counters()


@pytest.mark.slow
async def test_the_whole_plan_at_full_depth_passes_every_gate_at_five_cents_each(bench: Bench) -> None:
    bench.use(depth="full", concurrency=8)
    ids = await bench.rows("status = 'planned'")
    proposal = await bench.services.generation.propose(Order("selected", tuple(ids)))
    assert proposal.high_microusd <= 0.05e6 * len(ids)
    await bench.order(ids)
    await bench.run(seconds=600)
    found = {name: await gates(bench, name) for name in ids}
    assert {name: problems for name, problems in found.items() if problems} == {}
    costs = [(await bench.row(name))["actual_cost_microusd"] for name in ids]
    assert sum(costs) / len(costs) <= 0.05e6
    await bench.check_counters()


@pytest.mark.slow
async def test_with_faults_everywhere_each_row_ends_whole_or_failed_with_its_reason(bench: Bench) -> None:
    faults = "bad_json:0.15,wrong_schema:0.1,missing_sentences:0.1,invented_quote:0.1,truncated:0.05,cut:0.05,500:0.05"
    bench.use(depth="full", concurrency=8, simulator_faults=faults)
    ids = (await bench.rows("status = 'planned'"))[::3]
    job_id = await bench.order(ids)
    await bench.run(seconds=600)
    job = await bench.job(job_id)
    while job["status"] == "paused":  # failures in a row open the circuit
        await bench.services.generation.resume(job_id)
        await bench.run(seconds=600)
        job = await bench.job(job_id)
    assert job["done"] + job["failed"] == len(ids)
    assert job["done"] > len(ids) / 2
    flagged = 0
    for name in ids:
        row = await bench.row(name)
        if row["status"] == "failed":
            assert row["error_message"] and row["turn_count"] == 0
            continue
        emotions = await bench.select(
            "emotional_contexts WHERE turn_id IN "
            f"(SELECT turn_id FROM conversation_turns WHERE conversation_id = '{name}')"
        )
        assert (row["status"], len(emotions)) == ("generated", row["turn_count"])
        assert await gates(bench, name) == []
        assert not row["ready_for_training"]
        if "repaired" in row["parameters"]:
            flagged += 1
            assert row["needs_review"]
    assert flagged
    await bench.check_counters()
