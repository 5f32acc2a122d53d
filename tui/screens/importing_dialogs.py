"""What is asked on the way of files: a path with completion, the format, the meaning of headings, and a repair.

Nothing is read beyond names here, and nothing is stored.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Button, Input, Static

from core.home import expanded
from core.importing.formats import FORMATS
from core.importing.incoming import SUFFIXES
from core.importing.proposals import COLUMNS
from core.planning.table import near_words, plain_key
from core.text.terminal import safe_line
from tui.figures import counted
from tui.screens.dialogs import Dialog, buttons, field, line
from tui.screens.forms import FormDialog
from tui.screens.menus import Menu
from tui.steps import Steps
from tui.widgets.cells import cut, fit, wrap
from tui.widgets.line_input import CompletingInput

if TYPE_CHECKING:
    from core.importing.repair import Repair

MOST_NAMES = 5000  # entries of a folder that are looked at for completion
NAMES_SHOWN = 8
LABEL_SIZE = 24
DIFF_LINES = 400
_FORMAT_WORDS = {
    "auto": "told by content",
    "seed-json": "seed JSON: annotated pairs or conversations",
    "openai": "OpenAI chat, JSON lines with messages",
    "anthropic": "Anthropic or Bedrock, messages with system",
    "sharegpt": "ShareGPT, conversations with from and value",
    "trl": "TRL, messages or prompt and completion",
    "alpaca": "Alpaca, instruction and output",
    "csv": "a plan in a table (CSV, TSV)",
}


class PathDialog(Dialog[Path | None]):
    """Gives back a file or folder that is there."""

    AUTO_FOCUS = "#path"
    GRACE = 0.0  # nothing is decided by a key here, and a fast typist goes on at once
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", show=False, priority=True)]

    def __init__(self, proposed: str) -> None:
        super().__init__()
        folder = proposed or str(Path.cwd())
        self._proposed = f"{folder}/" if os.path.isdir(folder) and not folder.endswith("/") else folder  # noqa: PTH112
        self._fitting: list[str] = []

    def compose(self) -> ComposeResult:
        """The line, and the names that fit."""
        with Vertical(classes="dialog -large"):
            yield line("Import a file or folder", "bold")
            yield line(f"Seed JSON, JSON lines of trainers, plans in tables: {', '.join(SUFFIXES)}", "$foreground 60%")
            yield field(self._proposed, id="path", classes="field gap", select_on_focus=False)
            yield Static("", id="names", markup=False)
            yield Static("", id="problem")
            yield line("tab completes · enter looks, nothing is stored yet · esc cancels", "$foreground 60%", "gap")

    @on(Input.Changed, "#path")
    def typed(self) -> None:
        """Look for names that fit; of a slow folder the keys feel nothing."""
        self.query_one("#problem", Static).update("")
        self.run_worker(Steps(self._fit), group="names", exclusive=True, exit_on_error=False)

    async def _fit(self) -> None:
        text = self.query_one("#path", Input).value
        found = await asyncio.to_thread(fitting, typed_path(text))
        self._fitting = found
        width = max(20, min(self.app.size.width, 92) - 8)
        names = [name.rstrip("/").rpartition("/")[2] + name[len(name.rstrip("/")) :] for name in found[:NAMES_SHOWN]]
        shown = [cut(safe_line(name, 200), width) for name in names]
        if len(found) > NAMES_SHOWN:
            shown.append(f"… {len(found) - NAMES_SHOWN:,} more")
        self.query_one("#names", Static).update(Content.styled("\n".join(shown) or "no such name", "$text-accent"))

    async def action_complete(self) -> None:
        """As far as the names that fit agree; those of what is typed now, which may not be shown yet."""
        box = self.query_one("#path", Input)
        typed = typed_path(box.value)
        self._fitting = await asyncio.to_thread(fitting, typed)
        box.value = completed(typed, self._fitting)
        box.cursor_position = len(box.value)

    @on(Input.Submitted)
    async def submitted(self, event: Input.Submitted) -> None:
        """Take it if it is there."""
        path = expanded(typed_path(event.value.strip()) or ".")
        if "\0" in event.value or not await asyncio.to_thread(os.path.lexists, path):
            text = f"{safe_line(str(path), 200)} does not exist."
            self.query_one("#problem", Static).update(Content.styled(text, "$text-error"))
            return
        self.dismiss(path)


def typed_path(text: str) -> str:
    """What is meant: a path from the root or home, typed behind the proposed folder, begins anew."""
    at = max(text.rfind("//"), text.rfind("/~/"))
    return text[at + 1 :] if at >= 0 else text


def fitting(text: str) -> list[str]:
    """The folders, and the files that can be imported, whose path begins with a text; folders end with a slash."""
    if text == "~":
        return ["~/"]
    folder, slash, begun = text.rpartition("/")
    folder += slash
    place = expanded(folder or ".")
    found: list[str] = []
    try:
        with os.scandir(place) as entries:
            for entry in islice(entries, MOST_NAMES):
                name = entry.name
                if not name.casefold().startswith(begun.casefold()) or (name[0] == "." and not begun.startswith(".")):
                    continue
                if entry.is_dir():
                    found.append(f"{folder}{name}/")
                elif name.lower().endswith(SUFFIXES):
                    found.append(folder + name)
    except (OSError, ValueError):  # no folder, or none that may be read: then nothing fits
        return []
    exact = [name for name in found if name.startswith(text)]
    return sorted(exact or found, key=lambda name: (not name.endswith("/"), name.casefold()))


def completed(typed: str, names: Sequence[str]) -> str:
    """What was typed, completed as far as the names that fit agree."""
    common = _common(names)
    return common if len(common) > len(typed) or (len(names) == 1 and common != typed) else typed


def _common(names: Sequence[str]) -> str:
    """How far names agree, whatever the case of those that were typed otherwise."""
    if not names:
        return ""
    first = names[0]
    for size in range(len(first), 0, -1):
        if all(name.startswith(first[:size]) for name in names):
            return first[:size]
    return ""


class FormatMenu(Menu):
    """Gives back a format."""

    SIZE = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f", "cancel", show=False)]

    def __init__(self, now: str) -> None:
        super().__init__("The files are", {name: fit(name, 11) + _FORMAT_WORDS[name] for name in FORMATS}, now)


class ColumnsForm(FormDialog[dict[str, str] | None]):
    """For each heading of a table the column that it means; an empty line ignores it."""

    AUTO_FOCUS = "#heading-0"

    def __init__(self, columns: Mapping[str, str | None]) -> None:
        super().__init__()
        self._columns = dict(columns)

    def compose(self) -> ComposeResult:
        """A line per heading."""
        with Vertical(classes="dialog -tall"):
            yield line("What the headings mean", "bold")
            with VerticalScroll(classes="list gap", can_focus=False):
                for number, (title, column) in enumerate(self._columns.items()):
                    known = column is not None
                    with Horizontal(classes="row"):
                        yield line(
                            ("  " if known else "? ") + fit(safe_line(title, 100) or "(empty)", LABEL_SIZE),
                            "$foreground 60%" if known else "$text-warning",
                            "label",
                        )
                        yield CompletingInput(
                            column or "",
                            COLUMNS,
                            id=f"heading-{number}",
                            placeholder="ignored" if known else "not known: a column, or nothing to ignore",
                        )
            yield Static("", id="hint")
            yield Static("", id="problem")
            keys = "tab completes · ctrl+s keeps it · esc cancels"
            yield self.answers(keys, ("no", "Cancel", "default"), ("yes", "Keep", "primary"))

    @on(DescendantFocus)
    @on(Input.Changed)
    def hint(self) -> None:
        """Say which columns still fit, and which a plan cannot do without."""
        box = self.field
        if box is None:
            return
        others = {plain_key(other.value) for other in self.query(Input) if other is not box}
        free = [column for column in COLUMNS if column not in others]
        typed = plain_key(box.value)
        fit = free if typed in COLUMNS else [column for column in free if typed in column]
        text = ", ".join(fit) or f"no column is called so; free are {', '.join(free)}"
        needed = [column for column in ("tier", "topic") if column not in {*others, typed}]
        if needed:
            text = f"needed: {', '.join(needed)} · {text}"
        width = max(20, min(self.app.size.width * 94 // 100, 100) - 6)
        lines = wrap(text, width)
        shown = [*lines[:1], cut(" ".join(lines[1:]), width)]
        self.query_one("#hint", Static).update(Content.styled("\n".join(shown), "$text-accent"))

    async def action_store(self) -> None:
        """Give it back, or say what is wrong and go there."""
        chosen: dict[str, str] = {}
        for number, title in enumerate(self._columns):
            box = self.query_one(f"#heading-{number}", Input)
            column = plain_key(box.value)
            problem = ""
            if column and column not in COLUMNS:
                problem = f"There is no column {safe_line(column, 60)!r}. {near_words(column, COLUMNS)}"
            elif column and column in chosen.values():
                problem = f"Two headings mean {column}; empty one of them."
            if problem:
                self.refuse(problem, box)
                return
            chosen[title] = column
        self.dismiss(chosen)


class RepairDialog(Dialog[bool | None]):
    """Shows a repair as a difference: True accepts it, False passes on to the next file, None ends."""

    AUTO_FOCUS = "#difference"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept", show=False),
        Binding("n", "refuse", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, repair: Repair) -> None:
        super().__init__()
        self._repair = repair

    def compose(self) -> ComposeResult:
        """The difference, each change in words, and the question."""
        repair = self._repair
        with Vertical(classes="dialog -tall"):
            yield line(f"Repair {repair.path.name}? {counted(len(repair.changes), 'change')}", "bold")
            with VerticalScroll(classes="facts records", id="difference"):
                yield Static(_coloured(repair.difference().split("\n")), markup=False)
                for told in repair.told():
                    yield line(f"· {told}", "$text-accent")
            yield line(
                "The file itself stays as it is. What is repaired comes in undecided and flagged.", "$foreground 60%"
            )
            with Horizontal(classes="row answers"):
                yield line("y accepts · n leaves it · esc ends", "$foreground 60%", "label")
                yield buttons(("no", "Leave it", "default"), ("yes", "Accept", "primary"))

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        self.dismiss(event.button.id == "yes")

    def action_accept(self) -> None:
        """Take it."""
        self.dismiss(True)

    def action_refuse(self) -> None:
        """Leave the file as it is."""
        self.dismiss(False)

    def action_scroll(self, step: int) -> None:
        """Read on."""
        self.query_one("#difference").scroll_relative(y=step, animate=False)


def _coloured(lines: Sequence[str]) -> Content:
    """A unified diff; its signs stay, so that colour is not the only one."""
    styles = {"-": "$text-error", "+": "$text-success", "@": "$text-accent"}
    parts = [(safe_line(text, 1000) + "\n", styles.get(text[:1], "$foreground 60%")) for text in lines[:DIFF_LINES]]
    if len(lines) > DIFF_LINES:
        parts.append((f"… {len(lines) - DIFF_LINES:,} more lines\n", "$foreground 60%"))
    return Content.assemble(*parts)
