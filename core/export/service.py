"""Exports conversations: previews what would be written, writes it, checks files, and lists former exports.

The app and the command line call it. Files get their names only after they were read back and held to the trainer's
rules; a row that cannot be expressed stops the export by name.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.errors import ExportError, NotFoundError
from core.export import companions, verifying
from core.export.catalogue import KINDS, settled
from core.export.manifest import Facts, manifest_of
from core.export.material import material_of
from core.export.request import SPLITS, ExportPreview, ExportRequest, ExportResult
from core.export.rereading import Rereader
from core.export.scope import Scope, check_scope, scope_of
from core.export.splitting import counts
from core.export.tokens import named
from core.export.writers import OnProgress, Writing, first_records, names_of, reread, write_files
from core.export.writing import Draft, Outbox
from core.home import expanded
from core.query import write as query_text
from core.seedformat.mapping import Tree
from core.version import VERSION
from data import audit, outgoing, records
from data.criteria import Criteria
from data.engines import Database
from data.types import utc_now


class ExportService:
    """Exports from one database, by one person."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor

    async def preview(self, request: ExportRequest, records: int = 2) -> ExportPreview:
        """Say what an export would write, with its first records; nothing is written and nothing is raised for rows
        that would stop it: they are warned about."""
        now = utc_now()
        request = settled(request)
        async with self._database.read() as session:
            scope = await scope_of(session, request)
            shown: list[str] = []
            warnings = list(scope.warnings())
            title = title_of(scope, now)
            try:
                await check_scope(session, scope)
                material = await material_of(session, scope.totals, now.date())
                outbox = Outbox(request.folder, "preview")
                shown = await first_records(Writing(session, scope, material, outbox, title, {}), records)
            except ExportError as error:
                warnings = [*warnings, str(error)] if scope.rows else [str(error)]
        return ExportPreview(
            len(scope.rows),
            scope.turns,
            tuple(warnings),
            tuple(shown),
            tuple(names_of(scope, title)) if scope.rows else (),
            counts(scope.parts),
        )

    async def write(self, request: ExportRequest, on_progress: OnProgress | None = None) -> ExportResult:
        """Write an export with its manifest, and log it.

        Raises ExportError when there is nothing to write, a row cannot be expressed or the folder refuses; then, and
        when it is interrupted, nothing that looks finished is left behind.
        """
        now = utc_now()
        export_id = uuid4().hex[:12]
        request = settled(request)
        folder = expanded(request.folder).absolute()
        outbox = Outbox(folder, export_id, overwrite=request.overwrite)
        try:
            with Rereader(request.format) as rereader:
                async with self._database.read() as session:
                    scope = await scope_of(session, request)
                    await check_scope(session, scope)
                    material = await material_of(session, scope.totals, now.date())
                    title = title_of(scope, now)
                    header = _header(scope, now) if request.format == "json" else {}
                    writing = Writing(session, scope, material, outbox, title, header, rereader, on_progress)
                    await write_files(writing)
                data = list(outbox.drafts)
                await asyncio.to_thread(_validate, data, scope, writing.turns, rereader)
            facts = Facts(request, scope, material, writing.lengths, scope.parts)
            manifest = manifest_of(facts, data, export_id=export_id, by=self._actor, now=now)
            _add_companions(outbox, facts, manifest, data)
            last = _add(outbox, f"manifest-{title}.json", json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
            paths = outbox.publish(title)
            outbox.sync()
            await self._log(scope, paths[-1], last.sha256, manifest, now)
            outbox.settle()
        except OSError as error:
            outbox.discard()
            raise ExportError(
                f"{folder} cannot be written to: {error.strerror or error}.", "Nothing was left behind."
            ) from error
        except BaseException:
            outbox.discard()
            raise
        return ExportResult(
            paths[-1].parent,
            tuple(paths[: len(data)]),
            paths[-1],
            len(scope.rows),
            (*scope.warnings(writing.lengths), *(draft.note for draft in data if draft.note)),
            tuple(paths[len(data) : -1]),
            counts(scope.parts),
        )

    async def verify(self, path: Path, format_: str = "") -> list[str]:
        """The problems of a file of any format or of a manifest with its files."""
        return list((await asyncio.to_thread(verifying.examine, path, format_)).problems)

    async def history(self, limit: int = 200) -> list[dict[str, Any]]:
        """Former exports, newest first."""
        async with self._database.read() as session:
            return await records.exports(session, limit=limit)

    async def again(self, export_id: str, folder: Path | None = None, *, overwrite: bool = False) -> ExportRequest:
        """The request that writes the same conversations in the same form as a former export.

        Raises NotFoundError for an id that no export has.
        """
        async with self._database.read() as session:
            entry = await records.get_export(session, export_id)
        if entry is None or not (entry["scope"] or {}).get("ids"):
            raise NotFoundError(f"There is no export {export_id!r}.", "brightrun export history lists them.")
        options, scope = entry["options"] or {}, entry["scope"] or {}
        return settled(
            ExportRequest(
                format=entry["format"],
                criteria=Criteria(ids=tuple(scope.get("ids") or ())),
                folder=folder or Path(entry["path"]).parent,
                include_simulated=bool(options.get("include_simulated")),
                approved_only=bool(options.get("approved_only", True)),
                merge=bool(options.get("merge")),
                per=options.get("per"),
                system=bool(options.get("system", True)),
                annotation=options.get("annotation"),
                split=tuple(options["split"]) if options.get("split") else None,
                seed=int(options.get("seed", 1)),
                context=int(options.get("context") or ExportRequest.context),
                overwrite=overwrite,
                in_order=True,
            )
        )

    async def changed_since(self, export_id: str) -> int:
        """How many conversations of a former export were changed after it."""
        async with self._database.read() as session:
            entry = await records.get_export(session, export_id)
            if entry is None:
                return 0
            return await outgoing.changed_since(session, list((entry["scope"] or {}).get("ids") or ()), entry["at"])

    async def _log(self, scope: Scope, manifest_path: Path, sha256: str, manifest: Tree, now: datetime) -> None:
        request = scope.request
        short = {name: value for name, value in manifest.items() if name != "files"}
        async with self._database.write() as session:
            if scope.new_parts:
                _check_parts(scope, await outgoing.splits_of(session))
            await outgoing.set_splits(session, scope.new_parts, SPLITS)
            await records.add_export(
                session,
                {
                    "export_id": manifest["export_id"],
                    "by": self._actor,
                    "at": now,
                    "scope": {"filter": manifest["filter"]},
                    "format": request.format,
                    "options": request.options(),
                    "count": len(scope.rows),
                    "path": str(manifest_path),
                    "sha256": sha256,
                    "manifest": short,
                    "created_by": self._actor,
                },
                (row.conversation_id for row in scope.rows),
            )
            after = {"folder": str(manifest_path.parent), "manifest": manifest_path.name, **manifest["counts"]}
            after |= {"format": request.format, "filter": manifest["filter"], "simulated": manifest["simulated"]}
            await audit.record(
                session, [audit.entry(self._actor, "export", "export", manifest["export_id"], after=after)]
            )


def title_of(scope: Scope, now: datetime) -> str:
    """The name of an export without its ending: `training-data-2026-11-20-approved-87-conversations`."""
    number = len(scope.rows)
    approved = "-approved" if scope.request.approved_only else ""
    what = "conversation" if number == 1 else "conversations"
    mark = "-simulated" if scope.simulated else ""
    return f"training-data-{now.date().isoformat()}{approved}-{number}-{what}{mark}"


def _header(scope: Scope, now: datetime) -> Tree:
    """What the `json` format says of itself."""
    request = scope.request
    return {
        "created": now.isoformat(timespec="seconds"),
        "brightrun_version": VERSION,
        "conversations": len(scope.rows),
        "turns": scope.turns,
        "filter": query_text(replace(request.criteria, ids=())),
        "approved_only": request.approved_only,
        "simulated": bool(scope.simulated),
        "simulated_conversations": scope.simulated,
        "quality": scope.totals.quality(),
        "split": counts(scope.parts) or None,
    }


def _check_parts(scope: Scope, stored: Mapping[str, str]) -> None:
    """Raise ExportError where another export, which was faster, gave a row another part of a split."""
    other = [key for key, part in scope.new_parts.items() if stored.get(key) in {*SPLITS} - {part}]
    if other:
        raise ExportError(
            f"{named(other, len(other))}: another export gave out parts of a split at the same time, and other ones; "
            "nothing was written.",
            "Export again: what has a part keeps it.",
        )


def _validate(drafts: list[Draft], scope: Scope, turns: int, rereader: Rereader) -> None:
    """Read everything back and hold it to the trainer's rules and to the counts."""
    records = 0
    for draft in drafts:
        try:
            found, problem, _ = reread(draft, scope.request.format, rereader)
        except ValueError as error:
            raise ExportError(f"{draft.name} could not be read back: {error}.", "Check the disk.") from error
        if problem:
            raise ExportError(f"{draft.name}, record {found}: {problem}.", "Nothing was written.")
        if found != draft.records:
            raise ExportError(f"{draft.name} has {found} records, {draft.records} were written.", "Check the disk.")
        records += found
    told = sum(draft.conversations for draft in drafts)
    counted = {"turn": turns, "conversation": told}[str(scope.request.per)]
    if told != len(scope.rows) or turns != scope.turns or (records != counted and scope.request.format != "seed-json"):
        raise ExportError(f"{told} of {len(scope.rows)} conversations were written.", "Please report this.")


def _add_companions(outbox: Outbox, facts: Facts, manifest: Tree, data: list[Draft]) -> None:
    """Put what a trainer and a reader need beside the data; files that are only for reading need nothing."""
    request = facts.request
    if request.format in ("markdown", "pdf"):
        return
    if not any(map(str.strip, facts.material.system_prompts().values())):  # no advisor has one: no record has the field
        request = replace(request, system=False)
        facts = replace(facts, request=request)
    names = {draft.part: draft.name for draft in data}
    files = [draft.name for draft in data]
    if KINDS[request.format].lines:
        texts = (companions.llamafactory(request, names), companions.axolotl(request, names))
        for name, text in zip(("dataset_info.json", "axolotl.yaml"), texts, strict=True):
            if text:
                _add(outbox, name, text)
                files.append(name)
    _add(outbox, "README.md", companions.card(facts, manifest, files))


def _add(outbox: Outbox, name: str, text: str) -> Draft:
    draft = outbox.open(name)
    draft.write(text)
    draft.finish()
    return draft


__all__ = ["ExportPreview", "ExportRequest", "ExportResult", "ExportService"]
