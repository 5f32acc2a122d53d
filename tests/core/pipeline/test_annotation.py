"""An annotation is checked against the words it is about, and becomes what a seed file says."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from core.pipeline.annotation import read_annotation
from core.pipeline.annotation_schema import TurnFacts, as_pair_parts, schema_text, taxonomy_keys
from core.pipeline.attempts import UnusableAnswerError
from core.pipeline.dialogue import Dialogue, Exchange
from core.pipeline.judging import schema_text as judge_schema
from core.pipeline.judging import verified
from core.prompting.files import QualityProfile
from core.providers.simulator.annotation import annotation_for

CLIENT = (
    "I opened the drawer with the hospital bills again last night, eleven of them, and I closed it before I counted. "
    'My son asked me what the drawer is for, and I said "papers". I feel ashamed that it got this far, honestly.'
)
SENTENCES = [
    "Yes, eleven.",
    "Let us take one of them tonight and read only the line at the top.",
    "Does that suit you?",
]
KEYS = {
    "emotions": ("shame", "relief", "worry", "hope", "trust"),
    "indicator_categories": tuple(f"category_{letter}" for letter in "abcdefgh"),
    "strategies": ("one_thing_today", "size_the_fear", "slow_the_clock"),
    "techniques": ("teach_back", "full_count", "looking_back"),
}
FACTS = TurnFacts(CLIENT, SENTENCES, QualityProfile(), KEYS)
PROMPT = (
    "Planned: shame 0.80 at the start, relief 0.40 at the end\nTurn 1 of 4\n"
    f"<client_message>\n{CLIENT}\n</client_message>\n<reply_sentences>\n"
    + "\n".join(f"{n}. {text}" for n, text in enumerate(SENTENCES, 1))
    + "\n</reply_sentences>"
)


@pytest.fixture
def good() -> dict[str, Any]:
    """What the simulator writes for the turn above."""
    found = annotation_for(PROMPT, json.loads(schema_text(KEYS)))
    assert found is not None
    return found


def read(tree: Any) -> dict[str, Any]:
    return read_annotation(json.dumps(tree), FACTS)[0]


def test_what_the_simulator_writes_is_accepted_and_mirrors_the_seed_format(good: dict[str, Any]) -> None:
    kept = read(good)
    parts = as_pair_parts(kept, 2, SENTENCES, {"detected_emotions": {"primary": "worry", "intensity": 0.9}})
    sentences = parts["response_breakdown"]["sentences"]
    assert [entry["text"] for entry in sentences] == SENTENCES
    assert [entry["sentence_number"] for entry in sentences] == [1, 2, 3]
    progression = parts["emotional_context"]["emotional_progression"]
    assert (progression["previous_turn_primary"], progression["previous_turn_intensity"]) == ("worry", 0.9)
    assert (progression["current_turn_primary"], progression["trajectory"]) == ("shame", "falling")
    assert all(value is True for value in parts["response_strategy"]["tactical_choices"].values())
    assert parts["training_metadata"]["quality_criteria"]["educational_effectiveness"] == kept["rubric"]["domain"]


def test_a_fence_around_the_json_is_put_right_and_said(good: dict[str, Any]) -> None:
    assert read_annotation(f"Here:\n```json\n{json.dumps(good)}\n```", FACTS)[1] == "the JSON stood in a fence"


def changed(tree: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one place changed; `path` is dotted, numbers are places of a list."""
    tree = copy.deepcopy(tree)
    *way, last = path.split(".")
    place: Any = tree
    for key in way:
        place = place[int(key)] if key.isdigit() else place[key]
    place[int(last) if last.isdigit() else last] = value
    return tree


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("detected_emotions.intensity", 1.2, "detected_emotions.intensity: Input should be less than or equal to 1"),
        ("detected_emotions.primary", "melancholia", "'melancholia' is no key of the list of emotions"),
        ("rubric.empathy", 7, "rubric.empathy: Input should be less than or equal to 5"),
        ("pacing", "brisk", "pacing: Input should be 'slow', 'moderate' or 'fast'"),
        ("extra", 1, "extra: Extra inputs are not permitted"),
        ("sentences.1.sentence_number", 1, "sentences: number 2 of 1 to 3 missing; sentences: number 1 given more"),
        ("sentences.2.sentence_number", 4, "number 4 does not exist, the reply has 3 sentences"),
        ("sentences.1.function", "  ", "sentences.1.function: String should have at least 1 character"),
        ("sentences.1.word_choice_rationale.0.phrase", "not in it", "sentence 2: 'not in it' does not stand in it"),
        ("emotional_indicators.0.quotations.0", "I never wrote that", "the client did not write 'I never wrote that'"),
        ("tactical_choices", ["only_one"], "tactical_choices: 1 given, 5 to 8 are asked for"),
        ("client_needs_hierarchy.0.priority", 3, "the priorities are 3, 2, 3"),
        ("behavioral_assessment.risk_level", "who knows", "begins with low, moderate or high"),
    ],
)
def test_what_is_wrong_is_named(good: dict[str, Any], path: str, value: Any, said: str) -> None:
    with pytest.raises(UnusableAnswerError) as refused:
        read(changed(good, path, value))
    assert said in str(refused.value)


