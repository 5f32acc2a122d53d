"""Other people held up to the client: families of meaning, not lists of phrases.

`core.quality.conduct` tries these beside its known phrases. Saying that many people feel the same is welcome and no
comparison: it takes somebody else who has less, more, worse, or manages better.
"""

from __future__ import annotations

from core.quality.wordings import Family, family

_KIN = (
    r"(?:brother|sister|cousin|friends?|neighbou?rs?|colleagues?|co-?workers?|peers|classmates|siblings|in-laws"
    r"|brother-in-law|sister-in-law|roommate|boss|parents|mother|father|mom|dad|grandparents|grandmother|grandfather"
    r"|husband|wife|ex)"
)
_FOLK = (
    r"(?:people|families|clients|couples|households|folks|adults|parents|women|men|teachers|nurses|engineers|workers"
    r"|americans|retirees|students|kids|children|mothers|fathers|widows|widowers|immigrants|owners|professionals|savers"
    r"|investors|homeowners|renters|households|singles|graduates|friends|colleagues|others|souls|ones|patients)"
)
_OTHERS = (
    rf"(?:others|other {_FOLK}|(?:plenty|lots|a lot|thousands|millions|hundreds|dozens|some|many|most|half"
    r"|scores)(?: of"
    rf"|(?= (?:my|our|the))) (?:the |my |our |other )?(?:{_FOLK}|them|world|country)|(?:many|most|some|countless"
    r"|so many|few|several|poorer"
    rf"|younger|older|real|normal|ordinary)(?: \w+)? {_FOLK}|(?:some|many|most)(?= (?:have|would|get|manage|live|never"
    rf"|can't))|millions|thousands|billions|{_FOLK} (?:out there|elsewhere|with (?:far |much )?(?:less|real|half|worse"
    rf"|bigger|fewer|more)"
    rf"|in (?:other|poorer|your|far worse|worse)[\w ]{{1,20}}|like that|around the world|who (?:earn|make"
    r"|have) (?:far |much"
    rf" |even )?less|with (?:four|five|six|three) (?:kids|children))|there(?:'s| are| is) (?:\w+ ){{0,2}}?(?:{_FOLK}"
    r"|someone"
    r"|somebody|family|couple|woman|man|mother|father|kid|child|widow|veteran|neighbor|person|guy)"
    r"|half the (?:country|world|people|planet)|(?:everyone|everybody|anyone|anybody|someone|somebody) (?:else"
    rf"|out there|with (?:half|less|far less|your)|who|in your)|those (?:who|with|less)|the (?:homeless|poor|unemployed"
    r"|less fortunate|unlucky|(?:average|typical|median|normal) \w+|refugees)|(?:my|our) (?:other|last|next"
    r"|previous|poorer"
    rf"|younger|best) {_FOLK}?|clients of mine|(?:a|one|another) (?:client|couple|family|woman|man|single (?:mother|mom"
    r"|father|dad|parent)|janitor|cashier|waitress|neighbor|friend|mother|father)(?: of mine| i know)?"
    r"|single (?:mothers"
    rf"|moms|parents|fathers)|(?:your|my) (?:own |younger |older |little |big )?{_KIN}|people)"
)
_WORSE = (
    r"(?:ha(?:ve|s|d)(?: it| things)? (?:so |far |much |a lot |way |even |always )?(?:worse|harder|rougher|tougher)"
    r"|(?:would|'d) (?:\w+ )?(?:love|kill|give (?:anything|a lot|their|an arm|everything)|trade|swap|change places|envy"
    r"|jump|dream|weep|leap|be (?:glad|thrilled|grateful|happy|delighted|overjoyed|lucky) (?:to|with|for|if))"
    r"|(?:are|is|were) (?:far |much |a lot |way |so much )?(?:worse off|less fortunate|less lucky|poorer|in (?:far "
    r"|much )?"
    r"worse|starving|homeless|sleeping (?:on|in|rough)|struggling (?:far |much )?(?:more|worse))"
    r"|dream(?:s)? (?:of|about) (?:having|earning|a|your)|envy you"
    r"|(?:sleeping|living|begging|queueing|lining up) (?:in (?:their|a|tents?|shelters?|the|cars?)|on (?:the|benches"
    r"|less|nothing|couches)"
    r"|rough|for (?:food|soup))|fighting (?:for|cancer|a war)"
    r"|never (?:even )?(?:get|gets|got|had|have|see|saw) (?:a |an |the |any |that |this )?(?:second |real |fair "
    r"|single )?(?:chance|choice"
    r"|opportunity|option|break|say|start)"
    r"|(?:face|facing|deal with|dealing with|endure|suffer|carry) (?:far |much |a lot |way )?(?:worse|harder|bigger"
    r"|more)"
    r"|with (?:far |much |a lot )?(?:worse|bigger|real|harder|actual|genuine) (?:problems|troubles|worries|debts?)"
    r"|ha(?:ve|s|d) (?:far |much )?(?:real|bigger|worse|actual|serious|genuine|greater) (?:problems|worries|troubles"
    r"|debts?"
    r"|struggles)"
    r"|(?:don't|do not|doesn't|never) (?:even )?(?:have|get|had|own|see)(?: \w+){0,2} (?:a (?:job|home|roof|house"
    r"|pension"
    r"|dime|chance|choice|paycheck|savings)|homes?|jobs?|savings|enough|health insurance|food|clean water|anything"
    r"|half)"
    r"|(?:ha(?:ve|s)|own|owns) (?:nothing|no (?:home|roof|job|savings|food|income|pension|one|family|insurance|safety))"
    r"|(?:lost|lose|losing) (?:everything|their (?:homes?|houses?|jobs?)|it all)"
    r"|(?:go|goes|going|went) (?:hungry|without|to bed hungry)|can't (?:even )?(?:eat|pay|afford)"
    r"|cannot (?:even )?afford)"
)
_MANAGE = (
    r"(?:(?:manage|cope|get by|survive|make do|make it work|get through|make it|pull through|deal|start|live|raise"
    r"|feed|run|support|save|retire|do|handle|pay|keep|buy"
    r"|own|put|build|bring)(?:s|es|ed|d)?\b[^.!?]{0,40}?\b(?:less|half|a fraction|fewer|a third|a quarter|nothing but"
    r"|minimum wage|twice as (?:many|much)|without any of (?:this|the|that)|on (?:an?|one|half|less|the|just|only"
    r"|about) [^.!?]{0,25}?(?:wage|salary"
    r"|income|pay|paycheck|pension|minimum|budget|tips)|without (?:complaining|complaint|any (?:trouble|help|drama"
    r"|fuss)|falling apart"
    r"|whining)|just fine|perfectly well|on one (?:income|salary|wage)|no (?:trouble|problem|fuss|drama)"
    r"|and never complain"
    r"\w*)|(?:lived|raised|got by|made do) on)"
)
_AHEAD = (
    r"(?:(?:have |has |had |'ve )?(?:already |usually |typically |generally |long since )*(?:saved|put (?:away|aside"
    r"|by)|own"
    r"|owns|paid off|retired|bought|built|sorted|settled|figured (?:this|it|that|out)|worked (?:this|it|that) out"
    r"|mastered|learned|maxed out|invested)|ha(?:ve|s) (?:already |usually |typically |at least |by now "
    r"|about )*(?:twice"
    r"|double|triple|three times|four times|more|a (?:house|home|will|plan|fund|pension|year)|six figures|years? of"
    r"|\$|\d|their|an emergency|it together|this (?:sorted|figured)|far more|much more)|(?:are|is) (?:\w+ )?(?:ahead"
    r"|further"
    r"|well on|doing (?:better|fine|well)|on track|better (?:off|prepared)|debt[- ]free|set|better at)|(?:would"
    r"|should|ought"
    r" to|could) (?:have|know|be|already|understand|never))"
)
_AGE = (
    r"(?:(?:of |at |around )?your (?:own )?(?:age|stage|income|level|salary|position|profession|field|generation"
    r"|bracket"
    r"|years|shoes|situation)(?: (?:level|group|bracket|of life))?|in (?:your|their) (?:\w+ )?(?:twenties|thirties"
    r"|forties"
    r"|fifties|sixties|position|situation|field|shoes|tax bracket)|with your (?:income|salary|pay|education|degree|job"
    r"|brains|training)|(?:by|at) (?:this age|this point|now|\d\d|twenty|thirty|forty|fifty|sixty)[\w-]*)"
)
_NOT_HARD = r"(?:nobody|not one|never seen anyone|no one)"
_NORMAL = (
    r"\b(?:feel|felt|feels|find|struggle with|worry|wonder|ask|never (?:read|open|look|ask|learn|were taught"
    r"|been taught)"
    r"|wish|ashamed|embarrassed|afraid|scared|confus\w+|put (?:it|this|that|them) (?:off|in)|haven't|don't (?:know|read"
    r"|understand|talk)|the same (?:way|fear|thing)|like you(?! should| could| would))\b"
)

