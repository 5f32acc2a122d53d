"""A program in a pseudo-terminal whose time, bytes, CPU and memory are measured. Used by bench/tui.py; runs nothing."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import cursor

TICKS = os.sysconf("SC_CLK_TCK")


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

    def keys(self, *keys: str) -> None:
        """Press keys and wait each time until nothing more comes."""
        for key in keys:
            os.write(self.fd, key.encode())
            self.read(0.4)

    def until(self, shows: re.Pattern[bytes]) -> None:
        """Wait until something that matches is shown."""
        found, deadline = b"", time.monotonic() + 60
        while not shows.search(found):
            if time.monotonic() > deadline:
                raise SystemExit(f"{shows.pattern!r} was never shown")
            found += self.read(0.1)[0]

    def rest(self, seconds: float) -> tuple[float, float]:
        """Bytes per second, and CPU in percent, while no key is pressed."""
        before, began, size = self.cpu(), time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            size += len(self.read(0.2)[0])
        took = time.perf_counter() - began
        return size / took, (self.cpu() - before) / took * 100

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


@contextmanager
def running(argv: Sequence[str], environment: Mapping[str, str], first: re.Pattern[bytes]) -> Iterator[Program]:
    """The program, once its first row is read and nothing more comes."""
    program = Program(argv, environment)
    try:
        program.until(first)
        program.read(2.5)
        yield program
    finally:
        program.close()


def terminal_environment(home: str) -> dict[str, str]:
    """An environment of its own, with folders of its own and the simulator for a provider."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BRIGHTRUN_")},
        **{f"XDG_{name}_HOME": home for name in ("CONFIG", "STATE", "DATA")},
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "BRIGHTRUN_PROVIDER": "simulated",
    }
    environment.pop("NO_COLOR", None)
    return environment
