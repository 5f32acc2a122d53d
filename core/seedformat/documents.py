"""A seed file as a whole: its conversations, what stands around them, and how files come out as they went in.

Files list training pairs, or conversations that each list theirs, or both; either may keep a reply as a pair of its
own. Reading is strict and within limits; every refusal names the place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import ImportFileError
from core.seedformat.mapping import MAX_NUMBER, Tree, TurnRows, pair_to_rows, rows_to_pair
from core.seedformat.pairing import Half, belong_together, join, part
from core.seedformat.reading import read_bytes, strict_json
from data.conversations import TextRows

MAX_TURNS = 200
MAX_CONVERSATIONS = 50_000
MAX_MESSAGE = 100_000
MAX_ID = 100
MESSAGES = ("current_user_input", "target_response")
_EXPECTED = "It needs training_pairs, or conversations that have them."

Layout = Literal["pairs", "conversations", "records"]


@dataclass(frozen=True)
class SeedConversation:
    """One conversation of a file: a pair per turn in order, and the places of the turns among those of the file.

    `filed` is what its row must keep so that the file can be written again; `notes` say what is odd about it.
    """

    conversation_id: str
    pairs: tuple[Tree, ...]
    positions: tuple[int, ...]
    filed: Tree = field(default_factory=dict)
    notes: tuple[str, ...] = ()

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
    if not isinstance(tree, dict) or not isinstance(tree.get("training_pairs"), list):
        raise ImportFileError(f"{name} is no seed file: it has no list training_pairs.", _EXPECTED)
    if not tree["training_pairs"]:
        raise ImportFileError(f"{name} holds no training pair.", "There is nothing to import.")
    header = {key: value for key, value in tree.items() if key != "training_pairs"}
    return SeedDocument(name, sha256, header, tuple(listed(tree["training_pairs"], name)))


def _grouped_document(tree: Tree, name: str, sha256: str) -> SeedDocument:
    """A file that lists conversations, and perhaps training pairs beside them.

    Pairs that only say again what the conversations hold stay in the header; others are conversations like the rest.
    """
    conversations = grouped(tree["conversations"], name)
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
    known = {conversation.conversation_id for conversation in conversations}
    twice = next((one.conversation_id for one in others if one.conversation_id in known), "")
    if twice:
        raise ImportFileError(
            f"{name}: {twice} stands in conversations and, with other words, in training_pairs.",
            "Keep one of the two.",
        )
    check_conversations(len(conversations) + len(others), name)
    note = f"lists {len(conversations)} in conversations and {len(others)} in training_pairs: both are read"
    return SeedDocument(name, sha256, header, (*conversations, *others), "conversations", (note,))


def is_grouped(tree: Any) -> bool:
    """Whether a tree lists conversations with training pairs of their own."""
    groups = tree.get("conversations") if isinstance(tree, dict) else None
    return isinstance(groups, list) and any(isinstance(group, dict) and "training_pairs" in group for group in groups)


def is_plain_id(text: str) -> bool:
    """Whether a text can be a conversation's id, which also names files."""
    if not text or len(text) > MAX_ID or not (text[0].isascii() and text[0].isalnum()):
        return False
    return all(c.isascii() and (c.isalnum() or c in "_-") for c in text)


def derived_id(messages: Iterable[object]) -> str:
    """An id made of what was said, for a conversation whose file gives none: the same text has the same id."""
    digest = hashlib.sha256("\x1e".join(str(message) for message in messages).encode("utf-8", "surrogatepass"))
    return f"imported_{digest.hexdigest()[:12]}"


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


def listed(pairs: list[Any], name: str, turn: int = 0) -> list[SeedConversation]:
    """The conversations of a file that lists pairs; each pair names its conversation, and they may be interleaved.

    `turn` is the place of the first among the turns of the file.
    """
    turns: dict[str, list[tuple[int, Tree]]] = {}
    halves: dict[str, dict[str, list[Half]]] = {}
    skip = False
    for position, pair in enumerate(pairs):
        if skip:
            skip = False
            continue
        conversation_id = _named(pair, f"{name}, training_pairs[{position}]")
        mine = turns.setdefault(conversation_id, [])
        following = pairs[position + 1] if position + 1 < len(pairs) else None
        if isinstance(following, dict) and following.get("conversation_id") == conversation_id:
            _named(following, f"{name}, training_pairs[{position + 1}]")
            if belong_together(pair, following):
                pair, both = join(pair, following)
                halves.setdefault(conversation_id, {})[str(len(mine))] = both
                skip = True
        mine.append((turn, pair))
        turn += 1
    check_conversations(len(turns), name)
    return [_conversation(cid, found, halves.get(cid, {}), {}, name) for cid, found in turns.items()]


