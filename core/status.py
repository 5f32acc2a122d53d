"""The one table of transitions between the states of a conversation, and the verdicts that cause some of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from core.errors import TransitionError
from data.vocabulary import Status

S = Status
_DECIDED = frozenset({S.REVIEWED, S.APPROVED, S.NEEDS_EDIT, S.REJECTED})
_UNDONE = _DECIDED - {S.APPROVED}

TRANSITIONS: dict[Status, frozenset[Status]] = {
    # Approved: a seed whose text was imported. Generated: a former version was put back.
    S.PLANNED: frozenset({S.QUEUED, S.APPROVED, S.GENERATED}),
    # What is taken out of a job becomes what it was before: planned, or decided where it had its text.
    S.QUEUED: frozenset({S.GENERATING, S.FAILED, S.PLANNED, S.GENERATED}) | _UNDONE,
    S.GENERATING: frozenset({S.GENERATED, S.FAILED, S.QUEUED, S.PLANNED}) | _UNDONE,
    S.GENERATED: _DECIDED | {S.QUEUED, S.PLANNED},
    S.REVIEWED: _DECIDED | {S.GENERATED, S.QUEUED, S.PLANNED},
    S.NEEDS_EDIT: _DECIDED | {S.GENERATED, S.QUEUED, S.PLANNED},
    S.REJECTED: _DECIDED | {S.GENERATED, S.QUEUED, S.PLANNED},
    # An approved row is un-approved first, so that nothing approved is overwritten by one key.
    S.APPROVED: _DECIDED | {S.GENERATED},
    S.FAILED: frozenset({S.QUEUED, S.PLANNED, S.GENERATED}),
}


class Verdict(StrEnum):
    """What a person decides about a conversation."""

    APPROVE = "approve"
    REJECT = "reject"
    NEEDS_EDIT = "needs_edit"
    REVIEWED = "reviewed"
    REOPEN = "reopen"  # back to undecided


VERDICT_STATUS: dict[Verdict, Status] = {
    Verdict.APPROVE: S.APPROVED,
    Verdict.REJECT: S.REJECTED,
    Verdict.NEEDS_EDIT: S.NEEDS_EDIT,
    Verdict.REVIEWED: S.REVIEWED,
    Verdict.REOPEN: S.GENERATED,
}
HAS_TEXT = frozenset({S.GENERATED}) | _DECIDED
# What a new or changed text makes of its row: nobody has decided about these words yet, only a person makes it ready.
UNDECIDED: dict[str, Any] = {
    "status": S.GENERATED,
    "ready_for_training": False,
    "human_reviewed": False,
    "reviewed_by": "",
    "reviewed_at": None,
    "approved_by": "",
    "approved_at": None,
    "verdict_reason": "",
    "error_message": "",
}
CAN_GENERATE = frozenset({S.PLANNED, S.FAILED})
CAN_REGENERATE = frozenset({S.GENERATED, S.REVIEWED, S.NEEDS_EDIT, S.REJECTED})


def check_transition(conversation_id: str, old: str, new: str) -> None:
    """Raise TransitionError unless a conversation may go from `old` to `new`."""
    if Status(new) in TRANSITIONS[Status(old)]:
        return
    hint = ""
    if old == S.PLANNED:
        hint = "Generate it first (x)."
    elif old in (S.QUEUED, S.GENERATING):
        hint = "Wait until it is written, or stop the job (s)."
    elif old == S.APPROVED:
        hint = "Take the approval back first (u, or a verdict)."
    elif old == S.FAILED:
        hint = "Generate it again first (x)."
    raise TransitionError(f"{conversation_id} is {words(old)} and cannot become {words(new)}.", hint)


def words(status: str) -> str:
    """A status as a person reads it."""
    return status.replace("_", " ")
