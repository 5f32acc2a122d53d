"""Gate on the client's age: whatever either side states it to be, in figures, words or decades, is the planned one.

Other people's ages and those of rules and of former years fill every conversation, so only forms are read in which
somebody says it of the client as they are now; a birthday may lie between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.quality.reading import Message, Reading, Sentence, at
from core.quality.report import Finding
from core.quality.stated import is_statement

_AGE_END = (
    r"(?=\s*(?:[.,;!?)—–]|\Z|\n|(?:years? old|yrs? old|years? of age|now|already|and|with|but|today)\b))(?!,\d|\.\d)"
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_YEARS = rf"(\d\d|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?)"
_HOW = r"(?:already |only |just |now |currently |still |almost |nearly |about |barely )*"
_LATELY = (
    r"(?= (?:last|this|in (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)|in the (?:spring|summer|fall|autumn|winter|new year)|on|yesterday|today|a (?:few|couple)|two"
    r"|three)\b|,? and\b|[.!,;])"
)
_CLIENT_AGE = re.compile(
    rf"\bI(?:['’]m| am|m) {_HOW}{_YEARS}{_AGE_END}|\bI (?:just|recently|only just) turned {_YEARS}\b"
    rf"|\bI(?:['’]ve)? (?:just )?turned {_YEARS}{_LATELY}|\bI(?:['’]m| am| will be"
    rf"|['’]ll be) (?:about to )?turn(?:ing)? {_YEARS} (?:next|this|in|on|soon)\b"
    rf"|\bat {_YEARS} (?:years? old|years of age)\b|\bat {_YEARS},? I(?:['’]m| am|['’]ve| have| still| feel"
    rf"| don['’]t| can['’]t)\b"
    rf"|\bas an? {_YEARS}[- ]year[- ]old\b|\bI(?:['’]m| am) an? {_YEARS}[- ]year[- ]old\b|\bmy age is {_YEARS}\b"
    rf"|\bmy {_YEARS}(?:st|nd|rd|th) birthday (?:was|is|came)\b|\b{_YEARS} years? old (?:and"
    rf"|here)\b(?=[^.!?]{{0,30}}\bI\b)"
    rf"|(?:\A|\n|[.!?]\s)(?:I['’]m )?{_YEARS} years? old\b"
    rf"|\b(?:being|aged|at age|at the (?:ripe (?:old )?)?age of|here at|now) {_YEARS}(?: years old)?,?"
    rf" (?:and [\w ]{{1,20}},? )?"
    rf"I\b|\bI turn {_YEARS} (?:next|this|in|on|soon)\b|\bI(?:['’]ll| will) be {_YEARS} (?:next|this|in"
    rf" (?!\d)|on|soon)\b"
    rf"|\bI(?:['’]ve)? (?:just |recently |already )?(?:hit|reached|crossed) {_YEARS}{_LATELY}"
    rf"|\ban? {_YEARS}[- ]year[- ]old(?: \w+)? like me\b|\bI(?:['’]ve| have) been {_YEARS} (?:for|since)\b"
    rf"|\bI celebrated my {_YEARS}(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
_ADVISOR_AGE = re.compile(
    rf"\byou(?:['’]re| are) {_HOW}{_YEARS}{_AGE_END}|\byou (?:just |recently )?turned {_YEARS}{_LATELY}"
    rf"|\byour {_YEARS} years of (?:age|life)\b|\b(?:you are|you['’]re) an? {_YEARS}[- ]year[- ]old\b",
    re.IGNORECASE,
)
# Looked for first: most messages hold no bare number that could be an age, nor the beginning of one in words.
_BARE_NUMBER = re.compile(r"\d\d(?<![\d$,.]\d\d)(?![\d%]|,\d|\.\d)")
_SPELLED = (
    *("twent", "thirt", "eighty"),
    *("forty", "forties", "fifty", "fifties", "sixty", "sixties", "seventy", "seventies"),
)
# Forms that name a range or come from the side; the groups say how the number is meant.
_DECADE = (
    r"(?P<part>early|mid|late)?[- ]?(?:to[- ]late[- ])?(?P<decade>twenties|thirties|forties|fifties|sixties"
    r"|seventies|[2-7]0s)"
)
_TURNING = r"(?:next|this|in|on|soon|before|come|by|when|the day|tomorrow|over|between)"
_BODY = r"(?:self|brain|body|knees|hands|back|bones|eyes|heart|head|face|fingers)"
_OF_CLIENT = re.compile(
    rf"\b(?:i'm|i am|being|still|now|already|here i am|me)(?: \w+){{0,2}}? (?:in|into) my {_DECADE}\b"
    r"|\b(?:for|as|from|like) (?:somebody|someone|an? (?!new)\w+)(?: \w+)? (?:who(?:'s| is)|aged?|(?<=man )of"
    r"|(?<=person )of|(?<=guy )of|(?<=mother )of"
    rf"|(?<=father )of|(?<=mom )of|(?<=dad )of) (?P<whose>{_YEARS[1:-1]})(?! (?:and|or) \d|[,.]\d|%| percent"
    r"| years of (?!age))"
    rf"|\bmy (?P<mine>{_YEARS[1:-1]})(?: years(?! (?:of|in|at|with|as) (?!age|life))|[- ]year[- ]old {_BODY})\b"
    r"|\bi(?:'m| am)(?: \w+)? (?:pushing|nearing|approaching|going on|closing in on|knocking on|coming up on"
    r"|just shy of)"
    rf" (?P<nearly>{_YEARS[1:-1]})\b(?! ?(?:percent|%|thousand|k\b|grand|hours|minutes|months|miles|years? (?:of|in"
    r"|at)))"
    r"|\bi(?:'m| am)(?: \w+)? (?:past|over|on the wrong side of|on the far side of"
    rf"|north of) (?P<over>{_YEARS[1:-1]})(?=[.,;!?]| and"
    r"| now|$)"
    r"|\b(?:i'm|i am) (?:a |an |your average )?(?P<some>twenty|thirty|forty|fifty|sixty|[2-6]0)[- ]?(?:something"
    r"|ish|odd)\b"
    r"|\b(?:here i am|starting (?:over|again)|single(?: again)?|renting|broke|learning (?:this|it)|doing this"
    r"|asking this"
    rf"|starts? over|begins? again|start(?:ing)? from (?:zero|scratch)|still \w+ing(?: \w+){{0,2}}) (?:at"
    rf"|aged?) (?P<at>{_YEARS[1:-1]})(?=[.,;!?]| and\b| with\b|$)"
    rf"|\bbeing (?P<being>{_YEARS[1:-1]})(?=,| and\b|[.!]| is\b| feels\b)"
    rf"|\bi, an? (?P<me>{_YEARS[1:-1]})[- ]year[- ]old\b"
    r"|\b(?:next (?:month|week|year|spring|summer|fall|winter)|in (?:a|two|three|\w+) (?:weeks?|months?)"
    r"|soon),? i(?:'ll)? turn"
    rf" (?P<turn>{_YEARS[1:-1]})\b|^(?:and |but |so )?at (?P<now>{_YEARS[1:-1]}),? i (?:thought|figured|expected"
    r"|imagined|hoped|assumed|still|should|feel|want|need|can't|don't|rent"
    rf"|have|am|own|know)\b|(?:^|[,(] ?)(?:aged?|my age:?|age:) (?P<age>{_YEARS[1:-1]})(?=[.,;!?)]|$)"
    r"|\b(?P<yo>\d\d) ?(?:y/?o|yrs old)\b(?= |[.,]|$)"
    rf"|\b(?P<young>{_YEARS[1:-1]}) years (?:young|on this (?:earth|planet)|under my belt)\b"
    rf"|\bturning (?P<soon>{_YEARS[1:-1]}) {_TURNING}\b|\b(?:since|after) (?:turning|i turned|hitting"
    rf"|reaching) (?P<since>{_YEARS[1:-1]})"
    r"(?=[.,;]| i\b)|\bi(?:'ve)? (?:\w+ )?(?:hit|reached|made it to|crossed|became"
    rf"|am on) (?P<hit>{_YEARS[1:-1]}) (?:this|last|in|on)\b"
    rf"|\bmy (?P<birthday>\d\d)(?:st|nd|rd|th) birthday\b(?= (?:is|was|comes|came|last|this|in|next|just|on)|[.,!])"
)
_TO_CLIENT = re.compile(
    rf"\b(?:you're|you are|being|now|already)(?: \w+){{0,2}}? (?:in|into) your {_DECADE}\b"
    r"|\b(?:for|as|from|at) (?:somebody|someone|an? (?!new)\w+)(?: \w+)? (?:who(?:'s| is)|aged|(?<=man )of"
    rf"|(?<=person )of) (?P<whose>{_YEARS[1:-1]})"
    rf"(?=[.,;!?]| you)"
    rf"|\byour (?P<mine>{_YEARS[1:-1]})(?: years(?! (?:of|in|at|with|as) (?!age|life))|[- ]year[- ]old {_BODY})\b"
    r"|\byou(?:'re| are)(?: \w+)? (?:pushing|nearing|approaching|going on|closing in on|just shy of|about to turn"
    r"|turning)"
    rf" (?P<nearly>{_YEARS[1:-1]})\b(?! ?(?:percent|%|thousand|k\b|grand|hours|minutes|months|miles))"
    rf"|\byou(?:'re| are)(?: \w+)? (?:past|over|on the wrong side of) (?P<over>{_YEARS[1:-1]})(?=[.,;!?]| and| now|$)"
    rf"|\b(?:you're|you are) (?:a |an )?(?P<some>twenty|thirty|forty|fifty|sixty|[2-6]0)[- ]?(?:something|ish|odd)\b"
    rf"|\b(?:your age,? (?:of |is |at )?|you,? (?:at|aged) )(?P<age>{_YEARS[1:-1]})\b(?! (?:and|or|to) \d)"
    rf"|\b(?:as|like) an? (?P<yo>{_YEARS[1:-1]})[- ]year[- ]old\b"
    rf"|(?:^|, )at (?P<at>{_YEARS[1:-1]}),? you(?:'re| are still| still have| have (?:\w+ )?(?:years|decades|time"
    r"|\d\d))"
    rf"|\byou(?:'ll be| will be| turn)(?P<soon> {_YEARS[1:-1]}) (?:next|this|soon|on|in (?!\d))"
)
_RULE_AGES = frozenset({50, 55, 59, 60, 62, 63, 64, 65, 66, 67, 70, 72, 73, 75})
_TENFOLD = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70}
_WITHIN = {"early": (0, 4), "mid": (3, 7), "late": (6, 9), None: (0, 9)}


def age(reading: Reading) -> Iterator[Finding]:
    """The age the client states, or is told, is the planned one."""
    planned = reading.subject.client.get("age")
    if not isinstance(planned, int):
        return
    for message in reading.messages:
        text = message.small
        spelled = [part for part in _SPELLED if part in text]
        in_digits = message.has_digits and _BARE_NUMBER.search(text)
        if not spelled and not in_digits:
            continue
        sentences = [
            sentence
            for sentence in message.spoken
            if (spelled and any(part in sentence.text for part in spelled))
            or (in_digits and _BARE_NUMBER.search(sentence.text))
        ]
        found = [*_exact(message, sentences), *_roundabout(message, sentences)]
        for said, lowest, highest, span in found:
            if lowest - 1 <= planned <= highest + 1 or highest < 16 or not is_statement(message.text, span[0]):
                continue
            yield at(
                message,
                "age",
                reading.planned_severity,
                f"{said} is said to be the client's age; the plan says {planned}.",
                "Use the planned age.",
                span,
            )
            break


Stated = tuple[str, int, int, tuple[int, int]]  # in words, the lowest and highest age it may mean, its place


def _exact(message: Message, sentences: Sequence[Sentence]) -> Iterator[Stated]:
    pattern = _CLIENT_AGE if message.role == "client" else _ADVISOR_AGE
    for sentence in sentences:
        start, end = max(0, sentence.start - 2), sentence.start + len(sentence.text) + 1
        for match in pattern.finditer(message.text, start, end):
            stated = _years(next(group for group in match.groups() if group))
            yield str(stated), stated, stated, match.span()


def _roundabout(message: Message, sentences: Sequence[Sentence]) -> Iterator[Stated]:
    pattern = _OF_CLIENT if message.role == "client" else _TO_CLIENT
    for sentence in sentences:
        for match in pattern.finditer(sentence.text):
            groups = {name: value for name, value in match.groupdict().items() if value}
            span = sentence.start + match.start(), sentence.start + match.end()
            if "decade" in groups or "some" in groups:
                word = groups.get("decade") or groups["some"]
                base = _TENFOLD.get(word) or _TENS.get(word) or int(word[:2])
                low, high = _WITHIN[groups.get("part")]
                yield match.group(), base + low, base + high, span
                continue
            (name, word) = next(iter(groups.items()))
            years = _years(word.strip())
            if name == "at" and message.role == "advisor" and years in _RULE_AGES:
                continue
            low, high = {"nearly": (-5, 0), "over": (0, 9), "soon": (-2, 0), "since": (0, 8)}.get(name, (0, 0))
            yield str(years), years + low, years + high, span


def _years(text: str) -> int:
    """An age in digits or words.

    >>> _years("52"), _years("fifty-two"), _years("Forty")
    (52, 52, 40)
    """
    if text.isdigit():
        return int(text)
    tens, _, ones = text.lower().replace("-", " ").partition(" ")
    return _TENS[tens] + (_ONES.index(ones) + 1 if ones else 0)
