"""What a row will cost before it is generated: the rendered prompt's tokens plus what its template has used before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.prompting.files import QualityProfile
from core.prompting.resolving import Prompt
from core.providers.port import Usage
from core.providers.pricing import Price
from data.usage import Past

TOKENS_PER_WORD = 1.4  # English prose with Anthropic's tokenizer, tags included
SPREAD = (0.7, 1.6)  # lowest and highest, as shares of the expected output
MIN_SAMPLES = 3
CACHE_MIN_TOKENS = 512  # a shorter prefix is not cached
THINKING_ROOM = 4_000


@dataclass(frozen=True)
class Estimate:
    """Cost range in micro-dollars, and the room to ask for."""

    low_microusd: int
    high_microusd: int
    max_tokens: int


def basis_of(counted: int, templates: int, past: Iterable[Past | None]) -> str:
    """By what the tokens of an order's prompts are known: `counted` of its templates were counted by the service."""
    if counted:
        return "counted by the service" if counted == templates else "partly counted by the service"
    if any(known is not None and known.calls >= MIN_SAMPLES for known in past):
        return "estimated from past calls"
    return "estimated from characters"


def scale_of(prompt: Prompt, past: Past | None) -> float:
    """How many tokens a prompt has for each one of our own estimate, as far as the past tells."""
    if past is None or past.calls < MIN_SAMPLES or not prompt.tokens:
        return 1.0
    return past.tokens_per_character * (len(prompt.system) + len(prompt.user)) / prompt.tokens


def expected_output_tokens(turns: int, profile: QualityProfile) -> float:
    """Tokens of a dialogue whose messages lie in the middle of the profile's ranges."""
    words = (sum(profile.user_words) + sum(profile.advisor_words)) / 2
    return turns * words * TOKENS_PER_WORD


def room(turns: int, profile: QualityProfile, limit: int) -> int:
    """`max_tokens` for a dialogue: the longest messages allowed and room to think, under the setting's limit."""
    longest = turns * (profile.user_words[1] + profile.advisor_words[1]) * TOKENS_PER_WORD
    return min(limit, round(longest * 1.25) + THINKING_ROOM)


def estimate(
    prompt: Prompt,
    turns: int,
    profile: QualityProfile,
    price: Price,
    *,
    past: Past | None,
    limit: int,
    scale: float | None = None,
) -> Estimate:
    """The cost of the dialogue of one row.

    `past` is what calls of its template have taken; `scale` says how many tokens the service counts for each one of
    ours, and goes before what the past says of the prompt.
    """
    known = past if past and past.calls >= MIN_SAMPLES else None
    output = known.output_tokens if known else expected_output_tokens(turns, profile)
    if scale is None:
        scale = scale_of(prompt, known)
    prefix = round(prompt.prefix_tokens * scale)
    cached = prefix if prefix >= CACHE_MIN_TOKENS else 0
    fresh = round(prompt.tokens * scale) - cached
    low = Usage(fresh, round(output * SPREAD[0]), 0, cached)
    high = Usage(fresh, round(output * SPREAD[1]), cached, 0)
    return Estimate(price.cost_microusd(low), price.cost_microusd(high), room(turns, profile, limit))
