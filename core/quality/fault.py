"""Whose fault it is: families of meaning that put the trouble down to the client's deeds, traits or choices.

`core.quality.conduct` tries these beside its known phrases and beside `core.quality.hindsight`. Telling what happened,
and taking fault away, is what an advisor is for, so a denied fault never counts.
"""

from __future__ import annotations

from core.quality.fragments import FAULT, ILL, LIGHT, TRAIT
from core.quality.wordings import Family, family

FAULT_FOUND: tuple[Family, ...] = (
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
        rf"\byou(?:'re| are| were|'ve been| have been|'ve always been|'ve just been| must have been)"
        rf"(?!(?: \w+)? (?:never|hardly|scarcely)\b){LIGHT}"
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
)
