"""OpenAI's rules: what a line may be, and every way in which it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from exported import ODD, dialogue, request

from core.errors import ExportError
from core.export.dialogue import check_said
from core.export.openai_chat import problems, records
from core.export.records import lines_of

GOOD = [
    {"role": "system", "content": "s"},
    {"role": "user", "content": "u"},
    {"role": "assistant", "content": "a"},
]


def _with(messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": messages, **more}


def test_a_good_record_has_no_problems_with_or_without_a_system_message() -> None:
    assert problems(_with(GOOD)) == []
    assert problems(_with(GOOD[1:])) == []
    assert problems(_with([*GOOD, *GOOD[1:]])) == []
    assert problems(_with([*GOOD[:2], {**GOOD[2], "weight": 0}, *GOOD[1:]])) == []
    assert problems(_with([{**GOOD[1], "name": "Ann"}, GOOD[2]])) == []


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ([], "an object"),
        ({}, "no messages"),
        (_with(GOOD, weight=1), "'weight' is unknown"),
        (_with([]), "a list with entries"),
        (_with("hello"), "a list with entries"),
        (_with([*GOOD[:2], {"role": "assistant"}]), "message 3: it must have role and content"),
        (_with([*GOOD[:2], {**GOOD[2], "mood": "x"}]), "message 3: the key 'mood'"),
        (_with([*GOOD, {"role": "robot", "content": "x"}]), "no role 'robot'"),
        (_with([*GOOD[:2], {"role": "assistant", "content": ["a"]}]), "is no text"),
        (_with([*GOOD[:2], {"role": "assistant", "content": " \n"}]), "content is empty"),
        (_with([GOOD[0], {**GOOD[1], "weight": 1}, GOOD[2]]), "weight must be 0 or 1, on an assistant"),
        (_with([*GOOD[:2], {**GOOD[2], "weight": 2}]), "weight must be 0 or 1"),
        (_with([*GOOD[:2], {**GOOD[2], "weight": 0}]), "nothing to learn"),
        (_with(GOOD[:2]), "last message is not from the assistant"),
        (_with(GOOD[:1]), "last message is not from the assistant"),
        (_with([*GOOD, GOOD[2]]), "take turns"),
        (_with([GOOD[2], *GOOD[1:]]), "take turns"),
        (_with([*GOOD, *GOOD]), "only the first message may be from the system"),
    ],
)
def test_what_openai_refuses_is_named(record: Any, problem: str) -> None:
    assert problem in problems(record)[0]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 1"),
        ('{"messages": [], "messages": []}', "stands twice"),
        ('{"messages": NaN}', "NaN"),
        ('{"messages": "\\ud800"}', "half a character"),
        ("", "empty"),
    ],
)
def test_what_is_no_json_is_named_with_its_line(tmp_path: Any, line: str, problem: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(_with(GOOD))}\n{line}\n", encoding="utf-8")
    found = [(number, wrong) for number, _, wrong in lines_of(path)]
    assert found[0] == (1, "")
    assert found[1][0] == 2
    assert problem in found[1][1] or problem == "line 1"
    assert found[1][1]


def test_a_line_stays_one_line_for_every_reader() -> None:
    (line,) = records(dialogue((ODD, ODD), system=""), request("openai"))
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line)["messages"][0]["content"] == ODD


def test_per_turn_each_answer_is_learned_once() -> None:
    lines = [json.loads(line)["messages"] for line in records(dialogue(), request("openai", per="turn"))]
    assert [len(messages) for messages in lines] == [3, 5]
    assert [message.get("weight") for message in lines[1]] == [None, None, 0, None, None]
    assert all(problems({"messages": messages}) == [] for messages in lines)


def test_a_conversation_without_words_is_named() -> None:
    with pytest.raises(ExportError, match="x has no turns"):
        check_said("x", [])
    with pytest.raises(ExportError, match="x, turn 1: the client's message is empty"):
        check_said("x", [(" ", "a")])
    with pytest.raises(ExportError, match="x, turn 1: the advisor's message is empty"):
        check_said("x", [("a", "\n")])
