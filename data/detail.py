"""Queries behind the detail screen: facts of one conversation, its record, and its whole text with annotation.

All take the parameter `conversation_id`; compiled once and run by `data.replay` through `core.browse`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Select, bindparam, case, literal, select
from sqlmodel import SQLModel

from data.criteria import Statement
from data.listing import compiled
from data.progress import CALL_COLUMNS
from data.tables import (
    AuditEntry,
    Chunk,
    ChunkLink,
    Conversation,
    ConversationTurn,
    ConversationVersion,
    Document,
    EdgeCase,
    EmotionalContext,
    GenerationLog,
    Persona,
    PromptTemplate,
    ResponseBreakdown,
    ResponseStrategy,
    Scenario,
    table_of,
)

C = table_of(Conversation).c

# What the detail screen tells beside the table row, in the order of `core.detail.Facts`: of the conversation, of its
# client type, of its template, of its scenario and edge case.
FACT_COLUMNS = (
    "client_profile",
    "topic_description",
    "arc_description",
    "session_context",
    "conversation_phase",
    "expected_outcome",
    "rubric_empathy",
    "rubric_clarity",
    "rubric_appropriateness",
    "rubric_brand_voice",
    "rubric_domain",
    "rubric_sources",
    "generation_source",
    "model",
    "generated_at",
    "estimated_cost_microusd",
    "ready_for_training",
    "variation_count_target",
    "variation_of",
    "document_id",
    "chunk_id",
    "created_at",
    "created_by",
    "reviewed_at",
    "approved_by",
    "approved_at",
    "verdict_reason",
    "assigned_to",
    "persona_type",
    "parameters",
)
CLIENT_COLUMNS = (
    "age",
    "occupation",
    "income",
    "family",
    "life_situation",
    "financial_background",
    "experience_level",
    "risk_tolerance",
    "decision_style",
    "communication_style",
    "emotional_baseline",
    "goals",
    "concerns",
)


def facts() -> Select[Any]:
    """Facts of the conversation in parameter `conversation_id`, with its client type, template and scenario."""
    people, templates = table_of(Persona), table_of(PromptTemplate)
    scenarios, cases = table_of(Scenario), table_of(EdgeCase)
    return (
        select(
            *(C[name] for name in FACT_COLUMNS),
            *(people.c[name] for name in CLIENT_COLUMNS),
            templates.c.template_id,
            templates.c.version,
            scenarios.c.title,
            cases.c.title.label("edge_case"),
        )
        .select_from(
            table_of(Conversation)
            .outerjoin(people, people.c.persona_key == C.persona_id)
            .outerjoin(templates, templates.c.id == C.template_version_id)
            .outerjoin(scenarios, scenarios.c.scenario_key == C.scenario_id)
            .outerjoin(cases, cases.c.edge_case_key == C.edge_case_id)
        )
        .where(C.conversation_id == bindparam("conversation_id", ""))
    )


def acts() -> Select[Any]:
    """The audit rows of the conversation in parameter `conversation_id`, oldest first."""
    log = table_of(AuditEntry).c
    return (
        select(log.at, log.actor, log.action, log.before, log.after, log.note)
        .where(log.entity == "conversation", log.entity_id == bindparam("conversation_id", ""))
        .order_by(log.id)
    )


def versions() -> Select[Any]:
    """The former versions of the conversation in parameter `conversation_id`, oldest first."""
    kept = table_of(ConversationVersion).c
    return (
        select(kept.at, kept.by, kept.version, kept.reason, kept.id)
        .where(kept.conversation_id == bindparam("conversation_id", ""))
        .order_by(kept.id)
    )


def version_text() -> Select[Any]:
    """The kept version in parameter `version_id`, whole."""
    kept = table_of(ConversationVersion).c
    return select(kept.snapshot).where(kept.id == bindparam("version_id", 0))


def calls_made() -> Select[Any]:
    """The calls made for the conversation in parameter `conversation_id`, oldest first: id and figures.

    Of the texts only what had come of an answer that broke off is there; `one_call` has them whole.
    """
    log = table_of(GenerationLog).c
    figures = (log[name] for name in CALL_COLUMNS if name not in ("request", "response"))
    broken = case((log.error_class != "", log.response), else_="")
    return (
        select(log.id, *figures, literal(None).label("request"), broken)
        .where(log.conversation_id == bindparam("conversation_id", ""))
        .order_by(log.id)
    )


def one_call() -> Select[Any]:
    """The call in parameter `call_id`, with what was sent and answered."""
    log = table_of(GenerationLog).c
    return select(*(log[name] for name in CALL_COLUMNS)).where(log.id == bindparam("call_id", 0))


def sources() -> Select[Any]:
    """The chunks that the conversation in parameter `conversation_id` draws on, in the order of its prompt."""
    chunks, links, documents = table_of(Chunk), table_of(ChunkLink), table_of(Document)
    return (
        select(chunks.c.chunk_id, documents.c.title, chunks.c.title, chunks.c.section, links.c.note)
        .select_from(
            links.join(chunks, chunks.c.id == links.c.chunk).join(documents, documents.c.id == chunks.c.document)
        )
        .where(links.c.conversation_id == bindparam("conversation_id", ""))
        .order_by(links.c.position, links.c.id)
    )


def compiled_detail() -> dict[str, Statement]:
    """Facts and record by name."""
    statements = (facts, acts, versions, version_text, calls_made, one_call, sources)
    return {statement.__name__: compiled(statement()) for statement in statements}


def compiled_text() -> dict[str, tuple[Statement, tuple[str, ...], frozenset[str]]]:
    """The conversation in parameter `conversation_id`, whole: its row, and by the fields of
    `data.conversations.TextRows` its text and annotation. Each with its columns, and which of them hold JSON."""
    turns = table_of(ConversationTurn).c
    turn_ids = select(turns.turn_id).where(turns.conversation_id == bindparam("conversation_id", ""))
    row = select(table_of(Conversation)).where(C.conversation_id == bindparam("conversation_id", ""))
    found = {"conversation": _with_columns(row, Conversation)}
    for name, model in (
        ("turns", ConversationTurn),
        ("emotions", EmotionalContext),
        ("strategies", ResponseStrategy),
        ("sentences", ResponseBreakdown),
    ):
        table = table_of(model)
        order_by = table.c.turn_number if name == "turns" else table.c.id
        found[name] = _with_columns(select(table).where(table.c.turn_id.in_(turn_ids)).order_by(order_by), model)
    return found


def _with_columns(statement: Select[Any], model: type[SQLModel]) -> tuple[Statement, tuple[str, ...], frozenset[str]]:
    columns = table_of(model).c
    as_json = frozenset(column.name for column in columns if isinstance(column.type, JSON))
    return compiled(statement), tuple(column.name for column in columns), as_json
