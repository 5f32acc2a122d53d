"""What a person reads when a database cannot be opened or written: what happened, and the way out."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from core.settings.fields import Settings
from core.setup import WAITING, prepare
from data import opening
from data.engines import Database
from data.errors import StorageError


def refused(path: Path) -> StorageError:
    with pytest.raises(StorageError) as error:
        opening.ensure(path)
    assert "[Errno" not in str(error.value)
    return error.value


def test_a_path_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    error = refused(tmp_path / ("x" * 300))
    assert "cannot be reached: File name too long" in error.message
    assert error.hint == "Check its permissions and those of its folder."


def test_a_pipe_is_no_database(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is no file that can hold a database" in refused(tmp_path / "pipe").message


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    error = refused(tmp_path / "notes.txt" / "plan.db")
    assert error.message.endswith(f"cannot be created: {tmp_path / 'notes.txt'} is no folder.")


def test_a_place_that_takes_no_file_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert refused(tmp_path / "loop").message.endswith("cannot be created: Too many levels of symbolic links.")


def test_another_program_with_tables_of_our_names_is_not_taken_for_a_newer_brightrun(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "create table alembic_version (version_num); create table conversations (a);"
            "insert into alembic_version values ('abc')"
        )
    connection.close()
    assert "is a database of another program" in refused(path).message


def test_a_damaged_database_is_called_damaged(settings: Settings) -> None:
    path = Path(settings.database)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:-4096])
    try:
        opening.look(path)
        with sqlite3.connect(path) as connection:
            connection.execute("select count(*) from conversations").fetchall()
    except StorageError as error:
        assert "is damaged" in error.message
        assert "Put a backup in its place" in error.hint
    except sqlite3.DatabaseError as error:
        assert "is damaged" in opening.trouble(str(error), path).message


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("database or disk is full", "is full; nothing was written"),
        ("disk I/O error", "cannot be read or written: disk I/O error"),
        ("attempt to write a readonly database", "cannot be written to."),
        ("unable to open database file", "cannot be opened."),
        ("database disk image is malformed", "is damaged"),
        ("file is not a database", "is not a SQLite database"),
        ("no such table: conversations", "is not a brightrun database"),
        ("database is locked", "Another program holds"),
    ],
)
def test_what_sqlite_says_becomes_a_sentence_with_a_way_out(tmp_path: Path, said: str, says: str) -> None:
    error = opening.trouble(said, tmp_path / "a.db")
    assert says in error.message
    assert error.hint


def test_an_io_error_on_a_full_disk_says_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.opening._is_full", lambda path: True)
    assert "is full" in opening.trouble("disk I/O error", tmp_path / "a.db").message


async def test_whoever_waits_for_another_program_is_told_once(settings: Settings) -> None:
    path = Path(settings.database)
    other = sqlite3.connect(path, isolation_level=None)
    database = Database(path)
    told: list[bool] = []

    def let_go() -> None:
        told.append(database.waits_since(0.1))
        other.execute("ROLLBACK")

    watching = asyncio.create_task(database.tell_waiting(let_go, after_s=0.1))
    other.execute("BEGIN EXCLUSIVE")

    async def write() -> None:
        async with database.write() as session:
            await session.connection()

    await write()
    await watching
    assert told == [True]
    assert not database.waits_since(0)
    await database.close()
    other.close()


def test_a_start_under_a_lock_says_that_it_waits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.engines.Database.waits_since", lambda self, seconds: True)
    steps: list[str] = []
    prepare(settings, steps.append)
    assert WAITING in steps
