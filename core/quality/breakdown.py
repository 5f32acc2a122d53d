"""Checks on the sentence-by-sentence analysis: every sentence of a reply, in order, in its exact text, with reasons.

The sentences are those of `core.text.sentences`, for checks as for generation and import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.quality.annotation import PER_SENTENCE, is_filled
from core.quality.reading import Reading, Turn, fold, shorten
from core.quality.report import Finding
from core.text.sentences import count_words

_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.)\s*")
_MARKUP = re.compile(r"[*_#`]+|^\s*(?:[-*•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True)
class Coverage:
    """How much of a reply its breakdown covers."""

    sentences: int
    annotated: int
    with_reasons: int


def sentence_texts(reading: Reading) -> Iterator[Finding]:
    """Every sentence of a reply is annotated, in order and word for word."""
    for turn in reading.turns:
        wanted, given = turn.advisor.sentences, _texts(turn)
        if not given or given == wanted:
            continue  # none at all is a missing field
        if len(given) == len(wanted):
            for number, (sentence, text) in enumerate(zip(wanted, given, strict=True), 1):
                if sentence != text:
                    yield _finding(
                        "sentence_text",
                        reading,
                        turn,
                        number,
                        f"The annotated sentence {shorten(text)!r} is not what the reply says.",
                        f"The reply says {shorten(sentence)!r}.",
                    )
            continue
        missing = [number for number, sentence in enumerate(wanted, 1) if sentence not in given]
        foreign = [number for number, text in enumerate(given, 1) if text not in wanted]
        if missing or len(given) < len(wanted):
            yield _finding(
                "sentence_missing",
                reading,
                turn,
                missing[0] if missing else None,
                f"{len(given)} of {len(wanted)} sentences annotated; missing: {_numbers(missing) or 'a repeated one'}.",
                "Annotate every sentence.",
            )
        else:
            yield _finding(
                "sentence_text",
                reading,
                turn,
                foreign[0] if foreign else None,
                f"{len(given)} annotated sentences, the reply has {len(wanted)}.",
                "Annotate each sentence of the reply once.",
            )


def sentence_fields(reading: Reading) -> Iterator[Finding]:
    """Every annotated sentence says what it does, why, and what it teaches."""
    for turn in reading.turns:
        for number, sentence in enumerate(_sentences(turn), 1):
            missing = [name for name in PER_SENTENCE if not is_filled(sentence.get(name))]
            if missing:
                yield _finding(
                    "missing_field",
                    reading,
                    turn,
                    number,
                    f"The sentence lacks {', '.join(missing)}.",
                    "Annotate the sentence again.",
                )


def word_reasons(reading: Reading) -> Iterator[Finding]:
    """Each sentence gives reasons for some of its words, as many as the profile asks, and they do stand in it."""
    low, high = reading.subject.profile.word_reasons
    for turn in reading.turns:
        outside: list[int] = []
        for number, sentence in enumerate(_sentences(turn), 1):
            reasons = sentence.get("word_choice_rationale")
            keys = list(reasons) if isinstance(reasons, dict) else []
            # "Yes, exactly." holds two words to give reasons for.
            least = min(low, max(1, count_words(str(sentence.get("text") or ""))))
            if keys and not least <= len(keys) <= high:
                outside.append(number)
            plain = str(sentence.get("text") or "")
            text = ""
            for key in keys:
                if isinstance(key, str) and key.isascii() and key in plain:
                    continue  # as nearly always
                text = text or _bare(plain)
                if not _stands_in(key, text):
                    yield _finding(
                        "word_reason_key",
                        reading,
                        turn,
                        number,
                        f"{shorten(key)!r} does not stand in the sentence.",
                        "Give reasons for words that are there.",
                    )
        if outside:
            yield _finding(
                "word_reasons",
                reading,
                turn,
                outside[0],
                f"Not {low} to {high} word reasons in sentence {_numbers(outside)}.",
                "Annotate the turn again.",
            )


def coverage(turn: Turn) -> Coverage:
    """Sentences of a reply, and how many of them are annotated; markup and spacing are not held against a file."""
    sentences = _sentences(turn)
    given = {str(sentence.get("text") or ""): sentence for sentence in sentences}
    if not all(sentence in given for sentence in turn.advisor.sentences):
        given |= {_loose(text): sentence for text, sentence in given.items()}
    found = [s for text in turn.advisor.sentences if (s := given.get(text) or given.get(_loose(text))) is not None]
    with_reasons = sum(1 for sentence in found if is_filled(sentence.get("word_choice_rationale")))
    return Coverage(len(turn.advisor.sentences), len(found), with_reasons)


def _sentences(turn: Turn) -> list[dict[str, Any]]:
    return [s for s in turn.entries("response_breakdown", "sentences") if isinstance(s, dict)]


def _texts(turn: Turn) -> list[str]:
    return [str(sentence.get("text") or "") for sentence in _sentences(turn)]


def _bare(text: str) -> str:
    """Folded, without the marks of emphasis: a reason speaks of the words, not of their asterisks."""
    return fold(text.replace("*", "").replace("_", "").replace("`", ""))


def _loose(text: str) -> str:
    return fold(_MARKUP.sub("", text))


def _stands_in(key: object, folded_sentence: str) -> bool:
    """Whether a key stands in its sentence; an ellipsis in it stands for words left out."""
    bare, position = _bare(str(key)), 0
    if bare in folded_sentence:
        return True
    for fragment in _ELLIPSIS.split(bare):
        found = folded_sentence.find(fragment, position)
        if found < 0:
            return False
        position = found + len(fragment)
    return True


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:8])
    return f"{shown} …" if len(numbers) > 8 else shown


def _finding(check: str, reading: Reading, turn: Turn, sentence: int | None, message: str, advice: str) -> Finding:
    return Finding(check, reading.planned_severity, message, advice, turn.number, "advisor", sentence)
