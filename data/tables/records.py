"""The exports written and the files imported."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from data.types import Recorded, UtcDateTime, json_field


class ExportLog(Recorded, table=True):
    """One export: what was asked for and what was written."""

    __tablename__ = "export_logs"

    id: int | None = Field(default=None, primary_key=True)
    export_id: str = Field(unique=True)
    by: str = ""
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    scope: dict[str, Any] | None = json_field()
    format: str = ""
    options: dict[str, Any] | None = json_field()
    count: int = 0
    path: str = ""
    sha256: str = ""
    manifest: dict[str, Any] | None = json_field()


class ImportRecord(Recorded, table=True):
    """One imported file, with what its export needs to come out as it went in (`header`)."""

    __tablename__ = "imports"

    id: int | None = Field(default=None, primary_key=True)
    by: str = ""
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    file: str = ""
    sha256: str = Field(default="", index=True)
    header: dict[str, Any] | None = json_field()
    counts: dict[str, Any] | None = json_field()
    warnings: list[Any] | None = json_field()
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
