"""Who may call now: as many conversations as a job allows, while others stand ready behind them.

A row takes its place when its prompt is rendered and its money is set aside, and leaves it when nothing more is asked
for it; so the next call begins when the one before it ends, and not when its answer is stored. The worker says how many
places there are; a job has no more of them than its own width.
"""

from __future__ import annotations

import asyncio
import time
from bisect import insort
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from core.pipeline.pacing import Width

Rank = tuple[bool | int, ...]  # of a row's job among those that wait; the least goes first


def rank_of(job: Mapping[str, Any]) -> Rank:
    """A single row asked for by hand goes first; then what was put first; then jobs in order of submission."""
    return (job["type"] != "single", -job["priority"], job["id"])


class Places:
    """The places of one worker; `may_begin` is asked of a job right before a row of it calls."""

    def __init__(self, wake: Callable[[], None], may_begin: Callable[[int], bool] = lambda job_id: True) -> None:
        self.most = 1
        self._wake, self._may_begin = wake, may_begin
        self._closed: set[int] = set()
        self._line: list[_Waiting] = []
        self._taken: Counter[int] = Counter()  # by job
        self._number = count()

    @property
    def has_waiting(self) -> bool:
        """Whether rows stand ready."""
        return bool(self._line)

    @property
    def has_callers(self) -> bool:
        """Whether calls are under way."""
        return self._taken.total() > 0

    def open(self, most: int, jobs: Iterable[int]) -> None:
        """Say how many may be written at once, and that these jobs go on."""
        self.most = most
        self._closed.difference_update(jobs)
        self._let_in()

    def close(self, job_id: int) -> None:
        """Let nobody of a job begin: it pauses."""
        self._closed.add(job_id)

    async def enter(self, place: Place) -> None:
        """Wait for a place, behind those of a better rank and those who came before."""
        waiting = _Waiting((not place.was_taken, *place.rank, next(self._number)), place)
        insort(self._line, waiting)
        self._let_in()
        try:
            await waiting.entered
        except asyncio.CancelledError:
            if waiting in self._line:
                self._line.remove(waiting)
            else:
                self.leave(place)
            raise

    def leave(self, place: Place) -> None:
        """Give a place to the next in line; the worker gets more rows ready where too few stand there."""
        self._taken[place.job_id] -= 1
        self._let_in()
        if len(self._line) <= place.width.ahead:
            self._wake()

    def _let_in(self) -> None:
        free = self.most - self._taken.total()
        for waiting in [*self._line]:
            if free <= 0:
                return
            place = waiting.place
            if place.job_id in self._closed or self._taken[place.job_id] >= place.width.now:
                continue
            if not self._may_begin(place.job_id):  # somebody paused it, and the worker has not seen that yet
                self.close(place.job_id)
            else:
                self._line.remove(waiting)
                self._taken[place.job_id] += 1
                free -= 1
                if not waiting.entered.done():  # else it is just being broken off, and gives it back
                    waiting.entered.set_result(None)


class Finishing(AbstractAsyncContextManager[None]):
    """The way to storing a text: while calls are under way few go at once, so that none of these has to wait long."""

    def __init__(self, places: Places, at_once: int) -> None:
        self._places, self._at_once = places, at_once
        self._inside = 0
        self._line: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        if not self._line and self._is_open:
            self._inside += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in self._line:
                self._line.remove(turn)
            elif not turn.cancelled():
                self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    @property
    def _is_open(self) -> bool:
        return self._inside < self._at_once or not self._places.has_callers

    def _leave(self) -> None:
        self._inside -= 1
        while self._line and self._is_open:
            turn = self._line.popleft()
            if not turn.done():  # else whoever waited is being broken off
                self._inside += 1
                turn.set_result(None)


@dataclass(order=True)
class _Waiting:
    order: Rank
    place: Place = field(compare=False)
    entered: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), compare=False
    )


class Place:
    """A row's place: taken before its first call, left after its last one, and taken again when one more is needed."""

    def __init__(self, places: Places, job_id: int, width: Width, rank: Rank) -> None:
        self._places, self._one_at_a_time = places, asyncio.Lock()
        self._calls, self._since = 0, 0.0
        self.job_id, self.width, self.rank = job_id, width, rank
        self.is_waiting = self.is_taken = self.is_left = self.was_taken = False

    async def take(self) -> None:
        """Wait until a call of the row may be made; at once where it has its place already. `hang_up` ends the call."""
        async with self._one_at_a_time:  # the turns of a row are annotated side by side
            if not self.is_taken:
                self.is_left, self.is_waiting = False, True
                try:
                    await self._places.enter(self)
                finally:
                    self.is_waiting = False
                self.is_taken = self.was_taken = True
                self._since = time.monotonic()
            self._calls += 1

    def hang_up(self) -> None:
        """A call is over; the row keeps its place for the next."""
        self._calls -= 1

    def step_aside(self) -> None:
        """Leave the place to others while the row waits for something that only their calls can bring about."""
        if self.is_taken and not self._calls:
            self.is_taken = False
            self._places.leave(self)

    def leave(self) -> None:
        """Nothing more is asked for the row, as far as is known."""
        self.is_left = True
        if self.is_taken:
            self.is_taken = False
            self.width.took(time.monotonic() - self._since)
            self._places.leave(self)
