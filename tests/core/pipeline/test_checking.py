"""The second process for checks: it says the same, and no text is lost with it, however it ends."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache

import pytest
import pytest_asyncio

from core.pipeline import checking
from core.pipeline.checking import AHEAD, PILE, Checker, Looked, look
from core.quality.subject import Subject
from data.marks import Said
from tests.quality_corpus import good

SUBJECTS = good.simulated()[: 2 * PILE + 2]
BELOW = 6.0


def said(subject: Subject) -> Said:
    return [
        {
            "conversation_id": subject.row["conversation_id"],
            "turn_number": number,
            "user_input": pair["current_user_input"],
            "target_response": pair["target_response"],
        }
        for number, pair in enumerate(subject.pairs, 1)
    ]


@cache
def expected() -> list[Looked]:
    return [look(subject, said(subject), BELOW) for subject in SUBJECTS]


async def look_at_all(checker: Checker) -> list[Looked]:
    return list(await asyncio.gather(*(checker.look(subject, said(subject), BELOW) for subject in SUBJECTS)))


async def all_asked(checker: Checker) -> asyncio.Task[list[Looked]]:
    """Everything is on its way to the second process, and nothing has come back."""
    asked = asyncio.create_task(look_at_all(checker))
    for _ in range(2):  # the task, then those it makes
        await asyncio.sleep(0)
    return asked


@pytest_asyncio.fixture
async def checker() -> AsyncIterator[Checker]:
    made = Checker()
    made._deaths = 0  # also where the tests have one core
    yield made
    await made.close()


async def test_few_texts_are_checked_here(checker: Checker) -> None:
    subject = SUBJECTS[0]
    assert await checker.look(subject, said(subject), BELOW) == expected()[0]
    assert checker.pid is None


async def test_texts_that_pile_up_go_to_a_second_process_that_finds_the_same(checker: Checker) -> None:
    assert await look_at_all(checker) == expected()
    await checker.ready.wait()
    asked = await all_asked(checker)
    assert len(checker._sent) == min(AHEAD, len(SUBJECTS))
    assert await asked == expected()
    pid = checker.pid
    assert pid is not None
    await checker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_while_calls_are_under_way_texts_wait_for_the_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected()
    monkeypatch.setattr(checking, "look", None)  # here; the second process has its own
    checker = Checker(lambda: True)
    checker._deaths = 0
    try:
        assert await look_at_all(checker) == wanted
        assert await look_at_all(checker) == wanted
    finally:
        await checker.close()


async def test_what_the_checks_cannot_take_is_raised_where_the_row_is() -> None:
    checker = Checker(lambda: True)
    checker._deaths = 0
    broken = replace(SUBJECTS[0], pairs=[5])  # type: ignore[list-item]
    try:
        await look_at_all(checker)
        assert checker.ready.is_set()
        with pytest.raises(AttributeError):
            await checker.look(broken, said(SUBJECTS[0]), BELOW)
        assert await look_at_all(checker) == expected()
    finally:
        await checker.close()


@pytest.mark.slow
async def test_while_calls_are_under_way_a_second_process_that_never_gets_ready_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "PATIENCE_S", 0.05)
    monkeypatch.setattr(checking, "LOOK_S", 0.01)
    checker = Checker(lambda: True)
    checker._deaths = 0
    monkeypatch.setattr(checker, "_hand_out", lambda process: asyncio.Event().wait())
    try:
        assert await look_at_all(checker) == expected()
    finally:
        await checker.close()


@pytest.mark.slow
async def test_what_a_second_process_had_when_it_was_killed_is_checked_here(checker: Checker) -> None:
    for _ in range(checking.DEATHS):
        await look_at_all(checker)
        await checker.ready.wait()
        asked = await all_asked(checker)
        assert checker.pid is not None
        os.kill(checker.pid, signal.SIGKILL)
        assert await asked == expected()
    assert await look_at_all(checker) == expected()
    assert checker.pid is None and not checker.ready.is_set()  # it is not tried for ever


@pytest.mark.slow
async def test_a_second_process_that_hangs_is_ended(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    await look_at_all(checker)
    await checker.ready.wait()
    pid = checker.pid
    assert pid is not None
    monkeypatch.setattr(checking, "PATIENCE_S", 0.2)
    os.kill(pid, signal.SIGSTOP)
    assert await look_at_all(checker) == expected()
    assert checker.pid != pid


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.slow
def test_the_second_process_ends_with_a_worker_that_was_killed() -> None:
    script = (
        "import asyncio\n"
        "from tests.core.pipeline.test_checking import Checker, look_at_all\n"
        "async def main():\n"
        "    checker = Checker()\n"
        "    checker._deaths = 0\n"
        "    await look_at_all(checker)\n"
        "    await checker.ready.wait()\n"
        "    print(checker.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        second = os.pidfd_open(int(worker.stdout.readline()))
        try:
            worker.kill()
            assert select.select([second], [], [], 60)[0]
        finally:
            os.close(second)
