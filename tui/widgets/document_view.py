"""DocumentView: a long page of lines to read, search and pick from, drawn line by line and wrapped only as far as seen.

The detail screen gives it one page per tab. Its lines come from `tui.pages`; it never parses markup and never animates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual import events
from textual.message import Message

from core.text.terminal import safe_text
from tui.widgets.places import bare, lines_with, marked, spotlit
from tui.widgets.reading_text import Part
from tui.widgets.tones import Line, tone_css
from tui.widgets.wrapped_view import ALL, WrappedView, amount_of

PLACES_KEPT = 32


@dataclass(frozen=True)
class Anchor:
    """Names the next line, so that one can go there. One that `opens` something can be picked; one that `heads` a
    section makes it the current one while it is read."""

    name: Any
    opens: Any = None
    heads: Any = None


Item = Part | Anchor
Page = Callable[[int], Iterator[Item]]  # width -> what stands on the page


class DocumentView(WrappedView):
    """One page. Keys are the app's."""

    DEFAULT_CSS = """
    DocumentView { background: $surface; }
    """ + tone_css("DocumentView")

    @dataclass
    class Clicked(Message):
        """An anchor's line was clicked; one that can be picked is the picked one now."""

        view: DocumentView
        anchor: Anchor

        @property
        def control(self) -> DocumentView:
            """The view."""
            return self.view

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._page: Page | None = None
        self._key: Any = None
        self._max_width = 0
        self._items: Iterator[Item] = iter(())
        self._anchors: list[tuple[int, Anchor]] = []
        self._places: dict[Any, int] = {}
        self._lit: dict[int, tuple[int, int]] = {}  # line -> the characters that were gone to
        self._relit: Callable[[], dict[int, tuple[int, int]]] | None = None  # finds them on lines that changed
        self._picked = -1
        self._section: Any = None
        self._wanted = ""
        self._match = -1
        self._found: tuple[Any, list[int], dict[int, str]] = (None, [], {})

    def show(self, page: Page, *, key: Any, max_width: int = 0) -> None:
        """Show a page. One that was shown before under this key is opened where it was left."""
        before = self.on_screen()
        if key != self._key:
            self._places[self._key] = self._top
            while len(self._places) > PLACES_KEPT:
                del self._places[next(iter(self._places))]
            self._key, self._top, self._lit, self._picked = key, self._places.get(key, 0), {}, -1
            self._match, self._section = -1, None
            self._lines, self._anchors = [], []
        self._page, self._max_width = page, max_width
        self._rebuild()
        self.refresh_changes(before)

    # -- lines

    def _measure(self) -> tuple[int, ...]:
        room = max(12, self.size.width - 2)
        width = min(self._max_width or room, room)
        return width, max(0, (room - width) // 2)

    def _rebuild(self) -> None:
        lines, anchors, found = self._lines, self._anchors, self._found[1]
        self._layout = self._measure()
        width = self._layout[0]
        self._items = self._page(width) if self._page is not None else iter(())
        self._parts = self._unanchored()
        self._lines, self._anchors = [], []
        self._wrap_ahead(self._top)
        if 0 < self._top < len(lines) and self._lines[: self._top + 1] != lines[: self._top + 1]:
            self._stay(lines, anchors)
        if self._match >= 0:
            place, again = found.index(self._match) if self._match in found else 0, self._matches()
            self._match = again[place] if again and len(again) == len(found) else -1
        if self._lit and self._relit is not None:
            self._lit = self._relit()
        if self._picked < 0 and any(anchor.opens is not None for _, anchor in self._anchors):
            self._picked = next(i for i, (_, anchor) in enumerate(self._anchors) if anchor.opens is not None)
        elif self._picked >= len(self._anchors):
            self._wrap_to(ALL)
            self._picked = min(self._picked, len(self._anchors) - 1)
        self._top = max(0, min(self._top, self.bottom_top))
        if self._section_line() < 0:
            self._follow()

    def _stay(self, lines: list[Line], anchors: list[tuple[int, Anchor]]) -> None:
        """What was read stays in sight on lines that changed: so much text behind the last anchor above it."""
        above = [(line, anchor.name) for line, anchor in anchors if line <= self._top]
        start, name = above[-1] if above else (0, None)
        self._wrap_to(ALL)
        again = [line for line, anchor in self._anchors if anchor.name == name] if above else [0]
        place = sum(other == name for _, other in above[:-1])
        if place < len(again):
            self._top = self._line_behind(amount_of(lines[start : self._top]), again[place])

    def _unanchored(self) -> Iterator[Part]:
        for item in self._items:
            if isinstance(item, Anchor):
                self._anchors.append((len(self._lines), item))
            else:
                yield item

    def line_count(self) -> int:
        """Lines wrapped so far."""
        return len(self._lines)

    def line_at(self, index: int) -> tuple[Line, str]:
        """One line with its margin, what was searched for in it, and its ground."""
        if index >= len(self._lines):
            return (), ""
        line = self._lines[index]
        picked = self._picked >= 0 and index == self._anchors[self._picked][0]
        pointed = index == self._match or self._lit.get(index) == (0, 0)
        ground = "focus" if picked or pointed else "cursor" if index == self._section_line() else ""
        if not line:
            return (), ground
        if index in self._lit and not pointed:
            line = spotlit(line, *self._lit[index], pointed=index == min(self._lit))
        elif self._wanted:
            line = marked(line, self._wanted, self._found[2].get(index, ""))
        return ((" " * self._layout[1], ""), *line), ground

    async def _on_click(self, event: events.Click) -> None:
        index = self.index_at(event.y - self.gutter.top)
        for place, (line, anchor) in enumerate(self._anchors):
            if line == index and (anchor.opens is not None or anchor.heads is not None):
                if anchor.opens is not None:
                    self._picked = place
                else:
                    self._section = anchor.heads
                self.refresh()
                self.post_message(self.Clicked(self, anchor))
                return

    # -- picking

    @property
    def picked(self) -> Any:
        """What the picked line opens, or None."""
        return self._anchors[self._picked][1].opens if self._picked >= 0 else None

    @property
    def sees_picked(self) -> bool:
        """Whether the picked line is on the screen."""
        return self._picked >= 0 and self._top <= self._anchors[self._picked][0] < self._top + self.body_height

    def _pick(self, step: int) -> bool:
        if self._picked < 0:
            return False
        line = self._anchors[self._picked][0]
        if not self._top <= line < self._top + self.body_height:
            return False  # scrolled away from it: the keys scroll on
        index = self._picked + step
        while 0 <= index < len(self._anchors) and self._anchors[index][1].opens is None:
            index += step
        if not 0 <= index < len(self._anchors):
            return False
        self._picked = index
        self.reveal(self._anchors[index][0])
        self.refresh()
        return True

    def action_cursor_down(self) -> None:
        """The next line that can be picked, else a line down; at the end the next section."""
        if not self._pick(1) and not self.set_top(self._top + 1):
            self._step_section(1)

    def action_cursor_up(self) -> None:
        """The one before, else a line up; the section before where the current one stands below what is read."""
        if self._pick(-1):
            return
        ahead = self._sections().index(self._section) if self._section in self._sections() else 0
        if ahead > self._section_read():
            self._step_section(-1)
        else:
            self.set_top(self._top - 1)

    def action_scroll_top(self) -> None:
        """To the beginning, and to the first line there that can be picked."""
        super().action_scroll_top()
        self._pick_end(0)

    def action_scroll_bottom(self) -> None:
        """To the end, and to the last line there that can be picked."""
        super().action_scroll_bottom()
        self._pick_end(-1)

    def _pick_end(self, place: int) -> None:
        found = self._openers_seen()
        if found:
            self._picked = found[place]
            self.refresh()

    # -- sections

    @property
    def section(self) -> Any:
        """What heads the section that is read, or None where the page has none."""
        return self._section

    def _sections(self) -> list[Any]:
        return [anchor.heads for _, anchor in self._anchors if anchor.heads is not None]

    def _section_line(self) -> int:
        if self._section is None:
            return -1
        return next((line for line, anchor in self._anchors if anchor.heads == self._section), -1)

    def _section_read(self) -> int:
        """Which section the eye is on: the first line at the beginning, a third down the page later."""
        eye = self._top + min(self._top, self.body_height // 3)
        lines = [line for line, anchor in self._anchors if anchor.heads is not None]
        return max(0, sum(line <= eye for line in lines) - 1)

    def _follow(self) -> None:
        found = self._sections()
        self._section = found[self._section_read()] if found else None

    def _step_section(self, step: int) -> None:
        found = self._sections()
        if self._section in found:
            place = found.index(self._section) + step
            if 0 <= place < len(found):
                self._section = found[place]
                self.reveal_section()
                self.refresh()

    def reveal_section(self) -> None:
        """Scroll so far that the heading of the current section is seen; it stays the current one."""
        section, line = self._section, self._section_line()
        if line >= 0:
            self.reveal(line, context=1)
            self._section = section

    def set_top(self, top: int) -> bool:
        """Scroll; the section that is read then is the current one, and what is picked is on the screen."""
        moved = super().set_top(top)
        if moved:
            self._follow()
            self._pick_seen()
        return moved

    def _openers_seen(self) -> list[int]:
        end = self._top + self.body_height
        return [i for i, (at, one) in enumerate(self._anchors) if one.opens is not None and self._top <= at < end]

    def _pick_seen(self) -> None:
        """Pick the nearest line that is seen, so that nothing out of sight is opened; none where none is seen."""
        if self._picked < 0 or self.sees_picked:
            return
        seen = self._openers_seen()
        if seen:
            self._picked = seen[0] if self._anchors[self._picked][0] < self._top else seen[-1]
            self.refresh()

    # -- places

    def reveal(self, line: int, *, context: int = 3) -> None:
        """Scroll as little as needed to see a line with what stands around it."""
        self._wrap_ahead(line)
        context = min(context, max(0, self.body_height - 1) // 2)  # in a very low window the line itself
        if line < self._top + context:
            self.set_top(line - context)
        elif line >= self._top + self.body_height - context:
            self.set_top(line - self.body_height + 1 + context)

    def go_to(self, name: Any, words: str = "", *, after: str = "") -> bool:
        """Go to an anchor and light up the words that stand under its line, or that line itself.

        `after` is what stands before the words there: of words that occur more than once those behind it are meant.
        """
        lit = self._light(name, words, after)
        if not lit:
            return False
        self._lit, self._relit = lit, partial(self._light, name, words, after)
        self.set_top(min(self._lit) - self.body_height // 3)
        self._follow()
        self.refresh()
        return True

    def _light(self, name: Any, words: str, after: str) -> dict[int, tuple[int, int]]:
        self._wrap_to(ALL)
        start = next((index for index, anchor in self._anchors if anchor.name == name), -1)
        if start < 0:
            return {}
        end = next((index for index, _ in self._anchors if index > start), len(self._lines))
        return self._place_of(words, after, start, end) or {start: (0, 0)}

    def go_to_named(self, name: Any, step: int = 1) -> tuple[int, int]:
        """The next anchor of this name (or the one before), round the end: which one, of how many."""
        found = self._named(name)
        if not found:
            return 0, 0
        here = min(self._lit) if self._lit else self._top - 1
        places = [i for i, line in enumerate(found) if (line > here if step > 0 else line < here)]
        place = (places[0] if places else 0) if step > 0 else (places[-1] if places else len(found) - 1)
        self._lit = {found[place]: (0, 0)}
        self._relit = lambda: dict.fromkeys(self._named(name)[place : place + 1], (0, 0))
        self.reveal(found[place])
        self.refresh()
        return place + 1, len(found)

    def _named(self, name: Any) -> list[int]:
        self._wrap_to(ALL)
        return [line for line, anchor in self._anchors if anchor.name == name]

    def _place_of(self, words: str, after: str, start: int, end: int) -> dict[int, tuple[int, int]]:
        """The words on the lines below `start`, wherever the lines were broken."""
        wanted, before = bare(safe_text(words)), len(bare(safe_text(after)))
        places: list[tuple[int, int]] = []
        text = ""
        for index in range(start + 1, end):
            line = "".join(part for part, _ in self._lines[index])
            text += bare(line)
            places += [(index, column) for column, sign in enumerate(line) if not sign.isspace()]
        found = text.find(wanted, before) if wanted else -1
        found = text.find(wanted) if found < 0 and wanted else found
        lit: dict[int, tuple[int, int]] = {}
        for index, column in places[found : found + len(wanted)] if found >= 0 else ():
            first, _ = lit.get(index, (column, column))
            lit[index] = (first, column + 1)
        return lit

    # -- search

    @property
    def wanted(self) -> str:
        """What is searched for."""
        return self._wanted

    def find(self, text: str) -> int:
        """Search for a text; how many lines have it."""
        self._wanted, self._match = text.casefold(), -1
        self._lit = {}
        self.refresh()
        return len(self._matches())

    def _matches(self) -> list[int]:
        """The lines on which the searched text begins, also where it goes on in the next."""
        if not self._wanted:
            self._found = (None, [], {})
            return []
        self._wrap_to(ALL)
        stand = (self._wanted, self._lines)  # all of them are there now
        if self._found[0] is None or any(a is not b for a, b in zip(self._found[0], stand, strict=True)):
            self._found = (
                stand,
                *lines_with(self._wanted, ["".join(text for text, _ in line) for line in self._lines]),
            )
        return self._found[1]

    def go_to_match(self, step: int = 1) -> tuple[int, int]:
        """The next line with the searched text (or the one before), round the end: which one, of how many."""
        found = self._matches()
        if not found:
            return 0, 0
        here = self._match if self._match >= 0 else self._top - 1
        after = [i for i, line in enumerate(found) if line > here] if step > 0 else []
        before = [i for i, line in enumerate(found) if line < here] if step < 0 else []
        place = after[0] if after else before[-1] if before else (0 if step > 0 else len(found) - 1)
        self._match = found[place]
        self.reveal(self._match)
        self.refresh()
        return place + 1, len(found)
