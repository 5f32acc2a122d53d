"""Technical terms that the advisor brings in without a word on what they mean: a warning, and a loss of voice.

A term may be explained in its sentence or in the one after it. The client's own terms are let pass, and so is what
everybody knows; names of offices, forms and referrals are no jargon. A pack may add terms (`taxonomy.terms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from core.quality.reading import Message, Reading, at, is_quoted
from core.quality.report import Finding

_TERMS = (
    r"vesting|strike price|expense ratios?|index funds?|asset allocation|rebalanc\w+|cost basis"
    r"|step-up in basis|dollar-cost averaging"
    r"|amortiz\w+|co-?insurance|annuit(?:y|ies|ize\w*)|fiduciary|capital gains?|marginal (?:rate|bracket"
    r"|tax rate)|effective tax rate|liquidity|illiquid"
    r"|umbrella policy|custodian|underwriting|subrogation|subordinat\w+|actuarial\w*|tax-loss harvesting"
    r"|wash sales?|glide ?paths?|sequence(?:-of-returns)? risk"
    r"|safe withdrawal rate|basis points?|duration risk|yield curve|credit default|intestate|intestacy"
    r"|testamentary|per stirpes|pour-over|irrevocable|revocable trust|grantor trust"
    r"|escheat\w*|imputed income|phantom income|backdoor Roth|mega backdoor|Roth conversion|recharacteri[sz]\w+"
    r"|pro[- ]rata rule|required minimum distributions?|qualified charitable"
    r"|above-the-line|phase-?outs?|adjusted gross income|modified adjusted|self-employment tax"
    r"|depreciation recapture|like-kind|hedg(?:e|ed|ing) (?:position|strategy|your)|volatility|standard deviation"
    r"|beta of"
    r"|alpha of|Sharpe ratio|Monte Carlo|correlation|drawdowns?|cash drag|tranches?|laddering|bond ladder"
    r"|zero-coupon|convexity|contango|arbitrage|leverage ratio|loan-to-value"
    r"|debt-to-income|negative amortization|forbearance|capitaliz(?:e|es|ed|ation) interest|income-driven"
    r"|subsidized loans?|COBRA election|elimination period|own-occupation|any-occupation"
    r"|moral hazard|adverse selection|surrender charges?|cash surrender value|cash value|riders?\b(?= (?:on|to"
    r"|for|adds))|accelerated benefit|contestability|insurable interest|non-?forfeiture|reinsurance"
    r"|lien priority|encumbrance|quitclaim|in escrow|earnest money|title defect|non-?recourse|cross-collateral\w*"
    r"|acceleration clause|hardship distribution|in-service distribution|in-plan"
    r"|net unrealized appreciation|qualified domestic relations order|spread at exercise"
    r"|disqualifying disposition|cliff vesting|83\(b\)|alternative minimum tax|rule of 55|72\(t\)"
    r"|substantially equal"
)
_BETWEEN_TERMS = re.compile(r"\|(?![^(]*\))")  # not within a group
_LONG_WORD, _SHARED = re.compile(r"[a-z]{4,}"), 2
_ACRONYM = re.compile(r"(?<![\w$.&/-])(?:[A-Z]{3,6}|[A-Z]{2,5}s|[A-Z]{1,3}-[A-Z]{1,3})(?![\w&/-]|\.[A-Za-z])")
_CAPITALS = re.compile(r"[A-Z]-?[A-Z]")
_SHORT_WORD = re.compile(r"\b[A-Za-z][\w()-]{1,6}\b")
_KNOWN = frozenset(
    {
        "IRS",
        "FBI",
        "ATM",
        "PIN",
        "PDF",
        "USA",
        "FAQ",
        "CEO",
        "IRA",
        "IRAS",
        "CPA",
        "CFP",
        "DMV",
        "GPS",
        "EMT",
        "PTA",
        "HR",
        "TV",
        "OK",
        "ID",
        "IDS",
    }
    | {
        "CPAS",
        "CDS",
        "DVD",
        "DVDS",
        "USB",
        "SUV",
        "VIP",
        "ASAP",
        "FYI",
        "NASA",
        "NOT",
        "AND",
        "YES",
        "NOW",
        "ALL",
        "THE",
        "YOU",
        "BUT",
        "ONE",
        "OWN",
    }
    | {
        "ICU",
        "ER",
        "MRI",
        "CIA",
        "NBA",
        "NFL",
        "MBA",
        "PHD",
        "BMW",
        "ABC",
        "CNN",
        "USPS",
        "UPS",
        "AARP",
        "YMCA",
        "RSVP",
        "EIN",
        "SSN",
        "EMAIL",
        "PM",
        "AM",
    }
    | {
        "VERY",
        "THIS",
        "THAT",
        "ONLY",
        "EVERY",
        "ANY",
        "WANT",
        "SELL",
        "STOP",
        "WHY",
        "HOW",
        "WILL",
        "ALWAYS",
        "NEVER",
        "TOTAL",
        "LOL",
        "DIY",
        "MIT",
        "UCLA",
    }
    | {
        "AFTER",
        "BEFORE",
        "AGAIN",
        "VHS",
        "HVAC",
        "DNA",
        "FEMA",
        "MONTH",
        "OPEN",
        "DATE",
        "SAVE",
        "SOS",
        "TSA",
        "EU",
        "UK",
        "US",
        "LLC",
        "HOA",
        "AI",
        "CDC",
        "PO",
    }
)
_SAYS_WHAT = (
    r"\b(?:means?|meaning|meant|stands? for|is short for|short for|in other words|that is(?: to say)?"
    r"|in plain (?:words|English)|namely|i\.e|which is|which are|which just|which only|which simply|refers to"
    r"|think of (?:it|that) as"
    r"|is what|are what|is when|happens when|is the name|are shares|works like|is like)\b"
)
_SAYS = re.compile(_SAYS_WHAT, re.IGNORECASE)
_BEHIND = re.compile(
    rf"^[^.!?]{{0,60}}?(?:{_SAYS_WHAT}|\(|\bthe (?:tax|fee|rule|amount|price|day|date|share|part|money|cost"
    rf"|account|order|paper|form)\b)"
    r"|^(?: \w+){0,2},? (?:—|–|-) |^(?:['\"”’])?(?: \w+)?, (?:an?|the|or|your|so|what|where|when|who|a sort|money"
    r"|shares|meaning|basically|just|paper)\b|^(?: \w+)?: |^(?: \w+){0,3} (?:is|are) (?:just |only |simply "
    r"|really |usually |basically |nothing (?:but|more than) )?(?:an?|the|what|how|your|when|one|two|money|shares"
    r"|paper|about)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"(?:\b(?:called|so-called|known as|named|term(?:ed)?|labelled|labeled|the words?|word for|the letters"
    r"|which (?:they|people|the \w+) calls?|calls? (?:it|this|that|them)|abbreviated|the name|name for|(?:name"
    r"|known|described|listed|marked|printed) (?:it |them )?as|says?|reads?|marked"
    r"|printed)(?: \w+){0,3} ['\"“‘(]?$)|\((?:the |an? )?(?:\w+ )?$|, or (?:an? |the )?$|\b(?:is|are) (?:an? "
    r"|the |your )?$(?<=what )",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^(?:that|it|this|they|those|these|which)(?:['’]s|['’]re| is| are| just| only| simply| really"
    r"| basically)* (?:means?|stands? for|short for|an?|the|what|how|your|when|shares|paper)\b"
    r"|^(?:in plain|in other words|think of (?:it|that|them) as|all (?:that|it) means|the (?:term|word|name"
    r"|letters|phrase)|by that|what that means|meaning)\b",
    re.IGNORECASE,
)


def jargon(reading: Reading) -> Iterator[Finding]:
    """Every term is explained where it first appears, each named once."""
    for reply, term, span in unexplained(reading):
        yield at(
            reply,
            "jargon",
            "warning",
            f"{term!r} is not explained.",
            f"Say in everyday words what it is, in the same sentence{_for_example(term, reading.subject.rules.terms)}.",
            span,
        )


def _for_example(term: str, meanings: Mapping[str, str]) -> str:
    meaning = _meaning(term.lower(), meanings)
    return f": {meaning[:1].lower()}{meaning[1:].rstrip('.')}" if meaning else ""


def unexplained(reading: Reading) -> list[tuple[Message, str, tuple[int, int]]]:
    """The terms, with their replies and places; the check and the voice both ask for them."""
    if "unexplained" not in reading.found:
        reading.found["unexplained"] = list(_unexplained(reading))
    found: list[tuple[Message, str, tuple[int, int]]] = reading.found["unexplained"]
    return found


def _unexplained(reading: Reading) -> Iterator[tuple[Message, str, tuple[int, int]]]:
    meanings = reading.subject.rules.terms
    pattern = _terms(tuple(meanings))
    pending: dict[str, tuple[Message, str, tuple[int, int]]] = {}
    known: set[str] = set()
    said_until_now: list[str] = []
    for turn in reading.turns:
        said_until_now.append(turn.client.text)
        text = turn.advisor.text
        acronyms = _ACRONYM.finditer(text) if _CAPITALS.search(text) else ()
        for match in sorted((*pattern.finditer(turn.advisor.small), *acronyms), key=lambda m: m.start()):
            key = _key(match.group())
            if key in _KNOWN:
                continue
            known = known or _planned(reading, pattern)  # most replies hold no other term, and nothing need be known
            while said_until_now:
                known |= {_key(term) for term in _SHORT_WORD.findall(said_until_now.pop())}
            if key in pending and _is_explained(turn.advisor, match, meanings):
                del pending[key]  # late, and yet within the conversation
            if key in known or match.group() in _KNOWN:
                continue
            known.add(key)
            if match.group().lower().rstrip("s") in turn.client.lower:
                continue
            sentence, _, _ = _sentence_at(turn.advisor, match)
            contacts = {contact.upper() for contact in reading.subject.rules.referral_contacts}
            if _is_name(sentence, match, contacts) or is_quoted(text, match.start()):
                continue
            if not _is_explained(turn.advisor, match, meanings):
                pending[key] = turn.advisor, text[match.start() : match.end()], match.span()
    yield from pending.values()


def _planned(reading: Reading, pattern: re.Pattern[str]) -> set[str]:
    """The terms that the plan itself names."""
    said = " ".join(
        [str(entry) for entry in reading.subject.referrals] + [reading.text(c) for c in ("topic", "topic_description")]
    )
    return {_key(match.group()) for match in (*pattern.finditer(said.lower()), *_ACRONYM.finditer(said))}


def _is_explained(message: Message, match: re.Match[str], meanings: Mapping[str, str]) -> bool:
    """Whether the words around a term say what it is: by their form, or by words of the pack's own explanation."""
    sentence, start, after = _sentence_at(message, match)
    ahead, behind = sentence[: match.start() - start], sentence[match.end() - start :]
    if _explained(ahead, behind, after):
        return True
    meaning = _meaning(match.group().lower(), meanings)
    if not meaning:
        return False
    wanted = {word for word in _LONG_WORD.findall(meaning.lower()) if word not in match.group().lower()}
    return len(wanted & set(_LONG_WORD.findall(f"{ahead} {behind} {after}".lower()))) >= min(_SHARED, len(wanted))


