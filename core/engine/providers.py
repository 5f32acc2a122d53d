"""Gives a job the provider it was submitted for: the live service, or the simulator at its local address.

A job submitted for the simulator never reaches the live service, and the other way round.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.pipeline.work import JobSettings
from core.providers.port import Provider
from core.settings.keys import find_access

if TYPE_CHECKING:
    from core.providers.simulator.server import Simulator


class ProviderSource:
    """Makes providers once and closes them all."""

    def __init__(self, key_file: str) -> None:
        self._key_file = key_file
        self._live: Provider | None = None
        self._simulated: dict[tuple[float, str], tuple[Simulator, Provider]] = {}
        self._lock = asyncio.Lock()

    def available(self) -> frozenset[str]:
        """Which jobs this worker may run: live ones need a key."""
        try:
            has_key = find_access(self._key_file) is not None
        except SettingsError:
            has_key = False
        return frozenset({"simulated", "live"} if has_key else {"simulated"})

    async def get(self, job: JobSettings) -> Provider:
        """The provider of a job. Raises SettingsError when it is live and there is no key."""
        async with self._lock:
            if job.provider == "simulated":
                return await self._simulator(job.simulator_pace, job.simulator_faults)
            if self._live is None:
                access = find_access(self._key_file)
                if access is None:
                    raise SettingsError("There is no API key.", "Set ANTHROPIC_API_KEY and restart the worker.")
                # Imported here: the SDK costs more than everything else a worker loads.
                from core.providers.anthropic_api import AnthropicProvider

                self._live = AnthropicProvider(access.key, access.base_url)
            return self._live

    async def close(self) -> None:
        """Close connections and simulators."""
        if self._live is not None:
            await self._live.close()
        for simulator, provider in self._simulated.values():
            await provider.close()
            await simulator.__aexit__(None, None, None)

    async def _simulator(self, pace: float, faults: str) -> Provider:
        key = (pace, faults)
        if key not in self._simulated:
            from core.providers.anthropic_api import AnthropicProvider
            from core.providers.simulator.faults import Faults
            from core.providers.simulator.server import Simulator

            simulator = Simulator(pace=pace, faults=Faults.parse(faults) if faults else None)
            await simulator.__aenter__()
            self._simulated[key] = (simulator, AnthropicProvider("simulator", simulator.base_url))
        return self._simulated[key][1]
