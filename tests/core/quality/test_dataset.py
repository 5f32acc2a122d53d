"""Copies are found and told apart, under other names too; after an edit only neighbours are read."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import delete, update

from core.quality.alike import find_alike
from core.quality.dashboard import KINDS
from core.quality.dataset import copies, ensure_marks, wording
from core.services import Services
from data import conversations, similarity
from data.conversations import TextRows
from data.similarity import MARKS, Place, turns_of
from tests.quality_corpus import good

NAMES = {"Jennifer": "Ottilie", "Marcus": "Bartholomew", "David": "Isidor", "Tanya": "Genoveva", "Priya": "Wilhelmina"}


async def _store(services: Services, conversation_id: str, turns: list[dict[str, Any]]) -> None:
    rows = [
        {**t, "conversation_id": conversation_id, "turn_id": f"{conversation_id}_{t['turn_number']}"} for t in turns
    ]
    async with services.database.write() as session:
        await conversations.delete_text(session, conversation_id)
        await conversations.insert_text(session, TextRows(turns=rows))


async def _turns(services: Services, conversation_id: str) -> list[dict[str, Any]]:
    async with services.database.read() as session:
        return (await turns_of(session, [conversation_id]))[conversation_id]


def _changed(turns: list[dict[str, Any]], change: Any) -> list[dict[str, Any]]:
    return [
        {**t, "user_input": change(t["user_input"]), "target_response": change(t["target_response"])} for t in turns
    ]


def _renamed(text: str) -> str:
    for name, other in NAMES.items():
        text = text.replace(name, other)
    return "".join(str((int(letter) + 3) % 10) if letter.isdigit() else letter for letter in text)


def _reworded(text: str) -> str:
    draw = random.Random(text)
    words = text.split(" ")
    for place in draw.sample(range(len(words)), len(words) // 25):
        words[place] = "somehow"
    return " ".join(words)


SEEDS = [subject.row["conversation_id"] for subject in good.seeds()]


@pytest.mark.parametrize("seed", SEEDS[:4])
@pytest.mark.parametrize(
    ("change", "sort"), [(lambda text: text, "copy"), (_renamed, "renamed copy"), (_reworded, "near copy")]
)
async def test_a_copy_is_found_and_called_what_it_is(services: Services, seed: str, change: Any, sort: str) -> None:
    await _store(services, "fp_mixed_001", _changed(await _turns(services, seed), change))
    found, messages = await services.quality.neighbours("fp_mixed_001")
    assert [(copy.sort, copy.ids) for copy in found] == [(sort, tuple(sorted((seed, "fp_mixed_001"))))]
    assert messages == []


async def test_the_packs_own_examples_are_no_copies_of_each_other(services: Services) -> None:
    async with services.database.read() as session:
        assert await copies(session) == ([], [])


async def test_a_single_message_taken_over_is_named_with_its_place(services: Services) -> None:
    taken, other = await _turns(services, SEEDS[0]), await _turns(services, SEEDS[1])
    mixed = _changed(other[:2], lambda text: " ".join(reversed(text.split())))
    mixed[1]["target_response"] = taken[0]["target_response"]
    await _store(services, "fp_mixed_001", mixed)
    found, messages = await services.quality.neighbours("fp_mixed_001")
    assert found == []
    assert [message.places for message in messages] == [
        tuple(
            sorted(
                (Place("fp_mixed_001", 2, "advisor"), Place(SEEDS[0], 1, "advisor")), key=lambda p: p.conversation_id
            )
        )
    ]


async def test_after_an_edit_the_marks_are_those_of_the_new_text_and_only_neighbours_are_read(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _store(services, "fp_mixed_001", await _turns(services, SEEDS[0]))
    await _store(services, "fp_mixed_002", await _turns(services, SEEDS[1]))
    await _store(services, "fp_mixed_001", _changed(await _turns(services, SEEDS[2]), _renamed))
    read: set[str] = set()
    reading = similarity.turns_of

    async def noted(session: Any, ids: Any) -> Any:
        read.update(ids)
        return await reading(session, ids)

    monkeypatch.setattr(similarity, "turns_of", noted)
    found, _ = await services.quality.neighbours("fp_mixed_001")
    assert [copy.ids for copy in found] == [tuple(sorted((SEEDS[2], "fp_mixed_001")))]
    assert read == {SEEDS[2], "fp_mixed_001"}


async def test_texts_from_before_there_were_marks_are_marked_when_the_report_is_asked_for(services: Services) -> None:
    async with services.database.write() as session:
        await session.execute(delete(MARKS))
        assert await copies(session) == ([], [])
    assert await ensure_marks(services.database) == len(SEEDS)
    assert await ensure_marks(services.database) == 0
    async with services.database.read() as session:
        assert await similarity.marked_counts(session)


async def test_texts_that_have_no_marks_hide_no_others_and_nothing_is_written_for_them(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_word, short = "谢谢你告诉我这些" * 30, "I do not know what to do next, Anna."
    said = {"turn_number": 1, "system_prompt": "", "word_count": 1, "sentence_count": 1}
    await _store(services, "fp_mixed_001", [{**said, "user_input": long_word, "target_response": long_word}])
    await _store(services, "fp_mixed_002", [{**said, "user_input": short, "target_response": short}])
    async with services.database.write() as session:
        await session.execute(delete(MARKS))
        ids = ("fp_mixed_001", "fp_mixed_002")
        await session.execute(
            update(conversations.CONVERSATIONS)
            .where(conversations.CONVERSATIONS.c.conversation_id.in_(ids))
            .values(turn_count=1)
        )
    unmarked = similarity.unmarked
    monkeypatch.setattr(similarity, "unmarked", lambda session, after: unmarked(session, after, 1))  # one at a time
    assert await ensure_marks(services.database) == len(SEEDS) + 1
    monkeypatch.delattr(similarity, "add_marks")
    assert await ensure_marks(services.database) == 0


async def test_wording_is_measured_and_nothing_is_said_of_no_text(services: Services) -> None:
    async with services.database.read() as session:
        rows = await similarity.measured_rows(session)
        whole, of_templates, shares = await wording(session, rows)
    assert whole.conversations == len(SEEDS) and set(shares) == set(SEEDS)
    assert 0 < (whole.distinct_1 or 0) < (whole.distinct_2 or 0) < (whole.distinct_3 or 0) <= 1
    assert 0 <= (whole.shared_4 or 0) < 0.1 and of_templates.keys() == {("seed", None)}
    assert (await services.quality.dataset("practice")).wording.distinct_2 is None


async def test_the_report_names_what_a_template_came_to(services: Services) -> None:
    report = await services.quality.dataset("live")
    assert (report.rows, report.scored, report.gate_failed) == (10, 10, 0)
    assert sum(report.distribution) == 10
    assert [(t.template, t.rows, t.flagged) for t in report.templates] == [("seed", 10, 0)]
    named = await services.quality.dataset("live", SEEDS[:3])
    assert named.rows == 3


async def test_a_turn_taken_over_with_small_changes_is_named_and_so_are_shared_openers_and_closers(
    services: Services,
) -> None:
    rows = [subject.row["conversation_id"] for subject in good.simulated()][:3]
    taken = await _turns(services, SEEDS[0])
    for place, name in enumerate(rows):
        own = _changed((await _turns(services, SEEDS[place + 1]))[:2], lambda text: " ".join(reversed(text.split())))
        said = own[0]["target_response"]
        own[0]["target_response"] = f"Put the letter on the table first. {said} Then tell me what the second page says."
        if place == 0:
            own[1]["target_response"] = _reworded(taken[1]["target_response"])
        await _store(services, name, own)
    async with services.database.read() as session:
        found = await find_alike(session, KINDS["live"] + KINDS["practice"], [*SEEDS, *rows])
    of_sort = {sort: [a.ids for a in found if a.sort == sort] for sort in ("message", "opener", "closer")}
    assert tuple(sorted((SEEDS[0], rows[0]))) in [tuple(sorted(ids)) for ids in of_sort["message"]]
    assert tuple(sorted(rows)) in of_sort["opener"] and tuple(sorted(rows)) in of_sort["closer"]
