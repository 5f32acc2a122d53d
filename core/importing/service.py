"""Imports files: a dry run that says what would happen, the import itself, its list, and its undo.

The app and the command line call it. One file is one transaction: it comes in whole or changes nothing, and a refused
file never stops the others of a folder.
"""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import ImportFileError, PackError
from core.importing import tables, undoing
from core.importing.formats import is_table
from core.importing.ground import Ground, beside_former, note_of, remember, warnings_of
from core.importing.incoming import IncomingFile, files_of, read_file
from core.importing.placing import Grounds, Place, Placement, is_pack_seed, placements, places_of
from core.importing.repair import Repair
from core.importing.report import FileReport, ImportEntry, ImportReport, Refusal, Undone
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.prompting.store import pack_context, pack_models
from core.settings.fields import Settings
from data import audit, conversations, outgoing, records, versions
from data.conversations import text_rows
from data.engines import Database
from data.outgoing import Session
from data.packed import Packed
from data.types import utc_now
from data.vocabulary import Status

if TYPE_CHECKING:
    from core.quality.report import Report

OnProgress = Callable[[int, int], None]
STEP = 100  # conversations that are judged and stored at a time
KEPT_WARNINGS = 1000  # a record need not repeat the same for every row of a large file
REVIEW_BELOW: float = Settings().review_below
# Actions that an import itself leaves behind: they do not make a pack's seed a text that a person cared about.
OWN_ACTIONS = ("import", "undo_import")


@dataclass(frozen=True)
class Order:
    """How files are to be read and placed. `repairs` are those that a person accepted, `columns` map headings of tables
    (`tables.mapped` says which table takes which), `seen` are the hashes of what a person has looked at: a file that is
    another one now is refused."""

    replace: bool = False
    format: str = "auto"
    repairs: Mapping[Path, Repair] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[Path, str] = field(default_factory=dict)

    def check_seen(self, path: Path, sha256: str) -> None:
        """Raises ImportFileError for a file that is not as it was when a person looked at it."""
        if self.seen.get(path, sha256) != sha256:
            raise ImportFileError(f"{path} has changed since it was looked at.", "Look at it again.")


class _Judgement(NamedTuple):
    """What the checks brought to a row that will have a version: its columns, and its figures."""

    version: int
    columns: dict[str, Any]
    figures: dict[str, Any]


_Judged = Packed[_Judgement]  # ten thousand wait for the lock


