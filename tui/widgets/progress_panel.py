"""ProgressPanel: how the open job is getting on, and the errors that wait for a person.

The main screen calls `show` whenever the database changed. On a wide screen it takes up to eight lines, on a narrow one
exactly one; it repaints only lines that changed and touches the layout only when their number changes.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from core.browse import FailedItem, Progress
from tui.widgets.progress_text import ERRORS_SHOWN, error_line, one_line, panel_lines, trouble_lines
from tui.widgets.tones import TONE_CLASSES, Line, Tones, tone_css

WIDE, TALL = 120, 30  # a screen smaller than this gets the one line


class ProgressPanel(Widget, inherit_bindings=False):
    """The job and its errors. With focus: up and down choose an error, enter opens, r retries, d dismisses it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = TONE_CLASSES
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ProgressPanel { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """ + tone_css("ProgressPanel")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_up", show=False, id="errors.up"),
        Binding("down,j", "cursor_down", show=False, id="errors.down"),
        Binding("enter", "open_error", show=False, id="errors.open"),
        Binding("r", "retry_error", show=False, id="errors.retry"),
        Binding("d", "dismiss_error", show=False, id="errors.dismiss"),
    ]

    class ErrorMessage(Message):
        """What the person wants with an error."""

        def __init__(self, item: FailedItem) -> None:
            self.item = item
            self.item_id = item.item_id
            self.job_id = item.job_id
            self.conversation_id = item.conversation_id
            super().__init__()

    class Opened(ErrorMessage):
        """Show the failed row."""

    class Retried(ErrorMessage):
        """Generate the failed row again."""

    class Dismissed(ErrorMessage):
        """The person has seen it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._tones = Tones(self)
        self._progress = Progress()
        self._now: datetime | None = None
        self._selected = 0
        self._first = 0
        self._lines: list[tuple[Line, str]] = []
        self._error_lines: dict[int, int] = {}
        self.display = False

    @property
    def current_error(self) -> FailedItem | None:
        """The error under the cursor."""
        errors = self._progress.errors
        return errors[min(self._selected, len(errors) - 1)] if errors else None

    def show(self, progress: Progress, now: datetime) -> None:
        """Show this state; the chosen error stays chosen while it is there."""
        kept = self.current_error
        self._progress, self._now = progress, now
        ids = [item.item_id for item in progress.errors]
        if kept is not None and kept.item_id in ids:
            self._selected = ids.index(kept.item_id)
        self._selected = max(0, min(self._selected, len(ids) - 1))
        self.can_focus = bool(ids)
        if not ids and self.has_focus:
            self.screen.focus_previous()
        self.display = progress.job is not None or bool(ids)
        self._arrange()

    def _arrange(self) -> None:
        if self._now is None or not self.is_attached:
            return
        width = max(20, self.app.size.width - 2 if not self.size.width else self.size.width)
        is_wide = self.app.size.width >= WIDE and self.app.size.height >= TALL
        lines: list[tuple[Line, str]] = []
        if is_wide:
            lines += [(line, "") for line in panel_lines(self._progress, self._now, width)]
        else:
            lines.append((one_line(self._progress, self._now, width), ""))
            lines += [(line, "") for line in trouble_lines(self._progress, self._now, width)]
        self._error_lines = {}
        if is_wide or self.has_focus:
            lines += self._errors(width, len(lines))
        old, self._lines = self._lines, lines
        if len(old) != len(lines):
            self.styles.height = len(lines)
            self.refresh()
            return
        for y, (before, after) in enumerate(zip(old, lines, strict=True)):
            if before != after:
                self.refresh(Region(0, y, self.size.width, 1))

    def _errors(self, width: int, line: int) -> list[tuple[Line, str]]:
        errors = self._progress.errors
        if not errors:
            return []
        self._first = max(0, min(self._first, self._selected, len(errors) - ERRORS_SHOWN))
        self._first = max(self._first, self._selected - ERRORS_SHOWN + 1)
        shown: list[tuple[Line, str]] = []
        for index in range(self._first, min(len(errors), self._first + ERRORS_SHOWN)):
            self._error_lines[line + len(shown)] = index
            is_chosen = self.has_focus and index == self._selected
            tail = ""
            if is_chosen:
                tail = f"  {index + 1} of {len(errors)} · enter opens · r retries · d dismisses"
            elif len(shown) == ERRORS_SHOWN - 1 and index + 1 < len(errors):
                tail = f"  {len(errors) - index - 1} more"
            text = error_line(errors[index], width - len(tail))
            shown.append(((*text, (tail, "muted")), "focus" if is_chosen else ""))
        return shown

    # -- errors

    def action_cursor_down(self) -> None:
        """The next error."""
        self._choose(self._selected + 1)

    def action_cursor_up(self) -> None:
        """The error before."""
        self._choose(self._selected - 1)

    def _choose(self, index: int) -> None:
        self._selected = max(0, min(index, len(self._progress.errors) - 1))
        self._arrange()

    def action_open_error(self) -> None:
        """Ask the screen to show the failed row."""
        self._post(self.Opened)

    def action_retry_error(self) -> None:
        """Ask the screen to generate the failed row again."""
        self._post(self.Retried)

    def action_dismiss_error(self) -> None:
        """Ask the screen to dismiss the error."""
        self._post(self.Dismissed)

    def _post(self, kind: type[ErrorMessage]) -> None:
        item = self.current_error
        if item is not None:
            self.post_message(kind(item))

    async def _on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        index = self._error_lines.get(place.y) if place is not None else None
        if index is not None:
            self._choose(index)
            if event.chain == 2:
                self.action_open_error()

    def watch_has_focus(self, has_focus: bool) -> None:
        """On a narrow screen the errors unfold while the panel has the focus."""
        super().watch_has_focus(has_focus)
        self._arrange()

    def _on_resize(self, _: events.Resize) -> None:
        self._arrange()

    # -- drawing

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are."""
        return max(1, len(self._lines))

    def notify_style_update(self) -> None:
        """Theme or focus changed."""
        super().notify_style_update()
        self._tones.forget()

    def render_line(self, y: int) -> Strip:
        """One line of the panel."""
        line, ground = self._lines[y] if y < len(self._lines) else ((), "")
        return self._tones.strip(line, self.size.width, ground)
