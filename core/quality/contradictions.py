"""Checks on what must not change on the way: what the client owes, has or pays, and who belongs to the family.

Only plain statements are compared ("I owe $4,200 on my cards", "your $900 rent"), by the thing they speak of; where a
sentence tells of a change, a part, a wish or somebody else's money, it is no statement. Each finding names both places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.quality.reading import Message, Reading, at, clause_before, is_quoted, is_reported
from core.quality.report import Finding
from core.quality.sums import about, in_digits, shown, value_of

_THINGS: dict[str, str] = {
    "card debt": r"(?:credit[- ])?cards?(?: debt| balances?| bills?)?|credit card (?:debt|balances?|bills?)|card debt",
    "student loans": r"(?:student|college|school) (?:loans?|debt)(?: balance| debt)?",
    "car loan": r"(?:car|auto|truck) (?:loan|note|debt)(?: balance)?",
    "medical debt": r"(?:medical|hospital) (?:debt|bills?)",
    "mortgage payment": r"mortgage payments?|house payments?",
    "mortgage": r"mortgage(?: balance)?",
    "savings": r"savings(?: accounts?)?|saved(?: up)?(?=[.,!?]| and| so| for)",
    "emergency fund": r"(?:emergency|rainy[- ]day) (?:fund|savings|money)",
    "checking": r"checking(?: account)?",
    "rent": r"(?:monthly )?rent",
    "401(k)": r"401\(?k\)?(?: account| balance| plan)?",
    "IRA": r"(?:Roth |traditional |rollover )?IRA(?: balance)?",
    "severance": r"severance(?: pay| package)?",
    "inheritance": r"inheritance",
    "car payment": r"car payments?",
    "pension": r"pension",
    "child support": r"child support(?: payments?)?",
    "alimony": r"alimony",
    "tax bill": r"tax bill",
    "down payment": r"down payment",
    "deductible": r"deductible",
    "tuition": r"tuition",
    "personal loan": r"personal loan",
    "payday loan": r"payday loans?",
    "settlement": r"settlement",
    "life insurance": r"life insurance(?: payout| policy)?",
}
_MONTHLY = frozenset({"rent", "mortgage payment", "car payment", "child support", "alimony", "pension"})
_THING = "|".join(f"(?P<t{number}>{pattern})" for number, pattern in enumerate(_THINGS.values()))
_ABOUT = (
    r"(?:(?:about|around|roughly|almost|nearly|exactly|only|just|some|currently|still|now|actually|all of"
    r"|a total of|over|under) )*"
)
_SUM = (
    r"(?P<sum>\$ ?\d[\d,]*+(?:\.\d+)?+(?: ?(?:k|K|thousand|grand|million)\b)?+|\d[\d,]*+(?:\.\d+)?+ ?(?:k|K"
    r"|thousand|grand|dollars|bucks)\b)"
)
_OWN = r"(?:my|our|your|the)"
_STATES = re.compile(
    rf"\b(?P<who>my|our|your)(?: (?:total|whole|current|monthly|own|outstanding|entire))* (?:{_THING})(?: (?:debt"
    rf"|balance|payment|account))?"
    rf"(?: (?:(?:is|are|sits|stands|is sitting|is down|is up) (?:now )?at|now (?:is|are)|has|have|holds?|shows?|reads"
    r"|is worth|are worth|is about|contains?|clocks? in at|is|are|comes? to|stands? at|totals?|runs?|sits? at"
    r"|adds? up to|amounts? to|costs?(?: me| us| you)?"
    rf"|come out to|of|at)|['’]s) {_ABOUT}{_SUM}",
    re.IGNORECASE,
)
_BARE = re.compile(  # "Rent is $1,400.", said by the client of what is theirs
    rf"(?:\A|(?<=[.!?] )|(?<=\n))(?P<who>the |)(?:{_THING})(?: (?:debt|balance|payment|account))?(?: (?:is|are"
    r"|sits at|stands at|comes to|totals"
    rf"|runs|has|holds|adds up to)|['’]s) {_ABOUT}{_SUM}",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"\b(?P<who>I|we|you)(?:['’]ve| have|['’]re| are|['’]m| am|['’]d| do)?(?: \w+ly| also| still| currently| now"
    r"| only| just| do)*"
    rf"(?: (?:owe|have|had|hold|pay|saved|carry|keep|got|own|spend|put away|been carrying|paying|carrying"
    rf"|owing))? {_ABOUT}{_SUM}"
    rf"(?: (?:a|per|every|each) (?:month|year)| monthly)?(?: of| worth of)?"
    rf"(?: (?:in|on|for|across|of|toward|sitting in|saved in|as|from|spread over))? (?:(?:my|our|your|the|those|these"
    rf"|all|two|three|four|five|both|various) )*(?:{_THING})\b",
    re.IGNORECASE,
)
_YOURS = re.compile(
    rf"\b(?P<who>your|my|our|that|those|the) {_ABOUT}{_SUM}(?: (?:in|of|on|for|a month in|a month for|a month of"
    rf"|monthly))?(?: (?:your|my|our))? (?:{_THING})\b",
    re.IGNORECASE,
)
_THERE = re.compile(
    rf"\bthere(?:['’]s| is| are) {_ABOUT}{_SUM}(?: left| sitting| parked)? (?:in|on|of) (?P<who>my|our"
    rf"|your) (?:{_THING})\b",
    re.IGNORECASE,
)
# A sentence with one of these tells of a change, a part, a plan or another sum: nothing can be held against it.
_MOVES = re.compile(
    r"\b(?:left|remain\w*|down to|up to|went|goes|gone|rais\w+|increas\w+|decreas\w+|reduc\w+|paid|pay off"
    r"|paying off|after|before|once"
    r"|used to|was|were|had|will|would|could|might|if|until|goal|target|aim|want\w*|need\w*|wish|hope|hoping"
    r"|another|other|second"
    r"|third|first|one of|each|apiece|half|part|share|extra|more|less|new|old|joint|his|her|their|minus|plus|next"
    r"|last|by|from"
    r"|toward|towards|withdraw\w*|borrow\w*|move|moved|put|add\w*|take|took|cut|limit|minimum|payments? of"
    r"|at least|up from|split"
    r"|grew|grow\w*|became|becomes|turn\w*|refinanc\w*|instead|suppose|say|example|imagine|estimate\w*|per"
    r"|combined|together|both|between)\b",
    re.IGNORECASE,
)
_ANY_THING = re.compile(
    r"cards?\b|loan|debt|saved\b|bills?\b|payment|mortgage|savings|fund\b|money|checking|rent\b|401|\bira\b"
    r"|severance|inherit"
    r"|pension|support|alimony|deductible|tuition|settlement|insurance|(?:car|auto|truck) note"
)
_MONEY = re.compile(r"\$ ?\d|\d ?(?:k|K|thousand|grand|dollars|bucks)\b")
_YEARLY = re.compile(r",? (?:a|per) year|,? yearly|,? annually", re.IGNORECASE)
_SUMS_UP = re.compile(r"\badds? up to\b", re.IGNORECASE)  # no sign of a change
_TOLERANCE = 0.08

_NUMBERS = {
    "no": 0,
    "zero": 0,
    "one": 1,
    "a": 1,
    "an": 1,
    "only": 1,
    "two": 2,
    "both": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
}
_NUMBER = r"(?P<n>no|zero|one|two|three|four|five|six|seven|\d)"
_SIZE = r"(?: (?:little|small|young|great|lovely|wonderful|beautiful|noisy|grown|adult|teenage|school-age|hungry))*"
_KIDS = rf"{_SIZE} (?P<kin>kids?|children|child|boys? and girls?|daughters?|girls?|sons?|boys?)\b"
_CHILDREN = re.compile(
    rf"\b(?:I|we)(?:['’]ve)?(?: have| got|['’]re raising| are raising| am raising|['’]m raising| raise| do have"
    rf"| now have| only have)+(?: got)?(?: just| only)? {_NUMBER}{_KIDS}"
    rf"|\b(?:a|the|single|as a|I['’]m a|I am a)?(?: ?(?:single|proud|tired|working))* ?(?:mother|father|mom|dad"
    rf"|parent|parents|mum) (?:of|to) {_NUMBER.replace('<n>', '<n2>')}(?=[.,;!?]| (?:kids|children|who|and)|\Z)"
    rf"|\b(?:my|our) {_NUMBER.replace('<n>', '<n3>')}{_KIDS.replace('<kin>', '<kin3>')}"
    rf"|\b(?:my|our) (?P<n4>only|both){_KIDS.replace('<kin>', '<kin4>')}"
    rf"|\b(?P<n6>both)(?: of)? (?:my|our){_KIDS.replace('<kin>', '<kin6>')}"
    rf"|\bwith {_NUMBER.replace('<n>', '<n5>')}{_KIDS.replace('<kin>', '<kin5>')} (?:of (?:my|our) own"
    rf"|to (?:raise|feed))"
    r"|\b(?:I|we) (?:don['’]t|do not|never) (?:have|had) (?P<none>any )?(?:kids|children)\b"
    r"|\b(?P<childless>(?:I['’]m|I am|we['’]re|we are) (?:childless|child-free|childfree))\b",
    re.IGNORECASE,
)
_KINDS = {"daughter": "daughters", "girl": "daughters", "son": "sons", "boy": "sons"}
_KIN = frozenset(
    {"kid", "kids", "child", "children", "childless", "childfree"}
    | {"daughter", "daughters", "girl", "girls", "son", "sons", "boy", "boys"}
)
_PARENTS = ("mother", "father", "mom", "mum", "dad", "parent")
_PARENT_OF = re.compile(r"(?:mother|father|mom|mum|dad|parents?) (?:of|to) ")
_FEWER = re.compile(
    r"\b(?:at home|in college|in school|in (?:diapers|daycare)|under|left|still|already|each|from (?:my|his|her"
    r"|a) (?:first|second|previous)|together|between us|on the way|more|expecting"
    r"|want|wanted|hope|hoping|someday|one day|would|will|if|until|before|when|by the time|used to|wish|another"
    r"|other|step\w*|foster|adopt\w*|students?|grand\w*|who (?:is|are)|dog|cat|pregnant)\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\bI(?:['’]m| am)(?: \w+ly| still| also| just)* (?:single|unmarried|not married)\b|\bI(?:['’]ve"
    r"| have)? never (?:been |got |gotten )?married\b"
    r"|\bI (?:don['’]t|do not) have a (?:husband|wife|spouse|partner)\b|\bI live alone\b(?=[^.]*\bnever married\b)",
    re.IGNORECASE,
)
_MARRIED = re.compile(
    r"\bmy (?:husband|wife)\b(?!['’]s (?:death|funeral|estate))|\bI(?:['’]m| am)(?: \w+ly| still)* married\b"
    r"|\bwe(?:['’]ve| have) been married\b"
    r"|\bmy (?:husband|wife) and I\b",
    re.IGNORECASE,
)
_MARITAL = frozenset({"single", "unmarried", "married", "husband", "wife", "spouse", "partner", "alone"})
# A pattern, what a text in lower case must hold for it, and the status it tells.
_STATUSES = (
    (
        _ALONE,
        ("single", "married", "alone", "have a husband", "have a wife", "have a spouse", "have a partner"),
        "single",
    ),
    (_MARRIED, ("my husband", "my wife", "married"), "married"),
)
_PARTED = re.compile(
    r"\b(?:late|ex|former|future|dead|died|passed|divorce\w*|separat\w*|widow\w*|left me|someday|would-be|if I)\b", re.I
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = re.compile(_MONTHS)
_IN_MONTH = re.compile(rf"(?:for|in|on|by) (?:{_MONTHS.lower()})")
_EVENTS = {
    "the baby": r"(?:the |our |my )?(?:baby|second baby|due date)(?: is| comes| arrives)?(?: due)?",
    "the wedding": r"(?:the |our |my )?wedding",
    "the lease": r"(?:the |our |my )?lease(?: is up| ends| runs out)?",
    "the surgery": r"(?:the |my )?(?:surgery|operation)",
    "the closing": r"(?:the |our |my )?closing(?: date)?",
    "retirement": r"I(?:['’]m| am)? (?:retire|retiring)",
    "the hearing": r"(?:the |my |our )?(?:hearing|court date|trial)",
}
_EVENT_WORDS = frozenset(
    {"baby", "date", "wedding", "lease", "surgery", "operation", "closing", "retire", "retiring", "hearing", "trial"}
)
_DATED = re.compile(
    "|".join(
        rf"(?P<e{n}>\b{pattern})(?: (?:is|is set|is planned|will be|falls|ends|comes|starts))? (?:for|in|on|by"
        rf"|is in) (?P<m{n}>{_MONTHS})\b"
        for n, pattern in enumerate(_EVENTS.values())
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """A thing, what is said of it, and where."""

    thing: str
    value: float
    message: Message
    span: tuple[int, int] | None  # None where the text was not read as it stands


def amounts(reading: Reading) -> Iterator[Finding]:
    """A debt, a balance or a payment of the client is the same sum wherever it is plainly stated."""
    known: dict[str, Said] = {}
    for said in _stated_sums(reading):
        first = known.setdefault(said.thing, said)
        if first.message is said.message or _same_sum(first, said):
            continue
        yield at(
            said.message,
            "amount_changes",
            reading.planned_severity,
            f"{said.thing} is ${shown(said.value)} here and ${shown(first.value)} in turn {first.message.turn}.",
            "Let both places say the same, or say what changed.",
            said.span,
        )


def family(reading: Reading) -> Iterator[Finding]:
    """The number of children, and whether the client is married, stay as they were said."""
    children: dict[str, Said] = {}
    alone: Said | None = None
    married: Said | None = None
    for turn in reading.turns:
        message = turn.client
        for said in _stated_children(message):
            first = children.setdefault(said.thing, said)
            if first.message is not message and first.value != said.value:
                yield _family(reading, said, f"{shown(said.value)} {said.thing}", f"{shown(first.value)}", first)
        for pattern, hints, status in () if message.vocabulary.isdisjoint(_MARITAL) else _STATUSES:
            if not any(hint in message.lower for hint in hints):
                continue
            match = next((m for m in pattern.finditer(message.text) if _plain(message.text, m, _PARTED)), None)
            if match is None:
                continue
            said = Said(status, 0.0, message, match.span())
            other = married if status == "single" else alone
            if other is not None and other.message is not message:
                yield _family(reading, said, status, other.thing, other)
            if status == "single":
                alone = alone or said
            else:
                married = married or said


def planned_children(reading: Reading) -> Iterator[Finding]:
    """A client whom the plan gives no children has none, and the other way round."""
    planned = str(reading.subject.client.get("family") or "")
    none = re.search(r"\bno (?:children|kids)\b|\bchildless\b", planned, re.IGNORECASE) is not None
    number = re.search(r"\b(?P<n>one|two|three|four|five|six|\d) (?:kids|children)\b", planned, re.IGNORECASE)
    if (not none and number is None) or re.search(
        r"\bstep|grand|expect|on the way|his three|her two|grown|nephew", planned, re.I
    ):
        return
    wanted = 0 if none or number is None else _NUMBERS.get(number["n"].lower(), 0) or int(number["n"])
    for turn in reading.turns:
        for said in _stated_children(turn.client):
            if said.thing == "children" and said.value != wanted:
                yield at(
                    turn.client,
                    "family",
                    reading.planned_severity,
                    f"The client speaks of {shown(said.value)} children; the plan says {planned!r}.",
                    "Use the planned family.",
                    said.span,
                )
                return


def dates(reading: Reading) -> Iterator[Finding]:
    """A due date, a wedding or the end of a lease stays in its month."""
    known: dict[str, tuple[str, Message]] = {}
    for message in reading.messages:
        may_tell = (
            not message.vocabulary.isdisjoint(_EVENT_WORDS)
            and _MONTH.search(message.text)
            and _IN_MONTH.search(message.small)
        )
        for match in _DATED.finditer(message.text) if may_tell else ():
            if is_quoted(message.text, match.start()) or re.search(
                r"\b(?:if|or|not|moved|was|instead)\b", clause_before(message.text, match.end()), re.I
            ):
                continue
            place = next(n for n in range(len(_EVENTS)) if match[f"e{n}"])
            event, month = list(_EVENTS)[place], match[f"m{place}"].title()
            first, where = known.setdefault(event, (month, message))
            if first != month and where is not message:
                yield at(
                    message,
                    "date_changes",
                    "warning",
                    f"{event} is in {month} here and in {first} in turn {where.turn}.",
                    "Let both places say the same, or say what changed.",
                    match.span(),
                )


def _stated_sums(reading: Reading) -> Iterator[Said]:
    for message in reading.messages:
        has_sum = (
            (message.has_digits and _MONEY.search(message.text))
            or "hundred" in message.small
            or "thousand" in message.small
        )
        if not has_sum or not _ANY_THING.search(message.small):
            continue
        text = in_digits(message.text)
        for start, end in _parts(message, text):
            for pattern in (_STATES, _BARE, _HAS, _YOURS, _THERE):
                for match in pattern.finditer(text, start, end):
                    if (match["who"].lower() in ("you", "your")) != (message.role == "advisor"):
                        continue
                    if not _plain(text, match, _MOVES):
                        continue
                    place = next(n for n in range(len(_THINGS)) if match[f"t{n}"])
                    value = value_of(match["sum"])
                    if list(_THINGS)[place] in _MONTHLY and _YEARLY.match(text, match.end()):
                        value /= 12
                    span = match.span() if text == message.text else None
                    yield Said(list(_THINGS)[place], value, message, span)


def _parts(message: Message, text: str) -> Iterator[tuple[int, int]]:
    """The sentences that speak of a sum and a thing, with the two characters before them, which patterns look at."""
    if text != message.text:
        yield 0, len(text)
        return
    for sentence in message.spoken:
        if _MONEY.search(sentence.text) and _ANY_THING.search(sentence.text):
            yield max(0, sentence.start - 2), sentence.start + len(sentence.text) + 1


def _stated_children(message: Message) -> Iterator[Said]:
    may_tell = not message.vocabulary.isdisjoint(_KIN) or (
        any(word in message.small for word in _PARENTS) and _PARENT_OF.search(message.small)
    )
    for match in _CHILDREN.finditer(message.text) if may_tell else ():
        if not _plain(message.text, match, _FEWER):
            continue
        word = next((match[f"n{n}"] for n in ("", "2", "3", "4", "5", "6") if match[f"n{n}"]), None)
        number = 0 if word is None else int(word) if word.isdigit() else _NUMBERS[word.lower()]
        if (
            word is None
            and match["none"] is None
            and match["childless"] is None
            and "have" not in match.group().lower()
        ):
            continue
        kin = next((match[f"kin{n}"] for n in ("", "3", "4", "5", "6") if match[f"kin{n}"]), "children").lower()
        yield Said(_KINDS.get(kin.rstrip("s"), "children"), float(number), message, match.span())


def _plain(text: str, match: re.Match[str], moves: re.Pattern[str]) -> bool:
    """Whether a statement stands on its own: nobody else's words, and nothing in its sentence that qualifies it."""
    behind = re.search(r"[.!?;](?!\d)|\n|, (?:and|but|so)\b", text[match.end() :])
    end = match.end() + behind.start() if behind else len(text)
    before = re.split(r", (?:and|but|so) ", clause_before(text, match.start()))[-1]
    around = f"{before} {_SUMS_UP.sub('is', match.group())} {text[match.end() : end][:80]}"
    return not (is_quoted(text, match.start()) or is_reported(text, match.start()) or moves.search(around))


def _same_sum(first: Said, said: Said) -> bool:
    one, other = first.value, said.value
    return about(one, other, _TOLERANCE) or about(one * 12, other, _TOLERANCE) or about(one, other * 12, _TOLERANCE)


def _family(reading: Reading, said: Said, here: str, there: str, first: Said) -> Finding:
    return at(
        said.message,
        "family_changes",
        reading.planned_severity,
        f"The client has {here} here and {there} in turn {first.message.turn}."
        if said.thing not in ("single", "married")
        else f"The client is {here} here and {there} in turn {first.message.turn}.",
        "Let both places say the same.",
        said.span,
    )
