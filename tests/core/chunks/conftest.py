"""Source documents built in code, in every shape that they come in, and a PostgreSQL server of the test's own."""

from __future__ import annotations

import glob
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from source_documents import DIMENSIONS, TEXTS

Tree = dict[str, Any]
PASSWORD = "s3cret/p@ss word"


@pytest.fixture
def tree() -> Tree:
    """Two documents with three chunks, sixty dimensions of the first one."""
    return {
        "documents": [
            {
                "document_id": "D1",
                "title": "A guide to retirement accounts",
                "primary_category": "Retirement Planning",
                "tags": ["Market volatility", "Explainer"],
                "author": "Ann",
                "chunks": [
                    {
                        "chunk_id": "D1#1",
                        "title": "What a Roth account is",
                        "section_heading": "Accounts",
                        "text": TEXTS[0],
                        "token_count": 24,
                        "dimensions": DIMENSIONS,
                        "page": 7,
                    },
                    {
                        "chunk_id": "D1#2",
                        "text": TEXTS[1],
                        "dimensions": [{"name": "clarity", "value": "0.9", "confidence": 0.8}],
                    },
                ],
            },
            {
                "document_id": "D2",
                "title": "Gardening on quanta",
                "primary_category": "Quantum gardening",
                "chunks": [{"chunk_id": "D2#1", "text": TEXTS[2], "dimensions": {"clarity": {"value": 0.4}}}],
            },
        ]
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a value as JSON (or a text as it is) and gives the path."""

    def call(value: Any, name: str = "sources.json") -> Path:
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return path

    return call


def _binaries() -> Path | None:
    """Where initdb, pg_ctl and postgres lie: Debian keeps them out of the PATH."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += [Path(place) for place in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]  # noqa: PTH207
    return next((p for p in places if all((p / name).exists() for name in ("initdb", "pg_ctl", "postgres"))), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database on a server of its own, reached with a password that needs escaping."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("There is no PostgreSQL server on this machine (Debian: apt-get install postgresql).")
    home = Path(tempfile.mkdtemp(prefix="brightrun-pg-", dir="/tmp"))
    as_user: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        name = next(n for n in ("postgres", "nobody") if any(u.pw_name == n for u in pwd.getpwall()))
        shutil.chown(home, name)
        as_user = ["runuser", "-u", name, "--"]
    home.chmod(0o755)
    secret = home / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(*command: str) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(home)}
        done = subprocess.run(
            [*as_user, *command], capture_output=True, text=True, cwd=home, env=environment, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    data = str(home / "data")
    login = ("-U", "reader", "-A", "scram-sha-256", f"--pwfile={secret}")
    call(str(binaries / "initdb"), "-D", data, *login, "-E", "UTF8", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {home} -c fsync=off"
    call(str(binaries / "pg_ctl"), "-D", data, "-w", "-t", "60", "-l", str(home / "log"), "-o", options, "start")
    try:
        yield f"postgresql://reader:s3cret%2Fp%40ss%20word@127.0.0.1:{port}/postgres"
    finally:
        call(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)
