"""While a person waits: what is done is in its box, and another program's lock holds up no key and is told."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from driving import Opened, messages

from core.errors import StorageError
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.screens.loading import LoadingScreen


async def test_a_verdict_that_waits_for_a_lock_does_not_hold_up_the_next_key(
    opened: Opened, settings: Settings, to_review: tuple[str, ...]
) -> None:
    other = sqlite3.connect(settings.database, isolation_level=None)
    async with opened() as (app, pilot):
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        await pilot.press("r")
        assert time.monotonic() - began < 5
        assert any("another program holds the database locked" in text for text in messages(app))
        before = app.main.table.cursor_row
        await pilot.press("j")
        assert app.main.table.cursor_row == before + 1
        other.execute("ROLLBACK")
        for _ in range(100):
            await pilot.pause(0.05)
            row = app.browser.row(to_review[0])
            if row is not None and row.status == "rejected":
                break
        assert row is not None and row.status == "rejected"
    other.close()


async def test_the_steps_of_a_first_start_stand_in_a_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(flags: object, step: object) -> Settings:
        release.wait(5)
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
        await pilot.pause(0.2)
