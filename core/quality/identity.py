"""Gates on who is who: the client's name as planned, and the advisor's own name.

Other people's names fill every conversation, so each check looks only at the few forms in which a
speaker says it of themselves or addresses the other, and steps back where the plan or the client brought the name up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from core.quality.reading import Message, Reading, at, is_quoted
from core.quality.report import Finding
from core.quality.stated import PLAN_TEXTS, flat

_GREETING = r"(?:hi|hello|hey|dear|thanks|thank you|welcome(?: back)?|good (?:morning|afternoon|evening))"
_GREETED = re.compile(rf"(?:\A|\n)\s*(?i:{_GREETING}),?\s+(?:M[rs]s?\.? )?([A-Z][a-zé'’-]+)(?=\s*[,.!:;—–\n-]|\s*\Z)")
_WORD = r"[A-Z](?:['’][A-Z])?[a-zé-]+"
_NAME = rf"{_WORD}(?: (?:[A-Z]\. )?{_WORD})?"
_BEGIN = (
    rf"(?:\A|\n|[.!?…—–]\s+)\s*(?:(?i:{_GREETING})(?: [A-Z][a-z]+)?[,.!]? ?(?:—|–|-)? ?)?(?:(?i:oh|so|and|well),? )?"
)
# Forms in which somebody says who they are; a bare "I'm X" may as well be a trade or a faith, so it wants more.
_INTRODUCED = (
    rf"\b(?i:my (?:full |first )?name(?: is|['’]s)|(?:you can |please |just |everyone )?calls? me|I go by"
    rf"|they call me) (?P<told>{_NAME})"
    rf"|{_BEGIN}(?i:this is|it['’]s|it is) (?P<here>{_NAME})(?=,? (?:here|again|speaking|writing|by the way|from"
    rf"|with|at)\b|[.!]|,? (?:your|the)\b"
    rf"|\s*[—–]| \()"
    rf"|{_BEGIN}(?P<start>{_WORD} {_WORD}) (?:here|speaking)(?=[,.!:;—–]| from)"
    rf"|{_BEGIN}(?P<from>{_WORD}) (?:here,? from|speaking)\b"
    rf"|(?:\A|\n)\s*(?i:{_GREETING})(?: {_WORD})?[,.!]? (?P<hello>{_WORD}) here\b"
)
_NAMED = re.compile(rf"{_INTRODUCED}|\n\s*[-–—~]+\s*(?P<signed>{_NAME})\s*\Z")
_TRADE = r"(?:financial |fee-only |certified |own )*(?:advisor|adviser|planner|CFP|counselor|guide|coach)"
_ADVISOR_SELF = re.compile(
    rf"{_INTRODUCED}|\b(?:I am|I['’]m) (?P<am>{_NAME})(?=,? (?:and I|your|the|an?) (?:am |['’]m )?(?:your |the "
    rf"|an? )?{_TRADE}|,? (?:from|with|at|of) [A-Z])"
    rf"|{_BEGIN}(?:I am|I['’]m) (?P<both>[A-Z][a-zé]+ [A-Z][a-zé]+)(?=[,.!])"
)
_SIGNATURE = re.compile(
    r"\n[ \t]*[-–—~*_]*[ \t]*([A-Z][a-zé]+(?: (?:[A-Z]\. )?[A-Z][a-zé.]+){0,2})(?:,? (?:CFP|CPA|ChFC)®?)?[*_]*[ \t]*\Z"
    r"|[.!?,](?: ?[-–—~] ?| (?i:yours|warmly|best|love|take care|kindly"
    r"|sincerely),? )([A-Z][a-zé]+(?: [A-Z][a-zé.]+)?)(?:,? (?:CFP|CPA)®?)?\s*\Z"
)
# Looked for first: a name behind one of these words, or somebody who is here or speaking; a greeting; the last words.
# Capitals are few, so the patterns begin with one and look back from there.
_SELF_HINT = re.compile(
    r"[A-Z](?:(?<=(?:[iI][sS]|['’][sSmM]|[mM][eE]|[bB][yY]|am) .)(?=['’a-zé-])|['’A-Za-zé-]* (?:here|speaking)\b)"
)
_SIGNED_HINT = re.compile(r"\n\s*[-–—~]")
_GREETING_WORDS = frozenset({"hi", "hello", "hey", "dear", "thanks", "thank", "welcome", "good"})
_TAIL = 400  # characters at the end that can be a signature
_FAREWELL = (
    r"(?:all |very |my |with |kind |warm )*(?:best|thanks|thank you|love|yours|yours (?:truly|sincerely)|cheers|regards"
    r"|warmly|sincerely|wishes|take care|gratefully|hugs|xo+|from|bye|talk soon|until then)(?: wishes| again| so much)?"
)
_NO_NAMES = frozenset({"there", "again", "all", "everyone", "so", "for", "you", "god"})
# Capitalised words that may end a message or follow "it's" and are nobody.
_NO_SIGNATURES = frozenset(
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March"}
    | {"April", "May", "June", "July", "August", "September", "October", "November", "December", "Christmas", "Easter"}
    | {
        "Thanksgiving",
        "Yes",
        "No",
        "Okay",
        "Right",
        "Thanks",
        "Warmly",
        "Yours",
        "Then",
        "Home",
        "Medicare",
        "Medicaid",
    }
    | {"God", "Now", "Here", "There", "That", "This", "Nobody", "Everybody", "Mom", "Dad", "Nothing", "Half"}
)


def names(reading: Reading) -> Iterator[Finding]:
    """No other named persona of the pack is addressed or claimed, and the advisor greets nobody unknown."""
    subject = reading.subject
    own = _words_of(subject.client.get("name"), reading.text("persona_name"))
    if not own:
        return  # nobody knows who the client is
    foreign = tuple(persona for persona in subject.rules.personas if persona[1] not in own)
    cues = {word for _, _, word in foreign}  # most messages hold none of these

    @cache
    def known() -> set[str]:
        return own | subject.rules.advisor_names | _introduced(reading)

    for message in reading.messages:
        for name, span in () if message.vocabulary.isdisjoint(cues) else _claims(message, foreign):
            if message.role == "advisor" and name in known() and not _is_greeting(message, span):
                continue  # the client's brother may well be called so
            yield at(
                message,
                "wrong_name",
                reading.planned_severity,
                f"The {'client calls themselves' if message.role == 'client' else 'advisor calls the client'} {name}; "
                f"the plan says {subject.client.get('name') or reading.text('persona_name')}.",
                "Use the planned name.",
                span,
            )
            break
        else:
            match = _stated_name(message)
            name = next((group for group in match.groups() if group), "") if match else ""
            if match and not _known(name, known() if message.role == "advisor" else own):
                yield at(
                    message,
                    "unknown_name",
                    "warning",
                    f"{name} is not the client's name.",
                    "Use the planned name, or none.",
                    match.span(),
                )


def _stated_name(message: Message) -> re.Match[str] | None:
    """Where the advisor greets somebody by name, or the client says a name of their own."""
    if message.role == "advisor":
        return None if message.vocabulary.isdisjoint(_GREETING_WORDS) else _GREETED.search(message.text)
    may_tell = _SELF_HINT.search(message.text) or _SIGNED_HINT.search(message.text)
    return _NAMED.search(message.text) if may_tell else None


def advisor_name(reading: Reading) -> Iterator[Finding]:
    """The advisor introduces and signs herself with her own name."""
    own = reading.subject.rules.advisor_names
    if not own:
        return
    for message in reading.replies:
        told = _ADVISOR_SELF.finditer(message.text) if _SELF_HINT.search(message.text) else ()
        start = max(0, len(message.text) - _TAIL)
        last = message.text[start:].rsplit(None, 1)[-1:]
        # A signature ends on a name or on letters behind it: its last word has a capital.
        signed = () if not last or last[0] == last[0].lower() else _SIGNATURE.finditer(message.text, start)
        for match in (*told, *signed):
            name = next(group for group in match.groups() if group)
            if (
                set(name.split()) <= own
                or name.split()[0] in _NO_SIGNATURES
                or is_quoted(message.text, match.start(match.lastindex or 0))
            ):
                continue
            yield at(
                message,
                "advisor_name",
                "gate",
                f"The advisor calls herself {name}.",
                f"She is {reading.subject.rules.advisor_name}.",
                match.span(match.lastindex or 0),
            )
            break


def _claims(message: Message, foreign: tuple[tuple[str, str, str], ...]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where a message uses a persona's name for the client, with that first name."""
    if not any(first in message.text for _, first, _ in foreign):
        return
    client, advisor = _name_patterns(foreign)
    for match in (client if message.role == "client" else advisor).finditer(message.text):
        if not is_quoted(message.text, match.start()):
            name = next(group for group in match.groups() if group)
            yield name.split()[0], match.span()


