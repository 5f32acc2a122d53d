"""Prompt templates as lines and pages: the list of versions with what came of them, a text with its placeholders lit
up, two versions compared, and a prompt rendered with a row.

Pure functions from what `TemplateService` gives. Templates are files that anybody may have edited: all of it is made
safe here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from core.templates.comparing import Difference
from core.templates.service import Rendered, parts_of
from core.templates.versions import TemplateVersion, verdict_on
from core.text.terminal import safe_line, safe_text
from tui.figures import counted
from tui.pages.setting import entries, heading, plain
from tui.widgets.cells import cut, fit, wrap
from tui.widgets.document_view import Anchor, Item
from tui.widgets.glyphs import NOT_MEASURED, score_cell
from tui.widgets.progress_items import Entry
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line, Span

ACTIVE, SHARED, IDLE = "●", "◐", "·"
PLACEHOLDER = re.compile(r"\$\{[a-z][a-z0-9_]*\}")
FIGURES = 43  # cells that the figures of a version take
_DIFF = {"same": ("  ", "text"), "gone": ("- ", "error"), "new": ("+ ", "success"), "gap": ("… ", "faint")}


def version_list(versions: Sequence[TemplateVersion], width: int) -> list[Entry]:
    """A heading, then every version under its template, the newest first."""
    room = max(16, width - FIGURES)
    head = f"{'active':>8}{'rows':>8}{'score':>8}{'approved':>10}{'each':>9}"
    lines = [Entry(((fit("template", room), "muted"), (head, "muted")))]
    former = ""
    for version in versions:
        lines.append(Entry(_version(version, room, first=version.template_id != former), version.row_id))
        former = version.template_id
    return lines


def _version(version: TemplateVersion, room: int, *, first: bool) -> Line:
    results = version.shown
    is_shared = version.is_active and version.share < 1
    sign, tone = (SHARED, "accent") if is_shared else (ACTIVE, "success") if version.is_active else (IDLE, "muted")
    name = version.label if first else f"{' ' * 4}v{version.version}"
    active = f"{version.share:.0%}" if version.is_active else "no"
    rows = f"{'~' if version.is_practice else ''}{results.rows:,}" if results.rows else NOT_MEASURED
    score, score_tone = score_cell(results.score)
    approved = NOT_MEASURED if results.approval is None else f"{results.approval:.0%}"
    each = version.cost_each_microusd
    cost = NOT_MEASURED if each is None else f"${each / 1_000_000:.3f}"
    return (
        (f"{sign} ", tone),
        (fit(safe_line(name, 200), room - 2), "text" if version.is_active else "muted"),
        (f"{active:>8}", tone if is_shared else "muted"),
        (f"{rows:>8}", "text"),
        (f"{score:>8}", score_tone),
        (f"{approved:>10}{cost:>9}", "text"),
    )


def version_foot(version: TemplateVersion, siblings: Sequence[TemplateVersion], width: int) -> list[Line]:
    """What there is to say of the version under the cursor."""
    results = version.shown
    what = (
        f"of the stage {version.stage}"
        if version.stage != "dialogue"
        else f"for {version.arc_or_family or 'any of its tier'}"
    )
    came = "No row was made with it yet."
    if results.rows:
        made = f"{counted(results.rows, 'row')}{' of practice' if version.is_practice else ''}"
        verdicts = f"{results.approved} approved, {results.rejected} rejected, {results.needs_edit} to edit"
        came = f"{made}: {verdicts}" + ("." if results.passed is None else f"; {results.passed:.0%} pass the gates.")
    lines: list[Line] = [
        (("─" * width, "faint"),),
        ((safe_line(f"{version.name} v{version.version}, {what}", 200), "strong"),),
        ((came, "text" if results.rows else "muted"),),
    ]
    if version.reasons:
        why = ", ".join(f"{safe_line(name, 40)} {number}" for name, number in version.reasons)
        lines.append((("sent back for  ", "muted"), (why, "warning")))
    each = version.cost_each_microusd
    if each is not None:
        spent = f"{counted(version.calls, 'real call')}, ${version.cost_microusd / 1_000_000:.2f}"
        lines.append(((f"{spent} for {counted(version.paid_rows, 'row')}: ${each / 1_000_000:.4f} each.", "text"),))
    compared = verdict_on(siblings)
    if compared:
        lines.append((("A/B  ", "accent"), (compared, "text")))
    return [tuple((cut(text, width), tone) for text, tone in line) for line in lines]


def text_page(row: dict[str, Any], width: int) -> Iterator[Item]:
    """The text of a version with its facts; placeholders stand out."""
    ranges = row.get("quality_profile") or {}
    facts = [
        ("tier", plain(row["tier"])),
        ("arc or family", plain(row["arc_or_family"])),
        ("stage", plain(row["stage"])),
        ("usual turns", plain(row["typical_turn_count"])),
        ("instructions", plain(row["instructions"])),
        ("examples", plain(row["reference_conversation_ids"])),
        ("placeholders", ", ".join(plain(name) for name in row["placeholders"] or ())),
        ("ranges", "; ".join(f"{name.replace('_', ' ')} {_range(value)}" for name, value in ranges.items() if value)),
    ]
    yield from entries(facts, width, indent=0)
    yield BLANK
    yield from _prompt_parts(*parts_of(row["text"]), width, lit=True)


def _range(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{plain(value[0])} to {plain(value[1])}"
    return plain(value)


def rendered_page(rendered: Rendered, width: int) -> Iterator[Item]:
    """The prompt as it would be sent."""
    prompt = rendered.prompt
    yield Block(f"Nothing is sent. About {prompt.tokens:,} tokens, {prompt.prefix_tokens:,} of them cached.", "muted")
    if not rendered.is_usual:
        yield Block(f"{safe_line(rendered.conversation_id, 80)} would be made with another template now.", "warning")
    yield BLANK
    yield from _prompt_parts(prompt.system, prompt.user, width, lit=False)


def _prompt_parts(system: str, user: str, width: int, *, lit: bool) -> Iterator[Item]:
    if user:
        yield Anchor("system")
        yield heading("The same for all rows", width, "cached")
    yield from _lit_lines(system, width, lit=lit)
    if user:
        yield BLANK
        yield Anchor("user")
        yield heading("Of the row", width)
        yield from _lit_lines(user, width, lit=lit)


def _lit_lines(text: str, width: int, *, lit: bool) -> Iterator[Line]:
    for paragraph in safe_text(text).splitlines():
        for part in wrap(paragraph, width):
            yield tuple(_spans(part)) if lit else ((part, "text"),)


def _spans(text: str) -> Iterator[Span]:
    start = 0
    for match in PLACEHOLDER.finditer(text):
        if match.start() > start:
            yield text[start : match.start()], "text"
        yield match[0], "mark"
        start = match.end()
    if start < len(text):
        yield text[start:], "text"


def compared_page(difference: Difference, width: int) -> Iterator[Item]:
    """What differs: facts first, then lines with a sign in the margin."""
    if not difference.facts and not difference.lines:
        yield Block("These versions are the same.", "muted")
        return
    for fact in difference.facts:
        yield Block(safe_line(fact, 600), "text", 2, "~")
    if difference.facts:
        yield BLANK
    for line in difference.lines:
        sign, tone = _DIFF[line.kind]
        for index, part in enumerate(wrap(safe_line(line.text), max(12, width - 2))):
            yield ((sign if index == 0 else "  ", tone), (part, tone))
