"""The job screens: everything about a job is seen and done with keys, and its end is told once."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import pytest
from driving import Opened, answer, footer, messages, reached, seen, settled, until
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from core.engine import lock
from core.engine.orders import Order
from core.engine.providers import ProviderSource
from core.engine.worker import Worker
from core.services import Services
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.screens.dialogs import ConfirmDialog
from tui.screens.jobs_dialogs import SummaryDialog, TermsDialog
from tui.screens.jobs_one import CallsScreen, JobScreen
from tui.screens.write_file import WriteFileDialog


async def order(services: Services, number: int, *, cap: int = 5_000_000, tier: str = "template", **more: Any) -> int:
    """A job over the first rows of a tier."""
    proposal = await services.generation.propose(Order("all"))
    rows = tuple(row for row in proposal.rows if row.tier == tier)[:number]
    return await services.generation.submit(dataclasses.replace(proposal, rows=rows), cap_microusd=cap, **more)


async def work(services: Services) -> None:
    """A worker in this process does all there is to do."""
    held = lock.hold_worker_lock(services.database.path)
    assert held is not None

    async def no_wait(seconds: float) -> None:
        return None

    try:
        await Worker(services.database, ProviderSource(""), linger_s=0, sleep=no_wait).run()
    finally:
        os.close(held)


async def open_job(app: BrightrunApp, pilot: Pilot[None]) -> JobScreen:
    app.database_watch.look()
    await pilot.press("J")
    await settled(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, JobScreen))
    assert isinstance(app.screen, JobScreen)
    return app.screen


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_waiting_row_is_moved_and_dropped(services: Services, opened: Opened, size: tuple[int, int]) -> None:
    job_id = await order(services, 4)
    async with opened(size) as (app, pilot):
        screen = await open_job(app, pilot)
        assert screen.view is not None
        first, second, *_ = screen.view.waiting
        await pilot.press("j", "plus")
        await until(
            pilot, lambda: [item.item_id for item in screen.view.waiting[:2]] == [second.item_id, first.item_id]
        )
        assert screen.item is not None and screen.item.item_id == second.item_id, "the cursor went with the row"
        await pilot.press("minus")
        await until(pilot, lambda: screen.view.waiting[0].item_id == first.item_id)
        await pilot.press("G", "f")
        await settled(pilot)
        dropped = screen.view.waiting[0]
        assert dropped.item_id not in (first.item_id, second.item_id)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert isinstance(app.screen, ConfirmDialog)
        await answer(pilot, "enter")  # No has the focus
        assert len(screen.view.waiting) == 4
        await pilot.press("d")
        await answer(pilot, "y")
        assert [item.item_id for item in screen.view.waiting][:2] == [first.item_id, second.item_id]
        row = app.browser.row(dropped.conversation_id)
        assert row is not None and row.status == "planned"
        job = await services.generation.job(job_id)
        assert (job["cancelled"], job["total"]) == (1, 4)
        await pilot.press("escape", "escape")
        assert app.screen is app.main


async def test_pause_and_resume_say_which_and_stop_ends_it(services: Services, opened: Opened) -> None:
    await order(services, 3)
    async with opened() as (app, pilot):
        screen = await open_job(app, pilot)
        assert "p Pause" in footer(app)
        await pilot.press("p")
        await until(pilot, lambda: screen.job is not None and screen.job.status == "paused")
        assert "paused by tester" in seen(app)
        screen.quiet()
        assert "p Resume" in footer(app)
        await pilot.press("p")
        await until(pilot, lambda: screen.job.status == "queued")
        await pilot.press("s")
        await until(pilot, lambda: not screen.job.is_open)
        assert "0 of 3, 0 %" in seen(app)  # what was not begun is not told as progress
        assert app.overview.by_status["planned"] == 90


@pytest.mark.slow
async def test_a_job_at_its_cap_goes_on_with_a_higher_one(services: Services, opened: Opened) -> None:
    job_id = await order(services, 2, cap=1)
    await work(services)
    async with opened() as (app, pilot):
        screen = await open_job(app, pilot)
        assert screen.job is not None and screen.job.wants_terms
        assert "cap of" in seen(app)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, TermsDialog))
        assert isinstance(app.screen, TermsDialog)
        app.screen.query_one("#cap", Input).value = "0"
        app.screen.query_one("#yes", Button).press()
        await until(pilot, lambda: isinstance(app.screen, TermsDialog))
        assert isinstance(app.screen, TermsDialog), "a cap below what is spent is refused"
        app.screen.query_one("#cap", Input).value = "2.50"
        app.screen.query_one("#yes", Button).press()
        await until(pilot, lambda: app.screen is screen)
        assert (screen.job.status, screen.job.cap_microusd) == ("queued", 2_500_000)
        await work(app.services)  # type: ignore[arg-type]
        assert (await services.generation.job(job_id))["done"] == 2


async def test_a_failed_row_is_opened_retried_and_dismissed(
    settings: Settings, services: Services, opened: Opened
) -> None:
    services.generation.use(dataclasses.replace(settings, simulator_faults="refusal:1", attempts=1))
    await order(services, 3)
    await work(services)
    async with opened() as (app, pilot):
        screen = await open_job(app, pilot)
        assert screen.view is not None and len(screen.view.errors) == 3
        assert "refused" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CallsScreen))
        assert isinstance(app.screen, CallsScreen)
        assert "refusal" in seen(app)
        await pilot.press("escape")
        _, second, third = screen.view.errors
        await pilot.press("d")
        await until(pilot, lambda: [item.item_id for item in screen.view.errors] == [second.item_id, third.item_id])
        await pilot.press("r")
        await answer(pilot, "y")
        again = app.progress.job
        assert again is not None and (again.type, again.total, again.status) == ("retry", 1, "queued")
        assert [item.item_id for item in screen.view.errors] == [third.item_id]
        await pilot.press("o")
        await until(pilot, lambda: app.screen is app.main)
        assert app.main.row is not None and app.main.row.conversation_id == third.conversation_id


async def test_the_end_is_summarised_once_with_a_bell(
    services: Services, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.news.CALM_S", 0.0)
    rung: list[str] = []
    monkeypatch.setattr(BrightrunApp, "bell", lambda self: rung.append("bell"))
    await order(services, 3, notify={"desktop": "osc9"})
    async with opened() as (app, pilot):
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        app.database_watch.look()
        await work(services)
        app.database_watch.look()
        app.database_watch.look()
        await until(pilot, lambda: isinstance(app.screen, SummaryDialog))
        assert isinstance(app.screen, SummaryDialog)
        assert rung == ["bell"]
        assert [text for text in written if "\x1b]9;" in text] == [
            "\x1b]9;brightrun: Job 1 is done: 3 of 3 written.\x07"
        ]
        text = " ".join(str(part.content) for part in app.screen.query(Static))
        for part in ("3 done, 0 failed", "100 %", "on average over 3 rows", "nothing (live about", "review 3 rows"):
            assert part in text, part
        app.screen.query_one("#review", Button).press()
        await until(pilot, lambda: app.screen is app.main)
        assert len(app.main.ids) == 3, "what it wrote is listed for review"
        app.database_watch.look()
        await until(pilot, lambda: app.screen is app.main)
    async with opened() as (app, pilot):
        app.database_watch.look()
        await until(pilot, lambda: app.screen is app.main)  # the next start does not tell it again


@pytest.mark.slow
async def test_what_ended_while_the_app_was_away_is_told_at_the_next_start(
    services: Services, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.news.CALM_S", 0.0)
    async with opened() as (app, pilot):
        await order(services, 2)
    await work(services)
    async with opened() as (app, pilot):
        app.database_watch.look()
        await until(pilot, lambda: isinstance(app.screen, SummaryDialog))
        await answer(pilot, "enter")
        assert app.screen is app.main


@pytest.mark.slow
async def test_a_summary_opens_over_nobody_who_types_and_its_keys_are_told(
    services: Services, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.news.CALM_S", 3600.0)
    await order(services, 2)
    async with opened() as (app, pilot):
        await pilot.press("j")
        await work(services)
        app.database_watch.look()
        app.database_watch.look()
        await until(pilot, lambda: messages(app)[-1] == "Job 1 is done: 2 of 2 written. J, then S shows its summary.")
        assert app.screen is app.main
        await pilot.press("J")
        await settled(pilot)
        await pilot.press("S")
        await reached(pilot, SummaryDialog)


@pytest.mark.slow
async def test_a_verdict_typed_the_moment_a_summary_opens_is_stored(
    services: Services, opened: Opened, to_review: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.news.CALM_S", 0.0)
    monkeypatch.setattr(SummaryDialog, "GRACE", 3600.0)
    await order(services, 2)
    async with opened() as (app, pilot):
        app.settings = dataclasses.replace(app.settings, review_order="plan")
        await work(services)
        app.database_watch.look()
        app.database_watch.look()
        await until(pilot, lambda: isinstance(app.screen, SummaryDialog), busy=True)
        for number in (8, 9, 10):  # the next key when the next row is on the screen: one typed ahead is not applied
            await pilot.press("a")
            await until(pilot, lambda: app.overview.by_status["approved"] == number)  # noqa: B023
        assert app.screen is app.main
        assert [app.browser.row(name).status for name in to_review] == ["approved"] * 3  # type: ignore[union-attr]
        assert "J, then S shows its summary" in messages(app)[-1]


@pytest.mark.slow
async def test_the_log_is_written_to_a_file_that_is_not_there_yet(
    services: Services, opened: Opened, tmp_path: Any
) -> None:
    await order(services, 1)
    await work(services)
    (tmp_path / "there").write_text("mine")
    async with opened() as (app, pilot):
        screen = await open_job(app, pilot)
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, WriteFileDialog))
        assert isinstance(app.screen, WriteFileDialog)
        app.screen.query_one(Input).value = str(tmp_path / "there")
        await pilot.press("enter")
        await until(pilot, lambda: "is there already" in str(app.screen.query_one("#problem", Static).content))
        app.screen.query_one(Input).value = str(tmp_path / "job.log")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        assert "< answer:" in (tmp_path / "job.log").read_text()
        assert (tmp_path / "there").read_text() == "mine"


async def test_news_of_a_job_cover_nothing_on_a_small_screen(services: Services, opened: Opened) -> None:
    await order(services, 12)
    async with opened() as (app, pilot):
        app.database_watch.look()
        app.database_watch.pause()
        before, old = messages(app), app.progress
        job = old.job
        assert job is not None
        done = dataclasses.replace(old, jobs=(job._replace(done=10, status="running"),))
        app.news.tell(old, done)
        await until(pilot, lambda: messages(app) == before)
        assert "10 of 12 conversations are written." in footer(app)
        app.news.tell(old, dataclasses.replace(old, jobs=(job._replace(status="running", warned_percent=75),)))
        await until(pilot, lambda: "has used 75 % of its cap of $5.00" in messages(app)[-1])


@pytest.mark.slow
async def test_the_boxes_of_all_that_remains_are_kept_with_the_job(opened: Opened) -> None:
    from tui.widgets.tick_box import TickBox

    async with opened() as (app, pilot):
        await pilot.press("A")
        await settled(pilot)
        app.screen.query_one("#notify", TickBox).value = True
        app.screen.query_one("#mail", TickBox).value = True
        await answer(pilot, "y")
        assert "smtp_host is not set" in " ".join(str(part.content) for part in app.screen.query(Static))
        app.screen.query_one("#mail", TickBox).value = False
        await answer(pilot, "y")
        assert app.progress.job is not None
        view = app.browser.job_view(app.progress.job.id)
        assert view is not None and view.notify == {"desktop": "osc9"}


async def test_the_header_keeps_what_is_to_review_while_a_job_runs(services: Services, opened: Opened) -> None:
    await order(services, 3)
    async with opened() as (app, _):
        app.database_watch.look()
        assert "to review" in app.main.header.text
        assert app.main.header.text.count("approved") == 1
