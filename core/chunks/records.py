"""What the chunk service gives out: reports of imports, chunks with their dimensions, links, proposals. Plain values.

Every text in them is from outside: a front end makes it harmless before it is shown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from data.chunk_listing import ListedChunk


@dataclass(frozen=True)
class ChunkImportReport:
    """What an import of source documents brought, or would bring: then `import_id` is 0 and nothing was stored.

    `known` chunks are here already with the same text, `repeated` ones say word for word what another chunk says: both
    are left out. `categories` tells for each primary category which content category of the pack it proposes ("" for
    none); `dimensions` for each dimension in how many chunks it is measured.
    """

    source: str  # a file's name, or a database without its password
    sha256: str
    documents: int = 0
    new_documents: int = 0
    chunks: int = 0  # that came in
    known: int = 0
    repeated: int = 0
    measured: int = 0  # values of dimensions
    examples: int = 0
    characters: int = 0
    categories: dict[str, str] = field(default_factory=dict)
    dimensions: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    dry_run: bool = False
    import_id: int = 0

    def counts(self) -> dict[str, Any]:
        """The figures that the record of the import keeps; `kind` tells it from one of conversations."""
        names = ("documents", "new_documents", "chunks", "known", "repeated", "measured", "examples")
        return {"kind": "chunks", **{name: getattr(self, name) for name in names}, "dimensions": len(self.dimensions)}

    def sentence(self) -> str:
        """One line for people."""
        parts = [
            f"{_counted(self.chunks, 'chunk')} of {_counted(self.documents, 'document')} with "
            f"{_counted(self.measured, 'value')} of {_counted(len(self.dimensions), 'dimension')}"
        ]
        if self.known:
            parts.append(f"{self.known:,} here already")
        if self.repeated:
            parts.append(f"{self.repeated:,} left out that repeat another")
        if self.examples:
            parts.append(f"{self.examples:,} marked as examples")
        unmatched = sum(1 for category in self.categories.values() if not category)
        if unmatched:
            parts.append(f"{_counted(unmatched, 'category', 'categories')} without a match in the pack")
        if self.warnings:
            parts.append(_counted(len(self.warnings), "warning"))
        return ("Would import " if self.dry_run else "Imported ") + ", ".join(parts)

    def lines(self, most: int = 12) -> list[str]:
        """The whole report for people, line by line: figures, categories with what they propose, dimensions."""
        found = [f"{self.source}: {self.sentence()}."]
        shown = list(self.categories.items())
        if shown:
            found.append("Categories and what they propose:")
            found += [f"  {name} → {key or 'nothing: no category of the pack fits'}" for name, key in shown[:most]]
            found += [f"  … and {len(shown) - most} more"] if len(shown) > most else []
        if self.dimensions:
            names = [f"{name} ({number:,})" for name, number in list(self.dimensions.items())[:most]]
            more = f" … and {len(self.dimensions) - most} more" if len(self.dimensions) > most else ""
            found.append(f"Dimensions (chunks): {', '.join(names)}{more}")
        found += [f"warning: {warning}" for warning in self.warnings[:most]]
        found += [f"… and {len(self.warnings) - most} more warnings"] if len(self.warnings) > most else []
        return found


@dataclass(frozen=True)
class Totals:
    """How many there are in all."""

    documents: int
    chunks: int
    linked: int
    examples: int


@dataclass(frozen=True)
class Dimension:
    """One dimension of a chunk: `value` verbatim, `number` where it is a figure, `confidence` where it was given."""

    name: str
    value: str
    number: float | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Meaning:
    """What a document's categories propose for a row: keys of the pack's taxonomy, "" where nothing fits.

    `notes` says in words what fitted nothing.
    """

    content_category: str = ""
    topic_cluster: str = ""
    intent: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class UsedBy:
    """A conversation that draws on a chunk."""

    conversation_id: str
    topic: str
    status: str
    note: str
    linked_by: str
    linked_at: datetime


@dataclass(frozen=True)
class ChunkDetail:
    """A chunk with everything that is known of it. `dimensions` are sorted by strength, the strongest first."""

    id: int
    chunk_id: str
    document_id: str
    document_title: str
    position: int
    title: str
    section: str
    text: str
    tokens: int | None
    is_example: bool
    marked_by: str
    categories: tuple[str, ...]  # the primary one first
    primary_category: str
    meaning: Meaning
    dimensions: tuple[Dimension, ...]
    used_by: tuple[UsedBy, ...]
    extra: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class SourceChunk:
    """A chunk that a conversation draws on, in the order of its prompt."""

    id: int
    chunk_id: str
    document_id: str
    document_title: str
    title: str
    section: str
    text: str
    note: str
    linked_by: str
    linked_at: datetime


@dataclass(frozen=True)
class LinkResult:
    """What linking or unlinking did: links made or taken away, those that were so already, and rows that cannot."""

    done: int
    already: int
    skipped: tuple[tuple[str, str], ...] = ()  # conversation and why

    def sentence(self, verb: str) -> str:
        """One line for people; `verb` as in `linked`."""
        parts = [f"{self.done:,} {verb}"]
        if self.already:
            parts.append(f"{self.already:,} {'was' if self.already == 1 else 'were'} so already")
        if self.skipped:
            name, why = self.skipped[0]
            more = f" (and {len(self.skipped) - 1} more)" if len(self.skipped) > 1 else ""
            parts.append(f"{name} {why}{more}")
        return ", ".join(parts)


@dataclass(frozen=True)
class ChunkProposal:
    """A row that a chunk suggests, as `core.planning` proposes rows; nothing is planned yet.

    `notes` says what was drawn because the chunk's categories say nothing about it.
    """

    chunk_id: str
    row: dict[str, str]
    notes: tuple[str, ...] = ()


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


__all__ = [
    "ChunkDetail",
    "ChunkImportReport",
    "ChunkProposal",
    "Dimension",
    "LinkResult",
    "ListedChunk",
    "Meaning",
    "SourceChunk",
    "Totals",
    "UsedBy",
]
