"""The other commands do their work through the services and report it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.engine.logout import kills_at_logout
from core.pack.places import SEEDS
from core.settings.fields import config_file

if TYPE_CHECKING:
    from tests.core.cli.conftest import Cli

SEED_FILE = SEEDS / "financial_planning" / "conversations" / "fp_marcus_002.json"
Change = Callable[..., None]


def test_init_done_again_says_that_nothing_is_new(on: Cli, database: Path) -> None:
    result = on("init")
    assert (result.code, result.out) == (0, f"{database}\n")
    assert "new: nothing" in result.err


def test_an_unknown_pack_is_named_and_leaves_no_database(cli: Cli, tmp_path: Path) -> None:
    result = cli("init", "--pack", "nonsense", "--db", tmp_path / "x.db")
    assert (result.code, result.out) == (1, "")
    assert "There is no pack 'nonsense'." in result.err
    assert not (tmp_path / "x.db").exists()


def test_the_plan_is_listed_in_the_order_of_the_query(on: Cli) -> None:
    found = on("plan", "list", "--where", "tier:3 sort:-number", "--json").document
    assert found["count"] == 15
    numbers = [row["number"] for row in found["conversations"]]
    assert numbers == sorted(numbers, reverse=True)
    assert on("plan", "list", "--where", "persona:nobody").err == "No row matches persona:nobody.\n"


def test_rows_are_added_from_a_csv_file_all_or_none(on: Cli, tmp_path: Path) -> None:
    plan = (SEEDS / "financial_planning" / "plan.csv").read_text(encoding="utf-8").splitlines()
    row = plan[60].split(",", 2)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(f"{plan[0]}\n900,fp_new_001,{row[2]}\n", encoding="utf-8")
    bad.write_text(f"{plan[0]}\n901,fp_new_002,{row[2]}\nx,fp_new_003,{row[2]}\n", encoding="utf-8")
    assert on("plan", "add", good, "--json").document == {"added": 1}
    refused = on("plan", "add", bad)
    assert (refused.code, "bad.csv, line 3" in refused.err) == (1, True)
    assert on("plan", "--json").document["count"] == 101


def test_practice_results_return_to_the_plan(on: Cli, change: Change) -> None:
    change("fp_marcus_007", status="approved", generation_method="simulated", turn_count=4)
    assert on("plan", "reset", "--simulated", "--json").document == {"cleared": 1}
    assert on("show", "fp_marcus_007", "--raw").document["conversation"]["status"] == "planned"
    history = on("show", "fp_marcus_007", "--history", "--json").document
    assert [entry["action"] for entry in history["audit"]] == ["clear_simulated"]
    assert history["versions"][0]["snapshot"]["conversation"]["status"] == "approved"


def test_verdicts_by_query_and_by_id_with_the_skipped_named(on: Cli, change: Change) -> None:
    for conversation_id in ("fp_marcus_007", "fp_david_003"):
        change(conversation_id, status="generated", turn_count=4)
    done = on("review", "--where", "is:to_review", "--needs-edit", "--reason", "facts", "--note", "check the rate")
    assert (done.code, done.out) == (0, "")
    assert "2 conversations sent to edit." in done.err

    mixed = on("review", "fp_marcus_007", "fp_nobody", "fp_marcus_008", "--approve", "--json")
    assert mixed.code == 1
    assert mixed.document["done"] == 1
    assert set(mixed.document["skipped"]) == {"fp_nobody", "fp_marcus_008"}
    assert "fp_marcus_008 is only planned" in mixed.err
    row = on("show", "fp_marcus_007", "--raw").document["conversation"]
    assert (row["status"], row["approved_by"], row["reviewer_notes"]) == ("approved", "tester", "check the rate")


def test_flags_are_set_and_taken_away_and_doing_it_twice_changes_nothing(on: Cli) -> None:
    assert on("flag", "fp_marcus_007", "--json").document["changed"] == ["fp_marcus_007"]
    assert on("flag", "fp_marcus_007", "--json").document["changed"] == []
    assert on("status", "--json").document["flagged"] == 1
    unknown = on("flag", "fp_marcus_007", "fp_nobody", "--remove", "--json")
    assert (unknown.code, unknown.document["changed"]) == (1, ["fp_marcus_007"])


def test_what_is_deleted_comes_back_whole_in_another_call(on: Cli) -> None:
    refused = on("delete", "fp_marcus_002", "--yes")
    assert (refused.code, "is approved" in refused.err) == (1, True)
    assert on("review", "fp_marcus_002", "--reopen").code == 0
    before = on("show", "fp_marcus_002", "--turns").out
    assert on("delete", "fp_marcus_002", "--remove", "--dry-run", "--json").document["takes"] == ["fp_marcus_002"]
    asked = on("delete", "fp_marcus_002", "--remove")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert on("delete", "fp_marcus_002", "--remove", "--yes", "--json").document["done"] == 1
    assert on("show", "fp_marcus_002").code == 1
    assert [step["what"] for step in on("undo", "--list", "--json").document["steps"]] == [
        "remove fp_marcus_002",
        "reopen fp_marcus_002",
    ]
    assert on("undo").err == "Took back: remove fp_marcus_002.\n"
    assert on("show", "fp_marcus_002", "--turns").out == before
    assert on("redo", "--json").document["conversations"] == ["fp_marcus_002"]
    assert on("show", "fp_marcus_002").code == 1


def test_what_cannot_be_taken_back_is_left_for_good_after_a_question(on: Cli, change: Change) -> None:
    for name in ("fp_marcus_002", "fp_marcus_003"):
        assert on("review", name, "--reopen").code == 0
    change("fp_marcus_003", version=9, status="rejected", reviewed_by="anna")
    refused = on("undo")
    assert (refused.code, "by anna" in refused.err, "undo --skip" in refused.err) == (1, True, True)
    asked = on("undo", "--skip")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    left = on("undo", "--skip", "--yes", "--json").document
    assert left == {"left": "reopen fp_marcus_003", "next": "reopen fp_marcus_002"}
    assert on("undo", "--json").document["undo"] == "took back: reopen fp_marcus_002"
    assert on("undo").err == "There is nothing to undo.\n"


def test_show_prints_the_text_as_it_is_read(on: Cli) -> None:
    out = on("show", "fp_marcus_002", "--turns").out
    assert "1 client" in out
    assert "3 advisor" in out
    assert "{" not in out
    assert "persona name" in on("show", "fp_marcus_002").out


def test_a_malformed_file_is_refused_with_its_place_and_the_good_one_comes_in(on: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(SEED_FILE, folder)
    (folder / "bad.json").write_text('{"training_pairs": [\n  {"id": oops}]}', encoding="utf-8")
    tried = on("import", folder, "--dry-run", "--json")
    assert (tried.code, tried.document["dry_run"]) == (1, True)
    assert on("import", "list", "--json").document == {"imports": []}

    result = on("import", folder)
    assert result.code == 1
    assert "bad.json: line 2" in result.err
    listed = on("import", "list", "--json").document["imports"]
    assert [entry["file"] for entry in listed] == ["fp_marcus_002.json"]
    assert on("import", "undo", str(listed[0]["import_id"])).code == 0
    assert on("import", "list", "--json").document["imports"][0]["undone_at"]
    unknown = on("import", "undo", "77")
    assert (unknown.code, unknown.out) == (1, "")


def test_a_file_that_is_missing_is_named(on: Cli, tmp_path: Path) -> None:
    for command in (["import"], ["check"], ["export", "--verify"], ["plan", "add"]):
        result = on(*command, tmp_path / "nowhere.json")
        assert result.code == 1
        assert "nowhere.json" in result.err + result.out


def test_export_previews_writes_and_tells_its_history(on: Cli, tmp_path: Path) -> None:
    seen = on("export", "--format", "openai", "--preview", "1", "--out", tmp_path / "out")
    assert seen.code == 0
    assert json.loads(seen.out)["messages"]
    assert "10 conversations would be written." in seen.err
    assert not (tmp_path / "out").exists()

    written = on("export", "--format", "openai", "--where", "persona:marcus", "--out", tmp_path / "out")
    files = [Path(line) for line in written.out.splitlines()]
    assert (written.code, [file.suffix for file in files]) == (0, [".jsonl", ".json"])
    assert all(file.exists() for file in files)
    assert [entry["count"] for entry in on("export", "history", "--json").document["exports"]] == [5]

    files[0].write_text("{}\n", encoding="utf-8")
    damaged = on("export", "--verify", files[1])
    assert (damaged.code, files[0].name in damaged.err) == (1, True)


def test_a_saved_view_says_which_rows_are_exported(on: Cli, tmp_path: Path) -> None:
    on("views", "save", "Marcus", "persona:marcus sort:-topic")
    written = on("export", "--format", "openai", "--view", "Marcus", "--out", tmp_path / "out", "--json")
    assert written.document["count"] == 5
    unknown = on("export", "--view", "Markus", "--out", tmp_path / "out")
    assert (unknown.code, "There is no view 'Markus'." in unknown.err) == (1, True)
    both = on("export", "--view", "Marcus", "--where", "tier:1")
    assert (both.code, "give one of them" in both.err) == (2, True)


def test_nothing_approved_is_no_export(on: Cli, tmp_path: Path) -> None:
    result = on("export", "--where", "tier:3", "--out", tmp_path / "out")
    assert (result.code, result.out) == (1, "")
    assert "approved" in result.err


def test_check_reads_packs_files_and_rows(on: Cli, tmp_path: Path, change: Change) -> None:
    assert on("check", SEEDS / "financial_planning").code == 0
    bad = tmp_path / "bad.json"
    bad.write_text('{"training_pairs": 3}', encoding="utf-8")
    found = on("check", bad, "--json")
    assert (found.code, found.document["passed"]) == (1, False)
    assert "must be mended" in found.err
    assert on("check", "--where", "tier:seed", "--json").document["failed"] == []


def test_settings_are_shown_with_their_origin_and_changed(
    on: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-api03-very-secret-tail")
    config_file().write_text("# mine\nattempts = 5\n", encoding="utf-8")
    assert on("config", "set", "concurrency", "7").code == 0
    assert config_file().read_text(encoding="utf-8") == "# mine\nattempts = 5\nconcurrency = 7\n"
    shown = on("config", "--json")
    settings = shown.document["settings"]
    assert (settings["concurrency"]["value"], settings["concurrency"]["origin"]) == (7, str(config_file()))
    assert settings["reviewer"]["origin"] == "environment BRIGHTRUN_REVIEWER"
    assert settings["timeout"]["origin"] == "default"
    assert shown.document["api_key"]["masked"] == "…tail"
    assert "secret" not in shown.out + on("config").out + on("doctor").out

    refused = on("config", "set", "concurrency", "99")
    assert (refused.code, refused.err.startswith("brightrun: concurrency is '99'")) == (1, True)
    assert "concurrency = 7" in config_file().read_text(encoding="utf-8")


def test_doctor_finds_what_is_wrong_and_says_what_to_do(
    on: Cli, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on("doctor").code == 0
    key = tmp_path / "key"
    key.write_text("sk-ant-api03-very-secret-tail", encoding="utf-8")
    key.chmod(0o644)
    database.chmod(0o644)
    monkeypatch.setenv("BRIGHTRUN_KEY_FILE", str(key))
    monkeypatch.setenv("BRIGHTRUN_PACK", "nonsense")
    config_file().write_text("concurrency = [", encoding="utf-8")
    result = on("doctor", "--json")
    assert result.code == 1
    states = {check["name"]: check["state"] for check in result.document["checks"]}
    assert states["settings"] == states["API key"] == states["pack"] == "fail"
    assert states["permissions"] == "warn"
    assert states["integrity"] == "ok"
    assert all(check["advice"] for check in result.document["checks"] if check["state"] == "fail")


def test_doctor_finds_a_damaged_database(on: Cli, database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
    database.write_bytes(content)
    result = on("doctor")
    assert (result.code, "fail  integrity" in result.out) == (1, True)


def test_doctor_shows_an_address_without_its_password(on: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-api03-very-secret-tail")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://me:hidden@proxy.example:8080/v1")
    out = on("doctor").out
    assert "http://proxy.example:8080 is not encrypted" in out
    assert "hidden" not in out


@pytest.mark.parametrize(
    ("lines", "expected"),
    [("#KillUserProcesses=yes\n", False), ("KillUserProcesses=yes\n", True), ("KillUserProcesses = no\n", False)],
)
def test_the_login_manager_is_read_as_systemd_reads_it(tmp_path: Path, lines: str, expected: bool) -> None:
    (tmp_path / "logind.conf").write_text(f"[Login]\n{lines}", encoding="utf-8")
    assert kills_at_logout((tmp_path / "logind.conf", tmp_path / "logind.conf.d")) is expected


def test_a_backup_is_a_checked_private_copy_that_overwrites_nothing(on: Cli, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert on("backup", copy).out == f"{copy}\n"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    opened = sqlite3.connect(copy)
    assert opened.execute("SELECT count(*) FROM conversations").fetchone() == (100,)
    opened.close()
    assert on("status", "--db", copy, "--json").document["total"] == 100
    for place in (copy, tmp_path / "no" / "folder.db"):
        refused = on("backup", place)
        assert (refused.code, refused.out) == (1, "")
