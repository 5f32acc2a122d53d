"""The tour: offered once after the first choice, left by one key, its keys and commands are those of the keymap."""

from __future__ import annotations

import dataclasses
import re

from driving import Opened, answer, ready, settled, until

from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.keymap import BY_ID, Keymap
from tui.screens.first_start import FirstStartDialog
from tui.screens.tour import STEPS, TourDialog, worded


async def test_the_tour_is_offered_once_after_the_choice_and_esc_skips_it(settings: Settings) -> None:
    asking = dataclasses.replace(settings, provider="")
    app = BrightrunApp(asking, flags={**dataclasses.asdict(asking), "provider": None})
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: isinstance(app.screen, FirstStartDialog))
        assert isinstance(app.screen, FirstStartDialog)
        await answer(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, TourDialog))
        assert app.screen.step == -1
        await answer(pilot, "escape")
        assert app.screen is app.main
        await app.main.do_practice_choose()
        await settled(pilot)
        await answer(pilot, "escape")
        assert app.screen is app.main, "it is offered once"


async def test_its_steps_follow_each_other_and_one_that_is_tried_goes_on_later(opened: Opened) -> None:
    async with opened() as (app, pilot):
        await app.main.action_run("app.tour")
        await answer(pilot, "enter", "right", "right", "left", "enter")
        tour = app.screen
        assert isinstance(tour, TourDialog)
        assert STEPS[tour.step].name == "Review"
        await pilot.press("t")
        await until(pilot, lambda: app.screen is app.main)
        assert not app.browser.criteria.is_empty, "it shows what is to review"
        await app.main.action_run("app.tour")
        await until(pilot, lambda: isinstance(app.screen, TourDialog))
        assert isinstance(app.screen, TourDialog)
        assert STEPS[app.screen.step].name == "Export"
        await answer(pilot, "enter")
        assert app.screen is app.main


def test_it_names_the_keys_as_they_are_now() -> None:
    for step in STEPS:
        assert step.command in BY_ID
        assert all(name in BY_ID for name in re.findall(r"{([^}]*)}", step.text))
    text = worded(STEPS[3].text, Keymap({"review.approve": "b"})).plain
    assert "b approves" in text
    assert "{" not in text
