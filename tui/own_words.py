"""The app's own words where core names a command line: in the app it is a key that helps.

`core` words its errors, and why a job paused, for whoever reads them in a shell. What the app shows of them goes
through `own_words`: `BrightrunApp` does it for messages and for the state of the jobs. It never touches the text of a
conversation.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from core.progress import FailedItem, Job, JobView, Progress

if TYPE_CHECKING:
    from tui.app import BrightrunApp
    from tui.keymap import Keymap

HIGHER_CAP = "goes on with a higher cap."
# What core says, and what the app says for it; {id} is the key of that command.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(said), words)
    for said, words in (
        (r"Go on with more: brightrun jobs resume \d+ --max-cost USD\.", f"{{job.pause}} {HIGHER_CAP}"),
        (
            r"Raise it with brightrun budget --set USD, then resume job \d+\.",
            "Raise it in the settings ({settings.open}: overall cap); then {job.pause} goes on.",
        ),
        (
            r"Go on with another model \(brightrun jobs resume JOB --model NAME\)",
            "Go on with another model ({job.list}, then {job.terms})",
        ),
        (r"brightrun jobs list shows all\.", "{job.list} shows all."),
        (r"brightrun jobs show \d+ lists its rows\.", "{job.list} and {job.open} list its rows."),
        (r"brightrun plan list shows all\.", "{filter.clear} shows all rows."),
        (r"brightrun templates list shows all\.", "{templates.open} shows all."),
        (r"brightrun templates list shows what is\.", "{templates.open} shows what is."),
        (r"brightrun chunks list shows all\.", "{sources.open} shows all."),
        (r"first: brightrun chunks (?:import SOURCE|unlink|mark ID --no-example)\.", "first ({sources.open})."),
        (r"brightrun import list shows all\.", "{import.open} shows all."),
        (r"back: brightrun import list\.", "back ({import.open})."),
        (r"brightrun export history lists them\.", "{export.open} lists them."),
        (r"brightrun config lists all\b", "{settings.open} lists all"),
        (r"brightrun views lists all\.", "{view.pick} lists all."),
        (
            r'Map it \(--map "[^"]*"\), or leave it out \(--map "[^"]*"\)\.',
            "{import.columns} says which column it means, or leaves it out.",
        ),
        (r'A heading of another name: --map "[^"]*"\.', "{import.columns} says which heading means it."),
        (
            r"Leave to replace \(--replace\) takes it and keeps the old text\.",
            "{import.replace} gives leave to replace; the old text is kept.",
        ),
        (r"Name the format that the file is in: --format\.", "{import.format} names the format that the file is in."),
        (r"Give a verdict instead: brightrun review\.", "Give a verdict instead, such as {review.approve}."),
        (r"brightrun flag sets it", "{review.flag} sets it"),
        (r"\(U, or brightrun review --reopen\)", "({review.reopen})"),
        (
            r"practise with --simulate \(it costs nothing\)",
            "practise: {app.palette} and Practise (it costs nothing)",
        ),
    )
)
_ID = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")


def own_words(text: str, keymap: Keymap) -> str:
    """A message or reason with keys in place of command lines."""
    if "brightrun " not in text and "--" not in text:
        return text
    for said, words in _WORDS:
        if said.search(text):
            text = said.sub(_ID.sub(lambda found: keymap.key(found[1]), words).replace("\\", r"\\"), text)
    return text


def progress_of(app: BrightrunApp) -> Progress:
    """The state of the engine in the app's words, with the keys that its sentences name."""
    found = app.browser.progress()
    return replace(
        found,
        job=_job(found.job, app.keymap) if found.job is not None else None,
        jobs=tuple(_job(job, app.keymap) for job in found.jobs),
        errors=_errors(found.errors, app.keymap),
        keys={name: app.keymap.key(name) for name in ("job.stop", "job.pause")},
        worker_starting=app.worker_watch.is_starting,
    )


def job_view_of(app: BrightrunApp, job_id: int) -> JobView | None:
    """One job in the app's words; None when it is gone."""
    view = app.browser.job_view(job_id)
    if view is None:
        return None
    return replace(view, job=_job(view.job, app.keymap), errors=_errors(view.errors, app.keymap))


def _job(job: Job, keymap: Keymap) -> Job:
    return job._replace(reason=own_words(job.reason, keymap)) if job.reason else job


def _errors(errors: tuple[FailedItem, ...], keymap: Keymap) -> tuple[FailedItem, ...]:
    return tuple(item._replace(error=own_words(item.error, keymap)) for item in errors)
