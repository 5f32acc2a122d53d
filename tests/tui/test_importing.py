"""Files brought in from the app: looked at first, chosen for, brought in as they were seen, and taken back."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from driving import Opened, answer, footer, messages, reached, ready, seen, sees, settled, until
from textual.pilot import Pilot
from textual.widgets import Input, Static

from core.importing import service
from core.importing.report import ImportEntry
from core.services import Services
from core.settings.fields import Settings
from tests.core.conftest import pair
from tests.hostile import write as write_hostile
from tui.app import BrightrunApp
from tui.pages.importing import import_list
from tui.screens.dialogs import ConfirmDialog
from tui.screens.importing import ImportsScreen
from tui.screens.importing_dialogs import ColumnsForm, PathDialog, RepairDialog, fitting, typed_path
from tui.screens.importing_files import ImportFilesScreen

PLAN = (
    "Number,Conversation ID,Tier,Client,Topic,Starting Emotion,Starting Intensity,Ending Emotion,Ending Intensity,"
    "Turns\n901,own_900,template,Marcus,Bills,shame,0.8,relief,0.6,4\n"
)


def _file(path: Path, *pairs: dict[str, Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"training_pairs": pairs}, indent=1), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good file, one that can be mended, one that cannot, and a plan; one stands beside it."""
    monkeypatch.chdir(tmp_path)
    inside = tmp_path / "in"
    own = [pair("own_001", 1), pair("own_001", 2), pair("own_003", 1)]
    _file(inside / "bills.json", *own, pair("fp_jennifer_004", 1), pair("fp_marcus_002", 1))
    broken = _file(inside / "broken.json", pair("own_010", 1, target_response="One. Two."))
    broken.write_text(broken.read_text().replace('"pacing": "slow"', '"pacing": slow'))
    (inside / "odd.json").write_text('{"training_pairs": [\n  {"id": NaN}\n]}')
    (inside / "plan.csv").write_text(PLAN)
    return inside


async def _look(app: BrightrunApp, pilot: Pilot[None], path: str, known: str = "imported yet") -> ImportFilesScreen:
    if known:
        await pilot.press("I")
        await sees(pilot, known)
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, PathDialog))
    assert isinstance(app.screen, PathDialog)
    app.screen.query_one("#path", Input).value = path
    await pilot.press("enter")
    screen: ImportFilesScreen = await reached(pilot, ImportFilesScreen)
    await until(pilot, lambda: screen.stage == "looked")
    return screen


async def _ids(services: Services, *ids: str) -> dict[str, Any]:
    from data import conversations

    async with services.database.read() as session:
        return await conversations.get_many(session, ids)


@pytest.mark.slow
async def test_a_folder_is_seen_mended_mapped_brought_in_and_taken_back(opened: Opened, folder: Path) -> None:
    async with opened() as (app, pilot):
        services = app.services
        assert services is not None
        screen = await _look(app, pilot, "in")
        await sees(pilot, "y brings it in")
        assert "Refused" in seen(app)
        assert await _ids(services, "own_001") == {}
        # Mended after the difference was shown.
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, RepairDialog))
        assert isinstance(app.screen, RepairDialog)
        await answer(pilot, "y")
        await sees(pilot, "broken.json (1 change)")
        # Mapped.
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsForm))
        assert isinstance(app.screen, ColumnsForm)
        app.screen.query_one("#heading-3", Input).value = "Person"
        await pilot.press("ctrl+s")
        assert "no column 'person'" in str(app.screen.query_one("#problem", Static).content)
        app.screen.query_one("#heading-3", Input).value = "Persona"
        await pilot.press("ctrl+s")
        await sees(pilot, "Client → persona")
        await until(pilot, lambda: screen.stage == "looked")
        assert screen.report is not None
        assert [Path(refusal.file).name for refusal in screen.report.failures] == ["odd.json"]
        await pilot.press("y")
        await sees(pilot, "Imports 1 to 3")
        await pilot.press("y")
        assert "This is imported" in messages(app)[-1]
        rows = await _ids(services, "own_001", "own_010", "own_900", "fp_jennifer_004")
        assert [rows[name]["status"] for name in sorted(rows)] == ["approved", "approved", "generated", "planned"]
        assert rows["own_010"]["needs_review"]
        await pilot.press("escape")
        await sees(pilot, "Import 3 by")
        await pilot.press("G", "x")
        await answer(pilot, "y")
        await sees(pilot, "Taken back")
        assert await _ids(services, "own_001") == {}
        assert (await _ids(services, "fp_jennifer_004"))["fp_jennifer_004"]["status"] == "planned"
        await pilot.press("x")
        assert "was taken back already" in messages(app)[-1]


