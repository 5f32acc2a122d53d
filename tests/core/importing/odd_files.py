"""Seed files as people's tools write them, made from a number: both layouts, every odd shape, each file its own."""

from __future__ import annotations

import random
from typing import Any

Tree = dict[str, Any]
VALENCES = ("mixed_negative_but_improving", "positive", ["mixed"], None, "", "Negative→hopeful", 3)
PACINGS = ("moderate_with_clear_verdict", "slow", None, ["slow", "then fast"], "")
TEXTS = (
    "a",
    "Überraschung",
    "ünï\u2028code",
    "tab\there",
    "NUL\x00inside",
    "emoji 🙂",
    "",
    " ",
    "1",
    "line\nbreak",
    "\ufeffmark",
)


def odd_file(number: int) -> Tree:
    """A whole file; the same number gives the same file. Ids begin with `odd<number>`, so that files do not meet."""
    dice = random.Random(number)
    header: Tree = {"consultant_profile": _anything(dice, 2)}
    names = [f"odd{number}_{place}" for place in range(dice.randint(1, 4))]
    layout = dice.random()
    if layout < 0.5:
        conversations = [_conversation(dice, name) for name in names]
        return {"training_file_metadata": _anything(dice, 2), **header, "conversations": conversations}
    if layout < 0.65:  # both lists in one file: of the same pairs, or of different ones
        conversations = [_conversation(dice, name) for name in names]
        again = [pair for one in conversations for pair in one["training_pairs"]]
        others = [pair for place in range(2) for pair in _turns(dice, f"odd{number}_beside{place}")]
        beside = dice.choice([again, others, []])
        return {"training_pairs": beside, **header, "conversations": conversations}
    pairs = [pair for name in names for pair in _turns(dice, name)]
    if dice.random() < 0.4:
        dice.shuffle(pairs)
    return {"dataset_metadata": _anything(dice, 2), **header, "training_pairs": pairs}


def _conversation(dice: random.Random, name: str) -> Tree:
    metadata: Tree = {
        "conversation_id": name,
        "client_persona": dice.choice(["Marcus", "Odette Granger - Letters", ""]),
    }
    pairs = _turns(dice, name)
    if dice.random() < 0.4:
        for pair in pairs:
            pair.pop("conversation_id", None)
    extra = {"quality": _anything(dice, 1)} if dice.random() < 0.5 else {}
    return {"conversation_metadata": metadata, **extra, "training_pairs": pairs}


def _turns(dice: random.Random, name: str) -> list[Tree]:
    pairs: list[Tree] = []
    split = dice.random() < 0.4  # replies in pairs of their own
    for turn in range(1, dice.randint(1, 5) + 1):
        pair = _pair(dice, name, turn)
        if split and dice.random() < 0.8:
            reply = _pair(dice, name, turn)
            reply["turn_number"] = dice.choice([turn, turn + 1, None])
            reply["current_user_input"] = dice.choice([None, "", pair["current_user_input"]])
            pair["target_response"] = None
            if dice.random() < 0.3:
                del reply["current_user_input"]
            pairs += [pair, reply]
        else:
            pairs.append(pair)
    return pairs


def _pair(dice: random.Random, name: str, turn: int) -> Tree:
    pair: Tree = {
        "id": dice.choice([f"{name}_turn{turn}", f"{name}-{turn}", turn, None]),
        "conversation_id": name,
        "turn_number": dice.choice([turn, turn, turn, str(turn), None, 1]),
        "conversation_metadata": dice.choice([{"client_persona": "Jennifer Park"}, _anything(dice, 2)]),
        "system_prompt": dice.choice(["You are Elena.", None, 5, ""]),
        "conversation_history": [
            dice.choice([{"turn": n, "assistant": "So."}, {"turn": n, "role": "user", "content": "I."}, None, "x"])
            for n in range(1, turn)
        ],
        "current_user_input": f"Bill {turn} of {name} came. {dice.choice(TEXTS)}",
        "emotional_context": {
            "detected_emotions": {
                "primary": dice.choice(["shame", "Cautious hope", None, ["shame"]]),
                "primary_confidence": dice.choice([0.8, 1, 0, "high", None, 7, -0.5]),
                "intensity": dice.choice([0.1, 1, True, "0.4", None]),
                "valence": dice.choice(VALENCES),
            },
            "emotional_indicators": dice.choice([{"avoidance": "a string"}, {"avoidance": ["x"]}, ["x"], "x", None]),
            "emotional_progression": dice.choice(
                [
                    {"previous_turn_primary": "shame", "previous_turn_intensity": 0.7, "current_turn_intensity": 0.2},
                    {"trajectory": ["shame", "relief"], "direction": "improving"},
                    "from shame to relief",
                    None,
                ]
            ),
            "red_flags": dice.choice([[], None, "none", [{"flag": "x"}]]),
        },
        "response_strategy": dice.choice(
            [None, "listen", {"primary_strategy": "listen", "pacing": dice.choice(PACINGS), "tactical_choices": []}]
        ),
        "target_response": f"Let us open number {turn}. One line is enough. {dice.choice(TEXTS)}",
        "response_breakdown": dice.choice(
            [
                {
                    "total_sentences": 2,
                    "sentences": [{"sentence_number": 1, "text": "x", "word_choice_rationale": "y"}],
                },
                {"sentences": [{"sentence_number": "1"}]},
                {"sentences": [{"sentence_number": 2, "text": "b\x00"}, {"sentence_number": 3, "new": None}]},
                [],
                None,
            ]
        ),
        "expected_user_response_patterns": dice.choice([{"positive_indicators": "a nod"}, ["a nod"], {}]),
        "training_metadata": dice.choice(
            [
                {"human_reviewed": dice.random() < 0.5, "quality_score": 5},
                {"quality_criteria": {"empathy_score": "5"}, "demonstrates_skills": "patience"},
                None,
            ]
        ),
    }
    for key in dice.sample(sorted(set(pair) - {"conversation_id", "current_user_input", "target_response"}), 3):
        if dice.random() < 0.3:
            del pair[key]
    if dice.random() < 0.3:
        pair[dice.choice(["surprise", "__absent__", "halves", "extra", "ü"])] = _anything(dice, 3)
    return pair


def _anything(dice: random.Random, depth: int) -> Any:
    plain = [None, True, False, 0, 1, 1.0, -0.0, 1e300, 10**30, *TEXTS]
    if depth == 0 or dice.random() < 0.4:
        return dice.choice(plain)
    if dice.random() < 0.5:
        return [_anything(dice, depth - 1) for _ in range(dice.randint(0, 3))]
    return {dice.choice([*TEXTS, "key", "x"]): _anything(dice, depth - 1) for _ in range(dice.randint(0, 3))}
