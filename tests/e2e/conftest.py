"""The real program in an environment of its own: fresh folders, no key, a quick simulator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

KEPT = ("PATH", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "SSL_CERT_FILE")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where everything of a person lies."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """What a new person's shell has, and nothing of this machine's keys or settings."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "PIP_INDEX_URL", "PIP_CONFIG_FILE") if name in os.environ
    }
    return {
        **kept,
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TERM": "xterm-256color",
        "USER": "newcomer",
        "LOGNAME": "newcomer",
        **{f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
        "BRIGHTRUN_SIMULATOR_PACE": "0.3",
        "BRIGHTRUN_WORKER_LINGER": "0",
    }


@pytest.fixture
def database(home: Path) -> Path:
    """Where the program puts its data by itself."""
    return home / "data" / "brightrun" / "brightrun.db"


@pytest.fixture
def brightrun() -> str:
    """The program as it is installed here."""
    program = Path(sys.executable).with_name("brightrun")
    assert program.exists(), "brightrun is not installed in this environment: make test installs it"
    return str(program)
