"""Joins a pair that holds only the client's message with the pair that holds only the reply, and parts them again.

Some files keep each message as a training pair of its own. A turn is an exchange, so reading joins the two; what each
of them said by itself is noted, so that writing gives both back exactly, with whatever a person has changed since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.seedformat.mapping import Tree

# Of a joined pair these come from the reply where it has them; everything else from the client's half.
_OF_THE_REPLY = frozenset(
    {
        "target_response",
        "response_strategy",
        "response_breakdown",
        "expected_user_response_patterns",
        "training_metadata",
    }
)
Half = dict[str, Any]


def join(question: Tree, reply: Tree) -> tuple[Tree, list[Half]]:
    """One pair of two, and per half which keys the joined pair has and what the half says by itself."""
    joined = dict(question)
    for key, value in reply.items():
        if not _says(joined.get(key)) or (key in _OF_THE_REPLY and _says(value)):
            joined[key] = value
    return joined, [_half(question, joined), _half(reply, joined)]


def belong_together(question: Tree, reply: Tree) -> bool:
    """Whether the second pair is the reply to the first: one has only a client's message, the other only a response."""
    asked, answered = question.get("current_user_input"), reply.get("target_response")
    if not _is_message(asked) or _is_message(question.get("target_response")) or not _is_message(answered):
        return False
    repeated = reply.get("current_user_input")
    return not _is_message(repeated) or str(repeated).split() == str(asked).split()


def part(pairs: Sequence[Tree], halves: Mapping[str, Sequence[Half]]) -> list[list[Tree]]:
    """For each turn the pairs that its file has for it; `halves` is by the turn's place in the conversation."""
    return [
        [{**{key: pair[key] for key in half["take"] if key in pair}, **half["own"]} for half in halves[str(place)]]
        if str(place) in halves
        else [pair]
        for place, pair in enumerate(pairs)
    ]


def _half(pair: Tree, joined: Tree) -> Half:
    take = [key for key, value in pair.items() if joined[key] is value and not _ambiguous(value)]
    return {"take": take, "own": {key: value for key, value in pair.items() if key not in take}}


def _ambiguous(value: Any) -> bool:
    """Small values are the same object wherever they stand, so that identity says nothing of where they came from."""
    return value is None or value.__class__ is bool or value == ""


def _says(value: Any) -> bool:
    return value not in (None, "", [], {})


def _is_message(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
