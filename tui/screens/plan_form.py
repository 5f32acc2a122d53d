"""The form of a planned row: one line per column, with the words that a column may say.

It gives the typed row to whoever opened it to be stored, and stays with the reason where that is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Input, Static

from core.errors import BrightrunError
from core.planning.rows import FORM
from core.text.terminal import safe_line
from tui.screens.dialogs import line
from tui.screens.forms import LONGEST, FormDialog
from tui.widgets.line_input import CompletingInput

Save = Callable[[dict[str, str]], Awaitable[None]]
LABEL_SIZE = 14


class PlanForm(FormDialog[bool | None]):
    """True when the row was stored."""

    AUTO_FOCUS = "#field-tier"

    def __init__(
        self, title: str, row: Mapping[str, str], choices: Mapping[str, Mapping[str, str]], save: Save, yes: str
    ) -> None:
        super().__init__()
        self._title, self._row, self._choices, self._save, self._yes = title, row, choices, save, yes
        self._lines = {column: safe_line(row.get(column, ""), LONGEST) for column, _ in FORM}  # as one line shows it

    def compose(self) -> ComposeResult:
        """Every column, what the one with the cursor may say, and the problem."""
        with Vertical(classes="dialog -tall"):
            yield line(self._title, "bold")
            with VerticalScroll(classes="list gap", can_focus=False):
                for column, label in FORM:
                    known = self._choices.get(column, {})
                    with Horizontal(classes="row"):
                        yield line(label.ljust(LABEL_SIZE), "$foreground 60%", "label")
                        yield CompletingInput(self._lines[column], known, id=f"field-{column}")
            yield Static("", id="hint")
            yield Static("", id="problem")
            keys = "tab completes · ctrl+s stores · esc cancels"
            yield self.answers(keys, ("no", "Cancel", "default"), ("yes", self._yes, "primary"))

    @on(DescendantFocus)
    @on(Input.Changed)
    def hint(self) -> None:
        """Say which words the field may say, and which still fit."""
        box = self.field
        if box is None:
            return
        column = str(box.id).removeprefix("field-")
        known = self._choices.get(column, {})
        typed = box.value.strip().lower().replace(" ", "_")
        fitting = known if typed in known else [key for key in known if typed in key]
        text = ", ".join(fitting) if known else "any text"
        if typed in known and known[typed].lower() != typed:
            text = f"{known[typed]} · {text}"
        if not fitting and known:
            text = f"none begins so; there are: {', '.join(known)}"
        width = max(20, 2 * (self.app.size.width - 16))
        self.query_one("#hint", Static).update(Content.styled(safe_line(text, min(width, 170)), "$text-accent"))

    async def action_store(self) -> None:
        """Store the row, or say what is wrong and go there."""
        row = {column: self._typed(column) for column, _ in FORM}
        try:
            await self._save(row)
        except BrightrunError as error:
            wrong = next((column for column, label in FORM if error.message.startswith(f"{label}: ")), "")
            self.refuse(str(error), self.query_one(f"#field-{wrong}", Input) if wrong else None)
            return
        self.dismiss(True)

    def _typed(self, column: str) -> str:
        """What is meant for a column: a text that was only looked at stays as it was, whole and with its lines."""
        value = self.query_one(f"#field-{column}", Input).value
        return self._row.get(column, "") if value == self._lines[column] else value.strip()
