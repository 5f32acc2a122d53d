"""Tables are aligned by what a terminal shows, whole in a pipe, and cut where a terminal is narrow."""

from __future__ import annotations

import json

import pytest

from core.cli.output import Column, pairs, paragraphs, show_json, styled, table, width

COLUMNS = [Column("n", right=True), Column("name"), Column("topic", flexible=True), Column("tier", optional=True)]
ROWS = [
    (1, "日本語", "a topic that goes on and on, and then goes on some more, to the very end", "scenario"),
    (22, "é", "short", ""),
]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 50 columns."""
    monkeypatch.setattr("core.cli.output.terminal_width", lambda: 50)


def test_columns_line_up_by_cells_and_nothing_is_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    table(COLUMNS, ROWS)
    heading, first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("to the very end  scenario")
    assert width(first[: first.index("a topic")]) == width(second[: second.index("short")]) == heading.index("topic")


def test_a_narrow_terminal_cuts_the_flexible_and_drops_the_optional(
    capsys: pytest.CaptureFixture[str], narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    table(COLUMNS, ROWS)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert all(width(line) <= 50 for line in out.splitlines())
    assert "…" in out

    monkeypatch.setattr("core.cli.output.terminal_width", lambda: 30)
    table(COLUMNS, ROWS)
    out = capsys.readouterr().out
    assert all(width(line) <= 30 for line in out.splitlines())
    assert "tier" not in out


def test_headings_stand_out_on_a_terminal(narrow: None) -> None:
    assert styled("name", bold=True) == "\x1b[1mname\x1b[0m"


def test_an_empty_table_says_why_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    table(COLUMNS, [], empty="Nothing yet.")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "Nothing yet.\n")


def test_long_values_wrap_beside_their_name(capsys: pytest.CaptureFixture[str], narrow: None) -> None:
    pairs({"name": "words " * 20, "empty": "", "list": ["a", "b"]})
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 50 for line in lines)
    assert lines[1].startswith("      words")
    assert lines[-1] == "list  a; b"


def test_paragraphs_keep_their_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    assert paragraphs("one\n\ntwo\x1b") == "  one\n\n  two␛"


def test_json_escapes_what_a_terminal_would_obey_and_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": "\x1b[0m \x9b \u202e \ud800 \U000e0041 é →"}
    show_json(value)
    out = capsys.readouterr().out
    assert not any(letter in out for letter in "\x1b\x9b\u202e\ud800\U000e0041")
    assert "é →" in out
    assert json.loads(out) == value
