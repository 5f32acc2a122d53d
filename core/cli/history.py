"""`brightrun log` and `audit`, and the history of one conversation: calls, former versions, who did what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import Column, moment, paragraphs, say, show_json, table
from core.progress import stage_words

if TYPE_CHECKING:
    from core.services import Services

# The columns of `Browser.attempts`, in its order.
_CALL = (
    "at",
    "stage",
    "attempt",
    "model",
    "stop_reason",
    "status_code",
    "input_tokens",
    "output_tokens",
    "cost_microusd",
    "duration_ms",
    "error_class",
    "error_message",
    "request_id",
    "received",  # what had come of an answer that broke off or could not be used
)
_STORED = {"at": "created_at", "received": "response"}
RECEIVED_SHOWN = 400


def show_history(invocation: Invocation, conversation_id: str) -> int:
    """Former versions and acts, oldest first."""
    from core.cli.rows import whole

    async def read(services: Services) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
        from data import audit, billing
        from data.versions import versions_of

        await whole(services, conversation_id)  # names an unknown id
        async with services.database.read() as session:
            versions = await versions_of(session, conversation_id)
            acts = await audit.entries(session, entity="conversation", entity_id=conversation_id)
            calls = await billing.attempts_of(session, conversation_id)
        return versions, acts, calls

    versions, acts, calls = invocation.run(read)
    if invocation.as_json:
        kept = ("version", "reason", "by", "at", "snapshot")
        show_json(
            {
                "conversation_id": conversation_id,
                "versions": [{name: version[name] for name in kept} for version in versions],
                "audit": [_act(act) for act in acts],
                "calls": [{name: call[_STORED.get(name, name)] for name in _CALL} for call in calls],
            }
        )
        return 0
    lines = [
        (version["at"], version["by"], f"version {version['version']} kept", version["reason"]) for version in versions
    ]
    lines += [
        (call["created_at"], call["model"], f"{stage_words(call['stage'])}, try {call['attempt']}", _result(call))
        for call in calls
    ]
    lines += [(act["at"], act["actor"], act["action"], _change(act)) for act in acts]
    columns = [Column("at"), Column("by"), Column("what"), Column("detail", flexible=True)]
    table(
        columns,
        [(when(at), by, what, detail) for at, by, what, detail in sorted(lines, key=lambda line: line[0])],
        empty="Nothing has happened to it yet.",
    )
    return 0


@click.command(cls=Command)
@click.argument("conversation_id", metavar="ID")
@pass_invocation
def log(invocation: Invocation, conversation_id: str) -> int:
    """Every call made for a conversation, with its cost."""
    from core.cli.rows import whole
    from core.providers.pricing import dollars

    invocation.ready()
    invocation.run(lambda services: whole(services, conversation_id))  # names an unknown id
    with invocation.browser() as browser:
        calls = [dict(zip(_CALL, call, strict=True)) for call in browser.attempts(conversation_id)]
    if invocation.as_json:
        show_json({"conversation_id": conversation_id, "calls": [{**c, "at": moment(c["at"])} for c in calls]})
        return 0
    columns = [
        Column("at"),
        Column("stage"),
        Column("try", right=True),
        Column("model", optional=True),
        Column("in", right=True, optional=True),
    ]
    columns += [Column("out", right=True, optional=True), Column("cost", right=True), Column("s", right=True)]
    columns += [Column("result", flexible=True)]
    table(
        columns,
        [
            (
                when(c["at"]),
                stage_words(c["stage"]),
                c["attempt"],
                c["model"],
                c["input_tokens"],
                c["output_tokens"],
                dollars(c["cost_microusd"]),
                f"{(c['duration_ms'] or 0) / 1000:.1f}",
                _result(c),
            )
            for c in calls
        ],
        empty=f"No call was made for {conversation_id}.",
    )
    for c in calls:
        if c["received"]:
            say()
            say(f"{stage_words(c['stage'])}, try {c['attempt']}: {len(c['received']):,} characters had come:")
            say(paragraphs(cut_text(c["received"])))
    return 0


def cut_text(text: str) -> str:
    """Enough of a broken answer to know it by; all of it is in the JSON."""
    return text if len(text) <= RECEIVED_SHOWN else f"{text[:RECEIVED_SHOWN]}…"


@click.command(cls=Command)
@click.option("--where", metavar="QUERY", help="Only what was done to the rows that a query finds.")
@click.option("--limit", type=click.IntRange(1), default=500, show_default=True, help="How many entries, newest first.")
@pass_invocation
def audit(invocation: Invocation, where: str | None, limit: int) -> int:
    """Who did what, newest first."""

    async def read(services: Services) -> list[dict[str, Any]]:
        from data import audit as records

        async with services.database.read() as session:
            if where is None:
                return await records.entries(session, limit=limit)
            found = await records.entries(session, entity="conversation", limit=1_000_000)
        return [act for act in found if act["entity_id"] in wanted][:limit]

    invocation.ready()
    wanted = set(invocation.matching(where)) if where is not None else set()
    acts = invocation.run(read)
    if invocation.as_json:
        show_json({"entries": [_act(act) for act in acts]})
        return 0
    columns = [Column("at"), Column("by"), Column("what"), Column("on"), Column("detail", flexible=True)]
    table(
        columns,
        [(when(act["at"]), act["actor"], act["action"], act["entity_id"], _change(act)) for act in acts],
        empty="Nothing matches." if where is not None else "Nothing has been done yet.",
    )
    return 0


def _result(call: dict[str, Any]) -> str:
    return f"{call['error_class']}: {call['error_message']}" if call["error_class"] else str(call["stop_reason"])


def _act(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("at", "actor", "action", "entity", "entity_id", "before", "after", "note")}


def _change(entry: dict[str, Any]) -> str:
    """What an act changed, on one line."""
    before, after = entry["before"] or {}, entry["after"] or {}
    changed = []
    for name, value in after.items():
        old = before.get(name)
        if old != value and name != "undo":  # the way back is for undo alone
            changed.append(f"{name} {old} → {value}" if old not in (None, "") else f"{name} {value}")
    return "; ".join([*changed, *([entry["note"]] if entry["note"] else [])])


def when(at: object) -> str:
    """A time for people, in the zone of this machine. Takes a time, or one as text of the database or of JSON."""
    from core.browse import parse_time

    if not at:
        return ""
    time = datetime.fromisoformat(at) if isinstance(at, str) else at
    assert isinstance(time, datetime)
    if time.tzinfo is None:
        time = parse_time(str(at))
    return f"{time.astimezone():%Y-%m-%d %H:%M}"
