"""Writes the data files of one export, each format in its way, into drafts; nothing here gives a file its name.

The service calls `write_files` and then `reread`, which reads a draft back by the rules of its format.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.errors import ExportError
from core.export import markdown, pdf, plain_json, seed_json, spreadsheet
from core.export.catalogue import FILE_EACH, KINDS
from core.export.dialogue import Dialogue, dialogues
from core.export.material import Material
from core.export.reading_form import document_of
from core.export.request import SPLITS, ExportRequest
from core.export.rereading import Reread, Rereader
from core.export.scope import Scope
from core.export.seed_json import SeedFile
from core.export.tokens import Lengths, tokens_of
from core.export.trainers import LINES
from core.export.writing import DamagedError, Draft, Outbox
from core.seedformat.mapping import Tree
from core.text.sentences import count_words
from data.outgoing import Outgoing, Session
from data.vocabulary import Method

OnProgress = Callable[[int, int], None]
NOTES = 20  # of one file


@dataclass
class Writing:
    """One export under way. `header` is what the `json` format says before its conversations."""

    session: Session
    scope: Scope
    material: Material
    outbox: Outbox
    title: str
    header: Tree
    rereader: Rereader | None = None
    on_progress: OnProgress | None = None
    done: int = 0
    turns: int = 0
    lengths: Lengths = field(default_factory=lambda: Lengths(0))

    @property
    def request(self) -> ExportRequest:
        """What was asked for."""
        return self.scope.request

    def part_of(self, row: Outgoing) -> str:
        """The part of the split that a row belongs to; empty without a split."""
        return self.scope.parts.get(row.conversation_id, "")

    def tell(self) -> None:
        """Say how far it is: one conversation further."""
        self.done += 1
        if self.on_progress is not None:
            self.on_progress(self.done, len(self.scope.rows))

    def all(self, rows: Sequence[Outgoing], *, whole: bool) -> AsyncIterator[list[Dialogue]]:
        """The conversations of some of the rows, some at a time."""
        return dialogues(self.session, rows, self.material, system=self.request.system, whole=whole)


async def write_files(writing: Writing) -> None:
    """Write every data file of the export. Raises ExportError naming a row that cannot be expressed."""
    writing.lengths = Lengths(writing.request.context)
    format_ = writing.request.format
    if format_ in LINES:
        await _write_lines(writing)
    elif format_ == "seed-json":
        await _write_seed(writing)
    elif format_ == "csv":
        await _write_table(writing)
    elif format_ == "json":
        await _write_json(writing)
    else:
        await _write_documents(writing)


def names_of(scope: Scope, title: str) -> list[str]:
    """The names of the data files."""
    request = scope.request
    parts = [part for part in SPLITS if part in scope.parts.values()] or [""]
    if request.format == "seed-json":
        return [file.name for part in parts for file in _seed_files(scope, title, part)]
    if request.format in FILE_EACH and not request.merge:
        return [_document_name(scope, row) for row in scope.rows]
    return [f"{_stem(title, part)}{KINDS[request.format].suffix}" for part in parts]


def reread(draft: Draft, format_: str, rereader: Rereader) -> Reread:
    """A draft as the disk gives it back. Raises ValueError for a damaged one."""
    if format_ in LINES:
        return rereader.whole(draft)
    found = Reread(0)
    for number, problems in _checked(draft, format_):
        found = Reread(number, problems[0] if problems else "")
        if problems:
            break
    return found


def _checked(draft: Draft, format_: str) -> Iterator[tuple[int, list[str]]]:
    if not draft.is_intact():
        raise DamagedError("it is not what was written")
    if format_ == "csv":
        yield from enumerate(spreadsheet.read_back(draft.path), 1)
    elif format_ == "seed-json":
        yield from (
            (n, seed_json.unreadable(one)) for n, one in enumerate(seed_json.read_back(draft.path, draft.begin), 1)
        )
    elif format_ == "json":
        yield from ((n, plain_json.problems(tree)) for n, tree in enumerate(plain_json.read_back(draft.path), 1))
    elif format_ == "pdf":
        yield 1, pdf.problems(draft.path.read_bytes())
    else:
        yield from ((number, []) for number in range(1, draft.records + 1))


async def first_records(writing: Writing, number: int) -> list[str]:
    """The first records as they will be written; of a PDF its text."""
    rows, request = writing.scope.rows[:number], writing.request
    found: list[str] = []
    if request.format == "seed-json":
        async for one in seed_json.told(writing.session, rows, writing.material):
            with expressible(one.row.conversation_id):
                tree = {**one.header, "training_pairs": one.pairs}
                found.append(json.dumps(tree, ensure_ascii=False, indent=2, allow_nan=False))
                found[-1].encode()
        return found
    async for some in writing.all(rows, whole=_is_whole(request)):
        for dialogue in some:
            with expressible(dialogue.conversation_id):
                shown = _preview_of(writing, dialogue)
                "".join(shown).encode()
                found += shown
    return found[: number + 1] if request.format == "csv" else found[:number]


def _preview_of(writing: Writing, dialogue: Dialogue) -> list[str]:
    request, part = writing.request, writing.part_of(dialogue.row)
    if request.format in LINES:
        return [line.decode().rstrip("\n") for line in LINES[request.format][0](dialogue, request)]
    if request.format == "csv":
        lines = [line.rstrip("\r\n") for line in spreadsheet.rows(dialogue, request, part)]
        first = dialogue.row == writing.scope.rows[0]
        return [spreadsheet.line(spreadsheet.heading(request)).rstrip("\r\n"), *lines] if first else lines
    if request.format == "json":
        return [json.dumps(json.loads(plain_json.record(dialogue, request, part)), ensure_ascii=False, indent=2)]
    return [markdown.text_of(document_of(dialogue, request, writing.material.advisor_name(dialogue.row.pack_key)))]


async def _write_lines(writing: Writing) -> None:
    request = writing.request
    drafts = _open_parts(writing)
    records = LINES[request.format][0]
    words_of = lru_cache(maxsize=64)(count_words)  # of the few system prompts that there are
    async for some in writing.all(writing.scope.rows, whole=_is_whole(request)):
        for dialogue in some:
            longest = 0
            draft = drafts[writing.part_of(dialogue.row)]
            with expressible(dialogue.conversation_id):
                for record in records(dialogue, request):
                    size = draft.write_bytes(record)
                    longest = size if size > longest else longest
                    draft.records += 1
            words = dialogue.row.word_count + words_of(dialogue.system)
            # Annotation is not trained on
            _count(writing, draft, dialogue, words, 0 if request.annotation else longest)
        if writing.rereader is not None:
            writing.rereader.follow(drafts.values())
    await _finish(drafts.values())


async def _write_table(writing: Writing) -> None:
    request = writing.request
    drafts = _open_parts(writing)
    for draft in drafts.values():
        draft.write(spreadsheet.line(spreadsheet.heading(request)))
    async for some in writing.all(writing.scope.rows, whole=True):
        for dialogue in some:
            part = writing.part_of(dialogue.row)
            for line in spreadsheet.rows(dialogue, request, part):
                put(drafts[part], dialogue.conversation_id, line)
                drafts[part].records += 1
            _count(writing, drafts[part], dialogue)
    await _finish(drafts.values())


async def _write_json(writing: Writing) -> None:
    drafts = _open_parts(writing)
    for part, draft in drafts.items():
        draft.write(plain_json.opening({**writing.header, **({"part": part} if part else {})}))
    async for some in writing.all(writing.scope.rows, whole=True):
        for dialogue in some:
            part = writing.part_of(dialogue.row)
            draft = drafts[part]
            with expressible(dialogue.conversation_id):
                record = plain_json.record(dialogue, writing.request, part)
            draft.write_bytes((b",\n" if draft.records else b"") + record)
            draft.records += 1
            _count(writing, draft, dialogue)
    for draft in drafts.values():
        draft.write("\n" + plain_json.CLOSING)
    await _finish(drafts.values())


async def _write_documents(writing: Writing) -> None:
    request = writing.request
    merged = _open_parts(writing) if request.merge else {}
    async for some in writing.all(writing.scope.rows, whole=True):
        for dialogue in some:
            document = document_of(dialogue, request, writing.material.advisor_name(dialogue.row.pack_key))
            part = writing.part_of(dialogue.row)
            draft = merged.get(part) or writing.outbox.open(_document_name(writing.scope, dialogue.row))
            draft.part = part
            if request.format == "pdf":
                draft.write_bytes(await asyncio.to_thread(pdf.pages_of, document))
            else:
                rule = "\n---\n\n" if draft.records else ""
                put(draft, dialogue.conversation_id, rule + markdown.text_of(document))
            draft.records += 1
            _count(writing, draft, dialogue)
            if not merged:
                await asyncio.to_thread(draft.finish)
    await _finish(merged.values())


async def _write_seed(writing: Writing) -> None:
    parts = [part for part in SPLITS if part in writing.scope.parts.values()] or [""]
    for part in parts:
        for file in _seed_files(writing.scope, writing.title, part):
            await _write_seed_file(writing, file, part)


async def _write_seed_file(writing: Writing, file: SeedFile, part: str) -> None:
    draft = writing.outbox.open(file.name)
    draft.part = part
    merged = writing.request.merge
    if merged:
        draft.begin = draft.write(seed_json.opening(writing.material.merged_header(file.rows)))
    seen: set[str] = set()
    notes: list[str] = []
    in_groups = False  # whether the entry before stood in the list of conversations
    told = seed_json.told(writing.session, file.rows, writing.material)
    async for one, entry in seed_json.entries(file, told):
        conversation_id = one.row.conversation_id
        if not draft.records and not merged:
            draft.begin = draft.write(seed_json.opening(one.header, file.layout))
        changes = bool(draft.records) and not merged and in_groups and not one.filed
        if changes:
            draft.write(seed_json.changing())
        in_groups = bool(one.filed)
        put(draft, conversation_id, seed_json.entry_text(one, entry, first=changes or not draft.records))
        draft.records += 1
        if conversation_id not in seen:
            seen.add(conversation_id)
            tokens = tokens_of(one.row.word_count, 0, 2 * one.row.turn_count)
            writing.lengths.add(conversation_id, tokens)
            writing.turns += len(one.turns)
            writing.tell()
            if one.unsaid:
                notes.append(f"{file.name}: {conversation_id} has no {one.unsaid}, as in the file that brought it")
    draft.write(seed_json.closing(file.layout))
    draft.conversations = len(seen)
    if file.imported and not seed_json.is_complete(file):
        notes.append(f"{file.name} holds only part of the imported file; the counts in its header are the file's own")
    draft.note = "; ".join(notes[:NOTES])
    await asyncio.to_thread(draft.finish)


def put(draft: Draft, conversation_id: str, text: str) -> int:
    """Add text of one conversation; gives its bytes. Raises ExportError naming the one that no file can hold."""
    with expressible(conversation_id):
        return draft.write(text)


@contextlib.contextmanager
def expressible(conversation_id: str) -> Iterator[None]:
    """Raises ExportError naming the conversation whose texts or numbers no file can hold."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise ExportError(
            f"{conversation_id} holds half a character that no file can hold; the export was stopped.",
            "Edit its text, or take the approval back.",
        ) from error
    except ValueError as error:
        raise ExportError(
            f"{conversation_id}: its annotation holds a number that is none.",
            "Mend the annotation, or take the approval back.",
        ) from error


