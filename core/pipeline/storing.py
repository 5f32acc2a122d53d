"""Stores what was generated: turns with their annotation, quality figures, status and provenance.

`run_item` calls it in its own transaction; nothing here calls a model. What the row had before is kept as a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.pipeline.annotation_schema import as_pair_parts
from core.pipeline.checking import Checker, Looked
from core.pipeline.dialogue import Dialogue, Exchange
from core.pipeline.judging import SCORES, verified
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.quality.report import Finding, Report
from core.quality.rows import checked, subject_of
from core.rewriting.variations import like_source
from core.seedformat.documents import as_text_rows, from_text_rows
from core.seedformat.mapping import TurnRows, pair_to_rows
from core.seedformat.rubric import rubric_of
from core.status import UNDECIDED
from core.text.sentences import split_sentences
from data import conversations, versions
from data.conversations import TextRows
from data.engines import AsyncSession
from data.vocabulary import Method

RUBRIC = ("overall", *SCORES)
_SAID = ("conversation_id", "turn_number", "user_input", "target_response")
# What flags a row: the judge's doubts, and that it was to be judged and was not.
_DOUBTS = frozenset(
    {"judge_on_topic", "judge_outcome_reached", "judge_emotions_believable", "judge_money", "judge_failed"}
)


@dataclass(frozen=True)
class Provenance:
    """How a text came about."""

    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    model: str
    repaired: str
    simulated: bool
    duration_ms: int
    item_id: int
    paid_before: int
    now: datetime


def conversation_rows(
    conversation_id: str, dialogue: Dialogue, system_prompt: str, annotations: Sequence[dict[str, Any]] = ()
) -> TextRows:
    """The rows of a dialogue, with its annotation turn by turn where there is one.

    The history of a turn is what came before it, so it is not stored again. Words and sentences of turns without
    annotation are filled in by `check_text`, whose checks count them anyway.
    """
    turns = []
    for number, exchange in enumerate(dialogue.turns, 1):
        if not annotations and (plain := _plain_row(conversation_id, number, exchange, system_prompt)):
            turns.append(TurnRows(plain))
            continue
        pair = {
            "id": f"{conversation_id}_turn{number}",
            "conversation_id": conversation_id,
            "turn_number": number,
            "system_prompt": system_prompt,
            "current_user_input": exchange.user,
            "target_response": exchange.advisor,
        }
        if annotations:
            previous = annotations[number - 2] if number > 1 else None
            pair |= as_pair_parts(annotations[number - 1], number, split_sentences(exchange.advisor), previous)
        turns.append(pair_to_rows(pair, conversation_id, number))
    return as_text_rows(turns)


def _plain_row(conversation_id: str, number: int, exchange: Exchange, system_prompt: str) -> dict[str, Any] | None:
    """What `pair_to_rows` makes of a turn without annotation, which leaves nothing over; None where it has to look."""
    texts = (system_prompt, exchange.user, exchange.advisor)
    if any("\0" in text for text in texts):
        return None
    return {
        "user_input": exchange.user,
        "target_response": exchange.advisor,
        "system_prompt": system_prompt,
        "turn_id": f"{conversation_id}_turn{number}",
        "conversation_id": conversation_id,
        "turn_number": number,
        "word_count": None,
        "sentence_count": None,
        "extra": None,
    }


@dataclass(frozen=True)
class Checked:
    """What the checks say of a text, worked out before it is stored: nobody waits for that with the database."""

    row_version: int
    profile: QualityProfile
    looked: Looked


async def check_text(
    checker: Checker,
    row: Mapping[str, Any],
    text: TextRows,
    template: Mapping[str, Any],
    pack: PackContext,
    review_below: float,
) -> Checked:
    """Check and mark a text that is to be the row's, and fill in how long its turns are."""
    profile = QualityProfile.model_validate(template["quality_profile"] or {})
    subject = subject_of(row, text, profile, pack, generated=True)
    said = [{name: turn[name] for name in _SAID} for turn in text.turns]
    looked = await checker.look(subject, said, review_below)
    figures = looked.report.figures
    for place, turn in enumerate(text.turns):
        if turn["word_count"] is None:
            turn["word_count"] = figures["client_words"][place] + figures["advisor_words"][place]
            turn["sentence_count"] = figures["advisor_sentences"][place]
    return Checked(row["version"], profile, looked)


