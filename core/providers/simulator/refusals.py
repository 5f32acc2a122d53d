"""The requests that the simulator refuses, in the words and the order of the API.

The server calls these before it answers. They must refuse what the API refuses today, so that nobody practises with
parameters that the API took away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.providers.simulator.catalogue import MODELS

MAX_BODY_BYTES = 32 * 1024 * 1024
_GONE = ("temperature", "top_p", "top_k")
_NO_RANGES = frozenset({"minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems"})


class Refusal(Exception):  # noqa: N818 - it is an answer of the simulated API, no error of ours
    """An error answer of the API: status, error type and message."""

    def __init__(
        self, status: int, kind: str, message: str, *, error_code: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.error_code = error_code
        self.retry_after = retry_after

    def as_dict(self, request_id: str) -> dict[str, Any]:
        """The body of the answer."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.error_code:
            error["details"] = {"error_code": self.error_code}
        return {"type": "error", "error": error, "request_id": request_id}


def check_key(headers: Mapping[str, str]) -> None:
    """Any key will do, except none and one that starts with `wrong`."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    key = headers.get("x-api-key", "").strip() or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not key:
        raise Refusal(401, "authentication_error", "x-api-key header is required")
    if key.startswith("wrong"):
        raise Refusal(401, "authentication_error", "invalid x-api-key")


def read_body(raw: bytes) -> dict[str, Any]:
    """The request as a JSON object."""
    if len(raw) > MAX_BODY_BYTES:
        raise Refusal(413, "request_too_large", "Request exceeds the maximum allowed number of bytes.")
    try:
        body = json.loads(raw)
    except ValueError:
        raise _invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise _invalid("The request body must be a JSON object")
    return body


def check_request(body: dict[str, Any], *, counting: bool = False) -> None:
    """Refuse a request for a message (or, when counting, for a token count) as the API does."""
    model = body.get("model")
    if not model:
        raise _invalid("model: Field required")
    messages = body.get("messages")
    if messages is None:
        raise _invalid("messages: Field required")
    if not isinstance(messages, list) or not messages:
        raise _invalid("messages: at least one message is required")
    for number, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ("user", "assistant", "system"):
            raise _invalid(f"messages.{number}.role: Input should be 'user' or 'assistant'")
        if not message.get("content"):
            raise _invalid(f"messages.{number}: all messages must have non-empty content")
    if not counting:
        _check_max_tokens(body.get("max_tokens"))
    if model not in MODELS:
        raise Refusal(404, "not_found_error", f"model: {model}")
    _check_parameters(body, str(model))


def _check_max_tokens(value: object) -> None:
    if value is None:
        raise _invalid("max_tokens: Field required")
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _invalid("max_tokens: Input should be greater than or equal to 1")


def _check_parameters(body: dict[str, Any], model: str) -> None:
    for name in _GONE:
        if body.get(name) is not None:
            raise _invalid(f"{name}: this parameter is not supported by {model}")
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice.get("type") in ("any", "tool"):
        raise _invalid(f"tool_choice: forced tool use is not supported by {model}")
    wanted = body.get("output_config")
    form = wanted.get("format") if isinstance(wanted, dict) else None
    if isinstance(form, dict):
        _check_form(form.get("schema"), "output_config.format.schema")
    thinking = body.get("thinking")
    if isinstance(thinking, dict) and thinking.get("type") == "disabled" and model.endswith("-5-5"):
        raise _invalid(f"thinking.type: 'disabled' is not supported by {model}")


def _check_form(value: object, place: str) -> None:
    """Structured output knows no ranges, and every object says that it is closed: other schemas are refused."""
    if isinstance(value, list):
        for number, entry in enumerate(value):
            _check_form(entry, f"{place}.{number}")
    if not isinstance(value, dict):
        return
    if unknown := sorted(_NO_RANGES & set(value)):
        raise _invalid(f"{place}: For '{value.get('type')}' type, properties {', '.join(unknown)} are not supported")
    if value.get("type") == "object" and value.get("additionalProperties") is not False:
        raise _invalid(f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false")
    for key, entry in value.items():
        if key in ("properties", "$defs"):  # here the keys are names
            for name, part in entry.items() if isinstance(entry, dict) else ():
                _check_form(part, f"{place}.{key}.{name}")
        elif key not in ("enum", "const", "default"):
            _check_form(entry, f"{place}.{key}")


def _invalid(message: str) -> Refusal:
    return Refusal(400, "invalid_request_error", message)
