"""A seed file as a whole: its conversations, what stands around them, and how files come out as they went in.

Files list training pairs, or conversations that each list theirs, or both; or they are such a list, or a single pair.
Any may keep a reply as a pair of its own. Reading is strict and within limits; every refusal names the place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from core.errors import ImportFileError
from core.seedformat.mapping import MAX_NUMBER, Tree, TurnRows, pair_to_rows, rows_to_pair
from core.seedformat.naming import MESSAGES, derived_of, in_order, owners_of, safe_id, stated_ids
from core.seedformat.pairing import Half, belong_together, join, part
from core.seedformat.reading import read_bytes, strict_json
from data.conversations import TextRows

MAX_TURNS = 200
MAX_CONVERSATIONS = 50_000
MAX_MESSAGE = 100_000
_EXPECTED = "It needs training_pairs, or conversations that have them."

Layout = Literal["pairs", "conversations", "bare-pairs", "bare-conversations", "one-pair", "records"]
GROUPED = ("conversations", "bare-conversations")  # layouts in which each conversation lists its pairs


@dataclass(frozen=True)
class SeedConversation:
    """One conversation of a file: a pair per turn in order, and the places of the turns among those of the file.

    `filed` is what its row must keep so that the file can be written again; `notes` say what is odd about it; `own_id`
    is what the file calls it, which may be no id for a row, and empty.
    """

    conversation_id: str
    pairs: tuple[Tree, ...]
    positions: tuple[int, ...]
    filed: Tree = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    own_id: str = ""

    @property
    def metadata(self) -> Tree:
        """What the file says of the whole conversation, where it says that apart from the pairs."""
        around = self.filed.get("around")
        stated = around.get("conversation_metadata") if isinstance(around, dict) else None
        return stated if isinstance(stated, dict) else {}


@dataclass(frozen=True)
class SeedDocument:
    """A file as read: what stands around its conversations (`header`), the conversations in order, and its layout."""

    file: str
    sha256: str
    header: Tree
    conversations: tuple[SeedConversation, ...]
    layout: Layout = "pairs"
    notes: tuple[str, ...] = ()


def read_document(path: Path) -> SeedDocument:
    """Read one seed file.

    Raises ImportFileError naming file, line, column and showing the line for a syntax error; naming the field for a
    file of another shape.
    """
    return parse_document(read_bytes(path), str(path))


def parse_document(raw: bytes, name: str) -> SeedDocument:
    """The same for bytes already read; `name` is what messages call the file."""
    return document_of(strict_json(raw, name), name, hashlib.sha256(raw).hexdigest())


def document_of(tree: Any, name: str, sha256: str) -> SeedDocument:
    """The same for a tree already parsed."""
    if is_grouped(tree):
        return _grouped_document(tree, name, sha256)
    if is_listed(tree):
        return _bare_document(tree, name, sha256)
    if is_pair(tree):
        return SeedDocument(name, sha256, {}, tuple(listed([tree], name, layout="one-pair")), "one-pair")
    if not isinstance(tree, dict) or not isinstance(tree.get("training_pairs"), list):
        raise ImportFileError(f"{name} is no seed file: it has no list training_pairs.", _EXPECTED)
    if not tree["training_pairs"]:
        raise ImportFileError(f"{name} holds no training pair.", "There is nothing to import.")
    header = {key: value for key, value in tree.items() if key != "training_pairs"}
    return SeedDocument(name, sha256, header, tuple(_apart(listed(tree["training_pairs"], name, header=header))))


def _bare_document(tree: list[Any], name: str, sha256: str) -> SeedDocument:
    """A file that is a list: of conversations when one of its entries lists pairs, else of pairs."""
    if any(isinstance(entry, dict) and "training_pairs" in entry for entry in tree):
        found = grouped(tree, name, layout="bare-conversations")
        return SeedDocument(name, sha256, {}, tuple(_apart(found)), "bare-conversations")
    return SeedDocument(name, sha256, {}, tuple(_apart(listed(tree, name, layout="bare-pairs"))), "bare-pairs")


def _grouped_document(tree: Tree, name: str, sha256: str) -> SeedDocument:
    """A file that lists conversations, and perhaps training pairs beside them.

    Pairs that only say again what the conversations hold stay in the header; others are conversations like the rest.
    """
    conversations = _apart(grouped(tree["conversations"], name))
    header = {key: value for key, value in tree.items() if key != "conversations"}
    beside = header.get("training_pairs")
    if not isinstance(beside, list) or not beside:
        return SeedDocument(name, sha256, header, tuple(conversations), "conversations")
    if beside == [pair for group in tree["conversations"] for pair in group["training_pairs"]]:
        note = "its training_pairs repeat those of its conversations: kept as they stand, not read a second time"
        return SeedDocument(name, sha256, header, tuple(conversations), "conversations", (note,))
    del header["training_pairs"]
    first = sum(len(conversation.pairs) for conversation in conversations)
    others = listed(beside, name, first)
    check_conversations(len(conversations) + len(others), name)
    note = f"lists {len(conversations)} in conversations and {len(others)} in training_pairs: both are read"
    return SeedDocument(name, sha256, header, tuple(_apart([*conversations, *others])), "conversations", (note,))


def _apart(conversations: Iterable[SeedConversation]) -> list[SeedConversation]:
    """Conversations that a file calls the same each get a row of their own, by their order in it."""
    found: dict[str, SeedConversation] = {}
    numbers: dict[str, int] = {}
    for one in conversations:
        own, conversation_id = one.own_id or one.conversation_id, one.conversation_id
        while conversation_id in found:
            numbers[own] = numbers.get(own, 1) + 1
            conversation_id = safe_id(own, numbers[own])
        if conversation_id != one.conversation_id:
            note = f"is number {numbers[own]} of those that the file calls {own[:60]!r}"
            notes = (note, *one.notes) if one.own_id else one.notes
            found[conversation_id] = replace(one, conversation_id=conversation_id, notes=notes)
        else:
            found[conversation_id] = one
    return list(found.values())


def is_grouped(tree: Any) -> bool:
    """Whether a tree lists conversations with training pairs of their own."""
    groups = tree.get("conversations") if isinstance(tree, dict) else None
    return isinstance(groups, list) and any(isinstance(group, dict) and "training_pairs" in group for group in groups)


def is_listed(tree: Any) -> bool:
    """Whether a tree is a list of training pairs, or of conversations that have them."""
    return isinstance(tree, list) and any(is_pair(e) or (isinstance(e, dict) and "training_pairs" in e) for e in tree)


def is_pair(tree: Any) -> bool:
    """Whether a tree is a training pair and not what lists some."""
    return isinstance(tree, dict) and "training_pairs" not in tree and any(key in tree for key in MESSAGES)


def check_message(value: object, place: str) -> None:
    """Raises ImportFileError for a message that is no text, or longer than any message of a conversation."""
    if value is None:
        return
    if not isinstance(value, str):
        raise ImportFileError(f"{place} is no text.", "Write it as a string.")
    if len(value) > MAX_MESSAGE:
        raise ImportFileError(f"{place} has {len(value):,} characters.", f"At most {MAX_MESSAGE:,}.")


def check_turns(turns: int, conversation_id: str, name: str) -> None:
    """Raises ImportFileError for a conversation with more turns than any has."""
    if turns > MAX_TURNS:
        raise ImportFileError(f"{name}: {conversation_id} has {turns:,} turns.", f"At most {MAX_TURNS}.")


def check_conversations(number: int, name: str) -> None:
    """Raises ImportFileError for a file of too many conversations."""
    if number > MAX_CONVERSATIONS:
        raise ImportFileError(
            f"{name} holds {number:,} conversations.", f"Split it into files of at most {MAX_CONVERSATIONS:,}."
        )


def conversation_rows(conversation: SeedConversation) -> list[TurnRows]:
    """The table rows of a conversation's turns.

    Turns are numbered as the file numbers them when its numbers are positive and differ, else by their order.
    """
    numbers = () if "halves" in conversation.filed else _turn_numbers(conversation.pairs)
    return [
        pair_to_rows(pair, conversation.conversation_id, number)
        for pair, number in zip(conversation.pairs, numbers or range(1, len(conversation.pairs) + 1), strict=True)
    ]


def filed_pairs(pairs: Sequence[Tree], extra: Mapping[str, Any]) -> list[list[Tree]]:
    """For each turn the pairs its file has for it; `extra` is what the conversation's row keeps."""
    return part(pairs, extra.get("halves") or {})


