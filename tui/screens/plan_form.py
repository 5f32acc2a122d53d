"""The form of a planned row: one line per column, with the words that a column may say.

It gives the typed row to whoever opened it to be stored, and stays with the reason where that is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Static

from core.errors import BrightrunError
from core.planning.rows import FORM
from core.text.terminal import safe_line
from tui.screens.dialogs import Dialog, buttons, field, line

Save = Callable[[dict[str, str]], Awaitable[None]]
LABEL_SIZE = 14


class PlanForm(Dialog[bool | None]):
    """True when the row was stored."""

    AUTO_FOCUS = "#field-tier"
    GRACE = 0.0  # nothing is stored by a single key, and a fast typist goes on at once
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "store", "Store", show=False, priority=True)]

    def __init__(
        self, title: str, row: Mapping[str, str], choices: Mapping[str, Mapping[str, str]], save: Save, yes: str
    ) -> None:
        super().__init__()
        self._title, self._row, self._choices, self._save, self._yes = title, row, choices, save, yes

    def compose(self) -> ComposeResult:
        """Every column, what the one with the cursor may say, and the problem."""
        with Vertical(classes="dialog -tall"):
            yield line(self._title, "bold")
            with VerticalScroll(classes="list gap", can_focus=False):
                for column, label in FORM:
                    known = self._choices.get(column, {})
                    with Horizontal(classes="row"):
                        yield line(label.ljust(LABEL_SIZE), "$foreground 60%", "label")
                        yield field(
                            safe_line(self._row.get(column, ""), 4000),
                            id=f"field-{column}",
                            suggester=SuggestFromList(known, case_sensitive=False) if known else None,
                            select_on_focus=False,
                        )
            yield Static("", id="hint")
            yield Static("", id="problem")
            with Horizontal(classes="answers"):
                yield line("→ completes · ctrl+s stores", "$foreground 60%")
                yield buttons(("no", "Cancel", "default"), ("yes", self._yes, "primary"))

    @on(DescendantFocus)
    def entered(self) -> None:
        """Say what the field may say."""
        self._hint()

    @on(Input.Changed)
    def typed(self) -> None:
        """Say which words still fit."""
        self._hint()

    def _hint(self) -> None:
        box = self.focused_field
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

    @property
    def focused_field(self) -> Input | None:
        """The line with the cursor."""
        return self.app.focused if isinstance(self.app.focused, Input) else None

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter goes on to the next line; it never stores."""
        self.app.action_focus_next()

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        if event.button.id == "yes":
            await self.action_store()
        else:
            self.dismiss(None)

    async def action_store(self) -> None:
        """Store the row, or say what is wrong and go there."""
        row = {column: self.query_one(f"#field-{column}", Input).value.strip() for column, _ in FORM}
        try:
            await self._save(row)
        except BrightrunError as error:
            self.query_one("#problem", Static).update(Content.styled(safe_line(str(error), 300), "$text-error"))
            wrong = next((column for column, label in FORM if error.message.startswith(f"{label}: ")), "")
            if wrong:
                self.query_one(f"#field-{wrong}", Input).focus()
            return
        self.dismiss(True)
