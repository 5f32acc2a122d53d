"""`brightrun quality`: how good the dataset is, where it is not, and what its conversations say alike."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import Column, count, say, show_json, table

if TYPE_CHECKING:
    from core.quality.agreement import Agreement
    from core.quality.alike import Alike
    from core.quality.dashboard import Dashboard, Side
    from core.quality.dataset import Wording
    from core.services import Services

SHOWN_IDS = 4
_SIDES: dict[str, Side] = {"real": "live", "practice": "practice"}


@click.command(cls=Command)
@click.option("--where", metavar="QUERY", help="Only the rows that a query finds.")
@click.option("--csv", "as_csv", is_flag=True, help="One line of figures per conversation, as CSV.")
@pass_invocation
def quality(invocation: Invocation, where: str | None, as_csv: bool) -> int:
    """Scores, findings, figures per template, and repetition.

    Real and practice results are told apart. With --where or --csv the figures are those of single conversations.
    """
    from core.query import parse

    if as_csv and invocation.as_json:
        raise click.UsageError("Choose --csv or --json.")
    criteria = parse(where or "")
    invocation.ready()
    lines = invocation.run(_lines)
    if where is not None:
        with invocation.browser(criteria) as browser:
            ids = browser.ids()
            rows = browser.page(ids)
            wanted = {rows[i].conversation_id for i in ids if i in rows}
        lines = [line for line in lines if line["conversation_id"] in wanted]
    if as_csv:
        from core.quality.service import REPORT_COLUMNS

        out = io.StringIO()
        writer = csv.DictWriter(out, REPORT_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        say(out.getvalue().rstrip("\n"))
        return 0
    alike = invocation.run(_alike)
    if where is not None:
        alike = {side: [a for a in found if wanted & set(a.ids)] for side, found in alike.items()}
    if invocation.as_json:
        document: dict[str, Any] = {
            "conversations": lines,
            "templates": _templates(lines),
            "alike": {side: [asdict(found) for found in all_] for side, all_ in alike.items()},
        }
        if where is None:
            document["dashboard"] = asdict(invocation.run(_board))
            document["judge"] = {side: asdict(found) for side, found in invocation.run(_agreement).items()}
            document["wording"] = {
                side: [{"template": name, "version": version, **asdict(each)} for name, version, each in figures]
                for side, figures in invocation.run(_wording).items()
            }
        show_json(document)
        return 0
    _show(lines, alike)
    if where is None:
        _show_wording(invocation.run(_wording))
        for side, found in invocation.run(_agreement).items():
            say(f"{side}: {found.sentence()}")
    return 0


async def _lines(services: Services) -> list[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        await services.quality.write_report(path)
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


async def _agreement(services: Services) -> dict[str, Agreement]:
    return {name: await services.quality.agreement(side) for name, side in _SIDES.items()}


async def _alike(services: Services) -> dict[str, list[Alike]]:
    return {"real": await services.quality.alike("live"), "practice": await services.quality.alike("practice")}


async def _wording(services: Services) -> dict[str, list[tuple[str, int | None, Wording]]]:
    """How varied the wording is, by side: the whole of it, then each template version."""
    found: dict[str, list[tuple[str, int | None, Wording]]] = {}
    for name, side in _SIDES.items():
        report = await services.quality.dataset(side)
        if report.rows:
            found[name] = [("all", None, report.wording)]
            found[name] += [(each.template, each.version, each.wording) for each in report.templates]
    return found


async def _board(services: Services) -> Dashboard:
    return await services.quality.dashboard()


def _templates(lines: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Rows, mean score and failed rows of each template version; those never scored count in no mean."""
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for line in lines:
        if line["template"]:
            groups.setdefault((line["template"], line["template_version"]), []).append(line)
    found = []
    for (template, version), rows in sorted(groups.items()):
        scores = [float(row["score"]) for row in rows if row["score"]]
        found.append(
            {
                "template": template,
                "version": version,
                "rows": len(rows),
                "score": round(sum(scores) / len(scores), 2) if scores else None,
                "failed": sum(1 for row in rows if row["failed_gates"]),
            }
        )
    return found


def _show(lines: list[dict[str, str]], alike: dict[str, list[Alike]]) -> None:
    if not lines:
        say("No row has a text yet: brightrun generate.")
        return
    scores = Counter(int(float(line["score"])) for line in lines if line["score"])
    unmeasured = sum(1 for line in lines if not line["score"])
    failed = [line for line in lines if line["failed_gates"]]
    say(f"{count(len(lines), 'conversation')}, {len(failed)} failed by a gate, {unmeasured} not measured")
    most = max(scores.values(), default=1)
    for score in range(10, 0, -1):
        if scores[score]:
            say(f"{score:>3}  {'█' * max(1, round(30 * scores[score] / most))} {scores[score]}")
    gates: dict[str, list[str]] = {}
    for line in lines:
        for check in f"{line['failed_gates']} {line['warnings']}".split():
            gates.setdefault(check, []).append(line["conversation_id"])
    if gates:
        say()
        ordered = sorted(gates.items(), key=lambda entry: -len(entry[1]))
        rows = [(check.replace("_", " "), len(ids), _some(ids)) for check, ids in ordered]
        table([Column("found"), Column("rows", right=True), Column("where", flexible=True)], rows)
    if templates := _templates(lines):
        say()
        columns = [Column("template"), Column("version", right=True), Column("rows", right=True)]
        columns += [Column("mean score", right=True), Column("failed", right=True)]
        shown = [
            (t["template"], t["version"], t["rows"], "not measured" if t["score"] is None else t["score"], t["failed"])
            for t in templates
        ]
        table(columns, shown)
    for side, found in alike.items():
        if found:
            say()
            named = [(entry.sort, len(entry.ids), entry.what, _some(entry.ids)) for entry in found]
            columns = [Column(f"alike, {side}"), Column("rows", right=True), Column("what", flexible=True)]
            table([*columns, Column("where", flexible=True)], named)


def _show_wording(wording: dict[str, list[tuple[str, int | None, Wording]]]) -> None:
    """Shares of different words, pairs and threes, and of runs of four words that another conversation has, too."""
    for side, figures in wording.items():
        columns = [Column(f"wording, {side}"), Column("version", right=True), Column("rows", right=True)]
        columns += [Column(title, right=True) for title in ("distinct 1", "distinct 2", "distinct 3", "shared 4")]
        say()
        table(
            columns,
            [
                (
                    name,
                    version,
                    each.conversations,
                    *map(_share, (each.distinct_1, each.distinct_2, each.distinct_3, each.shared_4)),
                )
                for name, version, each in figures
            ],
        )


def _share(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0%}"


def _some(ids: list[str] | tuple[str, ...]) -> str:
    more = len(ids) - SHOWN_IDS
    return ", ".join(ids[:SHOWN_IDS]) + (f" and {more} more" if more > 0 else "")
