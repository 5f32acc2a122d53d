"""The checks over the labelled corpus: each kind of damage is noticed by the check meant for it, good text is not."""

from __future__ import annotations

import pytest

from core.quality.subject import Subject
from tests.quality_corpus import good
from tests.quality_corpus.damage import DAMAGES, Damage
from tests.quality_corpus.held_out import FRESH
from tests.quality_corpus.held_out_2 import FRESH_2, FRESH_3
from tests.quality_corpus.report import flagged, flagged_near, measure, measure_fresh

FEW, ALL, RECALL = 2, 20, 0.95
EVERY = 6  # of the simulated ones, in the ordinary run
LATER_RECALL = 0.85  # a floor for wordings that were put down after the checks; docs/quality.md has what is reached


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.kind)
def test_damage_is_caught_by_the_check_meant_for_it(damage: Damage) -> None:
    result = measure(damage, FEW)
    assert result.made == FEW and result.missed == []


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.kind)
def test_of_twenty_instances_nineteen_are_caught(damage: Damage) -> None:
    result = measure(damage, ALL)
    assert result.made == ALL and result.recall >= RECALL, result.missed


@pytest.mark.slow
@pytest.mark.parametrize("wordings", [FRESH, FRESH_2, FRESH_3], ids=["first", "second", "third"])
def test_wordings_put_down_after_the_checks_are_mostly_caught(wordings: dict[str, tuple[str, ...]]) -> None:
    figures = [measure_fresh(kind, 1, wordings)[:2] for kind in wordings]
    assert sum(caught for _, caught in figures) >= LATER_RECALL * sum(made for made, _ in figures)


def test_good_sentences_that_come_near_an_offence_are_not_flagged() -> None:
    assert {kind: words for kind, words in flagged_near().items() if words} == {}


def test_good_conversations_pass_every_gate_and_are_hardly_flagged() -> None:
    assert_good([*good.seeds(), *good.written(), *good.simulated()[::EVERY]])


@pytest.mark.slow
def test_all_good_conversations_pass_every_gate_and_are_hardly_flagged() -> None:
    assert_good([*good.seeds(), *good.written(), *good.simulated(3)])


def assert_good(subjects: list[Subject]) -> None:
    """No gate fails, and a warning is rare."""
    found = {(place, subject.row["conversation_id"]): flagged(subject) for place, subject in enumerate(subjects)}
    gates = {name: [f.message for f in all_ if f.severity == "gate"] for name, all_ in found.items()}
    assert {name: messages for name, messages in gates.items() if messages} == {}
    assert sum(1 for all_ in found.values() if all_) < 0.05 * len(subjects)
