"""What an export's rows come to: turns, personas, scores and what stops it, counted in one walk through them.

Scope, manifest and card read their figures here: a walk through a hundred thousand rows for each would cost a second.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.seedformat.mapping import Tree
from data.outgoing import Outgoing
from data.vocabulary import Method, Status

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass
class Totals:
    """The figures. `unnamed` is the first id that can be no file name, `empty` the first row without turns; of both,
    only the one that comes first is noted."""

    turns: int = 0
    simulated: int = 0
    unapproved: int = 0
    personas: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)
    packs: set[str] = field(default_factory=set)
    templates: Counter[int] = field(default_factory=Counter)
    measured: int = 0
    scores: float = 0
    lowest: float | None = None
    highest: float | None = None
    unnamed: str = ""
    empty: str = ""

    def quality(self) -> Tree:
        """Mean, lowest and highest score of the rows that have one; None where none was measured."""
        return {
            "measured": self.measured,
            "mean": round(self.scores / self.measured, 2) if self.measured else None,
            "min": self.lowest,
            "max": self.highest,
        }


def totals_of(rows: Iterable[Outgoing]) -> Totals:
    """Walk through the rows once."""
    found = Totals()
    for row in rows:
        found.turns += row.turn_count
        found.simulated += row.generation_method == Method.SIMULATED
        found.unapproved += row.status != Status.APPROVED
        found.personas[row.persona_id] += 1
        found.tiers[row.tier] += 1
        found.packs.add(row.pack_key)
        if row.template_version_id is not None:
            found.templates[row.template_version_id] += 1
        score = row.quality_score
        if score is not None:
            found.measured += 1
            found.scores += score
            found.lowest = score if found.lowest is None else min(found.lowest, score)
            found.highest = score if found.highest is None else max(found.highest, score)
        if not (found.unnamed or found.empty):
            if not _ID.fullmatch(row.conversation_id):
                found.unnamed = row.conversation_id
            elif not row.turn_count:
                found.empty = row.conversation_id
    return found