def _named(pair: Any, place: str) -> str:
    """Check a pair that must name its conversation, and give that name."""
    _check_pair(pair, place)
    conversation_id = pair.get("conversation_id")
    if not isinstance(conversation_id, str) or not conversation_id.strip():
        raise ImportFileError(f"{place}.conversation_id is missing.", "Each pair names its conversation.")
    _check_id(conversation_id, f"{place}.conversation_id")
    return conversation_id


def grouped(groups: list[Any], name: str, turn: int = 0) -> list[SeedConversation]:
    """The conversations of a file that lists conversations; `turn` as in `listed`."""
    check_conversations(len(groups), name)
    found: list[SeedConversation] = []
    places: dict[str, str] = {}
    for number, group in enumerate(groups):
        place = f"{name}, conversations[{number}]"
        if not isinstance(group, dict) or not isinstance(group.get("training_pairs"), list):
            raise ImportFileError(f"{place} has no list training_pairs.", "Each conversation lists its pairs.")
        pairs = group["training_pairs"]
        if not pairs:
            raise ImportFileError(f"{place} holds no training pair.", "Take it out, or add its pairs.")
        for position, pair in enumerate(pairs):
            _check_pair(pair, f"{place}.training_pairs[{position}]")
        conversation_id, notes = _id_of_group(group, place)
        if conversation_id in places:
            raise ImportFileError(
                f"{place}: {conversation_id} stands already at {places[conversation_id]}.",
                "Each conversation has an id of its own; take one of them out.",
            )
        places[conversation_id] = f"conversations[{number}]"
        joined, halves = _joined(pairs)
        around = {key: value for key, value in group.items() if key != "training_pairs"}
        turns = [(turn + offset, pair) for offset, pair in enumerate(joined)]
        turn += len(joined)
        filed = {"layout": "conversations", "around": around}
        found.append(_conversation(conversation_id, turns, halves, filed, name, notes))
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


def _id_of_group(group: Tree, place: str) -> tuple[str, tuple[str, ...]]:
    """The id that a conversation's metadata or its pairs give it; else one made of what is said."""
    metadata = group.get("conversation_metadata")
    stated = [metadata.get(key) for key in ("conversation_id", "id")] if isinstance(metadata, dict) else []
    stated += [group.get("conversation_id"), group.get("id")]
    of_pairs = [pair.get("conversation_id") for pair in group["training_pairs"]]
    names = [value for value in (*stated, *of_pairs) if isinstance(value, str) and value.strip()]
    if not names:
        made = derived_id(pair.get(key) for pair in group["training_pairs"] for key in MESSAGES)
        return made, ("has no id in the file: one was made of its text",)
    _check_id(names[0], f"{place}, its id")
    others = list(dict.fromkeys(name for name in names if name != names[0]))
    return names[0], (f"is called {others[0][:60]!r} by some of its pairs",) if others else ()


def _conversation(
    conversation_id: str,
    turns: Sequence[tuple[int, Tree]],
    halves: dict[str, list[Half]],
    filed: Tree,
    name: str,
    notes: tuple[str, ...] = (),
) -> SeedConversation:
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
    return SeedConversation(
        conversation_id, tuple(pair for _, pair in turns), tuple(position for position, _ in turns), filed, notes
    )


def _check_pair(pair: Any, place: str) -> None:
    if not isinstance(pair, dict):
        raise ImportFileError(f"{place} is no object.", "Each pair is an object.")
    for name in MESSAGES:
        check_message(pair.get(name), f"{place}.{name}")


def _check_id(conversation_id: str, place: str) -> None:
    if not is_plain_id(conversation_id):
        raise ImportFileError(
            f"{place} is {conversation_id[:60]!r}.", f"Letters, digits, _ and - only, up to {MAX_ID}."
        )


def _turn_numbers(pairs: Iterable[Tree]) -> list[int]:
    """The file's own turn numbers when they can serve as such, else none."""
    numbers = [pair.get("turn_number") for pair in pairs]
    usable = [n for n in numbers if type(n) is int and 1 <= n <= MAX_NUMBER]
    return usable if len(usable) == len(numbers) == len(set(usable)) else []
