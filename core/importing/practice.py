"""Tells practice results that an export wrote from what people wrote: they stay practice when they come in again.

`core.importing.incoming` asks while it reads a file. Seed JSON says it in its pairs; records of trainers have no place
for it, so the manifest beside them does, and the name that the export gave them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.seedformat.mapping import Tree
from core.seedformat.reading import read_bytes, strict_json

SIMULATED = "simulated"
MANIFESTS = 50  # that are looked into
_NAMED = re.compile(r"training-data-\d{4}-\d\d-\d\d-.*-simulated(-train|-dev|-test)?(-\d+)?\.jsonl")


def says_practice(pairs: Iterable[Tree]) -> bool:
    """Whether training pairs say that a simulator wrote them."""
    trainings = (pair.get("training_metadata") for pair in pairs)
    return any(isinstance(one, dict) and one.get("source") == SIMULATED for one in trainings)


def practice_note(path: Path, sha256: str) -> str:
    """What is to be told of a file of records that holds practice results; "" when nothing says so.

    Its lines cannot say which they are, so all of them count as practice.
    """
    practice, of = _by_manifest(path, sha256)
    if practice and practice < of:
        return (
            f"its manifest counts {practice:,} practice results among {of:,} conversations and its lines do not say "
            "which: all come in as practice"
        )
    if practice or (of < 0 and _NAMED.fullmatch(path.name)):
        return "it holds practice results, as its export says: they come in as practice"
    return ""


def _by_manifest(path: Path, sha256: str) -> tuple[int, int]:
    """Practice results and conversations of the export that wrote this very file; 0 and -1 without its manifest."""
    for manifest in sorted(path.parent.glob("manifest-*.json"))[:MANIFESTS]:
        try:
            tree = strict_json(read_bytes(manifest), manifest.name)
        except ImportFileError:
            continue  # whatever it is, it tells nothing of this file
        files = tree.get("files") if isinstance(tree, dict) else None
        if not isinstance(files, list) or not any(isinstance(f, dict) and f.get("sha256") == sha256 for f in files):
            continue
        counts = tree.get("counts")
        return _number(tree.get("simulated_conversations")), _number(
            counts.get("conversations") if isinstance(counts, dict) else None
        )
    return 0, -1


def _number(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0
