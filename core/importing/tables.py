"""Imports a plan from a table: its rows are planned, recorded as an import, and taken back by its undo.

Called by `core.importing.service` in its transaction; `core.planning` reads and checks the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.importing.formats import is_table
from core.importing.incoming import files_of
from core.importing.report import FileReport
from core.pack.loader import plan_values
from core.planning.service import planned_rows
from core.planning.table import headings, plain_key
from core.seedformat.reading import decode, read_bytes
from data import audit, conversations, records, versions
from data.outgoing import Session
from data.types import utc_now


def mapped(paths: Iterable[Path], format_: str, columns: Mapping[str, str]) -> dict[Path, dict[str, str]]:
    """Which of an order's mappings each of its tables takes, when it has several tables or none.

    A mapping is for every table that has its heading; one that begins with a table's name, as in `spring.csv:client`,
    is for that table alone and goes before. Raises ImportFileError for one that no table can use.
    """
    if not columns:
        return {}
    tables = [path for path in files_of(paths) if is_table(path, format_)]
    found: dict[Path, dict[str, str]] = {}
    unused = dict.fromkeys(columns)
    for path in tables:
        mine = f"{path.name}:".casefold()
        own = {key.removeprefix(mine).strip(): column for key, column in columns.items() if key.startswith(mine)}
        others = {key: column for key, column in columns.items() if not key.startswith(mine)}
        if len(tables) > 1:
            there = titles_of(path)
            others = {key: column for key, column in others.items() if key in there}
        found[path] = {**others, **own}
        for key in columns:
            if key in others or key.startswith(mine):
                unused.pop(key, None)
    if unused and len(tables) > 1:
        raise ImportFileError(
            f"None of the {len(tables)} tables has a heading {next(iter(unused))!r}.",
            f"A heading of one table alone is named with it: {tables[0].name}:Heading=column.",
        )
    return found


def titles_of(path: Path) -> set[str]:
    """The headings of a table in small letters; none of one that cannot be read: its own refusal says why."""
    try:
        return {title.strip().casefold() for title, _ in headings(decode(read_bytes(path), str(path)))}
    except ImportFileError:
        return set()


async def look(
    session: Session, path: Path, columns: Mapping[str, str], coming: dict[str, str]
) -> tuple[FileReport, list[dict[str, Any]]]:
    """What the file would bring, and the rows.

    `coming` are ids and numbers (as `#901`) that former files of the order bring, with the file's name; it is added to.

    Raises ImportFileError and PackError naming file, line and column.
    """
    raw = read_bytes(path)
    text = decode(raw, str(path))
    rows, personas, pack_key = await planned_rows(session, text, str(path), columns, coming)
    coming |= {key: path.name for row in rows for key in (row.conversation_id, f"#{row.number}")}
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
    parts = await versions.last_said(session, report.planned, "split")
    new = [{**row, "import_id": import_id, "split": parts.get(row["conversation_id"], "")} for row in rows]
    await conversations.insert_rows(session, [{**row, "created_by": actor} for row in new])
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
