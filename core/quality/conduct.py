"""Gates on what the advisor must not say: the pack's forbidden phrases, blame, and comparisons with others.

Only the advisor's replies are read. A phrase in quotation marks, or given back as the client's own thought, is no
offence, and neither is a forbidden phrase whose words mean something else where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from core.quality.cues import Cues, standing
from core.quality.fault import FAULT_FOUND
from core.quality.hindsight import HINDSIGHT
from core.quality.holding_up import COMPARED
from core.quality.own_doing import OWN_DOING
from core.quality.reading import (
    Message,
    Reading,
    at,
    clause_before,
    fold,
    is_quoted,
    is_reported,
    shorten,
    small,
)
from core.quality.report import Finding
from core.quality.reproach import HELD_UP, REPROACH
from core.quality.wordings import spoken_in

_IRREGULAR = (
    "been|begun|bought|brought|built|called|caught|chosen|come|cut|done|drawn|found|given|gone|had|held|hit|kept|known"
    "|left|let|looked|lost|made|met|paid|put|read|run|said|saved|set|shown|sold|spent|spoken|started|stood|stopped"
    "|taken|thought|told|tried|understood|waited|written|seen|got|gotten|taught|felt|forgotten|grown|heard|lent"
    "|quit|sent"
    "|shut|slept|stuck|woken|won|driven|fought|hidden|laid|led|meant|sat|sought|withdrawn|checked"
)
_BLAMED_VERB = (
    r"(?:(?:really|probably|simply|just|never|already|at least) )?(?!had to\b|been (?:told|given|warned|offered"
    r"|asked|taught"
    r"|shown|sent|paid|treated|able|allowed|informed|notified|handed|put|made|left|forced|charged|expected|spoken"
    r"|sold|billed|blamed|cheated|denied|the one)\b|got(?:ten)? (?:a|an|the|your|one) (?:\w+ )?(?:letter|form|notice"
    r"|statement|card|bill)\b)"
    rf"(?:{_IRREGULAR}|(?!received|need|arrived)[a-z]+ed)\b"
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
_SOFT = (
    r"(?: (?:really|probably|simply|just|never|at least|definitely|certainly|maybe|surely|honestly|also|always"
    r"|clearly))*"
)
_FAULTS = (
    r"(?:stupid|foolish|careless|irresponsible|reckless|dumb|silly|idiotic|lazy|negligent|naive|naïve|sloppy"
    r"|thoughtless"
    r"|short-?sighted|undisciplined|immature|ridiculous|wasteful|greedy|selfish|childish|inexcusable|unforgivable)"
)
_FAULT_NOUNS = (
    r"(?:carelessness|negligence|irresponsibility|recklessness|laziness|stupidity|foolishness|neglect|procrastination"
    r"|avoidance|lack of (?:discipline|care|planning|self-control)|(?:bad|poor|reckless|careless|stupid) (?:choices?"
    r"|decisions?|habits?|judge?ment|planning)|spending habits|overspending|denial|own (?:doing|making|choices))"
)
_BLAME = small(
    rf"\byou(?:['’]d)?{_SOFT} should{_SOFT}(?:['’]ve|n['’]t(?: have|['’]ve)?| not have| have|['’]a"
    rf"| of){_SOFT} {_BLAMED_VERB}",
    rf"\byou{_SOFT} ought{_SOFT} (?:not )?to have {_BLAMED_VERB}",
    rf"\byou (?:could|might){_SOFT} (?:at least |easily |just |simply )+have {_BLAMED_VERB}",
    rf"\byou(?: were|['’]re) supposed to (?:have )?(?:{_BLAMED_VERB}|know|check|read|open|call|save)",
    r"\byou had no business \w+ing\b",
    r"\b(?:it|this|that|which|all of (?:it|this))(?:['’]s| is| was)(?: all| really| entirely| partly| mostly"
    r"| largely)* (?:your (?:own )?"
    r"(?:fault|doing|mistake|mess)|(?:on|down to) you(?=[.!,;]|\Z)|of your own making)\b",
    r"\b(?:a|the) (?:mess|hole|problem|trouble|crisis|situation)(?: that)?(?: is|['’]s| was)? of your own making\b",
    r"\b(?:only|just|nobody|no one|no-one)(?: \w+){0,2} (?:yourself|you|but yourself) to (?:blame|thank)\b"
    r"|\bonly (?:have )?yourself to (?:blame|thank)\b|\bno one (?:else )?to blame but yourself\b",
    r"\byou(?:['’]ve)?(?: have)? (?:brought|done|did) (?:this|it|that|all this"
    r"|all of this) (?:up)?on? ?(?:to )?yourself\b|\byou did this to yourself\b",
    r"\bhow could you (?:let|be so|not|have (?!known|seen|guessed|told)|do (?:this|that|such)|possibly|ever|just"
    r"|sign|spend|ignore)\b",
    r"\bwhy (?:on earth |in the world |the hell )?(?:didn['’]t you|did you not|would you|did you ever"
    r"|haven['’]t you|wouldn['’]t you)"
    r" (?:\w+ )?(?:just|simply|ever|think|ask|save|check|read|do|sign|wait|let|ignore|open|call|spend|borrow|start)\b",
    r"\bwhat (?:were you thinking|did you expect|on earth were you)\b",
    rf"\b(?:it|that|this|which) was(?: \w+){{0,2}} {_FAULTS} (?:of|for) you\b",
    rf"\b(?:it|that|this|which|signing \w+|borrowing \w+|waiting)(?:['’]s| was| is)(?: (?:a|an|such|such a|really"
    rf"|pretty|frankly|very|so|just|quite))*"
    rf" {_FAULTS} (?:thing|move|choice|decision|mistake|idea|way to|to (?:do|sign|spend|borrow|wait|let|ignore))",
    rf"\byou(?:['’]re|['’]ve been| were| are| have been| had been| must have been)(?: (?:being|so|too|just|simply"
    rf"|rather|very|pretty|incredibly|a bit|quite|really|frankly))*"
    rf" {_FAULTS}\b(?! (?:if|to think))",
    rf"\b(?:because of|due to|thanks to|result of|down to|comes? from|caused by|blame) your (?:own )?{_FAULT_NOUNS}",
    r"\byour (?:own )?(?:carelessness|negligence|irresponsibility|recklessness|laziness|stupidity|foolishness)\b",
    r"\bif you(?:['’]d| had)(?: (?:only|just|simply|been|not been|paid|listened|bothered"
    r"|ever))* (?:more (?:careful|responsible|disciplined|sensible|attentive)"
    r"|been (?:careful|responsible|smarter|sensible)|so (?:careless|lazy|reckless)|paid (?:more )?attention"
    r"|bothered|listened|looked after)",
    r"\b(?:none of (?:this|it)|this|it) (?:would(?:n['’]t| not)?(?: never)?|could(?:n['’]t"
    r"| not)?(?: easily)?) have (?:happened|been avoided|gotten so bad|come to this)\b"
    r"(?=[^.!?]{0,20}\b(?:if you|had you)\b|\.)",
    r"\byou (?:let (?:this|it|things|that|yourself)\b[^.!?]{0,12}\b(?:happen|get (?:so|this|out of|that)|go (?:so"
    r"|this|on|too)|slide|pile up|drift|fall)"
    r"|got yourself into|dug (?:this|yourself)|made your bed|blew it|blew (?:through|your)|ruined\b|messed (?:it "
    r"|this |things )?up"
    r"|screwed (?:it |this )?up|squandered\b|frittered\b|threw (?:it |that |your money )?away|wasted (?:your|the|all"
    r"|so|ten|years|every|good)|neglected (?:your|the|to|this)"
    r"|failed to|chose to ignore|knew better|know better than|refused to (?:look|open|listen|face)"
    r"|didn['’]t (?:even )?(?:bother|care to))",
    r"\byou have (?:let|failed|ruined|neglected|squandered|wasted) (?:this|your|yourself|the|it|them|to)\b",
    r"\byou(?:['’]re| are) (?:the one )?to blame\b|\bthe (?:blame|fault|responsibility for this) (?:is|lies"
    r"|rests) (?:\w+ )?(?:with )?(?:you|yours)\b"
    r"|\bI blame you\b|\bshame on you\b|\byou (?:should|ought to) be ashamed\b|\bserves you right\b|\btold you so\b",
    r"\bthat(?:['’]s| is) what (?:you get|happens when you) (?:for|ignore|don['’]t|refuse|put off|spend)\b",
    r"\bany (?:sensible|reasonable|responsible|normal) (?:person|adult|parent) would(?:n['’]t)? have\b"
    r"|\ban adult would have\b",
)
_COMPARING = (
    r"(?:others|other (?:people|families|clients|couples|teachers|parents|women|men|households|folks)|(?:plenty"
    r"|lots|a lot|thousands|millions|some) of (?:people|folks|families|others|households|clients|them)"
    r"|many (?:people|families|others|clients)|most (?:people|families|clients|households|folks|Americans|couples"
    r"|of my clients)|some (?:people|families|folks|clients)|there are (?:people|families|children|folks)"
    r"|people (?:out there|in (?:other|poorer|your position|your situation))|half the (?:country|world|people)"
    r"|your (?:peers|colleagues|coworkers|friends|neighbou?rs|sister|brother|classmates)|my other clients"
    r"|everyone else|everybody else|anyone else)"
)
_COMPARISON = small(
    rf"\b{_COMPARING}\b[^.!?]{{0,40}}\b(?:ha(?:ve|s|d) (?:it|things) (?:so |far |much |a lot |way "
    rf"|even )?(?:worse|harder|rougher|tougher|better)"
    r"|would (?:love|kill|give (?:anything|a lot|their)|be (?:glad|thrilled|grateful|happy|delighted)|trade|envy"
    r"|jump|dream)"
    r"|(?:are|is) (?:far |much |a lot |way )?(?:worse off|less fortunate|less lucky|in (?:far |much )?worse)"
    r"|(?:ha(?:ve|s)|own|live on|get by on|survive on|manage on|manage with|make do with|raise \w+ on|cope with"
    r"|do) (?:nothing|(?:far |much |a lot |even )?less\b|half (?:of )?(?:that|as|what|your|this))"
    r"|(?:manage|get by|cope|survive|make do|make it work|do(?:es)? (?:just )?fine|do(?:es)? it|handle (?:it"
    r"|this))(?: just fine)? (?:on|with) (?:far |much |a lot |even )?(?:less|half|nothing|more kids|a fraction"
    r"|fewer)"
    r"|ha(?:ve|s) (?:real|bigger|worse|far bigger|actual|serious) (?:problems|worries|troubles)|(?:don['’]t"
    r"|do not) even have|never (?:get|had|even get) (?:a|the|this) chance|struggle (?:far |much )?more)",
    r"\b(?:it|things|this|that) (?:could|might) (?:always |still |well |easily )?(?:be|have been|get) (?:a lot "
    r"|far |much |so much |way |even )?worse\b(?! than (?:it|the|we|you|I))",
    r"\b(?:count|consider) yourself (?:very |rather |pretty |one of the )?(?:lucky|fortunate|blessed)\b"
    r"|\bcount your blessings\b|\b(?:you(?:['’]re| are) )one of the (?:lucky|luckier|fortunate) ones\b",
    r"\byou(?: should|['’]d better| ought to| might)? be (?:more |a little |really )?(?:grateful|thankful|glad"
    r"|happy)(?: that)? (?:you|it|for what|to have)\b|(?:\A|[.!?] )be (?:grateful|thankful|glad)(?: that)? (?:you"
    r"|it)\b",
    r"\byou(?:['’]ve)?(?: have| got| actually have| really have)? (?:it|things) (?:so |pretty |fairly "
    r"|relatively |comparatively |actually |really |quite )*(?:(?:easy|good|lucky)(?! (?:to|in|at|on|for|news"
    r"|reason|enough|hands?)\b)|easier than|better than)\b",
    r"\bat least you(?: are|['’]re) not\b[^.!?]{0,30}\b(?:homeless|starving|broke|like|the one|on the street)"
    r"|\bat least you (?:still )?have a (?:job|roof|house|home|pension|husband|wife|pay)",
    r"\b(?:people|others|folks|men|women|clients|teachers|engineers|parents|anyone|everyone|couples"
    r"|most)(?: \w+){0,3} (?:your|at your|of your) (?:own )?age\b(?![^.!?]{0,60}(?:n['’]t|\bnever\b|\bno\b"
    r"|\bnot\b))[^.!?]{0,60}"
    r"\b(?:saved|put (?:away|aside|by)|own|paid off|twice|three times|four times|double|triple|further|ahead"
    r"|settled|have (?:more|already|at least|\$|a )|better|retired|well on)\b",
    r"\b(?:far |well |way |so |a (?:long way|decade|few years) |years |badly "
    r"|lagging )*behind (?:where )?(?:(?:the )?(?:others?|other people|most (?:people|clients|families)"
    r"|your (?:peers|friends|colleagues|age group|cohort|generation)|everyone|everybody|the (?:average|curve|rest"
    r"|pack)|people (?:your|of|at)))\b",
    r"\bcompared (?:with|to) (?:most (?:people|clients|of|families|others|folks|households|couples)"
    r"|others?\b(?! (?:loans?|cards?|accounts?|plans?|options?|funds?))|other (?:people|clients|families|couples)"
    r"|your (?:peers|friends|colleagues|sister|brother|neighbou?rs)|what (?:others|other people|some|most)"
    r"|everyone|everybody|people (?:who|in|with|your)|some (?:people|of|clients|families))",
    r"\bunlike (?:most|other|some|many)(?: of)?(?: my| the)? (?:clients|people|families|couples|folks)\b"
    r"|\b(?:worse|better) off than (?:you|most|many|others|half|a lot|the average|nearly)\b"
    r"|\bluckier than (?:most|many|others|you|a lot)\b",
    r"\b(?:first[- ]world|rich people['’]s?|champagne|luxury) problems?\b|\bnot everyone is (?:so|as) (?:lucky"
    r"|fortunate)\b|\b(?:your|my) (?:sister|brother|neighbou?r|friend|colleague|cousin)s? (?:has|have|did|managed"
    r"|saved)[^.!?]{0,40}\b(?:why can['’]t you|and you)\b",
    r"\bI (?:have|['’]ve had|have had|know|see) (?:other )?(?:clients|people"
    r"|families)(?: who(?:['’]ve)?)?(?: \w+){0,4} (?:far |much |a lot )?(?:less|worse|worse off|harder"
    r"|poorer)(?: than you)?\b",
    r"\bwhere (?:others|other people|people|most people|someone)(?: of)?(?: your age| your)?(?: \w+)? (?:are|is"
    r"|should be|ought to be|would be)\b",
    r"\bthe average (?:person|family|household|couple|\d\d-year-old)\b[^.!?]{0,40}\b(?:more|less|twice|already"
    r"|double|saved|manages)\b(?=[^.!?]*\byou\b)",
)
_NOT_COMPARED = re.compile(
    r"\b(?:not|never|nobody|no one|without|whether|afraid|worried|worry|fear|fearing|stop|refuse|wouldn['’]t"
    r"|won['’]t|don['’]t|doesn['’]t|isn['’]t|if)\b",
    re.IGNORECASE,
)
# Looked for first, in the folded text: most replies hold none of these, and a search is far cheaper than a pattern.
_BLAME_HINTS = re.compile(
    rf"should|ought|fault|yourself|how could|why |what (?:were|did|on)|{_FAULTS}|you (?:let|got|dug|made your"
    rf"|blew|ruined|messed"
    r"|screwed|squander|fritter|threw|wast|neglect|fail|chose|knew|know better|refus|did)|your (?:own|carel"
    r"|neglig|irresp|reckl"
    r"|lazi|stupid|foolish|bad|poor|lack|spending|procr|avoid|denial|overspen)|if you['’ ]|none of|have happened"
    r"|blame|shame"
    r"|serves you|told you so|no business|supposed to|what (?:you get|happens when)|would(?:n['’]t)? have|on you"
    r"|you have (?:let|w)"
)
_COMPARISON_HINTS = re.compile(
    r"other|people|worse|lucky|luckier|fortunate|bless|grateful|thankful|be glad|easy|at least you|your age"
    r"|behind|compared"
    r"|unlike|off than|problem|everyone|everybody|average|clients|peers|colleague|friends|neighbo|sister|brother|things"
)
_BLAME_CUES, _COMPARISON_CUES = Cues((_BLAME.pattern,)), Cues((_COMPARISON.pattern,))


def conduct(reading: Reading) -> Iterator[Finding]:
    """Forbidden phrases of the pack (`never_say`) and blame (`blame`), each place once."""
    phrases = reading.subject.rules.never_say
    folded, forbidden, longest = tuple(fold(phrase) for phrase in phrases), _forbidden(phrases), _longest(phrases)
    for reply in reading.replies:
        taken: list[tuple[int, int]] = []
        without = reply.is_plain and longest and longest.isdisjoint(reply.vocabulary)
        possible = not without and any(phrase in reply.lower for phrase in folded)
        for match in forbidden.finditer(reply.text) if forbidden and possible else ():
            if not _excused(reply, match, match.group()):
                taken.append(match.span())
                yield at(
                    reply,
                    "never_say",
                    "gate",
                    f"The advisor never says {shorten(reply.text[slice(*match.span())])!r}.",
                    "Say it in her own words, or leave it out.",
                    match.span(),
                )
        blamed = _BLAME_CUES.may_be_in(reply) and _BLAME_HINTS.search(reply.lower)
        for match in _BLAME.finditer(reply.small) if blamed else ():
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            if not _excused(reply, match, "") and not _negated(reply.text, match.start()):
                taken.append(match.span())
                yield at(
                    reply,
                    "blame",
                    "gate",
                    f"The reply blames the client: {shorten(reply.text[slice(*match.span())])!r}.",
                    "Say what happened without finding fault.",
                    match.span(),
                )


def comparisons(reading: Reading) -> Iterator[Finding]:
    """The client's trouble is not set against somebody else's; saying that many share it is welcome."""
    for reply in reading.replies:
        for match in _compared(reply):
            before = clause_before(reply.text, match.start())
            if _excused(reply, match, match.group()) or _NOT_COMPARED.search(before):
                continue
            yield at(
                reply,
                "comparison",
                "gate",
                f"The reply compares the client with others: {shorten(reply.text[slice(*match.span())])!r}.",
                "Speak of this client alone.",
                match.span(),
            )
            break


def _compared(reply: Message) -> Iterator[re.Match[str]]:
    """The known comparisons, looked for in the sentences that hold a word of one."""
    likely = _COMPARISON_CUES.likely(reply)
    for sentence in reply.spoken if likely else ():
        if standing(likely, sentence.words) and _COMPARISON_HINTS.search(sentence.text):
            end = sentence.start + len(sentence.text) + 1
            yield from _COMPARISON.finditer(reply.small, max(0, sentence.start - 2), end)


def soft_reproach(reading: Reading) -> Iterator[Finding]:
    """Hindsight, disappointment and other people held up, in forms too near to ordinary speech to fail on: warnings."""
    for reply in reading.replies:
        for check, pattern, cues, advice in (
            ("blame", REPROACH, _REPROACH_CUES, "Say what happened without finding fault."),
            ("comparison", HELD_UP, _HELD_UP_CUES, "Speak of this client alone."),
        ):
            for match in pattern.finditer(reply.small) if cues.may_be_in(reply) else ():
                before = clause_before(reply.text, match.start())
                if _excused(reply, match, match.group()) or _NOT_COMPARED.search(before):
                    continue
                yield at(
                    reply,
                    check,
                    "warning",
                    f"This may read as reproach: {shorten(reply.text[slice(*match.span())].strip(' .!?'))!r}.",
                    advice,
                    match.span(),
                )
                break


_REPROACH_CUES, _HELD_UP_CUES = Cues((REPROACH.pattern,)), Cues((HELD_UP.pattern,))
_REPROACHES = (*HINDSIGHT, *FAULT_FOUND, *OWN_DOING)


def families_of_reproach(reading: Reading) -> Iterator[Finding]:
    """What the client should have done, whose fault it is, and other people held up, by grammar and meaning."""
    for reply in reading.replies:
        for check, families, told, advice in (
            ("blame", _REPROACHES, "The reply finds fault in hindsight", "Say what happened without finding fault."),
            ("comparison", COMPARED, "The reply compares the client with others", "Speak of this client alone."),
        ):
            for severity, span in spoken_in(reply, families):
                yield at(reply, check, severity, f"{told}: {shorten(reply.text[slice(*span)])!r}.", advice, span)


@lru_cache(maxsize=16)
def _forbidden(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    ordered = sorted(phrases, key=len, reverse=True)
    bodies = (r"\s+".join(re.escape(word).replace("'", "['’]") for word in phrase.split()) for phrase in ordered)
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join(bodies)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=16)
def _longest(phrases: tuple[str, ...]) -> frozenset[str]:
    """The longest word of each phrase, without which it is not said; none where a phrase has no plain word."""
    words = [re.findall(r"[a-z0-9]+", fold(phrase)) if phrase.isascii() else [] for phrase in phrases]
    return frozenset(max(each, key=len) for each in words) if all(words) else frozenset()


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
