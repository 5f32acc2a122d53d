"""The plan against its target shares, and rows that are proposed, added, changed and removed by hand."""

from __future__ import annotations

import sqlite3

import pytest

from core.errors import NotFoundError, PackError, TransitionError
from core.planning.rows import FORM, columns_named
from core.planning.targets import gaps, missing_rows, read_weights
from core.query import parse
from core.services import Services
from core.settings.fields import Settings
from core.setup import prepare_async
from data import audit, conversations
from data.variations import vary_of

EDGE = "fp_mixed_042"
BY_HAND = {"tier": "template", "arc": "shame_to_acceptance", "persona": "Jennifer", "topic": "A drawer of bills"}


async def audited(services: Services, action: str) -> list[dict[str, object]]:
    async with services.database.read() as session:
        return [row for row in await audit.entries(session) if row["action"] == action]


async def test_every_planned_row_is_in_one_cell_and_the_pack_meets_its_own_shares(services: Services) -> None:
    found = await services.coverage.matrix("tier", "persona")
    assert sum(count.planned for count in found.cells.values()) == found.whole.planned == 90
    assert [(row.key, row.count.planned, row.want) for row in found.rows] == [
        ("template", 40, 40), ("scenario", 35, 35), ("edge_case", 15, 15),
    ]  # fmt: skip
    assert found.gaps == ()
    assert found.cell("edge_case", "marcus").planned == 0


async def test_a_value_that_no_row_has_is_named(services: Services) -> None:
    async with services.database.write() as session:
        ids = await conversations.matching_ids(session, parse("tone:urgent"))
        for conversation_id, row in (await conversations.get_many(session, ids)).items():
            await conversations.update_guarded(session, conversation_id, row["version"], {"tone": "casual"}, by="x")
    found = await services.coverage.matrix("tone", "tier")
    assert [(gap.dimension, gap.value) for gap in found.unused] == [("tone", "urgent")]


async def test_changed_shares_name_gaps_are_audited_and_survive_a_newer_pack(
    services: Services, settings: Settings
) -> None:
    await services.coverage.set_target("tier", {"template": 50, "scenario": 35, "edge_case": 15})
    with sqlite3.connect(settings.database) as db:
        db.execute("update packs set content_hash = 'of an older pack'")
    await prepare_async(settings)
    found = await services.coverage.matrix("intent", "tone")
    assert [(gap.value, gap.have, gap.want) for gap in found.gaps] == [("template", 40, 45)]
    (change,) = await audited(services, "set_target")
    assert change["after"] == {"dimension": "tier", "shares": {"template": 50, "scenario": 35, "edge_case": 15}}
    assert (await services.coverage.set_target("tier", None)).shares == {
        "template": 40,
        "scenario": 35,
        "edge_case": 15,
    }
    assert (await services.coverage.set_target("tier", {})).shares == {}


def test_one_row_may_close_a_gap_of_each_dimension() -> None:
    counts = {"tier": {"template": 4}, "tone": {"urgent": 1, "casual": 9}}
    found = gaps({"tier": {"template": 1}, "tone": {"urgent": 1, "casual": 1}}, counts, 10)
    assert [(gap.value, gap.missing) for gap in found] == [("template", 6), ("urgent", 4)]
    assert missing_rows(found) == 6


def test_a_share_that_is_none_is_refused_with_its_value() -> None:
    assert read_weights({"urgent": " 12,5 % ", "casual": ""}, "tone", {}) == {"urgent": 12.5}
    with pytest.raises(PackError, match="tone urgent: 'many' is no share"):
        read_weights({"urgent": "many"}, "tone", {})
    with pytest.raises(PackError, match="tone has no value 'loud'"):
        read_weights({"loud": "1"}, "tone", {"urgent": "Urgent"})


