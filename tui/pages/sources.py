"""Source documents as lines and pages: the list of chunks, one with all its dimensions, what an import would bring.

Pure functions from what `ChunkService` gives. All of it comes from files of others: it is made safe here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.chunks.records import ChunkDetail, ChunkImportReport, Dimension, ListedChunk
from core.status import words
from core.text.terminal import safe_line
from tui.figures import counted
from tui.pages.setting import bar_line, entries, heading, paragraphs, plain
from tui.widgets.cells import cut, fit, wrap
from tui.widgets.document_view import Anchor, Item
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line

DOCUMENT, CATEGORY, USED = 20, 16, 6
WIDE_LIST = 72  # from here on the category stands in the list
NAME = 26


def _sizes(width: int) -> tuple[int, int, int]:
    document = DOCUMENT if width >= WIDE_LIST else 14
    category = CATEGORY if width >= WIDE_LIST else 0
    return document, max(12, width - document - category - USED - 5), category


def list_heading(width: int) -> Line:
    """What the columns are."""
    document, title, category = _sizes(width)
    return (
        (f"    {fit('document', document)} {fit('chunk', title)}{fit('category', category)}{'used':>{USED}}", "muted"),
    )


def list_line(chunk: ListedChunk | None, width: int, *, marked: bool) -> Line:
    """A chunk; None while its page is being read."""
    if chunk is None:
        return (("    …", "muted"),)
    document, title, category = _sizes(width)
    named = safe_line(chunk.title or chunk.beginning, 200)
    used = f"{chunk.links:>{USED},}" if chunk.links else f"{'·':>{USED}}"
    return (
        ("✓ " if marked else "  ", "warning"),
        ("★ " if chunk.is_example else "  ", "accent"),
        (fit(safe_line(chunk.document_title or chunk.document_id, 100), document) + " ", "muted"),
        (fit(named, title - 1) + " ", "text"),
        (fit(words(safe_line(chunk.primary_category, 60)), category - 1) + " ", "muted"),
        (used, "success" if chunk.links else "muted"),
    )


def list_foot(chunk: ListedChunk, width: int) -> list[Line]:
    """What there is to say of the chunk under the cursor where there is no room for its page."""
    where = " · ".join(text for text in (chunk.document_title, chunk.section, words(chunk.primary_category)) if text)
    lines: list[Line] = [(("─" * width, "faint"),)]
    lines.append(((cut(safe_line(chunk.title or chunk.chunk_id, 200), width), "strong"),))
    lines.append(((cut(safe_line(where, 300), width), "muted"),))
    lines += [((part, "text"),) for part in wrap(safe_line(chunk.beginning, 400), width)[:3]]
    return lines


def chunk_page(chunk: ChunkDetail, width: int) -> Iterator[Item]:
    """A chunk whole: where it is from, what it says, who draws on it, what it proposes, and all its dimensions."""
    yield ((cut(safe_line(chunk.title or chunk.chunk_id, 300), width), "strong"),)
    facts = [
        ("document", chunk.document_title or chunk.document_id),
        ("section", chunk.section),
        (
            "chunk",
            f"{chunk.chunk_id}, number {chunk.position}" + (f", {chunk.tokens:,} tokens" if chunk.tokens else ""),
        ),
        ("categories", ", ".join(chunk.categories)),
        ("proposes", _meaning(chunk)),
        ("example", f"yes, by {chunk.marked_by}" if chunk.is_example else ""),
    ]
    yield from entries([(label, plain(text)) for label, text in facts], width, indent=0)
    for note in chunk.meaning.notes:
        yield Block(safe_line(note, 300), "warning", 2, "! ")
    yield BLANK
    yield heading("Text", width, counted(len(chunk.text), "character"))
    yield from paragraphs(chunk.text, 0)
    yield BLANK
    yield heading("Drawn on by", width, str(len(chunk.used_by)))
    if not chunk.used_by:
        yield Block("No conversation draws on it yet.", "muted", 2)
    for use in chunk.used_by:
        yield Anchor(("use", use.conversation_id))
        told = f"{safe_line(use.conversation_id, 60)}  {safe_line(use.topic, 120)}"
        yield ((cut(told, width - 16), "text"), (f"  {words(use.status)}", "muted"))
        who = f"{use.linked_at.astimezone():%Y-%m-%d %H:%M} by {use.linked_by}" + (f": {use.note}" if use.note else "")
        yield Block(safe_line(who, 300), "muted", 2)
    yield BLANK
    yield heading("Dimensions", width, str(len(chunk.dimensions)))
    top = max((abs(one.number) for one in chunk.dimensions if one.number is not None), default=1.0) or 1.0
    for one in chunk.dimensions:
        yield from _dimension(one, width, top)
    if chunk.extra:
        yield BLANK
        yield heading("Also in the source", width)
        yield from entries([(plain(name), plain(value)) for name, value in chunk.extra.items()], width)


def _meaning(chunk: ChunkDetail) -> str:
    found = chunk.meaning
    return " · ".join(words(key) for key in (found.content_category, found.topic_cluster, found.intent) if key)


def _dimension(one: Dimension, width: int, top: float) -> Iterator[Item]:
    name = words(safe_line(one.name, 80))
    sure = f"  {one.confidence:.0%} sure" if one.confidence is not None else ""
    if one.number is not None:
        yield bar_line(name, one.number, width, NAME, top=top, figure=f"{one.number:g}{sure}")
    else:
        yield Block(safe_line(one.value, 300) + sure, "text", NAME + 2, f"  {cut(name, NAME - 1)}")


def report_page(report: ChunkImportReport, key: str, width: int) -> Iterator[Item]:
    """What an import would bring, or brought."""
    if report.dry_run:
        yield heading("What would come in", width, "nothing is stored yet")
    else:
        yield heading("Imported", width)
    figures = [
        ("from", report.source),
        ("documents", f"{report.documents:,}, {report.new_documents:,} of them new"),
        ("chunks", f"{report.chunks:,}"),
        ("here already", f"{report.known:,}" if report.known else ""),
        ("say the same", f"{report.repeated:,} repeat another and stay out" if report.repeated else ""),
        ("dimensions", f"{len(report.dimensions):,} with {report.measured:,} values"),
        ("examples", f"{report.examples:,}" if report.examples else ""),
        ("characters", f"{report.characters:,}"),
    ]
    yield from entries([(label, plain(text)) for label, text in figures], width)
    if report.dry_run and report.chunks:
        yield Block(f"{key} brings it in.", "accent", 2)
    elif report.dry_run:
        yield Block("Nothing here is new.", "warning", 2)
    if report.categories:
        yield BLANK
        yield heading("Categories", width, "and what they propose")
        for name, meant in report.categories.items():
            shown = words(meant) if meant else "nothing: no category of the pack fits"
            yield ((f"  {fit(safe_line(name, 100), NAME)} → ", "text"), (shown, "text" if meant else "warning"))
    if report.warnings:
        yield BLANK
        yield heading(counted(len(report.warnings), "warning"), width)
        for warning in report.warnings:
            yield Block(safe_line(warning, 1000), "text", 2, "! ")
    if report.dimensions:
        yield BLANK
        yield heading("Dimensions", width, "in how many chunks")
        yield from _in_columns(
            [f"{safe_line(name, 40)} {number:,}" for name, number in report.dimensions.items()], width
        )


def _in_columns(texts: Sequence[str], width: int) -> Iterator[Line]:
    size = min(36, max((len(text) for text in texts), default=10) + 2)
    columns = max(1, (width - 2) // size)
    for start in range(0, len(texts), columns):
        yield (("  " + "".join(fit(text, size) for text in texts[start : start + columns]), "muted"),)
