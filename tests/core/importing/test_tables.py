"""Plans come in from the tables that people keep; a wrong value is named with its line, its column and the way out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.engine.orders import Order as JobOrder
from core.errors import BrightrunError, ImportFileError, PackError
from core.importing.proposals import columns_of_tables
from core.importing.service import Order
from core.planning.table import columns_of
from core.services import Services
from data import conversations

HEADING = (
    "Number,Conversation ID,Tier,Client,Topic,Starting Emotion,Starting Intensity,Ending Emotion,Ending Intensity,Turns"
)
ROW = "901,own_1,Template,marcus thompson,Bills,Self-Doubt,0.8,Relief,0.6,4"


async def add(services: Services, tmp_path: Path, text: str | bytes, *mappings: str) -> int:
    path = tmp_path / "plan.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return await services.planner.add_rows(path, columns_of(mappings))


async def row_of(services: Services, conversation_id: str) -> dict[str, Any]:
    async with services.database.read() as session:
        row = await conversations.get(session, conversation_id)
    assert row is not None
    return row


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_headings_and_words_of_ones_own_are_understood(
    services: Services, tmp_path: Path, delimiter: str
) -> None:
    text = f"{HEADING}\r\n{ROW}\r\n".replace(",", delimiter)
    if delimiter == ";":
        text = text.replace("0.8", "0,8")
    assert await add(services, tmp_path, b"\xef\xbb\xbf" + text.encode(), "client=Persona") == 1
    row = await row_of(services, "own_1")
    assert (row["persona_id"], row["persona_name"], row["tier"]) == ("marcus", "Marcus Thompson", "template")
    assert (row["starting_emotion"], row["starting_intensity"], row["target_turns"]) == ("self_doubt", 0.8, 4)


async def test_what_a_table_leaves_open_comes_from_the_arc_and_the_plan(services: Services, tmp_path: Path) -> None:
    before = await _ids(services)
    text = "tier,arc,persona,topic,Remarks\ntemplate,shame_to_acceptance,Marcus,Bills,x\n"
    text += "template,Shame to acceptance,,Rent,\n"
    assert await add(services, tmp_path, text, "Remarks=") == 2
    added = sorted(await _ids(services) - before)
    row = await row_of(services, added[0])
    assert (added[0].rpartition("_")[0], row["number"]) == ("fp_marcus", 101)
    assert (row["starting_emotion"], row["ending_emotion"]) == ("shame", "acceptance")
    assert 0 < row["starting_intensity"] <= 1
    assert row["target_turns"] >= 3
    assert (await row_of(services, added[1]))["persona_id"] == "mixed"


async def _ids(services: Services) -> set[str]:
    async with services.database.read() as session:
        return (await conversations.numbers_and_ids(session))[1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("marcus thompson", "Marvin", r"line 2, persona: 'Marvin' is not among the personas. Known: .*marcus"),
        ("Self-Doubt", "Wobbly", r"line 2, starting_emotion: 'Wobbly' is not among the emotions"),
        ("Template", "robot", r"line 2, tier: 'robot' is wrong"),
        ("0.8", "7", r"line 2, starting_intensity: '7' is wrong"),
        (",4", ",", r"line 2, turns: it is empty"),
        ("own_1", "../x", r"line 2, conversation_id"),
        ("own_1", "fp_marcus_007", r"line 2, conversation_id: fp_marcus_007 is in the plan already"),
        ("901", "5", r"line 2, number: 5 is in the plan already"),
        ("Bills", '"Bi\nlls",x', r"line 2: it has 11 fields, the heading has 10"),
        ("Bills", '"Bills', r"line 2: a quotation mark is opened in this line and never closed"),
        ("Starting Emotion", "Feeling", r"no column 'Feeling'. Map it .--map"),
        ("901", "99999999999", r"line 2, number: '99999999999' is wrong: it is a whole number from 1 to 2,147,483,647"),
        ("901", "x", r"line 2, number: 'x' is wrong: it is a whole number"),
        (",4", ",4.5", r"line 2, turns: '4.5' is wrong: it is a whole number from 1 to 20"),
        ("0.8", "nan", r"line 2, starting_intensity: 'nan' is wrong: it is a figure from 0 to 1"),
        ("Bills", '"Bills"x', r"line 2: something stands behind a closing quotation mark"),
        ("Bills", "x" * 5000, r"line 2, topic: it has 5,000 characters; it is a text of at most 4,000"),
        ("Bills", "x" * 200_000, r"line 2: a field has more than 131,072 characters"),
        ("Topic", "Tier", r"two headings mean the column tier"),
        (ROW, "", r"has a heading but no rows"),
        (ROW, f"{ROW}\n\n{ROW}", r"line 4, number: 901 stands already on line 2"),
    ],
)
async def test_a_wrong_value_is_named_and_nothing_is_added(
    services: Services, tmp_path: Path, old: str, new: str, says: str
) -> None:
    before = await _ids(services)
    text = f"{HEADING}\n{ROW}\n"
    with pytest.raises(BrightrunError, match=says):
        await add(services, tmp_path, text.replace(old, new), "Client=persona")
    assert await _ids(services) == before


async def test_blank_lines_and_the_line_of_a_workbook_stand_before_the_heading(
    services: Services, tmp_path: Path
) -> None:
    text = f"{HEADING}\n{ROW}\n".replace("Client", "persona")
    assert await add(services, tmp_path, "sep=;\r\n" + text.replace(",", ";")) == 1
    assert await add(services, tmp_path, "\n\n" + text.replace("901,own_1", "902,own_2")) == 1
    with pytest.raises(PackError, match=r"line 4, tier: 'robot'"):
        await add(services, tmp_path, "\n\n" + text.replace("Template", "robot"))


async def test_mappings_and_encodings_that_cannot_be_are_told(services: Services, tmp_path: Path) -> None:
    for mapping, says in (
        ("Client", "is no mapping"),
        ("Client=robot", "has no column 'robot'"),
        ("=x", "is no mapping"),
    ):
        with pytest.raises(PackError, match=says):
            columns_of([mapping])
    with pytest.raises(PackError, match=r"has no heading 'customer'\. It has: Number"):
        await add(services, tmp_path, f"{HEADING}\n{ROW}\n", "Customer=persona")
    with pytest.raises(BrightrunError, match="UTF-16"):
        await add(services, tmp_path, f"{HEADING}\n{ROW}\n".encode("utf-16"))
    with pytest.raises(PackError, match="lacks the column tier"):
        await add(services, tmp_path, "a,topic\n1,x\n", "a=number")


async def test_an_imported_table_is_listed_and_taken_back_as_a_whole(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(f"{HEADING.replace('Client', 'persona')}\n{ROW}\n", encoding="utf-8")
    before = await _ids(services)
    seen = await services.imports.preview([path])
    assert (seen.files[0].planned, await _ids(services)) == (("own_1",), before)
    report = await services.imports.run([path])
    assert "1 planned" in report.sentence()
    assert (await row_of(services, "own_1"))["status"] == "planned"
    await services.imports.undo(report.files[0].import_id)
    assert await _ids(services) == before


async def test_a_job_that_was_stopped_does_not_keep_a_table_from_being_taken_back(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: "")  # nobody takes the row meanwhile
    path = tmp_path / "plan.csv"
    path.write_text("tier,arc,persona,topic\ntemplate,shame_to_acceptance,Marcus,Bills\n", encoding="utf-8")
    before = await _ids(services)
    report = await services.imports.run([path])
    (planned,) = report.files[0].planned
    proposal = await services.generation.propose(JobOrder("selected", (planned,)))
    job = await services.generation.submit(proposal, cap_microusd=5_000_000)
    with pytest.raises(BrightrunError, match="is queued now"):
        await services.imports.undo(report.files[0].import_id)
    await services.generation.stop(job, now=True)
    await services.imports.undo(report.files[0].import_id)
    assert await _ids(services) == before


async def test_a_dry_run_fills_what_a_table_of_the_same_order_plans(
    services: Services, tmp_path: Path, make_pair: Callable[..., dict[str, Any]]
) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADING.replace('Client', 'persona')}\n{ROW}\n", encoding="utf-8")
    for name in ("b.json", "c.json"):
        (tmp_path / name).write_text(json.dumps({"training_pairs": [make_pair("own_1", 1)]}), encoding="utf-8")
    for work in (services.imports.preview, services.imports.run):
        report = await work([tmp_path])
        assert [(file.planned, file.filled) for file in report.files] == [(("own_1",), ()), ((), ("own_1",))]
        assert [Path(refusal.file).name for refusal in report.failures] == ["c.json"]


async def test_several_tables_take_each_its_own_mappings(services: Services, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("tier,arc,Kunde,What\ntemplate,shame_to_acceptance,Marcus,Bills\n")
    (tmp_path / "b.csv").write_text("tier,arc,What,Thema\ntemplate,shame_to_acceptance,Marcus,Rent\n")
    assert {"a.csv:What": None, "b.csv:What": None, "Thema": None}.items() <= columns_of_tables([tmp_path]).items()
    columns = columns_of(["Kunde=persona", "A.csv:What=topic", "b.csv:What=persona", "Thema=topic"])
    for work in (services.imports.preview, services.imports.run):
        report = await work([tmp_path], order=Order(columns=columns))
        assert (report.failures, len(report.files)) == ((), 2)
    rows = [await row_of(services, file.planned[0]) for file in report.files]
    assert [(row["persona_id"], row["topic"]) for row in rows] == [("marcus", "Bills"), ("marcus", "Rent")]
    with pytest.raises(ImportFileError, match="None of the 2 tables has a heading 'nobody'"):
        await services.imports.preview([tmp_path], order=Order(columns={"nobody": "topic"}))
