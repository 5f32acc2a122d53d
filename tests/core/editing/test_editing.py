"""Edits by hand: only what may be edited, only words of the pack, each audited, guarded and undone like a verdict."""

from __future__ import annotations

from typing import Any

import pytest

from core.editing.fields import BY_NAME, EditError, field_named, known_words, read_value
from core.errors import StaleRowError
from core.services import Services
from data import audit

ID = "fp_marcus_002"
KNOWN = known_words(
    {"intents": [{"key": "get_advice", "name": "Get advice"}], "emotions": [{"key": "dread", "name": "Dread"}]},
    {"david": {"name": "David Chen", "archetype": "The Planner"}},
    {},
)


@pytest.mark.parametrize("name", ["id", "number", "actual_cost_microusd", "version", "status", "no such field"])
def test_what_is_never_edited_is_refused_by_name(name: str) -> None:
    with pytest.raises(EditError) as refused:
        field_named(name)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("intent", "Get advice", "get_advice"),
        ("start", "DREAD", "dread"),
        ("start figure", "0,7", 0.7),
        ("topic", "  two\nlines ", "two lines"),
        ("tone", "anything", "anything"),  # the pack says nothing of tones
        ("ending_intensity", "", None),
    ],
)
def test_a_value_is_read_as_people_write_it(name: str, text: str, value: Any) -> None:
    assert read_value(field_named(name), text, KNOWN) == value


@pytest.mark.parametrize(
    ("name", "text"), [("intent", "get_advise"), ("start figure", "1.2"), ("start figure", "nan"), ("topic", " ")]
)
def test_a_value_that_cannot_be_is_refused_with_its_field(name: str, text: str) -> None:
    one = field_named(name)
    with pytest.raises(EditError) as refused:
        read_value(one, text, KNOWN)
    assert refused.value.name == one.name in BY_NAME


async def test_an_edit_is_stored_audited_and_undone(services: Services) -> None:
    before = await services.editing.row(ID)
    done = await services.editing.edit(ID, {"topic": "Another topic", "start": "dread", "notes": "why not"})
    assert done is not None and done.text == f"edited topic, start, notes of {ID}"
    after = await services.editing.row(ID)
    assert (after["topic"], after["starting_emotion"], after["reviewer_notes"]) == ("Another topic", "dread", "why not")
    assert after["arc_description"].startswith("dread → ")
    assert after["version"] == before["version"] + 1
    async with services.database.read() as session:
        entry = (await audit.entries(session, entity_id=ID))[0]
    assert (entry["action"], entry["actor"]) == ("edit", "tester")
    assert entry["before"]["topic"] == before["topic"] and entry["after"]["topic"] == "Another topic"
    await services.review.undo()
    again = await services.editing.row(ID)
    assert {name: again[name] for name in BY_NAME} == {name: before[name] for name in BY_NAME}


async def test_an_edit_of_a_row_that_somebody_changed_meanwhile_is_refused(services: Services) -> None:
    row = await services.editing.row(ID)
    await services.review.flag(ID, expected_version=row["version"])
    with pytest.raises(StaleRowError):
        await services.editing.edit(ID, {"topic": "Mine"}, expected_version=row["version"])
    assert (await services.editing.row(ID))["topic"] == row["topic"]


async def test_another_persona_brings_its_name_and_leaves_the_former_client(services: Services) -> None:
    await services.editing.edit(ID, {"persona": "David Chen"})
    row = await services.editing.row(ID)
    assert (row["persona_id"], row["persona_name"], row["client_profile"]) == ("david", "David Chen", None)


async def test_what_stays_as_it_was_is_not_looked_at(services: Services) -> None:
    row = await services.editing.row(ID)
    assert await services.editing.edit(ID, {"topic": row["topic"], "intent": row["intent"]}) is None


async def test_turns_are_edited_only_while_they_are_a_plan(services: Services) -> None:
    with pytest.raises(EditError):
        await services.editing.edit(ID, {"turns": "7"})
    async with services.database.read() as session:
        from data import conversations
        from data.criteria import Criteria

        planned = (await conversations.matching_ids(session, Criteria(states=("remaining",))))[0]
    await services.editing.edit(planned, {"turns": "7"})
    assert (await services.editing.row(planned))["target_turns"] == 7
