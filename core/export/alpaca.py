"""Alpaca with history as LLaMA-Factory reads it: the last question and answer, and the turns before as pairs.

Per conversation one record, in which LLaMA-Factory learns the answers of the history too; per turn one record each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.export.records import key_problems, noted, one_line, quoted, repeated, text_problem

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest


def records(dialogue: Dialogue, request: ExportRequest) -> Iterator[bytes]:
    """The lines of one conversation."""
    system = b'"system": %b, ' % repeated(dialogue.system) if dialogue.system else b""
    history: list[bytes] = []
    for number, (user, advisor) in enumerate(dialogue.said, 1):
        asked, answered = quoted(user), quoted(advisor)
        if request.per == "turn" or number == len(dialogue.said):
            note = noted(dialogue.pairs, number) if request.annotation else b""
            yield one_line(
                b'{"instruction": %b, "input": "", "output": %b, %b"history": [%b]%b}'
                % (asked, answered, system, b", ".join(history), note)
            )
        history.append(b"[%b, %b]" % (asked, answered))


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
