"""Reads for screens: rows, a conversation's text, counts and progress, synchronous and fast enough for a key press.

The first frame replays the statements saved at the last start; `set_view` then compiles new ones (that imports the
ORM, so screens call it in a thread the first time). Nothing here ever writes to the database.
"""

from __future__ import annotations

import contextlib
import json
from array import array
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.detail import Act, Facts, Source, Version
from core.progress import (
    Call,
    FailedItem,
    FinishedItem,
    Job,
    JobView,
    Progress,
    RunningItem,
    WaitingItem,
    local_time,
    parse_time,
)
from core.rows import Listed, Overview, Reading, Row, Turn
from core.watching import read_job, read_progress
from data.criteria import DIMENSIONS, STATES, Criteria, Statement
from data.replay import Reader, load_statements, save_statements
from data.vocabulary import Method

if TYPE_CHECKING:
    from core.views import View

__all__ = [
    "Act",
    "Browser",
    "Call",
    "Facts",
    "FailedItem",
    "FinishedItem",
    "Job",
    "JobView",
    "Overview",
    "Progress",
    "Reading",
    "Row",
    "RunningItem",
    "Source",
    "Turn",
    "Version",
    "WaitingItem",
    "local_time",
    "parse_time",
]
# A saved view that lacks one of these was written by an older version.
NEEDED = frozenset(
    {
        *("ids", "conversation_ids", "page", "row", "turns", "quality", "overview", "undecided", "facts"),
        *("worst_after", "jobs", "calls", "budget", "marked_shown", "views", "templates", "calls_made", "sources"),
    }
)
TextStatement = tuple[Statement, tuple[str, ...], frozenset[str]]
_PLACE = ("sound", "unmeasured", "score", "number")  # the place in the order of review: `data.listing.worst_after`
FACETS = ("is", *DIMENSIONS)


