"""A small curve of the emotional intensity over the turns, drawn with dots of a quarter of a line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tui.widgets.cells import cut, width_of
from tui.widgets.tones import Line

ROWS = 5
SLOT = 18  # widest room for one turn
AXIS = 5
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # braille: four dots high, two wide
POINT = "●"


def curve(points: Sequence[tuple[str, float | None]], width: int) -> Iterator[Line]:
    """The curve with the emotions under it; nothing when fewer than two turns are measured."""
    measured = [(index, max(0.0, min(1.0, value))) for index, (_, value) in enumerate(points) if value is not None]
    if len(measured) < 2:
        return
    slot = max(2, min(SLOT, (width - AXIS) // len(points)))
    low, high = _range([value for _, value in measured])
    places = [(index * slot + slot // 2, (value - low) / (high - low)) for index, value in measured]
    cells = _cells(places)
    for row in range(ROWS):
        axis = {0: f"{high:4.1f}", ROWS - 1: f"{low:4.1f}"}.get(row, "    ")
        yield from _row(cells[row], f"{axis}│", slot * len(points))
    if slot < 6:
        return
    yield ((" " * AXIS, ""), *((_centred(name, slot), "text") for name, _ in points))
    figures = [f"{value:.2f}".removeprefix("0") if value is not None else "–" for _, value in points]
    yield ((" " * AXIS, ""), *((_centred(figure, slot), "muted") for figure in figures))


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The part of the scale that is drawn: from tenth to tenth, never less than four of them."""
    low, high = math.floor(10 * min(values)), math.ceil(10 * max(values))
    while high - low < 4:
        low, high = max(0, low - 1), min(10, high + 1)
    return low / 10, high / 10


def _row(cells: dict[int, str], axis: str, length: int) -> Iterator[Line]:
    text = "".join(cells.get(column, " ") for column in range(length)).rstrip()
    spans: list[tuple[str, str]] = [(axis, "faint")]
    for index, piece in enumerate(text.split(POINT)):
        if index:
            spans.append((POINT, "accent"))
        if piece:
            spans.append((piece, "secondary"))
    yield tuple(spans)


def _cells(places: list[tuple[int, float]]) -> list[dict[int, str]]:
    bits: list[dict[int, int]] = [{} for _ in range(ROWS)]
    levels = ROWS * 4 - 1
    last: int | None = None
    for (x1, v1), (x2, v2) in pairwise(places):
        for x in range(2 * x1, 2 * x2 + 1):
            share = (x - 2 * x1) / max(1, 2 * (x2 - x1))
            y = round((1 - (v1 + (v2 - v1) * share)) * levels)
            for dot in range(min(y, y if last is None else last), max(y, y if last is None else last) + 1):
                row = bits[dot // 4]
                row[x // 2] = row.get(x // 2, 0) | _BITS[dot % 4][x % 2]
            last = y
    cells = [{column: chr(0x2800 + value) for column, value in row.items()} for row in bits]
    for x, value in places:
        row_index = round((1 - value) * levels) // 4
        for index, row_cells in enumerate(cells):
            if x in row_cells and index != row_index:
                del row_cells[x]
        cells[row_index][x] = POINT
    return cells


def _centred(text: str, width: int) -> str:
    text = cut(text, width - 1)
    left = (width - width_of(text)) // 2
    return " " * left + text + " " * (width - left - width_of(text))
