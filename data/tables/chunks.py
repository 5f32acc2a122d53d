"""Source documents: what was imported, cut into chunks with their dimensions.

Everything in these tables but the marks comes from outside and is kept as it came; a column that a filter
needs in plain form stands beside the verbatim one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from data.types import Recorded, UtcDateTime, json_field


class Document(Recorded, table=True):
    """One source document, without its text: that is in its chunks."""

    __tablename__ = "documents"

    id: int | None = Field(default=None, primary_key=True)
    document_id: str = Field(unique=True)
    title: str = Field(default="", index=True)
    primary_category: str = ""
    extra: dict[str, Any] | None = json_field()
    import_id: int | None = Field(default=None, foreign_key="imports.id", index=True)


class DocumentCategory(Recorded, table=True):
    """A category or tag of a document as its source names it; `name_key` is the name in small letters."""

    __tablename__ = "document_categories"
    __table_args__ = (
        UniqueConstraint("document", "name_key", "is_primary"),
        Index("document_categories_by_name", "name_key", "document"),
    )

    id: int | None = Field(default=None, primary_key=True)
    document: int = Field(foreign_key="documents.id", ondelete="CASCADE")
    position: int = 0
    name: str
    name_key: str
    is_primary: bool = False
    confidence: float | None = None
    extra: dict[str, Any] | None = json_field()


class Chunk(Recorded, table=True):
    """A piece of a document. `is_example` is a mark: its style may be shown to the model, where the settings allow."""

    __tablename__ = "chunks"
    __table_args__ = (Index("chunks_in_order", "document", "position", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    chunk_id: str = Field(unique=True)
    document: int = Field(foreign_key="documents.id", ondelete="CASCADE")
    position: int = 0
    title: str = ""
    section: str = ""
    text: str
    text_hash: str = Field(index=True)
    tokens: int | None = None
    is_example: bool = Field(default=False, index=True)
    marked_by: str = ""
    marked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    extra: dict[str, Any] | None = json_field()
    import_id: int | None = Field(default=None, foreign_key="imports.id", index=True)


class ChunkDimension(SQLModel, table=True):
    """One dimension of one chunk. Written once with its chunk, which says when and by whom.

    `value` is verbatim, `value_key` its beginning in small letters, `number` what it is as a figure.
    """

    __tablename__ = "chunk_dimensions"
    __table_args__ = (
        Index("chunk_dimensions_by_value", "name", "value_key"),
        Index("chunk_dimensions_by_number", "name", "number"),
        {"sqlite_with_rowid": False},
    )

    chunk: int = Field(primary_key=True, foreign_key="chunks.id", ondelete="CASCADE")
    name: str = Field(primary_key=True)
    value: str
    value_key: str
    number: float | None = None
    confidence: float | None = None
