"""The prompt templates in all versions."""

from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from data.types import Recorded, json_field


class PromptTemplate(Recorded, table=True):
    """One immutable version of a prompt template; a changed file is a new row."""

    __tablename__ = "prompt_templates"
    __table_args__ = (
        UniqueConstraint("template_id", "version"),
        CheckConstraint("share >= 0 AND share <= 1", name="share_is_a_share"),
    )

    id: int | None = Field(default=None, primary_key=True)
    template_id: str = Field(index=True)
    name: str
    tier: str = Field(index=True)
    stage: str = Field(index=True)
    version: int
    text: str
    instructions: str = ""
    placeholders: list[Any] | None = json_field()
    response_schema: dict[str, Any] | None = json_field()
    arc_or_family: str = Field(default="", index=True)
    start_emotion_pattern: str = ""
    end_emotion_pattern: str = ""
    typical_turn_count: str = ""
    structural_pattern: str = ""
    applicable_personas: list[Any] | None = json_field()
    applicable_emotions: list[Any] | None = json_field()
    reference_conversation_ids: list[Any] | None = json_field()
    target_count: int | None = None
    quality_profile: dict[str, Any] | None = json_field()
    is_active: bool = Field(default=True, index=True)
    share: float = 1.0
    content_hash: str = Field(index=True)
