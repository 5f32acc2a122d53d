"""A conversation laid out for the checks: turns, messages and sentences, taken apart once and shared by all of them.

Imported files may hold anything anywhere, so nothing here trusts a type: what is no text reads as an empty one, what
is no object as an empty object.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeGuard

from core.quality.report import Finding, Severity
from core.quality.subject import Subject
from core.text.sentences import count_words, split_sentences
from data.marks import words_in

_QUOTE = re.compile('["“”]')
_SPACE = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")
_UNUSUAL = re.compile("[^\x00-\x7f’‘“”–—…\xa0\u202f]")
_SENTENCE_START = re.compile(r"[.!?…:;]\s|\n")
# "you keep saying …", "you feel as though …": what follows is the client's own thought, given back.
_REPORTED = re.compile(
    r"\b(?:you|he|she|they|who|people|someone|everyone|anyone|nobody|mind|voice|part of you)(?:['’]re|['’]ve)?\s+"
    r"(?:\w+\s+){0,2}?"
    r"(?:think|thinks|thinking|thought|feel|feels|feeling|felt|say|says|saying|said|believe|believed|wonder|wondering"
    r"|fear|afraid|convinced|sure|told|tell|tells|telling|wish|decided)"
    r"(?:\s+(?:you|yourself|me|him|her|them|that|whether|as|if|though|like|again|about|now)){0,3}[\s,:]*$",
    re.IGNORECASE,
)


@dataclass(slots=True)  # not frozen: there are many, and a frozen one takes three times as long to make
class Sentence:
    """A sentence for patterns: lower case, straight quotation marks, every character at its place in the message."""

    text: str
    start: int
    words: frozenset[str]


@dataclass(frozen=True)
class Message:
    """What one side wrote in a turn; `role` is `client` or `advisor`."""

    turn: int
    role: str
    text: str

    @cached_property
    def length(self) -> int:
        """Words, as people count them."""
        return count_words(self.text)

    @cached_property
    def words(self) -> list[str]:
        """Lower-case words, for comparisons."""
        return words_in(self.text.lower().replace("’", "'"))

    @cached_property
    def counted(self) -> Counter[str]:
        """How often it says each of its words."""
        return Counter(self.words)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Its words, apart at apostrophes, for looking at once whether a wording can be in it at all."""
        return frozenset(" ".join(self.counted).replace("'", " ").split())

    @cached_property
    def has_digits(self) -> bool:
        """Whether there is any figure in it."""
        return _DIGIT.search(self.text) is not None

    @cached_property
    def lower(self) -> str:
        """Folded text, for looking quickly whether a wording can be in it at all."""
        return fold(self.text)

    @cached_property
    def small(self) -> str:
        """In lower case with every character at its place, for patterns of `small`."""
        lower = self.text.lower()
        if len(lower) == len(self.text):
            return lower
        return "".join(low if len(low := sign.lower()) == 1 else sign for sign in self.text)

    @cached_property
    def is_plain(self) -> bool:
        """Whether all is ASCII or a usual mark, so that words end in `vocabulary` where they end for patterns."""
        return self.small.isascii() or _UNUSUAL.search(self.small) is None

    @cached_property
    def sentences(self) -> list[str]:
        """Its sentences, as annotation counts them."""
        return split_sentences(self.text)

    @cached_property
    def spoken(self) -> tuple[Sentence, ...]:
        """Its sentences as patterns read them, each with its place and its words."""
        found, place = [], 0
        straight = _straight(self.small)
        blanked = straight if straight.isascii() else straight.replace("–", " ").replace("—", " ").replace("…", " ")
        blanked = blanked.translate(_BLANKED)  # one of ASCII is translated far sooner
        for sentence in self.sentences:
            place = max(place, self.text.find(sentence, place))
            end = place + len(sentence)
            found.append(Sentence(straight[place:end], place, frozenset(blanked[place:end].split())))
            place = end
        return tuple(found)


@dataclass(frozen=True)
class Turn:
    """One exchange and its annotation."""

    number: int
    pair: Mapping[str, Any]
    client: Message
    advisor: Message

    def tree(self, *path: str) -> dict[str, Any]:
        """The object at a place of the pair, or an empty one."""
        value = self.value(*path)
        return value if isinstance(value, dict) else {}

    def entries(self, *path: str) -> list[Any]:
        """The list at a place of the pair, or an empty one."""
        value = self.value(*path)
        return value if isinstance(value, list) else []

    def value(self, *path: str) -> Any:
        """Whatever stands at a place of the pair."""
        found: Any = self.pair.get(path[0])
        for key in path[1:]:
            found = found.get(key) if isinstance(found, dict) else None
        return found