async def test_proposed_rows_close_the_gaps_and_are_complete_in_every_dimension(services: Services) -> None:
    await services.coverage.set_target("tier", {"template": 45, "scenario": 38, "edge_case": 17})
    await services.coverage.set_target("persona", {"jennifer": 30, "david": 14, "marcus": 12, "mixed": 44})
    rows = await services.plan_rows.propose()
    assert len(rows) == (await services.coverage.matrix("tier", "tone")).missing > 10
    for row in rows:
        wanted = {column for column, _ in FORM} - {"scenario", "edge_case", "topic_key"}
        assert {column for column in wanted if not row[column]} == set()
        assert bool(row["scenario"]) == (row["tier"] == "scenario")
        assert bool(row["edge_case"]) == (row["tier"] == "edge_case")
    assert {row["outcome"] for row in rows if row["tier"] == "edge_case"} <= {"referral"}
    added = await services.plan_rows.add(rows)
    assert len(set(added)) == len(rows)
    async with services.database.read() as session:
        stored = await conversations.get_many(session, added)
    assert sorted(row["number"] for row in stored.values()) == list(range(101, 101 + len(rows)))
    assert {row["status"] for row in stored.values()} == {"planned"}
    personas = [row["persona_id"] for row in stored.values() if row["tier"] == "template"]
    assert set(personas) == {"jennifer"}  # the persona that is furthest below its share


async def test_rows_can_be_proposed_for_a_cell_and_what_the_pack_cannot_give_is_said(services: Services) -> None:
    rows = await services.plan_rows.propose(3, {"tier": "template", "category": "debt", "tone": "professional"})
    assert {(r["tier"], r["content_category"], r["tone"]) for r in rows} == {("template", "debt", "professional")}
    assert len({row["topic"] for row in rows}) == 3
    with pytest.raises(PackError, match="nothing for a row with tier edge case, arc shame to acceptance"):
        await services.plan_rows.propose(1, {"tier": "edge_case", "arc": "shame_to_acceptance"})
    with pytest.raises(PackError, match="Nothing is missing"):
        await services.plan_rows.propose()


async def test_added_rows_are_one_step_that_undo_takes_back_and_redo_brings_again(services: Services) -> None:
    added = await services.plan_rows.add(await services.plan_rows.propose(3, {"tier": "scenario"}))
    assert services.review.undo_text == "plan 3 conversations"
    await services.review.undo()
    async with services.database.read() as session:
        assert await conversations.get_many(session, added) == {}
    await services.review.redo()
    async with services.database.read() as session:
        assert set(await conversations.get_many(session, added)) == set(added)


async def test_a_row_by_hand_takes_what_it_leaves_open_from_its_arc(services: Services) -> None:
    (conversation_id,) = await services.plan_rows.add([BY_HAND])
    assert conversation_id == "fp_jennifer_015"
    async with services.database.read() as session:
        row = await conversations.get(session, conversation_id)
    assert row is not None
    assert (row["starting_emotion"], row["ending_emotion"], row["target_turns"]) == ("shame", "acceptance", 5)
    assert row["persona_name"] == "Jennifer Park"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"persona": "Marvin"}, "persona: 'Marvin' is not among the personas"),
        ({"tone": "loud"}, "tone: 'loud' is not among the tones"),
        ({"tier": "seed"}, "tier: 'seed' cannot be planned by hand"),
        ({"tier": "scenario", "arc": ""}, "scenario: it is empty"),
        ({"edge_case": "compulsive_spending"}, "edge case: 'compulsive_spending' does not belong to tier template"),
        ({"arc": "legal_boundary"}, "arc: legal_boundary is of tier edge case, not template"),
        ({"topic_key": "nowhere"}, "topic key: the pack has no topic 'nowhere'"),
        ({"turns": "many"}, "turns: 'many' is wrong"),
        ({"starting_intensity": "7"}, "start figure: '7' is wrong"),
        ({"topic": ""}, "topic: it is empty"),
    ],
)
async def test_a_wrong_word_is_refused_by_its_field(services: Services, change: dict[str, str], sentence: str) -> None:
    with pytest.raises(PackError) as refused:
        await services.plan_rows.add([{**BY_HAND, **change}])
    assert refused.value.message.startswith(sentence)
    async with services.database.read() as session:
        assert len((await conversations.numbers_and_ids(session))[1]) == 100


