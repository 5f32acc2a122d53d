"""Runs the checks over the corpus and prints what each kind of damage and each good conversation came to.

`python -m tests.quality_corpus.report` from the project folder writes the tables of `docs/quality.md` to stdout.
"""

from __future__ import annotations

import copy
import random
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.quality.check import check_conversation
from core.quality.report import Finding
from core.quality.subject import Subject
from tests.quality_corpus import good
from tests.quality_corpus.damage import ADVISOR, CLIENT, DAMAGES, Damage, foreign_name, put_in, sums_of
from tests.quality_corpus.held_out import FRESH
from tests.quality_corpus.held_out_2 import FIRST_RUN, FIRST_RUN_3, FRESH_2, FRESH_3, NEAR, NEAR_CLIENT, NEAR_HELD

INSTANCES = 20
NOISE = frozenset({"platitude"})  # an opinion on style, told as information


@dataclass
class Caught:
    """How many instances of a kind were made, and noticed by the check meant for it."""

    kind: str
    made: int = 0
    caught: int = 0
    held_out_made: int = 0
    held_out_caught: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Of the known wordings."""
        return self.caught / self.made if self.made else 1.0


def flagged(subject: Subject) -> list[Finding]:
    """What a check says of a conversation, but for remarks."""
    return [finding for finding in check_conversation(subject).findings if finding.severity != "info"]


_BEFORE: dict[int, Counter[str]] = {}  # by the subjects of `good`, which are made once and kept


def noticed(damage: Damage, subject: Subject, damaged: Subject) -> bool:
    """Whether a check that is meant for this kind finds more than it found in the good conversation."""
    if id(subject) not in _BEFORE:
        _BEFORE[id(subject)] = Counter(finding.check for finding in check_conversation(subject).findings)
    after = Counter(finding.check for finding in check_conversation(damaged).findings)
    return any(after[check] > _BEFORE[id(subject)][check] for check in damage.checks)


def bases(damage: Damage, limit: int) -> list[Subject]:
    """Good conversations to damage, in an order that mixes their sources."""
    pool = [*good.seeds(), *good.written(), *good.simulated()]
    if damage.annotated:
        pool = [subject for subject in pool if subject.annotated]
    if damage.edge_case:
        pool = [subject for subject in pool if subject.row["tier"] == "edge_case"]
    random.Random(damage.kind).shuffle(pool)
    return pool[:limit]


def measure(damage: Damage, instances: int = INSTANCES) -> Caught:
    """Damage so many good conversations and count what is caught."""
    caught = Caught(damage.kind)
    for held_out in (False, True):
        draw = random.Random(f"{damage.kind} {held_out}")
        pool = bases(damage, 60)
        for attempt in range(instances * 3):
            if (caught.held_out_made if held_out else caught.made) >= instances:
                break
            subject = pool[attempt % len(pool)]
            damaged = damage.of(subject, draw, held_out=held_out)
            if damaged is None:
                continue
            hit = noticed(damage, subject, damaged)
            if held_out:
                caught.held_out_made += 1
                caught.held_out_caught += hit
            else:
                caught.made += 1
                caught.caught += hit
            if not hit:
                caught.missed.append(f"{'held out, ' if held_out else ''}{subject.row['conversation_id']}")
    return caught


def _fresh(kind: str, wording: str, subject: Subject, draw: random.Random) -> Subject | None:
    """A good conversation with one of the fresh wordings put in."""
    pairs = copy.deepcopy(list(subject.pairs))
    if "|" in wording:
        if len(pairs) < 2:
            return None
        first, second = sorted(draw.sample(range(len(pairs)), 2))
        for place, words in zip((first, second), wording.split("|"), strict=True):
            pairs[place][CLIENT] = put_in(pairs[place][CLIENT], words, draw)
        return replace(subject, pairs=pairs)
    pair, side = draw.choice(pairs), CLIENT if kind in _OF_THE_CLIENT else ADVISOR
    values: dict[str, object] = {"t": pair[side]}
    if "name" in kind:
        pair = pairs[0] if side == CLIENT else pair
        name = foreign_name(subject, draw)
        values = {"n": name.split()[0], "f": name.split()[0], "t": pair[side]}
    elif kind == "age against the plan":
        if not isinstance(subject.client.get("age"), int):
            return None
        values["a"] = max(19, int(subject.client["age"]) + draw.choice((-13, -8, 9, 14)))
    elif kind == "income against the plan":
        amount = 587_000
        if not subject.client.get("income") or any(abs(amount - own) < 0.3 * amount for own in sums_of(subject)):
            return None
        values |= {"a": amount, "k": amount // 1000}
    if kind == "placeholder":
        pair[side] = put_in(pair[side], wording, draw)
    else:
        words = wording.format(**values)
        pair[side] = words if "{t}" in wording else put_in(pair[side], words, draw)
    return replace(subject, pairs=pairs)


_OF_THE_CLIENT = frozenset(
    {"client under another name", "age against the plan", "income against the plan", "amount against another turn"}
    | {
        "family against another turn",
        "phone number",
        "mail address",
        "postal address",
        "social security number",
        "card number",
        "IBAN",
    }
)


def measure_fresh(
    kind: str, each: int = 4, wordings: Mapping[str, tuple[str, ...]] = FRESH
) -> tuple[int, int, dict[str, int]]:
    """How many conversations with a fresh wording were made and noticed, and how often each wording was missed."""
    (damage,) = (damage for damage in DAMAGES if damage.kind == kind)
    draw, pool = random.Random(f"fresh {kind}"), bases(damage, 60)
    made = caught = 0
    missed: Counter[str] = Counter()
    for wording in wordings[kind]:
        done = 0
        for subject in pool:
            damaged = _fresh(kind, wording, subject, draw) if done < each else None
            if damaged is None:
                continue
            hit = noticed(damage, subject, damaged)
            done, made, caught = done + 1, made + 1, caught + hit
            if not hit:
                missed[wording] += 1
    return made, caught, dict(missed)


def flagged_near() -> dict[str, list[str]]:
    """Good sentences that come near an offence, put into good conversations: by kind, those that are flagged."""
    talks = list(good.written()[:14])
    held = [subject for subject in (*good.written(), *good.simulated()) if subject.row["tier"] == "edge_case"][:10]
    found: dict[str, list[str]] = {}
    before_of: dict[int, Counter[str]] = {}
    for kind, sentences, pool, side in (
        ("an advisor's", NEAR, talks, ADVISOR),
        ("an advisor's in a crisis", NEAR_HELD, held, ADVISOR),
        ("a client's", NEAR_CLIENT, talks, CLIENT),
    ):
        found[kind] = []
        for number, words in enumerate(sentences):
            subject, draw = pool[number % len(pool)], random.Random(number)
            pairs = copy.deepcopy(list(subject.pairs))
            pair = draw.choice(pairs)
            pair[side] = put_in(pair[side], words, draw)
            if id(subject) not in before_of:
                before_of[id(subject)] = Counter(finding.check for finding in flagged(subject))
            after = Counter(finding.check for finding in flagged(replace(subject, pairs=pairs)))
            if after - before_of[id(subject)] - Counter({"length": 1}):
                found[kind].append(words)
    return found


def main() -> None:
    """Print the tables."""
    print("| damage | meant to be caught by | caught of made | in other wordings | in a first set put down later |")
    print("|---|---|---|---|---|")
    for damage in DAMAGES:
        result = measure(damage)
        held = f"{result.held_out_caught} of {result.held_out_made}" if result.held_out_made else ""
        fresh, missed = "", {}
        if damage.kind in FRESH:
            made, caught, missed = measure_fresh(damage.kind)
            fresh = f"{caught} of {made}"
        print(f"| {damage.kind} | {', '.join(damage.checks)} | {result.caught} of {result.made} | {held} | {fresh} |")
        for wording, number in missed.items():
            print(f"{damage.kind}: {number} x missed: {wording}", file=sys.stderr)
    print()
    print("| wordings written after the families | second set, first run | now | third set, first run | now |")
    print("|---|---|---|---|---|")
    for kind in FRESH_2:
        cells = []
        for wordings, first in ((FRESH_2, FIRST_RUN), (FRESH_3, FIRST_RUN_3)):
            made, caught, _ = measure_fresh(kind, 4, wordings) if kind in wordings else (0, 0, {})
            cells += [f"{first[kind][0]} of {first[kind][1]}", f"{caught} of {made}"] if made else ["", ""]
        print(f"| {kind} | {' | '.join(cells)} |")
    print()
    print("| good sentences that come near | number | flagged |")
    print("|---|---|---|")
    numbers = {"an advisor's": len(NEAR), "an advisor's in a crisis": len(NEAR_HELD), "a client's": len(NEAR_CLIENT)}
    for kind, sentences in flagged_near().items():
        print(f"| {kind} | {numbers[kind]} | {len(sentences)} |")
    print()
    print("| good conversations | number | failed by a gate | flagged by a warning |")
    print("|---|---|---|---|")
    for name, subjects in (("pack", good.seeds()), ("written", good.written()), ("simulated", good.simulated(3))):
        gates = warned = 0
        for subject in subjects:
            found = flagged(subject)
            gates += any(finding.severity == "gate" for finding in found)
            warned += any(finding.severity == "warning" for finding in found)
        print(f"| {name} | {len(subjects)} | {gates} | {warned} |")


if __name__ == "__main__":
    main()
