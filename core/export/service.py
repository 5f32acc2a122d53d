"""Exports conversations: previews what would be written, writes it, checks files, and lists former exports.

The app and the command line call it. Files get their names only after they were read back and held to the trainer's
rules; a row that cannot be expressed stops the export by name.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.errors import ExportError
from core.export import seed_json, verifying
from core.export.manifest import manifest_of
from core.export.material import Material, material_of
from core.export.openai_chat import chat_lines, validate_file
from core.export.request import ExportPreview, ExportRequest, ExportResult, Format
from core.export.scope import Scope, check_scope, scope_of
from core.export.seed_json import SeedFile
from core.export.writing import Draft, Outbox
from core.seedformat.mapping import Tree
from data import audit, records
from data.engines import Database
from data.outgoing import Session
from data.types import utc_now

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Export:
    """One export under way."""

    session: Session
    scope: Scope
    material: Material
    outbox: Outbox
    on_progress: OnProgress | None
    title: str

    def tell(self, done: int) -> None:
        """Say how far it is."""
        if self.on_progress is not None:
            self.on_progress(done, len(self.scope.rows))


class ExportService:
    """Exports from one database, by one person."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor

    async def preview(self, request: ExportRequest, records: int = 2) -> ExportPreview:
        """Say what an export would write, with its first records; nothing is written and nothing is raised for rows
        that would stop it: they are warned about."""
        today = utc_now()
        async with self._database.read() as session:
            scope = await scope_of(session, request)
            shown: list[str] = []
            warnings = list(scope.warnings())
            try:
                await check_scope(session, scope)
                material = await material_of(session, scope.rows[:records], today.date())
                shown = await _first_records(session, scope, material, records)
            except ExportError as error:
                warnings = [*warnings, str(error)] if scope.rows else [str(error)]
        return ExportPreview(
            len(scope.rows),
            scope.turns,
            tuple(warnings),
            tuple(shown),
            tuple(_names(scope, today)) if scope.rows else (),
        )

    async def write(self, request: ExportRequest, on_progress: OnProgress | None = None) -> ExportResult:
        """Write an export with its manifest, and log it.

        Raises ExportError when there is nothing to write, a row cannot be expressed or the folder refuses; then, and
        when it is interrupted, nothing that looks finished is left behind.
        """
        now = utc_now()
        export_id = uuid4().hex[:12]
        folder = request.folder.expanduser().absolute()
        outbox = Outbox(folder, export_id)
        try:
            async with self._database.read() as session:
                scope = await scope_of(session, request)
                await check_scope(session, scope)
                material = await material_of(session, scope.rows, now.date())
                export = _Export(session, scope, material, outbox, on_progress, _title(scope, now))
                await (_write_chat(export) if request.format == "openai" else _write_seed(export))
            await asyncio.to_thread(_validate, outbox, scope)
            written = [(draft, outbox.publish(draft)) for draft in outbox.drafts]
            manifest = manifest_of(scope, material, written, export_id=export_id, by=self._actor, now=now)
            path = _publish_manifest(outbox, export.title, manifest)
            await self._log(scope, folder, path, outbox.drafts[-1].sha256, manifest, now)
        except OSError as error:
            outbox.discard()
            raise ExportError(
                f"{folder} cannot be written to: {error.strerror or error}.", "Nothing was left behind."
            ) from error
        except BaseException:
            outbox.discard()
            raise
        return ExportResult(folder, tuple(file for _, file in written), path, len(scope.rows), scope.warnings())

    async def verify(self, path: Path) -> list[str]:
        """The problems of an OpenAI JSONL file, a seed JSON file or a manifest with its files."""
        return await asyncio.to_thread(verifying.verify, path)

    async def history(self, limit: int = 200) -> list[dict[str, Any]]:
        """Former exports, newest first."""
        async with self._database.read() as session:
            return await records.exports(session, limit=limit)

    async def _log(
        self, scope: Scope, folder: Path, manifest_path: Path, sha256: str, manifest: Tree, now: datetime
    ) -> None:
        request = scope.request
        short = {name: value for name, value in manifest.items() if name != "files"}
        async with self._database.write() as session:
            await records.add_export(
                session,
                {
                    "export_id": manifest["export_id"],
                    "by": self._actor,
                    "at": now,
                    "scope": {"filter": manifest["filter"], "ids": [row.conversation_id for row in scope.rows]},
                    "format": request.format,
                    "options": {
                        "include_simulated": request.include_simulated,
                        "approved_only": request.approved_only,
                        "merge": request.merge,
                    },
                    "count": len(scope.rows),
                    "path": str(manifest_path),
                    "sha256": sha256,
                    "manifest": short,
                    "created_by": self._actor,
                },
            )
            after = {"folder": str(folder), "manifest": manifest_path.name, **manifest["counts"]}
            after |= {"format": request.format, "filter": manifest["filter"], "simulated": manifest["simulated"]}
            await audit.record(
                session, [audit.entry(self._actor, "export", "export", manifest["export_id"], after=after)]
            )


