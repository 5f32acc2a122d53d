"""What the job screens say, as lines: the list of jobs, one job with its rows, its calls, and what it came to.

Pure functions from `core.progress` records to lines, drawn by `ItemList` and `DocumentView`. Topics, errors and answers
come from outside and are made safe here; what looks like an API key is blotted out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from core.browse import Call, FailedItem, FinishedItem, Job, JobView, RunningItem, WaitingItem, local_time, parse_time
from core.notify.summary import Summary
from core.progress import Progress, stage_words
from core.status import words
from core.text.redaction import redacted
from core.text.terminal import safe_line, safe_text
from tui.figures import counted, dollars, duration
from tui.widgets.cells import cut, fit, width_of
from tui.widgets.document_view import Item
from tui.widgets.glyphs import bar, score_cell
from tui.widgets.progress_items import Entry
from tui.widgets.progress_text import (
    NAME_LIMIT,
    bar_line,
    cap_tone,
    error_line,
    money,
    money_line,
    tier_line,
    trouble_of,
    wrapped_trouble,
)
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line, Span

JOB_GLYPHS = {"queued": "…", "running": "▸", "paused": "‖", "completed": "●", "failed": "!", "cancelled": "✗"}
_TONES = {"queued": "muted", "running": "accent", "paused": "warning", "completed": "success", "failed": "error"}
_KINDS = {"single": "one row", "selected": "marked rows", "filtered": "filtered rows", "all": "all remaining"}
LONG_TEXT = 400_000
WIDE = 110


def job_sign(job: Job) -> Span:
    """Glyph and word of a job's state."""
    word = "stopping" if job.stop_requested and job.is_open else job.status
    return f"{JOB_GLYPHS.get(job.status, '?')} {word}", _TONES.get(job.status, "muted")


def job_list(jobs: Sequence[Job], width: int) -> list[Entry]:
    """A heading and one line per job."""
    wide = width >= WIDE
    heads = ("job", "state", "done", "failed", "spent", "cap", "what", "ordered")
    sizes = (5, 12, 13, 7, 10, 16, 18 if wide else 14, 0)
    entries = [Entry(tuple((fit(head, size or 8), "muted") for head, size in zip(heads, sizes, strict=True)))]
    for job in jobs:
        share = job.cap_percent
        cap = f"{dollars(job.cap_microusd)} ({share} %)" if job.cap_microusd is not None else "–"
        state, tone = job_sign(job)
        cells: list[Span] = [
            (str(job.id), "strong"),
            (state, tone),
            (f"{job.done:,} of {job.total:,}", "text"),
            (f"! {job.failed:,}" if job.failed else "–", "error" if job.failed else "muted"),
            (money(job.actual_microusd, simulated=job.is_simulated), "text"),
            (("▲ " if share >= 50 else "") + cap, cap_tone(share)),
            (_KINDS.get(job.type, words(job.type)), "muted"),
            (local_time(job.created_at) + (f"  {job.created_by}" if wide else ""), "muted"),
        ]
        line = tuple((fit(text, size or 24), tone) for (text, tone), size in zip(cells, sizes, strict=True))
        entries.append(Entry(line, job.id))
    return entries


def job_foot(job: Job | None, width: int) -> list[Line]:
    """What the job under the cursor came to, under the list."""
    if job is None:
        return []
    calls = f"{counted(job.calls, 'call')}, {job.input_tokens:,} tokens in, {job.output_tokens:,} out"
    lines: list[Line] = [
        (("─" * width, "faint"),),
        ((cut(f"{safe_line(job.outcome)}.", width), "text"),),
        ((cut(f"Estimated {dollars(job.estimated_microusd)}; {calls}.", width), "muted"),),
    ]
    if job.reason and job.is_open:
        lines += wrapped_trouble(safe_line(job.reason[:600]), width)
    return lines


