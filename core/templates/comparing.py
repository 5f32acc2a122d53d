"""What differs between two versions of a template: the lines of their texts, and what their front matter says. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["same", "gone", "new", "gap"]
AROUND = 3  # lines that stand round a change
# What a person would want to know of a changed front matter, in their words.
_FACTS = {
    "name": "name",
    "tier": "tier",
    "arc_or_family": "arc or family",
    "typical_turn_count": "usual turns",
    "start_emotion_pattern": "starting emotion",
    "end_emotion_pattern": "ending emotion",
    "structural_pattern": "structure",
    "target_count": "rows wanted",
    "reference_conversation_ids": "examples",
    "applicable_personas": "personas",
    "applicable_emotions": "emotions",
    "instructions": "instructions",
}


@dataclass(frozen=True)
class DiffLine:
    """One line of the comparison; a `gap` says how many equal lines are left out."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Difference:
    """Two versions compared."""

    facts: tuple[str, ...]
    lines: tuple[DiffLine, ...]

    @property
    def added(self) -> int:
        """Lines that only the newer one has."""
        return sum(line.kind == "new" for line in self.lines)

    @property
    def removed(self) -> int:
        """Lines that only the older one has."""
        return sum(line.kind == "gone" for line in self.lines)

    @property
    def sentence(self) -> str:
        """What changed, in a few words."""
        parts = [f"{self.added} lines added, {self.removed} removed"] if self.added or self.removed else []
        return "; ".join([*parts, *self.facts]) or "no difference"


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """The rows of two versions, with their texts."""
    return Difference(tuple(_facts(old, new)), tuple(_lines(str(old["text"]), str(new["text"]))))


def _facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    found = []
    for name, words in _FACTS.items():
        before, after = old.get(name), new.get(name)
        if (before or None) != (after or None):
            found.append(f"{words}: {_said(before)} → {_said(after)}")
    before, after = set(old.get("placeholders") or ()), set(new.get("placeholders") or ())
    found += [f"placeholder ${{{name}}} is new" for name in sorted(after - before)]
    found += [f"placeholder ${{{name}}} is gone" for name in sorted(before - after)]
    ranges, wanted = old.get("quality_profile") or {}, new.get("quality_profile") or {}
    for name in sorted({*ranges, *wanted}):
        if ranges.get(name) != wanted.get(name):
            found.append(f"range {name.replace('_', ' ')}: {_said(ranges.get(name))} → {_said(wanted.get(name))}")
    return found


def _said(value: object) -> str:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(n, int | float) for n in value):
        return f"{value[0]} to {value[1]}"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "none"
    return str(value) if value not in (None, "") else "none"


def _lines(old: str, new: str) -> list[DiffLine]:
    before, after = old.splitlines(), new.splitlines()
    found: list[DiffLine] = []
    reached = 0
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND):
        if group[0][1] > reached:
            found.append(DiffLine("gap", f"{group[0][1] - reached} equal lines"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += [DiffLine("same", line) for line in before[i1:i2]]
            else:
                found += [DiffLine("gone", line) for line in before[i1:i2]]
                found += [DiffLine("new", line) for line in after[j1:j2]]
        reached = group[-1][2]
    if found and reached < len(before):
        found.append(DiffLine("gap", f"{len(before) - reached} equal lines"))
    return found
