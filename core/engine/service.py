"""The one way to order generation: propose (preflight and price), submit, pause, resume, stop, retry.

Used by the app and the command line alike. It never calls the model: it writes a job, and a worker process does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from core.access import mode
from core.engine import launch
from core.engine.orders import TIER_ORDER, Order, Proposal, ProposedRow
from core.errors import GenerationError, NotFoundError, SettingsError
from core.pipeline.estimate import estimate
from core.prompting.files import QualityProfile
from core.prompting.resolving import render_prompt, resolve
from core.prompting.store import pack_context
from core.providers.pricing import price_of
from core.settings.fields import Settings
from core.status import CAN_GENERATE, CAN_REGENERATE, words
from data import audit, conversations, jobs, queue, templates
from data.criteria import Criteria
from data.engines import Database
from data.types import utc_now
from data.vocabulary import OPEN_JOBS, JobStatus, Status

# Seconds per conversation, low and high: what was measured with the simulator, and what the vendor's speed suggests.
SECONDS_EACH = {"simulated": (1.5, 3.0), "live": (15.0, 45.0)}


class GenerationService:
    """Orders of one person on one database."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        price_overrides: Mapping[str, Mapping[str, float]],
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._settings = settings
        self._overrides = price_overrides
        self._clock = clock

    def use(self, settings: Settings) -> None:
        """Take other settings for the orders to come."""
        self._settings = settings

    async def propose(self, order: Order, *, provider: Literal["live", "simulated"] | None = None) -> Proposal:
        """Preflight: what would be generated, with which template, at what cost; nothing is stored or spent.

        `provider` is that of the job that is retried; else the settings decide.

        Raises GenerationError when nothing can be generated or the provider is not chosen, TemplateError for a row
        that does not render, PriceError for a model without price.
        """
        provider = self._provider(provider)
        settings = self._settings
        if order.depth != "dialogue":
            raise GenerationError(
                f"Depth {order.depth!r} is not available in this version.", "Generate with depth dialogue."
            )
        price = price_of(settings.dialogue_model, self._overrides, on=self._clock().astimezone(UTC).date())
        async with self._database.read() as session:
            ids = list(order.ids) or await conversations.matching_ids(session, Criteria(states=("remaining",)))
            rows = await conversations.get_many(session, ids)
            pack = await pack_context(session)
            active = await templates.active(session, "dialogue")
            past = await jobs.output_tokens_by_template(session)
        ready: list[ProposedRow] = []
        skipped: list[tuple[str, str]] = []
        for conversation_id in dict.fromkeys(ids):
            row = rows.get(conversation_id)
            why = "does not exist" if row is None else self._why_not(row, order)
            if row is None or why:
                skipped.append((conversation_id, why))
                continue
            template = resolve(row, active)
            prompt, _ = render_prompt(row, template, pack, note=order.note)
            priced = estimate(
                prompt,
                row["target_turns"] or 4,
                QualityProfile.model_validate(template["quality_profile"] or {}),
                price,
                past=past.get(template["id"]),
                limit=settings.dialogue_max_tokens,
            )
            ready.append(_proposed(row, template, priced.low_microusd, priced.high_microusd))
        ready.sort(key=lambda r: (TIER_ORDER.get(r.tier, 9), r.number))
        return Proposal(
            order,
            tuple(ready),
            tuple(skipped),
            provider,
            settings.dialogue_model,
            order.depth,
            settings.concurrency,
            SECONDS_EACH[provider],
            round(settings.max_cost * 1_000_000),
        )

    async def submit(self, proposal: Proposal, *, cap_microusd: int, pause_after_tier: bool = False) -> int:
        """Write the job and see to it that a worker is there; gives the job's id.

        Raises GenerationError for an empty order or a cap below what a single call may cost; StorageError when rows
        changed since the proposal.
        """
        if not proposal.rows:
            raise GenerationError("There is nothing to generate.", _skipped_sentence(proposal))
        if cap_microusd <= 0:
            raise GenerationError("The cap must be above $0.", "Give an amount in USD.")
        settings = self._settings
        job = {
            "type": proposal.order.kind,
            "provider": proposal.provider,
            "settings": {
                "model": settings.dialogue_model,
                "effort": settings.dialogue_effort,
                "thinking": settings.dialogue_thinking,
                "max_tokens": settings.dialogue_max_tokens,
                "depth": proposal.depth,
                "concurrency": settings.concurrency,
                "pause_between": settings.pause_between,
                "attempts": settings.attempts,
                "timeout": settings.timeout,
                "requests_per_minute": settings.requests_per_minute,
                "simulator_pace": settings.simulator_pace,
                "simulator_faults": settings.simulator_faults,
                "review_below": settings.review_below,
                "prices": {model: dict(row) for model, row in self._overrides.items()},
            },
            "cap_microusd": cap_microusd,
            "pause_after_tier": pause_after_tier,
            "estimated_cost_microusd": (proposal.low_microusd + proposal.high_microusd) // 2,
            "created_by": settings.reviewer,
        }
        items = [
            {
                "conversation_id": row.conversation_id,
                "position": position,
                "template_version_id": row.template_version_id,
                "note": proposal.order.note,
                "estimated_cost_microusd": (row.low_microusd + row.high_microusd) // 2,
                "created_by": settings.reviewer,
            }
            for position, row in enumerate(proposal.rows)
        ]
        statuses = CAN_REGENERATE | CAN_GENERATE if proposal.order.kind == "regenerate" else CAN_GENERATE
        async with self._database.write() as session:
            job_id = await jobs.create_job(session, job, items, [str(s) for s in statuses])
            await self._audit(session, "submit", job_id, {"rows": len(items), "provider": proposal.provider})
        self.ensure_worker()
        return job_id

    async def pause(self, job_id: int) -> None:
        """No new conversation is begun; those being written are finished. Raises GenerationError when it is over."""
        await self._command(
            job_id,
            "pause",
            {"status": JobStatus.PAUSED, "reason": f"paused by {self._settings.reviewer}"},
            (JobStatus.QUEUED, JobStatus.RUNNING),
        )

    async def resume(self, job_id: int) -> None:
        """Go on with a paused job. Raises GenerationError when it is not paused."""
        await self._command(job_id, "resume", {"status": JobStatus.QUEUED, "reason": ""}, (JobStatus.PAUSED,))
        self.ensure_worker()

    async def stop(self, job_id: int, *, now: bool) -> None:
        """End a job: what is being written is finished first, or with `now` broken off. The rest is planned again."""
        values = {"stop_requested": "now" if now else "drain", "reason": f"stopped by {self._settings.reviewer}"}
        await self._command(job_id, "stop now" if now else "stop", values, OPEN_JOBS)
        lock = launch.hold_worker_lock(self._database.path)
        if lock is None:
            return  # the worker ends it
        try:  # nobody else would end it, and as long as the lock is held no worker claims anything
            async with self._database.write() as session:
                await queue.requeue_of_dead_owner(session, "")
                await jobs.settle_jobs(session, self._clock())
                others = await jobs.open_jobs(session)
        finally:
            launch.release_worker_lock(lock)
        if any(job["status"] != JobStatus.PAUSED for job in others):
            self.ensure_worker()  # one that started in this moment found the lock held and went away

    async def retry(self, job_id: int) -> int:
        """Submit the failed rows of a job again under its cap. Raises GenerationError when there are none."""
        async with self._database.read() as session:
            job = await jobs.get_job(session, job_id)
            if job is None:
                raise NotFoundError(f"There is no job {job_id}.", "brightrun jobs list shows all.")
            failed = [i["conversation_id"] for i in await jobs.items_of(session, job_id) if i["status"] == "failed"]
            rows = await conversations.get_many(session, failed)
        still = tuple(i for i in failed if i in rows and rows[i]["status"] == Status.FAILED)
        if not still:
            raise GenerationError(f"Job {job_id} has no failed row left to retry.")
        # What was practice stays practice: a key that came since never makes a retry cost money.
        proposal = await self.propose(Order("retry", still), provider=job["provider"])
        return await self.submit(proposal, cap_microusd=job["cap_microusd"] or proposal.cap_microusd)

    async def dismiss(self, item_id: int) -> None:
        """Take an error off the list; the row stays failed."""
        async with self._database.write() as session:
            await jobs.dismiss_error(session, item_id)

    async def job(self, job_id: int) -> dict[str, Any]:
        """A job with its items. Raises NotFoundError."""
        async with self._database.read() as session:
            job = await jobs.get_job(session, job_id)
            if job is None:
                raise NotFoundError(f"There is no job {job_id}.", "brightrun jobs list shows all.")
            return {**job, "items": await jobs.items_of(session, job_id)}

    async def open_jobs(self) -> list[dict[str, Any]]:
        """Jobs that are not over, oldest first."""
        async with self._database.read() as session:
            return await jobs.open_jobs(session)

    def ensure_worker(self) -> str:
        """Start a worker process unless one is alive. Empty, or a sentence why none could be started."""
        if launch.is_worker_alive(self._database.path):
            return ""
        return launch.start_worker(self._database.path)

    def _provider(self, frozen: Literal["live", "simulated"] | None) -> Literal["live", "simulated"]:
        if frozen == "simulated":
            return "simulated"
        chosen = mode(replace(self._settings, provider="live") if frozen == "live" else self._settings)
        if chosen == "ask":
            raise SettingsError(
                "There is no API key, and practice has not been chosen.",
                "Set ANTHROPIC_API_KEY, or practise with --simulate (it costs nothing).",
            )
        return chosen

    def _why_not(self, row: Mapping[str, Any], order: Order) -> str:
        status = Status(row["status"])
        if order.kind == "regenerate" and status in CAN_REGENERATE:
            return ""
        if status in CAN_GENERATE:
            return "" if row["tier"] != "seed" else "a seed is hand-written, not generated"
        if status in (Status.QUEUED, Status.GENERATING):
            return f"is {words(status)} already"
        return f"is {words(status)}: it has its text"

    async def _command(self, job_id: int, action: str, values: Mapping[str, Any], only: tuple[JobStatus, ...]) -> None:
        async with self._database.write() as session:
            if not await jobs.set_job(session, job_id, values, only=only):
                job = await jobs.get_job(session, job_id)
                if job is None:
                    raise NotFoundError(f"There is no job {job_id}.", "brightrun jobs list shows all.")
                raise GenerationError(f"Job {job_id} is {job['status']}: it cannot {action.split()[0]}.")
            await self._audit(session, action, job_id, {})

    async def _audit(self, session: Any, action: str, job_id: int, after: dict[str, Any]) -> None:
        await audit.record(session, [audit.entry(self._settings.reviewer, action, "job", str(job_id), after=after)])


def _proposed(row: Mapping[str, Any], template: Mapping[str, Any], low: int, high: int) -> ProposedRow:
    return ProposedRow(
        row["conversation_id"],
        row["number"],
        row["persona_name"],
        row["topic"],
        row["tier"],
        row["arc_description"],
        template["name"],
        template["version"],
        template["id"],
        low,
        high,
    )


def _skipped_sentence(proposal: Proposal) -> str:
    if not proposal.skipped:
        return "Nothing remains: every planned row has been generated."
    conversation_id, why = proposal.skipped[0]
    more = f", and {len(proposal.skipped) - 1} more are skipped" if len(proposal.skipped) > 1 else ""
    return f"{conversation_id} {why}{more}."
