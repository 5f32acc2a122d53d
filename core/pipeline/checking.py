"""Checks and marks a text before it is stored; where many wait for that, in a second process, so that calls go on.

`core.engine.rows` lends one `Checker` to all rows. The second process is started when texts pile up, reads from a pipe
and ends with it, however this process ends. It must never cost a row: what it does not answer is worked out here.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import signal
import struct
import sys
import time
from array import array
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from core.aside import child
from core.memory import look_rarely_for_garbage
from core.quality.check import check_conversation
from core.quality.report import Report
from core.quality.subject import Rules, Subject
from data.marks import Mark, Said, mark_rows

PILE = 4  # texts that wait for their check before a second process is worth its start
AHEAD = 16  # texts that may be with the second process at once
BEHIND_CALLS = 10  # what the second process adds to its niceness: a call that waits costs more than a check that waits
DEATHS = 2  # after which it is not started again
PATIENCE_S = 30.0  # a check takes milliseconds
LOOK_S = 0.5
LEAVE_S = 2.0
# It steps back before anything else: what it loads takes longer than a hundred checks.
_SECOND_PROCESS = f"import os; os.nice({BEHIND_CALLS}); from core.pipeline import checking; checking.second_process()"
_LENGTH = struct.Struct("!I")

log = logging.getLogger("brightrun.worker")


@dataclass(frozen=True)
class Looked:
    """What the checks say of a text, and its marks for finding copies."""

    report: Report
    marks: list[Mark]


def look(subject: Subject, said: Said, review_below: float) -> Looked:
    """Check a text and mark it. Pure, and most of a row's computing."""
    return Looked(check_conversation(subject, review_below=review_below), mark_rows(said))


