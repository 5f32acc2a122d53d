"""Another program holds the database: the keys after a verdict work, and the person is told."""

from __future__ import annotations

import sqlite3
import time

from driving import Opened, messages

from core.settings.fields import Settings


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
