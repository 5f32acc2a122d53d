"""The database file: private, recognised, migrated up and down, and correct under concurrent writers."""

import asyncio
import contextlib
import resource
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.settings.fields import Settings
from core.setup import prepare
from data import opening, schema
from data.engines import Database
from data.errors import StaleRowError, StorageError
from data.migrations import HEAD


def test_a_new_file_and_its_companions_are_private(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    prepare(Settings(database=str(path)))
    for file in tmp_path.glob("new.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(opening.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


# The one index over an expression cannot be compared; that the listing uses it is tested with the listing.
@pytest.mark.filterwarnings("ignore:.*expression-based index '?conversations_by_review")
def test_the_migration_makes_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine
    from sqlmodel import SQLModel

    from data.tables import load_all

    load_all()
    path = tmp_path / "new.db"
    opening.ensure(path)
    engine = create_engine(f"sqlite:///{path}")
    # The indexes behind text search are virtual tables with tables of their own: no model describes them.
    indexes = ("conversation_search", "chunk_search")
    options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith(indexes)}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata) == []
    engine.dispose()


def test_a_new_file_is_made_by_a_script_that_says_what_the_migrations_come_to(tmp_path: Path) -> None:
    new, migrated = tmp_path / "new.db", tmp_path / "migrated.db"
    assert schema.create(new)
    assert not schema.create(new), "what another program made meanwhile is left alone"
    opening.migrate(migrated, HEAD)

    assert schema.script_of(migrated) == schema.SCRIPT.read_text(), "run python -m data.schema"
    assert _made(new) == _made(migrated)
    assert opening.look(new) is opening.FileState.CURRENT


def _made(path: Path) -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name")
        return [tuple(" ".join(text.split()) for text in row) for row in found]


def test_down_and_up_again_leaves_a_usable_schema(settings: Settings) -> None:
    path = Path(settings.database)
    opening.migrate(path, "base")
    opening.migrate(path, HEAD)
    assert opening.look(path) is opening.FileState.CURRENT
    assert prepare(settings).load.added_rows == 100


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: p.write_bytes(b"not a database at all" * 100), "is not a SQLite database"),
        (lambda p: sqlite3.connect(p).execute("create table t (x)").connection.close(), "of another program"),
        (lambda p: p.mkdir(), "is a folder"),
    ],
)
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, make: object, says: str) -> None:
    path = tmp_path / "foreign.db"
    make(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StorageError, match=says):
        prepare(Settings(database=str(path)))
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_database_of_a_newer_version_is_refused(settings: Settings) -> None:
    with sqlite3.connect(settings.database) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="newer brightrun"):
        prepare(settings)


def test_loading_the_pack_twice_adds_nothing(settings: Settings) -> None:
    report = prepare(settings)
    assert (report.load.added_rows, report.load.seed_conversations, report.load.template_versions) == (0, 0, 0)


async def test_concurrent_increments_from_two_engines_are_all_kept(settings: Settings) -> None:
    databases = [Database(Path(settings.database)) for _ in range(2)]

    async def increment(database: Database) -> None:
        for _ in range(25):
            async with database.write() as session:
                value = (
                    await session.execute(text("select target_turns from conversations where number = 11"))
                ).scalar()
                await session.execute(
                    text("update conversations set target_turns = :v where number = 11"), {"v": value + 1}
                )

    async with databases[0].write() as session:
        await session.execute(text("update conversations set target_turns = 0 where number = 11"))
    await asyncio.gather(*(increment(d) for d in databases for _ in range(4)))
    async with databases[0].read() as session:
        assert (await session.execute(text("select target_turns from conversations where number = 11"))).scalar() == 200
    for database in databases:
        await database.close()


async def test_a_reader_cannot_write(settings: Settings) -> None:
    database = Database(Path(settings.database))
    with pytest.raises(StorageError):
        async with database.read() as session:
            await session.execute(text("update conversations set topic = 'x'"))
    await database.close()


async def test_the_audit_log_refuses_changes(settings: Settings) -> None:
    database = Database(Path(settings.database))
    for statement in ("update audit_log set actor = 'x'", "delete from audit_log"):
        with pytest.raises(Exception, match="append-only"):
            async with database.write() as session:
                await session.execute(text(statement))
    await database.close()


