"""Gates on the shape of a dialogue: turns, roles, lengths, cut and repeated messages.

Each check is a pure function from a `Reading` to findings; `core.quality.check` runs them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from core.quality.reading import Message, Reading, at, fold, open_quotation, words_in_a_row
from core.quality.report import Finding, Severity

_CLOSERS = "\"'”’)]*_»"
_OPENERS = ("(", "[", "{", "“", "‘")
_DANGLING = (",", ";", ":", "-", "–", "—", "&", "/", "\\")
# A client may leave out the full stop, but nobody ends a message on one of these.
_UNFINISHED = frozenset({"a", "an", "the", "and", "or", "my", "your", "our", "their", "because", "than"})
_LIST_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+\S")
_OPENING_QUOTE = re.compile(r"(?:^|[\s(\[—–-])$")
_SMILE, _SMILE_LENGTH = re.compile(r"(?:^|\s)(?:[:;]-?\)|<3)$"), 4
_REPEATED_WORDS = 5
_ECHO_WORDS = 12


def turn_count(reading: Reading) -> Iterator[Finding]:
    """The number of turns lies within the profile."""
    low, high = reading.subject.profile.turns
    turns = len(reading.turns)
    if not low <= turns <= high:
        yield Finding(
            "turn_count",
            "gate",
            f"The conversation has {turns} turns, not {low} to {high}.",
            "Generate it again, or change the range in the template.",
        )


def planned_turns(reading: Reading) -> Iterator[Finding]:
    """The number of turns is the plan's."""
    target = reading.number("target_turns")
    if target and len(reading.turns) != target:
        yield Finding(
            "planned_turns",
            reading.planned_severity,
            f"The plan asks for {target:.0f} turns, the conversation has {len(reading.turns)}.",
            "Generate it again, or change the plan row.",
        )


def turn_order(reading: Reading) -> Iterator[Finding]:
    """Turns are numbered 1, 2, 3 …"""
    numbers = [turn.number for turn in reading.turns]
    if numbers != list(range(1, len(numbers) + 1)):
        yield Finding(
            "turn_order",
            reading.planned_severity,
            f"The turns are numbered {', '.join(map(str, numbers))}.",
            "Number them 1, 2, 3 … without a gap.",
        )


def empty_messages(reading: Reading) -> Iterator[Finding]:
    """Both sides of every turn say something, and the advisor has the last word."""
    for position, turn in enumerate(reading.turns, 1):
        if not turn.client.text.strip():
            yield at(turn.client, "empty_message", "gate", "The client says nothing.", "Write the message.")
        if not turn.advisor.text.strip():
            if position == len(reading.turns):
                yield at(
                    turn.advisor,
                    "ends_on_advisor",
                    "gate",
                    "The conversation ends on the client.",
                    "Add the last reply, or drop the turn.",
                )
            else:
                yield at(turn.advisor, "empty_message", "gate", "The advisor says nothing.", "Write the reply.")


def lengths(reading: Reading) -> Iterator[Finding]:
    """Messages are as long as the profile says: far outside fails, outside is a warning."""
    profile = reading.subject.profile
    for message in reading.messages:
        if not message.text.strip():
            continue
        low, high = profile.user_words if message.role == "client" else profile.advisor_words
        if low <= message.length <= high:
            continue
        far = message.length < low / 2 or message.length > high * 1.5
        severity: Severity = "gate" if far else "warning"
        what = "short" if message.length < low else "long"
        yield at(
            message,
            "length",
            severity,
            f"The message has {message.length} words; {low} to {high} are asked for.",
            f"It is too {what}: rewrite it.",
        )


def cut_messages(reading: Reading) -> Iterator[Finding]:
    """No message stops in the middle: of a word, a sentence or a quotation."""
    names = reading.subject.rules.advisor_names
    for message in reading.messages:
        reason = cut_reason(message, names)
        if reason:
            end = len(message.text)
            yield at(
                message, "cut_message", "gate", reason, "Complete it, or generate it again.", (max(0, end - 30), end)
            )
            continue
        position = _unclosed_quotation(message.text)
        if position is not None:
            severity: Severity = "gate" if message.role == "advisor" else "warning"
            yield at(
                message,
                "cut_message",
                severity,
                "A quotation is opened and never closed.",
                "Close it, or complete the text.",
                (position, len(message.text)),
            )


