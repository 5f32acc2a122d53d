"""Many small rows in little memory: kept as bytes, page by page, and made again whenever they are walked through.

Exports hold the rows of their scope so; the rows come out equal, but are not the same objects twice. Beyond a few
thousand the pages lie in a file without a name, so that memory does not follow the number of rows.
"""

from __future__ import annotations

import marshal
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar, overload

Row = TypeVar("Row")
_PAGE = 500  # rows: some 40 kB of small ones
_HELD = 20  # pages that are held in memory before they go to a file


class Packed(Sequence[Row], Generic[Row]):
    """Rows of plain values, in the order in which they came; `make` builds one of its values."""

    def __init__(
        self, make: Callable[[Sequence[Any]], Row], rows: Iterable[Iterable[Any]] = (), page: int = _PAGE
    ) -> None:
        self._make = make
        self._page_size = page
        self._pages: list[bytes] = []
        self._begins = [0]  # where each page begins in the file, and where the next one will
        self._file = -1
        self._last: list[tuple[Any, ...]] = []  # the page that is not full yet
        self._count = 0
        for row in rows:
            self.append(row)

    def append(self, row: Iterable[Any]) -> None:
        """Add a row at the end."""
        self._last.append(tuple(row))
        self._count += 1
        if len(self._last) == self._page_size:
            self._put(marshal.dumps(self._last))
            self._last = []

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        for number in range(-(-self._count // self._page_size)):
            yield from self._page(number)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        places, size = range(self._count)[place], self._page_size
        if isinstance(places, int):
            number, place = divmod(places, size)
            return self._page(number)[place]
        if places.step == 1:
            first = places.start - places.start % size
            pages = range(places.start // size, -(-places.stop // size)) if places else range(0)
            near = list(chain.from_iterable(map(self._page, pages)))
            return near[places.start - first : places.stop - first]
        return [self[number] for number in places]

    def _page(self, number: int) -> list[Row]:
        if number >= len(self._begins) - 1:
            rows = self._last
        elif self._file < 0:
            rows = marshal.loads(self._pages[number])
        else:
            begin, end = self._begins[number : number + 2]
            rows = marshal.loads(os.pread(self._file, end - begin, begin))
        return list(map(self._make, rows))

    def _put(self, page: bytes) -> None:
        if self._file < 0 and len(self._pages) == _HELD:
            with tempfile.TemporaryFile(buffering=0) as file:
                self._file = os.dup(file.fileno())
            weakref.finalize(self, os.close, self._file)
            self._write(b"".join(self._pages), 0)
            self._pages = []
        if self._file < 0:
            self._pages.append(page)
        else:
            self._write(page, self._begins[-1])
        self._begins.append(self._begins[-1] + len(page))

    def _write(self, raw: bytes, begin: int) -> None:
        """All of it: a full disk raises OSError."""
        while raw:
            done = os.pwrite(self._file, raw, begin)
            raw, begin = raw[done:], begin + done