@pytest.mark.slow
async def test_replacing_is_asked_for_and_what_changed_since_it_was_seen_stays_out(
    opened: Opened, folder: Path, services: Services
) -> None:
    await services.imports.run([folder / "bills.json"])
    before = (await _ids(services, "own_001"))["own_001"]
    async with opened() as (app, pilot):
        await pilot.press("I")
        await sees(pilot, "Import 1 by")
        await pilot.press("n")
        await settled(pilot)
        app.screen.query_one("#path", Input).value = "in/bills.json"
        await pilot.press("enter")
        await sees(pilot, "r gives leave to replace")
        await pilot.press("y")
        assert "Nothing here can come in" in messages(app)[-1]
        await pilot.press("r")
        await sees(pilot, "4 replaced")
        await pilot.press("y")
        await answer(pilot, "n")
        assert isinstance(app.screen, ImportFilesScreen)
        assert app.screen.stage == "looked"
        path = folder / "bills.json"
        path.write_text(path.read_text() + "\n")
        await pilot.press("y")
        await answer(pilot, "y")
        await sees(pilot, "has changed since it was looked at")
        assert (await _ids(services, "own_001"))["own_001"] == before
        await pilot.press("full_stop")
        await sees(pilot, "y brings it in")
        await pilot.press("y")
        await answer(pilot, "y")
        await sees(pilot, "Import 2 in the list")
        assert (await _ids(services, "own_001"))["own_001"]["version"] == before["version"] + 1


@pytest.mark.slow
async def test_an_import_is_stopped_and_quitting_asks_while_one_runs(opened: Opened, folder: Path) -> None:
    async with opened() as (app, pilot):
        assert app.services is not None
        await app.services.imports.run([_file(folder / "first.json", pair("own_050", 1))])
        locked = sqlite3.connect(app.settings.database, isolation_level=None)
        await pilot.press("I")
        await sees(pilot, "Import 1 by")
        await pilot.press("s")
        assert "Nothing is being imported" in messages(app)[-1]
        await pilot.press("escape")
        screen = await _look(app, pilot, "in/bills.json", "Import 1 by")
        locked.execute("begin immediate")  # so it waits, before it stores anything
        await pilot.press("y")
        await sees(pilot, "s stops it")
        await pilot.press("q")
        await answer(pilot, "n")
        await pilot.press("y")
        assert "is running" in messages(app)[-1]
        await pilot.press("s")
        await reached(pilot, ConfirmDialog)
        await pilot.press("y")
        locked.execute("rollback")
        await sees(pilot, "y brings it in")
        assert app.main.bringing is None
        assert await _ids(app.services, "own_001") == {}
        assert "nothing of it came in" in footer(app)
        # The same import goes through afterwards, and the list comes back to it.
        await pilot.press("y")
        await sees(pilot, "Import 2 in the list")
        assert screen.stage == "done"
        await pilot.press("escape")
        await sees(pilot, "Import 2 by")
        # Quitting breaks off what runs.
        _file(folder / "later.json", pair("own_060", 1))
        await _look(app, pilot, "in/later.json", "")
        locked.execute("begin immediate")
        await pilot.press("y")
        await sees(pilot, "s stops it")
        await pilot.press("q")
        await reached(pilot, ConfirmDialog)
        await pilot.press("y")
        locked.execute("rollback")
        locked.close()
        await until(pilot, lambda: app._exit)
        assert await _ids(app.services, "own_060") == {}


async def test_leaving_asks_while_an_import_runs_and_leaves_no_half_of_it(opened: Opened, folder: Path) -> None:
    async with opened() as (app, pilot):
        await _look(app, pilot, "in/bills.json")
        locked = sqlite3.connect(app.settings.database, isolation_level=None)
        locked.execute("begin immediate")  # so it waits, before it stores anything
        await pilot.press("y")
        await sees(pilot, "s stops it")
        for key in ("q", "ctrl+q"):
            await pilot.press(key)
            await reached(pilot, ConfirmDialog)
            await pilot.press("ctrl+q")  # asks no second time
            await answer(pilot, "enter")  # No has the focus
            assert isinstance(app.screen, ImportFilesScreen) and app.main.bringing is not None
        await pilot.press("ctrl+q")
        await reached(pilot, ConfirmDialog)
        await pilot.press("y")
        locked.execute("rollback")
        await until(pilot, lambda: app._exit)
    with sqlite3.connect(app.settings.database) as db:
        assert db.execute("select count(*) from conversations where conversation_id like 'own_%'").fetchone() == (0,)
        assert db.execute("select count(*) from imports").fetchone() == (0,)
    locked.close()


