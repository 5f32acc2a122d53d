"""Reviewing with single keys: what was on the screen is decided, the next row comes up, and undo takes it back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from driving import Opened, answer, messages, reached, settled, until
from textual import events
from textual.widgets import Static

from core.services import Services
from core.status import Verdict
from data import audit, conversations
from tui.app import BrightrunApp
from tui.screens.detail import DetailScreen


async def _scored(services: Services, **scores: float | None) -> None:
    """Rows that wait for a verdict, with these scores."""
    async with services.database.write() as session:
        for conversation_id, score in scores.items():
            row = await conversations.get(session, conversation_id)
            assert row is not None
            values = {"status": "generated", "turn_count": 4, "quality_score": score}
            await conversations.update_guarded(session, conversation_id, row["version"], values, by="t")


def _here(app: BrightrunApp) -> str:
    assert app.main.row is not None
    return app.main.row.conversation_id


def _status(app: BrightrunApp, conversation_id: str) -> str:
    row = app.browser.row(conversation_id)
    return row.status if row is not None else ""


async def test_a_verdict_is_stored_and_the_next_row_to_review_comes_up(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        app.settings = replace(app.settings, review_order="plan")
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
        anna = type(services.review)(services.database, "anna")
        await anna.decide(stale.conversation_id, Verdict.REJECT, expected_version=stale.version)
        await app.main.decide_row(Verdict.APPROVE, stale)
        await pilot.pause()
        assert _status(app, stale.conversation_id) == "rejected" == app.main.row.status  # type: ignore[union-attr]
        assert "Somebody else decided: anna made fp_marcus_002 rejected" in messages(app)[-1]
        app.key_time = app.main.shown_at - 0.01  # typed ahead, for the row that would have come up
        await app.main.do_review_approve()
        assert _status(app, stale.conversation_id) == "rejected"


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
        await until(pilot, lambda: app.browser.row(to_review[0]).reviewer_notes == "kind")
        await pilot.press("n", "x", "escape")
        await until(pilot, lambda: app.browser.row(to_review[0]).reviewer_notes == "kind")


async def test_the_flag_is_set_and_taken_off(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        await pilot.press("exclamation_mark")
        assert app.overview.flagged == 1
        await pilot.press("exclamation_mark")
        assert app.overview.flagged == 0


async def test_the_detail_reviews_the_same_list(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        app.settings = replace(app.settings, review_order="plan")
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
        app.database_watch.look()
        await pilot.pause()
        assert app.main.row is not None and app.main.row.conversation_id == to_review[1]
        assert app.main.table.total == 3
        assert "1 changed, . refreshes" in app.main.chips_bar.text
        await pilot.press("full_stop")
        assert app.main.table.total == 2
        assert app.main.row.conversation_id == to_review[1]


async def test_the_worst_comes_next_and_what_was_passed_over_comes_at_the_end(
    opened: Opened, services: Services
) -> None:
    await _scored(services, fp_marcus_007=8.0, fp_marcus_008=3.0, fp_marcus_009=None, fp_jennifer_011=5.0)
    async with opened(view="is:to_review sort:review") as (app, pilot):
        assert _here(app) == "fp_marcus_008"
        await pilot.press("j", "a")  # passes the worst over, and approves the next
        assert _here(app) == "fp_marcus_007"
        await pilot.press("a")
        assert _here(app) == "fp_marcus_009"  # not measured
        await pilot.press("a")
        assert _here(app) == "fp_marcus_008"
        await pilot.press("a")
        assert "nothing is left to review" in app.main.footer.text


async def test_the_end_of_a_filter_says_which_key_shows_what_is_left_elsewhere(
    opened: Opened, services: Services
) -> None:
    await _scored(services, fp_marcus_007=5.0, fp_jennifer_011=5.0)
    async with opened((160, 48), view="persona:marcus is:to_review") as (app, pilot):
        await pilot.press("a")
        assert "t shows the 1 left elsewhere" in app.main.footer.text
        await pilot.press("t")
        assert _here(app) == "fp_jennifer_011"


async def test_at_the_end_of_a_list_comes_what_was_written_for_it_meanwhile(opened: Opened, services: Services) -> None:
    await _scored(services, fp_marcus_007=5.0)
    async with opened((160, 48), view="persona:marcus is:to_review") as (app, pilot):
        await _scored(services, fp_marcus_011=6.0, fp_marcus_012=7.0, fp_jennifer_011=5.0)
        await until(pilot, lambda: app.main.stale == 2)
        assert _here(app) == "fp_marcus_007"
        await pilot.press("a")
        assert _here(app) == "fp_marcus_011"
        for _ in range(2):
            await settled(pilot)  # a key typed ahead of its row is not applied
            await pilot.press("a")
        await until(pilot, lambda: _status(app, "fp_marcus_012") == "approved")
        assert "t shows the 1 left elsewhere" in app.main.footer.text


async def test_a_reason_is_one_key_after_the_verdict_and_costs_nobody_else_a_key(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("r")
        rejected = to_review[0]
        assert "; says why" in app.main.footer.text
        here = _here(app)
        await pilot.press("semicolon", "3")
        await until(pilot, lambda: _here(app) == here)
        await pilot.press("alt+e", "n", *"tighten", "enter", "1")
        await settled(pilot)
    async with services.database.read() as session:
        rows = await conversations.get_many(session, [rejected, here])
    assert rows[rejected]["verdict_reason"] == "facts"
    edited = rows[here]
    assert (edited["status"], edited["verdict_reason"], edited["reviewer_notes"]) == (
        "needs_edit",
        "wrong voice",
        "tighten",
    )


async def test_what_undo_takes_back_is_shown_and_outlives_the_app(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        await pilot.press("a")
        assert "approved fp_marcus_002" in app.main.footer.text
    async with opened((160, 48)) as (app, pilot):
        assert "Take back: approve fp_marcus_002" in app.main.footer.text
        await pilot.press("u")
        assert _status(app, to_review[0]) == "generated"
        assert "took back: approve fp_marcus_002" in app.main.footer.text


async def test_a_verdict_of_somebody_else_shows_at_once_and_is_not_overruled_by_a_key_meant_for_before(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        here = _here(app)
        anna = type(services.review)(services.database, "anna")
        row = app.main.row
        assert row is not None
        await anna.decide(here, Verdict.REJECT, expected_version=row.version)
        await until(pilot, lambda: app.main.row is not None and app.main.row.status == "rejected")
        assert "anna made fp_marcus_002 rejected just now" in messages(app)[-1]
        await pilot.press("a")
        assert _status(app, here) == "rejected"
        assert "again overrules" in messages(app)[-1]
        await pilot.press("a")
        assert _status(app, here) == "approved"


async def test_one_key_each_approves_twenty(opened: Opened, services: Services) -> None:
    async with services.database.read() as session:
        ids = (await conversations.numbers_and_ids(session))[1]
    await _scored(services, **{i: 7.0 for i in sorted(ids) if "david" in i or "jennifer" in i})
    async with opened(view="is:to_review") as (app, pilot):
        for number in range(1, 21):  # a key that comes before its row is shown is not taken: a machine may be slow
            await pilot.press("a")
            await until(pilot, lambda number=number: app.pace.reviewed == number)
        assert sum(_status(app, i) == "approved" for i in ids if "david" in i or "jennifer" in i) == 20


@pytest.mark.slow
async def test_by_keys_alone_thirty_marked_rows_are_approved_audited_and_exported(
    opened: Opened, services: Services
) -> None:
    async with services.database.read() as session:
        ids = sorted((await conversations.numbers_and_ids(session))[1])
    chosen = [i for i in ids if "mixed" in i][:30]
    await _scored(services, **dict.fromkeys(chosen, 5.0))
    async with opened() as (app, pilot):
        await pilot.press("slash", *"score:<6 is:to_review", "enter")
        await pilot.press("asterisk", "B")
        await answer(pilot, "enter")  # approve is the first
        await answer(pilot, "right", "enter")
        await asyncio.sleep(0)
        assert sum(_status(app, i) == "approved" for i in chosen) == 30
        assert not app.main.table.marks
        assert "approved 30 rows" in app.main.footer.text
        await pilot.press("u")
        assert sum(_status(app, i) == "generated" for i in chosen) == 30
    async with services.database.read() as session:
        acts = [a for a in await audit.entries(session, entity="conversation") if a["action"] == "approve"]
    assert len(acts) == 30 and {a["actor"] for a in acts} == {"tester"} and all(a["at"] for a in acts)


async def test_deleting_asks_clears_by_default_and_undo_brings_it_back(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("D")
        await answer(pilot, "enter")  # no
        assert _status(app, to_review[0]) == "generated"
        await pilot.press("D")
        await answer(pilot, "right", "enter")
        assert _status(app, to_review[0]) == "planned"
        await pilot.press("u")
        await until(pilot, lambda: _status(app, to_review[0]) == "generated")
        total = app.main.table.total
        await pilot.press("D")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("y")  # which of two things is not said
        assert app.screen is not app.main and _status(app, to_review[0]) == "generated"
        await answer(pilot, "right", "right", "enter")
        assert app.browser.row(to_review[0]) is None and app.main.table.total == total - 1
        await pilot.press("u")
        await until(pilot, lambda: _status(app, to_review[0]) == "generated" and _here(app) == to_review[0])


async def test_of_a_planned_row_only_its_removal_is_offered(opened: Opened) -> None:
    async with opened(view="status:planned") as (app, pilot):
        await pilot.press("D")
        await until(pilot, lambda: app.screen is not app.main)
        told = " ".join(str(one.content) for one in app.screen.query(Static))
        assert "Either" not in told and "It is kept whole" in told and not app.screen.query("#clear")


async def test_good_ones_are_approved_and_bad_ones_flagged_by_the_bounds_of_the_settings(
    opened: Opened, services: Services
) -> None:
    await _scored(services, fp_marcus_007=8.0, fp_marcus_008=7.9, fp_marcus_009=5.9)
    async with opened() as (app, pilot):
        app.main.do_review_bulk_good()
        await settled(pilot)
        await answer(pilot, "right", "enter")
        assert [_status(app, f"fp_marcus_00{n}") for n in (7, 8)] == ["approved", "generated"]
        app.main.do_review_flag_low()
        await settled(pilot)
        await answer(pilot, "n")
        assert not app.browser.row("fp_marcus_009").needs_review  # type: ignore[union-attr]
        app.main.do_review_flag_low()
        await settled(pilot)
        await answer(pilot, "y")
        row = app.browser.row("fp_marcus_009")
        assert row is not None and row.needs_review


@pytest.mark.parametrize("key", ["slash", "n", "colon"])
async def test_letters_typed_right_behind_a_key_that_opens_a_line_are_written_there_and_obeyed_by_nothing_else(
    opened: Opened, to_review: tuple[str, ...], key: str
) -> None:
    async with opened() as (app, pilot):
        for name in (key, *"area"):  # as a slow connection delivers them: at once
            app.post_message(events.Key(name, name if len(name) == 1 else "/"))
        await until(pilot, lambda: [_status(app, i) for i in to_review] == ["generated"] * 3)
        assert getattr(app.focused, "value", "") == "area"


async def test_editing_keys_and_letters_of_one_burst_count_in_their_order(opened: Opened) -> None:
    async with opened(view="persona:marcus") as (app, pilot):
        await pilot.press("slash")
        await settled(pilot)
        for name in ("ctrl+u", *"tierx", "backspace", "left", "home", "x", "delete", "end"):
            app.post_message(events.Key(name, name if len(name) == 1 else None))
        await until(pilot, lambda: getattr(app.focused, "value", "") == "xier")


async def test_a_key_typed_behind_enter_in_the_query_is_for_the_list_that_was_found(opened: Opened) -> None:
    async with opened(view="persona:marcus") as (app, pilot):
        await pilot.press("slash")
        await settled(pilot)
        for name, letter in (("enter", None), ("space", " ")):  # as a slow connection delivers them: at once
            app.post_message(events.Key(name, letter))
        await until(pilot, lambda: len(app.main.table.marks) == 1)


def _at_once(app: BrightrunApp, *names: str) -> None:
    """Keys as a slow connection delivers them."""
    for name in names:
        app.post_message(events.Key(name, {"slash": "/", "colon": ":"}.get(name, name if len(name) == 1 else None)))


async def test_a_note_typed_blind_ends_with_its_enter_and_what_follows_moves_on(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        app.settings = replace(app.settings, review_order="plan")
        _at_once(app, "n", *"area", "enter", "j")
        await until(pilot, lambda: app.main.footer.text and _here(app) == to_review[1])
        await until(pilot, lambda: app.browser.row(to_review[0]).reviewer_notes == "area")  # type: ignore[union-attr]
        assert [_status(app, i) for i in to_review] == ["generated"] * 3


async def test_a_note_left_blind_is_not_written_and_what_follows_moves_on(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        _at_once(app, "n", "escape", "j")
        await until(pilot, lambda: _here(app) == to_review[1])
        assert [app.browser.row(i).reviewer_notes for i in to_review] == [""] * 3  # type: ignore[union-attr]


async def test_two_notes_typed_blind_are_written_like_two_typed_slowly(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        _at_once(app, "n", *"one", "enter", "n", *"two", "enter", "j", "n", *"next", "enter")
        await until(pilot, lambda: app.browser.row(to_review[1]).reviewer_notes == "next")  # type: ignore[union-attr]
        assert app.browser.row(to_review[0]).reviewer_notes == "onetwo"  # type: ignore[union-attr]


async def test_a_query_typed_blind_ends_with_its_enter_and_a_note_behind_it_is_a_note(opened: Opened) -> None:
    async with opened() as (app, pilot):
        _at_once(app, "slash", *"persona:marcus", "enter", "j", "space", "n", *"area", "enter")
        await until(pilot, lambda: len(app.main.table.marks) == 1)
        await until(pilot, lambda: app.main.table.cursor_row and app.screen is app.main)
        assert len(app.main.ids) < app.overview.total
        await until(pilot, lambda: app.main.row is not None and app.main.row.reviewer_notes == "area")


async def test_a_query_that_cannot_be_read_takes_what_is_typed_blind_behind_its_enter(opened: Opened) -> None:
    async with opened() as (app, pilot):
        _at_once(app, "slash", *"tier:x", "enter", "backspace", "1")
        await until(pilot, lambda: getattr(app.focused, "value", "") == "tier:1")


async def test_a_reason_and_a_note_given_blind_are_stored_and_what_follows_moves_on(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        app.settings = replace(app.settings, review_order="plan")
        _at_once(app, "alt+r", "n", *"area", "enter", "1", "j")
        await until(pilot, lambda: _here(app) == to_review[2])  # the verdict goes on by one, the key by another
        assert [_status(app, i) for i in to_review] == ["rejected", "generated", "generated"]
        assert "area" in app.browser.row(to_review[0]).reviewer_notes  # type: ignore[union-attr]


async def test_a_form_opened_blind_behind_a_note_that_was_left_gets_its_letters_in_the_right_field(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("enter", "7")
        detail = await reached(pilot, DetailScreen)
        _at_once(app, "n", "escape", "i", "enter", *"area", "ctrl+s")
        await until(pilot, lambda: app.screen is detail and "edited story" in detail.footer.text)
        assert app.browser.row(to_review[0]).reviewer_notes == ""  # type: ignore[union-attr]


async def test_a_key_typed_behind_a_note_in_the_detail_is_for_the_note(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("enter", "7")
        detail = app.screen
        for name in ("n", "escape"):  # as a slow connection delivers them: at once
            app.post_message(events.Key(name, name if len(name) == 1 else None))
        await settled(pilot)
        await until(pilot, lambda: app.screen is detail)


async def test_the_way_back_leaves_a_question_that_is_still_being_prepared(
    opened: Opened, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as (app, pilot):
        assert app.services is not None
        begun = asyncio.Event()

        async def slow(*_: object, **__: object) -> None:
            begun.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(app.services, "propose", slow)
        app._provider = "simulated"
        await pilot.press("G", "x")
        await begun.wait()
        await until(pilot, lambda: "Estimating time and cost…" in app.main.footer.text, busy=True)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main and "left before anything was asked" in app.main.footer.text)


async def test_a_reason_behind_a_verdict_that_asks_for_none_after_all_is_not_obeyed_as_commands(
    opened: Opened, to_review: tuple[str, ...]
) -> None:
    async with opened() as (app, pilot):
        app.settings = replace(app.settings, review_order="plan")
        await pilot.press("r", "k")
        # Rejected already: it goes on to the next row and asks for no reason.
        _at_once(app, "alt+r", *"area", "enter", "j")
        await until(pilot, lambda: _here(app) == to_review[2])
        assert [_status(app, i) for i in to_review] == ["rejected", "generated", "generated"]


async def test_keys_that_only_move_in_a_dialog_hold_up_nobody_behind_them(
    opened: Opened, to_review: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.held_keys.CLOSING_LOOKS", 10**6)  # who waited for one of them would wait for ever
    async with opened() as (app, pilot):
        _at_once(app, "alt+r", *["down"] * 30, "escape", "j")
        await until(pilot, lambda: _here(app) == to_review[1])
        assert [_status(app, i) for i in to_review] == ["generated"] * 3
