"""Source documents in the app: brought in, found, linked, proposed from, and seen where a row draws on them."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driving import Opened, answer, ready, seen, sees, settled, until
from textual.pilot import Pilot
from textual.widgets import Input

from core.services import Services
from core.settings.fields import Settings
from tests.hostile import ALL, MARKUP, RTL
from tui.app import BrightrunApp
from tui.screens.plan_proposals import ProposalsScreen
from tui.screens.sources import SourcesScreen
from tui.screens.sources_one import ChunkScreen, ImportSourcesScreen
from tui.widgets.document_view import DocumentView

SIZES = [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)]
TEXTS = {
    "fund": "An emergency fund is money that is there when the car breaks down and nothing else is.",
    "roth": "A Roth account is paid in after tax. What it earns is not taxed again in retirement.",
    "card": "Pay the card with the highest rate first, and the smallest one when you need to see an end.",
}


def documents(**first: Any) -> dict[str, Any]:
    """Two documents with three chunks of sixty dimensions each."""
    made = {
        name: {
            "chunk_id": name,
            "title": f"About the {name}",
            "section": "Basics",
            "text": text,
            "dimensions": {"clarity": number / 10, "audience": "families"} | {f"m_{i:02}": i / 58 for i in range(58)},
        }
        for number, (name, text) in enumerate(TEXTS.items(), 5)
    }
    made["fund"].update(first)
    return {
        "documents": [
            {"document_id": "A", "title": "Guide", "primary_category": "Cash flow", "chunks": [made["fund"]]},
            {"document_id": "B", "title": "Taxes", "primary_category": "Tax", "chunks": [made["roth"], made["card"]]},
        ]
    }


@pytest.fixture
async def stored(services: Services, tmp_path: Path) -> Services:
    """The documents are in."""
    file = tmp_path / "sources.json"
    file.write_text(json.dumps(documents()))
    await services.chunks.run(str(file))
    return services


async def open_list(app: BrightrunApp, pilot: Pilot[None], text: str) -> SourcesScreen:
    """The list, once it shows a text."""
    await pilot.press("K")
    await sees(pilot, text)
    assert isinstance(app.screen, SourcesScreen)
    return app.screen


async def test_documents_come_in_after_a_look_and_can_be_found(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    file.write_text(json.dumps(documents()))
    async with opened() as (app, pilot):
        await open_list(app, pilot, "n brings them in")
        await pilot.press("n")
        await settled(pilot)
        app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await sees(pilot, "y brings it in")
        assert isinstance(app.screen, ImportSourcesScreen)
        assert "180 values" in seen(app)
        await pilot.press("y")
        await sees(pilot, "Imported")
        await pilot.press("escape")
        await sees(pilot, "About the fund")
        await pilot.press("slash")
        await settled(pilot)
        app.screen.query_one(Input).value = "clarity>oops"
        await pilot.press("enter")
        await until(pilot, lambda: "is no number" in str(app.screen.query_one("#problem").render()))
        app.screen.query_one(Input).value = "taxed clarity>0.5 category:tax"
        await pilot.press("enter")
        await sees(pilot, "About the roth")
        assert "About the fund" not in seen(app)
        await pilot.press("F")
        await sees(pilot, "About the fund")


async def test_a_url_with_a_password_is_hidden_while_it_is_typed(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await open_list(app, pilot, "n brings them in")
        await pilot.press("n")
        await settled(pilot)
        box = app.screen.query_one(Input)
        box.value = "postgresql://ann:s3cret@127.0.0.1:1/db"
        await until(pilot, lambda: box.password)
        await pilot.press("enter")
        await sees(pilot, "✗")
        assert "s3cret" not in seen(app) + str(app.screen.query_one("#header").render())


@pytest.mark.slow
async def test_chunks_are_linked_to_the_row_one_came_from_and_named_in_its_history(
    opened: Opened, stored: Services
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G")
        await open_list(app, pilot, "About the roth")
        await pilot.press("space", "space", "l")
        await answer(pilot, "enter")
        await sees(pilot, "2 linked")
        assert [source.chunk_id for source in await stored.chunks.sources("fp_mixed_056")] == ["fund", "roth"]
        await pilot.press("escape", "enter", "6")
        await settled(pilot)
        page = app.screen.query_one("#page", DocumentView)
        assert "Guide · Basics · About the fund" in "".join(text for line, _, _ in page.on_screen() for text, _ in line)
        await pilot.press("enter")
        await sees(pilot, "An emergency fund is money")
        assert isinstance(app.screen, ChunkScreen)
        await pilot.press("d")
        await answer(pilot, "enter")
        await sees(pilot, "No conversation draws on it yet")
        assert [source.chunk_id for source in await stored.chunks.sources("fp_mixed_056")] == ["roth"]


async def test_the_list_of_imports_tells_chunks_from_rows(opened: Opened, stored: Services) -> None:
    async with opened() as (app, pilot):
        await pilot.press("I")
        await sees(pilot, "3 chunks of 2 source documents.")
        assert "0 conversations" not in seen(app)


@pytest.mark.slow
async def test_rows_proposed_from_chunks_are_looked_at_then_added_and_linked(opened: Opened, stored: Services) -> None:
    async with opened() as (app, pilot):
        await open_list(app, pilot, "About the roth")
        await pilot.press("asterisk")
        await sees(pilot, "✓")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, ProposalsScreen))
        await pilot.press("space", "a")  # without the first
        await answer(pilot, "right", "enter")
        await until(pilot, lambda: app.overview.total == 102)
        used = [(await stored.chunks.get(name)).used_by for name in TEXTS]
        assert [len(one) for one in used] == [0, 1, 1]
        assert app.main.row is not None


async def test_a_mark_as_an_example_shows_and_is_taken_away_again(opened: Opened, stored: Services) -> None:
    async with opened() as (app, pilot):
        await open_list(app, pilot, "About the roth")
        await pilot.press("x")
        await sees(pilot, "★")
        assert (await stored.chunks.get("fund")).is_example
        await pilot.press("x")
        await sees(pilot, "no example any more")


@pytest.mark.slow
async def test_undo_in_the_list_takes_a_link_and_a_mark_back(opened: Opened, stored: Services) -> None:
    async with opened() as (app, pilot):
        await pilot.press("G")
        await open_list(app, pilot, "About the roth")
        await pilot.press("l")
        await answer(pilot, "enter")
        assert [source.chunk_id for source in await stored.chunks.sources("fp_mixed_056")] == ["fund"]
        await pilot.press("x")
        await sees(pilot, "★")
        await pilot.press("u")
        await until(pilot, lambda: "★" not in seen(app))
        assert not (await stored.chunks.get("fund")).is_example
        await pilot.press("u")
        await sees(pilot, "↶")
        await settled(pilot)
        assert await stored.chunks.sources("fp_mixed_056") == ()


@pytest.mark.parametrize("size", SIZES)
async def test_texts_of_sources_never_command_the_terminal(
    opened: Opened, services: Services, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "hostile.json"
    tree = documents(
        title=ALL, section=ALL, text=ALL, dimensions={f"{MARKUP} {RTL}"[:90]: ALL, "clarity": 0.5}, note=ALL
    )
    tree["documents"][0] |= {"title": ALL, "primary_category": ALL}
    file.write_text(json.dumps(tree))
    await services.chunks.run(str(file))
    async with opened(size) as (app, pilot):
        await open_list(app, pilot, "About the roth")
        assert "\x1b" not in seen(app)
        await pilot.press("enter")
        await sees(pilot, "Text ─")
        await pilot.press("G")
        assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(seen(app))
        await pilot.press("escape", "slash")  # the question names categories and dimensions, too
        await until(pilot, lambda: "MOVED" in app.export_screenshot())
        assert "\x1b" not in app.export_screenshot()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("page", ["list", "chunk"])
def test_sources_screen(
    snap_compare: Callable[..., bool], settings: Settings, tmp_path: Path, size: tuple[int, int], page: str
) -> None:
    async def store() -> None:
        services = await Services.open(settings)
        file = tmp_path / "sources.json"
        file.write_text(json.dumps(documents()))
        await services.chunks.run(str(file))
        await services.close()

    asyncio.run(store())
    app = BrightrunApp(settings, flags=dataclasses.asdict(settings))

    async def drive(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await open_list(app, pilot, "About the roth")
        if page == "chunk":
            await pilot.press("enter")
            await sees(pilot, "Text ─")

    assert snap_compare(app, run_before=drive, terminal_size=size)
