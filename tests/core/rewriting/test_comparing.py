"""Comparing versions: sentence by sentence, the words that differ, annotation and facts where they differ."""

from __future__ import annotations

import copy
from typing import Any

from core.rewriting.comparing import Change, compare

Tree = dict[str, Any]


def version(*messages: str, **row: Any) -> Tree:
    turns = [
        {"turn_id": f"t{n}", "turn_number": n, "user_input": user, "target_response": advisor, "note": ""}
        for n, (user, advisor) in enumerate(zip(messages[::2], messages[1::2], strict=True), 1)
    ]
    emotions = [{"id": n, "turn_id": f"t{n}", "primary_emotion": "worry"} for n in range(1, len(turns) + 1)]
    return {"conversation": {"topic": "Bills", **row}, "turns": turns, "emotions": emotions, "sentences": []}


def differences(before: Tree, after: Tree) -> dict[str, list[Change]]:
    return {
        passage.name: [change for change in passage.changes if change.kind != "same"]
        for passage in compare(before, after)
        if passage.differences
    }


def test_two_versions_of_the_same_have_no_difference() -> None:
    one = version("I am lost.", "Let us look. One bill only.")
    assert differences(one, copy.deepcopy(one)) == {}


def test_the_words_that_differ_are_named_within_their_sentence() -> None:
    found = differences(
        version("I am lost.", "Let us look. One bill only."), version("I am lost.", "Let us look. Two bills only.")
    )
    (change,) = found["Turn 1, advisor"]
    assert change.kind == "changed"
    assert [change.before[a:b] for a, b in change.before_spans] == ["One", "bill"]
    assert [change.after[a:b] for a, b in change.after_spans] == ["Two", "bills"]


def test_sentences_turns_annotation_and_facts_that_come_and_go_are_told() -> None:
    before = version("I am lost.", "Let us look. One bill only.")
    after = version("I am lost.", "Let us look.", "And now?", "Tea.", topic="Tea")
    after["emotions"][0]["primary_emotion"] = "dread"
    found = differences(before, after)
    assert [change.kind for change in found["Turn 1, advisor"]] == ["removed"]
    assert [change.kind for change in found["Turn 2, client"]] == ["added"]
    assert found["Turn 1, emotions"][0].after == "primary emotion: dread"
    assert found["Facts"][0].before == "topic: Bills"
    assert list(found) == ["Turn 1, advisor", "Turn 1, emotions", "Turn 2, client", "Turn 2, advisor",
                           "Turn 2, emotions", "Facts"]  # fmt: skip


def test_a_huge_message_is_compared_as_a_whole_for_word_by_word_it_would_take_minutes() -> None:
    before, after = "a " * 50_000, "a " * 49_999 + "b"
    (change,) = differences(version(before, "x"), version(after, "x"))["Turn 1, client"]
    assert (change.before_spans, change.after_spans) == (((0, len(before)),), ((0, len(after)),))
