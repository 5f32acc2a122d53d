"""`brightrun edit`: what a conversation is about, by hand, and a note on one of its turns."""

from __future__ import annotations

from typing import TextIO

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import notice, show_json


@click.command(cls=Command)
@click.argument("conversation_id", metavar="ID")
@click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A new value; may be given several times."
)
@click.option(
    "--turn", type=click.IntRange(min=1), metavar="N", help="The turn to edit in $EDITOR, or that --note is about."
)
@click.option("--file", "file", type=click.File("r", "utf-8"), metavar="F", help="The edited turn, instead of $EDITOR.")
@click.option("--note", metavar="TEXT", help="A note on the conversation, or with --turn on a turn.")
@pass_invocation
def edit(
    invocation: Invocation,
    conversation_id: str,
    settings: tuple[str, ...],
    turn: int | None,
    file: TextIO | None,
    note: str | None,
) -> int:
    """Edit the facts of a conversation, or the words of a turn.

    A turn opens in $EDITOR, or is read from --file: both messages under their marks. It is checked at once; its
    annotation is incomplete until brightrun generate --annotate ID. The former text is kept.

    Fields: topic, story, session, hoped_for, notes, persona, tier, arc, start, end, category, intent, tone, roles,
    cluster, outcome, phase, and turns while it is planned. Words must be known to the pack; every edit is audited.
    """
    from core.services import Services

    if turn is not None and note is None and not settings:
        from core.cli.rewriting import edit_turn

        return edit_turn(invocation, conversation_id, turn, file)
    if file is not None:
        raise click.UsageError("--file goes with --turn, and with nothing else.")
    if not settings and note is None:
        raise click.UsageError("Say what is to be edited: --set FIELD=VALUE, --note TEXT, or --turn N.")
    if turn is not None and note is None:
        raise click.UsageError("--turn needs --note.")
    wanted = dict(_pair(setting) for setting in settings)
    if note is not None and turn is None:
        wanted["reviewer_notes"] = note
    invocation.ready()
    told: list[str] = []

    async def work(services: Services) -> None:
        if wanted:
            done = await services.editing.edit(conversation_id, wanted)
            told.append(done.text if done is not None else f"{conversation_id} is as it was: nothing changed")
        if turn is not None and note is not None:
            row = await services.editing.row(conversation_id)
            done = await services.review.note_turn(conversation_id, turn, note, expected_version=row["version"])
            told.append(done.text)

    invocation.run(work)
    for text in told:
        notice(f"{text}.")
    if invocation.as_json:
        row = invocation.run(lambda services: services.editing.row(conversation_id))
        from core.editing.fields import FIELDS

        show_json({"conversation_id": conversation_id, **{one.name: row[one.name] for one in FIELDS}})
    return 0


def _pair(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"{setting!r} is no FIELD=VALUE.")
    return name.strip(), value