_WHO = (  # the words of which every other person that can be held up has one
    "others other plenty lots lot thousands millions billions hundreds dozens some many most half scores"
    " countless few several poorer younger older real normal ordinary people families clients couples households"
    " folks adults parents women men teachers nurses engineers workers americans retirees students kids children"
    " mothers fathers widows widowers immigrants owners professionals savers investors homeowners renters singles"
    " graduates friends colleagues souls ones patients someone somebody anyone anybody everyone everybody nobody"
    " family couple woman man mother father kid child widow veteran neighbor person guy those homeless poor"
    " unemployed unlucky less average typical median refugees client janitor cashier waitress friend single moms"
    " mom dad brother sister cousin colleague coworkers coworker peers classmates siblings laws roommate boss"
    " grandparents grandmother grandfather husband wife ex neighbors neighbours neighbour world country"
)

COMPARED: tuple[Family, ...] = (
    family(
        "gate",
        "worse harder rougher tougher love kill give trade swap change envy jump dream dreams weep leap glad"
        " thrilled grateful"
        " happy delighted overjoyed lucky less poorer starving homeless sleeping struggling face facing deal dealing"
        " endure"
        " suffer carry real bigger actual serious genuine greater have get had own see nothing no lost lose losing"
        " hungry"
        " without cannot even never",
        rf"\b{_OTHERS}\b[^.!?;]{{0,45}}?{_WORSE}",
        acquitted=r"\b(?:afraid|worried?|fear|sure|whether|scam\w*|lenders?|would love to (?:help|hear|see|know|be)"
        r"|before they|taught)\b|\byou (?:are|'re) not (?:the only|alone)\b",
        also=_WHO,
    ),
    family(
        "gate",
        "less half fraction fewer third quarter minimum without fine well one no trouble complain complained"
        " complains raised"
        " lived made twice wage salary income pay paycheck pension budget drama tips any",
        rf"\b{_OTHERS}\b[^.!?;]{{0,30}}?\b{_MANAGE}",
        acquitted=(
            r"\band you (?:do not|don't|need not)\b|\b(?:can|could|to) (?:afford|keep)\b|\bhalf (?:of )?the (?:time"
            r"|month|form)\b|\bless (?:than|interest|tax)"
            r"\b(?! you)"
        ),
        also=_WHO,
    ),
    family(
        "gate",
        "age stage income level salary position profession field generation bracket years shoes situation twenties"
        " thirties"
        " forties fifties sixties pay education degree job now brains training typical average median",
        rf"\b(?:{_OTHERS}|everyone|everybody|nobody|a (?:person|man|woman|teacher|nurse|engineer|professional"
        r"|\w+(?:er|or|ist|ant))|someone|somebody"
        rf"|anyone|anybody|one)\b(?: \w+){{0,4}}?,? {_AGE}\b[^.!?;]{{0,40}}?\b{_AHEAD}",
        rf"(?:\b|^){_AGE},? (?:almost |nearly |practically |just about )?(?:most|many|other|everyone|everybody"
        r"|plenty of|the"
        r" (?:average|typical|median)|you should|a person|people|anyone|nearly everyone"
        rf"|your (?:own )?{_KIN})\b[^.!?;]{{0,40}}?\b{_AHEAD}",
        acquitted=_NORMAL + r"|\bn't\b|\b(?:limit|deduction|allowed|may|can) (?:\w+ )?(?:ask|file|put)\b",
    ),
    family(
        "gate",
        "so why same half more less twice unlike excuse like too",
        rf"\b(?:your|my) (?:own |younger |older |little |big )?{_KIN}\b[^.!?]{{0,60}}?\b(?:managed?|did|does|has"
        r"|have|saved"
        r"|owns?|bought|paid|earns?|handles?|raised|made|makes|learned|figured|could|can|would|never|got"
        r"|keeps?)\b[^.!?]"
        rf"{{0,50}}?(?:\bwhy (?:can't|not|couldn't|didn't|haven't|don't|shouldn't) you|\bso (?:can|could|should|must"
        r"|why)\b"
        rf"|\bunlike you|\bhalf your|\b(?:less|more|better|earlier|sooner) than you|\btwice (?:your|what you|as)"
        rf"|\byour excuse|\bas should you|\byou (?:should|could|can) too|\bon (?:less|half)\b)",
        r"\b(?:why can't you|you (?:should|could|might|need to) (?:try to )?|try to |try being "
        r"|learn to )be (?:a (?:bit|little)"
        r" )?more like\b|\btake a (?:page|leaf) (?:from|out of)\b|\byou could learn (?:something|a thing or two"
        r"|a lot|a few"
        r" things) from (?!this|the|that|it)",
        r"\b(?:look at|see|consider|notice) (?:how|what) (?:well )?(?:your (?:own )?(?:\w+ )?"
        + _KIN
        + r"|other (?:people|families"
        r"|clients)|others|my other clients) (?:\w+ )?(?:manage|handle|handled|does|do|did|live|lives|save|saved"
        r"|saves|built"
        r"|accomplished|achieved)",
        may_be_negated=True,
    ),
    family(
        "gate",
        "least",
        r"\bat least you(?:'re| are| were)(?:n't| not)\b(?! (?:alone|late|guessing|in the dark))",
        r"\bat least you(?:'ve| still| do| have| got)* (?:own|earn|draw|get) (?:a|your|an?|the|good|decent|money)\b"
        r"|\bat least you(?: still| do| actually)*(?:'ve| have)(?: still)?(?: got)? (?:an? |your |two |three |some "
        r"|both |any )?"
        r"(?:\w+ )?(?:job|roof|house|home|health|family|husband|wife|pension|income|paycheck|salary|spouse|kids"
        r"|children"
        r"|savings|partner|parents|degree|career|equity|insurance|options|money|food|choice)\b(?! (?:form|statement"
        r"|letter))",
        r"\bat least you (?:didn't lose|don't have to|never had to|haven't lost|can (?:afford|eat|pay your)"
        r"|didn't have to"
        r"|don't owe|still can)\b|\bat least (?:it|this|that)(?:'s| is| was)(?:n't| not) (?:cancer|worse|bankruptcy"
        r"|your"
        r" (?:health|home|house))",
    ),
    family(
        "gate",
        "worse lucky luckier fortunate blessed grateful thankful good easy complain standards countries fortune"
        " blessings"
        " lot easier top better richer wealthier comfortable shape luxury end things happen",
        r"\b(?:it|things|this|that|you) (?:could|might) (?:always |still |well |easily )?(?:be|have been|have had it"
        r"|have it"
        r"|get) (?:a lot |far |much |so much |way |even )?worse\b(?! (?:than (?:it|the|we|i)|before|if))",
        r"\bworse things (?:have |could |can )?happen|\bthere(?:'s| is| are) always (?:someone|somebody|people"
        r"|others)\b"
        r"[^.!?]{0,30}(?:worse|less)\b|\bnot the end of the world\b",
        r"\byou (?:don't|do not|have no idea|clearly don't)(?: even)? (?:know|realize|appreciate|understand"
        r"|see)? ?(?:just )?how"
        r" (?:lucky|good|fortunate|easy|blessed|well)\b|\bhow (?:very )?(?:lucky|fortunate|blessed) you(?: really"
        r"| actually)?"
        r" are\b|\byou(?:'re| are)(?: really| actually| very| so| pretty| still| quite| among the"
        r"| one of the)* (?:lucky|luckier"
        r"|fortunate|blessed)\b(?! (?:in that|that the (?:plan|bank|form)))",
        r"\b(?:better|worse) off than\b(?! (?:you (?:think|were|feel|fear|believe)|it|last|in|before|the page))"
        r"|\b(?:luckier"
        r"|more fortunate|richer|wealthier|better paid|more comfortable) than\b|\bin better shape than (?:most|many"
        r"|others"
        r"|nearly|half|a lot)",
        r"\b(?:have|'ve got|has) (?:nothing|little|no (?:reason|right|cause)) to (?:complain|moan|whine|be upset)"
        r"|\b(?:in|by) (?:some|other|many|most|poorer|global|world|third world)(?: parts| countries| places"
        r"| standards)\b"
        r"[^.!?]{0,40}?\b(?:fortune|rich|wealthy|luxury|nothing|dream|king|lucky|well off|a lot|enough)\b"
        r"|\bby (?:global|world|any reasonable|most people's) standards\b",
        r"\b(?:count|consider|call|think of) yourself (?:\w+ )?(?:lucky|fortunate|blessed)\b|\b(?:count"
        r"|be grateful for) your"
        r" blessings\b|\bbe (?:grateful|thankful)\b[^.!?]{0,20}\b(?:for what|that you|you (?:have|are|still)|it)\b",
        acquitted=(
            r"\b(?:not|n't) (?:because|that) you\b|\b(?:afraid|worried|fear\w*) \b|\blucky (?:envelope|number|coin)"
        ),
    ),
    family(
        "gate",
        "try tell imagine spare think consider picture remember living raising telling",
        r"(?:^\W*(?:\w+,? )?)(?:try|imagine|picture|spare|think|consider|remember|tell)(?: that)?(?: to| of| about"
        r"| a thought"
        r" for| telling that to| for a (?:moment|second)| how)*,? (?:the |those |all |a |someone|people|living on"
        r"|raising|being"
        r" (?:homeless|unemployed|poor)|having (?:no|nothing|less|to)|surviving|what (?:it's|it is) like"
        r"|families)[^.!?]{0,70}?"
        r"(?:\b(?:who|whose|with(?:out)?|less|nothing|no|minimum wage|homeless|unemployed|poor|starving|lost|worse"
        r"|half|on the"
        r" street)\b|$)",
        acquitted=(
            r"\b(?:think of|imagine|picture|consider) (?:the|a) (?:account|money|loan|debt|card|rate|jar|fund|number"
            r"|plan"
            r"|form|page|policy|budget|pile|letter|bank|day|tax|interest|deductible|market|person (?:who|you)|mortgage"
            r"|payment)\b"
            r"|\bremember the\b"
        ),
        may_be_negated=True,
    ),
    family(
        "gate",
        "when back day my i see work saw seen dealt met",
        r"\bwhen i was your age\b|\bin my (?:day|time|generation)\b|\bmy (?:own )?(?:parents|mother|father|grandparents"
        r"|grandmother) (?:raised|got by|managed|lived|worked|never had)\b",
        r"\bi(?:'ve| have)? (?:see|saw|seen|work with|worked with|have|had|meet|met|know|dealt with|deal with"
        r"|sat with) (?:\w+ )?"
        r"(?:people|clients|families|couples|someone|a (?:client|woman|man|couple|family))\b[^.!?]{0,40}?\b(?:real"
        r" (?:problems|troubles|hardship|debt)|far less|much less|half|nothing|worse|bigger|twice (?:your|as)"
        r"|three times|no"
        r" (?:home|job|savings|income)|harder|who never complain\w*|with less)\b",
        r"\bi(?:'ve| have) (?:seen|had|dealt with) (?:far |much |a lot |so much )?worse\b",
    ),
    family(
        "gate",
        "homeless starving destitute dying street poor broke bankrupt",
        r"\b(?:it's|it is) not (?:like|as if|as though) you(?:'re| are)\b|\byou(?:'re| are)(?:n't| not)(?: exactly"
        r"| really"
        r"| actually)? (?:homeless|starving|destitute|dying|poor|broke|on the (?:street|breadline))\b",
        may_be_negated=True,
    ),
    family(
        "warning",
        "behind ahead slow late catch lagging",
        r"\byou(?:'re| are)(?: \w+ly| so| way| far| already| a bit| a little| years| a decade)* (?:behind|late"
        r"|lagging|slow)"
        r"(?: \w+){0,3} for (?:your age|someone|a person|your)\b|\b(?:far|way|years|well"
        r"|decades) behind (?:the curve|schedule"
        r"|your|where (?:you (?:should|ought)|people|others|most))",
        r"\byou(?:'re| are) (?:ahead of|behind) (?:most|many|others|the average|other|nearly|nine)\b",
    ),
    family(
        "warning",
        "everyone everybody most average normal typical other others some",
        r"\b(?:everyone|everybody) else (?:\w+ )?(?:manages?|can|does|has|had|knows?|gets?|seems to (?:manage|cope)"
        r"|pays?|saves?)"
        r"\b|\bnormal (?:people|adults|families) (?:don't|do|would|can|have|save|read|pay)\b",
        r"\b(?:some|other) (?:people|families|households|clients) would (?:call|consider) (?:that|this|it"
        r"|you) (?:\w+ )?(?:rich"
        r"|wealth\w*|a (?:fortune|luxury|windfall)|luxury|lucky)\b",
        acquitted=r"\b(?:feels?|felt|seems?|looks?|think|wonder|believe|as if|as though)\b",
    ),
    family(
        "gate",
        "than next beside alongside against measured compared even already",
        r"\byou(?:'re| are|'ve| have| earn| make| own| do| spend| owe| got)\b[^.!?]{0,40} than (?:most|many|half"
        r"|nearly (?:all|everyone)|almost"
        r" (?:all|everyone)|others\b|other (?:people|families|clients)|the (?:average|typical|median)|a lot of"
        r"|plenty of|everyone|everybody"
        r"|nine|ninety|99|90|95|eighty|anyone i)",
        r"\b(?:next to|beside|alongside|compared (?:to|with)|measured against"
        r"|set against) (?:what (?:\w+ ){0,2}?(?:people|families|clients?"
        r"|refugees|others|clients|some|many|those|folks)\b|the (?:troubles|problems"
        r"|debts|suffering|struggles|lives) (?:of|that)|those who|people who|some (?:of|people)|other (?:people"
        r"|families|clients)|(?:real|actual)"
        r" (?:poverty|hardship|suffering|problems|debt))",
        rf"\beven (?:(?:the |those |some |many )?{_FOLK}|my \w+|a \w+|someone|those|single"
        rf"|teenagers)\b[^.!?]{{0,40}}?\b(?:can|could|find|finds|manages?"
        r"|saves?|know|knows|understand|understands|gets?|pays?|budgets?|afford|figured?|does|has|have)\b",
        acquitted=(
            r"\b(?:the (?:plan|average) (?:fee|rate|card)|before|even a (?:little|small|bit|few|form|short"
            r"|single (?:dollar|payment)|lawyer)"
            r"|even (?:my|a) (?:own )?(?:lawyer|accountant|desk|eyes|pencil))\b"
        ),
        may_be_negated=True,
    ),
    family(
        "warning",
        "already",
        rf"\b{_OTHERS}(?: \w+){{0,4}}? (?:have|has|had)(?: all)? (?:already|long since|long ago) \w+",
        acquitted=r"\b(?:sent|signed|written|called|filed|told|asked|paid (?:the|their) (?:fee|tax))\b",
    ),
    family(
        "gate",
        "ahead behind than",
        r"\byou(?:'re| are)(?: \w+){0,2} (?:ahead of|behind) (?:the |most |many |other |all |my )*(?:people|clients"
        r"|families|couples|folks"
        r"|savers)\b",
        r"\b(?:a|an|my|your|the|some) (?:\w+ ){1,5}?(?:saves?|earns?|makes?|manages?|owns?|has|does|did|owes"
        r"|works) (?:\w+ )?(?:more|less"
        r"|better|harder) than you(?: do| did| ever| have)?(?=[.,!]|$)",
    ),
)
