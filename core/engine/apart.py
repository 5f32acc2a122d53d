"""The preflight in a process of its own: what `core.aside` runs for the app. Opens the database, reads, and closes it.

A preflight loads templates, pack and pipeline, and reads the newest conversations for what they say too often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import fmean
from typing import Literal

from core.engine.orders import Order, Proposal
from core.engine.service import GenerationService
from core.home import expanded
from core.settings.fields import Settings
from data.engines import Database

Overrides = Mapping[str, Mapping[str, float]]


async def propose(
    settings: Settings,
    prices: Overrides,
    order: Order,
    provider: Literal["live", "simulated"] | None = None,
    count_tokens: bool = False,
) -> Proposal:
    """As `GenerationService.propose`."""
    async with Database(expanded(settings.database)) as database:
        generation = GenerationService(database, settings, prices)
        return await generation.propose(order, provider=provider, count_tokens=count_tokens)


async def mean_prices(settings: Settings, prices: Overrides, ids: tuple[str, ...]) -> dict[str, float]:
    """By tier, what a row costs on average in micro-dollars, of these rows as far as they can be generated."""
    proposal = await propose(settings, prices, Order("selected", ids))
    of_tier: dict[str, list[float]] = defaultdict(list)
    for row in proposal.rows:
        of_tier[row.tier].append((row.low_microusd + row.high_microusd) / 2)
    return {tier: fmean(found) for tier, found in of_tier.items()}
