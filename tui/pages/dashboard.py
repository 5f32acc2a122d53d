"""The quality dashboard as a page: where rows stand, scores, targets, issues to open, templates, what is said alike.

Pure functions from what `QualityService` gives to lines; wide pages set two sections side by side. A colour is never
the only sign: what misses its aim has a glyph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.quality.alike import Alike
from core.quality.dashboard import Dashboard, Deviation, Figures, Issue, Measured, Side, Target
from core.templates.versions import TemplateVersion, ranked
from core.text.terminal import safe_line
from tui.figures import counted
from tui.pages.setting import WIDE_PAGE, beside, heading
from tui.widgets.cells import cut, fit, width_of
from tui.widgets.document_view import Anchor, Item
from tui.widgets.glyphs import NOT_MEASURED, STATUS_GLYPHS, STATUS_TONES, bar, score_cell, status_words
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line, Span

GAP = 4
LABEL = 13
MET, MISSED = "✓", "▼"
SIGNS = {"gate": ("✗", "error"), "warning": ("!", "warning"), "info": ("·", "accent")}
SPARKS = "▁▂▃▄▅▆▇█"
SORT_WORDS = {
    "copy": "the same text",
    "renamed copy": "the same under other names",
    "near copy": "for the most part the same",
    "message": "the same message",
    "opener": "replies begin",
    "closer": "replies end",
    "phrase": "phrase",
}
COPIES = ("copy", "renamed copy", "near copy")
MOST_ISSUES, MOST_TEMPLATES = 40, 20


@dataclass(frozen=True)
class Shown:
    """What the page is made of; `alike` is None while conversations are still compared."""

    board: Dashboard
    side: Side
    templates: Sequence[TemplateVersion]
    alike: Sequence[Alike] | None
    keys: dict[str, str]

    @property
    def figures(self) -> Figures:
        """The side that is shown."""
        return self.board.sides[self.side]


def dashboard_page(shown: Shown, width: int) -> Iterator[Item]:
    """Everything, in the order in which one asks."""
    wide = width >= WIDE_PAGE
    half = (width - GAP) // 2 if wide else width
    if not shown.figures.rows:
        yield from _nothing(shown)
        yield BLANK
    left = [*_standing(shown, half), BLANK, *_scores(shown.figures, half)]
    right = [*_targets(shown, half), BLANK, *_deviations(shown, half)]
    if wide:
        yield Anchor("standing")
        yield from beside(left, right, half, width, GAP)
    else:
        yield Anchor("standing")
        yield from left
        yield BLANK
        yield Anchor("targets")
        yield from right
    yield BLANK
    yield from _issues(shown, width)
    yield BLANK
    yield from _templates(shown, width)
    yield BLANK
    yield from _alike(shown, width)


def _nothing(shown: Shown) -> Iterator[Item]:
    other = "practice" if shown.side == "live" else "live"
    if shown.board.sides[other].rows:  # type: ignore[index]
        what = "real text" if shown.side == "live" else "practice text"
        yield Block(f"There is no {what} yet; {shown.keys['side']} shows the other results.", "warning")
    else:
        yield Block(f"Nothing is generated yet: {shown.keys['generate']} in the main list generates.", "warning")


def _standing(shown: Shown, width: int) -> list[Line]:
    """Where the rows of the plan stand, and what is complete of those with a text."""
    board, figures = shown.board, shown.figures
    lines: list[Line] = [heading("Where the rows stand", width, counted(board.total, "row"))]
    room = max(6, width - LABEL - 16)
    for status, glyph in STATUS_GLYPHS.items():
        number = board.by_status.get(status, 0)
        if number:
            tone = STATUS_TONES.get(status, "text")
            full, empty = bar(number, board.total, room)
            head = fit(f"{glyph} {status_words(status)}", LABEL)
            lines.append(
                (
                    (head, tone),
                    (full, tone),
                    (empty, "faint"),
                    (f" {number:>5,} {_percent(number, board.total)}", "text"),
                )
            )
    of = figures.rows
    if of:
        lines.append(BLANK)
        facts = (
            ("complete", figures.complete, "success"),
            ("ready", figures.ready, "success"),
            ("needs review", figures.flagged, "warning"),
            ("gate failed", figures.gate_failed, "error"),
        )
        for name, number, tone in facts:
            full, empty = bar(number, of, room)
            colour = tone if number else "muted"
            text = f" {number:,} of {of:,}"
            lines.append(((fit(name, LABEL), "muted"), (full, colour), (empty, "faint"), (text, "text")))
    return lines


def _scores(figures: Figures, width: int) -> list[Line]:
    """How many rows have which score, and the mean over time."""
    mean = "" if figures.score is None else f"mean {figures.score:.1f} over {counted(figures.scored, 'row')}"
    lines: list[Line] = [heading("Scores", width, mean)]
    there = [index for index, number in enumerate(figures.distribution) if number]
    if not there:
        return [*lines, (("Nothing is measured yet.", "muted"),)]
    most = max(figures.distribution)
    for index in range(9, there[0] - 1, -1):
        number = figures.distribution[index]
        sign, tone = score_cell(index + 1 + (0.5 if index < 9 else 0))
        full, _ = bar(number, most, max(6, width - LABEL - 8))
        name = "10" if index == 9 else f"{index + 1} to {index + 2}"
        lines.append(
            (
                (f"{sign.split()[0]} {name}".ljust(LABEL), tone),
                (full, tone),
                (f" {number:,}" if number else "–", "text" if number else "faint"),
            )
        )
    points = figures.trend
    if points:
        lines.append(BLANK)
        marks = "".join(SPARKS[min(7, max(0, round((point.score - 1) / 9 * 7)))] for point in points)
        last = points[-1]
        if len(points) == 1:
            text = f"all written {last.when}"
        else:
            text = f"{points[0].when} {points[0].score:.1f} → {last.when} {last.score:.1f}"
        lines.append(
            (
                ("over time".ljust(LABEL), "muted"),
                (marks, "accent"),
                ("  ", ""),
                (cut(text, max(0, width - LABEL - len(marks) - 2)), "text"),
            )
        )
    return lines


def _targets(shown: Shown, width: int) -> list[Line]:
    """Every aim of the pack with what was measured, real and practice apart."""
    lines: list[Line] = [heading("Targets", width, "of the pack")]
    if not shown.board.targets:
        return [*lines, (("The pack states no aims.", "muted"),)]
    name_width = max(16, width - 3 * 11)
    lines.append(
        (
            (fit("", name_width), ""),
            (f"{'aim':>10} ", "muted"),
            (f"{'live':>10} ", "muted"),
            (f"{'~practice':>10} ", "muted"),
        )
    )
    for target in shown.board.targets:
        cells: list[Span] = [(fit(target.words, name_width), "text"), (f"{_aim(target):>10} ", "muted")]
        if target.unit == "hour":
            cells += [_measured(target, target.both), (f"{'both':>10} ", "faint")]
        else:
            cells += [_measured(target, target.live), _measured(target, target.practice)]
        lines.append(tuple(cells))
    return lines


def _aim(target: Target) -> str:
    if target.unit == "share":
        return f"≥ {target.aim:.0%}" if target.aim < 1 else "100%"
    if target.unit == "dollars":
        return f"< ${target.aim:.2f}"
    if target.upper is not None:
        return f"{target.aim:g} to {target.upper:g}"
    return f"≥ {target.aim:g}"


def _measured(target: Target, measured: Measured) -> Span:
    if measured.value is None:
        return f"{NOT_MEASURED:>10} ", "faint"
    text = {
        "share": f"{int(measured.value * 1000) / 10:g}%",  # never rounded up to an aim that is missed
        "score": f"{measured.value:.2f}",
        "dollars": f"${measured.value:.3f}",
        "hour": f"{measured.value:.0f}",
    }[target.unit]
    met = target.is_met(measured)
    return f"{f'{MET if met else MISSED} {text}':>10} ", "success" if met else "error"


def _deviations(shown: Shown, width: int) -> list[Line]:
    """Groups of rows against the mean of the seeds; over a point is marked."""
    board = shown.board
    tail = "" if board.seed_score is None else f"★ {board.seed_score:.1f} is their mean"
    lines: list[Line] = [heading("Against the seeds", width, tail)]
    if board.seed_score is None:
        return [*lines, (("There are no seeds to compare with.", "muted"),)]
    if not shown.figures.deviations:
        return [*lines, (("Nothing is measured yet.", "muted"),)]
    return lines + [_deviation(group, width) for group in shown.figures.deviations]


def _deviation(group: Deviation, width: int) -> Line:
    if group.is_notable:
        sign, tone = ("▼ ", "error") if group.gap < 0 else ("▲ ", "warning")
    else:
        sign, tone = "  ", "text"
    tail = f"{group.score:>5.1f} {round(group.gap, 1) + 0.0:>+6.1f}"  # never -0.0
    notable = "  over a point" if group.is_notable else ""
    head = fit(safe_line(f"{group.name} ({group.rows:,})", 80), max(12, width - 29))
    return (sign, tone), (head, "text"), (tail, tone), (notable, tone)


def _issues(shown: Shown, width: int) -> Iterator[Item]:
    issues = shown.figures.issues
    key = shown.keys["open"]
    yield Anchor("issues", heads="issues")
    yield heading("Issues", width, f"{key} shows the rows" if issues else "")
    if not issues:
        yield Block("No check found anything to do.", "muted")
    for index, issue in enumerate(issues[:MOST_ISSUES]):
        yield Anchor(("issue", index), opens=issue)
        yield _issue(issue, width)
    if len(issues) > MOST_ISSUES:
        yield Block(f"and {len(issues) - MOST_ISSUES:,} more sorts", "muted")


def _issue(issue: Issue, width: int) -> Line:
    sign, tone = SIGNS[issue.severity]
    head = f"{sign} {issue.count:>5,}  {safe_line(issue.what, 80)}"
    room = width - width_of(head) - 3
    return (head, tone if issue.severity != "info" else "text"), (
        f"   {cut(safe_line(issue.action, 200), room)}" if room > 12 else "",
        "muted",
    )


def _templates(shown: Shown, width: int) -> Iterator[Item]:
    found = ranked(shown.templates)
    yield Anchor("templates", heads="templates")
    yield heading("Templates, the best first", width, f"{shown.keys['templates']} opens them" if found else "")
    if not found:
        yield Block("No template has measured rows yet.", "muted")
        return
    name_width = max(20, width - 43)
    yield (
        (fit("  version", name_width), "muted"),
        (f"{'rows':>7}{'score':>8}{'gates':>8}{'approved':>10}{'each':>10}", "muted"),
    )
    for version in found[:MOST_TEMPLATES]:
        results = version.shown
        sign = "~" if version.is_practice else " "
        score, tone = score_cell(results.score)
        each = version.cost_each_microusd
        passed = NOT_MEASURED if results.passed is None else f"{results.passed:.0%}"
        approved = NOT_MEASURED if results.approval is None else f"{results.approval:.0%}"
        cost = NOT_MEASURED if each is None else f"${each / 1_000_000:.3f}"
        name = fit(f"{'●' if version.is_active else '·'} {safe_line(version.label, 80)}", name_width)
        yield Anchor(("template", version.row_id), opens=version)
        yield (
            (name, "text" if version.is_active else "muted"),
            (f"{sign + format(results.rows, ','):>7}", "text"),
            (f"{score:>8}", tone),
            (f"{passed:>8}{approved:>10}{cost:>10}", "text"),
        )


def _alike(shown: Shown, width: int) -> Iterator[Item]:
    yield Anchor("alike", heads="alike")
    yield heading("Said alike in several rows", width, f"{shown.keys['open']} shows the rows" if shown.alike else "")
    if shown.alike is None:
        yield Block("Comparing conversations…", "muted")
    elif not shown.alike:
        yield Block("No copies, no openers, closers or phrases that several rows share.", "muted")
    for index, alike in enumerate(shown.alike or ()):
        is_copy = alike.sort in COPIES
        sign, tone = ("✗", "error") if is_copy else ("!", "warning") if alike.sort == "message" else ("·", "text")
        quoted = safe_line(alike.what, 300) if is_copy or alike.sort == "message" else f"“{safe_line(alike.what, 300)}”"
        text = f"{sign} {len(alike.ids):>5,}  {SORT_WORDS[alike.sort]}: "
        yield Anchor(("alike", index), opens=alike)
        yield ((text, tone), (cut(quoted, max(0, width - width_of(text))), "text"))


def _percent(number: int, of: int) -> str:
    return f"{number / of:>4.0%}" if of else ""
