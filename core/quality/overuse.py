"""What the dataset already says too often: openers and phrases of the advisor, by how many conversations use them.

Feeds the prompts, so that the next conversation does not say it again. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

OPENER_WORDS, PHRASE_WORDS = 3, 5
MIN_CONVERSATIONS = 3  # a phrase that so many conversations use is named
MOST_NAMED = 24  # more than that a model does not keep in mind
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def overused(responses: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Openers (three words) and phrases (five words) of the advisor that three or more conversations use, the most
    used first. `responses` are (conversation id, response)."""
    openers: dict[str, set[str]] = defaultdict(set)
    phrases: dict[str, set[str]] = defaultdict(set)
    for conversation_id, response in responses:
        words = [word.lower() for word in _WORD.findall(response)]
        if len(words) >= OPENER_WORDS:
            openers[" ".join(words[:OPENER_WORDS])].add(conversation_id)
        for start in range(len(words) - PHRASE_WORDS + 1):
            phrases[" ".join(words[start : start + PHRASE_WORDS])].add(conversation_id)
    found = {text: len(users) for text, users in openers.items() if len(users) >= MIN_CONVERSATIONS}
    counted = {text: len(users) for text, users in phrases.items() if len(users) >= MIN_CONVERSATIONS}
    ranked = sorted({**counted, **found}.items(), key=lambda pair: (-pair[1], pair[0]))
    named: list[str] = []
    for text, _ in ranked:
        if not any(_overlap(text, other) for other in named):
            named.append(text)
        if len(named) == MOST_NAMED:
            break
    return tuple(named)


def _overlap(text: str, other: str) -> bool:
    """Whether two phrases are windows of one longer phrase: naming one of them is enough."""
    return text in other or other in text or text.partition(" ")[2] in other or other.partition(" ")[2] in text
