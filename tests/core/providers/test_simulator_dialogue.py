"""The practice conversations are sound: turns, lengths, boundaries and variety hold over many plans."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest

from core.providers.simulator import advisor_phrases, client_phrases
from core.providers.simulator.dialogue import compose
from core.providers.simulator.plan_block import ConversationPlan, find_plan, noun_phrase
from core.providers.simulator.turns import Turn
from core.text.sentences import count_words

TOPICS = (
    "Roth IRA conversion",
    "No savings at 50",
    "Whether to sell the bakery",
    "After a house fire",
    "Rent or buy in a new town",
    "Sharing accounts after the wedding",
    "A pension nobody explained",
    "Inflation and whether the savings last",
    "Widow with three rental flats",
    "Quit the job or wait for the bonus",
)
EMOTIONS = (
    ("confusion", "clarity", "confus", "clear|clarity"),
    ("shame", "acceptance", "asham|shame", "accept"),
    ("anxiety", "confidence", "anxi", "confiden"),
    ("grief", "healing", "grie", "heal"),
    ("inner_conflict", "integrity", "conflict", "integrity"),
    ("overwhelm", "steadiness", "overwhelm", "stead"),
    ("exhaustion", "manageability", "exhaust", "manageable"),
    ("excitement", "empowerment", "excite", "empower"),
    ("wistfulness", "serenity", "wistfulness", "serenity"),
)
CLIENTS = ("Marcus Thompson, 38, software engineer", "Amara Diallo, 51, nurse", "Ana and Luis Ortiz, 44 and 46")
REFERRALS = ("988 Suicide & Crisis Lifeline (call or text 988)", "National Elder Fraud Hotline (833-372-8311)")
FORBIDDEN = re.compile(
    r"you should have|have it worse|guarantee|as an ai|everything happens for a reason|\*\*|[{}\[\]<>#]|\bJennifer\b"
    r"|\bDavid\b",
    re.IGNORECASE,
)


def block(
    topic: str,
    start: str,
    end: str,
    turns: int,
    *,
    client: str = CLIENTS[0],
    profile: str = "Earns $145K.",
    more: str = "",
) -> str:
    return (
        f"<conversation_plan>\nKind: {'edge case' if more else 'scenario'}\nClient: {client}\nProfile: {profile}\n"
        f"Topic: {topic}\nAbout: It has waited.\nStarting emotion: {start}, intensity 0.8\n"
        f"Ending emotion: {end}, intensity 0.7\nTurns: {turns}\n{more}</conversation_plan>"
    )


def written(text: str) -> list[Turn]:
    plan = find_plan(text)
    assert plan is not None
    return compose(plan)


def many() -> list[tuple[str, tuple[str, str, str, str], int, list[Turn]]]:
    rows = []
    for number, (topic, mood) in enumerate(itertools.product(TOPICS, EMOTIONS)):
        turns = 3 + number % 4
        client = CLIENTS[number % 3]
        profile = "Earns $145K." if number % 2 else "Speaks slowly."
        rows.append((topic, mood, turns, written(block(topic, *mood[:2], turns, client=client, profile=profile))))
    return rows


def boundary_plans() -> list[list[Turn]]:
    more = f"Boundary: not a planner's work\nReferrals: {'; '.join(REFERRALS)}.\n"
    topics = ("Hopelessness under debt", "Whether to file for bankruptcy", "Compulsive spending", "Elder abuse")
    moods = (("despair", "safety"), ("pressure", "referral_accepted"), ("distress", "referral_accepted"))
    return [
        written(block(topic, *mood, turns, more=more))
        for topic, mood, turns in itertools.product(topics, moods, (2, 3, 4))
    ]


def test_every_conversation_has_its_turns_and_every_message_its_words() -> None:
    for topic, _, turns, conversation in many():
        assert len(conversation) == turns
        for turn in conversation:
            assert 25 <= count_words(turn.user) <= 110, turn.user
            assert 75 <= count_words(turn.advisor) <= 190, turn.advisor
            assert 2 <= len(turn.advisor.split("\n\n")) <= 4
            assert turn.advisor.endswith("?"), "a reply ends with a check-in"
            assert noun_phrase(topic).lower() in turn.advisor.lower()
            assert not FORBIDDEN.search(turn.user + turn.advisor)


def test_the_emotion_moves_from_the_planned_start_to_the_planned_end() -> None:
    for _, (_, _, start, end), _, conversation in many():
        assert re.search(start, conversation[0].user, re.IGNORECASE), conversation[0].user
        assert re.search(end, conversation[-1].user, re.IGNORECASE), conversation[-1].user


def test_a_figure_of_the_plan_comes_in_every_reply() -> None:
    for turn in written(block("Roth IRA conversion", "confusion", "clarity", 5)):
        assert "$145K" in turn.advisor


def test_openings_are_not_worn_out_and_no_two_conversations_are_alike() -> None:
    rows = [conversation for _, _, _, conversation in many()]
    assert len(rows) == 90
    replies = Counter(" ".join(turn.advisor.split()[:5]) for turns in rows for turn in turns)
    assert replies.most_common(1)[0][1] <= 4
    assert len({tuple(turns) for turns in rows}) == 90
    whole = Counter(turn.user for turns in rows for turn in turns) + Counter(t.advisor for turns in rows for t in turns)
    assert whole.most_common(1)[0][1] == 1
    for turns in rows:
        assert len({turn.advisor.split("\n\n")[-1] for turn in turns}) == len(turns)


def test_there_is_material_enough() -> None:
    openers = {
        *advisor_phrases.FIRST_SECONDS,
        *advisor_phrases.MIDDLE_SECONDS,
        *advisor_phrases.LAST_SECONDS,
    }
    assert len(openers) >= 40
    assert len({*advisor_phrases.CHECK_INS, *advisor_phrases.LAST_CHECK_INS}) >= 40
    assert len(client_phrases.OPENINGS) >= 30


def test_edge_cases_state_the_boundary_refer_and_end_in_the_referral() -> None:
    for turns in boundary_plans():
        first, last = turns[0].advisor, turns[-1].advisor
        assert re.search(
            r"beyond what I can help with|cannot help with this|not an? |stop at this line|have limits", first
        ), first
        assert REFERRALS[0] in first
        assert REFERRALS[0] in last.split("\n\n")[-1].split(". ")[-1] + last[-120:]
        for turn in turns:
            assert any(referral in turn.advisor for referral in REFERRALS)
            assert 25 <= count_words(turn.user) <= 110, turn.user
            assert 75 <= count_words(turn.advisor) <= 190, turn.advisor
            assert not FORBIDDEN.search(turn.user + turn.advisor)
            assert "$145K" not in turn.advisor, "no money advice"
            numbers = re.findall(r"\d[\d-]{2,}", turn.advisor)
            assert all(any(number in referral for referral in REFERRALS) for number in numbers)


@pytest.mark.parametrize(
    ("topic", "phrase"),
    [
        ("HSA or FSA at enrolment", "the question of HSA or FSA at enrolment"),
        ("After identity theft", "life after identity theft"),
        ("No savings at 45", "having no savings at 45"),
        ("Whether to file", "the question of whether to file"),
        ("Renovate the house or save", "the question of whether to renovate the house or save"),
        ("Losing sleep over a crash", "losing sleep over a crash"),
        ("Payday loan trap", "the payday loan trap"),
        ("Credit card debt from travel", "credit card debt from travel"),
        ("Long-term care costs", "long-term care costs"),
        ("LGBTQ+ family planning", "LGBTQ+ family planning"),
        ("Victim of a scheme", "being a victim of a scheme"),
        ("Minimalist and spender as partners", "life with a minimalist and a spender as partners"),
        ("", "a money question that has waited too long"),
    ],
)
def test_a_topic_becomes_a_noun_phrase(topic: str, phrase: str) -> None:
    assert noun_phrase(topic) == phrase


def test_a_plan_is_read_tolerantly() -> None:
    assert find_plan("no block") is None
    assert find_plan("<conversation_plan>\n</conversation_plan>") == ConversationPlan()
    plan = find_plan("<conversation_plan>\nTURNS: about 3\ntopic:  Debt\nProfile: Lives\n near 401(k) and 12 months\n")
    assert plan is not None
    assert (plan.turns, plan.topic, plan.quantity, plan.name) == (3, "debt", "12 months", "")
    assert find_plan("<conversation_plan>\nTurns: 900\n</conversation_plan>") == ConversationPlan(
        turns=12, source="Turns: 900"
    )


def test_a_single_turn_holds_the_whole_journey() -> None:
    (turn,) = written(block("Debt", "shame", "acceptance", 1))
    assert re.search("asham|shame", turn.user)
    assert "accept" in turn.user
