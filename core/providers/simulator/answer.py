"""Decides what the simulator answers to a request: a dialogue, JSON for a schema, or one of them damaged on purpose.

The server calls `write_answer` once per accepted request. It knows nothing of HTTP.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from core.providers.simulator.annotation import annotation_for
from core.providers.simulator.dialogue import compose, tagged
from core.providers.simulator.plan_block import ConversationPlan, find_plan
from core.providers.simulator.schema import fill, find_schema
from core.providers.simulator.turns import Turn
from core.providers.simulator.usage import CHARS_PER_TOKEN, tokens_of

_ONE_TURN = re.compile(r"^Write turn (\d+) of \d+ again", re.MULTILINE)
_REFUSED = {"type": "refusal", "category": "general_harms", "explanation": "The simulator was asked to refuse this."}


@dataclass(frozen=True)
class Answer:
    """The text of an answer and why it stops there."""

    text: str
    stop_reason: str = "end_turn"
    stop_details: dict[str, str] | None = None

    @property
    def tokens(self) -> int:
        """Output tokens; the API bills at least one."""
        return max(tokens_of(len(self.text)), 1)


def write_answer(body: dict[str, Any], fault: str | None) -> Answer:
    """The answer to a request, damaged by a content fault and cut at `max_tokens`."""
    if fault == "refusal":
        return Answer("", "refusal", _REFUSED)
    answer = Answer(_text(body, fault))
    if fault == "truncated":
        answer = Answer(_mid_sentence(answer.text), "max_tokens")
    if answer.tokens > body["max_tokens"]:
        return replace(answer, text=answer.text[: int(body["max_tokens"] * CHARS_PER_TOKEN)], stop_reason="max_tokens")
    return answer


def _text(body: dict[str, Any], fault: str | None) -> str:
    prompt = _last_user_text(body)
    wanted = (body.get("output_config") or {}).get("format") or {}
    if wanted.get("type") == "json_schema":
        return _json_text(_value(prompt, wanted.get("schema") or {}), fault, fenced=False)
    if schema := find_schema(prompt):
        return _json_text(_value(prompt, schema), fault, fenced=True)
    plan = find_plan(prompt) or ConversationPlan(source=prompt)
    if one := _ONE_TURN.search(prompt):
        number = min(int(one[1]), plan.turns)
        return _dialogue_text(compose(plan)[number - 1 : number] * (2 if fault == "wrong_turns" else 1), fault)
    if fault == "wrong_turns":
        turns = compose(plan)
        return tagged(turns[:-1] if len(turns) > 1 else turns * 2)
    return _dialogue_text(compose(plan), fault)


def _value(prompt: str, schema: dict[str, Any]) -> Any:
    return annotation_for(prompt, schema) or fill(schema)


def _dialogue_text(turns: list[Turn], fault: str | None) -> str:
    if fault == "untagged":
        return "\n\n".join(f"Client: {turn.user}\n\nElena: {turn.advisor}" for turn in turns)
    if fault == "json_in_text":
        return _fenced([{"user": turn.user, "advisor": turn.advisor} for turn in turns])
    text = tagged(turns)
    return text.removesuffix("</turn>").rstrip() if fault == "unclosed" else text


def _json_text(value: Any, fault: str | None, *, fenced: bool) -> str:
    if fault == "untagged":
        return "The client seems worried, and the advisor answers with care."
    if fault == "wrong_turns" and isinstance(value, dict) and value:
        value = dict(list(value.items())[:-1])
    if fault == "unclosed":
        return json.dumps(value, ensure_ascii=False)[:-1]
    if fault == "bad_json":
        return json.dumps(value, ensure_ascii=False).replace('", "', '" "', 1)
    if isinstance(value, dict):
        value = _damaged(value, fault)
    return _fenced(value) if fenced or fault == "json_in_text" else json.dumps(value, ensure_ascii=False)


def _damaged(value: dict[str, Any], fault: str | None) -> dict[str, Any]:
    """An annotation with one thing wrong; other values, and the faults of other kinds of answers, stay as they are."""
    if fault == "wrong_schema":
        return {(f"the_{key}" if number == 0 else key): entry for number, (key, entry) in enumerate(value.items())}
    if fault == "missing_sentences" and isinstance(value.get("sentences"), list):
        return {**value, "sentences": value["sentences"][::2]}
    if fault == "invented_quote" and isinstance(value.get("emotional_indicators"), list):
        first, *others = value["emotional_indicators"]
        invented = {**first, "quotations": ["nobody ever wrote these words", *first["quotations"][1:]]}
        return {**value, "emotional_indicators": [invented, *others]}
    return value


def _fenced(value: Any) -> str:
    return f"Here is what you asked for:\n\n```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```"


def _mid_sentence(text: str) -> str:
    """About two thirds of a text, cut between two letters of a word."""
    cut = len(text) * 2 // 3
    while cut > 1 and not (text[cut - 1].isalpha() and text[cut - 2].isalpha() and text[cut : cut + 1].isalpha()):
        cut -= 1
    return text[:cut]


def _last_user_text(body: dict[str, Any]) -> str:
    for message in reversed(body["messages"]):
        if message["role"] == "user":
            content = message["content"]
            if isinstance(content, str):
                return content
            return "\n".join(str(b.get("text", "")) for b in content if isinstance(b, dict))
    return ""
