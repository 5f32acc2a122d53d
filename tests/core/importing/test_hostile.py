"""Hostile and random files: no traceback, no partial import, and an answer within bounded time."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import BrightrunError
from core.importing.formats import FORMATS, document, streamed
from core.importing.incoming import Incoming
from core.importing.repair import propose
from core.importing.service import Order
from core.pack.files import PlanRow
from core.planning.table import Words, read_table
from core.seedformat import streaming
from core.seedformat.documents import SeedConversation, as_text_rows, conversation_rows
from core.seedformat.streaming import NotPlainError
from core.services import Services
from data import conversations
from tests.core.importing.odd_files import odd_file
from tests.core.importing.test_chats import RECORDS

ORDINARY, SLOW = 300, 10_000
FAR_AWAY_S = 60  # of this process for one input: no bound on speed, only on what never ends
# Words of libraries, which are for programmers.
LIBRARY = ("Traceback", "Errno", "pydantic", "Input should", "nput should", "codec can't", "str.", "NoneType", "utf-8'")
PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"\\",
    b"\\u",
    b"\\ud800",
    b"\0",
    b"\xff",
    b"NaN",
    b"1e999",
    b"null",
    b"\n",
]


def hostile(number: int) -> bytes:
    """One input: a good file with bytes flipped, cut, doubled or filled in, or something that never was one."""
    dice = random.Random(number)
    kind = number % 13
    if kind == 0:
        return dice.randbytes(dice.randint(0, 4000))
    if kind == 1:
        return b"".join(dice.choice(PIECES) for _ in range(dice.randint(1, 2000)))
    if kind == 2:
        deep = dice.choice([50, 101, 1000, 100_000])
        return dice.choice([b"[" * deep, b'{"training_pairs":' * deep, b"[" * deep + b"]" * deep])
    if kind == 3:
        text = dice.choice([".", "e.g. ", "a", "\x00", "?)", "🙂", "((", "1.", "-", "\u202e"]) * dice.choice(
            [10, 1000, 30_000]
        )
        tree: Any = {"training_pairs": [{"conversation_id": "x", "current_user_input": text, "target_response": text}]}
        return json.dumps(tree).encode()
    if kind == 4:
        return json.dumps(_random_tree(dice, 4)).encode()
    if kind == 10:
        text = json.dumps(odd_file(number), ensure_ascii=False)
        coding = dice.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp1252", "utf-7"])
        return dice.choice([b"", b"\xef\xbb\xbf", b"\0"]) + text.encode(coding, "replace")
    if kind == 11:
        return "\n".join(json.dumps(_hostile_record(dice)) for _ in range(dice.randint(1, 6))).encode()
    if kind == 12:
        return _hostile_table(dice).encode("utf-8", "surrogatepass")
    good = json.dumps(odd_file(number) if kind < 8 else dice.choice(list(RECORDS.values())), ensure_ascii=False)
    if kind == 8:
        good = "\n".join([good] * dice.randint(2, 5))
    raw = bytearray(good.encode("utf-8", "surrogatepass"))
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(raw))
        what = dice.randrange(4)
        if what == 0:
            raw[at] ^= 1 << dice.randrange(8)
        elif what == 1:
            raw[at:at] = dice.choice(PIECES)
        elif what == 2:
            del raw[at : at + dice.randint(1, 50)]
        else:
            raw[at:at] = raw[at : at + 200]
        if not raw:
            break
    return bytes(raw)


def _hostile_record(dice: random.Random) -> Any:
    """A record of a trainer in which one value is something else."""
    record = json.loads(json.dumps(RECORDS[dice.choice(sorted(RECORDS))]))
    place: Any = record
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = dice.choice(keys)
        if isinstance(place[key], dict | list) and place[key] and dice.random() < 0.7:
            place = place[key]
            continue
        place[key] = dice.choice(
            [None, True, -1, 1e300, 10**400, "", " ", "\0", "\u202e", "x" * 100_001, [], {}, [[]], {"a": {}}, "\ud800"]
        )
        return record


def _hostile_table(dice: random.Random) -> str:
    """A plan of which headings and cells are anything."""
    columns = list(PlanRow.model_fields)
    dice.shuffle(columns)
    columns = columns[: dice.randint(1, len(columns))]
    delimiter = dice.choice([",", ";", "\t", "|"])
    cells = [
        "",
        "1",
        "-1",
        "1e999",
        "nan",
        "9" * 5000,
        "10000000000000000000000",
        "template",
        "Seed",
        "mixed",
        "0,5",
        '"',
    ]
    cells += ['"a\nb"', '""', '"a"b', "\u202e", "x" * 200_000, "=1+1", "../x", "\r", "٣", "\ufeff", "\x1b[2J"]
    lines = [delimiter.join(columns)] + [
        delimiter.join(dice.choice(cells) for _ in range(len(columns) + (dice.random() < 0.1)))
        for _ in range(dice.randint(0, 5))
    ]
    return dice.choice(["", "sep=;\n", "\n\n"]) + dice.choice(["\n", "\r\n", "\r"]).join(lines)


def _random_tree(dice: random.Random, depth: int) -> Any:
    keys = [
        "training_pairs",
        "conversations",
        "messages",
        "role",
        "content",
        "from",
        "value",
        "conversation_id",
        "prompt",
    ]
    keys += [
        "completion",
        "current_user_input",
        "target_response",
        "conversation_metadata",
        "instruction",
        "output",
        "history",
    ]
    if depth == 0 or dice.random() < 0.2:
        return dice.choice([None, True, 1, 1.5, "x", "user", "assistant", "a b", ""])
    if dice.random() < 0.4:
        return [_random_tree(dice, depth - 1) for _ in range(dice.randint(0, 3))]
    return {dice.choice(keys): _random_tree(dice, depth - 1) for _ in range(dice.randint(0, 5))}


def try_to_read(number: int, tmp_path: Path) -> None:
    raw = hostile(number)
    start = time.process_time()
    try:
        found = document(raw, "x", FORMATS[number % 7] if number % 3 == 0 else "auto")
        for conversation in found.conversations:
            Incoming(conversation, as_text_rows(conversation_rows(conversation)))
    except BrightrunError as error:
        assert error.message.startswith("x"), error.message
        assert "\n" not in error.message, error.message
        assert not [word for word in LIBRARY if word in str(error)], str(error)
    if number % 5 == 0:
        path = tmp_path / "x.json"
        path.write_bytes(raw)
        try:
            propose(path)
        except BrightrunError as error:
            assert error.message
    if number % 4 == 0 or number % 13 == 12:
        try:
            text = raw.decode("utf-8" if number % 13 == 12 else "latin-1").replace("\0", "")
            for row in read_table(text, "x", Words({"marcus": "Marcus Thompson"}, {}, {}, {}, {})):
                assert 0 < row.number < 2**31
        except BrightrunError as error:
            assert error.message.startswith("x")
            assert "line " in error.message or "has a heading but no rows" in error.message, error.message
            assert not [word for word in LIBRARY if word in str(error)], str(error)
    assert time.process_time() - start < FAR_AWAY_S, number


def read_both_ways(raw: bytes, format_: str) -> bool:
    """Whether a file was read one conversation after another; then it says what it says as a whole."""
    found: list[SeedConversation] = []
    try:
        read = streamed(raw, "x", format_, found.append)
    except NotPlainError:
        return False
    assert replace(read, conversations=tuple(found)) == document(raw, "x", format_)
    return True


@pytest.mark.parametrize("window", [64, streaming.WINDOW])
def test_read_one_after_another_a_file_says_what_it_says_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(streaming, "WINDOW", window)
    files = [json.dumps(odd_file(n), ensure_ascii=bool(n % 2), indent=n % 3 or None) for n in range(60)]
    raws = [*(text.encode() for text in files), *map(hostile, range(ORDINARY // 3))]
    assert sum(read_both_ways(raw, FORMATS[n % 7] if n % 3 == 0 else "auto") for n, raw in enumerate(raws)) > 30


def test_no_input_does_more_than_be_refused(tmp_path: Path) -> None:
    for number in range(ORDINARY):
        try_to_read(number, tmp_path)


@pytest.mark.slow
def test_no_input_of_ten_thousand_does_more_than_be_refused(tmp_path: Path) -> None:
    for number in range(ORDINARY, ORDINARY + SLOW):
        try_to_read(number, tmp_path)


async def _import_all(services: Services, tmp_path: Path, numbers: range) -> None:
    """Import each; what is refused changes nothing, what comes in comes in whole."""
    path = tmp_path / "x.json"
    for number in numbers:
        path.write_bytes(hostile(number))
        async with services.database.read() as session:
            before = len((await conversations.numbers_and_ids(session))[1])
        start = time.process_time()
        try:
            order = Order(format="csv" if number % 13 == 12 else "auto")
            report = await services.imports.run([path], order=order)
            came = len(report.files[0].added) + len(report.files[0].planned)
        except BrightrunError:
            came = 0
        assert time.process_time() - start < FAR_AWAY_S, number
        async with services.database.read() as session:
            assert len((await conversations.numbers_and_ids(session))[1]) == before + came, number
        await asyncio.sleep(0)


async def test_a_hostile_file_is_imported_whole_or_not_at_all(services: Services, tmp_path: Path) -> None:
    await _import_all(services, tmp_path, range(3, 48, 3))


@pytest.mark.slow
async def test_two_hundred_hostile_files_are_imported_whole_or_not_at_all(services: Services, tmp_path: Path) -> None:
    await _import_all(services, tmp_path, range(60, 260))
