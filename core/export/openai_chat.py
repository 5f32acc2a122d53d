"""OpenAI's chat format: one line per conversation, `{"messages": […]}`, and the rules its fine-tuning holds it to.

The rules follow the published description: known roles and keys, contents that are texts, an assistant message at the
end, `weight` 0 or 1 on assistant messages only, at least ten examples, a bounded file. Per turn, the earlier answers
have weight 0: each answer is learned once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.export.records import key_problems, one_line, order_problems, quoted, repeated, text_problem

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

ROLES = ("system", "user", "assistant")
MINIMUM = 10
MAX_BYTES = 512 * 1024 * 1024  # what the file service takes for fine-tuning


def records(dialogue: Dialogue, request: ExportRequest) -> Iterator[str]:
    """The lines of one conversation, without their ends."""
    system = [f'{{"role": "system", "content": {repeated(dialogue.system)}}}'] if dialogue.system else []
    users = [f'{{"role": "user", "content": {quoted(user)}}}' for user, _ in dialogue.said]
    answers = [f'{{"role": "assistant", "content": {quoted(advisor)}}}' for _, advisor in dialogue.said]
    if request.per == "conversation":
        spoken = [message for turn in zip(users, answers, strict=True) for message in turn]
        yield one_line(f'{{"messages": [{", ".join(system + spoken)}]}}')
        return
    before = list(system)
    for user, answer in zip(users, answers, strict=True):
        yield one_line(f'{{"messages": [{", ".join([*before, user, answer])}]}}')
        before += (user, f'{answer[:-1]}, "weight": 0}}')


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
        found += [f"message {number}: {problem}" for problem in _message_problems(message)]
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
