"""What a row will cost before it is generated: the rendered prompt's tokens plus what its template has used before."""

from __future__ import annotations

from dataclasses import dataclass

from core.prompting.files import QualityProfile
from core.prompting.resolving import Prompt
from core.providers.port import Usage
from core.providers.pricing import Price

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


def expected_output_tokens(turns: int, profile: QualityProfile) -> float:
    """Tokens of a dialogue whose messages lie in the middle of the profile's ranges."""
    words = (sum(profile.user_words) + sum(profile.advisor_words)) / 2
    return turns * words * TOKENS_PER_WORD


def room(turns: int, profile: QualityProfile, limit: int) -> int:
    """`max_tokens` for a dialogue: the longest messages allowed and room to think, under the setting's limit."""
    longest = turns * (profile.user_words[1] + profile.advisor_words[1]) * TOKENS_PER_WORD
    return min(limit, round(longest * 1.25) + THINKING_ROOM)


def estimate(
    prompt: Prompt, turns: int, profile: QualityProfile, price: Price, *, past: tuple[int, float] | None, limit: int
) -> Estimate:
    """The cost of one row. `past` is (calls, mean output tokens) of its template so far."""
    output = past[1] if past and past[0] >= MIN_SAMPLES else expected_output_tokens(turns, profile)
    cached = prompt.prefix_tokens if prompt.prefix_tokens >= CACHE_MIN_TOKENS else 0
    fresh = prompt.tokens - cached
    low = Usage(fresh, round(output * SPREAD[0]), 0, cached)
    high = Usage(fresh, round(output * SPREAD[1]), cached, 0)
    return Estimate(price.cost_microusd(low), price.cost_microusd(high), room(turns, profile, limit))
