"""Pictures of every question and of the screens that no other file takes, each reached by keys from the main list.

All are taken of one prepared dataset: jobs that ended, paused and wait, source documents, an import, an export, two
versions of a template, and files to bring in. The most used are looked at by `make test`, all by `make test-all`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as times
import json
import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from driving import ready, settled, still, until
from test_importing import PLAN, _file
from test_jobs import order, work
from test_sources import documents
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from core.doctor import Check
from core.errors import StorageError
from core.export.request import ExportRequest
from core.pack.places import PROMPTS
from core.query import Criteria
from core.services import Services
from core.settings.fields import Settings
from core.status import Verdict
from tests.core.conftest import pair
from tui.app import BrightrunApp
from tui.screens.loading import LoadingScreen, TroubleScreen
from tui.screens.settings import BUDGET, SettingsScreen

NOW = "2026-11-20 10:00:00"
Compare = Callable[..., bool]
Step = str | Callable[[Pilot[None]], Awaitable[None]]


class StoppedClock(times.datetime):
    """It is always the same moment."""

    @classmethod
    def now(cls, tz: Any = None) -> times.datetime:  # type: ignore[override]
        return times.datetime(2026, 11, 20, 10, 5, tzinfo=times.UTC)


def _opens(name: str) -> Step:
    """Wait for a screen of this class, and until what it looks up is there."""

    async def step(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: type(pilot.app.screen).__name__ == name)
        await settled(pilot)

    return step


def _runs(command: str) -> Step:
    """A command by its id, as the palette runs it."""

    async def step(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BrightrunApp)
        await pilot.app.main.action_run(command)

    return step


def _fills(selector: str, text: str) -> Step:
    """Text into a field at once."""

    async def step(pilot: Pilot[None]) -> None:
        pilot.app.screen.query_one(selector, Input).value = text

    return step


async def _filters(pilot: Pilot[None]) -> None:
    """The filter pane: over the list where there is little room, else beside it."""
    assert isinstance(pilot.app, BrightrunApp)
    main = pilot.app.main
    if main.has_class("-filters"):
        main.facets.focus()
    else:
        await pilot.press("f")
    await settled(pilot)


def _picks(setting: str) -> Step:
    """The line of a setting, or with "" that of the overall cap."""

    async def step(pilot: Pilot[None]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, SettingsScreen)
        for _ in range(2):  # again from the top, now that the lines below are those of this setting
            screen.list.set_top(0)
            screen.list.pick([one.name for one in screen.settings].index(setting) if setting else BUDGET)
            await settled(pilot)

    return step


TO_REVIEW: tuple[Step, ...] = ("t",)
LOOKED: tuple[Step, ...] = ("I", "n", _opens("PathDialog"), _fills("#path", "in"), "enter", _opens("ImportFilesScreen"))
JOB: tuple[Step, ...] = ("J", "enter", _opens("JobScreen"))
# The format that most trainers take.
EXPORT: tuple[Step, ...] = ("E", _opens("ExportDialog"), _fills("#folder", "export"), "down", "down", "space")
# What leads to it, and the class of the screen that is there then. Those of QUICK are looked at by `make test`.
PICTURES: dict[str, tuple[tuple[Step, ...], str]] = {
    # Review
    "reject-why": (("alt+r",), "WordsDialog"),
    "approve-note": ((*TO_REVIEW, "alt+a"), "WordsDialog"),
    "note": ((*TO_REVIEW, "n"), "NoteDialog"),
    "bulk-menu": ((*TO_REVIEW, "B"), "BulkMenu"),
    "bulk-reject": ((_runs("review.bulk_reject"),), "BulkDialog"),
    "bulk-or-only": ((*TO_REVIEW, "space", "j", "r"), "BulkDialog"),
    "delete": ((*TO_REVIEW, "D"), "DeleteDialog"),
    "delete-many": (("space", "space", "G", "space", "D"), "DeleteDialog"),
    # Generate
    "generate-row": (("G", "k", "x"), "GenerateDialog"),
    "generate-list": (("asterisk", "X"), "GenerateDialog"),
    "again": ((*TO_REVIEW, "R"), "AgainDialog"),
    "again-turn": ((*TO_REVIEW, "enter", "G", "M"), "AgainDialog"),
    "vary": (("enter", "v"), "VaryDialog"),
    "retry": ((_runs("job.retry"),), "ConfirmDialog"),
    "job-terms": (("J", "j", "P"), "TermsDialog"),
    "job-drop": ((*JOB, "G", "d"), "ConfirmDialog"),
    "job-log": (("J", "L"), "WriteFileDialog"),
    "job-calls": (("J", "G", "enter", _opens("JobScreen"), "enter"), "CallsScreen"),
    # Find and look
    "sort": (("o",), "SortMenu"),
    "range": ((_filters, *"score", "enter"), "RangeDialog"),
    "palette": (("colon",), "CommandPalette"),
    "palette-typed": (("colon", *"appro"), "CommandPalette"),
    "detail-json": (("enter", "7"), "DetailScreen"),
    "detail-search": (("enter", "slash", *"money"), "DetailScreen"),
    "call": (("t", "enter", "6", "G", "enter"), "CallScreen"),
    "report": (("Q", _opens("QualityScreen"), "c"), "WriteFileDialog"),
    "template-compare": (("T", _opens("TemplatesScreen"), "g", "j", "d"), "TemplatePage"),
    "template-try": (("T", _opens("TemplatesScreen"), "j", "j", "j", "t"), "TemplatePage"),
    "template-share": (("T", _opens("TemplatesScreen"), "b"), "ShareDialog"),
    # Plan
    "plan-row": (("N",), "PlanForm"),
    "coverage-rows": (("C", _opens("CoverageScreen"), "r"), "DimensionMenu"),
    "coverage-targets": (("C", _opens("CoverageScreen"), "t", _opens("DimensionMenu"), "enter"), "TargetsDialog"),
    "coverage-number": (("C", _opens("CoverageScreen"), "p"), "NumberDialog"),
    "source-search": (("K", _opens("SourcesScreen"), "slash"), "AskDialog"),
    "source-link": (("K", _opens("SourcesScreen"), "l"), "AskDialog"),
    "source-rows": (("K", _opens("SourcesScreen"), "asterisk", "p"), "ChunkProposalsScreen"),
    "source-path": (("K", _opens("SourcesScreen"), "n"), "SourceDialog"),
    "source-import": (
        ("K", _opens("SourcesScreen"), "n", _opens("SourceDialog"), _fills("Input", "more.json"), "enter"),
        "ImportSourcesScreen",
    ),
    # In and out
    "import-path": (("I", "n", _opens("PathDialog"), _fills("#path", "in/")), "PathDialog"),
    "import-format": ((*LOOKED, "f"), "FormatMenu"),
    "import-repair": ((*LOOKED, "p"), "RepairDialog"),
    "import-columns": ((*LOOKED, "c"), "ColumnsForm"),
    "import-report": (("I", "enter"), "ImportPage"),
    "import-undo": (("I", "x"), "ConfirmDialog"),
    "export": (EXPORT, "ExportDialog"),
    "export-history": ((*EXPORT, "h"), "ExportHistory"),
    # App
    "setting-choice": (("S", _opens("SettingsScreen"), _picks("log_level"), "enter"), "SettingDialog"),
    "setting-value": (("S", _opens("SettingsScreen"), _picks("toast_every"), "enter"), "SettingDialog"),
    "budget": (("S", _opens("SettingsScreen"), _picks(""), "enter"), "BudgetDialog"),
    "tour": ((_runs("app.tour"),), "TourDialog"),
    "tour-review": ((_runs("app.tour"), _opens("TourDialog"), "right", "right", "right", "right"), "TourDialog"),
}
QUICK = ("reject-why", "export")
# They need no history, which costs more than all of them.
PLAIN = (*QUICK, "bulk-reject", "generate-row", "coverage-targets", "import-columns")


def _sizes(names: Any) -> list[Any]:
    return [
        pytest.param(name, size, marks=() if name in QUICK and size[0] < 120 else pytest.mark.slow, id=f"{name}-{text}")
        for name in names
        for text, size in (("80x24", (80, 24)), ("160x48", (160, 48)))
        # Of a dialog over a dialog the price behind both may come or not.
        if name != "export-history" or size[0] < 120
    ]


def _files(place: Path) -> None:
    """Documents and tables to bring in."""
    (place / "sources.json").write_text(json.dumps(documents()))
    more = documents(chunk_id="rent", title="About the rent", text="Rent is paid first; what is left is the plan.")
    (place / "more.json").write_text(json.dumps(more))
    inside = place / "in"
    _file(inside / "bills.json", pair("own_001", 1), pair("own_001", 2), pair("fp_marcus_006", 1))
    broken = _file(inside / "broken.json", pair("own_010", 1, target_response="One. Two."))
    broken.write_text(broken.read_text().replace('"pacing": "slow"', '"pacing": slow'))
    (inside / "plan.csv").write_text(PLAN)


async def _history(settings: Settings, place: Path) -> None:
    """What the pictures need, made through the services."""
    prompts = Path(shutil.copytree(PROMPTS, place / "prompts"))
    changed = prompts / "annotation.md"
    changed.write_text(changed.read_text() + "\nName the feeling first, then the reason.\n")

    one = dataclasses.replace(settings, concurrency=1)
    services = await Services.open(one)
    services.generation.use(dataclasses.replace(one, attempts=1, simulator_faults="refusal:0.2"))
    await order(services, 10)
    await work(services)
    await order(services, 3, cap=60_000, tier="edge_case")
    await work(services)
    await order(services, 8, tier="scenario")
    await services.review.decide_many(("fp_marcus_003", "fp_marcus_004"), Verdict.REOPEN)
    await services.chunks.run(str(place / "sources.json"))
    await services.imports.run([place / "in" / "bills.json"])
    await services.export.write(ExportRequest("openai", Criteria(), place / "export"))
    services.templates._folder = prompts
    await services.templates.reload()
    await services.close()


def _stop_times(path: Path) -> None:
    """Every time and every place of this machine becomes the same everywhere."""
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
        for (trigger,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            db.execute(f"drop trigger {trigger}")
        for table in tables:
            for _, column, *_ in db.execute(f"pragma table_info({table})").fetchall():
                if column == "at" or column.endswith("_at"):
                    db.execute(f"update {table} set {column} = '{NOW}' where {column} is not null")
        manifest = "export/manifest-training-data-2026-11-20-approved-9-conversations.json"
        db.execute("update export_logs set path = ?", (manifest,))
        db.execute("update generation_jobs set results_summary = json_set(results_summary, '$.seconds', 170.0)")


@pytest.fixture(scope="module")
def prepared(pack_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the dataset and the files, made once."""
    place = tmp_path_factory.mktemp("pictures")
    shutil.copy(pack_database, place / "plan.db")
    _files(place)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        patch.setattr("core.engine.launch.start_worker", lambda database: "")
        settings = Settings(database="plan.db", reviewer="tester", provider="simulated", simulator_pace=0.0)
        asyncio.run(_history(settings, place))
    _stop_times(place / "plan.db")
    return place


