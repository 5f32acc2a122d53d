"""Queries behind the table: which rows in which order, a page of them, facet counts, and the counts of the header.

Written once with SQLAlchemy; run by async sessions (command line, engine) or compiled for `data.replay` (screens).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    case,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import ClauseElement

from data import views
from data.conditions import STATE_CLAUSES, C, order, template_name, where
from data.criteria import DIMENSIONS, STATES, Criteria, Statement
from data.tables import (
    Conversation,
    ConversationTurn,
    EmotionalContext,
    PromptTemplate,
    QualityMetrics,
    ResponseStrategy,
    table_of,
)
from data.tally import joined
from data.vocabulary import Status

_TURNS = table_of(ConversationTurn).c
_EMOTIONS = table_of(EmotionalContext).c
_STRATEGIES = table_of(ResponseStrategy).c
_QUALITY = table_of(QualityMetrics).c
_TEMPLATES = table_of(PromptTemplate).c

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
WORST_AT_A_TIME = 200
TURN_COLUMNS = (
    "turn_number",
    "user_input",
    "target_response",
    "primary_emotion",
    "intensity",
    "primary_strategy",
    "note",
)


def list_ids(criteria: Criteria) -> Select[Any]:
    """Row ids in order."""
    return select(C.id).where(where(criteria)).order_by(*order(criteria))


def list_conversation_ids(criteria: Criteria) -> Select[Any]:
    """Human ids in order."""
    return select(C.conversation_id).where(where(criteria)).order_by(*order(criteria))


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


def worst_after() -> Select[Any]:
    """What is to review, flagged and worst first, from a place in that order on: id and place, a few at a time."""
    place = (C.needs_review.is_(False), C.quality_score.is_(None), func.coalesce(C.quality_score, 0.0), C.number)
    after: tuple[Any, ...] = (
        bindparam("sound", -1),
        bindparam("unmeasured", 0),
        bindparam("score", 0.0),
        bindparam("number", 0),
    )
    return (
        select(C.id, *place)
        .where(C.status == Status.GENERATED, tuple_(*place) > tuple_(*after))
        .order_by(*place)
        .limit(WORST_AT_A_TIME)
    )


def overview() -> Select[Any]:
    """Counts for the header by tier, status, persona, method and flag: grouped as the covering index is sorted."""
    groups = (C.status, C.tier, C.persona_id, C.generation_method, C.needs_review)
    return select(*groups, func.count()).group_by(*groups)


def facet(criteria: Criteria, name: str) -> Select[Any]:
    """Values of one dimension with their counts under all other filters."""
    if name == "template":
        made = select(C.template_version_id, func.count().label("rows")).where(where(criteria, without=name))
        by_version = made.group_by(C.template_version_id).subquery()
        return (
            select(template_name(), by_version.c.rows)
            .select_from(by_version.join(table_of(PromptTemplate), _TEMPLATES.id == by_version.c.template_version_id))
            .order_by(_TEMPLATES.template_id, _TEMPLATES.version)
        )
    column = C[DIMENSIONS[name]]
    return select(column, func.count()).where(where(criteria, without=name)).group_by(column).order_by(column)


def states(criteria: Criteria) -> Select[Any]:
    """How many rows each quick filter would leave, in the order of STATES: one look at the rows of the filter."""
    return select(*_state_counts()).where(where(replace(criteria, states=(), excluded_states=())))


def _state_counts() -> list[Any]:
    return [func.coalesce(func.sum(case((STATE_CLAUSES[state](), 1), else_=0)), 0) for state in STATES]


def templates() -> Select[Any]:
    """The versions of templates as `name@2` by row id, in order."""
    return select(_TEMPLATES.id, template_name()).order_by(_TEMPLATES.template_id, _TEMPLATES.version)


def marked_shown(criteria: Criteria) -> Select[Any]:
    """How many of the human ids given as JSON in parameter `ids` the view shows."""
    return count(criteria).where(C.conversation_id.in_(_ids_in_json("ids")))


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


def compiled_reads() -> dict[str, Statement]:
    """What the main screen needs in every view, by name."""
    return {
        "page": compiled(page()),
        "row": compiled(row_by_id()),
        "turns": compiled(turns()),
        "quality": compiled(quality()),
        "overview": compiled(overview()),
        "undecided": compiled(undecided()),
        "templates": compiled(templates()),
        "views": compiled(views.listing()),
        "worst_after": compiled(worst_after()),
    }


def compiled_view(criteria: Criteria) -> dict[str, Statement]:
    """What it needs of one view, by name: compiled anew at every change of the filter, so as little as possible."""
    return {
        "ids": compiled(list_ids(criteria)),
        "conversation_ids": compiled(list_conversation_ids(criteria)),
        "marked_shown": compiled(marked_shown(criteria)),
    }


def compiled_facets(criteria: Criteria, names: Iterable[str]) -> list[tuple[tuple[str, ...], Statement]]:
    """The facet counts of these dimensions; "is" stands for the quick filters. A statement of several names gives a
    text for `data.tally` for each (of templates their row ids), and the counts of "is" in the order of STATES after
    them; one of a single name gives values and counts."""
    together: tuple[str, ...] = ()
    if criteria.words or criteria.topics or criteria.excluded_words or criteria.excluded_topics:
        # To look for the words again for each dimension would take many times as long.
        own = {name for name, _ in (*criteria.values, *criteria.excluded)}
        own |= {"is"} if criteria.states or criteria.excluded_states else set()
        together = tuple(sorted((name for name in names if name not in own), key=lambda name: name == "is"))
    alone = [name for name in names if name not in together]
    statements: list[tuple[tuple[str, ...], Statement]] = [
        ((name,), compiled(states(criteria) if name == "is" else facet(criteria, name))) for name in alone
    ]
    if len(together) > 1:
        texts = [joined(C[DIMENSIONS[name]]) for name in together if name != "is"]
        counted = select(*texts, *(_state_counts() if "is" in together else ())).where(where(criteria))
        statements.append((together, compiled(counted)))
    elif together:
        statements.append((together, compiled(states(criteria) if together == ("is",) else facet(criteria, *together))))
    return [(names, _along_overview(statement, criteria)) for names, statement in statements]


def _along_overview(statement: Statement, criteria: Criteria) -> Statement:
    """Read the covering index from end to end, where it has all that is asked for. SQLite itself would rather take the
    index of one column and jump to the table for the others, and SQLAlchemy has no words for this hint."""
    covered = {name for name, _ in criteria.ranges} <= {"score", "turns", "number"}
    if not covered or not (criteria.values or criteria.states) or criteria.words or criteria.topics:
        return statement
    hinted = statement.sql.replace("FROM conversations ", "FROM conversations INDEXED BY conversations_overview ", 1)
    return Statement(hinted, statement.params, statement.names)


__all__ = [
    "ROW_COLUMNS",
    "TURN_COLUMNS",
    "compiled",
    "compiled_facets",
    "compiled_reads",
    "compiled_view",
    "count",
    "list_conversation_ids",
    "list_ids",
    "positions_by_id",
]
