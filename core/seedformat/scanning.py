"""Walks through JSON text token by token, to say where something is: the place of a fault, the path at a position.

Used only after the fast parser has refused a file or a repair has changed one. Never recurses, so that no nesting can
exhaust it, and reads each character once.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_DEPTH = 100
MAX_DIGITS = 4300  # Python's own bound for turning digits into a number
SHOWN = 160
TOKEN = re.compile(r'[ \t\r\n]*+(?:("(?:[^"\\]++|\\.)*+")|([\[\]{},:])|([^\s\[\]{},:"]++)|(.))', re.DOTALL)
_HALF = re.compile("[\ud800-\udfff]")
_PLACE_KEY = re.compile(r"\\u[dD][89a-fA-F]")

Path = tuple[str | int, ...]


@dataclass
class _Level:
    """An object or list that is open: where in it the walk is."""

    is_object: bool
    key: str = ""
    index: int = 0
    before_colon: bool = True
    keys: set[str] = field(default_factory=set)


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Both counted from 1; only line feeds end a line, as in editors."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def line_at(text: str, position: int) -> str:
    """The line around a position; of a very long one the part around the place."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    if end - start <= SHOWN:
        return text[start:end].strip()
    left = max(start, min(position - SHOWN // 2, end - SHOWN))
    right = min(end, left + SHOWN)
    return ("…" if left > start else "") + text[left:right].strip() + ("…" if right < end else "")


def first_fault(text: str) -> tuple[int, str] | None:
    """Position and name of the first thing that is no JSON although Python's parser takes it, or that is too much."""
    for position, token, levels, is_key in _walk(text):
        if len(levels) > MAX_DEPTH:
            return position, f"it is nested too deeply (more than {MAX_DEPTH} levels)"
        if is_key:
            key = _text_of(token)
            if key in levels[-1].keys:
                return position, f"the key {key[:60]!r} stands twice in one object"
            levels[-1].keys.add(key)
        if token[0] == '"':
            if "\\u" in token and _HALF.search(_text_of(token)):
                found = _PLACE_KEY.search(token)
                return position + (found.start() if found else 0), "half a character (a lone surrogate)"
        elif token in ("NaN", "Infinity", "-Infinity"):
            return position, f"{token} is not JSON"
        elif token[0] in "-0123456789" and len(token) > 4:
            fault = _number_fault(token)
            if fault:
                return position, fault
    return None


def paths_at(text: str, positions: Sequence[int]) -> list[Path]:
    """For each position of a JSON text the keys and indexes that lead to what stands there."""
    wanted = sorted(range(len(positions)), key=lambda i: positions[i])
    found: list[Path] = [()] * len(positions)
    done = 0
    for position, token, levels, _ in _walk(text):
        around = levels[:-1] if token in ("{", "[") else levels
        while done < len(wanted) and positions[wanted[done]] < position + len(token):
            found[wanted[done]] = tuple(level.key if level.is_object else level.index for level in around)
            done += 1
        if done == len(wanted):
            break
    return found


def _walk(text: str) -> Iterator[tuple[int, str, list[_Level], bool]]:
    """Position, text, open objects and lists, and whether it is a key, of every token. An opening counts as inside."""
    levels: list[_Level] = []
    for match in TOKEN.finditer(text):
        kind = match.lastindex or 0
        token, position = match.group(kind), match.start(kind)
        top = levels[-1] if levels else None
        if token in ("{", "["):
            levels.append(_Level(token == "{"))
        is_key = kind == 1 and top is not None and top.is_object and top.before_colon
        if is_key and top is not None:
            top.key = _text_of(token)
        yield position, token, levels, is_key
        if token in ("}", "]") and levels:
            levels.pop()
        elif top is not None and token == ":":
            top.before_colon = False
        elif top is not None and token == ",":
            top.before_colon = True
            top.index += 1


def _text_of(token: str) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return token


def _number_fault(token: str) -> str:
    digits = token.lstrip("-")
    if digits.isdigit():
        return "a number that is too long" if len(digits) > MAX_DIGITS else ""
    try:
        return "" if math.isfinite(float(token)) else f"{token[:30]} is larger than a number can be"
    except ValueError:
        return ""
