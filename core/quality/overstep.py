"""Edge cases: past its boundary the advisor gives no advice, neither on the money nor in another profession's place.

Only instructions count, spoken to the client as things to do; naming the matter, putting it off, or handing it to those
who are trained for it is what these conversations are for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.quality.reading import Message, Reading, any_of, at, clause_before, is_quoted, is_reported, shorten
from core.quality.report import Finding
from core.quality.solving import SOLVED
from core.quality.wordings import spoken_in

_THING = (
    r"(?:money|savings?|payout|settlement|inheritance|balance|cash|paycheck|proceeds|refund|funds|401\(?k\)?|ira"
    r"|pension"
    r"|retirement|portfolio|brokerage|loan|debt|mortgage|house|equity|shares|stock|premium|policy|cards? debt|credit"
    r" cards?"
    r"|cards?(?= (?:off|down|first|and|with \$))|account(?! (?:number|statement)))"
)
_MONEY = (
    r"(?:\$ ?\d[\d,.]*k?|\d+ ?(?:%|percent)|(?:your|the|that|this|(?:some|all|half|most) of (?:your|the|it))"
    rf" (?:\w+ ){{0,2}}?{_THING}|your {_THING})"
)
_PLACE = (
    r"(?:[\w-]+ ){0,4}?(?:index funds?|funds?|stocks?|shares|bonds?|treasur(?:y|ies)|t-bills?|cds?|roth|ira|401\(?k\)?"
    r"|annuit(?:y|ies)|brokerage|high-yield|savings account|separate account|money market|crypto\w*|market|trust|529)\b"
)
_DO = (
    r"(?:put|move|transfer|invest|withdraw|roll(?: over)?|shift|park|stash|pull|cash out|pay (?:off|down)|refinance"
    r"|save"
    r"|consolidate|borrow|split|allocate|sell|buy|deposit|take out|liquidate|send|wire|set aside|tap|max out|raise|cut"
    r"|increase|stop paying|aim to save)"
)
_DOING = (
    r"(?:putting|moving|transferring|investing|withdrawing|rolling(?: over)?|shifting|parking|pulling|cashing out"
    r"|saving"
    r"|paying (?:off|down)|refinancing|consolidating|borrowing|splitting|allocating|selling|buying|depositing"
    r"|maxing out|liquidating|setting aside|taking out)"
)
_YOU_CAN = (
    r"\byou (?:can|could|might|may|should|ought to|need to|want to|must|have to|['’]d be wise to|would do well to)"
    r"(?: now| also| safely| simply| still| just| then| want to| start by){0,2} "
)
_I_ADVISE = (
    r"\b(?:I(?:['’]d| would)(?: still| simply| probably)? (?:(?:suggest|recommend|advise|tell you to|start by|begin"
    r" by) )?"
    r"|I (?:suggest|recommend|advise) |my (?:advice|suggestion|recommendation) is (?:to )?"
    r"|the (?:best|smart|right|safest|first) (?:move|thing|step|way)(?: \w+){0,3} (?:is|would be) to "
    r"|it makes sense to |what you do is |let['’]s |consider |start by |begin by |go ahead and |aim to )(?:that"
    r" )?(?:you )?"
)
_LEAD = rf"(?:{_YOU_CAN}|{_I_ADVISE})"
_START = (
    r"(?:\A|[.!?:;]\s+|\n\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)?"
    r"|\b(?:first|next|then|so|now|meanwhile|in the meantime|after that|for now|instead|today|tonight),? )"
)
_IN_LAW = (
    r"(?:file (?:for )?(?:bankruptcy|chapter|a (?:lawsuit|claim|motion))|sue|sign (?:the|over|it)|contest the|not"
    r" report"
    r"|leave (?:it|that|this) (?:off|out of)|hide|plead|claim (?:it|that|this|them) as|retitle|forge|backdate"
    r"|deed (?:the|it)|put the (?:house|deed) in)"
)
_IN_MEDICINE = (
    r"(?:(?:change|double|halve) your (?:dose|dosage)|(?:stop|quit|skip) (?:taking )?(?:the|your) (?:pills"
    r"|medication|meds)"
    r"|cut back on (?:the|your) (?:pills|medication))"
)
_ADVICE = any_of(
    rf"{_LEAD}(?:{_DO}|{_DOING})\b(?: \w+){{0,4}}? ?{_MONEY}",
    rf"{_LEAD}(?:{_DO}|{_DOING})\b[^.!?\n]{{0,50}}?\b(?:in|into|to|toward|towards|from|on|with) {_PLACE}",
    rf"{_START}{_DO}\b(?: \w+){{0,3}}? ?{_MONEY}[^.!?\n]{{0,60}}?"
    r"\b(?:in|into|to|toward|towards|from|on|with|and|first|this|each|every|a month)\b",
    rf"{_START}{_DO} (?:it |this |that |everything )?(?:all )?(?:in|into|to) {_PLACE}",
    r"\b(?:as for|back to|about|regarding|on) (?:the|your) (?:money|numbers?|budget|investments?|finances|401\(?k\)?"
    r"|debt)"
    r"(?: itself| question)?, (?:you (?:can|could|should|might)|I(?:['’]d| would)|let['’]s|put|move|start"
    r"|here(?:['’]s| is))\b",
    r"\bhere(?:['’]s| is) (?:what|how) (?:to do|you (?:do|should do|can do)|I(?:['’]d| would) do) (?:about"
    r"|with) (?:the|your)"
    r" (?:money|debt|savings|accounts?|investments?|budget|payout|settlement|house|401\(?k\)?)\b",
    # in a lawyer's, a doctor's or a therapist's place
    rf"{_LEAD}(?:{_IN_LAW}|{_IN_MEDICINE})\b",
    rf"{_START}(?:file (?:for )?(?:bankruptcy|chapter)|{_IN_MEDICINE}|sign it over|leave it off)\b",
    r"\byou(?: have|['’]ve got) (?:a (?:strong|good|solid|clear) case|grounds (?:to|for)|every legal right to|a"
    r" legal right to)",
    r"\byou(?:['’]d| would) (?:certainly |surely |probably |easily )?(?:win (?:in court|the case|this)|be within"
    r" your legal rights)",
    r"\blegally,? you (?:can|may|are (?:entitled|allowed|free|within)|don['’]t (?:have|need) to|owe)\b"
    r"|\bthat(?:['’]s| is) (?:perfectly |completely )?legal\b",
    r"\byou (?:clearly |obviously |probably )?(?:have|are suffering from|show(?: all)? the signs of) (?:an? )?(?:\w+ )?"
    r"(?:depression|ptsd|anxiety disorder|bipolar|addiction|trauma bond|personality disorder|gambling disorder)\b",
)
# Grammar rather than wordings: a thing to do, told to the client, and money or an instrument in the same sentence.
_VERB = (
    r"(?:open|start|move|put|take|buy|sell|keep|invest|refinance|borrow|apply|use|roll|shift|transfer|withdraw|pay"
    r"|clear"
    r"|cut|drop|raise|save|split|spread|draw|cash|claim|close|deposit|hold|leave|settle|spend|build|set)"
)
_OBJECT = re.compile(
    r"\$ ?\d|\d ?%|\b(?:accounts?|paychecks?|annuit(?:y|ies)|settlement|payout|pension|loans?|credit|cards?|mortgage"
    r"|equity"
    r"|bonds?|stocks?|shares|funds?|invest\w*|savings|cash|money|balance|premium|cover(?:age)?|policy|deductible|ira"
    r"|roth"
    r"|401\(?k\)?|debts?|refinanc\w*|interest|brokerage|inheritance|tax(?:es)?|return|dependent|budget)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    rf"^\W*(?:(?:first|next|then|so|now|meanwhile|instead|for now|today|tonight|tomorrow|and|okay|well|please|just"
    rf"|simply),? )*{_VERB}\b"
    rf"|\byou (?:can|could|should|might|may|ought to|need to|must|have to|want to)(?: also| just| simply| safely|"
    rf" still)? {_VERB}\b"
    rf"|\b(?:I['’]d|I would|let['’]s|we (?:can|could|should))(?: just| simply| first)? {_VERB}\b"
    rf"|\b(?:best|safest|smartest|right|first|next|only|simplest) (?:\w+ )?(?:is|would be) to {_VERB}\b"
    rf"|\bwhat I(?:['’]d| would) do is {_VERB}\b|\bso {_VERB} for\b"
    r"|\b(?:half|all|most|some|the rest|\d+ ?(?:%|percent)) (?:of it )?(?:belongs?|goes|should go) in(?:to)?\b",
    re.IGNORECASE,
)
# Paper and safety, not money: what may well be asked of a client in danger.
_SAFE = re.compile(
    r"\b(?:receipts?|copies|copy|papers?|documents?|letters?|statements?|records?|notes?|photos?|screenshots?"
    r"|passports?|phone"
    r"|names?|numbers?|list|lines?|hotline|lifeline|helpline|text|wallet|drawer|safe(?:ly|ty)?|breath|seat|moment"
    r"|time|rest|bags?|keys|birth certificates?"
    r"|appointment|folder|envelopes?|form|questions?|conversation|decisions?|call|calls|report|freeze|alert)\b",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"\b(?:the )?(?:court|judge|jury) will (?:surely |certainly |likely |definitely )?(?:rule|side|find|agree|give"
    r"|grant)\b"
    r"|\b(?:double|halve|cut|skip|stop) (?:\w+ ){0,3}(?:tablets?|pills?|doses?|medication|meds|prescription)\b"
    r"|\btell the (?:court|judge|police|agent|irs) (?:that )?(?:you|he|she|it)\b",
    re.IGNORECASE,
)
# In the clause before, or in what was found: somebody else's doing, or a thing not to be done, or not yet.
_DENIED = re.compile(
    r"\b(?:no|not|never|nothing|neither|nor|without|before|until|unless|whether|if|whoever|anyone|anybody|nobody"
    r"|someone"
    r"|somebody|who|refuse|ask(?:s|ed|ing)?|they|he|she|him|her|lawyer|attorney|counselor|advocate|court(?!,)|judge"
    r"|trustee|instead of|rather than|wait\w*|later)\b|n['’]t\b",
    re.IGNORECASE,
)
_LEADING = " .!?:;\n-*•0123456789)"


def oversteps(reading: Reading) -> Iterator[Finding]:
    """No reply of an edge case solves what it said was beyond it."""
    if reading.text("tier") != "edge_case":
        return
    for reply in reading.replies:
        solved = (span for _, span in spoken_in(reply, SOLVED))
        found = next(_told(reply), None) or next(_worded(reply), None) or next(solved, None)
        if found:
            start, end = found
            yield at(
                reply,
                "past_boundary",
                reading.planned_severity,
                f"The reply advises past its boundary: {shorten(reply.text[start:end])!r}.",
                "Leave the matter to those who are named for it.",
                found,
            )


def _told(reply: Message) -> Iterator[tuple[int, int]]:
    """Sentences that tell the client what to do with money."""
    position = 0
    for sentence in reply.sentences:
        position = max(position, reply.text.find(sentence, position))
        end = position + len(sentence)
        if not sentence.endswith("?") and not _DENIED.search(sentence):
            is_advice = _OBJECT.search(sentence) and not _SAFE.search(sentence) and _TOLD.search(sentence)
            if (is_advice or _VERDICT.search(sentence)) and not _is_anothers(reply, sentence, position):
                yield position, end
        position = end


def _is_anothers(reply: Message, sentence: str, position: int) -> bool:
    return is_quoted(reply.text, position) or is_reported(sentence, 0)


def _worded(reply: Message) -> Iterator[tuple[int, int]]:
    """Places that give advice in so many words."""
    for match in _ADVICE.finditer(reply.text):
        start = match.start() + len(match.group()) - len(match.group().lstrip(_LEADING))
        if not _excused(reply, start, match.end()):
            yield start, match.end()


def _excused(reply: Message, start: int, end: int) -> bool:
    """Whether it is denied, put off, left to somebody else, asked, quoted, or said by the client."""
    if is_quoted(reply.text, start) or is_reported(reply.text, start):
        return True
    rest = re.split(r"[.!?\n]", reply.text[start : start + 220], maxsplit=1)[0]
    is_question = reply.text[start + len(rest) : start + len(rest) + 1] == "?"
    found = re.sub(r"\bdon['’]t (?:have|need) to|not report", "", reply.text[start:end])
    return is_question or _DENIED.search(f"{clause_before(reply.text, start)} {found}") is not None
