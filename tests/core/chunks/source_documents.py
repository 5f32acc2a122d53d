"""Source documents built in code: texts, sixty dimensions, and the rows of four tables."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

Tree = dict[str, Any]
DIMENSIONS = {f"measure_{n:02}": n / 100 for n in range(57)} | {
    "Audience": "Families with children",
    "is_good": True,
    "Reading Level": "8th grade",
}
TEXTS = (
    "A Roth account is paid in after tax. What it earns is not taxed again when you take it out in retirement.",
    "An emergency fund covers three to six months of bills. It belongs in an account that can be reached in a day.",
    "Before you pay down the mortgage early, look at the match of your employer. Free money comes first.",
)


def flat(tree: Tree) -> dict[str, list[Tree]]:
    """The same as the rows of four tables, dimensions one to a row."""
    tables: dict[str, list[Tree]] = {
        name: [] for name in ("documents", "document_categories", "chunks", "chunk_dimensions")
    }
    for document in tree["documents"]:
        own = {name: document.get(name, "") for name in ("document_id", "title", "author")}
        tables["documents"].append(own)
        names = [(document["primary_category"], True), *((tag, False) for tag in document.get("tags", ()))]
        tables["document_categories"] += [
            {"document_id": document["document_id"], "category_name": name, "is_primary": is_primary}
            for name, is_primary in names
        ]
        for chunk in document["chunks"]:
            columns = ("chunk_id", "title", "section_heading", "text", "token_count")
            plain = {name: chunk.get(name, "") for name in columns}
            tables["chunks"].append({"document_id": document["document_id"], **plain, "page": chunk.get("page", "")})
            found = chunk["dimensions"]
            listed = found if isinstance(found, list) else [{"name": n, "value": v} for n, v in found.items()]
            for entry in listed:
                value = entry["value"]["value"] if isinstance(entry["value"], dict) else entry["value"]
                tables["chunk_dimensions"].append(
                    {
                        "chunk_id": chunk["chunk_id"],
                        "dimension_name": entry["name"],
                        "dimension_value": str(value).lower() if isinstance(value, bool) else value,
                        "confidence": entry.get("confidence", ""),
                    }
                )
    return tables


def write_csv(path: Path, rows: list[Tree]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
