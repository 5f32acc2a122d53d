"""`brightrun review` and `brightrun flag`: decisions of a person on rows, each stored with who and when."""

from __future__ import annotations

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import complain, count, notice, show_json


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--where", metavar="QUERY", help="The rows that a query finds.")
@click.option("--approve", "verdict", flag_value="approve", help="Good for training.")
@click.option("--reject", "verdict", flag_value="reject", help="Not for training.")
@click.option("--needs-edit", "verdict", flag_value="needs_edit", help="Good once it is mended.")
@click.option("--reviewed", "verdict", flag_value="reviewed", help="Read, but not decided.")
@click.option("--note", metavar="TEXT", default="", help="Kept with the rows.")
@click.option("--reason", metavar="REASON", default="", help="Why: wrong voice, off topic, facts, boundary, …")
@pass_invocation
def review(
    invocation: Invocation, ids: tuple[str, ...], where: str | None, verdict: str | None, note: str, reason: str
) -> int:
    """Give a verdict on rows, by id or with --where.

    Rows that cannot take the verdict are named and left as they are; then the exit code is 1.
    """
    from core.review.service import REASONS
    from core.status import VERDICT_STATUS, Verdict, words

    if bool(ids) == (where is not None):
        raise click.UsageError("Name the rows: by id, or with --where QUERY.")
    if verdict is None:
        raise click.UsageError("Give a verdict: --approve, --reject, --needs-edit or --reviewed.")
    if reason and reason not in REASONS:
        raise click.UsageError(f"{reason!r} is no reason; there are: {', '.join(REASONS)}.")
    invocation.ready()
    wanted = invocation.matching(where, ids)
    result = invocation.run(
        lambda services: services.review.decide_many(wanted, Verdict(verdict), note=note, reason=reason)
    )
    for conversation_id, why in result.skipped:
        complain(f"{conversation_id}: {why}" if not why.startswith(conversation_id) else why)
    now = words(VERDICT_STATUS[Verdict(verdict)])
    notice(f"{count(result.done, 'conversation')} {now}." if wanted else f"No row matches {where}.")
    if invocation.as_json:
        show_json({"verdict": verdict, "done": result.done, "skipped": dict(result.skipped)})
    return 1 if result.skipped else 0


@click.command(cls=Command)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--remove", is_flag=True, help="Take the flag away instead.")
@pass_invocation
def flag(invocation: Invocation, ids: tuple[str, ...], remove: bool) -> int:
    """Flag rows for a second look.

    What is flagged is offered first in review.
    """
    from core.services import Services

    invocation.ready()
    wanted = invocation.matching(None, ids)
    with invocation.browser() as browser:
        rows = {conversation_id: browser.row(conversation_id) for conversation_id in wanted}
    changed: list[str] = []

    async def mark(services: Services) -> None:
        for conversation_id, row in rows.items():
            if row is not None and row.needs_review == remove:
                await services.review.flag(conversation_id, expected_version=row.version)
                changed.append(conversation_id)

    invocation.run(mark)
    missing = [conversation_id for conversation_id, row in rows.items() if row is None]
    for conversation_id in missing:
        complain(f"There is no conversation {conversation_id}.", "brightrun plan list shows all.")
    notice(f"{count(len(changed), 'conversation')} {'unflagged' if remove else 'flagged'}.")
    if invocation.as_json:
        show_json({"flagged": not remove, "changed": changed, "missing": missing})
    return 1 if missing else 0
