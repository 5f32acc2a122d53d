"""The models that the simulator knows, as `GET /v1/models` lists them.

The refusals ask it whether a model exists. It must name the models that brightrun has prices for, and no others.
"""

from __future__ import annotations

from typing import Any

MODELS: dict[str, str] = {
    "claude-sonnet-5-5": "Claude Sonnet 5.5",
    "claude-haiku-5-5": "Claude Haiku 5.5",
    "claude-opus-5-5": "Claude Opus 5.5",
    "claude-sonnet-5": "Claude Sonnet 5",
    "claude-haiku-4-5": "Claude Haiku 4.5",
    "claude-sonnet-4-6": "Claude Sonnet 4.6",
    "claude-sonnet-4-5": "Claude Sonnet 4.5",
}
RETIRES = {"claude-sonnet-4-5": "2026-11-30T00:00:00Z"}


def model_info(model: str) -> dict[str, Any]:
    """One model in the API's shape; limits and dates that the simulator does not know are left empty."""
    retires = RETIRES.get(model)
    return {
        "type": "model",
        "id": model,
        "display_name": MODELS[model],
        "created_at": "1970-01-01T00:00:00Z",  # the API's own value for an unknown date
        "lifecycle": "deprecated" if retires else "active",
        "deprecated_at": None,
        "retires_at": retires,
        "line": model.split("-")[1],
        "max_input_tokens": None,
        "max_tokens": None,
        "capabilities": None,
    }


def model_list() -> dict[str, Any]:
    """All models on one page."""
    names = list(MODELS)
    return {"data": [model_info(m) for m in names], "has_more": False, "first_id": names[0], "last_id": names[-1]}
