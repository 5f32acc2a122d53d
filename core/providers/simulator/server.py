"""The simulator itself: a local HTTP endpoint that the real SDK takes for the Messages API.

The simulated provider and the tests run it as a context manager and give its `base_url` to the SDK. It listens on
127.0.0.1 only, never calls out, and keeps nothing after it is closed.
"""

from __future__ import annotations

import asyncio
import math
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from types import TracebackType

from aiohttp import web

from core.providers.simulator.answer import write_answer
from core.providers.simulator.catalogue import MODELS, model_info, model_list
from core.providers.simulator.faults import STATUS_KINDS, Faults
from core.providers.simulator.limits import RateLimits
from core.providers.simulator.refusals import Refusal, check_key, check_request, read_body
from core.providers.simulator.usage import PromptCache, input_tokens
from core.providers.simulator.wire import Reply, event

FIRST_DELTA_SECONDS = 0.15
SECONDS_PER_CHAR = 0.0004
MAX_STREAM_SECONDS = 1.85
_SLOW = 5
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: close() sends RST instead of FIN
_SPEND_CODES = {"429_spend": "enforced_spend_limit_reached", "429_contract": "contract_spend_limit_reached"}
_FALSE_ANSWERS = {
    "empty_200": ("application/json", ""),
    "garbage_200": ("application/json", '{"type": "mess'),
    "html_200": ("text/html", "<html><body><h1>Welcome to the network</h1></body></html>"),
}

