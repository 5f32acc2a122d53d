"""Prompt templates on one database: list with results, compare, activate, share, render with a row, reload from disk.

The templates screen and `brightrun templates` use it alike. A version's text is never changed, every change of what is
active is one transaction with its audit row, and a job that was submitted keeps the versions it was submitted with.
"""

from __future__ import annotations

import asyncio
import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.chunks.material import MaterialSettings, material_of
from core.errors import NotFoundError, TemplateError
from core.existing import existing_row
from core.pack.places import PROMPTS
from core.prompting.files import USER_MARK, read_templates, split_parts
from core.prompting.resolving import VARIATION, Prompt, render_prompt, resolve
from core.prompting.stages import render_annotation, render_judge
from core.prompting.store import pack_context
from core.rewriting.variations import sources_of, values_of_source, why_no_source
from core.settings.fields import Settings
from core.templates.comparing import Difference, compare
from core.templates.versions import Results, TemplateVersion
from core.text.sentences import split_sentences
from data import audit, conversations, templates, usage
from data.engines import AsyncSession, Database

DIALOGUE = "dialogue"
SHARED_STAGES = (DIALOGUE, VARIATION)  # an item keeps the version of these; a stage after them has one
AT_MOST = 2  # active versions of one template


@dataclass(frozen=True)
class Reloaded:
    """A changed file that became a version."""

    template_id: str
    version: int
    former: int | None  # the version it was compared with; None for a template that is new
    what: str


@dataclass(frozen=True)
class Rendered:
    """A template rendered with a row; `is_usual` tells whether the row would be made with this version now."""

    conversation_id: str
    label: str
    prompt: Prompt
    is_usual: bool


