"""Conversations come in from the formats of trainers, told by their content, and nothing is dropped without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ImportFileError
from core.export.service import ExportRequest
from core.importing.formats import document
from core.services import Services
from data import conversations
from data.criteria import Criteria

SAID = [
    ("system", "You are Elena."),
    ("user", "May I?"),
    ("assistant", "You may."),
    ("user", "Now?"),
    ("assistant", "Yes."),
]
MESSAGES = [{"role": role, "content": text} for role, text in SAID]
HUMAN = {"system": "system", "user": "human", "assistant": "gpt"}
RECORDS: dict[str, dict[str, Any]] = {
    "openai": {"messages": MESSAGES},
    "anthropic": {"system": "You are Elena.", "messages": MESSAGES[1:]},
    "sharegpt": {"conversations": [{"from": HUMAN[role], "value": text} for role, text in SAID]},
    "trl": {"prompt": MESSAGES[:4], "completion": MESSAGES[4:]},
    "alpaca": {
        "instruction": "Now?",
        "input": "",
        "output": "Yes.",
        "system": "You are Elena.",
        "history": [["May I?", "You may."]],
    },
}


def read(*records: Any, format_: str = "auto", as_list: bool = False) -> Any:
    text = json.dumps(list(records)) if as_list else "\n".join(json.dumps(record) for record in records)
    return document(text.encode(), "x", format_)


@pytest.mark.parametrize("format_", RECORDS)
@pytest.mark.parametrize("as_list", [False, True])
def test_each_format_is_told_by_its_content_and_says_the_same(format_: str, as_list: bool) -> None:
    other = json.loads(json.dumps(RECORDS[format_]).replace("May I", "Might I"))
    found = read(RECORDS[format_], other, as_list=as_list)
    first, second = found.conversations
    assert (found.layout, found.header) == ("records", {"format": format_})
    said = [(pair["current_user_input"], pair["target_response"]) for pair in first.pairs]
    assert said == [("May I?", "You may."), ("Now?", "Yes.")]
    assert first.pairs[0]["system_prompt"] == "You are Elena."
    assert first.conversation_id != second.conversation_id
    assert read(RECORDS[format_]).conversations[0].conversation_id == first.conversation_id  # of the text, not the file
    assert first.notes == ()


def test_ids_of_the_file_are_kept_where_they_can_be_ids() -> None:
    found = read({"id": "c-7", **RECORDS["openai"]}, {"id": "no/path", "messages": MESSAGES[1:]})
    assert found.conversations[0].conversation_id == "c-7"
    assert found.conversations[1].conversation_id.startswith("imported_")
    assert found.conversations[1].filed["beside"] == {"id": "no/path"}
    assert "can be no id" in found.conversations[1].notes[0]
    with pytest.raises(ImportFileError, match="x, line 2: the id c-7 stands already at x, line 1"):
        read({"id": "c-7", **RECORDS["openai"]}, {"id": "c-7", "messages": MESSAGES[1:]})


def test_what_training_pairs_have_no_place_for_is_kept_or_told() -> None:
    block = {"type": "image", "source": "x"}
    record = {
        "tools": [{"name": "sum"}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "A"}, block], "name": "Zoe"},
            {"role": "user", "content": "B"},
            {"role": "assistant", "content": None, "tool_calls": [1]},
            {"role": "tool", "content": "42"},
            {"role": "assistant", "content": "C", "weight": 0},
            {"role": "user", "content": "D"},
        ],
    }
    found = read(record, RECORDS["openai"], RECORDS["openai"])
    first = found.conversations[0]
    assert [(p["current_user_input"], p["target_response"]) for p in first.pairs] == [("A\n\nB", "C"), ("D", "")]
    assert first.pairs[0]["message_metadata"] == {"user": {"name": "Zoe"}, "assistant": {"weight": 0}}
    assert first.filed["beside"] == {"tools": [{"name": "sum"}]}
    told = " ".join(first.notes)
    for words in ("tools", "'image'", "two user messages in a row", "role 'tool'", "messages without text"):
        assert words in told
    assert found.notes == ("line 3 repeats line 2 word for word: left out",)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"messages": [{"role": "robot", "content": "x"}]}, r"messages\[0\]: there is no role 'robot'"),
        ({"messages": [{"content": "x"}]}, r"messages\[0\]\.role is missing"),
        ({"messages": ["x"]}, r"messages\[0\] is no object"),
        ({"messages": []}, "holds no message"),
        ({"messages": [{"role": "user", "content": 5}]}, r"messages\[0\]\.content is no text"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "compares two answers"),
        ({"role": "user", "content": "x"}, "is a single message"),
        ({"text": "x", "label": 1}, "no known format; its keys: label, text"),
        ({"conversations": [{"from": "human", "value": "x" * 100_001}]}, "has 100,001 characters"),
        ({"instruction": "a", "output": "b", "history": True}, "history is no list"),
        (5, "is no object"),
    ],
)
def test_a_record_that_cannot_be_read_is_named(record: Any, says: str) -> None:
    known = {"conversations": "sharegpt", "instruction": "alpaca"}
    like = next((format_ for key, format_ in known.items() if isinstance(record, dict) and key in record), "openai")
    with pytest.raises(ImportFileError, match=f"x, line 2.*{says}"):
        read(RECORDS[like], record)


def test_a_format_that_is_named_is_held_to() -> None:
    with pytest.raises(ImportFileError, match="x, line 1 is openai, not sharegpt"):
        read(RECORDS["openai"], RECORDS["openai"], format_="sharegpt")
    with pytest.raises(ImportFileError, match="no list training_pairs"):
        read(RECORDS["openai"], format_="seed-json")
    assert read(RECORDS["openai"], format_="trl").header == {"format": "trl"}


async def test_a_chat_file_comes_in_undecided_and_goes_out_as_chat_and_as_seed(
    services: Services, tmp_path: Path
) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"c{n}", "messages": MESSAGES}) for n in range(2)), encoding="utf-8")
    seen: list[tuple[int, int]] = []
    report = await services.imports.run([path], on_progress=lambda done, total: seen.append((done, total)))
    assert (report.conversations, report.turns, seen) == (2, 4, [(1, 2), (2, 2)])
    assert any("c1 has the same content as c0" in warning for warning in report.warnings)
    async with services.database.write() as session:
        row = await conversations.get(session, "c0")
        assert row is not None
        assert (row["status"], row["generation_method"]) == ("generated", "imported")
        await conversations.update_guarded(session, "c0", row["version"], {"status": "approved"}, by="t")
    request = {"criteria": Criteria(ids=("c0",)), "folder": tmp_path / "out"}
    chat = await services.export.write(ExportRequest(format="openai", **request))  # type: ignore[arg-type]
    assert json.loads(chat.files[0].read_text(encoding="utf-8"))["messages"][1:] == MESSAGES[1:]
    seed = await services.export.write(ExportRequest(format="seed-json", **request))  # type: ignore[arg-type]
    assert seed.files[0].name == "c0.json"
    again = await services.imports.preview([seed.files[0]], replace=True)
    assert again.files[0].replaced == ("c0",)


async def test_the_same_conversation_in_two_files_is_told(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, shout in (("a", str), ("b", str.upper)):
        messages = [{**m, "content": "  " + shout(m["content"])} for m in MESSAGES]
        (folder / f"{name}.jsonl").write_text(json.dumps({"id": name, "messages": messages}), encoding="utf-8")
    for report in (await services.imports.preview([folder]), await services.imports.run([folder])):
        assert any(warning.startswith("b.jsonl: b has the same content as a") for warning in report.warnings)
    for file in report.files:
        await services.imports.undo(file.import_id)
    async with services.database.read() as session:
        assert await conversations.get_many(session, ["a", "b"]) == {}
