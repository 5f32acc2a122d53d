"""Whose fault it is: families of meaning that put the trouble down to the client's deeds, traits or choices.

`core.quality.conduct` tries these beside its known phrases and beside `core.quality.hindsight`. Telling what happened,
and taking fault away, is what an advisor is for, so a denied fault never counts.
"""

from __future__ import annotations

from core.quality.fragments import FAULT, ILL, LIGHT, TRAIT
from core.quality.wordings import Family, family

FAULT_FOUND: tuple[Family, ...] = (
    # whose fault
    family(
        "gate",
        "responsible fault problem reason cause culprit author issue trouble",
        r"\byou(?:'re| are| were)(?: the one)?(?: \w+ly| the only one)* (?:responsible for (?:this|the (?:mess|debt"
        r"|problem"
        r"|situation|loss)|it all|where|what happened)|at fault\b|the (?:problem|reason (?:for|this|we|you)|culprit))",
        r"\b(?:the|your) (?:real |only |biggest |whole |main |first )?(?:problem|issue|trouble|culprit|cause"
        r"|reason)(?: here)?"
        rf" (?:is|was) (?:you\b(?!r)|your (?:own )?{TRAIT})",
        r"\b(?:nobody|no one|not anyone)(?: else)?(?:'s|'s fault| is at fault) (?:fault )?but (?:you|your)",
        may_be_negated=False,
    ),
    family(
        "gate",
        "on",
        r"(?:'s| is| was| were| are)(?: \w+ly| all| squarely| only| just)* on (?:you|your (?:own )?(?:shoulders|head"
        r"|doorstep))"
        r"(?=[.,;!]|$| and\b| alone\b| now\b| for\b)",
        acquitted=r"\b(?:focus|attention|spotlight|eyes|name|signature|form|line|call|light) (?:is|are)\b|\bso that\b",
    ),
    family(
        "gate",
        "coming deserved reap asked got walked went ran rushed bed sowed brought did eyes",
        r"\byou (?:really |clearly |obviously |certainly )?(?:had it coming|have it coming|deserved (?:this|it|what)"
        r"|reap what"
        r"|asked for (?:it|this|trouble)(?=[.,!]|$)|got what you (?:deserved|asked for)|(?:walked|went|ran|rushed)"
        r" (?:right |straight |willingly )?into (?:this|it|that|debt)|made your (?:own )?bed|sowed|brought this"
        r"|did this(?=[.,!]|$| to yourself))",
        r"\bwith your eyes (?:wide )?open\b",
        acquitted=r"\bso that\b",
    ),
    family(
        "gate",
        "responsibility ownership accountability blame blaming consequences own excuse excuses music",
        r"(?:^\W*(?:\w+ )?|\byou(?:'ll)? (?:really |just |now )?(?:need|have|must|ought|should"
        r"|had better)(?: to)? (?:now )?"
        r"|\btime (?:for you )?to |\bstart )(?:own up|(?:tak|accept)(?:e|ing) (?:some |full |a little |the |more )*"
        r"(?:responsibility|ownership|accountability|blame|consequences)|fac(?:e|ing) the (?:consequences|music))\b",
        r"\byou (?:can't|cannot|can hardly|have no right to|keep|always|only)(?: really| just| keep"
        r"| go on)? blam(?:e|ing)"
        r" (?!yourself)|\bstop blaming (?!yourself)",
        r"\b(?:that|this|it|which|\w+)(?:'s| is| was|n't| is not| isn't) (?:no|not an?|an?|hardly an|a poor|a weak"
        r"|just an?"
        r"|only an?) excuse(?! to)\b|\bstop (?:making|looking for) excuses\b|^(?:\w+ )?no (?:more )?excuses\b"
        r"|\bthere(?:'s| is| was) (?:really |simply |just )?no excuse\b|\bwhat(?:'s| is| was) your excuse\b"
        r"|\byour excuses\b",
        acquitted=r"\b(?:need|needs|needed|owe|owes) (?:no|an) excuse|\bexcuse needed|\bwithout excuse",
        may_be_negated=True,
    ),
    family(
        "gate",
        "your ignoring overspending being not",
        rf"\b(?:consequences?|results?|price|cost|outcome|product|fruit) of (?:your (?:own )?{TRAIT}\b|ignoring"
        r"|overspending"
        r"|being (?:so |too )?(?:careless|lazy|greedy)|not (?:reading|opening|saving|planning|paying attention"
        r"|asking))",
        rf"\byour (?:own )?{TRAIT}\b[^.!?]{{0,30}}?\b(?:is why|is what|is the reason|(?:has |have )?cost you|got you"
        r"|(?:has|have) (?:put|led|brought|caused|gotten)|caused|led (?:to|you)|brought (?:this|you|us)|put you|created"
        r"|did this|are why|are what)\b",
        rf"\b(?:because of|due to|thanks to|down to|blame|stems? from|comes? from|caused by) your (?:own )?{TRAIT}\b",
    ),
    family(
        "gate",
        "because since",
        r"\b(?:because|since) you(?:'ve| have)? (?:simply |just |always |never |chose to )?(?:ignored|ignore|neglected"
        r"|overspent|refused|couldn't be bothered|wouldn't listen|squandered|gambled|wasted|failed to"
        r"|spent (?:too|more|like|without)|lived (?:beyond|above)|got (?:greedy|careless|lazy|sloppy)|were (?:too "
        r"|so )?"
        r"(?:careless|lazy|greedy|proud|stubborn|impatient)|didn't (?:bother|listen|plan|budget|think|pay attention"
        r"|care"
        r"|stop to))",
    ),
    family("warning", "because", rf"\b(?:all |only |just |is |was |simply )because you(?:'ve| have)? {ILL}\b"),
    family(
        "gate",
        "blew burned burnt gambled drank shopped partied frittered squandered threw swiped spent wasted throwing",
        r"\byou(?:'ve| have)? (?:\w+ly )?(?:blew|blown|burned|burnt|gambled|drank|shopped|partied|frittered"
        r"|squandered|threw"
        r"|thrown|swiped|spent|wasted)(?: \w+){0,3}? (?:away|through (?:it|your|the|all)|your way (?:into|to)"
        r"|like water"
        r"|on (?:nonsense|junk|toys|trifles|frivolous \w+|things you (?:didn't|don't|never)))",
        acquitted=r"\bthe (?:letter|paper|envelope|ad|offer)\b",
    ),
    family(
        "gate",
        "what",
        r"\b(?:look|see)(?: at)? what (?:you've|you have|you) (?:done|did|made of)\b",
        rf"\bwhat an? (?:\w+ly )?{FAULT}\b",
    ),
    family(
        "gate",
        "mistake mistakes error errors decision decisions choice choices call move moves judgment judgement judgments",
        r"\byou(?:'ve| have)? (?:made|make|committed) (?:an? |some |such an? |one |the |several |very |really "
        r"|quite an? )+"
        r"(?:\w+ly )?(?:terrible|stupid|bad|huge|serious|costly|rookie|foolish|classic|careless|big|grave|dumb|silly"
        r"|awful"
        r"|reckless|unforgivable|inexcusable|avoidable|basic|elementary|major|rash|expensive) (?:mistakes?|errors?)\b",
        r"\byou(?:'ve| have)? (?:made|make) (?:an? |some |such an? |the |several |very |really "
        r"|quite an? )+(?:\w+ly )?"
        rf"(?:{FAULT}|terrible|bad|awful|poor|rash|questionable|lousy) (?:financial |money |spending )?(?:decisions?"
        r"|choices?"
        r"|calls?|moves?|judge?ments?)\b",
    ),
    family(
        "gate",
        "stupid foolish careless irresponsible reckless dumb silly idiotic lazy negligent naive naïve sloppy"
        " thoughtless shortsighted"
        " sighted undisciplined immature ridiculous wasteful greedy selfish childish inexcusable unforgivable"
        " impulsive extravagant"
        " imprudent gullible unwise unreasonable inattentive disorganized neglectful spoiled spendthrift shopaholic"
        " bad terrible awful"
        " hopeless useless mess disaster fool idiot enemy asleep overreacting sensitive dramatic emotional",
        rf"\byou(?:'re| are| were|'ve been| have been|'ve always been|'ve just been| must have been){LIGHT}"
        rf"(?: a| an| such an?| a bit| a little)?{LIGHT} (?:{FAULT}|spendthrift|shopaholic|(?:bad|terrible|awful"
        r"|hopeless"
        r"|useless|a (?:mess|disaster|child)) with (?:your )?money|fool|idiot|your own worst enemy|asleep at the wheel"
        r"|overreacting|(?:too|so|over) ?(?:sensitive|dramatic|emotional about))\b(?! (?:if|to think|with yourself))",
        rf"\bhow (?:very |incredibly |terribly |utterly )?{FAULT}(?: of you|!| can (?:you|one|a person) be| you)",
        acquitted=r"\b(?:being|too) hard on\b|\bcall(?:ed|s|ing)? you\b|\bfeel(?:s|ing)?\b",
    ),
    family(
        "gate",
        "was is were",
        rf"\b\w+ing\b(?: [\w$',]+){{0,7}}? (?:was|is|were)(?: (?:just|plain|simply|really|pretty|so|very|quite|frankly"
        rf"|incredibly|rather|a bit|an?|such an?|extremely|plainly|downright))* {FAULT}\b(?! (?:if|question))",
        r"\b(?:that|it|this|which)(?:'s| is| was)(?: (?:just|plain|simply|really|so|very|quite|frankly|incredibly"
        r"|rather"
        rf"|extremely|downright|plainly))+ {FAULT}(?=[.,!;]|$| of\b)",
        acquitted=r"\b(?:they|them|he|she|bank|lender|clinic|form|letter|feels?|felt|rule|fee|paperwork)\b",
    ),
    family(
        "gate",
        "grow get pull snap toughen man stop wake use quit",
        r"(?:^\W*|[,;:] )(?:just |now |please |and |so |it's time to )*(?:grow up\b|get a grip|pull yourself together"
        r"|snap out of it|toughen up|man up|get over it|stop (?:whining|complaining|feeling sorry|wallowing|being so"
        r"|being such"
        r"|acting like|overreacting|being dramatic)|wake up and|use your (?:head|brain)|get your act together"
        r"|quit (?:whining|complaining|making))",
    ),
    family(
        "gate",
        "believe surprised shocked amazed stunned baffled astonished understand ashamed embarrassed",
        r"\b(?:i|we) (?:can't|cannot|can hardly|find it hard to) (?:believe|understand (?:how"
        r"|why)) (?:that )?you\b(?!'re| are"
        r"| have to| had to)",
        r"\bi(?:'m| am| was) (?:\w+ )?(?:surprised|shocked|amazed|stunned|baffled|astonished) (?:that "
        r"|at how (?:\w+ )?|by how"
        r" (?:\w+ )?)?you (?:didn't|never|let|haven't|would|could|waited|signed|spent|ignored|missed|thought)\b",
        r"\byou (?:should|ought to|must) be (?:ashamed|embarrassed)\b|\baren't you (?:ashamed|embarrassed)\b",
        may_be_negated=True,
    ),
    family(
        "gate",
        "person people adult adults investor parent parents saver borrower buyer anyone one someone",
        r"\b(?:a|an|any|most) (?:more |truly )?(?:sensible|reasonable|responsible|prudent|careful|cautious|diligent"
        r"|attentive|shrewd|decent|loving|smart|wise|rational|mature"
        r"|competent|grown|disciplined|sane|intelligent|savvy|thoughtful|wiser|smarter|organized)(?:er)? (?:person"
        r"|people"
        r"|adults?|investors?|parents?|savers?|borrowers?|buyers?|one|homeowners?|woman|man|client"
        r"|consumer)\b[^.!?]{0,30}?"
        r"\b(?:(?:would|could|will)(?:n't| not| never)? (?:have )?(?:read|checked?|saved?|asked?|known|know|called?"
        r"|planned?"
        r"|seen|see|opened?|thought|think|kept|keep|walked|never|done|do (?:this|that)|signed?|noticed?|caught"
        r"|waited?|had|gotten|hired|insisted|looked)"
        r"|checks|reads|knows|saves|keeps|asks|never|always|doesn't|don't)\b",
        r"\banyone (?:with (?:any |half a |an ounce of |a bit of |some )(?:sense|brain|discipline|foresight|care)"
        r"|who (?:reads"
        r"|thinks|pays attention|cares))\b[^.!?]{0,20}\b(?:would|could|knows?|sees?|can)\b",
        acquitted=r"\bwould (?:be|feel)\b|\bdone the same\b",
        may_be_negated=True,
    ),
    family(
        "warning",
        "wiser smarter sensible prudent better time thing move",
        r"\b(?:it|that)(?:'d| would)(?: have|'ve) been (?:far |much |a lot |so much |rather )?(?:wiser|smarter|more"
        r" (?:sensible|prudent|responsible|careful)|(?:sensible|prudent|wise|smart) (?:of you )?to)\b",
        r"\b(?:the )?(?:wiser|smarter|sensible|smart|wise|prudent|responsible|better|right) (?:thing|move|choice"
        r"|course|option"
        r"|step)(?: to do)? would have been\b",
        r"\bthe (?:time|moment) (?:to|for) (?:\w+ ){0,6}(?:was|were) (?:before|when|years?|last|back|months?|long)\b",
        acquitted=r"\bif (?:someone|they|he|she|the)\b",
    ),
    # agency: what the client did to themselves and others, in plain verbs and in idioms
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