class TemplateService:
    """The templates of one database, for one person."""

    def __init__(
        self, database: Database, actor: str, folder: Path = PROMPTS, *, settings: Settings | None = None
    ) -> None:
        self._settings = settings or Settings()
        self._database = database
        self._actor = actor
        self._folder = folder

    # Reading

    async def versions(self, template_id: str = "") -> list[TemplateVersion]:
        """All versions with what came of them, by template, the newest of each first."""
        async with self._database.read() as session:
            found = await templates.versions(session, template_id)
            results = await templates.results(session)
            reasons = await templates.reasons(session)
            costs = await usage.costs_by_template(session)
        by_kind = {(row["template_version_id"], bool(row["is_simulated"])): _results(row) for row in results}
        why: dict[int, dict[str, int]] = defaultdict(dict)
        for row_id, _, reason, number in reasons:
            name = reason or "no reason given"
            why[row_id][name] = why[row_id].get(name, 0) + number
        return [
            TemplateVersion(
                row_id=row["id"],
                live=by_kind.get((row["id"], False), Results()),
                practice=by_kind.get((row["id"], True), Results()),
                reasons=tuple(sorted(why[row["id"]].items(), key=lambda pair: (-pair[1], pair[0]))),
                calls=costs.get(row["id"], {}).get("calls", 0),
                paid_rows=costs.get(row["id"], {}).get("rows", 0),
                cost_microusd=costs.get(row["id"], {}).get("cost_microusd", 0),
                created_at=row["created_at"].isoformat(),
                **{name: row[name] for name in _PLAIN},
            )
            for row in found
        ]

    async def text(self, template_id: str, version: int | None = None) -> dict[str, Any]:
        """The row of a version, text included; without a number the active one. Raises NotFoundError."""
        async with self._database.read() as session:
            return await _version(session, template_id, version)

    async def difference(
        self, template_id: str, old: int | None = None, new: int | None = None
    ) -> tuple[int, int, Difference]:
        """Two versions compared, with their numbers; left open, the newest with the one before.

        Raises NotFoundError for a version that is not there, or when there is only one.
        """
        async with self._database.read() as session:
            numbers = [row["version"] for row in await templates.versions(session, template_id)]
            if not numbers:
                raise await _unknown(session, template_id)
            if new is None:
                new = numbers[0]
            if old is None:
                older = [number for number in numbers if number < new]
                if not older:
                    raise NotFoundError(
                        f"There is no version of {template_id} before v{new}.",
                        "Change its file in prompts/ and reload: that adds one.",
                    )
                old = older[0]
            before, after = await _version(session, template_id, old), await _version(session, template_id, new)
        return old, new, compare(before, after)

    async def render(self, template_id: str, version: int | None, conversation_id: str, *, note: str = "") -> Rendered:
        """The prompt that a row would be sent with, nothing is sent.

        Raises NotFoundError for a row or version that is not there, TemplateError naming what cannot be filled in.
        """
        async with self._database.read() as session:
            row = await existing_row(session, conversation_id)
            template = await _version(session, template_id, version)
            pack = await pack_context(session)
            text = await conversations.text_of(session, conversation_id)
            sources = await sources_of(session, [row])
            material = (await material_of(session, row, MaterialSettings.of(self._settings))).text
            active = [r for stage in SHARED_STAGES for r in await templates.active(session, stage)]
        said = [(turn["user_input"] or "", turn["target_response"] or "") for turn in text.turns]
        more: Mapping[str, str] | None = None
        match template["stage"]:
            case "dialogue":
                prompt = render_prompt(row, template, pack, note=note, material=material)[0]
            case "variation":
                why = "varies no other conversation" if not row["variation_of"] else why_no_source(row, sources)
                if why:
                    raise TemplateError(f"{conversation_id} {why}.", "Take a planned variation.")
                more = values_of_source(row, sources, pack)
                prompt = render_prompt(row, template, pack, note=note, more=more, material=material)[0]
            case "annotation" | "judge" if not said:
                raise TemplateError(f"{conversation_id} has no text yet.", "Take a row that has one.")
            case "annotation":
                prompt = render_annotation(row, template, pack, said, 1, split_sentences(said[0][1]))
            case "judge":
                prompt = render_judge(row, template, pack, said)
            case stage:
                raise TemplateError(
                    f"A template of the stage {stage} is filled from a call, not from a row.",
                    "Take one of the dialogue, the annotation or the judge.",
                )
        try:
            is_usual = bool(template["is_active"]) and resolve(row, active)["template_id"] == template_id
        except TemplateError:
            is_usual = False
        return Rendered(conversation_id, f"{template['template_id']} v{template['version']}", prompt, is_usual)

    # Changing what is active

    async def activate(self, template_id: str, version: int) -> None:
        """Make one version the only active one. Raises NotFoundError."""
        await self.share(template_id, {version: 1.0})

    async def share(self, template_id: str, shares: Mapping[int, float]) -> None:
        """Make one or two versions the active ones, with the shares in which rows are drawn between them.

        Raises TemplateError for shares that are none, and for two versions of a stage whose version no item keeps.
        """
        if not 1 <= len(shares) <= AT_MOST:
            raise TemplateError("One version is active, or two share the rows.", "Name one or two versions.")
        if any(not 0 < share <= 1 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
            raise TemplateError("The shares must be above 0 % and add up to 100 %.", "As in 1=70 2=30.")
        async with self._database.write() as session:
            for version in shares:
                row = await _version(session, template_id, version)
                if len(shares) > 1 and row["stage"] not in SHARED_STAGES:
                    raise TemplateError(
                        f"{template_id} is of the stage {row['stage']}: only one version of it can be active.",
                        "Rows are shared between versions of dialogue templates.",
                    )
            await self._change(session, template_id, shares, "activate" if len(shares) == 1 else "share")

    async def deactivate(self, template_id: str, version: int) -> None:
        """Take a version out of use. Raises TemplateError when rows or stages would then have no template."""
        async with self._database.write() as session:
            row = await _version(session, template_id, version)
            if not row["is_active"]:
                raise TemplateError(
                    f"{template_id} v{version} is not active.", "brightrun templates list shows what is."
                )
            others = {
                r["version"]: 1.0
                for r in await templates.versions(session, template_id)
                if r["is_active"] and r["version"] != version
            }
            if not others and not await _has_stand_in(session, row):
                raise TemplateError(
                    f"Nothing would stand in for {template_id}: {_what_for(row)} would have no template.",
                    "Activate another version instead.",
                )
            shares = {number: 1 / len(others) for number in others}
            await self._change(session, template_id, shares, "deactivate")

    async def _change(self, session: AsyncSession, template_id: str, shares: Mapping[int, float], action: str) -> None:
        before = _active(await templates.versions(session, template_id))
        await templates.set_shares(session, template_id, shares)
        after = _active(await templates.versions(session, template_id))
        entry = audit.entry(
            self._actor, action, "template", template_id, before={"active": before}, after={"active": after}
        )
        await audit.record(session, [entry])

    # From disk

    async def reload(self) -> list[Reloaded]:
        """Read the files again: each that changed adds a version, which becomes the only active one of its template.

        Raises TemplateError for the first file that cannot be read; then nothing is changed.
        """
        files = await asyncio.to_thread(read_templates, self._folder)
        found: list[Reloaded] = []
        async with self._database.write() as session:
            for file in files:
                name = file.front.template_id
                newest = next(iter(await templates.versions(session, name)), None)
                old = await templates.by_version(session, name, newest["version"]) if newest else None
                was = _active(await templates.versions(session, name))
                added = await templates.add_version(session, {**file.row(), "created_by": self._actor})
                if added is None:
                    continue
                what = compare(old, file.row()).sentence if old else "a new template"
                found.append(Reloaded(name, added[1], old["version"] if old else None, what))
                entry = audit.entry(
                    self._actor,
                    "reload",
                    "template",
                    name,
                    before={"active": was},
                    after={"active": {str(added[1]): 1.0}, "what": what},
                )
                await audit.record(session, [entry])
        return found


_PLAIN = ("template_id", "version", "name", "tier", "stage", "arc_or_family", "is_active", "share")


def _results(row: Mapping[str, Any]) -> Results:
    names = ("rows", "approved", "rejected", "needs_edit", "scored", "checked", "gate_failed")
    return Results(score=row["score"], **{name: int(row[name]) for name in names})


def _active(versions: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {str(row["version"]): row["share"] for row in reversed(versions) if row["is_active"]}


async def _version(session: AsyncSession, template_id: str, version: int | None) -> dict[str, Any]:
    row = await templates.by_version(session, template_id, version)
    if row is not None:
        return row
    numbers = [r["version"] for r in await templates.versions(session, template_id)]
    if not numbers:
        raise await _unknown(session, template_id)
    have = ", ".join(f"v{number}" for number in reversed(numbers))
    raise NotFoundError(f"{template_id} has no version {version}.", f"It has {have}.")


async def _unknown(session: AsyncSession, template_id: str) -> NotFoundError:
    known = sorted({row["template_id"] for row in await templates.versions(session)})
    near = difflib.get_close_matches(template_id, known, 1)
    hint = f"Did you mean {near[0]}?" if near else "brightrun templates list shows all."
    return NotFoundError(f"There is no template {template_id}.", hint)


async def _has_stand_in(session: AsyncSession, row: Mapping[str, Any]) -> bool:
    """Whether rows of an arc or family would fall back on the generic template of their tier."""
    if row["stage"] != DIALOGUE or not row["arc_or_family"]:
        return False
    active = await templates.active(session, DIALOGUE)
    return any(t["tier"] == row["tier"] and not t["arc_or_family"] for t in active)


def _what_for(row: Mapping[str, Any]) -> str:
    if row["stage"] != DIALOGUE:
        return f"the stage {row['stage']}"
    return f"rows of {row['arc_or_family'] or 'tier ' + row['tier']}"


def parts_of(text: str) -> tuple[str, str]:
    """The part that is the same for all rows, and the part of the row; the latter empty where there is one part."""
    return split_parts(text) if USER_MARK in text else (text.strip(), "")
