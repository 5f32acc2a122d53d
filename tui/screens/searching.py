"""The search line: a query that is read while it is typed, with words to go on with.

A mistake is pointed at where it stands, and leaves the list as it is.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input

from core.errors import QueryError
from core.query import Criteria, parse, write
from core.text.terminal import safe_line
from tui.screens.bars import spread
from tui.screens.listing import ListCommands
from tui.steps import Steps
from tui.widgets.query_input import QueryInput

if TYPE_CHECKING:
    from core.completion import Completion

SEARCH_AFTER_S = 0.08
VALUES_FOR_S = 30.0  # so long the values that are offered may be as they were
EXAMPLES = (
    "persona:marcus",
    "score:<6",
    "is:to_review",
    "-tier:1",
    "status:approved,rejected",
    '"credit card"',
    "topic:roth",
    "sort:-score",
)


class SearchCommands(ListCommands):
    """Search as you type."""

    _before_search: Criteria | None = None
    _search_timer: Timer | None = None
    _completion: Completion | None = None
    _offered = 0  # which of the words that may stand next is offered

    def __init__(self, *arguments, **options) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*arguments, **options)
        self._values: dict[str, list[tuple[str, int]]] = {}
        self._values_at = -VALUES_FOR_S

    async def do_filter_search(self) -> None:
        """Open the search line with the query as it is."""
        self._before_search = self.bright.browser.criteria
        query = write(self._before_search)
        if self.query_input is None:
            self.query_input = QueryInput()
            await self.query_one("#search").mount(self.query_input, before=self.query_hint)
        self.add_class("-searching")
        with self.prevent(Input.Changed):
            self.query_input.value = f"{query} " if query else ""
        self.query_input.cursor_position = len(self.query_input.value)
        self._completion = None
        self._hint(None)
        self.query_input.focus()
        self.call_after_refresh(self.bright.held_keys.release)
        self.quiet()  # the keys that were just told are letters here
        self.run_worker(Steps(self._read_values), group="values", exclusive=True, exit_on_error=False)

    async def _read_values(self) -> None:
        """The values that occur, which the line offers; those of the whole plan, so that none is missing."""
        if self.bright.services is not None and self.bright.now() - self._values_at > VALUES_FOR_S:
            self._values_at = self.bright.now()
            self._values = await asyncio.to_thread(self.bright.browser.facets, Criteria())

    @property
    def _query(self) -> str:
        return self.query_input.value if self.query_input is not None else ""

    @on(Input.Changed, "#query")
    def search_typed(self) -> None:
        """Offer what may stand next at once, and search a moment after the last key."""
        self._complete()
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
            self.close_search()
            if criteria != self.bright.browser.criteria:
                await self.apply(criteria)
        except QueryError as error:
            self._completion = None
            self._hint(error)
        finally:
            self.bright.held_keys.none_comes()

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

    # What may stand next

    def _complete(self) -> None:
        from core.completion import complete

        if self.query_input is None:
            return
        self._completion = complete(self._query, self.query_input.cursor_position, self._values)
        self._offered = 0
        if self._completion.options:
            self._hint(None)

    @on(QueryInput.Taken)
    def word_taken(self) -> None:
        """Put the offered word into the line."""
        if self.query_input is None:
            return
        if self._completion is None or not self._completion.options:
            self._complete()
        found = self._completion
        if found is None or not found.options:
            return
        text, cursor = found.put(self._query, found.options[self._offered])
        self.query_input.value = text
        self.query_input.cursor_position = cursor
        self._complete()

    @on(QueryInput.Turned)
    def word_turned(self) -> None:
        """Offer the next word."""
        if self._completion is not None and self._completion.options:
            self._offered = (self._offered + 1) % len(self._completion.options)
            self._hint(None)

    def _hint(self, error: QueryError | None) -> None:
        """The line under the query: the words that may stand next, else the mistake, else examples."""
        width = self.app.size.width
        offered = self._completion is not None and bool(self._completion.options)
        if error is not None and not offered:
            self.query_hint.show(self._pointer(error, width))
            return
        found = [(f"{len(self.ids):,} of {self.bright.overview.total:,} ", "bold")]
        room = width - len(found[0][0]) - 4
        if offered:
            self.query_hint.show(spread([self._words(room)], found, width))
            return
        examples = ""
        for word in EXAMPLES:
            if len(examples) + len(word) + 2 < room:
                examples += f"  {word}"
        self.query_hint.show(spread([(examples, "$foreground 60%")], found, width))

    def _words(self, room: int) -> Content:
        assert self._completion is not None
        options, offered = self._completion.options, self._offered
        content = Content.styled(" tab ", "bold $text-accent")
        for number, option in enumerate((*options[offered:], *options[:offered])):
            count = f" {option.count:,}" if option.count is not None else ""
            name = safe_line(option.text, 40)
            if content.cell_length + len(name) + len(count) + 2 > room:
                break
            content = Content.assemble(
                content,
                (f" {name} " if not number else f" {name}", "$text on $primary 25%" if not number else ""),
                (f"{count} ", "$foreground 60%"),
            )
        return content

    def _pointer(self, error: QueryError, width: int) -> Content:
        scrolled = self.query_input.scroll_offset.x if self.query_input is not None else 0
        start = error.start + 1 - scrolled
        pointer = "▔" * max(1, error.end - error.start)
        text = safe_line(str(error), 200)
        after = start + len(pointer) + 1
        if after + len(text) <= width:
            content = Content.assemble(" " * max(0, start), (pointer, "$text-error"), " ", (text, "$text-error"))
        elif len(text) + 1 < start:
            content = Content.assemble((text, "$text-error"), " " * (start - len(text)), (pointer, "$text-error"))
        else:
            content = Content.styled(f"  {text}", "$text-error")
        return content.truncate(width, ellipsis=True)
