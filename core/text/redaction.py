"""Takes API keys out of text that is shown or written: logs of calls, error sentences. Keys are never stored at all;
this is for the day on which a person or a service puts one into a text.
"""

from __future__ import annotations

import re

_SECRETS = re.compile(
    r"sk-ant-[A-Za-z0-9_-]{6,}"
    r"|(?<=bearer )[A-Za-z0-9._~+/-]{12,}=*"
    r"|(?<=x-api-key: )\S+",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """The text without anything that looks like an API key."""
    return _SECRETS.sub("[key taken out]", text)
