"""Marks of messages: small numbers by which repetition across conversations is found without reading every text.

Derived from the text alone and written in the transaction that stores it (`data.similarity`), so these rows carry no
author and no time of their own.
"""

from sqlalchemy import BigInteger, SmallInteger
from sqlmodel import Field, SQLModel


class TextMark(SQLModel, table=True):
    """One mark of one message; `kind` is a `data.marks.Kind`."""

    __tablename__ = "text_marks"
    __table_args__ = {"sqlite_with_rowid": False}

    kind: int = Field(primary_key=True, sa_type=SmallInteger)
    mark: int = Field(primary_key=True, sa_type=BigInteger)
    conversation_id: str = Field(
        primary_key=True, foreign_key="conversations.conversation_id", ondelete="CASCADE", index=True
    )
    turn_number: int = Field(primary_key=True)
    role: str = Field(primary_key=True)
