"""What the screens of source documents ask: a filter, conversations to link, and where documents come from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from core.chunks.sources import is_database
from core.errors import BrightrunError
from core.text.terminal import safe_line
from tui.screens.dialogs import Dialog, field, line
from tui.screens.importing_dialogs import completed, fitting


class AskDialog(Dialog[str | None]):
    """One line to type, with what may stand in it; `check` raises for what may not, and says why."""

    AUTO_FOCUS = "Input"
    GRACE = 0.0  # nothing is decided by a key here, and a fast typist goes on at once

    def __init__(
        self,
        title: str,
        about: Sequence[str],
        value: str,
        keys: str,
        *,
        check: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._about, self._value, self._keys, self._check = title, list(about), value, keys, check

    def compose(self) -> ComposeResult:
        """The question, the line, what may stand in it."""
        with Vertical(classes="dialog -large"):
            yield line(self._title, "bold")
            yield field(self._value, classes="field gap", select_on_focus=False)
            yield Static("", id="problem")
            for text in self._about:
                yield line(text, "$foreground 60%")
            yield line(self._keys, "$foreground 60%", "gap")

    @on(Input.Submitted)
    async def submitted(self, event: Input.Submitted) -> None:
        """Take it, or say what is wrong."""
        try:
            if self._check is not None:
                await self._check(event.value.strip())
        except BrightrunError as error:
            self.query_one("#problem", Static).update(Content.styled(safe_line(str(error), 300), "$text-error"))
            return
        self.dismiss(event.value.strip())


class SourceDialog(Dialog[str | None]):
    """Gives back a file, a folder, or the URL of a PostgreSQL database; what is typed of a URL is hidden."""

    AUTO_FOCUS = "Input"
    GRACE = 0.0
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", show=False, priority=True)]

    def compose(self) -> ComposeResult:
        """The line, and what may stand in it."""
        with Vertical(classes="dialog -large"):
            yield line("Bring source documents in", "bold")
            yield line(
                "A JSON, JSONL or CSV file, a folder with the four tables as CSV, or postgresql://…", "$foreground 60%"
            )
            yield field("", classes="field gap", select_on_focus=False)
            yield Static("", id="names", markup=False)
            yield line(
                "tab completes · enter looks, nothing is stored yet · esc cancels. A password in a URL is never kept; "
                "PGPASSWORD and ~/.pgpass work, too.",
                "$foreground 60%",
                "gap",
            )

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """A URL that may hold a password is not shown from the user name on."""
        _, _, rest = event.value.partition("://")
        event.input.password = is_database(event.value) and ":" in rest
        told = "hidden: it may hold a password" if event.input.password else ""
        self.query_one("#names", Static).update(Content.styled(told, "$text-accent"))

    async def action_complete(self) -> None:
        """As far as the names that fit agree."""
        box = self.query_one(Input)
        if is_database(box.value):
            return
        found = await asyncio.to_thread(fitting, box.value)
        box.value = completed(box.value, found)
        box.cursor_position = len(box.value)
        shown = "  ".join(safe_line(name.rstrip("/").rpartition("/")[2], 40) for name in found[:12])
        self.query_one("#names", Static).update(Content.styled(shown or "no such name", "$text-accent"))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Take it."""
        if event.value.strip():
            self.dismiss(event.value.strip())


__all__ = ["AskDialog", "SourceDialog"]
