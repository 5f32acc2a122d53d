"""The real program in a pseudo-terminal at 80x24 with few and many rows, beside a bare Textual app in the same run.

Run by hand: `python bench/tui.py [--rows 100,100000] [--keys N] [--keep DIR]`. The bare app is the DataTable with a
Static of bench/cursor.py. Prints figures, then the ratios of docs/budgets.md and which of them hold; CPU and memory are
what the kernel counted. It never measures a job: bench/engine.py does.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import re
import sqlite3
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import cursor
from bench.listing import fill
from core.settings.fields import Settings
from core.setup import prepare

PACK_ROWS = 100
FIRST_FILLED = 1000  # the number of the first row that bench/listing.py adds to those of the pack
NUMBER = re.compile(rb"#(\d+)[^\d;m]")  # in the heading of what is read
TICKS = os.sysconf("SC_CLK_TCK")
Figures = dict[str, float]


class Program(cursor.Terminal):
    """A program with its own environment in the pseudo-terminal of bench/cursor.py."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        self.pid, self.fd = os.forkpty()
        if self.pid == 0:
            os.execvpe(argv[0], list(argv), dict(environment))
        size = struct.pack("HHHH", cursor.LINES, cursor.COLUMNS, 0, 0)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)

    def cpu(self) -> float:
        """Seconds of user and system time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Resident memory in MB: now."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    def key(self, key: str, shows: re.Pattern[bytes], other_than: bytes = b"") -> tuple[float, int, int, bytes]:
        """Milliseconds until something that matches is shown, then bytes and frames of the key, and what matched."""
        found, began = b"", time.perf_counter()
        os.write(self.fd, key.encode())
        while time.perf_counter() - began < 10:
            more, at = self.read(0.002)
            found += more
            hit = next((m for m in shows.finditer(found) if m.groups() == () or m[1] != other_than), None)
            if hit is not None:
                rest, _ = self.read(cursor.QUIET_S)
                whole = found + rest
                return (at - began) * 1000, len(whole), whole.count(cursor.SYNC_BEGIN), hit[hit.re.groups]
        raise SystemExit(f"key {key!r}: {shows.pattern!r} was never shown")


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
    before, began = program.cpu(), time.perf_counter()
    idle = 0
    while time.perf_counter() - began < 5.0:
        idle += len(program.read(0.5)[0])
    seconds = time.perf_counter() - began
    times = sorted(ms for ms, *_ in still)
    return {
        "median ms": statistics.median(times),
        "p95 ms": times[max(0, int(len(times) * 0.95) - 1)],
        "bytes": statistics.median(size for _, size, *_ in still),
        "frames": statistics.median(frames for _, _, frames, _ in still),
        "scroll ms": statistics.median(ms for ms, *_ in scrolling),
        "scroll B": statistics.median(size for _, size, *_ in scrolling),
        "held ms": held,
        "idle B/s": idle / seconds,
        "idle CPU %": (program.cpu() - before) / seconds * 100,
        "MB": program.memory(),
    }


def decide(program: Program, database: Path) -> Figures:
    """Filter, sort and judge on the screen; a verdict counts when the next row is shown and it is stored."""
    to_review, everything = [], []
    for _ in range(5):
        to_review.append(program.key("t", re.compile(rb"is:to_review"))[0])
        everything.append(program.key("F", re.compile(rb"all rows"))[0])
    program.key("t", re.compile(rb"is:to_review"))
    verdicts, before, last = [], read_by_now(database), b""
    for _ in range(8):
        ms, _, _, last = program.key("w", NUMBER, last)
        verdicts.append(ms)
    program.read(0.5)
    if read_by_now(database) - before != len(verdicts):
        raise SystemExit(f"{read_by_now(database) - before} of {len(verdicts)} verdicts were stored")
    return {
        "filter ms": statistics.median(to_review),
        "clear ms": statistics.median(everything),
        "verdict ms": statistics.median(verdicts),
    }


def read_by_now(database: Path) -> int:
    """How many rows have the verdict of the key."""
    with sqlite3.connect(database) as db:
        return int(db.execute("SELECT count(*) FROM conversations WHERE status = 'reviewed'").fetchone()[0])


@contextmanager
def running(argv: Sequence[str], environment: Mapping[str, str], first: re.Pattern[bytes]) -> Iterator[Program]:
    """The program, once its first row is read and nothing more comes."""
    program = Program(argv, environment)
    try:
        seen, deadline = b"", time.monotonic() + 90
        while not first.search(seen):
            if time.monotonic() > deadline:
                raise SystemExit(f"{argv[:2]} did not show {first.pattern!r}")
            seen += program.read(0.1)[0]
        program.read(2.5)
        yield program
    finally:
        program.close()


def measure_ours(rows: int, folder: Path, keys: int) -> Figures:
    """brightrun over a database of so many rows, with its second start."""
    database = folder / f"rows-{rows}.db"
    if not database.exists():
        prepare(Settings(database=str(database), reviewer="bench"))
        asyncio.run(fill(database, rows - PACK_ROWS))
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BRIGHTRUN_")},
            **{f"XDG_{name}_HOME": home for name in ("CONFIG", "STATE", "DATA")},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "BRIGHTRUN_PROVIDER": "simulated",
        }
        environment.pop("NO_COLOR", None)
        argv = [str(Path(sys.executable).with_name("brightrun")), "--db", str(database)]
        with running(argv, environment, shows_ours(1)):
            pass  # the first start remembers the view
        with running(argv, environment, shows_ours(1)) as program:
            figures = drive(program, keys, bare=False)
            if rows > PACK_ROWS:  # of the pack's own rows none waits for a verdict
                figures |= decide(program, database)
                figures["MB"] = program.memory()
            return figures


def measure_bare(keys: int) -> Figures:
    """What it is compared with, at 100 rows."""
    argv = [sys.executable, str(Path(cursor.__file__).resolve()), "--run", "plain", "--rows", "100"]
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    environment.pop("NO_COLOR", None)
    with running(argv, environment, shows_bare(1)) as program:
        return drive(program, keys, bare=True)


def main() -> None:
    """Measure and print; the exit code tells whether the budgets hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100,100000", help="how many, by commas")
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="where the databases are, and stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bare = measure_bare(options.keys)
        wanted = [int(rows) for rows in options.rows.split(",")]
        ours = {rows: measure_ours(rows, options.keep or Path(folder), options.keys) for rows in wanted}
    names = list(dict.fromkeys(name for figures in ours.values() for name in figures))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    runs = {"bare Textual": bare, **{f"{rows:,} rows": figures for rows, figures in ours.items()}}
    print(f"{'':12}" + "".join(f"{title:>16}" for title in runs))
    for name in names:
        cells = (f"{figures[name]:16.1f}" if name in figures else f"{'-':>16}" for figures in runs.values())
        print(f"{name:12}" + "".join(cells))
    over = 0
    for rows, figures in ours.items():
        for what, value, limit in checks(figures, bare):
            over += value > limit
            print(f"{'ok  ' if value <= limit else 'OVER'} {rows:7,} rows, {what}: {value:.2f} (budget {limit})")
    raise SystemExit(over > 0)


def checks(ours: Figures, bare: Figures) -> list[tuple[str, float, float]]:
    """What docs/budgets.md promises: figure and limit."""
    found = [
        ("cursor key, ours / bare", ours["median ms"] / bare["median ms"], 0.5),
        ("cursor key, median ms", ours["median ms"], 20),
        ("cursor key, p95 ms", ours["p95 ms"], 35),
        ("frames of a key", ours["frames"], 2),
        ("bytes of a key", ours["bytes"], 2500),
        ("bytes of a key that scrolls", ours["scroll B"], 6500),
        ("ms after a key held at 30 Hz", ours["held ms"], 80),
        ("idle bytes per second", ours["idle B/s"], 0),
        ("idle CPU %", ours["idle CPU %"], 1),
        ("memory in MB", ours["MB"], 90),
    ]
    shown = (("filter on screen, ms", "filter ms", 150), ("filter cleared, ms", "clear ms", 150))
    found += [(what, ours[name], limit) for what, name, limit in shown if name in ours]
    return found + ([("verdict stored and shown, ms", ours["verdict ms"], 100.0)] if "verdict ms" in ours else [])


if __name__ == "__main__":
    main()
