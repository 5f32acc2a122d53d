"""DocumentView: what is picked is what is seen."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import App, ComposeResult

from tui.widgets.document_view import Anchor, DocumentView, Item
from tui.widgets.reading_text import BLANK, Block

OPENERS = (1, 20, 41, 58)


def page(_: int) -> Iterator[Item]:
    """Sixty lines, some of which open something."""
    for number in range(60):
        if number in OPENERS:
            yield Anchor(("line", number), opens=number)
        yield Block(f"line {number}", "text")


class PageApp(App[None]):
    """Nothing but a page."""

    def compose(self) -> ComposeResult:
        yield DocumentView(id="page")


async def test_what_is_picked_goes_along_when_one_scrolls_away_from_it() -> None:
    app = PageApp()
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.query_one(DocumentView)
        view.show(page, key="page")
        await pilot.pause()
        assert view.picked == 1
        view.action_scroll_bottom()
        assert (view.picked, view.sees_picked) == (58, True)
        view.action_page_up()
        view.action_page_up()
        assert view.sees_picked
        view.action_scroll_top()
        assert view.picked == 1
        view.set_top(22)
        assert (view.picked, view.sees_picked) == (41, True)


async def test_words_are_found_where_a_line_was_broken_between_them() -> None:
    app = PageApp()
    async with app.run_test(size=(30, 24)) as pilot:
        view = app.query_one(DocumentView)
        text = "She asks about retirement income now."  # broken behind "retirement"
        view.show(lambda _: iter([Block("retirement", "text"), BLANK, Block(text, "text", 2)]), key="page")
        await pilot.pause()
        assert view.find("retirement  INCOME") == 1 and view.go_to_match() == (1, 1)
        lines = [view.line_at(index)[0] for index in range(view.line_count())]
        assert [text for line in lines for text, tone in line if tone == "mark"] == ["retirement", "income"]
        assert view.find("retirement") == 2
