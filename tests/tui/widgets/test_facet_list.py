"""The filter list: sections, search, switching, repaints."""

from __future__ import annotations

import pytest
from drawing import HOSTILE, Repaints, check_drawing, text_of
from textual.app import App, ComposeResult

from core.query import Criteria, toggled
from tui.widgets.facet_list import FacetList

FACETS = {
    "tier": [("template", 40), ("scenario", 35), ("edge_case", 15)],
    "persona": [("marcus", 17), ("jennifer", 14)],
    "outcome": [("resolved", 60), ("referral", 15)],
    "split": [("", 100)],
}


class FacetApp(App[None]):
    """A filter list and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, ...]] = []

    def compose(self) -> ComposeResult:
        yield FacetList()

    def on_mount(self) -> None:
        self.facets.set_facets(FACETS, Criteria())
        self.facets.focus()

    @property
    def facets(self) -> FacetList:
        return self.query_one(FacetList)

    def on_facet_list_toggled(self, event: FacetList.Toggled) -> None:
        self.asked.append((event.dimension, event.value))

    def on_facet_list_state_toggled(self, event: FacetList.StateToggled) -> None:
        self.asked.append((event.state,))


async def test_typing_searches_and_space_switches() -> None:
    app = FacetApp()
    async with app.run_test(size=(32, 40)) as pilot:
        await pilot.press("j", "e", "n", "space")
        assert app.asked == [("persona", "jennifer")]
        assert "template" not in text_of(app.facets)
        await pilot.press("x")
        assert "no value matches" in text_of(app.facets)
        await pilot.press("space", "enter", "up", "down")
        await pilot.press("backspace", "backspace", "backspace", "backspace", "backspace")
        assert app.facets.search == ""
        await pilot.press("f", "l", "a", "g", "enter")
        assert app.asked[-1] == ("flagged",)
        await pilot.press("escape")
        assert app.facets.search == ""


async def test_sections_fold_but_never_hide_what_filters() -> None:
    app = FacetApp()
    async with app.run_test(size=(32, 40)) as pilot:
        assert "resolved" not in text_of(app.facets)
        app.facets.set_facets(FACETS, toggled(Criteria(), "outcome", "resolved"))
        await pilot.pause()
        assert "✓ resolved" in text_of(app.facets)
        assert "referral" not in text_of(app.facets)
        await pilot.press("end", "right")
        assert "referral" in text_of(app.facets)
        await pilot.press("home", "down", "down", "space")
        assert "to review" not in text_of(app.facets)
        assert "split" not in text_of(app.facets)


async def test_the_cursor_stays_on_its_value_when_counts_change(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FacetApp()
    async with app.run_test(size=(32, 40)) as pilot:
        await pilot.press("m", "a", "r", "c", "escape")
        before = app.facets.current
        repaints = Repaints(app.facets, monkeypatch)
        app.facets.set_facets({**FACETS, "tier": [("template", 41), ("scenario", 35), ("edge_case", 15)]}, Criteria())
        assert app.facets.current == before
        assert (len(repaints.lines), repaints.whole) == (1, 0)


async def test_the_summary_stays_in_sight() -> None:
    app = FacetApp()
    async with app.run_test(size=(32, 16)) as pilot:
        app.facets.summary = "63 shown, 58 to generate, about $1.90: ctrl+g generates these"
        await pilot.pause()
        for key in ("home", "end"):
            await pilot.press(key)
            assert "63 shown" in text_of(app.facets)
        check_drawing(app.facets)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_values_from_outside_are_only_text(text: str) -> None:
    app = FacetApp()
    async with app.run_test(size=(32, 20)) as pilot:
        app.facets.set_facets({"persona": [(text, 3)], text: [(text, 1)]}, toggled(Criteria(), "persona", text))
        app.facets.summary = text
        await pilot.press("end")
        await pilot.pause()
        check_drawing(app.facets)


async def test_what_is_searched_for_is_seen_also_where_the_list_was_scrolled() -> None:
    app = FacetApp()
    async with app.run_test(size=(32, 12)) as pilot:
        await pilot.press("end", "space", "end")
        assert "quick filters" not in text_of(app.facets)
        await pilot.press("t")  # not in "referral", where the cursor is, and in many others
        assert text_of(app.facets).splitlines()[0].strip().startswith("/t  esc clears")
