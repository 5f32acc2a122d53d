"""Proposes rows that the plan lacks: complete in every dimension, from what the pack has and the plan uses least.

`core.planning.rows` calls it and a person looks at every row before it is added. Pure; a value that has a target share
is chosen by how far it is from it, any other by how seldom the plan uses it so far, within what its tier uses at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import PackError
from core.pack.consistency import DIMENSIONS as TAXONOMY_OF
from core.planning.targets import Shares
from core.query import DIMENSIONS
from core.status import words
from data.vocabulary import Tier

MOST = 500  # proposals that a person can be asked to look at
_FREE = ("intent", "tone", "role_pair", "outcome", "conversation_phase")
# Dimension of coverage -> column of a plan row.
COLUMN = {
    "tier": "tier",
    "persona": "persona",
    "arc": "arc",
    **{name: DIMENSIONS[name] for name in ("start", "end", "category", "intent", "tone", "role", "cluster", "outcome")},
}
_NAMED = {column: name for name, column in COLUMN.items()}
_USED_AS = {"persona": "persona_id", "arc": "arc_id"}

Row = dict[str, str]


@dataclass(frozen=True)
class Stock:
    """What proposals are made of: the pack's definitions by key, what each planned row uses, and the target shares."""

    arcs: Mapping[str, Mapping[str, Any]]
    scenarios: Mapping[str, Mapping[str, Any]]
    edge_cases: Mapping[str, Mapping[str, Any]]
    topics: Mapping[str, Mapping[str, Any]]
    personas: Sequence[str]
    taxonomy: Mapping[str, Sequence[Mapping[str, Any]]]
    used: Sequence[Mapping[str, Any]]
    shares: Shares


@dataclass(frozen=True)
class _Base:
    """What a row is built on: an arc, and in tiers 2 and 3 a scenario or an edge case."""

    tier: str
    arc: str
    key: str  # of the scenario or edge case; of the arc in tier 1
    start: str
    end: str
    topic: Mapping[str, Any] | None = None


class _Plan:
    """The plan as it would be with the rows proposed so far: how often each value is used."""

    def __init__(self, stock: Stock) -> None:
        self._shares = stock.shares
        self._all: Counter[tuple[str, str]] = Counter()
        self._in_tier: Counter[tuple[str, str, str]] = Counter()
        for row in stock.used:
            self._count(row, int(row["rows"]))

    def _count(self, row: Mapping[str, Any], rows: int) -> None:
        self._all["", ""] += rows
        for column, value in row.items():
            if column != "rows" and value not in (None, ""):
                self._all[column, str(value)] += rows
                self._in_tier[str(row["tier"]), column, str(value)] += rows

    def add(self, row: Row) -> None:
        """A row was proposed."""
        self._count(as_used(row), 1)

    def used_in(self, tier: str, column: str, candidates: Iterable[str]) -> list[str]:
        """Those candidates that rows of the tier use; all where none does."""
        every = list(candidates)
        return [value for value in every if self._in_tier[tier, _USED_AS.get(column, column), value]] or every

    def times(self, column: str, value: str) -> int:
        """How often a value is used."""
        return self._all[_USED_AS.get(column, column), value]

    def least(self, tier: str, column: str, candidates: Sequence[str]) -> str:
        """The candidate furthest below its share; without shares the one that the plan uses least, and its tier."""
        weights = self._shares.get(_NAMED.get(column, ""), {})
        stored, base = _USED_AS.get(column, column), self._all["", ""] + 1
        aimed = [value for value in candidates if weights.get(value)]
        if aimed:
            whole = sum(weights.values())
            return max(aimed, key=lambda v: weights[v] / whole * base - self._all[stored, v])
        return min(candidates, key=lambda v: (self._all[stored, v], self._in_tier[tier, stored, v]))


def as_used(row: Row) -> dict[str, str]:
    """What a proposed row uses of the pack, as `Stock.used` tells it of planned ones."""
    stored = {_USED_AS.get(column, column): value for column, value in row.items()}
    return stored | {"scenario_id": row["scenario"], "edge_case_id": row["edge_case"], "target_turns": row["turns"]}


def propose(stock: Stock, number: int, fixed: Mapping[str, str] | None = None) -> list[Row]:
    """So many rows, each with the values of `fixed` (by dimension). Raises PackError when the pack has none such."""
    if not 1 <= number <= MOST:
        raise PackError(f"{number:,} rows cannot be proposed at once.", f"Ask for 1 to {MOST}.")
    wish = dict(fixed or {})
    unknown = [name for name in wish if name not in COLUMN]
    if unknown:
        raise PackError(f"A row has no dimension {unknown[0]!r}.", f"There are: {', '.join(COLUMN)}.")
    plan, rows = _Plan(stock), []
    bases = _bases(stock, plan, wish)
    if not bases:
        said = ", ".join(f"{name} {words(value)}" for name, value in wish.items())
        raise PackError(f"The pack has nothing for a row with {said}.", "Add the row by hand, or choose other values.")
    for _ in range(number):
        row = _row(stock, plan, bases, wish)
        plan.add(row)
        rows.append(row)
    return rows


