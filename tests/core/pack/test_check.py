"""`brightrun check`: the pack we ship passes, and a copy damaged in one place fails with that place and the reason."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.pack.check import check_pack, check_path
from core.pack.places import find_pack
from core.pack.repetition import overused_phrases, shared_openers
from core.quality.reading import Message
from core.text.sentences import split_sentences

SHIPPED = find_pack("financial_planning")
SEEDS = sorted(path.stem for path in (SHIPPED / "conversations").glob("*.json"))
Damage = Callable[[Path], Any]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the shipped pack."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "financial_planning"))


def edit_json(name: str, edit: Callable[[Any], Any]) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / name
        tree = json.loads(path.read_text(encoding="utf-8"))
        edit(tree)
        path.write_text(json.dumps(tree), encoding="utf-8")

    return damage


def edit_seed(edit: Callable[[list[dict[str, Any]]], Any], seed: str = "fp_david_001") -> Damage:
    return edit_json(f"conversations/{seed}.json", lambda tree: edit(tree["training_pairs"]))


def edit_plan(edit: Callable[[list[dict[str, str]]], Any]) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "plan.csv"
        with path.open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        columns = list(rows[0])
        edit(rows)
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, columns)
            writer.writeheader()
            writer.writerows(rows)

    return damage


def row_with(tier: str, **values: str) -> Damage:
    """The first row of a tier with other values."""
    return edit_plan(lambda rows: next(row for row in rows if row["tier"] == tier).update(values))


def _mangle_quotation(pairs: list[dict[str, Any]]) -> None:
    indicators = pairs[1]["emotional_context"]["emotional_indicators"]
    indicators[next(iter(indicators))] = ["words nobody wrote"]


def _same_phrase_everywhere(folder: Path) -> None:
    for seed in SEEDS[:4]:
        edit_seed(_append_phrase, seed)(folder)


def _append_phrase(pairs: list[dict[str, Any]]) -> None:
    added = "Put the purple kettle on twice."
    pair = pairs[0]
    pair["target_response"] += f" {added}"
    sentences = pair["response_breakdown"]["sentences"]
    number = len(split_sentences(pair["target_response"]))
    reasons = dict.fromkeys(("Put", "purple", "kettle"), "odd")
    sentences.append({**sentences[-1], "sentence_number": number, "text": added, "word_choice_rationale": reasons})


def _same_opener(folder: Path) -> None:
    text = json.loads((folder / "conversations" / f"{SEEDS[0]}.json").read_text(encoding="utf-8"))
    words = " ".join(text["training_pairs"][0]["target_response"].split()[:4])
    edit_seed(lambda pairs: pairs[0].update(target_response=f"{words} {pairs[0]['target_response']}"), SEEDS[1])(folder)


def _halves_of_a_tier(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row["tier"] == "scenario":
            row["tone"] = "urgent"


def _first(rows: list[dict[str, str]], persona: str) -> dict[str, str]:
    return next(row for row in rows if row["persona"] == persona)


DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "a missing sentence annotation": (
        edit_seed(lambda pairs: pairs[1]["response_breakdown"]["sentences"].pop(2)),
        "conversations/fp_david_001.json, turn 2, advisor, sentence 3",
        "missing: 3",
    ),
    "a changed quotation": (
        edit_seed(_mangle_quotation),
        "conversations/fp_david_001.json, turn 2, client",
        "did not write 'words nobody wrote'",
    ),
    "an intensity off the plan": (
        edit_seed(lambda pairs: pairs[0]["emotional_context"]["detected_emotions"].update(intensity=0.4)),
        "conversations/fp_david_001.json, turn 1",
        "starting intensity is 0.4; the plan says 0.7",
    ),
    "a wrong turn count": (
        edit_seed(lambda pairs: pairs.pop()),
        "conversations/fp_david_001.json",
        "The plan asks for 4 turns, the conversation has 3",
    ),
    "a phrase used in too many conversations": (
        _same_phrase_everywhere,
        ", ".join(SEEDS[:4]),
        "4 conversations share the phrase “put the purple kettle on twice”",
    ),
    "two replies that open alike": (_same_opener, f"{SEEDS[1]}, turn 1", f"as in {SEEDS[0]}, turn 1"),
    "an unknown intent": (row_with("template", intent="brag"), "intent", "'brag' is not in the taxonomy's intents"),
    "an unknown emotion": (
        edit_json("arcs.json", lambda arcs: arcs[0]["milestones"][0].update(emotion="hangry")),
        "arcs.json, confusion_to_clarity",
        "'hangry' is not in the taxonomy's emotions",
    ),
    "a dimension without a value": (row_with("scenario", tone=""), "tone", "There is no value"),
    "an edge case without a referral": (
        edit_json("edge_cases.json", lambda cases: cases[3].update(referrals=[])),
        "edge_cases.json, 3.referrals",
        "at least 1 item",
    ),
    "an arc that does not exist": (row_with("template", arc="joy_to_joy"), ", arc", "no arc 'joy_to_joy'"),
    "an edge case that does not exist": (row_with("edge_case", edge_case="nothing"), ", edge_case", "'nothing'"),
    "a scenario that does not exist": (row_with("scenario", scenario="nothing"), ", scenario", "'nothing'"),
    "a topic that does not exist": (row_with("template", topic_key="nothing"), ", topic_key", "'nothing'"),
    "a persona that does not exist": (
        row_with("template", persona="Gertrude"),
        ", persona",
        "'Gertrude' is no persona",
    ),
    "an emotion off the arc": (
        row_with("template", ending_emotion="relief"),
        ", ending_emotion",
        "The arc confusion_to_clarity has clarity",
    ),
    "an intensity off the arc": (
        row_with("template", starting_intensity="0.2"),
        ", starting_intensity",
        "outside the arc",
    ),
    "an intensity off the scenario": (
        row_with("scenario", ending_intensity="0.71"),
        ", ending_intensity",
        "The scenario",
    ),
    "an edge case that ends in clarity": (row_with("edge_case", outcome="resolved"), ", outcome", "ends in a referral"),
    "a row without its client": (
        edit_json("clients.json", lambda clients: clients.pop(0)),
        "fp_mixed_001, persona",
        "no client of its own",
    ),
    "two clients of one name": (
        edit_json("clients.json", lambda clients: clients[5].update(name=clients[0]["name"])),
        "clients.json, fp_mixed_001",
        "more than once",
    ),
    "shares off the aim": (
        edit_json("pack.json", lambda info: info["target_shares"]["tier"].update(template=60)),
        "plan.csv",
        "40 rows of the tier template",
    ),
    "one tone for a whole tier": (edit_plan(_halves_of_a_tier), "plan.csv, tone", "'urgent' has 35 of the 35 rows"),
    "a seed without its file": (
        lambda folder: (folder / "conversations" / "fp_david_001.json").unlink(),
        "plan.csv, fp_david_001",
        "has no conversation file",
    ),
    "a seed the plan does not know": (
        edit_plan(lambda rows: rows.remove(next(row for row in rows if row["conversation_id"] == "fp_david_001"))),
        "conversations/fp_david_001.json",
        "The plan has no row fp_david_001",
    ),
    "a file with a syntax error": (
        lambda folder: (folder / "conversations" / "fp_david_001.json").write_text('{\n"a": b}', encoding="utf-8"),
        "fp_david_001.json, line 2, column 6",
        "a value was expected here",
    ),
    "a plan row that cannot be rendered": (
        edit_json("edge_cases.json", lambda cases: [case.update(boundary=" ") for case in cases]),
        "plan.csv, fp_mixed_",
        "${boundary} has no value",
    ),
    "words for a category that does not exist": (
        edit_json("sources.json", lambda words: words["content_category"].update(gardening=["lawn"])),
        "sources.json, content_category",
        "no 'gardening'",
    ),
    "a plan line of another length": (
        lambda folder: (folder / "plan.csv").write_text(
            (folder / "plan.csv").read_text(encoding="utf-8") + "101,short\n", encoding="utf-8"
        ),
        "plan.csv, line",
        "number of fields",
    ),
}


def test_the_shipped_pack_passes_and_says_what_it_holds():
    report = check_pack(SHIPPED)
    assert [problem.line() for problem in report.errors] == []
    *_, counts = report.lines()
    sentences = report.counts["sentences"]
    assert counts == (
        f"10 conversations, 41 turns, {sentences} sentences, 90 planned as 40/35/15, personas 17/14/13/56"
    )
    assert report.passed and report.counts["mean_prompt_tokens"] < 6000


@pytest.mark.parametrize(  # each loads the whole pack: two of three take their turn in `make test-all`
    "name", [pytest.param(name, marks=pytest.mark.slow if at % 3 else ()) for at, name in enumerate(DAMAGES)]
)
def test_a_pack_with_one_damage_fails_with_place_and_reason(pack, name):
    damage, place, reason = DAMAGES[name]
    damage(pack)
    report = check_path(pack)
    assert not report.passed
    assert [problem for problem in report.errors if place in problem.place and reason in problem.message], (
        report.lines()
    )


def test_a_conversation_of_a_pack_is_held_to_the_packs_plan(pack):
    edit_seed(lambda pairs: pairs.pop())(pack)
    report = check_path(pack / "conversations" / "fp_david_001.json")
    assert [problem.message for problem in report.errors if "plan asks for 4 turns" in problem.message]
    assert report.counts["conversations"] == 1


def test_the_same_file_outside_a_pack_is_judged_leniently(pack, tmp_path):
    edit_seed(lambda pairs: pairs[1]["response_breakdown"]["sentences"].pop(2))(pack)
    alone = Path(shutil.copy(pack / "conversations" / "fp_david_001.json", tmp_path))
    report = check_path(alone)
    assert report.passed
    assert [problem.place for problem in report.warnings] == ["fp_david_001.json, turn 2, advisor, sentence 3"]
    planned = check_path(alone, plan={"fp_david_001": {"target_turns": 7}})
    assert planned.passed and any("asks for 7 turns" in problem.message for problem in planned.warnings)


def test_a_folder_of_files_is_checked_file_by_file(pack):
    bare = pack.parent / "loose"
    shutil.copytree(pack / "conversations", bare)
    (bare / "broken.json").write_text("{", encoding="utf-8")
    report = check_path(bare)
    assert report.counts["conversations"] == 10
    assert [problem.place.rsplit("/", 1)[-1] for problem in report.errors] == ["broken.json, line 1, column 2"]


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    assert not check_path(tmp_path / "nowhere.json").passed
    assert not check_path(tmp_path).passed


def test_a_plan_on_its_own_is_read(pack):
    assert check_path(pack / "plan.csv").counts == {"planned_rows": 100}


def test_phrases_that_overlap_are_told_as_one_and_three_conversations_may_share_them():
    text = "the small brass bell rang over the door"
    many = {f"c{n}": [Message(1, "advisor", f"{n} {text}")] for n in range(4)}
    (problem,) = overused_phrases(many)
    assert text in problem.message and problem.place == "c0, c1, c2, c3"
    del many["c0"]
    assert list(overused_phrases(many)) == []


def test_only_replies_count_for_openers():
    talk = {"a": [Message(1, "client", "One two three four."), Message(1, "advisor", "Five six seven eight.")]}
    assert list(shared_openers({**talk, "b": [Message(1, "client", "One two three and more.")]})) == []
    (problem,) = shared_openers({**talk, "b": [Message(2, "advisor", "Five, six: seven!")]})
    assert problem.place == "b, turn 2"
