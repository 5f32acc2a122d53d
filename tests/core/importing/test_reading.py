"""A file that cannot be read is refused in a sentence with line and column, whatever is wrong with it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from core.errors import ImportFileError
from core.importing.incoming import files_of
from core.seedformat.reading import json_lines, read_bytes, strict_json
from core.seedformat.scanning import first_fault, paths_at
from core.text.sentences import split_sentences

FAR_AWAY_S = 60  # of this process: no bound on speed, only on what never ends
GOOD = json.dumps({"a": [1, {"b": "é"}]}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "f is empty"),
        (b"\xef\xbb\xbf \n", "f is empty"),
        (GOOD.encode("utf-16"), "f is UTF-16, not UTF-8"),
        (GOOD.encode("utf-16-le"), "it looks like UTF-16"),
        (GOOD.encode("utf-32"), "f is UTF-32, not UTF-8"),
        ('{"a":\n "é"}'.encode("latin-1"), "line 2, column 3: the byte 0xE9 is not UTF-8 .*Latin-1"),
        (b'{"a": "\xc3', "column 8: the file ends in the middle of a character"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"PK\x03\x04...", "a ZIP archive or a workbook"),
        (b'{"a": "x",\n "b": "y\0"}', "line 2, column 9: there is a NUL byte"),
        (b'{"a": 1,\n "b": [NaN]}', "line 2, column 8: NaN is not JSON"),
        (b'{"a": -Infinity}', "line 1, column 7: -Infinity is not JSON"),
        (b'{"a": 1,\n\n "x": 1e999}', "line 3, column 7: 1e999 is larger than a number can be"),
        (b'{"a": 1,\n "x": 1' + b"0" * 5000 + b"}", "line 2, column 7: a number that is too long"),
        (b'{"a": {"b": 1},\n "c": {"b": 1, "b": 2}}', "line 2, column 16: the key 'b' stands twice"),
        (b'{"b": 1,\n "\\u0062": 2}', "line 2, column 2: the key 'b' stands twice"),
        (b'{"a": [\n"ok", "x\\ud83dy"]}', "line 2, column 9: half a character"),
        (b"[\n" * 200 + b"]" * 200, "line 101, column 1: it is nested too deeply"),
        (b"[" * 500_000, "line 1, column 101: it is nested too deeply"),
        (b'{"a": 1,\n', "line 1, column 9|line 2, column 1"),
        (b'{"a": {"b": 1}', "the file ends here, in the middle of its content"),
        (b'{"a": "b\n}', "control character stands raw|never ends"),
        (b'{"a": "b}', "line 1, column 7: the text that begins here never ends"),
        (b'{"a" 1}', "line 1, column 6: a colon is missing"),
        (b'{"a": 1 "b": 2}', "line 1, column 9: a comma or a closing bracket is missing"),
        (b"{'a': 1}", "line 1, column 2: a key in double quotation marks"),
        (b"{\"a\": 'x'}", "line 1, column 7: texts need double quotation marks"),
        (b'{"a": 1}\n{"b": 2}', "line 2, column 1: the document ends before this"),
        (b'{"a": 1}', ""),
        (b'\xef\xbb\xbf{"a": "\\u0000 \\ud83d\\ude42"}', ""),
    ],
)
def test_the_sentence_names_the_place(raw: bytes, says: str) -> None:
    if not says:
        strict_json(raw, "f")
        return
    with pytest.raises(ImportFileError, match=says):
        strict_json(raw, "f")


def test_the_line_that_is_shown_is_the_one_of_the_fault_however_long() -> None:
    # U+2028 ends no line for an editor, so it must not for us.
    text = '{"a": "\u2028\u2028",\n "b": ' + '"x", ' * 500 + "HERE}"
    with pytest.raises(ImportFileError, match="line 2, column") as refusal:
        strict_json(text.encode(), "f")
    assert len(refusal.value.hint) < 250
    with pytest.raises(ImportFileError, match="f, line 3, column 9") as refusal:
        list(json_lines('{"a": 1}\n\n{"a": 1 HERE}', "f"))
    assert "HERE" in refusal.value.hint


def test_names_that_are_no_file_are_told_without_codes(tmp_path: Path) -> None:
    for path, says in (
        (tmp_path / "no", "does not exist"),
        (tmp_path, "is a folder"),
        (Path("a\0b"), "is no name of a file"),
        (tmp_path / ("x" * 300), "cannot be read: file name too long"),
        (Path("/dev/zero"), "no file but a pipe or device"),
    ):
        with pytest.raises(ImportFileError, match=says) as refusal:
            read_bytes(path)
        assert "Errno" not in str(refusal.value)


def test_what_is_no_file_or_too_large_or_changes_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, sparse, growing = tmp_path / "pipe.json", tmp_path / "sparse.json", tmp_path / "growing.json"
    os.mkfifo(pipe)
    with sparse.open("wb") as stream:
        stream.truncate(2 * 1024**3)
    growing.write_text("[1]")
    for path, says in ((pipe, "no file but a pipe or device"), (sparse, "larger than 128 MiB")):
        with pytest.raises(ImportFileError, match=says):
            read_bytes(path)
    look = os.fstat

    def write_meanwhile(number: int) -> os.stat_result:
        found = look(number)
        with growing.open("a") as stream:
            stream.write(", 2")
        return found

    monkeypatch.setattr("core.seedformat.reading.os.fstat", write_meanwhile)
    with pytest.raises(ImportFileError, match="was changed while it was read"):
        read_bytes(growing)


def test_a_folder_gives_every_file_that_is_meant_and_follows_no_loop(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "b.JSONL").write_text("{}")
    (tmp_path / "in" / "a.json").write_text("{}")
    (tmp_path / "in" / "manifest-x.json").write_text("{}")
    (tmp_path / "in" / "notes.txt").write_text("")
    (tmp_path / "in" / ".hidden").mkdir()
    (tmp_path / "in" / ".hidden" / "c.json").write_text("{}")
    (tmp_path / "in" / "deep" / "again").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "nowhere.json").symlink_to(tmp_path / "gone")
    found = files_of([tmp_path / "in", tmp_path / "in" / "a.json"])
    assert [str(path.relative_to(tmp_path / "in")) for path in found] == ["a.json", "deep/b.JSONL", "nowhere.json"]
    with pytest.raises(ImportFileError, match=r"nowhere\.json does not exist"):
        read_bytes(found[-1])
    assert files_of([Path("a\0b"), tmp_path / ("x" * 300)]) == [Path("a\0b"), tmp_path / ("x" * 300)]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_folder_is_named_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    try:
        with pytest.raises(ImportFileError, match="closed cannot be read: permission denied"):
            files_of([tmp_path])
        assert files_of([closed / "x.json"]) == [closed / "x.json"]
        with pytest.raises(ImportFileError, match="may not be read by you"):
            read_bytes(closed / "x.json")
    finally:
        closed.chmod(0o700)


def test_a_position_is_told_by_the_keys_that_lead_to_it() -> None:
    text = '{"a": [1, {"b": [true, "x"]}], "c": {"d": 2}}'
    assert paths_at(text, [text.index("2"), text.index('"x"'), 0]) == [("c", "d"), ("a", 1, "b", 1), ()]
    assert first_fault(text) is None


def test_no_text_makes_the_split_into_sentences_slow() -> None:
    """Hundredths of a second where each character is read once; a split that looks back from each takes minutes."""
    start = time.process_time()
    for text in ("." * 100_000 + "a", "e.g. " * 20_000, "?!" * 50_000 + "x", ".)" * 50_000 + "a", '."' * 50_000):
        split_sentences(text)
    assert time.process_time() - start < FAR_AWAY_S
