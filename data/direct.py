"""A worker's session: statements that every row of a job needs run on the driver itself, compiled once per process.

`data.engines` gives it out for inline databases; the functions of `data/` take it for the session it stands in for. A
statement is marked with `often`; every other one goes through SQLAlchemy's connection, in the same transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, TypeVar

import orjson
from sqlalchemy import JSON, Insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.types import UtcDateTime

S = TypeVar("S")
Values = Mapping[str, Any]
_AS_JSON_DOES = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_OFTEN: dict[int, tuple[Any, dict[tuple[str, ...], _Form]]] = {}  # by identity; the statement is kept alive here


def often(statement: S) -> S:
    """Mark a statement, built once with named parameters, as one that a worker runs for every row."""
    _OFTEN[id(statement)] = (statement, {})
    return statement


class Outcome:
    """What a statement gave, asked for as SQLAlchemy's results are: rows by place and by name, and how many it met."""

    __slots__ = ("_form", "_rows", "rowcount")

    def __init__(self, form: _Form, rows: Iterable[Sequence[Any]], rowcount: int) -> None:
        self._form, self._rows, self.rowcount = form, rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        return map(self._form.row, self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return list(self)

    def first(self) -> Any:
        """The first row, or None."""
        return next(iter(self), None)

    def one(self) -> Any:
        """The only row. Raises ValueError when there is another number of them."""
        (row,) = self
        return row

    def scalar(self) -> Any:
        """The first value of the first row, or None."""
        row = self.first()
        return None if row is None else row[0]

    def scalar_one(self) -> Any:
        """The first value of the only row."""
        return self.one()[0]

    def scalars(self) -> Iterator[Any]:
        """The first value of every row."""
        return (row[0] for row in self._rows)

    def mappings(self) -> Mappings:
        """The rows by name."""
        return Mappings(self._form, self._rows)


class Mappings:
    """Rows as values by name."""

    __slots__ = ("_form", "_rows")

    def __init__(self, form: _Form, rows: Iterable[Sequence[Any]]) -> None:
        self._form, self._rows = form, rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        keys = self._form.keys
        return (dict(zip(keys, row, strict=True)) for row in self._rows)

    def all(self) -> list[dict[str, Any]]:
        """Every row."""
        return list(self)

    def first(self) -> dict[str, Any] | None:
        """The first row, or None."""
        return next(iter(self), None)

    def one(self) -> dict[str, Any]:
        """The only row. Raises ValueError when there is another number of them."""
        (row,) = self
        return row


class _Form:
    """A statement compiled for one set of parameters: its text, and what turns values into stored ones and back."""

    def __init__(self, statement: Any, names: tuple[str, ...], dialect: Dialect) -> None:
        self.dialect = dialect
        compiled = statement.compile(dialect=dialect, column_keys=names if isinstance(statement, Insert) else None)
        self.sql = str(compiled)
        if compiled.positiontup is None or "__[POSTCOMPILE" in self.sql:
            raise ValueError(f"not a statement of fixed text: {self.sql}")
        values = compiled.construct_params(_check=False)
        self.fixed = {name: value for name, value in values.items() if not compiled.binds[name].required}
        self.made: list[tuple[str, Callable[[Any], Any]]] = []
        for column in (*compiled.insert_prefetch, *compiled.update_prefetch):
            default = column.default if isinstance(statement, Insert) else column.onupdate
            if default.is_callable:
                self.made.append((column.key, default.arg))
            else:
                self.fixed[column.key] = default.arg
        self.places = [(name, _writer_of(compiled.binds[name].type, dialect)) for name in compiled.positiontup]
        self.given_places = [(place, *named) for place, named in enumerate(self.places) if named[0] in names]
        self.processed = [(place, process) for place, (_, process) in enumerate(self.places) if process is not None]
        ordered = [name for name, _ in self.places]
        self.pick: Callable[[Values], tuple[Any, ...]] = (
            itemgetter(*ordered) if len(ordered) > 1 else lambda known: tuple(known[name] for name in ordered)
        )
        self.is_plain = not self.made and not self.fixed.keys() - set(names)
        columns = list(statement.exported_columns)
        self.keys = [column.key for column in columns]
        row: Any = namedtuple("Row", self.keys, rename=True)  # type: ignore[misc]
        self.row = row._make
        readers = [_reader_of(column.type, dialect) for column in columns]
        self.readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]

    def stored(self, values: Values) -> Sequence[Any]:
        """The values in the order of the text."""
        known = values
        if not self.is_plain:
            known = {**self.fixed, **{name: make(None) for name, make in self.made}, **values}
        picked = self.pick(known)
        if not self.processed:
            return picked
        found = list(picked)
        for place, process in self.processed:
            found[place] = process(found[place])
        return found

    def stored_many(self, rows: Sequence[Values]) -> list[Sequence[Any]]:
        """The same for many rows of the same names; what they do not give (when, by whom) is worked out once."""
        if len(self.given_places) == len(self.places):
            return [*map(self.pick, rows)] if not self.processed else [self.stored(row) for row in rows]
        first, found = list(self.stored(rows[0])), list[Sequence[Any]]()
        for row in rows:
            values = first.copy()
            for place, name, process in self.given_places:
                values[place] = row[name] if process is None else process(row[name])
            found.append(values)
        return found

    def given(self, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        """Rows as they come from the file, with times and JSON read."""
        if not self.readers:
            return rows
        found = []
        for row in rows:
            changed = list(row)
            for place, reader in self.readers:
                changed[place] = reader(changed[place])
            found.append(tuple(changed))
        return found


def _writer_of(kind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a value of a type into a stored one. SQLAlchemy takes five times as long for a time, or for JSON."""
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, JSON) and not kind.should_evaluate_none:
        return _json
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return process


def _reader_of(kind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a stored value of a type into one of Python."""
    if isinstance(kind, UtcDateTime):
        return _read_moment
    if isinstance(kind, JSON):
        return _read_json
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return process


def _json(value: Any) -> str | None:
    """A tree as JSON; what the fast writer does not take (numbers beyond 64 bits, half characters) the other does."""
    if value is None:
        return None
    try:
        return orjson.dumps(value, option=_AS_JSON_DOES).decode()
    except TypeError:
        return json.dumps(value)


def _read_moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _read_json(value: str | None) -> Any:
    return None if value is None else json.loads(value)  # the fast reader rounds numbers beyond 64 bits


def _moment(value: datetime | None) -> str | None:
    """A time as SQLAlchemy's SQLite dialect writes it."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a stored time needs a zone")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]  # without the zone


class DirectSession:
    """Stands in for an AsyncSession inside a transaction that `data.engines` has begun and will end."""

    def __init__(self, connection: AsyncConnection, driver: sqlite3.Connection) -> None:
        self._connection = connection
        self._driver = driver

    async def connection(self) -> DirectSession:
        """What takes a statement with a list of values."""
        return self

    async def exec_driver_sql(self, sql: str, rows: Any = None) -> Any:
        """Run SQL of the driver's own, once or for each of these rows."""
        return await self._connection.exec_driver_sql(sql, rows)

    async def execute(self, statement: Any, values: Values | Sequence[Values] | None = None) -> Any:
        """Run a statement. Raises DBAPIError as SQLAlchemy does."""
        known = _OFTEN.get(id(statement))
        if known is None:
            return await self._connection.execute(statement, values)
        return self._run(*known, values if values is not None else {})

    def _run(self, statement: Any, forms: dict[tuple[str, ...], _Form], values: Values | Sequence[Values]) -> Outcome:
        names = tuple(values if isinstance(values, Mapping) else values[0])
        form = forms.get(names)
        if form is None:
            form = forms[names] = _Form(statement, names, self._connection.dialect)
        try:
            if isinstance(values, Mapping):
                cursor = self._driver.execute(form.sql, form.stored(values))
            else:
                cursor = self._driver.executemany(form.sql, form.stored_many(values))
            rows = form.given(cursor.fetchall()) if cursor.description else ()
        except sqlite3.Error as error:
            raise told(error, form.sql, self._connection.dialect) from error
        return Outcome(form, rows, cursor.rowcount)


def told(error: sqlite3.Error, sql: str, dialect: Dialect) -> BaseException:
    """The driver's error as SQLAlchemy tells it."""
    return DBAPIError.instance(sql, None, error, sqlite3.Error, dialect=dialect)
