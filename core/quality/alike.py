"""What conversations say alike across the dataset: copies, openers, closers and phrases, each with its rows.

`QualityService` calls it for the dashboard and the command line, over the marks that are stored with every text. It
names and counts; it never deletes or judges a row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from core.quality.dataset import copies
from core.quality.overuse import repeated
from data import figures, similarity
from data.engines import AsyncSession
from data.marks import CLOSER_WORDS, OPENER_WORDS, Kind, words_of
from data.similarity import Place

LEAST_USERS = 3  # conversations that begin or end a reply alike before it is a habit
PHRASE_SAMPLE = 500  # the newest conversations, whose phrases are counted
SAME_SENTENCE = 0.8  # of the rows that say one phrase say the other, too
MOST_NAMED = 12  # of each sort


@dataclass(frozen=True)
class Alike:
    """Something that several conversations share, the worst sorts first."""

    sort: Literal["copy", "renamed copy", "near copy", "message", "opener", "closer", "phrase"]
    what: str
    ids: tuple[str, ...]


async def find_alike(session: AsyncSession, kinds: Sequence[str], ids: Collection[str]) -> list[Alike]:
    """What these conversations, which are of these kinds, have in common."""
    wanted = set(ids)
    copied, messages = await copies(session, within=wanted)
    found = [Alike(copy.sort, f"{_named(copy.ids)}, {copy.share:.0%}", copy.ids) for copy in copied[:MOST_NAMED]]
    for message in messages[:MOST_NAMED]:
        place = message.places[0]
        where = f"turn {place.turn} of {place.conversation_id}, {place.role}"
        found.append(Alike("message", f"{where}, {message.share:.0%}", message.ids))
    for sort, kind in (("opener", Kind.OPENER), ("closer", Kind.CLOSER)):
        found += await _habits(session, sort, kind, wanted)  # type: ignore[arg-type]
    sample = await figures.newest_with_text(session, kinds, PHRASE_SAMPLE)
    return found + _phrases(repeated(await figures.responses(session, sample)))


def _phrases(found: Sequence[tuple[str, frozenset[str]]]) -> list[Alike]:
    """Phrases by use; of those that nearly the same rows say, which are windows of one sentence, the first."""
    named: list[tuple[str, frozenset[str]]] = []
    for text, users in found:
        if not any(len(users & other) >= SAME_SENTENCE * len(users | other) for _, other in named):
            named.append((text, users))
    return [Alike("phrase", text, tuple(sorted(users))) for text, users in named[:MOST_NAMED]]


async def _habits(
    session: AsyncSession, sort: Literal["opener", "closer"], kind: Kind, wanted: set[str]
) -> list[Alike]:
    """How the advisor begins or ends replies in several conversations."""
    users: list[tuple[tuple[str, ...], Place]] = []
    for mark in await similarity.shared_marks(session, kind, least=LEAST_USERS):
        places = [p for p in mark.places if p.role == "advisor" and p.conversation_id in wanted]
        ids = tuple(sorted({place.conversation_id for place in places}))
        if len(ids) >= LEAST_USERS:
            users.append((ids, places[0]))
    users.sort(key=lambda entry: (-len(entry[0]), entry[0]))
    users = users[:MOST_NAMED]
    texts = await similarity.turns_of(session, sorted({place.conversation_id for _, place in users}))
    found = []
    for ids, place in users:
        said = next(t for t in texts[place.conversation_id] if t["turn_number"] == place.turn)["target_response"]
        words = words_of(said)
        text = words[:OPENER_WORDS] if sort == "opener" else words[-CLOSER_WORDS:]
        found.append(Alike(sort, " ".join(text), ids))
    return found


def _named(ids: Sequence[str]) -> str:
    shown = " and ".join(ids[:2])
    return f"{shown} and {len(ids) - 2} more" if len(ids) > 2 else shown
