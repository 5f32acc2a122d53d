"""What comes in goes out unchanged, to the type of a number; and what was approved elsewhere is not approved here."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.export.request import ExportRequest
from core.services import Services
from core.status import Verdict
from data import conversations
from data.criteria import Criteria
from data.vocabulary import Method, Status

SEEDS = Path(__file__).parents[3] / "seeds" / "financial_planning" / "conversations"
Tree = dict[str, Any]
MakePair = Callable[..., Tree]


def same(one: Any, other: Any) -> bool:
    """Equality as a file has it: 1, 1.0 and true are three values, and 0.0 is not -0.0."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _seed() -> Tree:
    tree: Tree = json.loads(sorted(SEEDS.glob("*.json"))[0].read_text(encoding="utf-8"))
    text = json.dumps(tree).replace(tree["training_pairs"][0]["conversation_id"], "own_001")
    changed: Tree = json.loads(text)
    return changed


def _walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """A copy of the annotation in which every value went through `change`; ids and messages stay."""
    if isinstance(value, dict):
        return {key: child if key in _KEPT else _walk(child, change) for key, child in value.items()}
    if isinstance(value, list):
        return change([_walk(child, change) for child in value])
    return change(value)


_KEPT = {"conversation_id", "current_user_input", "target_response"}
ODD: list[Any] = [None, [], {}, "", 0, -0.0, 1.0, 1e-7, 10**40, True, "\x00", "\u2028é😀", [None, [1, 1.0]], {"": {}}]


def _numbers_as_texts(tree: Tree) -> Tree:
    return _walk(tree, lambda v: str(v) if type(v) in (int, float) else v)  # type: ignore[no-any-return]


def _ints_as_floats(tree: Tree) -> Tree:
    return _walk(tree, lambda v: float(v) if type(v) is int else v)  # type: ignore[no-any-return]


def _null_lists(tree: Tree) -> Tree:
    pairs = [_walk(pair, lambda v: None if isinstance(v, list) else v) for pair in tree["training_pairs"]]
    return {**tree, "training_pairs": pairs}


def _texts_as_lists(tree: Tree) -> Tree:
    return _walk(tree, lambda v: [v, v] if isinstance(v, str) else v)  # type: ignore[no-any-return]


def _unknown_keys(tree: Tree) -> Tree:
    def add(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                "extra": 1,
                **{k: add(v) for k, v in value.items()},
                "__absent__": [["id"]],
                "é\u2028": ODD,
                "": None,
            }
        return [add(child) for child in value] if isinstance(value, list) else value

    return add(tree)  # type: ignore[no-any-return]


def _duplicated_turn_numbers(tree: Tree) -> Tree:
    for number, pair in enumerate(tree["training_pairs"]):
        pair |= {
            "turn_number": (1, 1, 1.0, "1", None)[number % 5],
            "conversation_history": ([], None, "", {})[number % 4],
        }
    return tree


def _reversed(tree: Tree) -> Tree:
    def turn(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turn(value[key]) for key in reversed(value)}
        return [turn(child) for child in value] if isinstance(value, list) else value

    return {**turn(tree), "training_pairs": [turn(pair) for pair in reversed(tree["training_pairs"])]}


