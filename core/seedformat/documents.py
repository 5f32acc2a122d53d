"""A seed file as a whole: its conversations, what stands around them, and how files come out as they went in.

Reading is strict JSON (no NaN, no duplicate keys) within limits; every refusal names file, line and column.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.seedformat.mapping import MAX_NUMBER, Tree, TurnRows, pair_to_rows, rows_to_pair
from data.conversations import TextRows

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 100
MAX_TURNS = 200


@dataclass(frozen=True)
class SeedConversation:
    """One conversation of a file: its pairs in turn order with their positions in the file."""

    conversation_id: str
    pairs: tuple[Tree, ...]
    positions: tuple[int, ...]


@dataclass(frozen=True)
class SeedDocument:
    """A seed file as read: what stands around the pairs (`header`), and the conversations in order."""

    file: str
    sha256: str
    header: Tree
    conversations: tuple[SeedConversation, ...]


def read_document(path: Path) -> SeedDocument:
    """Read one seed file.

    Raises ImportFileError naming file, line, column and showing the line for a syntax error; naming the field for a
    file of another shape.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportFileError(f"{path} is larger than {MAX_BYTES >> 20} MiB.", "Split it into several files.")
        raw = path.read_bytes()
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror or error}.", "Check the name.") from error
    return parse_document(raw, str(path))


def parse_document(raw: bytes, name: str) -> SeedDocument:
    """The same for bytes already read; `name` is what messages call the file."""
    tree = strict_json(raw, name)
    if not isinstance(tree, dict) or not isinstance(tree.get("training_pairs"), list):
        raise ImportFileError(
            f"{name} is no seed file: it has no list training_pairs.", "It needs dataset_metadata and training_pairs."
        )
    pairs = tree["training_pairs"]
    if not pairs:
        raise ImportFileError(f"{name} holds no training pair.", "There is nothing to import.")
    groups: dict[str, list[int]] = {}
    for position, pair in enumerate(pairs):
        place = f"{name}, training_pairs[{position}]"
        if not isinstance(pair, dict):
            raise ImportFileError(f"{place} is no object.", "Each pair is an object.")
        conversation_id = pair.get("conversation_id")
        if not isinstance(conversation_id, str) or not conversation_id.strip():
            raise ImportFileError(f"{place}.conversation_id is missing.", "Each pair names its conversation.")
        if len(conversation_id) > 100 or not _is_plain_id(conversation_id):
            raise ImportFileError(
                f"{place}.conversation_id is {conversation_id[:60]!r}.", "Letters, digits, _ and - only, up to 100."
            )
        for field in ("current_user_input", "target_response"):
            if field in pair and not isinstance(pair[field], str):
                raise ImportFileError(f"{place}.{field} is no text.", "Write it as a string.")
        groups.setdefault(conversation_id, []).append(position)
    for conversation_id, positions in groups.items():
        if len(positions) > MAX_TURNS:
            raise ImportFileError(f"{name}: {conversation_id} has {len(positions)} turns.", f"At most {MAX_TURNS}.")
    header = {key: value for key, value in tree.items() if key != "training_pairs"}
    conversations = tuple(_in_turn_order(cid, positions, pairs) for cid, positions in groups.items())
    return SeedDocument(name, hashlib.sha256(raw).hexdigest(), header, conversations)


