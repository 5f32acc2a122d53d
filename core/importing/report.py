"""What an import says of itself: per file what came in, what was warned about, and which files were refused.

The same report serves the dry run; then nothing was stored and the numbers say what would be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class FileReport:
    """One file that came in (or would). `sentences` counts the annotated ones; `import_id` is 0 in a dry run.

    `duplicates` names for an id the other id that says the same; `columns` for each heading of a table with a name of
    its own the column that it was read as, empty where it was ignored.
    """

    file: str
    sha256: str
    added: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    approved: int = 0
    turns: int = 0
    sentences: int = 0
    warnings: tuple[str, ...] = ()
    import_id: int = 0
    path: str = ""
    format: str = ""
    duplicates: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def conversations(self) -> int:
        """How many conversations the file holds; rows that it only plans are not among them."""
        return len(self.added) + len(self.filled) + len(self.replaced)

    def counts(self) -> dict[str, int]:
        """The figures that the record of the import keeps."""
        return {
            "conversations": self.conversations,
            "turns": self.turns,
            "sentences": self.sentences,
            "added": len(self.added),
            "filled": len(self.filled),
            "replaced": len(self.replaced),
            **({"planned": len(self.planned)} if self.planned else {}),
            "approved": self.approved,
        }


@dataclass(frozen=True)
class Refusal:
    """A file of which nothing was stored, and why."""

    file: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class ImportReport:
    """All files of one order."""

    files: tuple[FileReport, ...] = ()
    failures: tuple[Refusal, ...] = ()
    dry_run: bool = False

    @property
    def conversations(self) -> int:
        """How many conversations came in."""
        return sum(file.conversations for file in self.files)

    @property
    def turns(self) -> int:
        """How many turns came in."""
        return sum(file.turns for file in self.files)

    @property
    def sentences(self) -> int:
        """How many annotated sentences came in."""
        return sum(file.sentences for file in self.files)

    @property
    def duplicates(self) -> int:
        """How many conversations say what another one says already."""
        return sum(len(file.duplicates) for file in self.files)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of all files, each with the name of its file."""
        return tuple(f"{file.file}: {warning}" for file in self.files for warning in file.warnings)

    def sentence(self) -> str:
        """One line for people."""
        planned = sum(len(file.planned) for file in self.files)
        what = f"{_counted(self.conversations, 'conversation')} with {_counted(self.turns, 'turn')} and "
        what += _counted(self.sentences, "annotated sentence")
        if planned:
            rows = _counted(planned, "planned row")
            what = f"{what}, and {rows}," if self.conversations else rows
        parts = [f"{what} from {_counted(len(self.files), 'file')}"]
        for name in ("added", "filled", "replaced"):
            number = sum(len(getattr(file, name)) for file in self.files)
            if number:
                parts.append(f"{number} {name}")
        if any(file.replaced for file in self.files):
            parts.append("the old text is kept in History")
        if self.warnings:
            parts.append(_counted(len(self.warnings), "warning"))
        if self.failures:
            parts.append(f"{_counted(len(self.failures), 'file')} refused")
        return ("Would import " if self.dry_run else "Imported ") + ", ".join(parts)


@dataclass(frozen=True)
class ImportEntry:
    """A former import as its list shows it."""

    import_id: int
    file: str
    sha256: str
    by: str
    at: datetime
    counts: dict[str, Any]
    warnings: tuple[str, ...]
    undone_at: datetime | None


@dataclass(frozen=True)
class Undone:
    """What taking an import back did."""

    import_id: int
    removed: tuple[str, ...]
    emptied: tuple[str, ...]
    restored: tuple[str, ...]
    chunks: int = 0  # of an import of source documents: those are counted, not named
    documents: int = 0

    def sentence(self) -> str:
        """One line for people."""
        if self.chunks:
            what = f"{_counted(self.chunks, 'chunk')} and {_counted(self.documents, 'document')} removed"
            return f"Took import {self.import_id} back: {what}"
        parts = ((self.removed, "removed"), (self.emptied, "back to the plan"), (self.restored, "with the former text"))
        did = ", ".join(f"{_counted(len(rows), 'row')} {words}" for rows, words in parts if rows)
        return f"Took import {self.import_id} back: {did or 'it had no rows'}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
