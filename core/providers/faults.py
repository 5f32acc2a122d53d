"""Sorts what escapes the Anthropic SDK into what to do next.

The list of escapes (raw transport errors in mid-stream, an error event with status 200, an HTML page as answer) is
longer than the SDK's own error classes; whatever is not known here is retried as a fault of the service and logged
with its class.
"""

from __future__ import annotations

import errno
import json
import re
import socket
import ssl
from collections.abc import Mapping
from typing import Any

import anthropic
import httpx2

from core.providers.port import CallFailed, Limits, Next, Usage
from core.text.characters import whole_characters
from data.buckets import Told

_SPEND_CODES = frozenset({"contract_spend_limit_reached", "enforced_spend_limit_reached"})
_SECRET = re.compile(r"sk-[A-Za-z0-9_-]{6,}|Bearer\s+\S+", re.IGNORECASE)
# The type in an error body decides where the status does not (an SSE error event comes with status 200).
_BY_TYPE = {
    "overloaded_error": Next.RETRY,
    "api_error": Next.RETRY,
    "timeout_error": Next.RETRY,
    "rate_limit_error": Next.WAIT,
    "authentication_error": Next.STOP_JOB,
    "permission_error": Next.STOP_JOB,
    "billing_error": Next.STOP_JOB,
    "not_found_error": Next.STOP_JOB,
    "invalid_request_error": Next.FAIL_ROW,
    "request_too_large": Next.FAIL_ROW,
}
_BROKEN = re.compile(r"reset|closed|disconnect|broken|payload|read ?error|protocol|incomplete|eof")
_UNKNOWN_FIELD = 'If the server does not know these: set dialogue_effort = "" and dialogue_thinking = "".'
_RETRY_STATUS = frozenset({408, 500, 501, 502, 503, 504, 529})
_STOP_STATUS = frozenset({401, 402, 403, 404})


def redact(text: str, limit: int = 500) -> str:
    """Error text without anything that looks like a key, cut to `limit` characters."""
    clean = _SECRET.sub("[redacted]", " ".join(whole_characters(text).split()))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def limits_of(headers: Mapping[str, str] | None) -> Limits:
    """The service's limits per minute as its headers tell them."""

    def told(name: str) -> Told:
        limit, left = ((headers or {}).get(f"anthropic-ratelimit-{name}-{what}", "") for what in ("limit", "remaining"))
        return Told(float(limit) if limit.isdigit() else None, float(left) if left.isdigit() else None)

    return Limits(told("requests"), told("input-tokens"), told("output-tokens"))


def classify(error: BaseException, *, text: str = "", usage: Usage | None = None) -> CallFailed:
    """What a call's exception means. `text` and `usage` are what had arrived before it."""
    known: dict[str, Any] = {"text": text, "usage": usage, "cause": type(error).__name__}
    if isinstance(error, CallFailed):
        return error
    if isinstance(error, anthropic.APIStatusError):
        return _status(error, known)
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException | TimeoutError):
        return CallFailed("The service did not answer in time.", next_step=Next.RETRY, **known)
    if isinstance(error, anthropic.APIConnectionError | httpx2.TransportError | OSError):
        return CallFailed(
            f"The connection to the service failed: {_why_unreachable(error)}.",
            "Check the network and ANTHROPIC_BASE_URL.",
            next_step=Next.RETRY,
            **known,
        )
    if isinstance(error, json.JSONDecodeError | anthropic.APIResponseValidationError):
        return CallFailed(
            "The service answered with something that is no message.",
            "Check ANTHROPIC_BASE_URL.",
            next_step=Next.RETRY,
            **known,
        )
    return CallFailed(
        f"The call failed with {type(error).__name__}: {redact(str(error))}.", next_step=Next.RETRY, **known
    )


def _why_unreachable(error: BaseException) -> str:
    """What is wrong with the connection, in the words of someone who knows no sockets."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    said = " ".join(f"{type(link).__name__} {link}" for link in chain).lower()
    if any(isinstance(link, socket.gaierror) for link in chain) or "dns" in said or "getaddrinfo" in said:
        return "its address cannot be found, perhaps because there is no network"
    if any(isinstance(link, ssl.SSLError) for link in chain) or "certificate" in said:
        return "its certificate is not trusted, or the connection is not encrypted as it should be"
    numbers = {link.errno for link in chain if isinstance(link, OSError)}
    if numbers & {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}:
        return "there is no way to it, the network seems to be down"
    if errno.ECONNREFUSED in numbers or "refused" in said or "connect call failed" in said:
        return "nothing answers at its address"
    if "proxy" in said:
        return "the proxy does not let it through"
    return "it broke off" if _BROKEN.search(said) else "it could not be made"


def _status(error: anthropic.APIStatusError, known: dict[str, Any]) -> CallFailed:
    status = error.status_code
    body: dict[str, Any] = error.body if isinstance(error.body, dict) else {}
    nested = body.get("error")
    inner: dict[str, Any] = nested if isinstance(nested, dict) else body
    kind, said, code = (whole_characters(str(inner.get(key) or "")) for key in ("type", "message", "error_code"))
    code = error.error_code or code or str(body.get("error_code") or "")
    known |= {"request_id": whole_characters(error.request_id or ""), "limits": limits_of(error.response.headers)}
    if status != 200:
        known["status_code"] = status
    spoken = redact(said or error.message, 300).rstrip(".")
    if code in _SPEND_CODES or status == 402:
        return CallFailed(
            f"The account's spend limit is reached: {spoken}.",
            "Raise the limit with the provider, then resume the job.",
            next_step=Next.STOP_JOB,
            **known,
        )
    if status == 429 or (status == 200 and _BY_TYPE.get(kind) is Next.WAIT):
        return CallFailed(
            f"The service asks to slow down: {spoken}.",
            next_step=Next.WAIT,
            retry_after_s=_retry_after(error.response.headers),
            **known,
        )
    if status in (401, 403):
        return CallFailed(
            f"The service refuses the API key ({status}): {spoken}.",
            "Mend ANTHROPIC_API_KEY or the key file, then resume the job.",
            next_step=Next.STOP_JOB,
            **known,
        )
    if status == 404:
        return CallFailed(
            f"The service does not know the model or address: {spoken}.",
            "Go on with another model (brightrun jobs resume JOB --model NAME), or check ANTHROPIC_BASE_URL.",
            next_step=Next.STOP_JOB,
            **known,
        )
    if status == 200:
        step = _BY_TYPE.get(kind, Next.RETRY)
    elif status in _RETRY_STATUS or status >= 500:
        step = Next.RETRY
    else:
        step = Next.STOP_JOB if status in _STOP_STATUS else Next.FAIL_ROW
    return CallFailed(
        f"The service answered {status} {kind}: {spoken}.".replace(" :", ":"),
        _UNKNOWN_FIELD if status in (400, 422) and re.search(r"output_config|thinking|effort", spoken) else "",
        next_step=step,
        **known,
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the service says, at most ten minutes."""
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return min(600.0, max(0.0, float(headers[name]) * factor))
        except (KeyError, ValueError):
            continue
    return None
