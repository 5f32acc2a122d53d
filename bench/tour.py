"""A tour of all screens by their keys, and the memory after each stage. Used by bench/tui.py; runs nothing.

Resident memory now, the share of it that is ours alone, and the highest it was during the stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.program import Program

ESCAPE, ENTER, DOWN = "\x1b", "\r", "\x1b[B"
SETTLES_S = 1.5  # what a screen asks in a thread or a process has come by then, also at 100,000 rows


@dataclass(frozen=True)
class Memory:
    """Of one process in MB."""

    resident: float
    proportional: float
    peak: float


@dataclass(frozen=True)
class Stage:
    """Keys of one part of the tour; `wait` after those that have something to read."""

    name: str
    keys: tuple[str, ...]


STAGES = (
    Stage("cursor keys", ("j" * 38,)),
    Stage("filters", ("t", "F", "/persona:marcus\r", "F", "/score:<6\r", "F", "/money\r", "F")),
    Stage("price under the filters", ("f", "money", ESCAPE, ESCAPE)),
    Stage("help, palette, menus", ("?", ESCAPE, ":", "theme", ESCAPE, "o", ESCAPE, "c", ESCAPE, "V", ESCAPE)),
    Stage("search, a conversation, jobs", ("/", "persona:ma", ESCAPE, "t", ENTER, *"234567", ESCAPE, "F", "J", ESCAPE)),
    Stage("coverage, settings", ("C", "x", ESCAPE, "S", ESCAPE)),
    Stage("quality, templates", ("Q", ESCAPE, "T", ESCAPE)),
    Stage("imports, sources, export", ("I", ESCAPE, "K", ESCAPE, "E", ESCAPE)),
    Stage("a new row, the question before generating", ("N", ESCAPE, "x", ESCAPE)),
)
SETTLED = "settled"
NAMES = (SETTLED, *(stage.name for stage in STAGES))


def memory_of(process: int) -> Memory:
    """What the kernel counts for a process."""
    status, rollup = (Path(f"/proc/{process}/{name}").read_text() for name in ("status", "smaps_rollup"))

    def megabytes(name: str, text: str) -> float:
        found = re.search(rf"{name}:\s+(\d+)", text)
        return int(found[1]) / 1024 if found else 0.0

    return Memory(megabytes("VmRSS", status), megabytes("Pss", rollup), megabytes("VmHWM", status))


def tour(program: Program, stages: Iterable[Stage] = STAGES) -> dict[str, Memory]:
    """Memory after each stage, by its name; what is settled first."""
    found = {SETTLED: memory_of(program.pid)}
    for stage in stages:
        Path(f"/proc/{program.pid}/clear_refs").write_text("5")  # the peak counts from here
        for keys in stage.keys:
            program.keys(keys)
            program.rest(SETTLES_S)  # not until it is quiet: the cursor of an input line blinks
        found[stage.name] = memory_of(program.pid)
    return found


def highest(found: dict[str, Memory]) -> float:
    """The most that the process had at any moment of the tour."""
    return max(memory.peak for memory in found.values())
