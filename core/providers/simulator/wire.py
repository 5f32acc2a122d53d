"""The Messages API's shapes on the wire: the message object and the server-sent events of a stream.

Pure: the server sends what is made here. The order and the fields are the API's and must stay so.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from core.providers.simulator.answer import Answer
from core.providers.simulator.usage import InputUsage

_DELTA_CHARS = (20, 60)


@dataclass(frozen=True)
class Reply:
    """An answer with all that the API says beside it."""

    message_id: str
    model: str
    answer: Answer
    usage: InputUsage

    def message(self) -> dict[str, Any]:
        """The whole message, as a plain request gets it."""
        content = [{"type": "text", "text": self.answer.text}] if self.answer.text else []
        return self._envelope(content, self.answer.stop_reason, self.answer.tokens) | {
            "stop_details": self.answer.stop_details
        }

    def opening(self) -> bytes:
        """The events before the first text."""
        start = event("message_start", {"message": self._envelope([], None, 1)})
        if not self.answer.text:
            return start
        block = {"index": 0, "content_block": {"type": "text", "text": ""}}
        return start + event("content_block_start", block) + event("ping", {})

    def deltas(self) -> list[bytes]:
        """The text, in pieces of 20 to 60 characters."""
        draws = random.Random(len(self.answer.text))
        text, pieces, at = self.answer.text, [], 0
        while at < len(text):
            size = draws.randint(*_DELTA_CHARS)
            delta = {"type": "text_delta", "text": text[at : at + size]}
            pieces.append(event("content_block_delta", {"index": 0, "delta": delta}))
            at += size
        return pieces

    def closing(self) -> bytes:
        """The events after the last text, with the final usage."""
        answer = self.answer
        delta: dict[str, Any] = {"stop_reason": answer.stop_reason, "stop_sequence": None}
        if answer.stop_details:
            delta["stop_details"] = answer.stop_details
        usage = {
            "input_tokens": self.usage.plain,
            "cache_creation_input_tokens": self.usage.created,
            "cache_read_input_tokens": self.usage.read,
            "output_tokens": answer.tokens,
        }
        end = event("content_block_stop", {"index": 0}) if answer.text else b""
        return end + event("message_delta", {"delta": delta, "usage": usage}) + event("message_stop", {})

    def _envelope(self, content: list[dict[str, str]], stop_reason: str | None, output_tokens: int) -> dict[str, Any]:
        return {
            "id": self.message_id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": self.usage.as_dict() | {"output_tokens": output_tokens},
        }


def event(name: str, data: dict[str, Any]) -> bytes:
    """One server-sent event."""
    payload = json.dumps({"type": name, **data}, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {payload}\n\n".encode()
