"""TRL's conversational formats: `messages` per conversation, `prompt` and `completion` per turn, and their rules.

`is_conversational` follows the function of that name in TRL's `trl/data_utils.py` (July 2026): of the known fields one
that is there must be a list whose first entry is an object with a role; ours also asks for its content, which the
trainer needs next. `datasets`, which reads the file for it, wants one type per field over all records.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.export.records import (
    ASSISTANT,
    ROLES_AROUND,
    SYSTEM,
    USER,
    key_problems,
    noted,
    one_line,
    order_problems,
    quoted,
    record_of,
    repeated,
    text_problem,
)

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

_FIELDS = ("prompt", "chosen", "rejected", "completion", "messages")
_ROLES = ("system", "user", "assistant")


def records(dialogue: Dialogue, request: ExportRequest) -> Iterator[bytes]:
    """The lines of one conversation."""
    system = SYSTEM % repeated(dialogue.system) if dialogue.system else b""
    if request.per == "conversation":
        opening = b'{"messages": [' + (system + b", " if system else b"")
        note = noted(dialogue.pairs, len(dialogue.said)) if request.annotation else b""
        yield record_of(opening, dialogue.said, ROLES_AROUND, b"}]%b}" % note)
        return
    spoken = [system] if system else []
    for number, (user, advisor) in enumerate(dialogue.said, 1):
        spoken.append(USER % quoted(user))
        answer = ASSISTANT % quoted(advisor)
        note = noted(dialogue.pairs, number) if request.annotation else b""
        yield one_line(b'{"prompt": [%b], "completion": [%b]%b}' % (b", ".join(spoken), answer, note))
        spoken.append(answer)


def is_conversational(record: dict[str, Any]) -> bool:
    """Whether TRL applies the chat template to a record."""
    for name in _FIELDS:
        if name in record:
            value = record[name]
            first = value[0] if isinstance(value, list) and value else None
            return isinstance(first, dict) and "role" in first and "content" in first
    return False


def problems(record: Any) -> list[str]:
    """What TRL would refuse or misread in one record; empty when it takes it.

    >>> problems({"prompt": "Hi", "completion": "Hello"})
    ['TRL does not see a conversation in it: a list of objects with role and content is missing']
    """
    two = isinstance(record, dict) and "prompt" in record
    found = key_problems(record, ("prompt", "completion") if two else ("messages",), ("annotation",))
    if found:
        return found
    if not is_conversational(record):
        return ["TRL does not see a conversation in it: a list of objects with role and content is missing"]
    if not isinstance(record.get("annotation", ""), str):
        return ["annotation is no text"]
    roles: list[str] = []
    for name in ("prompt", "completion") if two else ("messages",):
        if not isinstance(record[name], list) or not record[name]:
            return [f"{name} must be a list with entries"]
        for number, message in enumerate(record[name], 1):
            wrong = key_problems(message, ("role", "content")) or text_problem(message["content"], "its content")
            if not wrong and message["role"] not in _ROLES:
                wrong = [f"there is no role {str(message['role'])[:20]!r}"]
            if wrong:
                found += [f"{name}, message {number}: {problem}" for problem in wrong]
            else:
                roles.append(message["role"])
    if not found and two and len(record["completion"]) != 1:
        return ["completion must hold the answer alone"]
    return found or order_problems(roles, "user", "assistant", "system")
