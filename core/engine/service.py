"""The one way to order generation: propose (preflight and price), submit, pause, resume, stop, retry.

Used by the app and the command line alike. It never calls the model: it writes a job, and a worker process does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from core.access import mode
from core.engine import again, stages
from core.engine.embedded import EmbeddedEngine, no_such_job
from core.engine.notices import wishes
from core.engine.orders import TIER_ORDER, Order, Proposal, ProposedRow
from core.engine.port import Dropped, JobEngine, NewJob, Place, SeenWorker
from core.errors import GenerationError, PriceError, SettingsError
from core.pipeline.estimate import basis_of, estimate
from core.pipeline.expected import after_dialogue, by_past, price_later
from core.pipeline.work import JobSettings
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.prompting.resolving import VARIATION, Prompt, render_prompt, resolve
from core.prompting.store import pack_context
from core.providers import counting
from core.providers.port import Request
from core.providers.pricing import dollars, price_of
from core.rewriting.variations import sources_of, values_of_source, why_no_source
from core.settings.fields import Settings
from core.status import CAN_GENERATE, CAN_REGENERATE, words
from data import audit, budgets, conversations, jobs, stage_outputs, templates, usage
from data.criteria import Criteria
from data.engines import Database
from data.types import utc_now
from data.vocabulary import Status

# Seconds per conversation, low and high: what was measured with the simulator, and what the vendor's speed suggests.
SECONDS_EACH = {"simulated": (1.5, 3.0), "live": (15.0, 45.0)}
_PARTLY = ("annotate", "turn")  # orders about a text that is there
SECONDS_EACH_FULL = {"simulated": (4.0, 9.0), "live": (25.0, 90.0)}


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
        provider = self._provider(provider)
        settings = self._settings
        depth = stages.depth_of(order, settings)
        judge = stages.has_judge(order, settings) and order.work != "turn"
        work = order.work
        today = self._clock().astimezone(UTC).date()
        async with self._database.read() as session:
            ids = list(order.ids) or await conversations.matching_ids(session, Criteria(states=("remaining",)))
            rows = await conversations.get_many(session, ids)
            pack = await pack_context(session)
            active = await templates.active(session, "dialogue")
            active += await templates.active(session, VARIATION)
            annotated = await stage_outputs.annotated_of(session, ids) if work in ("annotate", "turn") else frozenset()
            incomplete = await again.incomplete_of(session, list(rows.values())) if work == "annotate" else frozenset()
            if work == "turn" and not order.depth:
                depth = "full" if annotated else "dialogue"  # a turn is like the others of its conversation
            models = stages.models_of(settings, depth, judge=judge)
            later = await stages.stage_templates(session, depth, judge=judge, turn=work == "turn")
            past = await usage.past_calls(session, is_real=provider == "live")
            notes = await again.notes_of(session, order, list(rows.values()))
            sources = await sources_of(session, rows.values())
            parts = await again.parts_of(session, order, list(rows.values()), depth) if work in _PARTLY else {}
            draw = str(await jobs.next_number(session))  # between two active versions, by row and job
        prices = {stage: price_of(model, self._overrides, on=today) for stage, model in models.items()}
        fitting: list[dict[str, Any]] = []
        skipped: list[tuple[str, str]] = []
        for conversation_id in dict.fromkeys(ids):
            row = rows.get(conversation_id)
            if row is None:
                why = "does not exist"
            elif work == "annotate":
                why = stages.why_not_annotate(row, provider, annotated, incomplete)
            elif work == "turn":
                why = again.why_not_again(row, provider)
            else:
                why = self._why_not(row, order, provider) or why_no_source(row, sources)
            if row is None or why:
                skipped.append((conversation_id, why))
            else:
                fitting.append(row)
        asks = count_tokens and provider == "live" and work not in _PARTLY and not sources.texts
        scales = await self._counted(fitting, active, pack, order.note, draw) if asks else {}
        used: set[tuple[int, str]] = set()
        ready: list[ProposedRow] = []
        for row in fitting:
            note = notes[row["conversation_id"]]
            if work in _PARTLY and (work == "turn" or row["conversation_id"] in parts):
                part = again.Priced(order, note, parts[row["conversation_id"]]["annotate"], pack, later, prices)
                template, low, high = await again.price_part(self._database, row, part, active, settings)
                ready.append(_proposed(row, template, low, high, note))
                continue
            template = resolve(row, active, draw=draw)
            used.add((template["id"], models["dialogue"]))
            more = values_of_source(row, sources, pack) if row["variation_of"] else None
            prompt, _ = render_prompt(row, template, pack, note=note, more=more)
            profile = QualityProfile.model_validate(template["quality_profile"] or {})
            turns = row["turn_count"] if work == "annotate" else row["target_turns"] or 4
            expected = by_past(after_dialogue(row, turns, profile, pack, later), past, later, models)
            low, high = price_later(expected, prices)
            if work != "annotate":
                priced = estimate(
                    prompt,
                    turns,
                    profile,
                    prices["dialogue"],
                    past=past.get((template["id"], models["dialogue"])),
                    limit=settings.dialogue_max_tokens,
                    scale=scales.get(template["id"]),
                )
                low, high = low + priced.low_microusd, high + priced.high_microusd
            ready.append(_proposed(row, template, low, high, note))
        ready.sort(key=lambda r: (TIER_ORDER.get(r.tier, 9), r.number))
        return Proposal(
            order,
            tuple(ready),
            tuple(skipped),
            provider,
            settings.dialogue_model,
            depth,
            settings.concurrency,
            SECONDS_EACH[provider] if depth == "dialogue" else SECONDS_EACH_FULL[provider],
            round(settings.max_cost * 1_000_000),
            tuple(models.items()),
            tuple((stage, template["id"]) for stage, template in later.items()),
            judge,
            basis_of(len(scales), len({template for template, _ in used}), [past.get(key) for key in used]),
            draw,
        )

    async def _counted(
        self,
        rows: Sequence[Mapping[str, Any]],
        active: Sequence[Mapping[str, Any]],
        pack: PackContext,
        note: str,
        draw: str,
    ) -> dict[int, float]:
        """By template, how many tokens the service counts for each one of ours, in the prompt of its first row."""
        settings = self._settings
        sample: dict[int, Prompt] = {}
        for row in rows:
            template = resolve(row, active, draw=draw)
            if template["id"] not in sample:
                sample[template["id"]] = render_prompt(row, template, pack, note=note)[0]
        effort, thinking = settings.dialogue_effort, settings.dialogue_thinking
        requests = [
            Request(settings.dialogue_model, p.system, p.user, settings.dialogue_max_tokens, effort, thinking)
            for p in sample.values()
        ]
        counted = await counting.count(requests, settings.key_file)
        pairs = zip(sample.items(), counted, strict=True)
        return {template: tokens / max(1, prompt.tokens) for (template, prompt), tokens in pairs if tokens}

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
        if work in _PARTLY:
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

    async def resume(self, job_id: int, *, cap_microusd: int | None = None, model: str | None = None) -> None:
        """Go on with a paused job, with another cap or another model for the dialogue where they are given.

        Prices that the settings have got meanwhile count for a model that had none. `worker_trouble` tells whether a
        worker is there. Raises GenerationError when it is not paused or the cap is spent already, PriceError for a
        model without price.
        """
        changes = await self._terms(job_id, cap_microusd, model)
        await self._follow_overall_cap()
        await self._engine.resume(job_id, by=self._settings.reviewer, changes=changes)
        self.worker_trouble = self.ensure_worker()

    async def _terms(self, job_id: int, cap_microusd: int | None, model: str | None) -> dict[str, Any]:
        """What resuming a job changes in its row."""
        job = await self.job(job_id)
        changes: dict[str, Any] = {}
        if cap_microusd is not None:
            spent = job["actual_cost_microusd"]
            if cap_microusd <= spent:
                raise GenerationError(
                    f"Job {job_id} has spent {dollars(spent)}: a cap of {dollars(cap_microusd)} leaves nothing.",
                    "Give a higher amount in USD.",
                )
            changes |= {"cap_microusd": cap_microusd, "warned_percent": budgets.level_reached(cap_microusd, spent)}
        today = self._clock().astimezone(UTC).date()
        frozen = {**(job["settings"] or {}), **({"model": model} if model else {})}
        try:
            price_of(JobSettings.of({**job, "settings": frozen}).model, frozen.get("prices", {}), on=today)
        except PriceError:
            frozen["prices"] = {
                **frozen.get("prices", {}),
                **{name: dict(row) for name, row in self._overrides.items()},
            }
            if model:
                price_of(model, frozen["prices"], on=today)
        return changes if frozen == job["settings"] else {**changes, "settings": frozen}

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
        of = done if done in ("regenerate", *_PARTLY) else ""
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
                f"{conversation_id} is not in job {job_id}.", f"brightrun jobs show {job_id} lists it."
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

    def _why_not(self, row: Mapping[str, Any], order: Order, provider: str) -> str:
        status = Status(row["status"])
        if order.work == "regenerate" and status not in CAN_GENERATE:
            return again.why_not_again(row, provider)
        if status in CAN_GENERATE:
            return "" if row["tier"] != "seed" else "a seed is hand-written, not generated"
        if status in (Status.QUEUED, Status.GENERATING):
            return f"is {words(status)} already"
        return f"is {words(status)}: it has its text"


def _proposed(row: Mapping[str, Any], template: Mapping[str, Any], low: int, high: int, note: str = "") -> ProposedRow:
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
        note,
    )


def _skipped_sentence(proposal: Proposal) -> str:
    if not proposal.skipped:
        return "Nothing remains: every planned row has been generated."
    conversation_id, why = proposal.skipped[0]
    more = f", and {len(proposal.skipped) - 1} more are skipped" if len(proposal.skipped) > 1 else ""
    return f"{conversation_id} {why}{more}."
