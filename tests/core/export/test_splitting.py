"""Splits: frozen, seeded, in proportion, and a family of variations is never torn apart."""

from __future__ import annotations

from collections import Counter

import pytest
from exported import row

from core.export.splitting import assign, balanced, counts

SHARES = (0.8, 0.1, 0.1)
ROWS = [
    row(f"c_{n:03}", persona_id=("marcus", "david", "mixed")[n % 3], tier=("template", "scenario")[n % 2])
    for n in range(200)
]


def test_shares_hold_in_all_and_in_every_persona_and_tier() -> None:
    parts = assign(ROWS, SHARES, 1, {}, {})
    assert counts(parts) == {"train": 160, "dev": 20, "test": 20}
    strata = Counter((r.persona_id, r.tier, parts[r.conversation_id]) for r in ROWS)
    for persona, tier in {(r.persona_id, r.tier) for r in ROWS}:
        assert 24 <= strata[persona, tier, "train"] <= 29
        assert 2 <= strata[persona, tier, "dev"] <= 5


def test_the_same_seed_decides_the_same_and_another_something_else() -> None:
    assert assign(ROWS, SHARES, 1, {}, {}) == assign(ROWS[::-1], SHARES, 1, {}, {})
    assert assign(ROWS, SHARES, 1, {}, {}) != assign(ROWS, SHARES, 2, {}, {})


def test_a_small_set_has_something_of_every_part() -> None:
    assert counts(assign(ROWS[:10], SHARES, 1, {}, {})) == {"train": 8, "dev": 1, "test": 1}


def test_who_has_a_part_keeps_it_when_rows_are_added_and_shares_change() -> None:
    before = assign(ROWS[:50], SHARES, 1, {}, {})
    after = assign(ROWS, (0.5, 0.25, 0.25), 9, {}, before)
    assert {key: after[key] for key in before} == before
    assert abs(counts(after)["train"] - 100) <= 2


@pytest.mark.parametrize("seed", range(5))
def test_variations_of_one_conversation_stay_together_also_through_rows_that_are_not_exported(seed: int) -> None:
    parents = {f"c_{n:03}": f"c_{n - n % 5:03}" for n in range(200) if n % 5}
    parents |= {"c_003": "gone", "gone": "c_000"}
    parts = assign([r for r in ROWS if r.conversation_id != "c_000"], SHARES, seed, parents, {})
    for root in range(5, 200, 5):
        assert len({parts[f"c_{n:03}"] for n in range(root, root + 5)}) == 1
    assert len({parts[f"c_{n:03}"] for n in (1, 2, 3, 4)}) == 1
    late = assign(ROWS, SHARES, seed, parents, {"c_007": "test"})
    assert {late[f"c_{n:03}"] for n in range(5, 10)} == {"test"}


def test_a_circle_of_variations_is_one_family() -> None:
    parts = assign(ROWS[:3], SHARES, 1, {"c_000": "c_001", "c_001": "c_000", "c_002": "c_001"}, {})
    assert len(set(parts.values())) == 1


def test_a_balanced_sample_has_as_many_of_each_as_the_rarest() -> None:
    values = {r.conversation_id: ("rare" if n < 7 else r.persona_id,) for n, r in enumerate(ROWS)}
    kept = balanced(ROWS, values, 1)
    assert Counter(values[r.conversation_id] for r in kept) == dict.fromkeys(set(values.values()), 7)
    assert kept == [r for r in ROWS if r in kept]
    assert balanced(ROWS, values, 1) == kept != balanced(ROWS, values, 2)
