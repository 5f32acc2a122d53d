"""The trainer's rules: what a line may be, and every way in which it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import ExportError
from core.export.openai_chat import chat_line, validate_line

GOOD = [
    {"role": "system", "content": "s"},
    {"role": "user", "content": "u"},
    {"role": "assistant", "content": "a"},
]


def _line(messages: Any, **more: Any) -> str:
    return json.dumps({"messages": messages, **more})


def test_a_good_line_has_no_problems_with_or_without_a_system_message() -> None:
    assert validate_line(_line(GOOD)) == []
    assert validate_line(_line(GOOD[1:])) == []
    assert validate_line(_line([*GOOD, *GOOD[1:]])) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 1"),
        ("[]", "exactly the key messages"),
        (_line(GOOD, weight=1), "exactly the key messages"),
        (_line([]), "a list with entries"),
        (_line("hello"), "a list with entries"),
        (_line([*GOOD[:2], {"role": "assistant"}]), "message 3: it must have exactly role and content"),
        (_line([*GOOD, {"role": "robot", "content": "x"}]), "no role 'robot'"),
        (_line([*GOOD[:2], {"role": "assistant", "content": ["a"]}]), "is no text"),
        (_line([*GOOD[:2], {"role": "assistant", "content": " \n"}]), "content is empty"),
        (_line(GOOD[:2]), "last message is not from the assistant"),
        (_line(GOOD[:1]), "last message is not from the assistant"),
        (_line([*GOOD, GOOD[2]]), "take turns"),
        (_line([GOOD[2], *GOOD[1:]]), "take turns"),
        (_line([*GOOD, *GOOD]), "only the first message may be from the system"),
        ('{"messages": [], "messages": []}', "stands twice"),
        ('{"messages": NaN}', "a list with entries"),
        (_line([*GOOD[:2], {"role": "assistant", "content": "\ud800"}]), "half a character"),
    ],
)
def test_what_a_trainer_refuses_is_named(line: str, problem: str) -> None:
    found = validate_line(line)
    assert problem in found[0]


def test_a_line_stays_one_line_for_every_reader() -> None:
    text = "one\u2028two\u2029three\x85four\nfive\rsix"
    line = chat_line("x", [(text, text)], "")
    assert len(line.splitlines()) == 1
    assert json.loads(line)["messages"][0]["content"] == text


def test_a_conversation_without_words_is_named() -> None:
    with pytest.raises(ExportError, match="x has no turns"):
        chat_line("x", [], "s")
    with pytest.raises(ExportError, match="x, turn 1: the client's message is empty"):
        chat_line("x", [(" ", "a")], "s")
