"""`brightrun jobs`: lists and shows orders to generate; pauses, resumes, stops and retries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.cli.following import job_document, see_worker
from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, moment, notice, pairs, say, show_json, table

if TYPE_CHECKING:
    from core.services import Services


@click.group(cls=Group, default="list")
def jobs() -> None:
    """See, pause, resume, stop and retry jobs."""


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
            "cost": ""
            if simulated
            else f"{dollars(job['actual_cost_microusd'])} of {dollars(job['cap_microusd'] or 0)}",
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
@pass_invocation
def resume(invocation: Invocation, job_id: int) -> int:
    """Go on with a paused job."""
    invocation.ready()

    async def go_on(services: Services) -> bool:
        await services.generation.resume(job_id)
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


def _tell(invocation: Invocation, job_id: int) -> int:
    """How the job stands after a command, which a worker obeys within a second."""
    job = invocation.run(lambda services: services.generation.job(job_id))
    stopping = bool(job["stop_requested"]) and not job["finished_at"]
    notice(f"Job {job_id} is {'stopping' if stopping else job['status']}.")
    if invocation.as_json:
        show_json({"job": job_id, "status": job["status"], "stop_requested": job["stop_requested"]})
    return 0
