"""The Anthropic Messages API through its own SDK, streaming, with the SDK's retries off.

Used by the worker only: importing the SDK costs more than the whole terminal app. The simulator is reached through this
same class, at its local address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import anthropic

from core.providers.faults import classify, limits_of
from core.providers.port import CallFailed, Next, Reply, Request, Usage


class AnthropicProvider:
    """A client for one key and address. Close it when done."""

    def __init__(self, key: str, base_url: str = "") -> None:
        self._client = anthropic.AsyncAnthropic(
            api_key=key,
            base_url=base_url or None,
            max_retries=0,  # tenacity retries, by kind of failure, and every attempt is logged
            open_telemetry=False,
            http_client=anthropic.DefaultAioHttpClient(),
        )

    async def close(self) -> None:
        """Give back connections."""
        await self._client.close()

    async def stream(self, request: Request, on_text: Callable[[str], None], *, timeout: float) -> Reply:
        """Make one streamed call; `timeout` is the longest silence in seconds. Raises CallFailed."""
        state = _Stream()
        try:
            async with asyncio.timeout(timeout) as alarm:
                raw = await self._client.messages.with_raw_response.create(**_parameters(request))
                state.request_id = raw.request_id or raw.headers.get("request-id", "") or ""
                state.limits = limits_of(raw.headers)
                stream = await raw.parse()
                if not hasattr(stream, "__aiter__"):
                    raise CallFailed(
                        "The service answered with something that is no stream.",
                        "Check ANTHROPIC_BASE_URL.",
                        next_step=Next.RETRY,
                        cause="NoStream",
                    )
                loop = asyncio.get_running_loop()
                async for event in stream:
                    alarm.reschedule(loop.time() + timeout)
                    piece = state.take(event)
                    if piece:
                        on_text(piece)
        except asyncio.CancelledError:
            raise
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


def _parameters(request: Request) -> dict[str, Any]:
    """The call as the SDK takes it. No temperature: the API took it away."""
    parameters: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "stream": True,
        "system": [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral", "ttl": "5m"}}],
        "messages": [{"role": "user", "content": request.user}],
    }
    if request.effort:
        parameters["output_config"] = {"effort": request.effort}
    if request.thinking:
        parameters["thinking"] = {"type": request.thinking}
    return parameters


class _Stream:
    """What has come so far of one answer."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.stop_reason: str | None = None
        self.model = ""
        self.usage = Usage()
        self.request_id = ""
        self.limits = limits_of(None)

    def take(self, event: Any) -> str:
        """Note an event; gives the text it brought."""
        kind = getattr(event, "type", "")
        if kind == "message_start":
            self.model = event.message.model
            self.usage = _usage(event.message.usage, Usage())
        elif kind == "content_block_delta" and getattr(event.delta, "type", "") == "text_delta":
            self.pieces.append(event.delta.text)
            return str(event.delta.text)
        elif kind == "content_block_start" and getattr(event.content_block, "type", "") == "text":
            text = str(getattr(event.content_block, "text", "") or "")
            if text:
                self.pieces.append(text)
            return text
        elif kind == "message_delta":
            self.stop_reason = event.delta.stop_reason or self.stop_reason
            self.usage = _usage(event.usage, self.usage)
        return ""


def _usage(said: Any, before: Usage) -> Usage:
    """Usage is cumulative; what an event leaves out keeps its former value."""

    def figure(name: str) -> int:
        value = getattr(said, name, None)
        return int(value) if value is not None else int(getattr(before, name))

    return Usage(
        figure("input_tokens"),
        figure("output_tokens"),
        figure("cache_creation_input_tokens"),
        figure("cache_read_input_tokens"),
    )
