"""Workers that are killed: an endpoint that outlives them and counts what it is asked, and looks at what is stored.

Used by the failpoint tests and by `bench/kill.py`. The workers are forks of this process: all that they need is
imported already, so that a hundred of them cost little.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import core.providers.anthropic_api  # noqa: F401  the SDK is imported once, before any worker is forked
from core.engine import failpoints
from core.engine.lock import hold_worker_lock, take_over
from core.engine.providers import ProviderSource
from core.engine.worker import Worker
from core.memory import look_rarely_for_garbage
from core.providers.simulator.faults import Faults
from core.providers.simulator.server import Simulator
from data.engines import Database

Stage = tuple[int, str]  # item and stage


def key_of(system: str, user: str) -> str:
    """Tells what was asked for: two calls with the same key are the same call, made twice."""
    return hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()


class Endpoint:
    """The simulator in a thread of its own, with a count of every call it was asked for."""

    def __init__(self, *, pace: float = 0.0, faults: str = "", requests_per_minute: int = 1_000_000) -> None:
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # callers that die in mid-answer are the point
        self.asked: Counter[str] = Counter()
        self.base_url = ""
        self._simulator = Simulator(
            pace=pace, faults=Faults.parse(faults) if faults else None, requests_per_minute=requests_per_minute
        )
        self._simulator.on_request = self._note
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        assert self._is_up.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)
        self._loop.close()

    @property
    def calls(self) -> int:
        return self._simulator.calls

    async def _serve(self) -> None:
        async with self._simulator as simulator:
            self.base_url = simulator.base_url
            self._is_up.set()
            await self._end.wait()

    def _note(self, body: bytes) -> None:
        call = json.loads(body)
        system = "".join(block["text"] for block in call["system"])
        self.asked[key_of(system, call["messages"][0]["content"])] += 1


def fork_worker(database: Path, failpoint: str = "") -> int:
    """A worker process that works until nothing is left, or dies at the failpoint; gives its process number."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.environ[failpoints.ENVIRONMENT] = failpoint
        lock = hold_worker_lock(database) or take_over(database)
        assert lock is not None
        asyncio.run(_work(database, lock))
        status = 0
    finally:
        os._exit(status)


async def _work(path: Path, lock: int) -> None:
    database = Database(path)
    await Worker(database, ProviderSource("", look_rarely_for_garbage), lock=lock).run()


@contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """A look at the database from outside."""
    connection = sqlite3.connect(path, timeout=60)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


def committed(path: Path) -> dict[Stage, tuple[str, str]]:
    """Every stage output that is stored: what was asked for it, and the output itself."""
    with looking(path) as db:
        found = db.execute(
            "SELECT s.item_id, s.stage, s.output, l.request FROM stage_outputs s JOIN generation_logs l "
            "ON l.item_id = s.item_id AND l.stage = s.stage AND l.error_class = ''"
        ).fetchall()
    return {(row["item_id"], row["stage"]): (_asked(json.loads(row["request"])), row["output"]) for row in found}


def _asked(request: Mapping[str, Any]) -> str:
    return key_of(request["system"], request["user"])


def texts(path: Path) -> dict[tuple[str, int], str]:
    """Every stored turn."""
    with looking(path) as db:
        rows = db.execute("SELECT conversation_id, turn_number, user_input, target_response FROM conversation_turns")
        return {(row[0], row[1]): f"{row[2]}\n{row[3]}" for row in rows}


def check_tables(path: Path) -> None:
    """Whole, no conversation twice, every counter what it counts, and nobody sure of money that is not there."""
    with looking(path) as db:

        def one(sql: str) -> Any:
            return db.execute(sql).fetchone()[0]

        assert one("PRAGMA integrity_check") == "ok"
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        twice = "SELECT conversation_id, turn_number FROM conversation_turns GROUP BY 1, 2 HAVING count(*) > 1"
        assert db.execute(twice).fetchall() == []
        assert one("SELECT count(*) FROM conversations WHERE turn_count <> (SELECT count(*) FROM conversation_turns t "
                   "WHERE t.conversation_id = conversations.conversation_id)") == 0  # fmt: skip
        open_twice = "SELECT conversation_id FROM generation_queue WHERE status IN ('queued', 'running') GROUP BY 1"
        assert db.execute(f"{open_twice} HAVING count(*) > 1").fetchall() == []
        for job in db.execute("SELECT * FROM generation_jobs").fetchall():
            items = f"FROM generation_queue WHERE job_id = {job['id']}"
            logs = f"FROM generation_logs WHERE job_id = {job['id']}"
            for state in ("done", "failed", "cancelled"):
                assert job[state] == one(f"SELECT count(*) {items} AND status = '{state}'"), state
            assert job["total"] == one(f"SELECT count(*) {items}")
            assert job["calls"] == one(f"SELECT count(*) {logs}") == one(f"SELECT coalesce(sum(attempts), 0) {items}")
            for name, column in (("actual_cost_microusd", "cost_microusd"), ("output_tokens", "output_tokens")):
                assert job[name] == one(f"SELECT coalesce(sum({column}), 0) {logs}"), name
            if job["finished_at"]:
                assert job["reserved_microusd"] == 0


class Witness:
    """Remembers what was committed and what had been asked for it, and compares after every death."""

    def __init__(self, path: Path, endpoint: Endpoint) -> None:
        self._path, self._endpoint = path, endpoint
        self.kept: dict[Stage, tuple[str, str]] = {}
        self._texts: dict[tuple[str, int], str] = {}
        self._asked: dict[Stage, int] = {}

    def compare(self) -> None:
        """Call it while no worker lives: nothing that was committed is lost, changed or asked for again."""
        check_tables(self._path)
        now, written = committed(self._path), texts(self._path)
        assert {stage: now.get(stage) for stage in self.kept} == self.kept, "what was committed stays"
        assert {turn: written.get(turn) for turn in self._texts} == self._texts, "what was written stays"
        again = [stage for stage, (key, _) in self.kept.items() if self._endpoint.asked[key] != self._asked[stage]]
        assert again == [], "what was committed is not asked for again"
        self.kept, self._texts = now, written
        self._asked = {stage: self._endpoint.asked[key] for stage, (key, _) in now.items()}
