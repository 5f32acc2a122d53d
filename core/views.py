"""Views under a name: a filter with its order and columns, kept in the database for everybody who works on it.

The picker of the main screen, `brightrun views` and `--view NAME` use it. A view is also one line of text (`line`),
which can be copied, sent to somebody and opened with `--view`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import NotFoundError, QueryError
from core.query import parse, write
from core.text.terminal import safe_line
from data.criteria import Criteria

if TYPE_CHECKING:
    from data.engines import Database

NAME_LIMIT = 60


class View(NamedTuple):
    """A saved view. `sort` is what stands after `sort:`; without columns the usual ones are shown."""

    name: str
    query: str
    sort: str
    columns: tuple[str, ...] = ()
    by: str = ""
    updated_at: str = ""

    @property
    def line(self) -> str:
        """The whole of it in the query language; what this version cannot read as it is kept, so that it is listed."""
        try:
            return line(parse(self.query), self.sort)
        except QueryError:
            return self.query

    @property
    def criteria(self) -> Criteria:
        """What it asks for. Raises QueryError where another version's words are in it."""
        return parse(self.line)


def line(criteria: Criteria, sort: str = "") -> str:
    """Criteria as one line; `sort` takes the place of their order."""
    if sort:
        criteria = replace(criteria, sort=sort.lstrip("-"), descending=sort.startswith("-"))
    return write(criteria)


def command(criteria: Criteria) -> str:
    """What opens a view from a shell."""
    import shlex  # not before the first frame

    return f"brightrun --view {shlex.quote(write(criteria))}"


def view_of(row: Sequence[Any]) -> View:
    """A stored row as a view; columns may still be JSON text."""
    name, query, sort, columns, by, updated_at = row
    found = json.loads(columns) if isinstance(columns, str) else columns
    return View(str(name), str(query), str(sort), tuple(found or ()), str(by), str(updated_at))


def find(database: Path, text: str) -> tuple[str, tuple[str, ...] | None]:
    """What `--view` means, as query and columns: the view saved under this name, else the text itself.

    Reads with plain SQL, because it comes before the first frame. Raises QueryError for a query that cannot be read.
    """
    from data.replay import saved_view

    found = saved_view(database, text.strip()) if text.strip() else None
    if found is not None:
        view = view_of(found)
        return view.line, view.columns
    return write(parse(text)), None


class ViewService:
    """Saves and removes views for one person."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor

    async def all(self) -> list[View]:
        """All views by name."""
        from data import views

        async with self._database.read() as session:
            return [view_of(tuple(row.values())) for row in await views.all_views(session)]

    async def save(
        self, name: str, criteria: Criteria, columns: Iterable[str] = (), *, replace_old: bool = False
    ) -> View:
        """Keep the view under this name. Raises QueryError for a name that is none, or taken without `replace_old`."""
        from data import audit, views

        name = check_name(name)
        query = write(replace(criteria, sort="number", descending=False))
        sort = f"{'-' if criteria.descending else ''}{criteria.sort}"
        kept = tuple(columns)
        async with self._database.write() as session:
            old = await views.named(session, name)
            if old is not None and not replace_old:
                raise QueryError(
                    f"There is a view {name!r} already, by {old['by']}.", "Take another name, or replace it."
                )
            await views.put(session, name, query, sort, kept, by=self._actor)
            before = {"query": old["query"], "sort": old["sort"], "columns": old["columns"]} if old else None
            after = {"query": query, "sort": sort, "columns": list(kept)}
            entry = audit.entry(self._actor, "save_view", "view", name, before=before, after=after)
            await audit.record(session, [entry])
        return View(name, query, sort, kept, self._actor)

    async def delete(self, name: str) -> None:
        """Remove the view of this name; the audit log keeps what it was. Raises NotFoundError."""
        from data import audit, views

        async with self._database.write() as session:
            old = await views.named(session, name)
            if old is None:
                names = [row["name"] for row in await views.all_views(session)]
                raise not_found(name, names)
            await views.remove(session, name)
            before = {"query": old["query"], "sort": old["sort"], "columns": old["columns"]}
            await audit.record(session, [audit.entry(self._actor, "delete_view", "view", name, before=before)])


def check_name(name: str) -> str:
    """The name without blanks around it. Raises QueryError for one that could not be typed or told apart."""
    name = " ".join(name.split())
    if not name:
        raise QueryError("A view needs a name.", "Write one of a word or a few.")
    if name != safe_line(name) or len(name) > NAME_LIMIT:
        raise QueryError(f"A view's name is plain text of at most {NAME_LIMIT} characters.", "Write a shorter one.")
    if ":" in name or '"' in name:
        raise QueryError(f"{name!r} could be taken for a query.", 'Leave : and " out of the name.')
    return name


def not_found(name: str, known: Sequence[str]) -> NotFoundError:
    """The error for a name that no view has."""
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    return NotFoundError(
        f"There is no view {name!r}.", f"Did you mean {near[0]!r}?" if near else "brightrun views lists all."
    )
