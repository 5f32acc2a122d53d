"""Reads the files of an import and says of each conversation what the file itself knows: client, topic, emotions.

Pure but for reading the files; `core.importing.service` decides with it what happens to which row.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.importing.formats import TABLES, document, streamed
from core.importing.practice import practice_note, says_practice
from core.importing.repair import Repair, touched_by
from core.pack.loader import seed_row_values
from core.seedformat.documents import SeedConversation, SeedDocument, as_text_rows, conversation_rows
from core.seedformat.mapping import Tree
from core.seedformat.reading import decode, read_bytes
from core.seedformat.streaming import NotPlainError
from data.conversations import TextRows
from data.packed import Packed
from data.vocabulary import Tier

MAX_VARIATIONS = 10_000
MAX_FILES = 10_000
PAGE = 20  # conversations that are made again at a time
SUFFIXES = (".json", ".jsonl", ".ndjson", *TABLES)
CLIENT_KEYS = ("client_persona", "persona", "persona_name", "client_name")
_BEHIND_NAME = re.compile(r"\s+[-–—]\s+|\s*[,(:;]")


@dataclass(frozen=True)
class Client:
    """Who asks: a persona of the pack, or under `mixed` somebody of their own. `known` tells them apart."""

    persona_id: str
    name: str
    kind: str
    known: bool


@dataclass(frozen=True)
class Incoming:
    """One conversation of a file with its rows."""

    conversation: SeedConversation
    text: TextRows
    repaired: tuple[str, ...] = ()  # what a repair changed in it, if anything
    is_practice: bool = False  # written by a simulator, as the export says that it comes from

    @property
    def conversation_id(self) -> str:
        """The human id of its row: the file's own where that can be one."""
        return self.conversation.conversation_id

    @property
    def called(self) -> str:
        """What the file calls it, else its row."""
        return self.conversation.own_id or self.conversation_id

    @property
    def is_complete(self) -> bool:
        """Whether both sides say something in every turn."""
        return all(
            str(pair.get(name) or "").strip()
            for pair in self.conversation.pairs
            for name in ("current_user_input", "target_response")
        )

    @property
    def former_standing(self) -> Tree:
        """What an export wrote of where the conversation stood; empty for what people wrote."""
        trees = _trees(self.conversation.pairs, "training_metadata")
        return next((training for training in trees if isinstance(training.get("review_status"), str)), {})

    @property
    def is_settled(self) -> bool:
        """Whether the file says that a person stands behind it: such a conversation comes in as approved.

        Not one that had to be repaired: nobody has seen it as it is now. Nor one that an export wrote from a row of
        its own: it was approved elsewhere, and may have been changed since.
        """
        return (
            not self.repaired
            and not self.is_practice
            and not self.former_standing
            and self.is_complete
            and any(
                training.get(mark) is True
                for training in _trees(self.conversation.pairs, "training_metadata")
                for mark in ("human_reviewed", "use_as_seed_example", "is_seed_example")
            )
        )


@dataclass(frozen=True)
class Noted:
    """What is asked again and again of every conversation of a file, noted while it is read."""

    conversation_id: str
    said: bytes  # a hash: ten thousand conversations are compared without holding their texts
    pairs: int
    turns: int
    words: int
    sentences: int
    settled: bool
    client: Client | None
    remarks: tuple[str, ...]  # what is odd about it, but for its client


