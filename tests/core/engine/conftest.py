"""A worker in this process; no other one is started."""

from __future__ import annotations

import pytest
from workbench import Bench

from core.services import Services


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders start no worker process: the test runs its own."""
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: "")


@pytest.fixture
def bench(services: Services) -> Bench:
    """The place of work on a database of its own."""
    return Bench(services)
