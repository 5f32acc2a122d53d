"""What a killed export left in a folder goes with the next one, and nothing else does."""

from __future__ import annotations

from pathlib import Path

from core.export.writing import Outbox

DEAD = ".0123456789ab-0.part"


def test_drafts_of_a_dead_export_go_and_whatever_else_is_hidden_stays(tmp_path: Path) -> None:
    others = (".0123456789ab-0.old", ".mine.part", "0123456789ab-0.part", ".0123456789ab-0.part.bak")
    for name in (DEAD, ".ba9876543210-17.part", *others):
        (tmp_path / name).write_text("x")
    (tmp_path / ".0123456789ab-1.part").symlink_to(tmp_path / ".mine.part")
    (tmp_path / ".0123456789ab-2.part").mkdir()
    outbox = Outbox(tmp_path, "aaaaaaaaaaaa")
    outbox.open("a.jsonl")
    kept = {*others, ".0123456789ab-1.part", ".0123456789ab-2.part"}
    assert {path.name for path in tmp_path.iterdir()} == {*kept, ".aaaaaaaaaaaa-0.part"}
    outbox.discard()
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_drafts_of_an_export_that_is_still_working_stay(tmp_path: Path) -> None:
    first, second, third = (Outbox(tmp_path, letter * 12) for letter in "abc")
    draft = first.open("a.jsonl")
    draft.write("1\n")
    draft.finish()
    second.open("b.jsonl")
    assert draft.path.exists()
    second.discard()
    assert first.publish("x") == [tmp_path / "a.jsonl"]
    first.settle()
    (tmp_path / DEAD).write_text("x")
    third.open("c.jsonl")
    assert not (tmp_path / DEAD).exists()
    third.discard()
