"""Imports seed files: a dry run that says what would happen, the import itself, its list, and its undo.

The app and the command line call it. One file is one transaction: it comes in whole or changes nothing, and a refused
file never stops the others of a folder.
"""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.importing import undoing
from core.importing.incoming import Client, Incoming, IncomingFile, client_of, files_of, read_file
from core.importing.placing import Grounds, Placement, place
from core.importing.remarks import messages, remarks, twins_within
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
REVIEW_BELOW: float = Settings().review_below
# Actions that an import itself leaves behind: they do not make a pack's seed a text that a person cared about.
OWN_ACTIONS = ("import", "undo_import")


@dataclass(frozen=True)
class _Ground:
    """What all files of one order are judged by."""

    pack: PackContext
    pack_key: str
    emotions: frozenset[str]


class ImportService:
    """Imports on one database, by one person."""

    def __init__(self, database: Database, actor: str, *, review_below: float = REVIEW_BELOW) -> None:
        self._database = database
        self._actor = actor
        self._review_below = review_below

    async def preview(self, paths: Sequence[Path], *, replace: bool = False) -> ImportReport:
        """Say what an import of these files and folders would do; nothing is stored.

        Raises ImportFileError when the only file named would be refused.
        """
        coming: dict[str, str] = {}  # ids that an earlier file of this order would bring

        async def look(path: Path) -> FileReport:
            file = await asyncio.to_thread(read_file, path)
            async with self._database.read() as session:
                placements, report, _ = await self._placed(session, file, ground, replace)
            twice = next((p.conversation_id for p in placements if p.conversation_id in coming), "")
            if twice and not replace:
                raise ImportFileError(f"{path}: {twice} comes with {coming[twice]} already.", "Keep one of them.")
            coming.update((p.conversation_id, path.name) for p in placements)
            return report

        ground = await self._ground()
        return await _each(paths, look, None, dry_run=True)

    async def run(
        self, paths: Sequence[Path], *, replace: bool = False, on_progress: OnProgress | None = None
    ) -> ImportReport:
        """Import files and folders; with `replace` also over rows that have text, which keep it as a version.

        Raises ImportFileError when the only file named is refused; of several the report lists those that were.
        """

        async def bring_in(path: Path) -> FileReport:
            file = await asyncio.to_thread(read_file, path)
            async with self._database.write() as session:
                return await self._store(session, file, ground, replace)

        ground = await self._ground()
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
    ) -> tuple[Sequence[Placement], FileReport, Grounds]:
        ids = [incoming.conversation_id for incoming in file.conversations]
        rows = await conversations.get_many(session, ids)
        touched = await outgoing.touched(session, list(rows), besides=OWN_ACTIONS)
        clients = {i.conversation_id: client_of(i.conversation.pairs, ground.pack.personas) for i in file.conversations}
        grounds = Grounds(rows, touched, replace, self._actor, utc_now())
        placements = place(file, clients, grounds)
        warnings = await _warnings(session, file, clients, ground)
        return placements, _report(file, placements, warnings), grounds

    async def _store(self, session: Session, file: IncomingFile, ground: _Ground, replace: bool) -> FileReport:
        placements, report, grounds = await self._placed(session, file, ground, replace)
        import_id = await records.add_import(
            session,
            {
                "by": self._actor,
                "at": grounds.now,
                "file": file.name,
                "sha256": file.document.sha256,
                "header": file.document.header,
                "counts": {**report.counts(), "rows": [_undo_entry(placement) for placement in placements]},
                "warnings": list(report.warnings),
                "created_by": self._actor,
            },
        )
        number = await outgoing.next_number(session)
        new: builtins.list[dict[str, Any]] = []  # in this class `list` is the method
        judgements: builtins.list[Report] = []
        for placement in placements:
            values = {**placement.values, "import_id": import_id}
            if placement.before is None:
                values |= {"number": number + len(new), "pack_key": ground.pack_key}
            judgement = await asyncio.to_thread(self._judge, placement, values, ground.pack)
            judgements.append(judgement)
            values |= _judged(values, judgement)
            if placement.before is None:
                new.append(values)
            else:
                await self._overwrite(session, placement, values)
        await conversations.insert_rows(session, _even(new))
        await conversations.insert_text(session, text_rows(p.incoming.text for p in placements))
        for placement, judgement in zip(placements, judgements, strict=True):
            figures = judgement.row(placement.conversation_id, QualityProfile())
            await conversations.put_quality(session, {**figures, "checked_at": grounds.now})
        await audit.record(session, self._audit(import_id, file, report, placements))
        return FileReport(**{**vars(report), "import_id": import_id})

    def _judge(self, placement: Placement, values: Mapping[str, Any], pack: PackContext) -> Report:
        row = {**(placement.before or {"client_profile": None, "edge_case_id": ""}), **values}
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


