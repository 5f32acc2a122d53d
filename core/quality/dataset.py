"""The dataset as a whole: copies of conversations and of single messages, how varied the wording is, and each template.

`QualityService` and `brightrun quality` call it. Copies are found over the marks that are stored with every text and
confirmed on the texts themselves; after an edit `copies(session, among=[id])` looks at that conversation and its
neighbours only. It names rows and counts; it never deletes and never judges one.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, Literal

from data import similarity
from data.engines import AsyncSession, Database
from data.marks import SHINGLE_WORDS, SKETCH, Kind, mark_rows, masked_words, runs, words_of
from data.similarity import Place

NEAR = 0.5  # of a text's runs of four words that another one has, too
RENAMED = 0.9  # the same with names and figures masked
SAME = 0.97  # a letter more or less makes no new text
MESSAGE_NEAR = 0.7  # for single messages, which share a run of words more easily
_CANDIDATE = 0.3  # of the marks, which are a sample: what is worth reading
_LEAST_MARKS = 4
_SAMPLE_FROM = 2_000  # conversations; beyond, runs of words are sampled by their number so that memory stays bounded

CopyKind = Literal["copy", "renamed copy", "near copy"]
SORTS: tuple[CopyKind, ...] = ("copy", "renamed copy", "near copy")


@dataclass(frozen=True)
class Copy:
    """Conversations that are one: word for word, under other names and figures, or for the most part."""

    sort: CopyKind
    ids: tuple[str, ...]
    share: float  # of the shorter one's wording, at least


@dataclass(frozen=True)
class CopiedMessage:
    """A message that stands in several conversations which are otherwise different."""

    places: tuple[Place, ...]
    share: float

    @property
    def ids(self) -> tuple[str, ...]:
        """The conversations."""
        return tuple(sorted({place.conversation_id for place in self.places}))


@dataclass(frozen=True)
class Wording:
    """How varied the advisor's wording is; shares are None where there are no runs of so many words."""

    conversations: int
    words: int
    distinct_1: float | None
    distinct_2: float | None
    distinct_3: float | None
    shared_4: float | None  # of the runs of four words of a conversation, those that another one has, too


@dataclass(frozen=True)
class TemplateFigures:
    """What came of one version of a template; None where nothing was measured."""

    template: str
    version: int | None
    rows: int
    scored: int
    score: float | None
    lowest: float | None
    flagged: int
    gate_failed: int
    approved: int
    rejected: int
    wording: Wording


async def ensure_marks(database: Database) -> int:
    """Write the marks of conversations whose text was stored without; gives how many. Raises StorageError.

    A few hundred at a time; nothing is written where only texts are left that have no marks.
    """
    total, last = 0, ""
    while True:
        async with database.read() as session:
            ids = await similarity.unmarked(session, last)
            texts = await similarity.turns_of(session, ids)
        if not ids:
            return total
        found = {name: mark_rows(turns) for name, turns in texts.items()}
        marked = {name: marks for name, marks in found.items() if marks}
        if marked:
            async with database.write() as session:
                await similarity.add_marks(session, marked)
        total, last = total + len(marked), ids[-1]


async def copies(
    session: AsyncSession, *, within: Collection[str] | None = None, among: Sequence[str] | None = None
) -> tuple[list[Copy], list[CopiedMessage]]:
    """Copied conversations and copied messages, the closest first.

    `within` leaves other conversations out; with `among` only what concerns these conversations is looked for.
    """
    between: Counter[tuple[Place, Place]] = Counter()
    for kind, weight in ((Kind.SHINGLE, 1), (Kind.WHOLE, SKETCH)):  # a whole message is all of its runs
        for mark in await similarity.shared_marks(session, kind, among=among):
            places = [place for place in mark.places if within is None or place.conversation_id in within]
            for pair in _pairs(places, among):
                between[pair] += weight
    candidates = sorted({place.conversation_id for pair in between for place in pair})
    sizes = await similarity.marked_counts(session, candidates)
    by_rows: Counter[tuple[str, str]] = Counter()
    for (one, other), number in between.items():
        by_rows[one.conversation_id, other.conversation_id] += number
    of_row: Counter[str] = Counter()
    for place, number in sizes.items():
        of_row[place.conversation_id] += number
    rows = [p for p, n in by_rows.items() if n >= max(_LEAST_MARKS, _CANDIDATE * min(of_row[p[0]], of_row[p[1]]))]
    messages = [
        (one, other)
        for (one, other), number in between.items()
        if number >= max(_LEAST_MARKS, 0.5 * min(sizes.get(one, 0), sizes.get(other, 0)))
    ]
    texts = _Texts(session)
    await texts.load({name for pair in rows for name in pair} | {p.conversation_id for pair in messages for p in pair})
    pairs = [copy for pair in rows if (copy := _copy(texts, pair))]
    copied = {copy.ids for copy in pairs}
    alike = [
        (one, other, share)
        for one, other in messages
        if (one.conversation_id, other.conversation_id) not in copied
        and (share := texts.share(texts.message(one), texts.message(other))) >= MESSAGE_NEAR
    ]
    found = [Copy(sort, ids, share) for sort in SORTS for ids, share in _together(c for c in pairs if c.sort == sort)]
    return found, _grouped(alike)


