"""The annotation of one turn as the model gives it: its form, what must be true of it, and the seed format made of it.

The form mirrors the seed format; where that has objects with free keys, structured output needs lists. Ranges are not
enforced by the service, so everything is checked here against the words in front of the model, before it is stored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.prompting.files import QualityProfile
from core.quality.reading import fold, shorten
from core.text.sentences import count_words

Tree = dict[str, Any]
_STEADY = 0.03


def _key(kind: str) -> Any:
    """A text that must be a key of a list of the pack's taxonomy."""
    return Field(min_length=1, json_schema_extra={"keys_of": kind})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class DetectedEmotions(_Part):
    """`tertiary` is empty and its confidence 0 where the words carry no third one."""

    primary: str = _key("emotions")
    primary_confidence: float = Field(ge=0, le=1)
    secondary: str = _key("emotions")
    secondary_confidence: float = Field(ge=0, le=1)
    tertiary: str
    tertiary_confidence: float = Field(ge=0, le=1)
    intensity: float = Field(ge=0, le=1)
    valence: Literal["positive", "negative", "mixed"]


class Indicators(_Part):
    """Quotations of one category."""

    category: str = _key("indicator_categories")
    quotations: list[str] = Field(min_length=1)


class Progression(_Part):
    """For turn 1 the previous emotion is empty and its intensity 0."""

    previous_turn_primary: str
    previous_turn_intensity: float = Field(ge=0, le=1)
    current_turn_primary: str
    current_turn_intensity: float = Field(ge=0, le=1)
    trajectory: Literal["rising", "falling", "mixed", "steady", "first"]
    interpretation: str = Field(min_length=1)


class Assessment(_Part):
    """Levels, each followed by a few words of evidence."""

    risk_level: str = Field(min_length=1)
    engagement_readiness: str = Field(min_length=1)
    knowledge_level: str = Field(min_length=1)
    trust_level: str = Field(min_length=1)


class Need(_Part):
    """What the client lacks."""

    priority: int = Field(ge=1, le=9)
    need: str = Field(min_length=1)
    rationale: str = Field(min_length=1)


class RedFlag(_Part):
    """What could go wrong."""

    flag: str = Field(min_length=1)
    implication: str = Field(min_length=1)
    handling: str = Field(min_length=1)


class Technique(_Part):
    """A technique used, where and for what."""

    technique: str = _key("techniques")
    application: str = Field(min_length=1)
    purpose: str = Field(min_length=1)


class WordReason(_Part):
    """Why words of the sentence are the ones they are."""

    phrase: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class Sentence(_Part):
    """One sentence of the reply, by its number."""

    sentence_number: int = Field(ge=1, le=999)
    function: str = Field(min_length=1)
    emotional_purpose: str = Field(min_length=1)
    technique: str = Field(min_length=1)
    teaches_model: str = Field(min_length=1)
    word_choice_rationale: list[WordReason] = Field(min_length=1)
    psychological_principle: str


class Reactions(_Part):
    """What the client might write or do next."""

    positive_indicators: list[str] = Field(min_length=1)
    neutral_indicators: list[str] = Field(min_length=1)
    negative_indicators: list[str] = Field(min_length=1)


class Rubric(_Part):
    """Scores of 1 to 5."""

    empathy: float = Field(ge=1, le=5)
    clarity: float = Field(ge=1, le=5)
    appropriateness: float = Field(ge=1, le=5)
    brand_voice: float = Field(ge=1, le=5)
    domain: float = Field(ge=1, le=5)


