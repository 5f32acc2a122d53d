"""`regenerate`, `edit --turn`, `restore-version`, `vary` and `show --version` as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SEED = "fp_marcus_002"


@pytest.mark.slow
def test_a_turn_is_edited_compared_and_put_back_from_the_command_line(on: Any, tmp_path: Path) -> None:
    file = tmp_path / "turn.txt"
    file.write_text("=== client ===\nHello.\n\n=== advisor ===\nGood evening. What came today?\n")
    refused = on("edit", SEED, "--turn", "1", "--file", file)
    assert refused.code == 1 and "is approved" in refused.err
    on("review", SEED, "--reopen")
    edited = on("edit", SEED, "--turn", "1", "--file", file, "--json")
    told = json.loads(edited.out)
    assert (edited.code, told["changed"], told["incomplete_turns"]) == (0, True, [1])
    assert f"brightrun generate --annotate {SEED}" in edited.err
    kept = json.loads(on("show", SEED, "--history", "--json").out)["versions"][0]
    assert kept["reason"] == "edited"
    changes = json.loads(on("show", SEED, "--diff", kept["version"], "--json").out)["messages"]
    assert {change["turn"] for change in changes} == {1}
    assert on("restore-version", SEED, kept["version"]).code == 0
    was = json.loads(on("show", SEED, "--version", kept["version"], "--json").out)["snapshot"]["turns"]
    now = json.loads(on("show", SEED, "--turns", "--json").out)["turns"]
    assert [turn["target_response"] for turn in now] == [turn["target_response"] for turn in was]
    file.write_text("=== client ===\n\n=== advisor ===\nYes.\n")
    bad = on("edit", SEED, "--turn", "1", "--file", file)
    file.write_bytes(b"=== client ===\nHi \xff\n=== advisor ===\nYes.\n")
    no_text = on("edit", SEED, "--turn", "1", "--file", file)
    assert no_text.code == 1 and "turn.txt is not UTF-8 text; nothing was changed." in no_text.err
    assert bad.code == 1 and "line 1: the client says nothing" in bad.err
    missing = on("restore-version", SEED, "9999")
    assert missing.code == 1 and "has no kept version 9999" in missing.err


def test_what_cannot_be_written_again_or_varied_says_why(on: Any) -> None:
    again = on("regenerate", SEED, "--yes", "--simulate")
    assert again.code == 1
    assert f"skipped: {SEED} is approved: reopen it first" in again.err
    assert on("regenerate", "--yes").code == 2
    varied = json.loads(on("vary", SEED, "--count", "2", "--vary", "persona,tone", "--json").out)
    assert varied == {"source": SEED, "vary": ["persona", "tone"], "rows": [f"{SEED}_v01", f"{SEED}_v02"]}
    row = json.loads(on("plan", "show", f"{SEED}_v02", "--json").out)
    assert (row["status"], row["tier"]) == ("planned", "template")
    unknown = on("vary", SEED, "--vary", "weather")
    assert unknown.code == 1 and "'weather' cannot be varied" in unknown.err
