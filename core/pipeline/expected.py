"""What the stages after the dialogue will take, before there is a dialogue: calls, and tokens sent, cached and back.

The preflight prices these beside the dialogue. Sizes come from the template's profile and from the rendered prompts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.pipeline import judging
from core.pipeline.annotation import TOKENS_PER_SENTENCE, TOKENS_PER_TURN
from core.pipeline.annotation_schema import schema_text, taxonomy_keys
from core.pipeline.estimate import MIN_SAMPLES, SPREAD, expected_output_tokens
from core.pipeline.work import ANNOTATION, JUDGE
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.prompting.resolving import Prompt
from core.prompting.stages import render_annotation, render_judge
from core.providers.port import Usage
from core.providers.pricing import Price
from core.text.tokens import usual_tokens
from data.usage import Past

WORDS_PER_SENTENCE = 13.0
JUDGEMENT_TOKENS = 1_100
_PLACE = ("(client)", "(advisor)")  # stands for the turns that are not written yet


@dataclass(frozen=True)
class Expected:
    """One stage of one row: so many calls, each sending `prompt_tokens` of which `prefix_tokens` are cached."""

    stage: str
    calls: int
    prompt_tokens: int
    prefix_tokens: int
    output_tokens: float


def after_dialogue(
    row: Mapping[str, Any],
    turns: int,
    profile: QualityProfile,
    pack: PackContext,
    templates: Mapping[str, Mapping[str, Any]],
) -> list[Expected]:
    """The stages whose templates are given (annotation, judge). Raises TemplateError when a prompt does not render."""
    per_turn = expected_output_tokens(1, profile)
    told = [_PLACE] * turns
    found = []
    if ANNOTATION in templates:
        prompt = render_annotation(row, templates[ANNOTATION], pack, told, turns, ["(sentence)"])
        form = usual_tokens(schema_text(taxonomy_keys(pack.taxonomy)))
        sentences = sum(profile.advisor_words) / 2 / WORDS_PER_SENTENCE
        sent = per_turn * (1 + (turns - 1) / 2)  # the turn itself, and on average half of the others before it
        output = TOKENS_PER_TURN + sentences * TOKENS_PER_SENTENCE
        found.append(_expected(ANNOTATION, turns, prompt, form, sent, output))
    if JUDGE in templates:
        prompt = render_judge(row, templates[JUDGE], pack, told)
        form = usual_tokens(judging.schema_text())
        found.append(_expected(JUDGE, 1, prompt, form, per_turn * turns, JUDGEMENT_TOKENS))
    return found


def by_past(
    expected: Sequence[Expected],
    past: Mapping[tuple[int, str], Past],
    templates: Mapping[str, Mapping[str, Any]],
    models: Mapping[str, str],
) -> list[Expected]:
    """The same with the output that calls of these templates and models have really had, where there are enough."""
    found = []
    for stage in expected:
        known = past.get((templates[stage.stage]["id"], models[stage.stage]))
        enough = known is not None and known.calls >= MIN_SAMPLES
        found.append(replace(stage, output_tokens=known.output_tokens) if known and enough else stage)
    return found


def price_later(expected: Sequence[Expected], prices: Mapping[str, Price]) -> tuple[int, int]:
    """What these stages cost in micro-dollars, low and high, by the prices of their models."""
    low = high = 0
    for stage in expected:
        price, fresh = prices[stage.stage], stage.prompt_tokens - stage.prefix_tokens
        least, most = (round(stage.output_tokens * share) for share in SPREAD)
        low += stage.calls * price.cost_microusd(Usage(fresh, least, 0, stage.prefix_tokens))
        # At worst nothing is cached by the time of the first call.
        high += price.cost_microusd(Usage(fresh, most, stage.prefix_tokens, 0))
        high += (stage.calls - 1) * price.cost_microusd(Usage(fresh, most, 0, stage.prefix_tokens))
    return low, high


def _expected(stage: str, calls: int, prompt: Prompt, form: int, text: float, output: float) -> Expected:
    return Expected(stage, calls, prompt.tokens + form + round(text), prompt.prefix_tokens + form, output)
