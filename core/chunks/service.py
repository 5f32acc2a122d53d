"""Source documents on one database: import, list and search, link to conversations, mark, and propose rows from them.

The app and `brightrun chunks` use it alike. Every change is one transaction with its audit row; what is sent to a model
of a chunk is decided in `core.chunks.material` alone.
"""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.chunks import storing
from core.chunks.filtering import dimension_named
from core.chunks.mapping import mapper_of
from core.chunks.material import Material, MaterialSettings, materials_of
from core.chunks.proposing import propose_rows
from core.chunks.reading import read_source
from core.chunks.records import (
    ChunkDetail,
    ChunkImportReport,
    ChunkProposal,
    Dimension,
    LinkResult,
    ListedChunk,
    SourceChunk,
    Totals,
    UsedBy,
)
from core.errors import NotFoundError
from core.planning.rows import PlanRows
from core.review import sources
from core.review.steps import Journal, Step
from core.settings.fields import Settings
from core.status import CAN_GENERATE, CAN_REGENERATE, words
from data import audit, chunk_listing, chunks, conversations
from data.chunk_criteria import ChunkFilter
from data.engines import AsyncSession, Database
from data.vocabulary import Status, Tier

OnProgress = Callable[[int, int], None]
VALUES_SHOWN = 50


class ChunkService:
    """The source documents of one database, for one person."""

    def __init__(
        self, database: Database, actor: str, plan_rows: PlanRows, settings: Settings, journal: Journal
    ) -> None:
        self._database = database
        self._actor = actor
        self._plan_rows = plan_rows
        self._settings = settings
        self._journal = journal

    # Import

    async def preview(self, source: str, *, format: str = "auto") -> ChunkImportReport:
        """Say what an import would bring; nothing is stored. `source` is a file, a folder or a PostgreSQL URL.

        Raises ImportFileError naming the place of what cannot be read; never with a password in it.
        """
        incoming = await asyncio.to_thread(read_source, source, format)
        async with self._database.read() as session:
            return replace(await storing.look(session, incoming, await mapper_of(session)), dry_run=True)

    async def run(
        self,
        source: str,
        *,
        format: str = "auto",
        on_progress: OnProgress | None = None,
    ) -> ChunkImportReport:
        """Import, all or nothing. `imports.list()` and `imports.undo(id)` know it afterwards.

        Progress counts chunks. Raises ImportFileError as `preview` does.
        """
        incoming = await asyncio.to_thread(read_source, source, format)
        return await storing.store(self._database, incoming, self._actor, on_progress)

    # Reading

    async def totals(self) -> Totals:
        """How many documents, chunks, linked chunks and examples there are."""
        async with self._database.read() as session:
            return Totals(**await chunk_listing.totals(session))

    async def ids(self, wanted: ChunkFilter | None = None) -> list[int]:
        """Row ids of the chunks that match, in order. Raises NotFoundError for a dimension that does not exist."""
        async with self._database.read() as session:
            return await chunk_listing.ids(session, await _resolved(session, wanted or ChunkFilter()))

    async def page(self, ids: Sequence[int]) -> dict[int, ListedChunk]:
        """What a list shows, by row id; those that are gone are missing."""
        async with self._database.read() as session:
            return await chunk_listing.page(session, ids)

    async def get(self, chunk_id: str) -> ChunkDetail:
        """A chunk with everything that is known of it. Raises NotFoundError."""
        async with self._database.read() as session:
            row = await chunk_listing.get(session, chunk_id)
            if row is None:
                raise NotFoundError(f"There is no chunk {chunk_id}.", "brightrun chunks list shows all.")
            categories = (await chunk_listing.categories_of(session, [row["document"]])).get(row["document"], [])
            measured = await chunk_listing.dimensions_of(session, row["id"])
            used = await chunk_listing.used_by(session, row["id"])
            mapper = await mapper_of(session)
        return ChunkDetail(
            **{name: row[name] for name in _PLAIN},
            categories=tuple(category["name"] for category in categories),
            meaning=mapper.meaning(row["primary_category"], categories),
            dimensions=_by_strength(measured),
            used_by=tuple(
                UsedBy(u["conversation_id"], u["topic"], u["status"], u["note"], u["created_by"], u["created_at"])
                for u in used
            ),
            extra={**(row["extra"] or {}), **({"document": row["document_extra"]} if row["document_extra"] else {})},
        )

    async def categories(self) -> list[tuple[str, bool, int]]:
        """Every category: its name, whether it is a primary one, in how many chunks; the primary ones first."""
        async with self._database.read() as session:
            return await chunk_listing.categories(session)

    async def documents(self) -> list[dict[str, Any]]:
        """Every document: document_id, title, primary_category, chunks (how many)."""
        async with self._database.read() as session:
            return await chunk_listing.documents(session)

    async def dimension_names(self) -> list[str]:
        """The names of all dimensions, sorted."""
        async with self._database.read() as session:
            return await chunk_listing.dimension_names(session)

    async def dimension_values(self, name: str, limit: int = VALUES_SHOWN) -> list[tuple[str, int]]:
        """The most frequent values of a dimension, in small letters, with their number of chunks.

        Raises NotFoundError for a dimension that does not exist.
        """
        async with self._database.read() as session:
            known = dimension_named(name, await chunk_listing.dimension_names(session))
            return await chunk_listing.dimension_values(session, known, limit)

    async def sources(self, conversation_id: str) -> tuple[SourceChunk, ...]:
        """The chunks that a conversation draws on, in the order of its prompt."""
        async with self._database.read() as session:
            found = await chunk_listing.links_of(session, [conversation_id])
        return tuple(
            SourceChunk(**{name: row[name] for name in SourceChunk.__dataclass_fields__})
            for row in found.get(conversation_id, ())
        )

    async def material(self, conversation_id: str) -> Material:
        """What the conversation's prompt would be given of its sources now, as it would be sent, cut where it is."""
        async with self._database.read() as session:
            row = await conversations.get(session, conversation_id)
            if row is None:
                raise _no_conversation(conversation_id)
            found = await materials_of(session, [row], MaterialSettings.of(self._settings))
        return found.get(conversation_id, Material())

    # Links and marks

    async def link(self, chunk_ids: Sequence[str], conversation_ids: Sequence[str], note: str = "") -> LinkResult:
        """Let conversations draw on chunks; those that are written or queued now are skipped and named. Undo takes it
        back.

        Raises NotFoundError for a chunk that does not exist; then nothing is linked.
        """
        step: Step | None = None
        async with self._database.write() as session:
            known = await _known(session, chunk_ids)
            rows = await conversations.get_many(session, builtins.list(dict.fromkeys(conversation_ids)))
            skipped = [(i, why) for i in dict.fromkeys(conversation_ids) if (why := _why_not(rows.get(i)))]
            fitting = [i for i in dict.fromkeys(conversation_ids) if i not in dict(skipped)]
            there = await chunks.links_between(session, known.values(), fitting)
            new = [(row_id, i) for i in fitting for row_id in known.values() if (row_id, i) not in there]
            names = {row_id: name for name, row_id in known.items()}
            if new:
                verb = "link a source to" if len({row_id for row_id, _ in new}) == 1 else "link sources to"
                step = self._step(verb, [i for _, i in new])
                await self.record_links(session, names, new, note, step)
        self._did(step)
        return LinkResult(len(new), len(there), tuple(skipped))

    async def unlink(self, chunk_ids: Sequence[str], conversation_ids: Sequence[str]) -> LinkResult:
        """Let conversations no longer draw on chunks; undo puts them back where they were.

        Raises NotFoundError for a chunk that does not exist.
        """
        step: Step | None = None
        async with self._database.write() as session:
            known = await _known(session, chunk_ids)
            rows = await conversations.get_many(session, builtins.list(dict.fromkeys(conversation_ids)))
            running = (Status.QUEUED, Status.GENERATING)
            skipped = [
                (i, _why_not(rows.get(i)))
                for i in dict.fromkeys(conversation_ids)
                if i not in rows or rows[i]["status"] in running
            ]
            fitting = [i for i in dict.fromkeys(conversation_ids) if i not in dict(skipped)]
            there = sorted(await chunks.links_between(session, known.values(), fitting), key=lambda link: link[::-1])
            names = {row_id: name for name, row_id in known.items()}
            if there:
                verb = "take a source from" if len({row_id for row_id, _ in there}) == 1 else "take sources from"
                step = self._step(verb, [i for _, i in there])
                undos = await self._undos(session, sources.UNLINKED, step.verb, names, there)
                await chunks.remove_links(session, there)
                await audit.record(
                    session,
                    [
                        audit.entry(
                            *(self._actor, "unlink_chunk", "conversation", i),
                            before={"chunk": names[row_id]},
                            after={"chunk": "", **_way_back(undos.pop(i, None))},
                            at=step.at,
                        )
                        for row_id, i in there
                    ],
                )
        self._did(step)
        return LinkResult(len(there), len(fitting) * len(known) - len(there), tuple(skipped))

    async def record_links(
        self,
        session: AsyncSession,
        names: Mapping[int, str],
        pairs: Sequence[tuple[int, str]],
        note: str,
        step: Step | None = None,
    ) -> None:
        """Store links in the caller's transaction, with their audit rows; `names` are chunk ids by row id.

        Without a step they are no act of their own: what planned the rows takes them back.
        """
        await chunks.add_links(session, pairs, note, self._actor)
        undos = await self._undos(session, sources.LINKED, step.verb, names, pairs) if step is not None else {}
        await audit.record(
            session,
            [
                audit.entry(
                    *(self._actor, "link_chunk", "conversation", i),
                    after={"chunk": names[row_id], **_way_back(undos.pop(i, None))},
                    note=note,
                    at=step.at if step is not None else None,
                )
                for row_id, i in pairs
            ],
        )

    async def _undos(
        self, session: AsyncSession, kind: str, verb: str, names: Mapping[int, str], pairs: Sequence[tuple[int, str]]
    ) -> dict[str, dict[str, Any]]:
        """What takes links back, by conversation."""
        by_row: dict[str, builtins.list[str]] = {}
        for row_id, i in pairs:
            by_row.setdefault(i, []).append(names[row_id])
        return {
            i: sources.of_links(kind, verb, await chunks.links_kept(session, i, chosen)) for i, chosen in by_row.items()
        }

    def _step(self, verb: str, ids: Sequence[str], entity: str = "conversation") -> Step:
        each = builtins.list(dict.fromkeys(ids))
        return Step(self._journal.moment(), verb, each[0], len(each), entity)

    def _did(self, step: Step | None) -> None:
        if step is not None:
            self._journal.push(step)

    async def mark(self, chunk_ids: Sequence[str], *, is_example: bool) -> int:
        """Mark chunks as examples of style, or take the mark away; gives how many changed. Undo takes it back.

        Raises NotFoundError.
        """
        step: Step | None = None
        async with self._database.write() as session:
            known = await _known(session, chunk_ids)
            before = await chunks.marks_of(session, builtins.list(known))
            changed = [name for name in known if before[name]["is_example"] != is_example]
            if changed:
                step = self._step("mark as example" if is_example else "unmark as example", changed, "chunk")
                mark = {"is_example": is_example, "marked_by": self._actor, "marked_at": step.at}
                await chunks.mark(
                    session, [known[name] for name in changed], is_example=is_example, by=self._actor, at=step.at
                )
                await audit.record(
                    session,
                    [
                        audit.entry(
                            *(self._actor, "mark_chunk", "chunk", name),
                            before={"example": not is_example},
                            after={"example": is_example, "undo": sources.of_mark(step.verb, before[name], mark)},
                            at=step.at,
                        )
                        for name in changed
                    ],
                )
        self._did(step)
        return len(changed)

    # Rows from chunks

    async def propose(
        self, chunk_ids: Sequence[str] = (), wanted: ChunkFilter | None = None, count: int | None = None
    ) -> builtins.list[ChunkProposal]:
        """Scenario rows from these chunks, else from those of the filter that no conversation draws on yet.

        One row each, `count` of them at most (by default 10 of a filter, all that are named). Raises NotFoundError for
        an unknown chunk, PackError when there is none, or more than can be looked at.
        """
        async with self._database.read() as session:
            if chunk_ids:
                known = builtins.list((await _known(session, chunk_ids)).values())
            else:
                asked = replace(await _resolved(session, wanted or ChunkFilter()), is_linked=False)
                known = await chunk_listing.ids(session, asked, limit=count or 10)
            rows = await chunk_listing.full_rows(session, known[:count] if count else known)
            categories = await chunk_listing.categories_of(session, [row["document"] for row in rows])
            mapper = await mapper_of(session)
        return propose_rows(await self._plan_rows.stock(), rows, categories, mapper)

    async def add(self, proposals: Sequence[ChunkProposal]) -> builtins.list[str]:
        """Add proposed rows to the plan, all or none, each linked to its chunk; gives their ids. Undo takes it back.

        Raises PackError naming row and column of what was changed to something wrong, NotFoundError for a chunk that is
        gone.
        """

        async def link(session: AsyncSession, ids: Sequence[str]) -> None:
            known = await _known(session, [proposal.chunk_id for proposal in proposals])
            names = {row_id: name for name, row_id in known.items()}
            pairs = [(known[proposal.chunk_id], i) for proposal, i in zip(proposals, ids, strict=True)]
            await self.record_links(session, names, pairs, "proposed from it")

        return await self._plan_rows.add([proposal.row for proposal in proposals], then=link)