@dataclass(frozen=True)
class Reading:
    """The subject and its turns."""

    subject: Subject
    turns: tuple[Turn, ...]
    found: dict[str, Any] = field(
        default_factory=dict, compare=False, repr=False
    )  # what two checks need, looked up once

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """All messages in the order they were written."""
        return tuple(message for turn in self.turns for message in (turn.client, turn.advisor))

    @cached_property
    def replies(self) -> tuple[Message, ...]:
        """The advisor's messages."""
        return tuple(turn.advisor for turn in self.turns)

    @property
    def planned_severity(self) -> Severity:
        """How much a contradiction of the plan or a gap in the annotation weighs."""
        return "gate" if self.subject.generated else "warning"

    def text(self, column: str) -> str:
        """A text column of the plan row."""
        value = self.subject.row.get(column)
        return value if isinstance(value, str) else ""

    def number(self, column: str) -> float | None:
        """A number column of the plan row."""
        value = self.subject.row.get(column)
        return float(value) if is_number(value) else None


def read(subject: Subject) -> Reading:
    """Lay a subject out. Turns bear the file's numbers where it has them, else their position."""
    turns = []
    for position, pair in enumerate(subject.pairs, 1):
        number = pair.get("turn_number")
        turn = number if isinstance(number, int) and not isinstance(number, bool) else position
        client = Message(turn, "client", _text(pair.get("current_user_input")))
        advisor = Message(turn, "advisor", _text(pair.get("target_response")))
        turns.append(Turn(turn, pair, client, advisor))
    return Reading(subject, tuple(turns))


def at(
    message: Message, check: str, severity: Severity, text: str, advice: str, span: tuple[int, int] | None = None
) -> Finding:
    """A finding at a message, or at some characters of it."""
    start, end = span if span else (None, None)
    return Finding(check, severity, text, advice, message.turn, message.role, None, start, end)


def any_of(*patterns: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """One pattern out of several; lists of wordings are easier to read, and to add to, one by one."""
    return re.compile("|".join(patterns), flags)


def small(*patterns: str) -> re.Pattern[str]:
    """One pattern out of several for `Message.small`: twice as quick as one that minds no case."""
    return re.compile("|".join(re.sub(r"(?<!\\)[A-Z]", lambda match: match[0].lower(), each) for each in patterns))


def words_in_a_row(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """All runs of so many words."""
    return set(runs_in_order(words, length))


def runs_in_order(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    """The same one after another, with those that come again."""
    return zip(*(words[start:] for start in range(length)), strict=False)


def fold(text: str) -> str:
    """A text for comparing quotations: lower case, straight quotation marks, single spaces."""
    return " ".join(_straight(text).split()).lower()


def is_number(value: object) -> TypeGuard[int | float]:
    """A number that is not a truth value, nor an integer of so many digits that no calculation takes it."""
    if isinstance(value, float):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _MOST_BITS


def is_quoted(text: str, position: int) -> bool:
    """Whether a place stands inside quotation marks of its paragraph, so that somebody else is speaking."""
    before = text[text.rfind("\n", 0, position) + 1 : position]
    return before.endswith(("'", "‘")) or open_quotation(before) is not None


def open_quotation(text: str) -> int | None:
    """Where the quotation begins that is still open at the end of a text.

    A quotation over several paragraphs opens each of them anew; a mark after a digit stands for inches.
    """
    opened: int | None = None
    for match in _QUOTE.finditer(text):
        position, mark, before = match.start(), match.group(), text[match.start() - 1 : match.start()]
        if mark == "“" or (mark == '"' and opened is not None and before in ("", "\n")):
            opened = position
        elif mark == '"' and opened is None:
            opened = None if before.isdigit() else position
        else:
            opened = None
    return opened


def is_reported(text: str, position: int) -> bool:
    """Whether a place stands behind words that give back somebody's thought ("you keep saying that …")."""
    return _REPORTED.search(clause_before(text, position)) is not None


def clause_before(text: str, position: int) -> str:
    """What stands before a place in its sentence."""
    start = max(0, position - 160)
    ends = [match.end() for match in _SENTENCE_START.finditer(text, start, position)]
    return text[ends[-1] if ends else start : position]


def shorten(text: str, limit: int = 60) -> str:
    """A quotation short enough for a message to a person, on one line."""
    line = _SPACE.sub(" ", text).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _straight(text: str) -> str:
    """A text with straight quotation marks; replacing a few signs is quicker than translating all."""
    if text.isascii():
        return text
    return text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_BLANKED = dict.fromkeys((*range(33, 97), *range(123, 127)), " ")  # all but letters
_MOST_BITS = 1000  # a float holds 1024
