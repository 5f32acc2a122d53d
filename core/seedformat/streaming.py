"""Reads a file of many conversations one after another, so that memory holds one of them and not the whole tree.

`core.importing.formats` tries it first. It never says what is wrong with a file: whatever it does not take as it
stands ends in NotPlainError, and the file is then read as a whole, by the readers that name line and column.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator
from typing import Any

from core.errors import ImportFileError
from core.seedformat.documents import MAX_CONVERSATIONS, SeedConversation, grouped, listed
from core.seedformat.mapping import Tree
from core.seedformat.reading import MAX_VALUES, has_half, is_deep, strict_decoder, strict_text
from core.seedformat.scanning import MAX_DEPTH

WINDOW = 1 << 20  # bytes that are looked at at once; more for an entry that is longer
_LISTS = ("conversations", "training_pairs")
_SPACE = " \t\n\r"


class NotPlainError(ValueError):
    """The file has to be read as a whole."""


def seed_conversations(raw: bytes, name: str, header: Tree) -> Iterator[SeedConversation]:
    """The conversations of a seed file; `header` is filled with what stands around them.

    Raises NotPlainError, perhaps after some of them: also where a conversation's pairs do not stand together.
    """
    lists = ""
    ids: set[str] = set()
    turn = 0
    waiting: list[Any] = []  # pairs of the conversation that is not over yet
    try:
        for key, is_entry, value in entries(raw, _LISTS):
            if not is_entry:
                if key in header or key in _LISTS:
                    raise NotPlainError
                header[key] = value
                continue
            if key != (lists or key):
                raise NotPlainError  # both lists in one file
            lists = key
            if key == "conversations":
                found = grouped([value], name, turn)
            elif not waiting or _owner(value) == _owner(waiting[0]):
                waiting.append(value)
                continue
            else:
                found = listed(waiting, name, turn)
                waiting = [value]
            turn += _turns(found, ids)
            yield from found
        if waiting:
            found = listed(waiting, name, turn)
            _turns(found, ids)
            yield from found
    except ImportFileError as error:
        raise NotPlainError from error
    if not ids or lists in header:
        raise NotPlainError


def line_values(raw: bytes, name: str) -> Iterator[tuple[int, Any]]:
    """Line number and value of every line that is not blank. Raises NotPlainError."""
    _check_count(raw)
    for number, line in enumerate(io.BytesIO(raw), 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            if text and not text.isspace():
                yield number, strict_text(text, name, number)
        except (ImportFileError, UnicodeDecodeError) as error:
            raise NotPlainError from error


def entries(raw: bytes, lists: Collection[str]) -> Iterator[tuple[str, bool, Any]]:
    """An object's keys with their values, and of the lists named entry after entry, as (key, True, entry).

    Raises NotPlainError for what strict JSON refuses, or holds in another way.
    """
    _check_count(raw)
    half = b"\\ud" in raw or b"\\uD" in raw
    window = _Window(raw)
    seen: set[str] = set()
    window.take("{")
    while True:
        key = window.value()
        if not isinstance(key, str) or key in seen or (half and has_half(key)):
            raise NotPlainError
        seen.add(key)
        window.take(":")
        if key in lists and window.next() == "[":
            window.take("[")
            while True:
                value = window.value()
                if is_deep(value, MAX_DEPTH - 2) or (half and has_half(value)):
                    raise NotPlainError
                yield key, True, value
                if window.take(",]") == "]":
                    break
        else:
            value = window.value()
            if is_deep(value, MAX_DEPTH - 1) or (half and has_half(value)):
                raise NotPlainError
            yield key, False, value
        if window.take(",}") == "}":
            break
    if window.next():
        raise NotPlainError


class _Window:
    """A part of a file as text, which moves on as it is read, and grows where an entry is longer."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._begin = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
        self._size = WINDOW
        self._text, self._at, self._is_last = "", 0, False
        self._decoder = strict_decoder()
        self._move()

    def next(self) -> str:
        """The next character that is no space; empty at the end of the file."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if self._is_last:
                return ""
            self._move()

    def take(self, wanted: str) -> str:
        """Go past the next character, which must be one of these."""
        found = self.next()
        if not found or found not in wanted:
            raise NotPlainError
        self._at += 1
        return found

    def value(self) -> Any:
        """Go past the next value, and give it."""
        self.next()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._is_last:
                    raise NotPlainError from error
            except (ValueError, RecursionError) as error:
                raise NotPlainError from error
            else:
                if end < len(self._text) or self._is_last:  # else it may go on behind the window
                    self._at = end
                    return value
            self._move()

    def _move(self) -> None:
        """Begin where the reading is; where that is the beginning already, look at twice as much."""
        if self._text and not self._at:
            self._size *= 2
        self._begin += len(self._text[: self._at].encode())
        end = min(self._begin + self._size, len(self._raw))
        while end < len(self._raw) and self._raw[end] & 0xC0 == 0x80:  # not in the middle of a character
            end -= 1
        try:
            self._text, self._at = self._raw[self._begin : end].decode(), 0
        except UnicodeDecodeError as error:
            raise NotPlainError from error
        self._is_last = end == len(self._raw)


def _check_count(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") + raw.count(b",") > MAX_VALUES or b"\0" in raw:
        raise NotPlainError


def _owner(pair: Any) -> Any:
    owner = pair.get("conversation_id") if isinstance(pair, dict) else None
    if not isinstance(owner, str) or not owner.strip():
        raise NotPlainError
    return owner


def _turns(found: list[SeedConversation], ids: set[str]) -> int:
    """How many turns these have; none of them may have been there before."""
    turns = 0
    for conversation in found:
        if conversation.conversation_id in ids or len(ids) >= MAX_CONVERSATIONS:
            raise NotPlainError
        ids.add(conversation.conversation_id)
        turns += len(conversation.pairs)
    return turns
