"""The real program in a pseudo-terminal at 80x24 with few and many rows, beside a bare Textual app in the same run.

Run by hand: `python bench/tui.py [--rows 100,10000,100000] [--keys N] [--keep DIR]`. The bare app is the DataTable with
a Static of bench/cursor.py. Prints each budget of docs/budgets.md with the figures and whether it is met; CPU and
memory are what the kernel counted. While it is measured under a job, a worker of its own writes with the simulator;
the tour of all screens (bench/tour.py) is a start of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import cursor, tour
from bench.listing import fill
from bench.program import Program, running, terminal_environment
from core.settings.fields import Settings
from core.setup import prepare

PACK_ROWS = 100
FIRST_FILLED = 1000  # the number of the first row that bench/listing.py adds to those of the pack
NUMBER = re.compile(rb"#(\d+)[^\d;m]")  # in the heading of what is read
BRIGHTRUN = str(Path(sys.executable).with_name("brightrun"))
WRITTEN = 12  # rows of the pack that are written before anything is measured, so that there are some to review
JOB_ROWS = 9
SLOW = "12"  # the simulator then takes about as long as the real service
RUNNING = re.compile(rb"calling|prepar|parsing|annotat")
Figures = dict[str, float]


@dataclass(frozen=True)
class Budget:
    """A promise of docs/budgets.md: a figure, its limit, and its limit against that of the bare app, if it has one."""

    what: str
    figure: str
    limit: float
    share: float | None = None

    def is_met(self, ours: float, bare: float | None) -> bool:
        """Whether our figure keeps it."""
        return ours <= self.limit and (self.share is None or bare is None or ours <= self.share * bare)

    def words(self) -> str:
        """The limit as it is printed."""
        return f"{self.limit:g}" + (f", {self.share:g}x" if self.share else "")


BUDGETS = (
    Budget("cursor key to new text, median ms", "median ms", 20, 0.5),
    Budget("the same, 95th percentile, ms", "p95 ms", 35),
    Budget("bytes of a key", "bytes", 2500),
    Budget("frames of a key", "frames", 2),
    Budget("key that scrolls, median ms", "scroll ms", 20),
    Budget("bytes of a key that scrolls", "scroll B", 6500),
    Budget("after a key held at 30 Hz, ms", "held ms", 80),
    Budget("idle, bytes per second", "idle B/s", 0),
    Budget("idle, CPU %", "idle CPU %", 1),
    Budget("during a job, bytes per second", "job B/s", 3000),
    Budget("during a job, CPU %", "job CPU %", 5),
    Budget("to review (t), ms", "to review ms", 150),
    Budget("all rows again, worst first (F), ms", "clear ms", 150),
    Budget("one persona (space), ms", "persona ms", 150),
    Budget("all rows again, plan order (F), ms", "clear plan ms", 150),
    Budget("another order (o), ms", "sort ms", 150),
    Budget("verdict stored and shown, ms", "verdict ms", 100),
    Budget("memory when settled, MB", "settled MB", 90),
    Budget("memory after all of this, MB", "MB", 90),
    *(Budget(f"tour: {name}, MB", name, 90) for name in tour.NAMES),
    Budget("the highest on that tour, MB", "peak MB", 90),
)


def number_of(place: int) -> int:
    """The number of the row at a place of the list, from 1."""
    return place if place <= PACK_ROWS else FIRST_FILLED + place - PACK_ROWS - 1


def shows_ours(place: int) -> re.Pattern[bytes]:
    """How the reading view tells that it shows the row at a place."""
    return re.compile(rb"#%d[^\d;m]" % number_of(place))


def shows_bare(place: int) -> re.Pattern[bytes]:
    """The same of the bare app."""
    return re.compile(cursor.marker(place).encode())


def drive(program: Program, keys: int, bare: bool) -> Figures:
    """Move, hold a key, rest; figures by name."""
    settled = program.memory()
    shows = shows_bare if bare else shows_ours
    place, step = 1, 1
    still, scrolling = [], []
    for _ in range(5):  # warm up
        place += 1
        program.key("j", shows(place))
    for _ in range(keys):  # up and down where nothing scrolls
        step = -1 if place >= 8 else 1 if place <= 2 else step
        place += step
        still.append(program.key("j" if step > 0 else "k", shows(place)))
    while place < 14:
        place += 1
        program.key("j", shows(place))
    for _ in range(keys):
        place += 1
        scrolling.append(program.key("j", shows(place)))
    for _ in range(29):  # a key held at 30 Hz
        os.write(program.fd, b"k")
        program.read(0.0)
        time.sleep(1 / 30)
    place -= 30
    held = program.key("k", shows(place))[0]
    program.read(3.0)
    idle, idle_cpu = program.rest(5.0)
    times = sorted(ms for ms, *_ in still)
    return {
        "median ms": statistics.median(times),
        "p95 ms": times[max(0, int(len(times) * 0.95) - 1)],
        "bytes": statistics.median(size for _, size, *_ in still),
        "frames": statistics.median(frames for _, _, frames, _ in still),
        "scroll ms": statistics.median(ms for ms, *_ in scrolling),
        "scroll B": statistics.median(size for _, size, *_ in scrolling),
        "held ms": held,
        "idle B/s": idle,
        "idle CPU %": idle_cpu,
        "settled MB": settled,
        "MB": program.memory(),
    }


def under_a_job(program: Program, database: Path, environment: Mapping[str, str]) -> Figures:
    """Bytes and CPU while a job writes, with the cursor on a row that is being written."""
    planned = planned_numbers(database)[:JOB_ROWS]
    program.key("j", NUMBER)
    program.key("g", shows_ours(1))
    for place in range(2, planned[0] + 1):
        program.key("j", shows_ours(place))
    slow = {**environment, "BRIGHTRUN_SIMULATOR_PACE": SLOW}
    with a_worker(database, slow):
        where = f"number:{planned[0]}..{planned[-1]}"
        job = json.loads(run(database, slow, "generate", "--where", where, "--yes", "--json"))["job"]
        program.until(RUNNING)
        size, cpu = program.rest(10.0)
        run(database, environment, "jobs", "stop", str(job), "--now")
        program.read(4.0)
        program.keys("\x1b")  # the summary of the job that has ended
    return {"job B/s": size, "job CPU %": cpu}


def decide(program: Program, database: Path) -> Figures:
    """Filter, sort and judge on the screen; a verdict counts when the next row is shown and it is stored."""
    shown, everything = re.compile(rb" of [\d,]+ shown"), re.compile(rb"all rows")
    to_review, worst_first, persona, plan_order, sorts = [], [], [], [], []
    for _ in range(5):
        to_review.append(program.key("t", re.compile(rb"is:to_review"))[0])
        worst_first.append(program.key("F", everything)[0])
    sort(program, "k", "")  # from review back to plan order
    for _ in range(5):
        program.keys("f", "marcus")
        persona.append(program.key(" ", shown)[0])
        program.keys("\x1b", "\x1b")
        plan_order.append(program.key("F", everything)[0])
    for keys, wanted in (("j" * 11, "score"), ("k" * 9, "id"), ("j" * 9, "score"), ("k" * 9, "id")):
        sorts.append(sort(program, keys, wanted))
    program.key("t", re.compile(rb"is:to_review"))
    verdicts, before, last = [], read_by_now(database), b""
    for _ in range(8):
        ms, _, _, last = program.key("w", NUMBER, last)
        verdicts.append(ms)
    program.read(0.5)
    if read_by_now(database) - before != len(verdicts):
        raise SystemExit(f"{read_by_now(database) - before} of {len(verdicts)} verdicts were stored")
    return {
        "to review ms": statistics.median(to_review),
        "clear ms": statistics.median(worst_first),
        "persona ms": statistics.median(persona),
        "clear plan ms": statistics.median(plan_order),
        "sort ms": statistics.median(sorts),
        "verdict ms": statistics.median(verdicts),
        "MB": program.memory(),
    }


def sort(program: Program, keys: str, wanted: str) -> float:
    """Choose another order from the menu; milliseconds from enter to its name over the list."""
    program.keys("o", keys)
    return program.key("\r", re.compile(rb"all rows(?:\s|\x1b\[[\d;]*m)*" + wanted.encode()))[0]


def rows_of(database: Path, condition: str) -> list[int]:
    """The numbers of rows, lowest first."""
    with sqlite3.connect(database) as db:
        return [row[0] for row in db.execute(f"SELECT number FROM conversations WHERE {condition} ORDER BY number")]


def planned_numbers(database: Path) -> list[int]:
    """The rows of the pack that a job may write: those that bench/listing.py adds are of no arc."""
    found = rows_of(database, f"status = 'planned' AND number <= {PACK_ROWS}")
    if len(found) < JOB_ROWS:
        run(database, terminal_environment(str(database.parent)), "plan", "reset", "--simulated")
        found = rows_of(database, f"status = 'planned' AND number <= {PACK_ROWS}")
    return found


def read_by_now(database: Path) -> int:
    """How many rows have the verdict of the key."""
    return len(rows_of(database, "status = 'reviewed'"))


def run(database: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """A command of the command line; what it prints."""
    done = subprocess.run(
        [BRIGHTRUN, *arguments, "--db", str(database)], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"brightrun {' '.join(arguments)}: {done.stderr}")
    return done.stdout


@contextmanager
def a_worker(database: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """A worker that ends with the block, so that none is started that outlives it."""
    process = subprocess.Popen(
        [BRIGHTRUN, "worker", "--db", str(database)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(2.0)
        yield
    finally:
        process.terminate()
        process.wait(60)


def make(rows: int, database: Path, environment: Mapping[str, str]) -> None:
    """A database of so many rows, with some of the pack's written."""
    prepare(Settings(database=str(database), reviewer="bench"))
    asyncio.run(fill(database, rows - PACK_ROWS))
    first = planned_numbers(database)[:WRITTEN]
    quick = {**environment, "BRIGHTRUN_SIMULATOR_PACE": "0"}
    with a_worker(database, quick):
        run(database, quick, "generate", "--where", f"number:{first[0]}..{first[-1]}", "--yes", "--wait")


