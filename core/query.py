"""The query language of the search box and of `--where`: `persona:marcus score:<6 "credit card" -status:approved`.

Reads text into `Criteria` and writes `Criteria` back as the shortest text that means the same. Pure and fast: it runs
on every key typed into the search box.
"""

from __future__ import annotations

import difflib
import re
import sys
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.errors import QueryError
from data.criteria import DATES, DIMENSIONS, RANGES, SORTS, STATES, Criteria, Range
from data.vocabulary import Status, Tier

ALIASES = {
    "quality": "score",
    "emotion": "start",
    "from": "start",
    "to": "end",
    "starting_emotion": "start",
    "ending_emotion": "end",
    "content_category": "category",
    "role_pair": "role",
    "topic_cluster": "cluster",
    "scenario": "arc",
    "n": "number",
}
_TIERS = {"1": Tier.TEMPLATE, "2": Tier.SCENARIO, "3": Tier.EDGE_CASE, "0": Tier.SEED}
_TOKEN = re.compile(r'(?P<minus>-?)(?:(?P<key>[A-Za-z_]+):)?(?P<value>"(?:[^"]*)"?|[^\s"]+)|(?P<space>\s+)|(?P<odd>.)')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MOST = sys.float_info.max


@dataclass(frozen=True)
class _Term:
    key: str
    value: str
    negative: bool
    quoted: bool
    start: int
    end: int


COLUMN_NAMES = tuple(SORTS)  # whatever a list can be sorted by can stand in a column


def keys() -> list[str]:
    """Every key the language knows, for completion and help."""
    return [*DIMENSIONS, "topic", *RANGES, *DATES, "is", "id", "sort"]


def parse(text: str) -> Criteria:
    """Read a query.

    Raises QueryError with the character range of the mistake and, where there is one, the word that was meant.
    """
    try:
        return _parse(text)
    except QueryError as error:
        error.query = text  # whoever shows it can point at the mistake
        raise


def _parse(text: str) -> Criteria:
    values: dict[str, list[str]] = {}
    excluded: dict[str, list[str]] = {}
    ranges: dict[str, Range] = {}
    states: list[str] = []
    not_states: list[str] = []
    found_words: list[str] = []
    not_words: list[str] = []
    topics: list[str] = []
    not_topics: list[str] = []
    ids: list[str] = []
    not_ids: list[str] = []
    sort, descending = "number", False
    for term in _terms(text):
        if not term.key:
            if term.value:
                (not_words if term.negative else found_words).append(term.value)
            continue
        key = _key(term)
        if key == "is":
            for state in term.value.lower().split(","):
                _known(state, STATES, "state", term)
                (not_states if term.negative else states).append(state)
        elif key == "sort":
            name = term.value.lower()
            descending, name = name.startswith("-"), name.lstrip("-")
            name = ALIASES.get(name, name)
            _known(name, [*SORTS, "review"], "sort order", term)
            sort = name
        elif key == "topic":
            (not_topics if term.negative else topics).append(term.value)
        elif key == "id":
            (not_ids if term.negative else ids).extend(_parts(key, term))
        elif key in RANGES or key in DATES:
            if term.negative:
                raise QueryError(
                    f"A range cannot be excluded: {text[term.start : term.end]}.",
                    f"Turn it round, as in {key}:>=6.",
                    start=term.start,
                    end=term.end,
                )
            ranges[key] = _merge(ranges.get(key), _range(key, term))
        else:
            target = excluded if term.negative else values
            target.setdefault(key, []).extend(_values(key, term))
    return Criteria(
        values=_frozen(values),
        excluded=_frozen(excluded),
        ranges=tuple(sorted(ranges.items())),
        states=_once(states),
        excluded_states=_once(not_states),
        words=_once(found_words),
        excluded_words=_once(not_words),
        topics=_once(topics),
        excluded_topics=_once(not_topics),
        ids=_once(ids),
        excluded_ids=_once(not_ids),
        sort=sort,
        descending=descending,
    )


def write(criteria: Criteria) -> str:
    """The query text of criteria; `parse(write(c)) == c`."""
    return " ".join(part for part, _ in chips(criteria)) + (
        f"{' ' if not criteria.is_empty else ''}sort:{'-' if criteria.descending else ''}{criteria.sort}"
        if (criteria.sort, criteria.descending) != ("number", False)
        else ""
    )


