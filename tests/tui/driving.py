"""How tests drive the app: wait until something is so, answer dialogs, read what it told.

Every wait ends on what it waits for; the deadline is only there for what never comes, on a busy machine too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from textual.app import ScreenStackError
from textual.css.query import NoMatches
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tui.app import BrightrunApp
from tui.screens.bound import BoundScreen
from tui.widgets.line_view import LineView

Opened = Callable[..., AbstractAsyncContextManager[tuple[BrightrunApp, Pilot[None]]]]
DEADLINE_S = 60.0
# Work that a test may hold up, or that goes on beside the keys: nobody waits for it unless it is asked for.
BESIDE = ("import", "write", "worker", "facets")


async def until(pilot: Pilot[None], condition: Callable[[], object], *, busy: bool = False) -> None:
    """Wait until something is so, no command is under way and keys count; `busy` where one is held up on purpose.

    What cannot be asked for yet is not so yet.
    """
    app, began = pilot.app, time.monotonic()
    assert isinstance(app, BrightrunApp)
    while True:
        with suppress(ScreenStackError):  # the app has just been left
            await pilot.pause()
        holds = _holds(condition)
        at_rest = busy or app._exit or (_takes_keys(app) and not working(app, ("flow",)))
        if holds and at_rest:
            return
        if time.monotonic() - began > DEADLINE_S:
            raise AssertionError(f"It did not come about (so: {holds}, at rest: {at_rest}). {_standing(app)}")


async def settled(pilot: Pilot[None]) -> None:
    """Wait until everything that was begun is done, or waits for an answer, and keys count."""
    app = pilot.app
    assert isinstance(app, BrightrunApp)
    await until(pilot, lambda: not working(app) and not _soon(app))


def working(app: BrightrunApp, groups: tuple[str, ...] = ()) -> bool:
    """Whether work of these groups, or any but what goes on beside, is under way; a question that is asked waits."""
    asked = not isinstance(app.screen, BoundScreen)
    for one in app.workers:
        counts = one.group in groups if groups else one.group not in BESIDE
        if counts and not one.is_finished and not (asked and one.group in ("flow", "open", "history")):
            return True
    return False


def _soon(app: BrightrunApp) -> bool:
    """Whether the screen is about to do something: a search, a look at what would be written."""
    timers = [one for one in app.screen._timers if one is not app.main._remember_timer]
    return any(one._repeat == 0 and one._interval < 1 and one._task and not one._task.done() for one in timers)


def _takes_keys(app: BrightrunApp) -> bool:
    """Whether a key pressed now is taken by what is on the screen, with nothing before it."""
    ready_at = getattr(app.screen, "ready_at", 0.0)
    nodes = (app, *app.screen.walk_children(with_self=True))
    return app.held_keys._waiting is None and ready_at <= app.now() and all(n._message_queue.empty() for n in nodes)


def _holds(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except (AttributeError, IndexError, KeyError, NoMatches, ScreenStackError):
        return False


def _standing(app: BrightrunApp) -> str:
    under_way = [one.group for one in app.workers if not one.is_finished]
    lines = seen(app) if app.screen.query("#lines") else ""
    return f"{type(app.screen).__name__}, under way {under_way}, told {messages(app)}\n{lines}"


async def ready(pilot: Pilot[None]) -> None:
    """Until the services are there and everything that follows from it is drawn."""
    app = pilot.app
    assert isinstance(app, BrightrunApp)
    await until(pilot, lambda: app.services is not None and app.main.advisor != "Advisor")
    await settled(pilot)


async def answer(pilot: Pilot[None], *keys: str) -> None:
    """Press keys in a dialog, after the moment in which it takes none, and wait until what they begin is done."""
    await until(pilot, lambda: not isinstance(pilot.app.screen, BoundScreen))
    await pilot.press(*keys)
    await settled(pilot)


async def still(pilot: Pilot[None], times: int) -> None:
    """Wait until everything is done and priced and so many pictures, one after the other, are the same."""
    app = pilot.app
    assert isinstance(app, BrightrunApp)
    for field in app.screen.query(Input):  # a blinking cursor makes two pictures of one screen
        field.cursor_blink = False
        field._cursor_visible = True
    last, same = "", 0

    def unchanged() -> bool:
        nonlocal last, same
        before, last = last, app.export_screenshot()
        same = same + 1 if before == last and is_priced(app) and not working(app) and not _soon(app) else 0
        return same >= times

    await until(pilot, unchanged)


async def sees(pilot: Pilot[None], text: str) -> None:
    """Wait for a text among the lines of a screen, in its last line or in what was told."""
    app = pilot.app
    assert isinstance(app, BrightrunApp)
    await until(pilot, lambda: app.screen.query("#lines") and text in seen(app) + footer(app) + "".join(messages(app)))


async def reached(pilot: Pilot[None], kind: type[Any]) -> Any:
    """The screen of this kind, once it is there and takes keys."""
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))
    return pilot.app.screen


def seen(app: BrightrunApp) -> str:
    """What the lines of the screen say."""
    view = app.screen.query_one("#lines", LineView)
    lines = [*(line for line, _, _ in view.on_screen()), *view.foot]
    return "\n".join("".join(text for text, _ in line) for line in lines)


def footer(app: BrightrunApp) -> str:
    """What the last line says."""
    return str(app.screen.query_one("#footer", Static).content)


def messages(app: BrightrunApp) -> list[str]:
    """What the app has told in toasts."""
    return [note.message for note in app._notifications]


def is_priced(app: BrightrunApp) -> bool:
    """Whether the filters, where they are shown, say what their rows would cost, as far as that can be said."""
    return not app.main.has_class("-filters") or bool(app.main.facets.summary and not working(app, ("facets",)))
