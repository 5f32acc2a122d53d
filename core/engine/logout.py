"""Whether the login manager ends a person's processes when they log out, a worker among them. Stdlib only."""

from __future__ import annotations

import os
import re
from pathlib import Path

LOGIN_MANAGER = (Path("/etc/systemd/logind.conf"), Path("/etc/systemd/logind.conf.d"))
LINGER = Path("/var/lib/systemd/linger")
RUNTIME = Path("/run/systemd/system")  # there where systemd runs
WAY_ROUND = "Run: loginctl enable-linger, or start brightrun worker with systemd-run --user --scope."


def ends_worker_at_logout() -> bool:
    """Whether a worker started here would not outlive the login."""
    return RUNTIME.exists() and kills_at_logout(LOGIN_MANAGER) and not lingers(LINGER)


def kills_at_logout(places: tuple[Path, ...]) -> bool:
    """Whether systemd-logind is set to end a user's processes at logout; the last file that says so counts."""
    found = False
    for place in places:
        for file in sorted(place.glob("*.conf")) if place.is_dir() else [place]:
            try:
                lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                continue
            for line in lines:
                setting = re.fullmatch(r"\s*KillUserProcesses\s*=\s*(\w+)\s*", line)
                if setting:
                    found = setting[1].lower() in ("yes", "true", "on", "1")
    return found


def lingers(folder: Path) -> bool:
    """Whether this user's processes are let live (`loginctl enable-linger` leaves a file by their name)."""
    import pwd

    try:
        return (folder / pwd.getpwuid(os.getuid()).pw_name).exists()
    except (KeyError, OSError):
        return False
