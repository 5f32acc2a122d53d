"""Gates on what a machine leaves behind in prose: placeholders, markup, escapes, and the model speaking of itself.

Every pattern here must be impossible, or nearly so, in what a client or an advisor would write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.quality.reading import Message, Reading, any_of, at, shorten
from core.quality.report import Finding

_ANY = re.IGNORECASE | re.MULTILINE
_MODEL_ADJECTIVES = r"(?:(?:large|simple|mere|helpful|modern|powerful|advanced|friendly|trained|online|artificial) )*"
# "as an AI engineer" is a trade; "as an AI, …" and "as an AI I …" are confessions.
_NO_NOUN = (
    r"(?=\s+(?:language|chat|model|assistant|system|program|i\b|and\b|that\b|so\b|with\b|without\b|my\b|here\b)"
    r"|\s*[,.;:!?—–-]|\s*\Z)"
)
# Signs that most texts do without, and with them the kinds below. A dollar or percent sign counts before a name only.
# All begin with a letter or sign of their own: then a search is quick.
_SIGNS = re.compile(r"\{|\}|\[|<|_|\\|`|&|\ufffd|â|Ã|%[A-Za-z(]|\$(?:[A-Za-z({]| [Xx])|\"\s*:|-[147]|xx|xX|Xx|XX")
# What it is, the first characters of such signs and the words (with spaces between) of which it holds one, what a text
# must hold for it to be tried at all, and the pattern.
_KINDS: tuple[tuple[str, str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "a placeholder",
        "{ } [ < _ % $ X x todo tbd fixme lorem",
        ("{", "}}", "[", "<", "%", "__", "$", "XX", "xx", "TODO", "TBD", "orem", "FIXME"),
        any_of(
            r"\$\{|\{\{|\}\}|\{%|\{ ?[a-z][a-z0-9_. ]{0,30} ?\}|\$\(\w+\)",
            r"\[(?:insert|your|client(?:['’]s)?|advisor(?:['’]s)?|amount|placeholder|todo|name|first name"
            r"|last name|date|number|city|state"
            r"|company|bank|topic|persona|spouse|partner|child|fill in|redacted|tbd|xx+|specific|emotion"
            r"|to be)(?:[ _:-][^\]\n]{0,40})?\]",
            r"(?-i:\[[A-Z][A-Z0-9 _-]{2,40}\]|<[A-Z][A-Z0-9_ -]{2,40}>|%[A-Z][A-Z_]{2,}%|__[A-Z][A-Z_]+__"
            r"|\b(?:TODO|FIXME|TBD)\b)",
            r"<(?:client|persona|advisor|amount|topic|insert|your|first|last|name|date|number"
            r"|placeholder)[ _-]?[^<>\n]{0,30}>",
            r"\[(?:add|describe|mention|include|enter|provide|replace|write|put|state|give|fill|use"
            r"|the) [^\]\n]{3,60}\]",
            r"<(?!sigh|grin|shrug|snort|laugh|cough|facepalm|gulp|deep|ducks|cry|hug|blush|wink)[a-z][a-z_ -]{2,30}>",
            r"(?-i:\$[A-Z]{5,}\b|\$[a-z]{3,}_[a-z_]+)|%\([a-z_]+\)s|%s\b|\$ ?X[X,]+\b|\bX{2,}(?:,X{3})*\b|\blorem"
            r" ipsum\b",
        ),
    ),
    ("an escape that was never read", "\\", ("\\",), any_of(r"\\[nrt]|\\[\"']|\\u[0-9a-f]{4}|\\\s*\Z")),
    ("a code fence", "`", ("```",), re.compile("```")),
    (
        "a broken object",
        "[ nan undefined",
        ("[object", "NaN", "undefined"),
        any_of(r"\[object Object\]|\b(?-i:NaN)\b|\bundefined,? undefined"),
    ),
    (
        "an id",
        "-",
        ("-4", "-1", "-7"),
        any_of(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    ),
    (
        "a tag",
        "<",
        ("<",),
        any_of(
            r"</?(?:turn|user|advisor|assistant|client|human|system|conversation\w*|dialogue|thinking|response|message"
            r"|output|answer|br|p|div|span|b|i|u|em|strong|li|ul)\b[^<>\n]{0,60}>"
        ),
    ),
    (
        "an HTML entity",
        "&",
        ("&",),
        any_of(r"&(?:amp|lt|gt|quot|nbsp|apos|mdash|ndash|hellip|[lr][sd]quo|#\d{2,5}|#x[0-9a-f]{2,4});"),
    ),
    ("JSON", '{ } "', ('"',), any_of(r"\{\s*\"\w+\"\s*:|\"\s*:\s*[\"\[{]|\"\s*\}\s*[,\]}]")),
    (
        "the model speaking of itself",
        "ai artificial model llm chatbot bot assistant program network automated machine claude chatgpt openai"
        " anthropic training knowledge trained programmed designed feelings emotions consciousness body",
        (
            "AI",
            "ai",
            "artificial",
            "rtificial",
            "anguage model",
            "Claude",
            "ChatGPT",
            "bot",
            "OpenAI",
            "Anthropic",
            "LLM",
            "training",
            "irtual assistant",
            "igital assistant",
            "utomated",
            "programmed",
            "knowledge cut",
        ),
        any_of(
            rf"\bas (?:an?|your) {_MODEL_ADJECTIVES}(?:AI|artificial intelligence)\b{_NO_NOUN}",
            rf"\b(?:as|being|I(?:['’]m| am)(?: (?:just|only|merely|simply|really|still|actually|not a person but"
            rf"|not human,? (?:but|just)))*) (?:an?|your) {_MODEL_ADJECTIVES}"
            r"(?:AI (?:language |chat |text )?(?:model|assistant|system|program|chatbot|bot|advisor|tool)"
            r"|(?:language|machine[- ]learning|text|generative) model|LLM|chat ?bot|virtual assistant"
            r"|digital assistant|computer program|neural network|automated (?:system|assistant|service)"
            r"|machine(?=[,.]| and| without))\b",
            rf"\bI(?:['’]m| am)(?: (?:just|only|merely|simply))? (?:an AI\b"
            rf"|an artificial intelligence\b){_NO_NOUN}|\bI(?:['’]m| am) Claude\b|\bChatGPT\b|\bOpenAI\b"
            rf"|\bAnthropic\b",
            r"\bmy (?:training(?: data)?|knowledge) (?:cut-?off|data|ends|does not include|doesn['’]t include)\b"
            r"|\bI was (?:trained|programmed|designed) (?:on|by|to (?:assist|help|answer|respond))\b",
            r"\bI (?:do not|don['’]t|cannot|can['’]t) (?:have|experience) (?:real |personal |human )*(?:feelings"
            r"|emotions|consciousness|a body)(?=[.,!;]| (?:as|like|the way|or)\b)",
        ),
    ),
    (
        "a role label",
        "user assistant human advisor client system turn",
        (":", "Turn", "TURN"),
        any_of(
            r"^(?:\*\*)?(?:user|assistant|human|advisor|client|system)(?:\*\*)?\s*:(?:\*\*)?\s",
            r"^#*\s*turn \d+\s*[:.\n]",
            flags=_ANY,
        ),
    ),
    ("a damaged character", "\ufffd â Ã", ("\ufffd", "â€", "Ã"), any_of(r"\ufffd|â€[™œ\x9d“”˜¦]|Ã[©¨¡¢¶¼\xad±]")),
)
_CUES = tuple(frozenset(cues.split()) for _, cues, _, _ in _KINDS)
_ANY_CUE = frozenset[str]().union(*_CUES)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ACTS = (
    r"(?:sighs?|pauses?|smiles?|nods?|laughs?|chuckles?|leans?|takes?|looks?|glances?|shrugs?|blinks?|winces?"
    r"|swallows?|breathes?"
    r"|exhales?|inhales?|clears?|wipes?|reaches|reach|shakes?|sits?|stands?|turns?|sets?|puts?|slides?|hands?"
    r"|holds?|stares?|waits?"
    r"|sobs?|sniffs?|sniffles?|cries|cry|weeps?|whispers?|types?|closes?|opens?|tilts?|raises?|gestures?|thinks?"
    r"|hesitates?|grins?"
    r"|frowns?|giggles?|hugs?|rubs?|taps?|fidgets?|settles?|softens?|listens?|considers?|reflects?|gathers?"
    r"|trails? off|voice"
    r"|sighing|pausing|smiling|nodding|laughing|chuckling|leaning|looking|crying|typing|thinking|sobbing"
    r"|breathing|whispering"
    r"|deep breath|long breath|eyes|silence|beat)"
)
_HOW = (
    r"(?:softly|gently|warmly|quietly|slowly|kindly|tenderly|thoughtfully|silently|calmly|hesitantly|nervously"
    r"|tearfully|reassuringly|sadly|wryly|carefully|patiently)"
)
_STILL = (
    r"(?:an? )?(?:(?:long|brief|short|awkward|heavy|slight|thoughtful|gentle|deep|small|soft|warm"
    r"|quiet) )*(?:silence|pause|sigh|smile|nod|laugh|chuckle|breath|beat|sip)"
)
_STAGE = re.compile(
    rf"(?P<open>[*\[(_])(?:(?:{_HOW},? )?{_ACTS}(?: [^*\])\n.!?]{{0,50}})?|{_STILL}(?: [^*\])\n.!?]{{0,30}})?"
    rf"|(?:she|he|elena|the client|client|advisor|they) {_ACTS}(?: [^*\])\n]{{0,50}})?)(?P<dot>[.…]*)[*\])_]"
    rf"|\*(?:{_HOW}(?: {_HOW})?|(?:in|with) an? \w+ (?:voice|tone|smile|sigh))[.…]*\*",
    re.IGNORECASE,
)


def residue(reading: Reading) -> Iterator[Finding]:
    """No message holds placeholders, markup, escapes, ids, or a model's remark about itself."""
    for message in reading.messages:
        text = message.text
        words, signs = _ANY_CUE & message.vocabulary, _SIGNS.findall(text)
        cued = words.union(sign[0] for sign in signs) if signs else words
        for (kind, _, hints, pattern), cues in zip(_KINDS, _CUES, strict=True) if cued else ():
            # The first of a kind is enough to send the message back.
            if not cues.isdisjoint(cued) and any(hint in text for hint in hints) and (match := pattern.search(text)):
                yield _found(message, kind, match)
        if not text.replace("\n", "").isprintable() and (match := _CONTROL.search(text)):
            yield _found(message, "a control character", match)


def _found(message: Message, kind: str, match: re.Match[str]) -> Finding:
    return at(
        message,
        "residue",
        "gate",
        f"The message holds {kind}: {shorten(match.group(), 40)!r}.",
        "Take it out, or generate the message again.",
        match.span(),
    )


def stage_directions(reading: Reading) -> Iterator[Finding]:
    """Nobody acts in brackets: a chat has no stage directions."""
    for message in reading.messages:
        text = message.text
        if "*" not in text and "(" not in text and "[" not in text and "_" not in text:
            continue
        match = next((m for m in _STAGE.finditer(text) if not _is_aside(m)), None)
        if match:
            yield at(
                message,
                "stage_direction",
                "warning",
                f"The message holds a stage direction: {shorten(match.group(), 40)!r}.",
                "Say it in words, or leave it out.",
                match.span(),
            )


def _is_aside(match: re.Match[str]) -> bool:
    """A remark in round brackets, "(holds about $300)", that begins on a verb of gesture: acts stand in few words."""
    text = match.group()
    return text.startswith("(") and ("," in text or len(text.split()) > 4 or any(sign.isdigit() for sign in text))
