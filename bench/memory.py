"""What a worker's memory does over a very long job: its resident size after every 1,000 rows.

Run by hand: `python bench/memory.py [--rows 10000] [--depth dialogue|full]`. The rows are written by the simulator at
once; it runs inside the worker, so its memory is counted too. The worker is a process of its own.
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

EVERY = 1_000
LOOK_S = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--depth", choices=["dialogue", "full"], default="dialogue")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="brightrun-memory-") as folder, Endpoint() as endpoint:
        settings = settings_for(Path(folder), endpoint, provider="simulated", simulator_pace=0.0, concurrency=8)
        asyncio.run(order(settings, Path(folder), chosen.rows, depth=chosen.depth))
        run(Path(settings.database), chosen.rows)


def run(path: Path, rows: int) -> None:
    """Let one worker do it all, and look at it from outside."""
    began, worker, told = time.monotonic(), fork_worker(path), 0
    sizes: list[float] = []
    while os.waitpid(worker, os.WNOHANG) == (0, 0):
        time.sleep(LOOK_S)
        done = done_of(path)
        if done >= told + EVERY:
            told = done // EVERY * EVERY
            sizes.append(resident_mb(worker))
            print(f"{done:>7,} rows   {sizes[-1]:6.1f} MB   {time.monotonic() - began:6.0f} s", flush=True)
    assert done_of(path) == rows
    if len(sizes) > 1:
        print(f"grown by {sizes[-1] - sizes[0]:.1f} MB from the first to the last of these")


def done_of(path: Path) -> int:
    """Rows that the job has done."""
    with looking(path) as db:
        return int(db.execute("SELECT sum(done) FROM generation_jobs").fetchone()[0])


def resident_mb(process: int) -> float:
    """The resident size of a process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