def _bases(stock: Stock, plan: _Plan, wish: Mapping[str, str]) -> list[_Base]:
    found = []
    for key, arc in stock.arcs.items():
        if arc.get("tier") == Tier.TEMPLATE:
            found.append(_Base(Tier.TEMPLATE, key, key, str(arc["start_emotion"]), str(arc["end_emotion"])))
    for tier, column, definitions in (
        (Tier.SCENARIO, "scenario_id", stock.scenarios),
        (Tier.EDGE_CASE, "edge_case_id", stock.edge_cases),
    ):
        topics = _topics_of(stock, column)
        for key, definition in definitions.items():
            family = str(definition.get("category") or "")
            arc, own = stock.arcs.get(family, {}), definition.get("arc") or {}
            start, end = own.get("start") or arc.get("start_emotion"), own.get("end") or arc.get("end_emotion")
            if start and end:
                found.append(_Base(tier, family, key, str(start), str(end), topics.get(key, {})))
    fitting = [base for base in found if _fits(stock, base, wish)]
    # Arcs beyond those that the plan uses are for who asks for them.
    usual = [
        b
        for b in fitting
        if b.tier != Tier.TEMPLATE or plan.times("arc", b.arc) or stock.shares.get("arc", {}).get(b.arc)
    ]
    return usual or fitting


def _fits(stock: Stock, base: _Base, wish: Mapping[str, str]) -> bool:
    stated = {"tier": base.tier, "arc": base.arc, "start": base.start, "end": base.end}
    if any(wish.get(name, value) != value for name, value in stated.items()):
        return False
    if base.topic is None:
        return bool(_topics(stock, wish))
    return all(
        base.topic.get(COLUMN[name], wish.get(name)) == wish[name] for name in ("category", "cluster") if name in wish
    )


def _topics_of(stock: Stock, column: str) -> dict[str, Mapping[str, Any]]:
    """By scenario or edge case the topic, category and cluster that the plan gives it."""
    return {str(row[column]): row for row in stock.used if row.get(column)}


def _topics(stock: Stock, wish: Mapping[str, str]) -> list[str]:
    """Topics for tier 1: not those that scenarios and edge cases alone are about."""
    other = {str(row["topic_key"]) for row in stock.used if row["tier"] != Tier.TEMPLATE}
    own = {str(row["topic_key"]) for row in stock.used if row["tier"] == Tier.TEMPLATE}
    return [
        key
        for key, topic in stock.topics.items()
        if (key in own or key not in other)
        and all(topic.get(COLUMN[name]) == wish[name] for name in ("category", "cluster") if name in wish)
    ]


def _row(stock: Stock, plan: _Plan, bases: Sequence[_Base], wish: Mapping[str, str]) -> Row:
    tier = plan.least(
        "", "tier", [t for t in (Tier.TEMPLATE, Tier.SCENARIO, Tier.EDGE_CASE) if any(b.tier == t for b in bases)]
    )
    base = _least_used_base(plan, [base for base in bases if base.tier == tier])
    row: Row = {"tier": tier, "arc": base.arc, "scenario": "", "edge_case": ""}
    row["persona"] = wish.get("persona") or plan.least(tier, "persona", _personas(stock, plan, tier))
    row |= _ends(stock, base)
    row["turns"] = _turns(stock, plan, base)
    for column in _FREE:
        known = [str(entry["key"]) for entry in stock.taxonomy.get(TAXONOMY_OF[column], ())]
        wanted = wish.get(_NAMED.get(column, ""))
        row[column] = wanted or (plan.least(tier, column, _allowed(stock, plan, tier, column, known)) if known else "")
    row |= _about_topic(stock, plan, wish, tier) if base.topic is None else _about_base(stock, base)
    for column in ("content_category", "topic_cluster"):
        if not row[column]:
            known = [str(entry["key"]) for entry in stock.taxonomy.get(TAXONOMY_OF[column], ())]
            row[column] = wish.get(_NAMED[column]) or (
                plan.least(tier, column, plan.used_in(tier, column, known)) if known else ""
            )
    row |= _texts(stock, base, row)
    return row


def _least_used_base(plan: _Plan, bases: Sequence[_Base]) -> _Base:
    column = {Tier.TEMPLATE.value: "arc", Tier.SCENARIO.value: "scenario_id"}.get(bases[0].tier, "edge_case_id")
    if column == "arc":
        chosen = plan.least(bases[0].tier, "arc", [base.key for base in bases])
        return next(base for base in bases if base.key == chosen)
    return min(bases, key=lambda base: (plan.times(column, base.key), plan.times("arc", base.arc)))


