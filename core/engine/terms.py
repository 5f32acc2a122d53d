"""Other terms for a job that goes on: a cap, models by stage, prices that were missing when it was ordered.

`GenerationService.resume` asks here. What a job was ordered with stays as it is, but for what is changed on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.errors import GenerationError, PriceError
from core.pipeline.work import ANNOTATION, DIALOGUE, JUDGE, JobSettings
from core.providers.pricing import dollars, price_of
from data import budgets

Prices = Mapping[str, Mapping[str, float]]


def changed(
    job: Mapping[str, Any], *, cap_microusd: int | None, models: Mapping[str, str], prices: Prices, on: date
) -> dict[str, Any]:
    """What resuming a job changes in its row.

    Raises GenerationError for a cap that is spent already and for a stage that the job does not have, PriceError for a
    model without price.
    """
    changes: dict[str, Any] = {}
    if cap_microusd is not None:
        spent = job["actual_cost_microusd"]
        if cap_microusd <= spent:
            raise GenerationError(
                f"Job {job['id']} has spent {dollars(spent)}: a cap of {dollars(cap_microusd)} leaves nothing.",
                "Give a higher amount in USD.",
            )
        changes |= {"cap_microusd": cap_microusd, "warned_percent": budgets.level_reached(cap_microusd, spent)}
    frozen = dict(job["settings"] or {})
    for stage, model in models.items():
        frozen = _with_model(job, frozen, stage, model)
    frozen = _priced(job, frozen, models, prices, on)
    return changes if frozen == job["settings"] else {**changes, "settings": frozen}


def _with_model(job: Mapping[str, Any], frozen: dict[str, Any], stage: str, model: str) -> dict[str, Any]:
    if stage == DIALOGUE:
        return {**frozen, "model": model}
    has_stage = frozen.get("depth") == "full" if stage == ANNOTATION else bool(frozen.get(JUDGE))
    if not has_stage:
        raise GenerationError(
            f"Job {job['id']} has no stage {stage}: there is no model to change.", "Leave that option away."
        )
    return {**frozen, stage: {**(frozen.get(stage) or {}), "model": model}}


def _priced(
    job: Mapping[str, Any], frozen: dict[str, Any], models: Mapping[str, str], prices: Prices, on: date
) -> dict[str, Any]:
    """The same with today's prices where a model of the job has none."""
    settings = JobSettings.of({**job, "settings": frozen})
    stages = [DIALOGUE, *([ANNOTATION] if settings.depth == "full" else []), *([JUDGE] if settings.judge else [])]
    used = [settings.of_stage(stage).model for stage in stages]
    try:
        for model in used:
            price_of(model, frozen.get("prices", {}), on=on)
    except PriceError:
        frozen = {**frozen, "prices": {**frozen.get("prices", {}), **{name: dict(row) for name, row in prices.items()}}}
        for model in models.values():
            price_of(model, frozen["prices"], on=on)
    return frozen
