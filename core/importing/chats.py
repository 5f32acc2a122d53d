"""Reads conversations as trainers keep them: OpenAI and TRL `messages`, Anthropic's blocks, ShareGPT, prompt and
completion, Alpaca. Each becomes training pairs with an id of the file's own, or one made of its text.

Pure. What a training pair has no place for (tools, images, names) is kept beside it and told, never dropped silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import ImportFileError
from core.seedformat.documents import (
    SeedConversation,
    check_conversations,
    check_message,
    check_turns,
)
from core.seedformat.mapping import Tree
from core.seedformat.naming import derived_id, is_plain_id

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "client": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "advisor": "assistant",
}
_UNUSED_ROLES = ("tool", "function", "function_call", "observation", "ipython")
_IDS = ("conversation_id", "id", "conv_id", "uuid")
PARTS = ("messages", "conversations", "conversation", "prompt", "completion", "instruction", "input", "output")
_OWN = (*PARTS, *_IDS, "history", "system", "system_prompt")
Record = tuple[str, Any]  # its place as messages name it, and what stands there


@dataclass
class _Said:
    """What a record says, message by message, and what was odd about it."""

    system: str | None = None
    spoken: list[tuple[str, str, Tree]] = field(default_factory=list)  # role, text, other keys of the message
    notes: list[str] = field(default_factory=list)


def format_of(record: Any) -> str:
    """The format that a record is in, told by its keys; empty when it is none of ours."""
    if not isinstance(record, dict):
        return ""
    if isinstance(record.get("messages"), list):
        blocks = any(isinstance(m, dict) and isinstance(m.get("content"), list) for m in record["messages"])
        return "anthropic" if isinstance(record.get("system"), str | list) or blocks else "openai"
    for key in ("conversations", "conversation"):
        entries = record.get(key)
        if isinstance(entries, list):
            return "sharegpt" if any(isinstance(e, dict) and ("from" in e or "role" in e) for e in entries) else ""
    if "prompt" in record and "completion" in record:
        return "trl"
    return "alpaca" if "instruction" in record and "output" in record else ""


@dataclass
class Told:
    """What is to be said of a file whose records were read: its format, and what was left out."""

    format: str = ""
    notes: list[str] = field(default_factory=list)


def conversations_of(records: Iterable[Record], wanted: str, name: str, told: Told) -> Iterator[SeedConversation]:
    """The conversations of a file's records, one after another; `told` is filled meanwhile.

    `wanted` is a format or `auto`. Raises ImportFileError naming the record that cannot be read.
    """
    places: dict[str, str] = {}
    for number, (place, record) in enumerate(records):
        check_conversations(number + 1, name)
        told.format = _checked_format(record, place, told.format or wanted)
        conversation, has_id = _conversation(record, told.format, number, place)
        conversation_id = conversation.conversation_id
        if conversation_id in places:
            if has_id:
                raise ImportFileError(
                    f"{place}: the id {conversation_id} stands already at {places[conversation_id]}.",
                    "Each conversation has an id of its own.",
                )
            told.notes.append(f"{_short(place)} repeats {_short(places[conversation_id])} word for word: left out")
            continue
        places[conversation_id] = place
        yield conversation
    if not places:
        raise ImportFileError(f"{name} holds no conversation.", "There is nothing to import.")


def _short(place: str) -> str:
    return place.rpartition(", ")[2]


def _checked_format(record: Any, place: str, wanted: str) -> str:
    if not isinstance(record, dict):
        raise ImportFileError(f"{place} is no object.", "Each record is an object.")
    if "chosen" in record and "rejected" in record:
        raise ImportFileError(
            f"{place} compares two answers (chosen, rejected): such data has no conversation to import.",
            "Export the chosen answers as messages.",
        )
    seen = format_of(record)
    if not seen:
        if ("role" in record and "content" in record) or ("from" in record and "value" in record):
            raise ImportFileError(
                f"{place} is a single message.", 'A record holds a whole conversation: {"messages": [...]}.'
            )
        keys = ", ".join(sorted(str(key)[:30] for key in record)[:6]) or "none"
        raise ImportFileError(
            f"{place} is in no known format; its keys: {keys}.",
            "Known: messages, conversations, prompt with completion, instruction with output.",
        )
    alike = {"openai", "trl", "anthropic"}  # all have messages; a file may mix plain texts and blocks
    if wanted not in ("auto", seen) and not ("messages" in record and wanted in alike):
        raise ImportFileError(f"{place} is {seen}, not {wanted}.", "Name the format that the file is in: --format.")
    return seen if wanted == "auto" else wanted


def _conversation(record: Tree, format_: str, number: int, place: str) -> tuple[SeedConversation, bool]:
    said = _said(record, place)
    if not said.spoken:
        raise ImportFileError(f"{place} holds no message.", "Take the record out, or write its messages.")
    stated = next((record[key] for key in _IDS if isinstance(record.get(key), str | int) and record[key] != ""), None)
    own_id = str(stated) if stated is not None else ""
    has_id = is_plain_id(own_id)
    conversation_id = own_id if has_id else derived_id([said.system or "", *(text for _, text, _ in said.spoken)])
    if own_id and not has_id:
        said.notes.append(f"is called {own_id[:60]!r} in the file, which can be no id: one was made of its text")
    pairs = list(_pairs(said, conversation_id))
    check_turns(len(pairs), conversation_id, place)
    filed: Tree = {"format": format_, "record": number}
    rest = {key: value for key, value in record.items() if key not in _OWN or (key in _IDS and not has_id)}
    if rest:
        filed["beside"] = rest
        ignored = [key for key in ("tools", "functions") if rest.get(key)]
        said.notes += [f"has {key}: they are kept, but no training format of ours uses them" for key in ignored]
    notes = tuple(dict.fromkeys(said.notes))
    return SeedConversation(conversation_id, tuple(pairs), tuple(range(len(pairs))), filed, notes), has_id


def _said(record: Tree, place: str) -> _Said:
    said = _Said()
    for key in ("system", "system_prompt"):
        if record.get(key):
            said.system = _text(record[key], f"{place}, {key}", said)
    if isinstance(record.get("messages"), list):
        _add_all(said, record["messages"], f"{place}, messages", "role", "content")
    elif "prompt" in record and "completion" in record:
        for key, role in (("prompt", "user"), ("completion", "assistant")):
            if isinstance(record[key], list):
                _add_all(said, record[key], f"{place}, {key}", "role", "content")
            else:
                _add(said, role, _text(record[key], f"{place}, {key}", said), {}, place)
    elif "instruction" in record:
        _add_alpaca(said, record, place)
    else:
        key = "conversations" if isinstance(record.get("conversations"), list) else "conversation"
        plain = any(isinstance(e, dict) and "from" in e for e in record[key])
        _add_all(said, record[key], f"{place}, {key}", *(("from", "value") if plain else ("role", "content")))
    return said


def _add_all(said: _Said, entries: Iterable[Any], place: str, role_key: str, text_key: str) -> None:
    for number, entry in enumerate(entries):
        here = f"{place}[{number}]"
        if not isinstance(entry, dict):
            raise ImportFileError(f"{here} is no object.", f"Each message has {role_key} and {text_key}.")
        role = entry.get(role_key)
        if not isinstance(role, str):
            raise ImportFileError(f"{here}.{role_key} is missing or no text.", f"One of: {', '.join(ROLES)}.")
        known = ROLES.get(role.strip().lower())
        if role.strip().lower() in _UNUSED_ROLES:
            said.notes.append(f"has messages of the role {role[:30]!r}: they are left out")
        elif known is None:
            raise ImportFileError(f"{here}: there is no role {role[:30]!r}.", f"One of: {', '.join(ROLES)}.")
        else:
            text = _text(entry.get(text_key), f"{here}.{text_key}", said)
            rest = {key: value for key, value in entry.items() if key not in (role_key, text_key)}
            if known == "system":
                said.system = text if not said.system else f"{said.system}\n\n{text}"
            elif text or not rest:
                _add(said, known, text, rest, here)
            else:
                said.notes.append("has messages without text (calls of tools): they are left out")


def _add_alpaca(said: _Said, record: Mapping[str, Any], place: str) -> None:
    history = record.get("history")
    if history is not None and not isinstance(history, list):
        raise ImportFileError(f"{place}, history is no list.", "It lists questions with their answers.")
    for number, entry in enumerate(history or ()):
        if not isinstance(entry, list) or len(entry) != 2:
            raise ImportFileError(f"{place}, history[{number}] is no question with its answer.", "Two texts each.")
        for role, text in zip(("user", "assistant"), entry, strict=True):
            _add(said, role, _text(text, f"{place}, history[{number}]", said), {}, place)
    asked = [_text(record.get(key) or "", f"{place}, {key}", said) for key in ("instruction", "input")]
    _add(said, "user", "\n\n".join(part for part in asked if part), {}, place)
    _add(said, "assistant", _text(record["output"], f"{place}, output", said), {}, place)


def _add(said: _Said, role: str, text: str, rest: Tree, place: str) -> None:
    """Add a message. Two of one side in a row are one message with a blank line between."""
    if said.spoken and said.spoken[-1][0] == role:
        _, before, others = said.spoken[-1]
        joined = f"{before}\n\n{text}" if before and text else before + text
        check_message(joined, f"{place}, joined with the message before,")
        said.spoken[-1] = (role, joined, others | rest)
        said.notes.append(f"has two {role} messages in a row: they are joined")
    else:
        said.spoken.append((role, text, rest))


def _text(value: Any, place: str, said: _Said) -> str:
    """The text of a content: a string, or blocks of which those that are texts count."""
    if value is None:
        return ""
    if isinstance(value, list):
        texts = []
        for number, block in enumerate(value):
            if not isinstance(block, dict):
                raise ImportFileError(f"{place}[{number}] is no block.", "A block has type and text.")
            kind = block.get("type", "text" if "text" in block else "")
            if kind == "text" and isinstance(block.get("text"), str):
                texts.append(block["text"])
            else:
                said.notes.append(f"has a block of the type {str(kind)[:30]!r}: it is left out")
        value = "\n\n".join(texts)
    check_message(value, place)
    return str(value)


def _pairs(said: _Said, conversation_id: str) -> Iterator[Tree]:
    """An exchange per pair. A client without an answer, or an answer to nobody, is a pair with an empty side."""
    turns: list[dict[str, tuple[str, Tree]]] = []
    for role, text, rest in said.spoken:
        if role == "user" or not turns or "assistant" in turns[-1]:
            turns.append({})
        turns[-1][role] = (text, rest)
    for number, turn in enumerate(turns, 1):
        pair: Tree = {
            "id": f"{conversation_id}_turn{number}",
            "conversation_id": conversation_id,
            "turn_number": number,
            "current_user_input": turn.get("user", ("", {}))[0],
            "target_response": turn.get("assistant", ("", {}))[0],
        }
        if said.system:
            pair["system_prompt"] = said.system
        beside = {role: rest for role, (_, rest) in turn.items() if rest}
        if beside:
            pair["message_metadata"] = beside
        yield pair
