"""Starting: a new database, the last view at once, the first question, and what goes wrong in one sentence."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
from driving import Opened, answer, messages, ready, settled, until

from core.settings.fields import Settings, config_file
from tui.app import BrightrunApp
from tui.screens.first_start import FirstStartDialog
from tui.screens.loading import TroubleScreen


async def test_a_first_start_creates_the_plan_and_shows_it(tmp_path: Path) -> None:
    settings = Settings(database=str(tmp_path / "new" / "plan.db"), reviewer="tester", provider="simulated")
    app = BrightrunApp(settings, flags=dataclasses.asdict(settings))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert app.screen is app.main
        assert app.main.table.total == 100
        assert "90 to go" in app.main.header.text


async def test_the_second_start_shows_rows_in_its_first_frame(opened: Opened, settings: Settings) -> None:
    async with opened() as (app, pilot):
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: app.browser.view_state["cursor"] == 4)
    app = BrightrunApp(settings, flags=dataclasses.asdict(settings))
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.main.table.total == 100
        assert app.main.row is not None and app.main.row.number == 4
        await ready(pilot)


async def test_without_a_key_the_person_is_asked_once(settings: Settings) -> None:
    asking = dataclasses.replace(settings, provider="")
    app = BrightrunApp(asking, flags={**dataclasses.asdict(asking), "provider": None})
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: isinstance(app.screen, FirstStartDialog))
        assert isinstance(app.screen, FirstStartDialog)
        await answer(pilot, "enter")
        await until(pilot, lambda: app.provider == "simulated")
        assert app.settings.database == settings.database
        assert 'provider = "simulated"' in config_file().read_text()


async def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("not a database " * 100)
    await _fails_to_open(wrong)
    assert wrong.read_text().startswith("not a database")


async def test_a_state_folder_that_cannot_be_written_costs_the_view_and_nothing_else(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(in_the_way))
    async with opened() as (app, pilot):
        await pilot.press("j")
        assert app.main.table.total == 100
        assert any("The view is not kept for the next start" in told for told in messages(app))


async def test_a_database_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")
    await _fails_to_open(in_the_way / "plan.db")


async def test_q_leaves_from_the_first_question(settings: Settings) -> None:
    asking = dataclasses.replace(settings, provider="")
    app = BrightrunApp(asking, flags={**dataclasses.asdict(asking), "provider": None})
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: isinstance(app.screen, FirstStartDialog))
        assert isinstance(app.screen, FirstStartDialog)
        await answer(pilot, "q")
    assert app.return_code == 0


async def test_keys_come_from_the_settings_file_and_a_clash_is_told(opened: Opened) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text('[keys]\n"review.approve" = "b"\n"review.reject" = "e"\nnonsense = "q"\n')
    async with opened() as (app, pilot):
        assert app.keymap.key("review.approve") == "b"
        assert app.keymap.key("review.reject") == "r"
        told = messages(app)
        assert "[keys] review.reject: e already means needs edit (review.needs_edit)." in told
        assert "[keys] nonsense: there is no such command." in told
        await pilot.press("a")
        assert app.overview.by_status["approved"] == 10


def test_nothing_heavy_is_imported_before_the_first_rows() -> None:
    heavy = ("anthropic", "sqlalchemy", "sqlmodel", "alembic", "pydantic", "pydantic_settings", "aiohttp", "click")
    code = f"import tui.entry, tui.app, sys; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_without_a_terminal_the_app_says_what_to_do() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from tui.entry import main; main()"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "need a terminal" in done.stderr


async def test_connecting_without_a_key_says_what_is_missing(settings: Settings) -> None:
    asking = dataclasses.replace(settings, provider="")
    app = BrightrunApp(asking, flags={**dataclasses.asdict(asking), "provider": None})
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await settled(pilot)
        await answer(pilot, "down", "enter")
        await until(pilot, lambda: app.provider == "ask")
        assert "There is no key yet" in messages(app)[-1]


async def test_the_advisor_is_called_by_name(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await until(pilot, lambda: app.main.advisor != "Advisor")
        assert app.main.advisor == "Elena"


async def _fails_to_open(database: Path) -> None:
    """The app says on a screen that this cannot be opened, and q leaves it with the exit code of a failure."""
    settings = Settings(database=str(database), reviewer="tester", provider="simulated")
    app = BrightrunApp(settings, flags=dataclasses.asdict(settings))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TroubleScreen))
        await pilot.press("q")
    assert app.return_code == 1
