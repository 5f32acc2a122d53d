"""Checks one conversation: runs every gate, scores the parts, and says whether a person must look.

Called after generation, after an edit, on import and by `brightrun check`. Pure: it reads a `Subject` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.quality import (
    ages,
    annotation,
    arithmetic,
    boundary,
    breakdown,
    comfort,
    conduct,
    contradictions,
    identity,
    incomes,
    jargon,
    journey,
    overstep,
    people,
    privacy,
    promises,
    residue,
    roles,
    shape,
)
from core.quality.measures import figures_of
from core.quality.reading import Reading, read
from core.quality.report import Finding, Report
from core.quality.scoring import composite, score_parts
from core.quality.subject import Subject

Check = Callable[[Reading], Iterator[Finding]]

DIALOGUE_CHECKS: tuple[Check, ...] = (
    shape.turn_count,
    shape.planned_turns,
    shape.turn_order,
    shape.empty_messages,
    shape.cut_messages,
    shape.lengths,
    shape.repeated_messages,
    roles.roles_swapped,
    shape.history,
    residue.residue,
    residue.stage_directions,
    identity.names,
    identity.advisor_name,
    people.misspelt_names,
    people.strangers,
    people.relations,
    ages.age,
    incomes.income,
    contradictions.amounts,
    contradictions.dates,
    contradictions.family,
    contradictions.planned_children,
    conduct.conduct,
    conduct.comparisons,
    conduct.soft_reproach,
    conduct.families_of_reproach,
    promises.promised_returns,
    promises.product_tips,
    boundary.edge_case,
    overstep.oversteps,
    privacy.personal_data,
    comfort.platitudes,
    jargon.jargon,
    arithmetic.arithmetic,
)
ANNOTATION_CHECKS: tuple[Check, ...] = (
    annotation.missing_fields,
    annotation.figures,
    annotation.shares,
    annotation.ranked_needs,
    annotation.quoted_indicators,
    annotation.emotion_labels,
    breakdown.sentence_texts,
    breakdown.sentence_fields,
    breakdown.word_reasons,
    journey.planned_emotions,
    journey.progression,
)
_ORDER = {"gate": 0, "warning": 1, "info": 2}


def check_conversation(subject: Subject, *, review_below: float = 6.0) -> Report:
    """Judge one conversation. Gates come first among the findings, then warnings, each in reading order."""
    reading = read(subject)
    checks = DIALOGUE_CHECKS + (ANNOTATION_CHECKS if subject.annotated else ())
    findings = [finding for check in checks for finding in check(reading)]
    findings.sort(key=lambda f: (_ORDER[f.severity], f.turn or 0, f.role == "advisor", f.sentence or 0, f.start or 0))
    findings = list(_once(findings))
    failed = any(finding.severity == "gate" for finding in findings)
    parts = score_parts(reading, findings)
    score = composite(parts, gate_failed=failed)
    figures = figures_of(reading)
    return Report(
        score=score,
        parts=parts,
        findings=tuple(findings),
        figures=figures,
        needs_review=failed or score is None or score < review_below,
        ready=not failed and figures.get("all_required_fields_complete") is True,
    )


_ALIKE = {"never_say": "blame", "comparison": "blame"}  # one wording may be known to several of these


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """Each wording once, by its weightiest finding: several checks of one meaning may know it."""
    taken: list[tuple[tuple[int | None, str, str], int, int]] = []
    for finding in findings:
        if finding.start is None or finding.end is None or finding.check not in _WORDED:
            yield finding
            continue
        key = (finding.turn, finding.role, _ALIKE.get(finding.check, finding.check))
        if any(key == other and start < finding.end and finding.start < end for other, start, end in taken):
            continue
        taken.append((key, finding.start, finding.end))
        yield finding


_WORDED = frozenset({"never_say", "blame", "comparison", "past_boundary"})
