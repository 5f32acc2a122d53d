"""The manifest of an export: what was written from which rows, with hashes, so that anybody can check it later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.export.material import Material
from core.export.request import ExportRequest
from core.export.scope import Scope
from core.export.splitting import counts
from core.export.tokens import Lengths
from core.export.writing import Draft
from core.query import write as query_text
from core.seedformat.mapping import Tree
from core.version import VERSION

KIND = "brightrun export"
MANY = 200


@dataclass(frozen=True)
class Facts:
    """What manifest and card tell of one export."""

    request: ExportRequest
    scope: Scope
    material: Material
    lengths: Lengths
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def shares(self) -> dict[str, list[tuple[str, int]]]:
        """How the conversations spread over persona, tier and split."""
        found = {"Personas": self.scope.totals.personas, "Tiers": self.scope.totals.tiers}
        shares = {title: counter.most_common(20) for title, counter in found.items()}
        if self.parts:
            shares["Parts"] = list(counts(self.parts).items())
        return shares


def manifest_of(facts: Facts, files: Sequence[Draft], *, export_id: str, by: str, now: datetime) -> Tree:
    """The manifest as a tree; `files` hold the data, not what lies beside it."""
    scope, request = facts.scope, facts.request
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
            "records": sum(draft.records for draft in files),
        },
        "simulated": bool(scope.simulated),
        "simulated_conversations": scope.simulated,
        "simulated_left_out": scope.simulated_left_out,
        "balanced_out": scope.balanced_out,
        "filter": _filter(request),
        "approved_only": request.approved_only,
        "include_simulated": request.include_simulated,
        "options": request.options(),
        "split": {"seed": request.seed, "conversations": counts(facts.parts)} if facts.parts else None,
        "token_lengths": facts.lengths.figures(),
        "packs": [
            {"key": key, "version": pack["version"], "content_hash": pack["content_hash"]}
            for key, pack in sorted(facts.material.packs.items())
        ],
        "templates": facts.material.template_counts(scope.totals.templates),
        "quality": scope.totals.quality(),
        "notes": [draft.note for draft in files if draft.note],
        "files": [
            {
                "name": draft.name,
                "bytes": draft.bytes,
                "sha256": draft.sha256,
                "conversations": draft.conversations,
                "records": draft.records,
                **({"part": draft.part} if draft.part else {}),
            }
            for draft in files
        ],
    }


def _filter(request: ExportRequest) -> str:
    """The filter as a query; a long list of marked rows is only counted, the log has them by name."""
    criteria = request.criteria
    if len(criteria.ids) <= MANY:
        return query_text(criteria)
    return f"{query_text(replace(criteria, ids=()))} {len(criteria.ids):,} chosen rows".strip()
