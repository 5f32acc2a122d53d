"""A start that finds everything as the last one left it reads neither pack nor templates, and loads little."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from core.pack.places import SEEDS
from core.prepared import prepared_mark
from core.settings.fields import Settings
from core.setup import prepare


def test_the_mark_changes_with_the_files_and_with_what_is_loaded_of_them(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(SEEDS / "financial_planning", tmp_path / "pack"))
    settings = Settings(database=str(tmp_path / "a.db"), pack=str(pack), reviewer="tester")
    assert prepared_mark(settings) == ""  # no database yet
    prepare(settings)
    mark = prepared_mark(settings)
    assert mark and prepared_mark(settings) == mark
    facts = pack / "facts.json"
    facts.write_text(facts.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = prepared_mark(settings)
    assert changed != mark
    prepare(settings)
    assert prepared_mark(settings) not in (mark, changed)  # the database holds another pack now
    assert prepared_mark(replace(settings, database=str(tmp_path / "other.db"))) == ""


def test_a_review_loads_neither_the_checks_nor_what_exports_imports_and_generates() -> None:
    heavy = ("core.pack.loader", "core.quality.check", "core.export.service", "core.importing.service", "tenacity")
    code = f"import core.services, core.prepared, sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
