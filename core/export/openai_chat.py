"""OpenAI's chat format: one line per conversation, `{"messages": […]}`, and the rules its fine-tuning holds it to.

The rules follow the published guide "Supervised fine-tuning" and the data check of the OpenAI cookbook: known roles and
keys, contents that are texts, an assistant message at the end, `weight` 0 or 1 on assistant messages only, at least ten
examples. A file may have 512 MB (API reference of `POST /files`, as published in November 2026). Per turn, the earlier
answers have weight 0: each answer is learned once.
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

ROLES = ("system", "user", "assistant")
MINIMUM = 10
MAX_BYTES = 512_000_000  # "512 MB": read as the smaller of the two that it may mean


def records(dialogue: Dialogue, request: ExportRequest) -> Iterator[bytes]:
    """The lines of one conversation."""
    system = SYSTEM % repeated(dialogue.system) if dialogue.system else b""
    if request.per == "conversation":
        opening = b'{"messages": [' + (system + b", " if system else b"")
        yield record_of(opening, dialogue.said, ROLES_AROUND, b"}]}")
        return
    spoken = [system] if system else []
    for user, advisor in dialogue.said:
        spoken.append(USER % quoted(user))
        answer = ASSISTANT % quoted(advisor)
        yield one_line(b'{"messages": [%b]}' % b", ".join([*spoken, answer]))
        spoken.append(answer[:-1] + b', "weight": 0}')


def problems(record: Any) -> list[str]:
    """What OpenAI would refuse in one record; empty when it takes it.

    >>> problems({"messages": [{"role": "user", "content": "Hi"}]})
    ['the last message is not from the assistant']
    """
    found = key_problems(record, ("messages",))
    if found:
        return found
    messages = record["messages"]
    if not isinstance(messages, list) or not messages:
        return ["messages must be a list with entries"]
    for number, message in enumerate(messages, 1):
        wrong = _message_problems(message)
        if wrong:
            found += [f"message {number}: {problem}" for problem in wrong]
    if found:
        return found
    if not any(m.get("weight", 1) for m in messages if m["role"] == "assistant"):
        return order_problems([m["role"] for m in messages], "user", "assistant", "system") or [
            "no assistant message has weight 1: there is nothing to learn"
        ]
    return order_problems([m["role"] for m in messages], "user", "assistant", "system")


def _message_problems(message: Any) -> list[str]:
    if message.__class__ is not dict:
        return ["it must be an object"]
    if "role" not in message or "content" not in message:
        return ["it must have role and content"]
    role = message["role"]
    if role not in ROLES:
        return [f"there is no role {str(role)[:20]!r}"]
    if len(message) > 2:
        found = key_problems(message, ("role", "content"), ("name", "weight"))
        if found:
            return found
        if "weight" in message and (role != "assistant" or message["weight"] not in (0, 1)):
            return ["weight must be 0 or 1, on an assistant message"]
        if "name" in message and not isinstance(message["name"], str):
            return ["its name is no text"]
    return text_problem(message["content"], "its content")
