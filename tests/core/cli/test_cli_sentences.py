"""Sentences of the command line that a first user once had to guess at."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import click
import pytest

from core.browse import Browser
from core.cli import following
from core.cli.commands import brightrun
from core.cli.invocation import Invocation
from core.engine.lock import Signature, hold_worker_lock, lock_path, sign_lock
from core.settings.fields import state_dir

if TYPE_CHECKING:
    from core.progress import Progress
    from tests.core.cli.conftest import Cli

Program = Callable[..., "subprocess.CompletedProcess[str]"]
PRACTISE = ("generate", "fp_marcus_007", "--simulate", "--yes", "--wait")


def test_an_empty_database_name_is_wrong_usage(cli: Cli) -> None:
    for name in ("", " "):
        result = cli("plan", "list", "--db", name)
        assert result.code == 2
        assert "--db is empty: name a file." in result.err


def test_a_filter_that_is_blank_names_no_rows_to_change(cli: Cli) -> None:
    acts = ("review", "--approve"), ("delete", "--yes"), ("flag",), ("regenerate", "--yes"), ("generate", "--yes")
    for command in acts:
        result = cli(*command, "--where", " ")
        assert result.code == 2
        assert "--where is empty: name the rows." in result.err


def test_an_address_of_a_sqlite_file_is_taken(cli: Cli, database: Path) -> None:
    assert cli("status", "--db", f"sqlite:///{database}").out.split()[:2] == ["database", str(database)]


@pytest.mark.slow
def test_a_failed_job_says_how_to_try_again(on: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTRUN_SIMULATOR_FAULTS", "400:1")
    result = on(*PRACTISE)
    assert result.code == 1
    assert "brightrun: Job 1 failed: 0 of 1 done, 1 failed.\n" in result.err
    assert "  brightrun jobs retry 1 generates what failed again.\n" in result.err


def test_nothing_to_generate_says_what_shows_the_rest(on: Cli) -> None:
    assert (
        "brightrun plan list --where is:remaining shows what remains."
        in on(*PRACTISE[:1], "fp_nobody", "--simulate").err
    )


def test_a_second_worker_names_the_first_and_how_it_ends(on: Cli, database: Path) -> None:
    lock = hold_worker_lock(database)
    assert lock is not None
    sign_lock(lock, Signature(4711, "here"))
    try:
        result = on("worker", "--until-empty")
        assert result.code == 1
        assert f"A worker is at work on {database} already, process 4711." in result.err
        assert "kill 4711 ends it once what it writes is finished." in result.err
        assert re.search(r"process 4711, heard of \d+ s ago\n", on("status").out)
    finally:
        os.close(lock)


@pytest.mark.slow
def test_a_worker_signs_its_lock(database: Path, program: Program) -> None:
    assert program("worker", "--until-empty").returncode == 0
    signature = json.loads(lock_path(database).read_text())
    assert signature["pid"] > 1
    assert signature["is_ending"]


@pytest.mark.slow
def test_a_worker_without_a_key_says_what_it_leaves(database: Path, program: Program, tmp_path: Path) -> None:
    assert "There is no API key: practice runs, live jobs wait." in program("worker", "--until-empty").stderr
    key = tmp_path / "key"
    key.write_text("sk-test")
    key.chmod(0o644)
    os.environ["BRIGHTRUN_KEY_FILE"] = str(key)
    try:
        said = program("worker", "--until-empty").stderr
    finally:
        del os.environ["BRIGHTRUN_KEY_FILE"]
    assert f"The key file {key} can be read by others. Practice runs, live jobs wait. Run: chmod 600 {key}" in said


def test_a_worker_that_cannot_write_its_log_says_so(on: Cli, database: Path) -> None:
    state_dir().parent.mkdir(parents=True, exist_ok=True)
    state_dir().write_text("in the way")
    result = on("worker", "--until-empty")
    assert result.code == 1
    assert "The log " in result.err and " cannot be written: " in result.err
    assert "Set XDG_STATE_HOME to a folder of yours." in result.err


def test_a_command_that_waits_for_a_lock_says_so(on: Cli, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    tell = Invocation._tell_waiting

    def tell_and_let_go(invocation: Invocation) -> None:
        tell(invocation)
        other.execute("ROLLBACK")

    monkeypatch.setattr(Invocation, "_tell_waiting", tell_and_let_go)
    result = on("flag", "fp_marcus_002")
    other.close()
    assert result.code == 0
    assert f"Another program holds {database} locked; waiting for it…" in result.err


def test_a_worker_that_cannot_store_is_told_while_one_waits(
    on: Cli, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "WORKER_SILENCE_S", 0.1)
    lock = hold_worker_lock(database)  # a worker that lives and writes nothing
    assert lock is not None
    progress, looks = Browser.progress, iter(range(100))

    def look(browser: Browser) -> Progress:
        if next(looks) == 6:
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.execute("UPDATE generation_jobs SET status = 'paused', reason = 'enough'")
        return progress(browser)

    monkeypatch.setattr(Browser, "progress", look)
    result = on(*PRACTISE)
    os.close(lock)
    assert result.err.count("The worker cannot store anything: another program may hold") == 1
    assert "Job 1 is paused: 0 of 1 done. enough" in result.err


def test_a_full_disk_is_the_reason_of_a_silent_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=0))
    assert following.why_silent(tmp_path / "a.db") == f"the disk with {tmp_path / 'a.db'} is full. Make room."


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_output_that_finds_no_room_is_a_sentence(database: Path, program: Program) -> None:
    for command in (("plan", "list"), ("plan", "list", "--json"), ("status",)):
        result = program(*command, shell=" > /dev/full")
        assert result.returncode == 1
        assert result.stderr == (
            "brightrun: The output cannot be written: No space left on device.\n  Make room, or send it elsewhere.\n"
        )


@pytest.mark.slow
def test_closed_streams_are_no_failure(database: Path, program: Program) -> None:
    assert program("status", shell=" >&-").returncode == 0
    assert program("status", shell=" 2>&-").stdout.startswith("database")


@pytest.mark.slow
def test_practice_is_told_apart_from_money_spent(on: Cli) -> None:
    on(*PRACTISE)
    assert " $0.00 (the practice would have cost $0." in on("status").out


@pytest.mark.parametrize("command", [("import",), ("plan", "add"), ("check",), ("export", "--verify")])
def test_a_file_that_may_not_be_read_is_told_by_the_command_itself(command: tuple[str, ...]) -> None:
    found: click.Command = brightrun
    for word in command:
        if isinstance(found, click.Group) and word in found.commands:
            found = found.commands[word]
    if isinstance(found, click.Group):
        found = found.commands[found.default]  # type: ignore[attr-defined]
    paths = [option.type for option in found.params if isinstance(option.type, click.Path)]
    assert paths and not any(path.readable for path in paths)  # click would answer with usage and no way out


def test_bytes_that_are_no_text_and_numbers_beyond_any_are_sentences(on: Cli) -> None:
    for command in (("plan", "list", "--where", "a\udcff"), ("review", "a\udcff", "--approve"), ("show", "a\udcff")):
        assert (on(*command).code, on(*command).err) == (
            1,
            "brightrun: An argument is not UTF-8 text.\n  Write it in UTF-8.\n",
        )
    assert "A number is larger than any that a database holds." in on("audit", "--limit", "9" * 30).err


def test_the_home_of_nobody_is_a_folder_of_that_name(on: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert on("export", "--out", "~no.such.user/x").code == 0
    assert list((tmp_path / "~no.such.user" / "x").glob("*.json"))
    assert "unexpected" not in on("check", "--db", "~no.such.user/none.db").err
