"""From criteria to SQL: which rows (`where`) and in which order (`order`).

`data.listing` and `data.outgoing` build their statements with it. A condition means the same in every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    and_,
    cast,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    text,
    true,
)

from data import search
from data.criteria import DATES, DIMENSIONS, MEASURED, RANGES, SORTS, Criteria, Range
from data.tables import Conversation, ConversationTurn, PromptTemplate, table_of
from data.tables.conversations import REVIEW_PLACE
from data.vocabulary import Method, Status

_DIGITS = 18  # of a number that SQLite and PostgreSQL hold
C = table_of(Conversation).c
_TURNS = table_of(ConversationTurn).c
_TEMPLATES = table_of(PromptTemplate).c

STATE_CLAUSES: dict[str, Callable[[], ColumnElement[bool]]] = {
    "to_review": lambda: C.status == Status.GENERATED,
    "remaining": lambda: C.status.in_([Status.PLANNED, Status.FAILED]),
    "flagged": lambda: C.needs_review.is_(True),
    "failed": lambda: C.status == Status.FAILED,
    "simulated": lambda: C.generation_method == Method.SIMULATED,
    "imported": lambda: C.generation_method == Method.IMPORTED,
    "seed": lambda: or_(C.tier == "seed", C.is_seed_example.is_(True)),
    "ready": lambda: C.ready_for_training.is_(True),
    "not_ready": lambda: and_(C.turn_count > 0, C.ready_for_training.is_(False)),
    "incomplete": lambda: and_(C.turn_count > 0, C.annotation_complete.is_(False)),
    "has_text": lambda: C.turn_count > 0,
}


def _escape_like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _contains(columns: Iterable[ColumnElement[Any]], word: str) -> ColumnElement[bool]:
    pattern = f"%{_escape_like(word)}%"
    return or_(*(column.ilike(pattern, escape="\\") for column in columns))


def _matches(word: str) -> ColumnElement[bool]:
    """A word or phrase, in any case, in what names a row (id, persona, topic, description) or in its messages."""
    return _found(
        word,
        "",
        lambda: or_(
            _contains((C.topic, C.conversation_id, C.persona_name, C.topic_description), word),
            select(_TURNS.id)
            .where(
                _TURNS.conversation_id == C.conversation_id,
                _contains((_TURNS.user_input, _TURNS.target_response), word),
            )
            .exists(),
        ),
    )


def _in_topic(word: str) -> ColumnElement[bool]:
    """The same in topic and description alone."""
    return _found(word, search.TOPIC, lambda: _contains((C.topic, C.topic_description), word))


def _found(word: str, columns: str, by_reading: Callable[[], ColumnElement[bool]]) -> ColumnElement[bool]:
    match = search.match_of(word, columns) if search.is_available() else ""
    if not match:
        return by_reading()
    entries = select(literal_column("rowid").op(">>")(search.TURN_BITS)).select_from(text(search.TABLE))
    found = C.id.in_(entries.where(literal_column(search.TABLE).match(match)))
    return and_(found, by_reading()) if search.needs_reading(word) else found


def _in_range(name: str, wanted: Range) -> ColumnElement[bool]:
    column: Any
    low: Any
    high: Any
    if name in DATES:
        column = C[DATES[name]]
        low = _begin_of(str(wanted.low), later=wanted.low_open) if wanted.low is not None else None
        high = _begin_of(str(wanted.high), later=not wanted.high_open) if wanted.high is not None else None
        parts = [column >= low] if low is not None else []
        return and_(*parts, *([column < high] if high is not None else []))
    column_name, factor = RANGES[name]
    column = C[column_name]
    clauses: list[ColumnElement[bool]] = []
    if wanted.low is not None:
        low = round(float(wanted.low) * factor, 6)  # 0.07 x 1,000,000 is more than 70,000 to a computer
        clauses.append(column > low if wanted.low_open else column >= low)
    if wanted.high is not None:
        high = round(float(wanted.high) * factor, 6)
        clauses.append(column < high if wanted.high_open else column <= high)
    return and_(*clauses) if clauses else column.is_not(None)


def _begin_of(day: str, *, later: bool) -> datetime:
    """When a day begins, or the one after it: a day of this machine's zone, in which all times are shown."""
    begin = datetime.fromisoformat(day)
    try:
        return (begin + timedelta(days=later)).astimezone(UTC)
    except (OverflowError, ValueError):  # at either end of the calendar
        return (datetime.max if later else begin).replace(tzinfo=UTC)


