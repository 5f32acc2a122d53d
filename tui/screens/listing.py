"""Commands that decide which rows are in the list: search, filters, sort, refresh, marks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from textual import on
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input

from core.browse import Row
from core.errors import QueryError
from core.query import Criteria, chips, parse, toggled, toggled_state, write
from core.text.terminal import safe_line
from tui.figures import counted, dollars
from tui.screens.bars import spread
from tui.screens.layout import MainLayout
from tui.widgets.facet_list import FacetList

SEARCH_AFTER_S = 0.08
PRICE_AFTER_S = 0.6
SAMPLE = 20  # rows that are priced to say what all of them will cost about
CHUNK = 2000
EXAMPLES = (
    "persona:marcus",
    "score:<6",
    "is:to_review",
    "-tier:1",
    "status:approved,rejected",
    '"credit card"',
    "sort:-score",
)


class ListCommands(MainLayout):
    """Search, filter, sort and mark."""

    _before_search: Criteria | None = None
    _search_timer: Timer | None = None
    _price_timer: Timer | None = None

    # Filters

    async def apply(self, criteria: Criteria) -> None:
        """Show another view. The cursor stays on its row where that is still in the list."""
        browser = self.bright.browser
        if self.bright.services is None:
            await asyncio.to_thread(browser.set_view, criteria)  # the first one loads the ORM
        else:
            browser.set_view(criteria)
        row = self.row
        self.fill(row.id if row is not None else None)
        browser.remember(query=write(criteria))
        self.read_facets()

    async def do_filter_search(self) -> None:
        """Open the search line with the query as it is."""
        self._before_search = self.bright.browser.criteria
        query = write(self._before_search)
        if self.query_input is None:
            self.query_input = Input(id="query", compact=True, select_on_focus=False)
            self.query_input.cursor_blink = False  # nothing ticks when nothing happens
            await self.query_one("#search").mount(self.query_input, before=self.query_hint)
        self.add_class("-searching")
        with self.prevent(Input.Changed):
            self.query_input.value = f"{query} " if query else ""
        self.query_input.cursor_position = len(self.query_input.value)
        self._hint(None)
        self.query_input.focus()
        self.draw_footer()

    @property
    def _query(self) -> str:
        return self.query_input.value if self.query_input is not None else ""

    @on(Input.Changed, "#query")
    def search_typed(self) -> None:
        """Search a moment after the last key."""
        if self._search_timer is not None:
            self._search_timer.stop()
        self._search_timer = self.set_timer(SEARCH_AFTER_S, self._search)

    async def _search(self) -> None:
        try:
            criteria = parse(self._query)
        except QueryError as error:
            self._hint(error)
            return
        if criteria != self.bright.browser.criteria:
            await self.apply(criteria)
        self._hint(None)

    @on(Input.Submitted, "#query")
    async def search_done(self) -> None:
        """Keep what was found and go to the table; a query that cannot be read stays to be mended."""
        try:
            criteria = parse(self._query)
        except QueryError as error:
            self._hint(error)
            return
        self.close_search()
        if criteria != self.bright.browser.criteria:
            await self.apply(criteria)

    async def cancel_search(self) -> None:
        """Give the old filter back."""
        before = self._before_search
        self.close_search()
        if before is not None and before != self.bright.browser.criteria:
            await self.apply(before)

    def close_search(self) -> None:
        """Take the search line away."""
        if self._search_timer is not None:
            self._search_timer.stop()
        self._before_search = None
        self.remove_class("-searching")
        self.table.focus()
        self.draw_footer()

    def _hint(self, error: QueryError | None) -> None:
        if error is None:
            found = [(f"{len(self.ids):,} of {self.bright.overview.total:,} ", "bold")]
            room = self.app.size.width - len(found[0][0]) - 4
            examples = ""
            for word in EXAMPLES:
                if len(examples) + len(word) + 2 < room:
                    examples += f"  {word}"
            self.query_hint.show(spread([(examples, "$foreground 60%")], found, self.app.size.width))
            return
        scrolled = self.query_input.scroll_offset.x if self.query_input is not None else 0
        start = error.start + 1 - scrolled
        pointer = "▔" * max(1, error.end - error.start)
        text = safe_line(str(error), 200)
        after = start + len(pointer) + 1
        if after + len(text) <= self.app.size.width:
            content = Content.assemble(" " * max(0, start), (pointer, "$text-error"), " ", (text, "$text-error"))
        elif len(text) + 1 < start:
            content = Content.assemble((text, "$text-error"), " " * (start - len(text)), (pointer, "$text-error"))
        else:
            content = Content.styled(f"  {text}", "$text-error")
        self.query_hint.show(content.truncate(self.app.size.width, ellipsis=True))

    async def do_filter_clear(self) -> None:
        """All rows again, in the same order."""
        old = self.bright.browser.criteria
        await self.apply(replace(Criteria(), sort=old.sort, descending=old.descending))

    async def do_filter_pop(self) -> None:
        """Drop the filter that stands last."""
        await self.apply(chips(self.bright.browser.criteria)[-1][1])

    async def action_drop_chip(self, number: int) -> None:
        """Drop the filter that was clicked."""
        found = chips(self.bright.browser.criteria)
        if number < len(found):
            await self.apply(found[number][1])

    async def do_filter_to_review(self) -> None:
        """Show what is to review, the worst first."""
        await self.apply(Criteria(states=("to_review",), sort="review"))

    async def do_filter_refresh(self) -> None:
        """Build the list again."""
        self.bright.look()
        await self.apply(self.bright.browser.criteria)
        self.say(f"{counted(len(self.ids), 'row')}, as they are now.")

    def do_filter_sort(self) -> None:
        """Choose the order."""
        self.flow(self._sort())

    async def _sort(self) -> None:
        from tui.screens.sort_menu import SortMenu

        old = self.bright.browser.criteria
        chosen = await self.app.push_screen_wait(SortMenu(old.sort, old.descending))
        if chosen is not None:
            await self.apply(replace(old, sort=chosen[0], descending=chosen[1]))

    # The filter pane

    def do_filter_pane(self) -> None:
        """Show or hide the filters; shown, they take the focus."""
        shown = not self.has_class("-filters")
        self.set_class(shown, "-filters")
        if self.is_wide:
            self.facets_wanted = shown
            self.remember_soon()
        self.call_after_refresh(self.fit_columns)
        if shown:
            self.facets.focus()
            self.read_facets()
        else:
            self.table.focus()

    @on(FacetList.Toggled)
    async def facet_toggled(self, event: FacetList.Toggled) -> None:
        """Switch one value of a dimension on or off."""
        await self.apply(toggled(self.bright.browser.criteria, event.dimension, event.value))

    @on(FacetList.StateToggled)
    async def state_toggled(self, event: FacetList.StateToggled) -> None:
        """Switch a quick filter on or off."""
        await self.apply(toggled_state(self.bright.browser.criteria, event.state))

    def read_facets(self) -> None:
        """Count the values of all dimensions, in a thread, when anybody looks."""
        if self.has_class("-filters") and self.bright.services is not None:
            self.run_worker(self._read_facets(), group="facets", exclusive=True, exit_on_error=False)

    async def _read_facets(self) -> None:
        criteria = self.bright.browser.criteria
        found = await asyncio.to_thread(self.bright.browser.facets, criteria)
        self.facets.set_facets(found, criteria)
        remaining = _remaining(found, criteria)
        self._summarize(remaining, "")
        if remaining:
            await asyncio.sleep(PRICE_AFTER_S)  # a newer count takes this one's place meanwhile
            self._summarize(remaining, await self._price(remaining))

    def _summarize(self, remaining: int, price: str) -> None:
        key = self.bright.keymap.key_list("generate.selected").split()[-1]
        shown = f"{len(self.ids):,} shown"
        if remaining:
            self.facets.summary = f"{shown}, {remaining:,} to generate{price}: {key} generates these"
        else:
            self.facets.summary = f"{shown}, nothing to generate"

    async def _price(self, remaining: int) -> str:
        services = self.bright.services
        if services is None:
            return ""
        from core.engine.orders import Order

        sample = [row.conversation_id for row in self._plannable(SAMPLE)]
        if not sample:
            return ""
        proposal = await services.generation.propose(Order("selected", tuple(sample)))
        if not proposal.rows:
            return ""
        middle = (proposal.low_microusd + proposal.high_microusd) / 2 / len(proposal.rows)
        return f", about {dollars(round(middle * remaining))}"

    def _plannable(self, limit: int) -> list[Row]:
        found: list[Row] = []
        for start in range(0, min(len(self.ids), CHUNK), 100):
            page = self.bright.browser.page(self.ids[start : start + 100])
            found += [row for row in page.values() if row.status in ("planned", "failed")]
            if len(found) >= limit:
                break
        return found[:limit]

    # Marks

    def do_mark_toggle(self) -> None:
        """Mark the row or unmark it, and go to the next. In the filters, switch."""
        if self.facets.has_focus:
            self.facets.action_switch()
            return
        self.table.toggle_mark()
        self.table.action_cursor_down()
        self.draw_chips()

    def do_mark_range(self) -> None:
        """Mark from the row marked last to this one."""
        self.table.mark_range()
        self.draw_chips()

    def do_mark_all(self) -> None:
        """Mark all rows of the filter."""
        self.table.mark_all(self.listed_ids())
        self.draw_chips()
        self.say(f"{counted(len(self.table.marks), 'row')} marked. {self.bright.keymap.key('mark.clear')} clears.")

    def do_mark_clear(self) -> None:
        """No row is marked."""
        self.table.clear_marks()
        self.draw_chips()

    def listed_ids(self) -> list[str]:
        """The human ids of all rows of the list, in order."""
        return self.bright.browser.conversation_ids()


def _remaining(facets: dict[str, list[tuple[str, int]]], criteria: Any) -> int:
    """How many of the rows shown are planned or failed. A dimension's counts leave its own filter out, so that one
    is applied here."""
    chosen = dict(criteria.values).get("status")
    excluded = dict(criteria.excluded).get("status", ())
    return sum(
        count
        for value, count in facets.get("status", [])
        if value in ("planned", "failed") and value not in excluded and (chosen is None or value in chosen)
    )
