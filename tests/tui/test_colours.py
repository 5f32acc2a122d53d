"""Colours: none at all where none are wanted, the terminal's own with an ANSI theme, readable ones on light paper."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from driving import ready, settled, until
from rich.color import Color, ColorType
from rich.segment import Segment
from textual.pilot import Pilot

from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.widgets.tones import READABLE, contrast


@asynccontextmanager
async def shown(settings: Settings, theme: str) -> AsyncIterator[tuple[BrightrunApp, Pilot[None]]]:
    chosen = dataclasses.replace(settings, theme=theme)
    app = BrightrunApp(chosen, flags=dataclasses.asdict(chosen))
    async with app.run_test(size=(120, 30)) as pilot:
        await ready(pilot)
        yield app, pilot


def segments(app: BrightrunApp) -> list[Segment]:
    """What is on the screen, as it goes to the terminal."""
    return [part for strip in app.screen._compositor.render_strips() for part in strip if part.text.strip()]


def colours(app: BrightrunApp) -> list[Color]:
    found = [c for part in segments(app) if part.style for c in (part.style.color, part.style.bgcolor)]
    return [c for c in found if c is not None]


async def test_no_color_leaves_out_every_colour_and_still_shows_where_one_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(settings, "textual-light") as (app, pilot):
        for keys in ((), ("o",), ("escape", "colon")):
            await pilot.press(*keys)
            await until(pilot, lambda: {c.type for c in colours(app)} <= {ColorType.DEFAULT})
        await pilot.press("escape")
        await until(pilot, lambda: app.main.row is not None)
        cursor = [part for part in segments(app) if app.main.row.topic[:8] in part.text]
        assert any(part.style is not None and part.style.reverse for part in cursor)
        assert any("● approved" in part.text and "▲" in part.text for part in segments(app))


async def test_light_themes_can_be_read_and_an_ansi_theme_uses_only_the_colours_of_the_terminal(
    settings: Settings,
) -> None:
    async with shown(settings, "sepia") as (app, pilot):
        assert any("There is no theme sepia" in note.message for note in app._notifications)
        for theme in ("textual-light", "solarized-light"):
            app.theme = theme
            await settled(pilot)
            table = app.main.table
            drawn = [part for y in range(table.size.height) for part in table.render_line(y) if part.text.strip()]
            pairs = {(part.style.color, part.style.bgcolor) for part in drawn if part.style and not part.style.bold}
            assert len(pairs) > 3
            for text, paper in pairs:
                assert text is not None and paper is not None
                assert contrast(text, paper) >= READABLE, (theme, text, paper)
        app.clear_notifications()
        app.theme = "ansi-light"
        await settled(pilot)
        found = colours(app)
        assert {c.type for c in found} == {ColorType.DEFAULT, ColorType.STANDARD}
        assert all(c.number is None or c.number < 16 for c in found)
