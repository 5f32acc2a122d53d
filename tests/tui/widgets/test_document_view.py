"""DocumentView: what is picked is what is seen."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import App, ComposeResult

from tui.widgets.document_view import Anchor, DocumentView, Item
from tui.widgets.progress_items import Entry, ItemList
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


def long_page(width: int) -> Iterator[Item]:
    """Paragraphs that other widths break elsewhere; a narrow page says more before them."""
    if width < 80:
        yield from (Block(f"fact {number}") for number in range(9))
    for number in range(40):
        yield Anchor(("turn", number))
        here = "needle in here " if number in (12, 30) else ""
        yield Block(f"{number} {'lorem ipsum dolor sit amet ' * 8}{here}{'consectetur adipiscing ' * 6}", "text", 2)


def drawn(view: DocumentView, line: int) -> str:
    return "".join(text for text, _ in view.line_at(line)[0])


async def test_what_is_read_found_and_lit_up_stays_so_when_the_window_changes() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 20)) as pilot:
        view = app.query_one(DocumentView)
        view.show(long_page, key="page")
        await pilot.pause()
        assert view.find("needle") == 2 and view.go_to_match() == (1, 2)
        for width in (120, 60):
            await pilot.resize_terminal(width, 20)
            await pilot.pause()
            (line,) = [index for index in range(view.line_count()) if view.line_at(index)[1] == "focus"]
            assert "needle" in drawn(view, line) and view.top <= line < view.top + view.body_height
        assert view.go_to_match() == (2, 2)
        view.find("")
        view.go_to(("turn", 12), "needle")
        for width in (120, 60):
            await pilot.resize_terminal(width, 20)
            await pilot.pause()
            assert ("needle", "lit") in view.line_at(min(view._lit))[0]
            assert view.top <= min(view._lit) < view.top + view.body_height
        await pilot.resize_terminal(60, 3)
        await pilot.pause()
        view.find("needle")
        for step in (1, 1, -1):
            view.go_to_match(step)
            assert view.top <= view._match < view.top + view.body_height


class ListApp(App[None]):
    """Nothing but a list of things that can be picked."""

    def compose(self) -> ComposeResult:
        yield ItemList()


async def test_what_is_picked_in_a_list_stays_in_sight_when_the_window_shrinks_and_grows() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)) as pilot:
        view = app.query_one(ItemList)
        view.show([Entry(((f"row {number}", "text"),), number) for number in range(30)])
        view.pick(18)
        for height in (8, 40):
            await pilot.resize_terminal(40, height)
            await pilot.pause()
            assert view.top <= 18 < view.top + view.body_height
        assert view.top == 0