def _dimension(name: str, values: Iterable[str]) -> ColumnElement[bool]:
    column = C[DIMENSIONS[name]]
    if name != "template":
        return column.in_(list(values))
    return or_(*(_made_with(value) if value else column.is_(None) for value in values))


def _outside(name: str, values: Collection[str]) -> ColumnElement[bool]:
    """Rows with none of these values: also those that have no value at all, which SQL alone would leave out."""
    outside = not_(_dimension(name, values))
    return or_(C.template_version_id.is_(None), outside) if name == "template" and "" not in values else outside


def _made_with(template: str) -> ColumnElement[bool]:
    """A version of a template as `name@3`, all its versions as `name`, or a version by its row id."""
    if template.isdecimal():
        return C.template_version_id == _number(template)
    name, _, version = template.partition("@")
    wanted = select(_TEMPLATES.id).where(_TEMPLATES.template_id == name)
    if version:
        wanted = wanted.where(_TEMPLATES.version == _number(version))
    return C.template_version_id.in_(wanted)


def _number(text: str) -> int:
    """A number that a database can hold; -1, which nothing has, where it is none."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else -1


def template_name() -> ColumnElement[str]:
    return _TEMPLATES.template_id.concat("@").concat(cast(_TEMPLATES.version, String))


def where(criteria: Criteria, *, without: str = "") -> ColumnElement[bool]:
    """The condition of the criteria; `without` leaves one dimension out, as its own facet counts need."""
    clauses: list[ColumnElement[bool]] = [
        _dimension(name, values) for name, values in criteria.values if name != without
    ]
    clauses += [_outside(name, values) for name, values in criteria.excluded if name != without]
    clauses += [_in_range(name, wanted) for name, wanted in criteria.ranges]
    clauses += [STATE_CLAUSES[state]() for state in criteria.states]
    clauses += [not_(STATE_CLAUSES[state]()) for state in criteria.excluded_states]
    clauses += [_matches(word) for word in criteria.words]
    clauses += [not_(_matches(word)) for word in criteria.excluded_words]
    clauses += [_in_topic(word) for word in criteria.topics]
    clauses += [not_(_in_topic(word)) for word in criteria.excluded_topics]
    if criteria.ids:
        clauses.append(C.conversation_id.in_(criteria.ids))
    if criteria.excluded_ids:
        clauses.append(C.conversation_id.not_in(criteria.excluded_ids))
    return and_(true(), *clauses)


def order(criteria: Criteria) -> tuple[ColumnElement[Any], ...]:
    """The order of the criteria; rows that tie stand as they were added, unmeasured figures come last."""
    if criteria.sort == "review":
        place: ColumnElement[Any] = literal_column(REVIEW_PLACE, BigInteger)
        return (place if criteria.is_empty else place + literal_column("0"),)  # what a filter leaves is sorted
    column: ColumnElement[Any] = C[SORTS[criteria.sort]]
    if criteria.sort == "updated" and criteria.descending and criteria.is_empty:
        return (column.desc(), C.id.desc())  # the index read backwards: the newest first, also of one moment
    if criteria.sort == "number":  # unique; the table lies in about this order, so it may be read along it
        return (column.desc() if criteria.descending else column.asc(),)
    if not criteria.is_empty:
        # Reading the table along another index would cost a jump per row: rather sort what the filter leaves.
        column = func.coalesce(column, null())
    last = [column.is_(None)] if criteria.sort in MEASURED and not criteria.descending else []  # NULL is the least
    return (*last, column.desc() if criteria.descending else column.asc(), C.id.asc())
