"""Seed JSON: imported files come out as they went in, generated conversations get a file each, or all go into one.

Files are laid out here and written pair by pair, so that memory does not grow with their number.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import ExportError
from core.export.material import Material
from core.export.writing import safe_name
from core.seedformat.documents import GROUPED, filed_conversation, filed_pairs, from_text_rows
from core.seedformat.mapping import Tree, in_reading_order
from data import conversations, outgoing
from data.outgoing import Outgoing, Session
from data.vocabulary import Method

BATCH = 50
PAIRS = "training_pairs"
_LISTS: dict[str, str] = {"pairs": PAIRS, "conversations": "conversations"}  # the other layouts have no name for theirs
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_OPENING, _CLOSING = "    {", "    }"  # lines between which a pair stands in a file of ours
_EMPTY = "    {}"  # a pair that says nothing


@dataclass(frozen=True)
class SeedFile:
    """One file to be written: its name and its rows; `imported` when it is a file that came in."""

    name: str
    rows: tuple[Outgoing, ...]
    imported: bool = False

    @property
    def layout(self) -> str:
        """What the file lists, and how: a file that lists conversations may list pairs behind them as well."""
        return (self.rows[0].layout if self.imported else None) or "pairs"


@dataclass(frozen=True)
class Told:
    """One conversation ready to be written: what stands around it in a file of its own, and its pairs turn by turn.

    Some files have two pairs for a turn; `filed` is the whole as a file that lists conversations has it.
    """

    row: Outgoing
    header: Tree
    turns: list[list[Tree]]
    filed: Tree
    unsaid: str = ""  # the first empty message, where a file brought one

    @property
    def pairs(self) -> list[Tree]:
        """All pairs in order."""
        return [pair for turn in self.turns for pair in turn]


def lay_out(rows: Sequence[Outgoing], merged_name: str, part: str = "") -> list[SeedFile]:
    """Which files an export has, in the order of the rows; with `merged_name` it is one.

    The names of a part of a split end with it: an imported file may have conversations in several parts.
    """
    if merged_name:
        return [SeedFile(merged_name, tuple(rows))]
    groups: dict[str, list[Outgoing]] = {}
    for row in rows:
        key = f"file {row.file_sha256}" if is_from_file(row) else row.conversation_id
        groups.setdefault(key, []).append(row)
    files: list[SeedFile] = []
    end = f"-{part}" if part else ""
    for group in groups.values():
        first = group[0]
        if is_from_file(first):
            own = f"{first.conversation_id}.json"
            name = safe_name(first.file or "", own)
            in_order = sorted(group, key=lambda row: min(row.positions or [0]))
            files.append(SeedFile(f"{name.removesuffix('.json')}{end}.json", tuple(in_order), imported=True))
        else:
            mark = "-simulated" if first.generation_method == Method.SIMULATED else ""
            files.append(SeedFile(f"{first.conversation_id}{mark}{end}.json", (first,)))
    return _told_apart(files)


def _told_apart(files: list[SeedFile]) -> list[SeedFile]:
    """Files from different folders may have had one name: each gets its own."""
    taken: set[str] = set()
    found: list[SeedFile] = []
    for file in files:
        stem, number = file.name.removesuffix(".json"), 1
        name = file.name
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}.json"
        taken.add(name.lower())
        found.append(replace(file, name=name))
    return found


def is_from_file(row: Outgoing) -> bool:
    """Whether the text still is what a file brought; a regenerated row only remembers its former file.

    Practice that came in from a file is one whose pairs say so themselves.
    """
    return bool(
        (row.generation_method in (Method.MANUAL, Method.IMPORTED) or row.is_practice_file)
        and row.file_sha256
        and row.positions
        and len(row.positions) == row.turn_count
        and row.layout != "records"  # a line of another format: as seed JSON it is a file of its own
    )


async def told(session: Session, rows: Sequence[Outgoing], material: Material) -> AsyncIterator[Told]:
    """The conversations of the rows one by one. Raises ExportError naming one that cannot be expressed."""
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        ids = [row.conversation_id for row in part]
        texts = await outgoing.texts_of(session, ids)
        whole = await conversations.get_many(session, ids)
        for row in part:
            text = texts.get(row.conversation_id)
            if text is None:
                raise ExportError(f"{row.conversation_id} has no turns and cannot be exported.", "Leave it out.")
            pairs = from_text_rows(text)
            values = whole[row.conversation_id]
            extra = values["extra"] or {}
            if is_from_file(row):  # as it came in, be a message empty: the format can say that
                filed = filed_conversation(pairs, extra) if row.layout in GROUPED else {}
                yield Told(row, extra.get("header") or {}, filed_pairs(pairs, extra), filed, unsaid(pairs))
            else:
                _check(row.conversation_id, pairs)
                pairs = _complete(pairs, material.client_metadata(values), material.standing(values))
                yield Told(row, material.header(values), [[pair] for pair in pairs], {})


async def in_file_order(conversations_: AsyncIterator[Told]) -> AsyncIterator[tuple[Told, Tree]]:
    """The pairs of an imported file at their old positions; its conversations may be interleaved.

    They arrive in the order of their first pairs, so that only those that overlap are held.
    """
    waiting: list[tuple[int, int, Told, list[Tree]]] = []
    count = 0
    async for one in conversations_:
        positions = one.row.positions or []
        while waiting and waiting[0][0] < min(positions):
            _, _, whose, turn = heapq.heappop(waiting)
            for pair in turn:
                yield whose, pair
        for position, turn in zip(positions, one.turns, strict=True):
            count += 1  # makes entries comparable whatever they hold
            heapq.heappush(waiting, (position, count, one, turn))
    while waiting:
        _, _, whose, turn = heapq.heappop(waiting)
        for pair in turn:
            yield whose, pair


async def one_after_another(conversations_: AsyncIterator[Told]) -> AsyncIterator[tuple[Told, Tree]]:
    """The pairs of conversation after conversation."""
    async for one in conversations_:
        for turn in one.turns:
            for pair in turn:
                yield one, pair


async def grouped(conversations_: AsyncIterator[Told]) -> AsyncIterator[tuple[Told, Tree]]:
    """Whole conversations, for a file that lists them; behind them the pairs that it lists beside them."""
    async for one in conversations_:
        if one.filed:
            yield one, one.filed
            continue
        async for both in in_file_order(_from(one, conversations_)):
            yield both


async def _from(first: Told, others: AsyncIterator[Told]) -> AsyncIterator[Told]:
    yield first
    async for one in others:
        yield one


def entries(file: SeedFile, conversations_: AsyncIterator[Told]) -> AsyncIterator[tuple[Told, Tree]]:
    """What stands in the list of a file, in its order."""
    if file.layout in GROUPED:
        return grouped(conversations_)
    return in_file_order(conversations_) if file.imported else one_after_another(conversations_)


def opening(header: Tree, layout: str = "pairs") -> str:
    """The beginning of a file, up to its first entry."""
    if layout not in _LISTS:
        return "" if layout == "one-pair" else "["
    parts = "".join(f"  {_ENCODER.encode(key)}: {_dumped(header[key], '  ')},\n" for key in header)
    return "{\n" + parts + f'  "{_LISTS[layout]}": ['


def entry_text(whose: Told, entry: Tree, *, first: bool) -> str:
    """One entry with what separates it from the one before. Raises ExportError for a number that JSON does not know."""
    try:
        return ("\n" if first else ",\n") + "    " + _dumped(entry, "    ")
    except ValueError as error:
        turn = f", turn {entry['turn_number']}" if "turn_number" in entry else ""
        raise ExportError(
            f"{whose.row.conversation_id}{turn}: its annotation holds a number that is none.",
            "Mend the annotation, or take the approval back.",
        ) from error


def changing() -> str:
    """The end of the list of conversations, and the beginning of that of pairs behind it."""
    return f'\n  ],\n  "{PAIRS}": ['


def closing(layout: str = "pairs") -> str:
    """The end of a file."""
    if layout not in _LISTS:
        return "\n" if layout == "one-pair" else "\n]\n"
    return "\n  ]\n}\n"


def is_complete(file: SeedFile) -> bool:
    """Whether an imported file is exported with all its pairs.

    Files of packs do not say how many they had: there a gap tells.
    """
    positions = {position for row in file.rows for position in row.positions or ()}
    total = file.rows[0].pairs
    return positions == set(range(total if total is not None else len(positions)))


def read_back(path: Path, begin: int) -> Iterator[Tree]:
    """The entries of a file that this module wrote, one at a time; what stands before them ends at the byte `begin`.

    Raises ValueError when it is damaged.
    """
    lines: list[str] = []
    with path.open("rb") as stream:
        stream.seek(begin)
        for line in stream:
            text = line.decode().rstrip("\n")
            if text.rstrip(",") == _EMPTY and not lines:
                yield {}
            elif text == _OPENING and not lines:
                lines.append(text)
            elif lines:
                lines.append(text.rstrip(",") if text in (_CLOSING, _CLOSING + ",") else text)
                if lines[-1] == _CLOSING:
                    yield json.loads("\n".join(lines))
                    lines = []
    if lines:
        raise ValueError("the file ends in the middle of a pair")


def unreadable(entry: Any) -> list[str]:
    """What is wrong with an entry as it was read back; the turns were held to the rules when it was written."""
    if not isinstance(entry, dict):
        return ["it is no object"]
    pairs = entry.get(PAIRS) if PAIRS in entry else [entry]
    if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
        return ["its pairs are no list of objects"]
    return []


def unsaid(pairs: Sequence[Tree]) -> str:
    """The first message that is empty in a conversation as a file brought it, by its turn; "" when there is none."""
    for number, pair in enumerate(pairs, 1):
        for name, what in (("current_user_input", "message of the client"), ("target_response", "reply")):
            if not str(pair.get(name) or "").strip():
                return f"{what} in turn {number}"
    return ""


def problems_of(pair: Any) -> list[str]:
    """What keeps a pair from being used for training."""
    if not isinstance(pair, dict):
        return ["it is no object"]
    found = []
    for name in ("current_user_input", "target_response"):
        value = pair.get(name)
        if not isinstance(value, str) or not value.strip():
            found.append(f"{name} is empty")
    return found


def _complete(pairs: list[Tree], setting: Tree, standing: Tree) -> list[Tree]:
    """Give the pairs of a generated conversation what each lacks: setting, history and where it stands."""
    history: list[Tree] = []
    for number, pair in enumerate(pairs, 1):
        pair.setdefault("conversation_metadata", setting)
        pair.setdefault("conversation_history", list(history))
        said = {"turn": number, "role": "user", "content": pair.get("current_user_input")}
        detected = (pair.get("emotional_context") or {}).get("detected_emotions") or {}
        if detected:  # as the hand-written files have it
            names = ("primary", "secondary", "tertiary", "intensity")
            said["emotional_state"] = {name: detected[name] for name in names if name in detected}
        history.append(said)
        history.append({"turn": number, "role": "assistant", "content": pair.get("target_response")})
        training = pair.get("training_metadata")
        pair["training_metadata"] = {**(training if isinstance(training, dict) else {}), **standing}
    return [in_reading_order(pair) for pair in pairs]


def _check(conversation_id: str, pairs: Sequence[Tree]) -> None:
    for number, pair in enumerate(pairs, 1):
        problems = problems_of(pair)
        if problems:
            raise ExportError(
                f"{conversation_id}, turn {number}: {problems[0]}; the export was stopped.",
                "Write the message, or take the approval back.",
            )


def _dumped(value: Any, margin: str) -> str:
    """JSON laid out over lines; the standard library does this in Python too, but takes three times as long."""
    inner = margin + "  "
    if isinstance(value, dict) and value:
        entries = [f"{inner}{_ENCODER.encode(key)}: {_dumped(child, inner)}" for key, child in value.items()]
        return "{\n" + ",\n".join(entries) + f"\n{margin}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join([inner + _dumped(child, inner) for child in value]) + f"\n{margin}]"
    return _ENCODER.encode(value)
