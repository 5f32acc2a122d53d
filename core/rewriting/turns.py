"""One turn of a conversation replaced by another: what of its annotation still holds, and which turns no longer fit.

The hand edit and the pipeline share it. Pure: a conversation is its training pairs, in order. What no longer describes
the words is dropped here, never adapted; nothing is invented.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.quality.reading import fold
from core.quality.report import Finding
from core.text.sentences import split_sentences

Tree = dict[str, Any]
PARTS = (
    "emotional_context",
    "response_strategy",
    "response_breakdown",
    "expected_user_response_patterns",
    "training_metadata",
)
# What was done to a text says these, not the text itself: a check of the text cannot find them.
STALE, LATER = "annotation_stale", "later_turns"
MOST_FIGURES = 3
_STEADY = 0.03
_SAME = 0.5  # a reply that keeps this share of its sentences is still the reply that its strategy speaks of
_FIGURE = re.compile(r"\$\s?\d[\d,]*(?:\.\d+)?|\b\d[\d,]*(?:\.\d+)?\s?%|\b\d[\d,]{2,}(?:\.\d+)?\b|\b\d{2}\b")


def said_by(pair: Mapping[str, Any]) -> tuple[str, str]:
    """What client and advisor say in a pair."""
    return str(pair.get("current_user_input") or ""), str(pair.get("target_response") or "")


def is_annotated(pair: Mapping[str, Any]) -> bool:
    """Whether a pair has an analysis of its own."""
    return bool(pair.get("emotional_context") or pair.get("response_breakdown"))


def edited(pairs: Sequence[Tree], place: int, user: str, advisor: str) -> list[Tree]:
    """The conversation with other words in one pair: of its annotation stays what is about words that stayed."""
    pair, old = copy.deepcopy(pairs[place]), said_by(pairs[place])
    if user != old[0]:
        pair.pop("emotional_context", None)
    if advisor != old[1]:
        sentences = split_sentences(advisor)
        kept = _kept_sentences(pair, sentences)
        same = {fold(text) for text in split_sentences(old[1])} & {fold(text) for text in sentences}
        if len(same) < _SAME * max(1, len(sentences)):
            for part in ("response_strategy", "expected_user_response_patterns"):
                pair.pop(part, None)
            for name in ("quality_score", "quality_criteria"):
                _training(pair).pop(name, None)
        pair.pop("response_breakdown", None)
        if kept:
            pair["response_breakdown"] = {"total_sentences": len(kept), "sentences": kept}
    return _put(pairs, place, pair, user, advisor)


def rewritten(pairs: Sequence[Tree], place: int, user: str, advisor: str) -> list[Tree]:
    """The conversation with one pair written anew: nothing of its annotation is about the new words."""
    pair = {name: copy.deepcopy(value) for name, value in pairs[place].items() if name not in PARTS}
    return _put(pairs, place, pair, user, advisor)


def annotated(pairs: Sequence[Tree], place: int, parts: Mapping[str, Any]) -> list[Tree]:
    """The conversation with the annotation of one pair; what the next one says of it follows."""
    found = list(pairs)
    pair = {**pairs[place], **parts}
    training = {**(pairs[place].get("training_metadata") or {}), **(parts.get("training_metadata") or {})}
    found[place] = pair | ({"training_metadata": training} if training else {})
    if place + 1 < len(found):
        found[place + 1] = _following(found[place + 1], parts)
    return found


def _following(pair: Tree, parts: Mapping[str, Any]) -> Tree:
    detected = (parts.get("emotional_context") or {}).get("detected_emotions") or {}
    emotional = pair.get("emotional_context")
    progression = emotional.get("emotional_progression") if isinstance(emotional, dict) else None
    if not isinstance(progression, dict) or not isinstance(emotional, dict) or "primary" not in detected:
        return pair
    before, now = detected.get("intensity"), progression.get("current_turn_intensity")
    changed = {**progression, "previous_turn_primary": detected["primary"], "previous_turn_intensity": before}
    if isinstance(before, float) and isinstance(now, float) and progression.get("trajectory") != "mixed":
        change = now - before
        changed["trajectory"] = "steady" if abs(change) < _STEADY else "rising" if change > 0 else "falling"
    return {**pair, "emotional_context": {**emotional, "emotional_progression": changed}}


def _put(pairs: Sequence[Tree], place: int, pair: Tree, user: str, advisor: str) -> list[Tree]:
    old = said_by(pairs[place])
    pair["current_user_input"], pair["target_response"] = user, advisor
    found = list(pairs)
    found[place] = pair
    instead = {before: now for before, now in zip(old, (user, advisor), strict=True) if before.strip()}
    for later in range(place + 1, len(found)):
        history = found[later].get("conversation_history")
        if history:  # a file may quote the turns before in each turn
            found[later] = {**found[later], "conversation_history": _exchanged(history, instead)}
    return found


def _exchanged(value: Any, instead: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return instead.get(value, value)
    if isinstance(value, list):
        return [_exchanged(entry, instead) for entry in value]
    if isinstance(value, dict):
        return {key: _exchanged(entry, instead) for key, entry in value.items()}
    return value


def _kept_sentences(pair: Tree, sentences: Sequence[str]) -> list[Tree]:
    """The entries of sentences that are there still, under their new numbers."""
    breakdown = pair.get("response_breakdown")
    entries = breakdown.get("sentences") if isinstance(breakdown, dict) else None
    places: dict[str, list[int]] = {}
    for number, text in enumerate(sentences, 1):
        places.setdefault(fold(text), []).append(number)
    kept: list[Tree] = []
    for entry in entries if isinstance(entries, list) else ():
        free = places.get(fold(str(entry.get("text") or ""))) if isinstance(entry, dict) else None
        if free:
            kept.append({**entry, "sentence_number": free.pop(0)})
    return sorted(kept, key=lambda entry: entry["sentence_number"])


def _training(pair: Tree) -> Tree:
    training = pair.get("training_metadata")
    return training if isinstance(training, dict) else {}


def no_longer_fit(
    before: Sequence[Tree], after: Sequence[Tree], place: int, numbers: Sequence[int], *, by_hand: bool
) -> list[Finding]:
    """What the turns after a changed one may say that has lost its ground; `numbers` are those of the turns."""
    if place + 1 >= len(after):
        return []
    changed, following = numbers[place], numbers[place + 1]
    lost = _figures(before[place]) - _figures(after[place])
    for pair in after[:place]:
        lost -= _figures(pair)
    mentions = [
        (number, figure)
        for number, pair in zip(numbers[place + 1 :], after[place + 1 :], strict=True)
        for figure in sorted(_figures(pair) & lost)
    ]
    how = "was edited" if by_hand else "was written again"
    advice = "Read on from there: edit that turn, or have it written again."
    if mentions:
        told = {figure: number for number, figure in reversed(mentions)}
        return [
            Finding(
                LATER, "warning", f"Turn {number} speaks of {figure}, which turn {changed} said before it {how}.",
                advice, number,
            )
            for figure, number in list(told.items())[:MOST_FIGURES]
        ]  # fmt: skip
    if by_hand:
        return []
    message = f"Turn {following} answers the former turn {changed}: read whether it still fits."
    return [Finding(LATER, "warning", message, advice, following)]


def stale(number: int) -> Finding:
    """What is told of a turn whose annotation is no longer whole."""
    return Finding(
        STALE,
        "info",
        f"The words of turn {number} were changed: its annotation is incomplete.",
        f"Have it annotated again (brightrun generate --annotate); only turn {number} is.",
        number,
    )


def _figures(pair: Mapping[str, Any]) -> set[str]:
    return {re.sub(r"[\s,]", "", figure) for text in said_by(pair) for figure in _FIGURE.findall(text)}
