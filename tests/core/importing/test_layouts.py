"""Whatever shape a person's file has, its conversations come in whole, and the file goes out again value by value."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ImportFileError
from core.export.service import ExportRequest
from core.seedformat.documents import (
    GROUPED,
    as_text_rows,
    conversation_rows,
    document_of,
    filed_conversation,
    filed_pairs,
    from_text_rows,
    parse_document,
)
from core.services import Services
from data import conversations
from data.criteria import Criteria
from tests.core.importing.odd_files import odd_file

Tree = dict[str, Any]
MakePair = Callable[..., Tree]


def exact(tree: Any) -> str:
    """1, 1.0 and True are equal to Python, but not in a file."""
    return json.dumps(tree, sort_keys=True)


def written_again(tree: Any) -> Any:
    """What an export writes for a file, by way of the rows as a database gives them back."""
    document = document_of(tree, "odd.json", "0")
    turns: dict[int, list[Tree]] = {}
    groups = []
    for conversation in document.conversations:
        rows = as_text_rows(conversation_rows(conversation))
        rows = type(rows)(**json.loads(json.dumps(vars(rows))))
        rows.turns.sort(key=lambda turn: turn["turn_number"])
        extra = {**conversation.filed, "positions": list(conversation.positions)}
        pairs = from_text_rows(rows)
        if conversation.filed.get("layout") in GROUPED:
            groups.append(filed_conversation(pairs, extra))
        else:
            turns |= dict(zip(conversation.positions, filed_pairs(pairs, extra), strict=True))
    pairs = [pair for place in sorted(turns) for pair in turns[place]]
    if document.layout not in ("pairs", "conversations"):
        return pairs[0] if document.layout == "one-pair" else pairs or groups
    listed = {"training_pairs": pairs} if turns else {}
    return {**document.header, **({"conversations": groups} if groups else {}), **listed}


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_rows_give_back_every_odd_file(start: int) -> None:
    for number in range(start, start + 100):
        tree = odd_file(number)
        assert exact(written_again(tree)) == exact(tree), number


@pytest.mark.slow
def test_rows_give_back_thousands_of_odd_files() -> None:
    for number in range(1000, 3500):
        tree = odd_file(number)
        assert exact(written_again(tree)) == exact(tree), number


async def test_a_file_with_both_lists_comes_in_whole_and_goes_out_whole(
    services: Services, make_pair: MakePair, tmp_path: Path
) -> None:
    grouped = {"conversation_metadata": {"conversation_id": "own_1"}, "training_pairs": messages_apart("own_1", 2)}
    listed = [make_pair("own_3", 1), make_pair("own_2", 1), make_pair("own_3", 2), make_pair("own_2", 2)]
    tree = {"training_pairs": listed, "version": 4, "conversations": [grouped]}
    path = tmp_path / "both.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    report = await services.imports.run([path])
    assert report.files[0].added == ("own_1", "own_3", "own_2")
    assert any("lists 1 in conversations and 2 in training_pairs" in warning for warning in report.warnings)
    async with services.database.write() as session:
        for conversation_id, row in (await conversations.get_many(session, report.files[0].added)).items():
            await conversations.update_guarded(session, conversation_id, row["version"], {"status": "approved"}, by="t")
    request = ExportRequest(format="seed-json", criteria=Criteria(ids=report.files[0].added), folder=tmp_path / "out")
    result = await services.export.write(request)
    (written,) = [file for file in result.files if file.name == "both.json"]
    assert exact(json.loads(written.read_text(encoding="utf-8"))) == exact(tree)


def test_a_list_that_repeats_the_other_is_kept_and_one_that_contradicts_it_is_read_too() -> None:
    group = {"id": "own_1", "training_pairs": [{"conversation_id": "own_1", "target_response": "x"}]}
    tree = {"conversations": [group], "training_pairs": group["training_pairs"]}
    document = document_of(tree, "a.json", "0")
    assert (len(document.conversations), document.header) == (1, {"training_pairs": group["training_pairs"]})
    assert "not read a second time" in document.notes[0]
    tree["training_pairs"] = [{"conversation_id": "own_1", "target_response": "y"}]
    first, second = document_of(tree, "a.json", "0").conversations
    assert (first.conversation_id, second.own_id) == ("own_1", "own_1")
    assert second.notes == ("is number 2 of those that the file calls 'own_1'",)


def test_a_reply_that_repeats_its_message_with_other_spaces_joins_it() -> None:
    group = [
        {"current_user_input": "May I?\n", "target_response": None},
        {"current_user_input": " May  I?", "target_response": "You may."},
        {"current_user_input": None, "target_response": "And more."},
    ]
    (conversation,) = document_of({"conversations": [{"id": "a", "training_pairs": group}]}, "a", "0").conversations
    assert [pair["target_response"] for pair in conversation.pairs] == ["You may.", "And more."]
    assert exact(filed_pairs(conversation.pairs, conversation.filed)) == exact([group[:2], group[2:]])


@pytest.mark.slow
async def test_odd_files_of_both_layouts_go_through_the_database_unchanged(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    trees = {f"odd{number}.json": odd_file(number) for number in range(500, 524)}
    for name, tree in trees.items():
        (folder / name).write_text(json.dumps(tree), encoding="utf-8")
    report = await services.imports.run([folder])
    assert report.failures == ()
    async with services.database.write() as session:  # a person approves them all
        for file in report.files:
            for conversation_id in file.added:
                row = await conversations.get(session, conversation_id)
                assert row is not None
                await conversations.update_guarded(
                    session, conversation_id, row["version"], {"status": "approved"}, by="t"
                )
    ids = tuple(i for file in report.files for i in file.added)
    result = await services.export.write(
        ExportRequest(format="seed-json", criteria=Criteria(ids=ids), folder=tmp_path / "out")
    )
    names = [path.name for path in result.files if path.name in trees]
    assert sorted(names) == sorted(trees)
    for path in result.files:
        if path.name in trees:
            assert exact(json.loads(path.read_text(encoding="utf-8"))) == exact(trees[path.name]), path.name


def messages_apart(conversation_id: str, turns: int) -> list[Tree]:
    """Each message in a pair of its own, as some tools write them."""
    pairs: list[Tree] = []
    for turn in range(1, turns + 1):
        asked = {"conversation_id": conversation_id, "turn_number": 2 * turn - 1, "current_user_input": f"Q{turn}?"}
        pairs.append(
            {**asked, "target_response": None, "emotional_context": {"detected_emotions": {"primary": "fear"}}}
        )
        pairs.append(
            {
                "conversation_id": conversation_id,
                "turn_number": 2 * turn,
                "current_user_input": None,
                "target_response": f"A{turn}.",
                "response_strategy": {"primary_strategy": "listen"},
            }
        )
    return pairs


async def test_a_reply_in_a_pair_of_its_own_joins_the_message_before_it(services: Services, tmp_path: Path) -> None:
    tree = {
        "training_file_metadata": {"version": "4.0.0"},
        "consultant_profile": {"name": "Elena"},
        "conversations": [
            {"conversation_metadata": {"conversation_id": "own_1"}, "training_pairs": messages_apart("own_1", 3)},
            {
                "conversation_metadata": {"scaffolding": {"persona": {"name": "David Chen"}}},
                "training_pairs": [{"current_user_input": "Alone?", "target_response": None}],
            },
        ],
    }
    path = tmp_path / "four.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    report = await services.imports.run([path])
    assert (report.conversations, report.turns) == (2, 4)
    told = "\n".join(report.warnings)
    assert "own_1 3 replies stand in a pair of their own: joined with the message before" in told
    assert "has no id in the file: one was made of its text" in told
    assert "has no reply in turn 1" in told
    async with services.database.read() as session:
        text = await conversations.text_of(session, "own_1")
        other = await conversations.get(session, next(i for i in report.files[0].added if i != "own_1"))
    assert [(t["turn_number"], t["user_input"], t["target_response"]) for t in text.turns] == [
        (1, "Q1?", "A1."),
        (2, "Q2?", "A2."),
        (3, "Q3?", "A3."),
    ]
    assert (text.emotions[0]["primary_emotion"], text.strategies[0]["primary_strategy"]) == ("fear", "listen")
    assert other is not None
    assert (other["persona_id"], other["status"]) == ("david", "generated")


def test_what_a_person_changed_stands_in_the_file_that_is_written_again() -> None:
    document = document_of({"training_pairs": messages_apart("own_1", 1)}, "a.json", "0")
    (conversation,) = document.conversations
    rows = as_text_rows(conversation_rows(conversation))
    rows.turns[0] |= {"target_response": "Better.", "user_input": "Q?"}
    ((asked, reply),) = filed_pairs(from_text_rows(rows), conversation.filed)
    assert (asked["current_user_input"], asked["target_response"]) == ("Q?", None)
    assert (reply["current_user_input"], reply["target_response"]) == (None, "Better.")
    # An unanswered message that a person answers, and a NUL that a person takes out.
    odd = [{"conversation_id": "x", "current_user_input": "a\x00b", "target_response": None}]
    (conversation,) = document_of({"training_pairs": odd}, "a.json", "0").conversations
    rows = as_text_rows(conversation_rows(conversation))
    assert (rows.turns[0]["user_input"], rows.turns[0]["target_response"]) == ("a␀b", "")
    assert from_text_rows(rows) == odd
    rows.turns[0] |= {"target_response": "Answered.", "user_input": "ab"}
    assert from_text_rows(rows) == [
        {"conversation_id": "x", "current_user_input": "ab", "target_response": "Answered."}
    ]


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ({"conversations": [{"training_pairs": []}]}, r"conversations\[0\] holds no training pair"),
        ({"conversations": [{"training_pairs": [{}]}, 5]}, r"0\]: .* holds no message|imported_\w+ holds no message"),
        ({"conversations": [{"training_pairs": [{"target_response": 5}]}]}, r"pairs\[0\].target_response is no text"),
        ([[], {"target_response": "x"}], r"a\.json, \[0\] is no object"),
        ([{"target_response": "x"}, {"training_pairs": []}], r"a\.json, \[0\] has no list training_pairs"),
        ({"training_pairs": [{"conversation_id": "a", "target_response": "x" * 100_001}]}, "has 100,001 characters"),
        ({"training_pairs": [{"conversation_id": "a", "target_response": "x"}] * 201}, "a has 201 turns"),
    ],
)
def test_a_layout_that_cannot_be_read_is_refused_with_its_place(tree: Tree, says: str) -> None:
    with pytest.raises(ImportFileError, match=says):
        parse_document(json.dumps(tree).encode(), "a.json")
