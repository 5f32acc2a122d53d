"""Ordering conversations and steering the job: everything that may cost money is shown with its price before.

The app only writes orders; the worker process does the work, so leaving the app changes nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tui.figures import counted
from tui.own_words import job_view_of
from tui.screens.bound import BoundScreen
from tui.steps import Steps

if TYPE_CHECKING:
    from core.browse import FailedItem, Job
    from core.engine.orders import Order
    from core.services import Services

WORKER_LOOKS_S = (1.5, 8.0)


class GenerateCommands(BoundScreen):
    """Generate, stop, pause, retry, practise."""

    @property
    def opened(self) -> Services:
        """The services; only for commands that need them."""
        services = self.bright.services
        assert services is not None
        return services

    def do_generate_row(self) -> None:
        """Generate the row that is on the screen."""
        if self.row is not None:
            self.flow(self._order("single", (self.row.conversation_id,)), asks=True)

    def do_generate_selected(self) -> None:
        """Generate the marked rows, else those of the filter."""
        self.flow(self._order_selected(), asks=True)

    async def _order_selected(self) -> None:
        main = self.bright.main
        marks = main.table.marks
        if marks:
            order = {row_id: place for place, row_id in enumerate(main.listed_ids())}
            await self._order("selected", tuple(sorted(marks, key=lambda m: (order.get(m, len(order)), m))))
        else:
            await self._order("filtered", tuple(main.listed_ids()))

    def do_generate_all(self) -> None:
        """Generate all that remains."""
        self.flow(self._order("all", ()), asks=True)

    async def _order(self, kind: Literal["single", "selected", "filtered", "all"], ids: tuple[str, ...]) -> None:
        from core.engine.orders import Order

        await self.order(Order(kind, ids))

    async def order(self, order: Order) -> bool:
        """Show what an order takes and costs, ask, and submit it; whether it was submitted."""
        from core.engine.notices import mail_trouble, wishes
        from tui.screens.generate_dialog import GenerateDialog, OtherDepth

        if self.bright.provider == "ask":
            await self._choose_provider()
            if self.bright.provider == "ask":
                return False
        self.preparing("Estimating time and cost")
        propose = partial(self.opened.propose, large=self.bright.is_large)
        proposal = await propose(order)
        while True:
            if not proposal.rows:  # or none any more, when another depth is priced
                conversation_id, why = proposal.skipped[0] if proposal.skipped else ("", "nothing remains")
                more = f" ({counted(len(proposal.skipped) - 1, 'other')} likewise)" if len(proposal.skipped) > 1 else ""
                self.warn(f"Nothing to generate: {conversation_id} {why}{more}.")
                return False
            dialog = GenerateDialog(
                proposal,
                type_number_above=self.bright.settings.type_number_above,
                mail=self.bright.settings.mail_when_done,
                notify=self.bright.settings.desktop_notification != "off",
                mail_trouble=mail_trouble(self.bright.settings),
                recount=partial(propose, order, count_tokens=True) if proposal.provider == "live" else None,
            )
            answer = await self.app.push_screen_wait(dialog)
            proposal = dialog.proposal
            if not isinstance(answer, OtherDepth):
                break
            order = replace(order, depth=answer.depth)
            proposal = await propose(order)
        if answer is None:
            self.say("Nothing was ordered.")
            return False
        job_id = await self.opened.generation.submit(
            proposal,
            cap_microusd=answer.cap_microusd,
            pause_after_tier=answer.pause_after_tier,
            notify=wishes(self.bright.settings, mail=answer.mail, desktop=answer.notify) or {},
        )
        main = self.bright.main
        main.do_mark_clear()
        if main.facets.has_focus:  # there the keys that steer the job are letters to search for
            main.table.focus() if main.is_wide else main.do_filter_pane()
        self.bright.database_watch.look()
        key = self.bright.keymap.key
        self.say(
            f"Job {job_id}: {counted(len(proposal.rows), 'row')} ordered. "
            f"{key('job.pause')} pauses, {key('job.stop')} stops; you may close the terminal."
        )
        self.await_worker(self.opened.generation.worker_trouble)
        return True

    def await_worker(self, trouble: str = "") -> None:
        """Tell when no worker can be started for what was ordered; `trouble` is why it could not be at once."""
        if trouble:
            self.warn(trouble, severe=True)
            return
        self.bright.worker_watch.started()
        self.bright.main.run_worker(Steps(self._await_worker), group="worker", exclusive=True, exit_on_error=False)

    async def _await_worker(self) -> None:
        for wait in WORKER_LOOKS_S:  # the order has just started one: it needs a moment to be seen
            await asyncio.sleep(wait)
            trouble = await asyncio.to_thread(self.opened.generation.ensure_worker)
            if trouble:
                self.warn(trouble, severe=True)
                return

    async def do_job_stop(self) -> None:
        """Stop the job; pressed again, at once."""
        job = self.job
        if job is None:
            return
        now = bool(job.stop_requested)
        await self.opened.generation.stop(job.id, now=now)
        self.bright.database_watch.look()
        key = self.bright.keymap.key("job.stop")
        view = job_view_of(self.bright, job.id)
        if view is None or not view.job.is_open:  # nothing ran
            self.say(f"Job {job.id} is stopped; what was not written is planned again.")
        elif now:
            self.say(f"Job {job.id} stops at once; broken-off calls are billed for what had come.")
        else:
            self.say(f"Job {job.id} stops: the calls that run finish first. {key} again stops at once.")

    async def do_job_pause(self) -> None:
        """Pause the job, or go on with it; where that needs other terms, ask for them."""
        job = self.job
        if job is None:
            return
        key = self.bright.keymap.key("job.pause")
        if job.wants_terms:
            self.do_job_terms()
            return
        if job.status == "paused":
            await self.opened.generation.resume(job.id)
            self.say(f"Job {job.id} goes on.")
            self.await_worker(self.opened.generation.worker_trouble)
        else:
            await self.opened.generation.pause(job.id)
            self.say(f"Job {job.id} pauses after the calls that run. {key} goes on.")
        self.bright.database_watch.look()

    def do_job_terms(self) -> None:
        """Go on with the paused job under a higher cap or with another model."""
        if self.job is not None:
            self.flow(self._resume_with_terms(self.job), asks=True)

    async def _resume_with_terms(self, job: Job) -> None:
        from tui.screens.jobs_dialogs import TermsDialog

        view = job_view_of(self.bright, job.id)
        kept = view.settings if view is not None else {}
        models = {"dialogue": str(kept.get("model", ""))}
        for stage in (*(("annotation",) if kept.get("depth") == "full" else ()), "judge"):
            if kept.get(stage):
                models[stage] = str(kept[stage].get("model", ""))
        terms = await self.app.push_screen_wait(TermsDialog(job, models))
        if terms is None:
            return
        await self.opened.generation.resume(job.id, cap_microusd=terms.cap_microusd, models=terms.models or None)
        self.say(f"Job {job.id} goes on.")
        self.await_worker(self.opened.generation.worker_trouble)
        self.bright.database_watch.look()

    async def show_summary(self, job_id: int, *, unasked: bool = False) -> None:
        """What a job came to, and the step that the person chooses next; opened `unasked` it gives way to a key that
        was meant for the list, and is announced."""
        from core.notify.summary import Summary
        from tui.screens.jobs_dialogs import SummaryDialog

        view = job_view_of(self.bright, job_id)
        summary = Summary.read(view.summary) if view is not None else None
        if view is None or summary is None:
            self.warn(f"Job {job_id} has no summary: it ended under an older version.")
            return
        dialog = SummaryDialog(view.job, summary, view.summary.get("told", {}), gives_way=unasked)
        step = await self.app.push_screen_wait(dialog)
        if dialog.gave_way:
            self.bright.news.announce(job_id)
        elif step == "review":
            await self.back_to_list().action_run("filter.to_review")
        elif step == "retry":
            await self.retry(job_id)

    def do_job_retry(self) -> None:
        """Order the failed rows of the last job with errors again."""
        errors = self.bright.progress.errors
        if errors:
            self.flow(self.retry(errors[-1].job_id), asks=True)

    async def retry(self, job_id: int, *, only: FailedItem | None = None) -> None:
        """Order the failed rows of a job again, or only one, under that job's own cap."""
        from tui.screens.dialogs import ConfirmDialog

        view = job_view_of(self.bright, job_id)
        failed = [only] if only is not None else list(view.errors) if view is not None else []
        if not failed:
            self.warn(f"No row of job {job_id} is left to retry: all were retried or dismissed.")
            return
        lines = [f"#{item.number} {item.persona_name} · {item.topic}" for item in failed[:8]]
        if len(failed) > 8:
            lines.append(f"and {len(failed) - 8:,} more")
        title = f"Generate {counted(len(failed), 'failed row')} of job {job_id} again?"
        if await self.app.push_screen_wait(ConfirmDialog(title, lines, yes="Retry")):
            new = await self.opened.generation.retry(job_id, only=only.conversation_id if only is not None else "")
            self.say(f"Job {new}: {counted(len(failed), 'row')} ordered again.")
            self.await_worker(self.opened.generation.worker_trouble)
            self.bright.database_watch.look()

    async def dismiss_error(self, item_id: int) -> None:
        """Take an error out of the panel; the row stays failed."""
        await self.opened.generation.dismiss(item_id)
        self.bright.database_watch.look()

    def do_job_list(self) -> None:
        """All jobs."""
        from tui.screens.jobs import JobsScreen

        self.app.push_screen(JobsScreen(self.bright))

    def do_practice_clear(self) -> None:
        """Put simulated rows back to planned."""
        self.flow(self._clear_practice(), asks=True)

    async def _clear_practice(self) -> None:
        from tui.screens.dialogs import ConfirmDialog

        number = self.bright.overview.simulated
        if not number:
            self.warn("There are no practice results.")
            return
        lines = ["They go back to planned; undo brings them back.", "Real results are not touched."]
        if await self.app.push_screen_wait(
            ConfirmDialog(f"Clear {counted(number, 'practice result')}?", lines, yes="Clear", destructive=True)
        ):
            cleared = await self.opened.review.clear_practice()
            self.bright.database_watch.look()
            undo = self.bright.keymap.key("review.undo")
            self.say(f"{counted(cleared, 'practice result')} back to planned", f"{undo} takes that back")

    async def do_practice_choose(self) -> None:
        """Practise or connect a key."""
        self.flow(self._choose_provider())

    async def _choose_provider(self) -> None:
        from tui.screens.first_start import FirstStartDialog

        choice = await self.app.push_screen_wait(FirstStartDialog(self.bright.provider))
        if choice == "simulated":
            await self.bright.choose_provider("simulated")
            key = self.bright.keymap.key
            self.say(
                f"Practising: {key('generate.all')} generates all that remain, {key('generate.row')} the row "
                "under the cursor."
            )
        elif choice == "live":
            if await self.bright.choose_provider("live") != "live":
                self.warn("There is no key yet: set ANTHROPIC_API_KEY, or key_file in the settings, and start again.")
                return
            if self.bright.simulated_left():
                await self._clear_practice()
            self.say("Live: every order shows its price before it starts.")
        if not self.bright.browser.view_state.get("tour_offered"):
            await self.bright.main.tour(-1)
