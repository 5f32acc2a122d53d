"""Paths as a person types them: every `~` of a setting, an option or a field is read here."""

from __future__ import annotations

import os
from pathlib import Path


def expanded(path: str | Path) -> Path:
    """The path with a leading `~` or `~user` in full; one of nobody's home stays as it was typed, as in a shell."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  Path's own raises where there is no such user