def chips(criteria: Criteria) -> list[tuple[str, Criteria]]:
    """Each active filter as query text, with the criteria that remain when it is taken away."""
    out: list[tuple[str, Criteria]] = []
    for name, values in criteria.values:
        rest = tuple(pair for pair in criteria.values if pair[0] != name)
        out.append((_value_text(name, values), replace(criteria, values=rest)))
    for name, values in criteria.excluded:
        rest = tuple(pair for pair in criteria.excluded if pair[0] != name)
        out.append((_value_text(f"-{name}", values), replace(criteria, excluded=rest)))
    for name, wanted in criteria.ranges:
        rest_ranges = tuple(pair for pair in criteria.ranges if pair[0] != name)
        out += [(f"{name}:{part}", replace(criteria, ranges=rest_ranges)) for part in _range_texts(wanted)]
    for state in criteria.states:
        out.append((f"is:{state}", replace(criteria, states=tuple(s for s in criteria.states if s != state))))
    for state in criteria.excluded_states:
        remaining = tuple(s for s in criteria.excluded_states if s != state)
        out.append((f"-is:{state}", replace(criteria, excluded_states=remaining)))
    if criteria.ids:
        out.append((f"id:{_quoted(','.join(criteria.ids))}", replace(criteria, ids=())))
    if criteria.excluded_ids:
        out.append((f"-id:{_quoted(','.join(criteria.excluded_ids))}", replace(criteria, excluded_ids=())))
    for topic in criteria.topics:
        rest_topics = tuple(t for t in criteria.topics if t != topic)
        out.append((f"topic:{_quoted(topic)}", replace(criteria, topics=rest_topics)))
    for topic in criteria.excluded_topics:
        rest_topics = tuple(t for t in criteria.excluded_topics if t != topic)
        out.append((f"-topic:{_quoted(topic)}", replace(criteria, excluded_topics=rest_topics)))
    for word in criteria.words:
        out.append((_word(word), replace(criteria, words=tuple(w for w in criteria.words if w != word))))
    for word in criteria.excluded_words:
        left = tuple(w for w in criteria.excluded_words if w != word)
        out.append((f"-{_word(word)}", replace(criteria, excluded_words=left)))
    return out


def toggled(criteria: Criteria, dimension: str, value: str) -> Criteria:
    """The criteria with one value of a dimension switched on or off."""
    values = dict(criteria.values)
    chosen = list(values.get(dimension, ()))
    chosen.remove(value) if value in chosen else chosen.append(value)
    if chosen:
        values[dimension] = tuple(sorted(chosen))
    else:
        values.pop(dimension, None)
    return replace(criteria, values=tuple(sorted(values.items())))


def toggled_state(criteria: Criteria, state: str) -> Criteria:
    """The criteria with one quick filter switched on or off."""
    states = tuple(s for s in criteria.states if s != state)
    return replace(criteria, states=states if state in criteria.states else _once([*criteria.states, state]))


def with_range(criteria: Criteria, name: str, text: str) -> Criteria:
    """The criteria with another range (`<6`, `6..8`, `>2026-11-01`) or topic word, or without it for an empty text.

    Raises QueryError.
    """
    parts = text.split() if name != "topic" else [f'"{text.strip()}"'] if text.strip() else []
    wanted = parse(" ".join(f"{name}:{part}" for part in parts))
    if name == "topic":
        return replace(criteria, topics=wanted.topics)
    rest = {key: value for key, value in criteria.ranges if key != name}
    return replace(criteria, ranges=tuple(sorted({**rest, **dict(wanted.ranges)}.items())))


def range_text(criteria: Criteria, name: str) -> str:
    """How a range or topic word is set, as `with_range` reads it; "" where it is not."""
    if name == "topic":
        return " ".join(criteria.topics)
    wanted = dict(criteria.ranges).get(name)
    return " ".join(_range_texts(wanted)) if wanted is not None else ""


def _terms(text: str) -> list[_Term]:
    terms = []
    for match in _TOKEN.finditer(text):
        if match["space"]:
            continue
        value = match["value"]
        if value is None:
            raise QueryError(
                f"{match.group()!r} does not belong here (character {match.start() + 1}).",
                "Put a phrase in double quotes.",
                start=match.start(),
                end=match.end(),
            )
        quoted = value.startswith('"')
        if quoted:
            if len(value) < 2 or not value.endswith('"'):
                raise QueryError(
                    f"The quotation that begins at character {match.start('value') + 1} is not closed.",
                    'Close it with ".',
                    start=match.start("value"),
                    end=len(text),
                )
            value = value[1:-1]
        key = match["key"] or ""
        if not key and not quoted and value.endswith(":") and len(value) > 1:
            key, value = value[:-1], ""
        terms.append(_Term(key.lower(), value, bool(match["minus"]), quoted, match.start(), match.end()))
    return terms


def _key(term: _Term) -> str:
    key = ALIASES.get(term.key, term.key)
    _known(key, keys(), "filter", term, length=len(term.key))
    if not term.value and not (term.quoted and key in DIMENSIONS):  # arc:"" are rows without one
        raise _no_value(key, term)
    return key


