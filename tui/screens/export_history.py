"""Former exports, newest first; the one that is chosen is written again by the export dialog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from core.text.terminal import safe_line
from tui.figures import counted
from tui.screens.dialogs import line
from tui.screens.menus import ListDialog
from tui.widgets.cells import cut, width_of


class ExportHistory(ListDialog[str | None]):
    """Gives back the id of an export, or None."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self._entries = entries

    def compose(self) -> ComposeResult:
        """Two lines per export: what, and where."""
        with Vertical(classes="dialog -large"):
            yield line("Exports so far", "bold")
            if self._entries:
                yield OptionList(*(self._option(entry) for entry in self._entries), id="former", markup=False)
                yield line("enter writes the same rows once more · esc goes back", "$foreground 60%", "gap")
            else:
                yield line(
                    "Nothing was exported yet; the export dialog writes the first (y).", "$foreground 60%", "gap"
                )

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """This one."""
        self.dismiss(event.option.id)

    def _option(self, entry: Mapping[str, Any]) -> Option:
        when = f"{entry['at'].astimezone():%Y-%m-%d %H:%M}"
        mark = "~" if (entry["manifest"] or {}).get("simulated") else " "
        text = f"{when} {mark}{entry['format']:<9} {counted(entry['count'], 'conversation')}  {entry['by']}"
        room = max(20, min(self.app.size.width * 94 // 100, 92) - 8)
        path = safe_line(str(entry["path"]), 1000)
        place = path if width_of(path) <= room else f"…{path[1 - room :]}"  # its end tells one from the other
        return Option(Content(f"{cut(safe_line(text, 200), room)}\n  {place}"), id=entry["export_id"])
