"""The API key and the address of the service. The key is read when it is needed and kept nowhere else."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field

from core.errors import SettingsError
from core.home import expanded
from core.text.redaction import redacted


@dataclass(frozen=True)
class Access:
    """How to reach the service. `key` never shows in a repr."""

    key: str = field(repr=False)
    base_url: str
    source: str

    @property
    def masked(self) -> str:
        """The key as it may be shown."""
        return mask(self.key)

    @property
    def mark(self) -> str:
        """Tells this key and address from others without giving anything of them away."""
        from hashlib import blake2b

        return blake2b(f"{self.key}\n{self.base_url}".encode(), digest_size=8, person=b"brightrun").hexdigest()


def mask(secret: str) -> str:
    """The last four characters behind dots, or only dots when it is short."""
    return f"…{secret[-4:]}" if len(secret) >= 16 else "…"


def find_access(key_file: str) -> Access | None:
    """The key from ANTHROPIC_API_KEY or the key file, or None where there is none.

    Raises SettingsError when a key file is named that is missing, empty or readable by others.
    """
    base_url = os.environ.get("ANTHROPIC_BASE_URL", "")
    key = os.environ.get("ANTHROPIC_API_KEY", "").strip()
    if key:
        return Access(key, base_url, "ANTHROPIC_API_KEY")
    if not key_file:
        return None
    path = expanded(key_file)
    try:
        mode = path.stat().st_mode
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(
            f"The key file {redacted(str(path))} cannot be read: {why}.",
            "Mend key_file in the settings or set ANTHROPIC_API_KEY.",
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"The key file {path} can be read by others.", f"Run: chmod 600 {path}")
    if not key:
        raise SettingsError(f"The key file {path} is empty.", "Put the API key into it.")
    return Access(key, base_url, str(path))
