"""What a check looks at: one conversation with its plan row, its client, its profile and the rules of its pack.

Callers build a `Subject` from the database or from a pack folder; the checks read nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.pack.files import Pack
from core.prompting.files import QualityProfile

EMERGENCY_NUMBERS = frozenset({"911", "988", "112", "211"})
_SITE = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:org|com|gov|net|edu|info)(?:/[\w./-]*\w)?", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\d[\d() .-]*\d")


@dataclass(frozen=True)
class Feeling:
    """Where an emotion stands in the taxonomy: its family, its side of the scale, and how far out on it (-1 to 1)."""

    family: str
    side: str
    valence: float


@dataclass(frozen=True)
class Rules:
    """What a pack demands of every conversation."""

    never_say: tuple[str, ...] = ()
    advisor_name: str = ""
    advisor_short_name: str = ""
    persona_names: tuple[str, ...] = ()
    referral_contacts: frozenset[str] = frozenset()  # digits of numbers, lower-case sites and addresses
    emotions: frozenset[str] = frozenset()
    feelings: Mapping[str, Feeling] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)  # technical terms of the pack and what each means

    @cached_property
    def advisor_names(self) -> frozenset[str]:
        """Every word of the advisor's name, without titles behind a comma."""
        return frozenset(f"{self.advisor_name.split(',')[0]} {self.advisor_short_name}".split())

    @cached_property
    def first_names(self) -> frozenset[str]:
        """The first names of the personas."""
        return frozenset(first for name in self.persona_names for first in name.split()[:1])

    @cached_property
    def personas(self) -> tuple[tuple[str, str, str], ...]:
        """The personas that share no name with the advisor: the name, the first name, and a lower-case word of that."""
        return tuple(
            (name, words[0], max(re.findall(r"[^\W_]+", words[0].lower()), key=len, default=""))
            for name in self.persona_names
            if (words := name.split()) and self.advisor_names.isdisjoint(words)
        )


@dataclass(frozen=True)
class Subject:
    """One conversation to be judged.

    `generated` says that brightrun made it or the pack ships it: then annotation ranges and plan values are gates,
    for imported text the same checks are warnings. `annotated` says that annotation is expected or present,
    `exact_plan` that the journey must be the plan's to the letter, as that of a pack's own examples.
    """

    row: Mapping[str, Any]
    pairs: Sequence[Mapping[str, Any]]
    profile: QualityProfile = field(default_factory=QualityProfile)
    rules: Rules = field(default_factory=Rules)
    generated: bool = False
    client: Mapping[str, Any] = field(default_factory=dict)
    referrals: Sequence[Mapping[str, Any]] = ()
    annotated: bool = False
    exact_plan: bool = False


def rules_of(pack: Pack) -> Rules:
    """The rules of a pack read from its folder."""
    return rules_of_rows(
        pack.advisor.model_dump(),
        pack.taxonomy,
        [p.model_dump() for p in pack.personas],
        [e.model_dump() for e in pack.edge_cases],
    )


def rules_of_rows(
    advisor: Mapping[str, Any],
    taxonomy: Mapping[str, Any],
    personas: Iterable[Mapping[str, Any]],
    edge_cases: Iterable[Mapping[str, Any]],
) -> Rules:
    """The same from the database: `packs.advisor`, `packs.taxonomy`, and the rows of personas and edge cases."""
    contacts = {
        token
        for edge_case in edge_cases
        for referral in edge_case.get("referrals") or ()
        for token in contact_tokens(str(referral.get("contact", "")))
    }
    return Rules(
        never_say=tuple(str(phrase) for phrase in advisor.get("never_say") or ()),
        advisor_name=str(advisor.get("name") or ""),
        advisor_short_name=str(advisor.get("short_name") or ""),
        persona_names=tuple(str(persona["name"]) for persona in personas),
        referral_contacts=frozenset(contacts),
        emotions=frozenset(str(emotion["key"]) for emotion in taxonomy.get("emotions") or ()),
        feelings={
            str(emotion["key"]): Feeling(
                str(emotion.get("family") or emotion["key"]),
                str(emotion.get("valence_class") or ""),
                float(emotion.get("valence") or 0.0),
            )
            for emotion in taxonomy.get("emotions") or ()
        },
        terms={
            str(term["name"]).lower(): str(term.get("description") or "")
            for term in taxonomy.get("terms") or ()
            if isinstance(term, dict) and term.get("name")
        },
    )


def rules_of_header(header: Mapping[str, Any]) -> Rules:
    """What a seed file outside any pack says of its advisor; it forbids no phrases and knows no personas."""
    profile = header.get("consultant_profile")
    name = str(profile.get("name") or "") if isinstance(profile, dict) else ""
    return Rules(advisor_name=name, advisor_short_name=name.split(",")[0].split(" ")[0])


def client_of(row: Mapping[str, Any], personas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The client of a row: its own client where it has one, else its persona (by key); empty where it has neither."""
    return dict(row.get("client_profile") or personas.get(str(row.get("persona_id") or "")) or {})


def is_annotated(pairs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any turn carries an analysis."""
    return any(pair.get(part) for pair in pairs for part in ("emotional_context", "response_breakdown"))


def contact_tokens(text: str) -> set[str]:
    """The numbers (as digits) and sites (lower case) that a text names.

    >>> sorted(contact_tokens("1-800-327-6243 (farmaid.org)"))
    ['18003276243', 'farmaid.org']
    """
    sites = {match.group().lower() for match in _SITE.finditer(text)}
    numbers = {re.sub(r"\D", "", match.group()) for match in _DIGITS.finditer(_SITE.sub(" ", text))}
    return sites | {number for number in numbers if len(number) >= 3}
