"""Which part of a split (train, dev, test) each conversation belongs to, for good; and balanced samples.

Pure: the service stores what is decided here. Rows that have a part keep it, variations of one conversation stay
together, and persona and tier are shared out alike. The same seed decides the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from core.export.request import SPLITS
from data.outgoing import Outgoing

T = TypeVar("T")


def assign(
    rows: Sequence[Outgoing],
    shares: Sequence[float],
    seed: int,
    parents: Mapping[str, str],
    stored: Mapping[str, str],
) -> dict[str, str]:
    """The part of every row. `parents` and `stored` speak of all rows of the database, exported or not."""
    fixed = _families_with_a_part(parents, stored)
    families: dict[str, list[Outgoing]] = defaultdict(list)
    parts: dict[str, str] = {}
    whole = _Balance(shares)
    strata: dict[tuple[str, str], _Balance] = defaultdict(lambda: _Balance(shares))
    for row in rows:
        root = root_of(row.conversation_id, parents)
        part = stored.get(row.conversation_id) or fixed.get(root, "")
        if part:
            parts[row.conversation_id] = part
            whole.take(part, 1)
            strata[row.persona_id, row.tier].take(part, 1)
        else:
            families[root].append(row)
    # The largest families first: they fit worst.
    for root in sorted(families, key=lambda root: (-len(families[root]), drawn(seed, root))):
        members = families[root]
        stratum = strata[members[0].persona_id, members[0].tier]
        size = len(members)
        part = max(SPLITS, key=lambda name: (whole.lack(name, size) + stratum.lack(name, size), -SPLITS.index(name)))
        whole.take(part, size)
        stratum.take(part, size)
        parts |= {row.conversation_id: part for row in members}
    return parts


def root_of(conversation_id: str, parents: Mapping[str, str]) -> str:
    """The conversation from which a family of variations comes."""
    seen = {conversation_id}
    while (parent := parents.get(conversation_id)) and parent not in seen:
        seen.add(parent)
        conversation_id = parent
    return min(seen) if parents.get(conversation_id) in seen else conversation_id


def balanced(rows: Sequence[Outgoing], values: Mapping[str, tuple[Any, ...]], seed: int) -> list[Outgoing]:
    """As many rows of every combination of values as the rarest has, drawn by the seed, in their old order."""
    cells: dict[tuple[Any, ...], list[Outgoing]] = defaultdict(list)
    for row in rows:
        cells[values[row.conversation_id]].append(row)
    smallest = min((len(members) for members in cells.values()), default=0)
    kept: set[str] = set()
    for members in cells.values():
        drawn_first = sorted(members, key=lambda row: drawn(seed, row.conversation_id))
        kept |= {row.conversation_id for row in drawn_first[:smallest]}
    return [row for row in rows if row.conversation_id in kept]


def drawn(seed: int, name: str) -> bytes:
    """A fixed chance for each name: does not depend on what else is drawn, nor on the machine."""
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()


def counts(parts: Mapping[str, str]) -> dict[str, int]:
    """How many rows each part has, in the usual order; parts without rows are left out."""
    found = Counter(parts.values())
    return {name: found[name] for name in SPLITS if found[name]}


def _families_with_a_part(parents: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for conversation_id in sorted(stored):
        found.setdefault(root_of(conversation_id, parents), stored[conversation_id])
    return found


class _Balance:
    """What each part has of what it should have."""

    def __init__(self, shares: Sequence[float]) -> None:
        self._shares = dict(zip(SPLITS, shares, strict=True))
        self._have = dict.fromkeys(SPLITS, 0)

    def take(self, part: str, number: int) -> None:
        """Note rows that went to a part; parts that other hands wrote count for none."""
        if part in self._have:
            self._have[part] += number

    def lack(self, part: str, number: int) -> float:
        """By how many rows a part is short once `number` more are shared out."""
        if not self._shares[part]:
            return float("-inf")
        return self._shares[part] * (sum(self._have.values()) + number) - self._have[part]
