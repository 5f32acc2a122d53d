"""Flags arithmetic that does not add up: so much a month for so many months, a share of a sum, sums in a row.

Only what is written out as a calculation is judged, both sides of it in one sentence or one list; a rounded result
passes, the more so behind "about". A wrong sum is a flag, never a gate: a client may well have miscounted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, product

from core.quality.reading import Message, Reading, at
from core.quality.report import Finding
from core.quality.sums import FIGURE, Sum, about, shown, sums_in, value_of

_HEDGE = (
    r"(?P<hedge>(?:(?:about|around|roughly|nearly|almost|approximately|some|just|a little|a bit|a touch|slightly"
    r"|well|more"
    r"|less|than|over|under|below|above|short of|close to|shy of|or so|~|exactly|only|an? extra|another|still) )*)"
)
_IS = (
    r"(?:,? ?(?:and )?(?:(?:which|that|it|this|total)['’]s|(?:which |that |it |this |so |together "
    r"|(?:for )?a total of )?(?:is|are|was|equals?|makes?|(?:comes?|works?|adds?|gets?|brings?"
    r"|takes?)(?: (?:you|it|that|us))?(?: out| up| in all)? (?:to|at)|comes?|totals?|totaling|gives?(?: you)?"
    r"|leaves?(?: you)?(?: with)?|means?|would be|will be|would make|amounts? to|costs?(?: you)?|saves?(?: you)?"
    r"|puts? away|builds?|for a total of|in total))|,? so|,? or| ?=| ?[:—–]) "
)
_UNITS = {"day": 365.0, "week": 52.0, "paycheck": 26.0, "month": 12.0, "quarter": 4.0, "year": 1.0}
_UNIT = r"(?:day|week|paycheck|month|quarter|year)"
_PERIOD = rf"(?:(?:a|per|each|every|an?) |/ ?)(?P<per>{_UNIT})|(?P<adverb>daily|weekly|monthly|quarterly|yearly)"
_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
_NUMBER = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "a": 1, "an": 1}
_COUNT = rf"(?P<count>\d[\d,]*(?:\.\d+)?|(?:{'|'.join(sorted(_NUMBER, key=len, reverse=True))}))"
_GAP = r"(?:,? [A-Za-z’'-]++){0,%d}?"  # some words, each taken whole, so that nothing is tried twice
_FLAGS = re.IGNORECASE
_OVER_TIME = re.compile(
    rf"(?P<each>{FIGURE}),? (?:{_PERIOD})\b{_GAP % 6},? (?:for|over|times|across|x|×|after"
    rf"|in) {_COUNT}[ -](?P<unit>{_UNIT})s?\b(?! and an? )"
    rf"{_GAP % 3}{_IS}{_HEDGE}(?P<result>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?)(?! ?(?:a|per|each|every|/) ?(?:day"
    rf"|week|month|year))",
    _FLAGS,
)
_PER_PER = re.compile(
    rf"(?P<each>\$ ?\d[\d,]*+(?:\.\d+)?) (?:{_PERIOD})\b{_IS}{_HEDGE}"
    rf"(?P<result>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?),? (?:a|per|each|every|over an?|in an?|for the"
    rf"|over the) ?(?:whole |full )?"
    rf"(?P<unit>{_UNIT})\b",
    _FLAGS,
)
_TIMES = re.compile(
    rf"(?P<one>{FIGURE})(?: [a-z]+){{0,2}}? ?(?P<sign>times|×|x|\*|multiplied by|divided by|÷|/"
    rf"|split by) ?(?P<other>{FIGURE})"
    rf"(?: [a-z]+){{0,2}}?{_IS}{_HEDGE}(?P<result>{FIGURE})",
    _FLAGS,
)
_EACH = re.compile(
    # No sum ("$3,000, and"), and not the end of a number in words ("twenty-six", "two and a half", "five of six").
    rf"(?<![\w$-])(?<!ty )(?<!hundred )(?<! and )(?<! to )(?<! of ){_COUNT} (?!(?:of|and|to|in|dozen|hundred|thousand"
    rf"|twenty|one|two|three|four|five|six|seven|eight|nine)\b)(?:[a-z]+ ){{0,2}}?(?:[a-z]+s|RSUs)(?: vesting)?"
    rf" (?:of|at|worth|for) (?P<each>\$ ?\d[\d,]*+(?:\.\d+)?)"
    rf"(?: (?:each|apiece|a share|per share|a piece))?{_IS}{_HEDGE}(?P<result>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?)",
    _FLAGS,
)
_PORTIONS = {
    "half": 50.0, "one half": 50.0, "a half": 50.0, "third": 100 / 3, "quarter": 25.0, "fourth": 25.0, "fifth": 20.0,
    "sixth": 100 / 6, "eighth": 12.5, "tenth": 10.0,
}  # fmt: skip
_PORTION = (
    rf"(?:\d+(?:\.\d+)?|(?:{'|'.join(sorted(_NUMBER, key=len, reverse=True))})(?:[ -](?:one|two|three|four|five"
    rf"|six|seven|eight|nine))?(?: and a half)?) ?(?:%|percent)"
    r"|(?:a |one |two |three |four |five )?(?:half|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?)"
)
_SHARE = re.compile(
    rf"(?P<share>{_PORTION}) (?:of|on) (?:your |the |that |a |an |his |her |my |our |its )?(?P<whole>{FIGURE})"
    rf"{_GAP % 3}{_IS}{_HEDGE}(?P<result>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?)",
    _FLAGS,
)
_SHARE_BACK = re.compile(
    rf"(?P<result>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?),? (?:which )?(?:is|or"
    rf"|makes) {_HEDGE}(?P<share>\d+(?:\.\d+)?) ?(?:%|percent)"
    rf" of (?:your |the |that |a |an |my |our )?(?P<whole>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?)",
    _FLAGS,
)
_PLUS = r"(?:\+|plus|minus|less|and|–|−)"
_ROW = re.compile(
    rf"(?P<row>\$ ?\d[\d,]*+(?:\.\d+)?+{_GAP % 4}(?:,? {_PLUS}{_GAP % 4} ?\$ ?\d[\d,]*+(?:\.\d+)?+{_GAP % 4}){{1,5}})"
    rf"{_IS}{_HEDGE}(?P<result>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?)",
    _FLAGS,
)
_TOTAL = re.compile(
    rf"(?:which (?:makes|comes to|adds up to|totals|brings (?:it|that|the total) to)|together(?: (?:that|they"
    rf"|it))?(?: is| are"
    rf"| make| come to| add up to|['’]s|,)|adds? up to|for a total of|(?:in|the) total (?:is|of|comes to|:)|in all,?"
    rf"|altogether(?: (?:that|it))?(?:['’]s| is|,)?) {_HEDGE}(?P<result>\$ ?\d[\d,]*+(?:\.\d+)?(?: ?k\b)?)",
    _FLAGS,
)
_LIST_TOTAL = re.compile(
    r"^\W*(?:grand |your |the |in )?(?:total|sum|altogether|all together)\b[^\d$\n]*(?P<result>\$ ?\d[\d,.]*)", _FLAGS
)
_TOTAL_HINT = re.compile(r"[Tt]ogether|[Tt]otal|TOTAL|add|which |[Ii]n all|[Ss]um\b")
_CHANGED = re.compile(r"\b(?:tax\w*|interest|fees?|match|employer|growth|grow\w*|earn\w*|return|after|before|already"
                      r"|start\w*"
                      r"|inflation|if|matched|extra|bonus|existing|balance)\b", _FLAGS)  # fmt: skip
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
_FIGURE_IN = re.compile(r"\d[\d,.]*")


# What a sentence must hold for a pattern to be worth trying.
_RATE = re.compile(r"[dD]a(?:y|ily)|[wW]eek|[pP]aycheck|[mM]onth|[qQ]uarter|[yY]ear")
_NEEDED = {
    _OVER_TIME: _RATE,
    _PER_PER: _RATE,
    _TIMES: re.compile(r"times|×|\bx\b|\d ?x ?\d|\*|multiplied|divided|÷|/|split by", _FLAGS),
    _EACH: re.compile(r"\b(?:of|at|worth|for) \$", _FLAGS),
    _SHARE: re.compile(r"%|percent|half|third|quarter|fourth|fifth|sixth|eighth|tenth", _FLAGS),
    _SHARE_BACK: re.compile(r"%|percent", _FLAGS),
    _ROW: re.compile(r"[+–−]|plus|minus|less", _FLAGS),
}


def arithmetic(reading: Reading) -> Iterator[Finding]:
    """Calculations that are written out come to what they say."""
    for message in reading.messages:
        if not message.has_digits or len(_FIGURE_IN.findall(message.text)) < 2:
            continue
        taken: list[tuple[int, int]] = []
        for span, said, right in _wrong(message):
            if any(start < span[1] and span[0] < end for start, end in taken):
                continue
            taken.append(span)
            yield at(
                message,
                "arithmetic",
                "warning" if message.role == "advisor" else "info",
                f"{shown(said)} is said where the figures come to {shown(right)}.",
                "Work it out again, or say what else is counted.",
                span,
            )


def _wrong(message: Message) -> Iterator[tuple[tuple[int, int], float, float]]:
    text = message.text
    parts = _parts(text)
    for match in _found(_OVER_TIME, text, parts):
        per = match["per"] or _ADVERBS[match["adverb"].lower()]
        right = value_of(match["each"]) * _count(match["count"]) * _UNITS[per.lower()] / _UNITS[match["unit"].lower()]
        loose = per.lower() != match["unit"].lower() and "week" in (per.lower(), match["unit"].lower())
        yield from _compared(match, [right], loose=loose)
    for match in _found(_PER_PER, text, parts):
        per = match["per"] or _ADVERBS[match["adverb"].lower()]
        if per.lower() == match["unit"].lower():
            continue
        right = value_of(match["each"]) * _UNITS[per.lower()] / _UNITS[match["unit"].lower()]
        yield from _compared(match, [right], loose=per.lower() in ("day", "week", "paycheck"))
    for match in _found(_TIMES, text, parts):
        one, other = value_of(match["one"]), value_of(match["other"])
        divided = match["sign"].lower() in ("divided by", "÷", "/", "split by")
        if other and not _is_date(match, divided):
            yield from _compared(match, [one / other if divided else one * other])
    for match in _found(_EACH, text, parts):
        yield from _compared(match, [_count(match["count"]) * value_of(match["each"])])
    for pattern in (_SHARE, _SHARE_BACK):
        for match in _found(pattern, text, parts):
            part = value_of(match["whole"]) * _portion(match["share"]) / 100
            rest = value_of(match["whole"]) - part
            yield from _compared(match, [part, part / 12] if pattern is _SHARE_BACK else [part, rest, part / 12])
    for match in _found(_ROW, text, parts):
        yield from _row(match)
    if "$" in text and _TOTAL_HINT.search(text):
        yield from _totals(text)
        yield from _lists(text)


def _parts(text: str) -> list[tuple[int, int]]:
    """The sentences with two figures or more: no other can hold a calculation."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return [(start, end) for start, end in spans if len(_FIGURE_IN.findall(text, start, end)) > 1]


