"""Imports a plan from a table: its rows are planned, recorded as an import, and taken back by its undo.

Called by `core.importing.service` in its transaction; `core.planning` reads and checks the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import PackError
from core.importing.report import FileReport
from core.pack.loader import plan_values
from core.planning.service import planned_rows
from core.planning.table import headings, plain_key
from core.seedformat.reading import decode, read_bytes
from data import audit, conversations, records
from data.outgoing import Session
from data.types import utc_now


async def look(
    session: Session, path: Path, columns: Mapping[str, str], coming: dict[str, str]
) -> tuple[FileReport, list[dict[str, Any]]]:
    """What the file would bring, and the rows. `coming` are ids that former files of the order bring; it is added to.

    Raises ImportFileError and PackError naming file, line and column.
    """
    raw = read_bytes(path)
    text = decode(raw, str(path))
    rows, personas, pack_key = await planned_rows(session, text, str(path), columns)
    for row in rows:
        if row.conversation_id in coming:
            raise PackError(f"{path}: {row.conversation_id} comes with {coming[row.conversation_id]} already.")
    coming |= {row.conversation_id: path.name for row in rows}
    report = FileReport(
        file=path.name,
        sha256=hashlib.sha256(raw).hexdigest(),
        planned=tuple(row.conversation_id for row in rows),
        path=str(path),
        format="csv",
        columns={
            title: column or "" for title, column in headings(text, columns) if not column or plain_key(title) != column
        },
    )
    return report, [plan_values(row, personas, {}, pack_key) for row in rows]


async def add(session: Session, path: Path, columns: Mapping[str, str], actor: str) -> FileReport:
    """Plan the rows of the file. Raises ImportFileError and PackError naming file, line and column."""
    report, rows = await look(session, path, columns, {})
    import_id = await records.add_import(
        session,
        {
            "by": actor,
            "at": utc_now(),
            "file": path.name,
            "sha256": report.sha256,
            "header": None,
            "counts": {
                **report.counts(),
                "rows": [{"id": row["conversation_id"], "how": "added", "version": 1} for row in rows],
            },
            "warnings": [],
            "created_by": actor,
        },
    )
    await conversations.insert_rows(session, [{**row, "import_id": import_id, "created_by": actor} for row in rows])
    about = {"file": path.name, "sha256": report.sha256, **report.counts()}
    await audit.record(
        session,
        [
            audit.entry(actor, "import", "import", str(import_id), after=about),
            *(
                audit.entry(actor, "import", "conversation", i, after={"status": "planned"}, note=path.name)
                for i in report.planned
            ),
        ],
    )
    return FileReport(**{**vars(report), "import_id": import_id})