class Checker:
    """Looks at one text after the other, here or in the second process. Close it when done."""

    def __init__(self, is_calling: Callable[[], bool] = lambda: False) -> None:
        self._is_calling = is_calling  # then this process has better to do than to check texts itself
        self._news = asyncio.Event()  # of the second process
        self._here = asyncio.Lock()  # one text at a time, and whatever else is due between two of them
        self._waiting = 0
        self._deaths = 0 if _cores() > 1 else DEATHS
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._sent: deque[asyncio.Future[Looked | None]] = deque()  # in the order of the answers
        self.ready = asyncio.Event()  # the second process answers
        self._rules: Rules | None = None  # those that the second process has
        self.start_cpu_s = 0.0  # what the second process had computed when it was ready

    @property
    def pid(self) -> int | None:
        """The second process, while there is one."""
        return self._process.pid if self._process else None

    async def look(self, subject: Subject, said: Said, review_below: float) -> Looked:
        """What `look` says, without keeping everybody else waiting."""
        answer = None if self._waiting else self._ask(subject, said, review_below)
        if answer is None:
            self._waiting += 1
            try:
                async with self._here:
                    await asyncio.sleep(0)  # whatever else is due comes first; so it is seen how many wait
                    if self._waiting > PILE and self._reader is None and self._deaths < DEATHS:
                        self._reader = asyncio.create_task(self._serve())
                    await self._wait_for_second()
                    answer = self._ask(subject, said, review_below)
                    if answer is None:
                        return look(subject, said, review_below)
            finally:
                self._waiting -= 1
        found = await self._answer(answer)
        if found is not None:
            return found
        async with self._here:  # it ended, or could not look: then this text is looked at here, and no other meanwhile
            await asyncio.sleep(0)
            return look(subject, said, review_below)

    async def _wait_for_second(self) -> None:
        """While calls are under way, wait until the second process takes another text; not if it is slow to start."""
        until = time.monotonic() + PATIENCE_S
        while self._reader is not None and self._is_calling() and not self._takes_more:
            if time.monotonic() > until:
                log.warning("the second process for checks does not get ready: texts are checked here")
                self._reader.cancel()
                return
            self._news.clear()
            with suppress(TimeoutError):  # nobody tells that the last call is over
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()

    @property
    def _takes_more(self) -> bool:
        return self.ready.is_set() and len(self._sent) < AHEAD

    async def close(self) -> None:
        """End the second process."""
        self._deaths = DEATHS
        process, reader = self._process, self._reader
        if reader is None:
            return
        if process is not None and process.stdin is not None:
            process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(reader), LEAVE_S)
            return
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)

    def _ask(self, subject: Subject, said: Said, review_below: float) -> asyncio.Future[Looked | None] | None:
        """Let the second process look; None when it cannot now."""
        process = self._process
        if process is None or process.stdin is None or not self._takes_more:
            return None
        rules, known = subject.rules, subject.rules is self._rules
        order = (None if known else rules, replace(subject, rules=_NO_RULES, row=dict(subject.row)), said, review_below)
        try:
            packed = _packed(order)
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError, struct.error):
            return None  # nothing that can be sent
        self._rules = rules
        answer: asyncio.Future[Looked | None] = asyncio.get_running_loop().create_future()
        process.stdin.write(packed)
        self._sent.append(answer)
        return answer

    async def _answer(self, answer: asyncio.Future[Looked | None]) -> Looked | None:
        """What the second process says; None when it does not."""
        process = self._process
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await answer
        except TimeoutError:
            log.warning("the second process does not answer: it is ended")
            if process is not None:
                with suppress(ProcessLookupError):
                    process.kill()
            return None

    async def _serve(self) -> None:
        """Start the second process and hand out its answers until it ends."""
        try:
            async with child("-c", _SECOND_PROCESS) as process:
                await self._hand_out(process)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            if self._deaths < DEATHS:
                log.warning("the second process for checks is gone (%s): its texts are checked here", error or "ended")
        finally:
            self._deaths += 1
            self.ready.clear()
            self._rules, self._process, self._reader = None, None, None
            for answer in self._sent:
                if not answer.done():
                    answer.set_result(None)
            self._sent.clear()
            self._news.set()

    async def _hand_out(self, process: asyncio.subprocess.Process) -> None:
        """Give the answers of the second process to those who asked, until it ends."""
        assert process.stdout is not None
        self._process = process
        self.start_cpu_s = await _read(process.stdout)
        self.ready.set()
        self._news.set()
        log.info("checks go on in a second process, pid %s", process.pid)
        while True:
            report, kept = await _read(process.stdout)
            answer = self._sent.popleft()
            self._news.set()
            if not answer.done():
                answer.set_result(None if report is None else Looked(report, _unfolded(kept)))


_NO_RULES = Rules()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _folded(marks: list[Mark]) -> list[array[int] | tuple[Any, ...]]:
    """Marks column by column: a hundred small objects take longer to read than all else that comes back."""
    columns = zip(*marks, strict=True)
    return [array("q", column) if isinstance(column[0], int) else column for column in columns]


def _unfolded(columns: list[Any]) -> list[Mark]:
    return list(zip(*columns, strict=True))


def _packed(value: Any) -> bytes:
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


async def _read(stream: asyncio.StreamReader) -> Any:
    (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    return pickle.loads(await stream.readexactly(length))  # from our own child


def _work(orders: BinaryIO, answers: BinaryIO) -> None:
    """The second process: look at what comes until the pipe ends, which it does when the worker ends."""
    answers.write(_packed(time.process_time()))
    answers.flush()
    rules = _NO_RULES
    while head := orders.read(_LENGTH.size):
        news, subject, said, review_below = pickle.loads(orders.read(_LENGTH.unpack(head)[0]))
        rules = news or rules
        try:
            found = look(replace(subject, rules=rules), said, review_below)
        except Exception:  # noqa: BLE001  it is raised where the row is, which tries it again
            answers.write(_packed((None, None)))
        else:
            answers.write(_packed((found.report, _folded(found.marks))))
        answers.flush()


def second_process() -> None:
    """What the second process runs."""
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the worker, which finishes what it has in hand
        signal.signal(number, signal.SIG_IGN)
    look_rarely_for_garbage()
    with suppress(BrokenPipeError):
        _work(sys.stdin.buffer, sys.stdout.buffer)