async def test_of_several_rows_a_wrong_one_is_named_and_none_is_added(services: Services) -> None:
    with pytest.raises(PackError, match="row 2, tone: 'loud'"):
        await services.plan_rows.add([BY_HAND, {**BY_HAND, "tone": "loud"}])
    async with services.database.read() as session:
        assert len((await conversations.numbers_and_ids(session))[1]) == 100


async def test_a_planned_row_is_changed_and_one_with_a_text_is_not(services: Services) -> None:
    done = await services.plan_rows.change(EDGE, columns_named(["tone=Urgent", "turns=2", "hoped for=He calls."]))
    assert done is not None
    async with services.database.read() as session:
        row = await conversations.get(session, EDGE)
    assert row is not None
    assert (row["tone"], row["target_turns"], row["expected_outcome"]) == ("urgent", 2, "He calls.")
    assert row["client_profile"]["name"] == row["persona_name"] != "Mixed"
    assert await services.plan_rows.change(EDGE, {"tone": "urgent"}) is None
    await services.review.undo()
    assert (await services.plan_rows.planned(EDGE)).row["turns"] == "3"
    with pytest.raises(TransitionError, match="fp_marcus_002 is approved: only planned rows"):
        await services.plan_rows.change("fp_marcus_002", {"tone": "casual"})


async def test_a_clone_keeps_its_client_and_gets_an_id_of_its_own(services: Services) -> None:
    conversation_id = await services.plan_rows.clone(EDGE, {"tone": "professional"})
    async with services.database.read() as session:
        rows = await conversations.get_many(session, [EDGE, conversation_id])
    assert conversation_id == "fp_mixed_057"
    assert rows[conversation_id]["client_profile"] == rows[EDGE]["client_profile"]
    assert rows[conversation_id]["tone"] == "professional"
    with pytest.raises(PackError, match="hand-written"):
        await services.plan_rows.clone("fp_marcus_002")


async def test_only_planned_rows_are_removed_outright(services: Services) -> None:
    with pytest.raises(TransitionError):
        await services.plan_rows.remove([EDGE, "fp_marcus_002"])
    with pytest.raises(NotFoundError):
        await services.plan_rows.remove(["fp_nobody_001"])
    assert (await services.plan_rows.remove([EDGE])).done == 1
    async with services.database.read() as session:
        assert await conversations.get(session, EDGE) is None
    await services.review.undo()
    async with services.database.read() as session:
        assert await conversations.get(session, EDGE) is not None


async def test_a_row_of_the_pack_that_was_removed_stays_away_when_a_newer_pack_comes(
    services: Services, settings: Settings
) -> None:
    removed, last = "fp_marcus_012", "fp_mixed_056"
    assert (await services.review.delete([removed, last], remove=True)).done == 2
    await services.plan_rows.add([BY_HAND])  # which takes the number of the last row
    with sqlite3.connect(settings.database) as db:
        db.execute("update packs set content_hash = 'older'")
    db.close()
    assert (await prepare_async(settings)).load.added_rows == 0
    async with services.database.read() as session:
        _, ids = await conversations.numbers_and_ids(session)
    assert not ids & {removed, last}


async def test_what_a_variation_is_to_vary_comes_back_with_its_row(services: Services) -> None:
    plan = await services.variations.propose("fp_marcus_002", 1, ("tone", "length"))
    (name,) = await services.variations.add(plan)
    await services.review.undo()
    await services.review.redo()
    async with services.database.read() as session:
        assert await vary_of(session, [name]) == {name: ["tone", "length"]}
