"""RowPages: the rows behind a table, read by id in pages of 100 of which the last few are kept.

`PagedTable` asks it for the row at a position. The list is an array of ids, so that a verdict which moves a row out of
the filter never shifts the list under the cursor. It never reads more than it is asked for.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence

from core.browse import Row

PAGE = 100
PAGES_KEPT = 8


def differing(one: array[int], other: array[int]) -> int:
    """How many rows are in only one of two lists. A byte for each row: two sets of 100,000 would take 15 MB."""
    seen = bytearray(1 + max(max(one, default=0), max(other, default=0)))
    for ids in (one, other):
        for row_id in ids:
            seen[row_id] ^= 1
    return seen.count(1)


Source = Callable[[Sequence[int]], dict[int, Row]]


class RowPages:
    """Rows by their position in a list of ids."""

    def __init__(self, source: Source | None = None) -> None:
        self.source = source
        self.ids: array[int] = array("q")
        self._pages: OrderedDict[int, dict[int, Row]] = OrderedDict()
        self._fresh: dict[int, set[int]] = {}  # of pages that may be out of date: the positions that are not

    def replace(self, ids: array[int]) -> None:
        """Another list; the rows read so far are forgotten."""
        self.ids = ids
        self.forget()

    def forget(self) -> None:
        """Read every row again when it is needed."""
        self._pages.clear()
        self._fresh.clear()

    def holds(self, position: int) -> bool:
        """Whether the row at this position is at hand."""
        return position // PAGE in self._pages

    def at(self, position: int) -> Row | None:
        """The row at a position; None beyond the list or when the row is gone."""
        if not 0 <= position < len(self.ids):
            return None
        number = position // PAGE
        if number in self._fresh and position not in self._fresh[number]:
            del self._pages[number], self._fresh[number]
        return self._page(number).get(self.ids[position])

    def position_of(self, row_id: int) -> int | None:
        """Where a row is in the list."""
        try:
            return self.ids.index(row_id)
        except ValueError:
            return None

    def find(self, conversation_id: str) -> Row | None:
        """A row by its human id among those at hand."""
        for page in self._pages.values():
            for row in page.values():
                if row.conversation_id == conversation_id:
                    return row
        return None

    def read(self, positions: range) -> Iterator[Row]:
        """Rows straight from the source, page by page, without keeping them."""
        wanted = self.ids[positions.start : positions.stop]
        for start in range(0, len(wanted), PAGE):
            yield from self._read(wanted[start : start + PAGE]).values()

    def reread(self, positions: Iterable[int]) -> list[int]:
        """Read the rows at these positions again, and all others when they are needed; gives the positions whose row
        is another now."""
        known = [position for position in positions if 0 <= position < len(self.ids)]
        here = [position for position in known if self.holds(position)]
        changed = [position for position in known if not self.holds(position)]  # read when they are drawn
        fresh = self._read([self.ids[position] for position in here]) if here else {}
        for position in here:
            page, row_id = self._pages[position // PAGE], self.ids[position]
            row = fresh.get(row_id)
            if row == page.get(row_id):
                continue
            changed.append(position)
            if row is None:
                page.pop(row_id, None)
            else:
                page[row_id] = row
        self._fresh = {number: set() for number in self._pages}
        for position in here:
            self._fresh[position // PAGE].add(position)
        return changed

    def _page(self, number: int) -> dict[int, Row]:
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._read(self.ids[number * PAGE : (number + 1) * PAGE])
            if len(self._pages) > PAGES_KEPT:
                oldest, _ = self._pages.popitem(last=False)
                self._fresh.pop(oldest, None)
        else:
            self._pages.move_to_end(number)
        return page

    def _read(self, ids: Sequence[int]) -> dict[int, Row]:
        return self.source(ids) if self.source is not None else {}
