"""Gates on what a fee-only advisor must not do: promise what an investment pays, or name a product or company.

Only the replies are read. Warnings against such promises, and the sure gain of a paid-off debt, are let pass, and so is
a company that the client brought up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.quality.reading import Message, Reading, any_of, at, clause_before, is_quoted, shorten, small
from core.quality.report import Finding

_SURELY = (
    r"(?:definitely|certainly|surely|absolutely|always|undoubtedly|inevitably|guaranteed to"
    r"|without (?:a )?(?:doubt|fail|question))"
)
_GROW = (
    r"(?:grow|rise|go up|double|triple|return|earn|beat|climb|increase|gain|recover|bounce back|come back"
    r"|multiply|appreciate"
    r"|outperform|outpace|pay off|make (?:you )?money)"
)
_GROWS = (
    r"(?:grows?|rises?|goes up|go up|doubles?|returns?|earns?|beats?|climbs?|increases?|gains?|recovers?"
    r"|bounces? back|comes? back"
    r"|come out ahead|comes out ahead|wins?|pays? off|makes? (?:you )?money|makes? a profit|moves? up|trends? up)"
)
_RATE = (
    r"(?:\d+(?:\.\d+)?|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    r"|double[- ]digit)(?: to \w+)? ?(?:%|percent)"
)
_RETURNS = r"(?:returns?|profits?|gains?|growth|yields?|income stream|upside|winners?|money-?makers?)"
# Each with words (spaces between) and pieces of text (commas between): its matches hold one of the words and, if there
# are any, one of the pieces. So most replies need no pattern at all.
_PROMISES: tuple[tuple[str, str, str], ...] = (
    (
        "guaranteed risk riskless certain assured sure surefire foolproof failsafe fail fool miss",
        "",
        rf"\b(?:guaranteed|risk[- ]free|riskless|certain|assured|sure[- ]?fire|foolproof|fail-?safe|fool-proof"
        rf"|can['’]t[- ]miss|no[- ]risk|zero[- ]risk|surefire)(?: (?:of )?(?:an? )?[\w%.-]+){{0,3}}? (?:{_RETURNS}"
        rf"|way to (?:grow|double|earn|make|build)|investment|bet)\b",
    ),
    (
        "guaranteed certain assured certainty given",
        "",
        rf"\b{_RETURNS} (?:of {_RATE} )?(?:is|are) (?:virtually |practically |all but |completely |100% "
        rf"|basically )?(?:guaranteed|certain|assured|a certainty|a given)\b",
    ),
    (
        "definitely certainly surely absolutely always undoubtedly inevitably guaranteed doubt fail question"
        " matter sure certain promise guarantee count mark",
        "will, 'll, ’ll, going to",
        rf"\b(?:will|['’]ll|(?:is|are) going to) (?:\w+ )?{_SURELY} {_GROW}\b|\b(?:will|['’]ll|(?:is"
        rf"|are) going to) {_GROW}\b[^.!?]{{0,50}}\b(?:guaranteed|without fail|no matter what|for sure|for certain"
        rf"|I (?:promise|guarantee)|you can count on|mark my words)\b",
    ),
    (
        "certain sure bound guaranteed destined set assured",
        "",
        rf"\b(?:is|are|['’]re|['’]s|was|be) (?:all but |virtually |almost |practically |absolutely "
        rf"|as good as )?(?:certain|sure|bound|guaranteed|destined|set|assured) to (?:double|triple|grow|rise|go up"
        rf"|beat|outperform|climb|multiply|appreciate|recover|make (?:you )?money|(?:make|earn|return|pay|give|gain"
        rf"|bring|yield|net)(?: \w+){{0,4}} (?:{_RATE}|profit|gains?))",
    ),
    (
        "guarantee promise assure swear bet vouch",
        "",
        rf"\bI(?: can| will|['’]ll| could)?(?: personally| confidently| safely)? (?:guarantee|promise|assure|swear"
        rf"|bet|vouch)\b(?: you)?[^.!?]{{0,60}}?\b(?:{_GROWS}|{_RETURNS}|{_RATE}|lose (?:money|a (?:cent|dime|penny))"
        rf"|lose)\b",
    ),
    (
        "word words trust believe",
        "my word, trust me, believe me",
        rf"\b(?:you(?: have|['’]ve got) my word|mark my words|trust me|believe me)\b[^.!?]{{0,60}}\b(?:{_GROWS}"
        rf"|{_RETURNS}|{_RATE})\b",
    ),
    (
        "lose",
        "",
        r"\byou (?:can(?:no|['’])t|won['’]t|will not|could(?:n['’]t| not)|can never|will never|cannot possibly"
        r"|can['’]t possibly) (?:possibly )?lose (?:money|with|on (?:this|it|that|an?|the)|a (?:cent|dime|penny)"
        r"|anything (?:on|with|in))\b",
    ),
    (
        "way chance",
        "no way, no chance, zero chance, not a chance",
        r"\b(?:there(?:['’]s| is)|I see) (?:absolutely |simply |really )?(?:no way|no chance|zero chance"
        r"|not a chance)(?: that| for)? (?:this|it|the|your|that|you|an?|these)\b[^.!?]{0,40}\b(?:los(?:es?|ing)"
        r"|go(?:es|ing)? down|falls?|falling|drops?|shrinks?|fails?)\b",
    ),
    (
        "grow grows rise rises go goes double doubles return returns earn earns beat beats climb climbs increase"
        " increases gain gains recover recovers bounce bounces come comes win wins pay pays off make makes move moves"
        " trend trends lost failed gone had lose loses fall falls drop drops fail fails",
        "only, always, invariably, inevitably, never, without fail, ever",
        rf"\b(?:only|always|invariably|inevitably|never fails to|never failed to|without fail) {_GROWS}\b|\b(?:only"
        rf"|ever) goes? (?:in )?(?:one (?:way|direction)|up)\b|\bhas never (?:lost|failed|gone down|had a (?:losing"
        rf"|bad))\b|\bnever (?:loses?|lost|goes down|go down|falls?|drops?|fails?)(?: (?:money|value|in value"
        rf"|over))?\b",
    ),
    (
        "lose go fall fail crash drop miss",
        "can't, can’t, cannot, won't, won’t, will not, never, couldn't, couldn’t, impossible, doesn't, doesn’t",
        r"\b(?:can['’]t|cannot|won['’]t|will not|will never|can never|couldn['’]t|could never|is impossible to"
        r"|doesn['’]t ever) (?:possibly |ever |really )?(?:lose (?:any |its |their |your )?(?:value|money|principal)"
        r"|go down|fall|go wrong|fail|crash|drop in value|miss)\b",
    ),
    (
        "risk downside danger",
        "",
        rf"\b(?:zero|no|without(?: any)?) (?:risk|downside|danger)(?: (?:of|at all"
        rf"|whatsoever))?\b(?=[^.!?]{{0,40}}\b(?:{_RETURNS}|invest\w*|fund|stocks?|market|index|portfolio|los(?:s"
        rf"|ing)|{_RATE})\b)",
    ),
    (
        "risk downside danger",
        "",
        rf"\b(?:{_RETURNS}|invest\w*|fund|stocks?|market|index|portfolio|shares)\b[^.!?]{{0,40}}\b(?:zero|no"
        rf"|without(?: any)?) (?:risk|downside|danger)\b",
    ),
    (
        "good safe sure guaranteed dead absolute",
        "as good as, as safe as, sure, safe, guaranteed, dead, absolute",
        r"\b(?:it(?:['’]s| is)|this is|that(?:['’]s| is)|(?:the |this |that |an? )?(?:fund|market|index|stocks?"
        r"|shares|investment|property|gold)(?: \w+){0,2} (?:is|are)) (?:as (?:good|safe) as (?:gold"
        r"|money in the bank)|(?:an? )?(?:sure|safe|guaranteed|dead|absolute) (?:thing|bet|winner|win|cert)"
        r"|(?:an? )?(?:sure|safe)[- ](?:fire )?(?:bet|winner))",
    ),
    (
        "make earn get see gain double triple clear pocket",
        "will, 'll, ’ll, going to",
        rf"\byou(?:['’]ll| will|['’]re going to| are going to) (?:easily |always |comfortably |at least )?(?:make"
        rf"|earn|get|see|gain|double|triple|clear|pocket) (?:at least |a steady |a solid |a safe |an easy |about "
        rf"|your money )?(?:{_RATE}|your money|twice|a profit)(?=[^.!?]{{0,60}}\b(?:a year|every year|per year"
        rf"|annually|each year|on it|there|guaranteed|in (?:\w+ )?years|fund|market|stocks?|index|shares|invest\w*)\b"
        rf"|[.!?])",
    ),
    (
        "double doubles doubled triple triples tripled quadruple make return earn pay yield give bring",
        "will, 'll, ’ll, going to",
        rf"\b(?:fund|market|index|stocks?|shares|investments?|portfolio|(?:your|the|that|this) money"
        rf"|it)(?: \w+){{0,3}} (?:will|['’]ll|(?:is|are) going to) (?:easily |always |comfortably |at least |soon "
        rf"|more than )*(?:double|triple|quadruple|make you (?:rich|money|wealthy)|(?:return|earn|pay|yield|give you"
        rf"|bring you) (?:you )?(?:at least )?{_RATE})",
    ),
)
_RETURN = small(*(pattern for _, _, pattern in _PROMISES))
_CUED = tuple(
    (frozenset(words.split()), tuple(pieces.split(", ")), small(pattern)) for words, pieces, pattern in _PROMISES
)
_INVESTED = re.compile(
    r"\b(?:invest\w*|fund\w*|stocks?|shares?|market\w*|index\w*|portfolio|securit\w+|crypto|coins?|gold"
    r"|real estate|property|propert\w+|long (?:run|term|haul)"
    r"|your money|the money|savings|nest egg|retirement|returns?|growth|percent|%|it|this|that)(?![\w])",
    re.IGNORECASE,
)
_COSTS = re.compile(
    r"\b(?:rents?|premiums?|prices?|fees?|tuition|bills?|taxes|insurance|groceries|childcare|costs?|minimum"
    r"|deadline|laws?|copay|deductible"
    r"|interest rates?|rates?|utility|utilities|prices|house|home)\b",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"\breturns? (?:(?:your|my|the|a|her|his) )?(?:call|letter|mail|e-?mail|form|deposit|papers?|keys?|money to)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no (?=one|fund|adviser|advisor|honest|investment|such)|not|never|nobody|none|neither|hardly|cannot"
    r"|can['’]t|anyone|anybody|someone|somebody|whoever|scam\w*|fraud\w*"
    r"|promised|promises|promising|claim\w*|offer\w*|beware|avoid|than|whether|if|at (?=\d)|assum\w+|suppos\w+"
    r"|historically|on average|could|might|may"
    r"|card|cards|debt|loan|balance|paying|paid|match|certificate|CD|treasur\w+|insured|savings account"
    r"|pretend\w*|sales\w*|brochure|advert\w*|wish|like a)\b|n['’]t\b",
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
# The longest word of each: a look at the words of a reply tells that it names none of them.
_PRODUCT_WORDS = frozenset(max(re.findall(r"[^\W_]+", name.lower()), key=len) for name in _PRODUCTS)
_DOLLAR_NAME = re.compile(r"\$[A-Z]")
_TICKER = any_of(
    r"\$[A-Z]{2,5}\b",
    r"[VFS][A-Z]{3}X\b(?<=\b.....)",
    r"[Tt]icker(?: symbol)?:? \(?[A-Z]{1,5}\b",
    r"(?:NYSE|N[Aa][Ss][Dd][Aa][Qq]): ?[A-Z]{1,5}\b",
    flags=re.NOFLAG,
)
_RETURN_HINTS = re.compile(
    r"guarant|risk|certain|sure|bound to|destined|definitely|absolutely|always|inevitab|undoubtedly|promise"
    r"|assure|swear|lose|loses"
    r"|lost|way (?:this|it|the|your|that|you)|never |only go|ever go|go down|can't|cannot|foolproof|fail|bet"
    r"|winner|downside|double|triple|percent|%|without (?:fail|a doubt)|my word|trust me"
)


def promised_returns(reading: Reading) -> Iterator[Finding]:
    """No investment is promised to pay. Warnings against such promises, and paid-off debt, are let pass."""
    for reply in reading.replies:
        for match in _RETURN.finditer(reply.small) if _may_promise(reply) and _RETURN_HINTS.search(reply.lower) else ():
            if is_quoted(reply.text, match.start()):
                continue
            before, behind = _around(reply.text, match)
            sentence = before + match.group() + behind
            if (
                _DENIED.search(before)
                or _DENIED.search(behind)
                or _COSTS.search(sentence)
                or not _INVESTED.search(sentence)
                or _ANSWER.search(match.group() + behind)
            ):
                continue
            yield at(
                reply,
                "guaranteed_return",
                "gate",
                f"The reply promises a return: {shorten(reply.text[slice(*match.span())])!r}.",
                "Nobody can promise what an investment pays.",
                match.span(),
            )
            break


def _may_promise(reply: Message) -> bool:
    vocabulary, text = reply.vocabulary, reply.small
    return any(
        not words.isdisjoint(vocabulary) and any(piece in text for piece in pieces) and pattern.search(text)
        for words, pieces, pattern in _CUED
    )


def product_tips(reading: Reading) -> Iterator[Finding]:
    """The advisor names no fund, broker, insurer or app that the client did not bring up."""
    for position, turn in enumerate(reading.turns, 1):
        text = turn.advisor.text
        named = () if turn.advisor.vocabulary.isdisjoint(_PRODUCT_WORDS) else _NAMED.finditer(text)
        for match in (*named, *(_TICKER.finditer(text) if _may_hold_ticker(turn.advisor) else ())):
            name = match.group().lower()
            if not any(name in earlier.client.text.lower() for earlier in reading.turns[:position]):
                yield at(
                    turn.advisor,
                    "product_tip",
                    "gate",
                    f"The reply names a product or company: {match.group()!r}.",
                    "Describe the kind of thing, never a name.",
                    match.span(),
                )


def _may_hold_ticker(reply: Message) -> bool:
    text, low = reply.text, reply.lower
    return "X" in text or "icker" in low or "nyse" in low or "nasdaq" in low or _DOLLAR_NAME.search(text) is not None


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """What stands before and behind a match in its sentence."""
    behind = re.search(r"[.!?](?!\d)|\n", text[match.end() :])
    end = match.end() + behind.start() if behind else len(text)
    return clause_before(text, match.start()), text[match.end() : end]
