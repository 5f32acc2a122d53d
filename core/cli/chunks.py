"""`brightrun chunks`: source documents imported, searched, linked, marked as examples, and rows proposed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import (
    Column,
    ProgressLine,
    count,
    has_terminal,
    notice,
    pairs,
    paragraphs,
    say,
    show_json,
    table,
)
from core.cli.plan_rows import add_proposed

if TYPE_CHECKING:
    from core.chunks.records import ChunkImportReport, ChunkProposal
    from core.services import Services
    from data.chunk_criteria import ChunkFilter

# As `core.chunks.reading` has them; that module is imported only when a command runs.
FORMATS = ("auto", "json", "csv", "postgresql")
LISTED = 200


def _filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a filter, for every command that takes one."""
    options = (
        click.option("--where", "-s", "text", default="", metavar="TEXT", help="Words of title, section or text."),
        click.option("--category", "categories", multiple=True, metavar="NAME", help="A category or tag; repeatable."),
        click.option("--document", "documents", multiple=True, metavar="ID", help="A document's id or title."),
        click.option(
            "--dimension",
            "dimensions",
            multiple=True,
            metavar="TEST",
            help='As in "audience=families" or "clarity>0.7"; repeatable.',
        ),
        click.option("--linked/--unlinked", "is_linked", default=None, help="Only those that a conversation draws on."),
        click.option("--example/--no-example", "is_example", default=None, help="Only those marked as examples."),
        click.option("--of", "linked_to", default="", metavar="CONVERSATION", help="What a conversation draws on."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _filter(found: dict[str, Any]) -> ChunkFilter:
    from core.chunks.filtering import filter_of

    return filter_of(found.pop("text"), **found)


@click.group(cls=Group, default="list")
def chunks() -> None:
    """Source documents: import, search, link, propose."""


@chunks.command("import", epilog="brightrun import list shows what came in; brightrun import undo ID takes it back.")
@click.argument("source", metavar="SOURCE")
@click.option("--dry-run", is_flag=True, help="Only say what would come in.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="auto", help="What the source is.")
@pass_invocation
def import_(invocation: Invocation, source: str, dry_run: bool, format_: str) -> int:
    """Bring in categorised documents and their chunks.

    SOURCE is a file (JSON, JSON lines, CSV), a folder with chunks.csv and its like, or a PostgreSQL URL with the tables
    documents, document_categories, chunks and chunk_dimensions. A password is better left to PGPASSWORD or ~/.pgpass
    than written into the URL: other users of this machine can see what a program is called with.
    """
    invocation.ready(create=True)
    line = ProgressLine()

    async def bring_in(services: Services) -> ChunkImportReport:
        if dry_run:
            return await services.chunks.preview(source, format=format_)
        return await services.chunks.run(source, format=format_, on_progress=line.steps)

    try:
        report = invocation.run(bring_in)
    finally:
        line.clear()
    if invocation.as_json:
        show_json(asdict(report))
    for sentence in report.lines():
        notice(sentence)
    if report.import_id:
        notice(f"brightrun import undo {report.import_id} takes it back.")
    return 0


@chunks.command("list")
@_filtered
@click.option("--limit", type=click.IntRange(1), default=LISTED, show_default=True, help="Shown at most.")
@pass_invocation
def list_(invocation: Invocation, /, limit: int, **found: Any) -> int:
    """What there is, filtered."""
    wanted = _filter(found)
    invocation.ready()

    async def read(services: Services) -> tuple[list[int], list[dict[str, Any]], Any]:
        ids = await services.chunks.ids(wanted)
        page = await services.chunks.page(ids[:limit])
        return ids, [page[i]._asdict() for i in ids[:limit] if i in page], await services.chunks.totals()

    ids, rows, totals = invocation.run(read)
    if invocation.as_json:
        shown = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        show_json({"matching": len(ids), "totals": asdict(totals), "chunks": shown})
        return 0
    columns = [Column("chunk"), Column("title", flexible=True), Column("document", flexible=True)]
    columns += [Column("category", optional=True), Column("links", right=True), Column("example", optional=True)]
    table(
        columns,
        [
            (
                row["chunk_id"],
                row["title"] or row["section"] or row["beginning"][:60],
                row["document_title"],
                row["primary_category"],
                row["links"] or "",
                "yes" if row["is_example"] else "",
            )
            for row in rows
        ],
        empty="No chunk matches." if totals.chunks else "There are no chunks yet: brightrun chunks import SOURCE.",
    )
    if len(ids) > limit:
        notice(f"{count(len(ids) - limit, 'chunk')} more; --limit shows them.")
    return 0


@chunks.command()
@click.argument("chunk_id", metavar="ID")
@pass_invocation
def show(invocation: Invocation, chunk_id: str) -> int:
    """One chunk with its text, all its dimensions, and who draws on it."""
    invocation.ready()
    found = invocation.run(lambda services: services.chunks.get(chunk_id))
    if invocation.as_json:
        document = asdict(found)
        del document["id"]
        show_json(document)
        return 0
    meaning = found.meaning
    proposed = [meaning.content_category, meaning.topic_cluster, meaning.intent]
    pairs(
        {
            "chunk": found.chunk_id,
            "document": f"{found.document_title} ({found.document_id})",
            "title": found.title,
            "section": found.section,
            "categories": found.categories,
            "proposes": ", ".join(value for value in proposed if value),
            "but": "; ".join(meaning.notes),
            "tokens": found.tokens,
            "example": f"yes, marked by {found.marked_by or 'its source'}" if found.is_example else "",
            "used by": "; ".join(f"{u.conversation_id} ({u.topic})" for u in found.used_by),
        }
    )
    say()
    say(paragraphs(found.text))
    if found.dimensions:
        say()
        columns = [Column("dimension"), Column("value", flexible=True), Column("confidence", right=True, optional=True)]
        rows = [(d.name, d.value, "" if d.confidence is None else f"{d.confidence:g}") for d in found.dimensions]
        table(columns, rows)
    return 0


@chunks.command()
@click.argument("chunk_id", metavar="ID")
@click.argument("conversations", nargs=-1, required=True, metavar="CONVERSATION…")
@click.option("--note", default="", help="Why, for those who come later.")
@pass_invocation
def link(invocation: Invocation, chunk_id: str, conversations: tuple[str, ...], note: str) -> int:
    """Let conversations draw on a chunk.

    Their prompts are given its text, up to the setting source_characters for all chunks of a conversation.
    """
    invocation.ready()
    return _told(invocation, "linked", lambda s: s.chunks.link([chunk_id], conversations, note))


@chunks.command()
@click.argument("chunk_id", metavar="ID")
@click.argument("conversations", nargs=-1, required=True, metavar="CONVERSATION…")
@pass_invocation
def unlink(invocation: Invocation, chunk_id: str, conversations: tuple[str, ...]) -> int:
    """Let conversations no longer draw on a chunk."""
    invocation.ready()
    return _told(invocation, "taken away", lambda s: s.chunks.unlink([chunk_id], conversations))


def _told(invocation: Invocation, verb: str, work: Callable[[Services], Any]) -> int:
    result = invocation.run(work)
    notice(f"{result.sentence(verb)}.")
    if invocation.as_json:
        show_json(asdict(result))
    return 1 if result.skipped else 0


@chunks.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--example/--no-example", "is_example", required=True, help="Whether its style may be shown in prompts.")
@pass_invocation
def mark(invocation: Invocation, ids: tuple[str, ...], is_example: bool) -> int:
    """Mark chunks as examples of style, or take the mark away.

    Prompts are shown examples only where the setting source_examples is on.
    """
    invocation.ready()
    changed = invocation.run(lambda services: services.chunks.mark(ids, is_example=is_example))
    notice(f"{count(changed, 'chunk')} {'marked' if is_example else 'no longer marked'} as examples.")
    if is_example and changed and not invocation.settings.source_examples:
        notice("Prompts are shown examples once that is on: brightrun config set source_examples true.")
    if invocation.as_json:
        show_json({"changed": changed})
    return 0


@chunks.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@_filtered
@click.option("--count", "number", type=click.IntRange(1), help="So many rows at most; of a filter 10 unless told.")
@click.option("--add", "add", is_flag=True, help="Add them to the plan, each linked to its chunk, after a question.")
@click.option("--yes", "-y", "sure", is_flag=True, help="Do not ask.")
@pass_invocation
def propose(
    invocation: Invocation, /, ids: tuple[str, ...], number: int | None, add: bool, sure: bool, **found: Any
) -> int:
    """Scenario rows from chunks, each about one.

    From those that are named, else from those that match and that no conversation draws on yet. Content category,
    topic cluster and intent follow from the document's categories; the rest is drawn as brightrun plan propose draws
    it. Without --add the rows are only shown.
    """
    if add and not sure and not has_terminal():
        raise click.UsageError("Without a terminal to ask on, --add needs --yes.")
    wanted = _filter(found)
    invocation.ready(create=True)
    proposals = invocation.run(lambda services: services.chunks.propose(ids, wanted, number))
    if not invocation.as_json:
        _show_proposals(proposals)
    for note, rows in Counter(note for proposal in proposals for note in proposal.notes).items():
        notice(f"{note} ({count(rows, 'row')})")
    planning = (lambda services: services.chunks.add(proposals)) if add else None
    added = add_proposed(invocation, len(proposals), planning, sure=sure, how=", each linked to its chunk")
    if added is not None and invocation.as_json:
        show_json({"proposals": [asdict(proposal) for proposal in proposals], "added": added})
    return 0


def _show_proposals(proposals: Sequence[ChunkProposal]) -> None:
    columns = [Column("chunk"), Column("topic", flexible=True), Column("scenario", flexible=True)]
    columns += [Column(name, optional=True) for name in ("persona", "category", "cluster", "intent", "tone", "outcome")]
    names = ("persona", "content_category", "topic_cluster", "intent", "tone", "outcome")
    table(
        columns,
        [(p.chunk_id, p.row["topic"], p.row["scenario"], *(p.row[name] for name in names)) for p in proposals],
    )
