"""What changed between two versions of a conversation, message by message; versions are snapshots as they are kept.

`brightrun show --diff` draws what `compare` gives; the History tab (`core.editing`) uses `pieces` alone. Pure.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Change = Literal["same", "out", "in"]
_WORD = re.compile(r"\s+|[^\s]+")
LONG = 4_000  # words; longer messages are compared by paragraphs, or the comparison would take seconds


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


@dataclass(frozen=True)
class MessageDiff:
    """One message in both versions; `pieces` in order, "out" only in the old one, "in" only in the new one."""

    turn: int
    role: Literal["client", "advisor"]
    old: str
    new: str
    pieces: tuple[tuple[Change, str], ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing changed."""
        return self.old == self.new


@dataclass(frozen=True)
class Comparison:
    """Two versions beside each other: facts of the row that differ (name, old, new), and every message."""

    facts: tuple[tuple[str, Any, Any], ...]
    messages: tuple[MessageDiff, ...]

    @property
    def is_same(self) -> bool:
        """Whether the texts are the same."""
        return all(message.is_same for message in self.messages)


_FACTS = ("status", "quality_score", "needs_review", "model", "generation_method", "turn_count", "rubric_overall")


def version_of(kept: Mapping[str, Any]) -> Version:
    """A version as `data.conversations.versions_of` reads it."""
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


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """What changed from one snapshot to another."""
    before, after = old.get("conversation") or {}, new.get("conversation") or {}
    facts = tuple((name, before.get(name), after.get(name)) for name in _FACTS if before.get(name) != after.get(name))
    texts = [{turn["turn_number"]: turn for turn in whole.get("turns") or ()} for whole in (old, new)]
    messages = []
    for number in sorted(texts[0].keys() | texts[1].keys()):
        for role, column in (("client", "user_input"), ("advisor", "target_response")):
            was, now = (str((turns.get(number) or {}).get(column) or "") for turns in texts)
            messages.append(MessageDiff(number, role, was, now, pieces(was, now)))  # type: ignore[arg-type]
    return Comparison(facts, tuple(messages))


def pieces(old: str, new: str) -> tuple[tuple[Change, str], ...]:
    """Two texts as one, word by word: what stayed, what went and what came."""
    if old == new:
        return (("same", old),) if old else ()
    if not old or not new:
        return (("out", old),) if old else (("in", new),)
    parts: list[Sequence[str]] = [_WORD.findall(text) for text in (old, new)]
    if max(map(len, parts)) > LONG:
        parts = [text.splitlines(keepends=True) for text in (old, new)]
    found: list[tuple[Change, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, parts[0], parts[1], autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(parts[0][a:b])))
            continue
        if a < b:
            found.append(("out", "".join(parts[0][a:b])))
        if c < d:
            found.append(("in", "".join(parts[1][c:d])))
    return tuple(found)
