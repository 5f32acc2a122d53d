"""Every record is read back, of a large file by a second process; what that one cannot do is done here."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ExportError
from core.export import rereading
from core.export.request import ExportRequest
from core.export.rereading import Reread, Rereader
from core.export.writing import Draft, Outbox
from core.services import Services
from data.criteria import Criteria

LINE = b'{"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}\n'


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.export.writing._PORTION", 1 << 12)
    monkeypatch.setattr(rereading, "PORTION", 1 << 13)
    monkeypatch.setattr(rereading, "WORTH", 1 << 14)


def _written(tmp_path: Path, rereader: Rereader | None, lines: list[bytes]) -> Draft:
    draft = Outbox(tmp_path, "x").open("a.jsonl")
    for line in lines:
        draft.write_bytes(line)
        if rereader is not None:
            rereader.follow([draft])
    draft.finish()
    return draft


@pytest.mark.parametrize("bad", [b'{"messages": []}\n', b'{"messages": [}\n', LINE.replace(b'"a"', b'" "')])
@pytest.mark.parametrize("place", [0, 150, 999])
def test_a_bad_record_is_named_wherever_it_stands_and_whoever_reads_it(tmp_path: Path, bad: bytes, place: int) -> None:
    lines = [LINE] * 1000
    lines[place] = bad
    with Rereader("openai") as alone:
        here = alone.whole(_written(tmp_path / "1", None, lines))
    with Rereader("openai") as rereader:
        beside = rereader.whole(_written(tmp_path / "2", rereader, lines))
        assert rereader._asked
    assert (here.records, bool(here.problem)) == (place + 1, True)
    assert beside == here


@pytest.mark.parametrize("answered", [False, True], ids=["with answers owed", "with all answered so far"])
def test_a_process_that_dies_only_costs_time(tmp_path: Path, answered: bool) -> None:
    with Rereader("openai") as rereader:
        draft = _written(tmp_path, rereader, [LINE] * 1000)
        assert rereader._process is not None
        if answered:
            rereader._collect()
        rereader._process.kill()
        rereader._process.wait()
        assert rereader.whole(draft) == Reread(1000)


async def test_an_export_in_parts_is_read_whole_by_the_second_process(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ExportRequest("openai", Criteria(), tmp_path / "out", per="turn", split=(0.5, 0.3, 0.2))
    result = await services.export.write(wanted)
    assert (result.count, len(result.files)) == (10, 3)
    finish = Draft.finish

    def finish_and_lose_a_letter(draft: Draft) -> None:
        finish(draft)
        raw = bytearray(draft.path.read_bytes())
        raw[raw.rindex(b"content") + 20] ^= 1
        draft.path.write_bytes(raw)

    monkeypatch.setattr(Draft, "finish", finish_and_lose_a_letter)
    with pytest.raises(ExportError, match="could not be read back: it is not what was written"):
        await services.export.write(ExportRequest("openai", Criteria(), tmp_path / "again", per="turn"))
