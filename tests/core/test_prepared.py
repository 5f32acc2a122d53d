"""A start that finds everything as the last one left it reads neither pack nor templates, and loads little."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import SettingsError
from core.pack.places import SEEDS
from core.prepared import checked_settings, prepared_mark
from core.settings.fields import Settings, config_file
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


def test_settings_are_checked_again_only_when_something_changed_them(monkeypatch: pytest.MonkeyPatch) -> None:
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('reviewer = "anna"\npage_size = 50\n', encoding="utf-8")
    flags = {"provider": "simulated"}
    first, mark = checked_settings(flags, "")
    assert (first.reviewer, first.page_size, first.provider) == ("anna", 50, "simulated")
    assert checked_settings(flags, mark) == (first, mark)

    monkeypatch.setenv("BRIGHTRUN_PAGE_SIZE", "many")
    with pytest.raises(SettingsError, match="BRIGHTRUN_PAGE_SIZE is 'many'"):
        checked_settings(flags, mark)
    monkeypatch.delenv("BRIGHTRUN_PAGE_SIZE")
    file.write_text("page_size = 33\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="page_size"):
        checked_settings(flags, mark)


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (
            "core.services, core.prepared",
            (
                *("core.pack.loader", "core.export.service", "core.importing.service", "tenacity", "pydantic_settings"),
                *("data.tables.pack", "data.tables.jobs", "data.tables.chunks"),
            ),
        ),
        ("core.importing.service, core.planning.rows, core.chunks.service, core.editing.service", ("tenacity",)),
    ],
    ids=("a review", "lists and forms"),
)
def test_what_is_shown_loads_neither_the_checks_nor_what_it_does_without(modules: str, heavy: tuple[str, ...]) -> None:
    code = f"import {modules}, sys; print([m for m in {('core.quality.check', *heavy)!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
