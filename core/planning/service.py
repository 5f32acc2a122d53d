"""Changes the plan: rows from a CSV file, audited, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from core.pack.files import PersonaFile, PlanRow
from core.pack.loader import plan_values
from core.planning.table import Words, read_table
from core.prompting.store import pack_models
from core.seedformat.reading import decode, read_bytes
from data import audit, conversations, packs
from data.engines import AsyncSession, Database
from data.tables import EdgeCase, EmotionalArc, Scenario


class Planner:
    """Plan changes on one database, by one person."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor

    async def add_rows(self, path: Path, columns: Mapping[str, str] | None = None) -> int:
        """Add the rows of a CSV plan and give their number; `columns` maps headings of its own to ours.

        Raises PackError naming file, line and column of a bad row, an id or a number that is taken; ImportFileError
        when the file cannot be read. Then nothing is added.
        """
        text = decode(read_bytes(path), str(path))
        async with self._database.write() as session:
            rows, personas, pack_key = await planned_rows(session, text, str(path), columns)
            await conversations.insert_rows(session, [plan_values(row, personas, {}, pack_key) for row in rows])
            await audit.record(
                session,
                [
                    audit.entry(self._actor, "add_row", "conversation", row.conversation_id, after={"file": path.name})
                    for row in rows
                ],
            )
        return len(rows)


async def planned_rows(
    session: AsyncSession,
    text: str,
    name: str,
    columns: Mapping[str, str] | None = None,
    coming: Mapping[str, str] | None = None,
) -> tuple[list[PlanRow], dict[str, PersonaFile], str]:
    """The rows of a table, held to the loaded pack and to what is planned; with the pack's personas and key.

    `coming` are ids and numbers that files before this one bring, with the file's name.
    Raises PackError naming file, line and column.
    """
    words, personas, pack_key = await plan_words(session)
    if coming:
        words = replace(words, coming=coming)
    return read_table(text, name, words, columns), personas, pack_key


async def plan_words(session: AsyncSession, *, taken: bool = True) -> tuple[Words, dict[str, PersonaFile], str]:
    """What a plan row may name, with the loaded pack's personas and key.

    Without `taken` the numbers and ids in use are left out: of a large plan they are many, and only a row that is
    given new ones needs them.
    """
    personas, pack_key = await pack_models(session)
    pack = await packs.get_pack(session) or {}
    numbers, ids = await conversations.numbers_and_ids(session) if taken else (set(), set())
    words = Words(
        personas={key: persona.name for key, persona in personas.items()},
        taxonomy=pack.get("taxonomy") or {},
        arcs=await packs.definitions(session, EmotionalArc),
        scenarios=await packs.definitions(session, Scenario),
        edge_cases=await packs.definitions(session, EdgeCase),
        id_prefix=str((pack.get("settings") or {}).get("id_prefix") or ""),
        numbers=numbers,
        ids=ids,
    )
    return words, personas, pack_key
