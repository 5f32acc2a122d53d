"""What a call costs: a dated price table that the settings can override. Money is integer micro-dollars throughout.

An unknown model has no price and cannot be used in a job, since every job has a cap.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import PriceError
from core.providers.port import Usage

# The declared margin: a call may have a fifth more input than the most its text is counted for; the cap still holds.
MARGIN = 1.2
NEVER = 10**12
TABLE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Price:
    """Prices of one model, USD per million tokens (which is micro-dollars per token)."""

    model: str
    input: float
    output: float
    cache_write: float
    cache_read: float
    retires: date | None = None
    long_over: int = NEVER  # prompts of more tokens than this cost `long_factor` times as much, answer included
    long_factor: float = 1.0

    def cost_microusd(self, usage: Usage) -> int:
        """What this usage costs, rounded up to the micro-dollar."""
        total = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
        factor = self.long_factor if total > self.long_over else 1.0
        return math.ceil(
            factor
            * (
                usage.input_tokens * self.input
                + usage.output_tokens * self.output
                + usage.cache_creation_input_tokens * self.cache_write
                + usage.cache_read_input_tokens * self.cache_read
            )
        )

    def ceiling_microusd(self, most_input_tokens: int, max_tokens: int) -> int:
        """The most a call can cost: all input at its dearest and MARGIN on top, and all the room for output used.

        `most_input_tokens` is `core.text.tokens.most_tokens` of what is sent. `max_tokens` needs no margin: the service
        cuts an answer there, thinking included.
        """
        factor = self.long_factor if MARGIN * most_input_tokens > self.long_over else 1.0
        dearest = max(self.input, self.cache_write)
        return math.ceil(factor * (MARGIN * most_input_tokens * dearest + max_tokens * self.output))


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def price_of(model: str, overrides: Mapping[str, Mapping[str, float]], *, on: date) -> Price:
    """The price of a model on a day. Raises PriceError for a model without price, or one that has retired."""
    override = overrides.get(model)
    if override is not None:
        try:
            read, written = float(override["input"]), float(override["output"])
            cached = float(override.get("cache_write", read * 1.25)), float(override.get("cache_read", read * 0.1))
            if not all(0 <= figure < math.inf for figure in (read, written, *cached)):
                raise ValueError("no price")
            return Price(model, read, written, *cached)
        except (KeyError, TypeError, ValueError) as error:
            raise PriceError(
                f"The price of {model} in the settings is none, or incomplete.",
                f'Write [prices."{model}"] with input and output in USD per million tokens.',
            ) from error
    entries = [entry for entry in _table().get(model, []) if entry["from"] <= on]
    if not entries:
        raise PriceError(
            f"The model {model} has no price, so its cost cannot be capped.",
            f'Choose a known model ({", ".join(_table())}), or add [prices."{model}"] to the settings.',
        )
    entry = max(entries, key=lambda e: e["from"])
    retires = entry.get("retires")
    if retires is not None and on >= retires:
        raise PriceError(f"The model {model} retired on {retires}.", "Choose its successor in the settings.")
    return Price(
        model,
        entry["input"],
        entry["output"],
        entry["cache_write"],
        entry["cache_read"],
        retires,
        entry.get("long_over", NEVER),
        entry.get("long_factor", 1.0),
    )


def dollars(microusd: int | float) -> str:
    """An amount for people: `$1.90`, and finer below a dime: `$0.023`."""
    amount = microusd / 1_000_000
    return f"${amount:,.3f}" if 0 < amount < 0.095 else f"${amount:,.2f}"
