"""Text colours of light themes, made dark enough to be read; the app takes them where it makes its style variables.

Themes come from Textual and from its users; most light ones are too pale for running text. Dark ones stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color, ColorParseError

from tui.widgets.tones import READABLE, contrast

TEXTS = ("text-warning", "text-error", "text-success", "text-accent", "text-primary", "text-secondary")
GROUNDS = ("background", "surface", "panel")  # what text stands on
QUIET = 0.6  # side matters are drawn with so much of the foreground
STEPS = 20


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """The style variables of a light theme with texts that stand out from every ground, quiet ones too."""
    found = dict(variables)
    try:
        grounds = [Color.parse(found[name]) for name in GROUNDS]
        if any(ground.ansi is not None for ground in grounds):
            return found  # the terminal's own colours: nobody knows how they look
        for name in TEXTS:
            found[name] = _darkened(Color.parse(found[name]), grounds, 1.0).hex
        found["foreground"] = _darkened(Color.parse(found["foreground"]), grounds, QUIET).hex
    except (KeyError, ColorParseError):
        return dict(variables)  # a theme that names its colours in another way
    return found


def _darkened(colour: Color, grounds: list[Color], share: float) -> Color:
    """The colour, or as little darker as it takes to be read on all grounds when `share` of it covers them."""
    for step in range(STEPS + 1):
        darker = colour.blend(Color(0, 0, 0), step / STEPS)
        if all(_contrast(ground.blend(darker, share), ground) >= READABLE for ground in grounds):
            break
    return darker


def _contrast(text: Color, ground: Color) -> float:
    return contrast(text.rich_color, ground.rich_color)
