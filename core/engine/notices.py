"""The end of a job: what it came to is stored in the transaction that ends it, and who asked for it gets an e-mail.

The worker and `GenerationService.stop` end jobs through `settle`; the worker alone sends mail, beside its other work.
A mail that cannot be sent is said in the job and in the log, and changes nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core.errors import BrightrunError, StorageError
from core.notify.desktop import PROTOCOLS
from core.notify.mail import Letterbox, letter, send
from core.notify.summary import Summary
from core.settings.fields import Settings
from data import endings, jobs
from data.engines import AsyncSession, Database
from data.types import utc_now
from data.vocabulary import JobStatus

TELL_WITHIN = timedelta(days=2)  # older news is none
BY_HAND = ("paused by", "stopped by")
STEPS = {
    "review": "brightrun, then is:to_review",
    "retry": "brightrun jobs retry {job}",
    "generate": "brightrun generate --all",
    "export": "brightrun export",
}

log = logging.getLogger("brightrun.worker")


def wishes(settings: Settings, *, mail: bool | None = None, desktop: bool | None = None) -> dict[str, Any] | None:
    """Who is told how when a job ends, to be frozen in it; None: nobody. Left open, the settings decide.

    Raises MailError when an e-mail is wanted and the settings do not say where to.
    """
    wanted: dict[str, Any] = {}
    if settings.mail_when_done if mail is None else mail:
        wanted["mail"] = Letterbox.of(settings).values()
    protocol = settings.desktop_notification
    if protocol != "off" if desktop is None else desktop:
        wanted["desktop"] = protocol if protocol != "off" else PROTOCOLS[1]
    return wanted or None


def mail_trouble(settings: Settings) -> str:
    """Why no e-mail could be sent with these settings; "" when it can be tried."""
    try:
        Letterbox.of(settings)
    except BrightrunError as error:
        return str(error)
    return ""


async def settle(session: AsyncSession, now: datetime) -> list[int]:
    """End the jobs that are over and store what they came to, in one transaction. Gives the jobs ended."""
    ended = await jobs.settle_jobs(session, now)
    for job_id in ended:
        job = await jobs.get_job(session, job_id)
        assert job is not None
        rows = await endings.outcome(session, job_id)
        started = job["started_at"] or job["created_at"]
        summary = Summary.of(
            job,
            [score for score, _, _ in rows],
            flagged=sum(flagged for _, flagged, _ in rows),
            to_review=sum(undecided for _, _, undecided in rows),
            seconds=max(0.0, (now - started).total_seconds()),
        )
        await endings.add_to_summary(session, job_id, summary.values())
    return ended


class Notices:
    """Sends the mails that are due. One per worker; `close` waits for those under way."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._sending: dict[int, asyncio.Task[None]] = {}

    async def look(self) -> None:
        """Send what is due and has not been sent."""
        busy = set(self._sending)  # one that ends while this is read has not been told of in what is read
        async with self._database.read() as session:
            found = await endings.with_notice(session, self._clock() - TELL_WITHIN)
        for job in found:
            news = _news(job)
            told = (job["results_summary"] or {}).get("told", {})
            if (
                "mail" not in job["notify"]
                or not news
                or told.get("news") == news
                or job["id"] in busy | self._sending.keys()
            ):
                continue
            task = asyncio.create_task(self._send(job, news), name=f"mail about job {job['id']}")
            self._sending[job["id"]] = task
            task.add_done_callback(partial(self._sent, job["id"]))

    def _sent(self, job_id: int, _: asyncio.Task[None]) -> None:
        self._sending.pop(job_id, None)

    async def close(self) -> None:
        """Wait for mails under way."""
        await asyncio.gather(*self._sending.values(), return_exceptions=True)

    async def _send(self, job: Mapping[str, Any], news: str) -> None:
        trouble = ""
        try:
            box = Letterbox.read(job["notify"]["mail"])
            await asyncio.to_thread(send, box, letter(box, *mail_text(job)))
            log.info("job %s: an e-mail went to %s", job["id"], box.to)
        except BrightrunError as error:
            trouble = str(error)
            log.warning("job %s: %s", job["id"], trouble)
        told = {"news": news, "at": self._clock().isoformat(timespec="seconds"), "trouble": trouble}
        try:
            async with self._database.write() as session:
                await endings.add_to_summary(session, job["id"], {"told": told})
        except StorageError as error:  # it would be sent once more by the next worker
            log.error("job %s: %s", job["id"], error)


def _news(job: Mapping[str, Any]) -> str:
    """What there is to tell of a job; "" for what a person did and knows."""
    if job["status"] != JobStatus.PAUSED:
        return str(job["status"])
    done = job["done"] + job["failed"] + job["cancelled"]
    return "" if not job["reason"] or job["reason"].startswith(BY_HAND) else f"paused at {done}: {job['reason']}"


def mail_text(job: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body. No text of a conversation is in it."""
    name = f"brightrun: job {job['id']}"
    if job["status"] == JobStatus.PAUSED:
        done = f"{job['done']:,} of {job['total']:,} rows are done."
        go_on = f"Go on: brightrun jobs resume {job['id']}\nEnd it: brightrun jobs stop {job['id']}\n"
        return f"{name} is paused", f"Job {job['id']} paused by itself: {job['reason']}\n{done}\n\n{go_on}"
    summary = Summary.read(job["results_summary"] or {})
    ended = "is done" if job["status"] == JobStatus.COMPLETED else "failed"
    subject = f"{name} {ended}: {job['done']:,} of {job['total']:,}"
    if job["failed"]:
        subject += f", {job['failed']:,} failed"
    lines = [f"Job {job['id']} {ended}.", ""]
    if summary is not None:
        lines += [f"{label + ':':<9} {text}" for label, text in summary.facts()]
        steps = [f"- {text}: {STEPS[step].format(job=job['id'])}" for step, text in summary.next_steps()]
        lines += ["", "Next:", *steps] if steps else []
    if job["provider"] == "simulated":
        lines += ["", "This was practice: the texts are simulated."]
    return subject, "\n".join(lines) + "\n"
