"""The metadata block of a conversation: at the side where there is room, else before the turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.browse import Reading, Row, Source
from core.detail import Facts, parsed
from core.status import words
from tui.figures import counted, dollars, duration
from tui.pages.history import when
from tui.pages.setting import entries, fraction, named, plain, title
from tui.widgets.cells import cut
from tui.widgets.document_view import Item
from tui.widgets.glyphs import ARROW, arc_text, score_cell, stars, status_cell
from tui.widgets.reading_text import BLANK

Pairs = list[tuple[str, str]]
LABELS = 12
PARAMETER = 120


def facts_page(reading: Reading, facts: Facts | None, sources: Sequence[Source], width: int) -> Iterator[Item]:
    """Everything, by section, for the side column."""
    row = reading.row
    for name, pairs in (
        ("Conversation", _identity(row)),
        ("Topic", _topic(row, facts)),
        ("Journey", _journey(row, facts)),
        ("Dimensions", _dimensions(row)),
        ("Made", _made(row, facts)),
        ("Reviewed", _reviewed(row, facts)),
        ("Sources", [(str(number), source.label) for number, source in enumerate(sources, 1)]),
        (_client_title(row, facts), client_facts(facts)),
        ("Parameters", parameters(facts)),
    ):
        shown = [(label, plain(text)) for label, text in pairs if text]
        if shown:
            yield title(name)
            yield from entries(shown, width, indent=0, widest=LABELS)
            yield BLANK


def brief_facts(reading: Reading, facts: Facts | None, width: int) -> Iterator[Item]:
    """The same before the turns, under the topic, short enough to read past."""
    row = reading.row
    client = facts.client if facts is not None else []
    who = [text for label, text in client if label in ("age", "work", "income", "family")]
    kind = facts.persona_type if facts is not None and facts.persona_type != "Mixed" else ""
    people = " · ".join(text for text in (row.persona_name, kind, *who) if text)
    made = [text for label, text in _made(row, facts) if label in ("method", "template", "written", "took", "cost")]
    dimensions = [text for _, text in _dimensions(row)]
    judged = [score_cell(row.quality_score)[0], stars(row.rubric_overall)]
    pairs = [
        ("client", people),
        *((label, text) for label, text in _topic(row, facts) if label != "topic"),
        ("journey", " · ".join(text for _, text in _journey(row, facts) if text)),
        ("about", " · ".join(text for text in (named(row.tier), *dimensions) if text)),
        ("made", " · ".join(text for text in made if text)),
        ("judged", " · ".join([status_cell(row)[0], *(text for text in judged if text != "–")])),
        ("by", " · ".join(text for label, text in _reviewed(row, facts) if label != "status" and text)),
    ]
    yield from entries([(label, plain(text)) for label, text in pairs], width, indent=0, widest=LABELS)


def client_page(row: Row, facts: Facts | None, width: int) -> Iterator[Item]:
    """The client and the parameters whole, after the turns where there is no side column."""
    for name, pairs in ((_client_title(row, facts), client_facts(facts)), ("Parameters", parameters(facts))):
        if pairs:
            yield title(name)
            yield from entries([(label, plain(text)) for label, text in pairs], width, indent=0, widest=LABELS)
            yield BLANK


def client_facts(facts: Facts | None) -> Pairs:
    """The client's profile."""
    return facts.client if facts is not None else []


def parameters(facts: Facts | None) -> Pairs:
    """What the prompt was rendered with, each value by its beginning: the call has it whole."""
    found = parsed(facts.parameters) if facts is not None else None
    if not isinstance(found, Mapping):
        return []
    return [(named(key), cut(plain(value), PARAMETER)) for key, value in found.items() if value not in (None, "")]


def _client_title(row: Row, facts: Facts | None) -> str:
    kind = facts.persona_type if facts is not None else ""
    name = plain(row.persona_name)
    return f"{name}, {plain(kind)}" if kind and kind != "Mixed" else name or "Client"


def _identity(row: Row) -> Pairs:
    return [
        ("id", row.conversation_id),
        ("number", str(row.number)),
        ("tier", named(row.tier)),
        ("status", status_cell(row)[0]),
        ("score", score_cell(row.quality_score)[0]),
        ("rubric", stars(row.rubric_overall)),
    ]


def _topic(row: Row, facts: Facts | None) -> Pairs:
    pairs = [("topic", row.topic)]
    if facts is not None:
        pairs += [
            ("story", facts.topic_description),
            ("session", facts.session_context),
            ("hoped for", facts.expected_outcome),
            ("scenario", facts.scenario or ""),
            ("edge case", facts.edge_case or ""),
        ]
    return pairs


def _journey(row: Row, facts: Facts | None) -> Pairs:
    ends = (row.starting_intensity, row.ending_intensity)
    figures = f" {ARROW} ".join(fraction(value) for value in ends if value is not None)
    return [
        ("arc", arc_text(row.starting_emotion, row.ending_emotion)),
        ("intensity", figures),
        ("template", "" if row.arc_id in ("", "seed") else words(row.arc_id)),
        ("phase", words(facts.conversation_phase) if facts is not None else ""),
        ("length", _length(row)),
    ]


def _length(row: Row) -> str:
    planned = row.target_turns
    if not row.turn_count:
        return f"{counted(planned, 'turn')} planned" if planned else ""
    plan = f" of {planned} planned" if planned and planned != row.turn_count else ""
    return f"{counted(row.turn_count, 'turn')}{plan}, {counted(row.word_count, 'word')}"


def _dimensions(row: Row) -> Pairs:
    return [
        ("category", words(row.content_category)),
        ("intent", words(row.intent)),
        ("tone", words(row.tone)),
        ("roles", words(row.role_pair)),
        ("cluster", words(row.topic_cluster)),
        ("outcome", words(row.outcome)),
        ("split", row.split),
    ]


def _made(row: Row, facts: Facts | None) -> Pairs:
    pairs = [("method", words(row.generation_method))]
    if facts is not None:
        template = f"{facts.template_id} version {facts.template_version}" if facts.template_id else ""
        target = facts.variation_count_target
        pairs += [
            ("template", template),
            ("source", "" if template else facts.generation_source),
            ("model", facts.model),
            ("written", when(facts.generated_at)),
            ("variations", f"{target} wanted" if target else ""),
            ("variation of", facts.variation_of),
            ("document", " ".join(text for text in (facts.document_id, facts.chunk_id) if text)),
        ]
    took, cost = row.generation_duration_ms, row.actual_cost_microusd
    simulated = ", simulated" if row.is_simulated else ""
    return [
        *pairs,
        ("took", duration(took / 1000) if took else ""),
        ("cost", f"{dollars(cost)}{simulated}" if cost is not None else ""),
    ]


def _reviewed(row: Row, facts: Facts | None) -> Pairs:
    pairs = [("status", status_cell(row)[0])]
    if facts is not None:
        by = facts.approved_by or row.reviewed_by
        at = facts.approved_at or facts.reviewed_at
        pairs += [
            ("by", by),
            ("when", when(at)),
            ("reason", named(facts.verdict_reason)),
            ("assigned", facts.assigned_to),
            ("training", "ready" if facts.ready_for_training else ""),
        ]
    return [*pairs, ("note", row.reviewer_notes)]