def measure_ours(rows: int, folder: Path, keys: int) -> Figures:
    """brightrun over a database of so many rows, with its second start."""
    database = folder / f"rows-{rows}.db"
    with tempfile.TemporaryDirectory() as home:
        environment = terminal_environment(home)
        if not database.exists():
            make(rows, database, environment)
        argv = [BRIGHTRUN, "--db", str(database)]
        with running(argv, environment, shows_ours(1)):
            pass  # the first start remembers the view
        with running(argv, environment, shows_ours(1)) as program:
            figures = drive(program, keys, bare=False)
            figures |= under_a_job(program, database, environment)
            figures |= decide(program, database)
        with running(argv, environment, NUMBER) as program:
            found = tour.tour(program)
        return figures | {name: memory.resident for name, memory in found.items()} | {"peak MB": tour.highest(found)}


def measure_bare(keys: int) -> Figures:
    """What it is compared with, at 100 rows."""
    argv = [sys.executable, str(Path(cursor.__file__).resolve()), "--run", "plain", "--rows", "100"]
    with running(argv, terminal_environment("/nowhere"), shows_bare(1)) as program:
        return drive(program, keys, bare=True)


def main() -> None:
    """Measure and print; the exit code tells whether the budgets hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100,10000,100000", help="how many, by commas")
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="where the databases are, and stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bare = measure_bare(options.keys)
        wanted = [int(rows) for rows in options.rows.split(",")]
        ours = {rows: measure_ours(rows, options.keep or Path(folder), options.keys) for rows in wanted}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    heads = ("budget", "bare", *(f"{rows:,}" for rows in ours))
    print(f"{'':38}" + "".join(f"{head:>12}" for head in heads) + "   ours / bare")
    over = sum(
        report(budget, bare.get(budget.figure), [figures[budget.figure] for figures in ours.values()])
        for budget in BUDGETS
    )
    raise SystemExit(over > 0)


def report(budget: Budget, bare: float | None, ours: list[float]) -> bool:
    """Print one budget; True when it is missed."""
    missed = [value for value in ours if not budget.is_met(value, bare)]
    cells = [budget.words(), "-" if bare is None else f"{bare:.1f}", *(f"{value:.1f}" for value in ours)]
    ratios = ", ".join(f"{value / bare:.2f}" for value in ours) if bare else ""
    print(
        f"{budget.what:38}"
        + "".join(f"{cell:>12}" for cell in cells)
        + f"   {ratios:18}{'MISSED' if missed else 'met'}"
    )
    return bool(missed)


if __name__ == "__main__":
    main()