def filed_conversation(pairs: Sequence[Tree], extra: Mapping[str, Any]) -> Tree:
    """A conversation as it stands in a file that lists conversations."""
    turns = filed_pairs(pairs, extra)
    places = extra.get("positions") or range(len(turns))
    in_order = [turn for _, turn in sorted(zip(places, turns, strict=True), key=lambda both: both[0])]
    return {**(extra.get("around") or {}), "training_pairs": [pair for turn in in_order for pair in turn]}


def as_text_rows(turns: Iterable[TurnRows]) -> TextRows:
    """Turn rows as one batch for the database."""
    rows = TextRows()
    for turn in turns:
        rows.turns.append(turn.turn)
        rows.sentences += turn.sentences
        if turn.emotions:
            rows.emotions.append(turn.emotions)
        if turn.strategy:
            rows.strategies.append(turn.strategy)
    return rows


def from_text_rows(rows: TextRows) -> list[Tree]:
    """The training pairs of a conversation read from the database, in turn order."""
    emotions = {row["turn_id"]: row for row in rows.emotions}
    strategies = {row["turn_id"]: row for row in rows.strategies}
    sentences: dict[str, list[Tree]] = {}
    for row in rows.sentences:
        sentences.setdefault(row["turn_id"], []).append(row)
    return [
        rows_to_pair(
            TurnRows(
                turn,
                emotions.get(turn["turn_id"]),
                strategies.get(turn["turn_id"]),
                sentences.get(turn["turn_id"], []),
            )
        )
        for turn in rows.turns
    ]


