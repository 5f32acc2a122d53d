"""The last line of a screen: keys, what was just done, and the toasts that lie over it."""

from __future__ import annotations

import dataclasses
import sqlite3

import pytest
from driving import Opened, answer, messages, settled, until
from textual.color import Color
from textual.widgets import Static
from textual.widgets._toast import Toast

from core.review.pace import Pace
from core.services import Services
from core.status import Verdict
from tui.colours import GROUNDS, TEXTS
from tui.screens.bound import BoundScreen
from tui.screens.dialogs import Dialog
from tui.screens.footer import fitted
from tui.screens.generate_dialog import GenerateDialog
from tui.widgets.tones import READABLE, contrast

PACE = ("34 reviewed, 41/h, about 50 min left", "34 done, 41/h, 50 min left", "34 · 41/h · 50 min")


def footer(screen: object) -> str:
    assert isinstance(screen, BoundScreen)
    return screen.footer.text


def test_words_are_shortened_from_the_end_and_no_fact_is_left_out() -> None:
    parts = ("✓ rejected fp_marcus_012", ("u undoes, ; says why", "u undo ; why"), PACE)
    assert fitted(parts, 90) == " · ".join((parts[0], parts[1][0], PACE[0]))
    assert fitted(parts, 78) == " · ".join((parts[0], parts[1][0], PACE[1]))
    assert fitted(parts, 62) == " · ".join((parts[0], parts[1][1], PACE[2]))


def test_the_pace_is_told_in_fewer_words_where_there_is_little_room() -> None:
    pace = Pace()
    pace.begin(0.0)
    for number in range(1, 35):
        pace.add(88.0 * number)
    assert pace.forms(34) == PACE and pace.text(34) == PACE[0]
    assert pace.forms(0) == ("34 reviewed, 41/h", "34 done, 41/h", "34 · 41/h")


async def test_the_keys_needed_most_stand_at_80_columns_with_undo_among_them(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("n", *"kind", "enter")
        await settled(pilot)
        app.main.quiet()
        shown = footer(app.main)
        assert len(shown.rstrip()) <= 80 and shown.rstrip().endswith("? Help")
        for key in ("enter Open", "a Approve", "r Reject", "e Needs edit", "u Undo note"):
            assert key in shown
    async with opened((160, 48)) as (app, _):
        assert "u Take back: note on fp_marcus_002" in footer(app.main)


async def test_a_message_that_fits_nowhere_is_told_above_the_line_in_full(opened: Opened) -> None:
    async with opened() as (app, pilot):
        text = "written to " + "/very/long/folder" * 6
        app.main.say(text)
        await pilot.pause()
        assert messages(app) == [text]


async def test_under_a_dialog_no_keys_of_the_screen_below_are_shown(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape")
        assert "q quits" in footer(app.main)
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, GenerateDialog))
        await until(pilot, lambda: footer(app.main).strip() == "")
        app.main.say("10 of 90 conversations are written.")
        assert "10 of 90" in footer(app.main)
        await answer(pilot, "escape")
        app.main.quiet()
        assert "? Help" in footer(app.main)


