"""Whether a pack's plan and definitions agree: names that exist, emotions of the arcs, shares of the tiers.

Part of `brightrun check`; reads a `Pack` that was read already and adds what it finds to a report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.pack.files import Pack, PlanRow
from core.pack.report import CheckReport

# Column of the plan -> list of the taxonomy whose keys are its values.
DIMENSIONS = {
    "content_category": "content_categories",
    "intent": "intents",
    "tone": "tones",
    "role_pair": "role_pairs",
    "topic_cluster": "topic_clusters",
    "outcome": "outcomes",
    "conversation_phase": "conversation_phases",
    "starting_emotion": "emotions",
    "ending_emotion": "emotions",
}
SPREAD = ("intent", "tone", "content_category", "topic_cluster")
_SPREAD_FROM = 6  # in a handful of rows any value is half of them
_EXACT = 1e-9


def check_consistency(pack: Pack, report: CheckReport) -> None:
    """Everything that can be said without reading a conversation."""
    _taxonomy(pack, report)
    _definitions(pack, report)
    _tiers(pack, report)
    _arcs(pack, report)
    _clients(pack, report)
    _shares(pack, report)
    _sources(pack, report)
    _spread(pack, report)


def _sources(pack: Pack, report: CheckReport) -> None:
    """The words by which categories of source documents are understood name keys of the taxonomy."""
    for column, words in pack.sources.items():
        known = _keys(pack.taxonomy.get(DIMENSIONS.get(column, ""), []))
        for key in words:
            if key not in known:
                report.error(f"sources.json, {column}", f"The taxonomy has no {key!r}.")


def persona_key(row: PlanRow) -> str:
    """The key of a row's persona, as the loader makes it."""
    return row.persona.strip().lower().replace(" ", "_")


def _at(row: PlanRow, column: str) -> str:
    return f"plan.csv, {row.conversation_id}, {column}"


def _keys(entries: Iterable[dict[str, object]]) -> set[str]:
    return {str(entry.get("key", "")) for entry in entries}


def _taxonomy(pack: Pack, report: CheckReport) -> None:
    known = {name: _keys(entries) for name, entries in pack.taxonomy.items()}
    for column, name in DIMENSIONS.items():
        if name not in known:
            report.error("taxonomy.json", f"There is no list {name}.")
            continue
        for row in pack.plan:
            value = getattr(row, column)
            if value not in known[name]:
                what = f"{value!r} is not in the taxonomy's {name}." if value else "There is no value."
                report.error(_at(row, column), what)
    emotions = known.get("emotions", set())
    for place, labels in _labels(pack):
        for label in labels:
            if label not in emotions:
                report.error(place, f"{label!r} is not in the taxonomy's emotions.")
    for arc in pack.arcs:
        for technique in arc.techniques:
            if technique not in known.get("techniques", {technique}):
                report.error(f"arcs.json, {arc.key}, techniques", f"{technique!r} is not in the taxonomy's techniques.")
    for topic in pack.topics:
        for column in ("content_category", "topic_cluster"):
            value = getattr(topic, column)
            if value not in known.get(DIMENSIONS[column], {value}):
                report.error(f"topics.json, {topic.key}, {column}", f"{value!r} is not in the taxonomy.")


def _labels(pack: Pack) -> Iterable[tuple[str, list[str]]]:
    """Every emotion that a definition names, with its place."""
    for arc in pack.arcs:
        milestones = [milestone.emotion for milestone in arc.milestones]
        yield f"arcs.json, {arc.key}", [arc.start_emotion, arc.end_emotion, *milestones]
    for scenario in pack.scenarios:
        ends = [str(scenario.arc[end]) for end in ("start", "end") if end in scenario.arc]
        yield f"scenarios.json, {scenario.key}", [*scenario.primary_emotions, *ends]
    for state in pack.taxonomy.get("complex_states", []):
        yield f"taxonomy.json, complex_states, {state.get('key')}", list(state.get("blend_of", []))


def _definitions(pack: Pack, report: CheckReport) -> None:
    kinds = {
        "personas": [p.key for p in pack.personas],
        "arcs": [a.key for a in pack.arcs],
        "scenarios": [s.key for s in pack.scenarios],
        "edge_cases": [e.key for e in pack.edge_cases],
        "topics": [t.key for t in pack.topics],
    }
    for name, keys in kinds.items():
        for key, count in Counter(keys).items():
            if count > 1:
                report.error(f"{name}.json, {key}", f"The key stands {count} times.")
    for edge_case in pack.edge_cases:
        if not edge_case.referrals:  # reading refuses it; this holds for packs built otherwise
            report.error(f"edge_cases.json, {edge_case.key}", "There is no referral.")
    topics = {topic.key: topic for topic in pack.topics}
    for row in pack.plan:
        if row.topic_key and row.topic_key not in topics:
            report.error(_at(row, "topic_key"), f"There is no topic {row.topic_key!r}.")
        elif row.topic_key and topics[row.topic_key].name != row.topic:
            report.warn(_at(row, "topic"), f"The topic {row.topic_key} is called {topics[row.topic_key].name!r}.")


