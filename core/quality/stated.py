"""What a speaker states as a fact about now, and what the plan says of the client: shared by the checks of plan values.

The checks of names, ages, incomes and families use it. It judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.quality.reading import clause_before, is_quoted, is_reported

PLAN_TEXTS = ("persona_name", "topic", "topic_description", "session_context", "expected_outcome")
_SUPPOSED = re.compile(
    r"\b(?:when|once|until|till|before|after|by|if|unless|whether|like|as|because|since|while|pretend\w*|says?"
    r"|said|think\w*"
    r"|thought|imagin\w+|assum\w+|would|could|tell|told|asked)\b[^.!?]{0,40}$",
    re.IGNORECASE,
)


def is_statement(text: str, position: int) -> bool:
    """Whether something is said as a fact about now: not quoted, not supposed, not somebody's words."""
    return not (
        is_quoted(text, position)
        or is_reported(text, position)
        or _SUPPOSED.search(clause_before(text, position)[-80:])
    )


def flat(client: Mapping[str, Any]) -> list[str]:
    """Everything that a client profile says, text by text."""
    texts: list[str] = []
    for value in client.values():
        texts += [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return texts
