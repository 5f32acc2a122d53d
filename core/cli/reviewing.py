"""`brightrun review`, `flag`, `delete`, `undo` and `redo`: what a person decides about rows, with who and when.

Rows that cannot take an act are named and left as they are; what was done goes back with `undo`, here or in the app.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Command, Invocation, filled, pass_invocation
from core.cli.output import ask, complain, count, notice, show_json
from core.errors import StaleRowError, TransitionError
from core.status import Verdict

if TYPE_CHECKING:
    from core.review.service import Act, BulkPlan, BulkResult, Done
    from core.services import Services

NAMED = 20  # rows that a question names


def _rows(ids: Sequence[str], where: str | None) -> None:
    if bool(ids) == (where is not None):
        raise click.UsageError("Name the rows: by id, or with --where QUERY.")


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--where", metavar="QUERY", callback=filled, help="The rows that a query finds.")
@click.option("--approve", "verdict", flag_value="approve", help="Good for training.")
@click.option("--reject", "verdict", flag_value="reject", help="Not for training.")
@click.option("--needs-edit", "verdict", flag_value="needs_edit", help="Good once it is mended.")
@click.option("--reviewed", "verdict", flag_value="reviewed", help="Read, but not decided.")
@click.option("--reopen", "verdict", flag_value="reopen", help="Take the verdict away: undecided again.")
@click.option("--note", metavar="TEXT", default="", help="Kept with the rows.")
@click.option("--reason", metavar="REASON", default="", help="Why: wrong voice, off topic, facts, boundary, …")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@pass_invocation
def review(
    invocation: Invocation,
    ids: tuple[str, ...],
    where: str | None,
    verdict: str | None,
    note: str,
    reason: str,
    dry_run: bool,
) -> int:
    """Give a verdict on rows, by id or with --where.

    All that is good at once: --where 'is:to_review score:>=8 -is:flagged' --approve. Rows that cannot take the verdict
    are named and left as they are; then the exit code is 1.
    """
    from core.review.service import REASONS, Act

    _rows(ids, where)
    if verdict is None:
        raise click.UsageError("Give a verdict: --approve, --reject, --needs-edit, --reviewed or --reopen.")
    if reason and reason not in REASONS:
        raise click.UsageError(f"{reason!r} is no reason; there are: {', '.join(REASONS)}.")
    if reason and verdict not in (Verdict.REJECT, Verdict.NEEDS_EDIT):
        raise click.UsageError("--reason goes with --reject and --needs-edit.")
    invocation.ready()
    wanted = invocation.matching(where, ids)
    act = Act(verdict)
    if dry_run:
        return _preview(invocation, invocation.run(lambda services: services.review.plan(wanted, act)))
    result = invocation.run(lambda services: services.review.apply(wanted, act, note=note, reason=reason))
    _tell(result, act, f"No row matches {where}." if not wanted else "")
    if invocation.as_json:
        show_json({"verdict": verdict, "done": result.done, "skipped": dict(result.skipped)})
    return 1 if result.skipped else 0


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--where", metavar="QUERY", callback=filled, help="The rows that a query finds.")
@click.option("--remove", is_flag=True, help="Take the flag away instead.")
@click.option("--note", metavar="TEXT", default="", help="Kept in the audit log.")
@pass_invocation
def flag(invocation: Invocation, ids: tuple[str, ...], where: str | None, remove: bool, note: str) -> int:
    """Flag rows for a second look.

    What is flagged is offered first in review.
    """
    from core.review.service import Act

    _rows(ids, where)
    invocation.ready()
    wanted = invocation.matching(where, ids)
    act = Act.UNFLAG if remove else Act.FLAG
    result = invocation.run(lambda services: services.review.apply(wanted, act, note=note))
    skipped = dict(result.skipped)
    missing = [conversation_id for conversation_id, why in skipped.items() if why == "does not exist"]
    for conversation_id in missing:
        complain(f"There is no conversation {conversation_id}.", "brightrun plan list shows all.")
    notice(f"{count(result.done, 'conversation')} {'unflagged' if remove else 'flagged'}.")
    if invocation.as_json:
        changed = [conversation_id for conversation_id in wanted if conversation_id not in skipped]
        show_json({"flagged": not remove, "changed": changed, "missing": missing})
    return 1 if missing else 0


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--where", metavar="QUERY", callback=filled, help="The rows that a query finds.")
@click.option("--remove", is_flag=True, help="Take the rows out of the plan, not only their results.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@pass_invocation
def delete(
    invocation: Invocation, ids: tuple[str, ...], where: str | None, remove: bool, yes: bool, dry_run: bool
) -> int:
    """Clear results back to planned, or remove rows.

    Either is kept whole in the history, and `brightrun undo` brings it back. Approved rows are reopened first.
    """
    from core.review.service import Act, BulkResult

    _rows(ids, where)
    invocation.ready()
    wanted = invocation.matching(where, ids)
    act = Act.REMOVE if remove else Act.CLEAR
    plan = invocation.run(lambda services: services.review.plan(wanted, act))
    if dry_run:
        return _preview(invocation, plan)
    if plan.takes and not yes and not _agreed(plan):
        notice("Nothing was deleted.")
        return 1
    applied = invocation.run(lambda services: services.review.apply(list(plan.seen), act, seen=plan.seen))
    result = BulkResult(applied.done, [*plan.skipped, *applied.skipped])
    _tell(result, act, f"No row matches {where}." if not wanted else "")
    if invocation.as_json:
        show_json({"act": act.name.lower(), "done": result.done, "skipped": dict(result.skipped)})
    return 1 if result.skipped else 0


@click.command(cls=Command)
@click.option("--list", "listing", is_flag=True, help="Only show what would be taken back, the last first.")
@click.option("--skip", is_flag=True, help="Leave the last act as it is; undo goes on with the one before. Asks.")
@click.option("--yes", is_flag=True, help="With --skip: do not ask.")
@pass_invocation
def undo(invocation: Invocation, listing: bool, skip: bool, yes: bool) -> int:
    """Take your last verdict, note, edit or deletion back.

    A row that somebody changed since is left as it is, and named. An act that cannot be taken back stays the next until
    --skip leaves it as it is.
    """
    if listing and skip:
        raise click.UsageError("--list shows, --skip leaves: name one of them.")
    if listing:
        return _list_steps(invocation)
    return _skip(invocation, yes=yes) if skip else _travel(invocation, "undo")


def _skip(invocation: Invocation, *, yes: bool) -> int:
    """Leave what undo would take back as it is, after a question; nothing else is changed."""

    async def read(services: Services) -> list[str]:
        await services.review.recall()
        return [step.text for step in services.review.undoable[:2]]

    async def leave(services: Services) -> str:
        await services.review.recall()
        if services.review.undo_text != last:
            raise TransitionError(f"{services.review.undo_text or 'Nothing'} is the last act by now.", "Look again.")
        return await services.review.pass_over()

    invocation.ready()
    last, before = [*invocation.run(read), "", ""][:2]
    if not last:
        notice("There is nothing to undo.")
    elif not yes and not _agreed_to_leave(last, before):
        notice("Nothing was changed.")
        return 1
    left = invocation.run(leave) if last else ""
    if left:
        notice(f"Left as it is: {left}. {f'Next is: {before}' if before else 'Nothing is left to undo'}.")
    if invocation.as_json:
        show_json({"left": left, "next": before if left else last})
    return 0


def _agreed_to_leave(last: str, before: str) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on: add --yes to leave it without being asked.")
    notice(f"{last[0].upper()}{last[1:]} stays as it is and is not taken back any more.")
    notice(f"Undo goes on with: {before}." if before else "There is nothing before it.")
    return ask("Leave it?")


@click.command(cls=Command)
@pass_invocation
def redo(invocation: Invocation) -> int:
    """Do again what was undone last."""
    return _travel(invocation, "redo")


def _travel(invocation: Invocation, way: str) -> int:
    async def go(services: Services) -> Done | None:
        await services.review.recall()
        return await (services.review.undo() if way == "undo" else services.review.redo())

    invocation.ready()
    try:
        done = invocation.run(go)
    except StaleRowError as error:
        way_on = " brightrun undo --skip leaves it as it is, and goes on to the act before." if way == "undo" else ""
        raise StaleRowError(error.message, f"{error.hint}{way_on}") from error
    left = dict(done.left) if done is not None else {}
    for conversation_id, why in left.items():
        complain(f"{conversation_id} {why}")
    notice(f"{done.text[0].upper()}{done.text[1:]}." if done is not None else f"There is nothing to {way}.")
    if invocation.as_json:
        text, ids = (done.text, list(done.conversation_ids)) if done is not None else ("", [])
        show_json({way: text, "conversations": ids, "left": left})
    return 1 if left else 0


def _list_steps(invocation: Invocation) -> int:
    from core.cli.history import when
    from core.cli.output import Column, table

    async def read(services: Services) -> list[dict[str, Any]]:
        await services.review.recall()
        return [{"at": step.at, "what": step.text, "rows": step.rows} for step in services.review.undoable]

    invocation.ready()
    steps = invocation.run(read)
    if invocation.as_json:
        show_json({"steps": steps})
        return 0
    columns = [Column("at"), Column("what", flexible=True)]
    table(columns, [(when(step["at"]), step["what"]) for step in steps], empty="There is nothing to undo.")
    return 0


def _tell(result: BulkResult, act: Act, nothing: str) -> None:
    from core.review.acts import PAST

    for conversation_id, why in result.skipped:
        complain(f"{conversation_id}: {why}" if not why.startswith(conversation_id) else why)
    notice(nothing or f"{count(result.done, 'conversation')} {PAST[act]}.")


def _preview(invocation: Invocation, plan: BulkPlan) -> int:
    """What would be done; as JSON with every row."""
    from core.review.acts import VERB

    if invocation.as_json:
        show_json(
            {
                "act": plan.act.name.lower(),
                "takes": [row.conversation_id for row in plan.takes],
                "remarks": list(plan.remarks),
                "skipped": dict(plan.skipped),
            }
        )
        return 0
    notice(f"Would {VERB[plan.act]} {count(len(plan.takes), 'conversation')}.")
    _name(plan)
    return 0


def _name(plan: BulkPlan) -> None:
    for remark in plan.remarks:
        notice(f"  {remark}")
    for row in plan.takes[:NAMED]:
        notice(f"  {row.conversation_id}  {row.status}  {row.topic}")
    if len(plan.takes) > NAMED:
        notice(f"  … and {len(plan.takes) - NAMED:,} more")
    for conversation_id, why in plan.skipped[:NAMED]:
        notice(f"  not {conversation_id}: {why}")


def _agreed(plan: BulkPlan) -> bool:
    """Whether the person wants it, after what it would do."""
    from core.review.acts import VERB

    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on: add --yes to delete without being asked.")
    _name(plan)
    return ask(f"{VERB[plan.act].capitalize()} {count(len(plan.takes), 'conversation')}?")
