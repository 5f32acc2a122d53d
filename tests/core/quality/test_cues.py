"""What a pattern needs is never more than what its matches have."""

import re

import pytest

from core.quality.comfort import _SAYING, _TEMPLATES
from core.quality.conduct import _BLAME, _COMPARISON, _REPROACHES
from core.quality.cues import needs
from core.quality.holding_up import COMPARED
from core.quality.reproach import HELD_UP, REPROACH
from core.quality.solving import SOLVED
from tests.quality_corpus import damage, held_out, held_out_2

SOURCES = [p.pattern for p in (_SAYING, _BLAME, _COMPARISON, REPROACH, HELD_UP)] + [
    each.wordings for each in (*_REPROACHES, *COMPARED, *_TEMPLATES, *SOLVED)
]


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value.lower().replace("’", "'")]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else ()
    return [text for part in parts for text in _texts(part)]


TEXTS = [t for module in (damage, held_out, held_out_2) for value in vars(module).values() for t in _texts(value)]


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\byou should (?:really )?have\b", [{"you"}, {"should"}, {"have"}]),
        (r"\b(?:lazy|careless) of you\b", [{"lazy", "careless"}, {"of"}, {"you"}]),
        (r"\bsav(?:e|ed) more", [{"save", "saved"}]),
        (r"ruined(?: it)?", []),
        (r"\byou(?:['’]re| are) behind(?=[.,]|$)", [{"you"}, {"re", "are"}, {"behind"}]),
        (r"\b(?!no)\w+ fault (?P<more>x)", []),
    ],
)
def test_words_count_where_gaps_stand_around_them(pattern: str, needed: list[set[str]]) -> None:
    assert {frozenset(each) for each in needed} == set(needs(pattern)[0])


def test_alternatives_are_told_apart() -> None:
    assert len(needs(r"\bone\b|\btwo\b")) == 2
    assert len(needs(r"\b(?:one day|two days)\b")) == 2


@pytest.mark.parametrize("source", SOURCES)
def test_every_known_wording_has_what_its_pattern_needs(source: str) -> None:
    pattern, alternatives = re.compile(source), needs(source)
    for text in TEXTS:
        if text.isascii() and pattern.search(text):
            words = frozenset(re.findall(r"[a-z]+", text))
            assert any(not any(clause.isdisjoint(words) for clause in each) for each in alternatives), text
