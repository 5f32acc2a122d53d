"""What a list of chunks is asked for, as plain values; `data.chunk_listing` turns it into SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Comparison = Literal["=", "!=", ">", ">=", "<", "<="]
KEY_LENGTH = 80  # of `value_key`: enough to tell values apart, short enough for an index


@dataclass(frozen=True)
class DimensionTest:
    """What a dimension must be. Order needs figures: `value` is a number then."""

    name: str
    comparison: Comparison
    value: str


@dataclass(frozen=True)
class ChunkFilter:
    """Everything is and-ed; several categories or documents are or-ed. An empty filter means all chunks.

    `words` are phrases that titles, sections or texts have; `categories` are names of a document's categories and tags;
    `documents` are ids or titles; `linked_to` is a conversation.
    """

    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    dimensions: tuple[DimensionTest, ...] = ()
    is_example: bool | None = None
    is_linked: bool | None = None
    linked_to: str = ""

    @property
    def is_empty(self) -> bool:
        """True when every chunk matches."""
        return self == ChunkFilter()


def plain(text: str) -> str:
    """A value or name in the form that filters compare: small letters, single spaces, cut."""
    return " ".join(text.casefold().split())[:KEY_LENGTH]
