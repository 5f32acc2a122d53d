"""Tones: names for what a colour means ("muted", "error", "client"), resolved from the theme for one widget.

Widgets that draw their own lines declare the tones as component classes (`TONE_CLASSES`, `tone_css`) and ask a `Tones`
for styles. It remembers them until the theme or the focus changes; nothing outside this module names a colour. With an
ANSI theme the terminal's own sixteen are used, and the ground of a line is told by its look: a tint has no name there.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import set_cell_size
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
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
    "lit": "background: $warning 30%; text-style: bold;",
    "added": "background: $success 18%;",
    "removed": "background: $error 18%;",
}
_GROUNDS = frozenset({"cursor", "focus", "lit", "added", "removed"})  # tones that are a background
# What the sixteen colours have for each tone. Grounds are told by reverse, underline and weight, which also a terminal
# without any colour shows.
_SIXTEEN: dict[str, str] = {
    "muted": "dim",
    "faint": "dim",
    "strong": "bold",
    "accent": "magenta",
    "primary": "bright_blue",
    "secondary": "cyan",
    "success": "green",
    "warning": "yellow",
    "error": "red",
    "client": "bold cyan",
    "advisor": "bold green",
    "heading": "bold bright_blue",
    "cursor": "underline",
    "focus": "reverse",
    "mark": "bold yellow",
    "lit": "bold reverse",
    "added": "bold green",
    "removed": "dim red",
}
_ON_LIGHT = {"yellow": "bright_red", "bright_blue": "blue"}  # yellow cannot be read on white, nor blue on black
READABLE = 4.5  # the contrast that text needs (WCAG AA); most light themes come with less
_FAINT_READABLE = 2.5
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
            ours = self._sixteen if self._widget.app.native_ansi_color else self._of_theme
            found = self._styles[tone, ground] = ours(tone, ground)
        return found

    def _of_theme(self, tone: str, ground: str) -> Style:
        found = self._widget.rich_style
        if tone and tone != "text":
            component = self._widget.get_component_rich_style(f"tone--{tone}")
            found += Style(color=component.color, bold=component.bold)
            if tone in _GROUNDS:
                found += Style(bgcolor=component.bgcolor)
        if ground and tone not in _GROUNDS:
            below = self._widget.get_component_rich_style(f"tone--{ground}")
            found += Style(bgcolor=below.bgcolor)
        if not self._widget.app.current_theme.dark:
            found += self._on_light(found, _FAINT_READABLE if tone == "faint" else READABLE)
        return found

    def _on_light(self, style: Style, wanted: float) -> Style:
        """Half the tint of a ground, and text dark enough to be read on it."""
        text = self._widget.rich_style
        if style.color is None or style.bgcolor is None or text.color is None or text.bgcolor is None:
            return Style()
        colour, below = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
        darkest, paper = Color.from_rich_color(text.color), Color.from_rich_color(text.bgcolor)
        below = paper.blend(below, 0.5)
        for step in range(11):
            shown = colour.blend(darkest if step <= 5 else Color(0, 0, 0), step / 10)
            found = Style(color=shown.rich_color, bgcolor=below.rich_color)
            if contrast(shown.rich_color, below.rich_color) >= wanted:
                break
        return found

    def _sixteen(self, tone: str, ground: str) -> Style:
        if ground == "focus" and tone not in _GROUNDS:
            return self._widget.rich_style + Style.parse("reverse")  # a colour would become the ground of its word
        words = [_SIXTEEN.get(tone, ""), _SIXTEEN.get(ground, "")]
        if not self._widget.app.current_theme.dark:
            words = [" ".join(_ON_LIGHT.get(word, word) for word in part.split()) for part in words]
        found = self._widget.rich_style
        for part in reversed(words) if ground else words:  # the tone of a word overrules the colour of its ground
            found += Style.parse(part or "none")
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
            # Blanks on one ground look the same in every tone: fewer segments are fewer bytes on a slow line.
            same_ground = bool(parts) and _ground_of(parts[-1][1]) == _ground_of(style)
            if parts and (parts[-1][1] == style or (same_ground and text.isspace())):
                parts[-1] = (parts[-1][0] + text, parts[-1][1])
            elif same_ground and parts[-1][0].isspace():
                parts[-1] = (parts[-1][0] + text, style)
            else:
                parts.append((text, style))
        if used < width:
            blank = " " * (width - used)
            rest = self.style("text", ground)
            if parts and _ground_of(parts[-1][1]) == _ground_of(rest):
                parts[-1] = (parts[-1][0] + blank, parts[-1][1])
            else:
                parts.append((blank, rest))
        return Strip([Segment(text, style) for text, style in parts], width)


def _ground_of(style: Style) -> tuple[object, ...]:
    """What is seen of a style where the text is blank."""
    return style.bgcolor, style.reverse, style.underline


def contrast(one: RichColor, other: RichColor) -> float:
    """How well two colours are told apart, 1 to 21, as WCAG counts it."""
    darker, lighter = sorted(_luminance(Color.from_rich_color(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
