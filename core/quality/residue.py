"""Gates on what a machine leaves behind in prose: placeholders, markup, escapes, and the model speaking of itself.

Every pattern here must be impossible, or nearly so, in what a client or an advisor would write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.quality.reading import Message, Reading, any_of, at, shorten
from core.quality.report import Finding

_ANY = re.IGNORECASE | re.MULTILINE
# What it is, what a text must hold for it to be possible at all (a search is cheaper than a pattern), and the pattern.
_KINDS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "a placeholder",
        ("{", "}}", "["),
        any_of(
            r"\$\{|\{\{|\}\}|\{[a-z][a-z0-9_]*\}",
            r"\[(?:insert|your|client(?:['’]s)?|advisor|amount|placeholder|todo|name)(?: [^\]\n]{0,40})?\]",
        ),
    ),
    ("an escape that was never read", ("\\",), any_of(r"\\[nrt]|\\[\"']|\\u[0-9a-f]{4}|\\\s*\Z")),
    ("a code fence", ("```",), re.compile("```")),
    (
        "a broken object",
        ("[object", "NaN", "undefined"),
        any_of(r"\[object Object\]|\b(?-i:NaN)\b|\bundefined,? undefined"),
    ),
    ("an id", ("-4", "-1", "-7"), any_of(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")),
    (
        "a tag",
        ("<",),
        any_of(
            r"</?(?:turn|user|advisor|assistant|client|human|system|conversation\w*|dialogue|thinking|response|message"
            r"|output|answer|br|p|div|span|b|i|u|em|strong|li|ul)\b[^<>\n]{0,60}>"
        ),
    ),
    (
        "an HTML entity",
        ("&",),
        any_of(r"&(?:amp|lt|gt|quot|nbsp|apos|mdash|ndash|hellip|[lr][sd]quo|#\d{2,5}|#x[0-9a-f]{2,4});"),
    ),
    ("JSON", ('"',), any_of(r"\{\s*\"\w+\"\s*:|\"\s*:\s*[\"\[{]|\"\s*\}\s*[,\]}]")),
    (
        "the model speaking of itself",
        ("AI", "ai", "artificial", "language model", "Claude"),
        any_of(
            r"\bas an? (?:AI|artificial intelligence)\b"
            r"(?=\s+(?:language|chat|model|assistant|system|program|i\b)|\s*[,.;:!?—–-]|\s*\Z)",
            r"\bas a (?:large )?language model\b|\bI(?:['’]m| am) (?:an AI\b|a (?:large )?language model\b|Claude\b)",
        ),
    ),
    (
        "a role label",
        (":", "Turn", "TURN"),
        any_of(
            r"^(?:\*\*)?(?:user|assistant|human|advisor|client|system)(?:\*\*)?\s*:(?:\*\*)?\s",
            r"^#*\s*turn \d+\s*[:.\n]",
            flags=_ANY,
        ),
    ),
    ("a damaged character", ("\ufffd", "â€", "Ã"), any_of(r"\ufffd|â€[™œ\x9d“”˜¦]|Ã[©¨¡¢¶¼\xad±]")),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STAGE = re.compile(
    r"[*\[(](?:softly |gently |warmly )?(?:sighs?|pauses?|smiles?|nods?|laughs?|chuckles?|leans? \w+)"
    r"(?: [^*\])\n]{0,40})?[*\])]",
    re.IGNORECASE,
)


def residue(reading: Reading) -> Iterator[Finding]:
    """No message holds placeholders, markup, escapes, ids, or a model's remark about itself."""
    for message in reading.messages:
        text = message.text
        for kind, hints, pattern in _KINDS:
            # The first of a kind is enough to send the message back.
            if any(hint in text for hint in hints) and (match := pattern.search(text)):
                yield _found(message, kind, match)
        if not text.isprintable() and (match := _CONTROL.search(text)):
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
        match = _STAGE.search(message.text)
        if match:
            yield at(
                message,
                "stage_direction",
                "warning",
                f"The message holds a stage direction: {shorten(match.group(), 40)!r}.",
                "Say it in words, or leave it out.",
                match.span(),
            )
