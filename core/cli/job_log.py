"""`brightrun jobs log`: every call made for a job, with what was sent and answered, on stdout or in a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import notice, say, show_json

if TYPE_CHECKING:
    from core.services import Services


@click.command("log", cls=Command)
@click.argument("job_id", type=int, metavar="JOB")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to this file.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@pass_invocation
def job_log(invocation: Invocation, job_id: int, out: Path | None, overwrite: bool) -> int:
    """Every call made for a job, with its cost and faults.

    With --json and no file it is one JSON line for the job and one for each call. API keys are never in it.
    """
    invocation.ready()

    async def to_stdout(services: Services) -> None:
        from core.engine.job_log import log_lines, log_text

        parts = (log_lines if invocation.as_json else log_text)(services.database, job_id)
        async for part in parts:
            sys.stdout.write(part)

    async def to_file(services: Services) -> int:
        from core.engine.job_log import write_log

        assert out is not None
        return await write_log(services.database, job_id, out, overwrite=overwrite)

    if out is None:
        invocation.run(to_stdout)
        return 0
    size = invocation.run(to_file)
    if invocation.as_json:
        show_json({"job": job_id, "file": str(out), "bytes": size})
    else:
        say(str(out))
    notice(f"The log of job {job_id} is {size:,} bytes.")
    return 0