def job_page(view: JobView, progress: Progress, now: datetime, width: int) -> tuple[list[Entry], int]:
    """One job: its state, pinned, then what is written, what failed, what is done and what waits."""
    head = [Entry(line) for line in _state(view, progress, now, width)]
    entries: list[Entry] = []
    if view.running:
        entries.append(_section("Being written", len(view.running), width))
        entries += [Entry(_running(item, now, width), item.item_id) for item in view.running]
    if view.errors:
        entries.append(_section("Failed", len(view.errors), width, "error"))
        entries += [Entry(_failed(item, width), item.item_id) for item in view.errors]
    if view.finished:
        entries.append(_section("Last completions", view.job.done, width))
        entries += [Entry(_finished(item, view.job, width), item.item_id) for item in view.finished]
    waiting = view.job.total - view.job.terminal - len(view.running)
    if view.waiting:
        entries.append(_section("Waiting", max(waiting, len(view.waiting)), width))
        entries += [Entry(_waiting(item, width), item.item_id) for item in view.waiting]
        if waiting > len(view.waiting):
            entries.append(Entry(((f"  and {waiting - len(view.waiting):,} more", "muted"),)))
    if not entries:
        entries.append(Entry((("No row of this job is left to show: what failed was retried or dismissed.", "muted"),)))
    return [*head, *entries], len(head)


def _state(view: JobView, progress: Progress, now: datetime, width: int) -> Iterator[Line]:
    job = view.job
    yield bar_line(job, view.seconds_left(now), width)
    yield money_line(job, width, progress.budget)
    model = safe_line(str(view.settings.get("model", ""))[:60])
    depth = safe_line(str(view.settings.get("depth", ""))[:20])
    figures = f"{counted(job.calls, 'call')} · {job.input_tokens:,} tokens in, {job.output_tokens:,} out"
    tierwise = "pauses after each tier" if job.pause_after_tier else ""
    frozen = " · ".join(part for part in (model, depth, tierwise) if part)
    yield ((cut(f"{figures} · {frozen}", width), "muted"),)
    tiers = tier_line(view.bars, width)
    if tiers and len(view.bars) > 1:
        yield tiers
    summary = Summary.read(view.summary)
    if job.is_open:
        trouble = trouble_of(progress, job)
        yield from wrapped_trouble(trouble, width) if trouble else ()
    elif summary is not None:
        yield ((cut(safe_line(job.outcome), width), "strong"),)
        facts = [f"{label} {text}" for label, text in summary.facts() if label in ("success", "score", "time")]
        yield ((cut(" · ".join(facts), width), "text"),)
    trouble = str(view.summary.get("told", {}).get("trouble", ""))
    yield from wrapped_trouble(safe_line(trouble[:400]), width) if trouble else ()


def _section(name: str, number: int, width: int, tone: str = "heading") -> Entry:
    text = f"{name} {number:,} "
    return Entry(((text, tone), ("─" * max(0, width - len(text)), "faint")))


def _row(number: int, name: str, topic: str, width: int, tail: Sequence[Span], sign: Span) -> Line:
    """A row of the job: sign, number and client, topic, and figures at the right."""
    head = cut(f"#{number} {safe_line(name[:NAME_LIMIT])}", 24)
    used = width_of(sign[0]) + sum(width_of(text) for text, _ in tail)
    room = width - used - width_of(head) - 3
    text = cut(safe_line(topic[:NAME_LIMIT]), max(0, room - 2))
    gap = max(1, width - used - width_of(head) - width_of(text) - 4)
    return (sign, (head, "strong"), ("  ", ""), (text, "muted"), (" " * gap, ""), *tail)


