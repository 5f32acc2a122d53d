"""What the client should, could or would have done: families of meaning, not lists of phrases.

`core.quality.conduct` tries these beside its known phrases. Where the grammar alone tells reproach from comfort a
family is a gate; where ordinary speech comes near, a warning.
"""

from __future__ import annotations

from core.quality.fragments import CARE, DO, LIGHT, PART, SELDOM, THIS
from core.quality.wordings import Family, family

HINDSIGHT: tuple[Family, ...] = (
    # could have, with a word that turns it into reproach; without one it is a warning
    family(
        "gate",
        "could might",
        rf"\byou{LIGHT} (?:could|might){LIGHT}(?: have|'ve| of){LIGHT} {CARE}\b[^.!?]*?"
        r"\b(?:sooner|earlier|(?:years|months|weeks|long) ago|in time|if you(?:'d| had)|had you|instead of|by now"
        r"|back then"
        r"|before (?:this|it|that|you|signing)|at the time|from the (?:start|beginning)|all along"
        r"|in the first place)\b",
        rf"\byou{LIGHT} (?:could|might)(?: have|'ve| of)? (?:(?:at least|easily|just|simply|so easily|very well)"
        rf"(?: have|'ve)?) {CARE}\b",
        acquitted=r"\b(?:and|but|yet) you (?:did|wrote|came|asked|opened|called|told|kept)\b|\band i would\b"
        r"|\bif (?:someone|somebody|anyone|they|he|she|the|only the)\b",
    ),
    family(
        "warning",
        "could",
        rf"\byou could(?: have|'ve){LIGHT} (?:{CARE}|known|stopped)\b",
        acquitted=r"\b(?:and|but|yet) you\b|\band i would\b|\bif (?:someone|somebody|anyone|they|he|she|the|only the)\b"
        r"|\bhow\b|\bno way\b|\?$",
    ),
    # had you only …
    family(
        "gate",
        "had d",
        rf"\bif only you(?:'d| had){LIGHT}(?: not)?{LIGHT} (?!known|been told|had (?:a|someone|more time))\w+",
        r"\b(?:if you(?:'d| had)|had you) (?:only|just|simply|bothered|ever bothered|even once|at least|paid attention"
        r"|listened)\b(?![^.?]*\?$)",
        rf"\b(?:if you(?:'d| had)|had you){LIGHT}(?: not)?{LIGHT} {CARE}\b[^.!?]*\b(?:wouldn't|would not|would never"
        r"|never have|no (?:fee|fees|debt|problem|penalty|penalties|need)|been avoided|none of)\b",
        r"\b(?:you|we|this|things|it|there|none of this)(?:'d| would)(?:n't| not| never)? (?:have|be|not"
        r"|never)\b[^.!?]*"
        rf"\b(?:had you|if you had|if you'd){LIGHT}(?: not)?{LIGHT} {CARE}\b",
        acquitted=r"\beven if\b|\b(?:would|could)(?:n't| not| hardly| never)? have (?:changed|mattered|helped|made"
        r" (?:no|any|much|little))\b|\bthe same\b|\bno matter\b|\bstill (?:have|be|owe)\b",
        may_be_negated=True,
    ),
    family(
        "warning",
        "had d would",
        rf"\b(?:if you(?:'d| had)|had you){LIGHT}(?: not)?{LIGHT} {CARE}\b[^.!?]*\b(?:would|could|'d)\b",
        r"\b(?:a (?:little|bit|touch)|some|slightly)(?: bit)?(?: of)?(?: more| less| fewer)? (?:\w+ ){1,4}and (?:you"
        r"|this"
        r"|there|we|none|it)(?:'d| would)\b",
        acquitted=r"\beven if\b|\b(?:would|could)(?:n't| not| hardly| never)? have (?:changed|mattered|helped|made)\b"
        r"|\bthe same\b|\bno matter\b|\bstill (?:have|be|owe)\b|\?$",
        may_be_negated=True,
    ),
    # a duty that was missed
    family(
        "gate",
        "job responsibility duty homework",
        r"\b(?:was|were|had been) (?:really |always |simply |entirely |solely )?your (?:own )?(?:job|responsibility"
        r"|duty"
        r"|homework)(?=[.,;!]|$| to\b| and\b| from\b)|\byou had (?:just |only )?(?:one|a single) (?:job|duty"
        r"|responsibility)\b",
    ),
    family(
        "gate",
        "chance chances opportunity opportunities warning warnings time notice years months weeks decade decades",
        r"\byou(?:'ve| have)? had (?:every|ample|plenty of|more than enough|all the|so many|many|enough|countless"
        r"|years of"
        r"|months of|repeated)(?: \w+)? (?:chances?|opportunit(?:y|ies)|warnings?|time|notice)\b(?! off| with)",
        rf"\byou(?:'ve| have)? had (?:\w+ )?(?:years|months|weeks|decades|a (?:year|decade)) to {DO}\b",
        acquitted=r"\b(?:n't|not|never|nobody|hardly)\b",
    ),
    family(
        "warning",
        "meant supposed expected required told warned",
        r"\byou were (?:meant|supposed|expected|required|obliged) to (?!get|receive|be\b|hear|have|feel|carry"
        r"|do (?:it|this)"
        r" alone)",
        r"\byou were (?:clearly |repeatedly |already )?(?:told|warned) (?:to|not to|repeatedly|twice|more than once"
        r"|many"
        r" times|about (?:this|it)|in writing)\b|\byou(?:'d| had)? (?:were|been|was) warned\b(?! about)",
        acquitted=r"\b(?:never|nobody|not)\b|\bthat it was\b",
    ),
    family(
        "gate",
        "told warned warn tell say said",
        r"\bi (?:did |have |already |clearly |had )?(?:warned you|warn you|told you (?:so|not to|this would|that this"
        r" would|to (?:save|read|wait|ask|check|be careful))|tell you (?:so|this|not to))\b",
        r"(?<!why )\bdidn't (?:i|we) (?:say|tell|warn)\b",
    ),
    family(
        "warning",
        "next",
        r"\bnext time,? (?:maybe |perhaps |please |just |try to |you (?:might|should|could|will) )*(?:think"
        r"|be more careful"
        r"|be careful|read (?:before|the|it|what)|ask before|listen|don't be|look before|pay (?:more )?attention"
        r"|use your|do your homework|know better|remember)",
    ),
    family(
        "gate",
        "avoidable preventable unnecessary inflicted making doing avoided prevented",
        rf"\b(?:{THIS}|{PART})(?: was| were| is|'s| are)(?: \w+ly| all| so| quite)* (?:avoidable|preventable"
        r"|self-inflicted|of your (?:own )?making|your (?:own )?(?:doing|making))\b|\bself-inflicted\b",
        rf"\b(?:{THIS}|{PART}) (?:could|would|might) (?:so |very |quite )?(?:easily |all |simply |probably )*have"
        r"(?: \w+ly| all)* been (?:avoided|prevented)\b(?! (?:by|if|had) (?:the|they|he|she|someone))",
    ),
    family(
        "gate",
        "saved spared prevented avoided solved stopped kept told caught fixed settled killed hurt cost harmed taken"
        " all shown"
        " warned revealed",
        r"\b(?:one|a single|a simple|a quick|a short|five|ten|fifteen|twenty|a few|an?)(?: \w+){0,4}? (?:call|look"
        r"|glance"
        r"|question|minutes?|e-?mail|signature|evening|hour|conversation|visit|search|reading|spreadsheet|budget"
        r"|read|scan"
        r"|check|skim|review|peek|chat|text|message)\b[^.!?]{0,40}\b(?:would|could|might) have (?:saved|spared"
        r"|prevented|avoided"
        r"|solved|stopped|told you|shown you|warned you|revealed|caught|fixed|settled)\b",
        r"\b(?:would not|wouldn't|would hardly) have (?:killed|hurt|harmed|cost) you\b|\bwould have cost you nothing\b"
        r"|\ball (?:it would have taken|you (?:ever )?had to do) was\b",
        acquitted=r"\bfrom (?:the|your|him|her|them)\b|\b(?:the bank|they|he|she) (?:could|would)\b",
        may_be_negated=True,
    ),
    family(
        "gate",
        "how what did didn does doesn has have haven don are why was who wonder",
        r"\bhow (?:could|can) (?:you|anyone|anybody|a person|someone|a grown \w+) (?:not|possibly|ever|let|be (?:so"
        r"|that)"
        r"|miss|fail|forget|ignore|have (?:been so|let|missed|ignored|thought (?:that|it)|spent|signed))\b",
        r"\bhow did you (?:not|manage to (?:lose|spend|miss|rack|run|let|waste|ignore|forget)|let|possibly"
        r"|ever think|miss)"
        r"\b|\bhow do you (?:just |even |possibly )?(?:lose|forget|not|miss|ignore|spend (?:that|so))\b",
        r"\bwhat (?:on earth |in the world |ever )?(?:possessed you|made you think (?:that|you|it|this|he|she|they)"
        r"|were you (?:thinking|expecting)|did you (?:think|expect|imagine) (?:would|was|to happen))\b"
        r"|\bwhat have you done[.!?]",
        r"\b(?:did|has) (?:it|that) (?:not|never|ever|even)(?: once)? (?:occur|cross|occurred|crossed)",
        r"\bdid you (?:even|honestly|seriously|not even|not|never|really (?:think|believe|expect)|actually (?:think"
        r"|believe"
        r"|expect))\b(?! (?:get|receive|hear))",
        r"\b(?:didn't|did not) you (?:even |ever |at least |once )*(?:think|read|check|ask|notice|see|know|realize"
        r"|look|plan"
        r"|save|learn|care|listen|bother|consider|open|wonder|have any)\b",
        r"\b(?:haven't you (?:even|learned|noticed|thought|ever (?:thought|learned))|have you no (?:sense|shame"
        r"|discipline)"
        r"|don't you (?:know better|care\b|ever (?:learn|think|listen|read)|have any (?:sense|discipline|shame))"
        r"|are you (?:even (?:trying|listening)|out of your mind))\b",
        r"\bwhy (?:on earth|in the world|would anyone|would you (?:ever )?(?:sign|buy|do|borrow|trust|wait|think"
        r"|take|spend"
        r"|lend|let|ignore|keep)|(?:did|do|have|had|would) you (?:ever |even |just |always |still |then )*(?:let"
        r"|ignored?|wasted?"
        r"|throw|not|never|refused?|insist(?:ed)?|waited|wait|put (?:it|this|that|them) off|leave (?:it|this)|trust"
        r"|spend|sign|borrow"
        r"|think (?:that|it|you)))\b(?! that)",
        r"\b(?:didn't|did|doesn't|does) (?:it|that|this|anything|none of (?:this|it)|the \w+)(?: not| never"
        r"| ever)? (?:strike you|seem (?:odd"
        r"|strange|risky|wrong)|bother you|make you (?:think|wonder|stop|suspicious)|ring (?:a|any) bells?"
        r"|raise (?:a|any) (?:flag"
        r"|questions?)|worry you)\b",
        r"\bwhat (?:kind|sort) of (?:a )?(?:parent|person|adult|mother|father|man|woman|husband|wife|business owner"
        r"|teacher|engineer)"
        r"\b|\bwho (?:in (?:their|his|her) right mind|on earth)\b|^\W*(?:honestly,? |really,? "
        r"|seriously,? )?who (?:signs|lets|buys|lends"
        r"|borrows|leaves|ignores|spends|waits)\b[^.!]*\?$",
        r"\b(?:was|is) it (?:really |honestly )?(?:that|so|too) (?:hard|difficult|much) to\b|\bhow hard (?:can|could"
        r"|was) it"
        r"(?: be| have been)? to\b",
        acquitted=r"\b(?:have|you) (?:known|guessed)\b|\bi could not|\bnot be\b",
        may_be_negated=True,
        asked=True,
    ),
    family(
        "gate",
        "wonder",
        r"\bi (?:do |just |really |can't help but )?wonder why you (?:never|didn't|did not|waited|let|signed|ignored"
        r"|put|spent|kept|refused|wouldn't)\b",
    ),
    # what was never done
    family(
        "gate",
        "never not once bothered bother care homework attention seriously ahead",
        r"\byou(?:'ve| have| had)? never (?:(?:once|even|so much as)(?! (?:missed|skipped|gambled"
        r"|lied|complained|gave up|given up|failed|forgot|forgotten|overspent|wasted|blamed|quit)\b)"
        r"|bothered|thought to|took the (?:time|trouble)"
        r"|made (?:any|an"
        r"|the) effort|took (?:this|it|any of) \w* ?seriously|paid (?:any )?attention)\b",
        r"\byou (?:didn't|did not|couldn't|could not|wouldn't|would not|can't|haven't)(?: even| so much as| ever)? "
        r"(?:bother(?:ed)?\b|be bothered|care (?:to|enough)|do your (?:homework|research|part|job)|think (?:it"
        r"|things|this)"
        r" through|think (?:ahead|twice)|pay (?:any |enough |much )?attention|take (?:this|it|your \w+"
        r"|any of (?:this|it))"
        r" seriously|use (?:your head|common sense)|have the (?:discipline|sense|decency)|even (?:look|read|open|try"
        r"|ask"
        r"|call|check|notice)|try (?:very |that |hard|at all))",
        acquitted=SELDOM,
    ),
    family(
        "warning",
        "didn did",
        r"\byou (?:didn't|did not) (?:plan (?:ahead|for)|save (?:enough|a (?:cent|dime|penny)|anything)|budget\b"
        r"|prepare\b"
        r"|listen\b|stop to think|look after)",
        acquitted=SELDOM,
    ),
    family(
        "gate",
        "chose decided opted preferred kept keep insisted persisted went let allowed",
        r"\byou (?:chose|decided|opted|preferred|elected)(?: \w+ly)? to (?:ignore|overspend|look (?:the other way|away)"
        r"|gamble|live (?:beyond|above|like)|do nothing|bury|pretend|spend (?:it|more|what)|hide|skip|sign anyway)\b",
        r"\byou (?:kept|keep|insisted on|persisted in|went on) (?:on )?(?:spending|swiping|making excuses|digging"
        r"|gambling"
        r"|throwing|living (?:beyond|above|like)|ignoring|overspending)\b|\byou allowed (?:this|it|things"
        r"|yourself) to\b",
    ),
)
