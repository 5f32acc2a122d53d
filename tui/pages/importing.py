"""Imports as lines and pages: what came in so far, one of these imports, and the report of what files would bring.

Pure functions from what `ImportService` gives. All of it comes from files of others: it is made safe here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.importing.remarks import twin_sentence
from core.importing.report import FileReport, ImportEntry, ImportReport, Refusal
from core.text.terminal import safe_line
from tui.figures import counted
from tui.pages.setting import bar_line, entries, entry, heading, plain
from tui.widgets.cells import cut, fit
from tui.widgets.document_view import Anchor, Item
from tui.widgets.progress_items import Entry
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line

WARNINGS_SHOWN = 200  # of one file: more are told as a number
IDS_SHOWN = 12
FILES_TOLD = 60  # more files are told only where there is something to say of them
FIGURES = 49  # cells that the figures of an import take
LABEL = 12
_HOW = {
    "added": ("added", "new rows"),
    "filled": ("filled", "rows of the plan that had no text"),
    "replaced": ("replaced", "rows that had one; it is kept in History"),
    "planned": ("planned", "rows of a plan, without text"),
}

GOES_ON = "You may leave this screen: it goes on, and is told when it ends. {key} stops it."
Stage = Literal["looking", "looked", "running", "done"]


@dataclass(frozen=True)
class Choices:
    """What a person has chosen for the files, in words."""

    paths: tuple[str, ...]
    format: str
    replace: bool
    repairs: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Keys:
    """The keys that the page names."""

    run: str
    repair: str
    stop: str


@dataclass(frozen=True)
class Shown:
    """All that the report page tells: how far the import is, what was chosen, and what came of it."""

    stage: Stage
    choices: Choices
    keys: Keys
    report: ImportReport | None = None
    refusal: Refusal | None = None  # of the only file, or of all of them
    mendable: int = 0
    progress: tuple[int, int] = (0, 0)


def import_list(found: Sequence[ImportEntry], width: int) -> list[Entry]:
    """A heading, then every import, the newest first."""
    room = max(14, width - FIGURES)
    head = f"{'rows':>8}{'turns':>8}{'warnings':>10}"
    lines = [Entry(((fit("file", room), "muted"), (f"{'at':<18}{head}", "muted")))]
    for one in found:
        back = one.undone_at is not None
        sign, tone = ("↶", "muted") if back else ("✓", "success")
        rows = one.counts.get("conversations") or one.counts.get("planned", 0)
        file = f"{one.file}  {_came(one).rstrip('.')}" if one.counts.get("chunks") else one.file
        figures = f"{rows:>8,}{one.counts.get('turns', 0):>8,}"
        warned = f"{len(one.warnings):>10,}" if one.warnings else f"{'–':>10}"
        lines.append(
            Entry(
                (
                    (f"{sign} ", tone),
                    (fit(safe_line(file, 300), room - 3) + " ", "muted" if back else "text"),
                    (f"{one.at.astimezone():%Y-%m-%d %H:%M}  ", "muted"),
                    (figures, "muted" if back else "text"),
                    (warned, "warning" if one.warnings and not back else "muted"),
                ),
                one.import_id,
            )
        )
    return lines


def import_foot(one: ImportEntry, width: int) -> list[Line]:
    """What there is to say of the import under the cursor."""
    title = f"Import {one.import_id} by {one.by}: {one.file}"
    lines: list[Line] = [
        (("─" * width, "faint"),),
        ((safe_line(title, 300), "strong"),),
        ((_came(one), "text"),),
    ]
    if one.undone_at is not None:
        lines.append(((f"Taken back {one.undone_at.astimezone():%Y-%m-%d %H:%M}.", "warning"),))
    elif one.warnings:
        more = f"  (and {len(one.warnings) - 1:,} more)" if len(one.warnings) > 1 else ""
        lines.append((("! ", "warning"), (safe_line(one.warnings[0], 300) + more, "warning")))
    return [tuple((cut(text, width), tone) for text, tone in line) for line in lines]


def entry_page(one: ImportEntry, width: int) -> Iterator[Item]:
    """One former import with all its warnings."""
    state = f"taken back {one.undone_at.astimezone():%Y-%m-%d %H:%M}" if one.undone_at else "in the plan"
    facts = [
        ("file", plain(one.file)),
        ("SHA-256", plain(one.sha256)),
        ("by", plain(one.by)),
        ("at", f"{one.at.astimezone():%Y-%m-%d %H:%M}"),
        ("brought", _came(one)),
        ("now", state),
    ]
    yield from entries(facts, width, indent=0)
    yield BLANK
    yield heading(counted(len(one.warnings), "warning"), width)
    if not one.warnings:
        yield Block("Nothing in it was odd.", "muted")
    for warning in one.warnings:
        yield Block(safe_line(warning, 2000), "text", 2, "! ")


def report_page(shown: Shown, width: int) -> Iterator[Item]:
    """What the files would bring, or brought: choices, sum, what is refused, then file by file."""
    yield from _choices(shown.choices, width)
    yield BLANK
    if shown.stage in ("looking", "running"):
        yield from _progress(shown, width)
        return
    report = shown.report
    if report is not None:
        yield from _sum(report, shown, width)
    failures = [*(report.failures if report is not None else ()), *([shown.refusal] if shown.refusal else [])]
    if failures:
        yield from _refused(failures, shown, width)
    if report is not None:
        yield from _files(report, width)


def taken_back(one: ImportEntry) -> list[str]:
    """What an undo would do, for the question before it."""
    counts = one.counts
    parts = [
        (counts.get("added", 0) + counts.get("planned", 0), "added row", "is removed", "are removed"),
        (counts.get("filled", 0), "filled row", "goes back to the plan", "go back to the plan"),
        (counts.get("replaced", 0), "replaced row", "gets its former text", "get their former text"),
    ]
    lines = [f"{counted(number, noun)} {one_does if number == 1 else many_do}." for number, noun, one_does, many_do
             in parts if number]  # fmt: skip
    return [f"{one.file}: {_came(one)}", *lines, _what_stays(one)]


def _what_stays(one: ImportEntry) -> str:
    if one.counts.get("chunks"):
        return "Nothing is taken out of texts that are written; a chunk that was linked or marked stops all of it."
    return "What is taken away stays in History; a changed row stops all of it."


def _came(one: ImportEntry) -> str:
    counts = one.counts
    if counts.get("chunks"):
        return f"{counted(counts['chunks'], 'chunk')} of {counted(counts.get('documents', 0), 'source document')}."
    if counts.get("planned"):
        return f"{counted(counts['planned'], 'planned row')}."
    sentences = counted(counts.get("sentences", 0), "annotated sentence")
    hows = ", ".join(f"{counts[name]:,} {name}" for name in ("added", "filled", "replaced") if counts.get(name))
    turns = counted(counts.get("turns", 0), "turn")
    return f"{counted(counts.get('conversations', 0), 'conversation')}, {turns}, {sentences}: {hows or 'none'}."


def _choices(chosen: Choices, width: int) -> Iterator[Item]:
    more = f" and {len(chosen.paths) - 4:,} more" if len(chosen.paths) > 4 else ""
    facts = [
        ("from", "  ".join(safe_line(path, 300) for path in chosen.paths[:4]) + more),
        ("format", "told by content" if chosen.format == "auto" else chosen.format),
        ("rows with text", "are replaced, the old text is kept" if chosen.replace else "are refused"),
        ("repairs", ", ".join(safe_line(name, 80) for name in chosen.repairs)),
        ("columns", ", ".join(safe_line(name, 80) for name in chosen.columns)),
    ]
    yield from entries(facts, width, indent=0)


def _progress(shown: Shown, width: int) -> Iterator[Item]:
    done, total = shown.progress
    verb = "Reading" if shown.stage == "looking" else "Importing"
    if total > 1:
        yield Block(f"{verb}: {done:,} of {total:,}", "strong")
        yield bar_line("", done, width, 1, top=total, figure=f"{100 * done // total} %")
    else:
        yield Block(f"{verb}…", "strong")
    if shown.stage == "running":
        yield Block(GOES_ON.format(key=shown.keys.stop), "muted")


def _sum(report: ImportReport, shown: Shown, width: int) -> Iterator[Item]:
    if report.dry_run:
        yield heading("What would come in", width, "nothing is stored yet")
    else:
        yield heading("Imported", width)
    planned = sum(len(file.planned) for file in report.files)
    what = [counted(report.conversations, "conversation")] if report.conversations or not planned else []
    what += [counted(report.turns, "turn"), counted(report.sentences, "annotated sentence")] if what else []
    what += [counted(planned, "planned row")] if planned else []
    yield Block(f"{', '.join(what)} from {counted(len(report.files), 'file')}", "strong", 2)
    approved = sum(file.approved for file in report.files)
    others = "files; the others come in" if report.dry_run else "files; the others came in"
    odd = len(report.warnings)
    lines = [
        (" ", sum(len(getattr(file, name)) for file in report.files), label, words, "text")
        for name, (label, words) in _HOW.items()
    ]
    lines += [
        (" ", approved, "approved", "the file says that a person stands behind them", "text"),
        (" ", report.conversations - approved, "undecided", "to be reviewed here", "text"),
        ("=", report.duplicates, "duplicate", "what another one says already", "warning"),
        ("!", odd, "warning" if odd == 1 else "warnings", "told below, by file", "warning"),
        ("✗", len(report.failures), "refused", others, "error"),
    ]
    for sign, number, label, words, tone in lines:
        if number:
            yield (
                (f"{sign} {number:>6,} ", "strong" if sign == " " else tone),
                (f"{label:<10}", tone),
                (words, "muted"),
            )
    if report.dry_run and report.files:
        yield Block(f"{shown.keys.run} brings it in.", "accent", 2)
    numbers = [str(file.import_id) for file in report.files if file.import_id]
    if numbers:
        named = f"Imports {numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"Import {numbers[0]}"
        yield Block(f"{named} in the list of imports, where an import is taken back.", "muted", 2)
    yield BLANK


def _refused(failures: Sequence[Refusal], shown: Shown, width: int) -> Iterator[Item]:
    yield Anchor("refused")
    yield heading("Refused", width, counted(len(failures), "file"), "error")
    for refusal in failures:
        named = refusal.message.startswith(refusal.file)
        if not named:
            yield (("✗ ", "error"), (cut(safe_line(refusal.file, 300), width - 2), "strong"))
        yield Block(safe_line(refusal.message, 4000), "error", 2, "✗ " if named else "")
        for line in refusal.hint.split("\n"):
            if line.strip():
                yield Block(safe_line(line.strip(), 1000), "muted", 2)
    if shown.mendable:
        files = counted(shown.mendable, "file")
        yield Block(f"{files} can be mended: {shown.keys.repair} shows the difference and asks.", "accent", 2)
    yield BLANK


def _files(report: ImportReport, width: int) -> Iterator[Item]:
    quiet: list[str] = []
    for file in report.files:
        if len(report.files) > FILES_TOLD and not file.warnings and not file.columns:
            quiet.append(file.file)
        else:
            yield from _file(file, width)
    if quiet:
        yield heading(f"{counted(len(quiet), 'file')} without a remark", width)
        yield Block(_some(quiet, 40), "muted", 2)


def _file(file: FileReport, width: int) -> Iterator[Item]:
    rows = file.conversations or len(file.planned)
    figures = f"{file.format} · {counted(rows, 'row')} · {counted(file.turns, 'turn')}"
    yield Anchor(("file", file.path))
    yield heading(cut(safe_line(file.file, 200), max(10, width - len(figures) - 4)), width, figures)
    for name, (label, _) in _HOW.items():
        yield from entry(label, _some(getattr(file, name), IDS_SHOWN), LABEL)
    if file.columns:
        read = (f"{safe_line(title, 60)} → {column or 'ignored'}" for title, column in file.columns.items())
        yield from entry("columns", ", ".join(read), LABEL)
    twins = [twin_sentence(*both) for both in file.duplicates.items()]
    told = set(twins)
    shown = [("= ", text) for text in twins] + [("! ", text) for text in file.warnings if text not in told]
    for sign, text in shown[:WARNINGS_SHOWN]:
        yield Block(safe_line(text, 1000), "warning" if sign == "= " else "text", 4, f"  {sign}")
    if len(shown) > WARNINGS_SHOWN:
        more = f"… and {len(shown) - WARNINGS_SHOWN:,} more of this file"
        yield Block(f"{more}; brightrun import --json lists all.", "muted", 4)
    yield BLANK


def _some(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(safe_line(name, 100) for name in names[:most]) + more
