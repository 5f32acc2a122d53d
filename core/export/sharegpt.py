"""ShareGPT as LLaMA-Factory and axolotl read it: `{"conversations": [{"from", "value"}]}` per line, and the rules.

After a system message, human stands on odd and gpt on even places; LLaMA-Factory drops a record where that is not so
with only a warning (`SharegptDatasetConverter` in `src/llamafactory/data/converter.py`), so it is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.export.records import Around, key_problems, noted, order_problems, record_of, repeated, text_problem

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

SPEAKERS = ("system", "human", "gpt")
_AROUND = Around(b'{"from": "human", "value": ', b'}, {"from": "gpt", "value": ', b"}, ")


def records(dialogue: Dialogue, request: ExportRequest) -> Iterator[bytes]:
    """The lines of one conversation."""
    opening = b'{"conversations": ['
    if dialogue.system:
        opening += b'{"from": "system", "value": %b}, ' % repeated(dialogue.system)
    turns = range(1, len(dialogue.said) + 1) if request.per == "turn" else (len(dialogue.said),)
    for number in turns:
        note = noted(dialogue.pairs, number) if request.annotation else b""
        yield record_of(opening, dialogue.said[:number], _AROUND, b"}]%b}" % note)


def problems(record: Any) -> list[str]:
    """What LLaMA-Factory or axolotl would refuse or drop; empty when they take it.

    >>> problems({"conversations": [{"from": "gpt", "value": "Hi"}]})
    ['human and gpt must take turns, the human first']
    """
    found = key_problems(record, ("conversations",), ("system", "annotation"))
    if found:
        return found
    for name in ("system", "annotation"):
        if name in record and not isinstance(record[name], str):
            return [f"{name} is no text"]
    messages = record["conversations"]
    if not isinstance(messages, list) or not messages:
        return ["conversations must be a list with entries"]
    for number, message in enumerate(messages, 1):
        wrong = key_problems(message, ("from", "value")) or text_problem(message["value"], "its value")
        if not wrong and message["from"] not in SPEAKERS:
            wrong = [f"nobody is called {str(message['from'])[:20]!r} in from"]
        found += [f"message {number}: {problem}" for problem in wrong]
    return found or order_problems([message["from"] for message in messages], "human", "gpt", "system")
