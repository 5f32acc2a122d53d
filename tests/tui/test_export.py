"""Exporting from the app: the real first records are shown, and only approved rows are written."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from driving import Opened, messages, settled, until
from textual.widgets import Input, RadioSet, Static

from core.export.request import ExportRequest
from core.services import Services
from data.criteria import Criteria
from tui.screens.export_dialog import ExportDialog
from tui.screens.export_history import ExportHistory
from tui.widgets.tick_box import TickBox


async def test_approved_rows_are_shown_and_written(opened: Opened, tmp_path: Path) -> None:
    async with opened((160, 48)) as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, ExportDialog)
        screen.query_one("#folder", Input).value = str(tmp_path / "out")
        formats = screen.query_one("#format", RadioSet)
        formats.action_next_button()
        formats.action_next_button()
        formats.action_toggle_button()
        await until(pilot, lambda: '"messages"' in str(screen.query_one("#records", Static).content))
        assert "10 conversations, 41 turns" in str(screen.query_one("#count", Static).content)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main)
    files = list((tmp_path / "out").rglob("*.jsonl"))
    assert len(files) == 1
    assert len([json.loads(line) for line in files[0].read_text().splitlines()]) == 10


async def test_nothing_is_left_of_an_export_that_is_stopped(opened: Opened, tmp_path: Path) -> None:
    async with opened() as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        screen = app.screen
        screen.query_one("#folder", Input).value = str(tmp_path / "out")
        await settled(pilot)
        locked = sqlite3.connect(app.settings.database, isolation_level=None)
        locked.execute("begin immediate")  # so it waits, with all written, to be put on record
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any((tmp_path / "out").rglob("*.json")), busy=True)
        assert any((tmp_path / "out").rglob("*"))
        await pilot.press("escape")
        await until(pilot, lambda: any(one.group == "stop" for one in app.workers), busy=True)
        locked.execute("rollback")
        locked.close()
        await until(pilot, lambda: "Stopped" in str(screen.query_one("#count", Static).content))
        assert app.screen is screen
        assert not any((tmp_path / "out").rglob("*"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


@pytest.mark.slow
async def test_a_filter_that_holds_nothing_approved_gives_way_to_all_approved_rows(opened: Opened) -> None:
    async with opened(view="is:remaining") as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        screen = app.screen
        assert "10 conversations, 41 turns" in str(screen.query_one("#count", Static).content)
        assert screen.query_one("#scope", RadioSet).pressed_index == 1


@pytest.mark.slow
async def test_the_detail_exports_the_conversation_it_shows(opened: Opened, tmp_path: Path) -> None:
    async with opened() as (app, pilot):
        await pilot.press("enter")
        await settled(pilot)
        shown = app.main.row
        assert shown is not None
        await pilot.press("E")
        await settled(pilot)
        app.screen.query_one("#folder", Input).value = str(tmp_path / "out")
        await settled(pilot)
        await pilot.press("y")
        await until(pilot, lambda: not isinstance(app.screen, ExportDialog))
    (manifest,) = (tmp_path / "out").glob("manifest-*.json")
    assert json.loads(manifest.read_text())["filter"] == f"id:{shown.conversation_id}"


@pytest.mark.slow
async def test_a_former_export_is_chosen_and_written_again(opened: Opened, services: Services, tmp_path: Path) -> None:
    wanted = ExportRequest("alpaca", Criteria(ids=("fp_marcus_002",)), tmp_path / "first")
    first = await services.export.write(wanted)
    async with opened() as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        dialog = app.screen
        dialog.query_one("#folder", Input).value = str(tmp_path / "again")
        await settled(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, ExportHistory))
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "once more" in str(dialog.query_one("#count", Static).content))
        await pilot.press("y")
        await until(pilot, lambda: app.screen is app.main)
    assert (tmp_path / "again" / first.files[0].name).read_bytes() == first.files[0].read_bytes()


@pytest.mark.slow
async def test_balance_seed_context_and_one_file_are_chosen_as_on_the_command_line(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, ExportDialog)
        for name, text in (("#balance", "persona, tier"), ("#seed", "7"), ("#context", "2000")):
            screen.query_one(name, Input).value = text
        screen.query_one("#merge", TickBox).value = True
        await settled(pilot)
        request = screen._request()
        assert (request.balance, request.seed, request.context, request.merge) == (("persona", "tier"), 7, 2000, True)
        told = str(screen.query_one("#count", Static).content)
        assert "every persona and tier has as many as the rarest" in told
        screen.query_one("#balance", Input).value = "mood"
        await until(pilot, lambda: "no dimension 'mood'" in str(screen.query_one("#count", Static).content))


@pytest.mark.slow
async def test_a_folder_below_a_home_that_nobody_has_is_a_folder_of_that_name(opened: Opened) -> None:
    async with opened((160, 48)) as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, ExportDialog)
        screen.query_one("#folder", Input).value = "~nosuchperson/out"
        await settled(pilot)
        assert screen._request().folder == Path.cwd() / "~nosuchperson" / "out"
        assert "10 conversations" in str(screen.query_one("#count", Static).content)


async def test_what_nobody_expected_in_a_dialog_is_told(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: ExportDialog) -> ExportRequest:
        raise ZeroDivisionError("by nobody's fault")

    monkeypatch.setattr(ExportDialog, "_request", broken)
    async with opened() as (app, pilot):
        await pilot.press("E")
        await until(pilot, lambda: "ZeroDivisionError: by nobody's fault" in messages(app))


@pytest.mark.slow
async def test_a_writing_begun_while_former_exports_are_looked_up_ends_in_its_dialog(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, ExportDialog) and app.services is not None
        screen.query_one("#folder", Input).value = str(tmp_path)
        await settled(pilot)
        begun, found, history = asyncio.Event(), asyncio.Event(), app.services.export.history

        async def late() -> list[Any]:
            begun.set()
            await found.wait()
            return await history()

        monkeypatch.setattr(app.services.export, "history", late)
        screen.action_history()
        await until(pilot, begun.is_set, busy=True)
        screen.action_write()
        found.set()
        await until(pilot, lambda: app.screen is app.main)
        assert "written" in app.main.footer.text