async def store_result(
    session: AsyncSession,
    row: Mapping[str, Any],
    text: TextRows,
    made: Provenance,
    *,
    pack: PackContext,
    judgement: Mapping[str, Any] | None,
    dialogue: Dialogue,
    review_below: float,
    seen: Checked,
    only_annotated: bool = False,
) -> Report:
    """Put a generated conversation in place of whatever text the row had; the former text is kept as a version.

    Its marks are not written: the worker writes those of many texts together.
    With `only_annotated` the text is the row's own: who wrote it, and the notes on its turns, stay as they were.
    """
    conversation_id = row["conversation_id"]
    current = await conversations.get(session, conversation_id) or dict(row)
    if only_annotated:
        notes = {
            turn["turn_id"]: turn["note"] for turn in (await conversations.text_of(session, conversation_id)).turns
        }
        for turn in text.turns:
            turn["note"] = notes.get(turn["turn_id"], "")
    if current["turn_count"]:
        reason = "annotated" if only_annotated else "regenerated"
        await versions.keep_version(session, conversation_id, reason, "worker")
        await conversations.delete_text(session, conversation_id)
    profile, report = seen.profile, seen.looked.report
    if current["version"] != seen.row_version:  # somebody changed the row meanwhile: it is judged as it is now
        report = checked(current, text, profile, pack, review_below, generated=True)
    judged, scores, findings = verified(judgement, dialogue) if judgement else (None, {}, [])
    figures = report.row(conversation_id, profile)
    said = [(exchange.user, exchange.advisor) for exchange in dialogue.turns]
    copied = await like_source(session, current, said)
    figures["findings"] += [finding.stored() for finding in (*findings, *copied)]
    await conversations.insert_text(session, text, marked=False)
    await conversations.put_quality(session, {**figures, "judge": judged, "checked_at": made.now})
    values: dict[str, Any] = {
        **UNDECIDED,
        "turn_count": len(text.turns),
        "sentence_count": sum(t["sentence_count"] for t in text.turns),
        "word_count": sum(t["word_count"] for t in text.turns),
        "quality_score": report.score,
        "needs_review": report.needs_review or bool(made.repaired or copied) or _is_doubted(findings),
        **_rubric(text, scores),
        "actual_cost_microusd": made.paid_before + await conversations.item_cost(session, made.item_id),
    }
    if not only_annotated:
        values |= {
            "generation_method": Method.SIMULATED if made.simulated else Method.CLAUDE_API,
            "generation_source": f"template {made.template['template_id']} version {made.template['version']}",
            "template_version_id": made.template["id"],
            "parameters": dict(made.parameters) | ({"repaired": made.repaired} if made.repaired else {}),
            "model": made.model,
            "generated_at": made.now,
            "generation_duration_ms": made.duration_ms,
        }
    elif made.repaired:
        values["parameters"] = {**(current["parameters"] or {}), "repaired": made.repaired}
    changed = {name: value for name, value in values.items() if current[name] != value}  # each index costs its share
    await conversations.update_guarded(session, conversation_id, current["version"], changed, by="worker")
    return report


def _rubric(text: TextRows, judged: Mapping[str, float]) -> dict[str, Any]:
    """The rubric with its sources: the judge's scores that have evidence, else those of the annotation, else NULL."""
    columns = rubric_of(from_text_rows(text), source="annotation") if text.emotions else {}
    sources = dict(columns.pop("rubric_sources", {}))
    values: dict[str, float | None] = {f"rubric_{name}": columns.get(f"rubric_{name}") for name in RUBRIC}
    for name, judged_score in judged.items():
        values[f"rubric_{name}"], sources[f"rubric_{name}"] = judged_score, "judge"
    parts = [score for name in SCORES if (score := values[f"rubric_{name}"]) is not None]
    if judged and len(parts) == len(SCORES):
        values["rubric_overall"] = round(sum(parts) / len(parts), 2)
        sources["rubric_overall"] = "judge" if len(judged) == len(SCORES) else "annotation"
    return {**values, "rubric_sources": sources or None}


def _is_doubted(findings: Sequence[Finding]) -> bool:
    return any(finding.check in _DOUBTS and finding.severity == "warning" for finding in findings)
