"""Repetition across conversations: replies that open alike, and phrases that too many conversations share.

A model learns a habit from four examples. Pure; used by `brightrun check` on a pack's seeds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from core.pack.report import Problem
from core.quality.reading import Message, words_in_a_row

OPENER_WORDS, PHRASE_WORDS = 3, 5
CONVERSATIONS_PER_PHRASE = 3


def shared_openers(conversations: Mapping[str, list[Message]]) -> Iterator[Problem]:
    """Replies whose first three words are those of another reply, named at the later one."""
    seen: dict[tuple[str, ...], str] = {}
    for name, messages in conversations.items():
        for message in messages:
            opener = tuple(message.words[:OPENER_WORDS])
            if message.role != "advisor" or len(opener) < OPENER_WORDS:
                continue
            place = f"{name}, turn {message.turn}"
            first = seen.setdefault(opener, place)
            if first != place:
                yield Problem(place, f"The reply opens with “{' '.join(opener)}”, as in {first}.")


def overused_phrases(conversations: Mapping[str, list[Message]]) -> Iterator[Problem]:
    """Phrases of five words that more than three conversations share; overlapping ones are told as one."""
    used: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name, messages in conversations.items():
        for message in messages:
            for phrase in words_in_a_row(message.words, PHRASE_WORDS):
                used[phrase].add(name)
    many = {phrase: names for phrase, names in used.items() if len(names) > CONVERSATIONS_PER_PHRASE}
    for names, text in sorted((sorted(many[run[0]]), text) for run, text in _joined(many)):
        yield Problem(", ".join(names), f"{len(names)} conversations share the phrase “{text}”.")


def _joined(phrases: Mapping[tuple[str, ...], set[str]]) -> Iterator[tuple[list[tuple[str, ...]], str]]:
    """Chains of overlapping phrases with the text they make."""
    left = set(phrases)
    follows = defaultdict(list)
    for phrase in phrases:
        follows[phrase[:-1]].append(phrase)
    starts = [phrase for phrase in sorted(phrases) if not any(other[1:] == phrase[:-1] for other in phrases)]
    for start in [*starts, *sorted(phrases)]:  # a phrase in a ring of its own has no start
        if start not in left:
            continue
        run, here = [start], start
        left.discard(start)
        while following := [phrase for phrase in follows[here[1:]] if phrase in left]:
            here = following[0]
            left.discard(here)
            run.append(here)
        yield run, " ".join([*run[0], *(phrase[-1] for phrase in run[1:])])
