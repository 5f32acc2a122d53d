"""Checks a conversation as the tables have it: for what was generated, imported, or shipped with the pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.quality.check import check_conversation
from core.quality.report import Report
from core.quality.subject import Rules, Subject, client_of, is_annotated, rules_of_rows
from core.seedformat.documents import from_text_rows
from data.conversations import TextRows
from data.vocabulary import PRACTICE_FILE, Method


def is_generated(row: Mapping[str, Any]) -> bool:
    """Whether a row's text was made here; what a file brought is judged leniently, also a practice result."""
    source = str(row["generation_source"] or "")
    return row["generation_method"] != Method.IMPORTED and not source.startswith(PRACTICE_FILE)


def checked(
    row: Mapping[str, Any],
    text: TextRows,
    profile: QualityProfile,
    pack: PackContext,
    review_below: float,
    *,
    generated: bool,
    exact_plan: bool = False,
) -> Report:
    """The quality report of a conversation as the tables have it; `exact_plan` for a pack's own examples."""
    subject = subject_of(row, text, profile, pack, generated=generated, exact_plan=exact_plan)
    return check_conversation(subject, review_below=review_below)


def subject_of(
    row: Mapping[str, Any],
    text: TextRows,
    profile: QualityProfile,
    pack: PackContext,
    *,
    generated: bool,
    exact_plan: bool = False,
) -> Subject:
    """A conversation as the tables have it, laid out for the checks."""
    edge_case = pack.edge_cases.get(row.get("edge_case_id") or "", {})
    pairs = from_text_rows(text)
    return Subject(
        row=row,
        pairs=pairs,
        profile=profile,
        rules=_rules(pack),
        generated=generated,
        client=client_of(row, pack.personas),
        referrals=list(edge_case.get("referrals") or []),
        annotated=is_annotated(pairs),
        exact_plan=exact_plan,
    )


def _rules(pack: PackContext) -> Rules:
    """The pack's rules, worked out once: they are the same for all its conversations."""
    if "rules" not in pack.derived:
        personas, edge_cases = pack.personas.values(), pack.edge_cases.values()
        pack.derived["rules"] = rules_of_rows(pack.advisor, pack.taxonomy, personas, edge_cases)
    rules: Rules = pack.derived["rules"]
    return rules
