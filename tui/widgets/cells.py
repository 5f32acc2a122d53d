"""Text measured in terminal cells: fitting it into a column and wrapping it into lines.

Every widget that draws its own lines uses it. It takes text that is already safe for a terminal and never makes it so:
that is `core.text.terminal`, which `fit` calls itself because cells of a table come straight from outside.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

from core.text.terminal import safe_line

ELLIPSIS = "…"
# Text in which every character is one cell wide, so that lengths and slices are enough: Latin, Greek, punctuation.
_NARROW = re.compile(
    "[ -~\u00a0-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2193\u2500-\u257f]*"
)


def width_of(text: str) -> int:
    """How many cells the text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """Safe text of at most `width` cells, with an ellipsis where it was longer."""
    if width <= 0:
        return ""
    if width_of(text) <= width:
        return text
    if text.isascii():
        return text[: width - 1].rstrip() + ELLIPSIS
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def padded(text: str, width: int) -> str:
    """Safe text with blanks after it up to `width` cells; longer text as it is."""
    return text + " " * (width - width_of(text))


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Any text as one safe line of exactly `width` cells."""
    if width <= 0:
        return ""
    # A cell never shows more than `width` characters that take room; the rest of a huge text is not even looked at.
    line = cut(safe_line(text[: 4 * width + 8]), width)
    blank = " " * (width - width_of(line))
    return blank + line if right else line + blank


def wrap(text: str, width: int) -> list[str]:
    """One paragraph of safe text as lines of at most `width` cells; words that do not fit are split."""
    if width < 2:
        width = 2  # a wide character needs two cells
    if not _NARROW.fullmatch(text):
        return _wrap_wide(text, width)
    lines: list[str] = []
    start, length = 0, len(text)
    while length - start > width:
        space = text.rfind(" ", start, start + width + 1)
        if space <= start:
            lines.append(text[start : start + width])
            start += width
        else:
            lines.append(text[start:space].rstrip())
            start = space + 1
    lines.append(text[start:].rstrip())
    return lines


def _wrap_wide(text: str, width: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        gap = 1 if used else 0
        if used + gap + size <= width:
            line, used = f"{line}{' ' * gap}{word}", used + gap + size
            continue
        if size <= width:
            lines.append(line)
            line, used = word, size
            continue
        if gap and used + gap < width:
            line, used = line + " ", used + 1
        elif gap:  # no room for the blank and a character: never two words as one
            lines.append(line)
            line, used = "", 0
        for character in word:  # Chinese and Japanese come without spaces, links without end
            cells = cell_len(character)
            if used + cells > width:
                lines.append(line)
                line, used = "", 0
            line, used = line + character, used + cells
    lines.append(line)
    return [entry.rstrip() for entry in lines]
