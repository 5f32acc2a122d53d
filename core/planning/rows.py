"""Planned rows by hand: proposed, checked, added, edited, cloned and removed; each change audited and undoable.

The forms of the app and `brightrun plan` use it. A row is held to the pack by the same check as a row of a CSV file
(`core.planning.table`); what has a text already is never touched here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import NotFoundError, PackError, TransitionError
from core.existing import existing_row
from core.pack.consistency import DIMENSIONS
from core.pack.files import PlanRow
from core.pack.loader import plan_values
from core.planning.coverage import MIXED, CoverageService
from core.planning.proposing import Row, Stock, propose
from core.planning.service import plan_words
from core.planning.table import Words, checked_row, near_words
from core.planning.targets import shares_in_force
from core.review.acts import BulkResult
from core.review.changes import REMOVED, RESTORED
from core.review.service import ReviewService
from core.review.steps import Done
from core.status import words as in_words
from data import audit, conversations, coverage, packs
from data.engines import AsyncSession, Database
from data.tables import Topic
from data.types import utc_now
from data.vocabulary import Status, Tier

# What the form asks for, in its order: column of a plan row, words on the screen.
FORM: tuple[tuple[str, str], ...] = (
    ("tier", "tier"),
    ("arc", "arc"),
    ("scenario", "scenario"),
    ("edge_case", "edge case"),
    ("persona", "persona"),
    ("topic_key", "topic key"),
    ("topic", "topic"),
    ("starting_emotion", "start"),
    ("starting_intensity", "start figure"),
    ("ending_emotion", "end"),
    ("ending_intensity", "end figure"),
    ("turns", "turns"),
    ("content_category", "category"),
    ("intent", "intent"),
    ("tone", "tone"),
    ("role_pair", "roles"),
    ("topic_cluster", "cluster"),
    ("outcome", "outcome"),
    ("conversation_phase", "phase"),
    ("topic_description", "story"),
    ("session_context", "session"),
    ("expected_outcome", "hoped for"),
)
LABELS = dict(FORM)
# Column of a plan row -> column of the table, where they differ.
_STORED = {"arc": "arc_id", "scenario": "scenario_id", "edge_case": "edge_case_id", "persona": "persona_id",
           "turns": "target_turns"}  # fmt: skip


@dataclass(frozen=True)
class Choices:
    """What each column of the form may say: value -> words, in the order of the pack; others take any text."""

    values: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Planned:
    """A planned row as the form shows it, at the version it was read at."""

    conversation_id: str
    row: Row
    version: int


class PlanRows:
    """Rows of one plan, changed by one person; the review service takes changes back."""

    def __init__(self, database: Database, actor: str, review: ReviewService) -> None:
        self._database = database
        self._actor = actor
        self._review = review

    async def choices(self) -> Choices:
        """What the columns of a row may say."""
        async with self._database.read() as session:
            words, _, _ = await plan_words(session, taken=False)
            topics = await packs.definitions(session, Topic)
        values: dict[str, dict[str, str]] = {
            column: {str(e["key"]): str(e.get("name") or in_words(str(e["key"]))) for e in words.taxonomy.get(kind, ())}
            for column, kind in DIMENSIONS.items()
        }
        values["tier"] = {tier.value: in_words(tier) for tier in (Tier.TEMPLATE, Tier.SCENARIO, Tier.EDGE_CASE)}
        values["arc"] = {key: str(arc.get("name") or key) for key, arc in words.arcs.items()}
        values["scenario"] = {key: str(row.get("title") or key) for key, row in words.scenarios.items()}
        values["edge_case"] = {key: str(row.get("title") or key) for key, row in words.edge_cases.items()}
        values["persona"] = {**words.personas, MIXED: "Mixed: a client of its own"}
        values["topic_key"] = {key: str(topic["name"]) for key, topic in topics.items()}
        return Choices(values)

    async def propose(self, number: int | None = None, fixed: Mapping[str, str] | None = None) -> list[Row]:
        """Rows that the plan lacks: so many, else as many as close the gaps against the target shares.

        Raises PackError when nothing is missing, or when the pack has nothing for the values of `fixed`.
        """
        if number is None:
            number = (await CoverageService(self._database, self._actor).matrix("tier", "persona")).missing
            if not number:
                raise PackError(
                    "Nothing is missing: every target share is met.",
                    "Change the shares, or say how many rows you want.",
                )
        return propose(await self.stock(), number, fixed)

    async def stock(self) -> Stock:
        """What proposals of rows are made of."""
        async with self._database.read() as session:
            words, personas, _ = await plan_words(session, taken=False)
            return Stock(
                words.arcs,
                words.scenarios,
                words.edge_cases,
                await packs.definitions(session, Topic),
                [key for key, persona in personas.items() if persona.kind == "persona"],
                words.taxonomy,
                await coverage.used(session),
                shares_in_force((await packs.get_pack(session) or {}).get("settings") or {}),
            )

    async def check(self, row: Mapping[str, str]) -> PlanRow:
        """The row as it would be planned. Raises PackError naming the column that is wrong."""
        async with self._database.read() as session:
            words, _, _ = await plan_words(session, taken=False)
            return _checked(row, words, await packs.definitions(session, Topic))

    async def add(
        self,
        rows: Sequence[Mapping[str, str]],
        *,
        clone_of: str = "",
        then: Callable[[AsyncSession, Sequence[str]], Awaitable[None]] | None = None,
    ) -> list[str]:
        """Add rows, all or none, and give their ids; one step that undo takes back whole.

        `then` is done with their ids in the same transaction.

        Raises PackError naming the row and column that is wrong.
        """
        at = utc_now()
        async with self._database.write() as session:
            words, personas, pack_key = await plan_words(session)
            topics = await packs.definitions(session, Topic)
            original = await conversations.get(session, clone_of) if clone_of else None
            values = []
            for position, row in enumerate(rows, 1):
                place = "" if len(rows) == 1 else f"row {position}"
                checked = _checked({**row, "number": "", "conversation_id": ""}, words, topics, place)
                words.numbers.add(checked.number)
                words.ids.add(checked.conversation_id)
                planned = plan_values(checked, personas, {}, pack_key) | {"created_by": self._actor}
                if original is not None and planned["persona_id"] == original["persona_id"]:
                    planned |= {name: original[name] for name in ("persona_name", "persona_type", "client_profile")}
                values.append(planned)
            await conversations.insert_rows(session, values)
            undo = {"verb": "plan", "kind": RESTORED, "of": REMOVED, "version": 1}
            about = {"clone_of": clone_of} if clone_of else {}
            await audit.record(
                session,
                [
                    audit.entry(
                        self._actor,
                        "add_row",
                        "conversation",
                        row["conversation_id"],
                        after={"status": Status.PLANNED, **about, "undo": undo},
                        at=at,
                    )
                    for row in values
                ],
            )
            if then is not None:
                await then(session, [str(row["conversation_id"]) for row in values])
        await self._review.recall()
        return [str(row["conversation_id"]) for row in values]

    async def planned(self, conversation_id: str) -> Planned:
        """A row as the form shows it. Raises NotFoundError."""
        async with self._database.read() as session:
            row = await existing_row(session, conversation_id)
        shown = {column: _text(row[_STORED.get(column, column)]) for column, _ in FORM}
        return Planned(conversation_id, shown, int(row["version"]))

    async def change(
        self, conversation_id: str, changes: Mapping[str, str], *, expected_version: int | None = None
    ) -> Done | None:
        """Change what is planned for a row; None when nothing changed. Id and number stay.

        Raises PackError for a wrong value, TransitionError when the row is not planned any more, StaleRowError when it
        was changed since `expected_version`.
        """
        before = await self.planned(conversation_id)
        async with self._database.read() as session:
            row = await conversations.get(session, conversation_id) or {}
            words, personas, pack_key = await plan_words(session, taken=False)
            _refuse_unplanned(conversation_id, str(row.get("status")), "edited here")
            asked = {**before.row, **changes, "number": str(row["number"]), "conversation_id": conversation_id}
            checked = _checked(asked, words, await packs.definitions(session, Topic))
        values = plan_values(checked, personas, {}, pack_key)
        if values["persona_id"] == row["persona_id"]:  # the client of the row stays its client
            values |= {name: row[name] for name in ("persona_name", "persona_type", "client_profile")}
        changed = {name: value for name, value in values.items() if row[name] != value and name != "pack_key"}
        if not changed:
            return None
        version = before.version if expected_version is None else expected_version
        return await self._review.change(
            conversation_id, changed, expected_version=version, action="edit", verb="edit the plan of"
        )

    async def clone(self, conversation_id: str, changes: Mapping[str, str] | None = None) -> str:
        """Plan another row like this one, with the changes; gives its id. Raises NotFoundError and PackError."""
        original = (await self.planned(conversation_id)).row
        if original["tier"] == Tier.SEED:
            raise PackError(f"{conversation_id} is a hand-written example.", "Clone a planned row, or add one by hand.")
        return (await self.add([{**original, **(changes or {})}], clone_of=conversation_id))[0]

    async def remove(self, ids: Sequence[str]) -> BulkResult:
        """Remove planned rows outright, all or none; undo brings them back.

        Raises NotFoundError and TransitionError naming the first row that cannot be removed.
        """
        async with self._database.read() as session:
            rows = await conversations.get_many(session, ids)
        for conversation_id in ids:
            if conversation_id not in rows:
                raise NotFoundError(f"There is no conversation {conversation_id}.", "Nothing was removed.")
            _refuse_unplanned(conversation_id, str(rows[conversation_id]["status"]), "removed outright")
        seen = {conversation_id: int(row["version"]) for conversation_id, row in rows.items()}
        return await self._review.delete(list(ids), remove=True, seen=seen)


def columns_named(pairs: Sequence[str]) -> Row:
    """Changes typed as `column=value`, by column or by its words in the form. Raises PackError naming the columns."""
    by_words = {label.replace(" ", "_"): column for column, label in FORM}
    found: Row = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        plain = name.strip().lower().replace(" ", "_").replace("-", "_")
        column = plain if plain in LABELS else by_words.get(plain, "")
        if not equals or not column:
            problem = f"A planned row has no {name.strip()[:60]!r}." if equals else f"{pair[:60]!r} is no change."
            raise PackError(problem, near_words(plain, LABELS) if equals else "Write it as column=value.")
        found[column] = value.strip()
    return found


def _refuse_unplanned(conversation_id: str, status: str, what: str) -> None:
    if status != Status.PLANNED:
        raise TransitionError(
            f"{conversation_id} is {in_words(status)}: only planned rows are {what}.",
            "Clear its result first; that can be undone, too.",
        )


def _checked(row: Mapping[str, str], words: Words, topics: Mapping[str, Mapping[str, Any]], place: str = "") -> PlanRow:
    """The row by the check of the CSV files, after what a scenario or edge case says of it was filled in."""
    record = {column: str(value).strip() for column, value in row.items() if str(value).strip()}
    record.setdefault("tier", "")
    try:
        _complete(record, words, topics)
        return checked_row(record, place or "the row", words)
    except PackError as error:
        said = error.message if place else error.message.removeprefix("the row, ")
        for column, label in FORM:
            said = said.replace(f"{column}: ", f"{label}: ", 1) if said.startswith(f"{column}: ") else said
        raise PackError(said, error.hint.replace("Mend the line; nothing was added.", "").strip()) from error


def _complete(record: Row, words: Words, topics: Mapping[str, Mapping[str, Any]]) -> None:
    """Fill in what follows from other columns, and refuse what contradicts the tier."""
    tier = record["tier"].strip().lower().replace(" ", "_").replace("-", "_")
    if tier == Tier.SEED or tier not in set(Tier):
        kinds = ", ".join((Tier.TEMPLATE, Tier.SCENARIO, Tier.EDGE_CASE))
        wrong = f"{record['tier']!r} cannot be planned by hand" if tier else "it is empty"
        raise PackError(f"tier: {wrong}.", f"Known: {kinds}.")
    for own, column, definitions in (
        (Tier.SCENARIO, "scenario", words.scenarios),
        (Tier.EDGE_CASE, "edge_case", words.edge_cases),
    ):
        key = record.get(column, "")
        if tier == own and definitions and not key:
            raise PackError(f"{column}: it is empty.", f"A row of tier {in_words(own)} needs one.")
        if tier != own and key:
            raise PackError(f"{column}: {key!r} does not belong to tier {in_words(tier)}.", "Leave it empty.")
        definition = definitions.get(key, {})
        if definition and str(definition.get("category")) in words.arcs:
            record.setdefault("arc", str(definition["category"]))
        for column_of, part in (
            ("starting_emotion", "start"),
            ("starting_intensity", "start_intensity"),
            ("ending_emotion", "end"),
            ("ending_intensity", "end_intensity"),
        ):
            stated = (definition.get("arc") or {}).get(part)
            if stated is not None:
                record.setdefault(column_of, str(stated))
        if definition:
            record.setdefault("topic", str(definition.get("title") or ""))
    arc = words.arcs.get(record.get("arc", ""))
    if arc and arc.get("tier") and arc["tier"] != tier:
        raise PackError(
            f"arc: {record['arc']} is of tier {in_words(str(arc['tier']))}, not {in_words(tier)}.",
            near_words("", [key for key, other in words.arcs.items() if other.get("tier") == tier]),
        )
    key = record.get("topic_key", "")
    if key and key not in topics:
        raise PackError(f"topic_key: the pack has no topic {key!r}.", near_words(key, topics))
    if key:
        record.setdefault("topic", str(topics[key]["name"]))
        for column in ("content_category", "topic_cluster"):
            record.setdefault(column, str(topics[key][column]))


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