def test_a_sentence_of_two_words_needs_no_third_reason(good: dict[str, Any]) -> None:
    reasons = [{"phrase": phrase, "reason": "it stands there"} for phrase in ("Yes", "eleven")]
    assert read(changed(good, "sentences.0.word_choice_rationale", reasons))
    with pytest.raises(UnusableAnswerError, match="sentence 1: 1 different phrases with reasons, 2 to 6 are asked for"):
        read(changed(good, "sentences.0.word_choice_rationale", reasons[:1]))


def test_a_quotation_may_differ_in_its_quotation_marks_only(good: dict[str, Any]) -> None:
    kept = "I said “papers”"
    assert read(changed(good, "emotional_indicators.0.quotations.0", kept))


def test_the_schema_is_the_same_for_every_turn_of_a_pack_and_holds_its_keys() -> None:
    keys = taxonomy_keys({name: [{"key": key} for key in values] for name, values in KEYS.items()})
    assert schema_text(keys) == schema_text(dict(reversed(keys.items())))
    assert json.loads(schema_text(keys))["$defs"]["techniques"]["enum"] == list(KEYS["techniques"])


TOLD = Dialogue(
    (Exchange("I hid the bills.", "Eleven bills are heavy, and you opened the drawer.  Take “one” tonight."),)
)
JUDGED = (
    '<turn number="1">\n<user>I hid the bills.</user>\n'
    "<advisor>Eleven bills are heavy, and you opened the drawer. Take one tonight.</advisor>\n</turn>"
)


def test_a_score_of_the_judge_counts_only_with_a_quotation_that_is_there() -> None:
    judged = annotation_for(JUDGED, json.loads(judge_schema()))
    assert judged is not None
    judged["scores"]["empathy"]["passage"] = 'take "one" tonight'  # folded: case, spaces, kinds of quotation marks
    judged["scores"]["clarity"]["passage"] = "a passage that nobody wrote"
    judged["outcome_reached"] |= {"answer": "no", "quotation": "I hid the bills"}
    judged["money_facts_questionable"] = [
        {"quotation": "eleven bills", "turn": 1, "what_is_wrong": "there were twelve", "should_be": "twelve"},
        {"quotation": "forty bills", "turn": 1, "what_is_wrong": "x", "should_be": ""},
    ]
    whole, scores, findings = verified(judged, TOLD)
    assert "empathy" in scores
    assert "clarity" not in scores
    assert (whole["scores"]["empathy"]["verified"], whole["scores"]["clarity"]["verified"]) == (True, False)
    by_check = [(finding.check, finding.severity) for finding in findings]
    assert by_check.count(("judge_quote", "info")) >= 2
    assert ("judge_outcome_reached", "warning") in by_check
    assert ("judge_money", "warning") in by_check


def test_a_judge_without_a_usable_answer_leaves_everything_unmeasured() -> None:
    _, scores, (finding,) = verified({"failed": "It was cut."}, TOLD)
    assert (scores, finding.check) == ({}, "judge_failed")
