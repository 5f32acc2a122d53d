"""Reads a pack folder strictly: every file has a shape, every plan row names things that exist.

Used by the loader and by `brightrun check`. Whatever is wrong is reported with file and line or field; nothing is
guessed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import PackError
from core.pack.places import pack_files

T = TypeVar("T")
Share = Field(ge=0, le=1)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PackInfo(_Strict):
    """`pack.json`: name, targets and aims of the dataset."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    version: str
    vertical: str = ""
    id_prefix: str = ""
    language: str = "en-US"
    tax_year: int | None = None
    tier_names: dict[str, str] = {}
    target_shares: dict[str, dict[str, float]] = {}
    dataset_metadata: dict[str, Any] = {}
    aims: dict[str, Any] = {}


class Advisor(_Strict):
    """`advisor.json`: whom the model learns to speak like."""

    name: str
    short_name: str
    business: str
    expertise: str = ""
    years_experience: int | None = None
    core_philosophy: dict[str, str]
    communication_style: dict[str, Any]
    voice_notes: list[str] = []
    never_say: list[str] = []
    system_prompt: str


class PersonaFile(_Strict):
    """An entry of `personas.json`."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    archetype: str
    kind: Literal["persona", "archetype"]
    age: int = Field(ge=16, le=110)
    career_stage: str
    life_situation: str
    occupation: str
    income: str
    family: str
    financial_background: str
    experience_level: str
    risk_tolerance: str
    decision_style: str
    communication_style: str
    emotional_baseline: str
    goals: list[str]
    concerns: list[str]
    language_patterns: list[str]
    typical_questions: list[str]


class Milestone(_Strict):
    """Where an arc stands at a turn."""

    turn: int = Field(ge=1)
    emotion: str
    intensity: float = Share


class ArcFile(_Strict):
    """An entry of `arcs.json`; intensities are [lowest, highest] in 0..1."""

    key: str
    name: str
    tier: str
    family: str = ""
    start_emotion: str
    start_intensity: tuple[float, float]
    end_emotion: str
    end_intensity: tuple[float, float]
    milestones: list[Milestone]
    strategy: str
    principles: list[str]
    phrases: list[str]
    techniques: list[str]
    avoid: list[str]
    typical_turns: tuple[int, int]


class ScenarioFile(_Strict):
    """An entry of `scenarios.json`."""

    key: str
    title: str
    category: str
    setup: str
    complexity: Literal["moderate", "high", "very_high"]
    primary_emotions: list[str]
    secondary_concerns: list[str]
    arc: dict[str, Any]
    desired_outcome: str
    learning_objectives: list[str]
    expert_review: dict[str, Any]
    seed_prompt: str


class Referral(_Strict):
    """Where an advisor sends a client, and when."""

    name: str = Field(min_length=3)
    contact: str = Field(min_length=3)
    when: str


class EdgeCaseFile(_Strict):
    """An entry of `edge_cases.json`. Without a referral it cannot end as it must."""

    key: str
    title: str
    category: str
    boundary: str
    stress_factors: list[str]
    crisis_protocol: list[str]
    referrals: list[Referral] = Field(min_length=1)
    resolution_strategy: str


class TopicFile(_Strict):
    """An entry of `topics.json`."""

    key: str
    name: str
    content_category: str
    topic_cluster: str
    complexity: Literal["basic", "moderate", "advanced"]
    key_concepts: list[str]


class ClientFile(_Strict):
    """An entry of `clients.json`: the client of one row whose persona is not one of the named ones."""

    conversation_id: str
    name: str
    age: int = Field(ge=16, le=110)
    work: str
    income: str
    family: str
    life_situation: str
    finances: str
    voice: str
    emotional_baseline: str
    goals: list[str]


class PlanRow(_Strict):
    """One line of a plan. Columns beyond the first eleven may be missing in a plan of one's own."""

    number: int = Field(ge=1, le=2**31 - 1)  # what a column holds in every database
    conversation_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")
    tier: Literal["seed", "template", "scenario", "edge_case"]
    arc: str = ""
    persona: str = ""
    topic: str = Field(min_length=1)
    starting_emotion: str = Field(min_length=1)
    starting_intensity: float = Share
    ending_emotion: str = Field(min_length=1)
    ending_intensity: float = Share
    turns: int = Field(ge=1, le=20)
    topic_key: str = ""
    scenario: str = ""
    edge_case: str = ""
    content_category: str = ""
    intent: str = ""
    tone: str = ""
    role_pair: str = ""
    topic_cluster: str = ""
    outcome: str = ""
    conversation_phase: str = ""
    topic_description: str = ""
    session_context: str = ""
    expected_outcome: str = ""


