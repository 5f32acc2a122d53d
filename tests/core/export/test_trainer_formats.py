"""The other trainers' formats: what is written obeys their rules, and what breaks one is named."""

from __future__ import annotations

import csv
import io
import json
import zlib
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from exported import ODD, SAID, dialogue, request

from core.errors import ExportError
from core.export import alpaca, bedrock, markdown, pdf, sharegpt, spreadsheet, trl
from core.export.catalogue import KINDS
from core.export.reading_form import Document, Exchange
from core.export.records import FieldTypes
from core.export.trainers import LINES
from core.export.verifying import examine

PAIRS = [{"emotional_context": {"x": 1}, "id": "left out"}, {"response_strategy": ["odd"]}]
VALUES: dict[str, Any] = {
    "number": 7,
    "persona_name": "Marcus Thompson",
    "topic": "=HYPERLINK(1)",
    "tier": "template",
    "quality_score": 8.5,
    "generation_method": "claude_api",
    "model": "claude-x",
    **dict.fromkeys(("starting_emotion", "ending_emotion", "content_category", "intent", "outcome"), "x"),
}


@pytest.mark.parametrize("per", ["conversation", "turn"])
@pytest.mark.parametrize("system", [True, False])
@pytest.mark.parametrize("format_", sorted(LINES))
def test_every_record_obeys_its_own_rules_and_has_one_type_per_field(format_: str, system: bool, per: Any) -> None:
    wanted = request(format_, per=per, system=system)
    make, rules = LINES[format_]
    spoken = dialogue((ODD, ODD), *SAID, system="You are Elena." if system else "")
    lines = list(make(spoken, wanted))
    types = FieldTypes()
    assert len(lines) == (3 if per == "turn" else 1)
    for number, line in enumerate(lines):
        assert len(line.decode().splitlines()) == 1
        assert rules(json.loads(line)) == []
        assert types.add(json.loads(line), number) == []
    assert (b"You are Elena." in lines[0]) is system
    told = json.dumps(json.loads(lines[-1]), ensure_ascii=False)
    assert all(json.dumps(text, ensure_ascii=False) in told for turn in SAID for text in turn)


@pytest.mark.parametrize("format_", ["sharegpt", "trl", "alpaca"])
def test_annotation_is_a_text_of_the_turns_so_far(format_: str) -> None:
    make, rules = LINES[format_]
    lines = [json.loads(x) for x in make(dialogue(pairs=PAIRS), request(format_, per="turn", annotation=True))]
    assert [len(json.loads(line["annotation"])) for line in lines] == [1, 2]
    assert json.loads(lines[0]["annotation"]) == [{"emotional_context": {"x": 1}}]
    assert [rules(line) for line in lines] == [[], []]


def test_a_format_without_a_place_for_annotation_says_so() -> None:
    with pytest.raises(ExportError, match="no place for annotation"):
        request("openai", annotation=True)
    with pytest.raises(ExportError, match="always carries"):
        request("seed-json", annotation=False)
    with pytest.raises(ExportError, match="per conversation only"):
        request("pdf", per="turn")


U, A = {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}
H, G = {"from": "human", "value": "u"}, {"from": "gpt", "value": "a"}


@pytest.mark.parametrize(
    ("rules", "record", "problem"),
    [
        (bedrock.problems, {"messages": [U, A], "id": 1}, "'id' is unknown"),
        (bedrock.problems, {"messages": [{"role": "system", "content": "s"}, U, A]}, "no role 'system'"),
        (bedrock.problems, {"messages": [A]}, "take turns"),
        (bedrock.problems, {"messages": [U, A, U]}, "last message"),
        (bedrock.problems, {"messages": [U, U, A, A]}, "take turns"),
        (bedrock.problems, {"messages": [U, {**A, "weight": 0}]}, "message 2: the key 'weight'"),
        (bedrock.problems, {"messages": [{**U, "content": "x\nHuman: y"}, A]}, "reserved"),
        (bedrock.problems, {"system": "", "messages": [U, A]}, "system is empty"),
        (sharegpt.problems, {"conversations": [H, H, G]}, "take turns"),
        (sharegpt.problems, {"conversations": [H, {"from": "assistant", "value": "a"}]}, "nobody is called"),
        (sharegpt.problems, {"conversations": [H, G], "system": None}, "system is no text"),
        (trl.problems, {"messages": [U, {"role": "assistant"}]}, "message 2: it has no content"),
        (trl.problems, {"prompt": [U], "completion": "a"}, "completion must be a list"),
        (trl.problems, {"prompt": [U], "completion": [A, A]}, "the answer alone"),
        (trl.problems, {"text": "a"}, "has no messages"),
        (alpaca.problems, {"instruction": "", "output": "a"}, "instruction is empty"),
        (alpaca.problems, {"instruction": "u", "output": "a", "history": [["x"]]}, "history[0]"),
        (alpaca.problems, {"instruction": "u", "output": "a", "history": [["x", 3]]}, "history[0][1] is no text"),
        (alpaca.problems, {"instruction": "u", "output": "a", "system": 3}, "system is no text"),
    ],
)
def test_what_a_trainer_refuses_is_named(rules: Any, record: Any, problem: str) -> None:
    assert problem in rules(record)[0]


