"""The services of one database for one person: what the app, the command line and the worker all use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.engine.service import GenerationService
from core.export.service import ExportService
from core.importing.service import ImportService
from core.planning.service import Planner
from core.review.service import ReviewService
from core.settings.fields import Settings
from core.settings.model import price_overrides
from data.engines import Database


@dataclass
class Services:
    """Open with `Services.open(settings)`, close when done."""

    settings: Settings
    actor: str
    database: Database
    review: ReviewService
    generation: GenerationService
    export: ExportService
    imports: ImportService
    planner: Planner

    @classmethod
    async def open(cls, settings: Settings) -> Services:
        """Services on the database of the settings; it must exist (see `core.setup`)."""
        database = Database(Path(settings.database).expanduser())
        actor = settings.reviewer
        return cls(
            settings,
            actor,
            database,
            ReviewService(database, actor),
            GenerationService(database, settings, price_overrides()),
            ExportService(database, actor),
            ImportService(database, actor),
            Planner(database, actor),
        )

    async def close(self) -> None:
        """Give back connections."""
        await self.database.close()
