"""What a person should know of a file that comes in although nothing is wrong enough to refuse it.

Pure: the service gives it the file, the pack's words and the texts that are there already.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Set

from core.importing.incoming import Client, Incoming, IncomingFile, Noted, emotion_key
from core.seedformat.mapping import Tree

Messages = bytes  # a hash: ten thousand conversations are compared without holding their texts twice
_SHOWN = 5


def noted(incoming: Incoming, client: Client | None, emotions: Set[str]) -> Noted:
    """What is noted of a conversation when it is read."""
    turns, conversation_id = incoming.text.turns, incoming.conversation_id
    found = [f"{conversation_id} {note}" for note in incoming.conversation.notes]
    if incoming.repaired:
        found.append(f"{conversation_id} was repaired ({'; '.join(incoming.repaired[:_SHOWN])}): it needs review")
    if incoming.former_standing:
        found.append(f"{conversation_id} {_standing(incoming.former_standing)}: it comes in undecided")
    if client is not None and not client.known:
        found.append(f"{conversation_id} has an unknown persona {client.name!r}: it comes in under mixed")
    if not incoming.is_complete:
        found.append(f"{conversation_id} has {_empty(incoming)}: it comes in undecided and cannot be exported")
    return Noted(
        conversation_id,
        plain((turn["user_input"], turn["target_response"]) for turn in turns),
        len(incoming.conversation.pairs),
        len(turns),
        sum(turn["word_count"] for turn in turns),
        len(incoming.text.sentences),
        incoming.is_settled,
        client,
        (*found, *_turn_numbers(incoming), *_sentences(incoming), *_labels(incoming, emotions)),
    )


def remarks(file: IncomingFile, twins: Mapping[str, str]) -> tuple[str, ...]:
    """All warnings of a file. `twins` names for an id the other id with the same content."""
    found: list[str] = list(file.document.notes)
    nameless = sum(noted.client is None for noted in file.noted)
    if nameless > _SHOWN:  # files of trainers never name one
        found.append(f"{nameless:,} conversations name no client: they come in under mixed")
    for noted in file.noted:
        if noted.client is None and nameless <= _SHOWN:
            found.append(f"{noted.conversation_id} names no client: it comes in under mixed")
        found += noted.remarks
        if noted.conversation_id in twins:
            found.append(twin_sentence(noted.conversation_id, twins[noted.conversation_id]))
    return tuple(found)


def twin_sentence(conversation_id: str, twin: str) -> str:
    """The warning about a duplicate."""
    return f"{conversation_id} has the same content as {twin}"


def plain(said: Iterable[tuple[str, str]]) -> Messages:
    """What was said, by which two conversations are told to be the same: neither case nor white space nor the spelling
    of a letter makes a difference."""
    digest = hashlib.sha256()
    for turn in said:
        for message in turn:
            digest.update(" ".join(unicodedata.normalize("NFKC", message).casefold().split()).encode() + b"\x1e")
    return digest.digest()


def twins_within(conversations: Iterable[Noted]) -> dict[str, str]:
    """Conversations of one file with the same content: the later one is named with the earlier one."""
    first: dict[Messages, str] = {}
    found: dict[str, str] = {}
    for noted in conversations:
        earlier = first.setdefault(noted.said, noted.conversation_id)
        if earlier != noted.conversation_id:
            found[noted.conversation_id] = earlier
    return found


def _standing(former: Tree) -> str:
    """Where a conversation stood when brightrun exported it."""
    status = f"was {str(former['review_status'])[:40].replace('_', ' ')} where it was exported"
    return f"{status}, and is a practice result" if former.get("source") == "simulated" else status


def _empty(incoming: Incoming) -> str:
    """Which messages are empty, by the turns that miss them."""
    parts = []
    for key, what in (("current_user_input", "message of the client"), ("target_response", "reply")):
        turns = [
            str(number)
            for number, pair in enumerate(incoming.conversation.pairs, 1)
            if not str(pair.get(key) or "").strip()
        ]
        if turns:
            more = " …" if len(turns) > _SHOWN else ""
            parts.append(f"no {what} in turn {', '.join(turns[:_SHOWN])}{more}")
    return " and ".join(parts)


def _turn_numbers(incoming: Incoming) -> list[str]:
    conversation = incoming.conversation
    if "halves" in conversation.filed:
        return []  # such files number messages
    by_position = sorted(zip(conversation.positions, conversation.pairs, strict=True), key=lambda both: both[0])
    numbers = [pair.get("turn_number") for _, pair in by_position]
    if numbers == list(range(1, len(numbers) + 1)) or not any("turn_number" in pair for pair in conversation.pairs):
        return []
    shown = ", ".join(str(number)[:20] for number in numbers[:_SHOWN]) + (" …" if len(numbers) > _SHOWN else "")
    return [f"{incoming.conversation_id} numbers its turns {shown}"]


def _sentences(incoming: Incoming) -> list[str]:
    annotated, split = len(incoming.text.sentences), sum(turn["sentence_count"] for turn in incoming.text.turns)
    if not annotated or annotated == split:
        return []
    noun = "sentence" if annotated == 1 else "sentences"
    return [f"{incoming.conversation_id} annotates {annotated} {noun}, its responses have {split}"]


def _labels(incoming: Incoming, emotions: Set[str]) -> list[str]:
    names = ("primary_emotion", "secondary_emotion", "tertiary_emotion")
    labels = (emotion_key(row.get(name)) for row in incoming.text.emotions for name in names)
    unknown = list(dict.fromkeys(label for label in labels if label and label not in emotions))
    if not unknown or not emotions:
        return []
    more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    return [f"{incoming.conversation_id} uses emotions outside the taxonomy: {', '.join(unknown[:_SHOWN])}{more}"]
