"""What is asked before something is written again: the note for the prompt; and how many variations, of what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from core.rewriting.variations import MOST, USUAL, VARY
from core.text.terminal import safe_line
from tui.screens.dialogs import Dialog, answers, field, line
from tui.widgets.tick_box import TickBox


class AgainDialog(Dialog[str | None]):
    """One line for the prompt; enter goes on to time and cost, escape leaves everything as it is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        """The question and its line."""
        with Vertical(classes="dialog"):
            yield line(f"Write {self._name} again: what is to be different?", "bold")
            yield field("", classes="field gap")
            yield line("The notes on it and the checks that failed go into the prompt, too.", "$foreground 60%", "gap")
            yield line("enter shows time and cost · esc changes nothing", "$foreground 60%")

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Go on with the note, which may be empty."""
        event.stop()
        self.dismiss(event.value.strip())


@dataclass(frozen=True)
class VaryAnswer:
    """So many, and what varies."""

    count: int
    vary: tuple[str, ...]


class VaryDialog(Dialog[VaryAnswer | None]):
    """Count and what is to vary; the rows are planned, then the order is shown with its price."""

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n", "cancel", "No", show=False),
    ]

    def __init__(self, conversation_id: str) -> None:
        super().__init__()
        self._conversation_id = conversation_id

    def compose(self) -> ComposeResult:
        """How many, of what, No, Plan."""
        with Vertical(classes="dialog -large"):
            yield line(f"Variations of {self._conversation_id}", "bold")
            with Horizontal(classes="row gap"):
                yield line("How many  ", classes="label")
                yield field("10", id="count", restrict=r"[0-9]*", max_length=2)
            with Vertical(id="boxes"):
                for name, words in VARY.items():
                    text = words.removeprefix("the ")
                    yield TickBox(text, name in USUAL, id=f"vary-{name}", compact=True)
            yield Static("", id="problem")
            yield answers(("yes", "Plan them", "primary"))

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        self.action_yes() if event.button.id == "yes" else self.dismiss(None)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Enter in the field goes on to the next; it never orders."""
        event.stop()
        self.app.action_focus_next()

    def action_yes(self) -> None:
        """Plan them, when the number can be and something varies."""
        typed = self.query_one("#count", Input).value
        vary = tuple(name for name in VARY if self.query_one(f"#vary-{name}", TickBox).value)
        if not typed.isdigit() or not 1 <= int(typed) <= MOST:
            self._refuse("#count", f"Write a number from 1 to {MOST}.")
        elif not vary:
            self._refuse("#vary-persona", "Something has to vary: tick at least one.")
        else:
            self.dismiss(VaryAnswer(int(typed), vary))

    def _refuse(self, name: str, why: str) -> None:
        self.query_one("#problem", Static).update(Content.styled(safe_line(why, 200), "$text-error"))
        self.query_one(name).focus()