class Pack(BaseModel):
    """A whole pack as read from its folder."""

    folder: Path
    info: PackInfo
    advisor: Advisor
    personas: list[PersonaFile]
    arcs: list[ArcFile]
    scenarios: list[ScenarioFile]
    edge_cases: list[EdgeCaseFile]
    topics: list[TopicFile]
    clients: list[ClientFile]
    taxonomy: dict[str, list[dict[str, Any]]]
    facts: dict[str, Any]
    sources: dict[str, dict[str, list[str]]]
    plan: list[PlanRow]
    conversation_files: list[Path]
    content_hash: str


def read_pack(folder: Path) -> Pack:
    """Read all files of a pack. Raises PackError naming file and place of the first thing that is wrong."""
    files = pack_files(folder)
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return Pack.model_construct(
        folder=folder,
        info=_file(folder / "pack.json", PackInfo),
        advisor=_file(folder / "advisor.json", Advisor),
        personas=_file(folder / "personas.json", list[PersonaFile]),
        arcs=_file(folder / "arcs.json", list[ArcFile]),
        scenarios=_file(folder / "scenarios.json", list[ScenarioFile]),
        edge_cases=_file(folder / "edge_cases.json", list[EdgeCaseFile]),
        topics=_file(folder / "topics.json", list[TopicFile]),
        clients=_file(folder / "clients.json", list[ClientFile]),
        taxonomy=_file(folder / "taxonomy.json", dict[str, list[dict[str, Any]]]),
        facts=_file(folder / "facts.json", dict[str, Any]),
        sources=_optional(folder / "sources.json", dict[str, dict[str, list[str]]], {}),
        plan=read_plan(folder / "plan.csv"),
        conversation_files=sorted((folder / "conversations").glob("*.json")),
        content_hash=digest.hexdigest(),
    )


def read_plan(path: Path) -> list[PlanRow]:
    """Read a plan. Raises PackError naming file, line and column of a bad row, a missing column or a repeated id."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path} cannot be read: {error}.", "A plan is a UTF-8 CSV file.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    required = {name for name, spec in PlanRow.model_fields.items() if spec.is_required()}
    rows: list[PlanRow] = []
    seen: dict[object, int] = {}
    try:
        missing = sorted(required - set(reader.fieldnames or ()))
        if missing:
            raise PackError(f"{path} lacks the column {missing[0]}.", f"A plan needs: {', '.join(sorted(required))}.")
        unknown = sorted(set(reader.fieldnames or ()) - set(PlanRow.model_fields))
        if unknown:
            raise PackError(
                f"{path} has an unknown column {unknown[0]!r}.", f"Known: {', '.join(PlanRow.model_fields)}."
            )
        for record in reader:
            line = reader.line_num
            if None in record or None in record.values():
                raise PackError(
                    f"{path}, line {line}: the number of fields differs from the heading.", "Mend the line."
                )
            row = _row(path, line, record)
            for key in (row.number, row.conversation_id):
                if key in seen:
                    raise PackError(
                        f"{path}, line {line}: {key} stands already on line {seen[key]}.", "Ids and numbers are unique."
                    )
                seen[key] = line
            rows.append(row)
    except csv.Error as error:
        raise PackError(f"{path}, line {reader.line_num}: {error}.", "Mend the line.") from error
    return rows


def _row(path: Path, line: int, record: dict[str, str]) -> PlanRow:
    try:
        return PlanRow.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column = first["loc"][0]
        raise PackError(
            f"{path}, line {line}, {column}: {record.get(str(column), '')!r} is wrong: {first['msg'].lower()}.",
            "Mend the line; nothing was loaded.",
        ) from error


def _optional(path: Path, kind: type[T], default: T) -> T:
    return _file(path, kind) if path.is_file() else default


def _file(path: Path, kind: type[T]) -> T:
    if not path.is_file():
        raise PackError(f"The pack lacks {path.name}.", f"It belongs into {path.parent}.")
    try:
        return TypeAdapter(kind).validate_python(json.loads(path.read_text(encoding="utf-8")))
    except json.JSONDecodeError as error:
        raise PackError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}.", "Mend the file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path} cannot be read: {error}.", "It must be UTF-8 JSON.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PackError(f"{path}, {place}: {first['msg']}.", "Mend the file; nothing was loaded.") from error
