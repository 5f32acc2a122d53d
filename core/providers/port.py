"""What the pipeline asks of a model's service, and how a call can fail. No SDK here: screens may import it.

A failure says what to do next: try again, wait as told, give up the row, or stop the whole job.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from core.errors import ProviderError
from data.buckets import SILENT, Told


@dataclass(frozen=True)
class Request:
    """One call: the cacheable system part, what changes, and the frozen settings of the job."""

    model: str
    system: str
    user: str
    max_tokens: int
    effort: str = ""
    thinking: str = ""
    schema: str = ""  # a JSON schema as text: the answer is asked for as structured output of this form


@dataclass(frozen=True)
class Usage:
    """Tokens as the service billed them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0

    @property
    def any(self) -> bool:
        """Whether anything was billed at all."""
        return bool(
            self.input_tokens or self.output_tokens or self.cache_creation_input_tokens or self.cache_read_input_tokens
        )


@dataclass(frozen=True)
class Limits:
    """What the response headers tell of the service's own limits; None where they do not."""

    requests: Told = SILENT
    input_tokens: Told = SILENT
    output_tokens: Told = SILENT

    @property
    def any(self) -> bool:
        """Whether the headers said anything."""
        return any(told != SILENT for told in (self.requests, self.input_tokens, self.output_tokens))


@dataclass(frozen=True)
class Reply:
    """A call's whole answer. `stop_reason` None means that the stream broke without an error."""

    text: str
    stop_reason: str | None
    model: str
    usage: Usage
    request_id: str = ""
    limits: Limits = field(default_factory=Limits)


class Next(Enum):
    """What a failure asks for."""

    RETRY = "retry"  # back off and try again; uses up an attempt
    WAIT = "wait"  # a rate limit: wait as told, uses up no attempt
    FAIL_ROW = "fail_row"
    STOP_JOB = "stop_job"


class CallFailed(ProviderError):  # noqa: N818  reads as what happened
    """A call that gave no usable answer, with everything that was learnt and billed before it failed."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        next_step: Next,
        status_code: int | None = None,
        request_id: str = "",
        retry_after_s: float | None = None,
        cause: str = "",
        text: str = "",
        stop_reason: str = "",
        usage: Usage | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.next_step = next_step
        self.status_code = status_code
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.cause = cause or type(self).__name__
        self.text = text
        self.stop_reason = stop_reason
        self.usage = usage or Usage()
        self.limits = limits or Limits()

    @property
    def is_of_service(self) -> bool:
        """Whether the service failed, so that another row would have fared no better."""
        return self.next_step in (Next.RETRY, Next.WAIT) and (self.stop_reason == "" or self.next_step is Next.WAIT)


class Provider(Protocol):
    """A model's service as the pipeline sees it."""

    async def stream(self, request: Request, on_text: Callable[[str], None], *, timeout: float) -> Reply:
        """Make one call and hand out text as it comes. Raises CallFailed; never retries by itself."""

    async def count_tokens(self, request: Request, *, timeout: float) -> int:
        """The input tokens of a request, counted by the service; costs nothing. Raises CallFailed."""

    async def close(self) -> None:
        """Give back connections."""
