"""What the detail screen tells of a conversation beside its table row: facts, client, what was done to it.

`core.browse.Browser` reads these records; nothing here reads or writes anything.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

_CLIENT = {
    "age": "age",
    "work": "work",
    "income": "income",
    "family": "family",
    "life_situation": "life",
    "finances": "finances",
    "experience_level": "experience",
    "risk_tolerance": "risk",
    "decision_style": "decides",
    "voice": "writes",
    "emotional_baseline": "baseline",
    "goals": "goals",
    "concerns": "concerns",
}
# What a client of their own calls a thing for which a client type has another column.
_COLUMNS = {"work": "occupation", "finances": "financial_background", "voice": "communication_style"}


class Facts(NamedTuple):
    """In the order of `data.detail.FACT_COLUMNS` and `CLIENT_COLUMNS`, then the names of what it is made from."""

    client_profile: str | None
    topic_description: str
    arc_description: str
    session_context: str
    conversation_phase: str
    expected_outcome: str
    rubric_empathy: float | None
    rubric_clarity: float | None
    rubric_appropriateness: float | None
    rubric_brand_voice: float | None
    rubric_domain: float | None
    rubric_sources: str | None
    generation_source: str
    model: str
    generated_at: str | None
    estimated_cost_microusd: int | None
    ready_for_training: bool
    variation_count_target: int | None
    variation_of: str
    document_id: str
    chunk_id: str
    created_at: str
    created_by: str
    reviewed_at: str | None
    approved_by: str
    approved_at: str | None
    verdict_reason: str
    assigned_to: str
    persona_type: str
    parameters: str | None
    age: int | None
    occupation: str | None
    income: str | None
    family: str | None
    life_situation: str | None
    financial_background: str | None
    experience_level: str | None
    risk_tolerance: str | None
    decision_style: str | None
    communication_style: str | None
    emotional_baseline: str | None
    goals: str | None
    concerns: str | None
    template_id: str | None
    template_version: int | None
    scenario: str | None
    edge_case: str | None

    @property
    def client(self) -> list[tuple[str, str]]:
        """The client with labels: one of their own, else the type that the row names."""
        own = parsed(self.client_profile)
        own = own if isinstance(own, dict) else {}
        values = self._asdict()
        found: list[tuple[str, str]] = []
        for name, label in _CLIENT.items():
            value = own.get(name)
            if value is None and not own:
                value = values[_COLUMNS.get(name, name)]
                value = parsed(value) if name in ("goals", "concerns") else value
            text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
            if text:
                found.append((label, text))
        left = [key for key in own if key not in _CLIENT and key != "name"]
        return found + [(key.replace("_", " "), str(own[key])) for key in left if own[key]]

    @property
    def rubric(self) -> list[tuple[str, float, str]]:
        """The measured rubric scores with where they come from."""
        sources = parsed(self.rubric_sources)
        sources = sources if isinstance(sources, dict) else {}
        values = self._asdict()
        names = ("rubric_empathy", "rubric_clarity", "rubric_appropriateness", "rubric_brand_voice", "rubric_domain")
        return [
            (name.removeprefix("rubric_").replace("_", " "), values[name], str(sources.get(name, "")))
            for name in names
            if values[name] is not None
        ]


class Act(NamedTuple):
    """One audit row; `before` and `after` as stored."""

    at: str
    actor: str
    action: str
    before: str | None
    after: str | None
    note: str

    @property
    def change(self) -> str:
        """What changed, in words: `status generated → approved`."""
        before, after = parsed(self.before), parsed(self.after)
        before = before if isinstance(before, dict) else {}
        after = after if isinstance(after, dict) else {}
        parts = []
        for key in (*before, *(key for key in after if key not in before)):
            old, new = before.get(key), after.get(key)
            if old == new or key == "undo":  # the way back is for undo alone
                continue
            words = (
                f"{_short(old)} → {_short(new)}"
                if key in before and key in after
                else _short(new if key in after else old)
            )
            parts.append(f"{key.replace('_', ' ')} {words}")
        return ", ".join(parts)


class Version(NamedTuple):
    """A former version that was kept, without its text."""

    at: str
    by: str
    version: int
    reason: str
    id: int


class Source(NamedTuple):
    """A chunk of a source document that a conversation draws on."""

    chunk_id: str
    document: str
    title: str
    section: str
    note: str

    @property
    def label(self) -> str:
        """What it is called, in one line."""
        return " · ".join(text for text in (self.document, self.section, self.title) if text) or self.chunk_id


def parsed(stored: str | None) -> Any:
    """A JSON column as a value; what is no JSON counts as empty."""
    try:
        return json.loads(stored) if stored else None
    except ValueError:
        return None


def _short(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("_", " ") if len(text) <= 80 else text[:79] + "…"
