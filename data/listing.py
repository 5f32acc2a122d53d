"""Queries behind the table: which rows in which order, a page of them, facet counts, and the counts of the header.

Written once with SQLAlchemy; run by async sessions (command line, engine) or compiled for `data.replay` (screens).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import ClauseElement

from data.criteria import DATES, DIMENSIONS, RANGES, SORTS, Criteria, Range, Statement
from data.tables import Conversation, ConversationTurn, EmotionalContext, QualityMetrics, ResponseStrategy, table_of
from data.vocabulary import Method, Status

C = table_of(Conversation).c
_TURNS = table_of(ConversationTurn).c
_EMOTIONS = table_of(EmotionalContext).c
_STRATEGIES = table_of(ResponseStrategy).c
_QUALITY = table_of(QualityMetrics).c

# Columns of one table row, in the order of `core.browse.Row`.
ROW_COLUMNS = (
    "id",
    "conversation_id",
    "number",
    "persona_id",
    "persona_name",
    "topic",
    "tier",
    "arc_id",
    "starting_emotion",
    "starting_intensity",
    "ending_emotion",
    "ending_intensity",
    "target_turns",
    "turn_count",
    "status",
    "needs_review",
    "quality_score",
    "generation_method",
    "updated_at",
    "content_category",
    "intent",
    "tone",
    "role_pair",
    "topic_cluster",
    "outcome",
    "actual_cost_microusd",
    "generation_duration_ms",
    "reviewed_by",
    "split",
    "rubric_overall",
    "error_message",
    "reviewer_notes",
    "word_count",
    "template_version_id",
    "version",
)
TURN_COLUMNS = (
    "turn_number",
    "user_input",
    "target_response",
    "primary_emotion",
    "intensity",
    "primary_strategy",
    "note",
)
_STATE_CLAUSES: dict[str, Callable[[], ColumnElement[bool]]] = {
    "to_review": lambda: C.status == Status.GENERATED,
    "remaining": lambda: C.status.in_([Status.PLANNED, Status.FAILED]),
    "flagged": lambda: C.needs_review.is_(True),
    "failed": lambda: C.status == Status.FAILED,
    "simulated": lambda: C.generation_method == Method.SIMULATED,
    "seed": lambda: or_(C.tier == "seed", C.is_seed_example.is_(True)),
    "ready": lambda: C.ready_for_training.is_(True),
    "not_ready": lambda: and_(C.turn_count > 0, C.ready_for_training.is_(False)),
    "incomplete": lambda: and_(
        C.turn_count > 0,
        not_(
            select(_QUALITY.id)
            .where(_QUALITY.conversation_id == C.conversation_id, _QUALITY.all_required_fields_complete.is_(True))
            .exists()
        ),
    ),
    "has_text": lambda: C.turn_count > 0,
}


def _escape_like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _matches(word: str) -> ColumnElement[bool]:
    """A word is looked for in what names a row: id, persona and topic, in any case."""
    pattern = f"%{_escape_like(word)}%"
    return or_(
        *(
            column.ilike(pattern, escape="\\")
            for column in (C.topic, C.conversation_id, C.persona_name, C.topic_description)
        )
    )


def _in_range(name: str, wanted: Range) -> ColumnElement[bool]:
    column: Any
    low: Any
    high: Any
    if name in DATES:
        column = C[DATES[name]]
        low = datetime.fromisoformat(str(wanted.low)).replace(tzinfo=UTC) if wanted.low is not None else None
        high = datetime.fromisoformat(str(wanted.high)).replace(tzinfo=UTC) if wanted.high is not None else None
        day = timedelta(days=1)
        if low is not None and wanted.low_open:
            low += day
        if high is not None and not wanted.high_open:
            high += day
        parts = [column >= low] if low is not None else []
        return and_(*parts, *([column < high] if high is not None else []))
    column_name, factor = RANGES[name]
    column = C[column_name]
    clauses: list[ColumnElement[bool]] = []
    if wanted.low is not None:
        low = float(wanted.low) * factor
        clauses.append(column > low if wanted.low_open else column >= low)
    if wanted.high is not None:
        high = float(wanted.high) * factor
        clauses.append(column < high if wanted.high_open else column <= high)
    return and_(*clauses) if clauses else column.is_not(None)


def _dimension(name: str, values: Iterable[str]) -> ColumnElement[bool]:
    column = C[DIMENSIONS[name]]
    wanted: list[Any] = [int(v) if v.isdigit() else -1 for v in values] if name == "template" else list(values)
    return column.in_(wanted)


def where(criteria: Criteria, *, without: str = "") -> ColumnElement[bool]:
    """The condition of the criteria; `without` leaves one dimension out, as its own facet counts need."""
    clauses: list[ColumnElement[bool]] = [
        _dimension(name, values) for name, values in criteria.values if name != without
    ]
    clauses += [not_(_dimension(name, values)) for name, values in criteria.excluded if name != without]
    clauses += [_in_range(name, wanted) for name, wanted in criteria.ranges]
    clauses += [_STATE_CLAUSES[state]() for state in criteria.states]
    clauses += [not_(_STATE_CLAUSES[state]()) for state in criteria.excluded_states]
    clauses += [_matches(word) for word in criteria.words]
    clauses += [not_(_matches(word)) for word in criteria.excluded_words]
    if criteria.ids:
        clauses.append(C.conversation_id.in_(criteria.ids))
    return and_(true(), *clauses)


def order(criteria: Criteria) -> tuple[ColumnElement[Any], ...]:
    """The order of the criteria; plan number breaks ties, unmeasured figures come last."""
    if criteria.sort == "review":  # flagged first, then the worst score, then plan order
        return (C.needs_review.desc(), C.quality_score.is_(None), C.quality_score.asc(), C.number.asc())
    column = C[SORTS[criteria.sort]]
    direction = column.desc() if criteria.descending else column.asc()
    return (column.is_(None), direction, C.number.asc())


def list_ids(criteria: Criteria) -> Select[Any]:
    """Row ids in order."""
    return select(C.id).where(where(criteria)).order_by(*order(criteria))


def list_conversation_ids(criteria: Criteria) -> Select[Any]:
    """Human ids in order."""
    return select(C.conversation_id).where(where(criteria)).order_by(*order(criteria))


def ids_as_text(criteria: Criteria) -> Select[Any]:
    """Row ids in order as one comma-separated text: one row to fetch instead of 100,000."""
    inner = list_ids(criteria).subquery()
    return select(func.group_concat(inner.c.id))


def _ids_in_json(name: str) -> Select[Any]:
    each = func.json_each(bindparam(name, "[]")).table_valued("value")
    return select(each.c.value)


def page() -> Select[Any]:
    """The table rows of the ids given as JSON in parameter `ids`, in no order."""
    return select(*(C[name] for name in ROW_COLUMNS)).where(C.id.in_(_ids_in_json("ids")))


def row_by_id() -> Select[Any]:
    """The table row with the human id in parameter `conversation_id`."""
    return select(*(C[name] for name in ROW_COLUMNS)).where(C.conversation_id == bindparam("conversation_id", ""))


def turns() -> Select[Any]:
    """What the preview shows of the conversation in parameter `conversation_id`."""
    return (
        select(
            _TURNS.turn_number,
            _TURNS.user_input,
            _TURNS.target_response,
            _EMOTIONS.primary_emotion,
            _EMOTIONS.intensity,
            _STRATEGIES.primary_strategy,
            _TURNS.note,
        )
        .select_from(
            table_of(ConversationTurn)
            .outerjoin(table_of(EmotionalContext), _EMOTIONS.turn_id == _TURNS.turn_id)
            .outerjoin(table_of(ResponseStrategy), _STRATEGIES.turn_id == _TURNS.turn_id)
        )
        .where(_TURNS.conversation_id == bindparam("conversation_id", ""))
        .order_by(_TURNS.turn_number)
    )


def quality() -> Select[Any]:
    """Score parts and findings of the conversation in parameter `conversation_id`, as JSON text."""
    return select(_QUALITY.parts, _QUALITY.findings).where(_QUALITY.conversation_id == bindparam("conversation_id", ""))


def undecided() -> Select[Any]:
    """Row ids of everything that is to be reviewed."""
    return select(C.id).where(C.status == Status.GENERATED)


def overview() -> Select[Any]:
    """Counts for the header: tier, status, simulated or not, flagged, and how many."""
    simulated = C.generation_method == Method.SIMULATED
    return select(C.tier, C.status, simulated, C.needs_review, func.count()).group_by(
        C.tier, C.status, simulated, C.needs_review
    )


def facet(criteria: Criteria, name: str) -> Select[Any]:
    """Values of one dimension with their counts under all other filters."""
    column = C[DIMENSIONS[name]]
    return select(column, func.count()).where(where(criteria, without=name)).group_by(column).order_by(column)


def count(criteria: Criteria) -> Select[Any]:
    """How many rows match."""
    return select(func.count()).select_from(table_of(Conversation)).where(where(criteria))


def positions_by_id(ids: Iterable[int]) -> str:
    """The JSON text for parameter `ids`."""
    return json.dumps(list(ids))


def compiled(statement: ClauseElement) -> Statement:
    """SQL text and parameters for stdlib sqlite3."""
    done: Any = statement.compile(
        dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True}
    )
    names = tuple(done.positiontup or ())
    values: list[object] = []
    for name in names:
        value = done.params[name]
        if isinstance(value, datetime):
            value = value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        values.append(int(value) if isinstance(value, bool) else value)
    return Statement(str(done), tuple(values), names)


def compiled_view(criteria: Criteria) -> dict[str, Statement]:
    """Everything the main screen needs of one view, by name."""
    return {
        "ids": compiled(ids_as_text(criteria)),
        "conversation_ids": compiled(list_conversation_ids(criteria)),
        "page": compiled(page()),
        "row": compiled(row_by_id()),
        "turns": compiled(turns()),
        "quality": compiled(quality()),
        "overview": compiled(overview()),
        "undecided": compiled(undecided()),
    }


def compiled_facets(criteria: Criteria) -> dict[str, Statement]:
    """The facet counts of every dimension a person filters by."""
    return {name: compiled(facet(criteria, name)) for name in DIMENSIONS}


__all__ = [
    "ROW_COLUMNS",
    "TURN_COLUMNS",
    "compiled",
    "compiled_facets",
    "compiled_view",
    "count",
    "list_conversation_ids",
    "list_ids",
    "positions_by_id",
]
