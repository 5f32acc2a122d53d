"""A conversation, its turns and their annotation, its quality figures and its former versions.

Values of imported files are kept verbatim; what a column cannot hold exactly goes to `extra` beside it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from data.types import Recorded, UtcDateTime, json_field
from data.vocabulary import Status

_STATUSES = ", ".join(f"'{s}'" for s in Status)


def _share(column: str) -> CheckConstraint:
    """Intensities and confidences are shares of one."""
    return CheckConstraint(f"{column} >= 0 AND {column} <= 1", name=f"{column}_is_a_share")


def _rubric(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} >= 1 AND {column} <= 5", name=f"{column}_is_1_to_5")


def _conversation_key(**kwargs: Any) -> Any:
    return Field(
        foreign_key="conversations.conversation_id",
        ondelete="CASCADE",
        **kwargs,
    )


# Flagged first, then the worst score (those that differ by less than a thousandth tie), unmeasured last, then plan
# order: one whole number, which an index holds.
REVIEW_PLACE = (
    "(coalesce(CAST(quality_score * 1000 AS BIGINT), 16384) + CASE WHEN needs_review THEN 0 ELSE 32768 END)"
    " * 4294967296 + number"
)


class Conversation(Recorded, table=True):
    """One row of the plan, from planned to approved."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint(f"status IN ({_STATUSES})", name="status_is_known"),
        Index("conversations_by_created", "created_at"),
        Index("conversations_by_updated", "updated_at"),
        # One covering index lets counts and facets at 100,000 rows run without touching the table; it begins with what
        # the header counts.
        Index(
            "conversations_overview",
            "status",
            "tier",
            "persona_id",
            "generation_method",
            "needs_review",
            "starting_emotion",
            "ending_emotion",
            "content_category",
            "intent",
            "tone",
            "role_pair",
            "topic_cluster",
            "outcome",
            "arc_id",
            "quality_score",
            "turn_count",
            "ready_for_training",
            "annotation_complete",
            "is_seed_example",
            "split",
            "reviewed_by",
            "verdict_reason",
            "template_version_id",
            "number",
        ),
        Index("conversations_by_review", text(REVIEW_PLACE)),
        CheckConstraint("quality_score >= 1 AND quality_score <= 10", name="quality_score_is_1_to_10"),
        _share("starting_intensity"),
        _share("ending_intensity"),
        *(
            _rubric(f"rubric_{part}")
            for part in ("overall", "empathy", "clarity", "appropriateness", "brand_voice", "domain")
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = Field(unique=True)
    number: int = Field(unique=True)
    pack_key: str = Field(default="", index=True)
    persona_id: str = Field(default="", index=True)
    persona_type: str = Field(default="", index=True)
    persona_name: str = Field(default="", index=True)
    client_profile: dict[str, Any] | None = json_field()
    topic: str = Field(default="", index=True)
    topic_key: str = Field(default="", index=True)
    topic_description: str = ""
    tier: str = Field(default="", index=True)
    arc_id: str = Field(default="", index=True)
    scenario_id: str = Field(default="", index=True)
    edge_case_id: str = Field(default="", index=True)
    tier_batch: str = Field(default="", index=True)
    starting_emotion: str = Field(default="", index=True)
    starting_intensity: float | None = None
    ending_emotion: str = Field(default="", index=True)
    ending_intensity: float | None = None
    arc_description: str = ""
    content_category: str = Field(default="", index=True)
    intent: str = Field(default="", index=True)
    tone: str = Field(default="", index=True)
    role_pair: str = Field(default="", index=True)
    topic_cluster: str = Field(default="", index=True)
    outcome: str = Field(default="", index=True)
    target_turns: int | None = None
    turn_count: int = Field(default=0, index=True)
    sentence_count: int = 0
    word_count: int = 0
    session_context: str = ""
    conversation_phase: str = Field(default="", index=True)
    expected_outcome: str = ""
    status: str = Field(default=Status.PLANNED, index=True)
    needs_review: bool = Field(default=False, index=True)
    ready_for_training: bool = Field(default=False, index=True)
    annotation_complete: bool = False  # as its quality figures say: kept with them, never set alone
    quality_score: float | None = Field(default=None, index=True)
    rubric_overall: float | None = Field(default=None, index=True)
    rubric_empathy: float | None = None
    rubric_clarity: float | None = None
    rubric_appropriateness: float | None = None
    rubric_brand_voice: float | None = None
    rubric_domain: float | None = None
    rubric_sources: dict[str, Any] | None = json_field()
    generation_method: str = Field(default="", index=True)
    generation_source: str = ""
    template_version_id: int | None = Field(default=None, foreign_key="prompt_templates.id", index=True)
    parameters: dict[str, Any] | None = json_field()
    model: str = Field(default="", index=True)
    generated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    generation_duration_ms: int | None = Field(default=None, index=True)
    estimated_cost_microusd: int | None = None
    actual_cost_microusd: int | None = Field(default=None, index=True)
    error_message: str = ""
    is_seed_example: bool = Field(default=False, index=True)
    use_for_variations: bool = False
    variation_count_target: int | None = None
    variation_of: str = Field(default="", index=True)
    split: str = Field(default="", index=True)
    document_id: str = Field(default="", index=True)
    chunk_id: str = Field(default="", index=True)
    human_reviewed: bool = False
    reviewed_by: str = Field(default="", index=True)
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: str = ""
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reviewer_notes: str = ""
    verdict_reason: str = Field(default="", index=True)
    assigned_to: str = Field(default="", index=True)
    import_id: int | None = Field(default=None, index=True)
    extra: dict[str, Any] | None = json_field()
    version: int = 1


class ConversationTurn(Recorded, table=True):
    """One exchange: what the client wrote and what the advisor answered."""

    __tablename__ = "conversation_turns"
    __table_args__ = (UniqueConstraint("conversation_id", "turn_number"),)

    id: int | None = Field(default=None, primary_key=True)
    turn_id: str = Field(unique=True)
    conversation_id: str = _conversation_key()
    turn_number: int
    system_prompt: str | None = None
    user_input: str = ""
    user_intent: str | None = None
    target_response: str = ""
    word_count: int = 0
    sentence_count: int = 0
    response_structure_type: str | None = None
    positive_indicators: list[Any] | None = json_field()
    neutral_indicators: list[Any] | None = json_field()
    negative_indicators: list[Any] | None = json_field()
    difficulty_level: str | None = None
    key_learning_objective: str | None = None
    demonstrates_skills: list[Any] | None = json_field()
    emotional_progression_target: str | None = None
    conversation_history: list[Any] | None = json_field()
    rubric: dict[str, Any] | None = json_field()
    note: str = ""
    extra: dict[str, Any] | None = json_field()


def _turn_key() -> Any:
    return Field(foreign_key="conversation_turns.turn_id", ondelete="CASCADE", unique=True)


class EmotionalContext(Recorded, table=True):
    """What the client feels in a turn, with the words that show it."""

    __tablename__ = "emotional_contexts"
    __table_args__ = (
        _share("primary_confidence"),
        _share("secondary_confidence"),
        _share("tertiary_confidence"),
        _share("intensity"),
        CheckConstraint("intensity_change >= -1 AND intensity_change <= 1", name="intensity_change_in_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    turn_id: str = _turn_key()
    primary_emotion: str | None = Field(default=None, index=True)
    primary_confidence: float | None = None
    secondary_emotion: str | None = None
    secondary_confidence: float | None = None
    tertiary_emotion: str | None = None
    tertiary_confidence: float | None = None
    intensity: float | None = None
    valence: str | None = None
    valence_class: str = Field(default="", index=True)
    indicators: dict[str, Any] | None = json_field()
    previous_emotion: str | None = None
    current_emotion: str | None = None
    progression: dict[str, Any] | None = json_field()
    progression_description: str | None = None
    intensity_change: float | None = None
    risk_level: str | None = None
    engagement_readiness: str | None = None
    knowledge_level: str | None = None
    trust_level: str | None = None
    client_needs: list[Any] | None = json_field()
    red_flags: list[Any] | None = json_field()
    extra: dict[str, Any] | None = json_field()


class ResponseStrategy(Recorded, table=True):
    """Why the advisor answers a turn the way she does."""

    __tablename__ = "response_strategies"

    id: int | None = Field(default=None, primary_key=True)
    turn_id: str = _turn_key()
    primary_strategy: str | None = Field(default=None, index=True)
    primary_rationale: str | None = None
    secondary_strategies: list[Any] | None = json_field()
    tone: str | None = None
    tone_rationale: str | None = None
    pacing: str | None = None
    pacing_class: str = Field(default="", index=True)
    tactical_choices: dict[str, Any] | None = json_field()
    avoid_tactics: list[Any] | None = json_field()
    specific_techniques: list[Any] | None = json_field()
    extra: dict[str, Any] | None = json_field()


class ResponseBreakdown(Recorded, table=True):
    """One sentence of a response and the reasons for its wording."""

    __tablename__ = "response_breakdowns"
    __table_args__ = (UniqueConstraint("turn_id", "sentence_number"),)

    id: int | None = Field(default=None, primary_key=True)
    turn_id: str = Field(foreign_key="conversation_turns.turn_id", ondelete="CASCADE", index=True)
    sentence_number: int
    text: str | None = None
    function: str | None = None
    emotional_purpose: str | None = None
    technique: str | None = None
    teaches_model: str | None = None
    word_choice_rationale: dict[str, Any] | None = json_field()
    psychological_principle: str | None = None
    stylistic_note: str | None = None
    extra: dict[str, Any] | None = json_field()


class ConversationMetadata(Recorded, table=True):
    """Free-form facts of a conversation as key and value."""

    __tablename__ = "conversation_metadata"
    __table_args__ = (UniqueConstraint("conversation_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = _conversation_key()
    key: str
    value: Any = json_field()


class QualityMetrics(Recorded, table=True):
    """The last check of a conversation: score parts, findings and completeness. NULL means not measured."""

    __tablename__ = "quality_metrics"

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = _conversation_key(unique=True)
    checked_at: datetime = Field(sa_type=UtcDateTime)
    checker_version: str = ""
    profile: dict[str, Any] | None = json_field()
    parts: list[Any] | None = json_field()
    findings: list[Any] | None = json_field()
    judge: dict[str, Any] | None = json_field()  # what the judge stage said; NULL where it did not run
    total_turns: int | None = None
    total_sentences: int | None = None
    total_words: int | None = None
    average_words_per_sentence: float | None = None
    has_complete_emotional_context: bool | None = None
    has_emotional_progression: bool | None = None
    emotional_indicator_count: int | None = None
    has_primary_strategy: bool | None = None
    has_strategy_rationale: bool | None = None
    technique_count: int | None = None
    sentences_analyzed: int | None = None
    sentences_with_word_rationale: int | None = None
    word_choice_rationale_completeness: float | None = None
    all_required_fields_complete: bool | None = None


class ConversationVersion(Recorded, table=True):
    """A conversation as it was before it was regenerated, edited, replaced or deleted.

    No foreign key: the version outlives the row it was taken from.
    """

    __tablename__ = "conversation_versions"

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = Field(index=True)
    version: int
    reason: str
    snapshot: dict[str, Any] | None = json_field()
    by: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
