"""The list of keys is whole: no key means two things on one screen, and everything it names can be done."""

from __future__ import annotations

from collections import Counter

import pytest
from driving import Opened, settled, until
from textual.command import CommandList

from tui.entry import _wants_command_line
from tui.keymap import COMMANDS, Keymap, shown
from tui.screens.detail import DetailScreen
from tui.screens.main import MainScreen


@pytest.mark.parametrize("where", ["main", "detail"])
def test_no_key_means_two_things_on_one_screen(where: str) -> None:
    keys = Counter(binding.key for binding in Keymap().bindings(where))
    assert [key for key, number in keys.items() if number > 1] == []


def test_every_command_has_a_method_where_it_works_and_words_for_help() -> None:
    for command in COMMANDS:
        for where, screen in (("main", MainScreen), ("detail", DetailScreen)):
            if where in command.where.split() and "later" not in command.needs:
                assert hasattr(screen, command.method), f"{command.id} on {where}"
        assert command.label
        assert command.tooltip


def test_ids_are_unique() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def test_a_remapped_key_takes_the_place_of_the_old_one() -> None:
    keymap = Keymap({"review.approve": "b, +"})
    assert keymap.keys("review.approve") == ("b", "plus")
    assert keymap.problems == []
    assert shown("plus") == "+"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], False),
        (["--db", "x.db"], False),
        (["--simulate", "--view", "is:to_review"], False),
        (["--db=x.db", "status"], True),
        (["status", "--json"], True),
        (["--db", "x.db", "status"], True),
        (["--help"], True),
        (["--version"], True),
    ],
)
def test_a_word_that_is_no_option_goes_to_the_command_line(arguments: list[str], expected: bool) -> None:
    assert _wants_command_line(arguments) is expected


async def test_the_palette_finds_a_command_by_what_its_description_says(opened: Opened) -> None:
    async with opened(view="persona:marcus") as (app, pilot):
        await pilot.press("colon")
        await until(pilot, lambda: app.screen.query(CommandList))
        await pilot.press(*"last", "space", *"away")  # its name is Drop last filter

        def found() -> list[str]:
            return [str(option.prompt).partition("\n")[0] for option in app.screen.query_one(CommandList).options]

        await until(pilot, lambda: found() == ["Drop last filter"])
        await pilot.press("enter")
        await until(pilot, lambda: app.main.table.total == 100)


def test_two_commands_may_swap_their_keys_and_the_later_of_two_that_clash_is_refused() -> None:
    swapped = Keymap({"review.approve": "r", "review.reject": "a"})
    assert (swapped.keys("review.approve"), swapped.keys("review.reject"), swapped.problems) == (("r",), ("a",), [])
    clash = Keymap({"review.approve": "ctrl+b", "review.reject": "ctrl+b", "review.flag": "a"})
    assert (clash.keys("review.reject"), clash.keys("review.flag")) == (("r",), ("a",))
    assert clash.problems == ["[keys] review.reject: ctrl+b already means approve (review.approve)."]


@pytest.mark.slow
async def test_commands_without_a_key_are_pointed_to_in_the_palette(opened: Opened) -> None:
    async with opened() as (app, pilot):
        app.keymap = Keymap({"generate.selected": "", "generate.row": ""})
        await pilot.press("f")
        await settled(pilot)
        assert app.main.facets.summary.endswith("ctrl+p generates these")
        assert "ctrl+p Generate these" in app.main.footer.text
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert "Generate" not in app.main.footer.text
