"""The templates screen by keys: read, compare, try with a row, and choose what is active after a question."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from driving import Opened, answer, footer, messages, seen, sees, settled, until
from textual.pilot import Pilot
from textual.widgets import Input, Static

from core.pack.places import PROMPTS
from tui.app import BrightrunApp
from tui.screens.templates import TemplatesScreen
from tui.screens.templates_page import ShareDialog

SHAME = "tier1_shame_to_acceptance"


async def _open(app: BrightrunApp, pilot: Pilot[None], name: str = SHAME) -> TemplatesScreen:
    await pilot.press("T")
    await sees(pilot, "annotation v1")
    screen = app.screen
    assert isinstance(screen, TemplatesScreen)
    while screen.version is not None and screen.version.template_id != name:
        await pilot.press("j")
    return screen


def _changed_files(app: BrightrunApp, tmp_path: Path) -> None:
    """A copy of the files in which one has a line more."""
    folder = Path(shutil.copytree(PROMPTS, tmp_path / "prompts"))
    path = folder / f"{SHAME}.md"
    path.write_text(path.read_text() + "\nA line [/ that \x1b]52;c;eA== is new.\n")
    assert app.services is not None
    app.services.templates._folder = folder


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)])
async def test_a_template_is_read_and_tried_with_the_row_of_the_list(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size, view="arc:shame_to_acceptance") as (app, pilot):
        row = app.main.row
        assert row is not None
        await _open(app, pilot)
        await pilot.press("enter")
        await sees(pilot, "placeholders")
        await pilot.press("escape", "t")
        await sees(pilot, "Nothing is sent.")
        assert "made with another" not in seen(app)
        assert row.conversation_id in str(app.screen.query_one("#header", Static).content)
        await pilot.press("escape", "escape")
        assert app.screen is app.main


@pytest.mark.slow
async def test_two_versions_share_the_rows_until_one_is_activated(opened: Opened, tmp_path: Path) -> None:
    async with opened((120, 40)) as (app, pilot):
        screen = await _open(app, pilot)
        await pilot.press("d")
        await until(pilot, lambda: "is the only version" in messages(app)[-1])
        _changed_files(app, tmp_path)
        await pilot.press("R")
        await sees(pilot, f"{SHAME} v2")
        assert "2 lines added" in footer(app)
        while screen.version is None or screen.version.version != 2:
            await pilot.press("k")
        await pilot.press("d")
        await sees(pilot, "+ A line [/ that ␛]52;c;eA== is new.")
        await pilot.press("escape", "b")
        await settled(pilot)
        dialog = app.screen
        assert isinstance(dialog, ShareDialog)
        dialog.query_one(Input).value = "130"
        await answer(pilot, "enter")
        assert app.screen is dialog
        dialog.query_one(Input).value = "30"
        await answer(pilot, "enter")
        await sees(pilot, "30%")
        assert {v.version: round(v.share, 2) for v in screen.versions} == {2: 0.3, 1: 0.7}
        assert "A/B" in seen(app)
        await pilot.press("a")
        await answer(pilot, "y")
        await until(pilot, lambda: {v.version: v.is_active for v in screen.versions} == {2: True, 1: False})
        await pilot.press("x")
        await answer(pilot, "n")
        assert all(v.is_active == (v.version == 2) for v in screen.versions)


async def test_a_template_without_a_stand_in_is_kept_and_says_why(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await _open(app, pilot, "tier1_generic")
        await pilot.press("x")
        await answer(pilot, "y")
        await until(pilot, lambda: "Nothing would stand in" in messages(app)[-1])
        await pilot.press("escape")
        assert app.screen is app.main
