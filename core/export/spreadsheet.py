"""CSV for spreadsheets: a row per turn or per conversation, with every cell made harmless.

A cell that begins with = + - @, a tab or a line end would be run as a formula when a person opens the file; such cells
get an apostrophe in front, which spreadsheets take as "this is text".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.export.material import source_of

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_CELL = 1 << 26  # Python's own limit is less than a long conversation
_COMMON = ("conversation_id", "number", "persona", "topic", "tier", "split", "source", "score")
_NEVER_EMPTY = ("conversation_id", "client", "advisor", "conversation")  # of ours, those of them that it has
_SPOKEN = {"turn": ("turn", "client", "advisor"), "conversation": ("turns", "conversation")}
_ANNOTATED = ("emotion", "intensity", "valence", "strategy", "tone", "pacing")
_ARC = ("starting_emotion", "ending_emotion", "category", "intent", "outcome")


def heading(request: ExportRequest) -> list[str]:
    """The names of the columns."""
    more = (_ANNOTATED if request.per == "turn" else _ARC) if request.annotation else ()
    system = ("system_prompt",) if request.system and request.per == "turn" else ()
    return [*_COMMON, *_SPOKEN[str(request.per)], *more, *system]


def is_ours(names: Sequence[str]) -> bool:
    """Whether a table has the columns of one of our exports."""
    for per, spoken in _SPOKEN.items():
        for more in ((), _ANNOTATED if per == "turn" else _ARC):
            for system in ((), ("system_prompt",)) if per == "turn" else ((),):
                if tuple(names) == (*_COMMON, *spoken, *more, *system):
                    return True
    return False


def rows(dialogue: Dialogue, request: ExportRequest, part: str) -> Iterator[str]:
    """The lines of one conversation, with their ends."""
    values = dialogue.values
    common = [dialogue.conversation_id, values["number"], values["persona_name"], values["topic"], values["tier"]]
    common += [part, source_of(values), values["quality_score"]]
    if request.per == "conversation":
        text = "\n\n".join(f"Client: {user}\n\nAdvisor: {advisor}" for user, advisor in dialogue.said)
        arc = [values[n] for n in ("starting_emotion", "ending_emotion", "content_category", "intent", "outcome")]
        yield line([*common, len(dialogue.said), text, *(arc if request.annotation else [])])
        return
    for number, (user, advisor) in enumerate(dialogue.said, 1):
        annotated = _annotation(dialogue.pairs[number - 1]) if request.annotation else []
        yield line([*common, number, user, advisor, *annotated, *([dialogue.system] if request.system else [])])


def line(cells: Sequence[Any]) -> str:
    """One row as text; every cell harmless."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs; figures stay figures.

    >>> harmless("=1+1"), harmless(-3), harmless("a\\x00b")
    ("'=1+1", -3, 'a␀b')
    """
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return cell
    text = str(cell).replace("\x00", "␀")  # readers stop at it
    return "'" + text if _begins_like_a_formula(text) else text


def heading_of(path: Path) -> list[str]:
    """The names of the columns of any table. Raises ValueError when it is no CSV."""
    return next(_read(path))


def read_back(path: Path) -> Iterator[list[str]]:
    """Every problem of the rows after the heading, row by row. Raises ValueError when it is no CSV."""
    read = _read(path)
    names = next(read)
    needed = [names.index(name) for name in _NEVER_EMPTY if name in names] if is_ours(names) else []
    for cells in read:
        yield row_problems(cells, names) or [f"{names[at]} is empty" for at in needed if not cells[at].strip()]


def _read(path: Path) -> Iterator[list[str]]:
    """The heading, then every row."""
    usual = csv.field_size_limit(_LONGEST_CELL)  # of the whole process, so it is put back
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            names = next(reader, [])
            if not names:
                raise ValueError("it has no heading")
            yield names
            yield from reader
        except csv.Error as error:
            raise ValueError(f"line {reader.line_num}: {error}") from error
        finally:
            csv.field_size_limit(usual)


def row_problems(cells: Sequence[str], names: Sequence[str]) -> list[str]:
    """What is wrong with one row."""
    if len(cells) != len(names):
        return [f"it has {len(cells)} cells, the heading has {len(names)}"]
    return [
        f"{name} begins like a formula: {cell[:12]!r}"
        for name, cell in zip(names, cells, strict=True)
        if _begins_like_a_formula(cell) and not _is_number(cell)
    ]


def _annotation(pair: dict[str, Any]) -> list[Any]:
    context, strategy = pair.get("emotional_context"), pair.get("response_strategy")
    detected = context.get("detected_emotions") if isinstance(context, dict) else None
    felt = detected if isinstance(detected, dict) else {}
    chosen = strategy if isinstance(strategy, dict) else {}
    found = [felt.get("primary"), felt.get("intensity"), felt.get("valence")]
    return [*found, chosen.get("primary_strategy"), chosen.get("tone_selection"), chosen.get("pacing")]


def _begins_like_a_formula(text: str) -> bool:
    return text.lstrip(" \ufeff\u00a0\u200b").startswith(_STARTERS)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
