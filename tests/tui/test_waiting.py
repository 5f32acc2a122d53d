"""While a person waits: what is done is in its box, another program's lock holds up no key, and no key counts twice."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from driving import DEADLINE_S, Opened, messages, reached, settled, until, working
from textual import events

from core.engine.orders import Order
from core.errors import StorageError
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.screens.detail import DetailScreen
from tui.screens.dialogs import Dialog
from tui.screens.loading import LoadingScreen
from tui.screens.templates import TemplatesScreen
from tui.screens.templates_page import TemplatePage


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


@pytest.mark.parametrize(
    "keys",
    [
        ("n", "h", "i", "enter", "escape"),
        pytest.param(("w", "escape"), marks=pytest.mark.slow),
        pytest.param(("escape", "n", "h", "i", "enter", "q"), marks=pytest.mark.slow),
        pytest.param(("escape", "w", "q"), marks=pytest.mark.slow),
    ],
    ids=["note", "verdict", "quit", "verdict and quit"],
)
async def test_what_was_answered_is_stored_though_its_screen_or_the_app_is_left_at_once(
    opened: Opened,
    settings: Settings,
    to_review: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    keys: tuple[str, ...],
) -> None:
    monkeypatch.setattr("tui.screens.outside.ENDING_S", DEADLINE_S)
    other = sqlite3.connect(settings.database, isolation_level=None)
    async with opened() as (app, pilot):
        await pilot.press("enter")
        await reached(pilot, DetailScreen)
        monkeypatch.setattr("tui.screens.bound.PATIENCE_S", 0.2)
        other.execute("BEGIN IMMEDIATE")
        for key in keys:
            was = app.screen
            await pilot.press(key)
            if key in ("n", "enter", "escape"):  # another screen comes up
                await until(pilot, lambda: app.screen is not was, busy=True)  # noqa: B023
            elif key == "w":
                await until(pilot, lambda: working(app, ("flow",)), busy=True)  # it goes on beside the keys
        assert app.screen is app.main
        other.execute("ROLLBACK")
        await until(pilot, lambda: app._exit if keys[-1] == "q" else not working(app, ("flow",)))
    found = other.execute("SELECT status, reviewer_notes FROM conversations WHERE conversation_id = ?", to_review[:1])
    assert found.fetchone() == (("reviewed", "") if "w" in keys else ("generated", "hi"))
    other.close()


async def test_a_key_pressed_twice_asks_once_and_is_answered_once(opened: Opened, to_review: tuple[str, ...]) -> None:
    async with opened() as (app, pilot):
        for name in ("i", "B", "c", "E", "n"):
            for _ in range(2):  # as a slow connection delivers them: at once
                app.post_message(events.Key(name, name))
            await until(pilot, lambda: isinstance(app.screen, Dialog))
            await settled(pilot)
            assert app.screen_stack[-2] is app.main, name
            if name == "n":
                break
            await pilot.press("escape")
            await settled(pilot)
        for _ in range(2):
            app.post_message(events.Key("enter", None))
        await settled(pilot)
        assert app.screen is app.main, "the second one closed what lay under the note"
        assert app.browser.row(to_review[0]).reviewer_notes == "n"  # type: ignore[union-attr]


async def test_a_page_that_is_looked_up_opens_once_and_nowhere_when_its_list_is_left(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("T")
        screen = await reached(pilot, TemplatesScreen)
        await settled(pilot)
        for _ in range(2):
            app.post_message(events.Key("enter", None))
        await reached(pilot, TemplatePage)
        assert app.screen_stack[-2] is screen
        await pilot.press("escape")
        await reached(pilot, TemplatesScreen)
        assert app.services is not None
        begun, found, text = asyncio.Event(), asyncio.Event(), app.services.templates.text

        async def late(*which: Any) -> Any:
            begun.set()
            await found.wait()
            return await text(*which)

        monkeypatch.setattr(app.services.templates, "text", late)
        await pilot.press("enter")
        await until(pilot, begun.is_set, busy=True)
        screen.dismiss()
        await until(pilot, lambda: app.screen is app.main)  # no command is under way: it ended with its screen
        found.set()
        await settled(pilot)
        assert app.screen is app.main


@pytest.mark.slow
@pytest.mark.parametrize("keys", ["Tx", "Cr", "Ct", "Qc", "JL"])
async def test_questions_of_other_screens_are_asked_once_too(opened: Opened, keys: str) -> None:
    async with opened() as (app, pilot):
        assert app.services is not None
        await app.services.generation.submit(await app.services.generation.propose(Order("all")), cap_microusd=10**6)
        app.database_watch.look()
        await pilot.press(keys[0])
        await until(pilot, lambda: app.screen is not app.main)
        await settled(pilot)
        below = app.screen
        for _ in range(2):
            app.post_message(events.Key(keys[1], keys[1]))
        await until(pilot, lambda: isinstance(app.screen, Dialog))
        await settled(pilot)
        assert app.screen_stack[-2] is below
