"""Changes the text of conversations by hand: a turn edited, a former version put back; and shows what was there before.

Each change is one transaction with its audit row, guarded by the row's version, checked again at once, with the former
text kept whole, and undone like a verdict. Nothing here calls a model: writing and annotating are orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import NotFoundError, TransitionError
from core.existing import existing_row
from core.prompting.store import pack_context
from core.review.changes import TEXT, Change, entry, swap_text
from core.review.service import Done, ReviewService
from core.review.steps import Step
from core.rewriting import turns
from core.rewriting.comparing import Passage, compare
from core.rewriting.marked import as_saved
from core.rewriting.note import is_of_annotation
from core.rewriting.storing import read_former, store_changed
from core.rewriting.versions import Version, version_of
from core.status import HAS_TEXT, UNDECIDED, words
from data import audit, conversations, versions
from data.engines import AsyncSession, Database
from data.types import utc_now
from data.vocabulary import Status


@dataclass(frozen=True)
class Edited:
    """What an edit did: `stale` turns are annotated no longer, `doubts` say which later turns may not fit."""

    done: Done
    version: int
    stale: tuple[int, ...]
    doubts: tuple[str, ...]
    failed_gates: tuple[str, ...]


class RewritingService:
    """Changes of one person on one database."""

    def __init__(self, database: Database, actor: str, review: ReviewService, review_below: float) -> None:
        self._database = database
        self._actor = actor
        self._review = review
        self._review_below = review_below

    async def turn(self, conversation_id: str, number: int) -> tuple[str, str, int, int]:
        """What client and advisor say in a turn, how many turns there are, and the row's version.

        Raises NotFoundError, and TransitionError when its text cannot be changed now.
        """
        async with self._database.read() as session:
            row = await existing_row(session, conversation_id)
            _check_changeable(row)
            former = await read_former(session, row)
        place = _place(former.numbers, number, conversation_id)
        user, advisor = turns.said_by(former.pairs[place])
        return user, advisor, len(former.numbers), row["version"]

    async def edit_turn(
        self, conversation_id: str, number: int, user: str, advisor: str, *, expected_version: int
    ) -> Edited | None:
        """Give a turn other words; None when they are the same. The row is undecided again.

        Raises NotFoundError, TransitionError when it is approved or being written, StaleRowError when it changed since.
        """
        async with self._database.write() as session:
            row = await existing_row(session, conversation_id)
            await _guard(session, row, expected_version, self._actor)
            _check_changeable(row)
            former = await read_former(session, row)
            place = _place(former.numbers, number, conversation_id)
            was = turns.said_by(former.pairs[place])
            # A file's own line ends and blanks do not come back from an editor: that changes no message.
            user, advisor = (
                old if as_saved(old) == as_saved(new) else new for old, new in zip(was, (user, advisor), strict=True)
            )
            if was == (user, advisor):
                return None
            pairs = turns.edited(former.pairs, place, user, advisor)
            was_annotated = turns.is_annotated(former.pairs[place])
            stale = {*former.stale, *([number] if was_annotated else [])}
            doubts = turns.no_longer_fit(former.pairs, pairs, place, former.numbers, by_hand=True)
            at = self._review.journal.moment()
            report, values = await store_changed(
                session,
                former,
                pairs,
                [number],
                stale_turns=stale,
                findings=doubts,
                pack=await pack_context(session, row["pack_key"]),
                review_below=self._review_below,
                reason="edited",
                by=self._actor,
                at=utc_now(),
            )
            await conversations.update_guarded(session, conversation_id, expected_version, values, by=self._actor)
            change = Change(row, values, TEXT, shown={"turn": number})
            verb = f"edit of turn {number} of"
            await audit.record(session, [entry(self._actor, "edit_turn", change, verb, at)])
        self._review.journal.push(Step(at, verb, conversation_id))
        return Edited(
            Done(f"edited turn {number} of {conversation_id}", (conversation_id,)),
            expected_version + 1,
            tuple(sorted(stale)),
            tuple(finding.message for finding in doubts),
            tuple(
                f"{f.place}: {f.message}" if f.place else f.message
                for f in report.failed_gates
                if not is_of_annotation(f.check)
            ),
        )

    async def versions(self, conversation_id: str) -> list[Version]:
        """The former versions of a conversation, newest first. Raises NotFoundError for an unknown id."""
        async with self._database.read() as session:
            kept = await versions.versions_of(session, conversation_id)
            if not kept:
                await existing_row(session, conversation_id)
        return [version_of(one) for one in kept]

    async def version(self, conversation_id: str, number: int) -> Version:
        """One former version. Raises NotFoundError naming those there are."""
        found = await self.versions(conversation_id)
        for one in found:
            if one.version == number:
                return one
        known = ", ".join(str(one.version) for one in reversed(found)) or "none"
        raise NotFoundError(f"{conversation_id} has no kept version {number}.", f"Kept: {known}.")

    async def compare(self, conversation_id: str, old: int, new: int | None = None) -> list[Passage]:
        """What changed between two versions; without `new`, since then. Raises NotFoundError."""
        before = await self.version(conversation_id, old)
        if new is not None:
            return compare(before.snapshot, (await self.version(conversation_id, new)).snapshot)
        async with self._database.read() as session:
            now = await versions.snapshot(session, conversation_id)
        return compare(before.snapshot, now)

    async def restore(self, conversation_id: str, version: int, *, expected_version: int | None = None) -> Done:
        """Put a former version's text in place of the present one, which is kept; the row is undecided again.

        Raises NotFoundError, TransitionError when the row is approved or being written, StaleRowError.
        """
        kept = await self.version(conversation_id, version)
        if not kept.turns:
            raise TransitionError(f"Version {version} of {conversation_id} has no text.", "Choose another one.")
        async with self._database.write() as session:
            row = await existing_row(session, conversation_id)
            await _guard(session, row, row["version"] if expected_version is None else expected_version, self._actor)
            _check_restorable(row)
            at = self._review.journal.moment()
            change = await swap_text(session, row, version, self._actor, UNDECIDED)
            if change is None:  # read a moment ago: versions are never taken away
                raise NotFoundError(f"{conversation_id} has no kept version {version}.", "")
            verb = f"restore of version {version} of"
            await audit.record(session, [entry(self._actor, "restore_version", change, verb, at)])
        self._review.journal.push(Step(at, verb, conversation_id))
        return Done(f"restored version {version} of {conversation_id}", (conversation_id,))


async def _guard(session: AsyncSession, row: Mapping[str, Any], expected_version: int, actor: str) -> None:
    """Raise StaleRowError, which says by whom, when a row is no longer what the person saw."""
    if row["version"] != expected_version:
        await conversations.update_guarded(session, row["conversation_id"], expected_version, {}, by=actor)


def _check_changeable(row: Mapping[str, Any]) -> None:
    status, conversation_id = Status(row["status"]), row["conversation_id"]
    if status not in HAS_TEXT or not row["turn_count"]:
        what = (
            "Wait until it is written, or stop the job (s)." if status != Status.PLANNED else "Generate it first (x)."
        )
        raise TransitionError(f"{conversation_id} is {words(status)}: there is no text to change.", what)
    if status == Status.APPROVED:
        raise TransitionError(
            f"{conversation_id} is approved.", "Reopen it first (U, or brightrun review --reopen): its text is settled."
        )


def _check_restorable(row: Mapping[str, Any]) -> None:
    if row["status"] in (Status.PLANNED, Status.FAILED):
        return
    _check_changeable(row)


def _place(numbers: list[int], number: int, conversation_id: str) -> int:
    if number not in numbers:
        raise NotFoundError(f"{conversation_id} has no turn {number}.", f"It has {len(numbers)}.")
    return numbers.index(number)
