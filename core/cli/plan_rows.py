"""`brightrun plan target | propose | new | edit | clone | delete`: the plan by hand, one row or many.

The words of a row are those of the pack; a wrong one is refused with the column and what could stand there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import Column, ask, count, has_terminal, notice, say, show_json, table
from core.errors import BrightrunError, PackError

if TYPE_CHECKING:
    from core.planning.coverage import Target
    from core.services import Services

_SET = click.option("--set", "changes", multiple=True, metavar="COLUMN=VALUE", help="What it is to be; repeatable.")


@click.command(cls=Command)
@click.argument("dimension", default="tier")
@click.argument("shares", nargs=-1, metavar="[VALUE=SHARE]…")
@click.option("--none", "none", is_flag=True, help="No target for this dimension.")
@click.option("--pack", "of_pack", is_flag=True, help="The pack's own shares again.")
@pass_invocation
def target(invocation: Invocation, dimension: str, shares: tuple[str, ...], none: bool, of_pack: bool) -> int:
    """See or change the target shares of a dimension.

    Shares are weights: tier template=40 scenario=35 edge_case=15. Those that are not named keep theirs; 0 takes one
    away. What a newer pack says does not replace them; --pack does.
    """
    if sum((bool(shares), none, of_pack)) > 1:
        raise click.UsageError("Name shares, or --none, or --pack.")
    invocation.ready(create=True)
    texts = dict(_pair(share) for share in shares)

    async def go(services: Services) -> Target:
        from core.planning.targets import read_weights

        found = await services.coverage.target(dimension)
        if of_pack or none:
            return await services.coverage.set_target(dimension, None if of_pack else {})
        if texts:
            known = {value.key: value.label for value in found.values} | await services.coverage.known(dimension)
            weights = {**found.shares, **read_weights(texts, dimension, known)}
            kept = {value: weight for value, weight in weights.items() if weight}
            if not kept:
                raise PackError(f"All shares of {dimension} are 0.", "--none takes the target away.")
            return await services.coverage.set_target(dimension, kept)
        return found

    found = invocation.run(go)
    if invocation.as_json:
        show_json(
            {
                "dimension": dimension,
                "shares": dict(found.shares),
                "pack": dict(found.pack),
                "own": found.is_own,
                "values": [{"value": v.key, "rows": v.count.planned, "want": v.want} for v in found.values],
            }
        )
        return 0
    whole = sum(found.shares.values())
    columns = [Column(dimension), Column("share", right=True), Column("part", right=True)]
    columns += [Column("want", right=True), Column("rows", right=True), Column("missing", right=True)]
    table(
        columns,
        [
            (
                value.key,
                f"{share:g}" if share else "",
                f"{100 * share / whole:.0f} %" if share else "",
                "" if value.want is None else value.want,
                value.count.planned,
                value.missing or "" if value.want is not None else "",
            )
            for value in found.values
            for share in [found.shares.get(value.key, 0)]
        ],
    )
    notice(
        "Own shares, in place of the pack's."
        if found.is_own
        else "The pack's shares."
        if found.pack
        else f"No target: brightrun plan target {dimension} VALUE=SHARE… sets one."
    )
    return 0


@click.command(cls=Command)
@click.option("--count", "number", type=click.IntRange(1), help="So many rows; else as many as the targets lack.")
@click.option("--set", "fixed", multiple=True, metavar="DIM=VALUE", help="What every row has, as in tone=urgent.")
@click.option("--add", "add", is_flag=True, help="Add them to the plan, after a question.")
@click.option("--yes", "-y", "sure", is_flag=True, help="Do not ask.")
@pass_invocation
def propose(invocation: Invocation, number: int | None, fixed: tuple[str, ...], add: bool, sure: bool) -> int:
    """Rows the plan lacks against its target shares.

    They use what the plan uses least: arcs, scenarios, edge cases, topics and values of each dimension. Without --add
    they are only shown.
    """
    if add and not sure and not has_terminal():
        raise click.UsageError("Without a terminal to ask on, --add needs --yes.")
    invocation.ready(create=True)
    wish = dict(_pair(pair) for pair in fixed)
    rows = invocation.run(lambda services: services.plan_rows.propose(number, wish))
    if not invocation.as_json:
        columns = [Column("tier"), Column("persona"), Column("topic", flexible=True), Column("start → end")]
        columns += [Column(name, optional=True) for name in ("intent", "tone", "outcome")]
        columns += [Column("turns", right=True)]
        table(
            columns,
            [
                (
                    row["tier"],
                    row["persona"],
                    row["topic"],
                    f"{row['starting_emotion']} → {row['ending_emotion']}",
                    row["intent"],
                    row["tone"],
                    row["outcome"],
                    row["turns"],
                )
                for row in rows
            ],
        )
    added = add_proposed(
        invocation, len(rows), (lambda services: services.plan_rows.add(rows)) if add else None, sure=sure
    )
    if added is not None and invocation.as_json:
        show_json({"rows": rows, "added": added})
    return 0


def add_proposed(
    invocation: Invocation,
    number: int,
    add: Callable[[Services], Awaitable[list[str]]] | None,
    *,
    sure: bool,
    how: str = "",
) -> list[str] | None:
    """Add proposed rows to the plan after a question, tell how many, and give their ids; None when the answer was no.

    Without `add` they are only told.
    """
    if add is None:
        notice(f"{count(number, 'row')} proposed; --add plans them.")
        return []
    if not sure and not ask(f"Add {count(number, 'row')} to the plan?"):
        notice("Nothing was added.")
        return None
    added = invocation.run(add)
    notice(f"{count(len(added), 'row')} added{how}.")
    return added


@click.command(cls=Command)
@_SET
@pass_invocation
def new(invocation: Invocation, changes: tuple[str, ...]) -> int:
    """Plan one row by hand, with --set column=value.

    Prints its id. Emotions, their figures and turns are taken from the arc where they are left open.
    """
    from core.planning.rows import columns_named

    row = columns_named(changes)
    invocation.ready(create=True)
    return _told(invocation, invocation.run(lambda services: services.plan_rows.add([row]))[0])


@click.command(cls=Command)
@click.argument("conversation_id", metavar="ID")
@_SET
@pass_invocation
def edit(invocation: Invocation, conversation_id: str, changes: tuple[str, ...]) -> int:
    """Change what is planned for a row; id and number stay."""
    from core.planning.rows import columns_named

    if not changes:
        raise click.UsageError("Say what to change: --set COLUMN=VALUE.")
    row = columns_named(changes)
    invocation.ready()
    done = invocation.run(lambda services: services.plan_rows.change(conversation_id, row))
    notice(f"{conversation_id} is changed." if done else f"{conversation_id} says that already.")
    if invocation.as_json:
        show_json({"id": conversation_id, "changed": done is not None})
    return 0


@click.command(cls=Command)
@click.argument("conversation_id", metavar="ID")
@_SET
@pass_invocation
def clone(invocation: Invocation, conversation_id: str, changes: tuple[str, ...]) -> int:
    """Plan another row like this one, with changes. Prints its id."""
    from core.planning.rows import columns_named

    row = columns_named(changes)
    invocation.ready()
    return _told(invocation, invocation.run(lambda services: services.plan_rows.clone(conversation_id, row)))


@click.command(cls=Command)
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--yes", "-y", "sure", is_flag=True, help="Do not ask.")
@pass_invocation
def delete(invocation: Invocation, ids: tuple[str, ...], sure: bool) -> int:
    """Remove planned rows outright, all or none. Undo in the app brings them back."""
    if not sure and not has_terminal():
        raise click.UsageError("Without a terminal to ask on, delete needs --yes.")
    invocation.ready()
    if not sure and not ask(f"Remove {count(len(ids), 'row')} from the plan?"):
        notice("Nothing was removed.")
        return 0
    result = invocation.run(lambda services: services.plan_rows.remove(list(dict.fromkeys(ids))))
    if result.skipped:
        name, why = result.skipped[0]
        raise BrightrunError(f"{name} {why}.", f"{count(result.done, 'row')} removed.")
    notice(f"{count(result.done, 'row')} removed.")
    if invocation.as_json:
        show_json({"removed": result.done})
    return 0


def _told(invocation: Invocation, conversation_id: str) -> int:
    if invocation.as_json:
        show_json({"id": conversation_id})
    else:
        say(conversation_id)
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"{text!r} is no pair: write it as NAME=VALUE.")
    return name.strip(), value.strip()


COMMANDS: Sequence[click.Command] = (target, propose, new, edit, clone, delete)
