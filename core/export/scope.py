"""Which rows an export takes, which it leaves out and why; nothing is left out without a word.

Used by `core.export.service` for the preview and for the real thing, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from core.errors import ExportError
from core.export.catalogue import KINDS
from core.export.request import SPLITS, ExportRequest
from core.export.splitting import assign, balanced, counts
from core.export.tokens import Lengths, named, tokens_of
from core.export.totals import Totals, totals_of
from data import outgoing
from data.criteria import DIMENSIONS, Criteria
from data.outgoing import Outgoing, Session
from data.vocabulary import Status


@dataclass(frozen=True)
class Scope:
    """The rows of an export in order, how many were left out, and the part of a split that each belongs to."""

    request: ExportRequest
    rows: Sequence[Outgoing]
    simulated_left_out: int
    balanced_out: int = 0
    parts: dict[str, str] = field(default_factory=dict)
    new_parts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def totals(self) -> Totals:
        """What the rows come to."""
        return totals_of(self.rows)

    @property
    def turns(self) -> int:
        """How many turns the rows have."""
        return self.totals.turns

    @property
    def simulated(self) -> int:
        """How many of the rows are practice results."""
        return self.totals.simulated

    @property
    def records(self) -> int:
        """How many records there will be: examples, as a trainer counts them."""
        return self.turns if self.request.per == "turn" else len(self.rows)

    def warnings(self, lengths: Lengths | None = None) -> tuple[str, ...]:
        """What a person should know before and after."""
        found: list[str] = []
        kind = KINDS[self.request.format]
        if self.simulated_left_out:
            stay = "stays" if self.simulated_left_out == 1 else "stay"
            found.append(f"{_simulated(self.simulated_left_out, self.request)} and {stay} out (--include-simulated)")
        if self.simulated:
            found.append(f"{self.simulated} of {len(self.rows)} are practice results (simulated); the files say so")
        if self.totals.unapproved:
            found.append(f"{self.totals.unapproved:,} of {len(self.rows):,} are not approved")
        if self.balanced_out:
            of = " and ".join(self.request.balance)
            found.append(f"{self.balanced_out:,} rows stay out, so that every {of} has as many as the rarest")
        examples = self.train_records
        if 0 < examples < kind.minimum:
            found.append(f"{kind.trainer} wants at least {kind.minimum} examples; these are {examples}")
        empty = [name for name, share in zip(SPLITS, self.request.split or (), strict=False) if share and self.rows]
        empty = [name for name in empty if name not in counts(self.parts)]
        if empty:
            kept = "all of them keep the part that they have" if not self.new_parts else ""
            why = kept or "there are too few for these shares"
            found.append(f"no conversation falls to {' or '.join(empty)}: {why}")
        if kind.trainer or kind.lines:
            found += (lengths or self.lengths()).warnings()
        return tuple(found)

    @property
    def train_records(self) -> int:
        """The examples that are learned from: those of train, where there is a split."""
        if not self.parts:
            return self.records
        rows = [row for row in self.rows if self.parts.get(row.conversation_id, "train") == "train"]
        return sum(row.turn_count for row in rows) if self.request.per == "turn" else len(rows)

    def lengths(self) -> Lengths:
        """The lengths as far as the rows know them without their text."""
        lengths = Lengths(self.request.context)
        for row in self.rows:
            lengths.add(row.conversation_id, tokens_of(row.word_count, 0, 2 * row.turn_count))
        return lengths


async def scope_of(session: Session, request: ExportRequest) -> Scope:
    """The rows that a request takes."""
    unknown = [name for name in request.balance if name not in DIMENSIONS]
    if unknown:
        raise ExportError(f"There is no dimension {unknown[0]!r} to balance by.", f"Known: {', '.join(DIMENSIONS)}.")
    approved = _approved(request)
    wanted = approved
    left_out = 0
    if not request.include_simulated:
        left_out = await outgoing.count(session, replace(approved, states=(*approved.states, "simulated")))
        wanted = replace(approved, excluded_states=(*approved.excluded_states, "simulated"))
    rows = await outgoing.outgoing(session, wanted)
    if request.in_order:
        place = {conversation_id: n for n, conversation_id in enumerate(request.criteria.ids)}
        in_order: list[Outgoing] = sorted(rows, key=lambda row: place[row.conversation_id])
        rows = outgoing.packed(in_order)
    kept = rows
    if request.balance:
        chosen = balanced(rows, await outgoing.dimensions_of(session, wanted, request.balance), request.seed)
        kept = outgoing.packed(chosen)
    parts: dict[str, str] = {}
    new: dict[str, str] = {}
    if request.split:
        stored = {key: part for key, part in (await outgoing.splits_of(session)).items() if part in SPLITS}
        parents = await outgoing.variation_parents(session)
        parts = assign(kept, request.split, request.seed, parents, stored)
        new = {key: part for key, part in parts.items() if key not in stored}
    return Scope(request, kept, left_out, len(rows) - len(kept), parts, new)


async def check_scope(session: Session, scope: Scope) -> None:
    """Raise ExportError when there is nothing to write, or a row that cannot be."""
    if scope.request.in_order:
        _check_same(scope)
    if not scope.rows:
        raise await _nothing(session, scope)
    if scope.totals.unnamed:
        raise ExportError(f"The id {scope.totals.unnamed[:60]!r} cannot be a file name.", "Rename the conversation.")
    if scope.totals.empty:
        raise ExportError(
            f"{scope.totals.empty} has no turns and cannot be exported; nothing was written.",
            "Generate it first, or leave it out with is:has_text in the filter.",
        )


def _check_same(scope: Scope) -> None:
    """A former export again is all of it, or nothing."""
    found = {row.conversation_id for row in scope.rows}
    missing = [conversation_id for conversation_id in scope.request.criteria.ids if conversation_id not in found]
    if missing:
        they = "is" if len(missing) == 1 else "are"
        raise ExportError(
            f"{named(missing, len(missing))} {they} no longer there or no longer approved; nothing was written.",
            "Write a new export, or approve what is missing.",
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
    return ExportError(
        f"{rows} approved; nothing was written.",
        "Approve rows first (a), widen the filter, or ask for all with --include-unapproved.",
    )


def _approved(request: ExportRequest) -> Criteria:
    if not request.approved_only:
        return request.criteria
    status = ("status", (str(Status.APPROVED),))  # and-ed with whatever the filter says of the status
    return replace(request.criteria, values=(*request.criteria.values, status))


def _simulated(number: int, request: ExportRequest) -> str:
    kind = "approved row" if request.approved_only else "row"
    return f"1 {kind} is simulated" if number == 1 else f"{number:,} {kind}s are simulated"
