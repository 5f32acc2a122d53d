"""SQLModel tables by area, each built when it is first asked for: the app reviews with half of them, and building all
costs as much as loading SQLAlchemy. Only what needs the metadata whole (migrations) calls `load_all`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from data.tables.audit import AuditEntry
    from data.tables.chunks import Chunk, ChunkDimension, Document, DocumentCategory
    from data.tables.conversations import (
        Conversation,
        ConversationMetadata,
        ConversationTurn,
        ConversationVersion,
        EmotionalContext,
        QualityMetrics,
        ResponseBreakdown,
        ResponseStrategy,
    )
    from data.tables.jobs import Budget, GenerationJob, GenerationLog, RateBucket, StageOutput, Worker
    from data.tables.links import ChunkLink
    from data.tables.marks import TextMark
    from data.tables.pack import EdgeCase, EmotionalArc, Pack, Persona, Scenario, Topic
    from data.tables.queue import QueueItem
    from data.tables.records import ExportLog, ImportRecord
    from data.tables.templates import PromptTemplate
    from data.tables.views import SavedView

__all__ = [
    "AuditEntry",
    "Budget",
    "Chunk",
    "ChunkDimension",
    "ChunkLink",
    "Conversation",
    "ConversationMetadata",
    "ConversationTurn",
    "ConversationVersion",
    "Document",
    "DocumentCategory",
    "EdgeCase",
    "EmotionalArc",
    "EmotionalContext",
    "ExportLog",
    "GenerationJob",
    "GenerationLog",
    "ImportRecord",
    "Pack",
    "Persona",
    "PromptTemplate",
    "QualityMetrics",
    "QueueItem",
    "RateBucket",
    "ResponseBreakdown",
    "ResponseStrategy",
    "SavedView",
    "Scenario",
    "StageOutput",
    "TextMark",
    "Topic",
    "Worker",
    "load_all",
    "table_of",
]
_AREAS = {
    "audit": ("AuditEntry",),
    "chunks": (
        "Chunk",
        "ChunkDimension",
        "Document",
        "DocumentCategory",
    ),
    "conversations": (
        "Conversation",
        "ConversationMetadata",
        "ConversationTurn",
        "ConversationVersion",
        "EmotionalContext",
        "QualityMetrics",
        "ResponseBreakdown",
        "ResponseStrategy",
    ),
    "jobs": (
        "Budget",
        "GenerationJob",
        "GenerationLog",
        "RateBucket",
        "StageOutput",
        "Worker",
    ),
    "links": ("ChunkLink",),
    "marks": ("TextMark",),
    "pack": (
        "EdgeCase",
        "EmotionalArc",
        "Pack",
        "Persona",
        "Scenario",
        "Topic",
    ),
    "queue": ("QueueItem",),
    "records": (
        "ExportLog",
        "ImportRecord",
    ),
    "templates": ("PromptTemplate",),
    "views": ("SavedView",),
}
_AREA_OF = {name: area for area, names in _AREAS.items() for name in names}


def __getattr__(name: str) -> Any:
    """A table of an area that was not loaded yet."""
    if name not in _AREA_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AREA_OF[name]}"), name)


def load_all() -> None:
    """Build every table, so that the metadata is whole."""
    for area in _AREAS:
        import_module(f"{__name__}.{area}")


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model, for statements that return plain rows."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
