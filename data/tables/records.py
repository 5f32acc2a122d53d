"""Who did what: the append-only audit log, the exports written and the files imported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from data.types import Recorded, UtcDateTime, json_field


class AuditEntry(Recorded, table=True):
    """One act of a person or a worker. Append-only: triggers refuse changes and deletions."""

    __tablename__ = "audit_log"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str = Field(index=True)
    action: str = Field(index=True)
    entity: str = Field(index=True)
    entity_id: str = Field(index=True)
    before: dict[str, Any] | None = json_field()
    after: dict[str, Any] | None = json_field()
    note: str = ""


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
