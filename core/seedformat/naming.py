"""Finds the conversation that each training pair of a file belongs to, and the id that its row gets.

Called by `core.seedformat.documents`, and for single ids by the readers of other formats. An id of the file is never
changed in its pairs: only the row is called otherwise, where the file's own id could not name files and arguments.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from core.seedformat.mapping import Tree

MAX_ID = 100
MESSAGES = ("current_user_input", "target_response")
_KEPT = 60  # characters of an id that is no plain one
_LONGEST = 300  # of a pair's id that is taken apart
_DIGITS = 20  # of a number written as a text; Python refuses to read some thousands
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_OF_A_TURN = re.compile(r"(.*\S)[ _.:/-]+turn[ _.-]*\d+(?:[ _.-].*)?", re.IGNORECASE | re.DOTALL)


def is_plain_id(text: str) -> bool:
    """Whether a text can be the id of a row, which also names files."""
    if not text or len(text) > MAX_ID or not (text[0].isascii() and text[0].isalnum()):
        return False
    return all(c.isascii() and (c.isalnum() or c in "_-") for c in text)


def safe_id(own: str, number: int = 1) -> str:
    """The id of the row for an id of a file: that id where it is a plain one, else what is plain of it and a hash.

    The same id gives the same row in every file. `number` tells the conversations apart that a file calls the same.

    >>> safe_id("fp_marcus_002"), safe_id("Fp. Jürgen/7"), safe_id("../../x")
    ('fp_marcus_002', 'Fp_Jurgen_7_5250457ef3', 'x_9cdf6a5010')
    """
    if number == 1 and is_plain_id(own):
        return own
    plain = "".join(c for c in unicodedata.normalize("NFKD", own) if not unicodedata.combining(c))
    stem = _UNSAFE.sub("_", plain)[: 2 * _KEPT].strip("_-")[:_KEPT] or "conversation"
    digest = hashlib.sha256((own if number == 1 else f"{own}\x1e{number}").encode()).hexdigest()
    return f"{stem}_{digest[:10]}"


def derived_id(messages: Iterable[object]) -> str:
    """An id made of what was said, for a conversation whose file gives none: the same text has the same id."""
    digest = hashlib.sha256("\x1e".join(str(message) for message in messages).encode("utf-8", "surrogatepass"))
    return f"imported_{digest.hexdigest()[:12]}"


def derived_of(pairs: Iterable[Tree]) -> str:
    """The same for training pairs."""
    return derived_id(pair.get(key) for pair in pairs for key in MESSAGES)


def stated_ids(tree: Tree) -> list[Any]:
    """The ids that an object gives its conversation, in the places that there are for it; texts before numbers."""
    metadata = tree.get("conversation_metadata")
    found = [metadata.get(key) for key in ("conversation_id", "id")] if isinstance(metadata, dict) else []
    return in_order([*found, tree.get("conversation_id"), tree.get("id")])


def in_order(values: Iterable[Any]) -> list[Any]:
    """Those of the values that can be ids, texts before numbers."""
    found = [value for value in values if is_id(value)]
    return [v for v in found if isinstance(v, str)] + [v for v in found if not isinstance(v, str)]


def is_id(value: Any) -> bool:
    """Whether a file calls something by this value: a text that is not blank, or a number."""
    return bool(value.strip()) if isinstance(value, str) else type(value) in (int, float)


def owners_of(pairs: Sequence[Tree], starts_reply: Sequence[bool]) -> list[tuple[Any, str]]:
    """For every pair of a list a key of the conversation that it belongs to, and the id that it is called by.

    A pair says it itself, or by its own id (`fp_1_turn2`). One that says nothing goes with the pair before it, unless
    it begins anew; what begins so has no id (""). `starts_reply` marks replies that belong to the pair before them.
    """
    found: list[tuple[Any, str]] = []
    for position, pair in enumerate(pairs):
        named = _named(pair)
        if named is not None:
            # Of the numbers and texts that look alike each is a conversation of its own.
            found.append((json.dumps(named), str(named)))
        elif found and (starts_reply[position] or not _begins(pair)):
            found.append(found[-1])
        else:
            found.append((position, ""))
    return found


def _named(pair: Tree) -> Any:
    if is_id(pair.get("conversation_id")):
        return pair["conversation_id"]
    metadata = pair.get("conversation_metadata")
    if isinstance(metadata, dict) and is_id(metadata.get("conversation_id")):
        return metadata["conversation_id"]
    own = pair.get("id")
    of_turn = _OF_A_TURN.fullmatch(own) if isinstance(own, str) and len(own) <= _LONGEST else None
    return of_turn.group(1) if of_turn else None


def _begins(pair: Tree) -> bool:
    """Whether a pair without an id is a first one, as far as it says so."""
    number = pair.get("turn_number")
    if isinstance(number, str) and number.strip().isdecimal():
        return len(number) <= _DIGITS and int(number) <= 1
    if type(number) is int:
        return number <= 1
    return pair.get("conversation_history") == []
