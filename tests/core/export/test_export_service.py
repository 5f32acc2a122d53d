"""Exports give files back as they came, write only what a trainer takes, and leave nothing half-finished."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ExportError
from core.export.catalogue import KINDS
from core.export.service import ExportRequest
from core.export.writing import Draft, safe_name
from core.seedformat.documents import as_text_rows
from core.seedformat.mapping import pair_to_rows
from core.services import Services
from data import audit, conversations
from data.criteria import Criteria
from data.vocabulary import Method, Status

EXAMPLE = Path(__file__).parents[3] / ".." / "shared" / "examples" / "seed-conversation-01.json"
Tree = dict[str, Any]
MakePair = Callable[..., Tree]
SeedFile = Callable[..., Path]


def _request(folder: Path, format_: Any = "seed-json", ids: tuple[str, ...] = (), **more: Any) -> ExportRequest:
    return ExportRequest(format=format_, criteria=Criteria(ids=ids), folder=folder, **more)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def _generate(
    services: Services,
    conversation_id: str,
    *,
    turns: int = 2,
    method: Method = Method.CLAUDE_API,
    history: list[Any] | None = None,
    **values: Any,
) -> None:
    """What a worker stores for a dialogue, approved at once."""
    text = as_text_rows(
        pair_to_rows(
            {
                "system_prompt": "You are Elena.",
                "current_user_input": f"Question {n} of {conversation_id}, on \u2028two lines\nand more.",
                "target_response": f"Answer {n} to {conversation_id}.",
            },
            conversation_id,
            n,
        )
        for n in range(1, turns + 1)
    )
    for turn in text.turns:
        turn |= {"extra": None, "conversation_history": history}
    async with services.database.write() as session:
        row = await conversations.get(session, conversation_id)
        assert row is not None
        await conversations.insert_text(session, text)
        stored = {"status": Status.APPROVED, "turn_count": turns, "generation_method": method, "model": "claude-x"}
        stored |= {"quality_score": 8.0, **values}
        await conversations.update_guarded(session, conversation_id, row["version"], stored, by="worker")


async def test_a_messy_file_with_interleaved_conversations_comes_out_as_it_went_in(
    services: Services, make_messy: Callable[[str, str], list[Tree]], seed_file: SeedFile, tmp_path: Path
) -> None:
    pairs = make_messy("own_001", "own_002")
    header = {"consultant_profile": None, "dataset_metadata": ["odd"], "x": {"y": 1.0, "z": "ü\u2028"}}
    path = seed_file("messy file.json", pairs, **header)
    await services.imports.run([path])
    result = await services.export.write(_request(tmp_path / "out", ids=("own_002", "own_001")))
    (written,) = result.files
    assert written.name == "messy-file.json"
    assert _read(written) == _read(path)
    assert _read(written) == {**header, "training_pairs": pairs}
    assert _read(result.manifest)["notes"] == []


async def test_turns_out_of_order_keep_their_places(
    services: Services, make_pair: MakePair, seed_file: SeedFile, tmp_path: Path
) -> None:
    path = seed_file("a.json", [make_pair("own_001", 2), make_pair("own_002", 1), make_pair("own_001", 1)])
    await services.imports.run([path])
    result = await services.export.write(_request(tmp_path / "out", ids=("own_001", "own_002")))
    assert _read(result.files[0]) == _read(path)
    chat = await services.export.write(_request(tmp_path / "out", "openai", ids=("own_001",)))
    messages = json.loads(chat.files[0].read_text(encoding="utf-8"))["messages"]
    assert "Turn 1" in messages[1]["content"]


async def test_part_of_a_file_says_so_in_the_manifest(
    services: Services, make_messy: Callable[[str, str], list[Tree]], seed_file: SeedFile, tmp_path: Path
) -> None:
    pairs = make_messy("own_001", "own_002")
    await services.imports.run([seed_file("a.json", pairs)])
    result = await services.export.write(_request(tmp_path / "out", ids=("own_002",)))
    assert _read(result.files[0])["training_pairs"] == [p for p in pairs if p["conversation_id"] == "own_002"]
    (note,) = _read(result.manifest)["notes"]
    assert "only part of the imported file" in note


async def test_numbers_and_texts_that_no_column_holds_come_out_as_they_went_in(
    services: Services, make_pair: MakePair, seed_file: SeedFile, tmp_path: Path
) -> None:
    odd = make_pair("own_001", 10**30, __absent__=[["id"]], training_metadata={"human_reviewed": True})
    odd["response_breakdown"] = {"sentences": [{"sentence_number": 10**25, "text": "a\x00b"}], "total_sentences": True}
    odd["current_user_input"] = "a\x00b"
    path = seed_file("a.json", [odd])
    await services.imports.run([path])
    result = await services.export.write(_request(tmp_path / "out", ids=("own_001",)))
    assert _read(result.files[0]) == _read(path)
    chat = await services.export.write(_request(tmp_path / "out", "openai", ids=("own_001",)))
    assert _read(chat.files[0])["messages"][1]["content"] == "a\x00b"


async def test_the_packs_seeds_come_out_as_they_are_shipped(services: Services, tmp_path: Path) -> None:
    result = await services.export.write(_request(tmp_path / "out"))
    assert (result.count, len(result.files)) == (10, 10)
    shipped = Path(__file__).parents[3] / "seeds" / "financial_planning" / "conversations"
    for file in result.files:
        assert _read(file) == _read(shipped / file.name)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert await services.export.verify(file) == []
    manifest = _read(result.manifest)
    assert (manifest["counts"]["conversations"], manifest["counts"]["turns"]) == (10, 41)
    assert (manifest["simulated"], manifest["brightrun_version"] != "") == (False, True)
    assert await services.export.verify(result.manifest) == []
    result.files[0].write_text("{}")
    assert any("hash differs" in problem for problem in await services.export.verify(result.manifest))


async def test_a_generated_conversation_gets_a_file_with_everything_a_seed_has(
    services: Services, tmp_path: Path
) -> None:
    async with services.database.read() as session:
        template = (await conversations.get(session, "fp_marcus_007"), 1)[1]
    await _generate(services, "fp_marcus_007", template_version_id=template)
    result = await services.export.write(_request(tmp_path / "out", ids=("fp_marcus_007",)))
    (file,) = result.files
    assert file.name == "fp_marcus_007.json"
    tree = _read(file)
    metadata = tree["dataset_metadata"]
    assert (metadata["total_conversations"], metadata["total_turns"]) == (1, 2)
    assert metadata["conversation_source"] == "generated with claude-x"
    assert metadata["notes"].startswith("fp_marcus_007 - HSA")
    assert (metadata["template_version"], metadata["tier"]) == (1, "template")
    assert tree["consultant_profile"]["name"] == "Elena Morales, CFP"
    first, second = tree["training_pairs"]
    assert first["conversation_metadata"]["client_persona"].startswith("Marcus Thompson - ")
    assert first["conversation_metadata"]["client_background"].startswith("38, ")
    assert first["conversation_history"] == []
    assert [(e["turn"], e["role"]) for e in second["conversation_history"]] == [(1, "user"), (1, "assistant")]
    assert second["conversation_history"][1]["content"] == first["target_response"]
    manifest = _read(result.manifest)
    assert manifest["templates"][0]["conversations"] == 1
    assert manifest["quality"] == {"measured": 1, "mean": 8.0, "min": 8.0, "max": 8.0}


async def test_an_exported_conversation_can_be_imported_again(services: Services, tmp_path: Path) -> None:
    await _generate(services, "fp_marcus_007")
    result = await services.export.write(_request(tmp_path / "out", ids=("fp_marcus_007",)))
    report = await services.imports.run([result.folder], replace=True)
    assert (report.files[0].replaced, report.failures) == (("fp_marcus_007",), ())
    async with services.database.read() as session:
        row = await conversations.get(session, "fp_marcus_007")
    assert row is not None
    assert (row["status"], row["tier"], row["persona_id"]) == ("generated", "template", "marcus")


async def test_merged_everything_is_in_one_file(services: Services, tmp_path: Path) -> None:
    await _generate(services, "fp_marcus_007")
    result = await services.export.write(_request(tmp_path / "out", merge=True))
    (file,) = result.files
    tree = _read(file)
    assert (tree["dataset_metadata"]["total_conversations"], len(tree["training_pairs"])) == (11, 43)
    assert await services.export.verify(file) == []


async def test_openai_lines_hold_what_a_trainer_takes_and_nothing_else(services: Services, tmp_path: Path) -> None:
    await _generate(services, "fp_marcus_007", turns=3)
    preview = await services.export.preview(_request(tmp_path / "out", "openai"))
    result = await services.export.write(_request(tmp_path / "out", "openai"))
    (file,) = result.files
    assert re.fullmatch(r"training-data-\d{4}-\d\d-\d\d-approved-11-conversations\.jsonl", file.name)
    assert preview.names == (file.name,)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert list(preview.records) == lines[:2]
    assert (preview.count, preview.conversation_turns, preview.warnings) == (11, 44, ())
    assert len(lines) == 11
    for line in lines:
        tree = json.loads(line)
        assert list(tree) == ["messages"]
        roles = [message["role"] for message in tree["messages"]]
        assert roles == ["system", *["user", "assistant"] * (len(roles) // 2)]
        assert all(set(message) == {"role", "content"} and message["content"] for message in tree["messages"])
        assert "Elena" in tree["messages"][0]["content"]
    assert await services.export.verify(file) == []
    assert _names(result.folder) == sorted(
        ["README.md", "axolotl.yaml", "dataset_info.json", f"manifest-{file.stem}.json", file.name]
    )


async def test_fewer_than_ten_examples_are_warned_about(services: Services, tmp_path: Path) -> None:
    await _generate(services, "fp_marcus_007")
    preview = await services.export.preview(_request(tmp_path, "openai", ids=("fp_marcus_007",)))
    assert preview.warnings == ("OpenAI wants at least 10 examples; these are 1",)


async def test_practice_results_go_out_only_when_asked_for_and_say_so(services: Services, tmp_path: Path) -> None:
    ids = ("fp_marcus_007", "fp_jennifer_004")
    for conversation_id in ids:
        await _generate(services, conversation_id, method=Method.SIMULATED)
    with pytest.raises(ExportError, match="2 approved rows are simulated: export them with --include-simulated"):
        await services.export.write(_request(tmp_path / "out", ids=ids))
    assert _names(tmp_path / "out") == []
    preview = await services.export.preview(_request(tmp_path / "out", ids=ids))
    assert (preview.count, preview.names, preview.records) == (0, (), ())
    assert "--include-simulated" in preview.warnings[0]
    mixed = await services.export.write(_request(tmp_path / "all"))
    assert (mixed.count, _read(mixed.manifest)["simulated_left_out"]) == (10, 2)
    result = await services.export.write(_request(tmp_path / "out", ids=ids, include_simulated=True))
    assert [file.name for file in result.files] == ["fp_marcus_007-simulated.json", "fp_jennifer_004-simulated.json"]
    assert _read(result.files[0])["dataset_metadata"]["conversation_source"] == "simulated"
    assert _read(result.manifest)["simulated"] is True
    chat = await services.export.write(_request(tmp_path / "out", "openai", ids=ids, include_simulated=True))
    assert chat.files[0].name.endswith("-approved-2-conversations-simulated.jsonl")


async def test_only_approved_rows_go_out_unless_asked_otherwise(services: Services, tmp_path: Path) -> None:
    await _generate(services, "fp_marcus_007", status=Status.GENERATED)
    with pytest.raises(ExportError, match="The only row is not approved"):
        await services.export.write(_request(tmp_path, ids=("fp_marcus_007",)))
    result = await services.export.write(_request(tmp_path, ids=("fp_marcus_007",), approved_only=False))
    assert result.count == 1
    with pytest.raises(ExportError, match="No row matches the filter"):
        await services.export.write(_request(tmp_path, ids=("nobody",)))


@pytest.mark.parametrize("format_", ["json", "openai"])
async def test_a_row_that_cannot_be_expressed_stops_the_export_by_name(
    services: Services, make_pair: MakePair, seed_file: SeedFile, tmp_path: Path, format_: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(ExportError, match="fp_marcus_007 has no turns"):
        await services.export.write(_request(out, format_, ids=("fp_marcus_007",), approved_only=False))
    seen = await services.export.preview(_request(out, format_, ids=("fp_marcus_007",), approved_only=False))
    assert any("fp_marcus_007 has no turns" in warning for warning in seen.warnings)
    pairs = [make_pair("own_001", 1), make_pair("own_001", 2, target_response="\n")]
    await services.imports.run([seed_file("a.json", pairs)])
    request = _request(out, format_, ids=("fp_marcus_002", "own_001"), approved_only=False)
    with pytest.raises(ExportError, match="own_001, turn 2"):
        await services.export.write(request)
    assert _names(out) == []


async def test_a_number_that_is_none_stops_the_export_by_name(services: Services, tmp_path: Path) -> None:
    await _generate(services, "fp_marcus_007", history=[float("nan")])
    with pytest.raises(ExportError, match="fp_marcus_007, turn 1: its annotation holds a number that is none"):
        await services.export.write(_request(tmp_path / "out", ids=("fp_marcus_007",)))
    assert _names(tmp_path / "out") == []


async def test_half_a_character_stops_the_export_by_name(services: Services, tmp_path: Path) -> None:
    await _generate(services, "fp_marcus_007", history=["\ud800"])
    wanted = _request(tmp_path / "out", ids=("fp_marcus_007",))
    with pytest.raises(ExportError, match="fp_marcus_007 holds half a character"):
        await services.export.write(wanted)
    assert _names(tmp_path / "out") == []
    preview = await services.export.preview(wanted)
    assert any("fp_marcus_007 holds half a character" in warning for warning in preview.warnings)


@pytest.mark.parametrize("format_", ["json", "sharegpt"])
@pytest.mark.parametrize(("value", "says"), [(float("nan"), "a number that is none"), ("\ud800", "half a character")])
async def test_annotation_that_no_file_can_hold_is_named_in_every_format(
    services: Services, tmp_path: Path, make_pair: MakePair, seed_file: SeedFile, format_: str, value: Any, says: str
) -> None:
    await services.imports.run([seed_file("a.json", [make_pair("own_001", 1)])])
    async with services.database.write() as session:
        text = await conversations.text_of(session, "own_001")
        text.emotions[0]["indicators"] = {"felt": [value]}
        await conversations.delete_text(session, "own_001")
        await conversations.insert_text(session, text)
    wanted = _request(tmp_path / "out", format_, ("own_001",), annotation=True)
    with pytest.raises(ExportError, match=f"own_001.* holds {says}"):
        await services.export.write(wanted)
    assert any(says in warning for warning in (await services.export.preview(wanted)).warnings)


async def test_a_former_text_brought_back_goes_out_as_the_file_that_it_came_in(
    services: Services, tmp_path: Path, make_pair: MakePair, seed_file: SeedFile
) -> None:
    path = seed_file("a.json", [make_pair("own_001", n) for n in (1, 2)], dataset_metadata={"of": "a"})
    await services.imports.run([path])
    asked = {"conversation_id": "own_001", "current_user_input": "What now?", "target_response": None}
    answered = {"conversation_id": "own_001", "current_user_input": None, "target_response": "We look at it."}
    other = seed_file("b.json", [asked, answered], dataset_metadata={"of": "b"})
    await services.imports.run([other], replace=True)
    await services.rewriting.restore("own_001", 1)
    result = await services.export.write(_request(tmp_path / "out", ids=("own_001",), approved_only=False))
    assert [file.name for file in result.files] == ["a.json"]
    assert _read(result.files[0]) == _read(path)


@pytest.mark.slow
async def test_a_pair_that_says_nothing_comes_out_as_it_went_in(
    services: Services, tmp_path: Path, make_pair: MakePair, seed_file: SeedFile
) -> None:
    path = seed_file("a.json", [])
    path.write_text(json.dumps([make_pair("own_001", 1), {}]), encoding="utf-8")
    await services.imports.run([path])
    result = await services.export.write(_request(tmp_path / "out", ids=("own_001",), approved_only=False))
    assert _read(result.files[0]) == _read(path)


@pytest.mark.parametrize("format_", ["seed-json", "openai"])
async def test_an_interrupted_export_leaves_nothing_behind(services: Services, tmp_path: Path, format_: str) -> None:
    out = tmp_path / "out"

    def interrupt(done: int, total: int) -> None:
        assert total == 10
        if done == 5:
            assert all(name.startswith(".") and name.endswith(".part") for name in _names(out))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await services.export.write(_request(out, format_), interrupt)
    assert _names(out) == []
    assert await services.export.history() == []


async def test_an_export_that_cannot_be_logged_leaves_nothing_behind(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr("data.records.add_export", refuse)
    with pytest.raises(RuntimeError, match="no log"):
        await services.export.write(_request(tmp_path / "out"))
    assert _names(tmp_path / "out") == []


@pytest.mark.parametrize(
    "format_", [pytest.param(name, marks=pytest.mark.slow if name == "pdf" else ()) for name in sorted(KINDS)]
)
async def test_a_file_that_the_disk_changed_never_gets_its_name(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    finish = Draft.finish

    def finish_and_lose_a_letter(draft: Draft) -> None:
        finish(draft)
        raw = bytearray(draft.path.read_bytes())
        raw[len(raw) // 2] ^= 1  # one letter for another
        draft.path.write_bytes(raw)

    monkeypatch.setattr(Draft, "finish", finish_and_lose_a_letter)
    with pytest.raises(ExportError, match=r"could not be read back|record \d+"):
        await services.export.write(_request(tmp_path / "out", format_))
    assert _names(tmp_path / "out") == []


async def test_a_folder_that_cannot_be_written_to_is_named(services: Services, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ExportError, match="out cannot be written to"):
        await services.export.write(_request(tmp_path / "out"))


@pytest.mark.parametrize("format_", ["seed-json", "openai"])
async def test_files_that_are_there_are_never_overwritten(services: Services, tmp_path: Path, format_: str) -> None:
    first = await services.export.write(_request(tmp_path / "out", format_))
    contents = {path: path.read_bytes() for path in (*first.files, first.manifest)}
    second = await services.export.write(_request(tmp_path / "out", format_))
    assert second.folder.parent == first.folder  # what belongs together stays together
    assert [path.name for path in second.files] == [path.name for path in first.files]
    third = await services.export.write(_request(tmp_path / "out", format_))
    assert third.folder.name == f"{second.folder.name}-2"
    assert contents == {path: path.read_bytes() for path in contents}
    assert await services.export.verify(second.manifest) == []


async def test_an_export_is_logged_and_audited(services: Services, tmp_path: Path) -> None:
    result = await services.export.write(_request(tmp_path / "out", "openai"))
    (entry,) = await services.export.history()
    assert (entry["by"], entry["format"], entry["count"]) == ("tester", "openai", 10)
    assert entry["path"] == str(result.manifest)
    async with services.database.read() as session:
        (row,) = await audit.entries(session, entity="export")
    assert (row["action"], row["after"]["conversations"]) == ("export", 10)


async def test_progress_counts_every_conversation_once(services: Services, tmp_path: Path) -> None:
    for format_ in ("seed-json", "openai"):
        steps: list[tuple[int, int]] = []
        await services.export.write(
            _request(tmp_path / "out", format_), lambda done, total, seen=steps: seen.append((done, total))
        )
        assert steps == [(n, 10) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.json"),
        ("..", "own.json"),
        (".hidden.json", "hidden.json"),
        ("C:\\x\\a b.json", "a-b.json"),
        ("é", "own.json"),
        ("", "own.json"),
        ("x" * 300, "x" * 120 + ".json"),
    ],
)
def test_a_file_name_from_outside_never_leaves_its_folder(name: str, safe: str) -> None:
    assert safe_name(name, "own.json") == safe


@pytest.mark.skipif(not EXAMPLE.is_file(), reason="the example is not part of the repository")
async def test_the_example_comes_out_as_it_went_in(services: Services, tmp_path: Path) -> None:
    await services.imports.run([EXAMPLE])
    result = await services.export.write(_request(tmp_path / "out", ids=("fp_marcus_002",)))
    assert [file.name for file in result.files] == [EXAMPLE.name]
    assert _read(result.files[0]) == _read(EXAMPLE)