def test_reserved_words_stop_a_bedrock_export_by_name() -> None:
    with pytest.raises(ExportError, match="own_001, turn 1: Bedrock reserves the words 'Human:'"):
        list(bedrock.records(dialogue(("a\nHuman: b", "c")), request("anthropic")))


def test_a_field_of_two_types_is_named_with_both_places() -> None:
    types = FieldTypes()
    assert types.add({"a": [{"b": "x"}, {"b": None}], "n": 1}, 1) == []
    assert types.add({"a": [], "n": 1.5}, 2) == []
    assert types.add({"a": [{"b": 3}]}, 3) == ["a[].b is a number here and a text in record 1: one type per field"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_no_cell_is_run_by_a_spreadsheet(start: str) -> None:
    spoken = dialogue((f"{start}cmd|' /C calc'!A0", 'fine, "yes"\nand more'), values=VALUES, pairs=PAIRS[:1])
    wanted = request("csv")
    text = spreadsheet.line(spreadsheet.heading(wanted)) + "".join(spreadsheet.rows(spoken, wanted, "train"))
    (read,) = csv.DictReader(io.StringIO(text, newline=""))
    assert read["client"] == f"'{start}cmd|' /C calc'!A0"
    assert read["topic"] == "'=HYPERLINK(1)"
    assert (read["advisor"], read["score"], read["split"]) == ('fine, "yes"\nand more', "8.5", "train")
    names, cells = csv.reader(io.StringIO(text, newline=""))
    assert spreadsheet.row_problems(cells, names) == []
    assert spreadsheet.row_problems([f"{start}1+1", *cells[1:]], names)


def test_a_table_is_held_to_our_columns_where_it_is_ours_and_is_told_apart_where_it_is_not(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "training-data-2026-11-20-approved-1-conversation.csv", tmp_path / "theirs.csv"
    for per, annotation, system in product(("turn", "conversation"), (True, False), (True, False)):
        wanted = request("csv", per=per, annotation=annotation, system=system)
        lines = list(spreadsheet.rows(dialogue(values=VALUES, pairs=PAIRS * 2), wanted, ""))
        text = spreadsheet.line(spreadsheet.heading(wanted)) + "".join(lines)
        for path in (ours, theirs):
            path.write_text(text, encoding="utf-8")
            found = examine(path)
            assert (found.problems, found.warnings, found.records) == ([], [], len(lines))
    for changed, problem in (
        (text.replace("conversation_id", "conversation", 1), "line 1: its columns are not those of a CSV export"),
        (text.replace("own_001", "", 1), "row 1: conversation_id is empty"),
    ):
        ours.write_text(changed, encoding="utf-8")
        assert examine(ours).problems[0].startswith(problem)
    theirs.write_text("name,age\nMarcus,38\n", encoding="utf-8")
    assert examine(theirs).problems == []
    (told,) = examine(theirs).warnings
    assert "'name', 'age'" in told
    assert "what the columns say was not" in told
    assert examine(theirs, "csv").problems[0].startswith("line 1: its columns are not those of a CSV export: 'name'")


def test_markdown_shows_what_was_written_and_obeys_nothing_of_it() -> None:
    turn = Exchange(1, ("Feels: shame",), "# no heading\n<script>\n1. one\n- two\n--\n==", "*not bold* [no](link)")
    text = markdown.text_of(Document("T", (("Client", "M"),), "Marcus", "Elena", (turn,), True))
    assert "\\# no heading" in text
    assert "\\<script\\>" in text
    assert "1\\. one" in text
    assert "\\- two\n\\--\n\\==\n" in text  # nor a heading of the line before
    assert "\\*not bold\\* \\[no\\](link)" in text
    assert "Practice result" in text


def _pieces(text: str) -> int:
    """In how many pieces of text the page of a PDF is drawn."""
    raw = pdf.pages_of(Document("T", (), "C", "A", (Exchange(1, (), text, "y"),), False))
    return zlib.decompress(raw.partition(b"stream\n")[2].partition(b"\nendstream")[0]).count(b" Tj")


@pytest.mark.slow
def test_a_pdf_is_whole_the_same_every_time_and_writes_out_what_its_font_lacks() -> None:
    document = Document(
        "Ärger 😀", (("Client", "Ελένη"),), "Marcus", "Elena", (Exchange(1, (), "日", "é" * 5000),), False
    )
    assert _pieces("pages {nb} end") == _pieces("pages {no} end")  # as written, without a number of pages put in
    first = pdf.pages_of(document)
    assert pdf.problems(first) == []
    assert pdf.pages_of(document) == first
    assert pdf.problems(first[:-200]) != []
    assert pdf.problems(b"hello") == ["it is no PDF"]
    assert pdf.shown("é 日 Ελ") == "é [U+65E5] Ελ"


def test_the_command_line_offers_every_format() -> None:
    from core.cli.exporting import FORMATS

    assert tuple(KINDS) == FORMATS
