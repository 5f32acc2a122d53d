"""News of jobs: how far one is, how far into its cap, why one paused, how one ended. The app asks at every change.

What can wait is told in the last line, what cannot in a toast. The end of a job opens its summary on the main list; to
somebody who is typing it is only announced, with the keys that show it. Nothing here changes anything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.browse import Job, Progress
from core.progress import Budget
from tui.figures import dollars
from tui.screens.bound import BoundScreen

if TYPE_CHECKING:
    from tui.app import BrightrunApp

CALM_S = 2.0  # so long after a key somebody is at work: nothing opens over that
LOUD_S = 10.0


class News:
    """What is told of jobs, each thing once."""

    def __init__(self, app: BrightrunApp) -> None:
        self._app = app
        self._unsummarised: list[int] = []

    def tell(self, before: Progress, now: Progress) -> None:
        """What happened to jobs between two looks."""
        old = {job.id: job for job in before.jobs}
        for job in now.jobs:
            was = old.get(job.id)
            if was is None or was == job:
                continue
            every = self._app.settings.toast_every
            if every and job.done // every > was.done // every and job.is_open:
                self._softly(f"{job.done:,} of {job.total:,} conversations are written.")
            if job.warned_percent > was.warned_percent and job.status != "paused":
                self._loudly(f"Job {job.id} has used {job.warned_percent} % of its cap of {_cap_of(job)}.")
            if was.is_open and not job.is_open:
                self._ended(job)
            elif was.status != "paused" and job.status == "paused":
                self._paused(job)
        budget = now.budget
        if before.budget.cap_microusd == budget.cap_microusd and budget.warned_percent > before.budget.warned_percent:
            self._loudly(f"{budget.warned_percent} % of the overall cap of {_cap_of(budget)} is used.")

    def told_while_away(self) -> None:
        """At the start: the summary of a job that ended since the app was left; older ones are no news."""
        browser, jobs = self._app.browser, self._app.progress.jobs
        told = browser.view_state.get("told_job")
        newest = max((job.id for job in jobs if not job.is_open), default=0)
        if told is None:
            browser.remember(told_job=newest)
        elif newest > int(told):
            self._unsummarised.append(newest)
            self._remember_told(newest)

    def summarise(self) -> None:
        """Show the summary of a job that ended, or to somebody who is typing say which keys do."""
        app = self._app
        main = app.main
        if not self._unsummarised or app.services is None or app.screen is not main or main.has_class("-searching"):
            return
        job_id = self._unsummarised.pop()
        self._unsummarised.clear()  # of several that ended the last is shown; the others are in the list of jobs
        if app.now() - app.key_time < CALM_S:
            self.announce(job_id)
        else:
            main.flow(main.show_summary(job_id, unasked=True))

    def announce(self, job_id: int) -> None:
        """Say that a job ended and which keys show what it came to."""
        outcome = next((job.outcome for job in self._app.progress.jobs if job.id == job_id), f"Job {job_id} has ended")
        key = self._app.keymap.key
        text = f"{outcome}. {key('job.list')}, then {key('job.summary')} shows its summary."
        self._app.tell(text, seconds=LOUD_S, kind="news")

    def _softly(self, text: str) -> None:
        """News that can wait, in the last line of the screen, under a dialog too; an answer to a key goes before it."""
        screens = [screen for screen in self._app.screen_stack if isinstance(screen, BoundScreen)]
        if screens and not screens[-1].is_telling:
            screens[-1].say(text)

    def _loudly(self, text: str) -> None:
        self._app.tell(text, "warning", LOUD_S, kind="news")

    def _paused(self, job: Job) -> None:
        if job.reason.startswith("paused by"):
            return  # by hand: whoever did it was told
        key = self._app.keymap.key("job.pause")
        way = "" if "goes on" in job.reason else f" {key} goes on."
        self._loudly(f"Job {job.id} is paused: {job.reason}{way}")
        self._ring(job, f"Job {job.id} is paused", job.reason)

    def _ended(self, job: Job) -> None:
        self._ring(job, "brightrun", f"{job.outcome}.")
        if job.total > 1:
            self._unsummarised.append(job.id)
        else:
            self._softly(f"{job.outcome}.")
        self._remember_told(job.id)

    def _ring(self, job: Job, title: str, text: str) -> None:
        """The bell, and a notification of the terminal where the order asked for one."""
        from core.notify.desktop import notification

        app = self._app
        if app.settings.bell:
            app.bell()
        view = app.browser.job_view(job.id)
        protocol = str(view.notify.get("desktop", "")) if view is not None else ""
        sequence = notification(protocol, title, text, in_tmux="TMUX" in os.environ)
        if sequence and app._driver is not None:
            app._driver.write(sequence)

    def _remember_told(self, job_id: int) -> None:
        browser = self._app.browser
        if job_id > int(browser.view_state.get("told_job", 0) or 0):
            browser.remember(told_job=job_id)


def _cap_of(capped: Job | Budget) -> str:
    """A cap in dollars."""
    return dollars(capped.cap_microusd or 0)
