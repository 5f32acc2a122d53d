"""Solving what is beyond: a money move, a legal or tax step, a doctor's word, told to the client of an edge case.

`core.quality.overstep` tries these families beside its known wordings. It takes somebody who tells the client to do it
and a thing that is money's, the law's or medicine's; papers to keep, people to call and things put off are no offence.
"""

from __future__ import annotations

from core.quality.wordings import Family, family

_CAN = (
    r"(?:(?:^\W*if i were you,? )?(?:\byou(?:'d| would)? (?:can|could|should|might|may|ought to|need to|must|have to"
    r"|want to|will want to|do well to|be"
    r" (?:wise|smart|better off|fine|safe|right) to|are (?:allowed|free|entitled|better off|fine|welcome) to"
    r"|had better)"
    r"|\byou're (?:allowed|free|entitled|better off|fine|perfectly fine|within your rights) to"
    r"|\b(?:i'd|i would|let's|let us|we can|we could|we should|we'll|i suggest(?: that)? you"
    r"|i recommend(?: that)? you|i advise"
    r" you to|my advice is to|my suggestion is to|i'd (?:suggest|recommend)(?: that)? you|the plan is to)"
    r"|\b(?:your|the|a) (?:\w+ )?(?:best|smart|smartest|safest|simplest|right|wisest|better|first|next|only|cheapest"
    r"|easiest|good"
    r"|logical|obvious)(?: \w+)? (?:is|would be|might be) (?:simply |just )?to"
    r"|\b(?:it(?:'s| is| would be|'d be| makes| might be| may be)|that makes) (?:\w+ )?(?:best|smart|wise|better"
    r"|safer|smarter"
    r"|cheaper|fine|okay|ok|safe|legal|sense|worth it|easy|time|simplest|possible|a good idea)(?: for you)? to"
    r"|\bwhy not|\bwhat (?:i'd|i would|you) do is|\byou'll (?:want|need) to|\bthe trick is to|\ball you (?:need"
    r"|have) to do is"
    r"|\bthat way you can|\bso you can))"
    r"(?: also| just| simply| safely| still| then| first| now| at least| always| probably| even| start by| go ahead and"
    r"| go and| begin by| legally| quietly)*"
)
_TELL = (
    rf"(?:{_CAN}|(?:^\W*|[:;] |, (?:then|and|so) |\band )(?:(?:\d[.)] |first|second|third|next|then|so|now|meanwhile"
    r"|instead"
    r"|for now|today|tonight|tomorrow|this (?:week|month)|on (?:monday|friday)|okay|well|please|just|simply|step one"
    r"|start by"
    r"|go ahead and|in the meantime|once (?:it|that|the \w+) (?:arrives|clears|comes|lands)|after that|if i were you"
    r"|as for"
    r" the \w+|my advice|honestly|alternatively|better yet|and|also|and then|when it (?:arrives|comes))[,:]? )*)"
)
_MOVE = (
    r"(?:move|moving|transfer|transferring|put|putting|park|parking|stash|invest|investing|withdraw|withdrawing|roll"
    r"|rolling"
    r"|pull|pulling|cash|cashing|liquidate|sell|selling|buy|buying|refinance|refinancing|consolidate|consolidating"
    r"|borrow"
    r"|borrowing|take|taking|open|opening|close|closing|max|contribute|contributing|convert|converting|deposit"
    r"|depositing|wire"
    r"|pay|paying|clear|clearing|tackle|attack|knock|save|saving|set|split|splitting|allocate|allocating|divide|drop"
    r"|dropping"
    r"|cancel|cancelling|canceling|raise|raising|lower|cut|cutting|reduce|reducing|apply|applying|ask|use|using|tap"
    r"|draw"
    r"|drawing|spend|spending|keep|keeping|leave|leaving|hold|stop|skip|negotiate|settle|offer|build|start|aim|send"
    r"|switch"
    r"|shift|redirect|direct|lock|ladder|spread|rebalance|diversify|exercise|claim|surrender|trade|list|rent"
    r"|downsize|budget"
    r"|funnel|steer|earmark|reserve|dump|go|give|gift|lend|live)"
)
_STRONG = (
    r"(?:index funds?|mutual funds?|target[- ]date|bond funds?|bonds?\b|stocks?\b|shares\b|annuit(?:y|ies)|roth"
    r"|\bira\b|\biras\b"
    r"|401\(?k\)?|403\(?b\)?|\bcds?\b|certificates? of deposit|money market|treasur(?:y|ies)|t-bills?|brokerage"
    r"|high-yield"
    r"|home[- ]equity|heloc|line of credit|equity line|balance[- ]transfer|personal loan|consolidation loan"
    r"|loan from|cash[- ]out"
    r"|refinanc\w+|(?:smallest|largest|highest|biggest|lowest)(?:[- ](?:rate|interest))? (?:balance|rate|debt|card"
    r"|bill|loan)"
    r"|snowball|avalanche|deductible|collision|term (?:life|policy)|whole life|portfolio|mortgage|minimum payments?"
    r"|credit limit"
    r"|emergency fund|lump sum|capital gains?|tax[- ](?:free|deferred|advantaged)|dividends?|interest-only"
    r"|reverse mortgage"
    r"|529|hsa\b|crypto\w*|bitcoin|gold\b|real estate|rental property|equity in|separate account|joint account"
    r"|new account"
    r"|own account|savings account|direct deposit|collateral|emergency savings|safety net|interest rate|withholding)"
)
_SUM = (
    r"(?:\$ ?\d[\d,.]*k?|\d+ ?(?:%|percent)|(?:a |one |two )?(?:half|third|thirds|quarter) of (?:it|the|your|that"
    r"|each)|ten percent)"
)
_WEAK = (
    r"(?:money|savings|payout|settlement|inheritance|balances?|cash|paychecks?|proceeds|refund|funds?|pension"
    r"|retirement|loans?"
    r"|debts?|house|equity|premiums?|polic(?:y|ies)|credit cards?|cards?|accounts?|insurance|benefits?|coverage"
    r"|the rest|truck"
    r"|car|furniture|budget|investments?|the farm|the shop|the business|allowance|bills?|rent|expenses|spending)"
)
_PAPER = (
    r"\b(?:receipts?|cop(?:y|ies)|papers?|documents?|letters?|statements?|records?|notes?|photos?|screenshots?"
    r"|passports?|phone"
    r"|names?|numbers?|lists?|lines?|hotline|lifeline|helpline|text|wallet|drawer|safe|safety|breath|seat|moment"
    r"|appointment"
    r"|folder|envelopes?|questions?|conversations?|decisions?|calls?|reports?|freeze|alert|keys?|pills?|bag|meeting"
    r"|wait"
    r"|waits?|later|counselor|counsellor|lawyer|attorney|advocate|therapist|doctor|them|aside for now|alone"
    r"|untouched|where it"
    r"|as (?:it is|they are)|unopened|closed|with you|for (?:another|tomorrow|later)|out of (?:it|this|our)|time"
    r"|rest|sleep"
    r"|company|distance|off the table|on the (?:shelf|table)|stub|stubs)\b"
)
_HELD = (
    r"\b(?:until you(?:'ve| have)|until (?:a|the|your)|before (?:a|the|your|any|you(?:'ve| have)) (?:lawyer|attorney"
    r"|counselor"
    r"|advocate|therapist|spoken|talked|read|called)|i (?:can't|cannot|won't|will not|must not|may not)|i'm not"
    r"|i am not"
    r"|whether|nothing|not (?:tonight|today|now|yet)|can wait|hold off|refuse|(?:lawyer|attorney|counselor|advocate"
    r"|trustee|court"
    r"|specialist|hotline|line|they|he|she|whoever|somebody|someone|anyone|agent|advisor|lender|scammer) (?:can"
    r"|could|may|might"
    r"|will|would|should|tells?|told|asks?|asked|says?|said|wants?)|if (?:anyone|somebody|someone|he|she|they))\b|\?$"
)