def _found(pattern: re.Pattern[str], text: str, parts: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    needed = _NEEDED.get(pattern)
    return (
        match
        for start, end in parts
        if needed is None or needed.search(text, start, end)
        for match in pattern.finditer(text, start, end)
    )


def _compared(
    match: re.Match[str], rights: list[float], *, loose: bool = False
) -> Iterator[tuple[tuple[int, int], float, float]]:
    said = value_of(match["result"])
    tolerance = 0.12 if loose else 0.06 if match["hedge"].strip() else 0.012
    if _CHANGED.search(match.group()) or any(about(said, right, tolerance) for right in rights):
        return
    yield match.span(), said, rights[0]


def _row(match: re.Match[str]) -> Iterator[tuple[tuple[int, int], float, float]]:
    """A row with its signs as written: plus, and; minus, less."""
    figures = [entry for entry in sums_in(match["row"]) if entry.money]
    total = figures[0].value if figures else 0.0
    for before, entry in pairwise(figures):
        sign = re.search(r"minus|less|–|−", match["row"][before.end : entry.start], re.IGNORECASE)
        total += -entry.value if sign else entry.value
    said, tolerance = value_of(match["result"]), 0.06 if match["hedge"].strip() else 0.012
    if len(figures) < 2 or any(about(said, right, tolerance) for right in _ways(figures)):
        return
    if re.search(r"[+]|plus|minus|less", match["row"], re.IGNORECASE) and not _CHANGED.search(match.group()):
        yield match.span(), said, total


def _totals(text: str) -> Iterator[tuple[tuple[int, int], float, float]]:
    """ "… $4,944 …, … $6,000 …, which makes $10,944": the sums of that sentence, with any signs."""
    for match in _TOTAL.finditer(text):
        start = max((found.end() for found in re.finditer(r"[.!?]\s|\n", text[: match.start()])), default=0)
        figures = [entry for entry in sums_in(text[start : match.start()]) if entry.money]
        said, tolerance = value_of(match["result"]), 0.06 if match["hedge"].strip() else 0.012
        words = text[start : match.end()]
        if not 2 <= len(figures) <= 6 or _CHANGED.search(words) or re.search(r"\b\d+ (?:of|x|times)\b|×|%", words):
            continue
        if re.search(rf"(?:a|per|each|every|/) ?{_UNIT}\b|\b(?:weekly|monthly|yearly|each|apiece)\b", words):
            continue  # a rate among the sums: what is meant cannot be told
        if not any(about(said, right, tolerance) for right in _ways(figures)):
            yield (start + figures[0].start, match.end()), said, sum(entry.value for entry in figures)


def _lists(text: str) -> Iterator[tuple[tuple[int, int], float, float]]:
    """Lines with one sum each, and a line that says what they come to."""
    rows: list[float] = []
    position = first = 0
    for line in text.split("\n") if "\n" in text else ():
        figures = [entry for entry in sums_in(line) if entry.money]
        total = _LIST_TOTAL.match(line)
        if total and len(rows) >= 2:
            said = value_of(total["result"])
            ways = [
                sum(sign * row for sign, row in zip(signs, rows[1:], strict=True)) + rows[0] for signs in _signs(rows)
            ]
            if not any(about(said, way, 0.012) for way in [*ways, sum(rows) * 12, sum(rows) / 12]):
                yield (first, position + len(line)), said, sum(rows)
            rows = []
        elif len(figures) == 1:
            first = position if not rows else first
            rows.append(figures[0].value)
        elif line.strip():
            rows = []
        position += len(line) + 1


def _ways(figures: list[Sum]) -> Iterator[float]:
    """What a row of sums may come to: any but the first may be taken away or left out."""
    values = [entry.value for entry in figures]
    for signs in product((1, -1, 0), repeat=len(values) - 1):
        total = values[0] + sum(sign * value for sign, value in zip(signs, values[1:], strict=True))
        if any(signs):
            yield abs(total)
            yield abs(total) * 12
            yield abs(total) / 12


def _signs(rows: list[float]) -> Iterator[tuple[int, ...]]:
    return product((1, -1), repeat=len(rows) - 1) if len(rows) <= 10 else iter([(1,) * (len(rows) - 1)])


def _count(text: str) -> float:
    return float(text.replace(",", "")) if text[:1].isdigit() else float(_NUMBER[text.lower()])


def _portion(text: str) -> float:
    """A share in percent.

    >>> _portion("20%"), _portion("five percent"), _portion("two thirds")
    (20.0, 5.0, 66.66666666666667)
    """
    words = text.lower().replace("-", " ").replace("%", " ").replace("percent", " ").split()
    if words[0][0].isdigit():
        return float(words[0])
    if "percent" not in text.lower() and (part := _PORTIONS.get(words[-1].rstrip("s"))) is not None:
        return part * _NUMBER.get(words[0], 1)
    half = 0.5 if words[-3:] == ["and", "a", "half"] else 0.0
    return sum(_NUMBER.get(word, 0) for word in words if word not in ("a", "and", "half")) + half


def _is_date(match: re.Match[str], divided: bool) -> bool:
    """3/4 is a date or a fraction; only sums are divided by a slash."""
    return divided and match["sign"] == "/" and "$" not in match["one"]
