"""Tasks that may not be broken off in the middle of a write end all the same."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import StorageError
from core.pipeline import attempts


async def test_a_loop_that_is_told_of_its_last_write_instead_of_its_end_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempts, "CANCEL_AGAIN_S", 0.01)
    writes, fails = asyncio.Event(), asyncio.Event()
    failed = 0

    async def write() -> None:
        writes.set()
        await fails.wait()
        raise StorageError("There is no room.")

    async def loop() -> None:
        nonlocal failed
        while True:
            try:
                await attempts.unbroken(write())
            except StorageError:
                failed += 1
                await asyncio.sleep(3600)

    task = asyncio.create_task(loop())
    await writes.wait()
    asyncio.get_running_loop().call_soon(fails.set)
    async with asyncio.timeout(60):
        await attempts.end([task])
    assert task.cancelled() and failed == 1
