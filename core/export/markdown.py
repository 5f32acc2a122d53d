"""Markdown: one readable file per conversation, or all in one. What people wrote is shown as text, never as markup."""

from __future__ import annotations

import re

from core.export.reading_form import Document

_MARKS = re.compile(r"([\\`*_\[\]<>|~#])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$|[-=])", re.MULTILINE)


def text_of(document: Document) -> str:
    """The conversation as Markdown."""
    lines = [f"# {literal(document.title)}", ""]
    if document.simulated:
        lines += ["> Practice result, written by the simulator: not for training.", ""]
    lines += [f"- **{name}:** {_one_line(value)}" for name, value in document.facts]
    for turn in document.exchanges:
        lines += ["", f"## Turn {turn.number}"]
        lines += [f"\n_{literal(note)}_" for note in turn.notes]
        lines += ["", f"**{literal(document.client)}:**", "", literal(turn.user)]
        lines += ["", f"**{literal(document.advisor)}:**", "", literal(turn.advisor)]
    return "\n".join(lines) + "\n"


def literal(text: str) -> str:
    r"""Text in which Markdown sees nothing to obey.

    >>> literal("# *no* <b>\n- nor this")
    '\\# \\*no\\* \\<b\\>\n\\- nor this'
    """
    escaped = _MARKS.sub(r"\\\1", text)
    return _LINE_START.sub(
        lambda m: m[1] + (f"\\{m[2]}" if not m[2][0].isdigit() else f"{m[2][:-1]}\\{m[2][-1]}"), escaped
    )


def _one_line(text: str) -> str:
    return literal(" ".join(text.split()))
