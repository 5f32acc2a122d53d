"""The preview of an export in a process of its own: what `core.aside` runs for the app over a large dataset."""

from __future__ import annotations

from core.export.request import ExportPreview, ExportRequest
from core.export.service import ExportService
from core.home import expanded
from core.settings.fields import Settings
from data.engines import Database


async def preview(settings: Settings, request: ExportRequest) -> ExportPreview:
    """As `ExportService.preview`."""
    async with Database(expanded(settings.database)) as database:
        return await ExportService(database, settings.reviewer).preview(request)
