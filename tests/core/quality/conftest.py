"""A good conversation of three turns with complete annotation, built in code, and ways to damage it in one place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.prompting.files import QualityProfile
from core.quality.check import check_conversation
from core.quality.report import Finding, Report
from core.quality.subject import Feeling, Rules, Subject
from core.text.sentences import split_sentences

RULES = Rules(
    never_say=("you should have", "i hear you", "calm down", "as an ai"),
    advisor_name="Elena Morales, CFP",
    advisor_short_name="Elena",
    persona_names=("Marcus Thompson", "Jennifer Park", "David Chen"),
    referral_contacts=frozenset({"988", "18005550199", "harborline.org"}),
    emotions=frozenset({"dread", "embarrassment", "worry", "relief", "hope"}),
    feelings={
        "dread": Feeling("fear", "negative", -0.75),
        "worry": Feeling("fear", "negative", -0.45),
        "embarrassment": Feeling("shame", "negative", -0.5),
        "relief": Feeling("ease", "positive", 0.6),
        "hope": Feeling("hope", "positive", 0.6),
    },
)
ROW = {
    "conversation_id": "fp_mixed_900",
    "tier": "template",
    "persona_name": "Odette Granger",
    "starting_emotion": "dread",
    "starting_intensity": 0.8,
    "ending_emotion": "relief",
    "ending_intensity": 0.6,
    "target_turns": 3,
    "topic_description": "Odette has a shoebox of hospital bills on the piano.",
}
CLIENT = {"name": "Odette Granger", "age": 47, "income": "$58,000 a year", "family": "one son, Luc, 17"}
CLIENTS = (
    "There is a shoebox on my piano with eleven hospital bills in it. I have opened two. I lift the lid every morning "
    "and put it back like something might jump out. My son thinks it holds sheet music. I don't know if I owe four "
    "thousand or forty, and I feel sick whenever the mail comes. Where would a person even start?",
    "I did what you asked and laid them out by date on the rug. Nine of them are the same two visits, billed again and "
    "again. I felt foolish, then furious. The total comes to $6,240, but one page says the insurer was never billed at "
    "all. Luc walked in and I told him the truth. He just sat down and sorted. What do I do about that page?",
    "The billing office picked up on the third try. They are sending it to the insurer, and the woman said it may take "
    "six weeks. I wrote her name on the envelope. I slept through for the first time since spring. There is still "
    "$1,180 that is really mine, and I can see the end of that. Should I pay it all at once?",
)
REPLIES = (
    "A lid that gets lifted every morning is a kind of courage, even if it goes straight back down. Dread grows well "
    "in closed boxes, and eleven envelopes can hold far less than they threaten. Before any sum, I want us to see "
    "what is there. Could you lay the bills on the floor tonight in order of the date of treatment, without adding "
    "anything up? Often several of them turn out to be the same visit. Tell me how many dates you find.",
    "Sorting on the rug with Luc was worth more than the shoebox ever was. Your anger has a fair address, because a "
    "clinic that never billed the insurer has asked you for money that may not be yours. Call the billing office, give "
    "the date on that page, and ask them to send the claim, which is the request for payment, to your insurer first. "
    "Until they answer, leave the $6,240 alone. Who could sit next to you while you make the call?",
    "Writing her name on the envelope was a clever thing to do, since offices remember callers who remember them. Six "
    "weeks will pass whether or not you watch the mailbox. For the $1,180, ask whether they take twelve payments "
    "without interest, which comes to a little over $98 a month, and keep the rest of your savings for the car. Paying "
    "at once is fine too, if it would let you put the piano back to music. Which of the two would you sleep better on?",
)
EMOTIONS = (("dread", 0.8), ("worry", 0.7), ("relief", 0.6))


def annotation(client: str, reply: str, position: int) -> dict[str, Any]:
    """A complete analysis of one turn."""
    pieces = [" ".join(sentence.split()[:4]) for sentence in split_sentences(client)]
    words = client.split()
    quotes = (pieces + [" ".join(words[start : start + 3]) for start in range(5, 60, 9)])[:11]
    emotion, intensity = EMOTIONS[position]
    context: dict[str, Any] = {
        "detected_emotions": {
            "primary": emotion,
            "primary_confidence": 0.8,
            "secondary": "embarrassment",
            "secondary_confidence": 0.6,
            "intensity": intensity,
            "valence": "mixed",
        },
        "emotional_indicators": {f"category_{n}": quotes[n::5] for n in range(5)},
        "behavioral_assessment": dict.fromkeys(
            ("risk_level", "engagement_readiness", "knowledge_level", "trust_level"), "moderate"
        ),
        "client_needs_hierarchy": [{"priority": n, "need": "order", "rationale": "a heap"} for n in (1, 2, 3)],
    }
    if position:
        before, strength = EMOTIONS[position - 1]
        context["emotional_progression"] = {
            "previous_turn_primary": before,
            "previous_turn_intensity": strength,
            "current_turn_primary": emotion,
            "current_turn_intensity": intensity,
        }
    strategy: dict[str, Any] = dict.fromkeys(
        ("primary_strategy", "primary_rationale", "tone_selection", "tone_rationale", "pacing"), "unhurried"
    )
    strategy["tactical_choices"] = {f"choice_{n}": True for n in range(6)}
    strategy["specific_techniques"] = [{"technique": "full_count"}, {"technique": "single_small_step"}]
    sentences = [
        {
            "sentence_number": number,
            "text": text,
            **dict.fromkeys(("function", "emotional_purpose", "technique", "teaches_model"), "orders the heap"),
            "word_choice_rationale": dict.fromkeys(text.split()[:4], "plain"),
        }
        for number, text in enumerate(split_sentences(reply), 1)
    ]
    return {
        "emotional_context": context,
        "response_strategy": strategy,
        "response_breakdown": {"total_sentences": len(sentences), "sentences": sentences},
    }


@pytest.fixture
def good() -> Subject:
    """A conversation that passes everything."""
    pairs = [
        {
            "turn_number": number,
            "current_user_input": client,
            "target_response": reply,
            **annotation(client, reply, number - 1),
        }
        for number, (client, reply) in enumerate(zip(CLIENTS, REPLIES, strict=True), 1)
    ]
    return Subject(dict(ROW), pairs, QualityProfile(), RULES, generated=True, client=dict(CLIENT), annotated=True)


@pytest.fixture
def with_pair(good: Subject) -> Callable[..., Subject]:
    """The good conversation with one turn changed in place by a function."""

    def change(turn: int, edit: Callable[[dict[str, Any]], Any], **others: Any) -> Subject:
        pairs: list[dict[str, Any]] = copy.deepcopy(list(good.pairs))  # type: ignore[arg-type]
        edit(pairs[turn - 1])
        return replace(good, pairs=pairs, **others)

    return change


@pytest.fixture
def with_text(good: Subject) -> Callable[..., Subject]:
    """The good dialogue, without annotation, with a sentence added to one message (or the whole text replaced)."""

    def change(turn: int, role: str, added: str, *, instead: bool = False, **others: Any) -> Subject:
        field = "current_user_input" if role == "client" else "target_response"
        pairs = [
            {key: pair[key] for key in ("turn_number", "current_user_input", "target_response")} for pair in good.pairs
        ]
        pairs[turn - 1][field] = added if instead else f"{pairs[turn - 1][field]} {added}"
        return replace(good, pairs=pairs, annotated=False, **others)

    return change


def gates(report: Report) -> list[str]:
    """The ids of the failed gates."""
    return [finding.check for finding in report.failed_gates]


@pytest.fixture
def failing() -> Callable[[Subject], list[Finding]]:
    """The failed gates of a subject."""
    return lambda subject: list(check_conversation(subject).failed_gates)