def strict_json(raw: bytes, name: str) -> Any:
    """Parse UTF-8 JSON without NaN, Infinity, duplicate keys or excessive depth.

    Raises ImportFileError with file, line and column, and the text of the line.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ImportFileError(f"{name}, line {line}: the file is not UTF-8.", "Save it as UTF-8.") from error
    try:
        tree = json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        lines = text.splitlines()
        shown = lines[error.lineno - 1].strip() if error.lineno <= len(lines) else ""
        cut = shown if len(shown) <= 160 else shown[:159] + "…"
        raise ImportFileError(
            f"{name}, line {error.lineno}, column {error.colno}: {error.msg}.", f"The line reads: {cut}"
        ) from error
    except _RefusedError as error:
        raise ImportFileError(f"{name}: {error}.", "Mend the file; nothing was imported.") from error
    except ValueError as error:  # Python refuses integers of thousands of digits
        raise ImportFileError(f"{name} holds a number that is too long.", "Mend the file.") from error
    except RecursionError as error:
        raise ImportFileError(f"{name} is nested too deeply.", f"At most {MAX_DEPTH} levels.") from error
    if _depth(tree) > MAX_DEPTH:
        raise ImportFileError(f"{name} is nested too deeply.", f"At most {MAX_DEPTH} levels.")
    # UTF-8 itself cannot hold one, only an escape can.
    if ("\\ud" in text or "\\uD" in text) and _has_surrogate(tree):
        raise ImportFileError(f"{name} holds half a character (a lone surrogate).", "Mend the text at that place.")
    return tree


def conversation_rows(conversation: SeedConversation) -> list[TurnRows]:
    """The table rows of a conversation's turns.

    Turns are numbered as the file numbers them when its numbers are positive and differ, else by their order.
    """
    numbers = _turn_numbers(conversation.pairs) or range(1, len(conversation.pairs) + 1)
    return [
        pair_to_rows(pair, conversation.conversation_id, number)
        for pair, number in zip(conversation.pairs, numbers, strict=True)
    ]


def as_text_rows(turns: Iterable[TurnRows]) -> TextRows:
    """Turn rows as one batch for the database."""
    rows = TextRows()
    for turn in turns:
        rows.turns.append(turn.turn)
        rows.sentences += turn.sentences
        if turn.emotions:
            rows.emotions.append(turn.emotions)
        if turn.strategy:
            rows.strategies.append(turn.strategy)
    return rows


def from_text_rows(rows: TextRows) -> list[Tree]:
    """The training pairs of a conversation read from the database, in turn order."""
    emotions = {row["turn_id"]: row for row in rows.emotions}
    strategies = {row["turn_id"]: row for row in rows.strategies}
    sentences: dict[str, list[Tree]] = {}
    for row in rows.sentences:
        sentences.setdefault(row["turn_id"], []).append(row)
    return [
        rows_to_pair(
            TurnRows(
                turn,
                emotions.get(turn["turn_id"]),
                strategies.get(turn["turn_id"]),
                sentences.get(turn["turn_id"], []),
            )
        )
        for turn in rows.turns
    ]


def _in_turn_order(conversation_id: str, positions: list[int], pairs: list[Tree]) -> SeedConversation:
    """The tables give turns back by number, so positions follow the numbers: a file may list its turns in any order."""
    numbers = _turn_numbers([pairs[position] for position in positions])
    if numbers:
        positions = [position for _, position in sorted(zip(numbers, positions, strict=True))]
    return SeedConversation(conversation_id, tuple(pairs[position] for position in positions), tuple(positions))


def _turn_numbers(pairs: Iterable[Tree]) -> list[int]:
    """The file's own turn numbers when they can serve as such, else none."""
    numbers = [pair.get("turn_number") for pair in pairs]
    usable = [n for n in numbers if type(n) is int and 1 <= n <= MAX_NUMBER]
    return usable if len(usable) == len(numbers) == len(set(usable)) else []


class _RefusedError(ValueError):
    """Valid for Python's parser, but not JSON."""


def _no_constant(name: str) -> Any:
    raise _RefusedError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _RefusedError(f"{text[:30]} is larger than a number can be")
    return number


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(f"the key {twice!r} stands twice in one object")
    return tree


def _is_plain_id(text: str) -> bool:
    return text[0].isascii() and text[0].isalnum() and all(c.isascii() and (c.isalnum() or c in "_-") for c in text)


def _depth(tree: Any) -> int:
    deepest, open_ends = 0, [(tree, 1)]
    while open_ends:
        node, depth = open_ends.pop()
        deepest = max(deepest, depth)
        if depth > MAX_DEPTH:
            break
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        open_ends += [(child, depth + 1) for child in children if isinstance(child, dict | list)]
    return deepest


def _has_surrogate(tree: Any) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in json.dumps(tree, ensure_ascii=False))
