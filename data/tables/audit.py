"""Who did what: the append-only audit log."""

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
