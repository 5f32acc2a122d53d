"""The manifest of an export: what was written from which rows, with hashes, so that anybody can check it later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from core.export.material import Material
from core.export.scope import Scope
from core.export.writing import Draft
from core.query import write as query_text
from core.seedformat.mapping import Tree
from core.version import VERSION
from data.outgoing import Outgoing

KIND = "brightrun export"


def manifest_of(
    scope: Scope, material: Material, written: Iterable[tuple[Draft, Path]], *, export_id: str, by: str, now: datetime
) -> Tree:
    """The manifest as a tree."""
    request = scope.request
    files = list(written)
    return {
        "kind": KIND,
        "export_id": export_id,
        "brightrun_version": VERSION,
        "created": now.isoformat(timespec="seconds"),
        "by": by,
        "format": request.format,
        "counts": {
            "conversations": len(scope.rows),
            "turns": scope.turns,
            "files": len(files),
            "records": sum(draft.records for draft, _ in files),
        },
        "simulated": bool(scope.simulated),
        "simulated_conversations": scope.simulated,
        "simulated_left_out": scope.simulated_left_out,
        "filter": query_text(request.criteria),
        "approved_only": request.approved_only,
        "include_simulated": request.include_simulated,
        "packs": [
            {"key": key, "version": pack["version"], "content_hash": pack["content_hash"]}
            for key, pack in sorted(material.packs.items())
        ],
        "templates": material.template_counts(scope.rows),
        "quality": quality_of(scope.rows),
        "notes": [draft.note for draft, _ in files if draft.note],
        "files": [
            {
                "name": path.name,
                "bytes": draft.bytes,
                "sha256": draft.sha256,
                "conversations": draft.conversations,
                "records": draft.records,
            }
            for draft, path in files
        ],
    }


def quality_of(rows: Sequence[Outgoing]) -> Tree:
    """Mean, lowest and highest score of the rows that have one; None where none was measured."""
    scores = [row.quality_score for row in rows if row.quality_score is not None]
    return {
        "measured": len(scores),
        "mean": round(sum(scores) / len(scores), 2) if scores else None,
        "min": min(scores, default=None),
        "max": max(scores, default=None),
    }