_PLAIN = (
    *("id", "chunk_id", "document_id", "document_title", "position", "title", "section", "text", "tokens"),
    *("is_example", "marked_by", "primary_category"),
)


async def _resolved(session: AsyncSession, wanted: ChunkFilter) -> ChunkFilter:
    """The filter with dimensions as their source writes them: a person types them in small letters."""
    if not wanted.dimensions:
        return wanted
    names = await chunk_listing.dimension_names(session)
    return replace(
        wanted, dimensions=tuple(replace(test, name=dimension_named(test.name, names)) for test in wanted.dimensions)
    )


async def _known(session: AsyncSession, chunk_ids: Sequence[str]) -> dict[str, int]:
    """Row ids of chunks by id, in the order named. Raises NotFoundError for the first that does not exist."""
    found = await chunk_listing.row_ids_of(session, chunk_ids)
    for name in chunk_ids:
        if name not in found:
            raise NotFoundError(f"There is no chunk {name}.", "brightrun chunks list shows all.")
    return {name: found[name] for name in dict.fromkeys(chunk_ids)}


def _way_back(undo: Mapping[str, Any] | None) -> dict[str, Any]:
    """One audit row of a conversation carries it for all."""
    return {"undo": undo} if undo is not None else {}


def _no_conversation(conversation_id: str) -> NotFoundError:
    return NotFoundError(f"There is no conversation {conversation_id}.", "brightrun plan list shows all.")


def _why_not(row: Mapping[str, Any] | None) -> str:
    """Why a conversation cannot be given a source; empty when it can."""
    if row is None:
        return "does not exist"
    if row["tier"] == Tier.SEED:
        return "is a hand-written example: nothing is generated for it"
    status = Status(row["status"])
    if status in CAN_GENERATE | CAN_REGENERATE:
        return ""
    if status == Status.APPROVED:
        return "is approved: reopen it first"
    return f"is {words(status)}: wait until it is written, or stop the job"


def _by_strength(rows: Sequence[Mapping[str, Any]]) -> tuple[Dimension, ...]:
    """Figures first, the highest first; then words by confidence; then by name."""
    found = [Dimension(row["name"], row["value"], row["number"], row["confidence"]) for row in rows]
    return tuple(
        sorted(found, key=lambda d: (d.number is None, -(d.number or 0.0), -(d.confidence or 0.0), d.name.casefold()))
    )


__all__ = ["ChunkFilter", "ChunkService", "Totals"]
