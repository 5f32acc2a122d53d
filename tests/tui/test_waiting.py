"""While a person waits: what is done is in its box, and another program's lock holds up no key and is told."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from driving import Opened, messages, settled, until

from core.errors import StorageError
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.screens.loading import LoadingScreen


async def test_a_verdict_that_waits_for_a_lock_does_not_hold_up_the_next_key(
    opened: Opened, settings: Settings, to_review: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.bound.PATIENCE_S", 0.2)
    other = sqlite3.connect(settings.database, isolation_level=None)
    async with opened() as (app, pilot):
        other.execute("BEGIN EXCLUSIVE")
        await pilot.press("r")
        told = "another program holds the database locked"
        await until(pilot, lambda: any(told in text for text in messages(app)), busy=True)
        before = app.main.table.cursor_row
        await pilot.press("j")
        assert app.main.table.cursor_row == before + 1, "while the lock is held"
        other.execute("ROLLBACK")
        await until(pilot, lambda: app.browser.row(to_review[0]).status == "rejected")  # type: ignore[union-attr]
    other.close()


async def test_the_steps_of_a_first_start_stand_in_a_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(flags: object, step: object) -> Settings:
        release.wait(60)
        raise StorageError("There is no room.")

    monkeypatch.setattr("core.prepared.make_ready", slow)
    app = BrightrunApp(Settings(database=str(tmp_path / "new.db")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, LoadingScreen)
        box = app.screen.query_one(".notice")
        assert box.styles.border_top[0] == "round"
        assert box.region.x > 0 and box.region.y > 0
        release.set()
        await settled(pilot)