@pytest.fixture
def pictured(
    name: str, request: pytest.FixtureRequest, pack_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A copy of it as the folder one works in; the disk and the settings of no machine are looked at."""
    place = tmp_path / "work"
    if name in PLAIN:
        place.mkdir()
        shutil.copy(pack_database, place / "plan.db")
        _files(place)
        _stop_times(place / "plan.db")
    else:
        shutil.copytree(request.getfixturevalue("prepared"), place)
    (place / "plan.db").chmod(0o600)
    monkeypatch.chdir(place)
    monkeypatch.setenv("BRIGHTRUN_CONFIG", "config.toml")
    monkeypatch.setenv("LOGNAME", "somebody")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr("tui.screens.jobs_one.datetime", StoppedClock)
    monkeypatch.setattr("core.export.service.utc_now", lambda: StoppedClock.now())
    monkeypatch.setattr("tui.screens.settings.examine", lambda flags: iter([Check("settings", "ok", "config.toml")]))
    return Settings(database="plan.db", reviewer="tester", provider="simulated", simulator_pace=0.0)


@pytest.mark.parametrize(("name", "size"), _sizes(PICTURES))
def test_picture(snap_compare: Compare, pictured: Settings, name: str, size: tuple[int, int]) -> None:
    steps, shows = PICTURES[name]

    async def before(pilot: Pilot[None]) -> None:
        await ready(pilot)
        for step in steps:
            if isinstance(step, str):
                await pilot.press(step)
                await settled(pilot)
            else:
                await step(pilot)
        arrived = _opens(shows)
        assert not isinstance(arrived, str)
        await arrived(pilot)
        await still(pilot, 4)

    app = BrightrunApp(pictured, flags={"database": "plan.db", "reviewer": "tester", "provider": "simulated"})
    assert snap_compare(app, terminal_size=size, run_before=before)


class Starting(App[None]):
    """Nothing but the screen of a start."""

    def __init__(self, screen: LoadingScreen | TroubleScreen) -> None:
        super().__init__()
        self._first = screen

    def on_mount(self) -> None:
        self.push_screen(self._first)


@pytest.mark.parametrize(("name", "size"), _sizes(["loading", "trouble"]))
def test_start(snap_compare: Compare, name: str, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = pilot.app.screen
        if isinstance(screen, LoadingScreen):
            for text in ("Creating plan.db", "Loading the pack financial_planning", "Reading 10 examples"):
                screen._step(text)
        await pilot.pause()

    error = StorageError(
        "plan.db is no database of brightrun: file is not a database.",
        "Name another file with --database, or bring a backup back with brightrun backup.",
    )
    screen = LoadingScreen() if name == "loading" else TroubleScreen(error)
    assert snap_compare(Starting(screen), terminal_size=size, run_before=steps)
