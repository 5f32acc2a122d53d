"""How much the engine adds to the calls themselves: a real job and its worker against a bare loop over the SDK.

Run by hand: `python bench/engine.py [--calls 500] [--latency 0.2] [--at-once 50]`. Both call the same local endpoint, a
process of its own that streams the same answer after the latency. Three runs: free of limits (several times, one after
the other, since the speed of a shared machine changes by the minute), bound to 50 calls a second, and with the worker
killed again and again. Prints ratios and which budgets hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.endpoint import MODEL, endpoint  # noqa: E402

EFFICIENCY, CPU_RATIO = 0.9, 2.0
FIRST_SECONDS = 3.0  # in which a 429 is forgiven: nobody had told the limit yet
WARM = "warm.db"


# --- what is compared ---------------------------------------------------------------------------------------------


def report(began: float, cpu: float, **more: Any) -> None:
    """What it took, with what processes of its own have taken that have ended by now."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    main = time.process_time() - cpu
    figures = {"seconds": time.perf_counter() - began, "cpu": main + others.ru_utime + others.ru_stime, "main": main}
    print(json.dumps({**figures, "peak_mb": own.ru_maxrss / 1024, **more}), flush=True)


def run_bare(base_url: str, calls: int, at_once: int, prompt: str) -> None:
    """What a person would write: the SDK, streaming, a semaphore, the texts in a list."""

    async def loop() -> None:
        import anthropic

        system, user = json.loads(Path(prompt).read_text(encoding="utf-8"))
        gate, texts = asyncio.Semaphore(at_once), []

        async def call(client: anthropic.AsyncAnthropic) -> None:
            async with (
                gate,
                client.messages.stream(
                    model=MODEL,
                    max_tokens=8_000,
                    system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
                    messages=[{"role": "user", "content": user}],
                ) as stream,
            ):
                texts.append("".join([piece async for piece in stream.text_stream]))

        def client() -> anthropic.AsyncAnthropic:
            return anthropic.AsyncAnthropic(api_key="bench", base_url=base_url, max_retries=0)

        async with client() as warm:  # lazily loaded parts are not counted, here and there; a new client is
            await call(warm)
        began, cpu = time.perf_counter(), time.process_time()
        async with client() as one:
            await asyncio.gather(*(call(one) for _ in range(calls)))
            report(began, cpu)

    asyncio.run(loop())


async def watch(checker: Any, second: list[float]) -> None:
    """Note the peak memory of the second process, while there is one (its parent's would be counted in its usage)."""
    while True:
        await asyncio.sleep(0.2)
        status = Path(f"/proc/{checker.pid}/status")
        if checker.pid and status.exists():
            lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
            second.append(int(lines.get("VmHWM", "0").split()[0]) / 1024)


def run_worker(database: str) -> None:
    """Our worker on a job that waits, as `brightrun worker --until-empty` runs it; before it one row to warm up on."""

    async def work() -> None:
        import core.providers.anthropic_api  # noqa: F401  its import is not counted, here and there
        from core.engine.lock import hold_worker_lock
        from core.engine.providers import ProviderSource
        from core.engine.worker import Worker
        from core.memory import look_rarely_for_garbage
        from data.engines import Database

        if (first := Path(database).with_name(WARM)).exists():  # lazily loaded parts are not counted, here and there
            warm = Database(first, inline=True)
            await Worker(warm, ProviderSource("", look_rarely_for_garbage)).run()
            await warm.close()
        while (held := hold_worker_lock(Path(database))) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # the one that was killed is still being cleared away
        opened = Database(Path(database), inline=True)
        began, cpu = time.perf_counter(), time.process_time()
        worker = Worker(opened, ProviderSource("", look_rarely_for_garbage))
        checker, second = worker._rows.checker, [0.0]
        watching = asyncio.create_task(watch(checker, second))
        await worker.run()
        watching.cancel()
        report(began, cpu, start=checker.start_cpu_s, second_mb=max(second))
        await opened.close()
        os.close(held)

    asyncio.run(work())


# --- the plan -----------------------------------------------------------------------------------------------------


