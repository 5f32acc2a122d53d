"""Gates on what the advisor must not say: the pack's forbidden phrases, blame, promised returns, product tips.

Only the advisor's replies are read. A phrase in quotation marks, or given back as the client's own thought, is no
offence, and neither is a forbidden phrase whose words mean something else where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from core.quality.reading import Message, Reading, any_of, at, clause_before, fold, is_quoted, is_reported, shorten
from core.quality.report import Finding

_IRREGULAR = (
    "been|begun|bought|brought|built|called|caught|chosen|come|cut|done|drawn|found|given|gone|had|held|hit|kept|known"
    "|left|let|looked|lost|made|met|paid|put|read|run|said|saved|set|shown|sold|spent|spoken|started|stood|stopped"
    "|taken|thought|told|tried|understood|waited|written"
)
_BLAMED_VERB = (
    rf"(?:(?:really|probably|simply|just|never|already|at least) )?(?:{_IRREGULAR}|(?!received|need|arrived)[a-z]+ed)\b"
)
# Where a forbidden phrase means something else: (what stands before it, what stands behind it).
_HARMLESS: dict[str, tuple[str, str]] = {
    "you should have": (r"\b(?:by|what|everything|nothing|all|how much|which)\b[^.!?]{0,30}$", rf" (?!{_BLAMED_VERB})"),
    "i hear you": ("", r"(?:['’]| (?:right|correctly|say|saying|out|typing|laugh|have|are|want)\b)"),
    "calm down": (r"\b(?:things|markets?|prices|rates|work|life|it|they|to|nerves|that|this|we|everyone)\s$", r""),
    "it could be worse": (r"\b(?:afraid|worried|fear|fearing|sure|whether|if)\b[^.!?]*$", r" than"),
    "everyone knows that": (r"\b(?:not|nearly|feel|felt|seems?|as if|think|thought)\b[^.!?]*$", ""),
    "here's the thing": ("", r" (?:I|you|we|to|that|about)\b"),
    "you can't lose": ("", r" (?:the|your|an?|it|him|her|them|this|that|sight|track|any|anything|what)\b"),
    "as an ai": ("", r" (?!language|chat|model|assistant|system|program|i\b)[a-z]"),
    "money isn't everything": (r"\b(?:not|never)\b[^.!?]*$", ""),
}
_FAULTS = "stupid|foolish|careless|irresponsible|reckless"
_BLAME = any_of(
    rf"\byou(?: really)? should(?:['’]ve|n['’]t have|n['’]t ['’]ve| not have| have) {_BLAMED_VERB}",
    rf"\byou ought to have {_BLAMED_VERB}",
    r"\b(?:it|this|that|which)(?:['’]s| is| was) (?:all |really |entirely |partly )?your (?:own )?fault\b",
    r"\bonly (?:have )?yourself to blame\b|\bno one (?:else )?to blame but yourself\b",
    r"\byou brought (?:this|it) on yourself\b",
    r"\bhow could you (?:let|be so|not|have|do)\b",
    r"\bwhy didn['’]t you (?:just|simply|ever|think|ask|save|check|read)\b",
    rf"\b(?:it|that) was (?:{_FAULTS}) of you\b",
    rf"\byou (?:were|have been) (?:{_FAULTS})\b",
)
_SURELY = "definitely|certainly|surely"
_RETURN = any_of(
    r"\b(?:guaranteed|risk[- ]free|riskless) (?:[\w%.]+ ){0,2}(?:returns?|profits?|gains?|growth)\b",
    r"\b(?:returns?|profits?|gains|growth) (?:is|are) guaranteed\b",
    rf"\b(?:will|(?:is|are) going to) (?:{_SURELY}) (?:grow|rise|go up|double|return|earn|beat)\b",
    r"\bI (?:can )?(?:guarantee|promise)\b(?: \w+){0,8} (?:returns?|grow|double|profit|go up|gains?)\b",
    r"\byou (?:can(?:no|['’])t|won['’]t) lose (?:money|with)\b",
)
_DENIED = re.compile(
    r"\b(?:no|not|never|nobody|none|nothing|neither|without|hardly|cannot|anyone|anybody|someone|whoever|scam\w*|fraud\w*"
    r"|promis\w+|claim\w*|offer\w*|beware|avoid|than|whether|if|card|debt|loan|balance|paying)\b|n['’]t\b",
    re.IGNORECASE,
)
# Funds, brokers and apps whose names are nothing else. Chase, Mint, Ally or Public are left out: they are words.
_PRODUCTS = (
    *("Vanguard", "Fidelity", "Schwab", "BlackRock", "iShares", "Robinhood", "Betterment", "Wealthfront", "Coinbase"),
    *("SoFi", "E*TRADE", "TD Ameritrade", "Ameriprise", "Edward Jones", "TIAA", "T. Rowe Price", "Morgan Stanley"),
    *("Merrill Lynch", "Goldman Sachs", "YNAB", "You Need a Budget", "EveryDollar", "Rocket Money", "Credit Karma"),
    *("NerdWallet", "TurboTax", "H&R Block", "Monarch Money", "Mint app", "Acorns app", "Cash App", "Affirm app"),
    *("Klarna", "LendingTree", "LendingClub", "Bitcoin", "Ethereum", "Dogecoin", "Geico", "State Farm", "MetLife"),
    *("Northwestern Mutual", "New York Life", "MassMutual", "Wells Fargo", "Bank of America", "Citibank"),
    *("Capital One", "VTI", "VOO", "VXUS", "VTSAX", "SPY", "QQQ", "BND", "SCHD", "IVV"),
)
_NAMED = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, _PRODUCTS))})(?![\w-])")
_TICKER = any_of(
    r"\$[A-Z]{2,5}\b",
    r"[VFS][A-Z]{3}X\b(?<=\b.....)",
    r"[Tt]icker(?: symbol)?:? \(?[A-Z]{1,5}\b",
    r"(?:NYSE|N[Aa][Ss][Dd][Aa][Qq]): ?[A-Z]{1,5}\b",
    flags=re.NOFLAG,
)
# Looked for first, in the folded text: most replies hold none of these, and a search is far cheaper than a pattern.
_BLAME_HINTS = ("should", "ought", "fault", "yourself", "how could", "why didn't", "of you", "you were", "have been")
_RETURN_HINTS = ("guarante", "risk-free", "risk free", "riskless", *_SURELY.split("|"), "promise", "lose")


def conduct(reading: Reading) -> Iterator[Finding]:
    """Forbidden phrases of the pack (`never_say`) and blame (`blame`), each place once."""
    phrases = reading.subject.rules.never_say
    folded, forbidden = tuple(fold(phrase) for phrase in phrases), _forbidden(phrases)
    for reply in reading.replies:
        taken: list[tuple[int, int]] = []
        possible = any(phrase in reply.lower for phrase in folded)
        for match in forbidden.finditer(reply.text) if forbidden and possible else ():
            if not _excused(reply, match, match.group()):
                taken.append(match.span())
                yield at(
                    reply,
                    "never_say",
                    "gate",
                    f"The advisor never says {shorten(match.group())!r}.",
                    "Say it in her own words, or leave it out.",
                    match.span(),
                )
        for match in _BLAME.finditer(reply.text) if any(hint in reply.lower for hint in _BLAME_HINTS) else ():
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            if not _excused(reply, match, "") and not _negated(reply.text, match.start()):
                yield at(
                    reply,
                    "blame",
                    "gate",
                    f"The reply blames the client: {shorten(match.group())!r}.",
                    "Say what happened without finding fault.",
                    match.span(),
                )


def promised_returns(reading: Reading) -> Iterator[Finding]:
    """No investment is promised to pay. Warnings against such promises, and paid-off debt, are let pass."""
    for reply in reading.replies:
        for match in _RETURN.finditer(reply.text) if any(hint in reply.lower for hint in _RETURN_HINTS) else ():
            if not is_quoted(reply.text, match.start()) and not _DENIED.search(_sentence_around(reply.text, match)):
                yield at(
                    reply,
                    "guaranteed_return",
                    "gate",
                    f"The reply promises a return: {shorten(match.group())!r}.",
                    "Nobody can promise what an investment pays.",
                    match.span(),
                )


def product_tips(reading: Reading) -> Iterator[Finding]:
    """The advisor names no fund, broker, insurer or app that the client did not bring up."""
    mentioned = ""
    for turn in reading.turns:
        mentioned += "\n" + turn.client.text.lower()
        text = turn.advisor.text
        named = _NAMED.finditer(text) if any(name in text for name in _PRODUCTS) else ()
        for match in (*named, *_TICKER.finditer(text)):
            if match.group().lower() not in mentioned:
                yield at(
                    turn.advisor,
                    "product_tip",
                    "gate",
                    f"The reply names a product or company: {match.group()!r}.",
                    "Describe the kind of thing, never a name.",
                    match.span(),
                )


@lru_cache(maxsize=16)
def _forbidden(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    ordered = sorted(phrases, key=len, reverse=True)
    bodies = (r"\s+".join(re.escape(word).replace("'", "['’]") for word in phrase.split()) for phrase in ordered)
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join(bodies)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=256)
def _harmless(phrase: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    before, behind = _HARMLESS.get(phrase, ("", ""))
    return (
        re.compile(before, re.IGNORECASE) if before else None,
        re.compile(behind, re.IGNORECASE) if behind else None,
    )


def _excused(reply: Message, match: re.Match[str], phrase: str) -> bool:
    """Whether the words are quoted, given back as the client's, or mean something else here."""
    if is_quoted(reply.text, match.start()) or is_reported(reply.text, match.start()):
        return True
    before, behind = _harmless(" ".join(phrase.lower().replace("’", "'").split()))
    if before and before.search(clause_before(reply.text, match.start())):
        return True
    return bool(behind and behind.match(reply.text, match.end()))


def _negated(text: str, position: int) -> bool:
    clause = clause_before(text, position)
    return (
        re.search(r"\b(?:no|not|never|nobody|nothing|none|hardly|whether|if|than)\b|n['’]t\b", clause, re.I) is not None
    )


def _sentence_around(text: str, match: re.Match[str]) -> str:
    behind = re.search(r"[.!?\n]", text[match.end() :])
    end = match.end() + behind.start() if behind else len(text)
    return clause_before(text, match.start()) + text[match.start() : end]
