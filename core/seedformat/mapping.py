"""Turns one training pair of a seed file into table rows and back, losing nothing.

Each known place of the format has a column. What has no column, or a value that its column cannot hold exactly
(a list where a text was expected, an unknown key, an explicit null), stays in a *residue*, a tree of the same shape in
`extra`; on the way out the residue is laid over the columns. Whatever the file was, out equals in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.text.sentences import count_words, split_sentences

Tree = dict[str, Any]
Path = tuple[str, ...]

MAX_NUMBER = 2**31 - 1  # what an integer column holds in every database

_DETECTED = ("emotional_context", "detected_emotions")
_BEHAVIOUR = ("emotional_context", "behavioral_assessment")
_TRAINING = ("training_metadata",)

TURN_COLUMNS: dict[Path, tuple[str, type]] = {
    ("system_prompt",): ("system_prompt", str),
    ("conversation_history",): ("conversation_history", list),
    ("current_user_input",): ("user_input", str),
    ("target_response",): ("target_response", str),
    ("response_breakdown", "structure_type"): ("response_structure_type", str),
    ("expected_user_response_patterns", "positive_indicators"): ("positive_indicators", list),
    ("expected_user_response_patterns", "neutral_indicators"): ("neutral_indicators", list),
    ("expected_user_response_patterns", "negative_indicators"): ("negative_indicators", list),
    (*_TRAINING, "difficulty_level"): ("difficulty_level", str),
    (*_TRAINING, "key_learning_objective"): ("key_learning_objective", str),
    (*_TRAINING, "demonstrates_skills"): ("demonstrates_skills", list),
    (*_TRAINING, "emotional_progression_target"): ("emotional_progression_target", str),
    (*_TRAINING, "quality_criteria"): ("rubric", dict),
}
EMOTION_COLUMNS: dict[Path, tuple[str, type]] = {
    (*_DETECTED, "primary"): ("primary_emotion", str),
    (*_DETECTED, "primary_confidence"): ("primary_confidence", float),
    (*_DETECTED, "secondary"): ("secondary_emotion", str),
    (*_DETECTED, "secondary_confidence"): ("secondary_confidence", float),
    (*_DETECTED, "tertiary"): ("tertiary_emotion", str),
    (*_DETECTED, "tertiary_confidence"): ("tertiary_confidence", float),
    (*_DETECTED, "intensity"): ("intensity", float),
    (*_DETECTED, "valence"): ("valence", str),
    ("emotional_context", "emotional_progression"): ("progression", dict),
    ("emotional_context", "emotional_indicators"): ("indicators", dict),
    (*_BEHAVIOUR, "risk_level"): ("risk_level", str),
    (*_BEHAVIOUR, "engagement_readiness"): ("engagement_readiness", str),
    (*_BEHAVIOUR, "knowledge_level"): ("knowledge_level", str),
    (*_BEHAVIOUR, "trust_level"): ("trust_level", str),
    ("emotional_context", "client_needs_hierarchy"): ("client_needs", list),
    ("emotional_context", "red_flags"): ("red_flags", list),
}
STRATEGY_COLUMNS: dict[Path, tuple[str, type]] = {
    ("response_strategy", "primary_strategy"): ("primary_strategy", str),
    ("response_strategy", "primary_rationale"): ("primary_rationale", str),
    ("response_strategy", "secondary_strategies"): ("secondary_strategies", list),
    ("response_strategy", "tone_selection"): ("tone", str),
    ("response_strategy", "tone_rationale"): ("tone_rationale", str),
    ("response_strategy", "pacing"): ("pacing", str),
    ("response_strategy", "tactical_choices"): ("tactical_choices", dict),
    ("response_strategy", "avoid_tactics"): ("avoid_tactics", list),
    ("response_strategy", "specific_techniques"): ("specific_techniques", list),
}
SENTENCE_COLUMNS: dict[Path, tuple[str, type]] = {
    ("text",): ("text", str),
    ("function",): ("function", str),
    ("emotional_purpose",): ("emotional_purpose", str),
    ("technique",): ("technique", str),
    ("teaches_model",): ("teaches_model", str),
    ("word_choice_rationale",): ("word_choice_rationale", dict),
    ("psychological_principle",): ("psychological_principle", str),
    ("stylistic_note",): ("stylistic_note", str),
}
# The order in which a person reads the format; keys not named here follow in the order they came.
KEY_ORDER = (
    "id",
    "conversation_id",
    "turn_number",
    "conversation_metadata",
    "system_prompt",
    "conversation_history",
    "current_user_input",
    "emotional_context",
    "response_strategy",
    "target_response",
    "response_breakdown",
    "expected_user_response_patterns",
    "training_metadata",
)


@dataclass
class TurnRows:
    """The rows of one turn, as column values: the turn, its emotions, its strategy and its sentences."""

    turn: Tree
    emotions: Tree | None = None
    strategy: Tree | None = None
    sentences: list[Tree] = field(default_factory=list)


def pair_to_rows(pair: Tree, conversation_id: str, turn_number: int) -> TurnRows:
    """The rows of a training pair. The given id and number are what the tables use; the file's own stay in it."""
    rest = copied(pair)
    if _ABSENT in rest:  # a key of the file's own by our name: keep it apart
        rest[_ABSENT] = [{"own": rest[_ABSENT]}]
    turn_id = f"{conversation_id}_turn{turn_number}"
    _take_if(rest, ("id",), turn_id)
    _take_if(rest, ("conversation_id",), conversation_id)
    _take_if(rest, ("turn_number",), turn_number)
    sentences = _take_sentences(rest, turn_id)
    if sentences:
        _take_if(rest, ("response_breakdown", "total_sentences"), len(sentences))
    for place in _NEVER_NULL:
        if not _find(rest, place)[0]:
            rest.setdefault(_ABSENT, []).append(list(place))
    turn: Tree = {"user_input": "", "target_response": ""} | _take_columns(rest, TURN_COLUMNS)
    emotions = _take_columns(rest, EMOTION_COLUMNS)
    strategy = _take_columns(rest, STRATEGY_COLUMNS)
    response = str(turn.get("target_response") or "")
    turn = turn | {
        "turn_id": turn_id,
        "conversation_id": conversation_id,
        "turn_number": turn_number,
        "word_count": count_words(str(turn.get("user_input") or "")) + count_words(response),
        "sentence_count": len(split_sentences(response)),
        "extra": rest or None,
    }
    rows = TurnRows(turn, sentences=sentences)
    if emotions:
        rows.emotions = emotions | {"turn_id": turn_id} | _derived_emotions(emotions)
    if strategy:
        rows.strategy = strategy | {"turn_id": turn_id, "pacing_class": pacing_class(strategy.get("pacing"))}
    return rows


