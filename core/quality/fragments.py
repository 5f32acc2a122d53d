"""Parts that the families of reproach are built of: what careful people do, what careless ones did, and their traits.

`core.quality.hindsight`, `fault` and `own_doing` put them into patterns; a part alone judges nothing.
"""

from __future__ import annotations

LIGHT = (
    r"(?: (?:really|probably|simply|just|never|already|at least|definitely|certainly|maybe|perhaps|surely|honestly|also"
    r"|always|clearly|easily|well|obviously|frankly|still|quite|only|at the very least|so|very|too|rather|being"
    r"|\w+ly))*"
)
CARE = (  # what a careful person does, as participles
    r"(?:saved|avoided|asked|called|opened|checked|read|prevented|caught|stopped|started|begun|paid|planned|budgeted"
    r"|looked|invested|put|set|spared|acted|handled|dealt|rung|phoned|refused|walked away|said no|waited|consulted"
    r"|hired"
    r"|negotiated|shopped around|compared|noticed|seen (?:this|it|that)|thought|kept|taken (?:better|more|care"
    r"|the time)"
    r"|learned|listened|told|come|cut|spent less|borrowed less|bothered|prepared|paid attention|questioned|tried"
    r"|insisted"
    r"|been (?:more|saving|careful|smarter|wiser|paying|honest|debt[- ]free|further|better|so)|done (?:better|more"
    r"|your)"
    r"|made (?:a |some )?(?:better|different|wiser)|rented|sold|signed up|filed|reached out|picked up|sat down|written"
    r"|skipped|left|lived (?:within|below)|contributed|put away|taken (?:advantage|an? (?:look|minute|hour)))"
)
DO = (
    r"(?:fix|save|prepare|plan|deal|sort|act|call|ask|open|read|do|get|start|pay|look|think|change|learn|check|prevent"
    r"|avoid|notice|put)"
)
SELDOM = r"(?:nobody|no one|few people|hardly anyone|who) (?:does|do|could|can|would|plans?|reads?|ever)|why would you"
FAULT = (
    r"(?:stupid|foolish|careless|irresponsible|reckless|dumb|silly|idiotic|lazy|negligent|naive|naïve|sloppy"
    r"|thoughtless"
    r"|short-?sighted|undisciplined|immature|ridiculous|wasteful|greedy|selfish|childish|inexcusable|unforgivable"
    r"|impulsive|extravagant|imprudent|gullible|unwise|unreasonable|inattentive|disorganized|neglectful|spoiled)"
)
TRAIT = (
    r"(?:spending|overspending|habits?|attitude|carelessness|choices?|behaviou?r|laziness|refusal|denial|impatience"
    r"|impulsiveness|pride|greed|shopping|unwillingness|failure|neglect|procrastination|avoidance|inaction|indecision"
    r"|stubbornness|indifference|actions?|decisions?|mistakes?|delay|negligence|recklessness|irresponsibility|stupidity"
    r"|lack of (?:discipline|planning|care|attention|foresight|effort|self-control|interest|responsibility))"
)
ILL = (
    r"(?:ignored|neglected|overspent|overdid|refused|skipped|couldn't be bothered|would not listen|wouldn't listen|lied"
    r"|gambled|blew|squandered|wasted|failed to|spent (?:too|more|money|it|like|without|everything)"
    r"|lived (?:beyond|above|like)|could not be bothered|bought (?:things|too|more|what)|borrowed (?:too|more)"
    r"|got (?:greedy|careless|lazy|sloppy)|were (?:too |so )?(?:busy|careless|lazy|greedy|proud|stubborn|impatient"
    r"|trusting)|let (?:it|things|this|them|yourself)|never (?:bothered|planned|budgeted|listened|cared|paid attention)"
    r"|didn't (?:bother|read|open|check|ask|listen|plan|save|budget|think|pay attention|look|act|call|care|try"
    r"|stop to))"
)
THIS = r"(?:this|it|that|all (?:of )?(?:this|it|that)|most of (?:this|it|that)|the whole (?:thing|mess))"
PART = (
    r"(?:the (?:fees?|debts?|penalt(?:y|ies)|mess|problem|bills?|loss|losses|damage|situation|charges?|shortfall"
    r"|crisis))"
)
