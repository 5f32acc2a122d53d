"""Opens or creates a database file: checks what it is, backs it up and migrates it when it is older.

The quick look uses stdlib sqlite3 only, so that the first frame can decide without the ORM.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from data import chunk_search, schema, search
from data.errors import DiskFullError, PassingStorageError, StorageError
from data.migrations import APPLICATION_ID, HEAD

FULL_BYTES = 65_536  # with less room than that SQLite cannot even make its shared memory
_PERMISSIONS = "Check its permissions and those of its folder."


class FileState(Enum):
    """What a quick look at a database file finds."""

    MISSING = "missing"
    CURRENT = "current"
    OLDER = "older"


def look(path: Path) -> FileState:
    """Tell whether the file is there and of this version.

    Raises StorageError when it is no database, not ours, damaged, of a newer brightrun, or out of reach.
    """
    try:
        if not path.exists():
            return FileState.MISSING
        if path.is_dir():
            raise StorageError(f"{path} is a folder, not a database file.", "Name a file with --db.")
        if not path.is_file():
            raise StorageError(f"{path} is no file that can hold a database.", "Name a file with --db.")
        if path.stat().st_size == 0:
            return FileState.MISSING
    except OSError as error:
        raise StorageError(f"{path} cannot be reached: {error.strerror}.", _PERMISSIONS) from error
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            if not ours or "alembic_version" not in tables or "conversations" not in tables:
                raise StorageError(
                    f"{path} is a database of another program.",
                    "Name another file with --db; this one is left as it is.",
                )
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise trouble(str(error), path) from error
    version = row[0] if row else ""
    if version == HEAD:
        lacks_index = search.TABLE not in tables and search.is_available()  # made where SQLite had no FTS5
        return FileState.OLDER if lacks_index else FileState.CURRENT
    if version > HEAD:
        raise StorageError(
            f"{path} was written by a newer brightrun (schema {version}; this one knows {HEAD}).",
            "Update brightrun.",
        )
    return FileState.OLDER


def trouble(said: str, path: Path) -> StorageError:
    """One clear sentence, with the way out, for what SQLite said about a file."""
    low = said.lower()
    if "disk is full" in low or ("disk i/o" in low and _is_full(path)):
        return DiskFullError(
            f"The disk with {path} is full; nothing was written.", "Make room, then try again: nothing is lost."
        )
    if "disk i/o" in low:
        return StorageError(f"{path} cannot be read or written: disk I/O error.", "Check the disk it lies on.")
    if "locked" in low or "busy" in low:
        return PassingStorageError(
            f"Another program holds {path} locked.", "Close it, or wait for it to finish, then try again."
        )
    if "unable to open" in low:
        return StorageError(f"{path} cannot be opened.", _PERMISSIONS)
    if "readonly" in low or "read-only" in low:
        return StorageError(f"{path} cannot be written to.", _PERMISSIONS)
    if "malformed" in low:
        return StorageError(f"{path} is damaged.", "Put a backup in its place, or name another file with --db.")
    if "not a database" in low:
        return StorageError(
            f"{path} is not a SQLite database.", "Name another file with --db; this one is left as it is."
        )
    if "no such table" in low or "no such column" in low:
        return StorageError(
            f"{path} is not a brightrun database.", "Name another file with --db, or put a backup in its place."
        )
    return StorageError(f"The database {path} refused: {said}.", "Run brightrun doctor to see what is wrong.")


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < FULL_BYTES
    except OSError:
        return False


def ensure(path: Path) -> FileState:
    """Create the file or migrate it to HEAD, after a backup; give back what it was before.

    Raises StorageError when that is not possible; a failed migration leaves the backup beside the file.
    """
    state = look(path)
    if state is FileState.CURRENT:
        return state
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if state is FileState.OLDER:
            back_up(path, path.with_name(f"{path.name}.before-{HEAD}-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"))
        else:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if state is FileState.OLDER or not schema.create(path):
            migrate(path, HEAD)
    except (FileExistsError, NotADirectoryError) as error:
        raise StorageError(
            f"{path} cannot be created: {error.filename} is no folder.", "Name another place with --db."
        ) from error
    except OSError as error:
        verb = "created" if state is FileState.MISSING else "backed up before it is brought up to date"
        raise StorageError(f"{path} cannot be {verb}: {error.strerror}.", "Name another place with --db.") from error
    except sqlite3.Error as error:
        raise trouble(str(error), path) from error
    return state


def back_up(path: Path, target: Path) -> None:
    """Copy a live database consistently with SQLite's own backup; the copy is for its owner only."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    except BaseException:
        target.unlink(missing_ok=True)  # half a copy would pass for a backup
        raise