def rows_to_pair(rows: TurnRows) -> Tree:
    """The training pair of a turn, in the reading order of the format."""
    turn = rows.turn
    tree: Tree = {
        "id": turn["turn_id"],
        "conversation_id": turn["conversation_id"],
        "turn_number": turn["turn_number"],
    }
    residue = turn.get("extra") or {}
    changed: list[Path] = []
    for columns, values in (
        (TURN_COLUMNS, turn),
        (EMOTION_COLUMNS, rows.emotions),
        (STRATEGY_COLUMNS, rows.strategy),
    ):
        if not values:
            continue
        for path, (column, kind) in columns.items():
            value = values.get(column)
            if value is None:
                continue
            _put(tree, path, value)
            if not residue:
                continue
            found, own = _find(residue, path)
            if found and value != _stand_in(own, kind) and not (value == "" and path in _NEVER_NULL):
                changed.append(path)
    if rows.sentences:
        ordered = sorted(rows.sentences, key=lambda s: s["sentence_number"])
        _put(tree, ("response_breakdown", "total_sentences"), len(ordered))
        _put(tree, ("response_breakdown", "sentences"), [_sentence(s) for s in ordered])
    if not residue:
        return in_reading_order(tree)
    if changed:  # a person wrote something else since: the file's own spelling has had its time
        residue = copied(residue)
        for path in changed:
            _remove(residue, path)
    merged = _overlay(tree, {k: v for k, v in residue.items() if k != _ABSENT})
    for place in residue.get(_ABSENT, []):
        if isinstance(place, dict):
            merged[_ABSENT] = place["own"]
        elif tuple(place) not in _NEVER_NULL or not merged.get(place[0]):
            _remove(merged, tuple(place))
    return in_reading_order(merged)


def in_reading_order(pair: Tree) -> Tree:
    """A pair with its keys as a person reads the format; keys that it does not name follow in the order they came."""
    known = {key: pair[key] for key in KEY_ORDER if key in pair}
    return known | {key: value for key, value in pair.items() if key not in known}


def copied(value: Any) -> Any:
    """A tree of JSON values with objects and lists of its own; several times as fast as `copy.deepcopy`."""
    if value.__class__ is dict:
        return {key: copied(child) for key, child in value.items()}
    if value.__class__ is list:
        return [copied(child) for child in value]
    return value


def valence_class(valence: object) -> str:
    """Normalise a free valence to positive, negative or mixed; empty where it says none of them."""
    text = str(valence or "").lower()
    if "mixed" in text or ("positive" in text and "negative" in text):
        return "mixed"
    return next((c for c in ("positive", "negative") if c in text), "")


def pacing_class(pacing: object) -> str:
    """Normalise a free pacing to slow, moderate or fast; empty where it says none of them."""
    text = str(pacing or "").lower()
    return next((c for c in ("slow", "moderate", "fast") if c in text), "")


