"""Coverage: any two dimensions of the plan as a matrix, held against the target shares, with the gaps named.

The coverage screen and `brightrun coverage` read it; `brightrun plan target` changes the shares, audited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import PackError
from core.pack.consistency import DIMENSIONS as TAXONOMY_OF
from core.planning.targets import COVERED, OWN_SHARES, Gap, gaps, missing_rows, pack_shares, shares_in_force, wanted
from core.query import DIMENSIONS
from core.status import words
from data import audit, coverage, packs
from data.engines import AsyncSession, Database
from data.tables import EmotionalArc, Persona
from data.vocabulary import Tier

PLANNED_TIERS = (Tier.TEMPLATE, Tier.SCENARIO, Tier.EDGE_CASE)
MIXED = "mixed"


@dataclass(frozen=True)
class Count:
    """Rows that are planned in all, that have a text, that are approved."""

    planned: int = 0
    generated: int = 0
    approved: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.planned + other.planned, self.generated + other.generated, self.approved + other.approved)


@dataclass(frozen=True)
class Value:
    """One value of a dimension: its rows over the whole plan, and how many its share asks for (None: no target)."""

    key: str
    label: str
    count: Count
    want: int | None = None

    @property
    def missing(self) -> int:
        """Rows short of the share, or 1 where no row has the value at all."""
        if self.want is not None:
            return max(0, self.want - self.count.planned)
        return 0 if self.count.planned else 1


@dataclass(frozen=True)
class Coverage:
    """The matrix of two dimensions, and every gap of the plan."""

    rows_by: str
    columns_by: str
    rows: tuple[Value, ...]
    columns: tuple[Value, ...]
    cells: Mapping[tuple[str, str], Count]
    whole: Count
    gaps: tuple[Gap, ...]  # against shares, of every dimension that has them
    unused: tuple[Gap, ...]  # values of the two dimensions that no row has
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """How many rows at least close the gaps against the shares."""
        return missing_rows(list(self.gaps))

    def cell(self, row: str, column: str) -> Count:
        """The rows that have both values."""
        return self.cells.get((row, column), Count())

    def label(self, gap: Gap) -> str:
        """A gap's value in words."""
        return self.labels.get(gap.dimension, {}).get(gap.value) or words(gap.value)


@dataclass(frozen=True)
class Target:
    """The shares of a dimension: what counts, what the pack says, and what may have one."""

    dimension: str
    shares: Mapping[str, float]
    pack: Mapping[str, float]
    is_own: bool
    values: tuple[Value, ...]


