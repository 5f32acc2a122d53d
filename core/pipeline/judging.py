"""The optional judge: five scores and four questions about a finished conversation, each with a quotation to prove it.

`run_item` calls it when the job asks for it. A quotation that does not occur in the text is no evidence: its score is
not taken, and a finding says so. A judge that gives nothing usable never costs the row its text: it is stored and
flagged, because nobody judged it. One that the service does not let speak is asked later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.errors import BrightrunError, StorageError
from core.pipeline.attempts import Answer, Call, UnusableAnswerError
from core.pipeline.dialogue import Dialogue
from core.pipeline.stages import Structured, listed, make_structured, read_model, request_of
from core.pipeline.work import JUDGE, STORING, JobMustStopError, ServiceFailedError, Text, Work
from core.prompting.stages import render_judge
from core.quality.reading import fold, shorten
from core.quality.report import Finding
from data import queue
from data.queue import LeaseLostError

SCORES = ("empathy", "clarity", "appropriateness", "brand_voice", "domain")
CHECKS = ("on_topic", "outcome_reached", "emotions_believable")
_QUESTIONS = {
    "on_topic": "the conversation is on its topic, with the client of the plan",
    "outcome_reached": "the end gives what the plan expects",
    "emotions_believable": "the feelings are believable",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Score(_Part):
    """The passage that decided it, then the reason, then the score."""

    passage: str = Field(min_length=1)
    turn: int = Field(ge=1, le=99)
    reason: str = Field(min_length=1)
    score: float = Field(ge=1, le=5)


class Scores(_Part):
    """All five."""

    empathy: Score
    clarity: Score
    appropriateness: Score
    brand_voice: Score
    domain: Score


class Check(_Part):
    """The answer to one question."""

    answer: Literal["yes", "partly", "no"]
    quotation: str = Field(min_length=1)
    turn: int = Field(ge=1, le=99)
    reason: str = Field(min_length=1)


class MoneyFact(_Part):
    """A questionable statement about money."""

    quotation: str = Field(min_length=1)
    turn: int = Field(ge=1, le=99)
    what_is_wrong: str = Field(min_length=1)
    should_be: str


class Judgement(_Part):
    """Everything the judge says."""

    scores: Scores
    on_topic: Check
    outcome_reached: Check
    emotions_believable: Check
    money_facts_questionable: list[MoneyFact]


@lru_cache(maxsize=1)
def schema_text() -> str:
    """The JSON schema of a judgement."""
    return json.dumps(Judgement.model_json_schema(), separators=(",", ":"))


async def judge(
    held: queue.Claim,
    work: Work,
    row: Mapping[str, Any],
    dialogue: Dialogue,
    templates: Mapping[str, Mapping[str, Any]],
    shown: str,
) -> Answer | None:
    """The judgement of a conversation, checkpointed; None when this job has no judge.

    An answer whose output has `failed` says why there is none. Raises JobMustStopError and LeaseLostError.
    """
    if work.settings.judge is None:
        return None
    async with work.database.read() as session:
        done = await queue.stage_output(session, held.item_id, JUDGE)
    if done is not None:
        return Answer(done["output"], done["output"].get("repaired", ""), done["model"])
    turns = [(turn.user, turn.advisor) for turn in dialogue.turns]
    template = templates[JUDGE]
    prompt = render_judge(row, template, work.pack, turns)

    def tell(step: str, text: Text) -> None:
        paid = step == STORING
        in_flight = step in ("calling", "writing")
        work.report(JUDGE, STORING if paid else "Judging…" if in_flight else step, shown)

    call = Call(
        JUDGE,
        request_of(work, JUDGE, prompt, work.settings.judge.max_tokens, schema_text()),
        template.get("id"),
        lambda text: _read(text, len(turns)),
        tell,
        purpose="judge this conversation",
        product="judgement",
    )
    try:
        return await make_structured(held, work, Structured(call, templates["repair"]))
    except (JobMustStopError, LeaseLostError, ServiceFailedError, StorageError):
        raise  # nobody judged it, because the service is down or the disk full: it waits, or fails, like at any stage
    except BrightrunError as error:
        # The conversation is whole without its judge: it is stored, and says that nobody judged it.
        return Answer({"failed": error.message}, "", work.settings.judge.model)


def _read(text: str, turns: int) -> tuple[dict[str, Any], str]:
    judgement, note = read_model(text, Judgement)
    tree = judgement.model_dump(mode="json")
    numbered = [*tree["scores"].values(), *(tree[name] for name in CHECKS), *tree["money_facts_questionable"]]
    problems = [
        f"turn {entry['turn']} does not exist, there are {turns}" for entry in numbered if entry["turn"] > turns
    ]
    if problems:
        raise UnusableAnswerError(listed(problems))
    return tree, note


def verified(output: Mapping[str, Any], dialogue: Dialogue) -> tuple[dict[str, Any], dict[str, float], list[Finding]]:
    """A judgement with each quotation marked as found or not, the scores that have evidence, and the findings."""
    if "failed" in output:
        why = str(output["failed"])
        message = f"The judge gave no usable judgement: {why}"
        advice = "Judge it yourself; written again, it is judged anew."
        return dict(output), {}, [_finding("judge_failed", "warning", message, advice, None)]
    said = {number: (fold(turn.user), fold(turn.advisor)) for number, turn in enumerate(dialogue.turns, 1)}
    whole = json.loads(json.dumps(dict(output)))
    scores: dict[str, float] = {}
    findings: list[Finding] = []
    for name in SCORES:
        entry = whole["scores"][name]
        entry["verified"] = fold(entry["passage"]) in said[entry["turn"]][1]
        if entry["verified"]:
            scores[name] = float(entry["score"])
        else:
            findings.append(_unproven(f"the score for {name.replace('_', ' ')}", entry["passage"], entry["turn"]))
    for name in CHECKS:
        entry = whole[name]
        entry["verified"] = any(fold(entry["quotation"]) in text for text in said[entry["turn"]])
        if not entry["verified"]:
            findings.append(_unproven(f"the answer to {name.replace('_', ' ')}", entry["quotation"], entry["turn"]))
        elif entry["answer"] != "yes":
            doubt = "doubts that" if entry["answer"] == "no" else "finds only in part that"
            message = f"The judge {doubt} {_QUESTIONS[name]}: {entry['reason']}"
            severity = "warning" if entry["answer"] == "no" else "info"
            findings.append(_finding(f"judge_{name}", severity, message, "Read it with that in mind.", entry["turn"]))
    for entry in whole["money_facts_questionable"]:
        entry["verified"] = any(fold(entry["quotation"]) in text for text in said[entry["turn"]])
        if not entry["verified"]:
            findings.append(_unproven("a doubt about money", entry["quotation"], entry["turn"]))
            continue
        message = f"The judge questions {shorten(entry['quotation'])!r}: {entry['what_is_wrong']}"
        advice = f"It should be: {entry['should_be']}" if entry["should_be"] else "Check the figure."
        findings.append(_finding("judge_money", "warning", message, advice, entry["turn"]))
    return whole, scores, findings


def _unproven(what: str, quotation: str, turn: int) -> Finding:
    return _finding(
        "judge_quote",
        "info",
        f"The judge proves {what} by {shorten(quotation)!r}, which is not in turn {turn}; it is not taken.",
        "Judge it yourself, or have it judged again.",
        turn,
    )


def _finding(check: str, severity: str, message: str, advice: str, turn: int | None) -> Finding:
    return Finding(check, "warning" if severity == "warning" else "info", message, advice, turn)
