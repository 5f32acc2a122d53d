"""A worker's own way to the database stores and gives back what SQLAlchemy's does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from data.direct import often
from data.engines import Database
from data.tables import Budget, GenerationLog, table_of

LOGS, BUDGETS = table_of(GenerationLog), table_of(Budget)
ADD, ALL = often(insert(LOGS)), often(select(LOGS).order_by(LOGS.c.id))
PUT, ONE = often(insert(BUDGETS)), often(select(BUDGETS.c.cap_microusd).where(BUDGETS.c.name == bindparam("_name")))
RAISE = often(update(BUDGETS).where(BUDGETS.c.name == bindparam("_name")).values(cap_microusd=bindparam("_cap")))
VALUES: dict[str, Any] = {"job_id": None, "conversation_id": "x", "stage": "dialogue", "request": {"user": "Grüße"}}


@pytest.fixture(params=[False, True], ids=["threaded", "inline"])
async def database(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "x.db", inline=request.param)
    async with opened.write() as session:
        connection = await session.connection()
        for table in (LOGS, BUDGETS):
            columns = ", ".join(f"{c.name} {'integer primary key' if c.name == 'id' else ''}" for c in table.c)
            await connection.exec_driver_sql(f"create table {table.name} ({columns})")
        await connection.exec_driver_sql("create unique index one_name on budgets (name)")
    yield opened
    await opened.close()


async def test_json_times_and_defaults_come_back_as_they_were_put(database: Database) -> None:
    before = datetime.now(UTC)
    async with database.write() as session:
        await session.execute(ADD, VALUES)
        await session.execute(ADD, [VALUES | {"attempt": 2}, VALUES | {"attempt": 3, "request": None}])
    async with database.read() as session:
        rows = [dict(row) for row in (await session.execute(ALL)).mappings()]
    assert [(row["attempt"], row["request"]) for row in rows] == [
        (1, VALUES["request"]),
        (2, VALUES["request"]),
        (3, None),
    ]
    assert all(before <= row["created_at"] <= datetime.now(UTC) for row in rows)
    assert rows[0]["created_by"] == "brightrun" and rows[0]["response"] == ""


async def test_a_change_tells_how_many_rows_it_met_and_is_seen_in_its_own_transaction(database: Database) -> None:
    async with database.write() as session:
        await session.execute(PUT, {"name": "overall", "cap_microusd": 1})
        hit: Any = await session.execute(RAISE, {"_name": "overall", "_cap": 7})
        missed: Any = await session.execute(RAISE, {"_name": "other", "_cap": 8})
        seen = (await session.execute(ONE, {"_name": "overall"})).scalar_one()
    assert (hit.rowcount, missed.rowcount, seen) == (1, 0, 7)


async def test_what_the_database_refuses_is_told_alike_and_stores_nothing(database: Database) -> None:
    async with database.write() as session:
        await session.execute(PUT, {"name": "overall", "cap_microusd": 1})
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(ADD, VALUES)
            await session.execute(PUT, {"name": "overall", "cap_microusd": 2})
    async with database.read() as session:
        assert not (await session.execute(ALL)).all()


async def test_a_parameter_that_is_missing_is_an_error_and_not_null(database: Database) -> None:
    with pytest.raises((StatementError, KeyError)):
        async with database.write() as session:
            await session.execute(RAISE, {"_name": "overall"})
