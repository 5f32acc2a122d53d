"""What the progress panel says, as lines: bar, spend, what is written now, tiers, last completions, errors.

Pure functions from `Progress` to lines, called by `ProgressPanel` ten times a second while a job is open. Topics and
errors come from outside and are made safe here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from core.progress import Budget, FailedItem, FinishedItem, Job, Progress, RunningItem, stage_words
from core.status import words
from core.text.terminal import safe_line
from tui.widgets.cells import cut, width_of, wrap
from tui.widgets.glyphs import bar, score_cell
from tui.widgets.tones import Line, Span

RUNNING_SHOWN, ERRORS_SHOWN, TIERS = 3, 3, ("template", "scenario", "edge_case", "seed")
NAME_LIMIT = 200
WARN_FROM, TROUBLE_LINES = 50, 3
_SHORT = {"paused": "paused"}
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
    head: list[Span] = [(f"{job.ended}/{job.total} {job.percent} %", "strong")]
    tail: list[Span] = []
    if progress.running:
        tail.append((f" #{progress.running[0].number}", "accent"))
    left = progress.seconds_left(now)
    if left is not None:
        tail.append((f" {duration(left)}", "text"))
    limit = job.cap_microusd or job.estimated_microusd
    tail.append((f" {_spent(job)}" + (f"/{limit / 1_000_000:.2f}" if limit else ""), "text"))
    if job.cap_percent >= WARN_FROM:
        tail.append((f" ({job.cap_percent} %)", cap_tone(job.cap_percent)))
    if progress.errors:
        tail.append((f" {len(progress.errors)}!", "error"))
    trouble = trouble_of(progress, job)
    room = width - sum(width_of(text) for text, _ in (*head, *tail))
    if trouble and room > width_of(trouble) + 2:
        tail.append((f"  {trouble}", "warning"))
    elif trouble and room > 12:
        tail.append((f"  {cut(_SHORT.get(job.status, trouble), room - 2)}", "warning"))
    elif room > 14:
        full, rest = bar(job.ended, job.total, min(24, room - 3))
        head += [("  ", ""), (full, "primary"), (rest, "faint")]
        tail.insert(0, (" ", ""))
    return (*head, *tail)


def trouble_lines(progress: Progress, now: datetime, width: int) -> list[Line]:
    """Why the job does not go on, whole, where the one line has no room for it."""
    job = progress.job
    trouble = trouble_of(progress, job) if job is not None and job.is_open else ""
    if not trouble or any(trouble in text for text, _ in one_line(progress, now, width)):
        return []
    return wrapped_trouble(trouble, width)


def wrapped_trouble(trouble: str, width: int) -> list[Line]:
    """A reason over as many lines as it needs, but not more than a reader takes in."""
    texts = list(wrap(trouble, max(12, width - 2)))
    if len(texts) > TROUBLE_LINES:
        texts = [*texts[: TROUBLE_LINES - 1], cut(" ".join(texts[TROUBLE_LINES - 1 :]), width - 2)]
    return [((("! " if number == 0 else "  "), "warning"), (text, "warning")) for number, text in enumerate(texts)]


def panel_lines(progress: Progress, now: datetime, width: int) -> list[Line]:
    """The panel without its errors, for a wide screen."""
    job = progress.job
    if job is None or not job.is_open:
        return [_quiet(progress, width)]
    side = 46 if width >= 110 else 0
    room = width - side - (3 if side else 0)
    left = [bar_line(job, progress.seconds_left(now), room), money_line(job, room, progress.budget)]
    trouble = trouble_of(progress, job)
    left += wrapped_trouble(trouble, room) if trouble else []
    running = [running_line(item, room) for item in progress.running[:RUNNING_SHOWN]]
    if running or not trouble:
        left += running or [(("Waiting for the next row.", "muted"),)]
    tiers = tier_line(progress.bars, room)
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
        spans.append((cut(f"{safe_line(job.outcome)} · {_spent(job)}", width), "muted"))
    if progress.errors:
        count = len(progress.errors)
        spans.append((f"  {count}! {'error' if count == 1 else 'errors'} to look at", "error"))
    return tuple(spans)


def _spent(job: Job) -> str:
    return money(job.actual_microusd, simulated=job.provider == "simulated")


def trouble_of(progress: Progress, job: Job) -> str:
    """Why it does not go on, or ""."""
    reason = safe_line(job.reason[:400])
    key = progress.keys.get
    if job.stop_requested:
        again = f"stopping: running ones finish, {key('job.stop', 's')} again stops at once"
        return again if job.stop_requested != "now" else "stopping"
    if job.status == "paused":
        return reason if reason.startswith("paused") else f"paused{': ' if reason else ''}{reason}"
    if progress.worker_trouble:
        return safe_line(progress.worker_trouble[:400])
    waits = safe_line(progress.worker_message[:400]) if job.provider == "live" else ""
    if not progress.worker_alive:
        if progress.worker_starting:
            return ""
        return waits or f"no worker is running: {key('job.pause', 'p')} twice starts one"
    return waits or reason  # of a job that runs: that the service is down, and what is done about it


def bar_line(job: Job, left: float | None, width: int) -> Line:
    """The bar with its counts and the time left."""
    figures = f"{job.ended} of {job.total}, {job.percent} %"
    counts: list[Span] = [GAP, (f"{job.done} done", "success" if job.done else "muted")]
    if job.failed:
        counts += [(" · ", "muted"), (f"{job.failed} failed", "error")]
    if left is not None:
        counts += [(" · ", "muted"), (f"about {duration(left)} left", "text")]
    room = width - len(figures) - 1 - sum(width_of(text) for text, _ in counts)
    full, rest = bar(job.ended, job.total, max(6, min(44, room)))
    return ((full, "primary"), (rest, "faint"), (f" {figures}", "strong"), *counts)


def cap_tone(percent: int) -> str:
    """How urgent a share of a cap is."""
    return "error" if percent >= 90 else "warning" if percent >= WARN_FROM else "muted"


def money_line(job: Job, width: int, budget: Budget) -> Line:
    """Spend against estimate and caps. The share is said from the start, and marked from half of the cap on."""
    spans: list[Span] = [(_spent(job), "strong")]
    if job.estimated_microusd:
        spans.append((f" of about {money(job.estimated_microusd)}", "muted"))
    if job.cap_microusd:
        share = job.cap_percent
        sign = "▲ " if share >= WARN_FROM else ""
        spans.append((f" · {sign}cap {money(job.cap_microusd)} ({share} %)", cap_tone(share)))
    if job.is_simulated:
        spans.append((" · simulated, nothing is spent", "muted"))
    elif budget.cap_microusd:
        share = 100 * budget.spent_microusd // budget.cap_microusd
        text = f" · {'▲ ' if share >= WARN_FROM else ''}overall cap {money(budget.cap_microusd)} ({share} %)"
        if sum(width_of(part) for part, _ in spans) + width_of(text) <= width:
            spans.append((text, cap_tone(share)))
    return tuple(spans)


def running_line(item: RunningItem, width: int) -> Line:
    """A row being written: number, client, topic, step."""
    step = safe_line((item.step or stage_words(item.stage) or "starting")[:NAME_LIMIT])
    head = f"#{item.number} {safe_line(item.persona_name[:NAME_LIMIT])}"
    step = cut(step, max(8, width // 3))
    topic = cut(safe_line(item.topic[:NAME_LIMIT]), max(0, width - width_of(head) - width_of(step) - 8))
    return (("▸ ", "accent"), (head, "strong"), (f" · {topic}" if topic else "", "text"), (f" · {step}", "accent"))


def tier_line(bars: Mapping[str, Counter[str]], width: int) -> Line:
    """A small bar for each tier."""
    shown = [tier for tier in (*TIERS, *sorted(set(bars) - set(TIERS))) if tier in bars]
    if not shown:
        return ()
    texts = []
    for tier in shown:
        counts = bars[tier]
        total = sum(counts.values())
        done = counts["done"] + counts["failed"]
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
