"""`brightrun regenerate`, `vary`, `restore-version`, and the parts of `edit` and `show` that concern former texts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TextIO

import click

from core.cli.generating import carry_out, tell_skipped
from core.cli.invocation import Command, Invocation, filled, pass_invocation
from core.cli.output import complain, count, notice, paragraphs, say, show_json, styled
from core.errors import GenerationError

if TYPE_CHECKING:
    from core.rewriting.comparing import Change, Passage
    from core.rewriting.versions import Version
    from core.services import Services

_COST = click.option(
    "--max-cost", type=click.FloatRange(0, min_open=True), metavar="USD", help="The most this job may cost."
)
_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_WAIT = click.option("--wait", is_flag=True, help="Stay until the job is over, and fail when one of its rows does.")


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--where", metavar="QUERY", callback=filled, help="The rows that a query finds.")
@click.option("--note", metavar="TEXT", default="", help="What is to be different; goes into the prompt.")
@click.option("--turn", type=click.IntRange(min=1), metavar="N", help="Only this turn of one conversation.")
@click.option("--depth", type=click.Choice(["dialogue", "full"]), help="Default: the setting depth.")
@_COST
@_YES
@_WAIT
@pass_invocation
def regenerate(
    invocation: Invocation,
    ids: tuple[str, ...],
    where: str | None,
    note: str,
    turn: int | None,
    depth: str | None,
    max_cost: float | None,
    yes: bool,
    wait: bool,
) -> int:
    """Generate conversations again, or one turn of one.

    The note, the reviewer's notes and the checks that failed go into the prompt. The old version is kept whole.
    Approved rows are skipped: reopen them first.
    """
    if bool(ids) == (where is not None):
        raise click.UsageError("Name the rows: by id, or with --where QUERY.")
    if turn is not None and len(ids) != 1:
        raise click.UsageError("--turn concerns one conversation: name it.")
    invocation.ready()

    async def work() -> int:
        from core.engine.orders import Order

        wanted = tuple(invocation.matching(where, ids))
        if not wanted:
            notice(f"No row matches {where}.")
            return 0
        async with invocation.services() as services:
            order = Order("turn" if turn else "regenerate", wanted, note=note, depth=depth or "", turn=turn or 0)
            proposal = await services.generation.propose(order, count_tokens=True)
            if not proposal.rows:
                tell_skipped(proposal)
                raise GenerationError(
                    "There is nothing to generate again.", "brightrun review ID --reopen takes an approval back."
                )
            return await carry_out(
                invocation, services, proposal, max_cost=max_cost, yes=yes, wait=wait, named=bool(ids)
            )

    return asyncio.run(work())


@click.command(cls=Command)
@click.argument("conversation_id", metavar="ID")
@click.option("--count", "number", type=click.IntRange(1, 25), default=10, show_default=True, help="How many.")
@click.option("--vary", "what", metavar="WHAT,…", default="", help="persona, situation, numbers, tone, intensity, …")
@click.option("--generate", "order", is_flag=True, help="Generate them at once.")
@click.option("--depth", type=click.Choice(["dialogue", "full"]), help="Default: the setting depth.")
@_COST
@_YES
@_WAIT
@pass_invocation
def vary(
    invocation: Invocation,
    conversation_id: str,
    number: int,
    what: str,
    order: bool,
    depth: str | None,
    max_cost: float | None,
    yes: bool,
    wait: bool,
) -> int:
    """Plan variations of a seed or an approved conversation.

    Each is a row of its own with another client of the pack, planned like its source. Without --vary persona, situation
    and numbers change; there are also tone, intensity, length and setback. Prints the new ids.
    """
    from core.rewriting.variations import read_vary

    wanted = read_vary(what)
    invocation.ready()

    async def work() -> int:
        async with invocation.services() as services:
            plan = await services.variations.propose(conversation_id, number, wanted)
            ids = await services.variations.add(plan)
            notice(f"{count(len(ids), 'variation')} of {conversation_id} planned; {', '.join(wanted)} vary.")
            if not order:
                if invocation.as_json:
                    show_json({"source": conversation_id, "vary": list(wanted), "rows": list(ids)})
                else:
                    for name in ids:
                        say(name)
                notice(f"brightrun generate {ids[0]} … orders them, or add --generate.")
                return 0
            from core.engine.orders import Order

            proposal = await services.generation.propose(Order("variation", ids, depth=depth or ""), count_tokens=True)
            return await carry_out(invocation, services, proposal, max_cost=max_cost, yes=yes, wait=wait, named=True)

    return asyncio.run(work())


@click.command("restore-version", cls=Command)
@click.argument("conversation_id", metavar="ID")
@click.argument("version", type=int, metavar="N")
@pass_invocation
def restore_version(invocation: Invocation, conversation_id: str, version: int) -> int:
    """Put a former version's text back.

    The present text is kept as a version itself; the conversation is undecided again.
    """
    invocation.ready()
    done = invocation.run(lambda services: services.rewriting.restore(conversation_id, version))
    notice(f"{done.text}.")
    if invocation.as_json:
        show_json({"conversation_id": conversation_id, "restored": version})
    return 0


def edit_turn(invocation: Invocation, conversation_id: str, turn: int, file: TextIO | None) -> int:
    """Edit the words of a turn, in the editor or from a file."""
    from core.rewriting.editor import edit_text
    from core.rewriting.marked import EditTextError, as_text, read_text

    invocation.ready()
    user, advisor, turns, version = invocation.run(lambda services: services.rewriting.turn(conversation_id, turn))
    if file is not None:
        name = str(getattr(file, "name", "the file"))
        try:
            text = file.read()
        except UnicodeDecodeError as error:
            raise EditTextError(f"{name} is not UTF-8 text; nothing was changed.", "Save it as UTF-8.") from error
    else:
        name = "the edited text"
        text = edit_text(as_text(conversation_id, turn, turns, user, advisor), f"{conversation_id}-turn-{turn}")
    said = read_text(text, name)

    async def store(services: Services) -> Any:
        if said is None:
            return None
        return await services.rewriting.edit_turn(conversation_id, turn, *said, expected_version=version)

    edited = invocation.run(store)
    if edited is None:
        notice(f"Turn {turn} of {conversation_id} is as it was: nothing changed.")
    else:
        notice(f"{edited.done.text}.")
        for sentence in (*edited.failed_gates, *edited.doubts):
            complain(sentence)
        if edited.stale:
            notice(f"Its annotation is incomplete: brightrun generate --annotate {conversation_id} completes it.")
    if invocation.as_json:
        changed = edited is not None
        show_json(
            {
                "conversation_id": conversation_id,
                "turn": turn,
                "changed": changed,
                "failed_gates": list(edited.failed_gates) if edited else [],
                "doubts": list(edited.doubts) if edited else [],
                "incomplete_turns": list(edited.stale) if edited else [],
            }
        )
    return 0


def show_version(invocation: Invocation, conversation_id: str, version: int | None, diff: int | None) -> int:
    """A former version, or what changed since one (with both: between the two)."""
    if diff is not None:
        found = invocation.run(lambda services: services.rewriting.compare(conversation_id, diff, version))
        _show_comparison(invocation, conversation_id, found)
        return 0
    assert version is not None
    kept: Version = invocation.run(lambda services: services.rewriting.version(conversation_id, version))
    if invocation.as_json:
        show_json({"conversation_id": conversation_id, "version": kept.version, "snapshot": kept.snapshot})
        return 0
    say(f"{conversation_id}, version {kept.version}: kept because {kept.reason} by {kept.by}, {kept.turns} turns")
    for turn in kept.snapshot["turns"]:
        for who, text in (("client", turn["user_input"]), ("advisor", turn["target_response"])):
            say()
            say(styled(f"{turn['turn_number']} {who}", bold=True))
            say(paragraphs(text))
    return 0


def _show_comparison(invocation: Invocation, conversation_id: str, found: list[Passage]) -> None:
    differing = [passage for passage in found if passage.differences]
    if invocation.as_json:
        told = [
            {
                "name": passage.name,
                "turn": passage.turn,
                "part": passage.part,
                "changes": [
                    {"kind": change.kind, "before": change.before, "after": change.after}
                    for change in passage.changes
                    if change.kind != "same"
                ],
            }
            for passage in differing
        ]
        messages = [passage for passage in told if passage["part"] in ("client", "advisor")]
        others = [passage for passage in told if passage["part"] not in ("client", "advisor")]
        show_json({"conversation_id": conversation_id, "messages": messages, "others": others})
        return
    if not any(passage.part in ("client", "advisor") for passage in differing):
        notice("The texts are the same.")
    for passage in differing:
        say()
        say(styled(passage.name, bold=True))
        hidden = False
        for change in passage.changes:
            if change.kind == "same":
                if not hidden:
                    say("…")
                hidden = True
                continue
            hidden = False
            say(paragraphs(_marked(change)))


def _marked(change: Change) -> str:
    """A piece that differs: what went in [- -], what came in {+ +}."""
    from core.rewriting.comparing import pieces

    marks = {"same": ("", ""), "out": ("[-", "-]"), "in": ("{+", "+}")}
    parts = pieces(change.before, change.after)
    return "".join(f"{marks[kind][0]}{text}{marks[kind][1]}" for kind, text in parts)