class TurnAnnotation(_Part):
    """Everything the annotation of one turn says."""

    detected_emotions: DetectedEmotions
    emotional_indicators: list[Indicators] = Field(min_length=1)
    emotional_progression: Progression
    behavioral_assessment: Assessment
    client_needs_hierarchy: list[Need] = Field(min_length=1)
    red_flags: list[RedFlag]
    primary_strategy: str = _key("strategies")
    primary_rationale: str = Field(min_length=1)
    secondary_strategies: list[str] = Field(min_length=1, json_schema_extra={"items_keys_of": "strategies"})
    tone_selection: str = Field(min_length=1)
    tone_rationale: str = Field(min_length=1)
    pacing: Literal["slow", "moderate", "fast"]
    tactical_choices: list[str] = Field(min_length=1)
    avoid_tactics: list[str] = Field(min_length=1)
    specific_techniques: list[Technique] = Field(min_length=1)
    sentences: list[Sentence] = Field(min_length=1)
    expected_user_response_patterns: Reactions
    difficulty_level: Literal["low", "medium", "high"]
    key_learning_objective: str = Field(min_length=1)
    demonstrates_skills: list[str] = Field(min_length=1)
    emotional_progression_target: str = Field(min_length=1)
    rubric: Rubric
    reviewer_notes: str = Field(min_length=1)


@dataclass(frozen=True)
class TurnFacts:
    """What an annotation is checked against."""

    client_message: str
    sentences: Sequence[str]
    profile: QualityProfile
    keys: Mapping[str, Sequence[str]]  # of the taxonomy, by list


def taxonomy_keys(taxonomy: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, tuple[str, ...]]:
    """The keys that an annotation may use, by list."""
    names = ("emotions", "indicator_categories", "strategies", "techniques")
    return {name: tuple(str(entry["key"]) for entry in taxonomy.get(name) or ()) for name in names}


def schema_text(keys: Mapping[str, tuple[str, ...]]) -> str:
    """The JSON schema of an annotation with the pack's keys in it; the same text for all turns of a pack."""
    return _schema_text(tuple(sorted(keys.items())))


