"""Turns as text and back, what stays of an annotation, what no longer fits, and what a prompt is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.rewriting.comparing import pieces
from core.rewriting.marked import EditTextError, as_text, read_text
from core.rewriting.note import prompt_note
from core.rewriting.turns import edited, no_longer_fit, rewritten
from core.rewriting.variations import copied, read_vary
from core.services import Services
from data import conversations

PAIR = {
    "current_user_input": "I owe $420.",
    "target_response": "That is one bill. Pay $70 a month. Call them.",
    "emotional_context": {"detected_emotions": {"primary": "shame"}},
    "response_strategy": {"primary_strategy": "one_small_step"},
    "response_breakdown": {
        "sentences": [
            {"sentence_number": n, "text": text, "function": "x"}
            for n, text in enumerate(("That is one bill.", "Pay $70 a month.", "Call them."), 1)
        ]
    },
}
NEXT = {
    "current_user_input": "I can pay the $70.",
    "target_response": "Good.",
    "conversation_history": [{"role": "assistant", "content": PAIR["target_response"]}],
}


@given(st.text(alphabet="ab .\n=#", min_size=1, max_size=60).map(str.strip).filter(bool))
def test_what_was_opened_in_the_editor_and_left_alone_reads_the_same(message: str) -> None:
    message = "\n".join(line.rstrip() for line in message.splitlines()).strip()
    assert read_text(as_text("fp_x_001", 1, 4, message, "Yes.")) == (message, "Yes.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("=== client ===\nHi.\n", "has no line '=== advisor ==='"),
        ("=== client ===\n\n=== advisor ===\nHello.\n", "line 1: the client says nothing"),
        ("=== advisor ===\nHello.\n=== client ===\nHi.\n", "line 1: the client speaks first"),
        ("=== client ===\nHi.\n=== advisor ===\nA.\n=== client ===\nB.\n", "line 5: the mark"),
    ],
)
def test_a_turn_that_cannot_be_read_is_refused_by_its_line(text: str, message: str) -> None:
    with pytest.raises(EditTextError) as refused:
        read_text(text, "turn.txt")
    assert message in str(refused.value)


def test_sentences_that_stay_keep_their_annotation_under_their_new_numbers() -> None:
    (pair,) = edited([PAIR], 0, "I owe $420.", "First things first. That is one bill. Call them.")
    kept = [(s["sentence_number"], s["text"]) for s in pair["response_breakdown"]["sentences"]]
    assert kept == [(2, "That is one bill."), (3, "Call them.")]
    assert pair["emotional_context"] and pair["response_strategy"]
    (other,) = edited([PAIR], 0, "I owe nothing.", PAIR["target_response"])
    assert "emotional_context" not in other, "it spoke of other words of the client"


def test_histories_follow_and_later_turns_that_lost_their_ground_are_named() -> None:
    after = rewritten([PAIR, NEXT], 0, "I owe $420.", "One bill only. Pay $35 a month.")
    assert after[1]["conversation_history"][0]["content"] == "One bill only. Pay $35 a month."
    (doubt,) = no_longer_fit([PAIR, NEXT], after, 0, [1, 2], by_hand=True)
    assert (doubt.turn, doubt.severity) == (2, "warning")
    assert "speaks of $70, which turn 1 said" in doubt.message
    assert "emotional_context" not in after[0]


def test_a_note_holds_the_words_of_people_and_of_gates_that_a_dialogue_can_mend() -> None:
    gates = [
        {"check": "cut_message", "severity": "gate", "turn": 2, "role": "advisor", "message": "It is cut."},
        {"check": "sentence_text", "severity": "gate", "turn": 1, "message": "not this one"},
        {"check": "voice", "severity": "warning", "turn": 1, "message": "nor this"},
    ]
    note = prompt_note(["Too long.", "", "Too long."], gates)
    assert note == "Too long. Checks that failed on it, to be right this time: turn 2, advisor: It is cut"
    assert "begin elsewhere" in prompt_note([], [], opening="Eleven envelopes")
    assert prompt_note([], []) == ""


def test_a_comparison_gives_both_texts_back() -> None:
    old, new = "Pay $70 a month, and call them.", "Pay $35 a month and do call them."
    found = pieces(old, new)
    assert "".join(text for kind, text in found if kind != "in") == old
    assert "".join(text for kind, text in found if kind != "out") == new


def test_a_variation_that_repeats_its_source_is_told() -> None:
    theirs = [("I opened the drawer with the hospital bills again last night.", "Eleven envelopes are heavy.")]
    (finding, *_) = copied("fp_x_001", theirs, [("Well, I opened the drawer with the hospital bills again.", "No.")])
    assert (finding.check, finding.turn, finding.role) == ("like_source", 1, "client")
    assert copied("fp_x_001", theirs, [("My rent went up in June and I have not told him.", "By how much?")]) == []
    assert read_vary("Numbers, persona") == ("numbers", "persona")


async def test_a_turn_of_a_file_that_was_only_looked_at_in_the_editor_is_not_changed(services: Services) -> None:
    name, client = "fp_marcus_002", "  I owe $420.  \r\nAnd\u2028more. "
    async with services.database.write() as session:
        row = await conversations.get(session, name) or {}
        await conversations.update_guarded(session, name, row["version"], {"status": "generated"}, by="t")
        await session.execute(
            text("update conversation_turns set user_input = :said where conversation_id = :id and turn_number = 1"),
            {"said": client, "id": name},
        )
    user, advisor, turns, version = await services.rewriting.turn(name, 1)
    assert user == client
    seen = read_text(as_text(name, 1, turns, user, advisor))
    assert seen is not None
    assert await services.rewriting.edit_turn(name, 1, *seen, expected_version=version) is None
    edited_too = await services.rewriting.edit_turn(name, 1, seen[0], "Call them.", expected_version=version)
    assert edited_too is not None
    assert (await services.rewriting.turn(name, 1))[0] == client
