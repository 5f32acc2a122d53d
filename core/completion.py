"""What may stand next in a query: names of filters, then their values, as the search line offers them.

Pure and fast, because it runs on every key; the values with their counts are handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.query import ALIASES, DATES, RANGES, SORTS, STATES, keys
from data.vocabulary import Status, Tier

Values = Mapping[str, Sequence[tuple[str, int]]]
_FIXED: dict[str, tuple[str, ...]] = {
    "is": tuple(STATES),
    "tier": tuple(str(tier) for tier in Tier),
    "status": tuple(str(status) for status in Status),
    "score": ("<6", "6..8", ">=8"),
    "rubric": ("<3", "3..4", ">=4"),
    "cost": (">0.10", "<0.05"),
    "turns": ("2", "3..5", ">=6"),
    "number": ("1..20", ">=50"),
    "duration": (">60", "<30"),
}
_MOST = 40


@dataclass(frozen=True)
class Option:
    """One thing that may stand there, and how many rows it would find where that is known."""

    text: str
    count: int | None = None


@dataclass(frozen=True)
class Completion:
    """What may take the place of the characters from `start` to `end`."""

    start: int
    end: int
    options: tuple[Option, ...] = ()

    def put(self, text: str, option: Option) -> tuple[str, int]:
        """The query with the option in its place, and where the cursor goes: after a value one goes on to the next."""
        tail = text[self.end :]
        if option.text.endswith(":"):
            return text[: self.start] + option.text + tail, self.start + len(option.text)
        tail = tail if tail.startswith(" ") else f" {tail}"
        head = text[: self.start] + option.text
        if " " in option.text:  # quotation marks hold all values of the filter
            values = text.rfind(":", 0, self.start) + 1
            head = f'{head[:values]}"{head[values:]}"'
        return head + tail, len(head) + 1


def complete(text: str, cursor: int, values: Values) -> Completion:
    """What may stand at the cursor. Nothing within quotes, and nothing where no letter is typed yet."""
    before = text[:cursor]
    if before.count('"') % 2:
        return Completion(cursor, cursor)
    word = re.search(r"[^\s]*$", before)
    begun = word.group() if word else ""
    start = cursor - len(begun)
    name, colon, value = begun.lstrip("-").partition(":")
    start += len(begun) - len(begun.lstrip("-"))
    if not colon:
        found = [key for key in keys() if key.startswith(name.lower())] if name else []
        return Completion(start, cursor, tuple(Option(f"{key}:") for key in found if f"{key}:" != begun))
    key = ALIASES.get(name.lower(), name.lower())
    last = value.rpartition(",")[2]
    options = _values(key, last, values)
    return Completion(cursor - len(last), cursor, options[:_MOST])


def _values(key: str, begun: str, values: Values) -> tuple[Option, ...]:
    if key == "sort":
        sign = "-" if begun.startswith("-") else ""
        return tuple(Option(sign + name) for name in (*SORTS, "review") if name.startswith(begun[len(sign) :].lower()))
    known = dict(values.get(key, ()))
    names = [name for name in dict.fromkeys((*_FIXED.get(key, ()), *known)) if name]
    if key not in (*RANGES, *DATES, "is") and known:
        names.sort(key=lambda name: -known.get(name, 0))
    low = begun.lower()
    first = [name for name in names if name.lower().startswith(low)]
    inside = [name for name in names if low and low in name.lower() and name not in first]
    return tuple(Option(name, known.get(name)) for name in (*first, *inside) if name != begun)
