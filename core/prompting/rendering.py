"""Renders templates strictly: only `${name}` is a placeholder, and one without a value refuses to be sent.

`$145K` in a prompt is plain text. Values are put in once and never rendered again, so text from outside that happens to
contain `${…}` stays what it is.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import lru_cache

from core.errors import TemplateError


class _Braced(string.Template):
    """`string.Template` that knows only `${name}`; `$$` and `$name` are plain text."""

    pattern = r"""
    \$(?:
      (?P<escaped>(?!))               |  # nothing is escaped
      (?P<named>(?!))                 |  # $name is no placeholder
      \{(?P<braced>[a-z][a-z0-9_]*)\} |
      (?P<invalid>(?=\{))                # ${ that is not a name
    )
    """  # type: ignore[assignment]
    flags = re.VERBOSE


def placeholders(text: str) -> set[str]:
    """The names a template asks for. Raises TemplateError for a `${` that is no placeholder."""
    template = _Braced(text)
    if not template.is_valid():
        for match in _Braced.pattern.finditer(text):  # type: ignore[attr-defined]
            if match["invalid"] is not None:
                line = text.count("\n", 0, match.start()) + 1
                raise TemplateError(
                    f"Line {line} of the template has a ${{ that is no placeholder.", "Write ${name} in lower case."
                )
    return set(template.get_identifiers())


def render(text: str, values: Mapping[str, str], *, what: str) -> str:
    """The text with its placeholders filled.

    Raises TemplateError naming the first placeholder that is unknown or has no value; `what` says for whom.
    """
    parts, names = _taken_apart(text)
    for name in names:
        if name not in values:
            raise TemplateError(
                f"{what}: the placeholder ${{{name}}} is not known.", f"Known are: {', '.join(sorted(values))}."
            )
        if not values[name].strip():
            raise TemplateError(
                f"{what}: the placeholder ${{{name}}} has no value.", "Complete the plan row, or change the template."
            )
    return "".join(values[part] if is_name else part for part, is_name in parts)


@lru_cache(maxsize=64)  # the parts of the templates in use: every row of a job is rendered with them
def _taken_apart(text: str) -> tuple[tuple[tuple[str, bool], ...], tuple[str, ...]]:
    """A template's plain texts and placeholders in turn, each with whether it is one, and the placeholders by name."""
    names = tuple(sorted(placeholders(text)))
    parts = re.split(r"\$\{([a-z][a-z0-9_]*)\}", text)
    return tuple((part, bool(place % 2)) for place, part in enumerate(parts)), names
