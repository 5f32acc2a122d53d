"""Softer reproach and comparison: hindsight, disappointment, other people held up. Warnings, where `conduct` has gates.

These forms are too near to ordinary speech to fail a conversation ("it would have been better to know sooner"), so they
ask for a look. A place that a gate has named already is not named again.
"""

from __future__ import annotations

import re

from core.quality.reading import small

_MESS = r"(?:mess|problem|situation|hole|crisis|trouble|debt|bill|predicament|shortfall)"
_HABITS = r"(?:habits?|choices?|decisions?|spending|attitude|carelessness|behaviou?r|impulses?|mistakes?)"
_ACTED = (
    r"(?:open(?:ed)?|read|call(?:ed)?|check(?:ed)?|ask(?:ed)?|sav(?:e|ed)|act(?:ed)?|come|came|told|tell|wait(?:ed)?"
    r"|sign(?:ed)?"
    r"|look(?:ed)?|pa(?:y|id)|sp(?:oken|eak)|consult(?:ed)?|plan(?:ned)?|start(?:ed)?|thought|think|been|had|done|kept)"
)
_PEERS = r"(?:co-?workers?|colleagues|friends|peers|siblings|neighbou?rs|classmates|sister|brother|cousins?|in-laws)"
_MOST = (
    r"(?:most|many|other|plenty of|lots of|half the)"
    r" (?:people|families|clients|couples|households|folks|adults|parents)"
)


def _beginning(words: str, *patterns: str) -> re.Pattern[str]:
    """Patterns that begin on one of these words: most of a text is passed over at a glance."""
    return small(rf"\b(?=(?:{words})\b)(?:{'|'.join(patterns)})")


REPROACH = _beginning(
    "it|that|this|you|your|i|the|nobody|no|liv(?:e|ed|ing)|spend(?:ing)?|with|had|if|what|grown|how|was|why",
    # what would have been, had the client been wiser
    r"\b(?:it|that) (?:would(?:['’]ve| have)|might have|could have) been (?:far |much |a lot |a little |rather |so"
    r" much )?"
    rf"(?:wiser|smarter|more sensible|more prudent|more responsible|better (?:of you )?(?:to|if you['’]?d?) ?(?:had"
    rf" )?{_ACTED})",
    r"\b(?:it|that) was (?:\w+ )?(?:wrong|unwise|a mistake|irresponsible|risky|short-sighted) (?:of you )?(?:not"
    r" )?to\b",
    r"\byou(?:['’]d| would)(?: \w+){0,2} (?:have been|be) (?:far |much |a lot )?(?:better off|wiser|smarter|better"
    r" advised)"
    r" (?:\w+ing|not|if|to have|had)\b",
    r"\byou(?:['’]d| would) have (?:saved|spared) yourself\b",
    rf"\byou needed to {_ACTED}\b[^.!?]{{0,60}}\b(?:the day|sooner|earlier|back then|at the time|at once|before"
    rf"|right away|when)\b",
    r"\bthe least you could (?:have done|do)\b|\bhow hard (?:is|was|would) it (?:be )?to (?:just|simply|open|read"
    r"|pick)\b|\bwas it so hard to\b",
    rf"\bI (?:only |just |do |really )?wish (?:that )?you(?:['’]d| had)(?: \w+)? {_ACTED}\b",
    r"(?<![a-z,;:] )why (?:wait|sign|ignore|borrow|put (?:it )?off|spend|let it)\b[^.!?]{0,30}\b(?:until the|for"
    r" (?:months|years|weeks)"
    r"|without (?:reading|asking|checking)|when you (?:had|knew|could))\b[^.!?]{0,40}\?",
    r"\byou (?:really |simply |frankly )?(?:never ought|(?:should|ought)n['’]t ever|should"
    r" never)\b[^.!?]{0,12}\bhave\b(?! had to\b| been (?:sold|told|put|asked|charged|treated|billed|blamed|denied)\b)",
    # whose fault it is, said without the word
    r"\b(?:nobody|no one|no-one) (?:(?:forced|made) you|(?:asked|told) you to)\b",
    rf"\byou(?:['’]ve| have)?(?: really| just)? (?:created|caused|built|dug|made) (?:this|that|the|your own|all of"
    rf" this)"
    rf" (?:\w+ )?{_MESS}",
    rf"\b(?:this|that|the whole) {_MESS} is (?:yours|your own|down to you|on you)\b|\byou did this(?:[.!,]| to\b)"
    r"|\byou made it one\b",
    rf"\byour (?:own |bad |poor |careless |reckless |spending |money ){{0,2}}{_HABITS} (?:got|put|landed|led|brought"
    rf"|cost|caused)\b",
    r"\bthis is what (?:comes of|you get|happens when you)\b|\bwhat did you think would happen\b",
    r"\bliv(?:e|ed|ing) beyond your means\b|\bspend(?:ing)? (?:money )?(?:like there|as if there)",
    r"\b(?:with|had you (?:shown|had)|if you(?:['’]d| had) (?:shown|had)) (?:a little|a bit of|some|even a little|any) "
    r"(?:more )?(?:discipline|care|attention|self-control|effort|foresight|planning|restraint),? "
    r"(?:on your part|earlier|back then|you(?:['’]d| would| could| might| wouldn))\b",
    r"\byou (?:have )?ignored (?:every|all|each|the (?:signs|warnings|letters|bills))\b|\byou weren['’]t even\b",
    r"\bit takes (?:real|some|a special kind of|quite some) (?:carelessness|talent|effort|neglect|nerve)\b",
    r"\byou (?:simply |just |clearly |obviously )?(?:weren['’]t|were not|haven['’]t been) "
    r"(?:paying attention|careful|thinking|trying|listening|bothering|serious)\b",
    r"\bI(?:['’]m| am| was|['’]m a little) (?:\w+ )?(?:disappointed|appalled|dismayed|astonished|frustrated)"
    r" (?:that |to (?:see|hear) (?:that )?)?(?:you|in you|by your|with you)\b",
    r"\byou (?:can['’]t|cannot|can hardly|have no right to)(?: really| exactly)? (?:complain|be surprised|expect"
    r" sympathy)\b",
    r"\byou knew (?:full well|perfectly well|very well|the risks?|what you were (?:signing|doing|getting))\b"
    r"|\bI expected (?:better|more) (?:of|from) you\b|\bgrown (?:man|woman|adult)s? (?:should|ought|would)\b",
)

