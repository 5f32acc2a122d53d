"""What may be chosen for an export: every format, splits that stay, balance, repetition, replacing, checking."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import ExportError, NotFoundError
from core.export.catalogue import KINDS
from core.export.request import ExportRequest
from core.export.splitting import root_of
from core.export.verifying import detect, examine
from core.export.writing import Outbox
from core.services import Services
from core.settings.fields import Settings
from data import conversations, outgoing
from data.criteria import Criteria
from data.vocabulary import Status


def _request(folder: Path, format_: Any = "openai", **more: Any) -> ExportRequest:
    return ExportRequest(format=format_, criteria=more.pop("criteria", Criteria()), folder=folder, **more)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


async def _change(services: Services, conversation_id: str, **values: Any) -> None:
    async with services.database.write() as session:
        row = await conversations.get(session, conversation_id)
        assert row is not None
        await conversations.update_guarded(session, conversation_id, row["version"], values, by="tester")


@pytest.mark.parametrize("format_", sorted(KINDS))
async def test_every_format_is_written_checked_and_counted(services: Services, tmp_path: Path, format_: str) -> None:
    rows = Criteria(ids=("fp_marcus_002", "fp_marcus_003")) if format_ == "pdf" else Criteria()
    preview = await services.export.preview(_request(tmp_path / "out", format_, criteria=rows))
    result = await services.export.write(_request(tmp_path / "out", format_, criteria=rows))
    assert [file.name for file in result.files] == list(preview.names)
    assert preview.records
    assert preview.warnings == result.warnings
    for file in result.files:
        found = examine(file)
        assert (found.problems, found.format) == ([], format_)
    manifest = examine(result.manifest)
    assert (manifest.problems, manifest.format) == ([], "manifest")
    counts = _read(result.manifest)["counts"]
    assert (counts["conversations"], counts["turns"]) == (result.count, preview.conversation_turns)
    assert ("README.md" in {path.name for path in result.companions}) is (format_ not in ("markdown", "pdf"))
    assert not [path for path in result.folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("format_", sorted({*KINDS} - {"pdf", "seed-json", "openai"}))
async def test_an_interrupted_export_of_any_format_leaves_nothing(
    services: Services, tmp_path: Path, format_: str
) -> None:
    def interrupt(done: int, _: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await services.export.write(_request(tmp_path / "out", format_), interrupt)
    assert not (tmp_path / "out").exists()


async def test_a_split_is_kept_for_good_and_said_everywhere(services: Services, tmp_path: Path) -> None:
    wanted = _request(tmp_path / "a", split=(0.6, 0.2, 0.2), criteria=Criteria(values=(("persona", ("marcus",)),)))
    preview = await services.export.preview(wanted)
    assert preview.splits == {"train": 3, "dev": 1, "test": 1}
    assert (await _splits(services)) == {}
    first = await services.export.write(wanted)
    assert first.splits == preview.splits
    assert [file.stem.rsplit("-", 1)[1] for file in first.files] == ["train", "dev", "test"]
    stored = await _splits(services)
    assert sorted(stored.values()) == ["dev", "test", "train", "train", "train"]
    version = (await _row(services, "fp_marcus_002"))["version"]
    second = await services.export.write(_request(tmp_path / "b", split=(0.5, 0.0, 0.5), seed=7))
    later = await _splits(services)
    assert {key: later[key] for key in stored} == stored
    assert len(later) == 10
    assert (await _row(services, "fp_marcus_002"))["version"] == version
    manifest = _read(second.manifest)
    assert manifest["split"]["conversations"] == second.splits
    assert sum(second.splits.values()) == 10
    for file in manifest["files"]:
        lines = (second.folder / file["name"]).read_text(encoding="utf-8").splitlines()
        assert len(lines) == file["records"] == second.splits[file["part"]]


async def test_a_failed_export_assigns_no_split(services: Services, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ExportError, match="cannot be written to"):
        await services.export.write(_request(tmp_path / "out", split=(0.8, 0.1, 0.1)))
    with pytest.raises(ExportError, match="must add up to 100"):
        await services.export.write(_request(tmp_path / "a", split=(float("nan"), 0.5, 0.5)))
    assert await _splits(services) == {}


async def test_of_two_exports_at_once_the_slower_one_never_contradicts_the_parts_that_were_given_out(
    services: Services, settings: Settings, tmp_path: Path
) -> None:
    async def faster() -> None:
        other = await Services.open(settings)
        await other.export.write(_request(tmp_path / "b", split=(0.5, 0.25, 0.25), seed=77))
        await other.close()

    def overtake(done: int, total: int) -> None:
        if done == 1:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(asyncio.run, faster()).result(60)

    with pytest.raises(ExportError, match="another export gave out parts of a split at the same time"):
        await services.export.write(_request(tmp_path / "a", split=(0.5, 0.25, 0.25), seed=1), overtake)
    assert not (tmp_path / "a").exists()
    again = await services.export.write(_request(tmp_path / "a", split=(0.5, 0.25, 0.25), seed=1))
    assert again.splits == {"train": 5, "dev": 3, "test": 2}
    wide = await services.export.preview(_request(tmp_path, split=(1.0, 0.0, 0.0)))
    assert wide.splits == again.splits


async def test_a_part_without_rows_is_told_with_its_true_reason(services: Services, tmp_path: Path) -> None:
    few = Criteria(ids=("fp_marcus_002",))
    preview = await services.export.preview(_request(tmp_path, split=(0.8, 0.1, 0.1), criteria=few))
    assert "no conversation falls to dev or test: there are too few for these shares" in preview.warnings
    await services.export.write(_request(tmp_path / "a", split=(1.0, 0.0, 0.0)))
    preview = await services.export.preview(_request(tmp_path, split=(0.8, 0.1, 0.1)))
    assert "no conversation falls to dev or test: all of them keep the part that they have" in preview.warnings


async def test_a_family_stays_together_when_a_variation_between_two_of_it_is_removed(services: Services) -> None:
    ids = ("fp_marcus_007", "fp_marcus_008", "fp_marcus_009")
    for source, varied in pairwise(ids):
        await _change(services, varied, variation_of=source)
    await services.review.delete([ids[1]], remove=True)
    async with services.database.read() as session:
        assert await conversations.get(session, ids[1]) is None
        parents = await outgoing.variation_parents(session)
    assert root_of(ids[2], parents) == ids[0]


def test_what_another_export_has_put_in_its_place_outlives_one_that_fails(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text("of a person", encoding="utf-8")
    boxes = [Outbox(tmp_path, f"{number:012x}", overwrite=True) for number in range(2)]
    for box in boxes:
        draft = box.open("own.json")
        draft.write(str(box is boxes[1]))
        draft.finish()
        box.publish("x")
    boxes[1].settle()
    boxes[0].discard()
    assert [path.name for path in tmp_path.iterdir()] == ["own.json"], "what was set aside went with what replaced it"
    assert (tmp_path / "own.json").read_text(encoding="utf-8") == "True"


async def test_nothing_beside_the_data_names_a_system_prompt_that_no_advisor_has(
    services: Services, tmp_path: Path
) -> None:
    async with services.database.write() as session:
        await session.execute(text("UPDATE packs SET advisor = json_set(advisor, '$.system_prompt', ' ')"))
    result = await services.export.write(_request(tmp_path, "alpaca"))
    (described,) = _read(result.folder / "dataset_info.json").values()
    assert "system" not in described["columns"]
    assert "| system prompt | left out |" in (result.folder / "README.md").read_text(encoding="utf-8")


async def test_a_balanced_export_has_as_many_of_each_and_says_what_stays_out(
    services: Services, tmp_path: Path
) -> None:
    preview = await services.export.preview(_request(tmp_path, balance=("persona",)))
    assert preview.count < 10
    assert any("rows stay out, so that every persona has as many as the rarest" in w for w in preview.warnings)
    with pytest.raises(ExportError, match="no dimension 'mood'"):
        await services.export.write(_request(tmp_path, balance=("mood",)))


async def test_a_former_export_is_written_again_whole_or_not_at_all(services: Services, tmp_path: Path) -> None:
    query = Criteria(values=(("persona", ("marcus",)),), sort="topic", descending=True)
    first = await services.export.write(_request(tmp_path / "a", criteria=query, per="turn", system=False))
    (entry,) = await services.export.history()
    again = await services.export.again(entry["export_id"], tmp_path / "b")
    second = await services.export.write(again)
    assert second.files[0].read_bytes() == first.files[0].read_bytes()
    assert await services.export.changed_since(entry["export_id"]) == 0
    await _change(services, "fp_marcus_003", status=Status.NEEDS_EDIT)
    assert await services.export.changed_since(entry["export_id"]) == 1
    with pytest.raises(ExportError, match="fp_marcus_003 is no longer there or no longer approved"):
        await services.export.write(replace(again, folder=tmp_path / "c"))
    assert not (tmp_path / "c").exists()
    with pytest.raises(NotFoundError, match="no export 'nothing'"):
        await services.export.again("nothing")


async def test_only_when_asked_old_files_are_replaced_and_a_failure_puts_them_back(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await services.export.write(_request(tmp_path / "out"))
    old = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with monkeypatch.context() as patched:

        async def refuse(*_: Any) -> None:
            raise RuntimeError("no log")

        patched.setattr("data.records.add_export", refuse)
        with pytest.raises(RuntimeError):
            await services.export.write(_request(tmp_path / "out", system=False, overwrite=True))
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == old
    second = await services.export.write(_request(tmp_path / "out", system=False, overwrite=True))
    assert (second.folder, second.files) == (first.folder, first.files)
    assert second.files[0].read_bytes() != old[first.files[0]]
    assert {path.name for path in second.folder.iterdir()} == {path.name for path in old}


async def test_unapproved_rows_go_out_only_when_asked_for_and_are_counted(services: Services, tmp_path: Path) -> None:
    await _change(services, "fp_marcus_002", status=Status.GENERATED)
    assert (await services.export.preview(_request(tmp_path))).count == 9
    text = Criteria(states=("has_text",))
    preview = await services.export.preview(_request(tmp_path, criteria=text, approved_only=False))
    assert preview.count == 10
    assert "1 of 10 are not approved" in preview.warnings


async def test_conversations_too_long_for_the_context_are_named(services: Services, tmp_path: Path) -> None:
    result = await services.export.write(_request(tmp_path / "out", context=100))
    (warning,) = [w for w in result.warnings if "tokens" in w]
    assert warning.startswith("10 conversations are longer than 100 tokens")
    lengths = _read(result.manifest)["token_lengths"]
    assert (lengths["too_long"], len(lengths["conversations_too_long"])) == (10, 10)
    assert lengths["longest"] > lengths["mean"] > 100
    assert (await services.export.preview(_request(tmp_path, context=30_000))).warnings == ()


@pytest.mark.parametrize("format_", ["openai", "anthropic", "sharegpt", "trl", "alpaca"])
async def test_what_lies_beside_the_data_names_it_and_its_fields(
    services: Services, tmp_path: Path, format_: str
) -> None:
    result = await services.export.write(_request(tmp_path / "out", format_, split=(0.8, 0.1, 0.1)))
    record = json.loads(result.files[0].read_text(encoding="utf-8").splitlines()[0])
    described = _read(result.folder / "dataset_info.json")
    assert [entry["file_name"] for entry in described.values()] == [file.name for file in result.files]
    for entry in described.values():
        assert set(entry["columns"].values()) <= {*record, "system"}
        tags = entry.get("tags")
        if tags:
            message = record[entry["columns"]["messages"]][-1]
            assert (message[tags["role_tag"]], bool(message[tags["content_tag"]])) == (tags["assistant_tag"], True)
    yaml = result.folder / "axolotl.yaml"
    assert yaml.exists() is (format_ != "alpaca")  # axolotl would forget the history
    if yaml.exists():
        assert f'path: "./{result.files[0].name}"' in yaml.read_text(encoding="utf-8")
        assert result.files[1].name in yaml.read_text(encoding="utf-8")
    card = (result.folder / "README.md").read_text(encoding="utf-8")
    assert "10 conversations with 41 turns" in card
    assert result.files[0].name in card


BAD = [
    ('{"messages": [{"role": "user", "content": "u"}]}', "openai", "line 2: the last message"),
    ('{"system": "s", "messages": [{"role": "user", "content": 3}]}', "anthropic", "line 2: message 1: its content is"),
    ('{"conversations": [{"from": "gpt", "value": "x"}]}', "sharegpt", "line 2: human and gpt must take turns"),
    ('{"prompt": [], "completion": []}', "trl", "line 2: TRL does not see"),
    ('{"instruction": "i"}', "alpaca", "line 2: it has no output"),
    ('{"messages": 1', "", "line 2"),
]


@pytest.mark.parametrize(("line", "format_", "problem"), BAD)
async def test_any_file_is_checked_by_the_rules_of_what_it_is(
    services: Services, tmp_path: Path, line: str, format_: str, problem: str
) -> None:
    per = "turn" if format_ == "trl" else None  # messages alone could be OpenAI's too
    good = await services.export.write(_request(tmp_path / "out", format_ or "openai", per=per))
    first = good.files[0].read_text(encoding="utf-8").splitlines()[0]
    path = tmp_path / "theirs.jsonl"
    path.write_text(f"{first}\n{line}\n", encoding="utf-8")
    found = examine(path)
    assert found.problems[0].startswith(problem)
    assert detect(json.loads(first)) == (format_ or "openai")


def test_what_is_no_training_file_is_refused_with_its_reason(tmp_path: Path) -> None:
    for content, name, problem in [
        (b'{"a": 1}\n', "a.jsonl", "line 1: it is no training format"),
        (b"", "b.jsonl", "no conversation"),
        (b"\xff\xfe", "c.jsonl", "line 1: it is not UTF-8"),
        (b"", "d.csv", "no heading"),
        (b'a,b\n"x', "e.csv", "line 2"),
        (b"hello", "f.pdf", "no PDF"),
        (b"text", "g.md", "line 1"),
        (b'{"export": {"conversations": 2}, "conversations": []}', "h.json", "says 2 conversations"),
        (b'{"export": {}, "conversations": []}', "i.json", "no conversation"),
    ]:
        path = tmp_path / name
        path.write_bytes(content)
        assert problem in examine(path).problems[0]
    assert "folder" in examine(tmp_path).problems[0]
    os.mkfifo(tmp_path / "j.jsonl")
    for endless in (tmp_path / "j.jsonl", Path("/dev/zero")):
        assert "pipe or device" in examine(endless).problems[0]


def test_too_few_examples_are_a_warning_and_one_type_per_field_is_a_rule(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    turn = [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]
    path.write_text(json.dumps({"messages": turn}) + "\n", encoding="utf-8")
    assert examine(path).warnings == ["OpenAI trains with 10 examples or more; these are 1"]
    path.write_text('{"instruction": "a", "output": "b", "history": []}\n{"instruction": "a", "output": 3}\n')
    assert examine(path).problems == ["line 2: output is no text"]


async def test_a_file_of_many_conversations_comes_out_as_it_went_in(
    services: Services, make_pair: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    first = make_pair("own_001", 1)
    question = {**first, "target_response": None}
    reply = {"conversation_id": "own_001", "current_user_input": None, "target_response": first["target_response"]}
    tree = {
        "training_file_metadata": {"version": "4.0.0"},
        "consultant_profile": {"name": "E"},
        "conversations": [
            {"conversation_metadata": {"id": "own_001", "odd": [1]}, "training_pairs": [question, reply]},
            {"conversation_metadata": {"x": 2}, "training_pairs": [make_pair("own_002", 1), make_pair("own_002", 2)]},
        ],
    }
    path = tmp_path / "in" / "many.json"
    path.parent.mkdir()
    path.write_text(json.dumps(tree), encoding="utf-8")
    await services.imports.run([path])
    rows = Criteria(ids=("own_001", "own_002"))
    result = await services.export.write(_request(tmp_path / "out", "seed-json", criteria=rows, approved_only=False))
    assert [file.name for file in result.files] == ["many.json"]
    assert _read(result.files[0]) == tree
    assert examine(result.manifest).problems == []


async def _row(services: Services, conversation_id: str) -> dict[str, Any]:
    async with services.database.read() as session:
        row = await conversations.get(session, conversation_id)
    assert row is not None
    return row


async def _splits(services: Services) -> dict[str, str]:
    from data.outgoing import splits_of

    async with services.database.read() as session:
        return await splits_of(session)
