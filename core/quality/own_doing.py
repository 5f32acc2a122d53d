"""What clients are said to have done to themselves and others: families of meaning, in plain verbs and in idioms.

`core.quality.conduct` tries these behind `core.quality.fault`, which asks whose fault it is and names traits outright.
Telling what happened is an advisor's work, so a family says which sentences it acquits.
"""

from __future__ import annotations

from core.quality.fragments import FAULT, LIGHT
from core.quality.wordings import Family, family

OWN_DOING: tuple[Family, ...] = (
    family(
        "gate",
        "doing fault making creation mistake",
        r"\b(?:entirely|all|largely|partly|mostly|wholly|purely|simply|just|very much|really|clearly|only|is|was|are"
        r"|were|'s) your (?:own )?"
        r"(?:doing|fault|creation|mistake)(?=[.,;!]|$| and| that| for| to)",
        acquitted=(
            r"\b(?:not|n't|never|no|nothing|none|whether|if|as though|neither|nor|think|thinks|believe|feel|feels"
            r"|afraid|fear"
            r"|convinced|wonder|ask|asks|asked|say|says|said|tell|tells|told|hear|isn't)\b"
        ),
    ),
    family(
        "gate",
        "yourself family kids children home house marriage future risk line everyone husband wife retirement",
        r"\byou(?:'ve| have)? (?:\w+ly |just |basically )?(?:got|gotten|landed|put|brought|talked|dug|worked|spent"
        r"|borrowed|backed|painted"
        r"|boxed|shopped|charged) (?:yourself|your (?:whole |own )?\w+|us all|everyone|him|her|them"
        r"|the family) (?:here|into|in (?:this|a|an"
        r"|trouble|debt|danger|jeopardy)|at risk|where you are|under|through this|to this)\b",
        r"\byou(?:'ve| have)? (?:gambled|bet|risked|jeopardi[sz]ed|endangered|mortgaged|sacrificed|traded)(?: with"
        r"| away)? (?:your|the)"
        r" (?:\w+ )?(?:family|kids|children|home|house|future|marriage|retirement|savings|security|college)\b",
        r"\byou(?:'ve| have)? (?:\w+ )?(?:shot yourself|let (?:yourself|your \w+|everyone|him|her|them) down"
        r"|(?:been )?(?:kidd|fool|l(?:y)|"
        r"deceiv|cheat|delud)ing (?:to )?(?:yourself|your \w+|everyone|him|her)|(?:kidded|fooled|lied to|deceived"
        r"|cheated|deluded)"
        r" (?:yourself|your \w+|everyone|him|her))\b",
        acquitted=r"\b(?:bed|on the list|first)\b",
    ),
    family(
        "gate",
        "spent borrowed bought lived signed afford have need",
        r"\byou(?:'ve| have|'d)? (?:\w+ly |just |always |kept )?(?:spent|borrowed|bought|signed|charged|financed"
        r"|lived (?:on|off)|took on"
        r"|took|used|spending|buying|charging)\b[^.!?]{0,30}?\byou (?:did not|didn't|couldn't|could not|can't|cannot"
        r"|don't|do not|never"
        r"|hadn't) (?:\w+ )?(?:have|need|needed|afford|own|earn|earned|understand|understood|read|had)\b",
        r"\byou(?:'ve| have)? (?:\w+ )?(?:spent|lived|shopped|bought|borrowed)(?: \w+)? (?:as if|as though"
        r"|like) (?:there|money|you|it|a)\b",
    ),
    family(
        "gate",
        "fire sand eye way wheel switch ball foot corners bad denial dream fantasy hole grave nose limit",
        r"\byou(?:'ve| have|'re| are| were)?(?: been)? (?:\w+ )?(?:play(?:ed|ing) with fire|bur(?:ied"
        r"|ying) your head|turn(?:ed|ing) a blind"
        r" eye|look(?:ed|ing) the other way|dropp?(?:ed|ing) the ball|cut(?:ting)? corners|shot yourself|thr(?:ew"
        r"|owing) good money"
        r"|liv(?:ed|ing) in (?:denial|a (?:dream|fantasy))|(?:dug|digging|dig) (?:your(?:self|\s?own)?|this|a"
        r"|the)[\w ]{0,12} (?:hole|grave)"
        r"|t(?:ook|aking) the easy way|asleep at the|paid through the nose)\b|\bhead in the sand\b",
    ),
    family(
        "gate",
        "price result results consequence consequences outcome product cost reward wages fruit root cause reason"
        " source culprit"
        " bottom behind heart why",
        r"\b(?:price|results?|consequences?|outcome|product|cost|reward|wages|fruits?)(?: you(?:'re"
        r"| are)? \w+)?(?: of| for) (?:[\w-]+ ){0,3}?"
        r"(?:carelessness|neglect|overspending|negligence|bad (?:choices|habits|decisions)|poor (?:planning|choices"
        r"|habits|decisions)"
        r"|laziness|denial|greed|impatience|recklessness|procrastination|avoidance|indifference|ignoring|(?:the way"
        r"|how) you (?:live|lived"
        r"|spend|spent|shop|handle|handled|manage|managed|behave|behaved|act|acted)|what you (?:did|chose|bought"
        r"|signed|ignored)|not"
        r" (?:reading|paying|saving|planning|listening|asking|opening|looking|caring))\b",
        r"\byour (?:own )?(?!(?:own )?(?:fear|grief|worry|shame|anxiety|love|sadness|loss|question|letter"
        r"|first))(?:[\w-]+ ){1,3}(?:is|was|are"
        r"|were|lies|lie|sits) (?:\w+ )?(?:at )?(?:the )?(?:very |real |only |main )?(?:root|cause|source|culprit"
        r"|bottom of|heart of (?:this"
        r"|the|it|your)|behind (?:this|all|it|the debt))\b",
        r"\b(?:these|those|that|this|here|there|now)(?:'s| is| are| come| comes)? (?:just |simply "
        r"|only )?the (?:natural |logical |plain )?"
        r"consequences?\b(?! of (?:the|a|his|her|their))",
    ),
    family(
        "gate",
        "sorry sympathy sympathize sympathise pity villain enemy culprit victim problem",
        r"\b(?:hard|difficult|tough|not easy|impossible) (?:for me )?to (?:feel (?:sorry|bad|any sympathy)"
        r"|sympathi[sz]e|have (?:much |any )?"
        r"(?:sympathy|pity))|\b(?:no|little|not much) sympathy\b|\bi don't feel sorry\b",
        r"\b(?:not|isn't|wasn't|aren't|weren't) (?:the |a |any )?(?:villain|problem|enemy|culprit|one|issue"
        r"|bad guy)s?(?: here| in this)?[;,]"
        r" (?:\w+ )?you (?:are|were)\b|\byou(?:'re| are) (?:not|no|hardly) (?:a |the )?(?:innocent |poor "
        r"|helpless )?victim\b|\bstop playing"
        r" the victim\b",
        may_be_negated=True,
    ),
    family(
        "gate",
        "weren aren haven wasn not isn",
        r"\byou(?:'re| are| were|'ve| have)?(?: \w+ly| just| still)* ?(?:weren't|aren't|haven't been|are not"
        r"|were not|have not been|not been"
        rf"|'ve not been){LIGHT} (?:responsible|careful|honest|disciplined|prudent|sensible|paying attention"
        r"|thinking|trying|realistic"
        r"|mature|smart|wise|sharp|diligent|organized|grown[- ]up|taking (?:this|it)|committed"
        r"|listening)\b(?! (?:for|about what|you))",
        acquitted=r"\b(?:think|feel|feels|say|says|told|tells|worry|afraid|because (?:nobody|no one|they))\b",
    ),
    family(
        "gate",
        "discipline control willpower sense foresight restraint backbone judgment judgement planning excuse excuses"
        " management",
        r"\b(?:poor|bad|terrible|questionable|lousy|awful) (?:judge?ment|planning|money management"
        r"|financial judge?ment)\b|\b(?:no|zero|so"
        r" little|lack of|lacked|lacking|lack|without (?:any|an ounce of)) (?:any |the |real |basic |financial "
        r"|self-)?(?:discipline|control"
        r"|willpower|common sense|foresight|restraint|backbone)\b",
        r"\b(?:that|this|your|those|these|such|any more|more|enough|another|same|old|poor|lame|convenient|easy|good"
        r"|of the) (?:\w+ )?excuses?"
        r"\b(?! (?:me|us|yourself))",
        acquitted=(
            r"\b(?:need|needs|needed|owe|owes|ask(?:ing|ed)? for) (?:no|an?|any|your) (?:\w+ )?excuses?"
            r"|\bexcuse needed|\bnot (?:a|from|for)"
            r" (?:a )?lack|\bnot\b[^.!?]{0,30}(?:discipline|willpower|control|excuse)"
        ),
    ),
    family(
        "gate",
        "better",
        r"\b(?:know|knew|known|knows) better\b(?! than (?:i\b|me|anyone|any|the|most))",
        acquitted=r"\b(?:nobody|no one|they|bank|he|she)\b",
    ),
    family(
        "gate",
        "weren wouldn were could would stopped less more",
        r"\bif (?:only )?you (?:weren't|were not|wouldn't|would not)\b(?! (?:here|able|covered|working|employed"
        r"|eligible|married|there|sure"
        r"|told|asked|comfortable|mind|want|rather|owe))|\bif (?:only )?you (?:could|would) (?:just|only|ever)\b"
        r"|\bif (?:only )?you (?:were"
        r"|had been)(?: a bit| a little| just| only)*(?: more| less) (?:careful|disciplined|responsible|organized"
        r"|honest|patient|impulsive"
        r"|attentive|sensible|realistic|mature|prudent|thrifty|frugal|serious)|\bif you (?:were(?:n't)? so"
        rf"|stopped being so) {FAULT}",
        acquitted=r"\?$",
        may_be_negated=True,
    ),
    family(
        "gate",
        "salary income age pay level education career job degree line shouldn should finest best smartest wisest"
        " proudest",
        r"\b(?:at|with|on) your (?:salary|income|age|pay|level|education|(?:kind|level) of (?:income|education"
        r"|salary)|degree|job)\b[^.!?]{0,40}"
        r"\b(?:should(?:n't)?|ought|no reason|can't be|inexcusable|hard to (?:see|explain|understand)|surpris\w+)\b"
        r"|\byou (?:should not|shouldn't)"
        r" (?:even )?be (?:in this|here|needing|having|struggling|surprised|complaining|broke|in debt)\b|\b(?:this"
        r"|it|that) should(?: not|n't)"
        r" (?:be|have been)(?: \w+){0,3} (?:at|with|on|for someone (?:at|with|on)) your\b",
        r"\bnot (?:exactly )?your (?:finest|best|smartest|wisest|proudest|brightest) (?:hour|moment|decision|move"
        r"|idea|choice|work|year)",
        may_be_negated=True,
    ),
    family(
        "warning",
        "hindsight back",
        r"\b(?:with|in) (?:the benefit of )?hindsight\b[^.!?]*\b(?:you|your)\b|\blooking back,? (?:it was|that was"
        r"|you)\b[^.!?]*\b(?:mistake|wrong"
        r"|poor|unwise|should|bad|foolish)\b",
        acquitted=r"\b(?:nobody|no one|everyone|everybody|anyone|always|easy|didn't have|did not have|cheap|kind)\b",
        may_be_negated=True,
    ),
    family(
        "warning",
        "needed before after",
        r"\byou needed to (?:be|have been) (?:saving|checking|reading|paying|watching|planning|on top|putting"
        r"|looking|budgeting|more)\b",
        r"\bbefore you (?:signed|bought|spent|borrowed|agreed|quit|moved|left|cashed|took|sold"
        r"|co-?signed)\b[^.!?]*\b(?:not after|not now|rather"
        r" than|instead of)\b|\bthe (?:time|moment) for (?:that|this|those \w+|questions?) (?:was|were|has passed"
        r"|is past)\b",
    ),
    family(
        "gate",
        "because given considering seeing mess problem problems trouble debt hole situation damage disaster nobody"
        " one turn place"
        " selfish foolish careless stupid reckless silly lazy irresponsible childish greedy",
        r"\bbecause you(?:'ve| have)? (?:simply |just |always )?(?:would not|wouldn't|won't|will not|refuse to"
        r"|never) (?:listen|ask|stop"
        r"|look|wait|open|read|change|budget|admit|face|learn|see|hear|save|plan)",
        r"\b(?:given|considering|seeing|because of) (?:how|the way) you (?:spend|spent|live|lived|handle|handled"
        r"|manage|managed|treat"
        r"|treated|shop|behave|act|acted|deal|dealt|borrow)\b",
        r"\b(?:mess|problems?|trouble|hole|situation|damage|disaster)(?: that)? you(?:'ve| have)? (?:made|created"
        r"|caused|left|dug|got"
        r"|gotten|brought|built)\b",
        rf"\b(?:it|that|this)(?:'s| is| was)(?: \w+ly| a bit| rather| so| very| pretty)? {FAULT} (?:of you )?(?:to"
        r"|not to)\b",
        r"\b(?:nobody|no one|no-one) else (?:signed|spent|bought|took|borrowed|opened|ran up|swiped|chose|made|did)\b",
        r"\byou(?:'ve| have)(?: got)? a (?:\w+ )?(?:spending|shopping|gambling|discipline|denial|attitude|honesty"
        r"|control|self-control)"
        r" problem\b",
        r"\bit was your (?:turn|place|chance|moment|duty|responsibility|job) to\b",
        acquitted=r"\b(?:third|second|first) place\b",
    ),
    family(
        "warning",
        "stopped kept prevented deserved needed did didn stayed",
        r"\bwhat (?:on earth )?(?:stopped|prevented) you\b",
        r"\b(?:that|the|this|those) (?:letter|notice|call|warning|bill|statement)s? (?:deserved"
        r"|called for) (?:an? )?(?:answer|reply"
        r"|attention|response|look)",
        r"\b(?:free|able|welcome|allowed|supposed|meant) to [^.!?]{0,40}\band (?:yet )?you (?:did not|didn't"
        r"|never did|chose not to)(?=[.!]|$)",
    ),
)
