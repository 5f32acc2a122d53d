"""`brightrun check`: the quality report of packs and files, or of rows of the database."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.inspecting import finding_line
from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import complain, count, notice, say, show_json
from core.text.terminal import safe_line


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[PATH]...")
@click.option("--where", metavar="QUERY", help="Of the rows of the database, those that a query finds.")
@click.option("--again", is_flag=True, help="Judge again the rows that another version of the checks has judged.")
@pass_invocation
def check(invocation: Invocation, paths: tuple[Path, ...], where: str | None, again: bool) -> int:
    """Check packs, conversation files, or rows of the plan.

    A PATH is a pack folder, a conversation file or a folder of them; without one, the rows of the database are checked.
    Rows say what was found when they were last judged; --again judges those anew that an older version of the checks
    has judged, and with --where all that it finds. The exit code is 1 when something has to be mended.
    """
    if paths and (where is not None or again):
        raise click.UsageError("Check files or rows: --where and --again are for the rows of the database.")
    if again:
        _check_again(invocation, where)
    return _check_files(invocation, paths) if paths else _check_rows(invocation, where or "")


def _check_files(invocation: Invocation, paths: tuple[Path, ...]) -> int:
    from core.pack.check import check_path
    from core.pack.report import CheckReport

    report = CheckReport()
    for path in paths:
        report.add(check_path(path))
    if invocation.as_json:
        show_json(
            {
                "passed": report.passed,
                "errors": [{"place": p.place, "message": p.message} for p in report.errors],
                "warnings": [{"place": p.place, "message": p.message} for p in report.warnings],
                "counts": report.counts,
            }
        )
    else:
        for line in report.lines():
            say(safe_line(line))
    if not report.passed:
        complain(f"{count(len(report.errors), 'error')} must be mended.")
    return 0 if report.passed else 1


def _check_again(invocation: Invocation, where: str | None) -> None:
    invocation.ready()
    ids = invocation.matching(where, ()) if where is not None else None
    done = invocation.run(lambda services: services.quality.check_again(ids, actor=services.actor))
    notice(f"{count(done.conversations, 'conversation')} judged again, {len(done.changed)} changed.")
    for conversation_id in done.flagged:
        complain(f"{conversation_id} asks for a look now.", f"brightrun show {conversation_id} --quality")


def _check_rows(invocation: Invocation, where: str) -> int:
    from core.query import parse

    criteria = parse(where)
    invocation.ready()
    with invocation.browser(criteria) as browser:
        ids = browser.ids()
        rows = browser.page(ids)
        with_text = [rows[i] for i in ids if i in rows and rows[i].turn_count]
        found = [(row, browser.reading(row).findings) for row in with_text]
    failed = [row.conversation_id for row, findings in found if any(f["severity"] == "gate" for f in findings)]
    if invocation.as_json:
        show_json(
            {
                "checked": len(found),
                "failed": failed,
                "conversations": [
                    {
                        "conversation_id": row.conversation_id,
                        "score": row.quality_score,
                        "flagged": bool(row.needs_review),
                        "findings": list(findings),
                    }
                    for row, findings in found
                ],
            }
        )
        return 1 if failed else 0
    for row, findings in found:
        for finding in findings:
            say(f"{row.conversation_id}  {finding_line(finding)}")
    notice(f"{count(len(found), 'conversation')} with text, {len(failed)} must be mended.")
    if outdated := invocation.run(lambda services: services.quality.outdated()):
        notice(f"{count(outdated, 'conversation')} judged by another version of the checks: brightrun check --again.")
    for conversation_id in failed:
        complain(f"{conversation_id} fails a check that must hold.", f"brightrun show {conversation_id} --quality")
    return 1 if failed else 0
