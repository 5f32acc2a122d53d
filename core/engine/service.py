"""The one way to order generation: propose (preflight and price), submit, pause, resume, stop, retry.

Used by the app and the command line alike. It never calls the model: it writes a job, and a worker process does it.
The preflight is loaded when it is first asked for: what steers a job does not need it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from core.access import mode
from core.engine import stages, terms
from core.engine.embedded import EmbeddedEngine, no_such_job
from core.engine.notices import wishes
from core.engine.orders import PARTLY, Order, Proposal
from core.engine.port import Dropped, JobEngine, NewJob, Place, SeenWorker
from core.errors import GenerationError, SettingsError
from core.settings.fields import Settings
from core.status import CAN_GENERATE, CAN_REGENERATE
from data import audit, budgets, conversations, jobs, usage
from data.engines import Database
from data.types import utc_now


class GenerationService:
    """Orders of one person on one database."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        price_overrides: Mapping[str, Mapping[str, float]],
        *,
        clock: Callable[[], datetime] = utc_now,
        engine: JobEngine | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._overrides = price_overrides
        self._clock = clock
        self.worker_trouble = ""  # why no worker could be started for the last order; empty where one is
        self._engine: JobEngine = engine or EmbeddedEngine(database, settings.key_file, clock=clock)

    def use(self, settings: Settings, *, engine: JobEngine | None = None) -> None:
        """Take other settings, or another engine, for the orders to come."""
        self._settings = settings
        self._engine = engine or self._engine

    async def propose(
        self, order: Order, *, provider: Literal["live", "simulated"] | None = None, count_tokens: bool = False
    ) -> Proposal:
        """Preflight: what would be generated, with which template, at what cost; nothing is stored or spent.

        `provider` is that of the job that is retried; else the settings decide. With `count_tokens` a live service is
        asked for the tokens of one prompt per template, which takes some seconds; where it does not answer, the
        estimate is our own, and `basis` says which it is.

        Raises GenerationError when nothing can be generated or the provider is not chosen, TemplateError for a row
        that does not render, PriceError for a model without price.
        """
        from core.engine.preflight import Preflight

        today = self._clock().astimezone(UTC).date()
        preflight = Preflight(self._database, self._settings, self._overrides, today)
        return await preflight.propose(order, self._provider(provider), count_tokens=count_tokens)

    async def submit(
        self,
        proposal: Proposal,
        *,
        cap_microusd: int,
        pause_after_tier: bool = False,
        notify: Mapping[str, Any] | None = None,
    ) -> int:
        """Write the job and see to it that a worker is there (`worker_trouble` says why not); gives the job's id.

        `notify` is what `core.engine.notices.wishes` gave; None leaves it to the settings.

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
                "draw": proposal.draw,
                "model": settings.dialogue_model,
                "effort": settings.dialogue_effort,
                "thinking": settings.dialogue_thinking,
                "max_tokens": settings.dialogue_max_tokens,
                **stages.frozen(settings, proposal.depth, judge=proposal.judge, used=dict(proposal.stage_templates)),
                "concurrency": settings.concurrency,
                "max_concurrency": settings.max_concurrency,
                "pause_between": settings.pause_between,
                "attempts": settings.attempts,
                "outage_limit": settings.outage_limit,
                "source_characters": settings.source_characters,
                "source_examples": settings.source_examples,
                "timeout": settings.timeout,
                "requests_per_minute": settings.requests_per_minute,
                "simulator_pace": settings.simulator_pace,
                "simulator_faults": settings.simulator_faults,
                "review_below": settings.review_below,
                "prices": {model: dict(row) for model, row in self._overrides.items()},
                "kind": proposal.order.work,
                "turn": proposal.order.turn,
            },
            "cap_microusd": cap_microusd,
            "pause_after_tier": pause_after_tier,
            "notify": wishes(settings) if notify is None else dict(notify) or None,
            "estimated_cost_microusd": (proposal.low_microusd + proposal.high_microusd) // 2,
            "created_by": settings.reviewer,
        }
        items = [
            {
                "conversation_id": row.conversation_id,
                "position": position,
                "template_version_id": row.template_version_id,
                "note": row.note,
                "estimated_cost_microusd": (row.low_microusd + row.high_microusd) // 2,
                "created_by": settings.reviewer,
            }
            for position, row in enumerate(proposal.rows)
        ]
        work = proposal.order.work
        statuses = CAN_REGENERATE | CAN_GENERATE if work == "regenerate" else CAN_GENERATE
        texts = None
        if work in PARTLY:
            from core.engine import again

            statuses = stages.CAN_ANNOTATE if work == "annotate" else CAN_REGENERATE
            async with self._database.read() as session:
                found = await conversations.get_many(session, [row.conversation_id for row in proposal.rows])
                listed = list(found.values())
                parts = await again.parts_of(session, proposal.order, listed, proposal.depth)
                texts = await stages.texts_of(session, listed, parts)
        new = NewJob(job, items, frozenset(str(s) for s in statuses), texts)
        await self._follow_overall_cap()
        job_id = await self._engine.submit(new, by=settings.reviewer)
        self.worker_trouble = self.ensure_worker()
        return job_id

    async def pause(self, job_id: int) -> None:
        """No new conversation is begun; those being written are finished. Raises GenerationError when it is over."""
        await self._engine.pause(job_id, by=self._settings.reviewer)

    async def resume(
        self, job_id: int, *, cap_microusd: int | None = None, models: Mapping[str, str] | None = None
    ) -> None:
        """Go on with a paused job, with another cap or other models, by stage, where they are given.

        Prices that the settings have got meanwhile count for a model that had none. `worker_trouble` tells whether a
        worker is there. Raises GenerationError when it is not paused, the cap is spent already or the job has no such
        stage, PriceError for a model without price.
        """
        job = await self.job(job_id)
        today = self._clock().astimezone(UTC).date()
        changes = terms.changed(job, cap_microusd=cap_microusd, models=models or {}, prices=self._overrides, on=today)
        await self._follow_overall_cap()
        await self._engine.resume(job_id, by=self._settings.reviewer, changes=changes)
        self.worker_trouble = self.ensure_worker()

    async def budget(self) -> dict[str, Any]:
        """The overall cap over all real calls of this database, with what is spent and set aside under it."""
        await self._follow_overall_cap()
        async with self._database.read() as session:
            return await budgets.overall(session)

    async def set_budget(self, cap_microusd: int | None, *, follow_settings: bool = False) -> dict[str, Any]:
        """Set the overall cap, take it away with None, or let it follow the settings again; audited."""
        before = await self.budget()
        if follow_settings:
            cap_microusd = self._overall_of_settings
        async with self._database.write() as session:
            by = self._settings.reviewer
            await budgets.set_overall(session, cap_microusd, follows_settings=follow_settings, by=by)
            entry = audit.entry(
                by,
                "set cap",
                "budget",
                budgets.OVERALL,
                before={"cap_microusd": before["cap_microusd"]},
                after={"cap_microusd": cap_microusd},
            )
            await audit.record(session, [entry])
        return await self.budget()

    async def _follow_overall_cap(self) -> None:
        async with self._database.read() as session:
            now = await budgets.overall(session)
        if now["follows_settings"] and now["cap_microusd"] != self._overall_of_settings:
            async with self._database.write() as session:
                await budgets.follow_settings(session, self._overall_of_settings)

    @property
    def _overall_of_settings(self) -> int | None:
        return round(self._settings.max_total_cost * 1_000_000) or None

    async def stop(self, job_id: int, *, now: bool) -> None:
        """End a job: what is being written is finished first, or with `now` broken off. The rest is planned again."""
        await self._engine.stop(job_id, by=self._settings.reviewer, now=now)

    async def retry(self, job_id: int, *, only: str = "") -> int:
        """Submit the failed rows of a job again under its cap, or `only` one. Raises GenerationError without any."""
        job, still = await self._engine.failed_rows(job_id)
        still = tuple(row for row in still if not only or row == only)
        if not still:
            raise GenerationError(f"Job {job_id} has no failed row left to retry.")
        # What was practice stays practice: a key that came since never makes a retry cost money.
        kept = job["settings"] or {}
        done = kept.get("kind", job["type"])
        of = done if done in ("regenerate", *PARTLY) else ""
        items = (await self.job(job_id))["items"]
        notes = tuple((item["conversation_id"], item["note"]) for item in items if item["conversation_id"] in still)
        depth, judge = kept.get("depth", "dialogue"), bool(kept.get("judge"))
        order = Order("retry", still, depth=depth, judge=judge, turn=kept.get("turn", 0), of=of, notes=notes)
        proposal = await self.propose(order, provider=job["provider"])
        cap = job["cap_microusd"] or proposal.cap_microusd
        return await self.submit(proposal, cap_microusd=cap, notify=job["notify"] or {})

    async def drop_item(self, job_id: int, conversation_id: str) -> Dropped:
        """Take one row out of an open job and give it back to the plan.

        "cancelled": it waited; "running": the worker breaks it off unless it is paid for; "paid": an answer is stored,
        so it is finished without another call. Raises GenerationError when the job has no such row to do.
        """
        how = await self._engine.drop_item(job_id, conversation_id, by=self._settings.reviewer)
        if how == "absent":
            raise await self._not_to_do(job_id, conversation_id, "dropped")
        return how

    async def move_item(self, job_id: int, conversation_id: str, *, to: Place) -> None:
        """Change when a waiting row is taken; within its tier when the job pauses after each tier.

        Raises GenerationError when it does not wait (any more).
        """
        if not await self._engine.move_item(job_id, conversation_id, to=to, by=self._settings.reviewer):
            raise await self._not_to_do(job_id, conversation_id, "moved")

    async def prioritise(self, job_id: int) -> None:
        """Let a job go before all other open ones; only single rows asked for by hand still go first.

        Raises GenerationError when it is over.
        """
        if not await self._engine.prioritise(job_id, by=self._settings.reviewer):
            job = await self.job(job_id)
            raise GenerationError(f"Job {job_id} is {job['status']}: there is nothing left to put first.")

    async def _not_to_do(self, job_id: int, conversation_id: str, done: str) -> GenerationError:
        """Why a row of a job cannot be steered. Raises NotFoundError for a job that is not there."""
        job = await self.job(job_id)
        status = next((i["status"] for i in job["items"] if i["conversation_id"] == conversation_id), "")
        if not status:
            return GenerationError(
                f"{conversation_id} is not in job {job_id}.", f"brightrun jobs show {job_id} lists its rows."
            )
        now = "being written" if status == "running" else status
        return GenerationError(f"{conversation_id} is {now} in job {job_id}: it cannot be {done}.")

    async def dismiss(self, item_id: int) -> None:
        """Take an error off the list; the row stays failed."""
        async with self._database.write() as session:
            await jobs.dismiss_error(session, item_id)

    async def job(self, job_id: int) -> dict[str, Any]:
        """A job with its items, and its costs by stage and template. Raises NotFoundError."""
        async with self._database.read() as session:
            job = await jobs.get_job(session, job_id)
            if job is None:
                raise no_such_job(job_id)
            costs = await usage.costs_of_job(session, job_id)
            return {**job, "items": await jobs.items_of(session, job_id), "costs": costs}

    async def open_jobs(self) -> list[dict[str, Any]]:
        """Jobs that are not over: those put first, then the oldest."""
        async with self._database.read() as session:
            return await jobs.open_jobs(session)

    def ensure_worker(self) -> str:
        """Start a worker process unless one is alive. Empty, or a sentence why none could be started."""
        return self._engine.ensure_worker()

    def alive_workers(self) -> tuple[SeenWorker, ...]:
        """Who carries out jobs now."""
        return self._engine.alive_workers()

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


def _skipped_sentence(proposal: Proposal) -> str:
    if not proposal.skipped:
        return "Nothing remains: every planned row has been generated."
    conversation_id, why = proposal.skipped[0]
    more = f", and {len(proposal.skipped) - 1} more are skipped" if len(proposal.skipped) > 1 else ""
    return f"{conversation_id} {why}{more}."
