"""Marks by which copies are found are written for many texts together, and are there when they are needed."""

from __future__ import annotations

import pytest
from workbench import Bench

from core.engine.marking import Marking
from core.engine.orders import Order
from data import conversations, similarity
from data.marks import Mark, mark_rows
from data.similarity import turns_of


async def _stored(bench: Bench, ids: list[str]) -> list[Mark]:
    rows = await bench.select("text_marks")
    names = ("kind", "mark", "conversation_id", "turn_number", "role")
    return sorted(tuple(row[name] for name in names) for row in rows if row["conversation_id"] in ids)


async def _due(bench: Bench, ids: list[str]) -> list[Mark]:
    async with bench.services.database.read() as session:
        texts = await turns_of(session, ids)
    return sorted(mark_rows([turn for turns in texts.values() for turn in turns]))


async def test_what_a_worker_wrote_is_marked_when_it_ends_also_when_it_is_written_again(bench: Bench) -> None:
    ids = (await bench.rows())[:3]
    await bench.order(ids)
    await bench.run()
    assert await _stored(bench, ids) == await _due(bench, ids) != []
    generation = bench.services.generation
    await generation.submit(await generation.propose(Order("regenerate", (ids[0],))), cap_microusd=5_000_000)
    await bench.run()
    assert await _stored(bench, ids) == await _due(bench, ids)


async def test_marks_that_a_killed_worker_had_not_written_are_there_for_who_looks_for_copies(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(self: Marking, *, all_of_them: bool = False) -> None:
        """It never came to it."""

    monkeypatch.setattr(Marking, "write", killed)
    ids = (await bench.rows())[:2]
    await bench.order(ids)
    await bench.run()
    assert await _stored(bench, ids) == []
    await bench.services.quality.alike("practice")
    assert await _stored(bench, ids) == await _due(bench, ids) != []


async def test_a_text_that_was_changed_or_taken_away_meanwhile_gets_no_marks_of_the_former_one(bench: Bench) -> None:
    ids = (await bench.rows("turn_count > 0"))[:3]
    former = {name: [mark for mark in await _due(bench, ids) if mark[2] == name] for name in ids}
    changed, removed, same = ids

    async with bench.services.database.write() as session:
        await similarity.drop_marks(session, ids)  # as it is before the worker comes to write them
        turns = (await turns_of(session, [changed]))[changed]
        another = [{**turn, "conversation_id": changed, "user_input": f"Another text, {turn}"} for turn in turns]
        await similarity.put_marks(session, another)
        await conversations.delete_text(session, removed)
        version = (await conversations.get(session, removed) or {})["version"]
        await conversations.update_guarded(session, removed, version, {"turn_count": 0}, by="test")
        await similarity.add_marks(session, {**former, "fp_gone_001": former[same]})
    stored = await _stored(bench, ids)
    assert [mark for mark in stored if mark[2] == same] == former[same]
    assert [mark for mark in stored if mark[2] == changed] != former[changed]
    assert [mark for mark in stored if mark[2] == removed] == []