def _personas(stock: Stock, plan: _Plan, tier: str) -> list[str]:
    """Whose rows these are: those with a share, else those whom the tier has, else the pack's personas."""
    aimed = [key for key, weight in stock.shares.get("persona", {}).items() if weight]
    if aimed and tier == Tier.TEMPLATE:
        return aimed
    found = plan.used_in(tier, "persona", [*stock.personas, "mixed"])
    named = [key for key in found if key != "mixed"]
    return named if named and tier == Tier.TEMPLATE else found


def _allowed(stock: Stock, plan: _Plan, tier: str, column: str, known: Sequence[str]) -> list[str]:
    """Values that the tier may have: those it uses already, and those that a share asks for, except that a boundary
    always ends in what its tier ends in."""
    used = plan.used_in(tier, column, known)
    if tier == Tier.EDGE_CASE and column == "outcome":
        return used
    aimed = stock.shares.get(_NAMED.get(column, ""), {})
    return [value for value in known if value in used or aimed.get(value)]


def _ends(stock: Stock, base: _Base) -> Row:
    arc = stock.arcs.get(base.arc, {})
    own = (stock.scenarios.get(base.key, {}).get("arc") or {}) if base.tier == Tier.SCENARIO else {}
    return {
        "starting_emotion": base.start,
        "starting_intensity": _intensity(own.get("start_intensity"), arc, "start"),
        "ending_emotion": base.end,
        "ending_intensity": _intensity(own.get("end_intensity"), arc, "end"),
    }


def _intensity(own: Any, arc: Mapping[str, Any], end: str) -> str:
    if own is not None:
        return f"{own:g}"
    low, high = arc.get(f"{end}_intensity_min"), arc.get(f"{end}_intensity_max")
    return f"{(low + high) / 2:.2f}" if low is not None and high is not None else "0.7"


def _turns(stock: Stock, plan: _Plan, base: _Base) -> str:
    arc = stock.arcs.get(base.arc, {})
    low, high = arc.get("typical_turns_min") or 3, arc.get("typical_turns_max") or 5
    return plan.least(base.tier, "target_turns", [str(turns) for turns in range(low, high + 1)])


def _about_topic(stock: Stock, plan: _Plan, wish: Mapping[str, str], tier: str) -> Row:
    keys = _topics(stock, wish)
    for name in ("category", "cluster"):
        if name in stock.shares and name not in wish:
            best = plan.least(
                tier, COLUMN[name], list(dict.fromkeys(str(stock.topics[key][COLUMN[name]]) for key in keys))
            )
            keys = [key for key in keys if stock.topics[key][COLUMN[name]] == best]
    chosen = min(
        keys,
        key=lambda key: (
            plan.times("topic_key", key),
            plan.times("content_category", str(stock.topics[key]["content_category"])),
            plan.times("topic_cluster", str(stock.topics[key]["topic_cluster"])),
        ),
    )
    topic = stock.topics[chosen]
    return {
        "topic": str(topic["name"]),
        "topic_key": chosen,
        **{c: str(topic[c]) for c in ("content_category", "topic_cluster")},
    }


def _about_base(stock: Stock, base: _Base) -> Row:
    definitions = stock.scenarios if base.tier == Tier.SCENARIO else stock.edge_cases
    topic = base.topic or {}
    return {
        "scenario" if base.tier == Tier.SCENARIO else "edge_case": base.key,
        "topic": str(definitions[base.key]["title"]),
        **{c: str(topic.get(c) or "") for c in ("topic_key", "content_category", "topic_cluster")},
    }


def _texts(stock: Stock, base: _Base, row: Row) -> Row:
    """What the conversation is about, when it happens and where it should end, in sentences of the pack's own texts."""
    phase = _described(stock, "conversation_phases", row["conversation_phase"])
    journey = f"The client comes with {words(base.start)} and leaves with {words(base.end)}."
    outcome = _described(stock, "outcomes", row["outcome"])
    if base.tier == Tier.SCENARIO:
        scenario = stock.scenarios[base.key]
        about, hoped = str(scenario.get("setup") or ""), str(scenario.get("desired_outcome") or "")
    elif base.tier == Tier.EDGE_CASE:
        case = stock.edge_cases[base.key]
        about = f"{_sentence(str(case['title']))} {_sentence(str(case.get('boundary') or ''))}"
        hoped = str(case.get("resolution_strategy") or "")
    else:
        concepts = [str(c) for c in stock.topics.get(row["topic_key"], {}).get("key_concepts") or ()]
        about = (
            f"{_sentence(row['topic'])} What it takes to understand: {_listed(concepts)}." if concepts else row["topic"]
        )
        hoped = ""
    return {
        "topic_description": about.strip(),
        "session_context": phase,
        "expected_outcome": (hoped or f"{journey} {outcome}").strip(),
    }


def _described(stock: Stock, kind: str, key: str) -> str:
    entry = next((e for e in stock.taxonomy.get(kind, ()) if e.get("key") == key), {})
    return str(entry.get("description") or "")


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def _listed(items: Sequence[str]) -> str:
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last
