"""Reviewing with single keys: what was on the screen is decided, the next row comes up, and undo takes it back."""

from __future__ import annotations

import pytest
from driving import Opened, answer, messages

from core.services import Services
from core.status import Verdict
from tui.screens.detail import DetailScreen


async def test_a_verdict_is_stored_and_the_next_row_to_review_comes_up(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        assert app.main.row is not None and app.main.row.conversation_id == to_review[0]
        await pilot.press("a")
        assert app.browser.row(to_review[0]).status == "approved"  # type: ignore[union-attr]
        assert app.main.row.conversation_id == to_review[1]
        await pilot.press("r")
        assert app.browser.row(to_review[1]).status == "rejected"  # type: ignore[union-attr]
        assert app.main.row.conversation_id == to_review[2]
        assert "rejected fp_marcus_003" in app.main.footer.text


async def test_undo_shows_the_row_again_and_redo_decides_it_again(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        await pilot.press("e", "u")
        assert app.browser.row(to_review[0]).status == "generated"  # type: ignore[union-attr]
        assert app.main.row is not None and app.main.row.conversation_id == to_review[0]
        await pilot.press("ctrl+r")
        assert app.browser.row(to_review[0]).status == "needs_edit"  # type: ignore[union-attr]


async def test_a_key_that_came_before_the_row_was_shown_is_not_applied_to_it(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("a")
        app.key_time = app.main.shown_at - 0.01  # typed ahead
        await app.main.do_review_approve()
        await pilot.pause()
        assert app.browser.row(to_review[1]).status == "generated"  # type: ignore[union-attr]
        assert "came before" in messages(app)[-1]


async def test_a_row_without_text_says_why_it_cannot_be_approved(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G", "a")
        assert "has no text yet: x generates it" in messages(app)[-1]


async def test_another_reviewer_who_was_faster_is_not_overwritten(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        stale = app.main.row
        assert stale is not None
        await services.review.decide(stale.conversation_id, Verdict.REJECT, expected_version=stale.version)
        await app.main._decide_row(Verdict.APPROVE, stale)
        await pilot.pause()
        assert app.browser.row(stale.conversation_id).status == "rejected"  # type: ignore[union-attr]
        assert messages(app)


async def test_with_marks_the_person_is_asked_and_neither_is_the_default(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("space", "space", "a")
        await answer(pilot, "enter")
        assert app.overview.by_status["generated"] == 3
        await pilot.press("a")
        await answer(pilot, "right", "right", "enter")
        assert app.overview.by_status["generated"] == 1
        assert not app.main.table.marks
        await pilot.press("u")
        assert app.overview.by_status["generated"] == 3


async def test_a_note_is_one_line_and_escape_leaves_the_old_one(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        await pilot.press("n", *"kind", "enter")
        await pilot.pause(0.1)
        assert app.browser.row(to_review[0]).reviewer_notes == "kind"  # type: ignore[union-attr]
        await pilot.press("n", "x", "escape")
        await pilot.pause(0.1)
        assert app.browser.row(to_review[0]).reviewer_notes == "kind"  # type: ignore[union-attr]


async def test_the_flag_is_set_and_taken_off(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        await pilot.press("exclamation_mark")
        assert app.overview.flagged == 1
        await pilot.press("exclamation_mark")
        assert app.overview.flagged == 0


async def test_the_detail_reviews_the_same_list(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        await pilot.press("enter", "a")
        assert app.main.row is not None and app.main.row.conversation_id == to_review[1]
        await pilot.press("right_square_bracket")
        assert app.main.row.conversation_id == to_review[2]
        await pilot.press("7")
        assert isinstance(app.screen, DetailScreen)
        shown = "".join(text for line, _, _ in app.screen.page.on_screen() for text, _ in line)
        assert f'"{to_review[2]}_turn1"' in shown
        await pilot.press("escape")
        assert app.screen is app.main


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_what_others_decide_shows_without_moving_the_cursor(
    opened: Opened, services: Services, to_review: tuple[str, ...], size: tuple[int, int]
) -> None:
    async with opened(size, view="is:to_review") as (app, pilot):
        await pilot.press("j")
        first = app.browser.row(to_review[0])
        assert first is not None
        await services.review.decide(first.conversation_id, Verdict.APPROVE, expected_version=first.version)
        app.look()
        await pilot.pause()
        assert app.main.row is not None and app.main.row.conversation_id == to_review[1]
        assert app.main.table.total == 3
        assert "1 changed, . refreshes" in app.main.chips_bar.text
        await pilot.press("full_stop")
        assert app.main.table.total == 2
        assert app.main.row.conversation_id == to_review[1]