async def wording(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]]
) -> tuple[Wording, dict[tuple[str, int | None], Wording], dict[str, float]]:
    """How varied these conversations are: all of them, those of each template, and for each its shared runs of four."""
    ids = [row["conversation_id"] for row in rows]
    keep = max(1, -(-len(ids) // _SAMPLE_FROM))
    numbers: dict[str, int] = {}
    words: dict[str, int] = {}
    found: dict[str, tuple[array[int], ...]] = {}
    async for conversation_id, turns in similarity.pages_of_text(session, ids):
        replies = [words_of(turn["target_response"] or "") for turn in turns]
        words[conversation_id] = sum(len(reply) for reply in replies)
        found[conversation_id] = tuple(
            array("q", (mark for reply in replies for mark in runs(reply, length, numbers) if mark % keep == 0))
            for length in (1, 2, 3, 4)
        )
    used: Counter[int] = Counter()
    for arrays in found.values():
        used.update(set(arrays[3]))
    shares: dict[str, float] = {}
    for conversation_id, arrays in found.items():
        own = set(arrays[3])
        if own:
            shares[conversation_id] = sum(1 for mark in own if used[mark] > 1) / len(own)
    by_template: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    for row in rows:
        by_template[_template(row)].append(row["conversation_id"])
    return (
        _wording(ids, found, words, shares),
        {template: _wording(those, found, words, shares) for template, those in by_template.items()},
        shares,
    )


def templates(
    rows: Iterable[Mapping[str, Any]], wordings: Mapping[tuple[str, int | None], Wording]
) -> list[TemplateFigures]:
    """The figures of each template version, the best mean score first and what was not scored last."""
    groups: dict[tuple[str, int | None], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[_template(row)].append(row)
    figures = []
    for (name, version), those in groups.items():
        scores = [row["quality_score"] for row in those if row["quality_score"] is not None]
        figures.append(
            TemplateFigures(
                name,
                version,
                len(those),
                len(scores),
                mean(scores) if scores else None,
                min(scores, default=None),
                sum(1 for row in those if row["needs_review"]),
                sum(1 for row in those if any(f["severity"] == "gate" for f in row["findings"] or ())),
                sum(1 for row in those if row["status"] == "approved"),
                sum(1 for row in those if row["status"] == "rejected"),
                wordings[name, version],
            )
        )
    return sorted(figures, key=lambda f: (f.score is None, -(f.score or 0.0), f.template, f.version or 0))


class _Texts:
    """The texts of candidates with their runs of words, read once; names and figures masked and as they stand."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._numbers: dict[str, int] = {}
        self._messages: dict[Place, str] = {}
        self._runs: dict[tuple[tuple[Place, ...], bool], frozenset[int]] = {}
        self._places: dict[str, list[Place]] = {}

    async def load(self, ids: Collection[str]) -> None:
        """Read these conversations."""
        for conversation_id, turns in (await similarity.turns_of(self._session, sorted(ids))).items():
            places = self._places.setdefault(conversation_id, [])
            for turn in turns:
                for role, field in (("client", "user_input"), ("advisor", "target_response")):
                    place = Place(conversation_id, turn["turn_number"], role)
                    self._messages[place] = turn[field] or ""
                    places.append(place)

    def message(self, place: Place) -> tuple[Place, ...]:
        """One message."""
        return (place,)

    def whole(self, conversation_id: str) -> tuple[Place, ...]:
        """All messages of a conversation."""
        return tuple(self._places.get(conversation_id, ()))

    def share(self, one: tuple[Place, ...], other: tuple[Place, ...], *, masked: bool = True) -> float:
        """How much of the shorter one's wording the other has."""
        left, right = self._marks(one, masked), self._marks(other, masked)
        return len(left & right) / min(len(left), len(right)) if left and right else 0.0

    def overlap(self, one: tuple[Place, ...], other: tuple[Place, ...], *, masked: bool = True) -> float:
        """How much of both is common to both."""
        left, right = self._marks(one, masked), self._marks(other, masked)
        return len(left & right) / len(left | right) if left and right else 0.0

    def _marks(self, places: tuple[Place, ...], masked: bool) -> frozenset[int]:
        if (places, masked) not in self._runs:
            split = masked_words if masked else words_of
            self._runs[places, masked] = frozenset(
                mark for place in places for mark in runs(split(self._messages[place]), SHINGLE_WORDS, self._numbers)
            )
        return self._runs[places, masked]


def _copy(texts: _Texts, ids: tuple[str, str]) -> Copy | None:
    one, other = texts.whole(ids[0]), texts.whole(ids[1])
    share = texts.share(one, other)
    if share < NEAR:
        return None
    plain, masked = texts.overlap(one, other, masked=False), texts.overlap(one, other)
    sort: CopyKind = "copy" if plain >= SAME else "renamed copy" if masked >= RENAMED else "near copy"
    return Copy(sort, ids, max(share, plain))


def _pairs(places: Sequence[Place], among: Sequence[str] | None) -> Iterable[tuple[Place, Place]]:
    """Every two of the messages; of one that very many conversations hold, each and the next: that ties them too."""
    wanted = None if among is None else set(among)
    by_role: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_role[place.role].append(place)
    for those in by_role.values():
        reach = 1 if len(those) > similarity.COMMON and wanted is None else len(those)
        for position, one in enumerate(those):
            for other in those[position + 1 : position + 1 + reach]:
                if one.conversation_id == other.conversation_id:
                    continue
                if wanted is None or one.conversation_id in wanted or other.conversation_id in wanted:
                    yield one, other


def _together(pairs: Iterable[Copy]) -> list[tuple[tuple[str, ...], float]]:
    """Groups of conversations that are tied by these pairs, the largest first, with the least share."""
    groups: dict[str, set[str]] = {}
    shares: dict[str, float] = {}
    for pair in pairs:
        one, other = pair.ids
        merged = groups.get(one, {one}) | groups.get(other, {other})
        for name in merged:
            groups[name] = merged
            shares[name] = min(pair.share, shares.get(name, 1.0))
    found = {id(group): group for group in groups.values()}.values()
    tied = [(tuple(sorted(group)), min(shares[name] for name in group)) for group in found]
    return sorted(tied, key=lambda entry: (-len(entry[0]), -entry[1], entry[0]))


def _grouped(pairs: Sequence[tuple[Place, Place, float]]) -> list[CopiedMessage]:
    """Messages that are copies of each other, put together; those in the most conversations first."""
    group_of: dict[Place, set[Place]] = {}
    shares: dict[Place, float] = {}
    for one, other, share in pairs:
        merged = group_of.get(one, {one}) | group_of.get(other, {other})
        for place in merged:
            group_of[place] = merged
            shares[place] = min(share, shares.get(place, 1.0))
    groups = {id(group): group for group in group_of.values()}
    found = [CopiedMessage(tuple(sorted(g, key=_where)), min(shares[p] for p in g)) for g in groups.values()]
    return sorted(found, key=lambda message: (-len(message.places), _where(message.places[0])))


def _where(place: Place) -> tuple[str, int, str]:
    return place.conversation_id, place.turn, place.role


def _wording(
    ids: Sequence[str],
    found: Mapping[str, tuple[array[int], ...]],
    words: Mapping[str, int],
    shares: Mapping[str, float],
) -> Wording:
    distinct: list[float | None] = []
    for position in range(3):
        total, different = 0, set[int]()
        for conversation_id in ids:
            total += len(found[conversation_id][position])
            different.update(found[conversation_id][position])
        distinct.append(len(different) / total if total else None)
    shared = [shares[conversation_id] for conversation_id in ids if conversation_id in shares]
    total_words = sum(words[conversation_id] for conversation_id in ids)
    one, two, three = distinct
    return Wording(len(ids), total_words, one, two, three, mean(shared) if shared else None)


def _template(row: Mapping[str, Any]) -> tuple[str, int | None]:
    if row["template_id"]:
        return str(row["template_id"]), row["template_version"]
    return ("seed" if row["is_seed_example"] else "imported or by hand"), None
