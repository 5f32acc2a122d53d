"""What a pack brings: personas, arcs, scenarios, edge cases, topics."""

from typing import Any

from sqlmodel import Field

from data.types import Recorded, json_field


class Pack(Recorded, table=True):
    """A loaded dataset definition: advisor, taxonomy, targets and facts, as its folder states them."""

    __tablename__ = "packs"

    id: int | None = Field(default=None, primary_key=True)
    pack_key: str = Field(unique=True)
    name: str
    version: str
    content_hash: str
    advisor: dict[str, Any] | None = json_field()
    taxonomy: dict[str, Any] | None = json_field()
    settings: dict[str, Any] | None = json_field()


class Persona(Recorded, table=True):
    """A client type: demographics, finances, traits, emotional baseline and way of speaking."""

    __tablename__ = "personas"

    id: int | None = Field(default=None, primary_key=True)
    persona_key: str = Field(unique=True)
    name: str
    archetype: str = ""
    kind: str = "persona"
    age: int | None = None
    career_stage: str = ""
    life_situation: str = ""
    occupation: str = ""
    income: str = ""
    family: str = ""
    financial_background: str = ""
    experience_level: str = ""
    risk_tolerance: str = ""
    decision_style: str = ""
    communication_style: str = ""
    emotional_baseline: str = ""
    goals: list[Any] | None = json_field()
    concerns: list[Any] | None = json_field()
    language_patterns: list[Any] | None = json_field()
    typical_questions: list[Any] | None = json_field()


class EmotionalArc(Recorded, table=True):
    """The journey from a starting to an ending emotion, with intensity ranges in 0..1."""

    __tablename__ = "emotional_arcs"

    id: int | None = Field(default=None, primary_key=True)
    arc_key: str = Field(unique=True)
    name: str
    tier: str = Field(default="", index=True)
    start_emotion: str = ""
    start_intensity_min: float | None = None
    start_intensity_max: float | None = None
    end_emotion: str = ""
    end_intensity_min: float | None = None
    end_intensity_max: float | None = None
    milestones: list[Any] | None = json_field()
    strategy: str = ""
    principles: list[Any] | None = json_field()
    phrases: list[Any] | None = json_field()
    techniques: list[Any] | None = json_field()
    avoid: list[Any] | None = json_field()
    typical_turns_min: int | None = None
    typical_turns_max: int | None = None


class Scenario(Recorded, table=True):
    """A concrete life situation of tier 2."""

    __tablename__ = "scenarios"

    id: int | None = Field(default=None, primary_key=True)
    scenario_key: str = Field(unique=True)
    title: str
    category: str = Field(default="", index=True)
    setup: str = ""
    complexity: str = ""
    primary_emotions: list[Any] | None = json_field()
    secondary_concerns: list[Any] | None = json_field()
    arc: dict[str, Any] | None = json_field()
    desired_outcome: str = ""
    learning_objectives: list[Any] | None = json_field()
    expert_review: dict[str, Any] | None = json_field()
    seed_prompt: str = ""
    chunk_id: str = ""


class EdgeCase(Recorded, table=True):
    """A boundary of tier 3 with its protocol and referrals."""

    __tablename__ = "edge_cases"

    id: int | None = Field(default=None, primary_key=True)
    edge_case_key: str = Field(unique=True)
    title: str
    category: str = Field(default="", index=True)
    boundary: str = ""
    stress_factors: list[Any] | None = json_field()
    crisis_protocol: list[Any] | None = json_field()
    referrals: list[Any] | None = json_field()
    resolution_strategy: str = ""


class Topic(Recorded, table=True):
    """What a conversation can be about."""

    __tablename__ = "topics"

    id: int | None = Field(default=None, primary_key=True)
    topic_key: str = Field(unique=True)
    name: str
    content_category: str = Field(default="", index=True)
    topic_cluster: str = Field(default="", index=True)
    complexity: str = ""
    key_concepts: list[Any] | None = json_field()
