"""Reads from the database what prompts are made of: the pack's definitions, seed excerpts and active templates."""

from __future__ import annotations

from typing import Any

from core.errors import PackError
from core.pack.files import PersonaFile
from core.prompting.context import PackContext
from core.quality.overuse import overused
from data import conversations, packs, templates
from data.engines import AsyncSession
from data.tables import EdgeCase, EmotionalArc, Persona, Scenario

EXCERPT_TURN = 1
OVERUSE_SAMPLE = 500  # conversations whose phrases are counted; a larger dataset is sampled by its newest


async def pack_context(session: AsyncSession, pack_key: str = "") -> PackContext:
    """Everything a prompt draws on. Raises PackError when no pack is loaded."""
    pack = await packs.get_pack(session, pack_key)
    if pack is None:
        raise PackError("No pack is loaded.", "Run brightrun init.")
    wanted = {
        reference
        for template in await templates.active(session, "dialogue")
        for reference in template["reference_conversation_ids"] or ()
    }
    excerpts = {}
    for conversation_id in sorted(wanted):
        text = await conversations.text_of(session, conversation_id)
        if text.turns:
            excerpts[conversation_id] = _excerpt(text.turns[min(EXCERPT_TURN, len(text.turns) - 1)])
    return PackContext(
        advisor=pack["advisor"] or {},
        personas=await packs.definitions(session, Persona),
        arcs=await packs.definitions(session, EmotionalArc),
        scenarios=await packs.definitions(session, Scenario),
        edge_cases=await packs.definitions(session, EdgeCase),
        taxonomy=pack["taxonomy"] or {},
        facts=(pack["settings"] or {}).get("facts", {}),
        excerpts=excerpts,
        overused=overused(await conversations.real_responses(session, OVERUSE_SAMPLE)),
    )


async def pack_models(session: AsyncSession) -> tuple[dict[str, PersonaFile], str]:
    """The personas of the loaded pack as read models by key, and the pack's key."""
    pack = await packs.get_pack(session)
    personas = await packs.definitions(session, Persona)
    fields = set(PersonaFile.model_fields) - {"key"}
    return (
        {key: PersonaFile(key=key, **{name: row[name] for name in fields}) for key, row in personas.items()},
        pack["pack_key"] if pack else "",
    )


def _excerpt(turn: dict[str, Any]) -> str:
    """One exchange of a seed, as the form asks for it."""
    return f"<user>{turn['user_input']}</user>\n<advisor>{turn['target_response']}</advisor>"
