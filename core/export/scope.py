"""Which rows an export takes, which it leaves out and why; nothing is left out without a word.

Used by `core.export.service` for the preview and for the real thing, so that both say the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from core.errors import ExportError
from core.export.request import ExportRequest
from data import outgoing
from data.criteria import Criteria
from data.outgoing import Outgoing, Session
from data.vocabulary import Method, Status

OPENAI_MINIMUM = 10  # fine-tuning jobs with fewer examples are refused
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True)
class Scope:
    """The rows of an export in order, and how many were left out."""

    request: ExportRequest
    rows: tuple[Outgoing, ...]
    simulated_left_out: int

    @property
    def turns(self) -> int:
        """How many turns the rows have."""
        return sum(row.turn_count for row in self.rows)

    @property
    def simulated(self) -> int:
        """How many of the rows are practice results."""
        return sum(row.generation_method == Method.SIMULATED for row in self.rows)

    def warnings(self) -> tuple[str, ...]:
        """What a person should know before and after."""
        found: list[str] = []
        if self.simulated_left_out:
            found.append(f"{_simulated(self.simulated_left_out, self.request)} and stay out (--include-simulated)")
        if self.simulated:
            found.append(f"{self.simulated} of {len(self.rows)} are practice results (simulated); the files say so")
        if self.request.format == "openai" and 0 < len(self.rows) < OPENAI_MINIMUM:
            found.append(f"OpenAI wants at least {OPENAI_MINIMUM} examples; these are {len(self.rows)}")
        return tuple(found)


async def scope_of(session: Session, request: ExportRequest) -> Scope:
    """The rows that a request takes."""
    approved = _approved(request)
    wanted = approved
    left_out = 0
    if not request.include_simulated:
        left_out = await outgoing.count(session, replace(approved, states=(*approved.states, "simulated")))
        wanted = replace(approved, excluded_states=(*approved.excluded_states, "simulated"))
    return Scope(request, tuple(await outgoing.outgoing(session, wanted)), left_out)


async def check_scope(session: Session, scope: Scope) -> None:
    """Raise ExportError when there is nothing to write, or a row that cannot be."""
    if not scope.rows:
        raise await _nothing(session, scope)
    for row in scope.rows:
        if not _ID.fullmatch(row.conversation_id):
            raise ExportError(f"The id {row.conversation_id[:60]!r} cannot be a file name.", "Rename the conversation.")
        if not row.turn_count:
            raise ExportError(
                f"{row.conversation_id} has no turns and cannot be exported; nothing was written.",
                "Generate it first, or leave it out with is:has_text in the filter.",
            )


async def _nothing(session: Session, scope: Scope) -> ExportError:
    """Say why no row is left, the nearest reason first."""
    if scope.simulated_left_out:
        them = "it" if scope.simulated_left_out == 1 else "them"
        return ExportError(
            f"{_simulated(scope.simulated_left_out, scope.request)}: export {them} with --include-simulated."
        )
    matching = await outgoing.count(session, scope.request.criteria)
    if not matching:
        return ExportError("No row matches the filter; nothing was written.", "Widen or clear it.")
    rows = "The only row is not" if matching == 1 else f"None of the {matching:,} rows is"
    return ExportError(f"{rows} approved; nothing was written.", "Approve rows first (a), or widen the filter.")


def _approved(request: ExportRequest) -> Criteria:
    if not request.approved_only:
        return request.criteria
    status = ("status", (str(Status.APPROVED),))  # and-ed with whatever the filter says of the status
    return replace(request.criteria, values=(*request.criteria.values, status))


def _simulated(number: int, request: ExportRequest) -> str:
    kind = "approved row" if request.approved_only else "row"
    return f"1 {kind} is simulated" if number == 1 else f"{number:,} {kind}s are simulated"
