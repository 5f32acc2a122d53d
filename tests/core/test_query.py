"""The query language reads what people type, says where it fails, and writes back what it read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from core.query import chips, parse, toggled, toggled_state, write
from data.criteria import DIMENSIONS, Criteria, Range


def test_the_documented_example_is_read() -> None:
    criteria = parse('persona:marcus tier:1 quality:<6 "credit card" -status:approved')
    assert criteria.values == (("persona", ("marcus",)), ("tier", ("template",)))
    assert criteria.excluded == (("status", ("approved",)),)
    assert criteria.ranges == (("score", Range(high=6.0, high_open=True)),)
    assert criteria.words == ("credit card",)


@pytest.mark.parametrize(
    ("text", "start", "end", "hint"),
    [
        ("persona:marcus statu:approved", 15, 20, "status"),
        ("score:abc", 0, 9, "score:>=6"),
        ('topic "open', 6, 11, "Close it"),
        ("status:aproved", 0, 14, "approved"),
        ("persona:", 0, 8, "persona:value"),
        ("updated:yesterday", 0, 17, "2026"),
        ("-score:<6", 0, 9, "Turn it round"),
        ("id:,", 0, 4, "id:value"),  # a list that is empty by accident is not every row
        ('-persona:","', 0, 12, "persona:value"),
        ("score:..", 0, 8, "score:>=6"),
    ],
)
def test_a_mistake_is_pointed_at_with_a_way_out(text: str, start: int, end: int, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert hint in caught.value.hint


_values = st.sampled_from(["marcus", "debt", "casual", "fp_x"])
_criteria = st.builds(
    lambda values, word, state, sort, low: parse(
        " ".join([*(f"{d}:{v}" for d, v in values.items()), *word, *state, *sort, *low])
    ),
    st.dictionaries(st.sampled_from(sorted(set(DIMENSIONS) - {"tier", "status", "template", "reviewer"})), _values),
    st.lists(st.sampled_from(["roth", '"credit card"', "-hsa", "401(k)"])),
    st.lists(st.sampled_from(["is:to_review", "-is:simulated", "status:approved,rejected", "tier:1,3"])),
    st.lists(st.sampled_from(["sort:score", "sort:-updated", "sort:review"]), max_size=1),
    st.lists(
        st.sampled_from(
            [
                *("score:6..8", "cost:<0.05", "number:>10", "updated:>=2026-11-01", "number:>=1234567"),
                *("cost:>0.00000001", f"duration:<{'9' * 400}", 'reason:"wrong voice"', "-reason:wrong_voice"),
                *("id:a,b", "-id:c", 'topic:"a\tb"', 'arc:""', '-outcome:""'),
            ]
        )
    ),
)


@given(_criteria)
def test_what_is_written_reads_back_as_the_same(criteria: Criteria) -> None:
    assert parse(write(criteria)) == criteria


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.message
        assert error.hint


def test_each_chip_takes_away_its_own_filter() -> None:
    criteria = parse("persona:marcus,david is:to_review roth score:6..8")
    texts = [text for text, _ in chips(criteria)]
    assert texts == ["persona:david,marcus", "score:6..8", "is:to_review", "roth"]
    for text, rest in chips(criteria):
        assert text not in write(rest)
        assert len(chips(rest)) == 3


def test_toggling_twice_changes_nothing() -> None:
    criteria = parse("tier:1")
    assert toggled(toggled(criteria, "tone", "casual"), "tone", "casual") == criteria
    assert toggled_state(toggled_state(criteria, "flagged"), "flagged") == criteria


def test_a_reason_is_found_as_it_is_kept() -> None:
    for text in ('reason:"wrong voice"', "reason:Wrong_Voice"):
        assert parse(text).values == (("reason", ("wrong voice",)),)
    assert parse(write(toggled(Criteria(), "reason", "wrong voice"))) == toggled(Criteria(), "reason", "wrong voice")
