"""The local endpoint of `bench/engine.py`: streams the same answer to every call after a latency, and notes each call.

A process of its own, so that its work is nobody else's; `endpoint` starts it and gives its address.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

PARTS = 10  # in which an answer comes
USER = "I feel a bit silly asking this, but every time the benefits e-mail comes I close it. My wife is due in April. "
ADVISOR = "You are not silly at all. What I hear is someone who cares a lot about getting this right for his family. "
MODEL = "claude-sonnet-5-5"


def answer() -> bytes:
    """The events of one streamed answer: a dialogue of four turns in 40 pieces."""
    turn = f"<turn><user>{USER * 2}</user><advisor>{ADVISOR * 5}How does that sound?</advisor></turn>\n"
    text = turn * 4
    step = len(text) // 40 + 1
    usage = {"input_tokens": 1500, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    message: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": MODEL}
    message |= {"stop_reason": None, "stop_sequence": None, "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    for start in range(0, len(text), step):
        delta = {"type": "text_delta", "text": text[start : start + step]}
        events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events.append({"type": "content_block_stop", "index": 0})
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    events.append({"type": "message_delta", "delta": end, "usage": {"output_tokens": 1100}})
    events.append({"type": "message_stop"})
    return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events)


class Endpoint(asyncio.Protocol):
    """One connection: reads requests, answers each after the latency, and notes when it came and for which row."""

    latency = 0.2
    per_second = 0  # 0: no limit; else so many in any second, the next one is refused
    seen: ClassVar[deque[float]] = deque()
    log: Any = None
    body = answer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, b""
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (head := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = 0
            for line in self.buffer[:head].split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if len(self.buffer) < head + 4 + length:
                return
            body, self.buffer = self.buffer[head + 4 : head + 4 + length], self.buffer[head + 4 + length :]
            self.take(body)

    def take(self, body: bytes) -> None:
        now, cls = time.monotonic(), type(self)
        while cls.seen and cls.seen[0] <= now - 1:
            cls.seen.popleft()
        refused = bool(cls.per_second) and len(cls.seen) >= cls.per_second
        if not refused:
            cls.seen.append(now)
        start = body.find(b"BENCHROW")
        row = body[start : start + 14].decode("ascii", "replace") if start >= 0 else ""
        cls.log.write(f"{time.time():.4f} {429 if refused else 200} {row}\n")
        loop = asyncio.get_running_loop()
        if refused:
            self.refuse()
        else:
            loop.call_later(self.latency / 2, self.give)

    def headers(self, status: str, kind: str, length: int, more: str = "") -> bytes:
        limit = self.per_second * 60 or 1_000_000
        left = limit - len(self.seen) if not self.per_second else max(0, self.per_second - len(self.seen))
        told = f"anthropic-ratelimit-requests-limit: {limit}\r\nanthropic-ratelimit-requests-remaining: {left}\r\n"
        return (
            f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nrequest-id: req_1\r\n"
            f"{told}{more}\r\n"
        ).encode()

    def give(self, part: int = 0) -> None:
        """Stream the answer over the second half of the latency."""
        if self.transport.is_closing():
            return
        step = len(self.body) // PARTS + 1
        head = self.headers("200 OK", "text/event-stream; charset=utf-8", len(self.body)) if not part else b""
        self.transport.write(head + self.body[part * step : (part + 1) * step])  # type: ignore[attr-defined]
        if part + 1 < PARTS:
            asyncio.get_running_loop().call_later(self.latency / 2 / (PARTS - 1), self.give, part + 1)

    def refuse(self) -> None:
        error = {"type": "error", "error": {"type": "rate_limit_error", "message": "Too many requests."}}
        body = json.dumps(error).encode()
        head = self.headers("429 Too Many Requests", "application/json", len(body), "retry-after: 1\r\n")
        self.transport.write(head + body)  # type: ignore[attr-defined]


def run_endpoint(latency: float, per_second: int, log: str) -> None:
    """Serve until killed; the port is the first line of stdout."""

    async def serve() -> None:
        Endpoint.latency, Endpoint.per_second = latency, per_second
        Endpoint.log = Path(log).open("a", buffering=1, encoding="ascii")  # noqa: ASYNC230, SIM115  while it serves
        server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", 0, backlog=1024)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def endpoint(latency: float, per_second: int, log: Path) -> Iterator[str]:
    """The endpoint in a process of its own, and its address."""
    command = [sys.executable, __file__, str(latency), str(per_second), str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


if __name__ == "__main__":
    run_endpoint(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
