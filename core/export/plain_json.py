"""The `json` format: one file with a header (when, how many, which filter, quality, simulated or not), then one
conversation per line with its dimensions and turns, annotated unless asked otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.export.material import source_of
from core.export.records import ANNOTATION, one_line, parsed
from core.seedformat.mapping import Tree
from data.criteria import DIMENSIONS
from data.vocabulary import Method

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_FACTS = ("number", "persona_name", "persona_type", "topic", "topic_description", "arc_description", "target_turns")
_MORE = ("starting_intensity", "ending_intensity", "session_context", "expected_outcome", "quality_score", "status")
OPENING, CLOSING = '"conversations": [\n', "]}\n"


def opening(header: Tree) -> str:
    """The beginning of the file, up to its first conversation."""
    return f'{{"export": {_ENCODER.encode(header)},\n{OPENING}'


def record(dialogue: Dialogue, request: ExportRequest, part: str) -> bytes:
    """One conversation, without the end of its line. Raises ValueError for a number that JSON does not know."""
    values = dialogue.values
    tree: Tree = {"conversation_id": dialogue.conversation_id}
    tree |= {name: values[name] for name in (*_FACTS, *_MORE)}
    tree["dimensions"] = {name: values[column] for name, column in DIMENSIONS.items() if name in _SHOWN}
    tree |= {"source": source_of(values), "simulated": values["generation_method"] == Method.SIMULATED, "split": part}
    if request.system and dialogue.system:
        tree["system_prompt"] = dialogue.system
    tree["turns"] = [
        {
            "turn": number,
            "user": user,
            "advisor": advisor,
            **_annotation(dialogue, number, request),
        }
        for number, (user, advisor) in enumerate(dialogue.said, 1)
    ]
    return one_line(_ENCODER.encode(tree).encode())[:-1]


def problems(tree: Any) -> list[str]:
    """What keeps one conversation from being used; empty when nothing does."""
    if not isinstance(tree, dict) or not isinstance(tree.get("conversation_id"), str):
        return ["it names no conversation"]
    turns = tree.get("turns")
    if not isinstance(turns, list) or not turns:
        return ["turns must be a list with entries"]
    found: list[str] = []
    for number, turn in enumerate(turns, 1):
        for name in ("user", "advisor"):
            text = turn.get(name) if isinstance(turn, dict) else None
            if not isinstance(text, str) or not text.strip():
                found.append(f"turn {number}: {name} is empty")
    return found


def read_back(path: Path) -> Iterator[Any]:
    """The conversations of a file that this module wrote, one at a time."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            if line == OPENING:
                break
        for line in stream:
            if line == CLOSING:
                return
            yield parsed(line.rstrip(",\n"))
    raise ValueError("the file ends before its last conversation")


_SHOWN = frozenset(DIMENSIONS) - {"status", "method", "split", "reviewer", "reason", "template"}


def _annotation(dialogue: Dialogue, number: int, request: ExportRequest) -> Tree:
    if not request.annotation:
        return {}
    pair = dialogue.pairs[number - 1]
    return {name: pair[name] for name in ANNOTATION if pair.get(name) is not None}
