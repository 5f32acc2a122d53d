"""What a prompt is told of a former version: the reviewer's words, and the checks that failed, as plain sentences.

`GenerationService` puts it on each item of an order to generate again, so that the log shows what the model was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.quality.reading import shorten

MOST_CHECKS = 8
# Gates that speak of the annotation: nothing that a new dialogue could mend.
_OF_ANNOTATION = (
    *("annotation", "sentence_", "word_reason", "missing_field", "indicator", "emotion_label", "emotions", "needs"),
    *("share", "tactical", "techniques", "progression"),
)


def is_of_annotation(check: str) -> bool:
    """Whether a check speaks of the annotation and not of the words."""
    return check.startswith(_OF_ANNOTATION)


def failed_checks(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The gates that failed, each as `turn 2, advisor: what is wrong`."""
    told: list[str] = []
    for finding in findings:
        check = str(finding.get("check") or "")
        if finding.get("severity") != "gate" or is_of_annotation(check):
            continue
        turn, role = finding.get("turn"), str(finding.get("role") or "")
        place = ", ".join(part for part in (f"turn {turn}" if turn else "", role) if part)
        message = str(finding.get("message") or "").rstrip(". ")
        told.append(f"{place}: {message}" if place else message)
    return list(dict.fromkeys(told))


def prompt_note(said: Sequence[str], findings: Iterable[Mapping[str, Any]], *, opening: str = "") -> str:
    """The note of one conversation; `said` are the reviewer's words, `opening` how the former version begins.

    Where nobody said anything and no check failed, the model is asked for something else than it wrote before.
    """
    parts = [" ".join(text.split()).rstrip(".") for text in dict.fromkeys(said) if text.strip()]
    failed = failed_checks(findings)
    if failed:
        more = f"; and {len(failed) - MOST_CHECKS} more like these" if len(failed) > MOST_CHECKS else ""
        parts.append(f"Checks that failed on it, to be right this time: {'; '.join(failed[:MOST_CHECKS])}{more}")
    if not parts and opening:
        parts.append(
            f"It was not what was wanted. It began “{shorten(opening, 80)}”: begin elsewhere and take another way"
        )
    return ". ".join(parts)