def _tiers(pack: Pack, report: CheckReport) -> None:
    """Each tier's rows have what the tier needs, and nothing they name is missing."""
    arcs = {arc.key: arc for arc in pack.arcs}
    scenarios = {scenario.key: scenario for scenario in pack.scenarios}
    edge_cases = {edge_case.key: edge_case for edge_case in pack.edge_cases}
    for row in pack.plan:
        if row.tier != "seed":
            if row.arc not in arcs:
                report.error(_at(row, "arc"), f"There is no arc {row.arc!r}." if row.arc else "There is no arc.")
            elif arcs[row.arc].tier != row.tier:
                report.error(_at(row, "arc"), f"{row.arc} is an arc of the tier {arcs[row.arc].tier}.")
        if row.tier == "scenario" or row.scenario:
            if row.scenario not in scenarios:
                report.error(_at(row, "scenario"), f"There is no scenario {row.scenario!r}.")
            elif scenarios[row.scenario].category != row.arc:
                report.error(_at(row, "scenario"), f"{row.scenario} belongs to {scenarios[row.scenario].category}.")
        if row.tier == "edge_case" or row.edge_case:
            if row.edge_case not in edge_cases:
                report.error(_at(row, "edge_case"), f"There is no edge case {row.edge_case!r}.")
            elif edge_cases[row.edge_case].category != row.arc:
                report.error(_at(row, "edge_case"), f"{row.edge_case} belongs to {edge_cases[row.edge_case].category}.")
            if row.outcome != "referral":
                report.error(_at(row, "outcome"), "An edge case ends in a referral.")


def _arcs(pack: Pack, report: CheckReport) -> None:
    """Emotions and intensities are those of the row's arc, and of its scenario where it has one."""
    arcs = {arc.key: arc for arc in pack.arcs}
    scenarios = {scenario.key: scenario for scenario in pack.scenarios}
    for row in pack.plan:
        arc = arcs.get(row.arc)
        if arc:
            for end, emotion, (low, high) in (
                ("starting", arc.start_emotion, arc.start_intensity),
                ("ending", arc.end_emotion, arc.end_intensity),
            ):
                if getattr(row, f"{end}_emotion") != emotion:
                    report.error(_at(row, f"{end}_emotion"), f"The arc {row.arc} has {emotion}.")
                intensity = getattr(row, f"{end}_intensity")
                if not low - _EXACT <= intensity <= high + _EXACT:
                    report.error(
                        _at(row, f"{end}_intensity"), f"{intensity:g} is outside the arc's {low:g} to {high:g}."
                    )
            if not arc.typical_turns[0] <= row.turns <= arc.typical_turns[1]:
                low_turns, high_turns = arc.typical_turns
                report.warn(_at(row, "turns"), f"{row.turns}; the arc usually takes {low_turns} to {high_turns}.")
        scenario = scenarios.get(row.scenario)
        if scenario:
            for end, column in (("start", "starting"), ("end", "ending")):
                stated, strength = scenario.arc.get(end), scenario.arc.get(f"{end}_intensity")
                if stated is not None and stated != getattr(row, f"{column}_emotion"):
                    report.error(_at(row, f"{column}_emotion"), f"The scenario {row.scenario} has {stated}.")
                if strength is not None and abs(float(strength) - getattr(row, f"{column}_intensity")) > _EXACT:
                    report.error(_at(row, f"{column}_intensity"), f"The scenario {row.scenario} has {strength:g}.")


def _clients(pack: Pack, report: CheckReport) -> None:
    """A row is a named persona's, or has one client of its own."""
    personas = {persona.key for persona in pack.personas}
    rows = {row.conversation_id: row for row in pack.plan}
    clients = Counter(client.conversation_id for client in pack.clients)
    for row in pack.plan:
        if persona_key(row) not in personas and not clients[row.conversation_id]:
            report.error(_at(row, "persona"), f"{row.persona!r} is no persona, and the row has no client of its own.")
    names = Counter(client.name for client in pack.clients)
    taken = {persona.name for persona in pack.personas}
    for client in pack.clients:
        place = f"clients.json, {client.conversation_id}"
        if client.conversation_id not in rows:
            report.error(place, "The plan has no such row.")
        elif persona_key(rows[client.conversation_id]) in personas:
            report.error(place, f"The row is {rows[client.conversation_id].persona}'s.")
        if clients[client.conversation_id] > 1:
            report.error(place, "The row has several clients.")
        if names[client.name] > 1 or client.name in taken:
            report.error(place, f"The name {client.name} is used more than once.")


def _shares(pack: Pack, report: CheckReport) -> None:
    """The planned rows are split among the tiers as the pack aims."""
    aims = pack.info.target_shares.get("tier", {})
    counts: Counter[str] = Counter(row.tier for row in pack.plan if row.tier in aims)
    total, whole = sum(counts.values()), sum(aims.values())
    for tier, aim in aims.items():
        wanted = total * aim / whole if whole else 0.0
        if abs(counts[tier] - wanted) >= 1:
            report.error("plan.csv", f"{counts[tier]} rows of the tier {tier}; the shares ask for {wanted:.0f}.")


def _spread(pack: Pack, report: CheckReport) -> None:
    """No value makes up more than half of its tier."""
    for tier in sorted({row.tier for row in pack.plan}):
        rows = [row for row in pack.plan if row.tier == tier]
        if len(rows) < _SPREAD_FROM:
            continue
        for column in SPREAD:
            value, count = Counter(getattr(row, column) for row in rows).most_common(1)[0]
            if count * 2 > len(rows):
                report.error(
                    f"plan.csv, {column}", f"{value!r} has {count} of the {len(rows)} rows of the tier {tier}."
                )
