"""Column types and the columns that every table has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig


def utc_now() -> datetime:
    """The present moment, UTC, with zone."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is stored as UTC and given back aware.

    Raises ValueError for a time without zone: a guess would be wrong by hours.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


# none_as_null: an absent JSON value is SQL NULL, so that "not measured" has one spelling.
Json = JSON(none_as_null=True)


class Recorded(SQLModel):
    """Columns that no table may lack: when it was written and by whom."""

    # Rows are read and written as plain values: what pydantic would build to validate a model is never used.
    model_config = SQLModelConfig(defer_build=True)

    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_by: str = Field(default="brightrun")
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, sa_column_kwargs={"onupdate": utc_now})


def json_field(**kwargs: Any) -> Any:
    """A nullable JSON column: lists and objects as they are."""
    return Field(default=None, sa_type=Json, **kwargs)