@lru_cache(maxsize=8)
def _schema_text(keys: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    schema = TurnAnnotation.model_json_schema()
    lists = {name: list(values) for name, values in keys if values}
    for name, values in lists.items():
        schema["$defs"][name] = {"type": "string", "enum": values}
    for part in (schema, *schema["$defs"].values()):
        for name, place in part.get("properties", {}).items():
            kind, of_items = place.pop("keys_of", None), place.pop("items_keys_of", None)
            if kind in lists:
                part["properties"][name] = {"$ref": f"#/$defs/{kind}"}
            elif of_items in lists:
                place["items"] = {"$ref": f"#/$defs/{of_items}"}
    return json.dumps(_without_titles(schema), separators=(",", ":"))


def _without_titles(tree: Any) -> Any:
    """A schema without the titles that Pydantic derives from names: they only cost tokens."""
    if isinstance(tree, dict):
        return {k: _without_titles(v) for k, v in tree.items() if not (k == "title" and isinstance(v, str))}
    return [_without_titles(entry) for entry in tree] if isinstance(tree, list) else tree


def problems_of(annotation: TurnAnnotation, facts: TurnFacts) -> list[str]:
    """What is wrong with an annotation of the right form, each as a sentence for the model and for people."""
    return [*_numbering(annotation, facts), *_counts(annotation, facts), *_quotations(annotation, facts),
            *_labels(annotation, facts), *_word_reasons(annotation, facts)]  # fmt: skip


def _numbering(annotation: TurnAnnotation, facts: TurnFacts) -> Iterator[str]:
    wanted = range(1, len(facts.sentences) + 1)
    given = Counter(sentence.sentence_number for sentence in annotation.sentences)
    missing = [n for n in wanted if n not in given]
    if missing:
        yield f"sentences: number {_listed(missing)} of 1 to {len(wanted)} missing"
    if twice := [n for n, times in given.items() if times > 1]:
        yield f"sentences: number {_listed(twice)} given more than once"
    if foreign := [n for n in given if n not in wanted]:
        yield f"sentences: number {_listed(foreign)} does not exist, the reply has {len(wanted)} sentences"


def _counts(annotation: TurnAnnotation, facts: TurnFacts) -> Iterator[str]:
    profile = facts.profile
    categories = {indicators.category for indicators in annotation.emotional_indicators}
    quotations = sum(len(indicators.quotations) for indicators in annotation.emotional_indicators)
    emotions = 3 if annotation.detected_emotions.tertiary.strip() else 2
    for name, number, (low, high) in (
        ("detected_emotions", emotions, profile.emotions),
        ("emotional_indicators", quotations, profile.indicators),
        ("emotional_indicators, categories", len(categories), profile.indicator_categories),
        ("client_needs_hierarchy", len(annotation.client_needs_hierarchy), profile.needs),
        ("tactical_choices", len(set(annotation.tactical_choices)), profile.tactical_choices),
        ("specific_techniques", len(annotation.specific_techniques), profile.techniques),
    ):
        if not low <= number <= high:
            yield f"{name}: {number} given, {low} to {high} are asked for"
    ranks = [need.priority for need in annotation.client_needs_hierarchy]
    if ranks != list(range(1, len(ranks) + 1)):
        yield f"client_needs_hierarchy: the priorities are {_listed(ranks)}, not 1 to {len(ranks)} in order"


def _quotations(annotation: TurnAnnotation, facts: TurnFacts) -> Iterator[str]:
    message, seen = fold(facts.client_message), set[str]()
    for indicators in annotation.emotional_indicators:
        for quotation in indicators.quotations:
            folded = fold(quotation)
            if not folded or folded not in message:
                yield f"emotional_indicators, {indicators.category}: the client did not write {shorten(quotation)!r}"
            elif folded in seen:
                yield f"emotional_indicators, {indicators.category}: {shorten(quotation)!r} is used twice"
            seen.add(folded)


def _labels(annotation: TurnAnnotation, facts: TurnFacts) -> Iterator[str]:
    detected = annotation.detected_emotions
    emotions = [detected.primary, detected.secondary, *([detected.tertiary] if detected.tertiary.strip() else [])]
    used = {
        "emotions": emotions,
        "indicator_categories": [indicators.category for indicators in annotation.emotional_indicators],
        "strategies": [annotation.primary_strategy, *annotation.secondary_strategies],
        "techniques": [technique.technique for technique in annotation.specific_techniques],
    }
    for name, labels in used.items():
        known = facts.keys.get(name) or ()
        for label in dict.fromkeys(labels):
            if known and label not in known:
                yield f"{shorten(label)!r} is no key of the list of {name.replace('_', ' ')}"
    if not annotation.behavioral_assessment.risk_level.lower().startswith(("low", "moderate", "high")):
        yield "behavioral_assessment.risk_level: begins with low, moderate or high"


def _word_reasons(annotation: TurnAnnotation, facts: TurnFacts) -> Iterator[str]:
    low, high = facts.profile.word_reasons
    for sentence in annotation.sentences:
        if not 1 <= sentence.sentence_number <= len(facts.sentences):
            continue
        text, where = facts.sentences[sentence.sentence_number - 1], f"sentence {sentence.sentence_number}"
        phrases = {reason.phrase for reason in sentence.word_choice_rationale}
        least = min(low, max(1, count_words(text)))  # "Yes." holds one word to give a reason for
        if not least <= len(phrases) <= high:
            yield f"{where}: {len(phrases)} different phrases with reasons, {least} to {high} are asked for"
        for phrase in phrases:
            bare = _bare(phrase)
            if not bare or bare not in _bare(text):
                yield f"{where}: {shorten(phrase)!r} does not stand in it"


def as_pair_parts(annotation: Tree, number: int, sentences: Sequence[str], previous: Tree | None) -> Tree:
    """The annotation of turn `number` as the seed format has it; `previous` is that of the turn before.

    The sentences' texts are the local split. What a turn says of the one before is what that one says of itself: the
    turns are annotated at the same time, so the model could only guess.
    """
    detected = {name: value for name, value in annotation["detected_emotions"].items() if value != ""}
    if "tertiary" not in detected:
        detected.pop("tertiary_confidence", None)
    figures = {name: float(value) for name, value in detected.items() if name == "intensity" or "confidence" in name}
    emotional: Tree = {"detected_emotions": {**detected, **figures}}
    if previous is not None:
        emotional["emotional_progression"] = _progression(annotation, previous["detected_emotions"])
    indicators: dict[str, list[str]] = {}
    for entry in annotation["emotional_indicators"]:
        indicators.setdefault(entry["category"], []).extend(entry["quotations"])
    emotional |= {
        "emotional_indicators": indicators,
        "behavioral_assessment": annotation["behavioral_assessment"],
        "client_needs_hierarchy": annotation["client_needs_hierarchy"],
        "red_flags": annotation["red_flags"],
    }
    names = ("primary_strategy", "primary_rationale", "secondary_strategies", "tone_selection", "tone_rationale")
    strategy: Tree = {name: annotation[name] for name in (*names, "pacing")}
    strategy |= {
        "tactical_choices": dict.fromkeys(annotation["tactical_choices"], True),
        "avoid_tactics": annotation["avoid_tactics"],
        "specific_techniques": annotation["specific_techniques"],
    }
    return {
        "emotional_context": emotional,
        "response_strategy": strategy,
        "response_breakdown": _breakdown(annotation, sentences),
        "expected_user_response_patterns": annotation["expected_user_response_patterns"],
        "training_metadata": _training(annotation, number),
    }


def _progression(annotation: Tree, before: Tree) -> Tree:
    now, said = annotation["detected_emotions"], annotation["emotional_progression"]
    change = now["intensity"] - before["intensity"]
    moved = "steady" if abs(change) < _STEADY else "rising" if change > 0 else "falling"
    trajectory = said["trajectory"]
    return {
        "previous_turn_primary": before["primary"],
        "previous_turn_intensity": float(before["intensity"]),
        "current_turn_primary": now["primary"],
        "current_turn_intensity": float(now["intensity"]),
        "trajectory": trajectory if trajectory == "mixed" else moved,
        "interpretation": said["interpretation"],
    }


def _breakdown(annotation: Tree, sentences: Sequence[str]) -> Tree:
    given = {entry["sentence_number"]: entry for entry in annotation["sentences"]}
    names = ("function", "emotional_purpose", "technique", "teaches_model")
    entries, functions = [], []
    for number, text in enumerate(sentences, 1):
        one = given[number]
        functions.append(one["function"])
        entry = {"sentence_number": number, "text": text, **{name: one[name] for name in names}}
        entry["word_choice_rationale"] = {word["phrase"]: word["reason"] for word in one["word_choice_rationale"]}
        principle = one["psychological_principle"].strip()
        if principle and principle.lower() != "none":
            entry["psychological_principle"] = principle
        entries.append(entry)
    structure = " → ".join(dict.fromkeys(functions))
    return {"total_sentences": len(entries), "structure_type": structure, "sentences": entries}


def _training(annotation: Tree, number: int) -> Tree:
    rubric = {name: float(value) for name, value in annotation["rubric"].items()}
    return {
        "difficulty_level": annotation["difficulty_level"],
        "key_learning_objective": annotation["key_learning_objective"],
        "demonstrates_skills": annotation["demonstrates_skills"],
        "conversation_turn": number,
        "emotional_progression_target": annotation["emotional_progression_target"],
        "quality_score": round(sum(rubric.values()) / len(rubric), 2),
        "quality_criteria": {
            "empathy_score": rubric["empathy"],
            "clarity_score": rubric["clarity"],
            "appropriateness_score": rubric["appropriateness"],
            "brand_voice_alignment": rubric["brand_voice"],
            "educational_effectiveness": rubric["domain"],
        },
        "reviewer_notes": annotation["reviewer_notes"],
    }


def _bare(text: str) -> str:
    """Folded, without the marks of emphasis: a reason speaks of the words, not of their asterisks."""
    return fold(text.replace("*", "").replace("_", "").replace("`", ""))


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers[:8]) + (" …" if len(numbers) > 8 else "")
