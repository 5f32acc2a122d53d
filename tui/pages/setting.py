"""The parts that the pages are set from: headings, labelled entries, bars, columns, and any tree of an annotation.

All text that came from outside is made safe here. Annotations of imported files have any shape, so nothing assumes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from core.status import words
from core.text.terminal import safe_line, safe_text
from tui.widgets.cells import cut, padded, width_of
from tui.widgets.document_view import Anchor, Item
from tui.widgets.glyphs import bar
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line, Span
from tui.widgets.wrapped_view import set_lines

LONG = 4000  # more of one value is not shown: the JSON tab has it whole
WIDE_PAGE = 100  # pages from which things stand side by side
BAR_WIDTH = 24

Pair = Mapping[str, Any]  # a turn in the seed format, or a part of it: of any shape


def plain(value: Any) -> str:
    """A value as one safe line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return "; ".join(f"{named(key)}: {plain(entry)}" for key, entry in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(plain(entry) for entry in value)
    return safe_line(str(value)[:LONG])


def named(value: Any) -> str:
    """A name of the format (`baby_as_unit_of_money`) in words; prose stays as it is."""
    text = plain(value)
    return text if " " in text else words(text)


def share(value: Any) -> float | None:
    """A figure that is one, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # a file may hold a number of a thousand digits
        return None


def fraction(value: float) -> str:
    """.80 for 0.8."""
    return f"{value:.2f}".removeprefix("0")


def at(tree: Any, *path: str) -> Any:
    """The value at a place of a tree, or None."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def part(tree: Any, *path: str) -> Mapping[str, Any]:
    """The object at a place of a tree; what is none counts as empty."""
    found = at(tree, *path)
    return found if isinstance(found, Mapping) else {}


def heading(text: str, width: int, tail: str = "", tail_tone: str = "muted") -> Line:
    """A heading over the whole width."""
    tail = cut(tail, max(0, width - width_of(text) - 4))
    rule = max(0, width - width_of(text) - width_of(tail) - (2 if tail else 1))
    return (text, "heading"), (" " + "─" * rule, "faint"), (f" {tail}" if tail else "", tail_tone)


def turn_heading(number: Any, count: int, width: int, tail: str = "", *, sign: str = "") -> Iterator[Item]:
    """The heading of a turn, to which one can go."""
    yield Anchor(("turn", plain(number)), heads=plain(number))
    yield heading(f"{sign}Turn {plain(number)} of {count}", width, tail)


def title(text: str) -> Line:
    """A small heading within a turn."""
    return ((text, "accent"),)


def entry(label: str, text: str, column: int, *, indent: int = 2, tone: str = "text") -> Iterator[Item]:
    """A text with its label beside it; a label too long for the column stands above."""
    if not text:
        return
    margin, label = " " * indent, plain(label)  # keys of files are labels, too
    if width_of(label) > column - 2:
        yield ((margin + label, "muted"),)
        yield Block(text, tone, indent + column)
    else:
        yield Block(text, tone, indent + column, margin + label)


def entries(pairs: Iterable[tuple[str, str]], width: int, *, indent: int = 2, widest: int = 0) -> Iterator[Item]:
    """Labelled texts under each other, their texts in line."""
    shown = [(plain(label), text) for label, text in pairs if text]
    room = widest or max(12, min(30, width // 3))
    column = min(room, max((width_of(label) for label, _ in shown), default=0) + 2)
    for label, text in shown:
        yield from entry(label, text, column, indent=indent)


def bar_line(label: str, value: float, width: int, column: int, *, top: float = 1.0, figure: str = "") -> Line:
    """A labelled bar with its figure."""
    room = max(6, min(BAR_WIDTH, width - column - 10))
    filled, rest = bar(round(1000 * max(0.0, min(1.0, value / top))), 1000, room)
    name = padded(cut(label, column - 1), column)
    return (f"  {name}", "text"), (filled, "primary"), (rest, "faint"), (f" {figure or fraction(value)}", "text")


def beside(left: Iterable[Item], right: Iterable[Item], left_width: int, width: int, gap: int = 3) -> Iterator[Item]:
    """Two columns. Anchors of the left one stay."""
    first = list(_set(left, left_width))
    anchors = [item for item in first if isinstance(item, Anchor)]
    one = [item for item in first if not isinstance(item, Anchor)]
    two = [item for item in _set(right, width - left_width - gap) if not isinstance(item, Anchor)]
    yield from anchors
    for mine, other in zip_longest(one, two, fillvalue=BLANK):
        assert not isinstance(mine, Anchor | Block)
        assert not isinstance(other, Anchor | Block)
        used = sum(width_of(text) for text, _ in mine)
        yield (*mine, (" " * (left_width + gap - used), ""), *other) if other else mine


def _set(items: Iterable[Item], width: int) -> Iterator[Line | Anchor]:
    for item in items:
        if isinstance(item, Anchor):
            yield item
        else:
            yield from set_lines(item, width)


def paragraphs(text: str, indent: int = 2, tone: str = "text") -> Iterator[Item]:
    """Prose with its line breaks; several blank lines are one."""
    blank = True
    for line in safe_text(text).strip("\n").split("\n"):
        if line.strip():
            yield Block(line.rstrip(), tone, indent)
            blank = False
        elif not blank:
            yield BLANK
            blank = True


def bullets(values: Any, indent: int = 2, sign: str = "·") -> Iterator[Item]:
    """A list, or the one value that stands in its place."""
    for value in values if isinstance(values, list) else [values]:
        text = named(value) if isinstance(value, str) else plain(value)
        if text:
            yield Block(text, "text", indent + 2, " " * indent + sign)


def tree(value: Any, width: int, indent: int = 2) -> Iterator[Item]:
    """Whatever an annotation holds, readable."""
    if isinstance(value, Mapping):
        flat = [(named(key), plain(entry)) for key, entry in value.items() if not isinstance(entry, Mapping | list)]
        yield from entries(flat, width, indent=indent)
        for key, entry_ in value.items():
            if isinstance(entry_, Mapping | list) and entry_:
                yield ((" " * indent + named(key), "muted"),)
                yield from tree(entry_, width, indent + 2)
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, Mapping):
                yield Block(plain(one), "text", indent + 2, " " * indent + "·")
            else:
                yield from bullets([one], indent)
    elif value not in (None, ""):
        yield Block(plain(value), "text", indent)


def others(value: Any, known: Iterable[str], width: int, indent: int = 2) -> Iterator[Item]:
    """What an object holds beside the keys that were shown."""
    shown = set(known)
    left = {key: entry for key, entry in value.items() if key not in shown} if isinstance(value, Mapping) else {}
    if left:
        yield from tree(left, width, indent)


def nothing(text: str) -> Iterator[Item]:
    """Why a page is empty."""
    yield BLANK
    yield Block(text, "muted", 0)


def line_of(*spans: Span) -> Line:
    """Spans without the empty ones."""
    return tuple(span for span in spans if span[0])
