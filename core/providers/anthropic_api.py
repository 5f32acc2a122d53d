"""The Anthropic Messages API through its own SDK, streaming, with the SDK's retries off.

Used by the worker only: importing the SDK costs more than the whole terminal app. The simulator is reached through this
same class, at its local address.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import anthropic
import httpx2
import orjson

from core.providers.events import EventReader
from core.providers.faults import classify, limits_of, redact
from core.providers.port import CallFailed, Next, Reply, Request, Usage
from core.text.characters import held_back, whole_characters

_MESSAGES = "/v1/messages"
ALARM_STEP = 0.02  # of the longest silence: the alarm is set anew no finer than this, not at every word


class AsyncAnthropic(anthropic.AsyncAnthropic):  # by this name it calls itself to the service
    """The SDK's client. Address and headers of a message are the same every time, so the SDK makes them up once.

    That is most of what it computes for a request. `_build_request` is the SDK's own affair and may change with any
    release: constraints.txt pins the one this was written for, and a test compares whole requests with the plain SDK's.
    """

    _sample: httpx2.Request | None = None

    def _build_request(self, options: Any, *, retries_taken: int = 0) -> httpx2.Request:
        """A request; messages, which this module asks for with parameters alone, after the first one's pattern."""
        if options.url != _MESSAGES or options.params or options.files or options.content or options.extra_json:
            return super()._build_request(options, retries_taken=retries_taken)
        try:
            content = orjson.dumps(options.json_data)
        except TypeError:  # what only the SDK can write, or say why it cannot
            return super()._build_request(options, retries_taken=retries_taken)
        known = self._sample
        if known is None:
            known = self._sample = super()._build_request(options, retries_taken=retries_taken)
        headers = [pair for pair in known.headers.raw if pair[0].lower() != b"content-length"]
        return httpx2.Request(known.method, known.url, headers=headers, content=content, extensions=known.extensions)


class AnthropicProvider:
    """A client for one key and address. Close it when done."""

    def __init__(self, key: str, base_url: str = "") -> None:
        self._client = AsyncAnthropic(
            api_key=key,
            base_url=base_url or None,
            max_retries=0,  # tenacity retries, by kind of failure, and every attempt is logged
            open_telemetry=False,
            # What goes to this machine itself (practice, a local server) is never sent through a proxy.
            http_client=anthropic.DefaultAioHttpClient(trust_env=not _is_local(base_url)),
        )

    async def close(self) -> None:
        """Give back connections."""
        await self._client.close()

    async def stream(self, request: Request, on_text: Callable[[str], None], *, timeout: float) -> Reply:
        """Make one streamed call; `timeout` is the longest silence in seconds. Raises CallFailed."""
        state = _Stream()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout) as alarm:

                def heard() -> None:
                    until = loop.time() + timeout
                    if until - (alarm.when() or 0.0) > timeout * ALARM_STEP:
                        alarm.reschedule(until)

                raw = await self._client.messages.with_raw_response.create(**_parameters(request))
                headers = dict(raw.headers.items())  # which looks through all of them at each question
                state.request_id = whole_characters(headers.get("request-id", ""))
                state.limits = limits_of(headers)
                try:
                    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
                    await self._read(raw, kind, state, on_text, heard)
                finally:
                    await raw.close()
        except asyncio.CancelledError as error:
            # What had come by then is billed all the same: whoever breaks a call off learns it here.
            raise error from CallFailed(
                "The call was broken off.",
                next_step=Next.FAIL_ROW,
                text="".join(state.pieces),
                usage=state.usage,
                request_id=state.request_id,
                limits=state.limits,
            )
        except Exception as error:
            failure = classify(error, text="".join(state.pieces), usage=state.usage)
            failure.request_id = failure.request_id or state.request_id
            raise failure from error
        return Reply(
            "".join(state.pieces),
            state.stop_reason,
            state.model or request.model,
            state.usage,
            state.request_id,
            state.limits,
        )

    async def count_tokens(self, request: Request, *, timeout: float) -> int:
        """The input tokens of a request, counted by the service. Raises CallFailed."""
        parameters = _parameters(request)
        for name in ("max_tokens", "stream"):  # of a message only
            del parameters[name]
        try:
            counted = await self._client.messages.count_tokens(**parameters, timeout=timeout)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise classify(error) from error
        tokens = getattr(counted, "input_tokens", None)
        if not isinstance(tokens, int):
            raise _no_message("no count")
        return tokens

    async def _read(
        self, raw: Any, kind: str, state: _Stream, on_text: Callable[[str], None], heard: Callable[[], None]
    ) -> None:
        """Take in the whole answer, in whatever form it comes."""
        if kind == "application/json":  # a compatible server that knows no streams
            on_text(state.take_whole(await raw.json()))
            return
        if kind == "text/html":
            raise _no_message("a web page")
        # The events as they are on the wire: the SDK's models of them would cost half of a call's CPU.
        response, reader = raw.http_response, EventReader()
        async for piece in response.aiter_bytes():
            heard()
            self._take(reader.feed(piece), response, state, on_text)
        self._take(reader.end(), response, state, on_text)
        if not state.model and not state.pieces and state.stop_reason is None:
            raise _no_message("nothing at all")

    def _take(
        self, events: list[tuple[bytes, bytes]], response: Any, state: _Stream, on_text: Callable[[str], None]
    ) -> None:
        """Note the events that came together, and hand out the text they brought."""
        said = ""
        try:
            for name, data in events:
                if name == b"error":
                    raise _error_event(data.decode("utf-8", "replace"), response)
                if name and data and name != b"ping":
                    said += state.take(_tree_of(data))
        finally:
            if said:
                on_text(said)


