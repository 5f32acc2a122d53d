"""The lines of the filter pane: what filters now, quick filters, ranges, then every dimension with its values.

`facet_list` draws them and moves among them. Nothing here draws or changes criteria.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.query import DATES, RANGES, STATES, Criteria, chips, range_text
from core.status import words
from core.text.terminal import safe_line
from tui.widgets.glyphs import status_words

Facets = Mapping[str, Sequence[tuple[str, int]]]
ACTIVE = "active"  # the section of the filters there are, each of which can be dropped
QUICK = "is"  # the section of the states, named as in the query language
RANGED = "range"
OPEN_AT_FIRST = (ACTIVE, QUICK, RANGED, "status", "tier", "persona")
TITLES = {
    ACTIVE: "filters now",
    QUICK: "quick filters",
    RANGED: "ranges and topic",
    "start": "starting emotion",
    "end": "ending emotion",
    "role": "roles",
    "cluster": "topic cluster",
    "method": "made by",
    "reason": "reason of the verdict",
}
# The most used first; the rest of what the query language knows is typed there.
_RANGES = ("topic", "score", "rubric", "cost", "turns", "updated", "generated")
ANY = "any"


@dataclass(frozen=True)
class Entry:
    """One line of the list: the heading of a section (no value) or one value."""

    section: str
    value: str = ""
    count: int | None = None
    is_heading: bool = False
    chosen: int = 0  # of a heading: how many of its values are chosen; of a value: 1, or -1 when excluded
    setting: str = ""  # of a range: how it is set

    @property
    def label(self) -> str:
        """The words of its line."""
        if self.is_heading:
            return TITLES.get(self.section, self.section)
        value = safe_line(self.value[:200])
        if self.section in (ACTIVE, "template"):
            return value
        return status_words(value) if self.section == "status" else words(value)


def sections(facets: Facets, criteria: Criteria) -> list[tuple[str, list[Entry]]]:
    """All sections that have something in them, in order."""
    found = [(ACTIVE, [Entry(ACTIVE, text, chosen=1) for text, _ in chips(criteria)])]
    states = dict(facets.get(QUICK, ()))
    found.append((QUICK, [_quick(state, states.get(state), criteria) for state in STATES]))
    found.append((RANGED, [_range(name, criteria) for name in _ranges(criteria)]))
    values, excluded = dict(criteria.values), dict(criteria.excluded)
    for name in dict.fromkeys((*facets, *values, *excluded)):
        if name == QUICK:
            continue
        wanted, unwanted = values.get(name, ()), excluded.get(name, ())
        counted = [(value, count) for value, count in facets.get(name, ()) if value]
        missing = [(value, 0) for value in (*wanted, *unwanted) if value not in dict(counted)]
        found.append((name, [Entry(name, v, n, chosen=_chosen(v, wanted, unwanted)) for v, n in counted + missing]))
    return [(name, entries) for name, entries in found if entries]


def _quick(state: str, count: int | None, criteria: Criteria) -> Entry:
    return Entry(QUICK, state, count, chosen=_chosen(state, criteria.states, criteria.excluded_states))


def _ranges(criteria: Criteria) -> Iterable[str]:
    used = [name for name in (*RANGES, *DATES) if range_text(criteria, name)]
    return dict.fromkeys((*_RANGES, *used))


def _range(name: str, criteria: Criteria) -> Entry:
    setting = range_text(criteria, name)
    return Entry(RANGED, name, chosen=1 if setting else 0, setting=setting or ANY)


def _chosen(value: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> int:
    return 1 if value in wanted else -1 if value in unwanted else 0
