"""A dialogue is read from tagged text: nothing of it twice, nothing lost, and half of it never taken for the whole."""

from __future__ import annotations

import pytest

from core.pipeline.dialogue import NotADialogueError, parse_dialogue

TURN = "<turn>\n<user>How do I begin?</user>\n<advisor>With one bill.</advisor>\n</turn>"
SHORT = "<user>How do I begin?</user><advisor>With one bill.</advisor>"


def test_a_turn_tag_in_what_stands_before_the_dialogue_doubles_no_turn() -> None:
    for text in (f"I write it in <turn> blocks.\n{TURN}", f"<turn/>{TURN}", f"{TURN}\n<turn>{TURN}"):
        dialogue = parse_dialogue(text)
        assert len(dialogue.turns) == text.count("<user>") and dialogue.repaired
    names = TURN.replace("How", "\u0130" * 20)  # its lower case is longer than itself
    assert len(parse_dialogue(f"{names}\n<turn>{SHORT}").turns) == 2


@pytest.mark.parametrize(
    "text",
    [
        TURN.replace("</turn>", "And then the next.</advisor>\n</turn>"),
        f"{SHORT}<user>And then",
        f"{TURN}<turn><user>And then</user><advisor>The ne",
        "<user>" * 20_000,  # quadratic to read, were it not refused
    ],
    ids=["words behind an end", "cut without turns", "cut", "nothing but tags"],
)
def test_what_may_have_lost_a_part_is_refused(text: str) -> None:
    with pytest.raises(NotADialogueError):
        parse_dialogue(text)
