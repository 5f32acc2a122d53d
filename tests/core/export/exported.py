"""Conversations and requests built in code, for the tests of the formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.export.catalogue import settled
from core.export.dialogue import Dialogue
from core.export.request import ExportRequest
from data.criteria import Criteria
from data.outgoing import Outgoing

SAID = (("Hello, I owe $4,000.", "Thank you for telling me."), ("And now?", "Now we count it. Is that all right?"))
ODD = 'one\u2028two\u2029three\x85four\nfive\rsix "seven" \\eight\ttab é 😀'


def row(conversation_id: str = "own_001", **more: Any) -> Outgoing:
    """What an export knows of a row."""
    values: dict[str, Any] = dict.fromkeys(Outgoing._fields)
    values |= {"conversation_id": conversation_id, "number": 1, "persona_id": "marcus", "tier": "template"}
    values |= {"split": "", "variation_of": "", "status": "approved", "turn_count": 2, "word_count": 20}
    values |= {"generation_method": "claude_api", "pack_key": "p"}
    return Outgoing(**{**values, **more})


def dialogue(*said: tuple[str, str], system: str = "You are Elena.", **more: Any) -> Dialogue:
    """A conversation as the formats take it."""
    return Dialogue(row(), system, said or SAID, **more)


def request(format_: Any, **more: Any) -> ExportRequest:
    """A request with the format's own choices filled in."""
    return settled(ExportRequest(format=format_, criteria=Criteria(), folder=Path("out"), **more))