async def test_toasts_take_each_others_place_lie_over_the_last_line_and_go_with_their_screen(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("s")
        await pilot.press("x")
        await until(pilot, lambda: len(messages(app)) == 1 and "has a text already" in messages(app)[0])
        await settled(pilot)
        toast = app.screen.query_one(Toast)
        assert toast.region.bottom == 24 and toast.region.height <= 2 and toast.region.width >= 78
        await pilot.press("enter")
        await until(pilot, lambda: messages(app) == [])


async def test_an_act_that_cannot_be_undone_stays_the_next_until_it_is_passed_over(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        app.settings = dataclasses.replace(app.settings, review_order="plan")
        for _ in range(2):  # a key typed ahead of its row is not applied
            await pilot.press("a")
            await settled(pilot)
        second = app.browser.row(to_review[1])
        assert second is not None
        anna = type(services.review)(services.database, "anna")
        await anna.decide(to_review[1], Verdict.REJECT, expected_version=second.version)
        for _ in range(2):
            await pilot.press("u")
            await settled(pilot)
            assert "was changed in the meantime by anna" in messages(app)[-1]
            assert "In the palette (:), Leave as it is goes on to the act before" in messages(app)[-1]
            assert app.browser.row(to_review[0]).status == "approved"  # type: ignore[union-attr]
        await app.main.action_run("review.pass_over")
        await services.review.recall()  # another sitting knows it, too
        assert services.review.undo_text == app.services.review.undo_text  # type: ignore[union-attr]
        await pilot.press("u")
        assert app.browser.row(to_review[0]).status == "generated"  # type: ignore[union-attr]
        assert app.browser.row(to_review[1]).status == "rejected"  # type: ignore[union-attr]


async def test_cleared_practice_comes_back_by_undo(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    with sqlite3.connect(services.settings.database) as db:
        db.execute("update conversations set generation_method = 'simulated' where status = 'generated'")
    async with opened() as (app, pilot):
        text = app.browser.reading(app.main.row).turns[0].user  # type: ignore[arg-type]
        app.main.do_practice_clear()
        await settled(pilot)
        await answer(pilot, "y")
        assert "3 practice results back to planned · u takes that back" in footer(app.main)
        assert app.overview.by_status["planned"] == 93 and app.overview.simulated == 0
        await pilot.press("u")
        await until(pilot, lambda: app.overview.by_status["generated"] == 3 and app.overview.simulated == 3)
        assert app.browser.reading(app.main.row).turns[0].user == text  # type: ignore[arg-type]


async def test_what_was_off_the_screen_when_it_changed_is_drawn_as_it_is_now(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G")
        first = app.browser.row(to_review[0])
        assert first is not None
        await services.review.decide(first.conversation_id, Verdict.REJECT, expected_version=first.version)
        app.database_watch.look()
        await pilot.press("g")
        assert app.main.row is not None and app.main.row.status == "rejected"


async def test_every_text_of_a_light_theme_stands_out_from_its_ground(opened: Opened) -> None:
    async with opened() as (app, pilot):
        for theme in ("textual-light", "solarized-light", "catppuccin-latte", "atom-one-light"):
            app.theme = theme
            await pilot.pause()
            found = app.theme_variables
            grounds = [Color.parse(found[name]) for name in GROUNDS]
            for ground in grounds:
                shown = {name: Color.parse(found[name]) for name in TEXTS}
                shown["quiet"] = ground.blend(Color.parse(found["foreground"]), 0.6)
                for name, colour in shown.items():
                    assert contrast(colour.rich_color, ground.rich_color) >= READABLE, (theme, name)


@pytest.mark.parametrize("key", ["o", "D"])
async def test_a_dialog_higher_than_the_terminal_scrolls_to_what_has_the_focus(opened: Opened, key: str) -> None:
    async with opened((60, 13)) as (app, pilot):
        await pilot.press("U", key)
        await until(pilot, lambda: isinstance(app.screen, Dialog))
        assert isinstance(app.screen, Dialog)
        focused = app.focused
        assert focused is not None
        box = app.screen.query_one(".dialog")
        assert box.region.height <= 13
        if not isinstance(focused, Static):
            assert app.screen.region.contains_region(focused.region.intersection(box.region))


async def test_own_verdicts_are_no_news_and_those_of_others_are(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    async with opened(view="is:to_review") as (app, pilot):
        app.settings = dataclasses.replace(app.settings, review_order="plan")
        await pilot.press("a")
        assert "1 done, . refreshes" in app.main.chips_bar.text
        third = app.browser.row(to_review[2])
        assert third is not None
        await services.review.decide(third.conversation_id, Verdict.REJECT, expected_version=third.version)
        app.database_watch.look()
        assert "1 changed, . refreshes" in app.main.chips_bar.text
        await pilot.press("a")
        assert app.overview.to_review == 0
        await pilot.press("full_stop")
        assert "Nothing is left to review" in app.main.table.empty_text


async def test_a_terminal_that_is_too_small_says_how_large_it_is_and_has_to_be(opened: Opened) -> None:
    async with opened((44, 10)) as (app, pilot):
        for screen in ("main", "detail"):
            notice = app.screen.query_one("#no-room", Static)
            assert str(notice.render()) == ("brightrun needs 50 × 12\nthis is 44 × 10\nmake the window larger")
            assert notice.region == app.screen.region, screen
            await pilot.press("enter")
            await settled(pilot)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not app.screen.query_one("#no-room").display and "? Help" in footer(app.screen))


async def test_an_answer_in_the_last_line_takes_away_the_one_that_lay_over_it(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("x")
        assert "has a text already" in messages(app)[-1]
        await pilot.press("w")
        assert messages(app) == [] and "marked as reviewed" in footer(app.main)
        await pilot.press("w", "u")  # the longest words of one act there are fit, too
        assert messages(app) == [] and "took back: mark as reviewed" in footer(app.main)
        assert footer(app.main).rstrip().endswith("u: reviewed")
        app.main.quiet()
        assert "u Undo reviewed" in footer(app.main)


@pytest.mark.parametrize("length", [75, 76, 77, 78, 160])
async def test_no_line_of_a_toast_is_cut_off(opened: Opened, length: int) -> None:
    async with opened() as (app, pilot):
        app.tell(("word " * 40)[: length - 1] + "Z")
        await settled(pilot)
        toast = app.screen.query_one(Toast)
        assert toast.region.bottom <= app.size.height
