"""Again and better: written again with a note, one turn anew, edited by hand, former versions, variations."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from workbench import Bench

from core.engine.orders import Order
from core.errors import StaleRowError, TransitionError
from core.rewriting.turns import LATER, STALE
from core.status import Verdict
from data import conversations

MILLION = 1_000_000


async def written(bench: Bench, number: int = 1, **settings: Any) -> list[str]:
    """Rows with a text from the worker."""
    bench.use(**settings)
    ids = (await bench.rows("status = 'planned' AND tier = 'template'"))[:number]
    await bench.order(ids)
    await bench.run()
    return ids


async def do(bench: Bench, order: Order) -> int:
    generation = bench.services.generation
    job_id = await generation.submit(await generation.propose(order), cap_microusd=5 * MILLION)
    await bench.run()
    return job_id


async def said(bench: Bench, name: str) -> list[tuple[str, str]]:
    async with bench.services.database.read() as session:
        text = await conversations.text_of(session, name)
    return [(turn["user_input"], turn["target_response"]) for turn in text.turns]


async def findings(bench: Bench, name: str) -> list[dict[str, Any]]:
    (quality,) = await bench.select(f"quality_metrics WHERE conversation_id = '{name}'")
    return list(json.loads(quality["findings"]))


async def emotions(bench: Bench, name: str) -> dict[int, dict[str, Any]]:
    async with bench.services.database.read() as session:
        text = await conversations.text_of(session, name)
    number = {turn["turn_id"]: turn["turn_number"] for turn in text.turns}
    return {number[row["turn_id"]]: row for row in text.emotions}


@pytest.mark.slow
async def test_note_and_failed_gates_go_into_the_prompt_and_the_old_text_is_kept(bench: Bench) -> None:
    (name,) = await written(bench)
    before = await said(bench, name)
    gate = {"check": "blame", "severity": "gate", "turn": 2, "role": "advisor", "message": "She blames the client."}
    await bench.change(f"UPDATE quality_metrics SET findings = '{json.dumps([gate])}' WHERE conversation_id = '{name}'")
    row = await bench.row(name)
    await bench.services.review.note(name, "Too cheerful at the end", expected_version=row["version"])
    proposal = await bench.services.generation.propose(Order("regenerate", (name,), note="Shorter replies"))
    assert proposal.rows[0].low_microusd > 0
    await do(bench, Order("regenerate", (name,), note="Shorter replies"))
    call = (await bench.attempts(name))[-1]
    for words in ("Shorter replies", "Too cheerful at the end", "turn 2, advisor: She blames the client"):
        assert words in call["request"]["user"]
    assert await said(bench, name) != before
    (kept,) = await bench.services.rewriting.versions(name)
    assert (kept.reason, kept.turns) == ("regenerated", len(before))
    assert [(t["user_input"], t["target_response"]) for t in kept.snapshot["turns"]] == before
    comparison = await bench.services.rewriting.compare(name, kept.version)
    assert any(passage.differences for passage in comparison)
    (reply,) = (passage for passage in comparison if (passage.turn, passage.part) == (1, "advisor"))
    was = " ".join(change.before for change in reply.changes if change.kind != "added")
    assert was == " ".join(before[0][1].split())
    await bench.check_counters()


async def test_approved_rows_are_skipped_with_the_way_out_and_practice_replaces_no_real_text(bench: Bench) -> None:
    first, second = await written(bench, 2)
    await bench.services.review.decide_many([first], Verdict.APPROVE)
    await bench.change(f"UPDATE conversations SET generation_method = 'claude_api' WHERE conversation_id = '{second}'")
    skipped = dict((await bench.services.generation.propose(Order("regenerate", (first, second)))).skipped)
    assert skipped == {
        first: "is approved: reopen it first (U)",
        second: "is no practice text: practice does not replace it",
    }


@pytest.mark.slow
async def test_a_row_that_cannot_be_written_again_keeps_its_text_and_a_retry_does_the_same_work(bench: Bench) -> None:
    (name,) = await written(bench)
    before = await said(bench, name)
    await bench.services.review.decide_many([name], Verdict.NEEDS_EDIT)
    bench.use(simulator_faults="refusal@1")
    job_id = await do(bench, Order("regenerate", (name,), note="Calmer"))
    row = await bench.row(name)
    assert (row["status"], await said(bench, name)) == ("needs_edit", before), "nothing paid is lost"
    assert "refused" in row["error_message"]
    bench.use(simulator_faults="")
    await bench.services.generation.retry(job_id)
    await bench.run()
    row = await bench.row(name)
    assert (row["status"], row["error_message"]) == ("generated", "")
    assert await said(bench, name) != before
    assert "Calmer" in (await bench.attempts(name))[-1]["request"]["user"]
    await bench.check_counters()


async def test_one_turn_is_written_and_annotated_again_and_the_rest_stays_word_for_word(bench: Bench) -> None:
    (name,) = await written(bench, depth="full")
    before, felt = await said(bench, name), await emotions(bench, name)
    calls = Counter(attempt["stage"] for attempt in await bench.attempts(name))
    await do(bench, Order("turn", (name,), note="Name the sum", turn=2))
    after = await said(bench, name)
    assert after[1] != before[1]
    assert [after[0], *after[2:]] == [before[0], *before[2:]]
    made = Counter(attempt["stage"] for attempt in await bench.attempts(name)) - calls
    assert made == Counter({"turn:2": 1, "annotation:2": 1})
    call = next(attempt for attempt in await bench.attempts(name) if attempt["stage"] == "turn:2")
    assert "Name the sum" in call["request"]["user"] and before[2][0] in call["request"]["user"]
    now = await emotions(bench, name)
    assert {n: row["indicators"] for n, row in now.items() if n != 2} == {
        n: row["indicators"] for n, row in felt.items() if n != 2
    }
    assert now[3]["previous_emotion"] == now[2]["primary_emotion"], "what turn 3 says of turn 2 follows"
    row = await bench.row(name)
    assert (row["status"], row["needs_review"]) == ("generated", 1)
    told = await findings(bench, name)
    assert [f["turn"] for f in told if f["check"] == LATER] == [3]
    assert not [f for f in told if f["severity"] == "gate"]
    (kept,) = await bench.services.rewriting.versions(name)
    assert kept.snapshot["turns"][1]["target_response"] == before[1][1]
    assert row["actual_cost_microusd"] == sum(a["cost_microusd"] for a in await bench.attempts(name))
    await bench.check_counters()


@pytest.mark.slow
async def test_a_written_turn_whose_annotation_fails_is_not_paid_again(bench: Bench) -> None:
    (name,) = await written(bench, depth="full")
    before = await said(bench, name)
    bench.use(simulator_faults='bad_json@key="Annotate turn 2"*3')
    job_id = await do(bench, Order("turn", (name,), note="Softer", turn=2))
    row = await bench.row(name)
    assert (row["status"], await said(bench, name)) == ("generated", before)
    assert row["error_message"].startswith("Annotation of turn 2 could not be used")
    bench.use(simulator_faults="")
    calls = Counter(attempt["stage"] for attempt in await bench.attempts(name))
    await bench.services.generation.retry(job_id)
    await bench.run()
    made = Counter(attempt["stage"] for attempt in await bench.attempts(name)) - calls
    assert made == Counter({"annotation:2": 1}), "the turn itself is not written a second time"
    assert (await said(bench, name))[1] != before[1]
    row = await bench.row(name)
    assert row["error_message"] == ""
    spent = sum(attempt["cost_microusd"] for attempt in await bench.attempts(name))
    assert row["actual_cost_microusd"] == spent, "with what the order that failed had cost"
    await bench.check_counters()


@pytest.mark.slow
async def test_an_edited_turn_is_checked_at_once_and_never_ready_until_it_is_annotated(bench: Bench) -> None:
    (name,) = await written(bench, depth="full")
    services, before = bench.services, await said(bench, name)
    row = await bench.row(name)
    user, advisor = before[1]
    done = await services.rewriting.edit_turn(
        name, 2, user, f"{advisor} You should have opened it.", expected_version=row["version"]
    )
    assert done is not None and done.stale == (2,)
    assert any("should have" in gate.lower() for gate in done.failed_gates), done.failed_gates
    assert (await bench.row(name))["needs_review"]
    done = await services.rewriting.edit_turn(
        name, 2, user, f"{advisor} Write it down tonight.", expected_version=done.version
    )
    assert done is not None
    told = await findings(bench, name)
    assert [f["turn"] for f in told if f["check"] == STALE] == [2]
    await services.review.decide_many([name], Verdict.APPROVE)
    assert not (await bench.row(name))["ready_for_training"], "a half-annotated conversation is not ready"
    await services.review.decide_many([name], Verdict.REOPEN)
    calls = Counter(attempt["stage"] for attempt in await bench.attempts(name))
    await do(bench, Order("annotate", (name,)))
    made = Counter(attempt["stage"] for attempt in await bench.attempts(name)) - calls
    assert made == Counter({"annotation:2": 1})
    assert (await said(bench, name))[1][1].endswith("Write it down tonight.")
    assert not [f for f in await findings(bench, name) if f["check"] == STALE or f["severity"] == "gate"]
    await services.review.decide_many([name], Verdict.APPROVE)
    assert (await bench.row(name))["ready_for_training"]
    with pytest.raises(TransitionError, match="is approved"):
        await services.rewriting.edit_turn(name, 2, "a", "b", expected_version=(await bench.row(name))["version"])
    await bench.check_counters()


@pytest.mark.slow
async def test_edits_and_restored_versions_are_undone_and_redone_and_never_overwrite(bench: Bench) -> None:
    (name,) = await written(bench)
    services, before = bench.services, await said(bench, name)
    row = await bench.row(name)
    await services.rewriting.edit_turn(name, 1, "Hello there.", before[0][1], expected_version=row["version"])
    edited = await said(bench, name)
    assert edited[0][0] == "Hello there."
    with pytest.raises(StaleRowError):
        await services.rewriting.edit_turn(name, 1, "Mine.", "Mine too.", expected_version=row["version"])
    assert services.review.undo_text == f"edit of turn 1 of {name}"
    await services.review.undo()
    assert await said(bench, name) == before
    undone = await bench.row(name)
    assert (undone["quality_score"], undone["status"]) == (row["quality_score"], row["status"])
    await services.review.redo()
    assert await said(bench, name) == edited
    first = min(one.version for one in await services.rewriting.versions(name))
    await services.rewriting.restore(name, first)
    assert await said(bench, name) == before
    await services.review.undo()
    assert await said(bench, name) == edited
    await services.review.delete([name])
    assert (await bench.row(name))["status"] == "planned"
    await services.rewriting.restore(name, first)
    assert (await said(bench, name), (await bench.row(name))["status"]) == (before, "generated")
    await bench.check_counters()


@pytest.mark.slow
async def test_variations_of_a_seed_are_rows_of_their_own_and_are_held_against_it(bench: Bench) -> None:
    source = (await bench.rows("tier = 'seed'"))[0]
    plan = await bench.services.variations.propose(source, 3, ("persona", "situation", "numbers"))
    ids = await bench.services.variations.add(plan)
    origin = await bench.row(source)
    rows = [await bench.row(name) for name in ids]
    assert [row["conversation_id"] for row in rows] == [f"{source}_v0{n}" for n in (1, 2, 3)]
    assert {row["variation_of"] for row in rows} == {source}
    assert len({row["persona_name"] for row in rows} | {origin["persona_name"]}) == 4, "each has another client"
    assert {row["outcome"] for row in rows} == {origin["outcome"]}
    await do(bench, Order("variation", ids))
    for name in ids:
        row = await bench.row(name)
        assert (row["status"], row["turn_count"]) == ("generated", origin["turn_count"])
    prompt = (await bench.attempts(ids[0]))[0]["request"]["user"]
    assert (await said(bench, source))[0][0] in prompt
    assert "To vary: the client: another person" in prompt
    assert not [f for f in await findings(bench, ids[0]) if f["check"] == "like_source"]
    planned = (await bench.rows("status = 'planned'"))[0]
    with pytest.raises(TransitionError, match="no text to vary"):
        await bench.services.variations.propose(planned, 3)
    await bench.check_counters()
