"""`brightrun budget`: the overall cap over all real calls of a database, beside the cap that each job has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import notice, pairs, show_json

if TYPE_CHECKING:
    from core.services import Services


@click.command(cls=Command)
@click.option(
    "--set", "cap", type=click.FloatRange(0, min_open=True), metavar="USD", help="All real calls may cost so much."
)
@click.option("--none", "no_cap", is_flag=True, help="Take the overall cap away; each job keeps its own.")
@click.option("--settings", "follow", is_flag=True, help="Let the overall cap follow max_total_cost again.")
@pass_invocation
def budget(invocation: Invocation, cap: float | None, no_cap: bool, follow: bool) -> int:
    """See or change the overall cap.

    It holds over all jobs of this database and all their real calls, those of the past included. Practice is not
    counted. When it is reached, jobs pause; raise it and resume them.
    """
    if sum((cap is not None, no_cap, follow)) > 1:
        raise click.UsageError("Choose one of --set, --none and --settings.")
    from core.providers.pricing import dollars

    invocation.ready(create=True)
    wanted = round(cap * 1_000_000) if cap else None

    async def go(services: Services) -> dict[str, Any]:
        if cap is not None or no_cap or follow:
            return await services.generation.set_budget(wanted, follow_settings=follow)
        return await services.generation.budget()

    now = invocation.run(go)
    if invocation.as_json:
        names = ("cap_microusd", "spent_microusd", "reserved_microusd", "warned_percent", "follows_settings")
        show_json({name: now[name] for name in names})
        return 0
    limit, spent = now["cap_microusd"], now["spent_microusd"]
    pairs(
        {
            "overall cap": dollars(limit) if limit else "none",
            "from": "the settings (max_total_cost)" if now["follows_settings"] else f"{now['created_by']}, by hand",
            "spent": f"{dollars(spent)}{f', {100 * spent // limit} %' if limit else ''}",
            "set aside": dollars(now["reserved_microusd"]),
        }
    )
    if limit and spent >= limit:
        notice("It is reached: no job makes another call until it is raised (brightrun budget --set USD).")
    return 0
