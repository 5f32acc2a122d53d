"""Which facts of a conversation may be edited by hand, how a value typed by a person is read, and what is refused.

The edit form, `brightrun edit --set` and whoever edits planned rows use it. Pure: the words that are known (taxonomy,
personas, arcs) are passed in. Ids, numbers, costs and the log are never editable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.errors import BrightrunError
from core.pack.consistency import DIMENSIONS
from core.planning.table import near_words, plain_key
from core.status import words
from data.vocabulary import Status, Tier

Kind = Literal["line", "prose", "word", "share", "turns"]
LONGEST = {"line": 300, "prose": 20_000}
TURNS = range(1, 21)
_RUNNING = (Status.QUEUED, Status.GENERATING)


class EditError(BrightrunError):
    """A value cannot be stored; `name` is the field."""

    def __init__(self, message: str, hint: str = "", *, name: str = "") -> None:
        super().__init__(message, hint)
        self.name = name


@dataclass(frozen=True)
class EditField:
    """One editable fact: its column, its words on the screen, and how it is read."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    only_planned: bool = False  # it says how the text is to be written, so it means nothing once it is there


FIELDS: tuple[EditField, ...] = (
    EditField("topic", "topic", "line", required=True),
    EditField("topic_description", "story", "prose"),
    EditField("session_context", "session", "prose"),
    EditField("expected_outcome", "hoped for", "prose"),
    EditField("reviewer_notes", "notes", "prose"),
    EditField("persona_id", "persona", "word"),
    EditField("tier", "tier", "word", required=True),
    EditField("arc_id", "arc", "word"),
    EditField("starting_emotion", "start", "word"),
    EditField("starting_intensity", "start figure", "share"),
    EditField("ending_emotion", "end", "word"),
    EditField("ending_intensity", "end figure", "share"),
    EditField("content_category", "category", "word"),
    EditField("intent", "intent", "word"),
    EditField("tone", "tone", "word"),
    EditField("role_pair", "roles", "word"),
    EditField("topic_cluster", "cluster", "word"),
    EditField("outcome", "outcome", "word"),
    EditField("conversation_phase", "phase", "word"),
    EditField("target_turns", "turns", "turns", only_planned=True),
)
BY_NAME = {one.name: one for one in FIELDS}
_ALIASES = {
    "note": "reviewer_notes",
    "from": "starting_emotion",
    "to": "ending_emotion",
    "role": "role_pair",
    "description": "topic_description",
    **{plain_key(one.label): one.name for one in FIELDS},
}
_NEVER = (
    "id", "number", "conversation_id", "cost", "actual_cost_microusd", "estimated_cost_microusd", "duration",
    "generated_at", "created_at", "updated_at", "model", "template", "template_version_id", "version", "log",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What the words of a field may be: key -> name, by column; a column without an entry takes any word."""

    values: Mapping[str, Mapping[str, str]]
    personas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def options(self, name: str) -> list[str]:
        """The keys that a field may have, in the order of the pack."""
        return list(self.values.get(name, {}))


def known_words(
    taxonomy: Mapping[str, Iterable[Mapping[str, Any]]],
    personas: Mapping[str, Mapping[str, Any]],
    arcs: Mapping[str, Mapping[str, Any]],
) -> Known:
    """The words of a pack."""
    values: dict[str, dict[str, str]] = {
        column: {str(entry.get("key")): str(entry.get("name", "")) for entry in taxonomy.get(kind, ())}
        for column, kind in DIMENSIONS.items()
    }
    values["tier"] = {tier.value: words(tier) for tier in Tier}
    values["persona_id"] = {key: str(entry.get("name", "")) for key, entry in personas.items()}
    values["arc_id"] = {key: str(entry.get("name", "")) for key, entry in arcs.items()}
    return Known({column: found for column, found in values.items() if found}, personas)


def field_named(name: str) -> EditField:
    """The field that a name means, by column or label. Raises EditError naming those there are."""
    plain = plain_key(name)
    found = BY_NAME.get(plain) or BY_NAME.get(_ALIASES.get(plain, ""))
    if found is not None:
        return found
    if plain in _NEVER:
        raise EditError(f"{name} is never edited.", "Ids, numbers, costs and the log stay as they are.", name=name)
    if plain in ("status", "verdict"):
        raise EditError("The status is not edited.", "Give a verdict instead: brightrun review.", name=name)
    if plain == "flag":
        raise EditError("The flag is not edited.", "brightrun flag sets it and takes it away.", name=name)
    raise EditError(f"There is no field {name[:60]!r}.", near_words(plain, BY_NAME), name=name)


def read_value(one: EditField, text: str, known: Known) -> str | float | int | None:
    """A value as it is stored. Raises EditError saying what could stand there."""
    value = text.strip()
    if not value:
        if one.required:
            raise EditError(f"{one.label}: it cannot be empty.", name=one.name)
        return None if one.kind in ("share", "turns") else ""
    if one.kind == "share":
        return _share(one, value)
    if one.kind == "turns":
        if not value.isdecimal() or len(value) > 9 or int(value) not in TURNS:
            raise EditError(
                f"{one.label}: {value[:40]!r} is no number of turns.", f"{TURNS[0]} to {TURNS[-1]}.", name=one.name
            )
        return int(value)
    if one.kind == "word":
        return _word(one, value, known)
    if len(value) > LONGEST[one.kind]:
        raise EditError(f"{one.label}: it has {len(value):,} characters; {LONGEST[one.kind]:,} are the most.",
                        name=one.name)  # fmt: skip
    return " ".join(value.split()) if one.kind == "line" else value


def changed_values(row: Mapping[str, Any], wanted: Mapping[str, str], known: Known) -> dict[str, Any]:
    """The columns that a row gets; empty when everything is as it was. Raises EditError.

    A value that stays as it was is not looked at: what came with a file may be anything.
    """
    found: dict[str, Any] = {}
    for name, text in wanted.items():
        one = field_named(name)
        if text == shown_value(row, one):
            continue
        value = read_value(one, text, known)
        if one.only_planned and row["status"] not in (Status.PLANNED, Status.FAILED):
            raise EditError(f"{one.label}: the text is there already.", "It is a figure of the plan.", name=one.name)
        if value != row[one.name]:
            found[one.name] = value
    if found and row["status"] in _RUNNING and set(found) - {"reviewer_notes"}:
        raise EditError(
            f"{row['conversation_id']} is {words(row['status'])}: it is being written by what it says now.",
            "Wait until it is written, or stop the job (s).",
        )
    if "tier" in found and Tier.SEED in (found["tier"], row["tier"]):
        raise EditError("tier: only the pack and imported files have seeds.", name="tier")
    return found | _follow(row, found, known)


def shown_value(row: Mapping[str, Any], one: EditField) -> str:
    """The value of a row as a person edits it."""
    value = row[one.name]
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _share(one: EditField, value: str) -> float:
    try:
        found = float(value.replace(",", "."))
    except ValueError:
        found = math.nan
    if not 0 <= found <= 1:
        raise EditError(f"{one.label}: {value[:40]!r} is no intensity.", "From 0 to 1, such as 0.7.", name=one.name)
    return found


def _word(one: EditField, value: str, known: Known) -> str:
    names, plain = known.values.get(one.name), plain_key(value)
    if names is None or plain in names:
        return plain
    for key, name in names.items():
        if name and plain_key(name) == plain:
            return key
    raise EditError(f"{one.label}: {value[:60]!r} is not known.", near_words(plain, names), name=one.name)


def _follow(row: Mapping[str, Any], found: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """What is said again in other columns and must follow."""
    more: dict[str, Any] = {}
    if found.keys() & {"starting_emotion", "ending_emotion"}:
        now = {**row, **found}
        more["arc_description"] = f"{words(now['starting_emotion'])} → {words(now['ending_emotion'])}"
    persona = known.personas.get(str(found.get("persona_id", "")))
    if persona is not None:
        more |= {"persona_name": persona.get("name") or "", "persona_type": persona.get("archetype") or ""}
        more["client_profile"] = None  # it described another client
    return more