_ABSENT = "__absent__"  # places that a column always fills but this file did not have
_NEVER_NULL: tuple[Path, ...] = (("current_user_input",), ("target_response",))
_NUL, _VISIBLE_NUL = "\x00", "\u2400"


def _derived_emotions(emotions: Tree) -> Tree:
    progression: Tree = emotions.get("progression") or {}
    before: Any = progression.get("previous_turn_intensity")
    after: Any = progression.get("current_turn_intensity", emotions.get("intensity"))
    change: float | None = round(after - before, 4) if _is_share(before) and _is_share(after) else None
    return {
        "valence_class": valence_class(emotions.get("valence")),
        "previous_emotion": _text_or_none(progression.get("previous_turn_primary")),
        "current_emotion": _text_or_none(progression.get("current_turn_primary")),
        "progression_description": _text_or_none(progression.get("interpretation")),
        "intensity_change": change,
    }


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _fits(value: Any, kind: type) -> bool:
    """Whether a column of this kind gives the value back exactly."""
    if kind is float:  # confidences and intensities are shares; anything else is kept beside the column
        return isinstance(value, float) and (0 < value <= 1 or str(value) == "0.0")  # SQLite knows no minus zero
    if kind is str:
        return isinstance(value, str) and _NUL not in value
    return isinstance(value, kind)


def _take_columns(rest: Tree, columns: dict[Path, tuple[str, type]]) -> Tree:
    taken: Tree = {}
    for path, (column, kind) in columns.items():
        found, value = _find(rest, path)
        if not found:
            continue
        if _fits(value, kind):
            taken[column] = value
            _remove(rest, path)
            continue
        stand_in = _stand_in(value, kind)
        if stand_in is not None:
            taken[column] = stand_in  # a filter and a reader can use it; the residue keeps the file's own spelling
    return taken


def _stand_in(value: Any, kind: type) -> float | str | None:
    """What a column holds for a value that it cannot hold exactly, where something comes near."""
    if kind is float and _is_share(value):
        return float(value)
    if kind is str and isinstance(value, str):
        return value.replace(_NUL, _VISIBLE_NUL)
    return None


def _take_sentences(rest: Tree, turn_id: str) -> list[Tree]:
    found, sentences = _find(rest, ("response_breakdown", "sentences"))
    if not found or not isinstance(sentences, list) or not sentences:
        return []
    if not all(isinstance(s, dict) and type(s.get("sentence_number")) is int for s in sentences):
        return []
    numbers = [s["sentence_number"] for s in sentences]
    if numbers != sorted(set(numbers)) or max(map(abs, numbers)) > MAX_NUMBER:
        return []
    rows = []
    for sentence in sentences:
        left = copied(sentence)
        number = left.pop("sentence_number")
        row = _take_columns(left, SENTENCE_COLUMNS)
        rows.append({**row, "turn_id": turn_id, "sentence_number": number, "extra": left or None})
    _remove(rest, ("response_breakdown", "sentences"))
    # total_sentences is derived on the way out: note where the file has none.
    if not _find(rest, ("response_breakdown", "total_sentences"))[0]:
        rest.setdefault(_ABSENT, []).append(["response_breakdown", "total_sentences"])
    return rows


def _sentence(row: Tree) -> Tree:
    tree: Tree = {"sentence_number": row["sentence_number"]}
    for path, (column, _) in SENTENCE_COLUMNS.items():
        if row.get(column) is not None:
            _put(tree, path, row[column])
    return _overlay(tree, row.get("extra") or {})


def _take_if(rest: Tree, path: Path, expected: object) -> None:
    """Drop a derived place from the residue when it says what will be derived; note it when it is missing."""
    found, value = _find(rest, path)
    if not found:
        rest.setdefault(_ABSENT, []).append(list(path))
    elif type(value) is type(expected) and value == expected:
        _remove(rest, path)


def _find(tree: Any, path: Path) -> tuple[bool, Any]:
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return False, None
        tree = tree[key]
    return True, tree


def _remove(tree: Tree, path: Path) -> None:
    """Take a place away, and the objects above it that this leaves empty."""
    parents = [tree]
    for key in path[:-1]:
        inner = parents[-1].get(key)
        if not isinstance(inner, dict):
            return
        parents.append(inner)
    parents[-1].pop(path[-1], None)
    for depth in range(len(path) - 1, 0, -1):
        if parents[depth]:
            return
        del parents[depth - 1][path[depth - 1]]


def _put(tree: Tree, path: Path, value: Any) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value


def _overlay(tree: Tree, residue: Tree) -> Tree:
    """The tree with the residue laid over it; objects merge, everything else is replaced."""
    for key, value in residue.items():
        old = tree.get(key)
        tree[key] = _overlay(old, value) if isinstance(old, dict) and isinstance(value, dict) else copied(value)
    return tree
