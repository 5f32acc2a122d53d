"""What the formats with one record per line have in common: encoding, strict reading, and the rules they share.

The trainers' own rules stand in the module of each format; nothing here knows one of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from core.errors import ImportFileError
from core.seedformat.mapping import Tree
from core.seedformat.reading import strict_json

# Records are joined by hand: the texts are most of them, and orjson writes those at the speed of the memory.
# Line ends to some programs, though not to JSON: escaped, a record stays on its line everywhere.
_LINE_ENDS = tuple((end.encode(), f"\\u{ord(end):04x}".encode()) for end in ("\u2028", "\u2029", "\x85"))
_LAST = tuple((end[-1:], end, instead) for end, instead in _LINE_ENDS)  # a single byte is found ten times as fast


def quoted(text: str) -> bytes:
    """A text as JSON. Raises UnicodeEncodeError for half a character, which no file could hold."""
    try:
        return orjson.dumps(text)
    except TypeError:
        text.encode()
        raise


repeated = lru_cache(maxsize=64)(quoted)  # for what every line holds, such as the system prompt


class Around(NamedTuple):
    """What stands in a record before a client's words, before an answer, and between two turns."""

    user: bytes
    answer: bytes
    parting: bytes


def record_of(opening: bytes, said: Iterable[tuple[str, str]], around: Around, closing: bytes) -> bytes:
    """A whole conversation as one line. Raises UnicodeEncodeError as `quoted` does."""
    user, answer, parting = around
    pieces = [opening]
    try:
        for asked, answered in said:
            pieces += (user, orjson.dumps(asked), answer, orjson.dumps(answered), parting)
    except TypeError:
        for turn in said:
            "".join(turn).encode()
        raise
    pieces[-1] = closing + b"\n"
    return escaped(b"".join(pieces))


def one_line(record: bytes) -> bytes:
    """The record as a line, without anything else that a program could take for the end of one."""
    return escaped(record) + b"\n"


def escaped(raw: bytes) -> bytes:
    """A part of a record without anything that a program could take for the end of a line."""
    if not raw.isascii():
        for last, character, instead in _LAST:
            if last in raw and character in raw:
                raw = raw.replace(character, instead)
    return raw


def noted(pairs: Sequence[Tree], up_to: int) -> bytes:
    """The field with the annotation of the turns, for records that carry it."""
    return b', "annotation": ' + quoted(annotation_of(pairs, up_to))


def annotation_of(pairs: Sequence[Tree], up_to: int) -> str:
    """The annotation of the turns as one JSON text: the same type in every record, whatever was annotated."""
    kept = [{name: pair[name] for name in ANNOTATION if pair.get(name) is not None} for pair in pairs[:up_to]]
    return json.dumps(kept, ensure_ascii=False, allow_nan=False)


SYSTEM, USER, ASSISTANT = (b'{"role": "%b", "content": %%b}' % role for role in (b"system", b"user", b"assistant"))
ROLES_AROUND = Around(b'{"role": "user", "content": ', b'}, {"role": "assistant", "content": ', b"}, ")
ANNOTATION = (
    "emotional_context",
    "response_strategy",
    "response_breakdown",
    "expected_user_response_patterns",
    "training_metadata",
)


def parsed(line: str) -> Any:
    """A line as a tree. Raises ImportFileError for NaN, a key twice, half a character and the like."""
    try:
        if "\\u" not in line:
            return json.loads(line, object_pairs_hook=_unambiguous, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        pass  # the strict reader says where
    return strict_json(line.encode(errors="surrogatepass"), "the record")


def lines_of(path: Path) -> Iterator[tuple[int, Any, str]]:
    """Every line by number as a tree, or with what keeps it from being one; read line by line."""
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                if text.strip():
                    yield number, parsed(text), ""
                else:
                    yield number, None, "it is empty"
            except UnicodeDecodeError:
                yield number, None, "it is not UTF-8"
            except ImportFileError as error:
                yield number, None, error.message.removeprefix("the record, line 1, ").removeprefix("the record: ")


def key_problems(record: Any, required: Sequence[str], optional: Sequence[str] = ()) -> list[str]:
    """What is wrong with the keys of a record."""
    if not isinstance(record, dict):
        return ["it must be an object"]
    missing = [key for key in required if key not in record]
    if missing:
        return [f"it has no {missing[0]}"]
    unknown = [key for key in record if key not in required and key not in optional]
    return [f"the key {unknown[0][:40]!r} is unknown to the trainer"] if unknown else []


def text_problem(value: Any, place: str) -> list[str]:
    """Empty for a text with something in it."""
    if value.__class__ is str:
        return [] if value and not value.isspace() else [f"{place} is empty"]
    return [f"{place} is no text"]


def order_problems(roles: Sequence[str], user: str, assistant: str, system: str = "") -> list[str]:
    """Whether the roles take turns as trainers want it: maybe a system message, then user and assistant in pairs."""
    spoken = roles[1:] if system and roles and roles[0] == system else roles
    if system and system in spoken:
        return ["only the first message may be from the system"]
    if not spoken or spoken[-1] != assistant:
        return [f"the last message is not from the {assistant}"]
    if len(spoken) % 2 or any(role != user for role in spoken[::2]) or any(role != assistant for role in spoken[1::2]):
        return [f"{user} and {assistant} must take turns, the {user} first"]
    return []


class FieldTypes:
    """One type per field over all records, as loaders that build typed columns want it; null fits every type."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, int]] = {}

    def add(self, record: Any, number: int) -> list[str]:
        """The fields of a record that have another type than in a record before."""
        found: list[str] = []
        self._walk(record, "", number, found)
        return found[:3]

    def _walk(self, value: Any, place: str, number: int, found: list[str]) -> None:
        kind = _kind(value)
        if kind == "null":
            return
        before = self._seen.setdefault(place, (kind, number))
        if before[0] != kind:
            found.append(f"{place or 'it'} is {kind} here and {before[0]} in record {before[1]}: one type per field")
            return
        if isinstance(value, dict):
            for key, child in value.items():
                self._walk(child, f"{place}.{key}" if place else str(key), number, found)
        elif isinstance(value, list):
            for child in value:
                self._walk(child, f"{place}[]", number, found)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key stands twice")
    return tree


def _no_constant(name: str) -> Any:
    raise ValueError(name)
