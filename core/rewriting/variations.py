"""Variations of a seed or an approved conversation: planned rows of their own that teach the same skill in other words.

A row says of which conversation it is a variation and what is to vary; ordering it is like ordering any other row. The
clients come from the pack's own. What comes back is held against its source, so that a model cannot learn the text.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import GenerationError, NotFoundError, TransitionError
from core.existing import existing_row
from core.prompting.context import PackContext, row_values
from core.prompting.stages import boundary_lines, told
from core.quality.reading import shorten, words_in_a_row
from core.quality.report import Finding
from core.review.changes import REMOVED, RESTORED
from core.review.service import ReviewService
from core.status import words
from data import audit, conversations, packs, variations
from data.engines import AsyncSession, Database, Sessions
from data.marks import words_of
from data.tables import Persona
from data.types import utc_now
from data.vocabulary import Status, Tier

MOST = 25
# What can vary, as it is asked for and as the prompt says it.
VARY: dict[str, str] = {
    "persona": "the client: another person with another life and way of writing",
    "situation": "the situation: another occasion and trigger for the same difficulty",
    "numbers": "the numbers: every sum, rate and date, worked out anew",
    "tone": "the tone of the client's messages",
    "intensity": "how strong the feelings are",
    "length": "the number and length of the turns",
    "setback": "the setback, its cause and where it falls",
}
USUAL = ("persona", "situation", "numbers")
_RUN, _LONG_RUN, _SHARE = 5, 9, 0.04
# What a variation takes over from its source as it is.
_INHERITED = (
    "pack_key", "persona_id", "persona_type", "persona_name", "client_profile", "topic", "topic_key",
    "topic_description", "arc_id", "scenario_id", "edge_case_id", "tier_batch", "starting_emotion",
    "starting_intensity", "ending_emotion", "ending_intensity", "arc_description", "content_category", "intent",
    "tone", "role_pair", "topic_cluster", "outcome", "session_context", "conversation_phase", "expected_outcome",
)  # fmt: skip


@dataclass(frozen=True)
class VariationPlan:
    """Rows that would be added; nothing is stored yet."""

    source: str
    vary: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Sources:
    """The conversations that rows vary, turn by turn, and what is to vary by row."""

    texts: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    vary: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_vary(text: str) -> tuple[str, ...]:
    """`persona,numbers` as what is to vary. Raises NotFoundError for a word that is not known."""
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    for name in wanted:
        if name not in VARY:
            raise NotFoundError(f"{name!r} cannot be varied.", f"There are: {', '.join(VARY)}.")
    return wanted or USUAL


class Variations:
    """Plans variations on one database, by one person."""

    def __init__(self, database: Database, actor: str, review: ReviewService) -> None:
        self._database = database
        self._actor = actor
        self._review = review

    async def propose(self, source: str, count: int, vary: Sequence[str] = USUAL) -> VariationPlan:
        """Rows that could be added. Raises NotFoundError, and TransitionError for a source nobody has approved."""
        if not 1 <= count <= MOST:
            raise GenerationError(f"{count} variations are not possible.", f"1 to {MOST} at a time.")
        async with self._database.read() as session:
            return await _planned(session, source, count, vary)

    async def add(self, plan: VariationPlan) -> tuple[str, ...]:
        """Add the rows of a plan, one step that undo takes back whole, and give their ids; names and numbers are drawn
        anew where somebody was faster."""
        at = utc_now()
        async with self._database.write() as session:
            fresh = await _planned(session, plan.source, len(plan.rows), plan.vary)
            ids = tuple(row["conversation_id"] for row in fresh.rows)
            await conversations.insert_rows(session, [{**row, "created_by": self._actor} for row in fresh.rows])
            await variations.put_vary(session, ids, plan.vary, self._actor)
            undo = {"verb": "plan", "kind": RESTORED, "of": REMOVED, "version": 1}
            after = {"variation_of": plan.source, "vary": list(plan.vary), "undo": undo}
            entries = [audit.entry(self._actor, "vary", "conversation", name, after=after, at=at) for name in ids]
            await audit.record(session, entries)
        await self._review.recall()
        return ids


async def _planned(session: AsyncSession, source: str, count: int, vary: Sequence[str]) -> VariationPlan:
    row = await existing_row(session, source)
    if not row["turn_count"]:
        raise TransitionError(f"{source} has no text to vary.", "Generate and approve it first.")
    if row["status"] != Status.APPROVED and not row["is_seed_example"]:
        raise TransitionError(
            f"{source} is {words(row['status'])}: only seeds and approved conversations are varied.",
            "Approve it first (a).",
        )
    family = await variations.family_of(session, source)
    numbers, ids = await conversations.numbers_and_ids(session)
    pack = await packs.get_pack(session, row["pack_key"]) or {}
    tones = [
        str(entry["key"]) for entry in (pack.get("taxonomy") or {}).get("tones", ()) if entry["key"] != row["tone"]
    ]
    clients = await _clients(session, row, [str(one["persona_name"]) for one in family]) if "persona" in vary else []
    number, place, made = max(numbers, default=0), 0, []
    for index in range(count):
        number, place = number + 1, place + 1
        while f"{source}_v{place:02}" in ids:
            place += 1
        values = {name: row[name] for name in _INHERITED}
        if clients:
            values |= clients[index % len(clients)]
        if "persona" in vary or "situation" in vary:
            values["topic_description"] = ""  # it tells the source's own story
        if "situation" in vary:
            values["session_context"] = ""
        if "tone" in vary and tones:
            values["tone"] = tones[index % len(tones)]
        turns = row["turn_count"]
        if "length" in vary:
            turns = min(8, max(2, turns + (-1, 1, 0)[index % 3]))
        if "intensity" in vary:
            values |= _shifted(row, (-0.1, 0.1, -0.05, 0.05)[index % 4])
        made.append(
            values
            | {
                "conversation_id": f"{source}_v{place:02}",
                "number": number,
                "tier": _tier(row),
                "target_turns": turns,
                "variation_of": source,
                "is_seed_example": False,
            }
        )
    return VariationPlan(source, tuple(vary), tuple(made))


async def _clients(session: AsyncSession, row: Mapping[str, Any], used: Sequence[str]) -> list[dict[str, Any]]:
    """The pack's other clients in an order of this source's own, those that its variations have had last."""
    found = [
        {"persona_id": key, "persona_type": one["archetype"], "persona_name": one["name"], "client_profile": None}
        for key, one in (await packs.definitions(session, Persona)).items()
    ]
    found += [dict(client) for client in await variations.own_clients(session, row["pack_key"])]
    others = [client for client in found if client["persona_name"] != row["persona_name"]]
    seed = int.from_bytes(hashlib.sha256(row["conversation_id"].encode()).digest()[:8], "big")
    random.Random(seed).shuffle(others)
    return sorted(others, key=lambda client: used.count(client["persona_name"]))


def _tier(row: Mapping[str, Any]) -> str:
    if row["tier"] != Tier.SEED:
        return str(row["tier"])
    return Tier.EDGE_CASE if row["edge_case_id"] else Tier.SCENARIO if row["scenario_id"] else Tier.TEMPLATE


def _shifted(row: Mapping[str, Any], by: float) -> dict[str, float]:
    names = ("starting_intensity", "ending_intensity")
    return {name: round(min(1.0, max(0.05, row[name] + by)), 2) for name in names if row[name] is not None}


async def sources_of(session: AsyncSession, rows: Iterable[Mapping[str, Any]]) -> Sources:
    """What the variations among some rows are made from."""
    varied = {row["conversation_id"]: str(row["variation_of"]) for row in rows if row["variation_of"]}
    if not varied:
        return Sources()
    texts = await variations.exchanges_of(session, varied.values())
    return Sources(texts, await variations.vary_of(session, list(varied)))


def why_no_source(row: Mapping[str, Any], sources: Sources) -> str:
    """Why a variation cannot be written; empty when it can, and for rows that vary nothing."""
    source = str(row["variation_of"] or "")
    return f"varies {source}, which has no text" if source and not sources.texts.get(source) else ""


def values_of_source(row: Mapping[str, Any], sources: Sources, pack: PackContext) -> dict[str, str]:
    """What the prompt of a variation has beyond plan and pack."""
    vary = sources.vary.get(row["conversation_id"]) or USUAL
    return {
        "source_conversation": told(sources.texts[row["variation_of"]]),
        "vary": "; ".join(VARY.get(name, name) for name in vary),
        "boundary_lines": boundary_lines(row_values(row, pack)),
    }


async def variation_values(database: Sessions, row: Mapping[str, Any], pack: PackContext) -> dict[str, str]:
    """The same for one row that is worked on. Raises GenerationError when its source has no text any more."""
    async with database.read() as session:
        sources = await sources_of(session, [row])
    why = why_no_source(row, sources)
    if why or not row["variation_of"]:
        raise GenerationError(f"{row['conversation_id']} {why or 'is no variation any more'}.", "Restore its source.")
    return values_of_source(row, sources, pack)


async def like_source(
    session: AsyncSession, row: Mapping[str, Any], exchanges: Sequence[tuple[str, str]]
) -> list[Finding]:
    """What a variation has copied from its source; empty for rows that vary nothing."""
    source = str(row["variation_of"] or "")
    if not source:
        return []
    texts = await variations.exchanges_of(session, [source])
    return copied(source, texts.get(source, []), exchanges)


def copied(source: str, theirs: Sequence[tuple[str, str]], ours: Sequence[tuple[str, str]]) -> list[Finding]:
    """Runs of words that a variation shares with its source: a long one, or too many short ones."""
    known: dict[int, set[tuple[str, ...]]] = {_RUN: set(), _LONG_RUN: set()}
    for message in (text for pair in theirs for text in pair):
        for length, runs in known.items():
            runs |= words_in_a_row(words_of(message), length)
    total = shared = 0
    found: list[Finding] = []
    for number, pair in enumerate(ours, 1):
        for role, message in zip(("client", "advisor"), pair, strict=True):
            said = words_of(message)
            runs = words_in_a_row(said, _RUN)
            total, shared = total + len(runs), shared + len(runs & known[_RUN])
            long_runs = [run for run in zip(*(said[n:] for n in range(_LONG_RUN)), strict=False)
                         if run in known[_LONG_RUN]]  # fmt: skip
            if long_runs and not found:
                quoted = shorten(" ".join(long_runs[0]))
                what = f"It repeats {quoted!r} from {source}, which it varies."
                found.append(Finding("like_source", "warning", what, "Have that turn written again.", number, role))
    if total and shared / total > _SHARE:
        percent = f"{100 * shared / total:.0f} %"
        message = f"{percent} of its runs of five words stand in {source}, which it varies."
        found.append(Finding("like_source", "warning", message, "Generate it again, and say what is to differ."))
    return found
