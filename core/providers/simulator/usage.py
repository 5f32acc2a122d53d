"""Token figures and the prompt cache of the simulator.

The server asks `PromptCache.usage` once per answered request. Figures are characters / 3.8: close enough to practise
estimates and caps with, never to be taken for a bill.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

CHARS_PER_TOKEN = 3.8
MIN_CACHED_TOKENS = 512
_SECONDS = {"5m": 300.0, "1h": 3600.0}


@dataclass(frozen=True)
class InputUsage:
    """What a request's input costs, split as the API splits it."""

    plain: int
    created: int
    read: int
    ttl: str = "5m"

    def as_dict(self) -> dict[str, Any]:
        """The figures of message_start, without the output."""
        return {
            "input_tokens": self.plain,
            "cache_creation_input_tokens": self.created,
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.created if self.ttl == "5m" else 0,
                "ephemeral_1h_input_tokens": self.created if self.ttl == "1h" else 0,
            },
            "service_tier": "standard",
        }


@dataclass
class PromptCache:
    """Which prompt prefixes were sent before, and until when they are kept."""

    _expiry: dict[str, float] = field(default_factory=dict, repr=False)

    def usage(self, body: dict[str, Any], now: float) -> InputUsage:
        """Count a request and remember its cached prefixes; every prefix up to a `cache_control` counts."""
        total = 0
        marks: list[tuple[str, int, str]] = []
        digest = hashlib.sha256(str(body.get("model")).encode())
        for text, ttl in _blocks(body):
            total += len(text)
            digest.update(text.encode("utf-8", "replace") + b"\0")
            tokens = tokens_of(total)
            if ttl and tokens >= MIN_CACHED_TOKENS:
                marks.append((digest.copy().hexdigest(), tokens, ttl))
        read = max((tokens for key, tokens, _ in marks if self._expiry.get(key, -1.0) > now), default=0)
        for key, _, ttl in marks:
            self._expiry[key] = now + _SECONDS.get(ttl, _SECONDS["5m"])
        cached, ttl = (marks[-1][1], marks[-1][2]) if marks else (0, "5m")
        return InputUsage(max(tokens_of(total) - cached, 1), cached - read, read, ttl)


def tokens_of(length: int) -> int:
    """How many tokens a text of this many characters has in the simulator's eyes."""
    return round(length / CHARS_PER_TOKEN)


def input_tokens(body: dict[str, Any]) -> int:
    """All input tokens of a request, as count_tokens answers them."""
    return max(tokens_of(sum(len(text) for text, _ in _blocks(body))), 1)


def _blocks(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each piece of the prompt in the order in which the API caches it, with its cache ttl or an empty text."""
    pieces: list[tuple[str, str]] = [(json.dumps(tool, sort_keys=True), _ttl(tool)) for tool in body.get("tools") or ()]
    pieces += _content(body.get("system"))
    for message in body.get("messages") or ():
        if isinstance(message, dict):
            pieces += _content(message.get("content"))
    if pieces and isinstance(body.get("cache_control"), dict):
        pieces[-1] = (pieces[-1][0], _ttl(body))
    return iter(pieces)


def _content(content: object) -> list[tuple[str, str]]:
    if isinstance(content, str):
        return [(content, "")]
    if not isinstance(content, list):
        return []
    return [
        (block["text"] if isinstance(block.get("text"), str) else json.dumps(block), _ttl(block))
        for block in content
        if isinstance(block, dict)
    ]


def _ttl(block: object) -> str:
    control = block.get("cache_control") if isinstance(block, dict) else None
    return str(control.get("ttl") or "5m") if isinstance(control, dict) else ""