def listed(
    pairs: list[Any], name: str, turn: int = 0, *, header: Mapping[str, Any] | None = None, layout: Layout = "pairs"
) -> list[SeedConversation]:
    """The conversations of a list of pairs; each pair names its conversation, and they may be interleaved.

    `turn` is the place of the first among the turns of the file; `header` may name the conversation of pairs that do
    not, where it is the only one.
    """
    for position, pair in enumerate(pairs):
        _check_pair(pair, f"{name}, {'' if layout == 'bare-pairs' else 'training_pairs'}[{position}]")
    replies = [False, *(belong_together(before, pair) for before, pair in pairwise(pairs))]
    owners = owners_of(pairs, replies)
    turns: dict[Any, list[tuple[int, Tree]]] = {}
    halves: dict[Any, dict[str, list[Half]]] = {}
    names: dict[Any, str] = {}
    for position, pair in enumerate(pairs):
        owner, names[owner] = owners[position]
        if replies[position] and owners[position - 1][0] == owner:
            continue  # joined with the one before
        mine, joined = turns.setdefault(owner, []), pair
        if position + 1 < len(pairs) and replies[position + 1] and owners[position + 1][0] == owner:
            joined, both = join(pair, pairs[position + 1])
            halves.setdefault(owner, {})[str(len(mine))] = both
        mine.append((turn, joined))
        turn += 1
    check_conversations(len(turns), name)
    filed: Tree = {} if layout == "pairs" else {"layout": layout}
    if len(turns) == 1:
        (alone,) = turns
        names[alone] = names[alone] or _named_by(header or {})
    return [_conversation(names[key], found, halves.get(key, {}), filed, name) for key, found in turns.items()]


def _named_by(header: Mapping[str, Any]) -> str:
    """The id that the head of a file gives its only conversation."""
    metadata = header.get("dataset_metadata")
    inner = [metadata.get("conversation_id")] if isinstance(metadata, dict) else []
    return next(map(str, in_order([*stated_ids(dict(header)), *inner])), "")


