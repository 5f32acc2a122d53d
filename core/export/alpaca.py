"""Alpaca with history as LLaMA-Factory reads it: the last question and answer, and the turns before as pairs.

Per conversation one record, in which LLaMA-Factory learns the answers of the history too; per turn one record each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.export.records import Around, key_problems, noted, one_line, quoted, record_of, repeated, text_problem

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

_AROUND = Around(b"[", b", ", b"], ")


def records(dialogue: Dialogue, request: ExportRequest) -> Iterator[bytes]:
    """The lines of one conversation."""
    system = b'"system": %b, ' % repeated(dialogue.system) if dialogue.system else b""
    turns = range(1, len(dialogue.said) + 1) if request.per == "turn" else (len(dialogue.said),)
    for number in turns:
        asked, answered = map(quoted, dialogue.said[number - 1])
        opening = b'{"instruction": %b, "input": "", "output": %b, %b"history": [' % (asked, answered, system)
        note = noted(dialogue.pairs, number) if request.annotation else b""
        closing = b"]%b}" % note
        history = dialogue.said[: number - 1]
        yield record_of(opening, history, _AROUND, b"]" + closing) if history else one_line(opening + closing)


def problems(record: Any) -> list[str]:
    """What LLaMA-Factory would refuse or misread in one record; empty when it takes it.

    >>> problems({"instruction": "Hi", "output": "Hello", "history": [["only one"]]})
    ['history[0] must be a question and its answer']
    """
    found = key_problems(record, ("instruction", "output"), ("input", "system", "history", "annotation"))
    if found:
        return found
    found = text_problem(record["instruction"], "instruction") + text_problem(record["output"], "output")
    texts = ("input", "system", "annotation")
    found += [f"{name} is no text" for name in texts if not isinstance(record.get(name, ""), str)]
    history = record.get("history", [])
    if not isinstance(history, list):
        return [*found, "history must be a list"]
    for number, pair in enumerate(history):
        if not isinstance(pair, list) or len(pair) != 2:
            found.append(f"history[{number}] must be a question and its answer")
        else:
            found += text_problem(pair[0], f"history[{number}][0]") + text_problem(pair[1], f"history[{number}][1]")
    return found