class CoverageService:
    """Coverage of one database; changes of target shares are by one person."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor

    async def matrix(self, rows_by: str, columns_by: str) -> Coverage:
        """The plan by two dimensions. Raises PackError for a dimension that coverage does not know."""
        for dimension in (rows_by, columns_by):
            check_dimension(dimension)
        async with self._database.read() as session:
            found = await coverage.matrix(session, rows_by, columns_by)
            settings = (await packs.get_pack(session) or {}).get("settings") or {}
            shares = shares_in_force(settings)
            counts = {name: await coverage.counts(session, name) for name in shares if name in COVERED}
            known = {name: await known_values(session, name) for name in {rows_by, columns_by, *counts}}
        cells = {(row, column): Count(*figures) for row, column, *figures in found}
        by_row: dict[str, Count] = {}
        by_column: dict[str, Count] = {}
        for (row, column), count in cells.items():
            by_row[row] = by_row.get(row, Count()) + count
            by_column[column] = by_column.get(column, Count()) + count
        whole = sum(by_row.values(), Count())
        rows = _values(rows_by, by_row, known[rows_by], shares, whole.planned)
        columns = _values(columns_by, by_column, known[columns_by], shares, whole.planned)
        unused = tuple(
            Gap(name, value.key, 0, 1, targeted=False)
            for name, values in {rows_by: rows, columns_by: columns}.items()
            for value in values
            if not value.count.planned and value.want is None
        )
        return Coverage(
            rows_by,
            columns_by,
            rows,
            columns,
            cells,
            whole,
            tuple(gaps({name: shares[name] for name in counts}, counts, whole.planned)),
            unused,
            known,
        )

    async def target(self, dimension: str) -> Target:
        """The shares of a dimension beside what there is. Raises PackError for one that coverage does not know."""
        check_dimension(dimension)
        async with self._database.read() as session:
            settings = (await packs.get_pack(session) or {}).get("settings") or {}
            counts = await coverage.counts(session, dimension)
            known = await known_values(session, dimension)
        shares = shares_in_force(settings)
        figures = {value: Count(number) for value, number in counts.items()}
        return Target(
            dimension,
            shares.get(dimension, {}),
            pack_shares(settings).get(dimension, {}),
            dimension in (settings.get(OWN_SHARES) or {}),
            _values(dimension, figures, known, shares, sum(counts.values())),
        )

    async def known(self, dimension: str) -> dict[str, str]:
        """The values that a plan may give a dimension, key -> words. Raises PackError as `target` does."""
        check_dimension(dimension)
        async with self._database.read() as session:
            return await known_values(session, dimension)

    async def set_target(self, dimension: str, weights: Mapping[str, float] | None) -> Target:
        """Put a person's own shares in place of the pack's; an empty mapping: no target; None: the pack's again.

        Raises PackError for a dimension that coverage does not know, or when no pack is loaded.
        """
        check_dimension(dimension)
        async with self._database.write() as session:
            pack = await packs.get_pack(session)
            if pack is None:
                raise PackError("No pack is loaded.", "Run brightrun init.")
            settings = dict(pack["settings"] or {})
            before = shares_in_force(settings).get(dimension, {})
            own = {name: dict(found) for name, found in (settings.get(OWN_SHARES) or {}).items()}
            if weights is None:
                own.pop(dimension, None)
            else:
                own[dimension] = dict(weights)
            settings[OWN_SHARES] = own
            after = shares_in_force(settings).get(dimension, {})
            await packs.put_settings(session, pack["pack_key"], settings)
            about = {"dimension": dimension}
            change = audit.entry(
                self._actor,
                "set_target",
                "pack",
                pack["pack_key"],
                before={**about, "shares": before},
                after={**about, "shares": after},
            )
            await audit.record(session, [change])
        return await self.target(dimension)


def check_dimension(dimension: str) -> None:
    """Raise PackError for what is no dimension of coverage."""
    if dimension not in COVERED:
        raise PackError(f"Coverage knows no dimension {dimension[:60]!r}.", f"There are: {', '.join(COVERED)}.")


async def known_values(session: AsyncSession, dimension: str) -> dict[str, str]:
    """The values that a plan may give a dimension, key -> words, in the order of the pack."""
    if dimension == "tier":
        return {tier.value: words(tier) for tier in PLANNED_TIERS}
    if dimension == "persona":
        found = await packs.definitions(session, Persona)
        return {**{key: str(row["name"]) for key, row in found.items()}, MIXED: "Mixed"}
    if dimension == "arc":
        return {key: words(key) for key in await packs.definitions(session, EmotionalArc)}
    taxonomy = (await packs.get_pack(session) or {}).get("taxonomy") or {}
    entries: Iterable[Mapping[str, Any]] = taxonomy.get(TAXONOMY_OF[DIMENSIONS[dimension]], ())
    return {str(entry["key"]): str(entry.get("name") or words(str(entry["key"]))) for entry in entries}


# Of these the pack has more than one plan needs: a value that nothing uses and nobody aims at is no gap.
_OPEN = ("arc", "start", "end", "persona")


def _values(
    dimension: str, counts: Mapping[str, Count], known: Mapping[str, str], shares: Any, base: int
) -> tuple[Value, ...]:
    targets = wanted(shares.get(dimension, {}), base)
    keys = [key for key in known if dimension not in _OPEN or key in counts or key in targets]
    keys += sorted(key for key in {*counts, *targets} if key not in known)
    return tuple(
        Value(key, known.get(key) or words(key) or "(none)", counts.get(key, Count()), targets.get(key)) for key in keys
    )
