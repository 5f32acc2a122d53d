"""Sentences are split the same way everywhere, and no text can talk to the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.sentences import count_words, split_sentences
from core.text.terminal import safe_line, safe_text


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs $1.50 today. Fine.", ["It costs $1.50 today.", "Fine."]),
        ("Ask Dr. Lee about it. Then call.", ["Ask Dr. Lee about it.", "Then call."]),
        ('"Really?" she said. I nodded.', ['"Really?" she said.', "I nodded."]),
        ("Wait... what? No.", ["Wait... what?", "No."]),
        ("First paragraph\n\nSecond one.", ["First paragraph", "Second one."]),
        ("- a point\n- another one", ["- a point", "- another one"]),
        ("1. Open it. 2. Read it.", ["1. Open it.", "2. Read it."]),
        ('She said "Stop." Then left.', ['She said "Stop."', "Then left."]),
        ("You chose plan B. Good.", ["You chose plan B.", "Good."]),
        ("Anna B. Lee wrote. J. Smith did too.", ["Anna B. Lee wrote.", "J. Smith did too."]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(max_size=300))
def test_splitting_loses_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


def test_words_are_counted_as_people_count_them() -> None:
    assert count_words("I don't have $1,250.50 in my 401(k), do I?") == 9
    assert count_words("Well - I don’t... know--really, it's 50/50") == 7
    assert count_words("-- ' . -") == 0


@given(st.text(max_size=200))
def test_nothing_that_a_terminal_obeys_survives(text: str) -> None:
    for character in safe_text(text):
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cs")
    line = safe_line(text, 40)
    assert len(line) <= 40
    assert "\n" not in line


def test_an_escape_sequence_becomes_visible() -> None:
    assert safe_line("a\x1b]52;c;aGk=\x07b") == "a␛]52;c;aGk=␇b"
    assert "\u202e" not in safe_text("abc\u202edef")
