"""`brightrun chunks`: a scripted session from the import of documents to rows that draw on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "documents.json"
    chunks = [
        {
            "chunk_id": "c1",
            "title": "Snowball or avalanche",
            "text": "Pay the smallest debt first. Or the dearest one.",
        },
        {"chunk_id": "c2", "text": "\x1b]52;c;SGFja2Vk\x07 A card with 24 percent.", "dimensions": {"clarity": 0.9}},
    ]
    document = {"id": "D1", "title": "Getting out of debt", "primary_category": "Debt", "chunks": chunks}
    path.write_text(json.dumps({"documents": [document]}), encoding="utf-8")
    return path


def test_a_session_from_import_to_rows_that_draw_on_chunks(on: Cli, source: Path) -> None:
    dry = on("chunks", "import", source, "--dry-run")
    assert "Would import 2 chunks of 1 document" in dry.err
    assert "Debt → debt" in dry.err
    assert on("chunks", "--json").document["totals"]["chunks"] == 0
    assert on("chunks", "import", source, "--json").document["import_id"] == 1
    listed = on("chunks", "list", "-s", "smallest debt", "--json").document
    assert [chunk["chunk_id"] for chunk in listed["chunks"]] == ["c1"]
    assert "\x1b" not in on("chunks", "list").out
    shown = on("chunks", "show", "c2")
    assert "\x1b" not in shown.out
    assert "clarity" in shown.out
    assert on("chunks", "link", "c1", "fp_marcus_007", "--note", "the figures").code == 0
    assert on("show", "fp_marcus_007").out.count("c1 Snowball or avalanche (Getting out of debt)") == 1
    assert on("show", "fp_marcus_007", "--json").document["sources"][0]["note"] == "the figures"
    skipped = on("chunks", "link", "c1", "fp_david_001")
    assert skipped.code == 1
    assert "hand-written example" in skipped.err
    assert on("chunks", "mark", "c2", "--example").code == 0
    assert [c["chunk_id"] for c in on("chunks", "list", "--example", "--json").document["chunks"]] == ["c2"]
    added = on("chunks", "propose", "--where", "card", "--add", "--yes", "--json").document
    assert added["proposals"][0]["row"]["content_category"] == "debt"
    assert [c["chunk_id"] for c in on("chunks", "--of", added["added"][0], "--json").document["chunks"]] == ["c2"]
    refused = on("import", "undo", "1")
    assert refused.code == 1
    assert "was linked since" in refused.err
    assert "2 chunks" in on("import", "list").out


def test_mistakes_are_named(on: Cli, source: Path) -> None:
    on("chunks", "import", source)
    assert "No chunk has a dimension 'clarty'" in on("chunks", "list", "--dimension", "clarty=1").err
    assert "There is no chunk nothing" in on("chunks", "show", "nothing").err
    assert on("chunks", "list", "--dimension", "clarity").code == 1
    assert on("chunks", "propose", "--add").code == 2
    url = "postgresql://ann:hunter2@127.0.0.1:1/none?connect_timeout=1"
    refused = on("chunks", "import", url)
    assert refused.code == 1
    assert "postgresql://ann@127.0.0.1:1/none cannot be read" in refused.err
    assert "hunter2" not in refused.err + refused.out