def cut_reason(message: Message, advisor_names: frozenset[str] = frozenset()) -> str:
    """Why a message looks cut, or nothing. Clients may write without a full stop, the advisor may not."""
    text = message.text.rstrip()
    if not text:
        return ""
    if text.endswith("\\"):
        return "The message ends with a backslash."
    if text.endswith(_OPENERS) or (text.endswith('"') and _opens_quotation(text, len(text) - 1)):
        return "The message ends where a quotation or bracket opens."
    if _SMILE.search(text, max(0, len(text) - _SMILE_LENGTH)):
        return ""
    bare = text.rstrip(_CLOSERS)
    last_line = text.rsplit("\n", 1)[-1]
    if message.role == "client":
        last = message.words[-1] if message.words and bare[-1:].isalpha() else ""
        if bare.endswith((",", "(", "&")) or last in _UNFINISHED:
            return f"The message stops in mid-sentence, at {text[-12:].split()[-1]!r}."
        return ""
    if bare.endswith(_DANGLING):
        return f"The reply stops in mid-sentence, at {bare[-1]!r}."
    if bare == text and bare[-1].isalnum() and not _LIST_ITEM.match(last_line) and not _signs(last_line, advisor_names):
        return f"The reply ends without a full stop, at {text.split()[-1][-20:]!r}."
    return ""


def repeated_messages(reading: Reading) -> Iterator[Finding]:
    """No message comes twice, and no reply gives the client's message back."""
    long = [message for message in reading.messages if len(message.words) >= _REPEATED_WORDS]
    runs = {id(message): words_in_a_row(message.words, 4) for message in long}
    seen: dict[str, Message] = {}
    for message in long:
        folded = message.lower
        first = seen.setdefault(folded, message)
        if first is not message:
            yield at(
                message,
                "repeated_message",
                "gate",
                f"The message repeats turn {first.turn} word for word.",
                "Generate it again.",
            )
    for turn in reading.turns:
        given = runs.get(id(turn.client), set())
        if len(given) >= _ECHO_WORDS and len(given & runs.get(id(turn.advisor), set())) > 0.6 * len(given):
            yield at(
                turn.advisor,
                "repeated_message",
                "gate",
                "The reply gives the client's message back.",
                "Generate it again.",
            )
    replies = [reply for reply in reading.replies if len(runs.get(id(reply), ())) >= _ECHO_WORDS]
    for one, other in combinations(replies, 2):
        left, right = runs[id(one)], runs[id(other)]
        if one.lower != other.lower and len(left & right) > 0.6 * min(len(left), len(right)):
            yield at(
                other,
                "repeated_message",
                "gate",
                f"The reply is nearly the one of turn {one.turn}.",
                "Generate it again.",
            )


def history(reading: Reading) -> Iterator[Finding]:
    """Where a turn carries the conversation so far, it is what was said."""
    said: list[str] = []
    for turn in reading.turns:
        given = [entry.get("content") for entry in turn.entries("conversation_history") if isinstance(entry, dict)]
        told = [fold(text) for text in given if isinstance(text, str)]
        if told and told != said:
            yield Finding(
                "history",
                reading.planned_severity,
                "The conversation history is not what the turns before say.",
                "Write it again from the turns.",
                turn.number,
            )
        said += [turn.client.lower, turn.advisor.lower]


def _signs(line: str, advisor_names: frozenset[str]) -> bool:
    parts = [part.strip(" -–—~*_").split() for part in line.split(",")]
    if len(parts) > 1 and "".join(parts[-1]).isupper():
        parts.pop()  # "Elena Morales, CFP"
    # "Elena, your planner", "Warmly, Elena"
    return any(words and all(word in advisor_names for word in words) for words in (parts[0], parts[-1]))


def _unclosed_quotation(text: str) -> int | None:
    """Where the last quotation begins, if it is clearly one and never closed."""
    opened = open_quotation(text)
    return opened if opened is not None and _opens_quotation(text, opened) else None


def _opens_quotation(text: str, position: int) -> bool:
    """Whether a quotation mark at this place stands where one opens."""
    return _OPENING_QUOTE.search(text, max(0, position - 1), position) is not None