@lru_cache(maxsize=64)
def _name_patterns(foreign: tuple[tuple[str, str, str], ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    first = "|".join(sorted({re.escape(f) for _, f, _ in foreign}, key=len, reverse=True))
    full = "|".join(sorted({re.escape(name) for name, _, _ in foreign}, key=len, reverse=True))
    client = re.compile(
        r"(?:\b(?:(?i:my name(?: is|['’]s)|call me)|(?i:the name(?:['’]s| is)|(?:(?:people|everyone|everybody"
        r"|friends|folks|they|most people)"
        r" (?:calls?|knows?) me(?: (?:as|by))?)|known as|name of|named|addressed to|signed,?|yours(?: truly)?,?)"
        r"|I['’]m|I am)"
        rf"|{_BEGIN}(?:(?i:this is|it['’]s|it is)))"
        rf" ({full}|{first})\b(?!['’]s|-)|\n\s*[-–—~]*\s*({full}|{first})\s*\Z|[.!?] ?[-–—~] ?({full}|{first})\s*\Z"
        rf"|[.!?\n]\s*(?i:{_FAREWELL}),?\s+({full}|{first})[.!]?\s*\Z|\b({full}|{first}) is my (?:first |full )?name\b"
        rf"|{_BEGIN}({full}|{first}) (?:here|speaking)\b"
    )
    advisor = re.compile(
        rf"\b({full})\b(?!['’]s)"
        rf"|(?:\A|[.!?…:—–]\s+|\n\s*)(?:(?i:{_GREETING}|yes|no|okay|well|so|oh|now|look|listen|ah|and|but|right"
        rf"|sure|please|my dear|dear|my friend|of course|exactly|there),? )?({first})"
        r"(?=[!?—–:]|\s*[—–]|\s*\n|\.{2,}|\.\s|,(?! (?:who|whom|whose|the|an?|my|your|his|her|our|their)\b))"
        rf"|, ({first})(?=[.?!—–,;:]|\s*\Z)|\b(?i:my dear|dear|dearest|my friend) ({first})\b(?!['’]s)"
    )
    return client, advisor


def _is_greeting(message: Message, span: tuple[int, int]) -> bool:
    return re.match(rf"\s*(?i:{_GREETING})\b", message.text[span[0] : span[1]]) is not None


def _introduced(reading: Reading) -> set[str]:
    """Capitalised words of the plan and of the client's messages: people who may be spoken of."""
    texts = [*flat(reading.subject.client), *(reading.text(column) for column in PLAN_TEXTS)]
    texts += [turn.client.text for turn in reading.turns]
    return {word for text in texts for word in re.findall(r"\b[A-Z][a-zé'’-]+", text)}


def _known(name: str, known: Iterable[str]) -> bool:
    """Whether a name is one of these, or a short form of one (Tad for Thaddeus is let pass by its first letter)."""
    word = name.split()[0]
    return word.lower() in _NO_NAMES or any(word == other or word[:1] == other[:1] for other in known if other)


def _words_of(*texts: object) -> set[str]:
    words = {word.strip(".,") for text in texts if isinstance(text, str) for word in text.split()}
    return words - {"Mixed", "mixed"}
