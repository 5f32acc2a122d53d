"""Makes text from outside fit to be stored and sent: JSON and headers may hold halves of characters, UTF-8 has none.

`core.providers` hands everything that a service says through it; a half that reached a statement would end in an error.
"""

from __future__ import annotations


def whole_characters(text: str) -> str:
    """The text with halves (surrogates) that belong together joined, and a lone one replaced by the sign for that."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def held_back(text: str) -> str:
    """The half at the end of a piece whose other half may come with the next one; "" where there is none."""
    return text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