def _running(item: RunningItem, now: datetime, width: int) -> Line:
    step = safe_line((item.step or "starting")[:NAME_LIMIT])
    stage = safe_line(stage_words(item.stage)[:NAME_LIMIT])
    is_said = not stage or stage in step or step[:1].isupper()  # a sentence of its own
    what = step if is_said else f"{stage}: {step}"
    spent = (now - parse_time(item.started_at)).total_seconds() if item.started_at else 0.0
    tail = ((cut(what, max(12, width // 3)), "accent"), (f"{duration(max(0.0, spent)):>8}", "text"))
    return _row(item.number, item.persona_name, item.topic, width, tail, ("▸ ", "accent"))


def _failed(item: FailedItem, width: int) -> Line:
    tail = f"  {counted(item.attempts, 'call')}"
    line = error_line(item, width - len(tail) - 1)
    used = sum(width_of(text) for text, _ in line)
    return (*line, (" " * max(0, width - used - len(tail) - 1), ""), (tail, "muted"))


def _finished(item: FinishedItem, job: Job, width: int) -> Line:
    score, tone = score_cell(item.quality_score)
    cost = money(item.cost_microusd, simulated=job.is_simulated)
    tail = ((f"{cost:>8}", "muted"), (f"{local_time(item.finished_at):>7}", "muted"))
    return _row(item.number, item.persona_name, item.topic, width, tail, (f"● {score:<6}", tone))


def _waiting(item: WaitingItem, width: int) -> Line:
    tail = ((words(safe_line(item.tier[:20])), "muted"),)
    return _row(item.number, item.persona_name, item.topic, width, tail, ("… ", "muted"))


def calls_page(calls: Sequence[Call], error: str, width: int) -> Iterator[Item]:
    """Every call of a row: figures, what went wrong, the answer, then what was sent."""
    if error:
        yield Block(safe_line(error[:4000]), "error", 2, "! ")
        yield BLANK
    if not calls:
        yield Block("No call was made for it yet.", "muted")
    said: dict[str, str] = {}
    for call in calls:
        name = f"{safe_line(stage_words(call.stage[:60]))}, try {call.attempt}"
        at = f"{parse_time(call.created_at).astimezone():%Y-%m-%d %H:%M:%S}"
        rule = "─" * max(0, width - width_of(name) - len(at) - 3)
        yield ((name, "heading"), (f" {rule} ", "faint"), (at, "muted"))
        figures = [
            safe_line(call.model[:60]),
            safe_line(call.stop_reason[:60]) or (f"status {call.status_code}" if call.status_code else "no answer"),
            f"{call.input_tokens:,} tokens in, {call.output_tokens:,} out",
            f"{call.cache_read_input_tokens:,} from the cache" if call.cache_read_input_tokens else "",
            dollars(call.cost_microusd),
            duration(call.duration_ms / 1000),
            safe_line(call.request_id[:80]),
        ]
        yield Block(" · ".join(text for text in figures if text), "muted")
        if call.error_class:
            yield Block(f"{safe_line(call.error_class[:80])}: {safe_line(call.error_message[:4000])}", "error", 2, "! ")
        yield BLANK
        yield (("answer", "accent"),)
        yield from _text(call.response or "(none)")
        yield from _request(call, name, said)
        yield BLANK


def _request(call: Call, name: str, said: dict[str, str]) -> Iterator[Item]:
    try:
        request = json.loads(call.request) if call.request else {}
    except ValueError:
        request = {"request": call.request}
    for key, value in request.items() if isinstance(request, dict) else ():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        label = words(safe_line(str(key)[:40]))
        if len(text) <= 60 and "\n" not in text:
            yield ((f"{label} ", "accent"), (safe_line(redacted(text)), "text"))
        elif text in said:
            yield ((f"{label} ", "accent"), (f"as in {said[text]}", "muted"))
        else:
            said[text] = name
            yield BLANK
            yield ((f"sent: {label}", "accent"),)
            yield from _text(text)


def _text(text: str) -> Iterator[Item]:
    for line in safe_text(redacted(text[:LONG_TEXT])).splitlines():
        yield Block(line, "text", 2) if line.strip() else BLANK


def score_bars(summary: Summary, width: int) -> list[Line]:
    """How many rows had which score, best first; only scores that occur, and what lies between them."""
    counts = summary.distribution
    there = [index for index, number in enumerate(counts) if number]
    if not there:
        return []
    most = max(counts)
    lines: list[Line] = []
    for index in range(there[-1], there[0] - 1, -1):
        sign, tone = score_cell(index + 1.5 if index < 9 else 10.0)
        full, _ = bar(counts[index], most, max(4, min(40, width - 20)))
        lines.append(((f"{sign.split()[0]} {index + 1:>2}  ", tone), (full, tone), (f" {counts[index]:,}", "text")))
    return lines
