"""Borrowed comfort: the sayings that fit every client and therefore none, as phrases and as the templates behind them.

They are remarks: a single one is a matter of taste and moves nothing but the voice; a habit of them lowers the score.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.quality.cues import Cues
from core.quality.reading import Reading, at, is_quoted, shorten, small
from core.quality.report import Finding
from core.quality.wordings import family, spoken_in

_SAYING = small(
    r"\b(?:at the end of the day|it is what it is|rest assured|(?:stay|think|keep) positive|hang in there"
    r"|hang tough|chin up|keep your chin)\b",
    r"\b(?:everything|it|things|all)(?:['’]ll| will| is going to| are going to| always| usually)? (?:be (?:okay"
    r"|ok|fine|all ?right)|(?:works?|turns?) (?:itself |themselves )?out"
    r"(?: (?:fine|okay|all right|well|for the best|in the end))?(?= in the end|[.!]| fine| for the best)"
    r"|sort itself out|fall into place|get better with time)",
    r"\bdon['’]t worry\b(?! about)|\bno worries\b|\bworry less\b",
    r"\byou['’]?(?:ve)? got this\b|\byou['’]re doing (?:amazing|great)\b|\bi['’]m so proud of you\b"
    r"|\btrust the (?:process|journey|universe)\b|\bbelieve in yourself\b",
    r"\b(?:silver lining|bright side|one (?:day|step) at a time|baby steps|light at the end of the tunnel"
    r"|every cloud|blessing in disguise|calm after the storm|darkest before)\b",
    r"\b(?:rome wasn['’]t built|good things come|money can['’]t buy|knowledge is power|time heals|time will tell"
    r"|slow and steady|practice makes|patience is a virtue)\b",
    r"\b(?:life|things?|it|money) (?:ha(?:s|ve)|tends? to have) a (?:funny )?way of\b|\bdark(?:est)? (?:night|hour)s?\b"
    r"|\bset your mind to\b|\bbetter days\b|\bbrighter (?:days|future|tomorrow)\b",
    r"\bthings happen for a reason\b|\btake a deep breath\b|\bgreat question\b|\bi (?:truly )?hear you\b(?!['’])",
    r"\bi (?:completely |totally )?understand how you feel\b|\b(?:your|those) feelings are valid\b",
    r"\bcompletely understandable\b|\bmakes (?:total|complete|perfect) sense\b",
    r"\bthank you for (?:sharing|trusting me|opening up)\b",
    r"\bwhat doesn['’]t kill (?:you|us)\b|\bmakes? (?:you|us) stronger\b|\btomorrow is (?:another|a new) day\b"
    r"|\bthis,? too,? (?:shall|will) pass\b|\bthis will pass\b|\bwhere there(?:['’]s| is) a will\b"
    r"|\bwhere there(?:['’]s| is) life\b",
    r"\b(?:life is (?:too short|a journey|what you make|like)|that['’]s life|such is life|c['’]est la vie"
    r"|better (?:late than never|safe than sorry)|never too late|no pain,? no gain|when life gives"
    r"|when one door closes|one door closes)\b",
    r"\b(?:you(?:['’]ll| will) (?:get through this|be (?:fine|okay|all right|stronger))|the sky['’]s the limit"
    r"|follow your (?:heart|dreams)|it was meant to be|meant to be|everything in its (?:own )?time"
    r"|look on the bright|look at the bright|a penny saved|actions speak louder"
    r"|the journey of a thousand|a thousand miles|what goes around|you only live once|live and learn"
    r"|the best is yet|onwards? and upwards?|stronger than you (?:know|think)|failure is not an option"
    r"|keep (?:your head up|calm)|stay strong|be strong|money (?:isn['’]t everything|comes and goes)"
    r"|it takes a village|all in good time|in the grand scheme)\b",
    r"\b(?:early bird|stitch in time|you can['’]t pour from|put your own (?:oxygen )?mask"
    r"|don['’]t put all your eggs|hindsight is|easier said than done|two heads are better|good things take time"
    r"|great things take time|hard work pays off|nothing worth having)\b",
)
_SAYING_CUES = Cues((_SAYING.pattern,))

# Templates of the same sayings: a subject that comforts, and what it is said to do.
_TEMPLATES = (
    family(
        "info",
        "rain storm night winter dark darkness clouds cloud tunnel sun dawn sunshine rainbow spring morning sunrise",
        r"\b(?:after|behind|beyond|through|at the end of) (?:every|each|the|all|any|even the) (?:\w+ )?(?:rain"
        r"|storms?|nights?"
        r"|winter|darkness|dark|clouds?|tunnel)\b|\bthe sun (?:will|always|does|'ll|comes"
        r"|is going to) ?(?:\w+ )?(?:rise|rises"
        r"|shine|shines|come out|comes out|out)|\b(?:no|every|any) (?:rain|storm|winter|night"
        r"|cloud)\b[^.!?]{0,30}\b(?:last"
        r"|lasts|rainbow|forever|ends?|flowers?|passes)\b|\b(?:every |the |all )?(?:clouds?|storms?) (?:will "
        r"|always )?(?:runs? out|pass(?:es)?|part|clear|blow over)"
        r"|\bdance in the rain\b|\brainbow\b",
    ),
    family(
        "info",
        "every each all setback setbacks ending ending challenge crisis failure mistake problem obstacle adversity"
        " door doors",
        r"\b(?:every|each) (?:\w+ )?(?:setback|ending|end|challenge|crisis|failure|mistake|problem|obstacle|struggle"
        r"|loss"
        r"|hardship|difficulty|struggle|storm|scar|journey|dollar) (?:is|has|brings|comes with|carries|holds|teaches"
        r"|counts"
        r"|makes|can be|leads)\b|\b(?:mistakes|failures?|setbacks?|challenges|struggles|hard times|adversity"
        r"|tough times)"
        r" (?:are|is|make|makes|build|builds|teach|teaches|don't last|never last|shape|shapes)\b|\bdoors? (?:open"
        r"|opens)\b"
        r"|\bwhen one \w+ (?:closes|ends)\b",
    ),
    family(
        "info",
        "money happiness wealth health rich riches",
        r"\bmoney (?:can't|cannot|doesn't|does not|won't|never) (?:buy|make|bring|solve|define)\b|\bmoney (?:is just"
        r"|is only"
        r"|isn't|is not|comes and goes|is a tool|is the root|doesn't grow|makes the world)\b"
        r"|\bhealth is (?:the )?(?:\w+ )?"
        r"wealth\b|\b(?:happiness|true wealth|real wealth) (?:is|comes|can't|cannot|isn't|lies)\b|\brich in (?:other"
        r"|what|love)",
    ),
    family(
        "info",
        "time",
        r"\btime (?:heals|will heal|is (?:a|the) (?:great|best) (?:healer|teacher|medicine)|is on your side"
        r"|will (?:tell|take care"
        r"|show|pass)|takes care|is money|flies|works wonders)\b|\b(?:give it|just needs?|it takes|all it takes is"
        r"|heals? with|gets?"
        r" (?:better|easier) with) time\b|\bin (?:good|due|its own|their own) time\b|\btime to heal\b",
    ),
    family(
        "info",
        "hope faith believe trust heart dream dreams positive strong brave miracle miracles universe god love",
        r"\bwhere there(?:'s| is) (?:\w+ )?(?:hope|life|love|faith|a will|a heart|smoke)\b|\b(?:have|keep|hold on to"
        r"|never lose"
        r"|don't lose|cling to|hang on to) (?:the |your |some |a little )?(?:faith|hope)\b|\b(?:trust"
        r"|believe) (?:in )?(?:the"
        r" (?:process|journey|universe|future|timing)|yourself|your heart|miracles|god|fate)\b|\b(?:there(?:'s"
        r"| is) always|never"
        r" give up) hope\b|\bhope springs\b|\b(?:listen to|follow) your (?:heart|gut|dreams?)\b|\b(?:stay|be|remain"
        r"|keep|think)"
        r" (?:positive|strong|brave|hopeful)\b|\blove (?:conquers|will find|is all)\b|\bthe universe (?:has|will"
        r"|works|never)"
        r"|\bgod (?:never|doesn't|has|works|only)\b|\bdreams? (?:come|do come|big)\b|\bmiracles (?:happen|do)\b",
    ),
    family(
        "info",
        "life",
        r"\blife (?:goes on|is (?:too short|a |an |short|like|full of|not about|what|hard|unfair|precious|good)"
        r"|isn't (?:fair|about"
        r"|always)|happens|throws|gives|has (?:a |its )|finds a way|will go on|works out|only gives|never gives)"
        r"|\b(?:that's|such is"
        r"|that is|so goes|it's all part of) life\b",
    ),
    family(
        "info",
        "everything things reason happens happen happened everyone all well fine meant better okay alright right"
        " worry worries",
        r"\b(?:everything|things?|it|nothing|all|what) (?:always )?happen(?:s|ed)?(?: \w+)? for (?:a"
        r"|some) (?:good )?(?:reason|purpose)"
        r"|\b(?:everything|things|it|that)(?:'s| is| are| will|'ll| was)? ?(?:all )?(?:going to |gonna )?(?:be |get "
        r"|turn out |look"
        r" |feel |work out )+(?:okay|ok|fine|alright|all right|just fine|better (?:soon|tomorrow|one day|in the end"
        r"|eventually|from"
        r" here)|up|for the best|in the end|great)\b(?! (?:to|if|with|for|as))|\bit(?:'ll| will) all (?:work|come|be"
        r"|make|fall)\b"
        r"|\ball(?:'s| is) well that\b|\b(?:it was |was |is |are |wasn't |weren't )(?:never )?meant to be\b"
        r"|\bwhat(?:'s| is) meant"
        r" (?:for you|to be)\b|\b(?:the )?best (?:is yet|things? in life|day)|\bbetter (?:days|times|things|luck)\b"
        r"|\bthings (?:can"
        r" only|will|do|always|tend to|have a way)(?: \w+)? (?:get better|look up|improve|turn around|work out"
        r"|go up)|\bnothing"
        r" (?:lasts|is impossible|worth|ventured)\b|\bdon't worry,? (?:be happy|everything|it'll|it will|you'll"
        r"|too much|so much)",
    ),
    family(
        "info",
        "you your",
        r"\byou (?:can|could|will|'ll) (?:do (?:it|this|anything|hard things)[.!,]|handle (?:it|this|anything)[.!]"
        r"|look back (?:on"
        r" this|and)|laugh about|thank yourself|come out (?:of this )?(?:the other side|stronger|on top|ahead"
        r"|better)|find (?:your"
        r" way|a way)|rise|bounce back|overcome)|\byou(?:'re| are) (?:stronger|braver|tougher|more resilient|wiser"
        r"|never alone|a"
        r" (?:fighter|survivor|warrior)|only human|doing your best|exactly where)\b|\b(?:pick|dust) yourself (?:up"
        r"|off)\b|\bget back"
        r" (?:up|on the horse|in the saddle|in the game)\b|\bkeep (?:your (?:head|chin)|going|smiling|fighting"
        r"|moving|pushing|on"
        r" keeping)\b(?! (?:the|to|it|money))|\b(?:never|don't) give up\b|\bchin up\b|\bcheer up\b|\bhang (?:in"
        r"|on) (?:there|tight)\b"
        r"|\byou (?:live and|win some|reap|never know (?:what|until)|can't (?:have it all|win them|change the past"
        r"|control"
        r" everything|please))",
    ),
    family(
        "info",
        "head chin smile give cheer hang foot step day tomorrow today present past future laugh lemons glass egg"
        " eggs milk bridge"
        " grass cookie apple wheel tide tides sea seas diamonds pressure iron steel gold road path journey",
        r"\bone (?:foot|step|day|breath|moment|thing) (?:in front|at a time)|\bput one foot\b|\bday by day\b"
        r"|\b(?:tomorrow|today|every day)(?:'s| is)(?: always)? (?:another|a new|a gift|a fresh|the first)"
        r"|\bfirst day of the rest\b"
        r"|\bthe past is (?:the past|behind|history)|\blemonade\b|\bglass (?:is )?half\b|\b(?:cry|crying) over spil"
        r"|\bwater under"
        r" the bridge\b|\bgrass is (?:always )?greener|\bcookie crumbles\b|\bsmooth seas?\b"
        r"|\btide (?:will )?turns?\b|\brising tide\b"
        r"|\bdiamonds?\b[^.!?]{0,20}\bpressure\b|\b(?:the )?only way (?:out is|is|from here is) (?:up|through"
        r"|forward)|\ball roads\b"
        r"|\b(?:keep|take) your (?:head|chin)|\b(?:never|don't) give up\b|\bkeep your (?:eyes|eye) on\b|\bcheer up\b"
        r"|\blaughter is\b"
        r"|\b(?:the )?(?:longest|greatest|a thousand[- ]mile) (?:journey|road)|\bcross (?:that|the) bridge\b"
        r"|\ba new chapter\b"
        r"|\bturn (?:the|over a new) (?:page|leaf)\b|\bput (?:it|this|that) behind you\b",
    ),
    family(
        "info",
        "honesty patience practice persistence perseverance knowledge ignorance actions fortune haste prevention"
        " slow great rome"
        " moon stars stars sky limit silver grain salt easy nature experience change",
        r"\b(?:honesty|patience|practice|persistence|perseverance|knowledge|ignorance|experience|laughter|hard work"
        r"|attitude"
        r"|consistency) (?:is|makes|pays|will pay|always pays|beats)\b|\bfortune favou?rs\b|\bhaste makes\b"
        r"|\bounce of prevention\b"
        r"|\b(?:great|good|big) (?:things|oaks) (?:take|come|start|grow|happen)|\bshoot for the\b|\breach for the\b"
        r"|\beasy come"
        r"|\bpatience\b[^.!?]{0,10}\bvirtue\b|\bchange is (?:the only|good|hard)|\bevery little (?:bit )?(?:helps"
        r"|counts)\b"
        r"|\bwhat doesn't\b|\bit (?:gets|got) (?:better|worse before)",
    ),
    family(
        "info",
        "done handle matters prize perfect mistakes worrying solved marathon sprint end human learn",
        r"\bwhat(?:'s| is) done(?: is done|$|[.,!])|\bthan (?:you|we|anyone) can (?:handle|bear|carry|take)\b"
        r"|\b(?:in the end|at the end|what"
        r" (?:really|truly) matters|all that matters)\b[^.!?]{0,30}\b(?:matters?|counts?|love|family|health)\b"
        r"|\beyes? on the (?:prize|goal"
        r"|ball|horizon)\b|\b(?:nobody|no one|no-one)(?:'s| is) perfect\b|\bwe all (?:make mistakes|have our|need"
        r"|start somewhere|stumble|fall)"
        r"|\b(?:everybody|everyone) makes mistakes\b|\bto err is\b|\bworry(?:ing)? (?:never|won't|doesn't|does not"
        r"|will not)\b|\b(?:a )?marathon\b"
        r"[^.!?]{0,15}\bsprint\b|\bwe(?:'re| are) only human\b|\blive and (?:let live|learn)\b",
        may_be_negated=True,
    ),
    family(
        "info",
        "alone together same boat through village sleep deep breath breathe shoulders way worries",
        r"\b(?:we(?:'re| are)|you(?:'re| are)) (?:all )?in (?:this|the same boat)(?: together)?[.,!]|\bwe(?:'ve"
        r"| have) all been there\b"
        r"|\bwe(?:'ll| will) (?:all )?get through\b|\btake (?:a|some) (?:deep )?breaths?\b|\bsleep on it\b"
        r"|\bthere(?:'s| is) always a"
        r" (?:way|solution|reason|bright|tomorrow)\b|\bwhere there\b",
    ),
)


def platitudes(reading: Reading) -> Iterator[Finding]:
    """Borrowed comfort, each with its place: worth a look, never a gate."""
    for reply in reading.replies:
        sayings = _SAYING.finditer(reply.small) if _SAYING_CUES.may_be_in(reply) else ()
        known = [match.span() for match in sayings if not is_quoted(reply.text, match.start())]
        more = [
            span for _, span in spoken_in(reply, _TEMPLATES) if not any(a < span[1] and span[0] < b for a, b in known)
        ]
        for start, end in sorted([*known, *more]):
            yield at(
                reply,
                "platitude",
                "info",
                f"Borrowed words: {shorten(reply.text[start:end])!r}.",
                "Say what fits this client alone.",
                (start, end),
            )
