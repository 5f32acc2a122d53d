"""The figures of the quality screen in a process of their own: what `core.aside` runs for the app.

Only over a large dataset, whose texts would leave the app with their memory. Opens the database, reads, and closes it.
"""

from __future__ import annotations

from core.home import expanded
from core.quality.alike import Alike
from core.quality.dashboard import Dashboard, Side
from core.quality.service import QualityService
from core.settings.fields import Settings
from data.engines import Database


async def dashboard(settings: Settings) -> Dashboard:
    """As `QualityService.dashboard`."""
    async with Database(expanded(settings.database)) as database:
        return await QualityService(database, settings).dashboard()


async def alike(settings: Settings, side: Side) -> list[Alike]:
    """As `QualityService.alike`."""
    async with Database(expanded(settings.database)) as database:
        return list(await QualityService(database, settings).alike(side))
