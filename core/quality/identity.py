"""Gates on who is who: the client's name, age and income as planned, and the advisor's own name.

Other people's names, ages and sums fill every conversation, so each check looks only at the few forms in which a
speaker says it of themselves or addresses the other, and steps back where the plan or the client brought the name up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from core.quality.reading import Message, Reading, at, clause_before, is_quoted, is_reported
from core.quality.report import Finding

_ROW_TEXTS = ("persona_name", "topic", "topic_description", "session_context", "expected_outcome")
_GREETING = r"(?:hi|hello|hey|dear|thanks|thank you|welcome(?: back)?|good (?:morning|afternoon|evening))"
_GREETED = re.compile(rf"(?:\A|\n)\s*(?i:{_GREETING}),?\s+(?:M[rs]s?\.? )?([A-Z][a-zé'’-]+)(?=\s*[,.!:;—–\n-]|\s*\Z)")
_NAMED = re.compile(r"(?i:\bmy name(?: is|['’]s) )([A-Z][a-zé'’-]+(?: [A-Z][a-zé'’-]+)?)")
_ADVISOR_SELF = re.compile(
    r"\b(?:[Mm]y name(?: is|['’]s)|I am|I['’]m|(?:\A|\n)This is) ([A-Z][a-zé]+(?: [A-Z][a-zé]+)?)"
    r"(?=,? (?:your|the|a) (?:financial )?(?:advisor|adviser|planner|CFP)|,? (?:from|with) [A-Z])"
)
_SIGNATURE = re.compile(r"\n[ \t]*[-–—~]*[ \t]*([A-Z][a-zé]+(?: [A-Z][a-zé.]+){0,2})(?:, CFP®?)?[ \t]*\Z")
_NO_NAMES = frozenset({"there", "again", "all", "everyone", "so", "for", "you", "god"})
_AGE_END = r"(?=\s*(?:[.,;!?)—–]|\Z|\n|(?:years? old|yrs? old|now|and|with)\b))(?!,\d|\.\d)"
_CLIENT_AGE = re.compile(
    rf"\bI(?:['’]m| am) (?:already |only |just |now )?(\d\d){_AGE_END}|\bI (?:just|recently) turned (\d\d)\b"
    r"|\bas an? (\d\d)-year-old\b",
    re.IGNORECASE,
)
_ADVISOR_AGE = re.compile(rf"\byou(?:['’]re| are) (?:already |only |just |now )?(\d\d){_AGE_END}", re.IGNORECASE)
_SUPPOSED = re.compile(
    r"\b(?:when|once|until|till|before|after|by|if|unless|whether|like|as|because|since|while|pretend\w*|says?|said|think\w*"
    r"|thought|imagin\w+|assum\w+|would|could|tell|told|asked)\b[^.!?]{0,40}$",
    re.IGNORECASE,
)
_INCOME = re.compile(
    r"\b(?:I (?:currently |now |only |still )?(?:make|earn|gross)|my salary is|I have a salary of)"
    r" (?:(?:about|around|roughly|only|just|like|almost|nearly|maybe) )*"
    r"(?P<dollar>\$ ?)?(?P<sum>\d[\d,]*+(?:\.\d+)?+)(?: ?(?P<kilo>k\b|thousand\b|grand\b))?+"
    r"(?! ?(?:(?:(?:a|an|per|each|every)\b|/) ?(?!year|annum|yr)\w+|%|percent|more|less|extra|profit|payments?))"
    r"(?! (?:in|from|off|on) )",
    re.IGNORECASE,
)
_SUM = re.compile(r"\$? ?(\d[\d,]*(?:\.\d+)?) ?(k\b|K\b|thousand\b)?( (?:a|per) month| monthly)?")
_LEAST_INCOME, _TOLERANCE = 15_000, 0.15


def names(reading: Reading) -> Iterator[Finding]:
    """No other named persona of the pack is addressed or claimed, and the advisor greets nobody unknown."""
    subject = reading.subject
    own = _words_of(subject.client.get("name"), reading.text("persona_name"))
    known = own | subject.rules.advisor_names | _introduced(reading)
    foreign = {
        name: first
        for name in subject.rules.persona_names
        if (first := name.split()[0]) not in own and not set(name.split()) & subject.rules.advisor_names
    }
    if not own:
        return  # nobody knows who the client is
    for message in reading.messages:
        for name, span in _claims(message, tuple(foreign.items())):
            if message.role == "advisor" and name in known and not _is_greeting(message, span):
                continue  # the client's brother may well be called so
            yield at(
                message,
                "wrong_name",
                reading.planned_severity,
                f"The {'client calls themselves' if message.role == 'client' else 'advisor calls the client'} {name}; "
                f"the plan says {subject.client.get('name') or reading.text('persona_name')}.",
                "Use the planned name.",
                span,
            )
            break
        else:
            match = _GREETED.search(message.text) if message.role == "advisor" else _NAMED.search(message.text)
            if match and not _known(match[1], known if message.role == "advisor" else own):
                yield at(
                    message,
                    "unknown_name",
                    "warning",
                    f"{match[1]} is not the client's name.",
                    "Use the planned name, or none.",
                    match.span(1),
                )


def advisor_name(reading: Reading) -> Iterator[Finding]:
    """The advisor introduces and signs herself with her own name."""
    own = reading.subject.rules.advisor_names
    if not own:
        return
    for message in reading.replies:
        for match in (*_ADVISOR_SELF.finditer(message.text), *_SIGNATURE.finditer(message.text)):
            if not set(match[1].split()) <= own and not is_quoted(message.text, match.start()):
                yield at(
                    message,
                    "advisor_name",
                    "gate",
                    f"The advisor calls herself {match[1]}.",
                    f"She is {reading.subject.rules.advisor_name}.",
                    match.span(1),
                )


def age(reading: Reading) -> Iterator[Finding]:
    """The age the client states, or is told, is the planned one; a birthday may lie between."""
    planned = reading.subject.client.get("age")
    if not isinstance(planned, int):
        return
    for message in reading.messages:
        pattern = _CLIENT_AGE if message.role == "client" else _ADVISOR_AGE
        for match in pattern.finditer(message.text):
            stated = int(next(group for group in match.groups() if group))
            if abs(stated - planned) <= 1 or stated < 16 or not _is_statement(message.text, match.start()):
                continue
            yield at(
                message,
                "age",
                reading.planned_severity,
                f"{stated} is said to be the client's age; the plan says {planned}.",
                "Use the planned age.",
                match.span(),
            )


def income(reading: Reading) -> Iterator[Finding]:
    """The yearly income the client states agrees with some sum of the plan, give or take 15 %."""
    subject = reading.subject
    if not subject.client.get("income"):
        return
    planned: set[float] = set()
    for turn in reading.turns:
        for match in _INCOME.finditer(turn.client.text):
            value = _value(match["sum"], match["kilo"])
            stated = match["dollar"] or match["kilo"] or value >= 1000
            if not stated or value < _LEAST_INCOME or not _is_statement(turn.client.text, match.start()):
                continue
            if not planned:
                texts = (*(_flat(subject.client)), *(reading.text(column) for column in _ROW_TEXTS))
                planned = {sum_ for text in texts for sum_ in _sums(text)}
            if planned and not any(abs(value - known) <= _TOLERANCE * known for known in planned):
                yield at(
                    turn.client,
                    "income",
                    reading.planned_severity,
                    f"The client states an income of ${value:,.0f}; the plan says {subject.client['income']}.",
                    "Use the planned income.",
                    match.span(),
                )


def _claims(message: Message, foreign: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where a message uses a persona's name for the client, with that first name."""
    if not foreign or not any(first in message.text for _, first in foreign):
        return
    client, advisor = _name_patterns(foreign)
    for match in (client if message.role == "client" else advisor).finditer(message.text):
        if not is_quoted(message.text, match.start()):
            name = next(group for group in match.groups() if group)
            yield name.split()[0], match.span()


