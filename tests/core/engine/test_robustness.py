"""What the engine does when the machine misbehaves: full disks, stopped processes, jumping clocks, refused keys."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from killing import Endpoint, Witness, fork_worker, looking
from workbench import PATIENCE_S, Bench

from core.browse import Browser
from core.cli import working
from core.engine import launch, lock
from core.engine.orders import Order
from core.engine.providers import ProviderSource
from core.engine.worker import Worker
from core.pipeline.work import JobSettings
from core.services import Services
from core.settings.fields import Settings, state_dir
from core.settings.keys import find_access
from data.criteria import Criteria
from data.types import utc_now

KEY = "sk-ant-not-a-real-key-0000"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """A service of its own, as slow as a real one in small."""
    with Endpoint(pace=0.5) as running:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.base_url)
        yield running


async def order(settings: Settings, rows: int) -> int:
    services = await Services.open(settings)
    try:
        from data import conversations

        async with services.database.read() as session:
            ids = (await conversations.matching_ids(session, Criteria(states=("remaining",))))[:rows]
        proposal = await services.generation.propose(Order("selected", tuple(ids)))
        return await services.generation.submit(proposal, cap_microusd=5_000_000)
    finally:
        await services.close()


def make_old(path: Path, seconds: float) -> None:
    """Let a worker's last sign of life lie so far back."""
    file = lock.lock_path(path)
    said = json.loads(file.read_text())
    said["at"] -= seconds
    with file.open("r+") as out:
        out.write(json.dumps(said).ljust(1024))


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def can_write(path: Path) -> bool:
    """Whether nobody holds the database's write lock."""
    with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        db.execute("ROLLBACK")
        return True


@pytest.mark.slow
def test_a_stopped_worker_is_replaced_and_stores_nothing_when_it_wakes_up(
    settings: Settings, endpoint: Endpoint
) -> None:
    path = Path(settings.database)
    asyncio.run(order(replace(settings, provider="live", concurrency=2), 4))
    first = fork_worker(path)

    def is_writing() -> bool:
        with looking(path) as db:
            return bool(db.execute("SELECT 1 FROM generation_queue WHERE step = 'writing'").fetchone())

    wait_for(is_writing)
    os.kill(first, signal.SIGSTOP)
    while not can_write(path):  # it would take the whole database with it: then it can only be killed
        os.kill(first, signal.SIGCONT)
        time.sleep(0.01)
        os.kill(first, signal.SIGSTOP)
    assert lock.take_over(path) is None, "it was heard of just now"
    make_old(path, lock.SILENCE_S + 1)
    assert not launch.is_worker_alive(path)
    with contextlib.closing(Browser(path, state_dir())) as browser:
        browser.set_view(Criteria())
        assert f"process {first}) hangs or was stopped" in browser.progress().worker_trouble
    assert os.waitpid(fork_worker(path), 0)[1] == 0
    witness = Witness(path, endpoint)
    witness.compare()
    with looking(path) as db:
        before = [tuple(row) for row in db.execute("SELECT * FROM conversations ORDER BY number")]
        (job,) = db.execute("SELECT status, done FROM generation_jobs").fetchall()
    assert tuple(job) == ("completed", 4)
    os.kill(first, signal.SIGCONT)
    assert os.waitpid(first, 0)[1] == 0, "it sees that it was replaced, and ends"
    witness.compare()
    with looking(path) as db:
        assert [tuple(row) for row in db.execute("SELECT * FROM conversations ORDER BY number")] == before


