"""Runs the command line: in this process for speed, or as a program of its own where that is what is proved."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli import following, run
from core.settings.fields import Settings
from data import conversations
from data.engines import Database

PATIENCE_S = 60.0  # for what happens in another process, on however busy a machine


@dataclass(frozen=True)
class Result:
    """What a call left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """stdout as the one JSON document it must be."""
        return json.loads(self.out)


Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def quick_practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator answers at once, a worker ends as soon as nothing is left to do, and may take its time to start."""
    monkeypatch.setenv("BRIGHTRUN_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("BRIGHTRUN_SIMULATOR_PACE", "0")
    monkeypatch.setenv("BRIGHTRUN_WORKER_LINGER", "0")
    monkeypatch.setenv("BRIGHTRUN_REVIEWER", "tester")
    monkeypatch.setattr(following, "WORKER_START_S", PATIENCE_S)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def workers_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Waits until the detached workers that a test has started have ended; none outlives its test."""
    started: list[subprocess.Popen[Any]] = []

    class Kept(subprocess.Popen[Any]):
        def __init__(self, command: Any, *arguments: Any, **options: Any) -> None:
            super().__init__(command, *arguments, **options)
            if "--detached" in command:
                started.append(self)

    def wait() -> None:
        for worker in started:
            worker.wait(PATIENCE_S)

    monkeypatch.setattr(subprocess, "Popen", Kept)
    yield wait
    for worker in started:
        worker.terminate()  # it finishes what it writes
        try:
            worker.wait(PATIENCE_S)
        finally:
            worker.kill()


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command where no database is set up."""

    def call(*arguments: str | Path, answer: str = "") -> Result:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with the pack loaded, which the commands find by themselves."""
    monkeypatch.setenv("BRIGHTRUN_DATABASE", settings.database)
    return Path(settings.database)


@pytest.fixture
def on(cli: Cli, database: Path) -> Cli:
    """Runs a command on that database."""
    return cli


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the program as a process of its own, without a terminal."""

    def call(*arguments: str | Path, shell: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "core.cli", *map(str, arguments)]
        if shell:
            line = " ".join(f"'{part}'" for part in command) + shell
            command = ["bash", "-c", line]
        return subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, env=dict(os.environ)
        )

    return call


@pytest.fixture
def change(database: Path) -> Callable[..., None]:
    """Changes values of a row as an engine would."""

    def call(conversation_id: str, **values: Any) -> None:
        async def write() -> None:
            opened = Database(database)
            async with opened.write() as session:
                row = await conversations.get(session, conversation_id)
                assert row is not None
                await conversations.update_guarded(session, conversation_id, row["version"], values, by="t")
            await opened.close()

        asyncio.run(write())

    return call
