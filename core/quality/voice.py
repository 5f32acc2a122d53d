"""Signs of the advisor's voice, good and bad, read from the text of her replies.

They move the score and never fail a conversation: a single platitude is a matter of taste, a habit of them is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.quality.jargon import unexplained
from core.quality.reading import Message, Reading, Turn, any_of, at, is_quoted, shorten, small
from core.quality.report import Finding

_PLATITUDE = small(
    r"\b(?:at the end of the day|it is what it is|rest assured|(?:stay|think|keep) positive|hang in there"
    r"|hang tough|chin up|keep your chin)\b",
    r"\b(?:everything|it|things|all)(?:['’]ll| will| is going to| are going to| always| usually)? (?:be (?:okay"
    r"|ok|fine|all ?right)|(?:works?|turns?) (?:itself |themselves )?out"
    r"(?: (?:fine|okay|all right|well|for the best|in the end))?(?= in the end|[.!]| fine| for the best)"
    r"|sort itself out|fall into place|get better with time)",
    r"\bdon['’]t worry\b(?! about)|\bno worries\b|\bworry less\b",
    r"\byou['’]?(?:ve)? got this\b|\byou['’]re doing (?:amazing|great)\b|\bi['’]m so proud of you\b"
    r"|\btrust the (?:process|journey|universe)\b|\bbelieve in yourself\b",
    r"\b(?:silver lining|bright side|one (?:day|step) at a time|baby steps|light at the end of the tunnel"
    r"|every cloud|blessing in disguise|calm after the storm|darkest before)\b",
    r"\b(?:rome wasn['’]t built|good things come|money can['’]t buy|knowledge is power|time heals|time will tell"
    r"|slow and steady|practice makes|patience is a virtue)\b",
    r"\b(?:life|things?|it|money) (?:ha(?:s|ve)|tends? to have) a (?:funny )?way of\b|\bdark(?:est)? (?:night|hour)s?\b"
    r"|\bset your mind to\b|\bbetter days\b|\bbrighter (?:days|future|tomorrow)\b",
    r"\bthings happen for a reason\b|\btake a deep breath\b|\bgreat question\b|\bi (?:truly )?hear you\b(?!['’])",
    r"\bi (?:completely |totally )?understand how you feel\b|\b(?:your|those) feelings are valid\b",
    r"\bcompletely understandable\b|\bmakes (?:total|complete|perfect) sense\b",
    r"\bthank you for (?:sharing|trusting me|opening up)\b",
    r"\bwhat doesn['’]t kill (?:you|us)\b|\bmakes? (?:you|us) stronger\b|\btomorrow is (?:another|a new) day\b"
    r"|\bthis,? too,? (?:shall|will) pass\b|\bthis will pass\b|\bwhere there(?:['’]s| is) a will\b"
    r"|\bwhere there(?:['’]s| is) life\b",
    r"\b(?:life is (?:too short|a journey|what you make|like)|that['’]s life|such is life|c['’]est la vie"
    r"|better (?:late than never|safe than sorry)|never too late|no pain,? no gain|when life gives"
    r"|when one door closes|one door closes)\b",
    r"\b(?:you(?:['’]ll| will) (?:get through this|be (?:fine|okay|all right|stronger))|the sky['’]s the limit"
    r"|follow your (?:heart|dreams)|it was meant to be|meant to be|everything in its (?:own )?time"
    r"|look on the bright|look at the bright|a penny saved|actions speak louder"
    r"|the journey of a thousand|a thousand miles|what goes around|you only live once|live and learn"
    r"|the best is yet|onwards? and upwards?|stronger than you (?:know|think)|failure is not an option"
    r"|keep (?:your head up|calm)|stay strong|be strong|money (?:isn['’]t everything|comes and goes)"
    r"|it takes a village|all in good time|in the grand scheme)\b",
    r"\b(?:early bird|stitch in time|you can['’]t pour from|put your own (?:oxygen )?mask"
    r"|don['’]t put all your eggs|hindsight is|easier said than done|two heads are better|good things take time"
    r"|great things take time|hard work pays off|nothing worth having)\b",
)
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
        tuple(term for _, term, _ in unexplained(reading)),
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


# Looked for first, in the folded text: a search is far cheaper than a pattern.
_HINTS = {
    _LECTURE: (
        *("you must", "you need to", "you have to", "you ought", "you should", "important", "crucial", "essential"),
        *("vital", "imperative", "remember", "never forget", "make sure", "the key", "bottom line"),
    ),
}


def _spoken(pattern: re.Pattern[str], reply: Message) -> Iterator[re.Match[str]]:
    if pattern in _HINTS and not any(hint in reply.lower for hint in _HINTS[pattern]):
        return iter(())
    text = reply.small if pattern is _PLATITUDE else reply.text
    return (match for match in pattern.finditer(text) if not is_quoted(reply.text, match.start()))


def _closes_warmly(reply: Message) -> bool:
    last = reply.sentences[-1] if reply.sentences else ""
    return "?" in last or _WARM_CLOSE.search(last) is not None


def _takes_up(turn: Turn) -> bool:
    """Whether the reply begins on words of the client's message."""
    words = {word for word in turn.client.words if len(word) >= 4 and word not in _COMMON}
    opening = Message(turn.number, "advisor", " ".join(turn.advisor.sentences[:3]))
    return len(words & set(opening.words)) >= 2
