"""Imports files: a dry run that says what would happen, the import itself, its list, and its undo.

The app and the command line call it. One file is one transaction: it comes in whole or changes nothing, and a refused
file never stops the others of a folder.
"""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ImportFileError, PackError
from core.importing import tables, undoing
from core.importing.formats import is_table
from core.importing.incoming import Client, Incoming, IncomingFile, client_of, files_of, read_file
from core.importing.placing import Grounds, Placement, place
from core.importing.remarks import Messages, messages, plain, remarks, twins_within
from core.importing.repair import Repair
from core.importing.report import FileReport, ImportEntry, ImportReport, Refusal, Undone
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.prompting.store import pack_context, pack_models
from core.quality.report import Report
from core.quality.rows import checked
from core.settings.fields import Settings
from data import audit, conversations, outgoing, records
from data.conversations import text_rows
from data.engines import Database
from data.outgoing import Session
from data.types import utc_now
from data.vocabulary import Status

OnProgress = Callable[[int, int], None]
STEP = 250  # conversations that are judged and stored at a time
KEPT_WARNINGS = 1000  # a record need not repeat the same for every row of a large file
REVIEW_BELOW: float = Settings().review_below
# Actions that an import itself leaves behind: they do not make a pack's seed a text that a person cared about.
OWN_ACTIONS = ("import", "undo_import")


@dataclass(frozen=True)
class Order:
    """How files are to be read and placed. `repairs` are those that a person accepted, `columns` map a table's own
    headings."""

    replace: bool = False
    format: str = "auto"
    repairs: Mapping[Path, Repair] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Ground:
    """What all files of one order are judged by; and ids and contents that its former files brought."""

    pack: PackContext
    pack_key: str
    emotions: frozenset[str]
    ids: dict[str, str] = field(default_factory=dict)
    contents: dict[Messages, str] = field(default_factory=dict)


