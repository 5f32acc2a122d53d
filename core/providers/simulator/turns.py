"""The turn of a practice conversation, its ranges of words, and how a reply falls into paragraphs.

Shared by the two writers, `dialogue` and `boundary`; it must know neither of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

CLIENT_LEAST, CLIENT_MOST = 27, 108
ADVISOR_LEAST, ADVISOR_MOST = 78, 185


@dataclass(frozen=True)
class Turn:
    """What the client writes and what the advisor answers."""

    user: str
    advisor: str


def paragraphs(parts: list[list[str]], draws: random.Random) -> str:
    """Join the parts of a reply to two, three or four paragraphs."""
    groups = [list(part) for part in parts if part]
    for _ in range(draws.choice((0, 1, 1, 2))):
        if len(groups) > 2:
            place = draws.choice((0, len(groups) - 2))
            groups[place : place + 2] = [groups[place] + groups[place + 1]]
    return "\n\n".join(" ".join(group) for group in groups)
