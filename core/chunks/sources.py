"""Tells what a source of documents is, and names it without its secrets. No heavy imports: screens call it on a key."""

from __future__ import annotations

import re
from urllib.parse import unquote

_SCHEME = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
# As it should be written: what is special in a name or password is escaped. Anything else is not taken apart by guess.
_URL = re.compile(
    r"postgres(?:ql)?://(?:(?P<user>[^:@/?#]*)(?::(?P<password>[^@/?#]*))?@)?(?P<host>[^@/?#]*)"
    r"(?P<path>/[^@?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_NO_NAME = "a PostgreSQL URL"


def is_database(source: str) -> bool:
    """Whether a source is a PostgreSQL URL."""
    return bool(_SCHEME.match(source.strip()))


def is_readable(source: str) -> bool:
    """Whether a PostgreSQL URL is written so that its password is told from its host."""
    return _URL.fullmatch(source.strip()) is not None


def source_label(source: str) -> str:
    """What a source is called on screens, in logs and records: a URL without its password, query and fragment."""
    source = source.strip()
    if not is_database(source):
        return source
    match = _URL.fullmatch(source)
    if match is None:
        return _NO_NAME
    user = f"{match['user']}@" if match["user"] else ""
    return f"postgresql://{user}{match['host']}{match['path'] or ''}"


def redacted_source(text: str, source: str) -> str:
    """A sentence about a source, without anything secret of its URL."""
    match = _URL.fullmatch(source.strip())
    secrets: set[str] = set()
    if match is not None:
        parts = [part.partition("=") for part in (match["query"] or "").split("&")]
        secrets = {match["password"] or "", *(value for name, _, value in parts if "pass" in name.lower())}
    for secret in sorted({form for s in secrets for form in (s, unquote(s)) if form}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text.replace(source.strip(), source_label(source))
