"""Each gate on the dialogue catches its damage, at its place, and nothing else fires."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from core.quality.check import check_conversation

PHONE = "Call me at 415-555-0188 any evening."


def test_a_good_conversation_passes_every_gate_and_is_ready(good):
    report = check_conversation(good)
    assert report.findings == ()
    assert report.ready and not report.needs_review
    assert report.score >= 9


@pytest.mark.parametrize(
    ("role", "text", "check"),
    [
        ("advisor", "Dear ${client_name}, write soon.", "residue"),
        ("advisor", "Dear {{name}}, write soon.", "residue"),
        ("advisor", "First this.\\nThen that.", "residue"),
        ("advisor", "```json", "residue"),
        ("client", "It said [object Object] on the page.", "residue"),
        ("client", "The id was 3f2b1c7e-9a41-4c55-8f1d-0a2b3c4d5e6f there.", "residue"),
        ("advisor", "</advisor> </turn>", "residue"),
        ("advisor", "Bills &amp; letters can wait.", "residue"),
        ("advisor", "As an AI language model, the rug is hard to see.", "residue"),
        ("advisor", "As a large language model I see no rug.", "residue"),
        ("advisor", '{"reply": "Call them."}', "residue"),
        ("advisor", "It\x1b[31m is red.", "residue"),
        ("advisor", "You should have opened them in May.", "never_say"),
        ("advisor", "I hear you.", "never_say"),
        ("advisor", "This is your own fault.", "blame"),
        ("advisor", "You shouldn't have waited for spring.", "blame"),
        ("advisor", "How could you let it get this far?", "blame"),
        ("advisor", "The fund pays a guaranteed 8% return.", "guaranteed_return"),
        ("advisor", "Stocks will definitely go up by then.", "guaranteed_return"),
        ("advisor", "Put it into Vanguard instead.", "product_tip"),
        ("advisor", "Buy some VTSAX with it.", "product_tip"),
        ("client", PHONE, "personal_data"),
        ("client", "Write to odette.granger@example.com then.", "personal_data"),
        ("client", "My number is 078-05-1120 there.", "personal_data"),
        ("client", "The card is 4111 1111 1111 1111 still.", "personal_data"),
        ("client", "They want DE89 3704 0044 0532 0130 00 for it.", "personal_data"),
        ("client", "Anyway, my name is Marcus Thompson.", "wrong_name"),
        ("client", "I'm Jennifer, by the way.", "wrong_name"),
        ("advisor", "Marcus, tell me how it goes.", "wrong_name"),
        ("advisor", "Rest for now, David.", "wrong_name"),
        ("advisor", "I'm Sarah, your financial advisor.", "advisor_name"),
        ("advisor", "Warmly yours.\nSarah", "advisor_name"),
        ("client", "I'm 31, after all.", "age"),
        ("advisor", "You're 62, so it may end soon.", "age"),
        ("client", "I make $145,000 and still this.", "income"),
        ("client", "And then I opened the", "cut_message"),
        ("advisor", "And after that we could", "cut_message"),
        ("advisor", 'The clerk then said, "', "cut_message"),
        ("advisor", "He called it “a courtesy and hung up.", "cut_message"),
        ("advisor", "One more thing,", "cut_message"),
    ],
)
def test_damage_in_the_text_fails_the_gate_meant_for_it(with_text, failing, role, text, check):
    findings = failing(with_text(2, role, text))
    assert check in {finding.check for finding in findings}
    assert {(finding.turn, finding.role) for finding in findings} == {(2, role)}


def test_a_finding_points_at_the_very_words(with_text, failing):
    subject = with_text(3, "advisor", "It may be time to calm down.")
    (finding,) = failing(replace(subject, rules=replace(subject.rules, never_say=("time to calm",))))
    text = subject.pairs[2]["target_response"]
    assert text[finding.start : finding.end] == "time to calm"
    assert finding.place == "turn 3, advisor"


@pytest.mark.parametrize(
    ("role", "text", "check"),
    [
        ("client", "", "empty_message"),
        ("client", "Yes please.", "length"),
        ("advisor", "Call them today.", "length"),
        ("advisor", "Call them and then write. " * 90, "length"),
        ("advisor", None, "repeated_message"),
    ],
)
def test_a_message_that_is_no_message_fails(with_text, failing, good, role, text, check):
    echo = good.pairs[1]["current_user_input"] if text is None else text
    findings = failing(with_text(2, role, echo, instead=True))
    assert {(finding.check, finding.turn, finding.role) for finding in findings} == {(check, 2, role)}


@pytest.mark.parametrize("names", permutations(["Marcus", "Jennifer", "David"]), ids=" ".join)
def test_of_several_people_of_other_plans_the_first_in_reading_order_is_named(with_text, names):
    subject = with_text(2, "advisor", "It was the same for {} and later for {} and {} too.".format(*names))
    (finding,) = check_conversation(subject).findings
    assert (finding.check, finding.severity) == ("wrong_name", "warning")
    assert finding.message.startswith(f"{names[0]} belongs to another plan")


def test_a_message_a_little_too_long_is_only_a_warning(with_text):
    report = check_conversation(with_text(2, "advisor", "One more word follows another here. " * 30))
    assert [f.check for f in report.findings if f.severity == "warning"] == ["length"]
    assert not report.failed_gates


def test_a_conversation_that_ends_on_the_client_fails(with_text, failing):
    (finding,) = failing(with_text(3, "advisor", "", instead=True))
    assert (finding.check, finding.turn) == ("ends_on_advisor", 3)


def test_the_same_reply_twice_fails(with_text, failing, good):
    (finding,) = failing(with_text(3, "advisor", good.pairs[0]["target_response"], instead=True))
    assert (finding.check, finding.turn) == ("repeated_message", 3)


def test_the_number_of_turns_is_the_plans_and_lies_in_the_profile(good, failing):
    short = replace(good, pairs=good.pairs[:1], row={**good.row, "ending_emotion": "", "ending_intensity": None})
    assert [finding.check for finding in failing(short)] == ["turn_count", "planned_turns"]


def test_turns_out_of_order_fail(with_pair, failing):
    subject = with_pair(2, lambda pair: pair.update(turn_number=5))
    assert "turn_order" in {finding.check for finding in failing(subject)}


def test_a_history_that_says_something_else_fails(with_pair, failing, good):
    told = [{"role": "user", "content": "Something else."}]
    (finding,) = failing(with_pair(2, lambda pair: pair.update(conversation_history=told)))
    assert (finding.check, finding.turn) == ("history", 2)
    first = good.pairs[0]
    told = [{"content": first["current_user_input"]}, {"content": first["target_response"]}]
    assert not failing(with_pair(2, lambda pair: pair.update(conversation_history=told)))


EDGE = {"tier": "edge_case"}
REFERRALS = [{"name": "Harbor Line for Families", "contact": "1-800-555-0199 (harborline.org)", "when": "now"}]
LIMIT = "What you write is beyond what a planner can carry, and I will not guess at it."


@pytest.mark.parametrize(
    "words", ["Harbor Line for Families is open.", "Ring 1 (800) 555-0199.", "See harborline.org."]
)
def test_an_edge_case_with_boundary_and_referral_in_the_first_reply_passes(with_text, good, words):
    subject = with_text(1, "advisor", f"{LIMIT} {words}", row={**good.row, **EDGE}, referrals=REFERRALS)
    assert check_conversation(subject).findings == ()


def test_an_edge_case_without_boundary_or_referral_fails_at_the_first_reply(with_text, failing, good):
    findings = failing(with_text(1, "advisor", "", row={**good.row, **EDGE}, referrals=REFERRALS))
    assert {(finding.check, finding.turn) for finding in findings} == {("boundary", 1), ("referral", None)}


def test_a_late_referral_is_a_warning(with_text, good):
    subject = with_text(1, "advisor", LIMIT, row={**good.row, **EDGE}, referrals=REFERRALS)
    pairs = [dict(pair) for pair in subject.pairs]
    pairs[1]["target_response"] += " Harbor Line for Families answers at any hour."
    (finding,) = check_conversation(replace(subject, pairs=pairs)).findings
    assert (finding.check, finding.severity, finding.turn) == ("referral", "warning", 2)


def test_plan_values_are_only_warnings_for_imported_text(with_text):
    subject = with_text(2, "client", "I'm 31, after all.", generated=False)
    report = check_conversation(subject)
    assert [(finding.check, finding.severity) for finding in report.findings] == [("age", "warning")]
