"""Events are read from a stream however it is cut, as the SDK's own reader reads them."""

from __future__ import annotations

import pytest
from anthropic._streaming import SSEDecoder

from core.providers.events import EventReader

STREAMS = {
    "the service": b'event: start\ndata: {"a": 1}\n\nevent: ping\ndata: {}\n\nevent: end\ndata: {"b": "\xc3\xa9"}\n\n',
    "carriage returns and line feeds": b'event: a\r\ndata: {"x": 1}\r\n\r\nevent: b\r\ndata: 2\r\n\r\n',
    "carriage returns": b"event: a\rdata: 1\r\revent: b\rdata: 2\r\r",
    "data of several lines": b"event: a\ndata: {\ndata: }\n\ndata: alone\ndata:\n\n",
    "comments and other fields": b": hello\n\nevent: a\n: in between\nid: 7\nretry: 10\ndata:1\nodd\n\n\n\ndata: 2\n\n",
    "a name only, and data first": b"event: a\n\ndata: 1\nevent: b\n\n",
    "a line that only looks like data": b"event: a\ndata: 1\nmore\ndata: 2\n\n",
    "an end that never comes": b"event: a\ndata: 1\n\nevent: b\ndata: 2\n",
}


def of_the_sdk(stream: bytes) -> list[tuple[str, str]]:
    events = [(event.event or "", event.data) for event in SSEDecoder().iter_bytes(iter([stream]))]
    return [event for event in events if any(event)]  # it gives one for every empty line behind an id


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_a_stream_gives_the_same_events_however_it_is_cut(stream: bytes) -> None:
    wanted = of_the_sdk(stream)
    cuts = [(first, second) for first in range(len(stream) + 1) for second in range(first, len(stream) + 1, 3)]
    for first, second in cuts:
        reader, found = EventReader(), []
        for piece in (stream[:first], stream[first:second], stream[second:]):
            found += reader.feed(piece)
        found += reader.end()
        assert [(name.decode(), data.decode()) for name, data in found] == wanted, (first, second)


def test_a_byte_order_mark_is_no_part_of_the_first_event() -> None:
    stream = b"\xef\xbb\xbfevent: a\ndata: 1\n\n"
    for cut in range(5):
        reader = EventReader()
        assert [*reader.feed(stream[:cut]), *reader.feed(stream[cut:])] == [(b"a", b"1")]
