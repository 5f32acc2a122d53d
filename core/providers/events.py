"""Reads server-sent events from bytes in whatever pieces they come.

For `core.providers.anthropic_api`, at every piece of every answer: the SDK's own reader takes each line apart in Python
and costs a fifth of a call. It knows nothing of what the events mean.
"""

from __future__ import annotations

_MARK = b"\xef\xbb\xbf"  # a byte order mark, which a stream may begin with
_EVENT, _DATA = b"event: ", b"\ndata: "


class EventReader:
    """Takes pieces of one stream; gives each event, as its name and its data, with the piece that completes it."""

    def __init__(self) -> None:
        self._rest = b""
        self._begins = True

    def feed(self, piece: bytes) -> list[tuple[bytes, bytes]]:
        """The events that are whole now. One that never ends, because the stream breaks off, is never given."""
        text = self._rest + piece
        if self._begins:
            if len(text) < len(_MARK) and _MARK.startswith(text):
                self._rest = text
                return []
            text, self._begins = text.removeprefix(_MARK), False
        held = b""
        if b"\r" in text:
            if text.endswith(b"\r"):  # perhaps half of the end of a line
                text, held = text[:-1], b"\r"
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *blocks, rest = text.split(b"\n\n")
        self._rest = rest + held
        return [event for block in blocks if (event := _event(block)) is not None]

    def end(self) -> list[tuple[bytes, bytes]]:
        """What the end of the stream completes."""
        return self.feed(b"\n") if self._rest.endswith(b"\r") else []


def _event(block: bytes) -> tuple[bytes, bytes] | None:
    """The lines of an event as its name and its data; None when they say nothing."""
    if block.startswith(_EVENT):  # as the service writes it: one line of each
        name, divided, data = block.partition(_DATA)
        if divided and b"\n" not in name and b"\n" not in data:
            return name[len(_EVENT) :], data
    name, lines = b"", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")  # a comment has no field
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value
        elif field == b"data":
            lines.append(value)
    return (name, b"\n".join(lines)) if name or lines else None
