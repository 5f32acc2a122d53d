"""A gate on who speaks: where the client advises and the advisor tells of her own money, the sides are swapped.

Neither side has words of its own, so both messages of a turn are weighed against each other: troubles and possessions
in the first person on one side, advice and questions in the second person on the other. One unusual message is let
pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log2

from core.quality.reading import Message, Reading, Turn, at
from core.quality.report import Finding
from core.quality.subject import Subject

# All are held against lower-case text.
_THEIRS = (
    r"(?:wife|husband|partner|spouse|mom|mum|mother|dad|father|parents|sister|brother|son|daughter|kids?|child"
    r"|children|baby"
    r"|fianc[eé]e?|boyfriend|girlfriend|ex|aunt|uncle|cousin|gran\w*|in-laws|boss|manager|landlord|job|pay|paychecks?"
    r"|salary|income|rent|mortgage|house|home|apartment|car|truck|cards?|credit|debts?|loans?|bank|accounts?|savings"
    r"|401|ira|pension|bills?|taxes|stomach|heart|hands|head|chest|fault|life|name|marriage|divorce|business|shop"
    r"|options"
    r"|shares|benefits|insurance|policy|budget|money|retirement|lease|deductible|spreadsheet|therapist|family|own)"
)
_MINE = re.compile(rf"\b(?:my|our) (?:[\w’'-]+ ){{0,2}}?{_THEIRS}\b")
_YOURS = re.compile(rf"\byour (?:[\w’'-]+ ){{0,2}}?{_THEIRS}\b")
_TROUBLE = re.compile(
    r"\b(?:i|we)(?:['’]m|['’]ve| am| have| was| were)?(?: \w+ly| just| still| also| even| never| always| kind of)? ?"
    r"(?:owe|earn|make|bought|paid|spent|lost|signed|feel|felt|cried|cry|panic\w*|afraid|scared|ashamed"
    r"|embarrassed|tired"
    r"|terrified|worried|stuck|lying|hiding|hid|opened|froze|don['’]t (?:know|understand|even|want)|can['’]t"
    r"|cannot|keep|kept|couldn['’]t|didn['’]t|wish|hate|hope|want|need|told him|told her|called|looked|sat|slept"
    r"|woke)\b",
)
_ASKS = re.compile(
    r"\b(?:should|can|do|am|could|would|must|will|shall|how do|what do|where do|what should|how should) i\b|\bam i\b",
)
_ADVICE = re.compile(
    r"(?:\A|[.!?:;]\s+|\n\s*)(?:(?:then|so|first|next|now|and|for now|today|tonight"
    r"|tomorrow),? )?(?:please )?(?:call|write"
    r"|ask|put|open|send|bring|take|tell me|let['’]?s?\b|look|pay|keep|start|print|move|check|read|leave|list"
    r"|pick|set|give"
    r"|draw|add|find|wait|stop|choose|say|make|use|do not|don['’]t|try|go|come|begin|hold|show|lay|sit)\b",
)
_YOU = re.compile(
    r"\b(?:you|u)(?:['’]re|['’]ve|['’]d|['’]ll)?\b(?! (?:said|asked|told me|wrote|suggested|meant|mentioned"
    r"|were right))",
)
_ASKED = re.compile(
    r"\b(?:would|could|do|did|have|are|can|will|were|shall|does) (?:you|your|we|the two of you)\b|\bwhat would\b"
)
_SAID_TO_ADVISOR = re.compile(r"\byou(?:r)? (?:said|asked|told me|wrote|suggested|meant|mentioned|were right)\b")
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”')
_FIRST = re.compile(r"\b(?:i|me|my|mine|myself|im|ive)\b(?!\.)")
# Anger at the one who advises, and how she takes it.
_ANGRY = re.compile(
    r"\byou (?:people|guys|advis[eo]rs|planners|lied|promised)\b|\byou(?:['’]re| are) (?:all the same|useless)\b"
    r"|\b(?:shut up|go to hell|screw you|fuck you|refund me)\b|\byou (?:don['’]t|do not) know me\b",
)
_SOOTHES = re.compile(
    r"\bi(?:['’]m| am) (?:so |truly |very )?sorry\b(?=[.,;!]| (?:this|that|you|for your|about (?:your|that))\b)"
    r"|\bi (?:hear (?:you|how|that)|did say)\b|\byou['’]re right\b"
)
# What only one who tells of their own week says, and what only one who is asked for help says.
_TELLS = re.compile(
    r"\b(?:because|then|so|if|when|and) i\b"
    r"|\b(?:s?he|they|everybody|nobody) (?:said|says|asked|told|thinks|wants)\b",
)
_HELPS = re.compile(
    r"\b(?:when|if|as|what|because|before|until|that|than|where|how|and|of|for|in) you(?:r|rs)?\b"
    r"|\byou (?:can|have|may|might|could|mention|describe|brought|noticed|deserve|need not|are (?:allowed|safe))\b"
    r"|\b(?:trained|lifeline|hotline|helpline|financial planner|enough for)\b"
    r"|\bmy name is\b",
)
_I, _YOU_WORDS = frozenset({"i", "me", "my", "i'm", "i've"}), frozenset({"you", "your", "you're", "you've"})
# What the patterns above cannot match without.
_MY, _WE, _ONLY_I, _YOUR = frozenset({"my", "our"}), frozenset({"i", "we"}), frozenset({"i"}), frozenset({"your"})
_FIRST_WORDS = frozenset({"i", "me", "my", "mine", "myself", "im", "ive"})
_TELLING = frozenset({"i", "said", "says", "asked", "told", "thinks", "wants"})
_SAYING = frozenset({"said", "asked", "told", "wrote", "suggested", "meant", "mentioned", "right"})
_TO_YOU = frozenset({"you", "u"})
_ASKING = frozenset({"you", "your", "we", "would"})
_HELPING = frozenset(
    {"you", "your", "yours", "trained", "lifeline", "hotline", "helpline", "financial", "enough", "name"}
)
_AT_HER = frozenset({"you", "shut", "hell", "refund"})
_SOOTHING = frozenset({"sorry", "hear", "say", "right"})
_CLEAR = 0.5  # what a turn counts whose words alone tell that it is the right way round
_ONE_TURN, _ON_THE_WHOLE = -0.45, -0.2  # how far the sides must be the wrong way round
_LENGTH = 0.25  # a reply twice as long as the message counts for so much


def roles_swapped(reading: Reading) -> Iterator[Finding]:
    """No turn has the advisor's words under the client's name and the client's under hers."""
    leanings = [_way_round(turn, reading.subject) for turn in reading.turns]
    whole = len(leanings) > 1 and sum(leanings) / len(leanings) < _ONE_TURN
    for turn, leans in zip(reading.turns, leanings, strict=True):
        if leans < _ONE_TURN or (whole and leans < _ON_THE_WHOLE):
            yield at(
                turn.client,
                "roles_swapped",
                "gate",
                "The client speaks like the advisor, and the reply like the client: their messages are swapped.",
                "Put each message on its own side, or generate the turn again.",
                (0, len(turn.client.text)),
            )


