"""Tones: names for what a colour means ("muted", "error", "client"), resolved from the theme for one widget.

Widgets that draw their own lines declare the tones as component classes (`TONE_CLASSES`, `tone_css`) and ask a `Tones`
for styles. It remembers them until the theme or the focus changes; nothing outside this module names a colour.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.cells import cut, width_of

Span = tuple[str, str]  # text, tone
Line = tuple[Span, ...]

_TONES: dict[str, str] = {
    "muted": "color: $foreground 60%;",
    "faint": "color: $foreground 35%;",
    "strong": "text-style: bold;",
    "accent": "color: $text-accent;",
    "primary": "color: $text-primary;",
    "secondary": "color: $text-secondary;",
    "success": "color: $text-success;",
    "warning": "color: $text-warning;",
    "error": "color: $text-error;",
    "client": "color: $text-secondary; text-style: bold;",
    "advisor": "color: $text-success; text-style: bold;",
    "heading": "color: $text-primary; text-style: bold;",
    "cursor": "background: $primary 20%;",
    "focus": "background: $primary 38%;",
    "mark": "color: $text-warning; text-style: bold;",
}
TONE_CLASSES = {f"tone--{name}" for name in _TONES}


def tone_css(widget: str) -> str:
    """The default CSS of the tones for one widget class."""
    return "\n".join(f"{widget} > .tone--{name} {{ {rules} }}" for name, rules in _TONES.items())


def shortened(line: Line, width: int) -> Line:
    """The line cut to `width` cells, with an ellipsis where it was longer."""
    used = 0
    for index, (text, tone) in enumerate(line):
        size = width_of(text)
        if used + size > width:
            return (*line[:index], (cut(text, width - used), tone))
        used += size
    return line


class Tones:
    """The styles of one widget by tone, remembered until `forget`."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[str, str], Style] = {}

    def forget(self) -> None:
        """Read the theme again on the next use."""
        self._styles.clear()

    def style(self, tone: str, ground: str = "") -> Style:
        """The style of a tone on the widget's background or, with `ground`, on that of another tone."""
        found = self._styles.get((tone, ground))
        if found is None:
            found = self._widget.rich_style
            if tone and tone != "text":
                component = self._widget.get_component_rich_style(f"tone--{tone}")
                found += Style(color=component.color, bold=component.bold)
                if tone in ("cursor", "focus"):
                    found += Style(bgcolor=component.bgcolor)
            if ground:
                below = self._widget.get_component_rich_style(f"tone--{ground}")
                found += Style(bgcolor=below.bgcolor)
            self._styles[tone, ground] = found
        return found

    def strip(self, spans: Iterable[Span], width: int, ground: str = "") -> Strip:
        """Spans of safe text as one strip of exactly `width` cells; neighbours of one style share a segment."""
        parts: list[tuple[str, Style]] = []
        used = 0
        for span, tone in spans:
            size = width_of(span)
            text = span
            if used + size > width:
                size = width - used
                text = set_cell_size(span, size)
            if not size:
                continue
            used += size
            style = self.style(tone, ground)
            # Blanks look the same in every tone: fewer segments are fewer bytes on a slow line.
            if parts and (parts[-1][1] == style or text.isspace()):
                parts[-1] = (parts[-1][0] + text, parts[-1][1])
            elif parts and parts[-1][0].isspace():
                parts[-1] = (parts[-1][0] + text, style)
            else:
                parts.append((text, style))
        if used < width:
            blank = " " * (width - used)
            if parts:
                parts[-1] = (parts[-1][0] + blank, parts[-1][1])
            else:
                parts.append((blank, self.style("text", ground)))
        return Strip([Segment(text, style) for text, style in parts], width)
