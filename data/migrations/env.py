"""Alembic's entry point; the connection is handed over by `data.migrations.run`."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from data.tables import load_all
from data.types import Json, UtcDateTime


def _render(kind: str, item: object, autogen: object) -> str | bool:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and item is Json:
        return "Json"
    return False


load_all()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,  # type: ignore[arg-type]
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
