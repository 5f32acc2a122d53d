"""What a worker's memory does over a very long job: its resident size, looked at again and again.

Run by hand: `python bench/memory.py [--rows 10000] [--depth dialogue|full] [--judge]`. The rows are written by the
simulator at once; it runs inside the worker, so its memory is counted too. The worker is a process of its own; a second
one, which it starts where texts wait for their checks, is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from kill import order, settings_for
from killing import Endpoint, fork_worker, looking

LOOK_S = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--depth", choices=["dialogue", "full"], default="dialogue")
    parser.add_argument("--judge", action="store_true", help="have each conversation judged, too")
    parser.add_argument("--every", type=int, default=0, help="rows between two looks; 0: twenty looks in all")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="brightrun-memory-") as folder, Endpoint() as endpoint:
        settings = settings_for(Path(folder), endpoint, provider="simulated", simulator_pace=0.0, concurrency=8)
        asyncio.run(order(settings, Path(folder), chosen.rows, depth=chosen.depth, judge=chosen.judge))
        run(Path(settings.database), chosen.rows, chosen.every or max(1, chosen.rows // 20))


def run(path: Path, rows: int, every: int) -> None:
    """Let one worker do it all, and look at it from outside."""
    began, worker, told = time.monotonic(), fork_worker(path), 0
    sizes: list[tuple[int, float]] = []
    while os.waitpid(worker, os.WNOHANG) == (0, 0):
        time.sleep(LOOK_S)
        done = done_of(path)
        size = resident_mb(worker)
        if done >= told + every and size:
            told = done // every * every
            beside = sum(resident_mb(child) for child in children_of(worker))
            sizes.append((done, size))
            line = f"{done:>7,} rows   {sizes[-1][1]:6.1f} MB   beside it {beside:5.1f} MB"
            print(f"{line}   {time.monotonic() - began:6.0f} s", flush=True)
    assert done_of(path) == rows
    for what, some in (("from the first to the last look", sizes), ("over the second half", sizes[len(sizes) // 2 :])):
        if len(some) > 1:
            (first, before), (last, after) = some[0], some[-1]
            print(f"{what}: {after - before:+.1f} MB over {last - first:,} rows")


def done_of(path: Path) -> int:
    """Rows that the job has done."""
    with looking(path) as db:
        return int(db.execute("SELECT sum(done) FROM generation_jobs").fetchone()[0])


def children_of(process: int) -> list[int]:
    """The processes that a process has started and that live."""
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def resident_mb(process: int) -> float:
    """The resident size of a process; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


if __name__ == "__main__":
    main()