@pytest.mark.slow
def test_a_stopped_worker_that_nobody_replaced_commits_nothing_under_its_old_lease(
    settings: Settings, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "SILENCE_S", 10.0)  # a busy machine must not let it lapse by itself
    monkeypatch.setattr("core.engine.standing.BEAT_S", 0.1)
    path = Path(settings.database)
    asyncio.run(order(replace(settings, provider="live", concurrency=2), 4))
    worker = fork_worker(path)

    def running() -> set[int]:
        with looking(path) as db:
            return {row[0] for row in db.execute("SELECT id FROM generation_queue WHERE step = 'writing'")}

    wait_for(lambda: len(running()) == 2)
    os.kill(worker, signal.SIGSTOP)
    while not can_write(path):
        os.kill(worker, signal.SIGCONT)
        time.sleep(0.01)
        os.kill(worker, signal.SIGSTOP)
    in_hand, calls = running(), endpoint.calls
    stopped = utc_now().isoformat(" ")
    assert in_hand
    wait_for(lambda: (holder := lock.look_at_lock(path)) is not None and holder.is_silent)
    witness = Witness(path, endpoint)
    witness.compare()
    os.kill(worker, signal.SIGCONT)
    assert os.waitpid(worker, 0)[1] == 0
    witness.compare()
    with looking(path) as db:
        (job,) = db.execute("SELECT status, done, failed FROM generation_jobs").fetchall()
        assert tuple(job) == ("completed", 4, 0)
        marks = ",".join(map(str, in_hand))
        old = db.execute(
            f"SELECT error_class, cost_microusd FROM generation_logs WHERE item_id IN ({marks}) AND created_at < ?",
            (stopped,),
        ).fetchall()
        assert len(old) == len(in_hand), "what it had in hand is logged, because it was billed"
        assert {row[0] for row in old} <= {"LeaseLost", "Cancelled"} and all(row[1] > 0 for row in old)
        fences = db.execute(f"SELECT fence FROM generation_queue WHERE id IN ({marks})").fetchall()
        assert all(row[0] >= 3 for row in fences), "claimed, lost, and claimed anew"
        names = db.execute("SELECT message FROM workers ORDER BY id").fetchall()
        assert [row[0] for row in names] == ["ended without a goodbye", ""]
    assert endpoint.calls - calls == 4 - (calls - len(in_hand)), "each is asked for once more, the others once"


@pytest.mark.slow
async def test_what_a_worker_had_in_hand_when_its_lease_lapsed_is_begun_anew_and_stored_once(bench: Bench) -> None:
    bench.use(concurrency=2)
    job_id = await bench.order(4)
    bench.hold()

    async def hang() -> None:
        await bench.until_written(2)
        assert bench.worker is not None
        bench.worker._standing.lease.clock = lambda: time.monotonic() + 1000

        async def is_begun_anew() -> bool:
            return len(await bench.select("workers")) == 2

        await bench.until(is_begun_anew)
        bench.let_go()

    await bench.run(hang)
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"], job["reserved_microusd"]) == ("completed", 4, 0, 0)
    assert sorted(item["fence"] for item in await bench.items(job_id)) == [1, 1, 3, 3]
    lost = await bench.select("generation_logs WHERE error_class <> ''")
    assert {log["error_class"] for log in lost} <= {"Cancelled", "LeaseLost"}
    assert len(lost) == 2
    assert len(await bench.select("stage_outputs")) == 4
    await bench.check_counters()


@pytest.mark.slow
async def test_jumps_of_the_clock_take_no_row_from_a_worker(bench: Bench) -> None:
    bench.use(concurrency=2, simulator_pace=0.15)
    job_id = await bench.order(6)
    path = bench.services.database.path

    async def jump() -> None:
        for done, hours in ((1, 1), (3, -1)):

            async def so_far(done: int = done) -> bool:
                return bool((await bench.job(job_id))["done"] >= done)

            await bench.until(so_far)
            assert bench.worker is not None
            offset = timedelta(hours=hours)
            bench.worker.clock = lambda offset=offset: utc_now() + offset
            assert launch.is_worker_alive(path)
            assert lock.take_over(path) is None

    await bench.run(jump)
    job = await bench.job(job_id)
    assert (job["status"], job["done"], bench.calls) == ("completed", 6, 6)
    assert {item["fence"] for item in await bench.items(job_id)} == {1}, "nobody took anything over"
    await bench.check_counters()


