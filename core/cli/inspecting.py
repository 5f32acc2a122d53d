"""`brightrun status` and `show`: what there is, and one conversation with its text and quality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.following import why_silent
from core.cli.history import show_history, when
from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import Column, pairs, paragraphs, say, show_json, styled, table
from core.text.terminal import safe_line
from data.vocabulary import JobStatus

if TYPE_CHECKING:
    from core.progress import Budget


@click.command(cls=Command)
@pass_invocation
def status(invocation: Invocation) -> int:
    """Counts, jobs, the worker, and what was spent."""
    from core.engine.lock import look_at_lock
    from core.providers.pricing import dollars
    from core.status import words

    path = invocation.ready(create=True)
    with invocation.browser() as browser:
        seen, progress = browser.overview(), browser.progress()
    holder = look_at_lock(path)
    seen_worker = holder.signature if holder else None
    alive = holder is not None and not holder.is_silent
    jobs = [job for job in progress.jobs if job.is_open]
    if invocation.as_json:
        show_json(
            {
                "database": path,
                "total": seen.total,
                "by_status": dict(sorted(seen.by_status.items())),
                "by_tier": dict(sorted(seen.by_tier.items())),
                "remaining": seen.remaining,
                "to_review": seen.to_review,
                "flagged": seen.flagged,
                "simulated": seen.simulated,
                "worker_alive": alive,
                "worker_message": (progress.worker_trouble or progress.worker_message) if alive else "",
                "worker_process": seen_worker.pid if seen_worker else None,
                "worker_heard_of_seconds_ago": round(seen_worker.silent_s, 1) if seen_worker else None,
                "open_jobs": [
                    {
                        "id": job.id,
                        "status": job.status,
                        "reason": job.reason,
                        "provider": job.provider,
                        "total": job.total,
                        "done": job.done,
                        "failed": job.failed,
                        "percent": job.percent,
                        "estimated_microusd": job.estimated_microusd,
                        "actual_microusd": job.actual_microusd,
                        "reserved_microusd": job.reserved_microusd,
                        "cap_microusd": job.cap_microusd,
                        "warned_percent": job.warned_percent,
                    }
                    for job in jobs
                ],
                "failed": [{"conversation_id": e.conversation_id, "error": e.error} for e in progress.errors],
                "spent_live_microusd": progress.spent_live_microusd,
                "overall_cap": progress.budget._asdict(),
                "spent_simulated_microusd": progress.spent_simulated_microusd,
                "reviewer": invocation.settings.reviewer,
            }
        )
        return 0
    heard = f", heard of {seen_worker.silent_s:.0f} s ago" if seen_worker else ""
    worker = f"process {seen_worker.pid}{heard}" if seen_worker else "alive" if alive else "none"
    message = f", {progress.worker_message}" if progress.worker_message and alive else ""
    if progress.worker_trouble:
        message = f", but: {progress.worker_trouble}"
    elif alive and not progress.worker_alive and jobs:
        message = f", but it cannot store anything: {why_silent(path)}"
    elif not alive and any(job.status != JobStatus.PAUSED for job in jobs):
        message = "; nothing is being written: brightrun worker goes on with the open jobs, and so does the app"
    pairs(
        {
            "database": path,
            "rows": f"{seen.total:,}",
            "by status": ", ".join(f"{words(name)} {number}" for name, number in sorted(seen.by_status.items())),
            "by tier": ", ".join(f"{words(name)} {number}" for name, number in sorted(seen.by_tier.items())),
            "remaining": seen.remaining,
            "to review": seen.to_review,
            "flagged": seen.flagged,
            "simulated": seen.simulated,
            "worker": f"{worker}{message}",
            "spent": dollars(progress.spent_live_microusd)
            + (
                f" (the practice would have cost {dollars(progress.spent_simulated_microusd)})"
                if seen.simulated
                else ""
            ),
            "overall cap": _overall(progress.budget),
            "reviewer": invocation.settings.reviewer,
        }
    )
    for job in jobs:
        what = f"job {job.id}: {job.status}, {job.provider}, {job.ended}/{job.total} {job.percent} %"
        say(
            safe_line(
                f"{what}{f', {job.failed} failed' if job.failed else ''}{f'. {job.reason}' if job.reason else ''}"
            )
        )
    for error in progress.errors:
        say(safe_line(f"failed: {error.conversation_id}: {error.error}"))
    return 0


def _overall(budget: Budget) -> str:
    """The overall cap and how much of it is spent."""
    from core.providers.pricing import dollars

    if not budget.cap_microusd:
        return "none"
    percent = 100 * budget.spent_microusd // budget.cap_microusd
    return f"{dollars(budget.cap_microusd)}, {percent} % of it spent"


@click.command(cls=Command)
@click.argument("conversation_id", metavar="ID")
@click.option("--turns", "part", flag_value="turns", help="Only the text.")
@click.option("--quality", "part", flag_value="quality", help="Score, its parts, and what the checks found.")
@click.option("--history", "part", flag_value="history", help="Former versions and who did what.")
@click.option("--raw", "part", flag_value="raw", help="Everything that is stored, as JSON.")
@click.option("--version", "version", type=int, metavar="N", help="As it was at a version that was kept.")
@click.option("--diff", "diff", type=int, metavar="N", help="What changed since version N, word by word.")
@pass_invocation
def show(invocation: Invocation, conversation_id: str, part: str | None, version: int | None, diff: int | None) -> int:
    """One conversation with its text, or a former version."""
    from core.cli.rows import whole

    invocation.ready()
    if version is not None or diff is not None:
        from core.cli.rewriting import show_version

        return show_version(invocation, conversation_id, version, diff)
    if part == "history":
        return show_history(invocation, conversation_id)
    found = invocation.run(lambda services: whole(services, conversation_id))
    if part == "raw" or (invocation.as_json and part is None):
        show_json(found)
    elif part == "quality":
        _show_quality(invocation, found)
    elif invocation.as_json:
        show_json({"conversation_id": conversation_id, "turns": found["turns"]})
    else:
        if part is None:
            _show_head(found["conversation"], found["sources"])
        _show_turns(invocation, found)
    return 0


def _show_head(row: dict[str, Any], sources: list[dict[str, Any]]) -> None:
    from core.cli.rows import PLANNED
    from core.providers.pricing import dollars

    simulated = row["generation_method"] == "simulated"
    pairs(
        {
            **{name.replace("_", " "): row[name] for name in PLANNED if name != "client_profile"},
            "draws on": "; ".join(
                f"{source['chunk_id']} {source['title'] or source['section']} ({source['document_title']})"
                for source in sources
            ),
            "made by": f"SIMULATED {row['model'] or row['generation_source']}"
            if simulated
            else row["model"] or row["generation_source"],
            "made at": when(row["generated_at"]),
            "cost": "" if simulated or not row["actual_cost_microusd"] else dollars(row["actual_cost_microusd"]),
            "score": row["quality_score"],
            "flagged": "yes" if row["needs_review"] else "",
            "reviewed by": row["reviewed_by"],
            "reviewer notes": row["reviewer_notes"],
            "error": row["error_message"],
        }
    )


def _show_turns(invocation: Invocation, found: dict[str, Any]) -> None:
    from core.query import Criteria

    with invocation.browser(Criteria()) as browser:
        row = browser.row(found["conversation"]["conversation_id"])
        live = browser.reading(row) if row else None
    for turn in found["turns"]:
        for who, text in (("client", turn["user_input"]), ("advisor", turn["target_response"])):
            say()
            say(styled(f"{turn['turn_number']} {who}", bold=True))
            say(paragraphs(text))
    if live and live.live_text:
        say()
        say(styled(f"being written: {safe_line(live.live_step)}", bold=True))
        say(paragraphs(live.live_text))


def _show_quality(invocation: Invocation, found: dict[str, Any]) -> None:
    row, quality = found["conversation"], found["quality"] or {}
    parts, findings = quality.get("parts") or [], quality.get("findings") or []
    if invocation.as_json:
        show_json(
            {
                "conversation_id": row["conversation_id"],
                "score": row["quality_score"],
                "flagged": row["needs_review"],
                "ready_for_training": row["ready_for_training"],
                "checked_at": quality.get("checked_at"),
                "parts": parts,
                "findings": findings,
            }
        )
        return
    score = row["quality_score"]
    pairs(
        {
            "conversation": row["conversation_id"],
            "score": "not measured" if score is None else f"{score:.1f} of 10",
            "flagged": "yes" if row["needs_review"] else "no",
            "ready for training": "yes" if row["ready_for_training"] else "no",
        }
    )
    if parts:
        say()
        columns = [
            Column("part"),
            Column("score", right=True),
            Column("weight", right=True),
            Column("reason", flexible=True),
        ]
        shown = [("–" if p["score"] is None else f"{p['score']:.1f}") for p in parts]
        table(columns, [(p["name"], s, f"{p['weight']:g}", p["reason"]) for p, s in zip(parts, shown, strict=True)])
    for finding in findings:
        say()
        say(finding_line(finding))
        say(paragraphs(finding.get("advice") or ""))


def finding_line(finding: dict[str, Any]) -> str:
    """What a check found and where, on one line."""
    turn, sentence = finding.get("turn"), finding.get("sentence")
    place = [f"turn {turn}" if turn else "", finding.get("role") or "", f"sentence {sentence}" if sentence else ""]
    where = ", ".join(part for part in place if part)
    return safe_line(f"{finding['severity']}  {finding['check']}{f' ({where})' if where else ''}: {finding['message']}")
