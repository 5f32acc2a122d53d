"""Families of wordings, each a pattern over one sentence that is tried only where the words it needs stand.

The checks of blame, hindsight and comparison are lists of these. A family says how much it weighs and which sentences
are acquitted; what is quoted or given back as the client's own thought is never held against the advisor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.quality.cues import Cues, standing
from core.quality.reading import Message, is_quoted, is_reported
from core.quality.report import Severity

_NEGATED = re.compile(r"\b(?:no|not|never|nobody|nothing|none|hardly|whether|if|than|without|nor|neither)\b|n't\b")


@dataclass(frozen=True)
class Family:
    """Wordings of one meaning; all are in lower case with straight quotation marks."""

    severity: Severity
    cues: frozenset[str]
    wordings: str
    acquitting: str = ""  # a sentence that holds this means something else
    may_be_negated: bool = False  # the wording is an offence even behind "not" or "if"
    asked: bool = False  # only questions say it
    also: frozenset[str] = frozenset()  # where given, one of these words stands in every wording, too

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Put together when a sentence first has its cues: most families are never tried on a few conversations."""
        return re.compile(self.wordings)

    @cached_property
    def acquitted(self) -> re.Pattern[str] | None:
        """For the sentences that mean something else."""
        return re.compile(self.acquitting) if self.acquitting else None


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
        "|".join(patterns),
        acquitted,
        may_be_negated,
        asked,
        frozenset(also.split()),
    )


def spoken_in(message: Message, families: Sequence[Family]) -> Iterator[tuple[Severity, tuple[int, int]]]:
    """Where a message says one of these, the weightiest wording of each sentence."""
    likely = _cues(families).likely(message)
    for sentence in message.spoken if likely else ():
        found: tuple[Severity, tuple[int, int]] | None = None
        for place in standing(likely, sentence.words):
            each = families[place]
            if found is not None and each.severity != "gate":
                continue
            if each.asked and "?" not in sentence.text:
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


_CUES: dict[int, Cues] = {}  # by the lists of families, which are constants


def _cues(families: Sequence[Family]) -> Cues:
    """What the wordings of each family need, and the cues that were given to it."""
    if id(families) not in _CUES:
        besides = (tuple(clause for clause in (each.cues, each.also) if clause) for each in families)
        _CUES[id(families)] = Cues(tuple(each.wordings for each in families), tuple(besides))
    return _CUES[id(families)]