async def test_a_full_disk_pauses_the_job_with_its_reason_and_it_goes_on_when_there_is_room(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engine.rows.STORAGE_WAIT_S", 0.1)
    monkeypatch.setattr("core.engine.room.LOOK_S", 0.1)
    monkeypatch.setattr("core.engine.standing.BEAT_S", 0.1)
    monkeypatch.setattr("core.pipeline.attempts.STORE_AGAIN_S", 0.1)
    has_room = [False]
    monkeypatch.setattr("core.engine.room.has_room", lambda path: has_room[0])
    bench.use(concurrency=2)
    job_id = await bench.order(8)
    browser = Browser(bench.services.database.path, state_dir())
    browser.set_view(Criteria())

    async def set_room(pages: int) -> None:
        # The limit belongs to the connection, and there is one that writes.
        (now,) = await bench.select("pragma_page_count")
        async with bench.services.database.write() as session:
            connection = await session.connection()
            await connection.exec_driver_sql(f"PRAGMA max_page_count={now['page_count'] + pages}")

    await set_room(40)  # for some of the rows

    async def see() -> None:
        async def is_paused() -> bool:
            return bool((await bench.job(job_id))["status"] == "paused")

        async def is_told() -> bool:
            return "The disk" in browser.progress().worker_trouble  # it stands in the lock file, which comes after

        try:
            await bench.until(is_paused)
            assert (await bench.job(job_id))["reason"] == "The disk is full. Make room: it goes on by itself."
            await bench.until(is_told)
            assert browser.progress().worker_alive
            assert 0 < (await bench.job(job_id))["done"] < 8
        finally:
            await set_room(1_000_000)
            has_room[0] = True

    await bench.run(see)
    browser.close()
    job = await bench.job(job_id)
    assert (job["status"], job["done"], job["failed"], job["reason"]) == ("completed", 8, 0, "")
    assert bench.calls == job["calls"] == 8, "nothing that was paid for was asked for again"
    await bench.check_counters()


@pytest.mark.slow
async def test_only_what_paused_for_room_goes_on_by_itself(bench: Bench) -> None:
    from data import jobs

    first, second = await bench.order(2), await bench.order(2)
    await bench.services.generation.pause(first)
    async with bench.services.database.write() as session:
        assert await jobs.rest(session, "no room") == [second]
    third = await bench.order(1)
    assert (await bench.job(second))["status"] == "paused"
    await bench.run()
    states = [(await bench.job(job_id))["status"] for job_id in (first, second, third)]
    assert states == ["paused", "completed", "completed"], "also when the worker died meanwhile"


FULL_DISK = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from workbench import Bench
from core.engine import room, rows, standing
from core.pipeline import attempts
from core.services import Services
from core.settings.fields import Settings
from core.setup import prepare
rows.STORAGE_WAIT_S = room.LOOK_S = standing.BEAT_S = attempts.STORE_AGAIN_S = 0.1
room.ROOM_BYTES = 3_000_000
disk = Path(sys.argv[1])

settings = Settings(database=str(disk / "some.db"), reviewer="tester", provider="simulated", simulator_pace=0.02,
                    concurrency=2)
prepare(settings)

async def main() -> None:
    services = await Services.open(settings)
    services.generation.ensure_worker = lambda: ""
    bench = Bench(services)
    job_id = await bench.order(30)

    async def fill() -> None:
        async def some_done() -> bool:
            return (await bench.job(job_id))["done"] >= 3
        await bench.until(some_done)
        file = os.open(disk / "filler", os.O_CREAT | os.O_WRONLY)
        try:
            while os.write(file, b"x" * 4096):
                pass
        except OSError as error:
            print(error.strerror)
        try:
            await see_it_paused(file)
        finally:
            os.close(file)
            (disk / "filler").unlink()

    async def see_it_paused(file: int) -> None:
        async def is_known() -> bool:
            return bench.worker._standing.is_full
        await bench.until(is_known)
        os.ftruncate(file, os.fstat(file).st_size - 1_000_000)  # enough to say it, not enough to go on
        async def is_paused() -> bool:
            return (await bench.job(job_id))["status"] == "paused"
        await bench.until(is_paused)
        print((await bench.job(job_id))["reason"])

    await bench.run(fill)
    job = await bench.job(job_id)
    print(job["status"], job["done"], job["failed"], job["calls"] == bench.calls == 30)
    await bench.check_counters()
    await services.close()

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_disk_that_is_really_full_pauses_the_job_until_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=14m none {disk}"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("no file system of its own can be mounted here")
    command = f'{mount} && exec "$0" -c "$1" {disk} {Path(__file__).parent}'
    ran = subprocess.run(
        ["unshare", "-rm", "sh", "-c", command, sys.executable, FULL_DISK],
        capture_output=True, text=True, timeout=600, check=False, env={**os.environ, "TMPDIR": str(disk)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert ran.stdout.splitlines() == [
        "No space left on device",
        "The disk is full. Make room: it goes on by itself.",
        "completed 30 0 True",
    ]


async def test_a_key_file_that_was_mended_counts_for_the_next_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o600)
    source = ProviderSource(str(file))
    job = JobSettings.of({"provider": "live", "settings": {}})
    one = await source.get(job)
    assert await source.get(job) is one
    first = source.mark
    source.refuse()
    assert (source.available(), source.mark) == ({"simulated"}, "")
    assert "refused" in source.message
    file.write_text(KEY + "-new")
    assert "live" in source.available()
    assert await source.get(job) is not one
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    other = source.mark
    assert len({first, other, ""}) == 3
    assert KEY not in first + other
    await source.close()


async def test_a_detached_worker_ends_when_its_key_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(faults="401@1") as endpoint:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", endpoint.base_url)
        bench.use(provider="live", concurrency=1)
        job_id = await bench.order(2)
        source = ProviderSource("")
        worker = Worker(bench.services.database, source, linger_s=-1, is_detached=True)
        await asyncio.wait_for(worker.run(), PATIENCE_S)
    job = await bench.job(job_id)
    assert (job["status"], job["calls"]) == ("paused", 1)
    assert job["reason"].startswith("The service refuses the API key (401)")
    assert {item["status"] for item in await bench.items(job_id)} == {"queued"}


def test_who_starts_a_worker_decides_on_its_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(settings.database)
    started: list[Path] = []
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: started.append(database) or "")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    access = find_access("")
    assert access is not None
    held = lock.hold_worker_lock(path)
    assert held is not None
    assert launch.ensure_worker(path, access.mark) == "", "one is just starting"
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    mine = lock.Signature(child.pid, os.uname().nodename, access=access.mark)
    lock.sign_lock(held, mine)
    assert launch.ensure_worker(path, access.mark) == ""
    assert launch.ensure_worker(path, "") == "", "without a key it has nothing better"
    lock.sign_lock(held, replace(mine, access="other"))
    assert "was started by hand with another API key" in launch.ensure_worker(path, access.mark)
    assert started == []
    lock.sign_lock(held, replace(mine, access="", is_detached=True, host="a-container-beside"))
    assert "on a-container-beside) has another API key or none" in launch.ensure_worker(path, access.mark)
    assert (child.poll(), started) == (None, []), "its number is another process's here"
    lock.sign_lock(held, replace(mine, access="", is_detached=True))
    assert launch.ensure_worker(path, access.mark) == ""
    assert child.wait(PATIENCE_S) == -signal.SIGTERM, "it is asked to finish what it writes"
    assert started == [path], "and the next one waits for that"
    lock.release_worker_lock(held)


def test_only_a_silent_worker_is_replaced_and_only_once(settings: Settings) -> None:
    path = Path(settings.database)
    first = lock.hold_worker_lock(path)
    assert first is not None
    lock.sign_lock(first, lock.Signature(os.getpid(), os.uname().nodename, message="waits"))
    holder = lock.look_at_lock(path)
    assert holder is not None and holder.signature is not None
    assert (holder.is_silent, holder.signature.message) == (False, "waits")
    assert (lock.hold_worker_lock(path), lock.take_over(path)) == (None, None)
    make_old(path, lock.SILENCE_S + 1)
    second = lock.take_over(path)
    assert second is not None
    assert (lock.take_over(path), lock.hold_worker_lock(path)) == (None, None)
    assert (lock.owns_lock(path, first), lock.owns_lock(path, second)) == (False, True)
    lock.release_worker_lock(first)
    assert launch.is_worker_alive(path), "the first one's end says nothing of the second"
    lock.release_worker_lock(second)
    assert not launch.is_worker_alive(path)


@pytest.mark.slow
def test_a_worker_that_was_stopped_while_it_held_the_database_is_ended(settings: Settings) -> None:
    path = Path(settings.database)
    child = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"holds\n"
    os.kill(child.pid, signal.SIGSTOP)
    assert lock.end_silent_worker(path) is None, "it was heard of just now"
    make_old(path, lock.SILENCE_S + 1)
    held = working._worker_lock(path, waits=True)
    assert held is not None
    assert child.wait(PATIENCE_S) == -signal.SIGKILL
    child.stdout.close()
    assert can_write(path)
    lock.release_worker_lock(held)


HOLDER = """
import os, sqlite3, sys, time
from pathlib import Path
from core.engine import lock
path = Path(sys.argv[1])
held = lock.hold_worker_lock(path)
lock.sign_lock(held, lock.Signature(os.getpid(), os.uname().nodename))
db = sqlite3.connect(path, isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("holds", flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_eight_processes_that_hammer_the_file_never_find_it_locked(settings: Settings) -> None:
    path = Path(settings.database)
    children = [subprocess.Popen([sys.executable, "-c", HAMMER, str(path)], stderr=subprocess.PIPE) for _ in range(8)]
    said = [child.communicate(timeout=600)[1].decode() for child in children]
    assert [child.returncode for child in children] == [0] * 8, said
    with looking(path) as db:
        assert db.execute("SELECT spent_microusd FROM budgets").fetchone()[0] == 8 * 100
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


HAMMER = """
import asyncio, sys
from pathlib import Path
from sqlalchemy import text
from data.engines import Database

async def hammer() -> None:
    database = Database(Path(sys.argv[1]))
    for _ in range(100):
        async with database.read() as session:
            await session.execute(text("SELECT count(*) FROM conversations WHERE status = 'planned'"))
        async with database.write() as session:
            await session.execute(text("UPDATE budgets SET spent_microusd = spent_microusd + 1"))
    await database.close()

asyncio.run(hammer())
"""
