"""Checks files that an export wrote, or any others of these formats: by the trainer's rules, and against the manifest.

Reads only. Every problem is one sentence that names its place.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.export.manifest import KIND
from core.export.openai_chat import validate_file
from core.export.seed_json import problems_of
from core.seedformat.documents import parse_document, strict_json

SHOWN = 100  # a damaged file of 100,000 lines is damaged, whatever the rest says


def verify(path: Path) -> list[str]:
    """The problems of an OpenAI JSONL file, a seed JSON file or a manifest with its files; empty when it is good."""
    try:
        if path.suffix.lower() == ".jsonl":
            return _chat_problems(path)
        return _json_problems(path)
    except OSError as error:
        return [f"it cannot be read: {error.strerror or error}"]
    except ImportFileError as error:
        return [str(error)]


def _chat_problems(path: Path) -> list[str]:
    problems: list[str] = []
    lines = 0
    for number, found in validate_file(path):
        lines += 1
        problems += [f"line {number}: {problem}" for problem in found]
        if len(problems) >= SHOWN:
            return [*problems[:SHOWN], "and more"]
    return problems if lines else ["it holds no conversation"]


def _json_problems(path: Path) -> list[str]:
    raw = path.read_bytes()
    tree = strict_json(raw, path.name)
    if isinstance(tree, dict) and tree.get("kind") == KIND:
        return _manifest_problems(path, tree)
    document = parse_document(raw, path.name)
    problems = [
        f"{conversation.conversation_id}, training_pairs[{position}]: {problem}"
        for conversation in document.conversations
        for position, pair in zip(conversation.positions, conversation.pairs, strict=True)
        for problem in problems_of(pair)
    ]
    return [*problems[:SHOWN], "and more"] if len(problems) > SHOWN else problems


def _manifest_problems(path: Path, tree: dict[str, Any]) -> list[str]:
    files = tree.get("files")
    if not isinstance(files, list) or not files:
        return ["the manifest lists no files"]
    problems: list[str] = []
    for entry in files:
        name = str(entry.get("name", "")) if isinstance(entry, dict) else ""
        if not name or Path(name).name != name:
            problems.append(f"the manifest lists a file {name[:60]!r} outside its folder")
            continue
        file = path.parent / name
        if not file.is_file():
            problems.append(f"{name} is missing")
        elif _sha256(file) != entry.get("sha256"):
            problems.append(f"{name} was changed after it was written: its hash differs")
        else:
            problems += [f"{name}: {problem}" for problem in verify(file)]
    return problems


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