@lru_cache(maxsize=64)
def _name_patterns(foreign: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    first = "|".join(sorted({re.escape(f) for _, f in foreign}, key=len, reverse=True))
    full = "|".join(sorted({re.escape(name) for name, _ in foreign}, key=len, reverse=True))
    client = re.compile(
        rf"(?:\b(?:my name(?: is|['’]s)|I['’]m|I am|call me|(?:\A|\n)\s*(?:(?i:{_GREETING})[^\n]{{0,20}})?[Tt]his is)"
        rf" ({full}|{first})\b(?!['’]s|-))|\n\s*[-–—~]*\s*({full}|{first})\s*\Z"
    )
    advisor = re.compile(
        rf"\b({full})\b(?!['’]s)"
        rf"|(?:\A|[.!?…]\s+|\n\s*)(?:(?i:{_GREETING}|yes|no|okay|well|so|oh),? )?({first})"
        r"(?=[!—–:]|\s*\n|,(?! (?:who|whom|whose|the|an?|my|your|his|her|our|their)\b))"
        rf"|, ({first})(?=[.?!])"
    )
    return client, advisor


def _is_greeting(message: Message, span: tuple[int, int]) -> bool:
    return re.match(rf"\s*(?i:{_GREETING})\b", message.text[span[0] : span[1]]) is not None


def _introduced(reading: Reading) -> set[str]:
    """Capitalised words of the plan and of the client's messages: people who may be spoken of."""
    texts = [*_flat(reading.subject.client), *(reading.text(column) for column in _ROW_TEXTS)]
    texts += [turn.client.text for turn in reading.turns]
    return {word for text in texts for word in re.findall(r"\b[A-Z][a-zé'’-]+", text)}


def _known(name: str, known: Iterable[str]) -> bool:
    """Whether a name is one of these, or a short form of one (Tad for Thaddeus is let pass by its first letter)."""
    word = name.split()[0]
    return word.lower() in _NO_NAMES or any(word == other or word[:1] == other[:1] for other in known if other)


def _is_statement(text: str, position: int) -> bool:
    """Whether something is said as a fact about now: not quoted, not supposed, not somebody's words."""
    return not (
        is_quoted(text, position)
        or is_reported(text, position)
        or _SUPPOSED.search(clause_before(text, position)[-80:])
    )


def _words_of(*texts: object) -> set[str]:
    words = {word.strip(".,") for text in texts if isinstance(text, str) for word in text.split()}
    return words - {"Mixed", "mixed"}


def _flat(client: Mapping[str, Any]) -> list[str]:
    texts: list[str] = []
    for value in client.values():
        texts += [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return texts


def _sums(text: str) -> Iterator[float]:
    for match in _SUM.finditer(text):
        value = _value(match[1], match[2])
        if value >= 1000:
            yield value
            if match[3]:
                yield value * 12


def _value(digits: str, kilo: str | None) -> float:
    number = float(digits.replace(",", "") or 0)
    return number * 1000 if kilo else number
