from __future__ import annotations
import asyncio
import pytest
from driving import Opened, messages, reached, settled, until, working
from textual import events
from tui.screens.coverage import CoverageScreen
from tui.screens.templates import TemplatesScreen
from tui.screens.dialogs import Dialog
from tui.screens.bound import BoundScreen
from tui.app import BrightrunApp

async def test_lookup_of_a_left_screen(opened: Opened, monkeypatch) -> None:
    async with opened() as (app, pilot):
        await app.main.action_run("templates.open")
        screen = await reached(pilot, TemplatesScreen)
        await settled(pilot)
        go = asyncio.Event()
        real = app.services.templates.text
        async def slow(*given):
            await go.wait()
            return await real(*given)
        monkeypatch.setattr(app.services.templates, "text", slow)
        await screen.action_run("templates.view")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, busy=True)
        print("begun", screen._begun, "working", working(app, ("flow",)))
        go.set()
        await settled(pilot)
        print("SCREEN", app.screen, messages(app))

async def test_palette_over_a_dialog(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await pilot.press("E")
        await settled(pilot)
        await pilot.press("ctrl+p")
        await settled(pilot)
        print("STACK", app.screen_stack)