_Inner = Callable[[web.Request, str], Awaitable[web.StreamResponse]]
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Simulator:
    """A practice endpoint; `pace` 1.0 streams a conversation in about two seconds, 0 answers at once.

    A fault keeps its rhythm with the pace: the retry-after of a 429 fault is two seconds at pace 1 and zero at pace 0.
    """

    def __init__(
        self, *, pace: float = 1.0, faults: Faults | None = None, requests_per_minute: int = 4000, seed: int = 0
    ) -> None:
        self.on_request: Callable[[bytes], None] | None = None  # hears the body of every call before it is answered
        self.base_url = ""
        self.calls = 0
        self._pace = max(pace, 0.0)
        self._faults = faults or Faults()
        self._seed = seed
        self._limits = RateLimits(requests_per_minute)
        self._cache = PromptCache()
        self._requests = 0
        self._started = 0.0
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Simulator:
        app = web.Application(client_max_size=0)  # too large a body is refused in the API's words instead
        app.router.add_post("/v1/messages", self._answer_errors(self._messages))
        app.router.add_post("/v1/messages/count_tokens", self._answer_errors(self._count_tokens))
        app.router.add_get("/v1/models", self._answer_errors(self._models))
        app.router.add_get("/v1/models/{model}", self._answer_errors(self._model))
        app.router.add_route("*", "/{path:.*}", self._answer_errors(self._nowhere))
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        self._started = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def _answer_errors(self, inner: _Inner) -> _Handler:
        """Give every request its id, check its key and turn refusals into the API's error bodies."""

        async def handle(request: web.Request) -> web.StreamResponse:
            self._requests += 1
            self.calls += request.path == "/v1/messages"
            request_id = f"req_sim_{self._requests:012d}"
            try:
                check_key(request.headers)
                return await inner(request, request_id)
            except Refusal as refusal:
                headers = self._headers(request_id)
                if refusal.retry_after is not None:
                    headers["retry-after"] = str(refusal.retry_after)
                return web.json_response(refusal.as_dict(request_id), status=refusal.status, headers=headers)

        return handle

    def _headers(self, request_id: str) -> dict[str, str]:
        return {"request-id": request_id, **self._limits.headers()}

    async def _messages(self, request: web.Request, request_id: str) -> web.StreamResponse:
        position, now = self.calls, time.monotonic()
        raw = await request.read()
        if self.on_request is not None:
            self.on_request(raw)
        fault = self._faults.choose(raw, position=position, elapsed=now - self._started, seed=self._seed)
        if fault == "connection":
            return _reset(request)
        if fault in STATUS_KINDS:
            raise self._status_fault(fault)
        if wait := self._limits.admit(now):
            raise Refusal(429, *STATUS_KINDS["429"][1:], retry_after=wait)
        body = read_body(raw)
        check_request(body)
        streamed = body.get("stream") is True
        if fault in _FALSE_ANSWERS:
            return self._false_answer(fault, request_id, streamed=streamed)
        answer = write_answer(body, fault)
        usage = self._cache.usage(body, now)
        self._limits.spend(usage.plain + usage.created, answer.tokens, now)
        reply = Reply(f"msg_sim_{position:012d}", body["model"], answer, usage)
        return await (self._stream if streamed else self._plain)(request, request_id, reply, fault)

    def _status_fault(self, fault: str) -> Refusal:
        status, kind, message = STATUS_KINDS[fault]
        if fault in _SPEND_CODES:
            return Refusal(status, kind, message, error_code=_SPEND_CODES[fault])
        return Refusal(status, kind, message, retry_after=math.ceil(2 * self._pace) if fault == "429" else None)

    def _false_answer(self, fault: str, request_id: str, *, streamed: bool) -> web.Response:
        """Status 200 and yet no message: what proxies and broken servers send."""
        content_type, text = _FALSE_ANSWERS[fault]
        if streamed and fault != "html_200":
            content_type, text = "text/event-stream", f"event: message_start\ndata: {text}\n\n" if text else ""
        return web.Response(text=text, content_type=content_type, headers=self._headers(request_id))

    async def _plain(
        self, request: web.Request, request_id: str, reply: Reply, fault: str | None
    ) -> web.StreamResponse:
        if fault == "sse_error":
            raise self._status_fault("529")
        await self._sleep(self._duration(reply, fault))
        if fault not in ("reset", "stall", "cut"):
            return web.json_response(reply.message(), headers=self._headers(request_id))
        whole = web.json_response(reply.message()).body
        half = bytes(whole)[: len(whole) // 2] if isinstance(whole, bytes | bytearray) else b""
        response = await self._prepared(request, request_id, "application/json")
        await response.write(half)
        return await self._broken(request, response, fault)

    async def _stream(
        self, request: web.Request, request_id: str, reply: Reply, fault: str | None
    ) -> web.StreamResponse:
        response = await self._prepared(request, request_id, "text/event-stream")
        pieces = reply.deltas()
        if breaks := fault in ("reset", "stall", "cut", "sse_error"):
            pieces = pieces[: max(len(pieces) // 2, 1)]
        await self._send(response, reply, pieces, fault)
        if fault == "sse_error":
            error = {"type": "overloaded_error", "message": "Overloaded"}
            await response.write(event("error", {"error": error, "request_id": request_id}))
        elif breaks and fault:
            return await self._broken(request, response, fault)
        else:
            await response.write(reply.closing())
        await response.write_eof()
        return response

    async def _send(self, response: web.StreamResponse, reply: Reply, pieces: list[bytes], fault: str | None) -> None:
        if not self._pace:
            await response.write(reply.opening() + b"".join(pieces))
            return
        begin = asyncio.get_running_loop().time()
        await response.write(reply.opening())
        first = FIRST_DELTA_SECONDS * self._pace * (_SLOW if fault == "slow" else 1)
        step = (self._duration(reply, fault) - first) / max(len(reply.deltas()), 1)
        for number, piece in enumerate(pieces):  # against the clock, so that late wake-ups do not add up
            await self._sleep(begin + first + number * step - asyncio.get_running_loop().time())
            await response.write(piece)

    async def _prepared(self, request: web.Request, request_id: str, content_type: str) -> web.StreamResponse:
        headers = {**self._headers(request_id), "content-type": content_type, "cache-control": "no-cache"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        return response

    async def _broken(self, request: web.Request, response: web.StreamResponse, fault: str) -> web.StreamResponse:
        if fault == "reset":
            await asyncio.sleep(0.02)  # let the client read what came before: a reset discards it
            _reset(request)
        elif fault == "stall":
            await self._closing.wait()  # a client that gives up cancels this
        else:
            await response.write_eof()
        return response

    def _duration(self, reply: Reply, fault: str | None) -> float:
        seconds = FIRST_DELTA_SECONDS + min(len(reply.answer.text) * SECONDS_PER_CHAR, MAX_STREAM_SECONDS)
        return seconds * self._pace * (_SLOW if fault == "slow" else 1)

    async def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _count_tokens(self, request: web.Request, request_id: str) -> web.StreamResponse:
        body = read_body(await request.read())
        check_request(body, counting=True)
        return web.json_response({"input_tokens": input_tokens(body)}, headers=self._headers(request_id))

    async def _models(self, _request: web.Request, request_id: str) -> web.StreamResponse:
        return web.json_response(model_list(), headers=self._headers(request_id))

    async def _model(self, request: web.Request, request_id: str) -> web.StreamResponse:
        model = request.match_info["model"]
        if model not in MODELS:
            raise Refusal(404, "not_found_error", f"model: {model}")
        return web.json_response(model_info(model), headers=self._headers(request_id))

    async def _nowhere(self, _request: web.Request, _request_id: str) -> web.StreamResponse:
        raise Refusal(404, "not_found_error", "Not found")


def _reset(request: web.Request) -> web.Response:
    """Break the connection at once, as a crashed server does."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    return web.Response()
