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
_WORD = r"[A-Z](?:['’][A-Z])?[a-zé-]+"
_NAME = rf"{_WORD}(?: (?:[A-Z]\. )?{_WORD})?"
_BEGIN = (
    rf"(?:\A|\n|[.!?…—–]\s+)\s*(?:(?i:{_GREETING})(?: [A-Z][a-z]+)?[,.!]? ?(?:—|–|-)? ?)?(?:(?i:oh|so|and|well),? )?"
)
# Forms in which somebody says who they are; a bare "I'm X" may as well be a trade or a faith, so it wants more.
_INTRODUCED = (
    rf"\b(?i:my (?:full |first )?name(?: is|['’]s)|(?:you can |please |just |everyone )?calls? me|I go by"
    rf"|they call me) (?P<told>{_NAME})"
    rf"|{_BEGIN}(?i:this is|it['’]s|it is) (?P<here>{_NAME})(?=,? (?:here|again|speaking|writing|by the way|from"
    rf"|with|at)\b|[.!]|,? (?:your|the)\b"
    rf"|\s*[—–]| \()"
    rf"|{_BEGIN}(?P<start>{_WORD} {_WORD}) (?:here|speaking)(?=[,.!:;—–]| from)"
    rf"|{_BEGIN}(?P<from>{_WORD}) (?:here,? from|speaking)\b"
    rf"|(?:\A|\n)\s*(?i:{_GREETING})(?: {_WORD})?[,.!]? (?P<hello>{_WORD}) here\b"
)
_NAMED = re.compile(rf"{_INTRODUCED}|\n\s*[-–—~]+\s*(?P<signed>{_NAME})\s*\Z")
_TRADE = r"(?:financial |fee-only |certified |own )*(?:advisor|adviser|planner|CFP|counselor|guide|coach)"
_ADVISOR_SELF = re.compile(
    rf"{_INTRODUCED}|\b(?:I am|I['’]m) (?P<am>{_NAME})(?=,? (?:and I|your|the|an?) (?:am |['’]m )?(?:your |the "
    rf"|an? )?{_TRADE}|,? (?:from|with|at|of) [A-Z])"
    rf"|{_BEGIN}(?:I am|I['’]m) (?P<both>[A-Z][a-zé]+ [A-Z][a-zé]+)(?=[,.!])"
)
_SIGNATURE = re.compile(
    r"\n[ \t]*[-–—~*_]*[ \t]*([A-Z][a-zé]+(?: (?:[A-Z]\. )?[A-Z][a-zé.]+){0,2})(?:,? (?:CFP|CPA|ChFC)®?)?[*_]*[ \t]*\Z"
    r"|[.!?,](?: ?[-–—~] ?| (?i:yours|warmly|best|love|take care|kindly"
    r"|sincerely),? )([A-Z][a-zé]+(?: [A-Z][a-zé.]+)?)(?:,? (?:CFP|CPA)®?)?\s*\Z"
)
_FAREWELL = (
    r"(?:all |very |my |with |kind |warm )*(?:best|thanks|thank you|love|yours|yours (?:truly|sincerely)|cheers|regards"
    r"|warmly|sincerely|wishes|take care|gratefully|hugs|xo+|from|bye|talk soon|until then)(?: wishes| again| so much)?"
)
_NO_NAMES = frozenset({"there", "again", "all", "everyone", "so", "for", "you", "god"})
# Capitalised words that may end a message or follow "it's" and are nobody.
_NO_SIGNATURES = frozenset(
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March"}
    | {"April", "May", "June", "July", "August", "September", "October", "November", "December", "Christmas", "Easter"}
    | {
        "Thanksgiving",
        "Yes",
        "No",
        "Okay",
        "Right",
        "Thanks",
        "Warmly",
        "Yours",
        "Then",
        "Home",
        "Medicare",
        "Medicaid",
    }
    | {"God", "Now", "Here", "There", "That", "This", "Nobody", "Everybody", "Mom", "Dad", "Nothing", "Half"}
)
_AGE_END = (
    r"(?=\s*(?:[.,;!?)—–]|\Z|\n|(?:years? old|yrs? old|years? of age|now|already|and|with|but|today)\b))(?!,\d|\.\d)"
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_YEARS = rf"(\d\d|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?)"
_HOW = r"(?:already |only |just |now |currently |still |almost |nearly |about |barely )*"
_LATELY = (
    r"(?= (?:last|this|in (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)|on|yesterday|today|a (?:few|couple)|two|three)\b|,? and\b|[.!,;])"
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
# Looked for first: most messages hold no bare number that could be an age.
_SOME_AGE = re.compile(r"(?<![\d$,.])\d\d(?![\d%]|,\d|\.\d)|twenty|thirty|forty|fifty|sixty|seventy|eighty")
_SUPPOSED = re.compile(
    r"\b(?:when|once|until|till|before|after|by|if|unless|whether|like|as|because|since|while|pretend\w*|says?"
    r"|said|think\w*"
    r"|thought|imagin\w+|assum\w+|would|could|tell|told|asked)\b[^.!?]{0,40}$",
    re.IGNORECASE,
)
_ABOUT = (
    r"(?:(?:about|around|roughly|only|just|like|almost|nearly|maybe|a|some|at|approximately|close to|right around"
    r"|of) )*"
)
_AMOUNT = r"(?P<dollar{n}>\$ ?)?(?P<sum{n}>\d[\d,]*+(?:\.\d+)?+)(?: ?(?P<kilo{n}>k\b|thousand\b|grand\b))?+"
_PAY = r"(?:salary|pay|income|wages?|earnings|base|base pay|base salary|gross|paychecks?|take-home)"
_EARNS = (
    r"(?:make|earn|gross|bring in|bring home|take home|pull in|pull down|get paid|am paid|draw|clear|net"
    r"|was making|[’']m making|am making|am earning)"
)
_NOT_YEARLY = (
    r"(?! ?(?:(?:(?:a|an|per|each|every)\b|/) ?(?!year|annum|yr)\w+|%|percent|more|less|extra|profit|payments?"
    r"|monthly|weekly|hourly))"
    r"(?! (?:in|from|off|on|toward|for|of|out of) )"
)
_INCOME = re.compile(
    rf"(?:\bI(?: (?:currently|now|only|still|just))*(?: |(?=['’]m)){_EARNS}|\b(?:my|our)(?: (?:annual|yearly"
    rf"|current|total|household|gross|combined|base))* {_PAY}"
    rf"(?: (?:is|are|was|comes? (?:out )?to|comes in at|sits at|runs(?: to)?|stands at|of|adds up to"
    rf"|works out to)|['’]s)|\bI have an? (?:salary|income) of"
    rf"|\b(?:I(?:['’]m| am)|live|living|we live) on|\b(?:salary|income) of) {_ABOUT}{_AMOUNT.format(n=1)}{_NOT_YEARLY}"
    rf"|\b(?:my|our) {_AMOUNT.format(n=2)}(?: (?:annual|yearly|a year))? {_PAY}\b"
    rf"|\b(?:on|with) an? {_AMOUNT.format(n=3)}(?: (?:annual|yearly|a year|teacher['’]s))? (?:salary|income)\b"
    rf"|\b(?:my (?:job|work|position|employer|company|school|boss|W-2)|they|the (?:job|company|school"
    rf"|hospital)) (?:pays?"
    rf"|shows?|says)(?: me)? {_ABOUT}{_AMOUNT.format(n=4)}(?= (?:a|per) (?:year|annum)\b| (?:annually"
    rf"|yearly|before tax))"
    rf"|\b{_AMOUNT.format(n=5)}(?: (?:a year|annually|before taxes?))? is (?:what I|all I|my) (?:make|earn"
    rf"|gross|bring in"
    rf"|salary|income|pay)\b"
    rf"|\bI(?:['’]m| am) (?:being )?(?:paid|making|earning|on|at) {_ABOUT}{_AMOUNT.format(n=6)}(?= (?:a"
    rf"|per) (?:year|annum)\b"
    rf"| annually| yearly)"
    rf"|\b(?P<both>we)(?: (?:both|currently|now|only|still|just|together))* {_EARNS}"
    rf" {_ABOUT}{_AMOUNT.format(n=7)}{_NOT_YEARLY}",
    re.IGNORECASE,
)
_TOLD_INCOME = re.compile(
    rf"\byou (?:currently |now )?(?:make|earn|gross|bring in) {_ABOUT}{_AMOUNT.format(n=1)} (?:a|per) year"
    rf"|\byour(?: (?:annual|yearly|current|gross|base))* {_PAY} (?:of|is) {_ABOUT}{_AMOUNT.format(n=2)}{_NOT_YEARLY}"
    rf"|\byour {_AMOUNT.format(n=3)}(?: (?:annual|yearly|a year))? (?:salary|income)\b",
    re.IGNORECASE,
)
_OF_INCOME = re.compile(
    r"\b(?:earn\w*|salar\w+|incomes?|pay|pays|paid|wages?|makes?|made|gross\w*|brings?|a year|pension|benefits?"
    r"|profit|revenue"
    r"|draws?|drew|sales|commission\w*|bonus\w*|stipend|social security|overtime)\b",
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
            name = next((group for group in match.groups() if group), "") if match else ""
            if match and not _known(name, known if message.role == "advisor" else own):
                yield at(
                    message,
                    "unknown_name",
                    "warning",
                    f"{name} is not the client's name.",
                    "Use the planned name, or none.",
                    match.span(),
                )


def advisor_name(reading: Reading) -> Iterator[Finding]:
    """The advisor introduces and signs herself with her own name."""
    own = reading.subject.rules.advisor_names
    if not own:
        return
    for message in reading.replies:
        for match in (*_ADVISOR_SELF.finditer(message.text), *_SIGNATURE.finditer(message.text)):
            name = next(group for group in match.groups() if group)
            if (
                set(name.split()) <= own
                or name.split()[0] in _NO_SIGNATURES
                or is_quoted(message.text, match.start(match.lastindex or 0))
            ):
                continue
            yield at(
                message,
                "advisor_name",
                "gate",
                f"The advisor calls herself {name}.",
                f"She is {reading.subject.rules.advisor_name}.",
                match.span(match.lastindex or 0),
            )
            break


def age(reading: Reading) -> Iterator[Finding]:
    """The age the client states, or is told, is the planned one; a birthday may lie between."""
    planned = reading.subject.client.get("age")
    if not isinstance(planned, int):
        return
    for message in reading.messages:
        pattern = _CLIENT_AGE if message.role == "client" else _ADVISOR_AGE
        for match in pattern.finditer(message.text) if _SOME_AGE.search(message.small) else ():
            stated = _years(next(group for group in match.groups() if group))
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
    for message in reading.messages:
        pattern = _INCOME if message.role == "client" else _TOLD_INCOME
        for match in pattern.finditer(message.text) if any(digit in message.text for digit in "0123456789") else ():
            groups = pattern.groupindex
            digits, dollar, kilo = (
                next((match[name] for name in groups if name.startswith(part) and match[name]), None)
                for part in ("sum", "dollar", "kilo")
            )
            value = _value(digits or "", kilo)
            stated = dollar or kilo or value >= 1000
            if not stated or value < _LEAST_INCOME or not _is_statement(message.text, match.start()):
                continue
            if not planned:
                planned = _incomes(reading)
            if "both" in groups and match["both"] and planned and min(planned) <= value <= 3 * max(planned):
                continue  # a partner's pay may be in it
            if planned and not any(abs(value - known) <= _TOLERANCE * known for known in planned):
                yield at(
                    message,
                    "income",
                    reading.planned_severity,
                    f"${value:,.0f} is said to be the client's income; the plan says {subject.client['income']}.",
                    "Use the planned income.",
                    match.span(),
                )


def _incomes(reading: Reading) -> set[float]:
    """The sums of the plan that may be an income: those of the client's income, and any told as somebody's pay."""
    client = reading.subject.client
    own = list(_sums(str(client.get("income") or "")))
    others = [
        *_flat({name: value for name, value in client.items() if name != "income"}),
        *map(reading.text, _ROW_TEXTS),
    ]
    for text in others:
        for part in re.split(r"[;\n]|[.,]\s", text):
            if _OF_INCOME.search(part):
                own += _sums(part)
    return {*own, *(one + own[0] for one in own[1:])}  # and what two of them make together


def _years(text: str) -> int:
    """An age in digits or words.

    >>> _years("52"), _years("fifty-two"), _years("Forty")
    (52, 52, 40)
    """
    if text.isdigit():
        return int(text)
    tens, _, ones = text.lower().replace("-", " ").partition(" ")
    return _TENS[tens] + (_ONES.index(ones) + 1 if ones else 0)


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
        rf"(?:\b(?:(?i:my name(?: is|['’]s)|call me)|(?i:the name(?:['’]s| is)|(?:people|everyone|friends)"
        rf" calls? me|signed,?)|I['’]m|I am)"
        rf"|{_BEGIN}(?:(?i:this is|it['’]s|it is)))"
        rf" ({full}|{first})\b(?!['’]s|-)|\n\s*[-–—~]*\s*({full}|{first})\s*\Z|[.!?] ?[-–—~] ?({full}|{first})\s*\Z"
        rf"|[.!?\n]\s*(?i:{_FAREWELL}),?\s+({full}|{first})[.!]?\s*\Z|\b({full}|{first}) is my (?:first |full )?name\b"
        rf"|{_BEGIN}({full}|{first}) (?:here|speaking)\b"
    )
    advisor = re.compile(
        rf"\b({full})\b(?!['’]s)"
        rf"|(?:\A|[.!?…:—–]\s+|\n\s*)(?:(?i:{_GREETING}|yes|no|okay|well|so|oh|now|look|listen|ah|and|but|right"
        rf"|sure|please|my dear|dear|my friend|of course|exactly|there),? )?({first})"
        r"(?=[!?—–:]|\s*[—–]|\s*\n|\.{2,}|\.\s|,(?! (?:who|whom|whose|the|an?|my|your|his|her|our|their)\b))"
        rf"|, ({first})(?=[.?!—–]|\s*\Z|, (?:I|you|we|and|but|what|is|it|that|this|let|your|if|when)\b)"
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
