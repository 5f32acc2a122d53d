"""How the command line speaks: data to stdout as tables or JSON, sentences and questions for people to stderr.

Whatever came from outside is made harmless here, so commands hand over plain values. No colours unless stdout is a
terminal and NO_COLOR is not set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from core.errors import StorageError
from core.text.terminal import safe_line, safe_text

# What JSON leaves as it is and a terminal would obey or hide.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
READING_WIDTH = 100
COMFORTABLE, NARROWEST = 30, 12  # a flexible column shrinks to the first, then optional ones go, then to the second


@dataclass(frozen=True)
class Column:
    """A column of a table. On a narrow terminal a flexible one is cut and an optional one is left out."""

    title: str
    right: bool = False
    flexible: bool = False
    optional: bool = False


class ProgressLine:
    """How far something is, on stderr: one line that is redrawn on a terminal, elsewhere a line for every tenth."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._tenth = 0
        self._drawn = ""

    def show(self, percent: int, text: str) -> None:
        """Tell how far it is."""
        if self._terminal:
            line = safe_line(text, shutil.get_terminal_size((80, 24)).columns - 1)
            if line != self._drawn:
                sys.stderr.write(f"\r\x1b[K{line}")
                sys.stderr.flush()
                self._drawn = line
        elif percent // 10 > self._tenth:
            self._tenth = percent // 10
            notice(text)

    def steps(self, done: int, total: int) -> None:
        """Tell how many of all are done; elsewhere than on a terminal short work is not worth a line."""
        if self._terminal or total >= 1000:
            percent = 100 * done // total if total else 100
            self.show(percent, f"{done:,} of {total:,}  {percent} %")

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = ""


def has_terminal() -> bool:
    """Whether a person can answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def terminal_width() -> int:
    """Columns of the terminal that stdout goes to; 0 for a file or a pipe."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 0


def styled(text: str, **style: Any) -> str:
    """The text in colour or bold, where stdout shows colours."""
    return click.style(text, **style) if terminal_width() and not os.environ.get("NO_COLOR") else text


def say(text: str = "") -> None:
    """Data: one or several lines to stdout. Raises StorageError when the disk behind it is full, say."""
    with _told():
        click.echo(text)


def flush() -> None:
    """Send out what still waits. Raises StorageError as `say` does."""
    with _told():
        sys.stdout.flush()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(
            f"The output cannot be written: {error.strerror}.", "Make room, or send it elsewhere."
        ) from error


def notice(sentence: str) -> None:
    """A sentence for people, to stderr."""
    click.echo(safe_text(sentence), err=True)


def complain(sentence: str, hint: str = "") -> None:
    """A failure, to stderr, with the way out."""
    click.echo(safe_text(f"brightrun: {sentence}"), err=True)
    if hint:
        click.echo(safe_text(f"  {hint}"), err=True)


def ask(question: str) -> bool:
    """A question on the terminal; only y or yes means yes."""
    click.echo(f"{question} [y/N] ", err=True, nl=False)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        click.echo("", err=True)
    return answer.strip().lower() in ("y", "yes")


def show_json(document: Any) -> None:
    """One JSON document to stdout, with nothing in it that a terminal would obey."""
    encoding = (getattr(sys.stdout, "encoding", "") or "utf-8").lower()
    text = json.dumps(document, ensure_ascii="utf" not in encoding, indent=2, default=_plain)
    say(_UNSAFE.sub(lambda match: json.dumps(match.group())[1:-1], text))


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, empty: str = "") -> None:
    """Aligned lines to stdout. On a terminal the flexible columns are cut to fit; in a pipe nothing is."""
    cells = [[safe_line("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not cells:
        if empty:
            notice(empty)
        return
    columns = [replace(column, title=safe_line(column.title)) for column in columns]  # a name of the pack may be one
    widths = [max(width(column.title), *(width(row[i]) for row in cells)) for i, column in enumerate(columns)]
    if terminal_width():
        kept = _fit(widths, columns, terminal_width())
        columns, widths = [columns[i] for i in kept], [widths[i] for i in kept]
        cells = [[row[i] for i in kept] for row in cells]
    heading = styled(_line([column.title for column in columns], columns, widths), bold=True)
    say("\n".join([heading, *(_line(row, columns, widths) for row in cells)]))  # one write: echo flushes every time


def _fit(widths: list[int], columns: Sequence[Column], room: int) -> list[int]:
    """Cut the flexible columns to what fits, the widest first; gives the columns that stay."""
    kept = list(range(len(columns)))
    while sum(widths[i] for i in kept) + 2 * (len(kept) - 1) > room:
        widest = max((i for i in kept if columns[i].flexible), key=lambda i: widths[i], default=-1)
        spare = [i for i in kept if columns[i].optional]
        if widest >= 0 and widths[widest] > (COMFORTABLE if spare else NARROWEST):
            widths[widest] -= 1
        elif spare:
            kept.remove(spare[-1])
        else:
            break
    return kept


def pairs(rows: Mapping[str, object]) -> None:
    """Names and values under each other, to stdout; empty values are left out."""
    shown = {safe_line(name): safe_line(_words(value)) for name, value in rows.items() if value not in (None, "")}
    room = max((len(name) for name in shown), default=0)
    for name, value in shown.items():
        lines = _wrapped(value, room + 2) or [""]
        say(f"{name:<{room}}  {lines[0]}")
        for line in lines[1:]:
            say(f"{'':<{room}}  {line}")


def _words(value: object) -> str:
    return "; ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)


def paragraphs(text: str, indent: str = "  ") -> str:
    """Text of several lines, harmless and indented."""
    lines = (line for whole in safe_text(text).split("\n") for line in _wrapped(whole, len(indent)) or [""])
    return "\n".join(indent + line if line else "" for line in lines)


def _wrapped(line: str, taken: int) -> list[str]:
    """The line broken to fit a terminal; in a pipe it stays as it is."""
    if not terminal_width():
        return [line]
    room = min(terminal_width(), READING_WIDTH) - taken
    return textwrap.wrap(line, max(room, 20), break_on_hyphens=False)


def moment(stored: object) -> str | None:
    """A time as JSON carries it: ISO 8601 in UTC. Takes what the database stores or a time with zone."""
    if not stored:
        return None
    time = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored)).replace(tzinfo=UTC)
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def count(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: `1 row`, `2 rows`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def width(text: str) -> int:
    """How many terminal cells a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _line(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    parts = []
    for text, column, room in zip(row, columns, widths, strict=True):
        shown = _cut(text, room)
        gap = " " * (room - width(shown))
        parts.append(gap + shown if column.right else shown + gap)
    return "  ".join(parts).rstrip()


def _cut(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > room - 1:
            break
        kept += letter
    return kept + "…"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
