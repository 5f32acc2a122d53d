"""Whatever a training pair is, its rows give it back exactly; also when they went through JSON columns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.seedformat.mapping import (
    EMOTION_COLUMNS,
    SENTENCE_COLUMNS,
    STRATEGY_COLUMNS,
    TURN_COLUMNS,
    pair_to_rows,
    rows_to_pair,
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1), _TEXT
)
_PATHS = [path for columns in (TURN_COLUMNS, EMOTION_COLUMNS, STRATEGY_COLUMNS) for path in columns]
_PATHS += [("id",), ("conversation_id",), ("turn_number",), ("__absent__",)]
_PATHS += [("response_breakdown", "sentences"), ("response_breakdown", "total_sentences")]
_KEYS = st.one_of(st.sampled_from(sorted({key for path in _PATHS for key in path})), _TEXT)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=8,
)
_SENTENCE_KEYS = sorted(path[0] for path in SENTENCE_COLUMNS)
_SENTENCES = st.lists(
    st.fixed_dictionaries(
        {"sentence_number": st.one_of(st.integers(1, 5), _SCALARS)},
        optional=dict.fromkeys([*_SENTENCE_KEYS, "more"], _JSON),
    ),
    max_size=4,
)


@st.composite
def _pairs(draw: st.DrawFn) -> dict[str, Any]:
    """Pairs with known places holding anything, wherever the place can be reached, and unknown ones beside them."""
    pair: dict[str, Any] = draw(st.dictionaries(_KEYS, _JSON, max_size=3))
    for path in draw(st.lists(st.sampled_from(_PATHS), max_size=12, unique=True)):
        value = draw(_SENTENCES if path[-1] == "sentences" else st.one_of(_TEXT, st.floats(0, 1), _JSON))
        tree: Any = pair
        for key in path[:-1]:
            tree = tree.setdefault(key, {}) if isinstance(tree, dict) else None
        if isinstance(tree, dict):
            tree[path[-1]] = value
    return pair


def _exact(value: Any) -> str:
    """1, 1.0 and True are equal to Python, but not in a file."""
    return json.dumps(value, sort_keys=True)


@settings(max_examples=400)
@given(_pairs(), st.integers(1, 9))
@pytest.mark.slow
def test_rows_give_back_the_pair_they_were_made_of(pair: dict[str, Any], number: int) -> None:
    before = _exact(pair)
    rows = pair_to_rows(pair, "fp_x_001", number)
    assert _exact(pair) == before  # the caller's own tree is left alone
    rows = json.loads(json.dumps(vars(rows)))  # as JSON columns give them back
    assert _exact(rows_to_pair(type("Rows", (), rows)())) == before  # type: ignore[arg-type]
