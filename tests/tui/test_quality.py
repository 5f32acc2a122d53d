"""The quality dashboard by keys: it leads to the rows behind a figure, and asks before it decides many."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from driving import Opened, answer, footer, messages, seen, settled, until
from textual.pilot import Pilot
from textual.widgets import Input

from core.quality.dashboard import Deviation
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.pages.dashboard import _deviation
from tui.screens.quality import QualityScreen
from tui.screens.write_file import WriteFileDialog

LOW, GOOD = "fp_marcus_002", "fp_marcus_003"


@pytest.fixture
def written(settings: Settings) -> None:
    """Two examples count as written by the model and wait for a verdict: one good, one with a failed gate."""
    finding = '[{"check": "cut_message", "severity": "gate", "message": "[/ cut", "advice": "[red]Mend\\u001b]52 it."}]'
    with sqlite3.connect(settings.database) as db:
        values = "generation_method = 'claude_api', is_seed_example = 0, status = 'generated', approved_by = ''"
        db.execute(f"update conversations set {values}, quality_score = 8.5 where conversation_id = ?", (GOOD,))
        db.execute(f"update conversations set {values}, quality_score = 4.5 where conversation_id = ?", (LOW,))
        db.execute("update quality_metrics set findings = ? where conversation_id = ?", (finding, LOW))


async def _open(app: BrightrunApp, pilot: Pilot[None]) -> QualityScreen:
    await pilot.press("Q")
    await until(pilot, lambda: isinstance(app.screen, QualityScreen) and app.screen._alike)
    assert isinstance(app.screen, QualityScreen)
    return app.screen


async def _pick(screen: QualityScreen, pilot: Pilot[None], what: str) -> None:
    await pilot.press("tab", "tab")
    for _ in range(40):
        if what in str(screen.picked):
            return
        await pilot.press("j")
    raise AssertionError(f"{what} cannot be picked")


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)])
async def test_enter_shows_the_rows_of_an_issue(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        screen = await _open(app, pilot)
        await _pick(screen, pilot, "cut message")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert app.main.listed_ids() == [LOW]


@pytest.mark.usefixtures("written")
async def test_what_checks_say_never_reaches_the_terminal_as_it_is(opened: Opened) -> None:
    async with opened((160, 48)) as (app, pilot):
        await _open(app, pilot)
        assert "\x1b" not in seen(app)
        assert "[red]Mend␛]52 it." in seen(app)


@pytest.mark.usefixtures("written")
@pytest.mark.slow
async def test_good_rows_are_approved_and_low_ones_flagged_after_a_question(opened: Opened) -> None:
    async with opened((120, 40)) as (app, pilot):
        screen = await _open(app, pilot)
        await pilot.press("a")
        await answer(pilot, "right", "enter")
        row = app.browser.row(GOOD)
        assert row is not None
        assert row.status == "approved"
        await pilot.press("exclamation_mark")
        await answer(pilot, "right", "enter")
        low = app.browser.row(LOW)
        assert low is not None
        assert low.needs_review
        assert low.status == "generated"
        assert app.screen is screen
        await pilot.press("u")
        await settled(pilot)
        again = app.browser.row(LOW)
        assert again is not None
        assert not again.needs_review


async def test_an_empty_side_says_why_and_which_key_shows_the_other(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await _open(app, pilot)
        assert "Nothing is generated yet: A in the main list generates." in seen(app)
        await pilot.press("escape")
        assert app.screen is app.main


@pytest.mark.usefixtures("written")
async def test_the_report_is_written_where_one_says(opened: Opened, tmp_path: Path) -> None:
    async with opened() as (app, pilot):
        await _open(app, pilot)
        await pilot.press("c")
        await settled(pilot)
        dialog = app.screen
        assert isinstance(dialog, WriteFileDialog)
        dialog.query_one(Input).value = str(tmp_path / "out.csv")
        await answer(pilot, "enter")
        assert (tmp_path / "out.csv").read_bytes().count(b"\r\n") == 11
        assert "The report is in" in footer(app)
        assert messages(app) == []


def test_a_group_that_is_as_good_as_the_seeds_is_never_below_them_by_nothing() -> None:
    line = _deviation(Deviation("tier edge case", 15, 9.6, -0.02, ""), 78)
    assert "+0.0" in "".join(text for text, _ in line)
