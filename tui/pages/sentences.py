"""The Sentences tab: each sentence of a reply beside the reasons for its wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.text.sentences import split_sentences
from tui.figures import counted
from tui.pages import setting
from tui.pages.setting import Pair
from tui.widgets.document_view import Anchor, Item
from tui.widgets.reading_text import BLANK, Block

NUMBER = 4
COLUMN = 9
_SHOWN = (
    "sentence_number",
    "text",
    "function",
    "emotional_purpose",
    "technique",
    "teaches_model",
    "word_choice_rationale",
)


def sentences_page(pairs: Sequence[Pair], width: int) -> Iterator[Item]:
    """All sentences of all turns."""
    if not any(_sentences(pair) for pair in pairs):
        yield from setting.nothing("No sentence is annotated: only the dialogue was written, or the file has none.")
        return
    for place, pair in enumerate(pairs):
        if place:
            yield BLANK
        found = _sentences(pair)
        whole = len(split_sentences(str(pair.get("target_response", ""))))
        tail = counted(whole, "sentence")
        tail = f"{len(found)} of {tail}" if len(found) != whole else tail
        number = pair.get("turn_number")
        yield from setting.turn_heading(number, len(pairs), width, tail)
        if not found:
            yield Block("This turn has no sentences annotated.", "muted", 2)
        structure = setting.plain(setting.at(pair, "response_breakdown", "structure_type"))
        if structure:
            yield Block(structure, "muted", 0)
        for sentence in found:
            yield BLANK
            yield from _sentence(sentence, number, width)
        yield from setting.others(
            setting.part(pair, "response_breakdown"), ("total_sentences", "structure_type", "sentences"), width
        )


def _sentences(pair: Pair) -> list[Pair]:
    found = setting.at(pair, "response_breakdown", "sentences")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _sentence(sentence: Pair, turn: Any, width: int) -> Iterator[Item]:
    yield Anchor(("sentence", setting.plain(turn), setting.plain(sentence.get("sentence_number"))))
    if width < setting.WIDE_PAGE:
        yield from _said(sentence)
        yield from _reasons(sentence, width, NUMBER)
    else:
        left = width * 2 // 5
        yield from setting.beside(_said(sentence), _reasons(sentence, width - left - 3, 0), left, width)


def _said(sentence: Pair) -> Iterator[Item]:
    number = setting.plain(sentence.get("sentence_number"))
    yield Block(setting.plain(sentence.get("text")) or "–", "strong", NUMBER, f"{number:>2}")
    does = " · ".join(setting.named(sentence[key]) for key in ("function", "technique") if sentence.get(key))
    if does:
        yield Block(does, "secondary", NUMBER)


def _reasons(sentence: Pair, width: int, indent: int) -> Iterator[Item]:
    yield from setting.entry("purpose", setting.plain(sentence.get("emotional_purpose")), COLUMN, indent=indent)
    yield from setting.entry("teaches", setting.named(sentence.get("teaches_model")), COLUMN, indent=indent)
    reasons = sentence.get("word_choice_rationale")
    if isinstance(reasons, Mapping):
        for phrase, reason in reasons.items():
            yield (*_margin(indent), (f"“{setting.plain(phrase)}”", "accent"))
            yield Block(setting.plain(reason), "muted", indent + 2)
    elif reasons:
        yield setting.title("Words")
        yield from setting.tree(reasons, width, indent)
    yield from setting.others(sentence, _SHOWN, width, indent)


def _margin(indent: int) -> tuple[tuple[str, str], ...]:
    return ((" " * indent, ""),) if indent else ()
