"""Splits prose into sentences and counts words, the same way for generation, checks and imports.

A response's sentences are annotated by number, so this split is part of the data: it is deterministic, keeps every
character but the white space between sentences, and never changes silently (tests hold it).
"""

from __future__ import annotations

import re

# A full stop after these does not end a sentence.
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "vs", "etc", "e.g", "i.e", "u.s", "a.m", "p.m"}
    | {"no", "approx", "inc", "ltd", "co", "dept", "est", "ave", "blvd"}
)
# The stops, what closes behind them, and the sign that follows after white space. A run of stops is taken whole and
# never taken back, so that a thousand dots cost a thousand steps. Whether it began before is asked behind its first
# stop, as patterns that begin on a sign are found far quicker.
_END = re.compile(r"([.!?…](?<![.!?…]{2})[.!?…]*+)([\"'”’)\]*_]*+)(?=\s++(\S)|\s*+$)")
_WORD = re.compile(r"[^\W_]+(?:[-'’.,/][^\W_]+|\([^\W_]\))*", re.UNICODE)
# All that may join two words into one as the same sign, and blanks for whatever else is in no word.
_JOINED = {
    code: "-" if chr(code) in "-'.,/" else " " for code in range(128) if not chr(code).isalnum() and chr(code) != "-"
}
_LIST_MARK = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")


def split_sentences(text: str) -> list[str]:
    """The sentences of a text in order, each stripped of surrounding white space.

    A line break between paragraphs or list items always ends a sentence. A stop ends one when white space follows,
    unless it closes an abbreviation, an initial or a list number.
    """
    sentences: list[str] = []
    for line in text.splitlines():
        start = 0
        bare = line.lstrip()
        mark = _LIST_MARK.match(bare)
        skip = len(line) - len(bare) + (mark.end() if mark else 0)
        for match in _END.finditer(line, skip):
            if _ends_sentence(line, start, match):
                end = match.end()
                sentences.append(line[start:end].strip())
                start = end
        if start < len(line):
            sentences.append(line[start:].strip())
    return [s for s in sentences if s]


def _ends_sentence(line: str, start: int, match: re.Match[str]) -> bool:
    stop, closed, after = match.groups()
    said = line[start : match.start()]
    if stop == "." and not closed and said.strip().isdigit():
        return False  # the number of a list
    if after is None:
        return True
    if after.islower() and (stop != "." or closed):
        return False  # "Really?" she said; an ellipsis that goes on
    if stop == ".":
        before = said.rsplit(None, 2)
        last = before[-1].lstrip("\"'“‘(") if before else ""
        if last.lower() in _ABBREVIATIONS or _is_initial(last, before[-2] if len(before) > 1 else ""):
            return False
    return True


def _is_initial(last: str, word_before: str) -> bool:
    """`J. Smith` and `Anna B. Lee`, but not `you chose plan B.`"""
    return len(last) == 1 and last.isupper() and last != "I" and (not word_before or word_before[0].isupper())


def count_words(text: str) -> int:
    """How many words a text has; `401(k)`, `$1,250.50` and `don't` count as people count them."""
    straight = text if text.isascii() else text.replace("’", "'")
    if not straight.isascii() or "(" in straight:
        return len(_WORD.findall(straight))
    # The same at a third of the cost: one sign joins two words, and more of them part them.
    pieces = straight.translate(_JOINED).replace("--", "  ").split()
    return len(pieces) - pieces.count("-")