HELD_UP = _beginning(
    "by|at|an?|the|your?|somewhere|just|think|spare|my|most|many|other|plenty|lots|half|should|ought|might|can|must|even"
    "|be",
    r"\b(?:by|at) your age,? (?:most|many|other|the average|people|i |your|a \w+ (?:should|would|has|have))",
    r"\b(?:an? |the )(?:average )?(?:teacher|nurse|engineer|person|man|woman|couple|family|parent|professional|\w+er"
    r"|\w+or) (?:of )?your age "
    r"(?:already|typically|usually|normally|should|would|has|have|owns?|is (?:usually|already|long))\b",
    rf"\byour {_PEERS}(?: \w+)? (?:figured (?:this|it|that|out)|managed (?:it|this|to|on)|saved (?:more|twice)"
    r"|(?:ha(?:ve|s|d) )?(?:already )?(?:sorted|worked) (?:this|it|that) out|(?:ha(?:ve|s) )?already (?:own|paid off"
    r"|saved|bought)"
    r"|(?:are|is) (?:all )?(?:ahead|further|doing better))\b",
    r"\bsomewhere,? (?:there(?:['’]s| is)|a |someone|somebody|out there)[^.!?]{0,80}\b(?:less|nothing|minimum wage"
    r"|worse|half|no (?:home|job|food))\b",
    r"(?<![a-z,;:] )(?:just )?(?:think|spare a thought) (?:of|for|about) (?:the |those |all the |all those )?"
    r"(?:people|families|others|ones|everyone|children|parents|clients)\b[^.!?]{0,40}\b(?:no |nothing|without|worse"
    r"|less|homeless|who)\b",
    r"\bmy (?:last|other|previous|poorer|next|earlier) clients?(?:['’]s)?\b[^.!?]{0,40}"
    r"\b(?:twice|three times|double|more|less|worse|half|nothing|shoes|never complain\w*|managed?)\b",
    rf"\b{_MOST} would (?:be (?:happy|glad|thrilled|delighted|grateful)|love|kill|envy|dream|jump)\b",
    r"\b(?:should|ought to|might|can|must) (?:feel|count|call|consider) (?:yourself )?(?:very |rather |so )?(?:lucky"
    r"|grateful|blessed|fortunate)\b",
    r"\beven (?:my|a|your|the) (?:\w+ ){0,2}(?:niece|nephew|child|kid|teenager|toddler|grandmother|daughter|son"
    r"|intern|beginner)"
    r" (?:understands?|knows?|could|can|would|manages?|gets?)\b",
    r"\byou (?:earn|make|have|own) (?:far |much |a lot )?more than (?:nearly |almost |practically )?(?:everyone"
    r"|everybody|most|many|anyone)\b",
    r"\b(?:be|just be|you should be) (?:glad|thankful|grateful|happy)(?: that)? you(?:['’]re| are) not\b",
)
