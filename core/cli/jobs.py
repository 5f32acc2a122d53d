"""`brightrun jobs`: lists and shows orders to generate; pauses, resumes, stops, retries and reorders them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.following import job_document, see_worker
from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.job_log import job_log
from core.cli.output import Column, moment, notice, pairs, say, show_json, table
from core.progress import stage_words

if TYPE_CHECKING:
    from core.engine.port import Place
    from core.services import Services


@click.group(cls=Group, default="list")
def jobs() -> None:
    """See, pause, resume, stop and retry jobs."""


jobs.add_command(job_log)


@jobs.command("list")
@pass_invocation
def list_jobs(invocation: Invocation) -> int:
    """The newest jobs, open ones first."""
    from core.browse import local_time
    from core.providers.pricing import dollars

    invocation.ready()
    with invocation.browser() as browser:
        found = browser.progress().jobs
    if invocation.as_json:
        times = ("created_at", "started_at", "finished_at")
        show_json(
            {
                "jobs": [
                    {**job._asdict(), **{t: moment(getattr(job, t)) for t in times}, "percent": job.percent}
                    for job in found
                ]
            }
        )
        return 0
    columns = [Column("job", right=True), Column("status"), Column("provider"), Column("done", right=True)]
    columns += [
        Column("failed", right=True),
        Column("cost", right=True),
        Column("created"),
        Column("reason", flexible=True),
    ]
    table(
        columns,
        [
            (
                job.id,
                f"{job.status}, stopping" if job.stop_requested and job.is_open else job.status,
                job.provider,
                f"{job.done}/{job.total}",
                job.failed or "",
                "" if job.provider == "simulated" else dollars(job.actual_microusd),
                local_time(job.created_at),
                job.reason,
            )
            for job in found
        ],
        empty="There is no job yet: brightrun generate makes one.",
    )
    return 0


@jobs.command("show")
@click.argument("job_id", type=int, metavar="JOB")
@pass_invocation
def show_job(invocation: Invocation, job_id: int) -> int:
    """One job with its rows."""
    from core.providers.pricing import dollars

    invocation.ready()
    job = invocation.run(lambda services: services.generation.job(job_id))
    if invocation.as_json:
        show_json(job_document(job))
        return 0
    simulated = job["provider"] == "simulated"
    pairs(
        {
            "job": job["id"],
            "status": f"{job['status']}{', stopping' if job['stop_requested'] and not job['finished_at'] else ''}",
            "reason": job["reason"],
            "provider": "SIMULATED" if simulated else "live",
            "done": f"{job['done']} of {job['total']}, {job['failed']} failed, {job['cancelled']} cancelled",
            "cost": _cost(job),
            "by stage": ", ".join(
                f"{stage_words(name)} {dollars(sum(c['cost_microusd'] for c in job['costs'] if c['stage'] == name))}"
                for name in dict.fromkeys(c["stage"] for c in job["costs"])
            ),
            "by": job["created_by"],
        }
    )
    say()
    columns = [
        Column("id"),
        Column("status"),
        Column("attempts", right=True),
        Column("step"),
        Column("error", flexible=True),
    ]
    table(
        columns, [(i["conversation_id"], i["status"], i["attempts"] or "", i["step"], i["error"]) for i in job["items"]]
    )
    return 0


def _cost(job: dict[str, Any]) -> str:
    """What a job has cost, beside its estimate and its cap."""
    from core.providers.pricing import dollars

    spent, guess = dollars(job["actual_cost_microusd"]), dollars(job["estimated_cost_microusd"])
    cap = job["cap_microusd"] or 0
    share = f", {100 * job['actual_cost_microusd'] // cap} % of its cap of {dollars(cap)}" if cap else ""
    if job["provider"] == "simulated":
        return f"nothing; live it would have been {spent} (estimated {guess}){share}"
    return f"{spent} (estimated {guess}){share}"


@jobs.command()
@click.argument("job_id", type=int, metavar="JOB")
@pass_invocation
def pause(invocation: Invocation, job_id: int) -> int:
    """Begin no further row; what is being written is finished."""
    invocation.ready()
    invocation.run(lambda services: services.generation.pause(job_id))
    return _tell(invocation, job_id)


@jobs.command()
@click.argument("job_id", type=int, metavar="JOB")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), metavar="USD", help="The most it may cost in all.")
@click.option("--model", metavar="NAME", help="The model that writes the rest of the dialogues.")
@click.option("--annotation-model", metavar="NAME", help="The model that annotates what is left.")
@click.option("--judge-model", metavar="NAME", help="The model that judges what is left.")
@pass_invocation
def resume(
    invocation: Invocation,
    job_id: int,
    max_cost: float | None,
    model: str | None,
    annotation_model: str | None,
    judge_model: str | None,
) -> int:
    """Go on with a paused job, on other terms if it needs them."""
    invocation.ready()
    cap = round(max_cost * 1_000_000) if max_cost else None
    chosen = {"dialogue": model, "annotation": annotation_model, "judge": judge_model}
    models = {stage: name for stage, name in chosen.items() if name}

    async def go_on(services: Services) -> bool:
        await services.generation.resume(job_id, cap_microusd=cap, models=models)
        return await see_worker(services)

    started = invocation.run(go_on)
    return _tell(invocation, job_id) if started else 1


@jobs.command()
@click.argument("job_id", type=int, metavar="JOB")
@click.option("--now", is_flag=True, help="Break off what is being written too.")
@pass_invocation
def stop(invocation: Invocation, job_id: int, now: bool) -> int:
    """End a job; rows that were not begun are planned again."""
    invocation.ready()
    invocation.run(lambda services: services.generation.stop(job_id, now=now))
    return _tell(invocation, job_id)


@jobs.command()
@click.argument("job_id", type=int, metavar="JOB")
@pass_invocation
def retry(invocation: Invocation, job_id: int) -> int:
    """Generate the failed rows of a job again.

    Prints the id of the new job.
    """
    invocation.ready()

    async def again(services: Services) -> tuple[int, bool]:
        return await services.generation.retry(job_id), await see_worker(services)

    new, started = invocation.run(again)
    if invocation.as_json:
        show_json({"job": new, "retries": job_id})
    else:
        say(str(new))
    notice(f"Job {new} generates the failed rows of job {job_id} again.")
    return 0 if started else 1


@jobs.command()
@click.argument("job_id", type=int, metavar="JOB")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@pass_invocation
def drop(invocation: Invocation, job_id: int, ids: tuple[str, ...]) -> int:
    """Take rows out of an open job; they are planned again.

    A row that is being written is broken off, unless its answer is here already: then it is finished.
    """
    invocation.ready()

    async def go(services: Services) -> dict[str, str]:
        return {row: await services.generation.drop_item(job_id, row) for row in dict.fromkeys(ids)}

    how = invocation.run(go)
    said = {
        "cancelled": "is out of job {job}.",
        "running": "is being written; the worker breaks it off.",
        "paid": "has its answer already: it is finished without another call.",
    }
    for row, what in how.items():
        notice(f"{row} {said[what].format(job=job_id)}")
    if invocation.as_json:
        show_json({"job": job_id, "dropped": how})
    return 0


@jobs.command()
@click.argument("job_id", type=int, metavar="JOB")
@click.argument("conversation_id", metavar="ID")
@click.option("--first", "to", flag_value="first", help="Next of all.")
@click.option("--last", "to", flag_value="last", help="After all others.")
@click.option("--up", "to", flag_value="up", help="Before the one it comes after now.")
@click.option("--down", "to", flag_value="down", help="After the one it comes before now.")
@pass_invocation
def move(invocation: Invocation, job_id: int, conversation_id: str, to: Place | None) -> int:
    """Change when a waiting row of a job is written.

    In a job that pauses after each tier a row stays within its tier.
    """
    if to is None:
        raise click.UsageError("Say where to: --first, --last, --up or --down.")
    invocation.ready()
    invocation.run(lambda services: services.generation.move_item(job_id, conversation_id, to=to))
    job = invocation.run(lambda services: services.generation.job(job_id))
    waiting = [item["conversation_id"] for item in job["items"] if item["status"] == "queued"]
    place = waiting.index(conversation_id) + 1 if conversation_id in waiting else 0
    notice(
        f"{conversation_id} is number {place} of {len(waiting)} that wait." if place else f"{conversation_id} moved."
    )
    if invocation.as_json:
        show_json({"job": job_id, "id": conversation_id, "place": place, "waiting": len(waiting)})
    return 0


@jobs.command()
@click.argument("job_id", type=int, metavar="JOB")
@pass_invocation
def first(invocation: Invocation, job_id: int) -> int:
    """Let a job go before all other open ones."""
    invocation.ready()
    invocation.run(lambda services: services.generation.prioritise(job_id))
    return _tell(invocation, job_id)


def _tell(invocation: Invocation, job_id: int) -> int:
    """How the job stands after a command, which a worker obeys within a second."""
    job = invocation.run(lambda services: services.generation.job(job_id))
    stopping = bool(job["stop_requested"]) and not job["finished_at"]
    notice(f"Job {job_id} is {'stopping' if stopping else job['status']}.")
    if invocation.as_json:
        show_json({"job": job_id, "status": job["status"], "stop_requested": job["stop_requested"]})
    return 0
