"""Checks files of any of the formats, ours or not: by the trainer's rules, and against the manifest where there is one.

Reads only. The format is seen from the content unless it is named; every problem is a sentence with line and field.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ExportError, ImportFileError
from core.export import bedrock, openai_chat, pdf, plain_json, spreadsheet
from core.export.catalogue import KINDS
from core.export.manifest import KIND
from core.export.records import FieldTypes, lines_of
from core.export.seed_json import problems_of
from core.export.trainers import LINES
from core.seedformat.documents import parse_document
from core.seedformat.reading import MAX_BYTES, strict_json

SHOWN = 100  # a damaged file of 100,000 lines is damaged, whatever the rest says
_OUR_TABLE = re.compile(r"training-data-\d{4}-\d\d-\d\d-.*\.csv")  # as the service names its exports
_FOREIGN = (
    "its columns ({}) are not those of a CSV export: checked were its encoding, the number of cells in each row, and "
    "that no cell begins like a formula; what the columns say was not"
)


@dataclass
class Findings:
    """What a check found: problems that a trainer would stop at, and what a person should know besides."""

    format: str = ""
    records: int = 0
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, place: str, problems: list[str]) -> bool:
        """Note problems of one place; False when there are so many that the rest does not matter."""
        self.problems += [f"{place}: {problem}" for problem in problems]
        if len(self.problems) > SHOWN:
            self.problems = [*self.problems[:SHOWN], "and more"]
            return False
        return True


def examine(path: Path, format_: str = "") -> Findings:
    """Check one file. `format_` says what it is meant to be; else its content does."""
    found = Findings(format_)
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            found.problems.append("it is a folder; name a file, or the manifest in it")
        elif not stat.S_ISREG(kind):  # it may never end
            found.problems.append("it is no file but a pipe or device: save its content to a file first")
        else:
            _examine(path, found)
    except OSError as error:
        found.problems.append(f"it cannot be read: {error.strerror or error}")
    except (ImportFileError, ExportError) as error:
        shown = error.hint.partition("\n")[0]  # what else it advises is about an import
        found.problems.append(f"{error.message} {shown}" if shown.startswith("The line reads") else error.message)
    return found


def verify(path: Path) -> list[str]:
    """The problems of a file; empty when it is good."""
    return examine(path).problems


def detect(record: Any) -> str:
    """The format of one record, by its keys; empty when it is none of ours.

    >>> detect({"conversations": []}), detect({"prompt": [], "completion": []}), detect({"messages": [], "system": ""})
    ('sharegpt', 'trl', 'anthropic')
    """
    keys = set(record) if isinstance(record, dict) else set()
    if "conversations" in keys:
        return "sharegpt"
    if "messages" in keys:
        return "anthropic" if "system" in keys else "trl" if "annotation" in keys else "openai"
    if "prompt" in keys:
        return "trl"
    return "alpaca" if "instruction" in keys else ""


def _examine(path: Path, found: Findings) -> None:
    suffix = path.suffix.lower()
    if found.format == "pdf" or (not found.format and suffix == ".pdf"):
        found.format, found.records = "pdf", 1
        found.problems += pdf.problems(path.read_bytes())
    elif found.format == "csv" or (not found.format and suffix == ".csv"):
        _table(path, found)
    elif found.format in LINES or (not found.format and suffix in (".jsonl", ".ndjson")):
        _lines(path, found)
    elif found.format == "markdown" or (not found.format and suffix == ".md"):
        found.format = "markdown"
        _markdown(path, found)
    else:
        _document(path, found)


def _lines(path: Path, found: Findings) -> None:
    types = FieldTypes()
    given = found.format or _listed_format(path)
    rules: Callable[[Any], list[str]] | None = None
    for number, record, wrong in lines_of(path):
        found.records += 1
        place = f"line {number}"
        if wrong:
            if not found.add(place, [wrong]):
                return
            continue
        if rules is None:
            found.format = given if given in LINES else detect(record)
            if not found.format:
                found.add(place, ["it is no training format: it needs messages, conversations, prompt or instruction"])
                return
            rules = LINES[found.format][1]
        if not found.add(place, rules(record) or types.add(record, number)):
            return
    if not found.records:
        found.problems.append("it holds no conversation")
    elif not found.problems:
        _size_rules(path, found)


def _size_rules(path: Path, found: Findings) -> None:
    """What a trainer wants of a file as a whole."""
    kind = KINDS[found.format]
    if found.records < kind.minimum:
        found.warnings.append(f"{kind.trainer} trains with {kind.minimum} examples or more; these are {found.records}")
    size = path.stat().st_size
    if found.format == "openai" and size > openai_chat.MAX_BYTES:
        found.problems.append(f"it has {size:,} bytes; {kind.trainer} takes {openai_chat.MAX_BYTES:,}")
    if found.format == "anthropic":  # quotas of an account, which may have been raised
        if size > bedrock.MAX_BYTES:
            found.warnings.append(f"it has {size:,} bytes; {kind.trainer} usually takes {bedrock.MAX_BYTES:,}")
        if found.records > bedrock.MAXIMUM:
            found.warnings.append(f"it has {found.records:,} records; {kind.trainer} usually takes {bedrock.MAXIMUM:,}")


def _table(path: Path, found: Findings) -> None:
    meant = found.format == "csv" or bool(_OUR_TABLE.fullmatch(path.name)) or _listed_format(path) == "csv"
    found.format = "csv"
    try:
        names = spreadsheet.heading_of(path)
        if not spreadsheet.is_ours(names):
            shown = ", ".join(repr(name[:20]) for name in names[:4]) + (" …" if len(names) > 4 else "")
            if meant:
                found.problems.append(f"line 1: its columns are not those of a CSV export: {shown}")
                return
            found.warnings.append(_FOREIGN.format(shown))
        for number, problems in enumerate(spreadsheet.read_back(path), 1):
            found.records += 1
            if not found.add(f"row {number}", problems):
                return
    except (ValueError, UnicodeDecodeError) as error:
        found.problems.append("it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error))
        return
    if not found.records:
        found.problems.append("it holds no row")


def _markdown(path: Path, found: Findings) -> None:
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        found.problems.append("it is not UTF-8")
        return
    found.records = text.count("\n## Turn ")
    if not text.startswith("# ") or not found.records:
        found.problems.append("line 1: it is no conversation as Markdown: a title and turns are missing")


def _document(path: Path, found: Findings) -> None:
    """One JSON document: a manifest, a seed file, a `json` export, or a list of records."""
    if path.stat().st_size > MAX_BYTES:
        if not _is_ours(path):
            found.problems.append(f"it is larger than {MAX_BYTES >> 20} MiB: such files are checked as JSON lines only")
            return
        found.format = "json"
        try:
            for number, tree in enumerate(plain_json.read_back(path), 1):
                found.records += 1
                if not found.add(f"conversation {number}", plain_json.problems(tree)):
                    return
        except ValueError as error:
            found.problems.append(str(error))
        return
    raw = path.read_bytes()
    tree = strict_json(raw, path.name)
    if isinstance(tree, dict) and tree.get("kind") == KIND:
        found.format = "manifest"
        _manifest(path, tree, found)
    elif isinstance(tree, dict) and "export" in tree and isinstance(tree.get("conversations"), list):
        found.format = "json"
        for number, conversation in enumerate(tree["conversations"], 1):
            found.records += 1
            if not found.add(f"conversation {number}", plain_json.problems(conversation)):
                return
        claimed = tree["export"].get("conversations") if isinstance(tree["export"], dict) else None
        if isinstance(claimed, int) and claimed != found.records and "part" not in tree["export"]:
            found.problems.append(f"its header says {claimed} conversations, it has {found.records}")
        elif not found.records:
            found.problems.append("it holds no conversation")
    elif isinstance(tree, list) and tree and detect(tree[0]):
        _records(tree, found)
    else:
        _seed(raw, path, found)


def _records(tree: list[Any], found: Findings) -> None:
    """A list of records in one document, as some trainers take them."""
    types = FieldTypes()
    found.format = detect(tree[0])
    for number, record in enumerate(tree, 1):
        found.records += 1
        if not found.add(f"record {number}", LINES[found.format][1](record) or types.add(record, number)):
            return
    if found.format in ("openai", "anthropic"):
        found.problems.append(f"{KINDS[found.format].trainer} wants one record per line, not a list")


def _seed(raw: bytes, path: Path, found: Findings) -> None:
    found.format = "seed-json"
    for conversation in parse_document(raw, path.name).conversations:
        for position, pair in zip(conversation.positions, conversation.pairs, strict=True):
            found.records += 1
            if not found.add(f"{conversation.conversation_id}, training_pairs[{position}]", problems_of(pair)):
                return


def _manifest(path: Path, tree: dict[str, Any], found: Findings) -> None:
    files = tree.get("files")
    if not isinstance(files, list) or not files:
        found.problems.append("the manifest lists no files")
        return
    total = 0
    for entry in files:
        name = str(entry.get("name", "")) if isinstance(entry, dict) else ""
        if not name or Path(name).name != name or name in (".", ".."):
            found.problems.append(f"the manifest lists a file {name[:60]!r} outside its folder")
            continue
        file = path.parent / name
        if not file.is_file():
            found.problems.append(f"{name} is missing")
        elif _sha256(file) != entry.get("sha256"):
            found.problems.append(f"{name} was changed after it was written: its hash differs")
        else:
            inner = examine(file, str(tree.get("format", "")) if file.suffix != ".json" else "")
            found.problems += [f"{name}: {problem}" for problem in inner.problems]
            if entry.get("part", "train") == "train":
                found.warnings += [f"{name}: {warning}" for warning in inner.warnings]
            total += inner.records
            if (
                not inner.problems
                and inner.format not in ("markdown", "seed-json")
                and inner.records != entry.get("records")
            ):
                found.problems.append(f"{name} has {inner.records} records, the manifest says {entry.get('records')}")
    found.records = total


def _listed_format(path: Path) -> str:
    """The format that a manifest beside the file says it has: messages alone could be two."""
    for manifest in sorted(path.parent.glob("manifest-*.json"))[:50]:
        try:
            if manifest.stat().st_size <= MAX_BYTES:
                tree = strict_json(manifest.read_bytes(), manifest.name)
                if any(entry["name"] == path.name for entry in tree["files"]):
                    return str(tree["format"])
        except (OSError, ImportFileError, KeyError, TypeError):
            continue  # no manifest of ours: then the content says what the file is
    return ""


def _is_ours(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(12) == b'{"export": {'


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
