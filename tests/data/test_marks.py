"""The marks of a message: the numbers are stored, so they stay what they are; its words are those of the pattern."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from data.marks import _WORD, Kind, marks_of, words_in

SAID = "I don’t know, Anna: we still owe 401 dollars on the card, and the bank won't wait for it."


def test_the_marks_of_a_text_are_those_that_are_stored() -> None:
    assert marks_of(SAID) == [
        (Kind.WHOLE, 8537712783788228384),
        (Kind.SHINGLE, 333364548832270620),
        (Kind.SHINGLE, 668966716853792078),
        (Kind.SHINGLE, 782812120129566070),
        (Kind.SHINGLE, 1093992562583949944),
        (Kind.SHINGLE, 1684152040508364120),
        (Kind.SHINGLE, 2047190192364936215),
        (Kind.SHINGLE, 2516732110957143025),
        (Kind.SHINGLE, 3648915643622464519),
        (Kind.OPENER, 1361576631788291296),
        (Kind.CLOSER, 2081919440841902339),
    ]


@given(st.lists(st.sampled_from(["don't", "'tis", "dogs'", "a''b", "_", "é", "—", "won’t", "401", "- ", "\n", "(k)"])))
def test_words_cut_at_blanks_are_those_of_the_pattern(pieces: list[str]) -> None:
    for text in ("".join(pieces), " ".join(pieces)):
        assert words_in(text) == _WORD.findall(text.replace("’", "'"))
