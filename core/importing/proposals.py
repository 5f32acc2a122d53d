"""What a person may be asked before files come in: repairs of broken JSON, and what the headings of a table mean.

The command line and the app show it and build the order from the answers. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.errors import ImportFileError
from core.importing.formats import is_table
from core.importing.incoming import files_of
from core.importing.repair import Repair, propose
from core.pack.files import PlanRow
from core.planning.table import headings
from core.seedformat.reading import decode, read_bytes

COLUMNS = tuple(PlanRow.model_fields)  # what a heading of a plan may mean


def repairs_of(paths: Iterable[Path], format_: str = "auto") -> list[Repair]:
    """A repair for each of the files whose JSON is broken and can be mended.

    Files that cannot be read at all are passed over: the import itself says why. Raises ImportFileError for a folder
    that cannot be looked into.
    """
    found = []
    for path in files_of(paths):
        if is_table(path, format_):
            continue
        try:
            repair = propose(path)
        except ImportFileError:
            continue
        if repair is not None:
            found.append(repair)
    return found


def columns_of_tables(
    paths: Iterable[Path], format_: str = "auto", columns: Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """For each heading of the tables among the files the column that it is read as: empty where it is ignored, None
    where nobody knows yet.

    Such a one is named with its table where several have it: it may mean something else in each.
    """
    each: dict[str, dict[str, str | None]] = {}
    for path in files_of(paths):
        if not is_table(path, format_):
            continue
        try:
            text = decode(read_bytes(path), str(path))
        except ImportFileError:
            continue
        for title, column in headings(text, columns):
            each.setdefault(title.strip(), {})[path.name] = column
    found: dict[str, str | None] = {}
    for title, by_table in each.items():
        if len(by_table) > 1 and None in by_table.values():
            found |= {f"{name}:{title}": column for name, column in by_table.items()}
        else:
            found[title] = next(iter(by_table.values()))
    return found
