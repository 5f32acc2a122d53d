"""The conversation table: cursor, list, marks, repaints, hostile text."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest
from drawing import HOSTILE, Repaints, Source, check_drawing, make_row, text_of
from textual.app import App, ComposeResult
from textual.widgets import DataTable

from core.browse import Row
from tui.widgets.columns import COLUMNS, NARROW, WIDE, columns_for
from tui.widgets.paged_table import PagedTable


class TableApp(App[None]):
    """A table and nothing else."""

    def __init__(self, source: Source, count: int, on_cursor: Callable[[Row | None], None] | None = None) -> None:
        super().__init__()
        self.table = PagedTable(source, on_cursor=on_cursor, empty_text="Nothing matches. F clears the filter.")
        self.count = count
        self.selected: list[str | None] = []
        self.headings: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.set_ids(array("q", range(1, self.count + 1)))
        self.table.focus()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.selected.append(event.row_key.value)

    def on_paged_table_heading_clicked(self, event: PagedTable.HeadingClicked) -> None:
        self.headings.append(event.key)


async def test_the_screen_is_told_of_a_cursor_move_in_the_same_tick() -> None:
    told: list[int | None] = []
    app = TableApp(Source(), 100, lambda row: told.append(row.number if row else None))
    async with app.run_test(size=(80, 24)):
        told.clear()
        app.table.action_cursor_down()
        assert told == [2]
        app.table.action_page_down()
        assert told[-1] == app.table.position + 1
        app.table.action_scroll_bottom()
        assert told[-1] == 100
        app.table.action_cursor_down()
        assert told[-1] == 100
        assert len(told) == 3


async def test_a_hundred_thousand_rows_are_usable_at_once() -> None:
    source = Source()
    app = TableApp(source, 100_000)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.action_scroll_bottom()
        assert app.table.current == make_row(100_000)
        await pilot.pause()
        assert "Topic 100000" in text_of(app.table)
        assert sum(map(len, source.asked)) <= 400
        app.table.set_ids(array("q", range(100_000, 0, -1)), keep_id=7)
        assert app.table.position == 99_993
        await pilot.pause()
        assert "▌      7" in text_of(app.table)


async def test_pages_far_apart_do_not_pile_up() -> None:
    source = Source()
    app = TableApp(source, 5_000, lambda row: None)
    async with app.run_test(size=(80, 24)):
        for position in range(0, 5_000, 100):
            app.table.move_to_id(position + 1)
        assert len(app.table.pages._pages) <= 8
        assert app.table.row_for("fp_marcus_001") is None
        assert app.table.row_for("fp_marcus_4901") == make_row(4901)


async def test_the_cursor_stays_on_its_row_or_at_its_position() -> None:
    app = TableApp(Source(), 100)
    async with app.run_test(size=(80, 24)):
        assert app.table.move_to_id(50)
        assert not app.table.move_to_id(5_000)
        app.table.set_ids(array("q", range(31, 101)), keep_id=50)
        assert app.table.position == 19
        assert app.table.current == make_row(50)
        app.table.set_ids(array("q", range(60, 101)), keep_id=50)
        assert app.table.position == 19
        app.table.set_ids(array("q", [3]), keep_id=50)
        assert (app.table.position, app.table.current) == (0, make_row(3))


async def test_marks_survive_another_list() -> None:
    app = TableApp(Source(), 300)
    async with app.run_test(size=(80, 24)):
        app.table.toggle_mark()
        app.table.move_to_id(5)
        app.table.mark_range()
        assert app.table.marks == {f"fp_marcus_{n:03}" for n in range(1, 6)}
        app.table.set_ids(array("q", range(4, 200)), keep_id=4)
        assert len(app.table.marks) == 5
        assert text_of(app.table).count("✓") == 2
        app.table.move_to_id(190)
        app.table.toggle_mark()
        app.table.move_to_id(10)
        app.table.mark_range()
        assert len(app.table.marks) == 5 + 181
        app.table.clear_marks()
        assert not app.table.marks


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_text_from_outside_stays_in_its_cell(text: str) -> None:
    source = Source(
        lambda n: make_row(n, topic=text, persona_name=text, conversation_id=f"{text[:9]}{n}", reviewed_by=text)
    )
    app = TableApp(source, 5)
    async with app.run_test(size=(80, 24)) as pilot:
        for columns in (NARROW, WIDE, list(COLUMNS.values())):
            app.table.set_columns(columns)
            app.table.toggle_mark()
            await pilot.pause()
            check_drawing(app.table)
            app.table.action_cursor_right()
            await pilot.pause()
            check_drawing(app.table)


async def test_reading_again_repaints_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    app = TableApp(source, 1000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        repaints = Repaints(app.table, monkeypatch)
        source.asked.clear()
        app.table.reread()
        assert (repaints.lines, repaints.whole) == ([], 0)
        assert [len(ids) for ids in source.asked] == [23]
        source.rows[3] = make_row(3, status="approved", quality_score=8.5)
        app.table.reread()
        assert (repaints.lines, repaints.whole) == ([3], 0)
        await pilot.pause()
        assert "● approved" in text_of(app.table)
        assert "▲ 8.5" in text_of(app.table)


async def test_a_row_that_is_gone_leaves_a_line_and_no_error() -> None:
    app = TableApp(Source(), 3)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.source = lambda ids: {row_id: make_row(row_id) for row_id in ids if row_id != 1}
        app.table.reread()
        await pilot.pause()
        assert app.table.current is None
        app.table.toggle_mark()
        app.table.action_select_cursor()
        assert "▌  (this row is gone" in text_of(app.table)


async def test_an_empty_list_says_why() -> None:
    told: list[Row | None] = []
    app = TableApp(Source(), 0, told.append)
    async with app.run_test(size=(40, 10)) as pilot:
        assert "Nothing matches." in text_of(app.table)
        assert told == [None]
        for action in ("cursor_down", "page_up", "scroll_bottom", "toggle_mark", "mark_range", "select_cursor"):
            getattr(app.table, f"action_{action}")()
        app.table.reread()
        await pilot.click(app.table, offset=(5, 5))
        check_drawing(app.table)
        assert (app.table.current, app.table.total, app.table.range_text) == (None, 0, "0 of 0")


async def test_click_moves_and_double_click_opens() -> None:
    app = TableApp(Source(), 50)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.styles.border = ("round", "red")
        await pilot.pause()
        await pilot.click(app.table, offset=(20, 6))
        assert app.table.position == 4
        assert app.selected == []
        await pilot.click(app.table, offset=(20, 6), times=2)
        assert app.selected == ["fp_marcus_005"]
        await pilot.click(app.table, offset=(2, 7))
        assert app.table.marks == {"fp_marcus_006"}
        await pilot.click(app.table, offset=(30, 1))
        assert app.headings == ["topic"]


async def test_the_heading_marks_the_sort_order() -> None:
    app = TableApp(Source(), 5)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_sort("score", descending=True)
        await pilot.pause()
        assert "score↓" in text_of(app.table).splitlines()[0]
        assert app.table.range_text == "1 to 5 of 5"


@pytest.mark.parametrize("width", [42, 58, 78, 100, 140, 200])
async def test_the_default_columns_fit(width: int) -> None:
    chosen = columns_for(width)
    assert {spec.key for spec in NARROW} <= {spec.key for spec in chosen}
    app = TableApp(Source(lambda n: make_row(n, status="generated", needs_review=True, quality_score=7.0)), 5)
    async with app.run_test(size=(width, 10)) as pilot:
        app.table.set_columns(chosen)
        await pilot.pause()
        assert app.table.virtual_size.width <= width
        assert all(sign in text_of(app.table) for sign in ("○", "⚑", "◆ 7.0"))
