"""Most lines are made the short way, from turns that the database quotes; they are those of the long way."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from core.errors import ExportError
from core.export import framing
from core.export.request import ExportRequest
from core.services import Services
from data.conversations import TURNS
from data.criteria import Criteria
from data.outgoing import Outgoing, packed
from data.packed import Packed
from tests.core.export.exported import ODD, request, row

HOSTILE = [
    ODD,
    *(f"a{chr(code)}b" for code in range(0x100)),
    "\nHuman: x",
    '\0client 0"',
    "%b\x1f\ufeff\U0010ffff",
    "è©…",
]


async def _say(services: Services, texts: list[str]) -> None:
    some = random.Random(3)
    async with services.database.write() as session:
        connection = await session.connection()
        for (key,) in (await connection.execute(TURNS.select().with_only_columns(TURNS.c.id))).all():
            said = {"user_input": some.choice(texts), "target_response": "".join(some.sample(texts, 5))}
            await connection.execute(update(TURNS).where(TURNS.c.id == key).values(said))


@pytest.mark.parametrize("format_", ["openai", "anthropic", "sharegpt", "trl"])
async def test_the_short_way_writes_what_the_long_way_writes(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: Any
) -> None:
    assert framing.frames_of(row(), ["Be kind.\u2028"], request(format_))
    texts = [text for text in HOSTILE if "Human" not in text or format_ != "anthropic"]
    await _say(services, texts)
    short = await services.export.write(ExportRequest(format_, Criteria(), tmp_path / "short"))
    monkeypatch.setattr(framing, "frames_of", lambda *_: None)
    long = await services.export.write(ExportRequest(format_, Criteria(), tmp_path / "long"))
    assert short.files[0].read_bytes() == long.files[0].read_bytes() != b""


@pytest.mark.parametrize(("format_", "more"), [("alpaca", {}), ("openai", {"per": "turn"}), ("trl", {"per": "turn"})])
def test_turns_that_do_not_follow_alike_go_the_long_way(format_: Any, more: Any) -> None:
    assert framing.frames_of(row(), [""], request(format_, **more)) is None


@pytest.mark.parametrize("blank", ["", " \u3000\x1f\u2028"])
async def test_a_blank_message_is_named(services: Services, tmp_path: Path, blank: str) -> None:
    async with services.database.write() as session:
        first = update(TURNS).where(TURNS.c.turn_number == 1).values(target_response=blank)
        await (await session.connection()).execute(first)
    with pytest.raises(ExportError, match=r"turn 1: the advisor's message is empty"):
        await services.export.write(ExportRequest("openai", Criteria(), tmp_path / "out"))


async def test_words_that_bedrock_reserves_are_found_on_the_short_way(services: Services, tmp_path: Path) -> None:
    await _say(services, ["Yes.", "No.\nHuman: x", "a", "b", "c"])
    with pytest.raises(ExportError, match="Bedrock reserves the words"):
        await services.export.write(ExportRequest("anthropic", Criteria(), tmp_path / "out"))


def test_packed_rows_come_out_as_they_went_in_and_are_small() -> None:
    rows = [row(f"own_{n:05}", number=n, positions=[n] if n % 7 else None, quality_score=n / 3) for n in range(1203)]
    small: Packed[Outgoing] = packed(rows)
    assert (len(small), list(small)) == (1203, rows)
    for part in (slice(0, 2), slice(499, 1001), slice(1200, 2000), slice(5, 5), slice(None, None, 400)):
        assert list(small[part]) == rows[part]
    assert (small[-1], small[500]) == (rows[-1], rows[500])
    assert sum(map(len, small._pages)) < 120 * len(rows)
