"""The worker dies at each seam of a call, as in a power cut; the next one goes on and nothing is lost or paid twice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from killing import Endpoint, Witness, fork_worker, looking

from core.engine import failpoints
from core.engine.orders import Order
from core.services import Services
from core.settings.fields import Settings

ROWS = 2
OFTEN = ("after-call",)  # the others take their turn in `make test-all`
# How often each is passed before the job's third call.
LATER = {"after-claim": 1, "before-finish": 1, "after-finish": 1}
# Where a call was made and not committed, it may be billed again: once, and no other.
MAY_ASK_AGAIN = {"after-call": 1, "before-commit": 1}


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """A service that outlives the worker."""
    with Endpoint() as running:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-not-a-real-key-0000")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.base_url)
        yield running


async def order(settings: Settings) -> int:
    services = await Services.open(settings)
    try:
        async with services.database.read() as session:
            from data import conversations
            from data.criteria import Criteria

            ids = (await conversations.matching_ids(session, Criteria(states=("remaining",))))[:ROWS]
        proposal = await services.generation.propose(Order("selected", tuple(ids), depth="full"))
        return await services.generation.submit(proposal, cap_microusd=5_000_000)
    finally:
        await services.close()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in OFTEN else [pytest.mark.slow]) for name in failpoints.NAMES]
)
def test_a_worker_that_dies_there_costs_nothing_that_was_committed(
    settings: Settings, endpoint: Endpoint, name: str
) -> None:
    path = Path(settings.database)
    live = replace(settings, provider="live", concurrency=1, annotation_at_once=1, requests_per_minute=100_000)
    asyncio.run(order(live))
    witness = Witness(path, endpoint)
    times = LATER.get(name, 3)
    assert os.waitpid(fork_worker(path, f"{name}:{times}"), 0)[1] == signal.SIGKILL
    witness.compare()
    assert os.waitpid(fork_worker(path), 0)[1] == 0
    witness.compare()
    with looking(path) as db:
        (job,) = db.execute("SELECT * FROM generation_jobs").fetchall()
    assert (job["status"], job["done"], job["reserved_microusd"]) == ("completed", ROWS, 0)
    again = sum(number - 1 for number in endpoint.asked.values())
    assert again == MAY_ASK_AGAIN.get(name, 0)
    assert len(witness.kept) == len(endpoint.asked), "every stage has its output once"
