"""The JSON tab: the training pairs as the seed format writes them, coloured by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.text.terminal import safe_line
from tui.pages.setting import nothing
from tui.widgets.cells import wrap
from tui.widgets.document_view import Item
from tui.widgets.tones import Line, Span

_KEY = re.compile(r'(\s*)("(?:[^"\\]|\\.)*")(: )(.*)')


def record_text(pairs: Sequence[Mapping[str, Any]]) -> str:
    """The pairs as a JSON text."""
    return json.dumps({"training_pairs": list(pairs)}, indent=2, ensure_ascii=False)


def record_page(pairs: Sequence[Mapping[str, Any]], width: int) -> Iterator[Item]:
    """The text, long lines wrapped under their beginning."""
    if not pairs:
        yield from nothing("There is no text yet, so there are no training pairs.")
        return
    for line in record_text(pairs).split("\n"):
        yield from _line(safe_line(line), width)


def _line(text: str, width: int) -> Iterator[Line]:
    found = _KEY.match(text)
    if found:
        margin, key, colon, value = found.groups()
        head: list[Span] = [(margin, ""), (key, "primary"), (colon, "faint")]
        used = len(margin) + len(key) + len(colon)
    else:
        value = text.lstrip()
        used = len(text) - len(value)
        margin, head = text[:used], [(text[:used], "")]
    indent = len(margin) + 2
    tone = _tone(value)
    if used >= width - 12:
        yield tuple(head)
        used = indent
        head = [(" " * indent, "")]
    if used + len(value) <= width and value.isascii():
        yield (*head, (value, tone))
        return
    # The first line has less room: the rest is wrapped under the key.
    first, *_ = wrap(value, max(2, width - used))
    yield (*head, (first, tone))
    rest = value[len(first) :].lstrip(" ")
    for more in wrap(rest, max(2, width - indent)) if rest else ():
        yield ((" " * indent, ""), (more, tone))


def _tone(value: str) -> str:
    if value[:1] == '"':
        return "text"
    if value[:1] in "[]{}":
        return "faint"
    return "accent" if value.rstrip(",") in ("true", "false", "null") else "warning"
