"""LineView: the base of widgets that draw their own lines and scroll without any layout.

The reading view and the filter list derive from it. It keeps a thumb of its own in the last column instead of a
scrollbar, so that showing other content touches neither the layout nor a second widget; it never animates.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.tones import TONE_CLASSES, Line, Tones

THUMB = "▐"
WHEEL_LINES = 3


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines drawn one by one. A subclass gives `line_count` and `line_at`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = TONE_CLASSES
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineView { height: 1fr; overflow: hidden hidden; scrollbar-size: 0 0; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tones = Tones(self)
        self.pinned = 0  # so many first lines stay on screen
        self.foot: list[Line] = []  # lines that stay at the bottom
        self._top = 0
        self._thumb = (0, 0)

    # -- for subclasses

    def line_count(self) -> int:
        """How many lines there are, as far as is known."""
        raise NotImplementedError

    def line_at(self, index: int) -> tuple[Line, str]:
        """The line at an index and the tone of its background ("" for the widget's own)."""
        raise NotImplementedError

    # -- scrolling

    @property
    def top(self) -> int:
        """Index of the first line on screen."""
        return self._top

    @property
    def body_height(self) -> int:
        """Lines on screen above the foot."""
        return max(0, self.size.height - len(self.foot))

    @property
    def bottom_top(self) -> int:
        """The furthest `top` can go."""
        return max(0, self.line_count() - self.body_height)

    def index_at(self, y: int) -> int:
        """Which line stands at a place on screen; -1 in the foot."""
        if y >= self.body_height:
            return -1
        return y if y < self.pinned else self._top + y

    def set_top(self, top: int) -> bool:
        """Scroll so that line `top` is the first; False when nothing moved."""
        top = max(0, min(top, self.bottom_top))
        if top == self._top:
            return False
        self._top = top
        self.refresh()
        return True

    def action_scroll_line(self, lines: int = 1) -> None:
        """Scroll by lines."""
        self.set_top(self._top + lines)

    def action_scroll_page(self, pages: float = 1) -> None:
        """Scroll by screenfuls, keeping one line in sight."""
        rows = max(1, int(abs(pages) * self.body_height) - 1)
        self.action_scroll_line(rows if pages > 0 else -rows)

    def action_cursor_down(self) -> None:
        """One line down."""
        self.action_scroll_line(1)

    def action_cursor_up(self) -> None:
        """One line up."""
        self.action_scroll_line(-1)

    def action_page_down(self) -> None:
        """A screenful down."""
        self.action_scroll_page(1)

    def action_page_up(self) -> None:
        """A screenful up."""
        self.action_scroll_page(-1)

    def action_half_page_down(self) -> None:
        """Half a screenful down."""
        self.action_scroll_page(0.5)

    def action_half_page_up(self) -> None:
        """Half a screenful up."""
        self.action_scroll_page(-0.5)

    def action_scroll_top(self) -> None:
        """To the beginning."""
        self.action_scroll_line(-self._top)

    def action_scroll_bottom(self) -> None:
        """To the end."""
        self.action_scroll_line(self.bottom_top - self._top)

    def action_scroll_down(self) -> None:
        """One line down."""
        self.action_scroll_line(1)

    def action_scroll_up(self) -> None:
        """One line up."""
        self.action_scroll_line(-1)

    def action_scroll_home(self) -> None:
        """To the beginning."""
        self.action_scroll_top()

    def action_scroll_end(self) -> None:
        """To the end."""
        self.action_scroll_bottom()

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.prevent_default()
        event.stop()
        self.action_scroll_line(WHEEL_LINES)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.prevent_default()
        event.stop()
        self.action_scroll_line(-WHEEL_LINES)

    # -- drawing

    def thumb(self) -> tuple[int, int]:
        """The lines on screen that carry the thumb, from and to."""
        height, count = self.body_height, self.line_count()
        if count <= height or height <= 0:
            return 0, 0
        length = max(1, height * height // count)
        first = min(height - length, (height - length) * self._top // max(1, count - height))
        return first, first + length

    def on_screen(self) -> list[tuple[Line, str, bool]]:
        """What stands on every line of the screen, to be compared before and after a change."""
        count, (first, last) = self.line_count(), self.thumb()
        shown: list[tuple[Line, str, bool]] = []
        for y in range(self.body_height):
            index = self.index_at(y)
            line, ground = self.line_at(index) if index < count else ((), "")
            shown.append((line, ground, first <= y < last))
        return shown

    def refresh_changes(self, before: list[tuple[Line, str, bool]]) -> None:
        """Repaint the lines that are not what they were."""
        after = self.on_screen()
        if len(before) != len(after):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                self.refresh_row(y)

    def refresh_row(self, y: int) -> None:
        """Repaint one line of the screen."""
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All there is."""
        return container.width

    def notify_style_update(self) -> None:
        """Theme or focus changed."""
        super().notify_style_update()
        self.tones.forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw; the place of the thumb is found once for all lines."""
        self._thumb = self.thumb()
        return Widget.render_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width, index = self.size.width, self.index_at(y)
        if index < 0:
            foot = y - self.body_height
            return self.tones.strip(self.foot[foot] if foot < len(self.foot) else (), width)
        line, ground = self.line_at(index) if index < self.line_count() else ((), "")
        if self._thumb[0] <= y < self._thumb[1]:
            strip = self.tones.strip(line, width - 1, ground)
            return Strip([*strip, *self.tones.strip([(THUMB, "faint")], 1)], width)
        return self.tones.strip(line, width, ground)
