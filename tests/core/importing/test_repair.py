"""Broken JSON is mended by single characters, shown before it is done, and flagged after; never silently."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.importing.repair import propose
from core.importing.service import Order
from core.services import Services
from data import conversations

EXAMPLES = Path(__file__).parents[3] / ".." / "shared" / "examples"
MakePair = Callable[..., dict[str, Any]]
TREE = {
    "training_pairs": [
        {"conversation_id": "a", "current_user_input": "hi, you", "l": ["a", "b"], "o": {"p": 1, "q": 2}}
    ]
}
GOOD = json.dumps(TREE, indent=1)


def proposed(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    return propose(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"hi, you",', '"hi, you"'),
        ('"hi, you"', '"hi, you'),
        ('"q": 2', '"q": 2,'),
        ('"q": 2\n   }', '"q": 2\n'),
        ('"conversation_id"', "conversation_id"),
        ('"conversation_id":', '"conversation_id"'),
        ('    "a",\n', '    "a"\n'),
        ('"hi, you"', "'hi, you'"),
        ('"b"\n   ]', '"b",\n   ]'),
        ("\n }\n ]\n}", "\n }\n ]\n}}"),
        ("\n  }\n ]\n}", "\n  }"),
    ],
)
def test_a_small_fault_is_mended_to_what_was_meant(tmp_path: Path, old: str, new: str) -> None:
    broken = GOOD.replace(old, new) if old in GOOD else GOOD + "}"
    repair = proposed(tmp_path, broken)
    if "'hi, you'" in new:
        assert repair is None  # a comma in it: where it ends is anybody's guess
        return
    assert json.loads(repair.text) == TREE
    assert len(repair.changes) == 1
    assert repair.difference().count("\n-") + repair.difference().count("\n+") >= 3


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "",
        "no JSON at all",
        GOOD.replace("hi, you", 'he said "hi" to'),
        GOOD[:60],
        '{"a": NaN,}',
        '{"a": 1, "a": 2,}',
        "[" * 5000,
    ],
)
def test_what_has_no_plain_reading_is_left_to_the_person(tmp_path: Path, text: str) -> None:
    if text:
        assert proposed(tmp_path, text) is None


async def test_what_was_repaired_is_flagged_and_nothing_beside_it(
    services: Services, make_pair: MakePair, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    tree = {"training_pairs": [make_pair("own_1", 1), make_pair("own_2", 1)]}
    good = json.dumps(tree, indent=1)
    at = good.rindex('"pacing": "slow"')
    path.write_text(good[:at] + '"pacing": slow' + good[at + len('"pacing": "slow"') :], encoding="utf-8")
    repair = propose(path)
    assert repair is not None
    report = await services.imports.run([path], order=Order(repairs={path: repair}))
    assert any("own_2 was repaired (line " in warning for warning in report.warnings)
    async with services.database.read() as session:
        rows = await conversations.get_many(session, ["own_1", "own_2"])
    assert rows["own_1"]["status"] == "approved"
    assert "repaired" not in rows["own_1"]["extra"]
    assert (rows["own_2"]["status"], rows["own_2"]["needs_review"]) == ("generated", True)
    assert rows["own_2"]["extra"]["repaired"] == repair.told()


def test_of_a_file_of_one_long_line_the_difference_shows_what_stands_around_the_change(tmp_path: Path) -> None:
    long = [{"conversation_id": "x", "current_user_input": "y" * 900}] * 9
    text = json.dumps({"training_pairs": long, "o": {"p": 1}})
    repair = proposed(tmp_path, text[:-2] + ",}}")
    assert max(len(line) for line in repair.difference().split("\n")) < 200
    assert "+…" in repair.difference()
    assert repair.difference().endswith('"o": {"p": 1}}')


def test_lines_are_mended_one_by_one(tmp_path: Path) -> None:
    line = '{"messages": [{"role": "user", "content": "x"}]}'
    repair = proposed(tmp_path, f"{line}\n{line[:-1]}\n{line.replace('user', 'u').replace('[', '[,', 1)}\n")
    assert repair is None
    repair = proposed(tmp_path, f"{line}\n{line[:-1]}\n{line}\n")
    assert repair.told() == ["line 2, column 48: closed what was open at the end: }"]
    assert repair.text == f"{line}\n{line}\n{line}\n"


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not part of the repository")
async def test_the_damaged_example_needs_two_quotation_marks(services: Services) -> None:
    path = EXAMPLES / "seed-conversation-10-malformed.json"
    repair = propose(path)
    assert repair is not None
    assert repair.told() == ["line 420, column 52: put 'lists all numbers' in quotation marks"]
    assert repair.difference().count("\n-          ") == 1
    report = await services.imports.preview([path], order=Order(repairs={path: repair}))
    assert report.conversations == 1
