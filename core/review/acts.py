"""What a person can do to rows, in words, and why a row cannot take it.

The service asks before it changes anything, dialogs and the command line before they offer it: both get the same
answer. Nothing here reads or writes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import TransitionError
from core.status import HAS_TEXT, VERDICT_STATUS, Verdict, check_transition, words
from data.vocabulary import Status

REASONS = ("wrong voice", "off topic", "facts", "unrealistic client", "boundary", "repetitive", "damaged", "other")
_RUNNING = (Status.QUEUED, Status.GENERATING)


class Act(StrEnum):
    """Everything that can be done to one row or to many; its value is what the audit log calls it."""

    APPROVE = "approve"
    REJECT = "reject"
    NEEDS_EDIT = "needs_edit"
    REVIEWED = "reviewed"
    REOPEN = "reopen"
    FLAG = "flag"
    UNFLAG = "unflag"
    CLEAR = "delete"  # the result goes, the row is planned again
    REMOVE = "remove"  # the row goes

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that it is, if it is one."""
        return Verdict(self.value) if self.value in set(Verdict) else None


VERB: dict[str, str] = {
    Act.APPROVE: "approve",
    Act.REJECT: "reject",
    Act.NEEDS_EDIT: "send to edit",
    Act.REVIEWED: "mark as reviewed",
    Act.REOPEN: "reopen",
    Act.FLAG: "flag",
    Act.UNFLAG: "unflag",
    Act.CLEAR: "clear",
    Act.REMOVE: "remove",
    "note": "note on",
    "reason": "reason of",
}
PAST: dict[str, str] = {
    Act.APPROVE: "approved",
    Act.REJECT: "rejected",
    Act.NEEDS_EDIT: "sent to edit",
    Act.REVIEWED: "marked as reviewed",
    Act.REOPEN: "reopened",
    Act.FLAG: "flagged",
    Act.UNFLAG: "unflagged",
    Act.CLEAR: "cleared",
    Act.REMOVE: "removed",
    "note": "noted on",
    "reason": "kept the reason of",
}
# Verdicts that are counted by why they were given.
EXPLAINED = (Act.REJECT, Act.NEEDS_EDIT)


@dataclass(frozen=True)
class Taken:
    """A row that an act would change, as it is now."""

    conversation_id: str
    persona_name: str
    topic: str
    status: str
    score: float | None
    is_flagged: bool
    is_simulated: bool
    is_ready: bool  # all gates passed and the annotation complete
    version: int

    @property
    def is_decided(self) -> bool:
        """Whether somebody gave a verdict on it before."""
        return self.status in HAS_TEXT and self.status != Status.GENERATED


@dataclass(frozen=True)
class BulkPlan:
    """What an act on several rows would do: which it takes, which it leaves and why."""

    act: Act
    takes: tuple[Taken, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def seen(self) -> dict[str, int]:
        """The versions the person was shown; a row that moved on since is not touched."""
        return {row.conversation_id: row.version for row in self.takes}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What one should know before saying yes."""
        found = []
        simulated = sum(row.is_simulated for row in self.takes)
        if simulated and self.act is Act.APPROVE:
            found.append(f"{simulated:,} simulated: exported only on explicit request.")
        unready = sum(not row.is_ready for row in self.takes)
        if unready and self.act is Act.APPROVE:
            found.append(f"{unready:,} would not be ready for training: a gate failed or annotation is missing.")
        flagged = sum(row.is_flagged for row in self.takes)
        if flagged and self.act is Act.APPROVE:
            found.append(f"{flagged:,} flagged for another look.")
        overruled = sum(row.is_decided for row in self.takes)
        if overruled and self.act.verdict is not None and self.act is not Act.REOPEN:
            found.append(f"{overruled:,} decided before: that verdict is replaced.")
        return tuple(found)


@dataclass(frozen=True)
class BulkResult:
    """How many rows were changed, and which were not and why."""

    done: int
    skipped: list[tuple[str, str]]


def check(row: Mapping[str, Any], act: Act) -> None:
    """Raise TransitionError when a row cannot take an act."""
    conversation_id, status = row["conversation_id"], row["status"]
    verdict = act.verdict
    if verdict is not None:
        target = VERDICT_STATUS[verdict]
        if status == target:
            raise TransitionError(f"{conversation_id} is {_state(target)} already.")
        if status == Status.PLANNED:
            raise TransitionError(
                f"{conversation_id} is only planned: there is nothing to read.", "Generate it first (x)."
            )
        if status not in HAS_TEXT:  # the table also knows what is put back; that is no verdict
            hint = "Generate it again first (x)." if status == Status.FAILED else "Wait for it, or stop the job (s)."
            raise TransitionError(f"{conversation_id} is {words(status)} and cannot become {words(target)}.", hint)
        check_transition(conversation_id, status, target)
    elif act in (Act.FLAG, Act.UNFLAG):
        if bool(row["needs_review"]) == (act is Act.FLAG):
            raise TransitionError(f"{conversation_id} is {'flagged already' if act is Act.FLAG else 'not flagged'}.")
    else:
        _check_deletable(conversation_id, status, act)


def _state(target: Status) -> str:
    return "undecided" if target == Status.GENERATED else words(target)


def _check_deletable(conversation_id: str, status: str, act: Act) -> None:
    if status in _RUNNING:
        raise TransitionError(f"{conversation_id} is {words(status)}.", "Stop the job first (s).")
    if status == Status.APPROVED:
        raise TransitionError(f"{conversation_id} is approved.", "Reopen it first (U): nothing approved is deleted.")
    if status == Status.PLANNED and act is Act.CLEAR:
        raise TransitionError(f"{conversation_id} is only planned: there is no result to clear.")


def refusal(row: Mapping[str, Any], act: Act) -> str:
    """Why a row cannot take an act, in one sentence; "" when it can."""
    try:
        check(row, act)
    except TransitionError as error:
        return error.message
    return ""


def counted(number: int) -> str:
    """A number of conversations in words."""
    return "1 conversation" if number == 1 else f"{number:,} conversations"
