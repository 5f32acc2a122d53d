"""The search line offers what may stand next, and puts it where it belongs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.completion import Option, complete
from core.query import parse

VALUES = {"persona": [("david", 13), ("jennifer", 14), ("marcus", 17)], "tone": [("casual", 20), ("urgent", 3)]}


def offered(text: str) -> list[str]:
    return [option.text for option in complete(text, len(text), VALUES).options]


def test_filters_are_offered_before_the_colon_and_values_after_it() -> None:
    assert offered("pers") == ["persona:"]
    assert offered("persona:") == ["marcus", "jennifer", "david"]  # the most frequent first
    assert offered("tier:1 -persona:j") == ["jennifer"]
    assert offered("persona:marcus,d") == ["david"]
    assert offered("is:to") == ["to_review"]
    assert "-score" in offered("sort:-s")
    assert offered("quality:") == ["<6", "6..8", ">=8"]  # an alias of score
    assert offered("emotion:x") == []
    assert offered('"persona') == []
    assert offered("") == []


def test_a_value_that_is_known_tells_how_many_rows_have_it() -> None:
    assert complete("tone:ur", 7, VALUES).options == (Option("urgent", 3),)


def test_a_word_is_put_in_the_middle_of_a_query() -> None:
    found = complete("pers tier:1", 4, VALUES)
    text, cursor = found.put("pers tier:1", found.options[0])
    assert (text, cursor) == ("persona: tier:1", 8)
    found = complete(text, cursor, VALUES)
    text, _ = found.put(text, found.options[0])
    assert parse(text) == parse("persona:marcus tier:1")


@given(st.text(max_size=40), st.integers(min_value=0, max_value=40))
def test_no_text_breaks_it(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    found = complete(text, cursor, VALUES)
    assert 0 <= found.start <= found.end == cursor
    for option in found.options:
        put, after = found.put(text, option)
        assert 0 <= after <= len(put)


@pytest.mark.parametrize("key", ["persona", "tone"])
def test_every_offer_is_a_query_that_can_be_read(key: str) -> None:
    for option in complete(f"{key}:", len(key) + 1, VALUES).options:
        parse(f"{key}:{option.text}")


def test_a_value_of_several_words_is_put_in_quotation_marks_with_those_before_it() -> None:
    values = {"reason": [("facts", 2), ("wrong voice", 1)]}
    for text, meant in (("reason:wr", ("wrong voice",)), ("tier:1 reason:facts,wr", ("facts", "wrong voice"))):
        found = complete(text, len(text), values)
        put, cursor = found.put(text, found.options[0])
        assert dict(parse(put).values)["reason"] == meant
        assert cursor == len(put)
