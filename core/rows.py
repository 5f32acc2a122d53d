"""What the screens show of conversations, as plain values: a table row, a turn, a text with what was found, the counts.

`core.browse` reads them. Nothing here touches the database or the ORM: the first frame is made of these.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.detail import Facts


class Row(NamedTuple):
    """One table row, in the order of `data.listing.ROW_COLUMNS`."""

    id: int
    conversation_id: str
    number: int
    persona_id: str
    persona_name: str
    topic: str
    tier: str
    arc_id: str
    starting_emotion: str
    starting_intensity: float | None
    ending_emotion: str
    ending_intensity: float | None
    target_turns: int | None
    turn_count: int
    status: str
    needs_review: bool
    quality_score: float | None
    generation_method: str
    updated_at: str
    content_category: str
    intent: str
    tone: str
    role_pair: str
    topic_cluster: str
    outcome: str
    actual_cost_microusd: int | None
    generation_duration_ms: int | None
    reviewed_by: str
    split: str
    rubric_overall: float | None
    error_message: str
    reviewer_notes: str
    word_count: int
    template_version_id: int | None
    version: int

    @property
    def is_simulated(self) -> bool:
        """Whether the text came from the simulator."""
        return self.generation_method == "simulated"


class Turn(NamedTuple):
    """One exchange as the preview shows it."""

    number: int
    user: str
    advisor: str
    emotion: str | None
    intensity: float | None
    strategy: str | None
    note: str


@dataclass(frozen=True)
class Reading:
    """A conversation as the preview shows it: its turns, or the text being written, and what the checks found."""

    row: Row
    turns: tuple[Turn, ...]
    live_step: str = ""
    live_text: str = ""
    parts: tuple[dict[str, Any], ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    facts: Facts | None = None  # of rows that have no text yet: what will be written


@dataclass(frozen=True)
class Overview:
    """Counts of the header."""

    total: int = 0
    by_tier: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    by_persona: Counter[str] = field(default_factory=Counter)
    simulated: int = 0
    flagged: int = 0

    @property
    def remaining(self) -> int:
        """Planned and failed rows."""
        return self.by_status["planned"] + self.by_status["failed"]

    @property
    def to_go(self) -> int:
        """What has no text yet, whether it waits for an order or is in a job."""
        return self.remaining + self.by_status["queued"] + self.by_status["generating"]

    @property
    def to_review(self) -> int:
        """Generated and undecided rows."""
        return self.by_status["generated"]


class Listed:
    """Whether a row is in a list: looked for along it, and only after many looks in a set, which takes memory."""

    LOOKS = 8

    def __init__(self, ids: array[int]) -> None:
        self._ids: array[int] | set[int] = ids
        self._looks = 0

    def __contains__(self, row_id: int) -> bool:
        self._looks += 1
        if self._looks == self.LOOKS:
            self._ids = set(self._ids)
        return row_id in self._ids
