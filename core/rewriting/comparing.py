"""Compares two versions of a conversation: what was said sentence by sentence, its annotation and its facts.

The History tab and `brightrun show --diff` show it. Pure: it takes versions as they are kept (the snapshots of
`conversation_versions`, or `Browser.snapshot` for the one that is now) and judges nothing.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.editing.fields import FIELDS
from core.text.sentences import split_sentences

Kind = Literal["same", "changed", "added", "removed"]
Piece = Literal["same", "out", "in"]
Span = tuple[int, int]
LONG = 20_000  # characters of a message that are still split into sentences
WORDS_WITHIN = 3_000  # characters of a piece whose words are compared; a longer one differs as a whole
_FACTS = (
    *((one.name, one.label) for one in FIELDS),
    ("quality_score", "score"),
    ("rubric_overall", "rubric"),
    ("generation_method", "made by"),
    ("model", "model"),
)
_WORD = re.compile(r"\s+|[^\s]+")
LONG_WORDS = 4_000  # words; longer pieces are compared by paragraphs, or it would take seconds
Part = Literal["client", "advisor", "note", "annotation", "facts"]
_ANNOTATION = (
    ("emotions", "emotions"),
    ("strategies", "strategy"),
    ("sentences", "sentence"),
)
_NOT_SAID = frozenset({"id", "turn_id", "created_at", "created_by", "updated_at", "sentence_number", "valence_class",
                       "pacing_class"})  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A piece before and after, with the characters of each that differ."""

    kind: Kind
    before: str = ""
    after: str = ""
    before_spans: tuple[Span, ...] = ()
    after_spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Passage:
    """A place of the conversation that is compared: a message, an annotation, the facts."""

    name: str
    changes: tuple[Change, ...]
    part: Part
    turn: int | None = None

    @property
    def differences(self) -> int:
        """How many pieces differ."""
        return sum(change.kind != "same" for change in self.changes)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Passage]:
    """All passages of two versions in reading order; of annotation and facts only what differs."""
    old, new = _passages(before), _passages(after)
    found: list[Passage] = []
    for name in sorted(old.keys() | new.keys()):
        changes = _changes(old.get(name, ()), new.get(name, ()))
        if name[0] or name[2] >= _SAID_UP_TO:
            changes = [change for change in changes if change.kind != "same"]
        if changes:
            found.append(Passage(name[3], tuple(changes), _part_of(name), name[1] or None))
    return found


def _part_of(name: _Name) -> Part:
    if name[0]:
        return "facts"
    if name[2] == _SAID_UP_TO:
        return "note"
    if name[2] > _SAID_UP_TO:
        return "annotation"
    return "advisor" if name[2] else "client"


_SAID_UP_TO = 2  # of a turn the two messages come first, shown whole
_Name = tuple[int, int, int, str]  # facts or turn, number, what of it, its words


def _passages(version: Mapping[str, Any]) -> dict[_Name, Sequence[str]]:
    row = version.get("conversation") or {}
    found: dict[_Name, Sequence[str]] = {}
    numbers: dict[Any, int] = {}
    for turn in version.get("turns") or ():
        number = numbers[turn.get("turn_id")] = int(turn.get("turn_number") or 0)
        for place, (column, who) in enumerate((("user_input", "client"), ("target_response", "advisor"))):
            found[0, number, place, f"Turn {number}, {who}"] = _pieces(str(turn.get(column) or ""))
        if turn.get("note"):
            found[0, number, _SAID_UP_TO, f"Turn {number}, note"] = _pieces(str(turn["note"]))
    for place, (table, words) in enumerate(_ANNOTATION, 1):
        for entry in version.get(table) or ():
            number = numbers.get(entry.get("turn_id"), 0)
            which = f" {entry['sentence_number']}" if entry.get("sentence_number") is not None else ""
            name = (0, number, place * 1000 + int(entry.get("sentence_number") or 0), f"Turn {number}, {words}{which}")
            found[name] = list(_values(entry))
    facts = [f"{label}: {_text(row[name])}" for name, label in _FACTS if row.get(name) not in (None, "")]
    found[1, 0, 1, "Facts"] = facts
    return found


def _pieces(text: str) -> list[str]:
    return split_sentences(text) if len(text) <= LONG else text.split("\n")


def _values(entry: Mapping[str, Any]) -> Iterator[str]:
    for name, value in entry.items():
        if name not in _NOT_SAID and value not in (None, "", [], {}):
            yield f"{name.replace('_', ' ')}: {_text(value)}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _changes(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    found: list[Change] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Change("same", text, text) for text in old[a:b]]
            continue
        paired = min(b - a, d - c)
        found += [_changed(one, other) for one, other in zip(old[a : a + paired], new[c : c + paired], strict=True)]
        found += [Change("removed", before=text) for text in old[a + paired : b]]
        found += [Change("added", after=text) for text in new[c + paired : d]]
    return found


def _changed(old: str, new: str) -> Change:
    """A piece that became another one, with the words that differ."""
    if max(len(old), len(new)) > WORDS_WITHIN:
        return Change("changed", old, new, ((0, len(old)),), ((0, len(new)),))
    before: list[Span] = []
    after: list[Span] = []
    here = there = 0
    for kind, text in pieces(old, new):
        if kind != "in":
            before += [(here, here + len(text))] if kind == "out" else []
            here += len(text)
        if kind != "out":
            after += [(there, there + len(text))] if kind == "in" else []
            there += len(text)
    return Change("changed", old, new, tuple(before), tuple(after))


def pieces(old: str, new: str) -> tuple[tuple[Piece, str], ...]:
    """Two texts as one, word by word: what stayed, what went and what came."""
    if old == new:
        return (("same", old),) if old else ()
    if not old or not new:
        return (("out", old),) if old else (("in", new),)
    parts: list[Sequence[str]] = [_WORD.findall(text) for text in (old, new)]
    if max(map(len, parts)) > LONG_WORDS:
        parts = [text.splitlines(keepends=True) for text in (old, new)]
    found: list[tuple[Piece, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, parts[0], parts[1], autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(parts[0][a:b])))
            continue
        if a < b:
            found.append(("out", "".join(parts[0][a:b])))
        if c < d:
            found.append(("in", "".join(parts[1][c:d])))
    return tuple(found)