async def _each(paths: Sequence[Path], one: Any, on_progress: OnProgress | None, *, dry_run: bool) -> ImportReport:
    named = [Path(path) for path in paths]
    files = files_of(named)
    alone = files == named and len(files) == 1
    done: list[FileReport] = []
    refused: list[Refusal] = []
    for position, path in enumerate(files, 1):
        try:
            done.append(await one(path))
        except ImportFileError as error:
            if alone:
                raise
            why = error.message.removeprefix(str(path)).lstrip(":, ")  # lists name the file beside it
            refused.append(Refusal(str(path), why, error.hint))
        if on_progress is not None:
            on_progress(position, len(files))
    return ImportReport(tuple(done), tuple(refused), dry_run)


async def _warnings(
    session: Session, file: IncomingFile, clients: Mapping[str, Client | None], ground: _Ground
) -> tuple[str, ...]:
    twins = {**await _twins(session, file.conversations), **twins_within(file.conversations)}
    found = remarks(file, clients, ground.emotions, twins)
    before = [r for r in await records.imports(session, sha256=file.document.sha256) if r["undone_at"] is None]
    return (f"this content was imported before (import {before[0]['id']})", *found) if before else found


async def _twins(session: Session, incoming: Sequence[Incoming]) -> dict[str, str]:
    """Stored conversations under other ids that say the same, by the id of the incoming one."""
    mine: dict[tuple[int, int], list[Incoming]] = {}
    for one in incoming:
        words = sum(turn["word_count"] for turn in one.text.turns)
        mine.setdefault((len(one.text.turns), words), []).append(one)
    found: dict[str, str] = {}
    candidates = await outgoing.alike(session, {words for _, words in mine})
    near = {row.conversation_id: mine.get((row.turn_count, row.word_count), []) for row in candidates}
    ids = [conversation_id for conversation_id, alike in near.items() if alike]
    for start in range(0, len(ids), 50):
        for conversation_id, said in (await outgoing.messages_of(session, ids[start : start + 50])).items():
            for one in near[conversation_id]:
                if one.conversation_id != conversation_id and messages(one) == tuple(said):
                    found[one.conversation_id] = conversation_id
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


def _judged(values: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """What the checks bring to the row. A person's approval in the file is flagged only by a failed gate."""
    approved = values["status"] == Status.APPROVED
    return {
        "quality_score": report.score,
        "needs_review": bool(report.failed_gates) if approved else report.needs_review,
        "ready_for_training": approved and report.ready,
    }


def _even(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the same keys throughout, as one statement needs them; what a file left out was not measured."""
    optional = sorted({key for row in rows for key in row if key.startswith("rubric_")})
    plain = {"starting_emotion": "", "ending_emotion": "", "starting_intensity": None, "ending_intensity": None}
    plain |= dict.fromkeys(("arc_description", "session_context", "conversation_phase", "expected_outcome"), "")
    plain |= {"client_profile": None, **dict.fromkeys(optional)}
    return [{**plain, **row} for row in rows]
