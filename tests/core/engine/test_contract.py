"""The engine contract over every adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from contract import EngineContract
from workbench import Bench

from core.engine.embedded import EmbeddedEngine
from core.engine.port import JobEngine
from core.services import Services
from core.settings.fields import Settings

# Each makes the engine that is tried, on the services' own database.
ADAPTERS = {"embedded": lambda services: EmbeddedEngine(services.database, services.settings.key_file)}


@pytest.mark.slow
@pytest.mark.parametrize("adapter", ADAPTERS)
class TestContract(EngineContract):
    """Every test of the contract, on each adapter."""

    @pytest.fixture
    async def bench(self, settings: Settings, adapter: str) -> AsyncIterator[Bench]:
        """A place of work whose services use the adapter."""
        services = await Services.open(settings)
        engine: JobEngine = ADAPTERS[adapter](services)
        services.generation.use(settings, engine=engine)
        yield Bench(services)
        await services.close()
