"""Reads back the records that an export writes, every one of them, while the rest is still being written.

The service opens one `Rereader` per export; of a large file most is read by a second process, beside the writing, as
the other core has nothing to do. What that process did not read, for whatever reason, is read here at the end. Neither
ever writes.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

import orjson

from core.export.trainers import LINES
from core.export.writing import DamagedError

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

    from core.export.writing import Draft

PORTION = 8 << 20
WORTH = 16 << 20  # before that the process would hardly have started


class Reread(NamedTuple):
    """What was found in a file or in a part of it: its records, and what is wrong with the first bad one.

    An empty problem is none; the digest is that of the file up to the end of the part.
    """

    records: int
    problem: str = ""
    digest: str = ""


@dataclass(frozen=True)
class _Asked:
    path: Path
    start: int
    end: int


class Rereader:
    """Follows the files of one export."""

    def __init__(self, format_: str) -> None:
        self._format = format_
        self._process: subprocess.Popen[str] | None = None
        self._asked: list[_Asked] = []
        self._ends: dict[Path, int] = {}  # how far each file was asked for
        self._found: dict[_Asked, Reread] = {}

    def __enter__(self) -> Rereader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def follow(self, drafts: Iterable[Draft]) -> None:
        """Have read what has come to the disk since; never waits."""
        drafts = list(drafts)
        if self._process is None:
            if sum(draft.stored for draft in drafts) < WORTH:
                return
            self._process = subprocess.Popen(
                [sys.executable, "-c", "from core.export import rereading; rereading.second_process()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        for draft in drafts:
            start = self._ends.get(draft.path, 0)
            if draft.stored - start >= PORTION:
                self._ask(_Asked(draft.path, start, draft.stored))

    def whole(self, draft: Draft) -> Reread:
        """What was found in a finished file; waits for it. Raises DamagedError for one that is not what was written."""
        asked = [one for one in self._asked if one.path == draft.path]
        if asked and asked[-1].end < draft.bytes:
            self._ask(_Asked(draft.path, asked[-1].end, draft.bytes))
        self._collect()
        answers = [self._found.get(one) for one in self._asked if one.path == draft.path]
        found = [one for one in answers if one is not None]
        if len(found) < len(answers) or self._ends.get(draft.path, 0) < draft.bytes:  # it had nothing to do, or is gone
            digest = hashlib.sha256()
            found = [read(draft.path, *part, self._format, digest) for part in _parts(draft)]
        records = 0
        for one in found:
            records += one.records
            if one.problem:
                return Reread(records, one.problem)
        if draft.bytes and found[-1].digest != draft.sha256:
            raise DamagedError("it is not what was written")
        return Reread(records)

    def _ask(self, asked: _Asked) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps([str(asked.path), asked.start, asked.end, self._format]) + "\n")
            self._process.stdin.flush()
        except OSError:
            return  # it is gone: all of it is read here then
        self._asked.append(asked)
        self._ends[asked.path] = asked.end

    def _collect(self) -> None:
        """Wait for what was asked; an answer that does not come stays out."""
        if self._process is not None and self._process.stdout is not None:
            for one in self._asked[len(self._found) :]:
                answer = self._process.stdout.readline()
                if not answer:
                    return
                self._found[one] = Reread(*json.loads(answer))


def read(path: Path, start: int, end: int, format_: str, digest: Digest) -> Reread:
    """Read whole lines of a file, and hold each to the rules of its trainer."""
    problems = LINES[format_][1]
    with path.open("rb") as stream:
        stream.seek(start)
        raw = stream.read(end - start)
    digest.update(raw)
    lines = raw.split(b"\n")
    if lines.pop() or len(raw) != end - start:
        return Reread(len(lines), "its last line is cut")
    for number, line in enumerate(lines, 1):
        try:
            found = problems(orjson.loads(line))
        except ValueError as error:
            found = [f"it is no JSON ({error})"]
        if found:
            return Reread(number, found[0])
    return Reread(len(lines), "", digest.copy().hexdigest())


def second_process() -> None:
    """Answer for every part of a file that the standard input names; those of one file come in their order."""
    digests: dict[str, Digest] = {}
    for line in sys.stdin:
        path, start, end, format_ = json.loads(line)
        found = read(Path(path), start, end, format_, digests.setdefault(path, hashlib.sha256()))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def _parts(draft: Draft) -> Iterator[tuple[int, int]]:
    """The file in parts of whole lines, each read before the next is asked for."""
    start = 0
    while start < draft.bytes:
        with draft.path.open("rb") as stream:
            stream.seek(min(start + PORTION, draft.bytes) - 1)
            end = min(stream.tell() + len(stream.readline()), draft.bytes)
        yield start, end
        start = end
