"""What exported files say beside the conversations: the pack, its advisor, its personas, and the template versions.

Read once per export; nothing in here writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.export.totals import Totals
from core.seedformat.mapping import Tree
from data import packs, templates
from data.outgoing import Outgoing, Session
from data.tables import Persona
from data.vocabulary import Method

_PROFILE = ("name", "business", "expertise", "years_experience", "core_philosophy", "communication_style")
_SOURCES = {Method.SIMULATED: "simulated", Method.MANUAL: "written by hand", Method.IMPORTED: "imported"}


@dataclass(frozen=True)
class Material:
    """Packs and personas by key, template versions by row id, and the day of the export."""

    packs: Mapping[str, Mapping[str, Any]]
    personas: Mapping[str, Mapping[str, Any]]
    templates: Mapping[int, Mapping[str, Any]]
    today: date

    def system_prompts(self) -> dict[str, str]:
        """The advisor's system prompt by pack."""
        return {key: str((pack["advisor"] or {}).get("system_prompt") or "") for key, pack in self.packs.items()}

    def advisor_name(self, pack_key: str) -> str:
        """What the advisor of a pack is called."""
        return str(((self.packs.get(pack_key) or {}).get("advisor") or {}).get("name") or "Advisor")

    def header(self, row: Mapping[str, Any]) -> Tree:
        """What stands around the pairs of one generated conversation."""
        template = self.templates.get(row["template_version_id"] or 0)
        metadata = {
            **self._dataset_metadata(row["pack_key"]),
            "conversation_source": source_of(row),
            "quality_tier": "generated",
            "tier": row["tier"],
            "total_conversations": 1,
            "total_turns": row["turn_count"],
            "notes": f"{row['conversation_id']} - {row['topic']}",
        }
        if template is not None:
            metadata |= {"template": template["template_id"], "template_version": template["version"]}
        return {"dataset_metadata": metadata, **self._profile(row["pack_key"])}

    def merged_header(self, rows: Sequence[Outgoing]) -> Tree:
        """What stands around the pairs of all conversations in one file."""
        key = rows[0].pack_key
        metadata = {
            **self._dataset_metadata(key),
            "conversation_source": "mixed",
            "total_conversations": len(rows),
            "total_turns": sum(row.turn_count for row in rows),
            "notes": "several files and generated conversations in one",
        }
        return {"dataset_metadata": metadata, **self._profile(key)}

    def client_metadata(self, row: Mapping[str, Any]) -> Tree:
        """The setting of a conversation, for pairs that have none of their own."""
        name, kind = row["persona_name"], row["persona_type"]
        return {
            "client_persona": f"{name} - {kind}" if kind and kind != name else name,
            "client_background": self._background(row),
            "session_context": row["session_context"],
            "conversation_phase": row["conversation_phase"],
            "expected_outcome": row["expected_outcome"],
        }

    def standing(self, row: Mapping[str, Any]) -> Tree:
        """Where a conversation stands in this database, for the pairs of one that no file brought.

        `review_status` also tells an import that brightrun wrote the pair from a row (`Incoming.former_standing`).
        """
        decided = {"reviewed_by": row["reviewed_by"], "reviewed_at": row["reviewed_at"]} if row["reviewed_at"] else {}
        if decided:
            decided["reviewed_at"] = row["reviewed_at"].isoformat(timespec="seconds")
        return {
            "human_reviewed": row["human_reviewed"],
            "review_status": row["status"],
            **decided,
            "source": source_of(row),
            "tier": row["tier"],
        }

    def template_counts(self, counts: Mapping[int, int]) -> list[Tree]:
        """Which template versions wrote how many conversations, of counts by row id."""
        return [
            {
                "template": self.templates[key]["template_id"],
                "version": self.templates[key]["version"],
                "conversations": number,
            }
            for key, number in sorted(counts.items())
            if key in self.templates
        ]

    def _dataset_metadata(self, pack_key: str) -> Tree:
        settings = (self.packs.get(pack_key) or {}).get("settings") or {}
        return {**(settings.get("dataset_metadata") or {}), "created_date": self.today.isoformat()}

    def _profile(self, pack_key: str) -> Tree:
        advisor = (self.packs.get(pack_key) or {}).get("advisor") or {}
        profile = {name: advisor[name] for name in _PROFILE if advisor.get(name) is not None}
        return {"consultant_profile": profile} if profile else {}

    def _background(self, row: Mapping[str, Any]) -> str:
        client = row["client_profile"] or self.personas.get(row["persona_id"]) or {}
        work = client.get("work") or client.get("occupation")
        facts = [client.get("age"), work, client.get("income"), client.get("family"), client.get("life_situation")]
        return ", ".join(str(fact).strip().rstrip(".") for fact in facts if fact)


def source_of(row: Mapping[str, Any]) -> str:
    """Where a conversation's text came from, in words."""
    known = _SOURCES.get(row["generation_method"])
    return known or (f"generated with {row['model']}" if row["model"] else "generated")


async def material_of(session: Session, totals: Totals, today: date) -> Material:
    """Read what the files of an export's rows say beside the conversations."""
    found: dict[str, Mapping[str, Any]] = {}
    for key in totals.packs:
        pack = await packs.get_pack(session, key)
        if pack is not None:
            found[key] = pack
    versions: dict[int, Mapping[str, Any]] = {}
    for row_id in totals.templates:
        version = await templates.by_row_id(session, row_id)
        if version is not None:
            versions[row_id] = version
    return Material(found, await packs.definitions(session, Persona), versions, today)
