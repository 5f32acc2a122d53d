"""Pictures of the screens at both sizes that count. Look at every change: `pytest --snapshot-update` accepts it."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
from driving import is_priced, ready, settled, still, until
from textual.pilot import Pilot

from core.settings.fields import Settings
from tui.app import BrightrunApp

SIZES = [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)]  # the wide ones with make test-all
pytestmark = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def stopped_clock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times that are shown are always the same."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with sqlite3.connect(settings.database) as db:
        for column in ("created_at", "approved_at"):
            db.execute(f"update conversations set {column} = '2026-11-20 10:00:00' where {column} is not null")


def _app(settings: Settings, **changes: Any) -> BrightrunApp:
    chosen = dataclasses.replace(settings, **changes)
    return BrightrunApp(chosen, flags={k: v for k, v in dataclasses.asdict(chosen).items() if v != ""})


def _then(*keys: str) -> Callable[[Pilot[None]], Any]:
    async def run(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app = pilot.app
        assert isinstance(app, BrightrunApp)
        await until(pilot, lambda: is_priced(app))
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        await still(pilot, 5)

    return run


def test_main(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("j", "j"))


@pytest.mark.slow
def test_planned_row(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("G", "space"))


@pytest.mark.slow
def test_filters(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    keys = ("f", "down", "down", "space") if size[0] < 120 else ("tab", "tab", "down", "down", "space")
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then(*keys))


@pytest.mark.slow
def test_search_mistake(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    keys = ("slash", *"scroe", "colon", "6")
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then(*keys))


@pytest.mark.slow
def test_search_completion(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    keys = ("slash", *"persona", "colon")
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then(*keys))


@pytest.mark.slow
def test_columns(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("c", "j", "space"))


@pytest.mark.slow
def test_views(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("V", "s"))


def test_confirm(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("A"))


@pytest.mark.slow
def test_help(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("question_mark"))


def test_detail(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("enter"))


@pytest.mark.parametrize("tab", ["2", "3", "4", "5", "6"])
@pytest.mark.slow
def test_detail_tabs(snap_compare: Compare, settings: Settings, size: tuple[int, int], tab: str) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("enter", tab))


@pytest.mark.slow
def test_detail_folded(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("enter", "h", "z"))


@pytest.mark.slow
def test_edit_form(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("i", "tab", "down"))


@pytest.mark.slow
def test_versions(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    with sqlite3.connect(settings.database) as db:
        user, advisor = db.execute(
            "select user_input, target_response from conversation_turns where turn_id = 'fp_marcus_002_turn1'"
        ).fetchone()
        turn = {"turn_id": "t", "turn_number": 1, "user_input": user, "target_response": f"{advisor[40:]} One more."}
        kept = json.dumps({"conversation": {"topic": "RSUs"}, "turns": [turn]})
        db.execute(
            "insert into conversation_versions (created_at, created_by, updated_at, conversation_id, version, reason,"
            " snapshot, by, at) values (?, 'ana', ?, 'fp_marcus_002', 1, 'regenerated', ?, 'ana', ?)",
            ("2026-11-20 10:00:00", "2026-11-20 10:00:00", kept, "2026-11-20 10:00:00"),
        )
    assert snap_compare(_app(settings), terminal_size=size, run_before=_then("enter", "6", "enter", "n"))


@pytest.mark.slow
def test_first_start(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    assert snap_compare(_app(settings, provider=""), terminal_size=size, run_before=_then())
