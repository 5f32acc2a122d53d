"""The words a pattern cannot do without, read off the pattern itself, so that few texts need be searched for it.

A pattern is followed as letters, gaps (anything but a letter) and unknown stretches. A word counts only where gaps
stand on both sides of it; whatever is not understood asks for nothing, so a text is searched too often, never too
seldom. Everything here holds for texts in lower case of which `Message.is_plain` is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, pairwise

from core.quality.reading import Message

Clause = frozenset[str]  # one of these words stands in every match
Needs = tuple[Clause, ...]  # all of these hold, the rarest words first

_TOKEN = re.compile(
    r"\(\?:[a-z |,'-]+\)|\(\?(?:[:=!]|<[=!])|[()|]|\\.|\[\^?(?:\\.|[^\]\\])+\]"
    r"|[?*+]\??|\{\d*,?\d*\}\??|[A-Za-z ]+(?![?*+{])|.",
    re.DOTALL,
)
_OPENING = frozenset({"(", "(?:", "(?=", "(?!", "(?<=", "(?<!"})
_LOOKING = _OPENING - {"(", "(?:"}
_NO_LETTER = re.compile(r"[\W\d_]+")
_AMOUNT = re.compile(r"[?*+]|\{\d*,?\d*\}")
_GAP, _ANY = " ", "?"
_MOST = 60  # so many ways to go on are told apart
_COMMONEST = frozenset({"a", "and", "i", "is", "it", "of", "s", "that", "the", "to", "you", "your"})
_EVERYDAY = (
    "a about all an and any are as at be been but by can could d did do does don for from get had has have he how i if"
    " in into is it its just like ll m me more much my no not now of off on one or our out over own re s she should so"
    " some t than that the their them then there they this through to too up us ve was we well were what when where"
    " which who why will with would you your yours yourself"
)
_COMMON = frozenset(_EVERYDAY.split())


@dataclass(frozen=True)
class Cues:
    """What each of several patterns needs, read off at first use; a long list is passed over at a glance."""

    sources: tuple[str, ...]
    besides: tuple[Needs, ...] = ()  # what a sentence must have for each, whatever its pattern needs

    def may_be_in(self, message: Message) -> bool:
        """Whether any of the patterns, none of which goes on behind a full stop, can match somewhere in a message."""
        if not message.is_plain or self._always:
            return True
        likely = [(place, whole) for place, _, whole in self._found(message.vocabulary)]
        if not likely:
            return False
        if any(standing(likely, sentence.words) for sentence in message.spoken):
            return True
        # a line may end without a full stop, and a match go on in the next one
        return not all(sentence.text.endswith((".", "!", "?")) for sentence in message.spoken[:-1])

    def likely(self, message: Message) -> list[tuple[int, Needs]]:
        """The patterns that can match in a message, by their places, and what a sentence must have for each."""
        if not message.is_plain:
            return list(enumerate(self.besides or ((),) * len(self.sources)))
        return [(place, whole) for place, _, whole in (*self._always, *self._found(message.vocabulary))]

    def _found(self, words: Set[str]) -> list[_Entry]:
        found = []
        by_word = self._by_word
        for word in by_word.keys() & words:
            for entry in by_word[word]:
                for clause in entry[1]:
                    if clause.isdisjoint(words):
                        break
                else:
                    found.append(entry)
        return found

    @cached_property
    def _entries(self) -> list[_Entry]:
        entries = []
        for place, source in enumerate(self.sources):
            besides = self.besides[place] if self.besides else ()
            for each in needs(source):
                more = (clause for clause in besides if not any(other <= clause for other in each))
                entries.append((place, each, (*each, *more)))
        return entries

    @cached_property
    def _always(self) -> list[_Entry]:
        return [entry for entry in self._entries if not entry[1]]

    @cached_property
    def _by_word(self) -> dict[str, list[_Entry]]:
        """By the words of the rarest clause."""
        found: dict[str, list[_Entry]] = {}
        for entry in self._entries:
            for word in entry[1][0] if entry[1] else ():
                found.setdefault(word, []).append(entry)
        return found


_Entry = tuple[int, Needs, Needs]  # a pattern's place, what one alternative needs, and with what it needs besides


def standing(likely: Sequence[tuple[int, Needs]], words: Set[str]) -> list[int]:
    """Which of the patterns can match in a sentence of these words, in order."""
    places = set()
    for place, clauses in likely:
        for clause in clauses:
            if clause.isdisjoint(words):
                break
        else:
            places.add(place)
    return sorted(places)


def needs(source: str) -> list[Needs]:
    """What each alternative of a pattern needs."""
    tokens = _TOKEN.findall(source)
    if any(one == "(" and other[0] == "?" for one, other in pairwise(tokens)):
        return [()]  # a group of a kind that is not known here
    branches, _ = _branches(tokens, 0)
    found = []
    for branch in chain.from_iterable(map(_apart, branches)):
        strings, clauses = _row(branch, before=False, after=False)
        every = {*clauses, *_sure(strings)}
        kept = (clause for clause in every if not any(other < clause for other in every))
        found.append(tuple(sorted(kept, key=_weight)))
    return found


@dataclass(frozen=True)
class _Group:
    kind: str
    branches: list[list[tuple[_Choice | _Group, str]]]


_Choice = frozenset[str]  # the ways a piece without groups in it may read
_Item = tuple[_Choice | _Group, str]  # what stands there, and how often
_Part = tuple[Set[str], list[Clause]]  # the ways it may read, and what it needs besides


def _branches(tokens: Sequence[str], place: int) -> tuple[list[list[_Item]], int]:
    """The alternatives up to the end of a group, and the place of its end."""
    branches: list[list[_Item]] = [[]]
    while place < len(tokens) and tokens[place] != ")":
        token = tokens[place]
        place += 1
        if token == "|":
            branches.append([])
            continue
        what: _Choice | _Group
        if token in _OPENING:
            inner, place = _branches(tokens, place)
            what = _Group(token, inner)
            place += 1
        else:
            what = _shapes(token)
        amount = tokens[place] if place < len(tokens) and _AMOUNT.match(tokens[place]) else ""
        place += bool(amount)
        branches[-1].append((what, amount))
    return branches, place


def _apart(row: list[_Item]) -> Iterator[list[_Item]]:
    """The alternatives of a row that is nothing but a choice between them."""
    choices = [place for place, (what, _) in enumerate(row) if not _is_edge(what)]
    place = choices[0] if choices else 0
    if len(choices) != 1 or row[place][1]:
        yield row
        return
    what = row[place][0]
    for branch in what.branches if isinstance(what, _Group) else [[(frozenset((each,)), "")] for each in what]:
        yield [*row[:place], *branch, *row[place + 1 :]]


def _is_edge(what: _Choice | _Group) -> bool:
    return what.kind in _LOOKING if isinstance(what, _Group) else what == {_GAP}


@lru_cache(maxsize=4096)
def _shapes(token: str) -> _Choice:
    """A token as letters, gaps and unknowns. A digit may stand next to letters in a list of words: it is unknown."""
    if token[0] == "(":
        return frozenset(_NO_LETTER.sub(_GAP, each) for each in token[3:-1].split("|"))
    if token == r"\B":
        return frozenset(("",))
    if token in (r"\b", r"\s", r"\A", r"\Z", r"\W", "^", "$"):
        return frozenset((_GAP,))
    if token[0] == "[" and len(token) > 1:
        unknown = token[1] == "^" or re.search(r"[^\W_]|\\[wdDSW]", token.replace(r"\s", "")) is not None
    else:
        unknown = token == "." or token.isdigit() or (token[0] == "\\" and token[1].isalnum())
    return frozenset((_ANY if unknown else _GAP if token[0] in "[\\" else _NO_LETTER.sub(_GAP, token.lower()),))


def _row(items: Sequence[_Item], *, before: bool, after: bool) -> _Part:
    """What one alternative needs; `before` and `after` tell whether a gap surely stands on its sides."""
    strings, clauses = {_GAP if before else ""}, list[Clause]()
    for place, (what, amount) in enumerate(items):
        more: Set[str]
        if isinstance(what, _Group):
            behind = all(each.endswith(_GAP) for each in strings)
            more, further = _group(what, amount, before=behind, after=_gap_ahead(items[place + 1 :], after))
            clauses += further
        elif len(what) > 1 and not amount and _gap_ahead(items[place + 1 :], after):
            more = {each + _GAP for each in what}
        else:
            more = _repeated(what, amount) if amount else what
        strings = {_squeezed(one + other) for one in strings for other in more}
        if len(strings) > 1:
            clauses += (sure := _sure(strings))
            if sure or len(strings) > _MOST:
                strings = {_ends(each) for each in strings}
            if len(strings) > _MOST:
                strings = {_ANY}
    return ({_squeezed(each + _GAP) for each in strings} if after else strings), clauses


def _group(group: _Group, amount: str, *, before: bool, after: bool) -> _Part:
    if group.kind in _LOOKING:
        return {_GAP if group.kind == "(?=" and _gap_ahead([(group, "")], False) else ""}, []
    once = amount in ("", "?", "??")
    if amount and (before or _gap_ahead([(group, "")], False)) and after and once:
        return {"", _GAP}, []
    parts = [_row(branch, before=before and once, after=after and once) for branch in group.branches]
    strings = set[str]().union(*(each for each, _ in parts))
    if amount:
        return _repeated(strings, amount), []
    if len(parts) > 1 and before and after:
        clauses = _either([[*clauses, *_sure(each)] for each, clauses in parts])
        return {_GAP}, clauses
    if len(parts) > 1 and (len(strings) > _MOST or any(clauses for _, clauses in parts)):
        clauses = _either([[*clauses, *_sure(each)] for each, clauses in parts])
        strings = {_ends(each) for each in strings}
        return (strings if len(strings) <= _MOST else {_ANY}), clauses
    return strings, [clause for _, clauses in parts for clause in clauses]


def _either(parts: Sequence[Sequence[Clause]]) -> list[Clause]:
    """What holds whichever of the parts it is."""
    return [frozenset().union(*(min(clauses, key=_weight) for clauses in parts))] if all(parts) else []


def _repeated(strings: Set[str], amount: str) -> Set[str]:
    if amount in ("?", "??"):
        return strings | {""}
    first = _GAP if all(each.startswith(_GAP) for each in strings) else ""
    last = _GAP if all(each.endswith(_GAP) for each in strings) else ""
    return {"", f"{first}{_ANY}{last}"}


def _gap_ahead(items: Iterable[_Item], after: bool) -> bool:
    """Whether what comes next is surely no letter."""
    for what, amount in items:
        if isinstance(what, _Group):
            gap = all(_gap_ahead(branch, False) for branch in what.branches)
            if what.kind in _LOOKING and not (what.kind == "(?=" and gap):
                continue
        elif "" in what:
            continue
        else:
            gap = all(each[0] == _GAP for each in what)
        if not gap:
            return False
        if not amount or amount[0] == "+":
            return True
    return after


def _sure(strings: Iterable[str]) -> list[Clause]:
    """What strings need, whichever of them it is: the words they share, and the rarest of what each has besides."""
    words = [{word for word in each.split(_GAP)[1:-1] if word and _ANY not in word} for each in strings]
    if not all(words):
        return []
    common = set[str].intersection(*words)
    rest = [each - common for each in words]
    clauses = [frozenset((word,)) for word in common]
    return [*clauses, frozenset(min(each, key=_rank) for each in rest)] if all(rest) else clauses


def _ends(string: str) -> str:
    """How a string begins and ends: what stands between gaps inside is known by then."""
    parts = string.split(_GAP)
    return string if len(parts) == 1 else f"{parts[0]}{_GAP}{parts[-1]}"


def _squeezed(string: str) -> str:
    while "  " in string:
        string = string.replace("  ", " ")
    return string


def _rank(word: str) -> tuple[bool, int, str]:
    return word in _COMMON, -len(word), word


def _weight(clause: Clause) -> tuple[int, list[str]]:
    """The lighter, the fewer texts have one of its words."""
    return sum(1 + 30 * (word in _COMMON) + 30 * (word in _COMMONEST) for word in clause), sorted(clause)
