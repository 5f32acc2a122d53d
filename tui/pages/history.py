"""The History tab: where the text came from, who decided what and when, kept versions, and every call made for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.browse import Act, Call, Facts, Row, Source, Version, parse_time
from core.progress import stage_words
from tui.figures import counted, dollars, duration
from tui.pages.setting import heading, named, plain
from tui.widgets.document_view import Anchor, Item
from tui.widgets.reading_text import BLANK, Block
from tui.widgets.tones import Line

WHEN = 18
ACTS = {
    "approve": "approved",
    "reject": "rejected",
    "needs_edit": "sent to be edited",
    "reviewed": "reviewed",
    "reopen": "opened again",
    "flag": "flagged",
    "unflag": "flag taken off",
    "note": "noted",
    "edit": "edited",
    "delete": "cleared",
    "remove": "removed",
    "undo": "taken back",
    "redo": "done again",
    "pass_over": "left as it is",
}


def history_page(
    row: Row,
    facts: Facts | None,
    acts: Sequence[Act],
    versions: Sequence[Version],
    calls: Sequence[tuple[int, Call]],
    sources: Sequence[Source],
    width: int,
) -> Iterator[Item]:
    """Origin, source documents, record, versions, calls."""
    yield heading("Origin", width, f"version {row.version}")
    yield from _origin(row, facts)
    yield BLANK
    if sources:
        yield heading("Sources", width, counted(len(sources), "chunk"))
        for source in sources:
            yield Anchor(("source", source.chunk_id), opens=source)
            yield Block(plain(source.label), "text", 4, "  § ")
            if source.note:
                yield Block(plain(source.note), "muted", 4)
        yield BLANK
    yield heading("Record", width, counted(len(acts), "entry", "entries"))
    if not acts:
        yield Block("Nobody has decided anything here yet.", "muted", 2)
    for act in reversed(acts):
        yield _line(act.at, ACTS.get(act.action, named(act.action)), f"by {plain(act.actor)}")
        if act.change:
            yield Block(plain(act.change), "muted", WHEN)
        if act.note:
            yield Block(f"“{plain(act.note)}”", "text", WHEN)
    yield BLANK
    yield heading("Former versions", width, str(len(versions)))
    if not versions:
        is_first = "None was replaced: this is the first text." if row.turn_count else "There is no text yet."
        yield Block(is_first, "muted", 2)
    else:
        yield Block("enter compares the picked one with what there is now, or with any other", "faint", 2)
    for version in reversed(versions):
        yield Anchor(("version", version.id), opens=version)
        yield _line(version.at, f"version {version.version} kept", f"by {plain(version.by)}")
        yield Block(named(version.reason), "muted", WHEN)
    yield BLANK
    yield from _calls(calls, width)


def when(stored: str | None) -> str:
    """A stored time as date and hour, in the zone of this machine."""
    return f"{parse_time(stored).astimezone():%Y-%m-%d %H:%M}" if stored else ""


def _line(at: str | None, what: str, who: str) -> Line:
    return (when(at).ljust(WHEN), "muted"), (plain(what), "strong"), (f"  {who}" if who else "", "muted")


def _origin(row: Row, facts: Facts | None) -> Iterator[Item]:
    if facts is None:
        return
    yield _line(facts.created_at, "planned", f"by {plain(facts.created_by)}")
    source = plain(facts.generation_source)
    if facts.generated_at:
        model = f" with {plain(facts.model)}" if facts.model else ""
        yield _line(facts.generated_at, f"written{model}", "simulated" if row.is_simulated else "")
        yield Block(source, "muted", WHEN)
    elif row.turn_count:
        by_hand = row.generation_method == "manual"
        yield _line(facts.created_at, "written by hand" if by_hand else named(row.generation_method), source)
    if facts.approved_at:
        yield _line(facts.approved_at, "approved", f"by {plain(facts.approved_by)}")
    elif facts.reviewed_at:
        yield _line(facts.reviewed_at, named(row.status), f"by {plain(row.reviewed_by)}")


def _calls(calls: Sequence[tuple[int, Call]], width: int) -> Iterator[Item]:
    total = sum(call.cost_microusd for _, call in calls)
    yield heading("Calls", width, f"{counted(len(calls), 'call')}, {dollars(total)}" if calls else "none")
    if not calls:
        yield Block("It was written by hand, imported, or is still planned.", "muted", 2)
    else:
        yield Block("enter shows what was sent and answered", "faint", 2)
    for call_id, call in calls:
        yield Anchor(("call", call_id), opens=(call_id, call))
        yield _line(call.created_at, f"{plain(stage_words(call.stage))}, try {call.attempt}", plain(call.model))
        figures = (
            f"{call.input_tokens:,} tokens in",
            f"{call.output_tokens:,} out",
            dollars(call.cost_microusd),
            duration(call.duration_ms / 1000),
            plain(call.stop_reason or call.status_code),
            plain(call.request_id),
        )
        yield Block(" · ".join(text for text in figures if text), "muted", WHEN)
        if call.error_class:
            yield Block(plain(call.error_message) or plain(call.error_class), "error", WHEN)
