"""Writers that wait at the same time share a commit, and what one of them suffers is its own affair."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from data.engines import Database
from data.errors import DiskFullError, StorageError


@pytest.fixture(params=[False, True], ids=["threaded", "inline"])
async def database(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "x.db", inline=request.param)
    async with opened.write() as session:
        await session.execute(text("create table t (v integer unique)"))
    yield opened
    await opened.close()


async def put(database: Database, value: int, *, breaks: Exception | None = None) -> None:
    async with database.write() as session:
        await session.execute(text("insert into t values (:v)"), {"v": value})
        if breaks:
            raise breaks


async def stored(database: Database) -> set[int]:
    async with database.read() as session:
        return set((await session.execute(text("select v from t"))).scalars())


def commits_of(database: Database) -> list[int]:
    """A list that grows with every commit of the writer."""
    seen: list[int] = []
    event.listen(database._writer.sync_engine, "commit", lambda _: seen.append(1))
    return seen


async def test_a_hundred_writers_at_once_share_a_few_commits(database: Database) -> None:
    commits = commits_of(database)
    await asyncio.gather(*(put(database, value) for value in range(100)))
    assert await stored(database) == set(range(100))
    assert len(commits) <= 3


@pytest.mark.parametrize("database", [True], ids=["inline"], indirect=True)
async def test_writers_who_come_right_after_a_commit_gather_for_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.commits.GATHER_S", 3600.0)
    await put(database, 0)
    commits, writers = commits_of(database), list[asyncio.Task[None]]()
    for value in range(1, 6):
        writers.append(asyncio.create_task(put(database, value)))
        await asyncio.sleep(0)
    writers.pop().cancel()  # who goes away takes nobody along
    await asyncio.sleep(0)
    assert not commits and database._group._connection is None
    database._group._gathered()  # as the clock would do
    await asyncio.gather(*writers)
    assert await stored(database) == set(range(5))
    assert len(commits) == 1


async def test_one_that_fails_takes_back_its_own_part_alone(database: Database) -> None:
    async def double() -> None:
        await put(database, 7)

    results = await asyncio.gather(
        *(put(database, value) for value in range(10)),
        put(database, 50, breaks=ValueError("mine")),
        double(),
        *(put(database, value) for value in range(10, 20)),
        return_exceptions=True,
    )
    assert [type(r) for r in results if r is not None] == [ValueError, IntegrityError]
    assert await stored(database) == set(range(20))


async def test_when_the_first_one_fails_the_others_are_stored(database: Database) -> None:
    results = await asyncio.gather(
        put(database, 99, breaks=ValueError("first")), *(put(database, v) for v in range(5)), return_exceptions=True
    )
    assert isinstance(results[0], ValueError)
    assert await stored(database) == set(range(5))


async def test_when_the_database_fails_everybody_in_the_commit_is_told_and_nothing_is_stored(
    database: Database,
) -> None:
    async def broken() -> None:
        async with database.write() as session:
            await session.execute(text("insert into no_such_table values (1)"))

    results = await asyncio.gather(put(database, 1), put(database, 2), broken(), return_exceptions=True)
    assert all(isinstance(r, StorageError) for r in results), results
    assert await stored(database) == set()
    await put(database, 3)  # and the next one works
    assert await stored(database) == {3}


async def test_a_full_disk_is_told_as_such_to_everybody_in_the_commit(database: Database) -> None:
    """It ends the whole transaction by itself, so that nobody's part can be taken back any more."""
    async with database.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("create table big (v blob)")
    async with database.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("pragma max_page_count=1")  # no more than there are

    async def much() -> None:
        async with database.write() as session:
            await session.execute(text("insert into big values (zeroblob(1000000))"))

    results = await asyncio.gather(put(database, 1), much(), put(database, 2), return_exceptions=True)
    assert [isinstance(result, DiskFullError) for result in results[:2]] == [True, True]
    assert await stored(database) == ({2} if results[2] is None else set())


async def test_nobody_is_told_stored_when_the_database_has_ended_the_transaction(database: Database) -> None:
    async def ends_it() -> None:
        async with database.write() as session:
            await (await session.connection()).exec_driver_sql("rollback")
            raise ValueError("mine")

    results = await asyncio.gather(put(database, 1), ends_it(), return_exceptions=True)
    assert [type(result) for result in results] == [StorageError, ValueError]
    assert await stored(database) == set()


async def test_who_returned_is_stored_whatever_is_cancelled_around_it(database: Database) -> None:
    tasks = [asyncio.create_task(put(database, value)) for value in range(200)]
    for task in tasks[::3]:
        await asyncio.sleep(0)
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(r is None or isinstance(r, asyncio.CancelledError) for r in results), set(map(repr, results))
    assert await stored(database) >= {value for value, r in enumerate(results) if r is None}
    assert any(r is None for r in results) and any(r is not None for r in results)


async def test_who_lost_the_right_to_store_between_its_writing_and_the_commit_stores_nothing(
    database: Database,
) -> None:
    has_right = [True]

    def check() -> None:
        if not has_right[0]:
            raise StorageError("The right to store has lapsed.")

    with pytest.raises(StorageError, match="has lapsed"):
        async with database.write(check=check) as session:
            await session.execute(text("insert into t values (1)"))
            has_right[0] = False
    await put(database, 2)
    has_right[0] = True
    async with database.write(check=check) as session:
        await session.execute(text("insert into t values (3)"))
    assert await stored(database) == {2, 3}
