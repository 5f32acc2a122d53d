"""Reads filters of chunks as people type them: `clarity>0.7`, `audience=families`. Pure; both front ends use it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import cast

from core.errors import NotFoundError, QueryError
from core.planning.table import near_words, plain_key
from data.chunk_criteria import ChunkFilter, Comparison, DimensionTest

_TEST = re.compile(r"\s*(.+?)\s*(>=|<=|!=|=|>|<)\s*(.*?)\s*", re.DOTALL)
_TERM = re.compile(r'(?:"[^"]*"|[^\s"])+|"')
_STATES = {
    "example": ("example", True),
    "used": ("linked", True),
    "unused": ("linked", False),
}  # what `is:` takes: the field of the filter and its value
_HINT = 'Write it as "name=value", or for figures as "name>0.7".'


def parse_dimension(text: str) -> DimensionTest:
    """What a dimension must be. Raises QueryError for what is no such test."""
    match = _TEST.fullmatch(text)
    if match is None or not match[3]:
        raise QueryError(f"{text[:80]!r} is no test of a dimension.", _HINT)
    name, comparison, value = match.groups()
    if comparison not in ("=", "!="):
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise QueryError(f"{value[:40]!r} is no number: only figures can be compared with {comparison}.", _HINT)
    return DimensionTest(name, cast(Comparison, comparison), value)


def filter_of(
    text: str = "",
    *,
    categories: Iterable[str] = (),
    documents: Iterable[str] = (),
    dimensions: Iterable[str] = (),
    is_example: bool | None = None,
    is_linked: bool | None = None,
    linked_to: str = "",
) -> ChunkFilter:
    """A filter of what was typed: words in `text` are and-ed, what stands in quotation marks is a phrase.

    Raises QueryError for a test that cannot be read.
    """
    words = tuple(phrase or word for phrase, word in re.findall(r'"([^"]+)"|(\S+)', text))
    return ChunkFilter(
        tuple(word for word in words if word.strip('" ')),
        tuple(categories),
        tuple(documents),
        tuple(parse_dimension(test) for test in dimensions),
        is_example,
        is_linked,
        linked_to,
    )


def read_filter(line: str) -> ChunkFilter:
    """The filter of one typed line, as in `retirement category:tax "time horizon"=long clarity>0.7 is:example`.

    What has no name and no comparison is looked for in the text. Raises QueryError for what cannot be read.
    """
    named: dict[str, list[str]] = {"category": [], "document": [], "used_by": []}
    states: dict[str, bool] = {}
    words: list[str] = []
    tests: list[str] = []
    for term in _TERM.findall(line):
        name, _, value = term.partition(":")
        bare = term.replace('"', "")
        if name == "is":
            if value not in _STATES:
                raise QueryError(f"{value[:40]!r} is no state of a chunk.", f"There are {', '.join(_STATES)}.")
            states.update([_STATES[value]])
        elif name in named and value.strip('"'):
            named[name].append(value.replace('"', ""))
        elif name in named:
            raise QueryError(f"{name}: names nothing.", f'Write it as {name}:word or {name}:"two words".')
        elif _TEST.fullmatch(bare) and not (term.startswith('"') and term.endswith('"')):
            tests.append(bare)
        else:
            words.append(term)
    return filter_of(
        " ".join(words),
        categories=named["category"],
        documents=named["document"],
        dimensions=tests,
        is_example=states.get("example"),
        is_linked=states.get("linked"),
        linked_to=named["used_by"][-1] if named["used_by"] else "",
    )


def dimension_named(name: str, names: Sequence[str]) -> str:
    """The dimension that is meant, whatever the case of its letters. Raises NotFoundError naming near ones."""
    if name in names:
        return name
    meant = [known for known in names if plain_key(known) == plain_key(name)]
    if meant:
        return meant[0]
    hint = near_words(name, names) if names else "Import source documents first: brightrun chunks import SOURCE."
    raise NotFoundError(f"No chunk has a dimension {name[:60]!r}.", hint)


__all__ = ["ChunkFilter", "DimensionTest", "dimension_named", "filter_of", "parse_dimension", "read_filter"]
