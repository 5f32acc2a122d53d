"""Ordering: nothing is written before a person said yes to a price, and what cannot be generated says why."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from driving import Opened, answer, messages, settled, until
from textual.widgets import Checkbox, Input, Static

from core.engine.orders import Order, Proposal
from core.errors import StorageError
from core.settings.fields import Settings
from tui.screens.generate_dialog import GenerateDialog


async def test_the_key_that_opened_the_question_does_not_answer_it(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G", "x")
        await until(pilot, lambda: isinstance(app.screen, GenerateDialog))
        assert isinstance(app.screen, GenerateDialog)
        app.screen.ready_at = app.now() + 60
        await pilot.press("y", "enter", "escape")
        assert isinstance(app.screen, GenerateDialog)
        app.screen.ready_at = 0
        await pilot.press("enter")  # No has the focus
        await until(pilot, lambda: app.screen is app.main)
        assert app.progress.job is None


async def test_one_row_is_ordered_with_yes(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G", "x")
        await settled(pilot)
        await answer(pilot, "y")
        assert app.progress.job is not None
        assert (app.progress.job.total, app.progress.job.cap_microusd) == (1, 5_000_000)
        assert app.main.row is not None and app.main.row.status == "queued"


async def test_the_marked_rows_are_ordered_and_others_are_skipped_with_reasons(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("space", "G", "space", "k", "space", "X")
        await settled(pilot)
        shown = " ".join(str(part.content) for part in app.screen.query(Static))
        assert "2 marked conversations" in shown
        assert "1 skipped" in shown
        await answer(pilot, "y")
        assert app.progress.job is not None and app.progress.job.total == 2
        assert not app.main.table.marks


@pytest.mark.slow
async def test_all_that_remains_shows_tiers_in_order_and_takes_a_cap(opened: Opened) -> None:
    async with opened((160, 48)) as (app, pilot):
        await pilot.press("A")
        await settled(pilot)
        shown = " ".join(str(part.content) for part in app.screen.query(Static))
        assert shown.index("1. template") < shown.index("2. scenario") < shown.index("3. edge case")
        assert "You can close the terminal" in shown
        app.screen.query_one("#cap", Input).value = "1.25"
        app.screen.query_one("#pause", Checkbox).value = True
        await answer(pilot, "y")
        job = app.progress.job
        assert job is not None
        assert (job.type, job.total, job.cap_microusd) == ("all", 90, 1_250_000)
        await pilot.press("p")
        assert app.progress.job.status == "paused"  # type: ignore[union-attr]
        await pilot.press("p", "s")
        assert app.progress.job.is_open is False  # type: ignore[union-attr]
        assert app.overview.by_status["planned"] == 90


async def test_the_filtered_rows_are_ordered_from_the_filter_pane(opened: Opened) -> None:
    async with opened((160, 48), view="tier:edge_case") as (app, pilot):
        app.main.facets.focus()
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, GenerateDialog))
        assert isinstance(app.screen, GenerateDialog)
        await answer(pilot, "y")
        assert app.progress.job is not None and app.progress.job.total == 15
        assert app.main.table.has_focus  # there the keys that were told steer the job
        await pilot.press("p")
        await until(pilot, lambda: app.progress.job is not None and app.progress.job.status == "paused")


async def test_a_written_row_says_why_it_is_not_generated(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("x")
        assert "has a text already (approved)" in messages(app)[-1]
        await pilot.press("R")
        assert "is approved: U reopens it first" in messages(app)[-1]
        await pilot.press("s")
        assert messages(app) == ["No job is running."]  # the newest answer, not a pile of them


async def test_a_dear_order_wants_its_number_typed(settings: Settings, opened: Opened) -> None:
    from dataclasses import replace

    from core.engine.orders import Order

    async with opened() as (app, pilot):
        assert app.services is not None
        proposal = await app.services.generation.propose(Order("all"))
        dear = replace(proposal, provider="live")
        answers: list[object] = []
        app.push_screen(GenerateDialog(dear, type_number_above=0.5), answers.append)
        await answer(pilot, "y")
        assert isinstance(app.screen, GenerateDialog), "not without the number"
        app.screen.query_one("#number", Input).value = "90"
        app.set_focus(None)
        await pilot.press("y")
        await pilot.pause()
        assert answers and answers[0].cap_microusd == proposal.cap_microusd  # type: ignore[attr-defined]


async def test_the_order_can_be_read_while_the_service_counts_and_then_says_what_it_counted(opened: Opened) -> None:
    import asyncio
    from dataclasses import replace

    from core.engine.orders import Order

    async with opened() as (app, pilot):
        assert app.services is not None
        proposal = replace(await app.services.generation.propose(Order("all")), provider="live")
        dear = replace(proposal.rows[0], high_microusd=60_000_000)
        better = replace(proposal, rows=(dear, *proposal.rows[1:]), basis="counted by the service")
        counted = asyncio.Event()

        async def recount() -> Proposal:
            await counted.wait()
            return better

        dialog = GenerateDialog(proposal, type_number_above=50, recount=recount)
        app.push_screen(dialog)
        await until(pilot, lambda: "the service counts" in str(dialog.query_one("#totals", Static).content), busy=True)
        totals = dialog.query_one("#totals", Static)
        assert not dialog.query_one("#typing").display
        counted.set()
        await until(pilot, lambda: "counted by the service" in str(totals.content))
        assert dialog.query_one("#typing").display, "it became so dear that the number has to be typed"
        assert dialog.proposal is better


@pytest.mark.parametrize("text", ["", "abc", "0"])
async def test_a_cap_that_is_none_is_refused(opened: Opened, text: str) -> None:
    from core.engine.orders import Order

    async with opened() as (app, pilot):
        assert app.services is not None
        proposal = await app.services.generation.propose(Order("all"))
        app.push_screen(GenerateDialog(proposal, type_number_above=100))
        await settled(pilot)
        app.screen.query_one("#cap", Input).value = text
        await answer(pilot, "y")
        assert isinstance(app.screen, GenerateDialog)


async def test_a_worker_that_cannot_be_started_is_told(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: "No worker could be started: no room.")
    monkeypatch.setattr("tui.screens.generating.WORKER_LOOKS_S", (0.0,))
    async with opened() as (app, pilot):
        await pilot.press("G", "x")
        await settled(pilot)
        await answer(pilot, "y")
        await until(pilot, lambda: messages(app) == ["No worker could be started: no room."])
        app.clear_notifications()
        await pilot.press("p", "p")
        await until(pilot, lambda: messages(app) == ["No worker could be started: no room."])


async def test_the_signs_of_scores_follow_the_settings(settings: Settings) -> None:
    from dataclasses import replace

    from tui.app import BrightrunApp
    from tui.widgets.glyphs import score_cell, set_score_bounds

    try:
        BrightrunApp(replace(settings, review_below=3.0, approve_from=4.0))
        assert [score_cell(score)[0][0] for score in (2.0, 3.5, 5.0)] == ["▼", "◆", "▲"]
    finally:
        set_score_bounds(6.0, 8.0)


@pytest.mark.slow
async def test_the_depth_is_changed_in_the_question_and_priced_anew(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G", "x")
        await until(pilot, lambda: isinstance(app.screen, GenerateDialog))
        assert isinstance(app.screen, GenerateDialog)
        cheap = app.screen._proposal
        app.screen.ready_at = 0
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, GenerateDialog))
        assert isinstance(app.screen, GenerateDialog)
        dear = app.screen._proposal
        assert (cheap.depth, dear.depth, app.screen.query_one("#full", Checkbox).value) == ("dialogue", "full", True)
        assert dear.high_microusd > cheap.high_microusd
        await answer(pilot, "y")
        assert app.progress.job is not None
        view = app.browser.job_view(app.progress.job.id)
        assert view is not None and view.settings["depth"] == "full"


async def test_rows_that_somebody_took_while_the_question_stood_are_told(opened: Opened, settings: Settings) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G", "x")
        await until(pilot, lambda: isinstance(app.screen, GenerateDialog))
        assert app.main.row is not None
        with closing(sqlite3.connect(settings.database, isolation_level=None)) as other:
            taken = "UPDATE conversations SET status = 'queued', version = version + 1 WHERE id = ?"
            other.execute(taken, (app.main.row.id,))
        await answer(pilot, "d")  # priced anew, and nothing is left to price
        assert app.screen is app.main
        assert any(text.startswith("Nothing to generate: ") for text in messages(app))


@pytest.mark.slow
async def test_a_count_that_fails_is_told_in_the_question(opened: Opened) -> None:
    async def recount() -> Proposal:
        raise StorageError("The rows changed meanwhile.")

    async with opened() as (app, pilot):
        assert app.services is not None
        proposal = replace(await app.services.generation.propose(Order("all")), provider="live")
        dialog = GenerateDialog(proposal, type_number_above=50, recount=recount)
        app.push_screen(dialog)
        await until(pilot, lambda: "rows changed" in str(dialog.query_one("#problem", Static).content))
        assert "the service counts" not in str(dialog.query_one("#totals", Static).content)