def _way_round(turn: Turn, subject: Subject) -> float:
    """Above zero where the client's message is the client's, and the reply the advisor's."""
    if not turn.client.text.strip() or not turn.advisor.text.strip():
        return 0.0
    # Most turns are told apart by counting I and you, at a tenth of the cost of the patterns.
    if _says(turn.client, _I) > _says(turn.client, _YOU_WORDS) and _says(turn.advisor, _YOU_WORDS) > _says(
        turn.advisor, _I
    ):
        return _CLEAR
    longer = log2(len(turn.advisor.text) / len(turn.client.text))
    sides = leaning(turn.client, subject) - leaning(turn.advisor, subject)
    return sides + _LENGTH * max(-1.5, min(1.5, longer))


def leaning(message: Message, subject: Subject) -> float:
    """From 1 (all signs are a client's) to -1 (all are an advisor's)."""
    told = _QUOTED.sub(" ", message.text) if '"' in message.lower else message.text  # any kind of marks, as folded
    spoken, said = told.lower(), message.vocabulary
    advisor, client = subject.rules.advisor_short_name, str(subject.client.get("name") or "").split(" ")[0]
    mine = (
        1.6 * _count(_MINE, spoken, said, _MY)
        + 1.2 * _count(_TROUBLE, spoken, said, _WE)
        + 1.5 * _count(_ASKS, spoken, said, _ONLY_I)
        + 0.5 * _count(_FIRST, spoken, said, _FIRST_WORDS)
        + 1.0 * _count(_TELLS, spoken, said, _TELLING)
        + 1.5 * _count(_SAID_TO_ADVISOR, spoken, said, _SAYING)
        + 2.0 * _count(_ANGRY, spoken, said, _AT_HER)
        + 2.0 * _addressed(advisor, told)
    )
    theirs = (
        1.6 * _count(_YOURS, spoken, said, _YOUR)
        + 1.3 * len(_ADVICE.findall(spoken))
        + 0.7 * _count(_YOU, spoken, said, _TO_YOU)
        + 1.0 * _count(_ASKED, spoken, said, _ASKING)
        + 1.2 * _count(_HELPS, spoken, said, _HELPING)
        + 1.5 * _count(_SOOTHES, spoken, said, _SOOTHING)
        + 2.0 * _addressed(client, told)
    )
    return (mine - theirs) / (mine + theirs + 1)


def _says(message: Message, words: frozenset[str]) -> int:
    return sum(message.counted[word] for word in words if word in message.counted)


def _count(pattern: re.Pattern[str], text: str, said: frozenset[str], needed: frozenset[str]) -> int:
    """How often a pattern is in a text, none of whose matches does without one of the words `needed`."""
    return 0 if said.isdisjoint(needed) else len(pattern.findall(text))


def _addressed(name: str, text: str) -> int:
    """Whether somebody of that name is spoken to."""
    if not name or name not in text:
        return 0
    found = re.search(rf"(?:\A\W*(?:\w+,? )?|, ){re.escape(name)}(?=[,.!?—–:]|\s*\n)(?!\s*\Z)", text)
    return int(found is not None)