async def _write_chat(export: _Export) -> None:
    draft = export.outbox.open(f"{export.title}.jsonl")
    async for row, line in chat_lines(export.session, export.scope.rows, export.material.system_prompts()):
        _put(draft, row.conversation_id, line + "\n")
        draft.conversations += 1
        draft.records += 1
        export.tell(draft.conversations)
    await asyncio.to_thread(draft.finish)


async def _write_seed(export: _Export) -> None:
    done = 0
    for file in _files(export.scope, export.title):
        done = await _write_seed_file(export, file, done)


async def _write_seed_file(export: _Export, file: SeedFile, done: int) -> int:
    draft = export.outbox.open(file.name)
    merged = export.scope.request.merge
    if merged:
        draft.write(seed_json.opening(export.material.merged_header(file.rows)))
    seen: set[str] = set()
    told = seed_json.told(export.session, file.rows, export.material)
    pairs = seed_json.in_file_order(told) if file.imported else seed_json.one_after_another(told)
    async for one, pair in pairs:
        conversation_id = one.row.conversation_id
        if not draft.records and not merged:
            draft.write(seed_json.opening(one.header))
        _put(draft, conversation_id, seed_json.pair_text(pair, first=not draft.records))
        draft.records += 1
        if conversation_id not in seen:
            seen.add(conversation_id)
            export.tell(done + len(seen))
    draft.write(seed_json.closing())
    draft.conversations = len(seen)
    if file.imported and not seed_json.is_complete(file):
        draft.note = f"{file.name} holds only part of the imported file; the counts in its header are the file's own"
    await asyncio.to_thread(draft.finish)
    return done + len(seen)


def _put(draft: Draft, conversation_id: str, text: str) -> None:
    try:
        draft.write(text)
    except UnicodeEncodeError as error:
        raise ExportError(
            f"{conversation_id} holds half a character that no file can hold; the export was stopped.",
            "Edit its text, or take the approval back.",
        ) from error


def _validate(outbox: Outbox, scope: Scope) -> None:
    """Read everything back and hold it to the trainer's rules and to the counts."""
    turns = 0
    for draft in outbox.drafts:
        if not draft.is_intact():
            raise ExportError(f"{draft.name} could not be read back as it was written.", "Check the disk.")
        records = 0
        for number, problems in _checked(draft, scope.request.format):
            records += 1
            if problems:
                raise ExportError(f"{draft.name}, record {number}: {problems[0]}.", "Please report this.")
        if records != draft.records:
            raise ExportError(f"{draft.name} has {records} records, {draft.records} were written.", "Check the disk.")
        turns += records
    told = sum(draft.conversations for draft in outbox.drafts)
    if told != len(scope.rows) or (scope.request.format == "seed-json" and turns != scope.turns):
        raise ExportError(f"{told} of {len(scope.rows)} conversations were written.", "Please report this.")


def _checked(draft: Draft, format_: Format) -> Any:
    if format_ == "openai":
        return validate_file(draft.path)
    return ((n, seed_json.problems_of(pair)) for n, pair in enumerate(seed_json.read_back(draft.path), 1))


def _publish_manifest(outbox: Outbox, title: str, manifest: Tree) -> Path:
    draft = outbox.open(f"manifest-{title}.json")
    draft.write(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    draft.finish()
    path = outbox.publish(draft)
    outbox.settle()
    return path


async def _first_records(session: Session, scope: Scope, material: Material, number: int) -> list[str]:
    rows = scope.rows[:number]
    if scope.request.format == "openai":
        return [line async for _, line in chat_lines(session, rows, material.system_prompts())]
    return [
        json.dumps({**one.header, "training_pairs": one.pairs}, ensure_ascii=False, indent=2)
        async for one in seed_json.told(session, rows, material)
    ]


def _title(scope: Scope, now: datetime) -> str:
    """The name of an export without its ending: `training-data-2026-11-20-approved-87-conversations`."""
    number = len(scope.rows)
    approved = "-approved" if scope.request.approved_only else ""
    what = "conversation" if number == 1 else "conversations"
    mark = "-simulated" if scope.simulated else ""
    return f"training-data-{now.date().isoformat()}{approved}-{number}-{what}{mark}"


def _files(scope: Scope, title: str) -> Sequence[SeedFile]:
    return seed_json.lay_out(scope.rows, f"{title}.json" if scope.request.merge else "")


def _names(scope: Scope, now: datetime) -> list[str]:
    title = _title(scope, now)
    if scope.request.format == "openai":
        return [f"{title}.jsonl"]
    return [file.name for file in _files(scope, title)]


__all__ = ["ExportPreview", "ExportRequest", "ExportResult", "ExportService"]
