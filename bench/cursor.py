"""How fast a cursor key shows the next conversation: our table and reading view against a plain DataTable and Static.

Run by hand: `python bench/cursor.py [--keys N]`. Each app runs in a pseudo-terminal at 80x24, driven by key presses;
times count from the key to the bytes that hold the new conversation's text. Prints ratios and which budgets hold.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import select
import signal
import statistics
import struct
import sys
import termios
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

COLUMNS, LINES, TABLE_LINES = 80, 24, 11
QUIET_S = 0.12  # so long without a byte counts as settled
SYNC_ASKED, SYNC_KNOWN, SYNC_BEGIN = b"\x1b[?2026$p", b"\x1b[?2026;2$y", b"\x1b[?2026h"
USER = (
    "I feel a bit silly asking this, but every time the benefits e-mail comes I close it. My wife is due in April and "
    "I honestly do not know which account I should pick, or whether I can have both of them at once. Is it too late?"
)
ADVISOR = (
    "You are not silly at all. What I hear is someone who cares a lot about getting this right for a growing family. "
    "Let us take one piece at a time. An HSA is a savings account for health costs that belongs to you and rolls over "
    "each year. An FSA is a spending account, and most of it has to be used within the plan year. Before we go "
    "further: does your health plan say high deductible anywhere? How does that sound so far?"
)
STATUSES = ("planned", "generated", "approved", "needs_edit", "reviewed")


def exchange(number: int) -> tuple[str, str]:
    """What client and advisor say in the conversation of a row; no two rows share a line."""
    user, advisor = USER.split(), ADVISOR.split()
    shift = number * 7 % 40
    said = " ".join(user[shift:] + user[:shift])
    return f"{marker(number)} {said}", " ".join(advisor[shift:] + advisor[:shift])


def marker(number: int) -> str:
    """The word by which the conversation of a row is known in the output."""
    return f"row{number:06}x"


def run_ours(count: int) -> None:
    """The app under test: PagedTable over ReadingView."""
    from textual.app import App, ComposeResult

    from core.browse import Reading, Row, Turn
    from tui.widgets.columns import columns_for
    from tui.widgets.paged_table import PagedTable
    from tui.widgets.reading_view import ReadingView

    def row(number: int) -> Row:
        status = STATUSES[number % len(STATUSES)]
        arc = ("confusion_clarity", "confusion", 0.8, "clarity", 0.7)
        score = (4.2, 7.1, 8.6)[number % 3]
        stamp = "2026-11-20 10:00:00"
        dimensions = ("insurance", "get_advice", "casual", "client_advisor", "benefits", "resolved")
        head = (number, f"fp_marcus_{number:03}", number, "marcus", "Marcus Thompson", f"HSA or FSA, part {number}")
        tail = (40_000, 12_000, "", "", None, "", "", 0, 1, 1)
        return Row(*head, "template", *arc, 4, 4, status, False, score, "claude_api", stamp, *dimensions, *tail)

    def reading(shown: Row | None) -> Reading | None:
        if shown is None:
            return None
        user, advisor = exchange(shown.number)
        emotion = ("hope", "confusion", "relief")[shown.number % 3]
        return Reading(shown, tuple(Turn(n, user, advisor, emotion, 0.5, "validate", "") for n in range(1, 5)))

    class Ours(App[None]):
        CSS = f"PagedTable {{ height: {TABLE_LINES}; }}"
        ENABLE_COMMAND_PALETTE = False

        def compose(self) -> ComposeResult:
            yield PagedTable(lambda ids: {n: row(n) for n in ids})
            yield ReadingView()

        def on_mount(self) -> None:
            table, view = self.query_one(PagedTable), self.query_one(ReadingView)
            table.on_cursor = lambda shown: view.show(reading(shown), advisor="Elena Morales")
            table.set_columns(columns_for(COLUMNS))
            table.set_ids(array("q", range(1, count + 1)))
            table.focus()
            self.bind("j", "move('down')")
            self.bind("k", "move('up')")

        def action_move(self, where: str) -> None:
            table = self.query_one(PagedTable)
            (table.action_cursor_down if where == "down" else table.action_cursor_up)()

    Ours().run()


def run_live(count: int) -> None:
    """A conversation being written: four times a second some words more, as the worker stores them."""
    from textual.app import App, ComposeResult

    from core.browse import Reading, Row
    from tui.widgets.reading_view import ReadingView

    class Live(App[None]):
        CSS = f"ReadingView {{ height: {LINES - TABLE_LINES}; dock: bottom; }}"

        def compose(self) -> ComposeResult:
            yield ReadingView()

        def on_mount(self) -> None:
            blank: dict[str, object] = dict.fromkeys(Row._fields, "")
            blank |= {"id": count, "number": 1, "status": "generating", "quality_score": None, "needs_review": False}
            self.view = self.query_one(ReadingView)
            self.view.show(Reading(Row(**blank), ()), advisor="Elena")  # type: ignore[arg-type]
            self.written = 0
            self.set_interval(0.25, self.write)

        def write(self) -> None:
            self.written += 60  # about 60 tokens a second
            whole = f"<turn><user>{USER}</user><advisor>{ADVISOR}</advisor></turn>" * 9
            self.view.live(f"calling ({self.written // 4} tokens)", whole[: self.written])

    Live().run()


def run_plain(count: int) -> None:
    """What it is compared with: a DataTable and a Static, as one would write them first."""
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable, Static

    class Plain(App[None]):
        CSS = f"DataTable {{ height: {TABLE_LINES}; }} Static {{ height: 1fr; }}"
        ENABLE_COMMAND_PALETTE = False
        BINDINGS = [("j", "down"), ("k", "up")]  # noqa: RUF012 (Textual's own way)

        def compose(self) -> ComposeResult:
            yield DataTable(cursor_type="row")
            yield Static(markup=False)

        def on_mount(self) -> None:
            table = self.query_one(DataTable)
            for title, width in (("#", 5), ("persona", 9), ("topic", 30), ("status", 15), ("score", 6)):
                table.add_column(title, width=width)
            for n in range(1, count + 1):
                status = STATUSES[n % len(STATUSES)]
                table.add_row(n, "Marcus", f"HSA or FSA, part {n}", status, (4.2, 7.1, 8.6)[n % 3], key=str(n))
            table.focus()

        def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
            number = event.cursor_row + 1
            user, advisor = exchange(number)
            turn = f"Marcus\n  {user}\n\nElena\n  {advisor}\n\n"
            self.query_one(Static).update(f"#{number} Marcus Thompson\nhope .50 - hope .50\n\n{turn * 4}")

        def action_down(self) -> None:
            self.query_one(DataTable).action_cursor_down()

        def action_up(self) -> None:
            self.query_one(DataTable).action_cursor_up()

    Plain().run()


APPS = {"ours": run_ours, "plain": run_plain, "live": run_live}


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.pid, self.fd = os.forkpty()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", PYTHONDONTWRITEBYTECODE="1")
            os.execv(sys.executable, [sys.executable, __file__, *arguments])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def read(self, seconds: float, until: bytes = b"") -> tuple[bytes, float]:
        """Bytes up to `until` (or till it is quiet for `seconds`), and when the last of them came."""
        found, last = b"", time.perf_counter()
        while select.select([self.fd], [], [], seconds)[0]:
            found += os.read(self.fd, 65536)
            last = time.perf_counter()
            if SYNC_ASKED in found[-4096:]:
                os.write(self.fd, SYNC_KNOWN)
                found = found.replace(SYNC_ASKED, b"")
            if until and until in found:
                break
        return found, last

    def press(self, key: str, expected: int) -> tuple[float, int, int]:
        """Milliseconds until row `expected` is shown, and all bytes and frames of that key."""
        began = time.perf_counter()
        os.write(self.fd, key.encode())
        first, shown = self.read(2.0, marker(expected).encode())
        if marker(expected).encode() not in first:
            raise SystemExit(f"row {expected} was never shown")
        rest, _ = self.read(QUIET_S)
        return (shown - began) * 1000, len(first + rest), (first + rest).count(SYNC_BEGIN)

    def close(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def measure(name: str, count: int, keys: int) -> dict[str, float]:
    """Drive one app; figures by name."""
    terminal = Terminal(["--run", name, "--rows", str(count)])
    terminal.read(10.0, marker(1).encode())
    terminal.read(1.0)
    row, step, still, scrolling = 1, 1, [], []
    for _ in range(6):  # warm up
        terminal.press("j", row + 1)
        row += 1
    for _ in range(keys):  # up and down where nothing scrolls
        step = -1 if row >= 8 else 1 if row <= 2 else step
        row += step
        still.append(terminal.press("j" if step > 0 else "k", row))
    while row < 14:
        row += 1
        terminal.press("j", row)
    for _ in range(keys):
        row += 1
        scrolling.append(terminal.press("j", row))
    for _ in range(29):  # a key held at 30 Hz
        os.write(terminal.fd, b"j")
        terminal.read(0.0)
        time.sleep(1 / 30)
    row += 30
    began = time.perf_counter()
    os.write(terminal.fd, b"j")
    held, shown = terminal.read(1.0, marker(row).encode())
    settled = (shown - began) * 1000 if marker(row).encode() in held else 1000.0
    terminal.read(0.5)
    idle, _ = terminal.read(2.0)
    terminal.close()
    times = sorted(ms for ms, _, _ in still)
    return {
        "median ms": statistics.median(times),
        "p95 ms": times[int(len(times) * 0.95) - 1],
        "bytes": statistics.median(size for _, size, _ in still),
        "frames": statistics.median(frames for _, _, frames in still),
        "scroll ms": statistics.median(ms for ms, _, _ in scrolling),
        "scroll bytes": statistics.median(size for _, size, _ in scrolling),
        "held ms": settled,
        "idle bytes": len(idle),
    }


def measure_live(seconds: float) -> float:
    """Bytes per second while a conversation is being written."""
    terminal = Terminal(["--run", "live", "--rows", "1"])
    terminal.read(5.0, b"calling (60")
    began, size = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        size += len(terminal.read(0.05)[0])
    terminal.close()
    return size / seconds


def main() -> None:
    """Measure and print; the exit code tells whether the budgets hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--run", choices=tuple(APPS), help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=100, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        APPS[options.run](options.rows)
        return
    runs = {
        "plain 100": measure("plain", 100, options.keys),
        "ours 100": measure("ours", 100, options.keys),
        "ours 100,000": measure("ours", 100_000, options.keys),
    }
    names = list(runs["plain 100"])
    print(f"{'':14}" + "".join(f"{name:>14}" for name in names))
    for name, figures in runs.items():
        print(f"{name:14}" + "".join(f"{figures[key]:14.1f}" for key in names))
    plain, ours, many = runs["plain 100"], runs["ours 100"], runs["ours 100,000"]
    checks = [
        ("time, ours / plain", ours["median ms"] / plain["median ms"], 0.5),
        ("time at 100,000 rows, ours / plain", many["median ms"] / plain["median ms"], 0.5),
        ("bytes, ours / plain", ours["bytes"] / plain["bytes"], 1.0),
        ("bytes of a key when nothing scrolls", many["bytes"], 2500),
        ("bytes of a key when it scrolls", many["scroll bytes"], 6500),
        ("frames of a key", many["frames"], 2),
        ("ms after the last key held at 30 Hz", many["held ms"], 80),
        ("idle bytes in 2 s", many["idle bytes"], 0),
        ("bytes per second of text being written", measure_live(12.0), 3000),
    ]
    for what, value, limit in checks:
        print(f"{'ok  ' if value <= limit else 'OVER'} {what}: {value:.2f} (budget {limit})")
    raise SystemExit(any(value > limit for _, value, limit in checks))


if __name__ == "__main__":
    main()
