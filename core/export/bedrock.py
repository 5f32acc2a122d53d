"""Anthropic's format for fine-tuning on Amazon Bedrock: `{"system": …, "messages": […]}` per line, and its rules.

No other key, strict alternation, the user first and the assistant last, at least two messages, system optional: so
says the notebook "Finetuning Claude 3 Haiku on Bedrock" of Anthropic's cookbook. For numbers and size AWS's
"Prepare data for fine-tuning" points to the quotas of the account ("Amazon Bedrock endpoints and quotas"). No page that
could be named here states them: those below are rough figures for Claude 3 Haiku without a source, and only warned
about. AWS's model card ends that model on 2026-09-10: ask there what can be trained today.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.errors import ExportError
from core.export.records import ROLES_AROUND, key_problems, order_problems, record_of, repeated, text_problem

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

MINIMUM, MAXIMUM = 32, 10_000  # records of a training file
MAX_BYTES = 10 * 1000**3
RESERVED = ("\nHuman:", "\nAssistant:")  # separate the messages inside the model's own prompt


def records(dialogue: Dialogue, request: ExportRequest) -> Iterator[bytes]:
    """The lines of one conversation."""
    opening = b'{"messages": ['
    if dialogue.system:
        opening = b'{"system": %b, "messages": [' % repeated(dialogue.system)
    _check_reserved(dialogue)
    turns = range(1, len(dialogue.said) + 1) if request.per == "turn" else (len(dialogue.said),)
    for number in turns:
        yield record_of(opening, dialogue.said[:number], ROLES_AROUND, b"}]}")


def _check_reserved(dialogue: Dialogue) -> None:
    """Raise ExportError naming the turn that Bedrock would refuse."""
    for number, (user, advisor) in enumerate(dialogue.said, 1):
        for word in RESERVED:
            if word in user or word in advisor:
                raise ExportError(
                    f"{dialogue.conversation_id}, turn {number}: Bedrock reserves the words {word.strip()!r} at the "
                    "beginning of a line; the export was stopped.",
                    "Edit the message, or leave the conversation out.",
                )


def problems(record: Any) -> list[str]:
    """What Bedrock would refuse in one record; empty when it takes it.

    >>> problems({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 1}]})
    ["message 2: the key 'weight' is unknown to the trainer"]
    """
    found = key_problems(record, ("messages",), ("system",))
    if found:
        return found
    if "system" in record and (found := text_problem(record["system"], "system")):
        return found
    messages = record["messages"]
    if not isinstance(messages, list) or not messages:
        return ["messages must be a list with entries"]
    for number, message in enumerate(messages, 1):
        wrong = key_problems(message, ("role", "content")) or text_problem(message["content"], "its content")
        if not wrong and message["role"] not in ("user", "assistant"):
            wrong = [f"there is no role {str(message['role'])[:20]!r}; the system prompt has a key of its own"]
        if not wrong and "\n" in message["content"]:
            wrong = [f"it holds the reserved words {word!r}" for word in RESERVED if word in message["content"]]
        found += [f"message {number}: {problem}" for problem in wrong]
    return found or order_problems([message["role"] for message in messages], "user", "assistant")
