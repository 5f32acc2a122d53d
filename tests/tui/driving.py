"""How tests drive the app: wait until it is ready, answer dialogs, read what it told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from textual.pilot import Pilot

from tui.app import BrightrunApp

Opened = Callable[..., AbstractAsyncContextManager[tuple[BrightrunApp, Pilot[None]]]]


async def ready(pilot: Pilot[None]) -> None:
    """Until the services are there and everything that follows from it is drawn."""
    app = pilot.app
    assert isinstance(app, BrightrunApp)
    for _ in range(200):
        await pilot.pause(0.02)
        if app.services is not None and app.main.advisor != "Advisor":
            break
    await pilot.pause(0.1)


async def answer(pilot: Pilot[None], *keys: str) -> None:
    """Press keys in a dialog, after the moment in which it takes none."""
    await pilot.pause(0.25)
    await pilot.press(*keys)
    await pilot.pause(0.1)


def messages(app: BrightrunApp) -> list[str]:
    """What the app has told in toasts."""
    return [note.message for note in app._notifications]


def is_priced(app: BrightrunApp) -> bool:
    """Whether the filters, where they are shown, say what their rows would cost."""
    told = app.main.facets.summary
    return not app.main.has_class("-filters") or "about" in told or "nothing" in told
