"""Two versions of a conversation beside each other, or under each other where there is no room.

What differs is told by a sign in the margin and by its ground: a colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from core.rewriting.comparing import Change, Passage, Span
from core.text.terminal import safe_line
from tui.figures import counted
from tui.pages.setting import WIDE_PAGE, heading, plain
from tui.widgets.cells import padded, width_of, wrap
from tui.widgets.document_view import Anchor, Item
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line

KEPT_SAME = 1  # unchanged sentences around a change that stay in sight
LONG = 20_000
GAP = 3
_SIGNS = {"same": " ", "changed": "~", "added": "+", "removed": "-"}


def difference_page(passages: Sequence[Passage], left: str, right: str, width: int) -> Iterator[Item]:
    """Every passage that differs; of the others how many there are."""
    same = sum(not passage.differences for passage in passages)
    if same == len(passages):
        yield BLANK
        yield Block("These two versions are the same in text, annotation and facts.", "muted")
        return
    if width >= WIDE_PAGE:
        half = (width - GAP) // 2
        yield ((padded(plain(left), half + GAP), "strong"), (plain(right), "strong"))
    else:
        yield (("- ", "accent"), (plain(left), "strong"))
        yield (("+ ", "accent"), (plain(right), "strong"))
    yield BLANK
    for passage in passages:
        if passage.differences:
            yield heading(plain(passage.name), width, counted(passage.differences, "difference"))
            yield from _passage(passage, width)
            yield BLANK
    if same:
        yield Block(f"{counted(same, 'message')} the same in both.", "muted")


def _passage(passage: Passage, width: int) -> Iterator[Item]:
    changes = passage.changes
    hidden = 0
    for index, change in enumerate(changes):
        near = changes[max(0, index - KEPT_SAME) : index + KEPT_SAME + 1]
        if all(other.kind == "same" for other in near):
            hidden += 1
            continue
        if hidden:
            yield Block(f"… {hidden} the same", "faint", 2)
            hidden = 0
        if change.kind != "same":
            yield Anchor("difference")
        yield from _beside(change, width) if width >= WIDE_PAGE else _under(change, width)
    if hidden:
        yield Block(f"… {hidden} the same", "faint", 2)


def _beside(change: Change, width: int) -> Iterator[Item]:
    half = (width - GAP) // 2
    sign = _SIGNS[change.kind]
    left = [] if change.kind == "added" else _lines(change.before, change.before_spans, change, "removed", half, sign)
    right = [] if change.kind == "removed" else _lines(change.after, change.after_spans, change, "added", half, sign)
    for one, other in zip_longest(left, right, fillvalue=BLANK):
        used = sum(width_of(text) for text, _ in one)
        yield (*one, (" " * (half + GAP - used), ""), *other)


def _under(change: Change, width: int) -> Iterator[Item]:
    if change.kind == "same":
        yield from _lines(change.before, (), change, "", width, " ")
        return
    if change.kind != "added":
        yield from _lines(change.before, change.before_spans, change, "removed", width, "-")
    if change.kind != "removed":
        yield from _lines(change.after, change.after_spans, change, "added", width, "+")


def _lines(text: str, spans: Sequence[Span], change: Change, tone: str, width: int, sign: str) -> list[Line]:
    """A piece with its sign; the characters that differ, or all of a piece that stands on one side only, are grounded.

    Making a text safe may change its length, so it is done to the stretches between the spans.
    """
    whole = change.kind in ("added", "removed")
    marks = [(0, len(text))] if whole else list(spans)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    safe = [(safe_line(piece[:LONG]), lit) for piece, lit in pieces]
    flat = "".join(piece for piece, _ in safe)
    lit = [flag for piece, flag in safe for _ in piece]
    plain_tone = "muted" if change.kind == "same" else "text"
    lines: list[Line] = []
    at = 0
    for row in wrap(flat, max(2, width - 2)):
        found = flat.find(row, at) if row else at
        at = found if found >= 0 else at
        parts = [(f"{sign if not lines else ' '} ", "accent" if sign.strip() else "")]
        start = 0
        for index in range(1, len(row) + 1):
            if index == len(row) or lit[at + index] != lit[at + start]:
                parts.append((row[start:index], tone if lit[at + start] and tone else plain_tone))
                start = index
        lines.append(tuple(parts))
        at += len(row)
    return lines