class ImportService:
    """Imports on one database, by one person."""

    def __init__(self, database: Database, actor: str, *, review_below: float = REVIEW_BELOW) -> None:
        self._database = database
        self._actor = actor
        self._review_below = review_below

    async def preview(
        self,
        paths: Sequence[Path],
        *,
        replace: bool = False,
        order: Order | None = None,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:
        """Say what an import of these files and folders would do; nothing is stored. Progress counts files.

        Raises ImportFileError when the only file named would be refused.
        """
        order = order or Order(replace=replace)
        columns = await asyncio.to_thread(tables.mapped, paths, order.format, order.columns)
        ground = await self._ground()

        async def look(path: Path, on_conversation: OnProgress | None) -> FileReport:
            if is_table(path, order.format):
                async with self._database.read() as session:
                    table = (await tables.look(session, path, columns.get(path, {}), ground.ids))[0]
                ground.planned.update(table.planned)
                return table
            file = await _read(path, order, ground)
            async with self._database.read() as session:
                places, _ = await self._placed(session, file, order.replace)
                warnings, twins = await warnings_of(session, file, ground)
            places = beside_former(file, places, ground, order.replace)
            remember(file, ground)
            return _report(file, places, warnings, twins)

        return await _each(paths, look, on_progress, dry_run=True)

    async def run(
        self,
        paths: Sequence[Path],
        *,
        replace: bool = False,
        order: Order | None = None,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:
        """Import files and folders; with `replace` also over rows that have text, which keep it as a version.

        Progress counts files, or the conversations of a single one: half when checked, half when stored.
        Raises ImportFileError when the only file named is refused; of several the report lists those that were.
        """
        order = order or Order(replace=replace)
        columns = await asyncio.to_thread(tables.mapped, paths, order.format, order.columns)
        ground = await self._ground()

        async def bring_in(path: Path, on_conversation: OnProgress | None) -> FileReport:
            if is_table(path, order.format):
                async with self._database.write() as session:
                    report = await tables.add(session, path, columns.get(path, {}), self._actor)
                    order.check_seen(path, report.sha256)  # what it raises takes the rows away again
                    return report
            file = await _read(path, order, ground)
            order.check_seen(path, file.document.sha256)
            async with self._database.read() as session:
                places, grounds = await self._placed(session, file, order.replace)
                warnings, twins = await warnings_of(session, file, ground)
            tell = _Halves(len(file.noted), on_conversation)
            # Judged before the write lock is taken: other programs wait for that no longer than the storing takes.
            judged = await self._judged(file, places, grounds, ground.pack, tell)
            del places, grounds  # they are made anew under the lock
            async with self._database.write() as session:
                stored = await self._store(session, file, ground, order.replace, (warnings, twins), judged, tell)
            remember(file, ground)
            return stored

        return await _each(paths, bring_in, on_progress, dry_run=False)

    async def list(self) -> tuple[ImportEntry, ...]:
        """Former imports, newest first."""
        async with self._database.read() as session:
            rows = await records.imports(session)
        return tuple(
            ImportEntry(
                row["id"],
                row["file"],
                row["sha256"],
                row["by"],
                row["at"],
                row["counts"] or {},
                tuple(row["warnings"] or ()),
                row["undone_at"],
            )
            for row in rows
        )

    async def undo(self, import_id: int, *, on_progress: OnProgress | None = None) -> Undone:
        """Take an import back as a whole; progress counts its rows.

        Raises NotFoundError, ImportFileError when it was undone before, StaleRowError when a row changed since.
        """
        async with self._database.write() as session:
            return await undoing.undo(session, import_id, self._actor, on_progress)

    async def _ground(self) -> Ground:
        async with self._database.read() as session:
            pack = await pack_context(session)
            _, pack_key = await pack_models(session)
        return Ground(pack, pack_key, frozenset(str(e["key"]) for e in pack.taxonomy.get("emotions") or ()))

    async def _placed(self, session: Session, file: IncomingFile, replace: bool) -> tuple[Sequence[Place], Grounds]:
        rows = await conversations.get_many(session, [noted.conversation_id for noted in file.noted])
        seeds = [name for name, row in rows.items() if is_pack_seed(row)]
        touched = await outgoing.touched(session, seeds, besides=OWN_ACTIONS)
        grounds = Grounds(rows, touched, replace, self._actor, utc_now())
        return places_of(file, grounds), grounds

    async def _judged(
        self, file: IncomingFile, places: Sequence[Place], grounds: Grounds, pack: PackContext, tell: _Halves
    ) -> _Judged:
        """What the checks say of every conversation."""
        found: _Judged = Packed(_Judgement._make, page=STEP)
        for start in range(0, len(places), STEP):
            judged = await asyncio.to_thread(self._judge_some, file, places, grounds, start, pack)
            for judgement in judged:
                found.append(judgement)
            tell.more(len(judged))
        return found

    async def _store(
        self,
        session: Session,
        file: IncomingFile,
        ground: Ground,
        replace: bool,
        remarked: tuple[tuple[str, ...], Mapping[str, str]],
        judged: _Judged,
        tell: _Halves,
    ) -> FileReport:
        # Placed again under the lock: a row may have changed while the checks ran.
        places, grounds = await self._placed(session, file, replace)
        report = _report(file, places, *remarked)
        import_id = await records.add_import(
            session,
            {
                "by": self._actor,
                "at": grounds.now,
                "file": file.name,
                "sha256": file.document.sha256,
                "header": file.document.header,
                "counts": {**report.counts(), "rows": [_undo_entry(place) for place in places]},
                "warnings": builtins.list(report.warnings[:KEPT_WARNINGS]),
                "created_by": self._actor,
            },
        )
        number = await outgoing.next_number(session)
        parts = await versions.last_said(session, report.added, "split")
        for start in range(0, len(places), STEP):
            new: builtins.list[dict[str, Any]] = []  # in this class `list` is the method
            qualities: builtins.list[dict[str, Any]] = []
            await self._make_room(session, places[start : start + STEP])
            part = await asyncio.to_thread(placements, file, places, grounds, start, STEP)
            for placement, former in zip(part, judged[start : start + STEP], strict=True):
                values = {**placement.values, "import_id": import_id}
                if placement.before is None:
                    part_of = parts.get(placement.conversation_id, "")
                    values |= {"number": number, "pack_key": ground.pack_key, "split": part_of}
                    number += 1
                judgement = former
                if former.version != placement.place.version:
                    judgement = await asyncio.to_thread(self._judge, placement, ground.pack)
                qualities.append({**judgement.figures, "checked_at": grounds.now})
                values |= judgement.columns
                if placement.before is None:
                    new.append(values)
                else:
                    at = placement.before["version"]
                    await conversations.update_guarded(session, placement.conversation_id, at, values, by=self._actor)
            await conversations.insert_rows(session, _even(new))
            await conversations.insert_text(session, text_rows(p.incoming.text for p in part))
            await conversations.put_qualities(session, qualities)
            tell.more(len(part))
        await audit.record(session, self._audit(import_id, file, report, places))
        return FileReport(**{**vars(report), "import_id": import_id})

    def _judge_some(
        self, file: IncomingFile, places: Sequence[Place], grounds: Grounds, start: int, pack: PackContext
    ) -> builtins.list[_Judgement]:
        return [self._judge(one, pack) for one in placements(file, places, grounds, start, STEP)]

    def _judge(self, placement: Placement, pack: PackContext) -> _Judgement:
        from core.quality.rows import checked

        row = {**(placement.before or {"client_profile": None, "edge_case_id": ""}), **placement.values}
        row.setdefault("persona_id", "")
        text = placement.incoming.text
        report = checked(row, text, QualityProfile(), pack, self._review_below, generated=False)
        figures = report.row(placement.conversation_id, QualityProfile())
        return _Judgement(placement.place.version, _columns(placement, report), figures)

    async def _make_room(self, session: Session, part: Sequence[Place]) -> None:
        """Take the old text of these rows away; what is replaced is kept as a version."""
        replaced = [place.conversation_id for place in part if place.how == "replaced"]
        if replaced:
            await versions.keep_versions(session, replaced, "replaced", self._actor)
        there = [place.conversation_id for place in part if place.before is not None]
        if there:
            await conversations.delete_texts(session, there)

    def _audit(
        self, import_id: int, file: IncomingFile, report: FileReport, places: Iterable[Place]
    ) -> Iterable[dict[str, Any]]:
        about = {"file": file.name, "sha256": file.document.sha256, **report.counts()}
        entries = [audit.entry(self._actor, "import", "import", str(import_id), after=about)]
        for place in places:
            before = place.before
            entries.append(
                audit.entry(
                    self._actor,
                    "import",
                    "conversation",
                    place.conversation_id,
                    before={"status": before["status"]} if before else None,
                    after={"status": place.status, "how": place.how},
                    note=file.name,
                )
            )
        return entries


class _Halves:
    """Tells the progress of a file: each conversation counts half once it is checked and half once it is stored."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self._total, self._on_progress = total, on_progress
        self._halves = 0

    def more(self, number: int) -> None:
        """So many conversations are a step further."""
        self._halves += number
        if self._on_progress is not None:
            self._on_progress(self._halves // 2, self._total)


async def _each(
    paths: Sequence[Path],
    one: Callable[[Path, OnProgress | None], Awaitable[FileReport]],
    on_progress: OnProgress | None,
    *,
    dry_run: bool,
) -> ImportReport:
    named = [Path(path) for path in paths]
    files = files_of(named)
    alone = files == named and len(files) == 1
    done: list[FileReport] = []
    refused: list[Refusal] = []
    for position, path in enumerate(files, 1):
        try:
            done.append(await one(path, on_progress if len(files) == 1 else None))
        except (ImportFileError, PackError) as error:
            if alone:
                raise
            why = error.message.removeprefix(str(path)).lstrip(":, ")  # lists name the file beside it
            refused.append(Refusal(str(path), why, error.hint))
        if on_progress is not None and len(files) > 1:
            on_progress(position, len(files))
    return ImportReport(tuple(done), tuple(refused), dry_run)


async def _read(path: Path, order: Order, ground: Ground) -> IncomingFile:
    note = partial(note_of, ground=ground)
    return await asyncio.to_thread(read_file, path, note, order.format, order.repairs.get(path))


def _report(
    file: IncomingFile, places: Sequence[Place], warnings: tuple[str, ...], twins: Mapping[str, str]
) -> FileReport:
    def ids(how: str) -> tuple[str, ...]:
        return tuple(place.conversation_id for place in places if place.how == how)

    return FileReport(
        file=file.name,
        sha256=file.document.sha256,
        added=ids("added"),
        filled=ids("filled"),
        replaced=ids("replaced"),
        approved=sum(place.status == Status.APPROVED for place in places),
        turns=sum(noted.turns for noted in file.noted),
        sentences=sum(noted.sentences for noted in file.noted),
        warnings=warnings,
        path=str(file.path),
        format=str(file.document.header["format"]) if file.document.layout == "records" else "seed-json",
        duplicates=twins,
    )


def _undo_entry(place: Place) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": place.conversation_id, "how": place.how, "version": place.version}
    if place.how == "filled" and place.before is not None:
        entry["before"] = undoing.restorable(place.before)  # a replaced row has its version for this
    return entry


def _columns(placement: Placement, report: Report) -> dict[str, Any]:
    """What the checks bring to the row. A person's approval in the file is flagged only by a failed gate; what was
    repaired is flagged in any case."""
    approved = placement.place.status == Status.APPROVED
    flagged = bool(report.failed_gates) if approved else report.needs_review
    return {
        "quality_score": report.score,
        "needs_review": flagged or bool(placement.incoming.repaired),
        "ready_for_training": approved and report.ready,
    }


def _even(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the same keys throughout, as one statement needs them; what a file left out was not measured."""
    optional = sorted({key for row in rows for key in row if key.startswith("rubric_")})
    plain = {"starting_emotion": "", "ending_emotion": "", "starting_intensity": None, "ending_intensity": None}
    plain |= dict.fromkeys(("arc_description", "session_context", "conversation_phase", "expected_outcome"), "")
    plain |= {"client_profile": None, **dict.fromkeys(optional)}
    return [{**plain, **row} for row in rows]