class Browser:
    """Read access to one database for the screens of one process. Not thread-safe: one thread at a time."""

    def __init__(self, database: Path, state_dir: Path) -> None:
        self._database = database
        # The path itself names the file: importing hashlib would cost more than the rest of this.
        name = str(database.resolve()).replace("%", "%%").replace("/", "%")
        self._cache = state_dir / f"view-{name[-200:]}.json"
        self._statements: dict[str, Statement] = {}
        self._reader: Reader | None = None
        self._seen_version = -1
        self._text: dict[str, TextStatement] | None = None
        self.criteria = Criteria()
        self.view_state: dict[str, Any] = {}
        self.not_remembered = ""  # why views are not kept for the next start

    def restore(self) -> bool:
        """Take up the view of the last start without the ORM. False when there is none that fits."""
        saved = load_statements(self._cache)
        if saved is None or not saved[0].keys() >= NEEDED or not self._database.exists():
            return False
        self._statements, self.view_state = saved
        from core.errors import QueryError
        from core.query import parse

        try:
            self.criteria = parse(str(self.view_state.get("query", "")))
        except QueryError:
            return False  # written by a version with other words
        return True

    def set_view(self, criteria: Criteria) -> None:
        """Compile the statements of a view (imports the ORM) and remember them for the next start."""
        from data.listing import compiled_reads, compiled_view

        self.criteria = criteria
        if not self._statements.keys() >= NEEDED:
            from data.detail import compiled_detail
            from data.progress import compiled_progress

            self._statements = {**compiled_progress(), **compiled_detail(), **compiled_reads()}
        self._statements = {**self._statements, **compiled_view(criteria)}

    def remember(self, **view_state: Any) -> None:
        """Keep the view and what the screen adds to it (query, cursor, panes) for the next start, at once.

        Where the state folder cannot be written the work goes on; `not_remembered` says what is lost.
        """
        self.view_state.update(view_state)
        try:
            save_statements(self._cache, self._statements, self.view_state)
        except OSError as error:
            self.not_remembered = (
                f"The view is not kept for the next start: {self._cache.parent} cannot be written ({error.strerror})."
            )
        else:
            self.not_remembered = ""

    def close(self) -> None:
        """Close the database."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _rows(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        return self._open().rows(self._statements[name], **values)

    def _open(self) -> Reader:
        if self._reader is None:
            self._reader = Reader(self._database)
        return self._reader

    def changed(self) -> bool:
        """Whether anybody has committed since the last call. Costs microseconds."""
        version = self._open().data_version()
        changed, self._seen_version = version != self._seen_version, version
        return changed

    def ids(self) -> array[int]:
        """The row ids of the view, in order."""
        return self._open().ids(self._statements["ids"])

    def conversation_ids(self) -> list[str]:
        """The human ids of the view, in order."""
        return self._open().column(self._statements["conversation_ids"])

    def page(self, ids: Iterable[int]) -> dict[int, Row]:
        """Rows by id; an id that is gone is missing."""
        return {row[0]: Row._make(row) for row in self._rows("page", ids=json.dumps(list(ids)))}

    def row(self, conversation_id: str) -> Row | None:
        """One row by its human id."""
        found = self._rows("row", conversation_id=conversation_id)
        return Row._make(found[0]) if found else None

    def next_to_review(self, after_id: int, ids: array[int]) -> int | None:
        """The next row of the list that is generated and undecided, in the list's order, then from its start.

        None when nothing is left to review. The row `after_id` itself is never given.
        """
        if not ids:
            return None
        undecided: set[int] = {row[0] for row in self._rows("undecided")}
        undecided.discard(after_id)
        if not undecided:
            return None
        start = ids.index(after_id) if after_id in ids else -1
        for position in (*range(start + 1, len(ids)), *range(start)):
            row_id = int(ids[position])
            if row_id in undecided:
                return row_id
        return None

    def next_worst(self, after: Row, ids: array[int]) -> int | None:
        """The next row of the list that is generated and undecided: flagged and worst first, after the place where
        `after` stood, so that one that was passed over comes again only at the end. None when nothing is left.
        """
        listed = Listed(ids)
        place: tuple[Any, ...] = (
            int(not after.needs_review),
            int(after.quality_score is None),
            after.quality_score or 0.0,
            after.number,
        )
        for start in (place, (-1, 0, 0.0, 0)):
            last = start
            while rows := self._rows("worst_after", **dict(zip(_PLACE, last, strict=True))):
                for row in rows:
                    if row[0] in listed and row[0] != after.id:
                        return int(row[0])
                last = rows[-1][1:]
        return None

    def reading(self, row: Row) -> Reading:
        """Everything the preview shows of a row."""
        live_step = live_text = ""
        if row.status in ("queued", "generating"):
            live = self._rows("live", conversation_id=row.conversation_id)
            if live:
                live_step, live_text = live[0][2], live[0][3]
        turns = tuple(Turn._make(t) for t in self._rows("turns", conversation_id=row.conversation_id))
        quality = self._rows("quality", conversation_id=row.conversation_id) if turns else []
        parts, findings = quality[0] if quality else (None, None)
        facts = None if turns else self.facts(row.conversation_id)
        return Reading(row, turns, live_step, live_text, _json_list(parts), _json_list(findings), facts)

    def facts(self, conversation_id: str) -> Facts | None:
        """What the detail screen and the preview of a planned row tell beside the table row."""
        found = self._rows("facts", conversation_id=conversation_id)
        return Facts._make(found[0]) if found else None

    def acts(self, conversation_id: str) -> list[Act]:
        """Who did what to a conversation, oldest first."""
        return [Act._make(row) for row in self._rows("acts", conversation_id=conversation_id)]

    def versions(self, conversation_id: str) -> list[Version]:
        """Its former versions, oldest first, without their texts."""
        return [Version._make(row) for row in self._rows("versions", conversation_id=conversation_id)]

    def version_text(self, version_id: int) -> dict[str, Any]:
        """A former version whole, as it was kept; empty when it is gone."""
        found = self._rows("version_text", version_id=version_id)
        return json.loads(found[0][0]) if found and found[0][0] else {}

    def sources(self, conversation_id: str) -> list[Source]:
        """The chunks of source documents that it draws on, in the order of its prompt."""
        return [Source._make(row) for row in self._rows("sources", conversation_id=conversation_id)]

    def calls_made(self, conversation_id: str) -> list[tuple[int, Call]]:
        """The API calls made for a conversation with their ids, oldest first, without the texts."""
        return [(row[0], Call._make(row[1:])) for row in self._rows("calls_made", conversation_id=conversation_id)]

    def one_call(self, call_id: int) -> Call | None:
        """A call with what was sent and answered."""
        found = self._rows("one_call", call_id=call_id)
        return Call._make(found[0]) if found else None

    def snapshot(self, conversation_id: str) -> dict[str, Any]:
        """The conversation whole, in the shape of a kept version. Imports the ORM."""
        parts = self._text_rows(conversation_id)
        return {**parts, "conversation": next(iter(parts["conversation"]), None)}

    def training_pairs(self, conversation_id: str) -> list[dict[str, Any]]:
        """The conversation in the seed format, with everything its annotation says. Imports the ORM."""
        from core.seedformat.documents import from_text_rows
        from data.conversations import TextRows

        parts = self._text_rows(conversation_id)
        del parts["conversation"]
        return from_text_rows(TextRows(**parts))

    def _text_rows(self, conversation_id: str) -> dict[str, list[dict[str, Any]]]:
        from data.detail import compiled_text

        if self._text is None:
            self._text = compiled_text()
        parts: dict[str, list[dict[str, Any]]] = {}
        for name, (statement, columns, as_json) in self._text.items():
            rows = self._open().rows(statement, conversation_id=conversation_id)
            parts[name] = [
                {
                    column: json.loads(value) if value is not None and column in as_json else value
                    for column, value in zip(columns, row, strict=True)
                }
                for row in rows
            ]
        return parts

    def overview(self) -> Overview:
        """Counts over the whole plan."""
        by_tier: Counter[str] = Counter()
        by_status: Counter[str] = Counter()
        by_persona: Counter[str] = Counter()
        total = simulated = flagged = 0
        for status, tier, persona, method, needs_review, count in self._rows("overview"):
            by_tier[tier] += count
            by_status[status] += count
            by_persona[persona] += count
            total += count
            simulated += count if method == Method.SIMULATED else 0
            flagged += count if needs_review else 0
        return Overview(total, by_tier, by_status, by_persona, simulated, flagged)

    def facets(self, criteria: Criteria, names: Iterable[str] = FACETS) -> dict[str, list[tuple[str, int]]]:
        """For these dimensions, and for the quick filters under "is", the values with their counts under all other
        filters. Opens a connection of its own, so that it may run in another thread."""
        from data.listing import compiled, compiled_facets, templates
        from data.tally import tallied

        found: dict[str, list[tuple[str, int]]] = {}
        with contextlib.closing(Reader(self._database)) as reader:
            for counted, statement in compiled_facets(criteria, tuple(names)):
                rows, name = reader.rows(statement), counted[0]
                if len(counted) > 1:
                    texts = [name for name in counted if name != "is"]
                    for name, text in zip(texts, rows[0][: len(texts)], strict=True):
                        found[name] = sorted((value, n) for (value,), n in tallied(text).items())
                    if len(texts) < len(counted):
                        found["is"] = list(zip(STATES, rows[0][len(texts) :], strict=True))
                    if "template" in texts:
                        by_id, known = dict(found["template"]), reader.rows(compiled(templates()))
                        found["template"] = [(label, by_id[str(key)]) for key, label in known if str(key) in by_id]
                    continue
                rows = list(zip(STATES, rows[0], strict=True)) if name == "is" else rows
                found[name] = [(str(value) if value is not None else "", count) for value, count in rows]
        return found

    def template_names(self) -> dict[int, str]:
        """The versions of templates as `name@2`, by row id."""
        return {row[0]: str(row[1]) for row in self._rows("templates")}

    def views(self) -> list[View]:
        """The views that people saved, by name."""
        from core.views import view_of

        return [view_of(row) for row in self._rows("views")]

    def marked_shown(self, conversation_ids: Iterable[str]) -> int:
        """How many of these rows the view shows."""
        return int(self._rows("marked_shown", ids=json.dumps(list(conversation_ids)))[0][0])

    def progress(self) -> Progress:
        """The state of the engine as the database has it."""
        return read_progress(self._rows, self._database) if "jobs" in self._statements else Progress()

    def job_view(self, job_id: int) -> JobView | None:
        """One job with its rows, as its screen shows it; None when it is gone."""
        return read_job(self._rows, job_id)

    def calls(self, item_id: int) -> list[Call]:
        """Every call made for an item of a job, with what was sent and answered, oldest first."""
        return [Call._make(row) for row in self._rows("calls", item_id=item_id)]

    def attempts(self, conversation_id: str) -> list[tuple[Any, ...]]:
        """The API calls made for a conversation, oldest first."""
        return self._rows("attempts", conversation_id=conversation_id)


def _json_list(stored: object) -> tuple[dict[str, Any], ...]:
    if stored is None:
        return ()
    found = json.loads(stored) if isinstance(stored, str) else stored
    return tuple(found) if isinstance(found, list) else ()
