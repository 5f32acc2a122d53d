"""Proposes scenario rows from chunks: what a chunk is about comes from it and its document's categories, the rest is
drawn as `core.planning.proposing` draws it. A person looks at every row before it is added. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.chunks.mapping import Mapper
from core.chunks.records import ChunkProposal, Meaning
from core.errors import PackError
from core.planning.proposing import Row, Stock, as_used, propose
from core.text.sentences import split_sentences
from core.text.terminal import safe_line
from data.vocabulary import Tier

MOST = 100  # rows that a person can be asked to look at
TOPIC, STORY = 80, 300  # characters
_NEAR = 4  # scenarios that are considered for a chunk
_WORD = re.compile(r"[^\W\d_]{4,}")
_MARKUP = re.compile(r"[<>{}\[\]`$|*#\\\u2400-\u2426\ufffd]+")
# From the narrowest wish to the widest: what the pack has a scenario for is found out by asking.
_WISHES = (("category", "cluster", "intent"), ("category", "intent"), ("cluster", "intent"), ("intent",))
_COLUMNS = {"category": "content_category", "cluster": "topic_cluster", "intent": "intent"}


def propose_rows(
    stock: Stock,
    chunks: Sequence[Mapping[str, Any]],
    categories: Mapping[int, Sequence[Mapping[str, Any]]],
    mapper: Mapper,
) -> list[ChunkProposal]:
    """A row of each chunk. Raises PackError without any chunk, with too many, or when the pack has no scenario."""
    if not chunks:
        raise PackError(
            "There is no chunk to propose a row from.",
            "Choose others: of a filter only those are taken that no conversation draws on yet.",
        )
    if len(chunks) > MOST:
        raise PackError(f"{len(chunks):,} rows cannot be proposed at once.", f"Choose 1 to {MOST} chunks.")
    used = list(stock.used)
    found: list[ChunkProposal] = []
    for chunk in chunks:
        tags = categories.get(chunk["document"], ())
        primary = next((str(tag["name"]) for tag in tags if tag["is_primary"]), "")
        meaning = mapper.meaning(primary, tags)
        row = _row(replace(stock, used=used), chunk, meaning)
        used.append({**as_used(row), "rows": 1})
        found.append(ChunkProposal(chunk["chunk_id"], row, tuple(f"{note}: drawn" for note in meaning.notes)))
    return found


def _row(stock: Stock, chunk: Mapping[str, Any], meaning: Meaning) -> Row:
    said = {name: getattr(meaning, column) for name, column in _COLUMNS.items()}
    near = _nearest(stock, chunk)
    row: Row | None = None
    for names in _WISHES:
        wish = {"tier": Tier.SCENARIO.value, **{name: said[name] for name in names if said[name]}}
        for scenarios in (near, stock.scenarios):
            try:
                row = propose(replace(stock, scenarios=scenarios), 1, wish)[0]
            except PackError:
                if names == _WISHES[-1] and scenarios is stock.scenarios:
                    raise
                continue
            break
        if row is not None:
            break
    assert row is not None
    topic, story = about(chunk)
    row |= {_COLUMNS[name]: value for name, value in said.items() if value}
    # It is about the chunk now, not about the topic that the pack has for this scenario.
    return row | {"topic": topic, "topic_key": "", "topic_description": story}


def _nearest(stock: Stock, chunk: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The scenarios that share most words with the chunk: the occasion shall fit what is talked about."""
    words = _telling(f"{chunk['title']} {chunk['section']} {chunk['text'][:3000]}")

    def shared(item: tuple[str, Mapping[str, Any]]) -> float:
        scenario = item[1]
        own = _telling(" ".join(str(scenario.get(name) or "") for name in ("title", "setup", "secondary_concerns")))
        return len(own & words) / (len(own) + 8) if own else 0.0

    return dict(sorted(stock.scenarios.items(), key=shared, reverse=True)[:_NEAR])


def _telling(text: str) -> set[str]:
    return {word.rstrip("s") for word in _WORD.findall(text.casefold())} - _COMMON


def about(chunk: Mapping[str, Any]) -> tuple[str, str]:
    """Topic and story of a row about a chunk: short, on one line, without anything that could pass for markup."""
    sentences = split_sentences(chunk["text"][:4000])
    first = _plain(sentences[0]) if sentences else ""
    title = _plain(chunk["title"] or chunk["section"])
    topic = title or first or _plain(chunk["chunk_id"])
    story = first if first.casefold().startswith(topic.casefold().rstrip(".")) else f"{topic.rstrip('.')}. {first}"
    return _cut(topic.rstrip("."), TOPIC), _cut(story.strip(), STORY)


def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub(" ", safe_line(text)).split())


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rpartition(" ")[0].rstrip(" ,;:") + "…"


_COMMON = {
    *("that", "this", "with", "from", "have", "your", "they", "their", "will", "what", "when", "which", "about"),
    *("there", "would", "could", "should", "more", "than", "then", "them", "into", "over", "also", "some", "such"),
    *("each", "most", "many", "much", "been", "being", "were", "does", "only", "very", "just", "like", "because"),
}
