"""Fills a JSON schema with the least that satisfies it, for requests that want structured output.

`answer` calls it. It honours types, enums, required fields and the ranges that it can see, also those that the SDK
moves into descriptions; it must not try to be clever about the meaning of a field.
"""

from __future__ import annotations

import json
import re
from typing import Any

_MOVED = re.compile(r"\{([^{}]*)\}\s*$")
_RANGE = re.compile(r"(minimum|maximum|exclusiveMinimum|exclusiveMaximum|minItems|minLength): (-?\d+(?:\.\d+)?)")
_FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "practice@example.com",
    "hostname": "example.com",
    "uri": "https://example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_MAX_DEPTH = 24


def fill(schema: dict[str, Any]) -> Any:
    """A value that satisfies the schema."""
    return _Filler(schema.get("$defs") or schema.get("definitions") or {}).value(schema, "value", 0)


def find_schema(text: str) -> dict[str, Any] | None:
    """The first JSON schema written out in a text, or None."""
    decoder = json.JSONDecoder()
    for match in re.finditer(r"\{", text):
        try:
            found, _ = decoder.raw_decode(text, match.start())
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("properties"), dict):
            return found
    return None


class _Filler:
    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions

    def value(self, schema: Any, name: str, depth: int) -> Any:
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return None
        if "$ref" in schema:
            return self.value(self._definitions.get(str(schema["$ref"]).rsplit("/", 1)[-1]), name, depth + 1)
        for key in ("const", "default"):
            if key in schema:
                return schema[key]
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                options = [o for o in schema[key] if not (isinstance(o, dict) and o.get("type") == "null")]
                return self.value(options[0] if options else None, name, depth + 1)
        if schema.get("allOf"):
            merged: dict[str, Any] = {}
            for part in schema["allOf"]:
                merged |= part if isinstance(part, dict) else {}
            return self.value(merged, name, depth + 1)
        return self._plain(schema, name, depth)

    def _plain(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((k for k in kind if k != "null"), "null")
        if kind == "object" or "properties" in schema:
            properties = schema.get("properties") or {}
            wanted = schema.get("required", list(properties))
            return {key: self.value(properties.get(key), key, depth + 1) for key in wanted}
        limits = _limits(schema)
        if kind == "array":
            size = max(int(limits.get("minItems", 1)), 0)
            return [self.value(schema.get("items"), name, depth + 1) for _ in range(size)]
        if kind in ("integer", "number"):
            return _number(limits, whole=kind == "integer")
        if kind == "boolean":
            return True
        return _text(schema, name, int(limits.get("minLength", 0))) if kind == "string" else None


def _limits(schema: dict[str, Any]) -> dict[str, float]:
    moved = _MOVED.search(str(schema.get("description", "")))
    limits = {key: float(value) for key, value in _RANGE.findall(moved[1])} if moved else {}
    names = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "minLength")
    return limits | {name: float(schema[name]) for name in names if isinstance(schema.get(name), int | float)}


def _number(limits: dict[str, float], *, whole: bool) -> int | float:
    low, high = limits.get("minimum"), limits.get("maximum")
    step = 1.0 if whole else 0.001
    if low is None and "exclusiveMinimum" in limits:
        low = limits["exclusiveMinimum"] + step
    if high is None and "exclusiveMaximum" in limits:
        high = limits["exclusiveMaximum"] - step
    if low is not None and high is not None:
        value = (low + high) / 2
    elif low is not None:
        value = low
    else:
        value = 1.0 if high is None else min(high, 1.0)
    return int(value) if whole else round(value, 3)


def _text(schema: dict[str, Any], name: str, least: int) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    text = f"practice {name.replace('_', ' ')}"
    while len(text) < least:
        text += " and more of it"
    return text