def grouped(groups: list[Any], name: str, turn: int = 0, *, layout: Layout = "conversations") -> list[SeedConversation]:
    """The conversations of a file that lists conversations; `turn` as in `listed`."""
    check_conversations(len(groups), name)
    found: list[SeedConversation] = []
    for number, group in enumerate(groups):
        place = f"{name}, {'' if layout == 'bare-conversations' else 'conversations'}[{number}]"
        if not isinstance(group, dict) or not isinstance(group.get("training_pairs"), list):
            raise ImportFileError(f"{place} has no list training_pairs.", "Each conversation lists its pairs.")
        pairs = group["training_pairs"]
        if not pairs:
            raise ImportFileError(f"{place} holds no training pair.", "Take it out, or add its pairs.")
        for position, pair in enumerate(pairs):
            _check_pair(pair, f"{place}.training_pairs[{position}]")
        names = [str(own) for own in in_order([*stated_ids(group), *(pair.get("conversation_id") for pair in pairs)])]
        others = list(dict.fromkeys(other for other in names if other != names[0]))
        joined, halves = _joined(pairs)
        around = {key: value for key, value in group.items() if key != "training_pairs"}
        turns = [(turn + offset, pair) for offset, pair in enumerate(joined)]
        turn += len(joined)
        notes = (f"is called {others[0][:60]!r} by some of its pairs",) if others else ()
        filed = {"layout": layout, "around": around}
        found.append(_conversation(names[0] if names else "", turns, halves, filed, name, notes, pairs))
    return found


def _joined(pairs: Sequence[Tree]) -> tuple[list[Tree], dict[str, list[Half]]]:
    turns: list[Tree] = []
    halves: dict[str, list[Half]] = {}
    position = 0
    while position < len(pairs):
        pair = pairs[position]
        position += 1
        if position < len(pairs) and belong_together(pair, pairs[position]):
            pair, halves[str(len(turns))] = join(pair, pairs[position])
            position += 1
        turns.append(pair)
    return turns, halves


def _conversation(
    own_id: str,
    turns: Sequence[tuple[int, Tree]],
    halves: dict[str, list[Half]],
    filed: Tree,
    name: str,
    notes: tuple[str, ...] = (),
    apart: Sequence[Tree] = (),
) -> SeedConversation:
    """One conversation of these turns; `apart` are its pairs as the file has them, where an id is made of those."""
    conversation_id = safe_id(own_id) if own_id else derived_of(apart or [pair for _, pair in turns])
    if not own_id:
        notes = ("has no id in the file: one was made of its text", *notes)
    elif conversation_id != own_id:
        notes = (f"is called {own_id[:60]!r} in the file, where it keeps that name", *notes)
    check_turns(len(turns), conversation_id, name)
    if not any(str(pair.get(key) or "").strip() for _, pair in turns for key in MESSAGES):
        raise ImportFileError(f"{name}: {conversation_id} holds no message.", "Take it out, or write its messages.")
    if halves:
        number = f"{len(halves)} replies stand" if len(halves) > 1 else "one reply stands"
        notes = (*notes, f"{number} in a pair of their own: joined with the message before")
        filed = {**filed, "halves": halves}
    else:  # the tables give turns back by number, so places follow the numbers: a file may list turns in any order
        numbers = _turn_numbers([pair for _, pair in turns])
        if numbers:
            turns = [turn for _, turn in sorted(zip(numbers, turns, strict=True), key=lambda both: both[0])]
    positions = tuple(position for position, _ in turns)
    return SeedConversation(conversation_id, tuple(pair for _, pair in turns), positions, filed, notes, own_id)


def _check_pair(pair: Any, place: str) -> None:
    if not isinstance(pair, dict):
        raise ImportFileError(f"{place} is no object.", "Each pair is an object.")
    for name in MESSAGES:
        check_message(pair.get(name), f"{place}.{name}")


def _turn_numbers(pairs: Iterable[Tree]) -> list[int]:
    """The file's own turn numbers when they can serve as such, else none."""
    numbers = [pair.get("turn_number") for pair in pairs]
    usable = [n for n in numbers if type(n) is int and 1 <= n <= MAX_NUMBER]
    return usable if len(usable) == len(numbers) == len(set(usable)) else []
