"""Families of wordings, each a pattern over one sentence that is tried only where one of its cue words stands.

The checks of blame, hindsight and comparison are lists of these. A family says how much it weighs and which sentences
are acquitted; what is quoted or given back as the client's own thought is never held against the advisor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.quality.reading import Message, is_quoted, is_reported
from core.quality.report import Severity

_NEGATED = re.compile(r"\b(?:no|not|never|nobody|nothing|none|hardly|whether|if|than|without|nor|neither)\b|n't\b")


@dataclass(frozen=True)
class Family:
    """Wordings of one meaning; all are in lower case with straight quotation marks."""

    severity: Severity
    cues: frozenset[str]
    pattern: re.Pattern[str]
    acquitted: re.Pattern[str] | None = None  # a sentence that holds this means something else
    may_be_negated: bool = False  # the wording is an offence even behind "not" or "if"
    asked: bool = False  # only questions say it
    also: frozenset[str] = frozenset()  # where given, one of these words stands in every wording, too


def family(
    severity: Severity,
    cues: str,
    *patterns: str,
    acquitted: str = "",
    may_be_negated: bool = False,
    asked: bool = False,
    also: str = "",
) -> Family:
    """One family out of its wordings.

    `cues` are the words, separated by spaces, one of which every wording has; without any it is always tried.
    """
    return Family(
        severity,
        frozenset(cues.split()),
        re.compile("|".join(patterns)),
        re.compile(acquitted) if acquitted else None,
        may_be_negated,
        asked,
        frozenset(also.split()),
    )


def spoken_in(message: Message, families: Sequence[Family]) -> Iterator[tuple[Severity, tuple[int, int]]]:
    """Where a message says one of these, the weightiest wording of each sentence."""
    by_cue, always = _indexed(families)
    for sentence in message.spoken:
        found: tuple[Severity, tuple[int, int]] | None = None
        cued = {place for word in sentence.words & by_cue.keys() for place in by_cue[word]}
        for place in sorted(cued.union(always)):
            each = families[place]
            if found is not None and each.severity != "gate":
                continue
            if (each.asked and "?" not in sentence.text) or (each.also and each.also.isdisjoint(sentence.words)):
                continue
            match = each.pattern.search(sentence.text)
            if match is None or (each.acquitted is not None and each.acquitted.search(sentence.text)):
                continue
            clause = re.split(r"[:;]\s", sentence.text[: match.start()])[-1]
            if not each.may_be_negated and _NEGATED.search(clause):
                continue
            start = sentence.start + match.start()
            if is_quoted(message.text, start) or is_reported(message.text, start):
                continue
            found = each.severity, (start, sentence.start + match.end())
            if each.severity == "gate":
                break
        if found is not None:
            yield found


_INDEXES: dict[int, tuple[dict[str, list[int]], tuple[int, ...]]] = {}  # by the lists of families, which are constants


def _indexed(families: Sequence[Family]) -> tuple[dict[str, list[int]], tuple[int, ...]]:
    """The places of the families by their cues, and of those without any: far quicker than to ask each."""
    if id(families) not in _INDEXES:
        by_cue: dict[str, list[int]] = {}
        for place, each in enumerate(families):
            for cue in each.cues:
                by_cue.setdefault(cue, []).append(place)
        _INDEXES[id(families)] = by_cue, tuple(place for place, each in enumerate(families) if not each.cues)
    return _INDEXES[id(families)]
