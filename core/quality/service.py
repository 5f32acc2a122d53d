"""Quality of the whole dataset: the figures of the dashboard, what conversations say alike, the rows behind an issue,
and the report as CSV.

The quality screen and the command line use it. It decides nothing: verdicts go through `ReviewService`; the only thing
it writes is what the checks say, when they have changed their mind.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ExportError, StorageError
from core.export.spreadsheet import line
from core.prompting.store import pack_context
from core.quality.again import check_again
from core.quality.agreement import Agreement, agreement
from core.quality.alike import LEAST_USERS, Alike, find_alike
from core.quality.dashboard import BUCKETS, KINDS, LENGTHS, STRUCTURE, TURNS, Counts, Dashboard, Issue, Side, build
from core.quality.dataset import CopiedMessage, Copy, TemplateFigures, Wording, copies, ensure_marks, templates, wording
from core.quality.report import CHECKER_VERSION
from core.settings.fields import Settings
from data import audit, conversations, figures, packs, similarity
from data.engines import Database
from data.types import utc_now
from data.vocabulary import Method, Status

AT_ONCE = 20  # conversations in a transaction of checking again
EVERY_ROW = 1_000_000_000
REPORT_COLUMNS = (
    "conversation_id", "number", "persona", "tier", "status", "kind", "template", "template_version", "turns", "score",
    "rubric", "flagged", "ready_for_training", "annotation_complete", "failed_gates", "warnings", "cost_usd",
    "turns_score", "lengths_score", "completeness_score", "progression_score", "pacing_score", "voice_score",
    "variety_score",
)  # fmt: skip

log = logging.getLogger("brightrun")


@dataclass(frozen=True)
class DatasetReport:
    """What `brightrun quality` says of one side: scores, each template, wording, and what is said twice."""

    rows: int
    scored: int
    score: float | None
    distribution: tuple[int, ...]
    flagged: int
    gate_failed: int
    wording: Wording
    templates: tuple[TemplateFigures, ...]
    alike: tuple[Alike, ...]


@dataclass(frozen=True)
class CheckedAgain:
    """How many conversations were judged again, which got another score or state, and which are flagged since."""

    conversations: int
    changed: tuple[str, ...]
    flagged: tuple[str, ...]


class QualityService:
    """The figures of one database."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def dashboard(self) -> Dashboard:
        """Everything but what conversations say alike, which takes longer."""
        settings = self._settings
        async with self._database.read() as session:
            pack = await packs.get_pack(session)
            counts = Counts(
                by_status=await figures.rows_by_status(session),
                states=await figures.states(session, settings.review_below, settings.approve_from),
                scores=await figures.scores(session),
                hours=await figures.hours(session),
                findings=await figures.findings(session),
                found_by={
                    checks: await figures.count_found_by(session, checks) for checks in (STRUCTURE, TURNS, LENGTHS)
                },
                item_ends=await figures.item_ends(session),
                first_time=await figures.first_time(session),
                verdicts=await figures.verdict_times(session),
            )
        aims = ((pack or {}).get("settings") or {}).get("aims") or {}
        return build(counts, aims, review_below=settings.review_below, approve_from=settings.approve_from)

    async def agreement(self, side: Side) -> Agreement:
        """How far the judge and the people agree on this side."""
        async with self._database.read() as session:
            rows = await figures.judged_verdicts(session)
        return agreement((mean, status == Status.APPROVED) for kind, mean, status in rows if kind in KINDS[side])

    async def alike(self, side: Side) -> list[Alike]:
        """Copies, openers, closers and phrases of the real rows, or of those of practice."""
        await self._see_to_marks()
        async with self._database.read() as session:
            ids = await figures.newest_with_text(session, KINDS[side], EVERY_ROW)
            return await find_alike(session, KINDS[side], ids)

    async def dataset(self, side: Side, ids: Sequence[str] | None = None) -> DatasetReport:
        """The report on one side, or on those of its rows that are named; examples count with what is real."""
        await self._see_to_marks()
        async with self._database.read() as session:
            rows = [row for row in await similarity.measured_rows(session, ids) if _side(row) == side]
            names = [row["conversation_id"] for row in rows]
            whole, of_templates, _ = await wording(session, rows)
            alike = await find_alike(session, KINDS[side], names)
        scores = [row["quality_score"] for row in rows if row["quality_score"] is not None]
        distribution = [0] * BUCKETS
        for score in scores:
            distribution[min(BUCKETS, max(1, int(score))) - 1] += 1
        return DatasetReport(
            len(rows),
            len(scores),
            sum(scores) / len(scores) if scores else None,
            tuple(distribution),
            sum(1 for row in rows if row["needs_review"]),
            sum(1 for row in rows if any(f["severity"] == "gate" for f in row["findings"] or ())),
            whole,
            tuple(templates(rows, of_templates)),
            tuple(a for a in alike if a.sort != "phrase" or len(set(a.ids) & set(names)) >= LEAST_USERS),
        )

    async def outdated(self) -> int:
        """How many conversations another version of the checks has judged."""
        async with self._database.read() as session:
            return len(await conversations.outdated(session, CHECKER_VERSION, EVERY_ROW))

    async def check_again(self, ids: Sequence[str] | None = None, *, actor: str = "checks") -> CheckedAgain:
        """Judge again what another version of the checks has judged, or the named rows and what is near them.

        In small transactions: a job or a verdict never waits long, and what is done is kept when it is broken off.
        """
        now = utc_now()
        wanted = list(dict.fromkeys(ids)) if ids is not None else None
        if wanted is not None:
            await self._see_to_marks()
            async with self._database.read() as session:
                near, _ = await copies(session, among=wanted)
            wanted += [name for copy in near for name in copy.ids if name not in wanted]
        total, changed, failed, last = 0, [], [], ""
        while True:
            async with self._database.write() as session:
                if wanted is None:
                    part = await conversations.outdated(session, CHECKER_VERSION, AT_ONCE, last)
                else:
                    part = wanted[total : total + AT_ONCE]
                if not part:
                    break
                for conversation_id, row in (await conversations.get_many(session, part)).items():
                    pack = await pack_context(session, row["pack_key"])
                    values = await check_again(
                        session, row, pack=pack, review_below=self._settings.review_below, at=now
                    )
                    if any(row[name] != value for name, value in values.items()):
                        await conversations.set_judgement(session, conversation_id, values)
                        changed.append(conversation_id)
                        if values["needs_review"] and not row["needs_review"]:
                            failed.append(conversation_id)
                total, last = total + len(part), part[-1]
        if total:
            async with self._database.write() as session:
                after = {"checker_version": CHECKER_VERSION, "conversations": total, "changed": len(changed)}
                entry = audit.entry(actor, "check_again", "dataset", "", after=after, at=now)
                await audit.record(session, [entry])
        return CheckedAgain(total, tuple(changed), tuple(failed))

    async def neighbours(self, conversation_id: str) -> tuple[list[Copy], list[CopiedMessage]]:
        """What one conversation shares with others, read from it and its neighbours alone."""
        await self._see_to_marks()
        async with self._database.read() as session:
            return await copies(session, among=[conversation_id])

    async def _see_to_marks(self) -> None:
        """Write the marks of texts that have none: of an older database, or of a worker that was killed too early."""
        try:
            await ensure_marks(self._database)
        except StorageError as error:  # whoever only looks does not fail for it
            log.warning("copies of texts that could not be marked are not found yet: %s", error)

    async def rows_of(self, issue: Issue, side: Side) -> list[str]:
        """The conversations that an issue found by checks is about, in plan order."""
        if issue.ids or not issue.checks:
            return list(issue.ids)
        async with self._database.read() as session:
            return await figures.rows_found_by(session, issue.checks, KINDS[side])

    async def report(self, ids: Sequence[str] | None = None) -> AsyncIterator[str]:
        """The report as CSV, line by line: a heading, then every conversation with a text, or those that are named."""
        yield line(REPORT_COLUMNS)
        async with self._database.read() as session:
            for row in await similarity.measured_rows(session, ids):
                yield line(list(_report_line(row)))

    async def write_report(self, path: Path) -> int:
        """Write the report to a file that is not there yet; gives its lines. Raises ExportError."""
        if path.exists():
            raise ExportError(f"{path} is there already.", "Name another file.")
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        count = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with temporary.open("x", encoding="utf-8", newline="") as file:
                async for text in self.report():
                    count += 1
                    file.write(text)
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise ExportError(f"{path} cannot be written: {error.strerror or error}.", "Name another file.") from error
        return count


def _report_line(row: Mapping[str, Any]) -> Iterator[Any]:
    findings = row["findings"] or ()
    parts = {part["name"]: part["score"] for part in row["parts"] or ()}
    kind = "seed" if row["is_seed_example"] else _KINDS.get(row["generation_method"], "file")
    cost = row["actual_cost_microusd"]
    yield from (row["conversation_id"], row["number"], row["persona_name"], row["tier"], row["status"], kind)
    yield from (row["template_id"], row["template_version"], row["turn_count"], row["quality_score"])
    yield from (row["rubric_overall"], row["needs_review"], row["ready_for_training"])
    yield row["all_required_fields_complete"]
    for severity in ("gate", "warning"):
        yield " ".join(sorted({f["check"] for f in findings if f["severity"] == severity}))
    yield None if cost is None else f"{cost / 1_000_000:.6f}"
    for column in REPORT_COLUMNS[-7:]:
        yield parts.get(column.removesuffix("_score"))


def _side(row: Mapping[str, Any]) -> Side:
    return "practice" if row["generation_method"] == Method.SIMULATED and not row["is_seed_example"] else "live"


_KINDS = {Method.SIMULATED: "practice", Method.CLAUDE_API: "live", Method.CLAUDE_BATCH: "live"}
