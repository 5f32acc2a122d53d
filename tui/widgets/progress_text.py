"""What the progress panel says, as lines: bar, spend, what is written now, tiers, last completions, errors.

Pure functions from `Progress` to lines, called by `ProgressPanel` ten times a second while a job is open. Topics and
errors come from outside and are made safe here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from core.browse import FailedItem, FinishedItem, Job, Progress, RunningItem
from core.status import words
from core.text.terminal import safe_line
from tui.widgets.cells import cut, width_of
from tui.widgets.glyphs import bar, score_cell
from tui.widgets.tones import Line, Span

RUNNING_SHOWN, ERRORS_SHOWN, TIERS = 3, 3, ("template", "scenario", "edge_case", "seed")
NAME_LIMIT = 200
GAP: Span = ("   ", "")


def money(microusd: int, *, simulated: bool = False) -> str:
    """An amount in dollars; a tilde tells that the simulator "spent" it."""
    usd = microusd / 1_000_000
    return (
        f"{'~' if simulated else ''}${usd:.2f}" if usd >= 0.01 or not microusd else f"{'~' if simulated else ''}<$0.01"
    )


def duration(seconds: float) -> str:
    """A time left, as coarse as an estimate deserves."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


def one_line(progress: Progress, now: datetime, width: int) -> Line:
    """Everything that matters in one line: `12/63 19 % #47 12 min $0.41/2.00 1!`."""
    job = progress.job
    if job is None or not job.is_open:
        return _quiet(progress, width)
    head: list[Span] = [(f"{job.terminal}/{job.total} {job.percent} %", "strong")]
    tail: list[Span] = []
    if progress.running:
        tail.append((f" #{progress.running[0].number}", "accent"))
    left = job.seconds_left(now)
    if left is not None:
        tail.append((f" {duration(left)}", "text"))
    limit = job.cap_microusd or job.estimated_microusd
    tail.append((f" {_spent(job)}" + (f"/{limit / 1_000_000:.2f}" if limit else ""), "text"))
    if progress.errors:
        tail.append((f" {len(progress.errors)}!", "error"))
    trouble = _trouble(progress, job)
    room = width - sum(width_of(text) for text, _ in (*head, *tail))
    if trouble and room > 12:
        tail.append((f"  {cut(trouble, room - 2)}", "warning"))
    elif room > 14:
        full, rest = bar(job.terminal, job.total, min(24, room - 3))
        head += [("  ", ""), (full, "primary"), (rest, "faint")]
        tail.insert(0, (" ", ""))
    return (*head, *tail)


def panel_lines(progress: Progress, now: datetime, width: int) -> list[Line]:
    """The panel without its errors, for a wide screen."""
    job = progress.job
    if job is None or not job.is_open:
        return [_quiet(progress, width)]
    side = 46 if width >= 110 else 0
    room = width - side - (3 if side else 0)
    left = [_bar_line(job, now, room), _money_line(progress, job, room)]
    running = [_running(item, room) for item in progress.running[:RUNNING_SHOWN]]
    left += running or [((cut(_waiting(progress, job), room), "muted"),)]
    tiers = _tiers(progress.bars, room)
    if tiers:
        left.append(tiers)
    if not side:
        return left
    right = _last(progress.finished, side, len(left))
    return [_beside(line, room, right[y] if y < len(right) else ()) for y, line in enumerate(left)]


def error_line(item: FailedItem, width: int) -> Line:
    """One error."""
    head = f"#{item.number} {safe_line(item.persona_name[:NAME_LIMIT])}"
    reason = safe_line((item.error or "failed without a reason")[: 4 * width])
    head = cut(head, 24)
    return (("! ", "error"), (head, "strong"), ("  ", ""), (cut(reason, max(4, width - width_of(head) - 4)), "text"))


def _quiet(progress: Progress, width: int) -> Line:
    job = progress.job
    spans: list[Span] = []
    if job is None:
        spans.append(("No job is running.", "muted"))
    else:
        text = f"Job {job.id} {words(job.status)}: {job.done} of {job.total} done"
        text += f", {job.failed} failed" if job.failed else ""
        text += f", {job.cancelled} not done" if job.cancelled else ""
        spans.append((cut(f"{text} · {_spent(job)}", width), "muted"))
    if progress.errors:
        count = len(progress.errors)
        spans.append((f"  {count}! {'error' if count == 1 else 'errors'} to look at", "error"))
    return tuple(spans)


def _spent(job: Job) -> str:
    return money(job.actual_microusd, simulated=job.provider == "simulated")


