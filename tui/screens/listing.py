"""Commands that decide which rows are in the list: filters, sort, columns, refresh, marks.

`searching` adds the search line and `views` what is saved under a name.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from textual import on

from core.browse import FACETS, Row
from core.errors import SettingsError
from core.query import Criteria, chips, toggled, toggled_state, write
from tui.figures import counted, dollars
from tui.screens.layout import MainLayout
from tui.steps import Steps
from tui.widgets.facet_list import FacetList

PRICE_AFTER_S = 1.0  # for a price that a process has to be started for
SAMPLE = 20  # rows that are priced to say what all of them will cost about
CHUNK = 2000


class ListCommands(MainLayout):
    """Filter, sort and mark."""

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
        self.bright.tidying.soon()

    async def do_filter_clear(self) -> None:
        """All rows again, in the same order; that of what is to review goes with its list."""
        old = self.bright.browser.criteria
        goes = "to_review" in old.states and old.sort == "review"
        await self.apply(Criteria() if goes else replace(Criteria(), sort=old.sort, descending=old.descending))

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
        self.bright.database_watch.look()
        await self.apply(self.bright.browser.criteria)
        self.say(f"{counted(len(self.ids), 'row')}, as they are now.")

    def do_filter_sort(self) -> None:
        """Choose the order."""
        self.flow(self._sort(), asks=True)

    async def _sort(self) -> None:
        from tui.screens.sort_menu import SortMenu

        old = self.bright.browser.criteria
        chosen = await self.app.push_screen_wait(SortMenu(old.sort, old.descending))
        if chosen is not None:
            await self.apply(replace(old, sort=chosen[0], descending=chosen[1]))

    def do_view_columns(self) -> None:
        """Choose the columns, their order, and what is sorted by."""
        self.flow(self._choose_columns(), asks=True)

    async def _choose_columns(self) -> None:
        from tui.screens.columns_dialog import ColumnsDialog

        old = self.bright.browser.criteria
        shown = [spec.key for spec in self.table.columns_shown]
        dialog = ColumnsDialog(self.columns_wanted, shown, old.sort, old.descending)
        chosen = await self.app.push_screen_wait(dialog)
        if chosen is None:
            return
        await self.set_columns(chosen.columns)
        if (chosen.sort, chosen.descending) != (old.sort, old.descending):
            await self.apply(replace(old, sort=chosen.sort, descending=chosen.descending))

    async def set_columns(self, columns: tuple[str, ...]) -> None:
        """Show these columns, now and at the next start; () lets the room decide."""
        self.columns_wanted = columns
        self.bright.browser.remember(columns=list(columns))
        self.fit_columns()
        self.table.move_into_view()

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
            self.quiet()  # the keys that were just told are letters here
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

    @on(FacetList.ChipDropped)
    async def chip_dropped(self, event: FacetList.ChipDropped) -> None:
        """Drop one of the active filters; where it is gone already, no other in its place."""
        without = dict(chips(self.bright.browser.criteria)).get(event.text)
        if without is not None:
            await self.apply(without)

    @on(FacetList.RangeAsked)
    def range_asked(self, event: FacetList.RangeAsked) -> None:
        """Ask for a range of figures or dates, or for a word of the topic."""
        self.flow(self._ask_range(event.name))

    async def _ask_range(self, name: str) -> None:
        from tui.screens.range_dialog import RangeDialog

        chosen = await self.app.push_screen_wait(RangeDialog(self.bright.browser.criteria, name))
        if chosen is not None:
            await self.apply(chosen)
        self.facets.focus()

    def read_facets(self) -> None:
        """Count the values of the dimensions, in a thread, when anybody looks."""
        if self.has_class("-filters") and self.bright.services is not None:
            self.run_worker(Steps(self._read_facets), group="facets", exclusive=True, exit_on_error=False)

    async def _read_facets(self) -> None:
        criteria, browser = self.bright.browser.criteria, self.bright.browser
        # What can be seen comes first: at 100,000 rows all of them take a second.
        seen = [name for name in FACETS if name in self.facets.unfolded]
        found = await asyncio.to_thread(browser.facets, criteria, {*seen, "status"})
        self.facets.set_facets({name: found.get(name, self.facets.counts.get(name, [])) for name in FACETS}, criteria)
        remaining = _remaining(found, criteria)
        self._summarize(remaining, "")
        others = await asyncio.to_thread(browser.facets, criteria, [name for name in FACETS if name not in found])
        self.facets.set_facets({name: found.get(name) or others.get(name, []) for name in FACETS}, criteria)
        if remaining:
            self._summarize(remaining, await self._price(remaining))

    def _summarize(self, remaining: int, price: str) -> None:
        key = self.bright.keymap.last_key("generate.selected")
        shown = f"{len(self.ids):,} shown"
        if remaining:
            self.facets.summary = f"{shown}, {remaining:,} to generate{price}: {key} generates these"
        else:
            self.facets.summary = f"{shown}, nothing to generate"

    async def _price(self, remaining: int) -> str:
        services = self.bright.services
        sample = self._plannable(SAMPLE)
        if services is None or not sample:
            return ""
        # What calls have really taken is known better after each job, and templates change what is sent.
        jobs = self.bright.progress.jobs
        stand = (services, await services.active_templates(), max((job.id for job in jobs), default=0))
        if self._priced_at != stand:
            self._priced_at, self._prices = stand, {}
        new = [row for row in sample if row.tier not in self._prices]
        if new:
            await asyncio.sleep(PRICE_AFTER_S)  # a newer count takes this one's place meanwhile
            try:
                self._prices |= await services.mean_prices([row.conversation_id for row in new])
            except SettingsError:  # neither a key nor practice: who generates is asked which
                return ""
        found = [self._prices[row.tier] for row in sample if row.tier in self._prices]
        return f", about {dollars(round(sum(found) / len(found) * remaining))}" if found else ""

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
        self._draw_marks()

    def do_mark_range(self) -> None:
        """Mark from the row marked last to this one."""
        self.table.mark_range()
        self._draw_marks()

    def do_mark_all(self) -> None:
        """Mark all rows of the filter that are in the list; what came to it since is not marked unseen."""
        now = dict(zip(self.bright.browser.ids(), self.listed_ids(), strict=False))
        self.table.mark_all([now[row_id] for row_id in self.ids if row_id in now])
        self._draw_marks()
        self.say(f"{counted(len(self.table.marks), 'row')} marked. {self.bright.keymap.key('mark.clear')} clears.")

    def do_mark_clear(self) -> None:
        """No row is marked."""
        self.table.clear_marks()
        self._draw_marks()

    def _draw_marks(self) -> None:
        self.draw_chips()
        self.draw_footer()

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