SOLVED: tuple[Family, ...] = (
    family(
        "gate",
        "",
        rf"{_TELL} ?{_MOVE}\b[^.!?;]{{0,70}}?(?<![\w-]){_STRONG}",
        rf"{_TELL} ?{_MOVE}\b[^.!?;]{{0,50}}?{_SUM}[^.!?;]{{0,60}}?\b(?:in|into|to|toward|towards|from|on|with|and"
        r"|for|first|this"
        r"|each|every|a month|off|aside|down|back|monthly|out)\b",
        rf"{_TELL} ?(?:offer|pay|send|withdraw|borrow|save|keep|spend|invest|set aside|put away"
        rf"|owe)\b[^.!?;]{{0,30}}?{_SUM}",
        rf"\b(?:{_SUM}|all of it|the rest|everything else|most of it|some of it|the (?:money|cash|payout|settlement"
        r"|inheritance"
        r"|check|refund|insurance money|lump sum|balance))(?: [\w']+){0,3}? (?:(?:should|ought to|can|could|must"
        r"|needs to|would"
        r"|will) (?:go|be (?:put|moved|invested|kept|split|used|paid|parked|spread|divided|rolled|spent)|sit|stay in"
        r"|cover|last"
        r"|earn|grow|buy)|goes|go|belongs?) ?(?:safely |first |best )?(?:in|into|to|toward|towards|on|for|with"
        r"|between|\w+ months)"
        r"\b",
        rf"\bif you (?:just |simply |only |can |could )?{_MOVE}\b[^.!?;]{{0,30}}?{_SUM}|\b(?:set(?:ting)? aside"
        rf"|pay(?:ing)?|sav(?:e|ing)) {_SUM}"
        r"[^.!?;]{0,30}? (?:a|each|every|per) (?:month|week|paycheck)\b[^.!?]{0,40}\b(?:you'll|you will|would"
        r"|and it)\b",
        r"\b(?:refinancing|consolidating|selling the|cashing out|a (?:home[- ]equity|balance[- ]transfer|personal loan"
        r"|consolidation|reverse mortgage|roth|trust|heloc)[\w -]{0,30})\b[^.!?]{0,40}?\b(?:would|will|could"
        r"|can|is|makes)\b"
        r"[^.!?]{0,20}?\b(?:best|better|cheaper|save|saves|cover|smart|smartest|sense|solve|work|help|lower|answer"
        r"|right|give you"
        r"|free up|buy|get|enough|do it|carry|bridge)\b",
        acquitted=_HELD,
    ),
    family(
        "gate",
        "",
        rf"{_TELL} ?(?:sell|selling|refinance|consolidate|liquidate|invest|withdraw|cash out|roll over"
        r"|borrow against|borrow from"
        r"|apply for|take out|pay off|pay down|tap|max out|drop|cancel|surrender|max|downsize|budget|rent out"
        r"|trade in|switch|move"
        rf"|transfer|split|divide|stop paying|raise|draw on|dip into|use)\b[^.!?;]{{0,40}}?\b{_WEAK}\b",
        rf"{_TELL} ?(?:stop|quit|skip|miss|delay|defer|pause) (?:making |paying |sending )?(?:the |your |any |those "
        r"|all )*(?:\w+ )?(?:payments?"
        r"|minimums?|mortgage|rent|cards?|loans?|bills?)\b|\b(?:let|letting) (?:it|them|the \w+|that) (?:go (?:to"
        r"|into) (?:collections?|default"
        r"|foreclosure)|default|lapse|charge off)\b",
        rf"{_TELL} ?(?:refinance|consolidate|liquidate|invest|remortgage|sell up|cash out)\b(?! (?:whether|until))",
        r"\b(?:the|your) (?:money|debt|numbers?|budget|savings|balance)(?: itself"
        r"| question)?[^.!?]{0,30}? is (?:simple|easy"
        r"|straightforward)\b",
        acquitted=f"{_HELD}|{_PAPER}",
    ),
    # in a lawyer's or a tax preparer's place
    family(
        "gate",
        "ask sue file press contest countersue appeal plead sign deed retitle claim deduct amend declare report"
        " write hide forge"
        " backdate transfer title gift change record lock refuse ignore evict serve incorporate divorce list tell"
        " leave keep put"
        " mention disclose",
        rf"{_TELL} ?(?:sue\b|countersue|file (?:for |a lawsuit|a motion|a claim|an? (?:answer|appeal|amended"
        r"|extension)|your (?:answer"
        r"|taxes|return)|jointly|separately|suit|as )|press charges|contest (?:the|his|her|it)|appeal\b|plead\b"
        r"|sign (?:the|over|it"
        r"|his|her|nothing but)(?! (?:in|up))|deed\b|retitle|deduct|amend (?:the|your|last)|declare (?:it|the"
        r"|bankruptcy|that)|write"
        r" (?:it|that|this|them) off|hide\b|forge|backdate|put (?:the|your|it|everything)[\w ]{0,25} in (?:a trust"
        r"|an llc|(?:his|her"
        r"|your|their) (?:\w+ )?(?:name|trust|llc))|transfer (?:the )?(?:title|deed|ownership)|gift (?:the|him|her"
        r"|it)|change the (?:locks|beneficiary|will)"
        r"|record (?:him|her|the call|every)|refuse to (?:sign|pay|testify)|ignore the (?:summons|letter|court|irs"
        r"|lawsuit|suit)"
        r"|evict|ask (?:the )?(?:judge|court|magistrate|irs|mediator) (?:for|to)|claim (?:him|her|it|them|the|that"
        r"|head|your)|leave (?:it|that|this|the \w+|him|her) (?:off|out of)|set up an? (?:llc"
        r"|trust|corporation)|form an? (?:llc|trust))",
        rf"(?:{_TELL} ?)(?:tell|write|say to) (?:the )?(?:court|judge|police|agent|irs|bank|auditor|lender"
        r"|insurer)(?: that)? (?:you"
        r"|he|she|it|the|they|nothing)\b",
        r"\b(?:don't|do not|never|no need to|you needn't|you don't (?:have|need) to) (?:mention|report|declare"
        r"|disclose|list|tell)"
        r"\b[^.!?]{0,40}\b(?:irs|court|judge|return|application|form|lender|bank|lawyer|taxes|income|cash|creditors?"
        r"|ex|agency)\b",
        acquitted=(
            r"\b(?:until|before) (?:you(?:'ve| have)|a|the|your)\b|\b(?:lawyer|attorney|advocate|legal aid|preparer"
            r"|they|he|she"
            r"|counsel) (?:can|could|may|might|will|would|should|tells?|says?)\b|\bwhether\b|\bi (?:can't|cannot"
            r"|won't)\b|\?$"
            r"|\bfile (?:a|the|your) (?:police )?(?:report|complaint)|\breport (?:it|this|him|her|that|the \w+) to\b"
            r"|\bask (?!(?:the )?(?:judge|court|magistrate|irs|mediator))\w+"
        ),
        may_be_negated=True,
    ),
    family(
        "gate",
        "court judge jury irs law legal legally illegal entitled case grounds rights statute liable owe garnish"
        " evict notice"
        " audit anyone police they right obligation loophole win lose chapter claim policy will deed contract lease"
        " trust agreement"
        " standing",
        r"\b(?:the )?(?:court|judge|jury|irs|law|agent|auditor|prosecutor|custody judge"
        r"|bankruptcy court)s?(?: \w+ly)? (?:will"
        r"|won't|would|wouldn't|has to|must|can't|cannot|never|rarely|always|almost always|is (?:certain|sure|likely"
        r"|bound) to)"
        r" (?:\w+ )?(?:rule|side|find|agree|give|grant|take|touch|notice|check|audit|look|split|award|see|believe"
        r"|throw|dismiss"
        r"|protect|let|accept|order|favor|know|ask)",
        r"\byou(?:'ve| have)(?: got)? (?:a (?:\w+ )?case\b|grounds\b|every (?:legal )?right|a legal right"
        r"|the (?:legal )?right to"
        r" (?:half|the|his|her|keep|sue|refuse|withhold)|no (?:legal )?(?:obligation|duty|liability))",
        r"\b(?:that|it|this|which)(?:'s| is)(?: not|n't)? (?:perfectly |completely |entirely |technically |totally "
        r"|actually )?"
        r"(?:legal|illegal|against the law|a crime|tax fraud|deductible|tax-free)\b|\blegally,? (?:you|it|they|he"
        r"|she|that)\b|\bby"
        r" law,? (?:you|half|they|he|she)\b|\bin the eyes of the law\b|\b(?:a|one|perfect) loophole\b",
        r"\bchapter (?:7|11|12|13|seven|eleven|thirteen)\b|\b(?:has|have|had|holds?) (?:no|a|every|any) (?:legal "
        r"|valid |rightful )?(?:claim|standing"
        r"|right|obligation) (?:to|on|over|in|against)\b(?! (?:be|feel|say|ask|know|rest|call))",
        r"\b(?:the|your|his|her|that) (?:life insurance |insurance )?(?:policy|will|deed|contract|lease|trust|prenup"
        r"|agreement|clause)\b[^.!?]{0,30}?"
        r"\b(?:pays?(?: out)?\b|is (?:still )?(?:valid|void|enforceable|binding|worthless)|covers?\b|isn't (?:valid"
        r"|enforceable|binding)|won't hold"
        r"|(?:would|will) (?:pay|hold|stand|cover))",
        r"\b(?:nobody|no one|they|he|she|anyone)(?:'ll| will| would)?(?: ever| never| won't ever| won't| wouldn't)*"
        r" (?:ever )?(?:know|notice|check|find out|look|catch|ask)\b[.!,]?$|\bwithout (?:telling (?:anyone|him|her"
        r"|them|the)|anyone"
        r" (?:knowing|noticing)|him (?:knowing|noticing)|reporting|declaring)\b",
        r"\bthey (?:can't|cannot|can never|aren't allowed to|have no right to) (?:legally )?(?:touch|garnish|evict"
        r"|take|seize|sue|arrest"
        r"|jail|collect|come after)\b|\byou (?:don't|do not)(?: legally| actually)? (?:owe (?:it|them|anything|that"
        r"|this|a)|have to"
        r" (?:pay|repay|answer|report|declare|disclose))\b|\byou(?:'re| are) (?:not )?(?:legally )?(?:liable"
        r"|entitled to|on the hook"
        r"|judgment[- ]proof|protected by (?:law|the))\b|\byou(?:'d| would|'ll| will) (?:\w+ )?(?:win (?:in|the|this"
        r"|custody|your)"
        r"|lose the (?:case|house))",
        acquitted=(
            r"\b(?:lawyer|attorney|advocate|legal aid|preparer|counsel)\b|\bwhether\b|\bi (?:can't|cannot|won't"
            r"|don't)\b|\?$|\bmy place to (?:say|judge|decide) if\b"
            r"|\b(?:without an answer|can decide)\b"
        ),
        may_be_negated=True,
    ),
    # in a doctor's or a therapist's place
    family(
        "gate",
        "pill pills tablet tablets dose doses dosage medication medications meds medicine prescription sertraline"
        " melatonin"
        " insulin antidepressant antidepressants depression depressed ptsd bipolar disorder addict addicted"
        " addiction adhd"
        " codependent narcissist trauma detox therapy",
        r"\b(?:take|double|halve|cut|skip|stop|lower|raise|change|reduce|quit|wean|ration|try|split|space|stretch"
        r"|swap)\b[^.!?]{0,30}?"
        r"\b(?:pills?|tablets?|dos(?:e|es|age)|medications?|meds|medicine|prescription|melatonin|insulin"
        r"|antidepressants?)\b",
        r"\byou(?:'re| are)? (?:clearly |obviously |probably |likely |definitely |almost certainly |simply )*(?:have"
        r"|suffer(?:ing)? from"
        r"|showing|show|an?|are)? ?(?:the |all the |classic |textbook |every )*(?:signs? of |symptoms? of "
        r"|a form of |an? )?(?:\w+ )?"
        r"(?:depression|depressed|ptsd|bipolar|\w+ disorder|addict|addiction|adhd|codependent|trauma bond)\b",
        r"\b(?:he|she|your \w+)(?:'s| is) (?:\w+ )?(?:a narcissist|bipolar|an addict|a sociopath|an alcoholic"
        r"|psychotic)\b",
        r"\byou (?:don't|do not) need (?:therapy|a therapist|medication|a doctor|detox|rehab|professional help)\b",
        acquitted=(
            r"\b(?:doctor|physician|pharmacist|nurse|psychiatrist|clinician) (?:can|could|will|should|may|knows"
            r"|first)\b|\bask\b"
            r"|\b(?:i (?:can't|cannot|won't|am not|'m not)|whether)\b|\?$|\btake your (?:medicine|medication"
            r"|pills?) (?:as|with)\b"
            r"|\b(?:put|lock|away|out of reach|give)\b"
            r"|\b(?:don't|do not|never)(?: \w+){0,3} (?:double|halve|cut|skip|stop|change|reduce|quit|ration|stretch)\b"
        ),
        may_be_negated=True,
    ),
)