def _trouble(progress: Progress, job: Job) -> str:
    """Why it does not go on, or ""."""
    reason = safe_line(job.reason[:400])
    if job.stop_requested:
        return "stopping: running ones finish, s again stops at once" if job.stop_requested != "now" else "stopping"
    if job.status == "paused":
        return f"paused{': ' if reason else ', p goes on'}{reason}"
    if not progress.worker_alive:
        return safe_line(progress.worker_message[:400]) or "no worker is running"
    return ""


def _bar_line(job: Job, now: datetime, width: int) -> Line:
    figures = f"{job.terminal} of {job.total}, {job.percent} %"
    left = job.seconds_left(now)
    counts: list[Span] = [GAP, (f"{job.done} done", "success" if job.done else "muted")]
    if job.failed:
        counts += [(" · ", "muted"), (f"{job.failed} failed", "error")]
    if left is not None:
        counts += [(" · ", "muted"), (f"about {duration(left)} left", "text")]
    room = width - len(figures) - 1 - sum(width_of(text) for text, _ in counts)
    full, rest = bar(job.terminal, job.total, max(6, min(44, room)))
    return ((full, "primary"), (rest, "faint"), (f" {figures}", "strong"), *counts)


def _money_line(progress: Progress, job: Job, width: int) -> Line:
    spans: list[Span] = [(_spent(job), "strong")]
    if job.provider == "simulated":
        spans.append((" simulated, nothing is spent", "muted"))
    if job.estimated_microusd:
        spans.append((f" of about {money(job.estimated_microusd)}", "muted"))
    if job.cap_microusd:
        share = 100 * job.actual_microusd // job.cap_microusd
        tone = "error" if share >= 90 else "warning" if share >= 50 else "muted"
        spans.append((f" · cap {money(job.cap_microusd)} ({share} %)", tone))
    trouble = _trouble(progress, job)
    if trouble:
        used = sum(width_of(text) for text, _ in spans)
        spans += [GAP, (cut(f"! {trouble}", max(0, width - used - 3)), "warning")]
    return tuple(spans)


def _running(item: RunningItem, width: int) -> Line:
    step = safe_line((item.step or item.stage or "starting")[:NAME_LIMIT])
    head = f"#{item.number} {safe_line(item.persona_name[:NAME_LIMIT])}"
    step = cut(step, max(8, width // 3))
    topic = cut(safe_line(item.topic[:NAME_LIMIT]), max(0, width - width_of(head) - width_of(step) - 8))
    return (("▸ ", "accent"), (head, "strong"), (f" · {topic}" if topic else "", "text"), (f" · {step}", "accent"))


def _waiting(progress: Progress, job: Job) -> str:
    if job.status == "paused":
        return "Paused. p goes on, s stops."
    return "Waiting for the next row." if progress.worker_alive else "Waiting for a worker."


def _tiers(bars: Mapping[str, Counter[str]], width: int) -> Line:
    shown = [tier for tier in (*TIERS, *sorted(set(bars) - set(TIERS))) if tier in bars]
    if not shown:
        return ()
    texts = []
    for tier in shown:
        counts = bars[tier]
        total = sum(counts.values())
        done = counts["done"] + counts["failed"] + counts["cancelled"]
        texts.append((words(safe_line(tier[:20])), done, total, f" {done}/{total}"))
    used = sum(len(name) + 1 + len(figures) for name, _, _, figures in texts) + 3 * (len(texts) - 1)
    length = max(0, min(16, (width - used) // len(texts)))
    spans: list[Span] = []
    for index, (name, done, total, figures) in enumerate(texts):
        full, rest = bar(done, total, length)
        spans += [GAP] if index else []
        spans += [(f"{name} ", "muted"), (full, "primary"), (rest, "faint"), (figures, "text")]
    return tuple(spans)


def _last(finished: tuple[FinishedItem, ...], width: int, count: int) -> list[Line]:
    lines: list[Line] = []
    for item in finished[:count]:
        score, tone = score_cell(item.quality_score)
        name = f"#{item.number} {safe_line(item.persona_name[:NAME_LIMIT])} · {safe_line(item.topic[:NAME_LIMIT])}"
        lines.append(((f"{score:>6} ", tone), (cut(name, width - 8), "muted")))
    return lines


def _beside(left: Line, width: int, right: Line) -> Line:
    used = sum(width_of(text) for text, _ in left)
    return (*left, (" " * max(0, width - used), ""), (" │ ", "faint"), *right)