def _tree_of(data: bytes) -> Any:
    """The JSON of an event, with whatever Python's own reader takes and the fast one does not."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data.decode("utf-8"))


def _error_event(data: str, response: Any) -> anthropic.APIStatusError:
    """What the SDK raises for an error in mid-stream: its body says what it is, the status is 200."""
    try:
        body: object = json.loads(data)
    except ValueError:
        body = data
    return anthropic.APIStatusError(str(body) or "error", response=response, body=body)


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _no_message(what: str) -> CallFailed:
    return CallFailed(
        f"The service answered with {what} instead of a message.",
        "Check ANTHROPIC_BASE_URL.",
        next_step=Next.RETRY,
        cause="NoMessage",
    )


def _parameters(request: Request) -> dict[str, Any]:
    """The call as the SDK takes it. No temperature: the API took it away."""
    parameters: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "stream": True,
        "system": [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral", "ttl": "5m"}}],
        "messages": [{"role": "user", "content": request.user}],
    }
    output: dict[str, Any] = {"effort": request.effort} if request.effort else {}
    if request.schema:
        output["format"] = {"type": "json_schema", "schema": _form(request.schema)}
    if output:
        parameters["output_config"] = output
    if request.thinking:
        parameters["thinking"] = {"type": request.thinking}
    return parameters


@lru_cache(maxsize=32)
def _form(schema: str) -> dict[str, Any]:
    """The schema as the API takes it: ranges and lengths move into descriptions, so the caller must check them."""
    return anthropic.transform_schema(json.loads(schema))


class _Stream:
    """What has come so far of one answer."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.stop_reason: str | None = None
        self.model = ""
        self.usage = Usage()
        self.request_id = ""
        self.limits = limits_of(None)
        self._half = ""  # of a character that a server cut between two pieces

    def take_whole(self, message: Any) -> str:
        """Note an answer that came in one piece; gives its text. Raises CallFailed when it is no message."""
        found: dict[str, Any] = message if isinstance(message, dict) else {}
        error = found.get("error")
        if error:
            said = error.get("message") if isinstance(error, dict) else error
            raise _no_message(f"an error ({redact(str(said), 300).rstrip('.')})")
        content = found.get("content")
        if not isinstance(content, list):
            raise _no_message("some other JSON")
        texts = [str(b.get("text") or "") for b in content if isinstance(b, dict) and b.get("type") == "text"]
        self.pieces = [whole_characters("".join(texts))]
        self.model = _word(found.get("model"))
        self.stop_reason = _word(found.get("stop_reason")) or None
        self.usage = _usage(found.get("usage"), self.usage)
        return "".join(self.pieces)

    def take(self, event: Any) -> str:
        """Note an event; gives the text it brought."""
        if not isinstance(event, dict):
            return ""
        kind = event.get("type")
        if kind == "content_block_delta":  # nearly all of them
            delta = event.get("delta")
            if not isinstance(delta, dict) or delta.get("type") != "text_delta":
                return ""
            return self._add(delta.get("text"))
        if kind == "message_start":
            message = _tree(event, "message")
            self.model = _word(message.get("model"))
            self.usage = _usage(message.get("usage"), Usage())
        elif kind == "content_block_start":
            block = _tree(event, "content_block")
            return self._add(block.get("text")) if block.get("type") == "text" else ""
        elif kind == "message_delta":
            self.stop_reason = _word(_tree(event, "delta").get("stop_reason")) or self.stop_reason
            self.usage = _usage(event.get("usage"), self.usage)
        return ""

    def _add(self, text: object) -> str:
        if not isinstance(text, str) or not text:
            return ""
        if not self._half and text.isascii():  # no half of any character
            self.pieces.append(text)
            return text
        said = self._half + text
        self._half = held_back(said)
        said = whole_characters(said.removesuffix(self._half))
        self.pieces.append(said)
        return said


def _tree(event: dict[str, Any], name: str) -> dict[str, Any]:
    """The object at a place of an event, or an empty one: servers that only resemble the API leave things out."""
    found = event.get(name)
    return found if isinstance(found, dict) else {}


def _word(said: object) -> str:
    """A name that a server gives, as text that can be stored."""
    return whole_characters(str(said or ""))


def _usage(said: Any, before: Usage) -> Usage:
    """Usage is cumulative; what an event leaves out keeps its former value."""

    def figure(name: str) -> int:
        value = said.get(name) if isinstance(said, dict) else None
        return max(0, int(value)) if isinstance(value, int | float) else int(getattr(before, name))

    return Usage(
        figure("input_tokens"),
        figure("output_tokens"),
        figure("cache_creation_input_tokens"),
        figure("cache_read_input_tokens"),
    )
