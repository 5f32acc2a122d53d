"""The score, its parts, the figures that are stored, and robustness against anything a file may hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.prompting.files import QualityProfile
from core.quality.check import check_conversation
from core.quality.report import METRICS
from core.quality.subject import Rules, Subject, contact_tokens, rules_of_header
from data.tables.conversations import QualityMetrics


def test_the_score_is_the_weighted_mean_of_what_was_measured(good):
    report = check_conversation(good)
    weights = {part.name: part.weight for part in report.parts}
    assert weights == {
        "turns": 15,
        "lengths": 15,
        "completeness": 20,
        "progression": 15,
        "pacing": 10,
        "voice": 15,
        "variety": 10,
    }
    assert all(part.score is not None and part.reason for part in report.parts)


def test_dialogue_alone_is_scored_on_what_was_measured_and_is_never_ready(with_text):
    report = check_conversation(with_text(1, "client", ""))
    unmeasured = {part.name for part in report.parts if part.score is None}
    assert unmeasured == {"completeness", "progression"}
    assert report.score >= 9 and not report.ready and not report.needs_review
    assert report.figures.get("sentences_analyzed") is None


def test_a_failed_gate_caps_the_score_at_five_and_asks_for_review(with_text):
    report = check_conversation(with_text(1, "advisor", "I hear you."))
    assert report.score == 5.0 and report.needs_review and not report.ready


def test_a_low_score_asks_for_review_without_a_failed_gate(good):
    assert check_conversation(good, review_below=10.1).needs_review


def test_weights_of_the_profile_replace_the_usual_ones(good):
    only = QualityProfile(weights=dict.fromkeys(("turns", "lengths", "completeness", "progression"), 0.0))
    parts = {part.name: part for part in check_conversation(replace(good, profile=only)).parts}
    assert parts["turns"].weight == 0 and parts["voice"].weight == 15


def test_habits_cost_points_with_a_reason_a_person_understands(with_text):
    flat = with_text(2, "advisor", "Rest assured, it is what it is. Hang in there. You need to rest. You must call.")
    parts = {part.name: part for part in check_conversation(flat).parts}
    assert parts["voice"].score < 8
    assert "3 borrowed phrases" in parts["voice"].reason and "lectures 1 times" in parts["voice"].reason
    alike = with_text(2, "advisor", "A lid that opens the same way, every single morning of the week.", instead=False)
    pairs = [dict(pair) for pair in alike.pairs]
    pairs[1]["target_response"] = "A lid that gets lifted again. " + pairs[1]["target_response"]
    parts = {part.name: part for part in check_conversation(replace(alike, pairs=pairs)).parts}
    assert parts["variety"].score < 8 and "2 replies open alike" in parts["variety"].reason


def test_a_wall_of_text_costs_pacing(with_text, good):
    wall = good.pairs[1]["target_response"] + " The clerk can tell you more about that page, in her own time, too. " * 8
    parts = {part.name: part for part in check_conversation(with_text(2, "advisor", wall, instead=True)).parts}
    assert parts["pacing"].score < 9 and "wall of text" in parts["pacing"].reason


def test_the_row_fits_the_table_of_quality_metrics(good):
    row = check_conversation(good).row("fp_mixed_900", good.profile)
    columns = set(QualityMetrics.__table__.columns.keys())
    assert set(row) <= columns
    assert columns - set(row) == {"id", "created_at", "created_by", "updated_at", "checked_at", "judge"}
    assert {name: row[name] for name in METRICS if row[name] is None} == {}
    assert row["all_required_fields_complete"] is True and row["word_choice_rationale_completeness"] == 1.0


def test_stored_findings_carry_place_and_advice(with_text):
    row = check_conversation(with_text(2, "advisor", "I hear you.")).row("x", QualityProfile())
    first = row["findings"][0]
    assert (first["check"], first["turn"], first["role"]) == ("never_say", 2, "advisor")
    assert first["advice"] and len(first["span"]) == 2


def test_contacts_are_read_as_numbers_and_sites():
    assert contact_tokens("call or text 988; chat at 988lifeline.org") == {"988", "988lifeline.org"}
    assert contact_tokens("1-800-327-6243 (farmaid.org)") == {"18003276243", "farmaid.org"}


def test_a_file_of_its_own_says_who_its_advisor_is():
    rules = rules_of_header({"consultant_profile": {"name": "Ada Brook, CFP"}})
    assert rules == Rules(advisor_name="Ada Brook, CFP", advisor_short_name="Ada")
    assert rules_of_header({"consultant_profile": ["odd"]}) == Rules()


_anything: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=True) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_places = st.sampled_from(
    [
        ("current_user_input",),
        ("target_response",),
        ("turn_number",),
        ("conversation_history",),
        ("emotional_context",),
        ("emotional_context", "detected_emotions"),
        ("emotional_context", "detected_emotions", "intensity"),
        ("emotional_context", "emotional_indicators"),
        ("emotional_context", "client_needs_hierarchy"),
        ("emotional_context", "emotional_progression"),
        ("response_strategy", "tactical_choices"),
        ("response_breakdown", "sentences"),
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(place=_places, value=_anything, turn=st.integers(1, 3))
@example(place=("emotional_context", "detected_emotions", "intensity"), value=10**400, turn=2)
def test_whatever_a_file_holds_anywhere_the_check_answers(with_pair, place, value, turn):
    def edit(pair: dict[str, Any]) -> None:
        for key in place[:-1]:
            pair = pair[key]
        pair[place[-1]] = value

    report = check_conversation(with_pair(turn, edit, generated=False))
    assert report.score is None or 1 <= report.score <= 10


def test_an_empty_conversation_fails_without_an_error():
    report = check_conversation(Subject({}, []))
    assert report.needs_review and [finding.check for finding in report.failed_gates] == ["turn_count"]
    assert check_conversation(Subject({}, [], client={"name": " \n"})).failed_gates == report.failed_gates
