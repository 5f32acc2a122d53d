"""The services of one database for one person: what the app, the command line and the worker all use.

A service is loaded when it is first asked for: together they cost a review that needs one of them 20 MB and a quarter
of a second. Open them with `Services.open`, and ask from a thread where a key must not wait for the loading. What reads
a large dataset whole runs in a process of its own (`core.aside`) where the caller says that it is large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from core import aside
from core.home import expanded
from core.review.service import ReviewService
from core.settings.fields import Settings
from core.settings.file import price_overrides
from data.engines import Database

if TYPE_CHECKING:
    from core.chunks.service import ChunkService
    from core.editing.service import EditService
    from core.engine.orders import Order, Proposal
    from core.engine.service import GenerationService
    from core.export.request import ExportPreview, ExportRequest
    from core.export.service import ExportService
    from core.importing.service import ImportService
    from core.planning.coverage import CoverageService
    from core.planning.rows import PlanRows
    from core.planning.service import Planner
    from core.quality.alike import Alike
    from core.quality.dashboard import Dashboard, Side
    from core.quality.service import QualityService
    from core.rewriting.service import RewritingService
    from core.rewriting.variations import Variations
    from core.templates.service import TemplateService
    from core.views import ViewService


@dataclass
class Services:
    """Open with `Services.open(settings)`, close when done."""

    settings: Settings
    actor: str
    database: Database
    review: ReviewService
    prices: Mapping[str, Mapping[str, float]]

    @classmethod
    async def open(cls, settings: Settings) -> Services:
        """Services on the database of the settings; it must exist (see `core.setup`). Raises SettingsError."""
        database = Database(expanded(settings.database))
        actor = settings.reviewer
        return cls(settings, actor, database, ReviewService(database, actor), price_overrides())

    async def close(self) -> None:
        """Give back connections."""
        await self.database.close()

    async def advisor_name(self) -> str:
        """What the pack calls the advisor, in a word; "" without a pack. Loads no service."""
        from data.packs import get_pack

        async with self.database.read() as session:
            pack = await get_pack(session)
        advisor = (pack or {}).get("advisor") or {}
        return str(advisor.get("short_name") or str(advisor.get("name", "")).partition(" ")[0])

    async def active_templates(self) -> tuple[int, ...]:
        """The versions of templates that are active: while they are, the same rows cost the same."""
        from data.templates import active_ids

        async with self.database.read() as session:
            return await active_ids(session)

    async def mean_prices(self, ids: Sequence[str]) -> dict[str, float]:
        """By tier, what one of these rows costs on average in micro-dollars; in a process of its own.

        Raises as `GenerationService.propose`.
        """
        found: dict[str, float] = await aside.run(
            "core.engine.apart:mean_prices", self.settings, self.prices, tuple(ids)
        )
        return found

    async def propose(self, order: Order, *, count_tokens: bool = False, large: bool = False) -> Proposal:
        """As `GenerationService.propose`; of a large dataset in a process of its own."""
        if not large:
            return await self.generation.propose(order, count_tokens=count_tokens)
        found: Proposal = await aside.run(
            "core.engine.apart:propose", self.settings, self.prices, order, None, count_tokens
        )
        return found

    async def dashboard(self, *, large: bool = False) -> Dashboard:
        """As `QualityService.dashboard`; of a large dataset in a process of its own."""
        if not large:
            return await self.quality.dashboard()
        found: Dashboard = await aside.run("core.quality.apart:dashboard", self.settings)
        return found

    async def preview(self, request: ExportRequest, *, large: bool = False) -> ExportPreview:
        """As `ExportService.preview`; of a large dataset in a process of its own."""
        if not large:
            return await self.export.preview(request)
        found: ExportPreview = await aside.run("core.export.apart:preview", self.settings, request)
        return found

    async def alike(self, side: Side, *, large: bool = False) -> list[Alike]:
        """As `QualityService.alike`; of a large dataset in a process of its own."""
        if not large:
            return await self.quality.alike(side)
        found: list[Alike] = await aside.run("core.quality.apart:alike", self.settings, side)
        return found

    @cached_property
    def generation(self) -> GenerationService:
        """Orders jobs and steers them."""
        from core.engine.service import GenerationService

        return GenerationService(self.database, self.settings, self.prices)

    @cached_property
    def export(self) -> ExportService:
        """Writes files."""
        from core.export.service import ExportService

        return ExportService(self.database, self.actor)

    @cached_property
    def imports(self) -> ImportService:
        """Reads files."""
        from core.importing.service import ImportService

        return ImportService(self.database, self.actor)

    @cached_property
    def planner(self) -> Planner:
        """Adds rows of a CSV plan."""
        from core.planning.service import Planner

        return Planner(self.database, self.actor)

    @cached_property
    def plan_rows(self) -> PlanRows:
        """Adds, changes and removes rows of the plan."""
        from core.planning.rows import PlanRows

        return PlanRows(self.database, self.actor, self.review)

    @cached_property
    def coverage(self) -> CoverageService:
        """Counts the plan against its target shares."""
        from core.planning.coverage import CoverageService

        return CoverageService(self.database, self.actor)

    @cached_property
    def editing(self) -> EditService:
        """Changes facts by hand."""
        from core.editing.service import EditService

        return EditService(self.database, self.review, self.settings.review_below)

    @cached_property
    def templates(self) -> TemplateService:
        """Versions of templates."""
        from core.templates.service import TemplateService

        return TemplateService(self.database, self.actor, settings=self.settings)

    @cached_property
    def quality(self) -> QualityService:
        """Figures of the whole dataset."""
        from core.quality.service import QualityService

        return QualityService(self.database, self.settings)

    @cached_property
    def views(self) -> ViewService:
        """Views under a name."""
        from core.views import ViewService

        return ViewService(self.database, self.actor)

    @cached_property
    def rewriting(self) -> RewritingService:
        """Other texts in place of those there are."""
        from core.rewriting.service import RewritingService

        return RewritingService(self.database, self.actor, self.review, self.settings.review_below)

    @cached_property
    def variations(self) -> Variations:
        """Rows that vary others."""
        from core.rewriting.variations import Variations

        return Variations(self.database, self.actor, self.review)

    @cached_property
    def chunks(self) -> ChunkService:
        """Source documents in chunks."""
        from core.chunks.service import ChunkService

        return ChunkService(self.database, self.actor, self.plan_rows, self.settings, self.review.journal)
