"""Fixtures that build through the public services: a prepared database per test, copied from one made per session."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from core.services import Services
from core.settings.fields import Settings
from core.setup import prepare

# The same examples on every machine, and no judgement on how fast it makes or runs them.
examples.register_profile("everywhere", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("everywhere")


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings, state and data of each test lie in its own folder, and no key of this machine reaches it."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in [n for n in os.environ if n.startswith(("BRIGHTRUN_", "ANTHROPIC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    old = os.umask(0o077)
    yield tmp_path
    os.umask(old)


@pytest.fixture(scope="session")
def pack_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the pack loaded, made once."""
    path = tmp_path_factory.mktemp("pack") / "pack.db"
    prepare(Settings(database=str(path), reviewer="tester"))
    return path


@pytest.fixture
def settings(pack_database: Path, tmp_path: Path) -> Settings:
    """Settings of a practising reviewer with a database of their own, and a simulator that answers at once."""
    path = tmp_path / "brightrun.db"
    shutil.copy(pack_database, path)
    path.chmod(0o600)
    return Settings(database=str(path), reviewer="tester", provider="simulated", simulator_pace=0.0, concurrency=8)


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """The services on that database."""
    opened = await Services.open(settings)
    yield opened
    await opened.close()
