"""One-line bars of the main screen (header, filter line, footer): they repaint only when what they say changes.

Their content is built from plain text, never from markup: parts of it come from outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

if TYPE_CHECKING:
    from core.progress import Progress

Part = tuple[str, str] | Content


class Bar(Static):
    """A line of text that keeps its size, so that a change costs no layout."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self._shown = Content("")

    def show(self, content: Content) -> None:
        """Draw the content, unless it is what the bar shows already."""
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content, layout=False)

    @property
    def text(self) -> str:
        """What the bar says."""
        return self._shown.plain


def spread(left: Iterable[Part], right: Iterable[Part], width: int) -> Content:
    """Left parts at the left, right parts at the right; what does not fit is left out from the end of the left."""
    start, end = list(left), Content.assemble(*right)
    while start and Content.assemble(*start).cell_length + 2 + end.cell_length > width:
        start.pop()
    begin = Content.assemble(*start)
    gap = max(1, width - begin.cell_length - end.cell_length)
    return Content.assemble(begin, " " * gap, end).truncate(max(1, width))


def worker_parts(progress: Progress) -> list[tuple[str, str]]:
    """Whether a worker is alive, for a header."""
    if progress.worker_trouble:
        return [("! worker", "$text-warning")]
    return [("▸ worker", "$text-success") if progress.worker_alive else ("· no worker", "$foreground 60%")]


def link(text: str, style: str, action: str) -> Content:
    """Text that runs an action when it is clicked."""
    content = Content.styled(text, style)
    return content.stylize(Style.from_meta({"@click": action}))
