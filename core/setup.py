"""Prepares the database of a first start, or of a new version: schema, pack, templates. Used by the app and `init`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import PackError
from core.home import expanded
from core.pack.files import read_pack
from core.pack.loader import LoadReport, load
from core.pack.places import find_pack
from core.prompting.files import read_templates
from core.settings.fields import Settings
from data import opening
from data.engines import Database

WAITING = "Waiting: another program holds the database locked…"


@dataclass(frozen=True)
class SetupReport:
    """What was done to make the database ready."""

    created: bool
    migrated: bool
    load: LoadReport


def prepare(settings: Settings, on_step: Callable[[str], None] = lambda _: None) -> SetupReport:
    """Create or migrate the database and load the pack and the templates, synchronously.

    Raises StorageError, PackError, TemplateError or ImportFileError; then nothing half-loaded stays behind.
    """
    return asyncio.run(prepare_async(settings, on_step))


async def prepare_async(settings: Settings, on_step: Callable[[str], None] = lambda _: None) -> SetupReport:
    """The same inside a running event loop."""
    path = expanded(settings.database)
    try:
        pack = read_pack(find_pack(settings.pack))
    except OSError as error:
        raise PackError(
            f"The pack {settings.pack} cannot be read: {error.strerror} ({error.filename}).",
            "Check its permissions, or name another with the setting pack.",
        ) from error
    templates = read_templates()
    on_step("Opening the database…")
    before = await asyncio.to_thread(opening.ensure, path)
    database = Database(path)
    waiting = asyncio.create_task(database.tell_waiting(lambda: on_step(WAITING)))
    try:
        async with database.write() as session:
            report = await load(session, pack, templates, actor=settings.reviewer, on_step=on_step)
    except BaseException:
        await database.close()
        if before is opening.FileState.MISSING:  # a database without its pack would look like an empty plan
            await asyncio.to_thread(opening.discard_unfilled, path)
        raise
    finally:
        waiting.cancel()
    await database.close()
    return SetupReport(before is opening.FileState.MISSING, before is opening.FileState.OLDER, report)
