"""Pictures of the quality dashboard, the list of templates and the page of one."""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
from collections.abc import Callable

import pytest
from driving import ready, settled, until
from test_jobs import order, work
from textual.pilot import Pilot

from core.services import Services
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.screens.quality import QualityScreen
from tui.screens.templates import TemplatesScreen

SIZES = [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)]  # the wide ones with make test-all
pytestmark = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
Compare = Callable[..., bool]


async def _history(settings: Settings) -> None:
    """Some rows of practice."""
    services = await Services.open(dataclasses.replace(settings, concurrency=1))
    await order(services, 6)
    await work(services)
    await services.close()


@pytest.fixture
def written(settings: Settings) -> None:
    """The rows, with fixed figures and times, one of them with a mistake."""
    asyncio.run(_history(settings))
    finding = '[{"check": "cut_message", "severity": "gate", "message": "Cut.", "advice": "Write the end of it."}]'
    with sqlite3.connect(settings.database) as db:
        one = (
            "(select conversation_id from conversations where generation_method = 'simulated' order by number limit 1)"
        )
        db.execute("update quality_metrics set findings = '[]'")
        db.execute(
            "update conversations set quality_score = 8.5 + number % 4 * 0.4, needs_review = 0 where turn_count > 0"
        )
        db.execute(f"update quality_metrics set findings = ? where conversation_id = {one}", (finding,))
        db.execute(f"update conversations set quality_score = 4.8, needs_review = 1 where conversation_id = {one}")
        db.execute("update conversations set generated_at = '2026-11-20 10:00:00' where generated_at is not null")


@pytest.mark.usefixtures("written")
def test_the_dashboard(snap_compare: Compare, settings: Settings, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("Q")
        await until(pilot, lambda: isinstance(pilot.app.screen, QualityScreen) and pilot.app.screen._alike)
        await settled(pilot)

    app = BrightrunApp(settings, flags=dataclasses.asdict(settings))
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("keys", [(), ("enter",)], ids=["list", "text"])
def test_the_templates(snap_compare: Compare, settings: Settings, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("T")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, TemplatesScreen) and pilot.app.screen.version is not None
        )
        await pilot.press("j", "j", "j", *keys)
        await settled(pilot)

    app = BrightrunApp(settings, flags=dataclasses.asdict(settings))
    assert snap_compare(app, terminal_size=size, run_before=before)
