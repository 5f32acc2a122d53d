"""What runs in a process of its own gives what it would give here: values, errors of ours, and other failures."""

from __future__ import annotations

import asyncio
import dataclasses
import gc

import pytest

from core import aside
from core.engine.apart import mean_prices
from core.engine.orders import Order
from core.errors import BrightrunError, SettingsError
from core.services import Services

ROWS = ("fp_marcus_011", "fp_marcus_012")


@pytest.mark.slow
async def test_prices_and_proposals_of_another_process_are_those_of_this_one(services: Services) -> None:
    assert await services.mean_prices(ROWS) == await mean_prices(services.settings, services.prices, ROWS)
    here = await services.propose(Order("all"))
    there = await services.propose(Order("all"), large=True)
    assert there == here
    assert len(there.rows) > len(ROWS)


@pytest.mark.slow
async def test_an_error_comes_back_as_it_was_raised(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    settings = dataclasses.replace(services.settings, provider="")
    with pytest.raises(SettingsError) as told:
        await aside.run("core.engine.apart:mean_prices", settings, {}, ROWS)
    assert told.value.hint


async def test_any_other_failure_is_one_sentence(services: Services) -> None:
    with pytest.raises(BrightrunError, match=r"process beside the app failed: .*nothing_like_it"):
        await aside.run("core.engine.apart:nothing_like_it", services.settings)


def test_an_app_that_ends_meanwhile_leaves_no_open_pipes_that_python_complains_of(
    recwarn: pytest.WarningsRecorder,
) -> None:
    async def app() -> None:
        started = asyncio.Event()

        async def ask() -> None:
            async with aside.child("-c", "import sys; sys.stdin.read()") as process:
                started.set()
                await process.wait()

        asking = asyncio.create_task(ask())
        await started.wait()
        asking.cancel()
        await asyncio.sleep(0)  # it waits for the end of the process now; the end of the loop cancels that, too

    asyncio.run(app())
    gc.collect()
    assert [str(warning.message) for warning in recwarn if "transport" in str(warning.message)] == []
