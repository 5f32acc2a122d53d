"""Columns, ranges, completion and saved views, through keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing

import pytest
from driving import Opened, answer, settled
from test_listing import typed
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from core.query import SORTS, parse
from tui.app import BrightrunApp
from tui.screens.columns_dialog import ColumnsDialog
from tui.screens.heading import Heading
from tui.screens.view_picker import ViewPicker
from tui.widgets.columns import COLUMNS, columns_for, room_of


def shown(app: BrightrunApp) -> list[str]:
    return [spec.key for spec in app.main.table.columns_shown]


async def pressed(pilot: Pilot[None], keys: Iterable[str]) -> None:
    await pilot.press(*keys)
    await settled(pilot)


def test_a_list_can_be_sorted_by_every_column() -> None:
    assert set(COLUMNS) == set(SORTS)


@pytest.mark.parametrize("width", [44, 78, 120, 200])
def test_the_columns_one_asked_for_are_those_one_gets(width: int) -> None:
    wanted = ("score", "topic", "template", "cost", "reviewer", "start")
    assert tuple(spec.key for spec in columns_for(width, wanted)) == wanted
    assert room_of(columns_for(78)) <= 78


@pytest.mark.slow
async def test_columns_are_chosen_moved_and_sorted_by_and_stay_so(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pressed(pilot, "c")
        assert isinstance(app.screen, ColumnsDialog)
        await pressed(pilot, ("j", "space", "j", "J", "s", "enter"))  # hide persona; topic after status, sorted by it
        assert shown(app) == ["number", "status", "topic", "score"]
        assert app.browser.criteria.sort == "topic"
        topics = [app.main.table.pages.at(position).topic for position in range(5)]  # type: ignore[union-attr]
        assert topics == sorted(topics)
    async with opened() as (app, pilot):
        assert shown(app) == ["number", "status", "topic", "score"]
        await pressed(pilot, ("c", "d"))
        assert shown(app) == ["number", "persona", "topic", "status", "score"]


@pytest.mark.slow
async def test_the_search_line_offers_words_and_tab_takes_them(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pressed(pilot, ("slash", *typed("pers")))
        assert "persona:" in app.main.query_hint.text
        await pressed(pilot, ("tab", *typed("mar")))
        assert "marcus  17" in app.main.query_hint.text
        await pressed(pilot, ("tab", *typed("is:")))
        await pressed(pilot, ("shift+tab", "tab", "enter"))
        assert app.browser.criteria.values == (("persona", ("marcus",)),)
        assert app.browser.criteria.states == ("remaining",)
        assert app.main.table.has_focus


@pytest.mark.slow
async def test_a_saved_view_comes_back_with_its_filter_order_and_columns(opened: Opened) -> None:
    async with opened(view="persona:marcus sort:-number") as (app, pilot):
        await pressed(pilot, ("c", "j", "space", "enter", "V"))
        assert isinstance(app.screen, ViewPicker)
        await pressed(pilot, ("s", *typed("mine"), "enter"))
        await pressed(pilot, ("F", "c", "d"))
        assert app.main.table.total == 100
        await pressed(pilot, ("V", "enter"))
        assert app.main.table.total == 17
        assert app.browser.criteria.descending
        assert shown(app) == ["number", "topic", "status", "score"]
        await pressed(pilot, ("V", "d"))
        await answer(pilot, "y")
        assert app.browser.views() == []


@pytest.mark.slow
async def test_a_range_is_set_in_the_pane_and_every_filter_can_be_dropped_there(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pressed(pilot, ("f", *typed("score"), "enter"))
        await pressed(pilot, (*typed("high"), "enter"))  # no number: it says so and stays
        assert app.screen is not app.main
        await pressed(pilot, (*["backspace"] * 4, *typed("9"), "full_stop", "full_stop", *typed("9"), "full_stop", "6"))
        await pressed(pilot, ("enter",))
        assert dict(app.browser.criteria.ranges)["score"].high == 9.6
        assert 0 < app.main.table.total < 10
        await pressed(pilot, ("escape", "home", "down", "space"))  # the first of "filters now"
        assert app.browser.criteria.is_empty


async def test_marks_that_the_filter_hides_are_counted(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pressed(pilot, ("space", "space", "space"))
        await pressed(pilot, ("slash", *typed("david"), "enter"))
        assert "3 marked, 3 not shown" in app.main.chips_bar.text
        await pressed(pilot, ("space", "F"))
        assert "4 marked " in app.main.chips_bar.text


async def test_what_waits_for_review_and_who_reviews_is_never_cut_off(opened: Opened) -> None:
    async with opened() as (app, _):
        with closing(sqlite3.connect(app.database)) as db:
            db.execute("update conversations set status = 'generated', needs_review = 1 where number > 10")
            db.commit()
        app.database_watch.look()
        for width in range(40, 120):
            heading = Heading("financial planning", "a.long.reviewer", "simulated", app.overview, app.progress)
            line = heading.narrow(width)
            assert "90 to review" in line.plain, width
            assert "a.long" in line.plain, width
            assert not line.plain.strip().startswith("·"), width
            assert line.cell_length <= width


async def test_while_a_view_is_named_its_keys_are_told(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pressed(pilot, ("V", "s"))
        assert "enter saves it under this name" in str(app.screen.query_one("#keys", Static).content)


@pytest.mark.slow
async def test_a_column_of_a_newer_version_is_passed_over(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await app.main.set_columns(("topic", "of_a_newer_version"))
        await pressed(pilot, ("c", "enter"))
        assert shown(app) == ["topic"]


@pytest.mark.slow
async def test_a_filter_dropped_twice_takes_no_other_with_it(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await app.main.apply(parse("tier:seed persona:marcus status:approved"))
        await pressed(pilot, ("f", "home", "down"))
        for _ in range(2):  # as a slow connection delivers them: at once
            app.post_message(events.Key("space", " "))
        await settled(pilot)
        assert len(app.browser.criteria.values) == 2
