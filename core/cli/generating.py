"""`brightrun generate`: orders conversations after showing what they take and cost.

Nothing here calls the model: a job is written, a worker carries it out (`core.cli.following` watches it).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from core.cli.following import follow, see_worker, span
from core.cli.invocation import Command, Invocation, filled, pass_invocation
from core.cli.output import ask, count, has_terminal, notice, say, show_json
from core.errors import GenerationError

if TYPE_CHECKING:
    from core.engine.orders import Proposal
    from core.services import Services


_DEPTHS = {"dialogue": "dialogue only", "full": "full, every turn annotated"}


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--where", metavar="QUERY", callback=filled, help="The planned and failed rows that a query finds.")
@click.option("--all", "everything", is_flag=True, help="Every row that remains, tier by tier.")
@click.option(
    "--depth",
    type=click.Choice(["dialogue", "full"]),
    help="What is generated: the dialogue, or in full, with every turn annotated (default: the setting depth).",
)
@click.option("--annotate", is_flag=True, help="Annotate rows that have their dialogue; it is not written again.")
@click.option("--judge/--no-judge", default=None, help="Have each conversation judged by a model; it costs extra.")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), metavar="USD", help="The most this job may cost.")
@click.option("--pause-after-tier", is_flag=True, help="Pause after each tier, so that it is reviewed before the next.")
@click.option(
    "--mail/--no-mail", default=None, help="An e-mail when it ends or pauses by itself (default: the setting)."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--wait", is_flag=True, help="Stay until the job is over, and fail when one of its rows does.")
@pass_invocation
def generate(
    invocation: Invocation,
    ids: tuple[str, ...],
    where: str | None,
    everything: bool,
    depth: str | None,
    annotate: bool,
    judge: bool | None,
    max_cost: float | None,
    pause_after_tier: bool,
    mail: bool | None,
    yes: bool,
    wait: bool,
) -> int:
    """Generate conversations.

    Name rows by id, find them with --where, or take --all that remain. Before anything is spent you see how many rows
    it is, how long it takes and what it costs, and are asked. Prints the id of the job.
    """
    if sum((bool(ids), where is not None, everything)) != 1:
        raise click.UsageError("Name the rows: by id, with --where QUERY, or --all.")
    if annotate and depth == "dialogue":
        raise click.UsageError("--annotate adds what depth dialogue leaves out: leave --depth away.")
    if annotate and everything:
        where, everything = "status:generated", False
    if where is not None:
        from core.query import parse

        parse(where)  # a mistake is told before a database is made
    invocation.ready(create=True)
    how: dict[str, Any] = {
        "max_cost": max_cost,
        "pause_after_tier": pause_after_tier,
        "mail": mail,
        "yes": yes,
        "wait": wait,
    }
    carry = partial(carry_out, invocation, named=bool(ids), **how)
    return asyncio.run(_generate(invocation, ids, where, depth or "", annotate, judge, carry))


async def _generate(
    invocation: Invocation,
    ids: tuple[str, ...],
    where: str | None,
    depth: str,
    annotate: bool,
    judge: bool | None,
    carry: Callable[[Services, Proposal], Awaitable[int]],
) -> int:
    from core.engine.orders import Kind, Order

    kind: Kind = "selected" if len(ids) > 1 else "single" if ids else "filtered" if where is not None else "all"
    wanted = tuple(invocation.matching(where, ids)) if kind != "all" else ()
    if kind == "filtered" and not wanted:
        return _nothing(invocation, f"No row matches {where}.")
    async with invocation.services() as services:
        order = Order("annotate" if annotate else kind, wanted, depth=depth, judge=judge)
        proposal = await services.generation.propose(order, count_tokens=True)
        if not proposal.rows:
            tell_skipped(proposal)
            if kind == "all":
                return _nothing(invocation, "Nothing remains: every planned row has its text.")
            if annotate and not ids:
                return _nothing(invocation, "Nothing remains: every row that brightrun wrote is annotated.")
            raise GenerationError(
                "There is nothing to annotate." if annotate else "There is nothing to generate.",
                "Rows that brightrun wrote and that have no annotation yet can be annotated."
                if annotate
                else "brightrun plan list --where is:remaining shows what remains.",
            )
        return await carry(services, proposal)


async def carry_out(
    invocation: Invocation,
    services: Services,
    proposal: Proposal,
    *,
    max_cost: float | None,
    yes: bool,
    wait: bool,
    named: bool,
    pause_after_tier: bool = False,
    mail: bool | None = None,
) -> int:
    """Show what a proposal takes and costs, ask, submit it, and with `wait` stay until it is over.

    `named`: the rows were asked for by id, so a skipped one is a failure. `mail` left open, the settings decide.
    """
    from core.engine.notices import wishes

    notify = wishes(invocation.settings, mail=mail)  # refused before anything is asked
    cap = round(max_cost * 1_000_000) if max_cost else proposal.cap_microusd
    _tell(proposal, cap)
    missed = bool(named and proposal.skipped)
    if not yes and not _agreed(proposal, invocation.settings.type_number_above):
        notice("Nothing was started.")
        return 1
    job_id = await services.generation.submit(
        proposal, cap_microusd=cap, pause_after_tier=pause_after_tier, notify=notify or {}
    )
    if not wait:
        started = await see_worker(services)
        if invocation.as_json:
            show_json({"job": job_id, "rows": len(proposal.rows), "skipped": dict(proposal.skipped)})
        else:
            say(str(job_id))
        notice(f"Job {job_id} is submitted: brightrun jobs show {job_id} tells how far it is." if started else "")
        return 0 if started and not missed else 1
    if not invocation.as_json:
        say(str(job_id))
        sys.stdout.flush()
    code = await follow(invocation, services, job_id)
    return 1 if missed else code


def _nothing(invocation: Invocation, sentence: str) -> int:
    notice(sentence)
    if invocation.as_json:
        show_json({"job": None, "rows": 0, "skipped": {}})
    return 0


def tell_skipped(proposal: Proposal) -> None:
    """Which rows will not be done, and why."""
    named = proposal.order.kind in ("single", "selected")
    for conversation_id, why in proposal.skipped if named else proposal.skipped[:10]:
        notice(f"skipped: {conversation_id} {why}")
    if not named and len(proposal.skipped) > 10:
        notice(f"skipped: {len(proposal.skipped) - 10} more")


def _tell(proposal: Proposal, cap: int) -> None:
    """What would be done, for the person who decides."""
    from core.providers.pricing import dollars
    from core.status import words

    tell_skipped(proposal)
    tiers = ", ".join(f"{words(tier)} {number}" for tier, number in proposal.by_tier.items())
    notice(f"{count(len(proposal.rows), 'conversation')} ({tiers})")
    cost = f"{dollars(proposal.low_microusd)} to {dollars(proposal.high_microusd)}, never above {dollars(cap)}"
    if proposal.provider == "simulated":
        notice("provider: SIMULATED, practice texts that cost nothing")
        cost = f"nothing; live it would be {cost}"
    else:
        notice("provider: live, " + ", ".join(f"{stage} with {model}" for stage, model in proposal.models))
    notice(f"depth: {_DEPTHS[proposal.depth]}{', then judged' if proposal.judge else ''}")
    if proposal.sources:
        notice(f"sources: {proposal.sources}")
    notice(f"time: {span(proposal.low_seconds)} to {span(proposal.high_seconds)}")
    notice(f"cost: {cost} ({proposal.basis})")
    if proposal.high_microusd > cap:
        notice(
            "The job may reach that cap; then it pauses: brightrun jobs resume JOB --max-cost USD goes on with more."
        )


def _agreed(proposal: Proposal, type_above: float) -> bool:
    if not has_terminal():
        raise click.UsageError("There is no terminal to ask on: add --yes to generate without being asked.")
    number = len(proposal.rows)
    if proposal.provider == "live" and proposal.high_microusd > type_above * 1_000_000:
        click.echo(f"Type {number} to generate {count(number, 'conversation')}: ", err=True, nl=False)
        return sys.stdin.readline().strip() == str(number)
    return ask(f"Generate {count(number, 'conversation')}?")
