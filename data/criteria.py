"""What a listing is asked for, as plain values: which rows and in which order. No ORM here: the first frame reads it.

`data.listing` turns it into SQL; `core.query` reads and writes it as text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Dimension as a person names it -> column of `conversations`.
DIMENSIONS: dict[str, str] = {
    "tier": "tier",
    "status": "status",
    "persona": "persona_id",
    "arc": "arc_id",
    "start": "starting_emotion",
    "end": "ending_emotion",
    "category": "content_category",
    "intent": "intent",
    "tone": "tone",
    "role": "role_pair",
    "cluster": "topic_cluster",
    "outcome": "outcome",
    "method": "generation_method",
    "split": "split",
    "reviewer": "reviewed_by",
    "reason": "verdict_reason",
    "template": "template_version_id",
}
# Range as a person names it -> column and the factor from what is typed to what is stored.
RANGES: dict[str, tuple[str, float]] = {
    "score": ("quality_score", 1),
    "rubric": ("rubric_overall", 1),
    "cost": ("actual_cost_microusd", 1_000_000),
    "number": ("number", 1),
    "turns": ("turn_count", 1),
    "duration": ("generation_duration_ms", 1000),
}
DATES: dict[str, str] = {"updated": "updated_at", "created": "created_at", "generated": "generated_at"}
# States that are more than one column, with the words of the screens.
STATES: dict[str, str] = {
    "to_review": "generated and undecided",
    "remaining": "planned or failed",
    "flagged": "flagged by a check or a person",
    "failed": "generation failed",
    "simulated": "made by the simulator",
    "imported": "from an imported file",
    "seed": "hand-written examples",
    "ready": "ready for training",
    "not_ready": "has text but is not ready for training",
    "incomplete": "has text but its annotation is incomplete",
    "has_text": "has at least one turn",
}
SORTS: dict[str, str] = {
    "number": "number",
    "id": "conversation_id",
    "persona": "persona_name",
    "topic": "topic",
    "tier": "tier",
    "arc": "arc_id",
    "start": "starting_emotion",
    "end": "ending_emotion",
    "turns": "turn_count",
    "status": "status",
    "score": "quality_score",
    "rubric": "rubric_overall",
    "category": "content_category",
    "intent": "intent",
    "tone": "tone",
    "role": "role_pair",
    "cluster": "topic_cluster",
    "outcome": "outcome",
    "method": "generation_method",
    "template": "template_version_id",
    "cost": "actual_cost_microusd",
    "duration": "generation_duration_ms",
    "reviewer": "reviewed_by",
    "split": "split",
    "updated": "updated_at",
}
MEASURED = frozenset({"score", "rubric", "template", "cost", "duration"})  # unknown of some rows: those come last


@dataclass(frozen=True)
class Range:
    """A closed or half-open interval; `low`/`high` None is unbounded, `…_open` excludes the bound itself."""

    low: float | str | None = None
    high: float | str | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True)
class Criteria:
    """Values of one dimension are or-ed, everything else is and-ed. Empty criteria mean all rows."""

    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    excluded: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ranges: tuple[tuple[str, Range], ...] = ()
    states: tuple[str, ...] = ()
    excluded_states: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    excluded_topics: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    excluded_ids: tuple[str, ...] = ()
    sort: str = "number"
    descending: bool = False

    @property
    def is_empty(self) -> bool:
        """True when every row matches; the order does not count."""
        return not (
            self.values
            or self.excluded
            or self.ranges
            or self.states
            or self.excluded_states
            or self.words
            or self.excluded_words
            or self.topics
            or self.excluded_topics
            or self.ids
            or self.excluded_ids
        )


@dataclass(frozen=True)
class Statement:
    """Compiled SQL with its parameters in order; `names` lets a caller replace single ones."""

    sql: str
    params: tuple[object, ...] = ()
    names: tuple[str, ...] = field(default=())

    def bound(self, values: dict[str, object]) -> tuple[object, ...]:
        """The parameters with those named in `values` replaced."""
        if not values:
            return self.params
        return tuple(values.get(name, old) for name, old in zip(self.names, self.params, strict=True))
