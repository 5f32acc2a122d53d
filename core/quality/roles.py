"""A gate on who speaks: where the client advises and the advisor tells of her own money, the sides are swapped.

Neither side has words of its own, so both messages of a turn are weighed against each other: troubles and possessions
in the first person on one side, advice and questions in the second person on the other. One unusual message is let
pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
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
_ASKING_FOR_ME = frozenset({"should", "can", "do", "am", "could", "would", "must", "will", "shall"})
_SAYING = frozenset({"said", "asked", "told", "wrote", "suggested", "meant", "mentioned", "right"})
_TO_YOU, _OF_YOU = frozenset({"you", "u"}), frozenset({"you", "your"})
_ASKING = frozenset({"you", "your", "we", "would"})
_ASKING_OF_YOU = frozenset({"would", "could", "do", "did", "have", "are", "can", "will", "were", "shall", "does"})
_HELPING = frozenset(
    {"you", "your", "yours", "trained", "lifeline", "hotline", "helpline", "financial", "enough", "name"}
)
_AT_HER = frozenset({"you", "shut", "hell", "refund"})
_ANGER = frozenset(
    {"people", "guys", "advisors", "advisers", "planners", "lied", "promised", "same", "useless", "know"}
    | {"shut", "hell", "screw", "fuck", "refund"}
)
_SOOTHING = frozenset({"sorry", "hear", "say", "right"})
_CLEAR = 0.5  # what a turn counts whose words alone tell that it is the right way round
_ONE_TURN, _ON_THE_WHOLE = -0.45, -0.2  # how far the sides must be the wrong way round
_LENGTH = 0.25  # a reply twice as long as the message counts for so much


def roles_swapped(reading: Reading) -> Iterator[Finding]:
    """No turn has the advisor's words under the client's name and the client's under hers."""
    if all(_way_round(turn, reading.subject, at_least=True) >= _ONE_TURN for turn in reading.turns):
        return
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


def _way_round(turn: Turn, subject: Subject, *, at_least: bool = False) -> float:
    """Above zero where the client's message is the client's, and the reply the advisor's.

    `at_least` asks only for so much of it as acquits the turn: mostly the client's message alone tells enough.
    """
    if not turn.client.text.strip() or not turn.advisor.text.strip():
        return 0.0
    # Most turns are told apart by counting I and you, at a tenth of the cost of the patterns.
    if _says(turn.client, _I) > _says(turn.client, _YOU_WORDS) and _says(turn.advisor, _YOU_WORDS) > _says(
        turn.advisor, _I
    ):
        return _CLEAR
    length = _LENGTH * max(-1.5, min(1.5, log2(len(turn.advisor.text) / len(turn.client.text))))
    client = _Side(turn.client, subject)
    if at_least:
        least = _weighed(client.first_person, client.theirs) - 1 + length  # were the reply all a client's
        if least < _ONE_TURN:
            least = client.leaning - 1 + length  # costs far more to count, and is never less
        if least >= _ONE_TURN:
            return least
    return client.leaning - _Side(turn.advisor, subject).leaning + length


@dataclass(frozen=True)
class _Side:
    """The signs in one message, counted when they are asked for."""

    message: Message
    subject: Subject

    @cached_property
    def told(self) -> str:
        """Its own words, without quotations in whatever marks, which are folded to one."""
        return _QUOTED.sub(" ", self.message.text) if '"' in self.message.lower else self.message.text

    @cached_property
    def spoken(self) -> str:
        """The same for the patterns."""
        return self.told.lower()

    @cached_property
    def first_person(self) -> float:
        """The plainest sign of a client."""
        return 0.5 * self._count(_FIRST, _FIRST_WORDS)

    @cached_property
    def mine(self) -> float:
        """All signs of a client."""
        return (
            1.6 * self._count(_MINE, _MY)
            + 1.2 * self._count(_TROUBLE, _WE)
            + 1.5 * self._count(_ASKS, _ONLY_I, _ASKING_FOR_ME)
            + self.first_person
            + 1.0 * self._count(_TELLS, _TELLING)
            + 1.5 * self._count(_SAID_TO_ADVISOR, _SAYING, _OF_YOU)
            + 2.0 * self._count(_ANGRY, _AT_HER, _ANGER)
            + 2.0 * _addressed(self.subject.rules.advisor_short_name, self.told)
        )

    @cached_property
    def theirs(self) -> float:
        """All signs of an advisor."""
        client = str(self.subject.client.get("name") or "").split(" ")[0]
        return (
            1.6 * self._count(_YOURS, _YOUR)
            + 1.3 * len(_ADVICE.findall(self.spoken))
            + 0.7 * self._count(_YOU, _TO_YOU)
            + 1.0 * self._count(_ASKED, _ASKING, _ASKING_OF_YOU)
            + 1.2 * self._count(_HELPS, _HELPING)
            + 1.5 * self._count(_SOOTHES, _SOOTHING)
            + 2.0 * _addressed(client, self.told)
        )

    @property
    def leaning(self) -> float:
        """From 1 (all signs are a client's) to -1 (all are an advisor's)."""
        return _weighed(self.mine, self.theirs)

    def _count(self, pattern: re.Pattern[str], *needed: frozenset[str]) -> int:
        """How often it says a pattern, none of whose matches does without a word out of each of `needed`."""
        if any(self.message.vocabulary.isdisjoint(words) for words in needed):
            return 0
        return len(pattern.findall(self.spoken))


def _weighed(mine: float, theirs: float) -> float:
    return (mine - theirs) / (mine + theirs + 1)


def _says(message: Message, words: frozenset[str]) -> int:
    return sum([message.counted[word] for word in words if word in message.counted])


def _addressed(name: str, text: str) -> int:
    """Whether somebody of that name is spoken to."""
    if not name or name not in text:
        return 0
    found = re.search(rf"(?:\A\W*(?:\w+,? )?|, ){re.escape(name)}(?=[,.!?—–:]|\s*\n)(?!\s*\Z)", text)
    return int(found is not None)