def _meaning(term: str, meanings: Mapping[str, str]) -> str:
    return meanings.get(term) or meanings.get(term.removesuffix("s")) or ""


def _sentence_at(message: Message, match: re.Match[str]) -> tuple[str, int, str]:
    """The sentence around a match, where it begins, and the sentence after it."""
    place = 0
    for position, sentence in enumerate(message.sentences):
        place = max(place, message.text.find(sentence, place))
        if match.start() < place + len(sentence):
            after = message.sentences[position + 1 : position + 2]
            return sentence, place, after[0] if after else ""
    return match.group(), match.start(), ""


@lru_cache(maxsize=16)
def _terms(own: tuple[str, ...]) -> re.Pattern[str]:
    by_letter: dict[str, list[str]] = {}  # a quarter of the cost of trying each term where any word begins
    for term in (*_BETWEEN_TERMS.split(_TERMS), *(f"{re.escape(term)}s?" for term in own)):
        letter = term[0].lower() if term[0].isalnum() else ""
        by_letter.setdefault(letter, []).append(term.lower()[len(letter) :])
    grouped = "|".join(f"{letter}(?:{'|'.join(terms)})" for letter, terms in by_letter.items())
    return re.compile(rf"\b(?:{grouped})(?!\w)")


def _key(term: str) -> str:
    return term.upper().rstrip("S")


def _is_name(sentence: str, match: re.Match[str], contacts: set[str]) -> bool:
    """Whether capitals are a shout, a heading or part of a name ("NYC Housing Court"), not a technical term."""
    if not match.group()[:2].isupper() and match.group()[:1].islower():
        return False
    letters = [sign for sign in sentence if sign.isalpha()]
    if sum(sign.isupper() for sign in letters) > len(letters) / 2:
        return True
    return match.group()[:2].isupper() and any(match.group() in contact for contact in contacts)


def _explained(ahead: str, behind: str, after: str) -> bool:
    return bool(_BEHIND.search(behind) or _AHEAD.search(ahead) or _NEXT.search(after) or _SAYS.search(ahead[-40:]))