@pytest.mark.parametrize(
    "change",
    ["starting_intensity = 7", "status = 'robot'", "quality_score = 11", "rubric_empathy = 0.5"],
)
async def test_nonsense_is_rejected_by_the_tables(settings: Settings, change: str) -> None:
    database = Database(Path(settings.database))
    with pytest.raises(Exception, match="CHECK"):
        async with database.write() as session:
            await session.execute(text(f"update conversations set {change} where number = 11"))
    await database.close()


async def test_a_stale_version_overwrites_nothing(settings: Settings) -> None:
    from data.conversations import get, update_guarded

    database = Database(Path(settings.database))
    async with database.write() as session:
        row = await get(session, "fp_marcus_007")
        assert row is not None
        await update_guarded(session, "fp_marcus_007", row["version"], {"topic": "first"}, by="a")
    with pytest.raises(StaleRowError, match="changed in the meantime"):
        async with database.write() as session:
            await update_guarded(session, "fp_marcus_007", row["version"], {"topic": "second"}, by="b")
    async with database.read() as session:
        now = await get(session, "fp_marcus_007")
    assert now is not None
    assert now["topic"] == "first"
    await database.close()


async def test_closing_waits_for_a_reader_that_is_still_leaving(settings: Settings) -> None:
    database = Database(Path(settings.database))
    reads, leaves = asyncio.Event(), asyncio.Event()

    async def reader() -> int:
        async with database.read() as session:
            reads.set()
            await leaves.wait()
            return (await session.execute(text("select count(*) from conversations"))).scalar_one()

    task = asyncio.create_task(reader())
    await reads.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    assert not closing.done()
    leaves.set()
    await closing
    assert task.done()
    assert task.result() == 100


def test_going_back_before_source_documents_keeps_the_plan_and_coming_again_finds_room(settings: Settings) -> None:
    path = Path(settings.database)
    with sqlite3.connect(path) as db:
        recorded = "'2026-11-20', 'x', '2026-11-20'"
        db.execute(f"insert into documents values ({recorded}, 1, 'D', 't', 'c', null, null)")
        chunk = "1, 'c', 1, 0, '', '', 'words', 'h', null, 0, '', null, null, null"
        db.execute(f"insert into chunks values ({recorded}, {chunk})")
        db.execute(f"insert into chunk_links values ({recorded}, 1, 1, 'fp_marcus_007', 0, '')")
    db.close()
    opening.migrate(path, "0004")
    with sqlite3.connect(path) as db:
        names = {row[0] for row in db.execute("select name from sqlite_master")}
        assert not [name for name in names if name.startswith(("chunk", "document"))]
        assert db.execute("select count(*) from conversations").fetchone() == (100,)
    db.close()
    opening.migrate(path, HEAD)
    with sqlite3.connect(path) as db:
        assert db.execute("select count(*) from chunk_links").fetchone() == (0,)
        assert db.execute("select count(*) from chunk_search").fetchone() == (0,)
    db.close()


def test_two_programs_that_migrate_at_once_each_make_a_backup_and_half_a_one_is_not_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(settings.database)
    opening.migrate(path, "0006")
    taken = opening.back_up

    def with_another(source: Path, target: Path) -> None:
        monkeypatch.setattr(opening, "back_up", taken)
        opening.ensure(source)  # the other program, in the same second
        taken(source, target)

    monkeypatch.setattr(opening, "back_up", with_another)
    opening.ensure(path)
    assert opening.look(path) is opening.FileState.CURRENT
    assert len(list(path.parent.glob("*.before-*"))) == 2
    with pytest.raises(sqlite3.Error):
        opening.back_up(path.parent / "no such folder" / "x.db", path.parent / "half.db")
    assert not (path.parent / "half.db").exists()


def test_a_new_file_is_taken_away_again_only_while_nobody_else_fills_it(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "new.db"
    schema.create(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        opening.discard_unfilled(path)
        assert path.exists(), "another program fills it"
        other.execute("ROLLBACK")
    opening.discard_unfilled(path)
    assert not list(tmp_path.glob("new.db*"))
    opening.discard_unfilled(Path(settings.database))
    assert opening.look(Path(settings.database)) is opening.FileState.CURRENT


def test_a_new_file_that_the_disk_has_no_room_to_fill_is_taken_away_again(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    schema.create(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # not even the shared memory can be made
    try:
        opening.discard_unfilled(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.glob("new.db*"))