@dataclass(frozen=True)
class IncomingFile:
    """A file read: its conversations, which are held in little memory and made again when they are asked for."""

    path: Path
    document: SeedDocument
    conversations: Sequence[Incoming]
    noted: Sequence[Noted]

    @property
    def name(self) -> str:
        """What messages and records call the file."""
        return self.path.name

    @cached_property
    def pair_count(self) -> int:
        """How many training pairs the file has."""
        return sum(noted.pairs for noted in self.noted)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files that names and folders mean; manifests of exports and hidden files of a folder are left out.

    Links to folders are not followed, so that no loop is. Raises ImportFileError for a folder without any, with more
    than can be meant, or with a part that may not be read.
    """
    found: list[Path] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112  Path.is_dir raises where a folder above may not be read
            found.append(path)
            continue
        inside: list[Path] = []
        for file in _inside(path):
            inside.append(file)
            if len(found) + len(inside) > MAX_FILES:
                raise ImportFileError(
                    f"{path} holds more than {MAX_FILES:,} files.", f"Import at most {MAX_FILES:,} at a time."
                )
        if not inside:
            raise ImportFileError(
                f"{path} holds no .json file, and none of {', '.join(SUFFIXES[1:])}.", "Name a file or another folder."
            )
        found += sorted(inside)
    return list(dict.fromkeys(found))


def _inside(folder: Path) -> Iterator[Path]:
    """What a folder holds that may be meant. A link that leads nowhere is: reading it says so."""

    def refused(error: OSError) -> None:
        raise ImportFileError(
            f"{error.filename} cannot be read: {(error.strerror or 'unknown reason').lower()}.",
            "Name its files one by one, or ask its owner.",
        ) from error

    for place, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(place, name)
            ours = name.startswith((".", "manifest-")) or name == "dataset_info.json"
            if file.suffix.lower() in SUFFIXES and not ours:
                yield file


def read_file(
    path: Path, note: Callable[[Incoming], Noted], format_: str = "auto", repair: Repair | None = None
) -> IncomingFile:
    """Read one file; with a repair that a person has accepted, as that makes it. `note` is asked of each conversation.

    Raises ImportFileError naming the place of whatever is wrong.
    """
    raw = read_bytes(path)
    if repair is None:
        rows = _Rows(path, raw, note)
        try:
            return rows.file(streamed(raw, str(path), format_, rows.take))
        except NotPlainError:
            pass  # read as a whole it says where what stands
    elif decode(raw, str(path)) != repair.before:
        raise ImportFileError(f"{path} has changed since its repair was shown.", "Look at the proposal again.")
    else:
        raw = repair.text.encode()
    whole = document(raw, str(path), format_)
    changed = touched_by(repair, whole) if repair else {}
    rows = _Rows(path, raw, note)
    for conversation in whole.conversations:
        rows.take(conversation, changed.get(conversation.conversation_id, ()))
    return rows.file(replace(whole, conversations=()))


class _Rows:
    """Makes rows of conversations as they are read."""

    def __init__(self, path: Path, raw: bytes, note: Callable[[Incoming], Noted]) -> None:
        self._path, self._raw = path, raw
        self._note = note
        self._noted: list[Noted] = []
        self._packed: Packed[Incoming] = Packed(_unpacked, page=PAGE)

    @cached_property
    def _practice(self) -> str:
        """What is to be told of a file of records that holds practice results."""
        return practice_note(self._path, hashlib.sha256(self._raw).hexdigest())

    def take(self, conversation: SeedConversation, repaired: tuple[str, ...] = ()) -> None:
        """One more."""
        is_practice = says_practice(conversation.pairs) or ("record" in conversation.filed and bool(self._practice))
        incoming = Incoming(conversation, as_text_rows(conversation_rows(conversation)), repaired, is_practice)
        self._noted.append(self._note(incoming))
        text = incoming.text
        self._packed.append(
            (
                *(getattr(conversation, name) for name in _CONVERSATION),
                *(text.turns, text.emotions, text.strategies, text.sentences),
                *(repaired, is_practice),
            )
        )

    def file(self, read: SeedDocument) -> IncomingFile:
        """All that were read."""
        if read.layout == "records" and self._practice:
            read = replace(read, notes=(*read.notes, self._practice))
        return IncomingFile(self._path, read, self._packed, self._noted)


_CONVERSATION = ("conversation_id", "pairs", "positions", "filed", "notes", "own_id")


def _unpacked(values: Sequence[Any]) -> Incoming:
    *conversation, turns, emotions, strategies, sentences, repaired, is_practice = values
    return Incoming(
        SeedConversation(*conversation), TextRows(turns, emotions, strategies, sentences), repaired, is_practice
    )


def text_values(file: IncomingFile, incoming: Incoming) -> dict[str, Any]:
    """What the file's text brings to any row: counts, rubric, variations, and the way back into the file."""
    values = seed_row_values(file.document, incoming.conversation, incoming.text)
    wanted = values["variation_count_target"]
    if wanted is not None and not 0 <= wanted <= MAX_VARIATIONS:
        values |= {"use_for_variations": False, "variation_count_target": None}
    values["target_turns"] = values["turn_count"]
    # With the number of all pairs an export can tell whether it writes the whole file again.
    extra = {**values["extra"], "pairs": file.pair_count, **incoming.conversation.filed}
    if file.document.layout == "records":  # such a file is not written again: its conversations are files of their own
        for name in ("header", "positions", "pairs"):
            extra.pop(name)
        extra["layout"] = "records"
    if incoming.repaired:
        extra["repaired"] = list(incoming.repaired)
    values["extra"] = extra
    return values


