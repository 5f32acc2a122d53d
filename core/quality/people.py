"""Gates on the people of a conversation: the client's name rightly spelt, nobody of another plan, a family that keeps
its names.

A name may be short for another, and anybody may be spoken of whom the plan or the client has named; what is left is a
slip of the pen, a person out of another conversation, or a wife who changes her name between two turns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.quality.reading import Reading, at, is_quoted
from core.quality.report import Finding
from core.quality.stated import PLAN_TEXTS, flat

_NAME = r"[A-Z][a-zé]+(?:-[A-Z][a-zé]+)?"
_WORD = re.compile(_NAME)
_CALLED = re.compile(
    rf"(?:(?:\A|[.!?…:—–]\s+|\n\s*|, |[Dd]ear |[Hh]i |[Hh]ello |[Tt]hanks |[Tt]hank you )({_NAME})(?=[,.!?:;—–\n]| —"
    r"|\s*\Z))"
)
_SIGNED = re.compile(
    rf"(?:\b[Ii]t['’]s|[Tt]his is|[Mm]y name is|[Mm]y name['’]s|I['’]m|I am|\n\s*[-–—~]*) ?({_NAME})(?=[,.!?:;—–\n]"
    r"| —| here\b|\s*\Z)"
)
_SHORTEST = 4
_ONE = "wife|husband|fiancé|fiancée|fiance|fiancee|spouse|ex-wife|ex-husband|ex|late wife|late husband"
_SPOUSES = frozenset({"wife", "husband", "fiancé", "fiancée", "fiance", "fiancee", "spouse", "ex"})
_KIN = re.compile(rf"\b(?P<whose>my|your|My|Your) (?:\w+ )?(?P<kin>{_ONE}),? (?P<name>{_NAME})(?=[\s,.!?;:—–)]|['’]s)")
_SPOKEN_OF = r"(?<!named )(?<!called )(?<![A-Z][a-z]{3} )\b%s\b(?! [A-Z])"
_PLANNED_KIN = re.compile(
    rf"\b(?P<kin>[Mm]arried to|[Ee]ngaged to|[Pp]artnered with|[Ww]idow(?:er)? of|wife|husband),? (?P<name>{_NAME})"
)
_NO_NAMES = frozenset(
    word
    for line in (
        "Mom Mum Dad Medicare Medicaid Social Roth Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "January February March April May June July August September October November December God Christmas",
        "Thanksgiving English Spanish Army Navy",
    )
    for word in line.split()
)


def misspelt_names(reading: Reading) -> Iterator[Finding]:
    """The client's own name, where they are addressed or sign, is spelt as planned."""
    full = str(reading.subject.client.get("name") or "").strip()
    own = full.split()[0] if full else ""
    if len(own) < _SHORTEST or "/" in full:
        return
    known: set[str] | None = None
    for message in reading.messages:
        # All capitalised words are found sooner than those where somebody is called or signs, and few are like a name.
        words = {word for word in _WORD.findall(message.text) if word[0] == own[0] or word[1:] == own[1:]}
        alike = {word for word in words if word != own and _nearly(word, own)}
        if not alike:
            continue
        for match in (_CALLED if message.role == "advisor" else _SIGNED).finditer(message.text):
            name = match[1]
            if name not in alike or is_quoted(message.text, match.start(1)):
                continue
            if known is None:
                known = {own, *reading.subject.rules.advisor_names, *_named(reading, clients=message.role == "advisor")}
            if name not in known:
                yield at(
                    message,
                    "unknown_name",
                    "warning",
                    f"{name} is not how the client's name is spelt: {own}.",
                    "Use the planned name.",
                    match.span(1),
                )
                break


def strangers(reading: Reading) -> Iterator[Finding]:
    """No named persona of the pack is spoken of whom neither the plan nor the client brought up."""
    subject = reading.subject
    full = str(subject.client.get("name") or reading.text("persona_name"))
    own = set(full.split())
    foreign = subject.rules.first_names - own - subject.rules.advisor_names
    if not own or not foreign:
        return
    known: set[str] | None = None
    for reply in reading.replies:
        places = [
            (match.start(), -match.end(), name)
            for name in foreign
            if name in reply.text and (match := re.search(_SPOKEN_OF % re.escape(name), reply.text))
        ]
        # In reading order, and the longer of two that begin at one place.
        for start, end, name in sorted(places):
            if is_quoted(reply.text, start):
                continue
            if known is None:
                known = _named(reading, clients=True)
            if name not in known:
                yield at(
                    reply,
                    "wrong_name",
                    "warning",
                    f"{name} belongs to another plan; the client is {full}.",
                    "Use the names of this client's plan.",
                    (start, -end),
                )
                break


def relations(reading: Reading) -> Iterator[Finding]:
    """A wife, husband or fiancé has one name, the planned one where the plan has it."""
    known: dict[str, tuple[str, str]] = {}  # by who it is: a name and where it comes from
    plan = str(reading.subject.client.get("family") or "")
    match = _PLANNED_KIN.search(plan)
    if match is not None:
        known["spouse"] = match["name"], "the plan"
    for message in reading.messages:
        for match in () if message.vocabulary.isdisjoint(_SPOUSES) else _KIN.finditer(message.text):
            mine = match["whose"].lower() == "my"
            if (
                mine != (message.role == "client")
                or match["name"] in _NO_NAMES
                or is_quoted(message.text, match.start())
            ):
                continue
            who = "former" if match["kin"].startswith("ex") else "spouse"
            name, source = known.setdefault(who, (match["name"], f"turn {message.turn}"))
            if name == match["name"] or name.startswith(match["name"][:3]) or source == f"turn {message.turn}":
                continue
            yield at(
                message,
                "family" if source == "the plan" else "family_changes",
                reading.planned_severity,
                f"The client's {match['kin']} is {match['name']} here and {name} in {source}.",
                "Let both places say the same.",
                match.span(),
            )
            return


def _named(reading: Reading, *, clients: bool) -> set[str]:
    texts = [*flat(reading.subject.client), *(reading.text(column) for column in PLAN_TEXTS)]
    if clients:
        texts += [turn.client.text for turn in reading.turns]
    return {word for text in texts for word in re.findall(r"\b[A-Z][a-zé]+", text)}


def _nearly(name: str, own: str) -> bool:
    """Whether a name is another one with a slip or two, and no short form of it."""
    if len(name) < _SHORTEST or own.startswith(name) or name.startswith(own) or abs(len(name) - len(own)) > 2:
        return False
    if name[0] != own[0] and name[1:] != own[1:]:
        return False
    return _slips(name.lower(), own.lower()) <= (1 if len(own) <= 5 else 2)


def _slips(one: str, other: str) -> int:
    """Letters to put in, take out or change, to make one word of another."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, wanted in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted))
    return row[-1]
