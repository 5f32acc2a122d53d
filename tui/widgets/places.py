"""Places in a page of wrapped lines: where a text stands that is searched for, and lines with such places lit up.

For `DocumentView`. Pure: lines in, lines or their numbers out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from tui.widgets.tones import Line, Span

POINTER = "▸"  # stands before what was gone to: a place is never told by colour alone


def bare(text: str) -> str:
    """The text without white space: what it is, however its lines are broken."""
    return "".join(text.split())


def lines_with(wanted: str, lines: Sequence[str]) -> tuple[list[int], dict[int, str]]:
    """The lines on which a text begins, and what of it stands on lines over whose end it goes. White space is one
    blank, wherever a line was broken."""
    wanted = " ".join(wanted.split())
    starts: list[int] = []
    parts: list[str] = []
    at = 0
    for line in lines:
        part = " ".join(line.casefold().split())
        starts.append(at)
        parts.append(part)
        at += len(part) + 1 if part else 0  # an empty line is no second blank
    text = " ".join(part for part in parts if part)
    found: dict[int, None] = {}
    pieces: dict[int, str] = {}
    place = text.find(wanted) if wanted else -1
    while place >= 0:
        end = place + len(wanted)
        first = bisect_right(starts, place) - 1
        last = bisect_left(starts, end) - 1
        found[first] = None
        if first != last:
            for index in range(first, last + 1):
                piece = text[max(place, starts[index]) : min(end, starts[index] + len(parts[index]))]
                if piece:
                    pieces[index] = piece
        place = text.find(wanted, end)
    return list(found), pieces


def marked(line: Line, query: str, piece: str = "") -> Line:
    """The line with what was searched for lit up; of what goes over its end or began before it the piece on it."""
    if piece:
        flat = "".join(text for text, _ in line)
        low = flat.casefold()
        ends = low.rstrip().endswith(piece)
        start = len(low.rstrip()) - len(piece) if ends else len(low) - len(low.lstrip())
        if len(low) == len(flat) and low[start : start + len(piece)] == piece:
            return grounded(line, start, start + len(piece), "mark")
    spans: list[Span] = []
    for text, tone in line:
        low = text.casefold()
        if query not in low or len(low) != len(text):
            spans.append((text, tone))
            continue
        start = 0
        while (found := low.find(query, start)) >= 0:
            spans += [(text[start:found], tone), (text[found : found + len(query)], "mark")]
            start = found + len(query)
        spans.append((text[start:], tone))
    return tuple(span for span in spans if span[0])


def spotlit(line: Line, start: int, end: int, *, pointed: bool) -> Line:
    """The line with the characters from `start` to `end` on another ground, and a pointer in its margin."""
    spans = list(grounded(line, start, end, "lit"))
    head, tone = spans[0]
    if pointed and start and head.startswith(" "):
        spans[:1] = [(POINTER, "accent"), (head[1:], tone)]
    return tuple(span for span in spans if span[0])


def grounded(line: Line, start: int, end: int, ground: str) -> Line:
    spans: list[Span] = []
    at = 0
    for text, tone in line:
        first, last = max(0, start - at), max(0, end - at)
        spans += [(text[:first], tone), (text[first:last], ground), (text[max(first, last) :], tone)]
        at += len(text)
    return tuple(span for span in spans if span[0])