def _is_whole(request: ExportRequest) -> bool:
    return request.format not in LINES or bool(request.annotation)


def _open_parts(writing: Writing) -> dict[str, Draft]:
    """One file for everything, or one for each part of the split that has rows."""
    parts = [part for part in SPLITS if part in writing.scope.parts.values()] or [""]
    suffix = KINDS[writing.request.format].suffix
    drafts = {part: writing.outbox.open(f"{_stem(writing.title, part)}{suffix}") for part in parts}
    for part, draft in drafts.items():
        draft.part = part
    return drafts


async def _finish(drafts: Any) -> None:
    for draft in drafts:
        await asyncio.to_thread(draft.finish)


def _count(writing: Writing, draft: Draft, dialogue: Dialogue, words: int = 0, text_bytes: int = 0) -> None:
    draft.conversations += 1
    writing.turns += len(dialogue.said)
    tokens = tokens_of(words or dialogue.row.word_count, text_bytes, 2 * len(dialogue.said))
    writing.lengths.add(dialogue.conversation_id, tokens)
    writing.tell()


def _stem(title: str, part: str) -> str:
    return f"{title}-{part}" if part else title


def _document_name(scope: Scope, row: Outgoing) -> str:
    mark = "-simulated" if row.generation_method == Method.SIMULATED else ""
    part = scope.parts.get(row.conversation_id, "")
    return f"{row.conversation_id}{mark}{'-' + part if part else ''}{KINDS[scope.request.format].suffix}"


def _seed_files(scope: Scope, title: str, part: str) -> Sequence[SeedFile]:
    rows = [row for row in scope.rows if scope.parts.get(row.conversation_id, "") == part]
    return seed_json.lay_out(rows, f"{_stem(title, part)}.json" if scope.request.merge else "", part)