def discard_unfilled(path: Path) -> None:
    """Take a new file away that no pack was loaded into; it stays while another program fills it, or has."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            if not db.execute("SELECT EXISTS (SELECT 1 FROM packs)").fetchone()[0]:
                _unlink(path)
    except sqlite3.OperationalError as error:
        # Locked, or only begun: it is the other program's now. Where not even this can be read, the disk is full.
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_ERROR):
            _unlink(path)


def _unlink(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def migrate(path: Path, revision: str) -> None:
    """Bring the schema up or down to `revision`. Foreign keys rest meanwhile and are checked after."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from data.engines import storage_error

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"isolation_level": None})

    @event.listens_for(engine, "begin")
    def on_begin(connection) -> None:  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "connect")
    def on_connect(connection, _) -> None:  # type: ignore[no-untyped-def]
        # Batch mode rebuilds tables by copy and drop: with foreign keys on, that would delete child rows.
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")

    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            current = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
            ).first()
            version = (
                connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if current else None
            )
            down = revision == "base" or (version is not None and str(version) > revision)
            search.rest(connection)
            (command.downgrade if down else command.upgrade)(config, revision)
            search.follow(connection)
            chunk_search.follow(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                connection.rollback()
                raise StorageError(
                    f"After the migration {len(broken)} rows of {path} point to nothing.",
                    "It was taken back; the backup lies beside the file.",
                )
            connection.commit()
    except DBAPIError as error:
        raise storage_error(error, path) from error
    finally:
        engine.dispose()


def copy_checked(path: Path, target: Path) -> None:
    """Copy a live database to a file that does not exist yet, and check the copy.

    Raises StorageError when the file exists, cannot be written, or the copy has a fault.
    """
    try:
        back_up(path, target)
    except FileExistsError as error:
        raise StorageError(f"{target} exists already.", "Name another file; nothing was overwritten.") from error
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        why = error.strerror if isinstance(error, OSError) else error
        raise StorageError(f"{target} cannot be written: {why}.", "Name another place.") from error
    wrong = integrity(target)
    if wrong:
        raise StorageError(f"The copy {target} is faulty: {wrong[0]}.", "Run brightrun doctor on the database.")


def can_be_written(path: Path, wait_s: float) -> bool:
    """Whether a transaction can be begun within a moment; False while somebody keeps the file locked."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=wait_s, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" not in str(error)
    return True


def integrity(path: Path) -> list[str]:
    """What SQLite finds wrong with the file, and rows that point to nothing; empty when all is well."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
            broken = db.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return [str(error)]
    return found + [f"a row of {table} points to nothing in {parent}" for table, _, parent, _ in broken]


def is_on_network_file_system(path: Path) -> bool:
    """True when the file lies on NFS, SMB or the like, where SQLite's locks do not hold. False where unknown."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return False
    best, kind = "", ""
    target = str(path.resolve())
    for line in mounts.read_text(errors="replace").splitlines():
        fields = line.split()
        inside = len(fields) > 2 and (target + "/").startswith(fields[1].rstrip("/") + "/")
        if inside and len(fields[1]) >= len(best):
            best, kind = fields[1], fields[2]
    return kind.startswith(("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "ceph", "gluster"))
