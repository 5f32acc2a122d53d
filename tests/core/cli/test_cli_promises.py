"""What every command keeps: data on stdout, people on stderr, exit codes, one JSON document, never a traceback."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.cli.commands import brightrun
from core.settings.fields import state_dir

if TYPE_CHECKING:
    from tests.core.cli.conftest import Cli

READING = [
    ["status"],
    ["plan"],
    ["plan", "list", "--where", "tier:3"],
    ["plan", "show", "fp_marcus_007"],
    ["jobs"],
    ["show", "fp_marcus_002"],
    ["show", "fp_marcus_002", "--turns"],
    ["show", "fp_marcus_002", "--quality"],
    ["show", "fp_marcus_002", "--history"],
    ["show", "fp_marcus_002", "--raw"],
    ["log", "fp_marcus_002"],
    ["audit"],
    ["audit", "--where", "tier:seed"],
    ["templates"],
    ["templates", "show", "tier1_generic"],
    ["config"],
    ["doctor"],
    ["check"],
    ["import", "list"],
    ["export", "history"],
    ["export", "--preview", "1"],
]
NEEDS_A_DATABASE = [
    ["jobs"],
    ["jobs", "show", "1"],
    ["show", "x"],
    ["log", "x"],
    ["audit"],
    ["templates"],
    ["review", "x", "--approve"],
    ["flag", "x"],
    ["delete", "x", "--yes"],
    ["undo"],
    ["redo"],
    ["check"],
    ["import", "list"],
    ["export"],
    ["export", "history"],
    ["backup", "copy.db"],
    ["plan", "reset", "--simulated"],
    ["worker"],
]
WRONG_USAGE = [
    ["nonsense"],
    ["plan", "nonsense"],
    ["generate"],
    ["generate", "x", "--all"],
    ["generate", "--all", "--max-cost", "0"],
    ["generate", "--all", "--depth", "deep"],
    ["review", "x"],
    ["review", "--approve"],
    ["review", "x", "--where", "tier:3", "--approve"],
    ["review", "x", "--reject", "--reason", "because"],
    ["review", "x", "--approve", "--reason", "facts"],
    ["flag"],
    ["delete", "--remove"],
    ["plan", "reset"],
    ["import"],
    ["check", "x", "--where", "tier:3"],
    ["config", "set", "nonsense", "1"],
    ["jobs", "show", "first"],
    ["export", "--format", "papyrus"],
    ["worker", "--concurrency", "0"],
]


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_with_json_stdout_is_one_document(on: Cli, command: list[str]) -> None:
    result = on(*command, "--json")
    assert result.code == 0, result.err
    assert isinstance(result.document, dict)


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_without_it_there_are_plain_lines(on: Cli, command: list[str]) -> None:
    result = on(*command)
    assert result.code == 0, result.err
    assert "\x1b" not in result.out + result.err
    assert all(line == line.rstrip() for line in result.out.splitlines() if not line.startswith(" "))


@pytest.mark.parametrize("command", NEEDS_A_DATABASE, ids=" ".join)
def test_without_a_database_it_says_so_and_creates_nothing(cli: Cli, tmp_path: Path, command: list[str]) -> None:
    result = cli("--db", tmp_path / "none.db", *command)
    assert (result.code, result.out) == (1, "")
    assert "Run brightrun init." in result.err
    assert not list(tmp_path.glob("none.db*"))


@pytest.mark.parametrize("command", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(on: Cli, command: list[str]) -> None:
    result = on(*command)
    assert (result.code, result.out) == (2, "")
    assert "Error: " in result.err


def test_every_command_has_help_whose_first_line_fits_the_list(cli: Cli) -> None:
    overview = cli("--help").out
    for name, command in brightrun.commands.items():
        assert command.get_short_help_str(60).rstrip(".") in overview
        assert not command.get_short_help_str(60).endswith("..."), name
        assert cli(name, "--help").code == 0


def test_help_loads_neither_database_nor_services() -> None:
    heavy = "sqlalchemy sqlmodel alembic pydantic anthropic aiohttp textual"
    check = (
        "import sys; from core.cli import run; run(['generate', '--help']); "
        f"sys.exit(' '.join(m for m in '{heavy}'.split() if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("order", [["--db", "a.db", "--json", "init"], ["init", "--json", "--db", "a.db"]])
def test_global_options_go_before_and_after_the_command(cli: Cli, tmp_path: Path, order: list[str]) -> None:
    assert cli(*order).document["created"] is True
    assert (tmp_path / "a.db").exists()


@pytest.mark.parametrize("command", [["status"], ["plan"], ["plan", "show", "fp_marcus_007"]])
def test_a_first_start_makes_the_database_and_says_so(cli: Cli, tmp_path: Path, command: list[str]) -> None:
    result = cli(*command, "--db", tmp_path / "new.db", "--json")
    assert result.code == 0
    assert "Created" in result.err
    assert result.document
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600


def test_a_foreign_database_is_left_as_it_is(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE things (id INTEGER)")
    other.close()
    before = path.read_bytes()
    for command in (["status"], ["init"], ["jobs"], ["doctor"], ["worker"]):
        result = cli("--db", path, *command)
        assert result.code == 1
        assert "database of another program" in result.err + result.out
    assert path.read_bytes() == before


@pytest.mark.parametrize("path", ["/etc/hostname", "/tmp", "postgresql://db/brightrun"])
def test_what_is_no_database_is_refused_in_a_sentence(cli: Cli, path: str) -> None:
    result = cli("--db", path, "plan")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("brightrun: ")


@pytest.mark.parametrize("command", [["plan", "list"], ["check"], ["export"], ["audit"], ["review", "--approve"]])
def test_a_mistake_in_a_query_is_named_with_what_was_meant(on: Cli, command: list[str]) -> None:
    result = on(*command, "--where", "persn:marcus")
    assert (result.code, result.out) == (1, "")
    assert "Did you mean persona?" in result.err


def test_a_mistake_in_a_query_makes_no_database(cli: Cli, tmp_path: Path) -> None:
    for command in (["plan", "list"], ["generate", "--yes"]):
        assert cli(*command, "--db", tmp_path / "none.db", "--where", "persn:marcus").code == 1
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("command", [["show"], ["log"], ["plan", "show"], ["show", "--history"]])
def test_an_unknown_id_is_named_with_the_one_that_was_meant(on: Cli, command: list[str]) -> None:
    result = on(*command, "fp_marcus_0007")
    assert (result.code, result.out) == (1, "")
    assert "There is no conversation fp_marcus_0007." in result.err
    assert "Did you mean fp_marcus_007?" in result.err


def test_a_broken_setting_is_named_with_its_place(on: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTRUN_CONCURRENCY", "many")
    result = on("status")
    assert result.code == 1
    assert "BRIGHTRUN_CONCURRENCY" in result.err


def test_a_defect_of_ours_is_one_sentence_and_its_details_are_in_the_log(
    on: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("the sk-ant-secret place")

    monkeypatch.setattr("core.browse.Browser.overview", fail)
    result = on("status")
    log = state_dir() / "brightrun.log"
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert "ZeroDivisionError" in result.err
    assert str(log) in result.err
    assert "Traceback" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_an_interruption_ends_with_130(on: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.browse.Browser.overview", interrupt)
    assert on("status").code == 130


def test_a_reader_that_had_enough_is_no_failure_worth_a_word(
    program: Callable[..., subprocess.CompletedProcess[str]], database: Path
) -> None:
    done = program("plan", "list", shell=" | head -1")
    assert done.stderr == ""
    assert "topic" in done.stdout


def test_escape_sequences_from_outside_never_reach_the_terminal(on: Cli, change: Callable[..., None]) -> None:
    change("fp_marcus_007", topic="\x1b]52;c;cm0gLXJm\x07 \x9b31m red \u202e", persona_name="Mar\ncus")
    text, data = on("plan", "list", "--where", "id:fp_marcus_007"), on("plan", "--where", "id:fp_marcus_007", "--json")
    assert len(text.out.splitlines()) == 2
    for output in (text.out, data.out, on("plan", "show", "fp_marcus_007").out):
        assert not any(letter in output for letter in "\x1b\x07\x9b\u202e")
    assert data.document["conversations"][0]["topic"] == "\x1b]52;c;cm0gLXJm\x07 \x9b31m red \u202e"
