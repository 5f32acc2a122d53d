"""Gate on the client's income: a yearly, monthly, weekly or hourly sum, in figures or words, agrees with the plan.

Only forms are read in which a speaker says it of themselves or of the other; what a partner earns, what comes in on the
side and what was earned once is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.quality.reading import Message, Reading, at
from core.quality.report import Finding
from core.quality.stated import PLAN_TEXTS, flat, is_statement
from core.quality.sums import in_digits

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
_DIGIT = re.compile(r"\d")
_OF_PAY = frozenset(
    word
    for line in (
        "make earn gross bring take pull paid draw clear net making earning salary pay income wage wages",
        "earnings base paycheck paychecks live living on pays shows says year annum annually yearly month",
        "monthly week weekly hour hourly contract offer raise promotion earned made grossed brought pulled",
        "pulling bringing grossing salaried home mo weeks biweekly",
    )
    for word in line.split()
)
_LEAST_INCOME, _TOLERANCE = 15_000, 0.15
_ANY = r"(?P<dollar>\$ ?)?(?P<sum>\d[\d,]*+(?:\.\d+)?+)(?: ?(?P<kilo>k\b|thousand\b|grand\b))?+"
_SPAN = (
    r"(?P<span> ?(?:(?:a|an|per|each|every)|/) ?(?:month|mo\b|week|hour|two weeks|other week|fortnight)| monthly"
    r"| weekly| hourly| biweekly)"
)
_YEAR = r"(?: (?:a|per) (?:year|annum)| annually| yearly| before tax(?:es)?| gross| base)"
_A_YEAR = {
    "two weeks": 26,
    "other week": 26,
    "fortnight": 26,
    "biweekly": 26,
    "month": 12,
    "mo": 12,
    "week": 52,
    "hour": 2080,
}
_OF_SELF = re.compile(
    rf"\b(?:(?:I(?: (?:currently|now|only|still|just))*(?: |(?=['’]m)){_EARNS}|my(?: \w+)? {_PAY} (?:is|comes to"
    r"|comes out to|works"
    rf" out to)|(?:my (?:job|work|employer|company|school|boss)|they) pays?(?: me)?|I(?:['’]m| am) (?:paid|on|making))"
    rf" {_ABOUT}(?=[^.!?]{{0,30}}(?:month|week|hour|mo\b|fortnight))"
    r"|(?:my (?:contract|offer(?: letter)?|pay ?(?:slip|stub)|W-2|tax return|return|letter|last offer) (?:says"
    r"|shows|reads|lists|states"
    r"|is for|puts me at|has me at|gives me|promises))|(?:last|this) year,? I (?:earned|made|grossed|brought in"
    r"|took home|pulled in)"
    r"|I(?:['’]ve)? (?:been )?(?:earning|making|pulling in|bringing in|bringing home|grossing)|I(?:['’]m"
    r"| am) (?:salaried )?at"
    r"|I(?:['’]m| am) up to|(?:my|a) (?:raise|promotion|new job|step) (?:put|puts|brought|brings|took"
    r"|takes) me (?:to|at|up to)"
    r"|on|living on|getting by on|raising (?:a family|kids|two kids) on|I (?:took|got|accepted|have|signed for"
    r"|was offered) (?:the|a|this) (?:job|"
    r"position|role|offer) (?:for|at|with|paying|that pays)|with|I(?:['’]m"
    rf"| am) (?:an? )?(?:\w+ ){{0,2}}?earning) {_ABOUT}(?:a |an )?{_ANY}"
    rf"(?:{_SPAN}|(?={_YEAR}|,? last year| coming in)|(?<=[\d km])(?= (?:salary|income|paycheck)))"
    rf"|\b(?:my (?:\w+ )?{_PAY} (?:just |finally |recently |has )?(?:went up|rose|goes up|gone up|jumped|increased"
    r"|is now|is up|was raised|came|comes)"
    r" to|(?:they|my (?:job|work|employer|company|school|boss)) (?:now |only "
    rf"|currently )?pays? me) {_ABOUT}{_ANY.replace('<', '<x')}(?!{_SPAN.replace('?P<span>', '?:')})"
    r"(?! ?(?:%|percent|for|to|in|extra|more))",
    re.IGNORECASE,
)
_OF_YOU = re.compile(
    r"\b(?:you (?:currently |now |only )?(?:make|earn|gross|bring in|bring home|take home|get paid|are paid"
    r"|are making|are earning)"
    rf"|you['’]re (?:making|earning|paid|on)|(?:with|on|at|given|from) your|your(?: \w+)? {_PAY} (?:of|is|comes to"
    rf"|at)|on) {_ABOUT}"
    rf"(?:a |an )?{_ANY}(?:{_SPAN}|(?={_YEAR})|(?<=[\d km])(?= (?:salary|income|paycheck)))",
    re.IGNORECASE,
)
_FIGURES = re.compile(
    r"\b(?P<who>I|my|you|your)(?:['’]m|['’]re| am| are)?(?: \w+){0,2}? (?:make|earn|pull in|bring in|making|earning"
    r"|bringing in|salary|income|"
    r"pay|job|at|on)(?: (?:is|pays|of|a|an|in the|low|mid|high|well into|barely|just|over|under|into|solid|good"
    r"|comfortable|the))*"
    r" (?P<number>six|five)[- ]figures?\b",
    re.IGNORECASE,
)
_ON_THE_SIDE = re.compile(
    r"\b(?:side|extra|weekends?|sundays?|saturdays?|tips|part[- ]time|overtime|selling|tutoring|gig|rent(?:al|ing)?"
    r"|alimony|support"
    r"|pension|benefits?|unemployment|interest|dividends?|husband|wife|he|she|they both|we|our|each of|used to|was"
    r"|were|if|at first)\b",
    re.IGNORECASE,
)


def income(reading: Reading) -> Iterator[Finding]:
    """The income that is stated agrees with some sum of the plan, give or take 15 %, whatever span it is for."""
    subject = reading.subject
    if not subject.client.get("income"):
        return
    planned: set[float] = set()
    for message in reading.messages:
        text = in_digits(message.text)
        if not message.has_digits and text == message.text and "figure" not in message.small:
            continue
        for said, least, most, span in _stated(message, text):
            if not is_statement(text, span[0]):
                continue
            if not planned:
                planned = _incomes(reading)
            if not planned or any(least * (1 - _TOLERANCE) <= known <= most * (1 + _TOLERANCE) for known in planned):
                continue
            yield at(
                message,
                "income",
                reading.planned_severity,
                f"{said} is said to be the client's income; the plan says {subject.client['income']}.",
                "Use the planned income.",
                span if text == message.text else None,
            )


Stated = tuple[str, float, float, tuple[int, int]]  # in words, the least and most a year it may mean, its place


def _stated(message: Message, text: str) -> Iterator[Stated]:
    role = message.role
    pattern, roundabout = (_INCOME, _OF_SELF) if role == "client" else (_TOLD_INCOME, _OF_YOU)
    for start, end in _parts(message, text):
        for match in pattern.finditer(text, start, end):
            groups = pattern.groupindex
            digits, dollar, kilo = (
                next((match[name] for name in groups if name.startswith(part) and match[name]), None)
                for part in ("sum", "dollar", "kilo")
            )
            value = _value(digits or "", kilo)
            if (dollar or kilo or value >= 1000) and value >= _LEAST_INCOME:
                both = "both" in groups and match["both"]
                # With a partner's pay in it, a third to the whole of it may be the client's.
                yield f"${value:,.0f}", value / 3 if both else value, value, match.span()
        for match in roundabout.finditer(text, start, end):
            yield from _of_any_span(match, text, "xsum" if role == "client" and match["xsum"] else "sum")
    for match in _FIGURES.finditer(text) if "figure" in message.small else ():
        if (match["who"].lower()[0] == "y") == (role == "advisor"):
            low, high = (100_000, 999_000) if match["number"].lower() == "six" else (20_000, 99_999)
            yield match.group(), low, high, match.span()


def _of_any_span(match: re.Match[str], text: str, group: str) -> Iterator[Stated]:
    """A sum for a year or a month, a week, an hour."""
    mark = group.removesuffix("sum")
    kilo, dollar = match[f"{mark}kilo"], match[f"{mark}dollar"]
    value = _value(match[group], kilo)
    if not mark and match["span"]:
        times = next(n for word, n in _A_YEAR.items() if word in match["span"].lower())
        yearly = value * times
        # What comes home is two thirds of what is earned, or less where much is put away.
        if yearly >= _LEAST_INCOME and not _ON_THE_SIDE.search(text[max(0, match.start() - 60) : match.end() + 60]):
            yield match.group().strip(), yearly, yearly * 2.2, match.span()
    elif (dollar or kilo or (not mark and value >= 1000)) and value >= _LEAST_INCOME:
        yield f"${value:,.0f}", value, value, match.span()


def _parts(message: Message, text: str) -> Iterator[tuple[int, int]]:
    """The sentences that hold a figure and a word of pay."""
    if text != message.text:
        yield 0, len(text)
        return
    for sentence in message.spoken if message.has_digits else ():
        if _DIGIT.search(sentence.text) and not sentence.words.isdisjoint(_OF_PAY):
            yield max(0, sentence.start - 2), sentence.start + len(sentence.text) + 1


def _incomes(reading: Reading) -> set[float]:
    """The sums of the plan that may be an income: those of the client's income, and any told as somebody's pay."""
    client = reading.subject.client
    own = list(_sums(str(client.get("income") or "")))
    others = [
        *flat({name: value for name, value in client.items() if name != "income"}),
        *map(reading.text, PLAN_TEXTS),
    ]
    for text in others:
        for part in re.split(r"[;\n]|[.,]\s", text):
            if _OF_INCOME.search(part):
                own += _sums(part)
    return {*own, *(one + own[0] for one in own[1:])}  # and what two of them make together


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
