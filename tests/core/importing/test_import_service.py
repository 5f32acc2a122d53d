"""Files come in whole or not at all, never over a person's work, and go out again as they came."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ImportFileError, NotFoundError, StaleRowError
from core.importing.service import Order
from core.services import Services
from core.status import Verdict
from data import audit, conversations, outgoing, records, versions
from data.types import utc_now
from data.vocabulary import Status

EXAMPLES = Path(__file__).parents[3] / ".." / "shared" / "examples"
MakePair = Callable[..., dict[str, Any]]
SeedFile = Callable[..., Path]


async def _row(services: Services, conversation_id: str) -> dict[str, Any]:
    async with services.database.read() as session:
        row = await conversations.get(session, conversation_id)
    assert row is not None
    return row


async def _everything(services: Services) -> dict[str, Any]:
    """All rows with their text, but for the numbers the database itself gives, to see that nothing changed."""
    async with services.database.read() as session:
        _, ids = await conversations.numbers_and_ids(session)
        wholes = await versions.snapshots(session, sorted(ids))
    for whole in wholes.values():
        for row in [
            whole["conversation"],
            *whole["turns"],
            *whole["emotions"],
            *whole["strategies"],
            *whole["sentences"],
            *([whole["quality"]] if whole["quality"] else []),
        ]:
            for name in ("id", "created_at", "updated_at", "version"):
                row.pop(name, None)
    return wholes


async def _set(services: Services, conversation_id: str, **values: Any) -> None:
    async with services.database.write() as session:
        row = await conversations.get(session, conversation_id)
        assert row is not None
        await conversations.update_guarded(session, conversation_id, row["version"], values, by="t")


async def test_an_unknown_reviewed_conversation_comes_in_as_an_approved_seed(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    path = seed_file(
        "bills.json",
        [make_pair("own_001", 1), make_pair("own_001", 2)],
        dataset_metadata={"notes": "own_001 - Hospital bills in a drawer"},
    )
    report = await services.imports.run([path])
    assert report.files[0].added == ("own_001",)
    assert (report.conversations, report.turns, report.sentences, report.files[0].approved) == (1, 2, 2, 1)
    row = await _row(services, "own_001")
    assert (row["number"], row["status"], row["tier"], row["generation_method"]) == (
        101,
        "approved",
        "seed",
        "imported",
    )
    assert (row["is_seed_example"], row["human_reviewed"], row["variation_count_target"]) == (True, True, 3)
    assert (row["persona_id"], row["persona_name"]) == ("marcus", "Marcus Thompson")
    assert (row["topic"], row["session_context"]) == ("Hospital bills in a drawer", "Late evening")
    assert (row["starting_emotion"], row["starting_intensity"]) == ("shame", 0.8)
    assert (row["ending_emotion"], row["ending_intensity"]) == ("relief", 0.7)
    assert (row["rubric_overall"], row["rubric_sources"]["rubric_overall"]) == (5.0, "file")
    assert row["quality_score"] is not None
    assert row["import_id"] == report.files[0].import_id
    async with services.database.read() as session:
        assert (await conversations.quality_of(session, "own_001")) is not None
        (entry, *_) = await audit.entries(session, entity="import")
    assert (entry["action"], entry["after"]["conversations"]) == ("import", 1)


async def test_what_nobody_has_reviewed_comes_in_undecided(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    await services.imports.run([seed_file("a.json", [make_pair("own_001", 1, training_metadata={})])])
    row = await _row(services, "own_001")
    assert (row["status"], row["is_seed_example"], row["approved_by"]) == ("generated", False, "")


async def test_an_empty_message_is_never_approved_by_its_file(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    report = await services.imports.run([seed_file("a.json", [make_pair("own_001", 1, target_response=" ")])])
    assert (await _row(services, "own_001"))["status"] == "generated"
    assert any("no reply in turn 1" in warning for warning in report.warnings)


async def test_an_unknown_client_comes_in_under_mixed_and_is_named(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    stranger = {"client_persona": "Odette Granger - The Letter Hider"}
    report = await services.imports.run(
        [seed_file("a.json", [make_pair("own_001", 1, conversation_metadata=stranger)])]
    )
    row = await _row(services, "own_001")
    assert (row["persona_id"], row["persona_name"], row["persona_type"]) == (
        "mixed",
        "Odette Granger",
        "The Letter Hider",
    )
    assert any("unknown persona 'Odette Granger'" in warning for warning in report.warnings)


async def test_a_planned_row_is_filled_and_the_file_overrules_the_plan(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    before = await _row(services, "fp_jennifer_004")
    report = await services.imports.run([seed_file("a.json", [make_pair("fp_jennifer_004", 1)])])
    assert report.files[0].filled == ("fp_jennifer_004",)
    row = await _row(services, "fp_jennifer_004")
    assert (row["number"], row["topic"]) == (before["number"], before["topic"])
    assert (row["persona_id"], row["starting_emotion"], row["target_turns"]) == ("marcus", "shame", 1)


async def test_an_untouched_pack_seed_is_replaced_and_its_text_kept(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    report = await services.imports.run([seed_file("a.json", [make_pair("fp_marcus_002", 1)])])
    assert report.files[0].replaced == ("fp_marcus_002",)
    assert "kept in History" in report.sentence()
    async with services.database.read() as session:
        (kept,) = await versions.versions_of(session, "fp_marcus_002")
    assert (kept["reason"], len(kept["snapshot"]["turns"])) == ("replaced", 3)


async def test_a_pack_seed_that_a_person_has_touched_is_refused(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    row = await _row(services, "fp_marcus_002")
    await services.review.note("fp_marcus_002", "mine", expected_version=row["version"])
    path = seed_file("a.json", [make_pair("own_001", 1), make_pair("fp_marcus_002", 1)])
    before = await _everything(services)
    with pytest.raises(ImportFileError, match=r"a\.json: fp_marcus_002 has text already and is approved"):
        await services.imports.run([path])
    assert await _everything(services) == before
    report = await services.imports.run([path], replace=True)
    assert (report.files[0].added, report.files[0].replaced) == (("own_001",), ("fp_marcus_002",))
    assert (await _row(services, "fp_marcus_002"))["reviewer_notes"] == ""


@pytest.mark.parametrize("status", [Status.QUEUED, Status.GENERATING])
async def test_a_row_that_is_being_generated_is_refused_even_with_replace(
    services: Services, make_pair: MakePair, seed_file: SeedFile, status: Status
) -> None:
    await _set(services, "fp_marcus_007", status=status)
    with pytest.raises(ImportFileError, match="fp_marcus_007 is being generated"):
        await services.imports.run([seed_file("a.json", [make_pair("fp_marcus_007", 1)])], replace=True)


async def test_a_second_import_of_the_same_file_is_refused(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    path = seed_file("a.json", [make_pair("own_001", 1)])
    await services.imports.run([path])
    with pytest.raises(ImportFileError, match="own_001 has text already"):
        await services.imports.run([path])
    again = await services.imports.preview([path], replace=True)
    assert any("imported before" in warning for warning in again.warnings)


async def test_a_dry_run_says_the_same_and_stores_nothing(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    path = seed_file("a.json", [make_pair("own_001", 1), make_pair("fp_marcus_002", 1)])
    before = await _everything(services)
    seen = await services.imports.preview([path])
    assert await _everything(services) == before
    assert await services.imports.list() == ()
    done = await services.imports.run([path])
    assert seen.dry_run
    assert not done.dry_run
    assert (seen.files[0].added, seen.files[0].replaced, seen.warnings) == (
        done.files[0].added,
        done.files[0].replaced,
        done.warnings,
    )


async def test_in_a_folder_the_good_files_come_in_and_the_bad_ones_are_listed(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    seed_file("a.json", [make_pair("own_001", 1)])
    folder = seed_file("c.json", [make_pair("own_001", 1, current_user_input="Something else.")]).parent
    (folder / "b.json").write_text('{"training_pairs": [\n  {"id": nothing}\n]}')
    (folder / "manifest-x.json").write_text("{}")
    steps: list[tuple[int, int]] = []
    seen = await services.imports.preview([folder])
    report = await services.imports.run([folder], on_progress=lambda done, total: steps.append((done, total)))
    assert [file.added for file in report.files] == [("own_001",)]
    assert [Path(refusal.file).name for refusal in report.failures] == ["b.json", "c.json"]
    assert report.failures[0].message.startswith("line 2, column 10")
    assert "own_001 has text already" in report.failures[1].message
    assert [Path(refusal.file).name for refusal in seen.failures] == ["b.json", "c.json"]
    assert steps == [(1, 3), (2, 3), (3, 3)]


DAMAGED = (
    ("{", "line 1, column 2"),
    ('{"training_pairs": [{"conversation_id": "x", "a": NaN}]}', "NaN is not JSON"),
    ('{"training_pairs": [{"conversation_id": "x", "a": 1e999}]}', "larger than a number can be"),
    ('{"training_pairs": [{"conversation_id": "x", "a": 1' + "0" * 5000 + "}]}", "number that is too long"),
    ('{"training_pairs": [{"conversation_id": "x", "a": 1, "a": 2}]}', "stands twice"),
    ('{"training_pairs": [{"conversation_id": "x", "target_response": null}]}', "x holds no message"),
    ('{"training_pairs": []}', "no training pair"),
    ("[" * 100_000, "nested too deeply"),
    ('{"training_pairs": [{"conversation_id": "x", "target_response": "\\ud800"}]}', "half a character"),
    ("{}", "no seed file"),
)


async def test_a_damaged_file_is_refused_by_name_and_changes_nothing(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    before = await _everything(services)
    for text, says in DAMAGED:
        path.write_text(text)
        with pytest.raises(ImportFileError, match=says) as refusal:
            await services.imports.run([path])
        assert "bad.json" in refusal.value.message
        assert await _everything(services) == before, says


async def test_a_missing_file_and_an_empty_folder_are_named(services: Services, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"nowhere\.json does not exist"):
        await services.imports.run([tmp_path / "nowhere.json"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImportFileError, match=r"holds no \.json file"):
        await services.imports.run([tmp_path / "empty"])


async def test_the_warnings_name_what_is_odd(services: Services, make_pair: MakePair, seed_file: SeedFile) -> None:
    odd = make_pair("own_002", 3)
    odd["emotional_context"]["detected_emotions"]["secondary"] = "Wobbly"
    report = await services.imports.run([seed_file("a.json", [make_pair("own_001", 1), make_pair("own_003", 1), odd])])
    text = "\n".join(report.warnings)
    assert "own_002 numbers its turns 3" in text
    assert "own_002 uses emotions outside the taxonomy: wobbly" in text
    assert "own_001 annotates 1 sentence, its responses have 5" in text
    assert "own_003 has the same content as own_001" in text
    later = await services.imports.run([seed_file("b.json", [make_pair("own_004", 1)])])
    assert any("own_004 has the same content as own_00" in warning for warning in later.warnings)


async def test_numbers_no_column_can_hold_are_kept_all_the_same(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    training = {"human_reviewed": True, "generate_variations_count": 10**40}
    huge = make_pair("own_001", 10**30, training_metadata=training)
    huge["response_breakdown"] = {"sentences": [{"sentence_number": 10**25, "text": "x"}]}
    huge["emotional_context"]["emotional_progression"] = {
        "previous_turn_intensity": 10**400,
        "current_turn_intensity": 0.1,
    }
    await services.imports.run([seed_file("a.json", [huge])])
    row = await _row(services, "own_001")
    assert (row["use_for_variations"], row["variation_count_target"]) == (False, None)


async def test_an_undo_takes_everything_back(services: Services, make_pair: MakePair, seed_file: SeedFile) -> None:
    before = await _everything(services)
    pairs = [make_pair(i, n) for n in (1, 2) for i in ("own_001", "fp_marcus_002", "fp_marcus_007")]
    report = await services.imports.run([seed_file("a.json", pairs)])
    import_id = report.files[0].import_id
    undone = await services.imports.undo(import_id)
    assert (undone.removed, undone.restored, undone.emptied) == (("own_001",), ("fp_marcus_002",), ("fp_marcus_007",))
    assert await _everything(services) == before
    (entry,) = await services.imports.list()
    assert entry.undone_at is not None
    assert "rows" not in entry.counts
    with pytest.raises(ImportFileError, match="undone already"):
        await services.imports.undo(import_id)
    with pytest.raises(NotFoundError):
        await services.imports.undo(99)
    async with services.database.read() as session:
        kept = await versions.versions_of(session, "own_001")
        entries = await audit.entries(session, entity="import", entity_id=str(import_id))
    assert [version["reason"] for version in kept] == ["import undone"]
    assert [e["action"] for e in entries] == ["undo_import", "import"]
    again = await services.imports.run([seed_file("a.json", pairs)])
    assert again.files[0].replaced == ("fp_marcus_002",)  # an undone import leaves the seed untouched


async def test_a_file_that_is_not_as_it_was_seen_is_refused(
    services: Services, make_pair: MakePair, seed_file: SeedFile, tmp_path: Path
) -> None:
    path = seed_file("a.json", [make_pair("own_001", 1)])
    table = tmp_path / "plan.csv"
    table.write_text("tier,arc,persona,topic\ntemplate,shame_to_acceptance,Marcus,Bills\n", encoding="utf-8")
    seen = {Path(file.path): file.sha256 for file in (await services.imports.preview([path, table])).files}
    assert set(seen) == {path, table}
    before = await _everything(services)
    seed_file("a.json", [make_pair("own_001", 1, target_response="Something else.")])
    table.write_text(table.read_text().replace("Bills", "Rent"), encoding="utf-8")
    report = await services.imports.run([path, table], order=Order(seen=seen))
    assert [refusal.message for refusal in report.failures] == ["has changed since it was looked at."] * 2
    assert await _everything(services) == before
    assert await services.imports.list() == ()


async def test_an_undo_tells_how_far_it_is(services: Services, make_pair: MakePair, seed_file: SeedFile) -> None:
    report = await services.imports.run([seed_file("a.json", [make_pair(f"own_{n:03}", 1) for n in range(60)])])
    steps: list[tuple[int, int]] = []
    await services.imports.undo(report.files[0].import_id, on_progress=lambda *step: steps.append(step))
    assert steps == [(50, 60), (60, 60)]


async def test_an_undo_is_refused_when_a_row_was_changed_since(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    report = await services.imports.run([seed_file("a.json", [make_pair("own_001", 1), make_pair("own_002", 1)])])
    row = await _row(services, "own_002")
    await services.review.decide("own_002", Verdict.REJECT, expected_version=row["version"])
    before = await _everything(services)
    with pytest.raises(StaleRowError, match="own_002 was changed since and is rejected now"):
        await services.imports.undo(report.files[0].import_id)
    assert await _everything(services) == before


async def test_what_was_taken_back_since_does_not_keep_an_import_from_being_undone(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    before = await _everything(services)
    pair = make_pair("own_001", 1)
    first = await services.imports.run([seed_file("a.json", [pair, make_pair("fp_marcus_007", 1)])])
    pair["target_response"] = "Another answer altogether. Shall we begin there?"
    second = await services.imports.run([seed_file("b.json", [pair])], replace=True)
    between = await _row(services, "own_001")
    pair["target_response"] = "A third answer, which nobody needs. Shall we leave it?"
    third = await services.imports.run([seed_file("c.json", [pair])], replace=True)
    await services.imports.undo(third.files[0].import_id)
    assert (await _row(services, "own_001"))["import_id"] == between["import_id"] == second.files[0].import_id
    await services.imports.undo(second.files[0].import_id)
    row = await _row(services, "fp_marcus_007")
    await services.review.decide("fp_marcus_007", Verdict.REJECT, expected_version=row["version"])
    with pytest.raises(StaleRowError, match="fp_marcus_007 was changed since"):
        await services.imports.undo(first.files[0].import_id)
    await services.review.undo()
    await services.imports.undo(first.files[0].import_id)
    assert await _everything(services) == before


async def test_the_part_of_a_split_outlives_an_undo_and_comes_back_with_its_conversation(
    services: Services, make_pair: MakePair, seed_file: SeedFile
) -> None:
    parts = {"own_001": "test", "fp_marcus_007": "dev"}
    path = seed_file("a.json", [make_pair(name, 1) for name in parts])
    report = await services.imports.run([path])
    async with services.database.write() as session:  # as an export does, which leaves the version as it is
        await outgoing.set_splits(session, parts, tuple(parts.values()))
    await services.imports.undo(report.files[0].import_id)
    assert (await _row(services, "fp_marcus_007"))["split"] == "dev"
    await services.imports.run([path])
    assert {name: (await _row(services, name))["split"] for name in parts} == parts


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not part of the repository")
async def test_the_damaged_example_is_refused_at_its_place(services: Services) -> None:
    path = EXAMPLES / "seed-conversation-10-malformed.json"
    with pytest.raises(ImportFileError, match="line 420, column 52") as refusal:
        await services.imports.run([path])
    assert "lists all numbers" in refusal.value.hint


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not part of the repository")
async def test_the_good_example_stands_in_for_the_packs_seed(services: Services) -> None:
    report = await services.imports.run([EXAMPLES / "seed-conversation-01.json"])
    assert (report.turns, report.files[0].replaced) == (3, ("fp_marcus_002",))
    row = await _row(services, "fp_marcus_002")
    assert (row["status"], row["topic"]) == ("approved", "Stock options confusion from promotion (RSUs)")
    original = json.loads((EXAMPLES / "seed-conversation-01.json").read_text(encoding="utf-8"))
    assert row["extra"]["header"] == {k: v for k, v in original.items() if k != "training_pairs"}


async def test_all_imports_are_listed_however_many_there_are(services: Services) -> None:
    async with services.database.write() as session:
        for number in range(205):
            values = {"file": f"{number}.json", "sha256": str(number), "by": "tester", "at": utc_now(), "warnings": []}
            await records.add_import(session, values | {"counts": {"added": 1, "rows": [{"id": "x", "version": 1}]}})
    listed = await services.imports.list()
    assert len(listed) == 205
    assert listed[0].counts == {"added": 1}, "what only the undo needs is not read"
