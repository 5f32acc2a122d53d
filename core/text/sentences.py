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
# A run of stops is taken whole and never taken back, so that a thousand dots cost a thousand steps.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]*_]*+(?=\s|$)")
_NO_SPACE = re.compile(r"\S")
_WORD = re.compile(r"[^\W_]+(?:[-'’.,/][^\W_]+|\([^\W_]\))*", re.UNICODE)
_LIST_MARK = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")


def split_sentences(text: str) -> list[str]:
    """The sentences of a text in order, each stripped of surrounding white space.

    A line break between paragraphs or list items always ends a sentence. A stop ends one when white space follows,
    unless it closes an abbreviation, an initial or a list number.
    """
    sentences: list[str] = []
    for line in text.splitlines():
        start = 0
        mark = _LIST_MARK.match(line.lstrip())
        skip = len(line) - len(line.lstrip()) + (mark.end() if mark else 0)
        for match in _END.finditer(line, skip):
            if _ends_sentence(line, start, match):
                end = match.end()
                sentences.append(line[start:end].strip())
                start = end
        if start < len(line):
            sentences.append(line[start:].strip())
    return [s for s in sentences if s]


def _ends_sentence(line: str, start: int, match: re.Match[str]) -> bool:
    run, begin, end = match.group(), match.start(), match.end()
    if run == "." and line[start:begin].strip().isdigit():
        return False  # the number of a list
    after = _NO_SPACE.search(line, end)
    if after is None:
        return True
    stop = run.rstrip("\"'”’)]*_")
    if after.group().islower() and (stop != "." or stop != run):
        return False  # "Really?" she said; an ellipsis that goes on
    if stop == ".":
        before = line[start:begin].rsplit(None, 2)
        last = before[-1].lstrip("\"'“‘(") if before else ""
        if last.lower() in _ABBREVIATIONS or _is_initial(last, before[-2] if len(before) > 1 else ""):
            return False
    return True


def _is_initial(last: str, word_before: str) -> bool:
    """`J. Smith` and `Anna B. Lee`, but not `you chose plan B.`"""
    return len(last) == 1 and last.isupper() and last != "I" and (not word_before or word_before[0].isupper())


def count_words(text: str) -> int:
    """How many words a text has; `401(k)`, `$1,250.50` and `don't` count as people count them."""
    return len(_WORD.findall(text))
