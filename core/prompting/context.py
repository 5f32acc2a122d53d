"""The values that a row's prompt is filled with: names and texts from pack and plan, never ids.

What the plan does not state is said to be open in words, so that the model does not guess; what a conversation cannot
be written without (client, topic, emotions, turns) is left empty and then refused by rendering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.prompting.files import QualityProfile

Values = dict[str, Any]
OPEN = "left to you"
NO_CLIENT = "somebody of your own, with a name, an age and work"
KINDS = {"template": "template", "scenario": "scenario", "edge_case": "edge case", "seed": "template"}


@dataclass(frozen=True)
class PackContext:
    """Definitions a prompt draws on, by key, as the tables have them."""

    advisor: Values
    personas: dict[str, Values]
    arcs: dict[str, Values]
    scenarios: dict[str, Values]
    edge_cases: dict[str, Values]
    taxonomy: dict[str, list[Values]]
    facts: Values
    excerpts: dict[str, str] = field(default_factory=dict)  # conversation id -> short excerpt of a seed
    overused: tuple[str, ...] = ()
    derived: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # what is worked out of it once


def template_values(template: Mapping[str, Any], pack: PackContext) -> Mapping[str, str]:
    """Values that are the same for all rows of a template: what the cacheable part may use. Worked out once."""
    known: dict[Any, Mapping[str, str]] = pack.derived.setdefault("template_values", {})
    profile = QualityProfile.model_validate(template.get("quality_profile") or {})
    arc, references = template.get("arc_or_family") or "", tuple(template.get("reference_conversation_ids") or ())
    key = (arc, references, profile.user_words, profile.advisor_words)
    if key not in known:
        known[key] = _template_values(arc, references, profile, pack)
    return known[key]


def _template_values(
    arc_or_family: str, references: Sequence[str], profile: QualityProfile, pack: PackContext
) -> dict[str, str]:
    advisor = pack.advisor
    style = advisor.get("communication_style", {})
    arc = pack.arcs.get(arc_or_family, {})
    excerpt = next((pack.excerpts[c] for c in references if c in pack.excerpts), "")
    return {
        "advisor_name": str(advisor.get("name", "")),
        "advisor_short_name": str(advisor.get("short_name", "")),
        "advisor_business": str(advisor.get("business", "")),
        "advisor_expertise": str(advisor.get("expertise", "")),
        "advisor_principles": _numbered(list(advisor.get("core_philosophy", {}).values())),
        "advisor_tone": str(style.get("tone", "")),
        "advisor_techniques": _bullets(style.get("techniques", [])),
        "advisor_avoid": _bullets(style.get("avoid", [])),
        "advisor_voice": _bullets(advisor.get("voice_notes", [])),
        "never_say": "; ".join(f'"{phrase}"' for phrase in advisor.get("never_say", [])),
        "tax_year": str(pack.facts.get("tax_year", "")),
        "facts": _bullets([fact["text"] for fact in pack.facts.get("facts", [])]),
        "arc_name": str(arc.get("name", "")),
        "arc_strategy": str(arc.get("strategy", "")),
        "arc_principles": _bullets(arc.get("principles") or []),
        "arc_moves": _bullets(arc.get("phrases") or []),
        "arc_avoid": _bullets(arc.get("avoid") or []),
        "arc_milestones": _milestones(arc.get("milestones") or []),
        "example": excerpt,
        "user_words": _span(profile.user_words),
        "advisor_words": _span(profile.advisor_words),
        "emotions": ", ".join(str(entry["key"]) for entry in pack.taxonomy.get("emotions", [])),
        **{name: _listed(pack.taxonomy.get(name, [])) for name in ("indicator_categories", "strategies", "techniques")},
    }


def row_values(row: Mapping[str, Any], pack: PackContext, *, note: str = "") -> dict[str, str]:
    """Values of one conversation."""
    persona = pack.personas.get(row["persona_id"], {})
    client: Mapping[str, Any] = row.get("client_profile") or {}
    scenario = pack.scenarios.get(row.get("scenario_id") or "", {})
    edge_case = pack.edge_cases.get(row.get("edge_case_id") or "", {})
    return {
        "kind": KINDS.get(row["tier"], str(row["tier"])),
        "client": _client_line(row, persona, client),
        "client_name": str(row["persona_name"] or ""),
        "client_profile": _profile(persona, client) or OPEN,
        "client_voice": str(
            client.get("voice") or _sentence_list(persona.get("communication_style"), persona.get("language_patterns"))
        )
        or OPEN,
        "topic": str(row["topic"] or ""),
        "topic_description": str(row["topic_description"] or OPEN),
        "starting_emotion": _words(row["starting_emotion"]),
        "starting_intensity": _figure(row["starting_intensity"]),
        "ending_emotion": _words(row["ending_emotion"]),
        "ending_intensity": _figure(row["ending_intensity"]),
        "target_turns": str(row["target_turns"] or ""),
        "content_category": _named(pack.taxonomy.get("content_categories", []), row["content_category"]),
        "intent": _named(pack.taxonomy.get("intents", []), row["intent"]),
        "tone": _named(pack.taxonomy.get("tones", []), row["tone"]),
        "outcome": _named(pack.taxonomy.get("outcomes", []), row["outcome"]),
        "session_context": str(row["session_context"] or OPEN),
        "expected_outcome": str(row["expected_outcome"] or OPEN),
        "scenario_setup": str(scenario.get("setup") or OPEN),
        "scenario_concerns": "; ".join(scenario.get("secondary_concerns") or []) or OPEN,
        "scenario_turning_point": str((scenario.get("arc") or {}).get("turning_point") or OPEN),
        "scenario_outcome": str(scenario.get("desired_outcome") or OPEN),
        "scenario_objectives": "; ".join(scenario.get("learning_objectives") or []) or OPEN,
        "scenario_opening": str(scenario.get("seed_prompt") or OPEN),
        "expert_care": _expert_care(scenario.get("expert_review") or {}),
        "boundary": str(edge_case.get("boundary") or ""),
        "stress_factors": "; ".join(edge_case.get("stress_factors") or []),
        "crisis_protocol": _numbered(edge_case.get("crisis_protocol") or []),
        "referrals": "; ".join(
            f"{r['name']} ({r['contact']})".replace(";", ",")
            for r in edge_case.get("referrals") or []
            if isinstance(r, dict)
        ),
        "resolution_strategy": str(edge_case.get("resolution_strategy") or ""),
        "overused_phrases": "; ".join(f'"{phrase}"' for phrase in pack.overused) or "none so far",
        "reviewer_note": note or "none",
    }


def _listed(entries: Sequence[Values]) -> str:
    return _bullets([f"{entry['key']}: {entry.get('description') or entry.get('name', '')}" for entry in entries])


def _client_line(row: Mapping[str, Any], persona: Values, client: Mapping[str, Any]) -> str:
    if not persona and not client and str(row["persona_name"]).casefold() in ("", "mixed"):
        return NO_CLIENT  # planned by hand or proposed: "Mixed" is no name
    age = client.get("age") or persona.get("age")
    work = client.get("work") or persona.get("occupation")
    return ", ".join(str(part) for part in (row["persona_name"], age, work) if part)


def _profile(persona: Values, client: Mapping[str, Any]) -> str:
    source: Mapping[str, Any] = client or persona
    names = (
        ("income", "family", "life_situation", "finances", "emotional_baseline", "goals")
        if client
        else [
            "income",
            "family",
            "life_situation",
            "financial_background",
            "experience_level",
            "risk_tolerance",
            "decision_style",
            "emotional_baseline",
            "goals",
            "concerns",
        ]
    )
    parts = []
    for name in names:
        value = source.get(name)
        text = "; ".join(value) if isinstance(value, list) else str(value or "")
        if text:
            parts.append(f"{name.replace('_', ' ').capitalize()}: {text.rstrip('.')}.")
    return " ".join(parts)


def _expert_care(review: Mapping[str, Any]) -> str:
    kinds = [kind for kind in ("legal", "therapeutic", "cultural") if review.get(kind)]
    if not kinds:
        return "no special care"
    return f"{', '.join(kinds)}: {review.get('note', '')}".strip()


def _named(entries: Sequence[Values], key: object) -> str:
    for entry in entries:
        if entry.get("key") == key:
            return str(entry.get("name") or _words(key))
    return _words(key) or OPEN


def _words(value: object) -> str:
    return str(value or "").replace("_", " ")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _span(bounds: tuple[int, int]) -> str:
    return f"{bounds[0]} to {bounds[1]}"


def _bullets(items: Sequence[object]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _numbered(items: Sequence[object]) -> str:
    return "\n".join(f"{n}. {item}" for n, item in enumerate(items, 1))


def _milestones(milestones: Sequence[Values]) -> str:
    return ", ".join(f"turn {m['turn']}: {_words(m['emotion'])} {m['intensity']:.2f}" for m in milestones)


def _sentence_list(*parts: object) -> str:
    texts = ["; ".join(p) if isinstance(p, list) else str(p) for p in parts if p]
    return ". ".join(t.rstrip(".") for t in texts)