def _odd_everywhere(tree: Tree) -> Tree:
    count = iter(range(10**6))

    def change(value: Any) -> Any:
        number = next(count)
        return copy.deepcopy(ODD[number // 3 % len(ODD)]) if number % 3 == 0 else value

    header = {key: change(value) for key, value in tree.items() if key != "training_pairs"}
    pairs = [{key: _walk({key: value}, change)[key] for key, value in pair.items()} for pair in tree["training_pairs"]]
    return {**header, "training_pairs": pairs}


def _bare(tree: Tree) -> Tree:
    return {"training_pairs": [{key: pair[key] for key in _KEPT} for pair in tree["training_pairs"]]}


def _both_lists(tree: Tree) -> Tree:
    moved = [{**pair, "conversation_id": "own_002"} for pair in copy.deepcopy(tree["training_pairs"])]
    return {"conversations": [{"conversation_metadata": {"id": 7}, "training_pairs": moved}], **tree}


def _conversations_that_are_none(tree: Tree) -> Tree:
    return {"conversations": [{"about": "something else"}, {"entirely": [{}]}], **tree}


def _both_lists_alike(tree: Tree) -> Tree:
    return {**tree, "conversations": [{"notes": None, "training_pairs": copy.deepcopy(tree["training_pairs"])}]}


def _unanswered(tree: Tree) -> Tree:
    first, *_, last = tree["training_pairs"]
    first["current_user_input"] = "  "
    first["emotional_context"]["detected_emotions"]["primary_confidence"] = -0.0
    last |= {"target_response": None, "response_breakdown": None}
    return tree


VARIANTS = (
    _unanswered,
    _numbers_as_texts,
    _ints_as_floats,
    _null_lists,
    _texts_as_lists,
    _unknown_keys,
    _duplicated_turn_numbers,
    _reversed,
    _odd_everywhere,
    _bare,
    _both_lists,
    _both_lists_alike,
    _conversations_that_are_none,
)


async def test_odd_but_valid_files_come_out_equal_in_every_value(services: Services, tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    trees: dict[str, Tree] = {}
    for number, vary in enumerate(VARIANTS):
        text = json.dumps(vary(_seed())).replace("own_00", f"own_{number}_")  # files that do not meet
        name = f"{vary.__name__.strip('_')}.json"
        trees[name] = json.loads(text)
        (inside / name).write_text(text, encoding="utf-8")
    report = await services.imports.run([inside])
    assert report.failures == ()
    ids = tuple(added for file in report.files for added in file.added)
    wanted = ExportRequest("seed-json", Criteria(ids=ids), tmp_path / "out", approved_only=False)
    written = {path.name: path for path in (await services.export.write(wanted)).files}
    assert sorted(written) == sorted(trees)
    read = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in written.items()}
    assert [name for name, tree in trees.items() if not same(read[name], tree)] == []


async def _approve_as_generated(services: Services, conversation_id: str, method: Method) -> None:
    """The row as a worker's, approved by a person."""
    async with services.database.write() as session:
        row = await conversations.get(session, conversation_id)
        assert row is not None
        values = {"generation_method": method, "model": "claude-x", "tier": "scenario", "is_seed_example": False}
        values |= {"status": Status.GENERATED, "human_reviewed": False}
        await conversations.update_guarded(session, conversation_id, row["version"], values, by="worker")
    await services.review.decide(conversation_id, Verdict.APPROVE, expected_version=row["version"] + 1)


@pytest.mark.parametrize("merge", [False, True])
async def test_what_was_approved_elsewhere_comes_in_undecided_and_loses_nothing(
    services: Services, make_pair: MakePair, seed_file: Callable[..., Path], tmp_path: Path, merge: bool
) -> None:
    await services.imports.run([seed_file("a.json", [make_pair("own_001", 1), make_pair("own_001", 2)])])
    await _approve_as_generated(services, "own_001", Method.CLAUDE_API)
    wanted = ExportRequest("seed-json", Criteria(ids=("own_001",)), tmp_path / "first", merge=merge)
    first = (await services.export.write(wanted)).files[0]
    tree = json.loads(first.read_text(encoding="utf-8"))
    for pair in tree["training_pairs"]:
        told = pair["training_metadata"]
        assert (told["human_reviewed"], told["review_status"], told["reviewed_by"]) == (True, "approved", "tester")
        assert (told["source"], told["tier"]) == ("generated with claude-x", "scenario")
    report = await services.imports.run([first], replace=True)
    assert any(
        "own_001 was approved where it was exported: it comes in undecided" in w for w in report.files[0].warnings
    )
    async with services.database.read() as session:
        row = await conversations.get(session, "own_001")
    assert row is not None
    assert (row["status"], row["is_seed_example"], row["human_reviewed"]) == ("generated", False, False)
    assert (row["tier"], row["approved_by"]) == ("scenario", "")
    again = ExportRequest("seed-json", Criteria(ids=("own_001",)), tmp_path / "second", approved_only=False)
    assert same(json.loads((await services.export.write(again)).files[0].read_text(encoding="utf-8")), tree)


async def test_a_practice_result_says_so_in_every_pair(
    services: Services, make_pair: MakePair, seed_file: Callable[..., Path], tmp_path: Path
) -> None:
    await services.imports.run([seed_file("a.json", [make_pair("own_001", 1)])])
    await _approve_as_generated(services, "own_001", Method.SIMULATED)
    wanted = ExportRequest(
        "seed-json", Criteria(ids=("own_001",)), tmp_path / "out", merge=True, include_simulated=True
    )
    (file,) = (await services.export.write(wanted)).files
    (pair,) = json.loads(file.read_text(encoding="utf-8"))["training_pairs"]
    assert pair["training_metadata"]["source"] == "simulated"
    report = await services.imports.run([file], replace=True)
    assert any("is a practice result" in warning for warning in report.files[0].warnings)
    async with services.database.read() as session:
        row = await conversations.get(session, "own_001")
    assert row is not None
    assert (row["generation_method"], row["status"]) == (Method.SIMULATED, Status.GENERATED)
    again = replace(wanted, folder=tmp_path / "again", approved_only=False, merge=False)
    (written,) = (await services.export.write(again)).files
    assert same(json.loads(written.read_text(encoding="utf-8")), json.loads(file.read_text(encoding="utf-8")))


async def test_practice_stays_practice_where_records_have_no_place_to_say_so(
    services: Services, make_pair: MakePair, seed_file: Callable[..., Path], tmp_path: Path
) -> None:
    await services.imports.run([seed_file("a.json", [make_pair("own_001", 1)])])
    await _approve_as_generated(services, "own_001", Method.SIMULATED)
    wanted = ExportRequest("openai", Criteria(ids=("own_001",)), tmp_path / "out", include_simulated=True)
    (file,) = (await services.export.write(wanted)).files
    moved = tmp_path / file.name
    shutil.copy(file, moved)  # by its name, without the manifest
    renamed = file.with_name("mine.jsonl")
    shutil.copy(file, renamed)  # by the manifest, which knows its hash
    for path in (moved, renamed):
        report = await services.imports.run([path], replace=True)
        assert "it holds practice results, as its export says: they come in as practice" in report.files[0].warnings
        (name,) = (*report.files[0].added, *report.files[0].replaced)
        async with services.database.read() as session:
            row = await conversations.get(session, name)
        assert row is not None
        assert row["generation_method"] == Method.SIMULATED