@pytest.mark.slow
async def test_what_came_in_before_an_import_was_stopped_is_taken_back_with_a_yes(
    opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as (app, pilot):
        assert app.services is not None
        (folder / "odd.json").unlink()
        (folder / "plan.csv").unlink()
        _file(folder / "broken.json", pair("own_010", 1))
        await _look(app, pilot, "in")
        read, at_second = service._read, asyncio.Event()

        async def held(path: Path, *rest: Any) -> Any:
            if path.name == "broken.json":
                at_second.set()
                await asyncio.Event().wait()
            return await read(path, *rest)

        monkeypatch.setattr(service, "_read", held)
        await pilot.press("y")
        await until(pilot, at_second.is_set, busy=True)
        await pilot.press("s")
        await answer(pilot, "y")
        question = await reached(pilot, ConfirmDialog)
        assert "Take import 1 back, too?" in str(question.query_one(".dialog").border_title)
        assert len(await _ids(app.services, "own_001", "own_010")) == 1
        await pilot.press("y")
        await sees(pilot, "Stopped, and taken back: nothing of it is in the plan.")
        assert await _ids(app.services, "own_001", "own_010") == {}
        assert [one.undone_at is not None for one in await app.services.imports.list()] == [True]


@pytest.mark.slow
async def test_a_path_is_completed_as_far_as_the_names_agree(opened: Opened, folder: Path) -> None:
    async with opened() as (app, pilot):
        await pilot.press("I")
        await sees(pilot, "imported yet")
        await pilot.press("n")
        await settled(pilot)
        box = app.screen.query_one("#path", Input)
        box.value = ""
        for typed, completed in (("i", "in/"), ("b", "in/b"), ("r", "in/broken.json")):
            await pilot.press(typed, "tab")
            assert box.value == completed
        for nothing in ("in/nothing.json", "~nosuchperson/in"):
            box.value = nothing
            await pilot.press("tab", "enter")
            told = f"{nothing} does not exist"
            await until(pilot, lambda: told in str(app.screen.query_one("#problem", Static).content))  # noqa: B023


def test_names_that_fit_are_folders_and_files_that_can_be_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "notes.txt").write_text("")
    (folder / ".hidden.json").write_text("")
    (folder / "Deep").mkdir()
    names = ["bills.json", "broken.json", "odd.json", "plan.csv"]
    assert fitting(f"{folder}/") == [f"{folder}/{name}" for name in ("Deep/", *names)]
    assert fitting(f"{folder}/BI") == [f"{folder}/bills.json"]
    assert fitting(f"{folder}/.h") == [f"{folder}/.hidden.json"]
    assert fitting(f"{folder}/nowhere/x") == fitting("a\0b/") == []
    monkeypatch.setenv("HOME", str(folder))
    assert typed_path(f"{folder}//tmp/x") == "/tmp/x"
    assert typed_path(f"{folder}/~/x") == "~/x"
    assert typed_path(f"{folder}/x") == f"{folder}/x"
    assert fitting("~") == ["~/"]
    assert fitting("~/od") == ["~/odd.json"]


async def test_nothing_of_a_hostile_file_commands_the_terminal(opened: Opened, tmp_path: Path) -> None:
    write_hostile(tmp_path / "\x1b]0;x\x07[b]loud.json")
    async with opened((120, 40)) as (app, pilot):
        await _look(app, pilot, str(tmp_path / "\x1b]0;x\x07[b]loud.json"))
        for place in (seen(app), str(app.screen.query_one("#header", Static).content)):
            assert "\x1b" not in place
            assert "[b]loud.json" in place
        await pilot.press("y")
        await sees(pilot, "Import 1 in the list")
        await pilot.press("escape")
        await sees(pilot, "Import 1 by")
        assert "\x1b" not in seen(app)
        await pilot.press("enter")
        await sees(pilot, "SHA-256")
        assert "\x1b" not in seen(app)


@pytest.mark.slow
async def test_keys_that_can_do_nothing_say_why(opened: Opened, folder: Path) -> None:
    async with opened() as (app, pilot):
        await pilot.press("I")
        await sees(pilot, "Nothing was imported yet: n brings a file or folder in.")
        await pilot.press("x")
        assert "Nothing was imported yet" in messages(app)[-1]
        await pilot.press("escape")
        await _look(app, pilot, "in/odd.json")
        for key, why in (("p", "can be mended"), ("c", "No file here is a table"), ("y", "Nothing here can come in")):
            await pilot.press(key)
            assert why in messages(app)[-1]
        assert "Repair" not in footer(app)


def test_a_long_name_in_the_list_of_imports_does_not_run_into_the_date() -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    one = ImportEntry(1, "a_long_name" * 9, "", "vi", at, {"conversations": 1}, (), None)
    for width in (50, 78, 120):
        assert re.search(r"… 20\d\d-", "".join(text for text, _ in import_list([one], width)[1].line))


SIZES = [(80, 24), (160, 48)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("which", ["list", "report"])
@pytest.mark.slow
def test_pictures(
    snap_compare: Callable[..., bool], settings: Settings, folder: Path, size: tuple[int, int], which: str
) -> None:
    async def imported() -> None:
        services = await Services.open(settings)
        await services.imports.run([folder / "bills.json"])
        await services.imports.run([_file(folder / "more.json", pair("own_020", 1))])
        await services.imports.undo(1)
        await services.close()

    if which == "list":
        asyncio.run(imported())
        with sqlite3.connect(settings.database) as db:
            db.execute("update imports set at = '2026-11-20 10:00:00'")
            db.execute("update imports set undone_at = '2026-11-20 11:00:00' where undone_at is not null")

    async def before(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app = pilot.app
        assert isinstance(app, BrightrunApp)
        if which == "report":
            await _look(app, pilot, "in")
        else:
            await pilot.press("I")
            await sees(pilot, "Import 2 by")
            assert isinstance(app.screen, ImportsScreen)
            await pilot.press("G")
        await settled(pilot)

    app = BrightrunApp(settings, flags=dataclasses.asdict(settings))
    assert snap_compare(app, terminal_size=size, run_before=before)
