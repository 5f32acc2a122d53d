"""Signs of the advisor's voice, good and bad, read from the text of her replies.

They move the score and never fail a conversation: a single platitude is a matter of taste, a habit of them is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.quality.reading import Message, Reading, Turn, any_of, at, is_quoted, shorten
from core.quality.report import Finding

_PLATITUDE = any_of(
    r"\b(?:at the end of the day|it is what it is|rest assured|stay positive|think positive|hang in there)\b",
    r"\beverything (?:will|is going to) be (?:okay|ok|fine|all ?right)\b|\bdon['’]t worry\b(?! about)",
    r"\byou['’]?(?:ve)? got this\b|\byou['’]re doing amazing\b|\bi['’]m so proud of you\b|\btrust the process\b",
    r"\b(?:silver lining|bright side|one day at a time|baby steps|light at the end of the tunnel|every cloud)\b",
    r"\b(?:rome wasn['’]t built|good things come|money can['’]t buy|knowledge is power|time heals)\b",
    r"\bthings happen for a reason\b|\btake a deep breath\b|\bgreat question\b|\bi (?:truly )?hear you\b(?!['’])",
    r"\bi (?:completely |totally )?understand how you feel\b|\b(?:your|those) feelings are valid\b",
    r"\bcompletely understandable\b|\bmakes (?:total|complete|perfect) sense\b",
    r"\bthank you for (?:sharing|trusting me|opening up)\b",
)
_LECTURE = any_of(
    r"\b(?<!don['’]t )(?<!do not )you (?:must|need to|have to|ought to|should always|should never)\b",
    r"\bit(?:['’]s| is) (?:important|crucial|essential|vital|imperative) (?:to|that|for you)\b",
    r"\b(?:always remember|never forget|remember that|make sure (?:to|that|you)|the key is to|the bottom line)\b",
)
_TERM = any_of(
    r"\b(?:RSUs?|ISOs?|NSOs?|AMT|529s?|HSAs?|FSAs?|RMDs?|QDROs?|COBRA|PMI|APY|ETFs?)\b",
    r"\b(?:vesting|strike price|expense ratio|index funds?|asset allocation|diversif\w+|rebalanc\w+|cost basis)\b",
    r"\b(?:dollar-cost averaging|amortiz\w+|escrow|deductible|co-?insurance|annuity|annuities|fiduciary|probate)\b",
    r"\b(?:capital gains?|marginal (?:rate|bracket)|liquidity|umbrella policy|custodian|withholding|underwriting)\b",
    r"\b(?:subrogation|subordinat\w+|actuarial\w*)\b",
    flags=re.NOFLAG,
)
_EXPLAINED = any_of(
    r"\b(?:means?|meaning|meant|that is|that['’]s|called|stands? for|in other words|so-called|namely|i\.e)\b",
    r"\bwhich (?:is|are|just|only|can)\b|\bare (?:just |only )?(?:the|an?|two|shares|what)\b",
    r"\bis (?:just |only |simply |really |usually )?(?:an?|the|what|how|your)\b",
    r"\(|[,:—–] (?:an?|the|or|your)\b",
)
_WARM_CLOSE = any_of(
    r"\b(?:tell me|let me know|write (?:me|to me|back|again)|(?:send|bring) (?:me|it|them)|come back|reach out)\b",
    r"\b(?:shall we|whenever|together|good luck|see you|until|we(?:['’]ll| will| can))\b",
    r"\bi['’](?:m here|ll be here|d like|d love)\b",
)
_FIGURE = re.compile(r"\d")
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
        sum(1 for turn in turns if _FIGURE.search(turn.advisor.text)) / count,
        sum(1 for turn in turns if _closes_warmly(turn.advisor)) / count,
        sum(1 for turn in turns if _takes_up(turn)) / count,
        sum(max(0, sum(1 for _ in _spoken(_LECTURE, turn.advisor)) - 1) for turn in turns),
        tuple(unexplained_terms(reading)),
    )


def platitudes(reading: Reading) -> Iterator[Finding]:
    """Borrowed comfort, each with its place: worth a look, never a gate."""
    for reply in reading.replies:
        for match in _spoken(_PLATITUDE, reply):
            yield at(
                reply,
                "platitude",
                "info",
                f"Borrowed words: {shorten(match.group())!r}.",
                "Say what fits this client alone.",
                match.span(),
            )


def unexplained_terms(reading: Reading) -> Iterator[str]:
    """Technical terms that the advisor brings in without a word on what they mean; the client's own are let pass."""
    known: set[str] = set()
    for turn in reading.turns:
        known |= {match.group().lower().rstrip("s") for match in _TERM.finditer(turn.client.text)}
        sentences = turn.advisor.sentences
        for position, sentence in enumerate(sentences):
            for match in _TERM.finditer(sentence):
                term = match.group().lower().rstrip("s")
                if term in known:
                    continue
                known.add(term)
                if not _EXPLAINED.search(" ".join(sentences[max(0, position - 1) : position + 2])):
                    yield match.group()


# Looked for first, in the folded text: a search is far cheaper than a pattern.
_HINTS = {
    _PLATITUDE: (
        *(
            "end of the day",
            "it is what",
            "rest assured",
            "positive",
            "hang in",
            "everything",
            "don't worry",
            "got this",
        ),
        *(
            "doing amazing",
            "so proud",
            "the process",
            "silver",
            "bright side",
            "one day at",
            "baby steps",
            "end of the",
        ),
        *(
            "every cloud",
            "rome ",
            "good things",
            "money can't",
            "knowledge",
            "time heals",
            "happen for",
            "a deep breath",
        ),
        *("great question", "hear you", "understand how", "feelings are", "understandable", " sense", "thank you for"),
    ),
    _LECTURE: (
        *("you must", "you need to", "you have to", "you ought", "you should", "important", "crucial", "essential"),
        *("vital", "imperative", "remember", "never forget", "make sure", "the key", "bottom line"),
    ),
}


def _spoken(pattern: re.Pattern[str], reply: Message) -> Iterator[re.Match[str]]:
    if not any(hint in reply.lower for hint in _HINTS[pattern]):
        return iter(())
    return (match for match in pattern.finditer(reply.text) if not is_quoted(reply.text, match.start()))


def _closes_warmly(reply: Message) -> bool:
    last = reply.sentences[-1] if reply.sentences else ""
    return "?" in last or _WARM_CLOSE.search(last) is not None


def _takes_up(turn: Turn) -> bool:
    """Whether the reply begins on words of the client's message."""
    words = {word for word in turn.client.words if len(word) >= 4 and word not in _COMMON}
    opening = Message(turn.number, "advisor", " ".join(turn.advisor.sentences[:3]))
    return len(words & set(opening.words)) >= 2
