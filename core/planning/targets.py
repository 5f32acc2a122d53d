"""Target shares: how the plan should be split among the values of a dimension, and what is missing to get there.

The pack states shares as weights (40/35/15); a person may put their own in place of them, dimension by dimension, and
those survive a newer pack. Pure; `core.planning.coverage` reads and stores them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import PackError

OWN_SHARES = "own_target_shares"  # key of the settings in `packs` that loading a pack leaves alone
COVERED = ("tier", "persona", "arc", "start", "end", "category", "intent", "tone", "role", "cluster", "outcome")

Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Gap:
    """How far one value is from its share; without a share `want` is 1: some row at least."""

    dimension: str
    value: str
    have: int
    want: int
    targeted: bool = True

    @property
    def missing(self) -> int:
        """Rows that are missing; negative: there are more than the share asks for."""
        return self.want - self.have


def pack_shares(settings: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The shares that the pack itself states."""
    return {dimension: dict(found) for dimension, found in (settings.get("target_shares") or {}).items() if found}


def shares_in_force(settings: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The shares that count: a person's own where there are any, else the pack's. An empty one means no target."""
    own = {dimension: dict(found) for dimension, found in (settings.get(OWN_SHARES) or {}).items()}
    return {dimension: found for dimension, found in {**pack_shares(settings), **own}.items() if found}


def wanted(weights: Mapping[str, float], base: int) -> dict[str, int]:
    """How many of `base` rows each value should have."""
    whole = sum(weights.values())
    return {value: round(weight / whole * base) if whole else 0 for value, weight in weights.items()}


def gaps(shares: Shares, counts: Mapping[str, Mapping[str, int]], base: int) -> list[Gap]:
    """Every value that is short of its share, the largest gap first within its dimension."""
    found = []
    for dimension, weights in shares.items():
        have = counts.get(dimension, {})
        short = [Gap(dimension, value, have.get(value, 0), want) for value, want in wanted(weights, base).items()]
        found += sorted((gap for gap in short if gap.missing > 0), key=lambda gap: -gap.missing)
    return found


def missing_rows(found: list[Gap]) -> int:
    """How many rows at least close all gaps: one new row can close one of each dimension."""
    each: dict[str, int] = {}
    for gap in found:
        if gap.targeted:
            each[gap.dimension] = each.get(gap.dimension, 0) + gap.missing
    return max(each.values(), default=0)


def read_weights(texts: Mapping[str, str], dimension: str, known: Mapping[str, str]) -> dict[str, float]:
    """Weights that a person typed, by value; empty ones are left out. Raises PackError naming the wrong one."""
    found: dict[str, float] = {}
    for value, text in texts.items():
        if known and value not in known:
            raise PackError(f"{dimension} has no value {value!r}.", f"There are: {', '.join(known)}.")
        if not text.strip():
            continue
        try:
            weight = float(text.strip().removesuffix("%").strip().replace(",", "."))
        except ValueError:
            weight = -1.0
        if not 0 <= weight <= 1_000_000:
            raise PackError(f"{dimension} {value}: {text!r} is no share.", "Write a number such as 40, or 0 for none.")
        found[value] = weight
    return found
