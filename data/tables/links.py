"""Which conversations draw on which chunks of source documents."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from data.types import Recorded


class ChunkLink(Recorded, table=True):
    """A conversation draws on a chunk; who linked it and when is who and when the row was created."""

    __tablename__ = "chunk_links"
    __table_args__ = (
        UniqueConstraint("conversation_id", "chunk"),
        CheckConstraint("position >= 0", name="position_counts"),
    )

    id: int | None = Field(default=None, primary_key=True)
    chunk: int = Field(foreign_key="chunks.id", ondelete="CASCADE", index=True)
    conversation_id: str = Field(foreign_key="conversations.conversation_id", ondelete="CASCADE")
    position: int = 0
    note: str = ""