def _example(key: str) -> str:
    if key in RANGES:
        return f"{key}:>=6"
    if key in DATES:
        return f"{key}:>2026-11-01"
    return {"is": "is:to_review", "sort": "sort:-score", "tier": "tier:1", "status": "status:approved"}.get(
        key, f"{key}:value"
    )


def _known(name: str, known: list[str] | dict[str, str], what: str, term: _Term, length: int | None = None) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, list(known), 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
    raise QueryError(
        f"There is no {what} {name!r} (character {term.start + 1}).",
        hint,
        start=term.start,
        end=term.end if length is None else term.start + term.negative + length,
    )


def _parts(key: str, term: _Term) -> list[str]:
    """What stands between the commas; nothing at all would mean every row, or none."""
    parts = [part.strip() for part in term.value.split(",") if part.strip()]
    if not parts and term.value:
        raise _no_value(key, term)
    return parts or [""]


def _no_value(key: str, term: _Term) -> QueryError:
    return QueryError(f"{key}: has no value.", f"Write for example {_example(key)}.", start=term.start, end=term.end)


def _values(key: str, term: _Term) -> list[str]:
    parts = _parts(key, term)
    if key == "reviewer":
        return parts
    if key == "reason":  # words, as a person gives them
        return [part.lower().replace("_", " ") for part in parts]
    values = [part.lower().replace(" ", "_").replace("-", "_") for part in parts]
    if key == "tier":
        values = [_TIERS.get(v.removeprefix("tier_"), v) for v in values]
        for v in values:
            _known(v, [str(t) for t in Tier], "tier", term)
    if key == "status":
        for v in values:
            _known(v, [str(s) for s in Status], "status", term)
    return [str(v) for v in values]


def _range(key: str, term: _Term) -> Range:
    text = term.value
    operator = next((o for o in (">=", "<=", ">", "<", "=") if text.startswith(o)), "")
    low_text, dots, high_text = text[len(operator) :].partition("..")
    if (low_text or high_text) and dots and not operator:
        low = _bound(key, low_text, term) if low_text else None
        high = _bound(key, high_text, term) if high_text else None
        return Range(low, high)
    value = _bound(key, text[len(operator) :], term)
    if operator in (">", ">="):
        return Range(low=value, low_open=operator == ">")
    if operator in ("<", "<="):
        return Range(high=value, high_open=operator == "<")
    return Range(value, value)


def _bound(key: str, text: str, term: _Term) -> float | str:
    if key in DATES:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise QueryError(
                f"{text!r} is not a date.", f"Write it as in {key}:>2026-11-01.", start=term.start, end=term.end
            ) from None
    if not _NUMBER.fullmatch(text):
        raise QueryError(
            f"{text!r} is not a number.", f"Write for example {key}:>=6 or {key}:6..8.", start=term.start, end=term.end
        )
    return max(-_MOST, min(float(text), _MOST))  # not infinite: what is written must read back


def _merge(old: Range | None, new: Range) -> Range:
    if old is None:
        return new
    low = (new.low, new.low_open) if new.low is not None else (old.low, old.low_open)
    high = (new.high, new.high_open) if new.high is not None else (old.high, old.high_open)
    return Range(low[0], high[0], low[1], high[1])


def _range_texts(wanted: Range) -> list[str]:
    def text(value: float | str) -> str:
        if not isinstance(value, float):
            return str(value)
        return f"{Decimal(repr(value)):f}".removesuffix(".0")  # no exponent, every digit: it is read again

    if wanted.low is not None and wanted.high is not None and not (wanted.low_open or wanted.high_open):
        return [text(wanted.low)] if wanted.low == wanted.high else [f"{text(wanted.low)}..{text(wanted.high)}"]
    parts = [f"{'>' if wanted.low_open else '>='}{text(wanted.low)}"] if wanted.low is not None else []
    if wanted.high is not None:
        parts.append(f"{'<' if wanted.high_open else '<='}{text(wanted.high)}")
    return parts


def _value_text(name: str, values: tuple[str, ...]) -> str:
    named = ",".join(value for value in values if value)
    parts = [*([named] if named else []), *([""] if "" in values else [])]
    return " ".join(f"{name}:{_quoted(part)}" for part in parts)


def _quoted(text: str) -> str:
    return f'"{text}"' if not text or re.search(r"\s", text) else text


def _word(word: str) -> str:
    plain = re.fullmatch(r'[^\s":\-][^\s":]*', word)
    return word if plain else f'"{word}"'


def _once(items: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _frozen(values: dict[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted((name, tuple(sorted(set(found)))) for name, found in values.items()))


__all__ = [
    "ALIASES",
    "COLUMN_NAMES",
    "DATES",
    "DIMENSIONS",
    "RANGES",
    "SORTS",
    "STATES",
    "Criteria",
    "Range",
    "chips",
    "keys",
    "parse",
    "range_text",
    "toggled",
    "toggled_state",
    "with_range",
    "write",
]
