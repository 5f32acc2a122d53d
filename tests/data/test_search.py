"""Text search finds what was written, as soon as it was written, and nothing that is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from core.browse import Browser
from core.query import parse
from core.settings.fields import Settings
from data import opening, search
from data.engines import Database
from data.migrations import HEAD

ROW = "select id from conversations where conversation_id = '{}'"


def found(settings: Settings, tmp_path: Path, query: str) -> list[str]:
    browser = Browser(Path(settings.database), tmp_path / "state")
    try:
        browser.set_view(parse(query))
        return browser.conversation_ids()
    finally:
        browser.close()


async def write(settings: Settings, *statements: str) -> None:
    database = Database(Path(settings.database))
    async with database.write() as session:
        for statement in statements:
            await session.execute(text(statement))
    await database.close()


def turn(conversation_id: str, number: int, said: str) -> str:
    return (
        "insert into conversation_turns (turn_id, conversation_id, turn_number, user_input, target_response, "
        "word_count, sentence_count, note, created_at, created_by, updated_at) "
        f"values ('{conversation_id}_{number}', '{conversation_id}', {number}, '{said}', 'The zebra answers.', "
        "0, 0, '', '2026-01-01', 't', '2026-01-01')"
    )


async def test_what_is_written_is_found_and_what_is_gone_is_not(settings: Settings, tmp_path: Path) -> None:
    await write(settings, turn("fp_marcus_008", 1, "My quokka eats index funds"))
    assert found(settings, tmp_path, "quokka") == ["fp_marcus_008"]
    assert found(settings, tmp_path, '"zebra answers"') == ["fp_marcus_008"]
    assert found(settings, tmp_path, "QUOK") == ["fp_marcus_008"]  # the beginning of a word, in any case
    assert found(settings, tmp_path, "-quokka id:fp_marcus_008") == []
    await write(settings, "update conversation_turns set user_input = 'An okapi' where turn_id = 'fp_marcus_008_1'")
    assert (found(settings, tmp_path, "quokka"), found(settings, tmp_path, "okapi")) == ([], ["fp_marcus_008"])
    await write(settings, "update conversations set topic = 'Axolotl bonds' where conversation_id = 'fp_marcus_008'")
    assert found(settings, tmp_path, "topic:axolotl") == ["fp_marcus_008"]
    assert found(settings, tmp_path, "topic:okapi") == []  # said, but not what it is about
    await write(settings, "delete from conversations where conversation_id = 'fp_marcus_008'")
    assert found(settings, tmp_path, "okapi") == found(settings, tmp_path, "axolotl") == []


async def test_many_changes_in_one_transaction_leave_the_last(settings: Settings, tmp_path: Path) -> None:
    change = "update conversation_turns set user_input = '{}' where turn_id = 'fp_marcus_008_1'"
    await write(settings, turn("fp_marcus_008", 1, "aardvark"), change.format("bandicoot"), change.format("capybara"))
    assert [bool(found(settings, tmp_path, w)) for w in ("aardvark", "bandicoot", "capybara")] == [False, False, True]
    await write(settings, change.format("dugong"), "delete from conversation_turns where turn_id = 'fp_marcus_008_1'")
    assert [found(settings, tmp_path, w) for w in ("capybara", "dugong")] == [[], []]
    with closing(sqlite3.connect(settings.database)) as db:
        assert db.execute(f"select count(*) from {search.PENDING}").fetchone() == (0,)


@pytest.mark.parametrize("word", ["100%", '"401(k)"', "$145", "o'", "_", "%", "café", "(", "*", "a-b", "NEAR", "or"])
def test_a_word_is_taken_literally_and_never_as_a_command(settings: Settings, tmp_path: Path, word: str) -> None:
    assert isinstance(found(settings, tmp_path, word), list)
    if word == "100%":
        assert found(settings, tmp_path, "topic:100%") == []


@pytest.fixture
def without_fts5(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As SQLite is built in some places."""
    search.is_available.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(search, "is_available", lambda: False)
        yield
    search.is_available.cache_clear()


def test_without_the_index_the_text_itself_is_looked_through(
    settings: Settings, tmp_path: Path, without_fts5: None
) -> None:
    assert len(found(settings, tmp_path, '"a stock portal"')) == 1
    assert {"fp_jennifer_004", "fp_marcus_008"} <= set(found(settings, tmp_path, "topic:roth"))


def test_both_ways_of_searching_find_the_same_words(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ('"index fund"', '"roth ira"', "topic:insurance", "jennifer", '"a stock portal"', "hsa", '"401(k)"')
    by_index = [set(found(settings, tmp_path, word)) for word in words]
    monkeypatch.setattr(search, "is_available", lambda: False)
    assert [set(found(settings, tmp_path, word)) for word in words] == by_index


def test_a_file_that_lacks_the_index_gets_it_when_it_is_opened(settings: Settings, tmp_path: Path) -> None:
    path = Path(settings.database)
    with closing(sqlite3.connect(path)) as db:
        for name in search._TRIGGERS:
            db.execute(f"drop trigger {name}")
        db.execute(f"drop table {search.TABLE}")
        db.commit()
    assert opening.look(path) is opening.FileState.OLDER
    opening.ensure(path)
    assert opening.look(path) is opening.FileState.CURRENT
    assert found(settings, tmp_path, '"stock portal"')


def test_every_migration_leaves_the_index_following(settings: Settings) -> None:
    path = Path(settings.database)
    opening.migrate(path, "0004")
    opening.migrate(path, HEAD)
    with closing(sqlite3.connect(path)) as db:
        found_triggers = {row[0] for row in db.execute("select name from sqlite_master where type = 'trigger'")}
        assert set(search._TRIGGERS) <= found_triggers