class ImportService:
    """Imports on one database, by one person."""

    def __init__(self, database: Database, actor: str, *, review_below: float = REVIEW_BELOW) -> None:
        self._database = database
        self._actor = actor
        self._review_below = review_below

    async def preview(
        self, paths: Sequence[Path], *, replace: bool = False, order: Order | None = None
    ) -> ImportReport:
        """Say what an import of these files and folders would do; nothing is stored.

        Raises ImportFileError when the only file named would be refused.
        """
        order = order or Order(replace=replace)
        ground = await self._ground()

        async def look(path: Path, on_conversation: OnProgress | None) -> FileReport:
            if is_table(path, order.format):
                async with self._database.read() as session:
                    return (await tables.look(session, path, order.columns, ground.ids))[0]
            file = await asyncio.to_thread(read_file, path, order.format, order.repairs.get(path))
            async with self._database.read() as session:
                placements, _ = await self._placed(session, file, ground, order.replace)
                warnings = await _warnings(session, file, ground)
            twice = next((p.conversation_id for p in placements if p.conversation_id in ground.ids), "")
            if twice and not order.replace:
                raise ImportFileError(f"{path}: {twice} comes with {ground.ids[twice]} already.", "Keep one of them.")
            _remember(file, ground)
            return _report(file, placements, warnings)

        return await _each(paths, look, None, dry_run=True)

    async def run(
        self,
        paths: Sequence[Path],
        *,
        replace: bool = False,
        order: Order | None = None,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:
        """Import files and folders; with `replace` also over rows that have text, which keep it as a version.

        Progress counts files, or the conversations of a single one. Raises ImportFileError when the only file named
        is refused; of several the report lists those that were.
        """
        order = order or Order(replace=replace)
        ground = await self._ground()

        async def bring_in(path: Path, on_conversation: OnProgress | None) -> FileReport:
            if is_table(path, order.format):
                async with self._database.write() as session:
                    return await tables.add(session, path, order.columns, self._actor)
            file = await asyncio.to_thread(read_file, path, order.format, order.repairs.get(path))
            async with self._database.read() as session:
                placements, _ = await self._placed(session, file, ground, order.replace)
                warnings = await _warnings(session, file, ground)
            # Judged before the write lock is taken: other programs wait for that no longer than the storing takes.
            judged = await self._judged(placements, ground.pack, on_conversation)
            async with self._database.write() as session:
                stored = await self._store(session, file, ground, order.replace, warnings, judged)
            _remember(file, ground)
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
                {name: value for name, value in (row["counts"] or {}).items() if name != "rows"},
                tuple(row["warnings"] or ()),
                row["undone_at"],
            )
            for row in rows
        )

    async def undo(self, import_id: int) -> Undone:
        """Take an import back as a whole.

        Raises NotFoundError, ImportFileError when it was undone before, StaleRowError when a row changed since.
        """
        async with self._database.write() as session:
            return await undoing.undo(session, import_id, self._actor)

    async def _ground(self) -> _Ground:
        async with self._database.read() as session:
            pack = await pack_context(session)
            _, pack_key = await pack_models(session)
        return _Ground(pack, pack_key, frozenset(str(e["key"]) for e in pack.taxonomy.get("emotions") or ()))

    async def _placed(
        self, session: Session, file: IncomingFile, ground: _Ground, replace: bool
    ) -> tuple[Sequence[Placement], Grounds]:
        ids = [incoming.conversation_id for incoming in file.conversations]
        rows = await conversations.get_many(session, ids)
        touched = await outgoing.touched(session, builtins.list(rows), besides=OWN_ACTIONS)
        clients = _clients(file, ground.pack)
        grounds = Grounds(rows, touched, replace, self._actor, utc_now())
        return place(file, clients, grounds), grounds

    async def _judged(
        self, placements: Sequence[Placement], pack: PackContext, on_progress: OnProgress | None
    ) -> dict[tuple[str, int], Report]:
        """What the checks say of every conversation, by id and the version that its row will have."""
        found: dict[tuple[str, int], Report] = {}
        for start in range(0, len(placements), STEP):
            part = placements[start : start + STEP]
            reports = await asyncio.to_thread(self._judge_all, part, pack)
            found |= {(p.conversation_id, p.version): report for p, report in zip(part, reports, strict=True)}
            if on_progress is not None:
                on_progress(start + len(part), len(placements))
        return found

    async def _store(
        self,
        session: Session,
        file: IncomingFile,
        ground: _Ground,
        replace: bool,
        warnings: tuple[str, ...],
        judged: Mapping[tuple[str, int], Report],
    ) -> FileReport:
        # Placed again under the lock: a row may have changed while the checks ran.
        placements, grounds = await self._placed(session, file, ground, replace)
        report = _report(file, placements, warnings)
        import_id = await records.add_import(
            session,
            {
                "by": self._actor,
                "at": grounds.now,
                "file": file.name,
                "sha256": file.document.sha256,
                "header": file.document.header,
                "counts": {**report.counts(), "rows": [_undo_entry(placement) for placement in placements]},
                "warnings": builtins.list(warnings[:KEPT_WARNINGS]),
                "created_by": self._actor,
            },
        )
        number = await outgoing.next_number(session)
        for start in range(0, len(placements), STEP):
            new: builtins.list[dict[str, Any]] = []  # in this class `list` is the method
            qualities: builtins.list[dict[str, Any]] = []
            part = placements[start : start + STEP]
            for placement in part:
                values = {**placement.values, "import_id": import_id}
                if placement.before is None:
                    values |= {"number": number, "pack_key": ground.pack_key}
                    number += 1
                judgement = judged.get((placement.conversation_id, placement.version))
                if judgement is None:
                    judgement = await asyncio.to_thread(self._judge, placement, ground.pack)
                figures = judgement.row(placement.conversation_id, QualityProfile())
                qualities.append({**figures, "checked_at": grounds.now})
                values |= _judged(placement, judgement)
                if placement.before is None:
                    new.append(values)
                else:
                    await self._overwrite(session, placement, values)
            await conversations.insert_rows(session, _even(new))
            await conversations.insert_text(session, text_rows(p.incoming.text for p in part))
            await conversations.put_qualities(session, qualities)
        await audit.record(session, self._audit(import_id, file, report, placements))
        return FileReport(**{**vars(report), "import_id": import_id})

    def _judge_all(self, placements: Iterable[Placement], pack: PackContext) -> builtins.list[Report]:
        return [self._judge(placement, pack) for placement in placements]

    def _judge(self, placement: Placement, pack: PackContext) -> Report:
        row = {**(placement.before or {"client_profile": None, "edge_case_id": ""}), **placement.values}
        row.setdefault("persona_id", "")
        text = placement.incoming.text
        return checked(row, text, QualityProfile(), pack, self._review_below, generated=False)

    async def _overwrite(self, session: Session, placement: Placement, values: Mapping[str, Any]) -> None:
        row = placement.before or {}
        if placement.how == "replaced":
            await conversations.keep_version(session, placement.conversation_id, "replaced", self._actor)
        await conversations.delete_text(session, placement.conversation_id)
        await conversations.update_guarded(session, placement.conversation_id, row["version"], values, by=self._actor)

    def _audit(
        self, import_id: int, file: IncomingFile, report: FileReport, placements: Iterable[Placement]
    ) -> Iterable[dict[str, Any]]:
        about = {"file": file.name, "sha256": file.document.sha256, **report.counts()}
        entries = [audit.entry(self._actor, "import", "import", str(import_id), after=about)]
        for placement in placements:
            before = placement.before
            entries.append(
                audit.entry(
                    self._actor,
                    "import",
                    "conversation",
                    placement.conversation_id,
                    before={"status": before["status"]} if before else None,
                    after={"status": placement.values["status"], "how": placement.how},
                    note=file.name,
                )
            )
        return entries


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


