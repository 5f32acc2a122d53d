"""Reads a dialogue from tagged plain text: `<turn><user>…</user><advisor>…</advisor></turn>`.

Prose in JSON strings is known to be cut at quotation marks without any error, so the dialogue comes as text. Parsing is
forgiving about what stands around the tags and strict about the tags: half an answer is never taken for a whole one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TURN = re.compile(r"<turn(?:\s[^<>]*)?>(.*?)</turn\s*>", re.DOTALL | re.IGNORECASE)
_MESSAGE = re.compile(r"<(user|client|advisor|assistant)(?:\s[^<>]*)?>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_ANY_TAG = re.compile(r"</?(?:turn|user|client|advisor|assistant)\b[^<>]*>", re.IGNORECASE)
_MESSAGE_TAG = re.compile(r"</?(?:user|client|advisor|assistant)\b[^<>]*>", re.IGNORECASE)
_MOST_TAGS = 600  # of a hundred turns; a model that writes nothing but tags must not take minutes to read
_ROLE = {"user": "user", "client": "user", "advisor": "advisor", "assistant": "advisor"}


class NotADialogueError(ValueError):
    """The answer cannot be read as a dialogue; the message says why, for the log and the person."""


@dataclass(frozen=True)
class Exchange:
    """One turn: the client's message and the advisor's response."""

    user: str
    advisor: str


@dataclass(frozen=True)
class Dialogue:
    """A parsed answer. `repaired` says that something had to be put right; such a result is flagged."""

    turns: tuple[Exchange, ...]
    repaired: str = ""


@lru_cache(maxsize=64)  # it is read when it comes, and again when it is stored
def parse_dialogue(text: str) -> Dialogue:
    """Read an answer. Raises NotADialogueError when turns are missing, cut, or in the wrong order."""
    if not _ANY_TAG.search(text):
        raise NotADialogueError("the answer has no <turn> tags")
    if (tags := sum(1 for _ in _ANY_TAG.finditer(text))) > _MOST_TAGS:
        raise NotADialogueError(f"the answer has {tags} tags, more than any dialogue has")
    blocks = _TURN.findall(text)
    repaired = ""
    opened, closed = len(re.findall(r"<turn\b", text, re.I)), len(re.findall(r"</turn\s*>", text, re.I))
    if not blocks and not opened:
        blocks, repaired = _pairs_without_turns(text), "the <turn> tags were missing"
    elif opened != closed:
        tail = re.split(r"<turn\b", text, flags=re.I)[-1]
        if opened > closed and re.search(r"</turn\s*>", tail, re.I):
            repaired = "a <turn> stood alone"  # before the dialogue, say; a turn that is cut is found below
        elif opened == closed + 1 and len(_MESSAGE.findall(tail)) == 2:
            blocks, repaired = [*blocks, tail], "the last </turn> was missing"
        else:
            raise NotADialogueError(f"the answer is cut: {opened} turns begin and {closed} end")
    turns = []
    for number, block in enumerate(blocks, 1):
        found = [(_ROLE[role.lower()], _clean(body)) for role, body in _MESSAGE.findall(block)]
        if [role for role, _ in found] != ["user", "advisor"]:
            roles = ", ".join(role for role, _ in found) or "no message"
            raise NotADialogueError(f"turn {number} has {roles} instead of one user and one advisor message")
        if _MESSAGE_TAG.search(_MESSAGE.sub("", block)):
            raise NotADialogueError(f"turn {number} has a tag outside its messages: part of one may be lost")
        (_, user), (_, advisor) = found
        if not user or not advisor:
            raise NotADialogueError(f"turn {number} has an empty message")
        if _ANY_TAG.search(user) or _ANY_TAG.search(advisor):
            raise NotADialogueError(f"turn {number} has a tag inside a message")
        turns.append(Exchange(user, advisor))
    if not turns:
        raise NotADialogueError("the answer has no complete turn")
    return Dialogue(tuple(turns), repaired)


def _pairs_without_turns(text: str) -> list[str]:
    messages = list(_MESSAGE.finditer(text))
    if not messages or len(messages) % 2:
        raise NotADialogueError("the answer has no <turn> tags")
    if _MESSAGE_TAG.search(text, messages[-1].end()):
        raise NotADialogueError("the answer has no <turn> tags, and its last message is cut")
    return ["".join(m.group() for m in messages[i : i + 2]) for i in range(0, len(messages), 2)]


def _clean(body: str) -> str:
    """A message without the white space of the markup around it; paragraphs stay."""
    body = body.strip()
    if "\n" not in body and len(body.splitlines()) < 2:
        return body
    lines = [line.strip() for line in body.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
