"""Each gate on the annotation catches its damage; for imported text the same finding is a warning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.quality.check import check_conversation

Pair = dict[str, Any]


def _sentences(pair: Pair) -> list[dict[str, Any]]:
    return pair["response_breakdown"]["sentences"]


def _detected(pair: Pair) -> dict[str, Any]:
    return pair["emotional_context"]["detected_emotions"]


def _few_reasons(pair: Pair) -> None:
    _sentences(pair)[1]["word_choice_rationale"] = {"Your": "plain"}


def _sixteen_indicators(pair: Pair) -> None:
    pair["emotional_context"]["emotional_indicators"]["category_0"] += ["I"] * 16


DAMAGE: dict[str, tuple[Callable[[Pair], Any], set[tuple[str, int | None]]]] = {
    "a sentence is dropped": (lambda p: _sentences(p).pop(1), {("sentence_missing", 2)}),
    "a sentence is changed": (
        lambda p: _sentences(p)[2].update(text=_sentences(p)[2]["text"] + " Yes."),
        {("sentence_text", 3)},
    ),
    "sentences are swapped": (lambda p: _sentences(p).reverse(), {("sentence_text", 1)}),
    "a sentence has no purpose": (lambda p: _sentences(p)[0].update(emotional_purpose=""), {("missing_field", 1)}),
    "too few reasons for words": (_few_reasons, {("word_reasons", 2)}),
    "a reason for absent words": (
        lambda p: _sentences(p)[0]["word_choice_rationale"].update({"umbrella": "wet"}),
        {("word_reason_key", 1)},
    ),
    "an indicator nobody wrote": (
        lambda p: p["emotional_context"]["emotional_indicators"]["category_1"].append("never said"),
        {("indicator_quote", None)},
    ),
    "too many indicators": (_sixteen_indicators, {("indicators", None)}),
    "too few kinds of indicators": (
        lambda p: p["emotional_context"]["emotional_indicators"].pop("category_4"),
        {("indicator_categories", None)},
    ),
    "one emotion": (lambda p: _detected(p).pop("secondary"), {("emotions", None)}),
    "an emotion without confidence": (lambda p: _detected(p).pop("secondary_confidence"), {("missing_field", None)}),
    "an unknown emotion": (lambda p: _detected(p).update(secondary="hangry"), {("emotion_label", None)}),
    "a confidence above one": (lambda p: _detected(p).update(primary_confidence=1.4), {("share", None)}),
    "a need too few": (
        lambda p: p["emotional_context"]["client_needs_hierarchy"].pop(),
        {("needs", None)},
    ),
    "needs out of rank": (
        lambda p: p["emotional_context"]["client_needs_hierarchy"].reverse(),
        {("needs_rank", None)},
    ),
    "too few tactical choices": (
        lambda p: [p["response_strategy"]["tactical_choices"].popitem() for _ in range(2)],
        {("tactical_choices", None)},
    ),
    "one technique": (lambda p: p["response_strategy"]["specific_techniques"].pop(), {("techniques", None)}),
    "no strategy": (lambda p: p["response_strategy"].pop("primary_strategy"), {("missing_field", None)}),
    "no progression": (lambda p: p["emotional_context"].pop("emotional_progression"), {("missing_field", None)}),
    "a wrong look back": (
        lambda p: p["emotional_context"]["emotional_progression"].update(previous_turn_intensity=0.5),
        {("progression", None)},
    ),
    "another feeling looked back on": (
        lambda p: p["emotional_context"]["emotional_progression"].update(previous_turn_primary="hope"),
        {("progression", None)},
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_one_damage_fails_its_gate_at_its_turn(with_pair, failing, damage):
    edit, expected = DAMAGE[damage]
    findings = failing(with_pair(2, edit))
    assert {finding.turn for finding in findings} == {2}
    assert expected <= {(finding.check, finding.sentence) for finding in findings}
    assert {finding.check for finding in findings} == {check for check, _ in expected}


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_same_damage_in_an_imported_file_is_a_warning_that_lowers_completeness_or_progression(
    with_pair, good, damage
):
    report = check_conversation(with_pair(2, DAMAGE[damage][0], generated=False))
    assert not report.failed_gates
    assert {finding.severity for finding in report.findings} == {"warning"}
    assert report.score < check_conversation(good).score


@pytest.mark.parametrize(
    ("turn", "value", "check"),
    [
        (1, {"primary": "worry"}, "starting_emotion"),
        (1, {"intensity": 0.7}, "starting_intensity"),
        (3, {"primary": "hope"}, "ending_emotion"),
        (3, {"intensity": 0.66}, "ending_intensity"),
    ],
)
def test_the_journey_of_a_pack_s_example_is_the_plan_s_to_the_letter(with_pair, failing, turn, value, check):
    def edit(pair: Pair) -> None:
        _detected(pair).update(value)
        pair["emotional_context"].pop("emotional_progression", None)

    assert check in {finding.check for finding in failing(with_pair(turn, edit, exact_plan=True))}


@pytest.mark.parametrize(
    ("turn", "value", "check"),
    [
        (1, {"primary": "worry"}, ""),
        (1, {"primary": "relief"}, "starting_emotion"),
        (1, {"intensity": 0.58}, ""),
        (1, {"intensity": 0.5}, "starting_intensity"),
        (3, {"primary": "hope"}, ""),
        (3, {"primary": "dread"}, "ending_emotion"),
        (3, {"intensity": 0.9}, "ending_intensity"),
    ],
)
def test_the_journey_of_a_generated_conversation_is_near_the_plan(with_pair, failing, turn, value, check):
    def edit(pair: Pair) -> None:
        _detected(pair).update(value)
        pair["emotional_context"].pop("emotional_progression", None)

    found = {finding.check for finding in failing(with_pair(turn, edit))}
    journey = {"starting_emotion", "starting_intensity", "ending_emotion", "ending_intensity"} & found
    assert journey == ({check} if check else set())


def test_an_intensity_within_the_tolerance_passes(with_pair, failing):
    def edit(pair: Pair) -> None:
        _detected(pair)["intensity"] = 0.65
        pair["emotional_context"]["emotional_progression"]["current_turn_intensity"] = 0.65

    assert not failing(with_pair(3, edit))


def test_quotations_may_differ_in_case_spaces_and_quotation_marks(with_pair, failing):
    def edit(pair: Pair) -> None:
        pair["current_user_input"] += " It’s   a\nRug."
        pair["emotional_context"]["emotional_indicators"]["category_0"][0] = "it's a rug"

    assert not failing(with_pair(2, edit))


def test_few_indicators_in_the_whole_conversation_are_a_warning(with_pair, good):
    def edit(pair: Pair) -> None:
        for quotes in pair["emotional_context"]["emotional_indicators"].values():
            del quotes[2:]
            del quotes[1:]
        pair["emotional_context"]["emotional_indicators"]["category_0"].append(pair["current_user_input"][:12])

    report = check_conversation(with_pair(2, edit))
    assert [(f.check, f.severity) for f in report.findings] == [("indicators_total", "warning")]
    assert report.ready
