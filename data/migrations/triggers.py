"""The triggers that make the audit log append-only, in each database's own words."""

from __future__ import annotations

from sqlalchemy import Connection, text

_SQLITE = {
    action: f"""CREATE TRIGGER audit_log_no_{action} BEFORE {action.upper()} ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""
    for action in ("update", "delete")
}
_POSTGRESQL = (
    """CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_refuse()""",
)


def create_audit_triggers(connection: Connection) -> None:
    """Refuse every UPDATE and DELETE on `audit_log` from now on."""
    statements = _POSTGRESQL if connection.dialect.name == "postgresql" else tuple(_SQLITE.values())
    for statement in statements:
        connection.execute(text(statement))


def drop_audit_triggers(connection: Connection) -> None:
    """Take the triggers away again, before the table itself goes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP TRIGGER audit_log_append_only ON audit_log"))
        connection.execute(text("DROP FUNCTION audit_log_refuse"))
        return
    for action in _SQLITE:
        connection.execute(text(f"DROP TRIGGER audit_log_no_{action}"))
