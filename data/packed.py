"""Many small rows in little memory: kept as bytes, page by page, and made again whenever they are walked through.

Exports hold the rows of their scope so; the rows come out equal, but are not the same objects twice.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, overload

Row = TypeVar("Row", bound=tuple[Any, ...])
_PAGE = 500  # rows: some 40 kB


class Packed(Sequence[Row], Generic[Row]):
    """Rows of plain values, in the order in which they came; `make` builds one of its values."""

    def __init__(self, make: Callable[[Iterable[Any]], Row], rows: Iterable[Iterable[Any]]) -> None:
        self._make = make
        self._pages: list[bytes] = []
        self._count = 0
        each = iter(rows)
        while page := [tuple(row) for row in islice(each, _PAGE)]:
            self._pages.append(marshal.dumps(page))
            self._count += len(page)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        for number in range(len(self._pages)):
            yield from self._page(number)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        places = range(self._count)[place]
        if isinstance(places, int):
            return self._page(places // _PAGE)[places % _PAGE]
        if places.step == 1:
            first = places.start - places.start % _PAGE
            pages = range(places.start // _PAGE, (places.stop + _PAGE - 1) // _PAGE) if places else range(0)
            near = [row for number in pages for row in self._page(number)]
            return near[places.start - first : places.stop - first]
        return [self[number] for number in places]

    def _page(self, number: int) -> list[Row]:
        return list(map(self._make, marshal.loads(self._pages[number])))
