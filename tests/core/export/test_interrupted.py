"""An export that is killed leaves nothing that looks finished, and the next one works in the same folder."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from core.export.request import ExportRequest
from core.export.verifying import examine
from core.services import Services
from data.criteria import Criteria

pytestmark = pytest.mark.slow
EXPORTING = """
import asyncio, os, signal, sys
from pathlib import Path
from core.export import writing
from core.export.service import ExportRequest, ExportService
from data.criteria import Criteria
from data.engines import Database

database, folder, format_, place = sys.argv[1:]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
rename, sync, renamed = writing._rename_to_new, writing.Outbox.sync, []

def rename_and_die(old, new):
    done = rename(old, new)
    renamed.append(new)
    if place == "naming" or (place == "manifest" and new.name == "README.md"):
        die()
    return done

writing._rename_to_new = rename_and_die
progress = (lambda done, _: die() if done == 5 else None) if place == "writing" else None
request = ExportRequest(format_, Criteria(), Path(folder))
asyncio.run(ExportService(Database(Path(database)), "me").write(request, progress))
"""


@pytest.mark.parametrize("format_", ["openai", "seed-json", "csv"])
@pytest.mark.parametrize("place", ["writing", "naming", "manifest"])
async def test_a_killed_export_has_no_manifest_and_no_half_file(
    services: Services, tmp_path: Path, format_: str, place: str
) -> None:
    out = tmp_path / "out"
    database = services.settings.database
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", EXPORTING, database, str(out), format_, place)
    assert await process.wait() == -signal.SIGKILL
    shown = [path for path in out.iterdir() if not path.name.startswith(".")]
    assert not [path for path in shown if path.name.startswith("manifest-")]
    assert bool(shown) is (place != "writing")
    for path in shown:  # what has its name already is whole
        assert path.name in ("README.md", "dataset_info.json", "axolotl.yaml") or examine(path).problems == []
    assert await services.export.history() == []
    result = await services.export.write(ExportRequest(format_, Criteria(), out))  # type: ignore[arg-type]
    assert examine(result.manifest).problems == []
    assert not list(out.glob(".*.part"))
