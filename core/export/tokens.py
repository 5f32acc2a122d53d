"""How long records are in tokens, estimated without any tokenizer: which conversations will not fit a context.

Generous on purpose: a warning too many costs a look, a record cut in the middle of an answer spoils the training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

TOKENS_PER_WORD = 1.4
BYTES_PER_TOKEN = 4  # where words are not parted by spaces, and for marks and figures
PER_MESSAGE = 6  # what a chat template puts around a message
SHOWN = 5
KEPT = 1000


def tokens_of(words: int, text_bytes: int, messages: int) -> int:
    """A high estimate of the tokens of a conversation."""
    return round(max(words * TOKENS_PER_WORD, text_bytes / BYTES_PER_TOKEN)) + messages * PER_MESSAGE


@dataclass
class Lengths:
    """The lengths of an export's conversations against one context."""

    context: int
    measured: int = 0
    total: int = 0
    longest: int = 0
    over_count: int = 0
    over: list[str] = field(default_factory=list)

    def add(self, conversation_id: str, tokens: int) -> None:
        """Note one conversation."""
        self.measured += 1
        self.total += tokens
        self.longest = max(self.longest, tokens)
        if tokens > self.context:
            self.over_count += 1
            if len(self.over) < KEPT:
                self.over.append(conversation_id)

    def warnings(self) -> tuple[str, ...]:
        """Which conversations are too long; nothing when all fit."""
        if not self.over_count:
            return ()
        one = self.over_count == 1
        return (
            f"{'1 conversation is' if one else f'{self.over_count:,} conversations are'} longer than "
            f"{self.context:,} tokens and would be cut in training: {named(self.over, self.over_count)}",
        )

    def figures(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "context": self.context,
            "mean": round(self.total / self.measured) if self.measured else None,
            "longest": self.longest if self.measured else None,
            "too_long": self.over_count,
            "conversations_too_long": self.over,
            "method": "estimated from words and bytes, no tokenizer",
        }


def named(ids: Sequence[str], total: int) -> str:
    """The first few of many ids."""
    more = total - SHOWN
    return ", ".join(ids[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
