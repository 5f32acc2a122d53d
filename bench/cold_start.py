"""CPU from exec to the first rows, and until all is loaded: brightrun beside a minimal Textual app, in one run.

Run by hand (`make cold-start`). Both run in a pseudo-terminal at 80x24, the other with a DataTable of 100 rows; CPU is
what the kernel counted for the process until the text of the last visible row was on the screen, and some seconds after
it, when nothing more is loaded. Figures are medians; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import resource
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

BARE = """
from textual.app import App
from textual.widgets import DataTable
class Bare(App):
    def compose(self):
        yield DataTable()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("number", "persona", "topic", "status", "score")
        table.add_rows([(i, "Persona", f"Topic number {i}", "planned", 8.0) for i in range(1, 101)])
Bare().run()
"""


SETTLED_S = 3.0  # after the first rows; a slower machine needs longer
BUDGET_ROWS, BUDGET_SETTLED = 1.3, 2.8


def cpu_to_text(argv: list[str], wanted: bytes, env: dict[str, str]) -> tuple[float, float]:
    """CPU seconds (user and system) of a program until it has drawn `wanted`, and until it has settled."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, env)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen, deadline = b"", time.monotonic() + 60
    try:
        while wanted not in seen:
            if time.monotonic() > deadline:
                raise SystemExit(f"{argv[:2]} did not show {wanted!r} within a minute")
            if select.select([terminal], [], [], 0.02)[0]:
                seen += os.read(terminal, 65536)
        drawn, settled = cpu_of(pid), time.monotonic() + SETTLED_S
        while (left := settled - time.monotonic()) > 0:
            if select.select([terminal], [], [], left)[0]:
                os.read(terminal, 65536)
        return drawn, cpu_of(pid)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def cpu_of(pid: int) -> float:
    """Seconds of user and system time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--database", help="measure with this database instead of a fresh one of the pack")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "TERM": "xterm-256color",
            "XDG_CONFIG_HOME": folder,
            "XDG_STATE_HOME": folder,
            "XDG_DATA_HOME": folder,
            "BRIGHTRUN_PROVIDER": "simulated",
        }
        database = options.database or f"{folder}/bench.db"
        brightrun = [str(Path(sys.executable).with_name("brightrun")), "--db", database]
        wanted = b"Benefits enrol"  # the second row of the plan
        cpu_to_text(brightrun, wanted, env)  # creates the database and remembers the view
        pairs = []
        for _ in range(options.runs):
            ours = cpu_to_text(brightrun, wanted, env)
            bare = cpu_to_text([sys.executable, "-c", BARE], b"Topic number 20", env)
            pairs.append((ours, bare))
    over = False
    for place, what, budget in ((0, "to first rows", BUDGET_ROWS), (1, "settled", BUDGET_SETTLED)):
        ours, bare = (statistics.median(pair[program][place] for pair in pairs) for program in (0, 1))
        print(
            f"{what:14} brightrun {ours * 1000:5.0f} ms CPU, minimal Textual {bare * 1000:5.0f}: "
            f"ratio {ours / bare:.2f} (budget {budget:.2f})"
        )
        over |= ours / bare > budget
    print(f"peak of children {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB", file=sys.stderr)
    raise SystemExit(over)


if __name__ == "__main__":
    main()
