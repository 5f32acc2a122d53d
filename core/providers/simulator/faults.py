"""Which request to the simulator goes wrong, and how.

`Faults.parse` reads the short text that settings and tests write; the server asks `choose` once per request. Choices
are deterministic: the same requests in any order meet the same rate faults, and a retry of a request draws anew.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from core.errors import SettingsError

STATUS_KINDS = {
    "400": (400, "invalid_request_error", "messages: the simulator was asked to refuse this request"),
    "401": (401, "authentication_error", "invalid x-api-key"),
    "402": (402, "billing_error", "Your credit balance is too low to access the API."),
    "403": (403, "permission_error", "Your API key does not have permission to use this resource."),
    "404": (404, "not_found_error", "The requested resource could not be found."),
    "408": (408, "timeout_error", "Request timed out."),
    "409": (409, "conflict_error", "The request conflicts with another one."),
    "413": (413, "request_too_large", "Request exceeds the maximum allowed number of bytes."),
    "422": (422, "invalid_request_error", "The request was well-formed but could not be processed."),
    "429": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "429_spend": (429, "rate_limit_error", "Your organization has reached its monthly API usage limit."),
    "429_contract": (429, "rate_limit_error", "Your organization has reached the spend limit of its contract."),
    "500": (500, "api_error", "Internal server error"),
    "501": (501, "api_error", "Not implemented"),
    "503": (503, "api_error", "Service temporarily unavailable"),
    "504": (504, "timeout_error", "Gateway timeout"),
    "529": (529, "overloaded_error", "Overloaded"),
}
WIRE_KINDS = ("connection", "reset", "stall", "slow", "cut", "sse_error", "empty_200", "garbage_200", "html_200")
CONTENT_KINDS = ("truncated", "refusal", "untagged", "unclosed", "json_in_text", "wrong_turns")
JSON_KINDS = ("bad_json", "wrong_schema", "missing_sentences", "invented_quote")  # a dialogue stays whole with these
KINDS = (*STATUS_KINDS, *WIRE_KINDS, *CONTENT_KINDS, *JSON_KINDS)

_PART = re.compile(r'((?:[^,"]|"[^"]*"?)+)')
_SPEC = re.compile(r"(?P<kind>[a-z0-9_]+)\s*(?P<mark>[:@])\s*(?P<rest>.+)", re.DOTALL)
_POSITION = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d+))?")
_WINDOW = re.compile(r"t=(?P<start>\d+(?:\.\d+)?)\.\.(?P<end>\d+(?:\.\d+)?)")
_KEY = re.compile(r'key=(?P<quote>"?)(?P<text>.+?)(?P=quote)(?:\*(?P<times>\d+))?', re.DOTALL)
_HINT = "Write for example 429:0.05, slow@3, cut@1-5, 500@key=HSA*2 or 529@t=0..5."


@dataclass(frozen=True)
class Fault:
    """One kind of fault with the one trigger that sets it off."""

    kind: str
    trigger: Literal["rate", "position", "key", "window"]
    rate: float = 0.0
    first: int = 0
    last: int = 0
    key: str = ""
    times: int | None = None
    start: float = 0.0
    end: float = 0.0


@dataclass
class Faults:
    """The faults of one simulator, with the memory that its triggers need."""

    faults: tuple[Fault, ...] = ()
    _seen: Counter[str] = field(default_factory=Counter, repr=False)
    _key_hits: Counter[int] = field(default_factory=Counter, repr=False)

    @classmethod
    def parse(cls, text: str) -> Faults:
        """Read `kind:RATE`, `kind@N`, `kind@N-M`, `kind@key=TEXT[*TIMES]` and `kind@t=FROM..TO`, split by commas.

        A key that contains a comma stands in double quotes. Where several faults meet, the first one written wins.
        """
        return cls(tuple(_fault(part) for part in _parts(text)))

    def choose(self, body: bytes, *, position: int, elapsed: float, seed: int) -> str | None:
        """The kind of fault that this request meets, or None.

        `position` counts requests from 1, `elapsed` is the number of seconds since the simulator started.
        """
        if not self.faults:
            return None
        digest = hashlib.sha256(body).hexdigest()
        self._seen[digest] += 1
        draws = random.Random(f"{seed}:{digest}:{self._seen[digest]}")
        text = _readable(body) if any(f.trigger == "key" for f in self.faults) else ""
        chosen: str | None = None
        for number, fault in enumerate(self.faults):  # every trigger counts on, also after one was chosen
            met = self._met(number, fault, text, draws.random(), position, elapsed)
            chosen = chosen or (fault.kind if met else None)
        return chosen

    def _met(self, number: int, fault: Fault, text: str, draw: float, position: int, elapsed: float) -> bool:
        if fault.trigger == "rate":
            return draw < fault.rate
        if fault.trigger == "position":
            return fault.first <= position <= fault.last
        if fault.trigger == "window":
            return fault.start <= elapsed < fault.end
        if fault.key not in text:
            return False
        self._key_hits[number] += 1
        return fault.times is None or self._key_hits[number] <= fault.times


def _parts(text: str) -> Iterator[str]:
    for match in _PART.finditer(text):
        if part := match.group().strip():
            yield part


def _fault(part: str) -> Fault:
    match = _SPEC.fullmatch(part)
    if match is None:
        raise SettingsError(f"The fault {part!r} does not say when it happens.", _HINT)
    kind, rest = match["kind"], match["rest"].strip()
    if kind not in KINDS:
        raise SettingsError(f"There is no fault called {kind!r}.", f"Known are {', '.join(KINDS)}.")
    if match["mark"] == ":":
        return Fault(kind, "rate", rate=_rate(part, rest))
    if found := _POSITION.fullmatch(rest):
        first, last = int(found["first"]), int(found["last"] or found["first"])
        if not 1 <= first <= last:
            raise SettingsError(f"In the fault {part!r} the requests count from 1 and upwards.", _HINT)
        return Fault(kind, "position", first=first, last=last)
    if found := _WINDOW.fullmatch(rest):
        start, end = float(found["start"]), float(found["end"])
        if end <= start:
            raise SettingsError(f"In the fault {part!r} the time window ends before it begins.", _HINT)
        return Fault(kind, "window", start=start, end=end)
    if found := _KEY.fullmatch(rest):
        return Fault(kind, "key", key=found["text"], times=int(found["times"]) if found["times"] else None)
    raise SettingsError(f"The fault {part!r} has a trigger that nobody understands: {rest!r}.", _HINT)


def _rate(part: str, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        raise SettingsError(f"In the fault {part!r} the rate {text!r} is no number.", _HINT) from None
    if not 0 <= rate <= 1:
        raise SettingsError(f"In the fault {part!r} the rate must lie between 0 and 1.", _HINT)
    return rate


def _readable(body: bytes) -> str:
    """The body as a person would search it: escaped letters such as \\u00e9 become letters again."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")