def journey_values(incoming: Incoming) -> dict[str, Any]:
    """Starting and ending emotion with intensity, and the setting, where the file states them."""
    text = incoming.text
    emotions = {row["turn_id"]: row for row in text.emotions}
    values: dict[str, Any] = {}
    for side, turn in (("starting", text.turns[0]), ("ending", text.turns[-1])):
        emotion = emotions.get(turn["turn_id"], {})
        label = emotion_key(emotion.get("primary_emotion"))
        if label:
            values |= {f"{side}_emotion": label, f"{side}_intensity": emotion.get("intensity")}
    if "starting_emotion" in values and "ending_emotion" in values:
        values["arc_description"] = f"{values['starting_emotion']} → {values['ending_emotion']}".replace("_", " ")
    for name in ("session_context", "conversation_phase", "expected_outcome"):
        stated = setting(incoming.conversation, name)
        if stated:
            values[name] = stated
    return values


def client_of(conversation: SeedConversation, personas: Mapping[str, Mapping[str, Any]]) -> Client | None:
    """The client that the file names, matched by first name with the personas; None when it names nobody."""
    text = next((found for name in CLIENT_KEYS if (found := setting(conversation, name))), "")
    if not text:
        return None
    name = _BEHIND_NAME.split(text, maxsplit=1)[0].strip() or text
    first = name.split()[0].casefold()
    for key, persona in personas.items():
        if str(persona["name"]).split()[0].casefold() == first:
            return Client(key, str(persona["name"]), str(persona["archetype"]), True)
    return Client("mixed", name, text[len(name) :].strip(" -–—,(:;)") or "Mixed", False)


def noted_topic(file: IncomingFile, own_id: str, *, named_only: bool) -> str:
    """The topic that the file's notes give a conversation: `fp_marcus_002 - Stock options confusion`.

    Notes that do not name it may still serve when the file holds nothing else, unless `named_only`.
    """
    metadata = file.document.header.get("dataset_metadata")
    notes = metadata.get("notes") if isinstance(metadata, dict) else None
    if not isinstance(notes, str) or not notes.strip():
        return ""
    named = re.match(rf"\s*{re.escape(own_id)}\s*[-–—:]\s*(\S.*)", notes)
    if named:
        return named.group(1).strip()
    return notes.strip() if len(file.noted) == 1 and not named_only else ""


def noted_tier(file: IncomingFile, incoming: Incoming) -> str:
    """The tier that an export of brightrun wrote into the file, if it is one."""
    metadata = file.document.header.get("dataset_metadata")
    tier = incoming.former_standing.get("tier") or (metadata.get("tier") if isinstance(metadata, dict) else None)
    return tier if isinstance(tier, str) and tier in set(Tier) else ""


def setting(conversation: SeedConversation, name: str) -> str:
    """The first text that a conversation or its pairs have under `conversation_metadata`; of an object its name."""
    around = conversation.metadata
    inner = around.get("scaffolding")
    metadata = [around, inner if isinstance(inner, dict) else {}, *_trees(conversation.pairs, "conversation_metadata")]
    for stated in (part.get(name) for part in metadata):
        text = stated.get("name") if isinstance(stated, dict) else stated
        if isinstance(text, str) and text.strip():
            return text.strip()
    return ""


def emotion_key(label: object) -> str:
    """A label as filters know it: `Cautious hope` is `cautious_hope`."""
    return "_".join(label.lower().split()) if isinstance(label, str) else ""


def _trees(pairs: Sequence[Tree], name: str) -> Iterable[Tree]:
    return (pair[name] for pair in pairs if isinstance(pair.get(name), dict))
