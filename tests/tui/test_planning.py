"""Coverage, the plan by hand and the settings, through keys; and a picture of each screen."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driving import Opened, answer, messages, reached, ready, settled, until
from textual.pilot import Pilot
from textual.widgets import Button, Input

from core.doctor import Check
from core.settings.fields import Settings, config_file
from tui.app import BrightrunApp
from tui.screens.coverage import CoverageScreen
from tui.screens.coverage_dialogs import TargetsDialog
from tui.screens.plan_form import PlanForm
from tui.screens.plan_proposals import ProposalsScreen
from tui.screens.settings import SettingsScreen

SIZES = [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)]  # the wide ones with make test-all
Compare = Callable[..., bool]


async def reach(pilot: Pilot[None], kind: type[Any], *keys: str) -> Any:
    """Press keys and wait for the screen they open."""
    await pilot.press(*keys)
    await reached(pilot, kind)
    await until(pilot, lambda: getattr(pilot.app.screen, "found", True) is not None)
    assert isinstance(pilot.app.screen, kind), messages(pilot.app)  # type: ignore[arg-type]
    await settled(pilot)
    return pilot.app.screen


@pytest.mark.slow
async def test_a_changed_share_leads_to_rows_that_are_looked_at_and_added(opened: Opened) -> None:
    async with opened() as (app, pilot):
        coverage = await reach(pilot, CoverageScreen, "C")
        await pilot.press("P")
        await until(pilot, lambda: "Every target share is met" in messages(app)[-1])
        await pilot.press("t")
        await settled(pilot)
        dialog = await reach(pilot, TargetsDialog, "enter")
        dialog.query_one("#share-0", Input).value = "50"
        await pilot.press("ctrl+s")
        coverage = await reach(pilot, CoverageScreen)
        await until(pilot, lambda: coverage.found.missing == 5)
        assert "▾5 (40 of 45)" in "".join(text for line in coverage.matrix.foot for text, _ in line)
        proposals = await reach(pilot, ProposalsScreen, "P")
        await pilot.press("space")
        assert len(proposals.ticked) == 4
        form = await reach(pilot, PlanForm, "enter")
        form.query_one("#field-tone", Input).value = "loud"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.focused is form.query_one("#field-tone"))  # refused, and there it can be mended
        form.query_one("#field-tone", Input).value = "casual"
        await pilot.press("ctrl+s")
        await reach(pilot, ProposalsScreen)
        assert proposals.rows[1]["tone"] == "casual"
        await pilot.press("a")
        await answer(pilot, "y")
        coverage = await reach(pilot, CoverageScreen)
        await until(pilot, lambda: "4 rows planned" in coverage.footer.text)
        await pilot.press("escape")
        await until(pilot, lambda: app.overview.total == 104)
        assert len(app.main.ids) == 104
        await pilot.press("u")
        await settled(pilot)
        app.database_watch.look()
        assert app.overview.total == 100


@pytest.mark.slow
async def test_enter_on_a_cell_shows_its_rows_and_an_empty_one_can_be_planned(opened: Opened) -> None:
    async with opened() as (app, pilot):
        coverage = await reach(pilot, CoverageScreen, "C")
        await pilot.press("j", "l", "enter")
        await until(pilot, lambda: "No row has both" in messages(app)[-1])
        await pilot.press("k", "enter")
        await until(pilot, lambda: app.screen is app.main)
        assert len(app.main.ids) == coverage.found.cell("template", "jennifer").planned == 11
        await reach(pilot, CoverageScreen, "C")
        await pilot.press("j", "l", "p")
        await settled(pilot)
        proposals = await reach(pilot, ProposalsScreen, "2", "enter")
        assert {(row["tier"], row["persona"]) for row in proposals.rows} == {("scenario", "jennifer")}


async def test_a_planned_row_that_the_filter_hides_is_told_to_be_hidden(opened: Opened) -> None:
    async with opened(view="status:approved") as (app, pilot):
        await app.main.planned(["fp_marcus_007"])
        assert "the filter hides it, F shows all" in app.main.footer.text
        await pilot.press("F")
        await app.main.planned(["fp_marcus_007"])
        assert "hides" not in app.main.footer.text
        assert app.main.row is not None and app.main.row.conversation_id == "fp_marcus_007"


@pytest.mark.slow
async def test_a_row_by_hand(opened: Opened) -> None:
    async with opened() as (app, pilot):
        form = await reach(pilot, PlanForm, "N", *"tem", "tab", "tab", *"grief", "tab")  # faster than the form comes up
        assert form.query_one("#field-tier", Input).value == "template"
        assert form.query_one("#field-arc", Input).value == "grief_to_healing"
        await pilot.press("up", "down", "down")  # the arrows go from line to line
        assert app.focused is form.query_one("#field-scenario")
        form.query_one("#field-topic", Input).value = "A watch to sell"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main)
        assert app.overview.total == 101
        assert app.main.row is not None and app.main.row.topic == "A watch to sell"


async def test_a_row_is_planned_once_by_a_button_pressed_twice_and_keeps_texts_of_several_lines(
    opened: Opened, settings: Settings
) -> None:
    lines = "The first line.\nThe second."
    with sqlite3.connect(settings.database) as database:
        database.execute("UPDATE conversations SET session_context = ? WHERE number = 99", (lines,))
    async with opened(view="number:99") as (app, pilot):
        await app.main.action_run("plan.clone")
        form = await reached(pilot, PlanForm)
        database.execute("BEGIN IMMEDIATE")  # so that the second press comes while the first is stored
        form.query_one("#yes", Button).press()
        form.query_one("#yes", Button).press()
        await pilot.pause()
        database.execute("ROLLBACK")
        await until(pilot, lambda: app.screen is app.main)
        assert app.browser.overview().total == 101
    texts = database.execute("SELECT session_context FROM conversations WHERE session_context LIKE 'The first line.%'")
    assert texts.fetchall() == [(lines,)] * 2
    database.close()


@pytest.mark.slow
async def test_a_setting_is_changed_in_place(opened: Opened) -> None:
    async with opened() as (app, pilot):
        app.flags = {"database": app.settings.database, "provider": "simulated"}
        screen = await reach(pilot, SettingsScreen, "S")
        await pilot.press("slash", *"finished", "space", *"conv", "enter")  # found by what it means
        assert screen.setting is not None
        assert screen.setting.name == "toast_every"
        await pilot.press("enter")
        await settled(pilot)
        pilot.app.screen.query_one("#value", Input).value = "-1"
        await pilot.press("enter")
        await until(pilot, lambda: "must be a whole number" in str(pilot.app.screen.query_one("#problem").render()))
        pilot.app.screen.query_one("#value", Input).value = "25"
        await pilot.press("enter")
        await until(pilot, lambda: app.settings.toast_every == 25)
        assert config_file().read_text(encoding="utf-8") == "toast_every = 25\n"
        await until(pilot, lambda: screen.setting is not None)
        assert (screen.setting.name, screen.setting.shown) == ("toast_every", "25")
        assert screen.checks, "the doctor looked"
        await pilot.press("escape")
        assert isinstance(app.screen, SettingsScreen)
        assert screen.list.line_count() > len(screen.settings)


@pytest.fixture
def pictured(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A plan whose shares changed, at places that are the same on every machine; the disk of none is looked at."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTRUN_CONFIG", "config.toml")
    monkeypatch.setenv("LOGNAME", "somebody")
    shutil.move(settings.database, "plan.db")
    with sqlite3.connect("plan.db") as db:
        shares = '{"tier": {"template": 50, "scenario": 35, "edge_case": 15}}'
        db.execute("update packs set settings = json_set(settings, '$.own_target_shares', json(?))", (shares,))
        db.execute("update conversations set status = 'approved', turn_count = 4 where number between 20 and 40")
    checks = [Check("settings", "ok", "config.toml"), Check("disk", "warn", "0.9 GB free", "Make room.")]
    monkeypatch.setattr("tui.screens.settings.examine", lambda flags: iter(checks))
    return dataclasses.replace(settings, database="plan.db")


def _pressing(*keys: str) -> Callable[[Pilot[None]], Any]:
    async def run(pilot: Pilot[None]) -> None:
        await ready(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return run


def _app(settings: Settings) -> BrightrunApp:
    return BrightrunApp(settings, flags={"database": "plan.db", "reviewer": "tester", "provider": "simulated"})


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_coverage_screen(snap_compare: Compare, pictured: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(pictured), terminal_size=size, run_before=_pressing("C", "l"))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_proposals_screen(snap_compare: Compare, pictured: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(pictured), terminal_size=size, run_before=_pressing("C", "P", "space"))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_plan_form(snap_compare: Compare, pictured: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(pictured), terminal_size=size, run_before=_pressing("C", "P", "enter"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_settings_screen(snap_compare: Compare, pictured: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(pictured), terminal_size=size, run_before=_pressing("S", "j", "j"))
