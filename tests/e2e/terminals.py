"""Two ways to sit before the real program: a tmux that can be killed, and a pseudo-terminal that keeps the bytes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

QUIET_S = 0.25
IDLE_TICKS = 2  # of 10 ms, in so long: what a program does that only looks whether there is something new


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
    """Poll until something is so; gives what the condition gave."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)


class Looker:
    """Reads a database from outside, as any other program would."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=60)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def one(self, sql: str) -> Any:
        return self.rows(sql)[0][0]

    def count(self, status: str) -> int:
        """How many conversations have this status."""
        return int(self.one(f"SELECT count(*) FROM conversations WHERE status = '{status}'"))

    def check(self) -> None:
        """Whole, nothing twice, and every counter equal to what it counts."""
        assert self.one("PRAGMA integrity_check") == "ok"
        assert self.rows("PRAGMA foreign_key_check") == []
        twice = "SELECT conversation_id, turn_number FROM conversation_turns GROUP BY 1, 2 HAVING count(*) > 1"
        assert self.rows(twice) == []
        done = "SELECT conversation_id FROM generation_queue WHERE status = 'done' GROUP BY 1 HAVING count(*) > 1"
        assert self.rows(done) == []
        for job_id, *counted in self.rows("SELECT id, done, failed, cancelled, calls FROM generation_jobs"):
            of_job = f"FROM generation_queue WHERE job_id = {job_id} AND status"
            assert counted == [
                *(self.one(f"SELECT count(*) {of_job} = '{state}'") for state in ("done", "failed", "cancelled")),
                self.one(f"SELECT count(*) FROM generation_logs WHERE job_id = {job_id}"),
            ]
        assert (
            self.rows(
                "SELECT conversation_id FROM conversations c WHERE turn_count != "
                "(SELECT count(*) FROM conversation_turns t WHERE t.conversation_id = c.conversation_id)"
            )
            == []
        )


class Tmux:
    """A tmux server of its own with one session."""

    def __init__(self, name: str, environment: Mapping[str, str], folder: Path) -> None:
        self._command = ["tmux", "-L", name, "-f", "/dev/null"]
        self._environment, self._folder = dict(environment), folder

    def start(self, program: Sequence[str], columns: int = 80, lines: int = 24) -> None:
        self._run("new-session", "-d", "-x", str(columns), "-y", str(lines), *program)

    def press(self, *keys: str) -> None:
        """Send keys as tmux names them."""
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    @property
    def screen(self) -> str:
        return self._run("capture-pane", "-p").stdout

    def see(self, text: str, seconds: float = 120) -> str:
        """Wait until the screen shows a text."""
        last = ""

        def shown() -> bool:
            nonlocal last
            last = self.screen
            return text in last

        try:
            wait_for(shown, text, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen shows:\n{last}") from None
        return last

    def kill(self) -> None:
        """The terminal goes away; the program in it gets SIGHUP."""
        subprocess.run([*self._command, "kill-server"], capture_output=True, check=False)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=self._environment,
            cwd=self._folder,
        )


def order_all_practice(tmux: Tmux, brightrun: str) -> None:
    """A new person's first minute: open the app, choose to practise, leave the tour, and order all ninety rows."""
    tmux.start([brightrun])
    tmux.see("Welcome to brightrun")
    time.sleep(0.3)  # a dialog takes no key in its first moment
    tmux.press("Enter")
    tmux.see("A tour in five steps")
    time.sleep(0.3)
    tmux.press("Escape")
    wait_for(lambda: "A tour" not in tmux.screen, "the tour to close")
    tmux.press("A")
    tmux.see("Generate all 90")
    time.sleep(0.3)
    tmux.press("y")


class Terminal:
    """A program in a pseudo-terminal. Keeps every byte it wrote, and the screen that a real terminal would show."""

    def __init__(
        self, program: Sequence[str], environment: Mapping[str, str], folder: Path, columns: int = 80, lines: int = 24
    ) -> None:
        self.bytes = b""
        self.emulator = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.emulator)
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(program[0], list(program), dict(environment))
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def screen(self) -> str:
        return "\n".join(self.emulator.display)

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what comes within a moment; False when nothing did."""
        if not select.select([self._file], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._file, 65536)
        except OSError:
            return False  # it ended
        self.bytes += data
        self._stream.feed(data)
        return bool(data)

    def settle(self, seconds: float = 60) -> None:
        """Read until the program rests: it may be at a page that takes long, or wait for a core."""
        deadline = time.monotonic() + seconds
        while not self._rests() and time.monotonic() < deadline:
            pass

    def _rests(self) -> bool:
        """Whether nothing came for a moment in which the program had next to nothing to do."""
        before = self._work_done()
        came = self.read(QUIET_S)
        after = self._work_done()
        return not came and before is not None and after is not None and after - before <= IDLE_TICKS

    def _work_done(self) -> int | None:
        """CPU time in ticks, by proc(5); None while a thread runs or waits for a core."""
        ticks = 0
        for file in Path(f"/proc/{self.pid}/task").glob("*/stat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
                state, *figures = file.read_text().rpartition(")")[2].split()
                if state == "R":
                    return None
                ticks += int(figures[10]) + int(figures[11])
        return ticks

    def see(self, text: str, seconds: float = 120) -> str:
        deadline = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < deadline, f"{text!r} did not come; the screen shows:\n{self.screen}"
            self.read()
        return self.screen

    def press(self, *keys: str, seconds: float = 60) -> None:
        """Send keys one by one, each after the program has come to rest, or after so long where it never does."""
        for key in keys:
            os.write(self._file, key.encode())
            self.settle(seconds)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._file)
