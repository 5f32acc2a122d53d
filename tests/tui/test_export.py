"""Exporting from the app: the real first records are shown, and only approved rows are written."""

from __future__ import annotations

import json
from pathlib import Path

from driving import Opened
from textual.widgets import Input, RadioSet, Static

from tui.screens.export_dialog import ExportDialog


async def test_approved_rows_are_shown_and_written(opened: Opened, tmp_path: Path) -> None:
    async with opened((160, 48)) as (app, pilot):
        await pilot.press("E")
        await pilot.pause(0.2)
        screen = app.screen
        assert isinstance(screen, ExportDialog)
        screen.query_one("#folder", Input).value = str(tmp_path / "out")
        screen.query_one("#format", RadioSet).action_next_button()
        screen.query_one("#format", RadioSet).action_toggle_button()
        await pilot.pause(0.8)
        assert "10 conversations, 41 turns" in str(screen.query_one("#count", Static).content)
        assert "messages" in str(screen.query_one("#records", Static).content)
        await pilot.press("ctrl+s")
        for _ in range(50):
            await pilot.pause(0.05)
            if app.screen is app.main:
                break
        assert app.screen is app.main
    files = list((tmp_path / "out").rglob("*.jsonl"))
    assert len(files) == 1
    assert len([json.loads(line) for line in files[0].read_text().splitlines()]) == 10


async def test_nothing_is_written_when_it_is_cancelled(opened: Opened, tmp_path: Path) -> None:
    async with opened() as (app, pilot):
        await pilot.press("E")
        await pilot.pause(0.2)
        app.screen.query_one("#folder", Input).value = str(tmp_path / "out")
        await pilot.pause(0.3)
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert app.screen is app.main
    assert not (tmp_path / "out").exists()
