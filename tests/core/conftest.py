"""Seed files built in code, tidy and messy, for the tests of import and export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tree = dict[str, Any]
CLIENT = (
    "I opened the drawer with the hospital bills again last night, eleven of them, and closed it before I had counted. "
    "Turn {number} of this is not easier than the one before, and my son asked me what the drawer is for."
)
ADVISOR = (
    "Eleven envelopes in a drawer are heavier than they look, and you opened it anyway. Let us take one of them, "
    "number {number}, and read only the line that says what it is for. Nothing has to be paid tonight. When you have "
    "the line, copy it here for me, and we will find out together whether it is a bill at all or one of those letters "
    "that only looks like one. Does tonight suit you, or would the weekend be kinder?"
)


def pair(conversation_id: str, number: int, **more: Any) -> Tree:
    """A plain pair with the usual annotation; `more` replaces whole parts of it."""
    return {
        "id": f"{conversation_id}_turn{number}",
        "conversation_id": conversation_id,
        "turn_number": number,
        "conversation_metadata": {
            "client_persona": "Marcus Thompson - The Overwhelmed Avoider",
            "session_context": "Late evening",
        },
        "system_prompt": "You are Elena.",
        "conversation_history": [],
        "current_user_input": CLIENT.format(number=number),
        "emotional_context": {
            "detected_emotions": {
                "primary": "shame" if number == 1 else "relief",
                "primary_confidence": 0.8,
                "intensity": round(0.9 - number / 10, 2),
                "valence": "negative",
            },
            "emotional_indicators": {"avoidance": ["closed it before I had counted"]},
        },
        "response_strategy": {"primary_strategy": "one_small_step", "pacing": "slow"},
        "target_response": ADVISOR.format(number=number),
        "response_breakdown": {
            "total_sentences": 1,
            "structure_type": "validate_then_step",
            "sentences": [{"sentence_number": 1, "text": ADVISOR.split(".")[0] + ".", "function": "validate"}],
        },
        "training_metadata": {"quality_score": 5, "human_reviewed": True, "generate_variations_count": 3},
        **more,
    }


def messy_pairs(first: str, second: str) -> list[Tree]:
    """Two conversations interleaved, with everything real files do: other types, nulls, unknown keys, odd histories."""
    return [
        pair(first, 1, surprise={"deep": [1, {"x": None}]}, conversation_history="none yet"),
        pair(
            second,
            1,
            emotional_context={
                "detected_emotions": {"primary": "Overwhelm", "intensity": 1, "secondary": None, "valence": ["mixed"]},
                "emotional_progression": "from shame towards relief",
                "emotional_indicators": ["a list", "not an object"],
                "red_flags": "none",
                "behavioral_assessment": {},
            },
            turn_number="1",
        ),
        pair(
            first,
            2,
            conversation_history=[{"who": "client", "said": 3}, "and then", None],
            response_strategy=None,
            expected_user_response_patterns={"positive_indicators": "a nod", "neutral_indicators": []},
        ),
        pair(
            second,
            2,
            turn_number="2",
            response_breakdown={"sentences": [{"sentence_number": 2, "text": "No one."}, {"sentence_number": 4}]},
            training_metadata={
                "human_reviewed": True,
                "quality_criteria": {"empathy_score": "5"},
                "difficulty_level": 3,
            },
            id="something of its own",
        ),
    ]


@pytest.fixture
def make_pair() -> Callable[..., Tree]:
    """Builds a plain pair."""
    return pair


@pytest.fixture
def make_messy() -> Callable[[str, str], list[Tree]]:
    """Builds the pairs of a messy file."""
    return messy_pairs


@pytest.fixture
def seed_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a seed file with the pairs given and gives its path."""

    def write(name: str, pairs: list[Tree], **header: Any) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        header = header or {"dataset_metadata": {"dataset_name": "x", "notes": "about bills", "total": 1.0}}
        path.write_text(json.dumps({**header, "training_pairs": pairs}, indent=1), encoding="utf-8")
        return path

    return write
