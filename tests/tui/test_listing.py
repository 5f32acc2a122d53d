"""Finding rows: search as you type, filters, sort and marks."""

from __future__ import annotations

import pytest
from driving import Opened, messages, settled, until

from core.query import Criteria
from core.services import Services
from core.status import Verdict

KEYS = {" ": "space", ":": "colon", "<": "less_than_sign", ",": "comma", "_": "underscore"}


def typed(text: str) -> list[str]:
    return [KEYS.get(character, character) for character in text]


async def test_search_filters_while_typing_and_escape_gives_the_old_filter_back(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("slash", *typed("persona:marcus"))
        await until(pilot, lambda: app.main.table.total == 17)
        await pilot.press("escape")
        await pilot.pause()
        assert app.main.table.total == 100
        assert app.main.table.has_focus


async def test_a_mistake_in_the_query_is_pointed_at_and_keeps_the_list(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("slash", *typed("tier:1 scroe:6"))
        await settled(pilot)
        hint = app.main.query_hint.text
        assert hint.index("▔") == 1 + len("tier:1 ")
        assert "Did you mean score?" in hint
        await pilot.press("enter")
        assert app.main.has_class("-searching")


async def test_enter_keeps_the_search_and_f_clears_it(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("slash", *typed("tier:edge_case"), "enter")
        await until(pilot, lambda: app.main.table.total == 15)
        assert "15 of 100" in app.main.chips_bar.text
        await pilot.press("F")
        assert app.main.table.total == 100


async def test_the_last_chip_is_dropped_first(opened: Opened) -> None:
    async with opened(view="persona:marcus tier:template") as (app, pilot):
        few = app.main.table.total
        await pilot.press("backspace")
        assert app.main.table.total > few
        await pilot.press("backspace", "backspace")
        assert "There is no filter" in messages(app)[-1]


async def test_filters_are_switched_in_the_pane_and_the_keys_of_the_table_rest(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f")
        await until(pilot, lambda: app.main.facets.counts.get("tier"))
        await pilot.press(*typed("edge"))
        await pilot.press("down", "space")
        await until(pilot, lambda: app.main.table.total == 15)
        await pilot.press("escape", "escape")
        assert not app.main.has_class("-filters")


@pytest.mark.slow
async def test_the_pane_says_what_is_left_to_generate_and_for_how_much(opened: Opened) -> None:
    async with opened((160, 48)) as (app, pilot):
        await until(pilot, lambda: "about" in app.main.facets.summary)
        assert app.main.facets.summary.startswith("100 shown, 90 to generate, about $")
        assert app.main.facets.summary.endswith("ctrl+g generates these")


async def test_sorting_turns_round_and_is_remembered_with_filter_and_cursor(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("o")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: (app.browser.criteria.sort, app.browser.criteria.descending) == ("number", True))
        await pilot.press("j", "j")
        cursor = app.main.row
        await until(pilot, lambda: app.browser.view_state["cursor"] == cursor.id)  # type: ignore[union-attr]
    async with opened() as (app, pilot):
        assert app.browser.criteria.descending
        assert app.main.row == cursor


async def test_marks_survive_a_filter_and_their_number_is_shown(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("space", "j", "j", "v")
        assert "4 marked" in app.main.chips_bar.text
        await pilot.press("slash", *typed("david"), "enter")
        await until(pilot, lambda: "4 marked" in app.main.chips_bar.text)
        await pilot.press("asterisk")
        await until(pilot, lambda: len(app.main.table.marks) > 4)
        await pilot.press("minus")
        assert not app.main.table.marks


async def test_an_empty_list_says_which_key_fills_it(opened: Opened) -> None:
    async with opened(view="zzzz") as (app, pilot):
        assert app.main.row is None
        assert app.main.table.empty_text == "No row matches the filter. F clears it, / changes it."
        await pilot.press("a", "enter", "x", "n", "y", "space")
        assert "The list is empty" in messages(app)[-1]


async def test_an_empty_list_fills_by_itself_and_what_comes_later_is_not_marked_unseen(
    opened: Opened, services: Services
) -> None:
    async with opened(view="is:to_review") as (app, pilot):
        assert "A generates the 90 that remain" in app.main.table.empty_text
        for marked, name in enumerate(("fp_marcus_002", "fp_marcus_003")):
            await services.review.decide_many([name], Verdict.REOPEN)
            app.database_watch.look()
            await pilot.pause()
            assert app.main.table.total == 1 and app.main.stale == marked
        await pilot.press("asterisk")
        assert app.main.table.marks == {"fp_marcus_002"}


async def test_the_pane_is_counted_when_a_wider_window_brings_it_back(opened: Opened, services: Services) -> None:
    async with opened() as (app, pilot):
        await pilot.press("f")
        await until(pilot, lambda: dict(app.main.facets.counts.get("is", [])).get("to_review") == 0)
        await pilot.press("escape")
        await services.review.decide_many(["fp_marcus_002"], Verdict.REOPEN)
        app.database_watch.look()
        await pilot.resize_terminal(160, 48)
        await until(pilot, lambda: dict(app.main.facets.counts["is"])["to_review"] == 1)


async def test_a_line_that_letters_are_typed_into_takes_away_what_was_told_of_keys(opened: Opened) -> None:
    async with opened() as (app, pilot):
        for key, hint in (("f", "a-z Find"), ("slash", "Take the word")):
            await pilot.press("escape")
            assert "q quits" in app.main.footer.text
            await pilot.press(key)
            await settled(pilot)
            assert hint in app.main.footer.text
            await pilot.press("escape")


async def test_the_order_of_review_goes_with_its_list_and_any_other_stays(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened(view="persona:marcus sort:-number") as (app, pilot):
        await pilot.press("F")
        assert (app.browser.criteria.sort, app.browser.criteria.descending) == ("number", True)
        await pilot.press("t")
        assert app.browser.criteria.sort == "review"
        await pilot.press("F")
        assert app.browser.criteria == Criteria()


async def test_on_a_narrow_line_the_filter_is_told_before_the_place_in_the_list(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened(view="is:to_review sort:review") as (app, pilot):
        await pilot.press("space", "space")
        app.main.stale = 43
        app.main.draw_chips()
        shown = app.main.chips_bar.text
        assert "is:to_review" in shown and "2 marked" in shown and "43 changed" in shown and "1 to 3" not in shown


async def test_where_the_keys_of_a_pane_do_not_fit_the_way_back_is_left(opened: Opened) -> None:
    async with opened((60, 15)) as (app, pilot):
        await pilot.press("f")
        await until(pilot, lambda: app.main.footer.text.rstrip().endswith("esc Back"))
