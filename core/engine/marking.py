"""Marks of texts that a worker has stored, written for many texts together: each mark lies on a page of its own.

They are worked out with the checks. Those that a killed worker had not written yet are made from the texts by whoever
looks for copies (`core.quality.dataset.ensure_marks`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from core.engine.standing import Standing
from core.errors import StorageError
from core.pipeline.attempts import unbroken
from data import similarity
from data.marks import Mark

AT_ONCE = 50  # texts whose marks are written in one transaction
WAIT_S = 2.0  # after which fewer are written, too

log = logging.getLogger("brightrun.worker")


class Marking:
    """The marks that wait."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._waiting: dict[str, Sequence[Mark]] = {}
        self._since = 0.0

    def add(self, conversation_id: str, marks: Sequence[Mark]) -> None:
        """A text has been stored."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting[conversation_id] = marks

    async def write(self, *, all_of_them: bool = False) -> None:
        """Write what waits, where it is enough or has waited long enough. Only told to the log when it cannot be."""
        while self._waiting and (all_of_them or len(self._waiting) >= AT_ONCE or self._age >= WAIT_S):
            part = {name: self._waiting.pop(name) for name in list(self._waiting)[:AT_ONCE]}
            try:
                await unbroken(self._store(part))
            except StorageError as error:
                log.warning("the marks of %s texts are left to the next look for copies: %s", len(part), error)

    async def _store(self, part: dict[str, Sequence[Mark]]) -> None:
        async with self._standing.write() as session:
            await similarity.add_marks(session, part)

    @property
    def _age(self) -> float:
        return time.monotonic() - self._since
