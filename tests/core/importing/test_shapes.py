"""However a valid file names its conversations and whatever stands around them, it comes in and goes out unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ImportFileError
from core.export.request import ExportRequest
from core.export.verifying import verify
from core.seedformat.documents import document_of
from core.seedformat.naming import is_plain_id
from core.services import Services
from data import conversations
from data.criteria import Criteria
from tests.core.importing.test_layouts import exact, messages_apart, written_again

Tree = dict[str, Any]
MakePair = Callable[..., Tree]


def said(text: str, **more: Any) -> Tree:
    """A pair with nothing but messages."""
    return {"current_user_input": f"{text} is what I owe.", "target_response": f"{text} is a number. Shall we?", **more}


def named(own: Any, turns: int = 2, **more: Any) -> list[Tree]:
    """The pairs of a conversation that the file calls so."""
    return [said(f"{own} {n}", conversation_id=own, turn_number=n, id=f"{own}_turn{n}", **more) for n in (1, 2)[:turns]]


def pairs(*given: list[Tree], **header: Any) -> Tree:
    """A file that lists pairs."""
    return {**header, "training_pairs": [pair for some in given for pair in some]}


def grouped(*given: Tree) -> Tree:
    """A file that lists conversations."""
    return {"consultant_profile": {}, "conversations": list(given)}


def without(pair: Tree, *keys: str) -> Tree:
    """A pair that lacks these."""
    return {key: value for key, value in pair.items() if key not in keys}


SHAPES: dict[str, tuple[int, Any]] = {  # how many conversations each file holds, and the file
    "dots": (1, pairs(named("fp.dots.001"))),
    "spaces": (2, pairs(named("fp spaces 1"), named(" fp spaces 1"))),
    "slashes": (2, pairs(named("../../fp/slashes"), named("C:\\fp\\slashes"))),
    "letters": (3, pairs(named("Gespräch-Jürgen"), named("对话一"), named("\u202efp\n\x00\x1b[2J"))),
    "long": (2, pairs(named("long" * 60), named("long" * 60 + "er"))),
    "signs": (3, pairs(named("-rf"), named("_hidden"), named("=1+1"))),
    "numbers": (3, pairs(named(7), named("7"), named(7.5))),
    "no_ids": (1, pairs([without(pair, "conversation_id", "id") for pair in named("no_ids")], dataset_metadata=None)),
    "endless_number": (1, pairs([said("endless", turn_number=1), said("number", turn_number="9" * 5000)])),
    "no_ids_but_turns": (2, pairs([without(p, "conversation_id", "id") for n in "ab" for p in named(f"no_ids_{n}")])),
    "no_ids_but_history": (
        2,
        pairs([said("h1", conversation_history=[]), said("h2"), said("h3", conversation_history=[])]),
    ),
    "no_ids_at_all": (1, pairs([said("n1"), said("n2"), said("n3")])),
    "some_ids": (1, pairs([named("some_ids")[0], said("then", turn_number=2), said("more", conversation_id=None)])),
    "ids_of_pairs": (2, pairs([without(p, "conversation_id") for n in "ab" for p in named(f"of_pairs.{n}")])),
    "other_ids": (1, pairs([{**pair, "id": place} for place, pair in enumerate(named("other_ids"))])),
    "ids_twice": (1, pairs([{**pair, "id": "the same"} for pair in named("ids_twice")])),
    "odd_ids": (2, pairs(named({"odd": [1]}, 1), named(True, 1), named(" ", 1)[:0])),
    "interleaved": (2, pairs(*([one, other] for one, other in zip(named("woven a"), named("woven_b"), strict=True)))),
    "nulls": (
        1,
        pairs(
            named(
                "nulls.1",
                conversation_metadata=None,
                emotional_context=None,
                response_strategy=None,
                response_breakdown=None,
                expected_user_response_patterns=None,
                training_metadata=None,
                conversation_history=None,
                system_prompt=None,
            ),
            dataset_metadata=None,
            consultant_profile=None,
        ),
    ),
    "empty_blocks": (1, pairs(named("empty_1", emotional_context={}, training_metadata=[]), consultant_profile={})),
    "named_by_the_head": (1, pairs([said("head")], conversation_metadata={"conversation_id": "by.head"})),
    "list_of_pairs": (2, [*named("bare.1"), *named("bare_2")]),
    "list_of_halves": (1, [without(pair, "conversation_id", "turn_number") for pair in messages_apart("halves.1", 2)]),
    "list_of_conversations": (
        2,
        [{"id": "in a list", "training_pairs": [said("l1")]}, {"training_pairs": [said("l2")]}],
    ),
    "list_of_files": (2, [pairs(named("one.file"), consultant_profile=None), pairs(named("other.file"))]),
    "one_pair": (1, {"id": 3, **said("alone"), "training_metadata": {"human_reviewed": True}}),
    "same_names": (3, grouped(*({"id": "same", "training_pairs": [said(f"same {n}")]} for n in "abb"))),
    "numbered_groups": (2, grouped(*({"conversation_metadata": {"id": n}, **pairs([said(f"g{n}")])} for n in (1, 2)))),
    "both_lists": (2, {**pairs(named("both_1", 1)), **grouped({"id": "both_1", "training_pairs": [said("else")]})}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_and_written_again(shape: str) -> None:
    number, tree = SHAPES[shape]
    document = document_of(tree, "odd.json", "0")
    ids = [conversation.conversation_id for conversation in document.conversations]
    assert len(set(ids)) == len(ids) == number
    assert all(is_plain_id(one) for one in ids)
    assert ids == [one.conversation_id for one in document_of(tree, "renamed.json", "1").conversations]
    assert exact(written_again(tree)) == exact(tree)


async def test_every_shape_goes_through_the_database_unchanged(services: Services, tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out" / "deep"
    inside.mkdir()
    for name, (_, tree) in SHAPES.items():
        (inside / f"{name}.json").write_text(json.dumps(tree, indent=1), encoding="utf-8")
    report = await services.imports.run([inside])
    assert report.failures == ()
    assert {file.file: len(file.added) for file in report.files} == {f"{n}.json": s[0] for n, s in SHAPES.items()}
    ids = tuple(one for file in report.files for one in file.added)
    wanted = ExportRequest("seed-json", Criteria(ids=ids), outside, approved_only=False)
    result = await services.export.write(wanted)
    assert {path.parent for path in result.files} == {outside}
    written = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in result.files}
    assert sorted(written) == sorted(SHAPES)
    assert [name for name, (_, tree) in SHAPES.items() if exact(written[name]) != exact(tree)] == []
    assert [problem for path in result.files for problem in verify(path)] == []


async def test_a_row_that_is_called_otherwise_than_in_its_file_says_so(
    services: Services, make_pair: MakePair, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([make_pair("fp.one/1", 1), make_pair("fp.one/1", 2)]), encoding="utf-8")
    (file,) = (await services.imports.run([path])).files
    (row_id,) = file.added
    assert row_id.startswith("fp_one_1_")
    assert f"{row_id} is called 'fp.one/1' in the file, where it keeps that name" in file.warnings
    path.write_text(json.dumps([make_pair("fp.two", 1), make_pair("fp.two", 2)]), encoding="utf-8")
    (other,) = (await services.imports.run([path])).files
    assert other.duplicates == {other.added[0]: row_id}
    # As pages for people the names stay in the folder too.
    wanted = ExportRequest("markdown", Criteria(ids=(row_id,)), tmp_path / "out", approved_only=False)
    assert (await services.export.write(wanted)).files == (tmp_path / "out" / f"{row_id}.md",)


@pytest.mark.parametrize("shape", ["slashes", "no_ids_but_turns"])
async def test_the_same_file_once_more_is_known_and_undone_it_leaves_nothing(
    services: Services, tmp_path: Path, shape: str
) -> None:
    number, tree = SHAPES[shape]
    for name in ("a.json", "renamed.json"):
        (tmp_path / name).write_text(json.dumps(tree), encoding="utf-8")
    (file,) = (await services.imports.run([tmp_path / "a.json"])).files
    with pytest.raises(ImportFileError, match=f"{file.added[0]} has text already"):
        await services.imports.run([tmp_path / "renamed.json"])
    undone = await services.imports.undo(file.import_id)
    assert (len(undone.removed), undone.removed) == (number, file.added)
    async with services.database.read() as session:
        assert await conversations.get_many(session, file.added) == {}
    assert (await services.imports.run([tmp_path / "renamed.json"])).files[0].added == file.added
