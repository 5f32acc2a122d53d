"""SQLModel tables by area. Importing this module registers all of them in the metadata."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from data.tables.chunks import Chunk, ChunkDimension, ChunkLink, Document, DocumentCategory
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
from data.tables.jobs import Budget, GenerationJob, GenerationLog, QueueItem, RateBucket, StageOutput, Worker
from data.tables.marks import TextMark
from data.tables.pack import EdgeCase, EmotionalArc, Pack, Persona, PromptTemplate, Scenario, Topic
from data.tables.records import AuditEntry, ExportLog, ImportRecord
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
    "table_of",
]


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model, for statements that return plain rows."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
