"""Makes text from outside harmless on a terminal: control characters become visible symbols.

Model output and imported files may hold escape sequences; a terminal would obey them (OSC 52 writes the clipboard).
Every widget and every line the command line prints goes through here.
"""

from __future__ import annotations

_TABLE: dict[int, str | None] = {code: chr(0x2400 + code) for code in range(0x20)}
_TABLE |= {0x7F: "\u2421"}
_TABLE |= dict.fromkeys(range(0x80, 0xA0), "\ufffd")  # C1: 8-bit escape sequences
_TABLE |= dict.fromkeys(
    (*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)  # direction overrides reorder a line
# Invisible: they make a cell's width uncertain, so that a row would be drawn out of place.
_TABLE |= dict.fromkeys(
    (0x00AD, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x2060, 0x2066), 0xFEFF, 0xFE0E, 0xFE0F)
)
_TABLE |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # lone surrogates cannot be encoded
_TABLE |= dict.fromkeys(range(0xE0000, 0xE0080))  # tag characters
_MULTILINE = {**_TABLE, 0x0A: "\n", 0x09: "    "}
_ONE_LINE = {**_TABLE, 0x0A: " ", 0x0D: " ", 0x09: " ", 0x2028: " ", 0x2029: " "}
_MULTILINE |= {0x2028: "\n", 0x2029: "\n"}


def safe_text(text: str) -> str:
    """The text with every control character visible; line breaks stay, tabs become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\r\n", "\n").translate(_MULTILINE)


def safe_line(text: str, limit: int = 0) -> str:
    """The same on one line; longer than `limit` characters it is cut with an ellipsis."""
    if limit and len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_ONE_LINE)
