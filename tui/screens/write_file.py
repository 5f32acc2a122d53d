"""Where a file goes that a screen writes: the log of a job, the report of the quality screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from core.errors import BrightrunError
from core.home import expanded
from core.text.terminal import safe_line
from tui.screens.dialogs import Dialog, field, line


class WriteFileDialog(Dialog[Path | None]):
    """Asks for a file, writes it and gives it, or stays with the reason why not."""

    AUTO_FOCUS = "#path"

    def __init__(self, title: str, about: str, name: str, write: Callable[[Path], Awaitable[int]]) -> None:
        super().__init__()
        self._heading, self._about, self._proposed, self._write = title, about, name, write

    def compose(self) -> ComposeResult:
        """The file name and its line."""
        with Vertical(classes="dialog"):
            yield line(self._heading, "bold")
            yield line(self._about, "$foreground 60%")
            yield field(self._proposed, id="path", classes="field gap", select_on_focus=False)
            yield Static("", id="problem")
            yield line("enter writes · esc cancels", "$foreground 60%", "gap")

    @on(Input.Submitted)
    async def submitted(self, event: Input.Submitted) -> None:
        """Write it."""
        path = expanded(event.value.strip() or ".")
        try:
            await self._write(path)
        except BrightrunError as error:
            self.query_one("#problem", Static).update(Content.styled(safe_line(str(error), 300), "$text-error"))
            return
        self.dismiss(path)
