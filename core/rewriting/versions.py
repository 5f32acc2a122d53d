"""A kept version of a conversation: its number, why and by whom it was kept, and what it held. Pure.

The rewriting service and the command line read it; what two versions differ in says `core.rewriting.comparing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Version:
    """A kept version: its number, why, by whom and when it was kept, and what it held."""

    version: int
    reason: str
    by: str
    at: Any
    turns: int
    score: float | None
    status: str
    snapshot: Mapping[str, Any]


def version_of(kept: Mapping[str, Any]) -> Version:
    """A version as `data.versions.versions_of` reads it."""
    whole = kept["snapshot"] or {}
    row = whole.get("conversation") or {}
    return Version(
        kept["version"],
        kept["reason"],
        kept["by"],
        kept["at"],
        len(whole.get("turns") or ()),
        row.get("quality_score"),
        str(row.get("status") or ""),
        whole,
    )
