"""The lines of a trainer's format, and the short way to most of them: the database hands out quoted turns, which only
need what stands before and behind them.

What stands there is learned from the format itself, by a record of texts that are found again in it. Whatever the short
way cannot say for sure (per turn, annotation, a doubtful text) goes the long way, record by record.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import NamedTuple

from core.export.dialogue import BATCH, STANDS_IN, Dialogue, ahead, dialogues, prompts_of, read_said
from core.export.material import Material
from core.export.records import escaped, quoted
from core.export.request import ExportRequest
from core.export.trainers import DOUBTFUL, LINES
from data import outgoing
from data.outgoing import Outgoing, Session

AHEAD = 2  # portions that the database has been asked for: it never waits, and memory holds them
_STANDS_IN = STANDS_IN.encode()
_RARE = _STANDS_IN[1:2]  # sought first: a single byte is found ten times as fast
_EXAMPLE = tuple((f"\0client {number}", f"\0advisor {number}") for number in range(3))


class Lines(NamedTuple):
    """The records of one conversation; made while they are walked through where they came the long way."""

    row: Outgoing
    system: str
    turns: int
    records: Iterable[bytes]


class Frame(NamedTuple):
    """What a record has around its turns and between them, all of them alike."""

    opening: bytes
    between: bytes
    parting: bytes
    closing: bytes


async def lines(
    session: Session, rows: Sequence[Outgoing], material: Material, request: ExportRequest
) -> AsyncIterator[list[Lines]]:
    """The lines of the rows, some conversations at a time. Raises ExportError naming what cannot be expressed."""
    make = LINES[request.format][0]
    prompts = prompts_of(material) if request.system else {}
    frames = frames_of(rows[0], prompts.values(), request) if rows and not request.annotation else None
    if frames is None:
        whole = bool(request.annotation)
        async for some in dialogues(session, rows, material, system=request.system, whole=whole):
            yield [Lines(one.row, one.system, len(one.said), make(one, request)) for one in some]
        return

    _, between, parting, _ = frames[""]
    turns = await outgoing.QuotedTurns.of(session, between.decode(), parting.decode())

    async def read(part: Sequence[Outgoing]) -> tuple[Sequence[Outgoing], list[tuple[int, bytes]]]:
        return part, await turns.read([row.conversation_id for row in part])

    async for part, texts in ahead(rows, BATCH, read, AHEAD):
        yield await _lines_of(session, part, texts, prompts, frames, request)


def frames_of(row: Outgoing, prompts: Iterable[str], request: ExportRequest) -> dict[str, Frame] | None:
    """The frame for each system prompt and for none; None where turns do not follow one another alike."""
    frames: dict[str, Frame] = {}
    for prompt in {"", *prompts}:
        frame = _frame_of(Dialogue(row, prompt, _EXAMPLE), request)
        if frame is None:
            return None
        frames[prompt] = frame
    return frames if len({frame[1:3] for frame in frames.values()}) == 1 else None


def _frame_of(example: Dialogue, request: ExportRequest) -> Frame | None:
    found = list(LINES[request.format][0](example, request))
    if len(found) != 1:
        return None
    pieces: list[bytes] = []
    rest = found[0]
    for said in _EXAMPLE:
        for text in said:
            if rest.count(quoted(text)) != 1:
                return None
            piece, _, rest = rest.partition(quoted(text))
            pieces.append(piece)
    opening, between, parting, *others = pieces
    return Frame(opening, between, parting, rest) if others == [between, parting, between] else None


async def _lines_of(
    session: Session,
    rows: Sequence[Outgoing],
    texts: Sequence[tuple[int, bytes]],
    prompts: Mapping[str, str],
    frames: Mapping[str, Frame],
    request: ExportRequest,
) -> list[Lines]:
    doubtful = DOUBTFUL.get(request.format, ())
    found: list[Lines] = []
    for row, (turns, said) in zip(rows, texts, strict=True):
        system = prompts.get(row.pack_key, "")
        stands_in = _RARE in said and _STANDS_IN in said
        if turns and not stands_in and not any(word in said for word in doubtful):
            opening, _, _, closing = frames[system]
            found.append(Lines(row, system, turns, (b"%b%b%b" % (opening, escaped(said), closing),)))
        else:
            (one,) = await read_said(session, [row], prompts)
            found.append(Lines(row, system, len(one.said), LINES[request.format][0](one, request)))
    return found
