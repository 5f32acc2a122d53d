"""Gives a job the provider it was submitted for: the live service, or the simulator at its local address.

A job submitted for the simulator never reaches the live service, and the other way round. The key is looked up again
for every row, so that a key file that was mended, or another address, counts at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import SettingsError
from core.pipeline.work import JobSettings
from core.providers.port import Provider
from core.settings.keys import Access, find_access

if TYPE_CHECKING:
    from core.providers.simulator.server import Simulator


class ProviderSource:
    """Makes providers once and closes them all; `loaded` is told when what they need is loaded."""

    def __init__(self, key_file: str, loaded: Callable[[], None] = lambda: None) -> None:
        self._key_file, self._loaded = key_file, loaded
        self._live: tuple[str, Provider] | None = None  # with the mark of its key and address
        self._retired: list[Provider] = []  # calls may still be in flight
        self._refused: set[str] = set()
        self._simulated: dict[tuple[float, str], tuple[Simulator, Provider]] = {}
        self._lock = asyncio.Lock()

    def available(self) -> frozenset[str]:
        """Which jobs this worker may run: live ones need a key that was not refused."""
        return frozenset({"simulated", "live"} if self._access() is not None else {"simulated"})

    @property
    def mark(self) -> str:
        """The mark of the key and address in use; empty without a key."""
        access = self._access()
        return access.mark if access else ""

    @property
    def message(self) -> str:
        """What live jobs wait for, as a sentence; empty where they do not."""
        try:
            access = find_access(self._key_file)
        except SettingsError as error:
            return error.message
        if access is None:
            return "The worker has no API key."
        return "The service refused the worker's API key." if access.mark in self._refused else ""

    def refuse(self) -> None:
        """The service does not take the key: no further row is begun with it."""
        if self._live is not None:
            self._refused.add(self._live[0])

    def account(self, job: JobSettings) -> str:
        """Whose limits the calls of a job count against: provider and address, never the key."""
        if job.provider == "simulated":
            return "simulated"
        access = self._access()
        address = urlsplit(access.base_url if access else "")
        return f"live {address.hostname or 'default'}{f':{address.port}' if address.port else ''}{address.path}"

    async def get(self, job: JobSettings) -> Provider:
        """The provider of a job. Raises SettingsError when it is live and there is no key."""
        async with self._lock:
            if job.provider == "simulated":
                return await self._simulator(job.simulator_pace, job.simulator_faults)
            access = find_access(self._key_file)
            if access is None:
                raise SettingsError("There is no API key.", "Set ANTHROPIC_API_KEY, then resume the job.")
            if self._live is not None and self._live[0] != access.mark:
                self._retired.append(self._live[1])
                self._live = None
            if self._live is None:
                # Imported here: the SDK costs more than everything else a worker loads.
                from core.providers.anthropic_api import AnthropicProvider

                self._live = (access.mark, AnthropicProvider(access.key, access.base_url))
                self._loaded()
            return self._live[1]

    async def close(self) -> None:
        """Close connections and simulators."""
        for live in [*self._retired, *([self._live[1]] if self._live else [])]:
            await live.close()
        for simulator, provider in self._simulated.values():
            await provider.close()
            await simulator.__aexit__(None, None, None)

    def _access(self) -> Access | None:
        try:
            access = find_access(self._key_file)
        except SettingsError:
            return None
        return None if access is None or access.mark in self._refused else access

    async def _simulator(self, pace: float, faults: str) -> Provider:
        key = (pace, faults)
        if key not in self._simulated:
            from core.providers.anthropic_api import AnthropicProvider
            from core.providers.simulator.faults import Faults
            from core.providers.simulator.server import Simulator

            simulator = Simulator(pace=pace, faults=Faults.parse(faults) if faults else None)
            await simulator.__aenter__()
            self._simulated[key] = (simulator, AnthropicProvider("simulator", simulator.base_url))
            self._loaded()
        return self._simulated[key][1]
