"""Stores a conversation of which turns were changed: checked again at once, the former text kept whole as a version.

The hand edit and the pipeline call it in their own transaction. The row's other values (who made it, its cost) are the
caller's. A conversation with a turn whose annotation is no longer whole is never called complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.quality.report import Finding, Report
from core.rewriting.turns import LATER, STALE, Tree, stale
from core.seedformat.documents import as_text_rows, from_text_rows
from core.seedformat.mapping import pair_to_rows
from core.seedformat.rubric import rubric_of
from core.status import UNDECIDED
from data import conversations, templates, versions
from data.conversations import TextRows
from data.engines import AsyncSession

RUBRIC = tuple(
    f"rubric_{name}" for name in ("overall", "empathy", "clarity", "appropriateness", "brand_voice", "domain")
)


@dataclass(frozen=True)
class Former:
    """A conversation as it is stored: row, pairs in order, the numbers and notes of its turns, its quality figures."""

    row: Mapping[str, Any]
    pairs: list[Tree]
    numbers: list[int]
    notes: Mapping[int, str] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What the last check found."""
        return list(self.quality.get("findings") or ())

    @property
    def stale(self) -> list[int]:
        """Turns whose annotation is told to be incomplete since their words changed."""
        return [f["turn"] for f in self.findings if f.get("check") == STALE and f.get("turn") in self.numbers]


async def read_former(session: AsyncSession, row: Mapping[str, Any]) -> Former:
    """A conversation as it is stored now."""
    text = await conversations.text_of(session, row["conversation_id"])
    quality = await conversations.quality_of(session, row["conversation_id"])
    return Former(
        row,
        from_text_rows(text),
        [turn["turn_number"] for turn in text.turns],
        {turn["turn_number"]: turn["note"] for turn in text.turns},
        quality or {},
    )


async def profile_of(session: AsyncSession, former: Former) -> QualityProfile:
    """The ranges that a conversation is held to: those of its last check, else those of its template."""
    kept = former.quality.get("profile")
    if kept is None:
        template = await templates.by_row_id(session, former.row["template_version_id"] or 0)
        kept = template["quality_profile"] if template else None
    return QualityProfile.model_validate(kept or {})


async def store_changed(
    session: AsyncSession,
    former: Former,
    pairs: Sequence[Tree],
    changed: Iterable[int],
    *,
    stale_turns: Iterable[int],
    findings: Sequence[Finding],
    pack: PackContext,
    review_below: float,
    reason: str,
    by: str,
    at: datetime,
    now_annotated: bool = False,
) -> tuple[Report, dict[str, Any]]:
    """Put a changed text in place of the former one; gives the report and the row's values that follow from it.

    `changed` are the numbers of the turns with other words; `findings` are told beside those of the checks.
    """
    row, conversation_id = former.row, former.row["conversation_id"]
    text = _rows(former, pairs)
    await versions.keep_version(session, conversation_id, reason, by)
    await conversations.delete_text(session, conversation_id)
    profile = await profile_of(session, former)
    from core.quality.rows import checked, is_generated  # orders only read former texts: they do without the checks

    report = checked(row, text, profile, pack, review_below, generated=is_generated(row))
    touched = set(changed)
    told = [stale(number).stored() for number in sorted(set(stale_turns))]
    told += [finding.stored() for finding in findings]
    told += [f for f in former.findings if f.get("check") == LATER and not _is_settled(f, touched, former.numbers)]
    figures = report.row(conversation_id, profile)
    figures["findings"] += told
    if any(f["check"] == STALE for f in told):
        figures["all_required_fields_complete"] = False
    await conversations.insert_text(session, text)
    judged = None if touched else former.quality.get("judge")  # its quotations are from the former words
    await conversations.put_quality(session, {**figures, "judge": judged, "checked_at": at})
    repaired = bool((row["parameters"] or {}).get("repaired"))
    return report, {
        **UNDECIDED,
        "turn_count": len(text.turns),
        "sentence_count": sum(turn["sentence_count"] for turn in text.turns),
        "word_count": sum(turn["word_count"] for turn in text.turns),
        "quality_score": report.score,
        "needs_review": report.needs_review or repaired or any(f["severity"] == "warning" for f in told),
        **_rubric(row, pairs, words_changed=bool(touched), now_annotated=now_annotated),
    }


def _rows(former: Former, pairs: Sequence[Tree]) -> TextRows:
    conversation_id = former.row["conversation_id"]
    text = as_text_rows(
        pair_to_rows(pair, conversation_id, number) for pair, number in zip(pairs, former.numbers, strict=True)
    )
    for turn in text.turns:
        turn["note"] = former.notes.get(turn["turn_number"], "")
    return text


def _is_settled(finding: Mapping[str, Any], touched: set[int], numbers: Sequence[int]) -> bool:
    """Whether a doubt about a turn is gone: it, or the one before it, was changed since."""
    turn = finding.get("turn")
    if turn not in numbers:
        return True
    place = numbers.index(turn)
    return turn in touched or (place > 0 and numbers[place - 1] in touched)


def _rubric(
    row: Mapping[str, Any], pairs: Sequence[Tree], *, words_changed: bool, now_annotated: bool
) -> dict[str, Any]:
    """The rubric after a change: what the annotation or the judge said of other words is not taken on."""
    if not words_changed and not now_annotated:
        return {}
    sources = dict(row["rubric_sources"] or {})
    kept = {name: source for name, source in sources.items() if source in ("person", "file")}
    fresh = rubric_of(pairs, source="annotation")
    named = fresh.pop("rubric_sources", {})
    values = {name: row[name] if name in kept else fresh.get(name) for name in RUBRIC}
    merged = {**{n: s for n, s in named.items() if values.get(n) is not None}, **kept}
    return {**values, "rubric_sources": merged or None}
