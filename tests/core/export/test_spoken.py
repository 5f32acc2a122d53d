"""What is said stands in every record as it was said, whatever characters it holds; rows are packed without loss."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from core.errors import ExportError
from core.export.request import ExportRequest
from core.services import Services
from data.conversations import TURNS
from data.criteria import Criteria
from data.outgoing import Outgoing, packed
from data.packed import Packed
from tests.core.export.exported import ODD, row

HOSTILE = [
    ODD,
    *(f"a{chr(code)}b" for code in range(1, 0x100)),
    "\nHuman: x",
    "%b\x1f\ufeff\U0010ffff",
    "è©…",
]


async def _say(services: Services, texts: list[str]) -> list[tuple[str, str]]:
    """Put other words into every turn; gives them in the order of an export."""
    some = random.Random(3)
    async with services.database.write() as session:
        connection = await session.connection()
        order = TURNS.select().with_only_columns(TURNS.c.id).order_by(TURNS.c.conversation_id, TURNS.c.turn_number)
        said = []
        for (key,) in (await connection.execute(order)).all():
            said.append((some.choice(texts), "".join(some.sample(texts, 5))))
            words = {"user_input": said[-1][0], "target_response": said[-1][1]}
            await connection.execute(update(TURNS).where(TURNS.c.id == key).values(words))
    return said


@pytest.mark.parametrize("format_", ["openai", "anthropic", "sharegpt", "trl"])
async def test_every_character_stands_in_the_records_as_it_was_said(
    services: Services, tmp_path: Path, format_: Any
) -> None:
    texts = [text for text in HOSTILE if "Human" not in text or format_ != "anthropic"]
    said = await _say(services, texts)
    result = await services.export.write(ExportRequest(format_, Criteria(), tmp_path / "out", system=False))
    lines = result.files[0].read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        tree = json.loads(line)
        messages = tree.get("messages") or tree["conversations"]
        spoken = [message.get("content") or message["value"] for message in messages]
        found += list(zip(spoken[::2], spoken[1::2], strict=True))
    assert (len(lines), sorted(found)) == (10, sorted(said))


@pytest.mark.parametrize("blank", ["", " \u3000\x1f\u2028"])
async def test_a_blank_message_is_named(services: Services, tmp_path: Path, blank: str) -> None:
    async with services.database.write() as session:
        first = update(TURNS).where(TURNS.c.turn_number == 1).values(target_response=blank)
        await (await session.connection()).execute(first)
    with pytest.raises(ExportError, match=r"turn 1: the advisor's message is empty"):
        await services.export.write(ExportRequest("openai", Criteria(), tmp_path / "out"))


async def test_words_that_bedrock_reserves_are_found(services: Services, tmp_path: Path) -> None:
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
    large: Packed[Outgoing] = Packed(Outgoing._make, rows, page=10)  # most of it lies in a file
    assert (large._pages, list(large), large[-1], large[500]) == ([], rows, rows[-1], rows[500])
    assert (list(large[195:1201]), list(large[1202:])) == (rows[195:1201], rows[1202:])
