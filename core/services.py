"""The services of one database for one person: what the app, the command line and the worker all use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.editing.service import EditService
from core.engine.service import GenerationService
from core.export.service import ExportService
from core.importing.service import ImportService
from core.planning.coverage import CoverageService
from core.planning.rows import PlanRows
from core.planning.service import Planner
from core.quality.service import QualityService
from core.review.service import ReviewService
from core.rewriting.service import RewritingService
from core.rewriting.variations import Variations
from core.settings.fields import Settings
from core.settings.model import price_overrides
from core.templates.service import TemplateService
from core.views import ViewService
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
    plan_rows: PlanRows
    coverage: CoverageService
    editing: EditService
    templates: TemplateService
    quality: QualityService
    views: ViewService
    rewriting: RewritingService
    variations: Variations

    @classmethod
    async def open(cls, settings: Settings) -> Services:
        """Services on the database of the settings; it must exist (see `core.setup`)."""
        database = Database(Path(settings.database).expanduser())
        actor = settings.reviewer
        review = ReviewService(database, actor)
        return cls(
            settings,
            actor,
            database,
            review,
            GenerationService(database, settings, price_overrides()),
            ExportService(database, actor),
            ImportService(database, actor),
            Planner(database, actor),
            PlanRows(database, actor, review),
            CoverageService(database, actor),
            EditService(database, review),
            TemplateService(database, actor),
            QualityService(database, settings),
            ViewService(database, actor),
            RewritingService(database, actor, review, settings.review_below),
            Variations(database, actor),
        )

    async def close(self) -> None:
        """Give back connections."""
        await self.database.close()
