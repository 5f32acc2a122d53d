"""Kills the worker again and again over a long job, and looks after every death at what was committed.

Run by hand: `python bench/kill.py [--kills 100] [--rows 300]`. The job runs at full depth with the judge: dialogue, one
annotation per turn, judgement. The endpoint is the simulator in this process; it counts every call it is asked for and
outlives the workers, which are forks that get SIGKILL. When is drawn as a number of committed stages, so that the kills
lie all over the job on a slow machine as on a fast one; a moment more is waited, so that they do not fall on commits.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "core" / "engine"))

from killing import Endpoint, Witness, fork_worker, looking

from core.engine.orders import Order
from core.pack.files import read_pack
from core.pack.places import find_pack
from core.services import Services
from core.settings.fields import Settings
from core.setup import prepare

LOOK_S = 0.004
LONGEST_MOMENT_S = 0.6  # that a worker lives at least, drawn anew for each
COLUMNS = [
    *("number", "conversation_id", "tier", "arc", "persona", "topic", "starting_emotion", "starting_intensity"),
    *("ending_emotion", "ending_intensity", "turns"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="brightrun-kill-") as folder, Endpoint() as endpoint:
        settings = settings_for(Path(folder), endpoint, concurrency=8)
        asyncio.run(order(settings, Path(folder), chosen.rows, depth="full", judge=True))
        run(Path(settings.database), endpoint, chosen.kills, random.Random(chosen.seed))


def settings_for(folder: Path, endpoint: Endpoint, **more: Any) -> Settings:
    """A database of its own in the folder, and the endpoint in place of the service."""
    for name in ("CONFIG", "STATE", "DATA"):
        os.environ[f"XDG_{name}_HOME"] = str(folder)
    os.environ |= {"ANTHROPIC_API_KEY": "sk-ant-not-a-real-key-0000", "ANTHROPIC_BASE_URL": endpoint.base_url}
    database = str(folder / "bench.db")
    settings = Settings(
        database=database, **{"reviewer": "bench", "provider": "live", "requests_per_minute": 100_000} | more
    )
    prepare(settings)
    return settings


async def order(settings: Settings, folder: Path, rows: int, *, depth: str, judge: bool = False) -> None:
    """Plan as many rows as are wanted and order them all."""
    services = await Services.open(settings)
    services.generation.ensure_worker = lambda: ""  # type: ignore[method-assign]  # the workers are forked here
    try:
        plan = folder / "more.csv"
        with plan.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(more_rows(rows))
        await services.planner.add_rows(plan)
        proposal = await services.generation.propose(Order("all", depth=depth, judge=judge))
        proposal = replace(proposal, rows=proposal.rows[:rows])
        await services.generation.submit(proposal, cap_microusd=1_000_000_000)
    finally:
        await services.close()


def more_rows(rows: int) -> list[dict[str, object]]:
    """The pack's planned rows again under other names, until there are enough."""
    planned = [row for row in read_pack(find_pack("financial_planning")).plan if row.tier == "template"]
    out: list[dict[str, object]] = []
    while len(out) < rows:
        row = planned[len(out) % len(planned)]
        values = {name: getattr(row, name) for name in COLUMNS if hasattr(row, name)}
        number = 1000 + len(out)
        out.append(
            {
                **values,
                "number": number,
                "conversation_id": f"fp_again_{number}",
                "topic": f"{row.topic}, case {number}",
            }
        )
    return out


def run(path: Path, endpoint: Endpoint, kills: int, chance: random.Random) -> None:
    """Kill, look, and go on until the kills are used up; then let the last worker finish."""
    witness, began, lived = Witness(path, endpoint), time.monotonic(), 0.0
    expected, found = stages_expected(path), list[int]()
    for target in sorted(chance.randrange(round(0.98 * expected)) for _ in range(kills)):
        pid, born = fork_worker(path), time.monotonic()
        if not lives_until(pid, path, target, born + chance.uniform(0.02, LONGEST_MOMENT_S)):
            break  # the job is over: more kills would meet nobody
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        lived += time.monotonic() - born
        witness.compare()
        found.append(len(witness.kept))
    killed = len(found)
    status = os.waitpid(fork_worker(path), 0)[1]
    witness.compare()
    with looking(path) as db:
        (job,) = db.execute("SELECT * FROM generation_jobs").fetchall()
        broken = db.execute("SELECT count(*) FROM generation_logs WHERE error_class <> ''").fetchone()[0]
        rows = db.execute("SELECT count(*) FROM conversations WHERE status = 'generated'").fetchone()[0]
    assert status == 0
    assert (job["status"], job["done"], job["failed"], job["cancelled"]) == ("completed", job["total"], 0, 0), dict(job)
    assert rows == job["total"]
    stages = len(witness.kept)
    twice = endpoint.calls - job["calls"]
    print(f"rows                                   {job['done']} of {job['total']} done, 0 failed")
    print(f"workers killed                         {killed}, each after {lived / max(1, killed):.2f} s on average")
    print(f"stages committed                       {stages}; when a worker was killed there were")
    for start in range(0, killed, 20):
        print(f"{'':39}{' '.join(map(str, found[start : start + 20]))}")
    print(f"calls the endpoint was asked for       {endpoint.calls}")
    print(f"  of these logged                      {job['calls']} ({broken} not usable)")
    print(f"  in flight when a worker died         {twice} ({twice / max(1, killed):.1f} per kill), asked for again")
    print("committed stages asked for again       0")
    print("committed outputs lost or changed      0")
    print("counters, integrity, foreign keys      as they should be after every kill")
    print(f"time                                   {time.monotonic() - began:.0f} s")


def stages_expected(path: Path) -> int:
    """About how many stages the job has: dialogue and judgement of each row, and an annotation for each turn."""
    with looking(path) as db:
        sql = "SELECT sum(c.target_turns + 2) FROM generation_queue q JOIN conversations c USING (conversation_id)"
        return int(db.execute(sql).fetchone()[0])


def lives_until(worker: int, path: Path, stages: int, earliest: float) -> bool:
    """Wait until so many stages are committed, and not less than until `earliest`; False when the worker has ended."""
    with looking(path) as db:
        while True:
            if os.waitpid(worker, os.WNOHANG) != (0, 0):
                return False
            enough = db.execute("SELECT count(*) FROM stage_outputs").fetchone()[0] >= stages
            if enough and time.monotonic() >= earliest:
                return True
            time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
