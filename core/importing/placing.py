"""Decides for each conversation of a file what happens to which row, and what the row then says.

Pure: `core.importing.service` reads the rows before and stores the outcome after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.errors import ImportFileError
from core.importing.incoming import (
    Client,
    Incoming,
    IncomingFile,
    journey_values,
    noted_tier,
    noted_topic,
    text_values,
)
from core.planning.cleared import CLEARED
from core.status import words
from data.vocabulary import PRACTICE_FILE, Method, Status, Tier

How = Literal["added", "filled", "replaced"]
_TOPIC = 100  # characters of an id that stands for one
_RUNNING = (Status.QUEUED, Status.GENERATING)


@dataclass(frozen=True)
class Place:
    """The row that a conversation goes to: `before` is that row, None for one that is added."""

    conversation_id: str
    how: How
    before: Mapping[str, Any] | None
    status: Status

    @property
    def version(self) -> int:
        """The row's version once it is stored."""
        return 1 if self.before is None else int(self.before["version"]) + 1


@dataclass(frozen=True)
class Placement:
    """A conversation of the file, where it goes, and what its row then says."""

    incoming: Incoming
    place: Place
    values: dict[str, Any]

    @property
    def conversation_id(self) -> str:
        """The human id of the row."""
        return self.place.conversation_id

    @property
    def before(self) -> Mapping[str, Any] | None:
        """The row as it is; None for one that is added."""
        return self.place.before


@dataclass(frozen=True)
class Grounds:
    """What a decision rests on: the rows there are, the pack's seeds that a person changed, the leave to replace."""

    rows: Mapping[str, Mapping[str, Any]]
    touched: Set[str]
    replace: bool
    by: str
    now: datetime


def places_of(file: IncomingFile, grounds: Grounds) -> list[Place]:
    """Where every conversation of the file goes.

    Raises ImportFileError, naming the rows, when one of them may not be overwritten.
    """
    refused: list[tuple[str, str]] = []
    found: list[Place] = []
    for noted in file.noted:
        row = grounds.rows.get(noted.conversation_id)
        why = _refusal(row, grounds) if row else ""
        if why:
            refused.append((noted.conversation_id, why))
            continue
        how: How = "added" if row is None else "replaced" if row["turn_count"] else "filled"
        status = Status.APPROVED if noted.settled else Status.GENERATED
        found.append(Place(noted.conversation_id, how, row, status))
    if refused:
        first, why = refused[0]
        more = f" (and {len(refused) - 1} more of its rows)" if len(refused) > 1 else ""
        busy = all(reason.startswith("is being") for _, reason in refused)
        hint = (
            "Wait for the job, or stop it." if busy else "Leave to replace (--replace) takes it and keeps the old text."
        )
        raise ImportFileError(f"{file.path}: {first} {why}{more}. Nothing of the file was imported.", hint)
    return found


def placements(
    file: IncomingFile, places: Sequence[Place], grounds: Grounds, start: int, number: int
) -> list[Placement]:
    """Some of the conversations, in their places."""
    some = slice(start, start + number)
    return [
        Placement(incoming, place, _values(file, incoming, noted.client, place, grounds))
        for incoming, noted, place in zip(file.conversations[some], file.noted[some], places[some], strict=True)
    ]


def is_pack_seed(row: Mapping[str, Any]) -> bool:
    """Whether a row has the text that the pack brought; untouched it stands in for the user's own and gives way."""
    return row["generation_method"] == Method.MANUAL and str(row["generation_source"]).startswith("pack ")


def _refusal(row: Mapping[str, Any], grounds: Grounds) -> str:
    if row["status"] in _RUNNING:
        return f"is being generated ({words(row['status'])})"
    if not row["turn_count"] or grounds.replace:
        return ""
    if is_pack_seed(row) and row["conversation_id"] not in grounds.touched:
        return ""
    return f"has text already and is {words(row['status'])}"


def _values(
    file: IncomingFile,
    incoming: Incoming,
    client: Client | None,
    place: Place,
    grounds: Grounds,
) -> dict[str, Any]:
    """The column values: what the file states overrules what was planned; the rest of the plan stays."""
    row, settled = place.before, place.status == Status.APPROVED
    values: dict[str, Any] = dict(CLEARED)
    values |= text_values(file, incoming) | journey_values(incoming) | _client_values(client, row)
    values |= _topic_values(file, incoming, row, values)
    values |= {
        "status": place.status,
        "is_seed_example": settled,
        "human_reviewed": settled and values["human_reviewed"],
        "generation_method": Method.SIMULATED if incoming.is_practice else Method.IMPORTED,
        "generation_source": f"{PRACTICE_FILE if incoming.is_practice else 'file '}{file.name}",
        "approved_by": f"file {file.name}" if settled else "",
        "approved_at": grounds.now if settled else None,
    }
    if settled:
        values["tier"] = Tier.SEED
    elif row is None:
        # Without a word on it the row stands beside the plan, whose tiers have targets that it must not fill.
        values["tier"] = noted_tier(file, incoming) or Tier.SEED
    if row is None:
        values |= {"conversation_id": incoming.conversation_id, "created_by": grounds.by}
    elif row["turn_count"]:
        values["reviewer_notes"] = ""  # they were about the old text, which keeps them in History
    return values


def _client_values(client: Client | None, row: Mapping[str, Any] | None) -> dict[str, Any]:
    if client is None:
        return {} if row is not None else {"persona_id": "mixed", "persona_type": "Mixed", "persona_name": "Mixed"}
    if row is not None and row["persona_name"] == client.name:
        return {}  # the planned client: what the plan knows of them holds
    return {
        "persona_id": client.persona_id,
        "persona_type": client.kind,
        "persona_name": client.name,
        "client_profile": None,
    }


def _topic_values(
    file: IncomingFile, incoming: Incoming, row: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    topic = noted_topic(file, incoming.called, named_only=row is not None)
    if row is None:
        return {"topic": topic or values.get("session_context") or " ".join(incoming.called.split())[:_TOPIC]}
    if not topic or topic == row["topic"]:
        return {}
    return {"topic": topic, "topic_description": ""}  # the plan described another topic