def prepare_job(folder: Path, calls: int, at_once: int, name: str = "bench") -> Path:
    """A database with so many planned rows, each told apart by a word in its topic, and a job over all of them."""
    from core.engine.orders import Order
    from core.prompting.resolving import render_prompt, resolve
    from core.prompting.store import pack_context
    from core.services import Services
    from core.settings.fields import Settings
    from core.setup import prepare
    from data import conversations, templates

    os.environ["ANTHROPIC_API_KEY"] = "bench"
    settings = Settings(
        database=str(folder / f"{name}.db"),
        provider="live",
        reviewer="bench",
        concurrency=at_once,
        max_concurrency=at_once,
        requests_per_minute=1000,
    )
    prepare(settings)
    with sqlite3.connect(settings.database) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(conversations)") if row[1] != "id"]
        own = {"conversation_id": "'bench_' || :n", "number": ":n", "topic": "printf('BENCHROW%06d ', :n) || topic"}
        values = ", ".join(own.get(name, f'"{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        source = "WHERE tier = 'template' AND status = 'planned' ORDER BY number LIMIT 1"
        for number in range(1000, 1000 + calls):
            connection.execute(
                f"INSERT INTO conversations ({columns}) SELECT {values} FROM conversations {source}", {"n": number}
            )
    connection.close()

    async def submit() -> None:
        services = await Services.open(settings)
        services.generation.ensure_worker = lambda: ""  # type: ignore[method-assign]  ours is started by hand
        ids = tuple(f"bench_{number}" for number in range(1000, 1000 + calls))
        proposal = await services.generation.propose(Order("selected", ids, depth="dialogue"))
        await services.generation.submit(proposal, cap_microusd=1_000_000_000)
        async with services.database.read() as session:
            row = await conversations.get(session, ids[0])
            assert row is not None
            template = resolve(row, await templates.active(session, "dialogue"))
            prompt, _ = render_prompt(row, template, await pack_context(session))
        (folder / "prompt.json").write_text(json.dumps([prompt.system, prompt.user]), encoding="utf-8")
        await services.close()

    asyncio.run(submit())
    return folder / f"{name}.db"


def prepare_both(folder: Path, calls: int, at_once: int) -> Path:
    """The job that is measured, and beside it one of a single row to warm up on."""
    folder.mkdir()
    prepare_job(folder, 1, 1, Path(WARM).stem)
    return prepare_job(folder, calls, at_once)


def child(*arguments: str, base_url: str = "") -> dict[str, float]:
    """Run this file in another process and take its figures; `whole` is its CPU with the start of Python and all."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": "bench"},
    )
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return figures | {"whole": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def requests(log: Path) -> list[tuple[float, str, str]]:
    """Time, status and row of every request that the endpoint saw."""
    lines = [line.split() for line in log.read_text(encoding="ascii").splitlines()]
    return [(float(at), status, row[0] if row else "") for at, status, *row in lines]


def counted(database: Path) -> tuple[int, int, float]:
    """Rows generated, rows with doubled turns, and when the last item ended."""
    with sqlite3.connect(database) as connection:
        done = connection.execute("SELECT count(*) FROM generation_queue WHERE status = 'done'").fetchone()[0]
        doubled = connection.execute(
            "SELECT count(*) FROM conversations c WHERE status = 'generated' AND turn_count <> "
            "(SELECT count(*) FROM conversation_turns t WHERE t.conversation_id = c.conversation_id)"
        ).fetchone()[0]
        last = connection.execute(
            "SELECT (julianday(max(finished_at)) - 2440587.5) * 86400.0 FROM generation_queue"
        ).fetchone()[0]
    connection.close()
    return done, doubled, last


def steady(log: Path, ideal: float) -> float:
    """The share of the ideal pace from the first tenth of the calls to the last: without start and end of the run."""
    times = [at for at, _, _ in requests(log)[1:]]  # without the one to warm up on
    tenth = len(times) // 10
    return 0.8 * ideal / (times[9 * tenth] - times[tenth])


def verdict(holds: bool) -> str:
    return "holds" if holds else "MISSED"


# --- the runs -----------------------------------------------------------------------------------------------------


def free_run(calls: int, latency: float, at_once: int, rounds: int) -> bool:
    """Without limits: efficiency against the ideal, CPU against the bare loop. The middle of all rounds counts."""
    ideal = calls * latency / at_once
    print(f"{calls} calls of {latency} s, {at_once} at once; ideal {ideal:.2f} s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare_both(folder / "job", calls, at_once)
        found = []
        for number in range(rounds):
            shutil.copytree(folder / "job", folder / str(number))
            found.append(free_round(folder / str(number), calls, latency, at_once))
    pace, ratio = (statistics.median(one[name] for one in found) for name in ("pace", "ratio"))
    each = {name: " ".join(f"{one[name]:.2f}" for one in found) for name in found[0]}
    print(f"  after start-up  {each['pace']} of ideal, bare {each['bare_pace']}")
    print(f"  CPU             {each['ratio']} x bare; with the start of all processes {each['whole']} x")
    print(f"  efficiency after start-up {pace:.2f}, at least {EFFICIENCY}: {verdict(pace >= EFFICIENCY)}")
    print(f"  CPU {ratio:.2f} x bare, at most {CPU_RATIO}: {verdict(ratio <= CPU_RATIO)}")
    return pace >= EFFICIENCY and ratio <= CPU_RATIO and all(one["is_whole"] for one in found)


def free_round(folder: Path, calls: int, latency: float, at_once: int) -> dict[str, float]:
    """The bare loop and our worker once, one after the other."""
    ideal = calls * latency / at_once
    with endpoint(latency, 0, folder / "bare.log") as url:
        bare = child("--bare", url, str(calls), str(at_once), str(folder / "prompt.json"))
    with endpoint(latency, 0, folder / "ours.log") as url:
        ours = child("--worker", str(folder / "bench.db"), base_url=url)
    seen = requests(folder / "ours.log")[1:]  # without the one to warm up on
    done, doubled, last = counted(folder / "bench.db")
    start = ours["start"]  # of the second process: it loads the checks, as the first one did before it was counted
    cpu, seconds = ours["cpu"] - start, last - seen[0][0]
    bare_ms, ours_ms, main_ms = (1000 * figure / calls for figure in (bare["cpu"], cpu, ours["main"]))
    print(
        f"  bare SDK loop   {bare['seconds']:6.2f} s  {ideal / bare['seconds']:.2f} of ideal  {bare_ms:.1f} ms CPU/call"
    )
    print(f"  brightrun       {seconds:6.2f} s  {ideal / seconds:.2f} of ideal  {ours_ms:.1f} ms CPU/call, all stored;")
    print(f"                  {main_ms:.1f} ms in the worker, {ours_ms - main_ms:.1f} in its second process")
    print(f"                  done {done} of {calls}, doubled {doubled}, calls made {len(seen)};", end=" ")
    print(f"peak {bare['peak_mb']:.0f} MB bare, {ours['peak_mb']:.0f} and {ours['second_mb']:.0f} MB ours")
    return {
        "pace": steady(folder / "ours.log", ideal),
        "bare_pace": steady(folder / "bare.log", ideal),
        "ratio": cpu / bare["cpu"],
        "whole": ours["whole"] / bare["whole"],
        "is_whole": done == calls and not doubled,
    }


def bound_run(calls: int, latency: float, at_once: int, per_second: int = 50) -> bool:
    """Bound by the service: it refuses more than so many calls in any second."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = prepare_job(folder, calls, at_once)
        with endpoint(latency, per_second, folder / "log") as url:
            child("--worker", str(database), base_url=url)
        seen = requests(folder / "log")
        done, _, last = counted(database)
    first = seen[0][0]
    late = sum(1 for at, status, _ in seen if status == "429" and at - first > FIRST_SECONDS)
    early = sum(1 for _, status, _ in seen if status == "429") - late
    rate = done / (last - first)
    print(f"{calls} calls at a limit of {per_second} per second")
    print(f"  done {done} in {last - first:.1f} s: {rate:.1f} per second, {rate / per_second:.2f} of the limit")
    holds = verdict(not late and done == calls)
    print(f"  refused {early} times in the first {FIRST_SECONDS:.0f} s, {late} later: {holds}")
    return not late and done == calls


def killed_run(calls: int, latency: float, at_once: int, kills: int = 10) -> bool:
    """kill -9 at random: what was stored is never asked for again."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = prepare_job(folder, calls, at_once)
        with endpoint(latency, 0, folder / "log") as url:
            environment = {**os.environ, "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "bench"}
            command, killed = [sys.executable, __file__, "--worker", str(database)], 0
            while killed < kills:
                worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
                before = len(requests(folder / "log"))
                until = time.monotonic() + 20
                while len(requests(folder / "log")) == before and worker.poll() is None and time.monotonic() < until:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 0.3))
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                killed += 1
            child("--worker", str(database), base_url=url)
        asked = Counter(row for _, _, row in requests(folder / "log"))
        done, doubled, _ = counted(database)
        with sqlite3.connect(database) as connection:
            logged = connection.execute("SELECT count(*) FROM generation_logs").fetchone()[0]
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.close()
    again = sum(asked.values()) - len(asked)
    print(f"{calls} calls, the worker killed {killed} times")
    print(f"  done {done}, doubled {doubled}, integrity {whole}")
    print(f"  asked again {again} times: in flight when it died (at most {at_once} each time); stored calls {logged}")
    holds = done == calls == logged and not doubled and again <= killed * at_once and whole == "ok"
    print(f"  each stored once, nothing stored asked for again: {verdict(holds)}")
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("free", "bound", "killed"))
    parser.add_argument("--bare", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bare:
        run_bare(given.bare[0], int(given.bare[1]), int(given.bare[2]), given.bare[3])
    elif given.worker:
        run_worker(given.worker)
    else:
        runs = {"free": partial(free_run, rounds=given.rounds), "bound": bound_run, "killed": killed_run}
        chosen = [run for name, run in runs.items() if given.only in (None, name)]
        held = [run(given.calls, given.latency, given.at_once) for run in chosen]
        return 0 if all(held) else 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
