"""The score of a conversation: seven parts of 0 to 10, each with a reason a person understands.

A part that cannot be measured is None and drops out of the mean; what the parts weigh is in the profile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from statistics import mean, pstdev

from core.quality.annotation import is_filled, required_paths
from core.quality.breakdown import coverage
from core.quality.journey import primary, strength
from core.quality.reading import Reading, runs_in_order
from core.quality.report import Finding, Part
from core.quality.voice import voice

WEIGHTS = {
    "turns": 15.0,
    "lengths": 15.0,
    "completeness": 20.0,
    "progression": 15.0,
    "pacing": 10.0,
    "voice": 15.0,
    "variety": 10.0,
}
GATE_CAP = 5.0
_WALL_WORDS, _LONG_SENTENCE = 140, 32
_MOST_OFF = 4  # so many kinds of mistakes in every turn, and the annotation is worth nothing
_JOURNEY = frozenset(
    {"starting_emotion", "starting_intensity", "ending_emotion", "ending_intensity", "progression", "emotion_label"}
)
_FIGURES = frozenset(
    {"emotions", "indicators", "indicator_categories", "needs", "tactical_choices", "techniques", "word_reasons"}
    | {"indicator_quote", "word_reason_key", "needs_rank", "share", "sentence_text", "missing_field"}
)

Scored = tuple[float | None, str]


def score_parts(reading: Reading, findings: Sequence[Finding]) -> tuple[Part, ...]:
    """All parts, weighted as the profile says."""
    weights = WEIGHTS | {k: v for k, v in reading.subject.profile.weights.items() if k in WEIGHTS}
    scored = {
        "turns": _turns(reading),
        "lengths": _lengths(reading),
        "completeness": _completeness(reading, findings),
        "progression": _progression(reading, findings),
        "pacing": _pacing(reading),
        "voice": _voice(reading, findings),
        "variety": _variety(reading),
    }
    return tuple(
        Part(name, weights[name], None if score is None else round(min(10.0, max(0.0, score)), 2), reason)
        for name, (score, reason) in scored.items()
    )


def composite(parts: Sequence[Part], *, gate_failed: bool) -> float | None:
    """The score of 1 to 10; at most 5 when a gate failed, None when nothing was measured."""
    measured = [(part.score, part.weight) for part in parts if part.score is not None and part.weight > 0]
    total = sum(weight for _, weight in measured)
    if not total:
        return None
    score = max(1.0, sum(score * weight for score, weight in measured) / total)
    return round(min(score, GATE_CAP) if gate_failed else score, 2)


def _turns(reading: Reading) -> Scored:
    turns, (low, high) = len(reading.turns), reading.subject.profile.turns
    target = reading.number("target_turns")
    if not low <= turns <= high:
        return 10 - 4 * max(low - turns, turns - high) - 2, f"{turns} turns, {low} to {high} are asked for"
    if target and turns != target:
        return 10 - 2 * abs(turns - target), f"{turns} turns, the plan says {target:.0f}"
    return 10, f"{turns} turns, as asked for"


def _lengths(reading: Reading) -> Scored:
    profile = reading.subject.profile
    fits, inside = [], 0
    for message in reading.messages:
        low, high = profile.user_words if message.role == "client" else profile.advisor_words
        inside += low <= message.length <= high
        fits.append(min(1.0, message.length / max(1, low), high / max(1, message.length)))
    if not fits:
        return None, "there are no messages"
    return 10 * mean(fits), f"{inside} of {len(fits)} messages have the length asked for"


def _completeness(reading: Reading, findings: Sequence[Finding]) -> Scored:
    if not reading.subject.annotated or not reading.turns:
        return None, "there is no annotation"
    places = [(turn, path) for n, turn in enumerate(reading.turns, 1) for path in required_paths(n)]
    filled = sum(1 for turn, path in places if is_filled(turn.value(*path)))
    covered = [coverage(turn) for turn in reading.turns]
    sentences, annotated = sum(c.sentences for c in covered), sum(c.annotated for c in covered)
    off = {(finding.check, finding.turn) for finding in findings if finding.check in _FIGURES}
    sound = max(0.0, 1 - len(off) / (_MOST_OFF * len(reading.turns)))
    score = 3 * filled / len(places) + 4 * annotated / max(1, sentences) + 3 * sound
    reason = f"{annotated} of {sentences} sentences and {filled} of {len(places)} fields are annotated"
    return score, f"{reason}; {len(off)} things in it are off" if off else reason


def _progression(reading: Reading, findings: Sequence[Finding]) -> Scored:
    labels = [primary(turn) for turn in reading.turns]
    if not reading.subject.annotated or not any(labels):
        return None, "no emotions are annotated"
    off = [finding for finding in findings if finding.check in _JOURNEY]
    strengths = [value for turn in reading.turns if (value := strength(turn)) is not None]
    still = len(labels) > 1 and len(set(labels)) == 1 and (not strengths or max(strengths) - min(strengths) < 0.1)
    unnamed = sum(1 for label in labels if not label)
    lost = len(off) * (1.5 if reading.subject.generated else 0.75) + 2 * unnamed + (4 if still else 0)
    path = " → ".join(label.replace("_", " ") or "?" for label in labels)
    if still:
        return 10 - lost, f"the feeling never moves: {path}"
    if off:
        return 10 - lost, f"{path}; {off[0].message[0].lower()}{off[0].message[1:].rstrip('.')}"
    return 10 - lost, path


def _pacing(reading: Reading) -> Scored:
    replies = [reply for reply in reading.replies if reply.text.strip()]
    if not replies:
        return None, "there are no replies"
    lost, reasons = 0.0, []
    lengths = [reply.length for reply in replies]
    if len(replies) > 2 and _are_alike(lengths):
        lost, reasons = 2.0, ["all replies have the same length"]
    lengthy = [r for r in replies if r.lower.count(" ") >= _WALL_WORDS]  # only they can hold so long a paragraph
    walls = sum(1 for r in lengthy if any(len(p.split()) > _WALL_WORDS for p in r.text.split("\n")))
    if walls:
        lost += min(5.0, 5 * walls / len(replies) + 1)
        reasons.append(f"{walls} of {len(replies)} replies hold a wall of text")
    long = sum(1 for r in replies if r.length / max(1, len(r.sentences)) > _LONG_SENTENCE)
    if long:
        lost += 3 * long / len(replies)
        reasons.append(f"{long} replies run in very long sentences")
    flood = sum(1 for turn in reading.turns if turn.advisor.length > 8 * max(1, turn.client.length))
    if flood:
        lost += 2 * flood / len(replies)
        reasons.append(f"{flood} replies drown a short message")
    return 10 - lost, "; ".join(reasons) or f"replies of {min(lengths)} to {max(lengths)} words in readable paragraphs"


def _are_alike(lengths: Sequence[int]) -> bool:
    """Whether lengths differ by a fiftieth; a wide span cannot, and is quicker to see."""
    few = max(lengths) - min(lengths) <= 0.02 * max(lengths) * len(lengths)
    return few and pstdev(lengths) < 0.02 * mean(lengths)


def _voice(reading: Reading, findings: Sequence[Finding]) -> Scored:
    signs = voice(reading)
    if not signs.replies:
        return None, "there are no replies"
    wanted = [
        (signs.closes / 0.34, "closes with a check-in or an invitation"),
        (signs.echoes / 0.6, "takes up the client's words"),
    ]
    if reading.text("tier") != "edge_case":  # there the money question stays open on purpose
        wanted.append((signs.figures / 0.5, "uses concrete numbers"))
    borrowed = sum(1 for finding in findings if finding.check == "platitude")
    lost = 1.2 * borrowed + 0.8 * signs.lectures + 0.7 * len(signs.unexplained)
    good = [what for share, what in wanted if share >= 1]
    lacking = [f"seldom {what}" for share, what in wanted if share < 1]
    bad = [
        f"{borrowed} borrowed phrases" if borrowed else "",
        f"lectures {signs.lectures} times" if signs.lectures else "",
        f"leaves unexplained: {', '.join(signs.unexplained[:4])}" if signs.unexplained else "",
    ]
    score = 10 * mean(min(1.0, share) for share, _ in wanted) - lost
    return score, "; ".join([*lacking, *filter(None, bad)] or good)


def _variety(reading: Reading) -> Scored:
    replies = [reply for reply in reading.replies if len(reply.words) >= 3]
    if not replies:
        return None, "there are no replies"
    lost, reasons = 0.0, []
    for what, edges in (("open", [r.words[:2] for r in replies]), ("close", [r.words[-3:] for r in replies])):
        again = len(edges) - len({tuple(edge) for edge in edges})
        if again:
            lost += 2.5 * again
            reasons.append(f"{again + 1} replies {what} alike")
    phrases = [dict.fromkeys(runs_in_order(reply.words, 5)) for reply in replies]  # in order, so the score is the same
    if len(set().union(*phrases)) < sum(map(len, phrases)):  # only then is it worth counting which come again
        counted = Counter(chain.from_iterable(phrases))
        repeated = [phrase for phrase, count in counted.items() if count > 1]
        runs = 1 + sum(1 for one, other in pairwise(repeated) if one[1:] != other[:-1])
        lost += min(4.0, 0.8 * runs)
        reasons.append(f"phrases come again, such as “{' '.join(repeated[0])}”")
    words = sum(len(reply.words) for reply in replies)
    different = len(set().union(*(reply.counted for reply in replies)))
    distinct = different / max(1.0, (2 * words) ** 0.5)  # Carroll's measure: independent of the length
    if words >= 80 and distinct < 5:
        lost += (5 - distinct) * 2
        reasons.append("few different words")
    return 10 - lost, "; ".join(reasons) or "every reply opens, runs and closes in its own way"