def _clients(file: IncomingFile, pack: PackContext) -> dict[str, Client | None]:
    return {i.conversation_id: client_of(i.conversation, pack.personas) for i in file.conversations}


def _remember(file: IncomingFile, ground: _Ground) -> None:
    """Note what a file brought, for those that come with the same order behind it."""
    for incoming in file.conversations:
        ground.ids[incoming.conversation_id] = file.name
        ground.contents.setdefault(messages(incoming), f"{incoming.conversation_id} of {file.name}")


async def _warnings(session: Session, file: IncomingFile, ground: _Ground) -> tuple[str, ...]:
    former = {
        i.conversation_id: ground.contents[messages(i)] for i in file.conversations if messages(i) in ground.contents
    }
    twins = {**await _twins(session, file.conversations), **former, **twins_within(file.conversations)}
    found = remarks(file, _clients(file, ground.pack), ground.emotions, twins)
    before = [r for r in await records.imports(session, sha256=file.document.sha256) if r["undone_at"] is None]
    return (f"this content was imported before (import {before[0]['id']})", *found) if before else found


async def _twins(session: Session, incoming: Sequence[Incoming]) -> dict[str, str]:
    """Stored conversations under other ids that say the same, by the id of the incoming one."""
    mine: dict[Messages, list[str]] = {}
    lengths: set[tuple[int, int]] = set()
    for one in incoming:
        lengths.add((len(one.text.turns), sum(turn["word_count"] for turn in one.text.turns)))
        mine.setdefault(messages(one), []).append(one.conversation_id)
    found: dict[str, str] = {}
    candidates = await outgoing.alike(session, {words for _, words in lengths})
    ids = [row.conversation_id for row in candidates if (row.turn_count, row.word_count) in lengths]
    for start in range(0, len(ids), STEP):
        for conversation_id, said in (await outgoing.messages_of(session, ids[start : start + STEP])).items():
            for own in mine.get(plain(said), ()):
                if own != conversation_id:
                    found[own] = conversation_id
    return found


def _report(file: IncomingFile, placements: Sequence[Placement], warnings: tuple[str, ...]) -> FileReport:
    def ids(how: str) -> tuple[str, ...]:
        return tuple(p.conversation_id for p in placements if p.how == how)

    return FileReport(
        file=file.name,
        sha256=file.document.sha256,
        added=ids("added"),
        filled=ids("filled"),
        replaced=ids("replaced"),
        approved=sum(p.values["status"] == Status.APPROVED for p in placements),
        turns=sum(len(p.incoming.text.turns) for p in placements),
        sentences=sum(len(p.incoming.text.sentences) for p in placements),
        warnings=warnings,
    )


def _undo_entry(placement: Placement) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": placement.conversation_id, "how": placement.how, "version": placement.version}
    if placement.how == "filled" and placement.before is not None:
        entry["before"] = undoing.restorable(placement.before)  # a replaced row has its version for this
    return entry


def _judged(placement: Placement, report: Report) -> dict[str, Any]:
    """What the checks bring to the row. A person's approval in the file is flagged only by a failed gate; what was
    repaired is flagged in any case."""
    approved = placement.values["status"] == Status.APPROVED
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
