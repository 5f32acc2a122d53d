"""Signs of the advisor's voice, good and bad, read from the text of her replies.

They move the score and never fail a conversation; borrowed comfort is looked for in `core.quality.comfort`.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.quality.jargon import unexplained
from core.quality.reading import Message, Reading, Turn, any_of, is_quoted

_LECTURE = any_of(
    r"\b(?<!don['’]t )(?<!do not )you (?:must|need to|have to|ought to|should always|should never)\b",
    r"\bit(?:['’]s| is) (?:important|crucial|essential|vital|imperative) (?:to|that|for you)\b",
    r"\b(?:always remember|never forget|remember that|make sure (?:to|that|you)|the key is to|the bottom line)\b",
)
_WARM_CLOSE = any_of(
    r"\b(?:tell me|let me know|write (?:me|to me|back|again)|(?:send|bring) (?:me|it|them)|come back|reach out)\b",
    r"\b(?:shall we|whenever|together|good luck|see you|until|we(?:['’]ll| will| can))\b",
    r"\bi['’](?:m here|ll be here|d like|d love)\b",
)
_TAKEN_UP, _OPENING_SENTENCES = 2, 3
_COMMON = frozenset(
    word
    for line in (
        "that this with have from they them then than what when where which while would could should about there their",
        "your yours just like been were will want know really because into over only some more most much very make",
        "made does doesn don didn can't it's i'm i've don't didn't that's going feel think even still said says need",
        "money time every",
    )
    for word in line.split()
)


@dataclass(frozen=True)
class Voice:
    """Shares of replies with a good sign (0 to 1), and bad signs; platitudes are findings of their own."""

    replies: int
    figures: float
    closes: float
    echoes: float
    lectures: int
    unexplained: tuple[str, ...]


def voice(reading: Reading) -> Voice:
    """The signs of a conversation."""
    turns = [turn for turn in reading.turns if turn.advisor.text.strip()]
    count = max(1, len(turns))
    return Voice(
        len(turns),
        sum(1 for turn in turns if turn.advisor.has_digits) / count,
        sum(1 for turn in turns if _closes_warmly(turn.advisor)) / count,
        sum(1 for turn in turns if _takes_up(turn)) / count,
        sum(max(0, _lectures(turn.advisor) - 1) for turn in turns),
        tuple(term for _, term, _ in unexplained(reading)),
    )


# Looked for first, in the words and in the folded text: far cheaper than a pattern.
_LECTURE_HINTS = {
    "must": "you must",
    "need": "you need to",
    "have": "you have to",
    "ought": "you ought",
    "should": "you should",
    "forget": "never forget",
    "sure": "make sure",
    "key": "the key",
    "bottom": "bottom line",
} | {word: word for word in ("important", "crucial", "essential", "vital", "imperative", "remember")}
_LECTURE_WORDS = frozenset(_LECTURE_HINTS)


def _lectures(reply: Message) -> int:
    """How often a reply lectures; what it quotes is not counted."""
    if not any(_LECTURE_HINTS[word] in reply.lower for word in _LECTURE_WORDS & reply.vocabulary):
        return 0
    return sum(1 for match in _LECTURE.finditer(reply.text) if not is_quoted(reply.text, match.start()))


def _closes_warmly(reply: Message) -> bool:
    last = reply.sentences[-1] if reply.sentences else ""
    return "?" in last or _WARM_CLOSE.search(last) is not None


def _takes_up(turn: Turn) -> bool:
    """Whether the reply begins on words of the client's message."""
    shared = turn.client.counted.keys() & turn.advisor.counted.keys()
    words = {word for word in shared if len(word) >= 4 and word not in _COMMON}
    if len(words) < _TAKEN_UP:
        return False
    opening = Message(turn.number, "advisor", " ".join(turn.advisor.sentences[:_OPENING_SENTENCES]))
    return len(words.intersection(opening.words)) >= _TAKEN_UP
