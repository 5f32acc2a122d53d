"""A conversation as a person reads it on paper: title, facts, turns with who said what. for Markdown and PDF.

Text from outside is made visible here: no control character reaches a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.export.material import source_of
from core.text.terminal import safe_line, safe_text
from data.vocabulary import Method

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest


@dataclass(frozen=True)
class Exchange:
    """One turn: heading of its annotation (empty when plain), and both messages."""

    number: int
    notes: tuple[str, ...]
    user: str
    advisor: str


@dataclass(frozen=True)
class Document:
    """One conversation to be read."""

    title: str
    facts: tuple[tuple[str, str], ...]
    client: str
    advisor: str
    exchanges: tuple[Exchange, ...]
    simulated: bool


def document_of(dialogue: Dialogue, request: ExportRequest, advisor: str) -> Document:
    """What is to be read of one conversation."""
    values = dialogue.values
    client = str(values["persona_name"]).split()[0] if str(values["persona_name"]).split() else "Client"
    emotions = [
        f"{_words(values[f'{end}_emotion'])}{_share(values[f'{end}_intensity'])}"
        for end in ("starting", "ending")
        if values[f"{end}_emotion"]
    ]
    facts = [
        ("Conversation", f"{dialogue.conversation_id} (number {values['number']})"),
        ("Client", _joined(values["persona_name"], values["persona_type"])),
        ("Tier", _words(values["tier"])),
        ("Emotions", " → ".join(emotions)),
        ("Category", _joined(_words(values["content_category"]), _words(values["topic_cluster"]))),
        ("Setting", values["session_context"]),
        ("Expected outcome", values["expected_outcome"]),
        ("Score", "" if values["quality_score"] is None else f"{values['quality_score']:.1f} of 10"),
        ("Status", _words(values["status"])),
        ("Source", source_of(values)),
    ]
    if request.system and dialogue.system:
        facts.append(("System prompt", dialogue.system))
    exchanges = [
        Exchange(n, _notes(dialogue.pairs[n - 1]) if request.annotation else (), safe_text(user), safe_text(answer))
        for n, (user, answer) in enumerate(dialogue.said, 1)
    ]
    return Document(
        safe_line(str(values["topic"])) or dialogue.conversation_id,
        tuple((name, safe_text(str(value))) for name, value in facts if value),
        safe_line(client),
        safe_line(advisor.split(",")[0].split()[0] if advisor.split() else "Advisor"),
        tuple(exchanges),
        values["generation_method"] == Method.SIMULATED,
    )


def _notes(pair: dict[str, Any]) -> tuple[str, ...]:
    """What the annotation says of a turn, in a few lines; values of any shape are left out rather than guessed."""
    context, strategy = pair.get("emotional_context"), pair.get("response_strategy")
    felt = context.get("detected_emotions") if isinstance(context, dict) else None
    lines: list[str] = []
    if isinstance(felt, dict) and isinstance(felt.get("primary"), str):
        emotions = [felt[name] for name in ("primary", "secondary", "tertiary") if isinstance(felt.get(name), str)]
        lines.append("Feels: " + ", ".join(_words(emotion) for emotion in emotions) + _share(felt.get("intensity")))
    if isinstance(strategy, dict) and isinstance(strategy.get("primary_strategy"), str):
        why = strategy.get("primary_rationale")
        reason = f" ({why.rstrip('.')})" if isinstance(why, str) and why else ""
        lines.append("Strategy: " + _words(strategy["primary_strategy"]) + reason)
    return tuple(safe_line(line) for line in lines)


def _words(value: Any) -> str:
    return str(value or "").replace("_", " ")


def _share(value: Any) -> str:
    return f" {value:.2f}" if isinstance(value, float) else ""


def _joined(*parts: Any) -> str:
    return ", ".join(dict.fromkeys(str(part) for part in parts if part))
