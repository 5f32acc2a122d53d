"""Who may call now: as many conversations as a job allows, while others stand ready behind them.

A row takes its place when its prompt is rendered and its money is set aside, and leaves it when nothing more is asked
for it; so the next call begins when the one before it ends, and not when its answer is stored. The worker says how many
places there are; a job has no more of them than its own width.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from core.pipeline.pacing import Width

Rank = tuple[bool | int, ...]  # of a row's job among those that wait; the least goes first


class Places:
    """The places of one worker."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.most = 1
        self._wake = wake
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

    def widen(self, most: int) -> None:
        """Say how many may be written at once."""
        self.most = most
        self._let_in()

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
        if 2 * len(self._line) <= place.width.ahead:
            self._wake()

    def _let_in(self) -> None:
        free = self.most - self._taken.total()
        for waiting in [*self._line]:
            if free <= 0:
                return
            place = waiting.place
            if self._taken[place.job_id] < place.width.now:
                self._line.remove(waiting)
                self._taken[place.job_id] += 1
                free -= 1
                if not waiting.entered.done():  # else it is just being broken off, and gives it back
                    waiting.entered.set_result(None)


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
        self.job_id, self.width, self.rank = job_id, width, rank
        self.is_taken = self.is_left = self.was_taken = False

    async def take(self) -> None:
        """Wait until the row may call; at once where it has its place already."""
        async with self._one_at_a_time:  # the turns of a row are annotated side by side
            if not self.is_taken:
                self.is_left = False
                await self._places.enter(self)
                self.is_taken = self.was_taken = True

    def leave(self) -> None:
        """Nothing more is asked for the row, as far as is known."""
        self.is_left = True
        if self.is_taken:
            self.is_taken = False
            self._places.leave(self)
