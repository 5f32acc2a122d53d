"""The app over a prepared database, driven by Pilot. No worker process is started: a job stays as it was ordered."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from driving import DEADLINE_S, Opened, ready
from textual.pilot import Pilot

from core.services import Services
from core.settings.fields import Settings
from core.status import Verdict
from tui.app import BrightrunApp

SEEDS = ("fp_marcus_002", "fp_marcus_003", "fp_marcus_004")


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders are written, nobody works on them."""
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: "")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine needs longer than a person at a terminal ever waits: nothing of these times is tested by them."""
    monkeypatch.setattr("tui.screens.bound.PATIENCE_S", DEADLINE_S)  # a command is done when its key is
    monkeypatch.setattr("tui.screens.bound.MESSAGE_S", DEADLINE_S)  # what was told can still be read
    monkeypatch.setattr("tui.screens.bound.WARNING_S", DEADLINE_S)
    monkeypatch.setattr("tui.held_keys.LOOKS", 10**6)  # a line that is asked for comes
    monkeypatch.setattr("tui.held_keys.ENDING_LOOKS", 10**6)  # what was written in it is stored


@pytest.fixture
def opened(settings: Settings) -> Opened:
    """Run the app until its services are open."""

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = (80, 24), view: str | None = None
    ) -> AsyncIterator[tuple[BrightrunApp, Pilot[None]]]:
        app = BrightrunApp(settings, view=view, flags=dataclasses.asdict(settings))
        async with app.run_test(size=size, tooltips=False, notifications=True) as pilot:
            await ready(pilot)
            yield app, pilot

    return run


@pytest.fixture
async def to_review(services: Services) -> tuple[str, ...]:
    """Three of the hand-written examples wait for a verdict again."""
    await services.review.decide_many(SEEDS, Verdict.REOPEN)
    return SEEDS
