"""Questions of the settings screen: one value, and the overall cap."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from core.errors import SettingsError
from core.settings.changing import Setting, read
from core.text.terminal import safe_line
from tui.screens.dialogs import Dialog, buttons, field, line
from tui.screens.menus import ListDialog, marked


class SettingDialog(ListDialog[str | None]):
    """The new value as text; stays, with the reason, while it cannot be."""

    AUTO_FOCUS = "OptionList, Input"

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting = setting

    def compose(self) -> ComposeResult:
        """What it means, and its values or a line."""
        one = self._setting
        with Vertical(classes="dialog"):
            yield line(one.name, "bold")
            yield line(one.meaning, "$foreground 60%")
            if one.choices:
                options = [Option(self._label(choice), id=f"choice-{n}") for n, choice in enumerate(one.choices)]
                yield OptionList(*options, compact=True, classes="gap")
            else:
                yield field(safe_line(one.shown, 2000), id="value", classes="field gap", select_on_focus=False)
            yield Static("", id="problem")
            yield line(
                f"enter keeps it · esc leaves it · default: {one.default or '(empty)'}", "$foreground 60%", "gap"
            )

    def _label(self, choice: str) -> Content:
        return marked(choice or "(empty)", choice == self._setting.shown)

    def on_mount(self) -> None:
        """Start at the present value."""
        super().on_mount()
        one = self._setting
        if one.shown in one.choices:
            self.options.highlighted = one.choices.index(one.shown)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """A value was chosen."""
        self._answer(self._setting.choices[event.option_index])

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """A value was typed."""
        self._answer(event.value.strip())

    def _answer(self, text: str) -> None:
        try:
            read(self._setting.name, text)
        except SettingsError as error:
            self.query_one("#problem", Static).update(Content.styled(safe_line(error.message, 300), "$text-error"))
            return
        self.dismiss(text)


@dataclass(frozen=True)
class Cap:
    """The overall cap as it is to be; None: none."""

    cap_microusd: int | None
    follow_settings: bool = False


class BudgetDialog(Dialog[Cap | None]):
    """What all real calls may cost."""

    AUTO_FOCUS = "#cap"

    def __init__(self, cap_microusd: int | None, follows: bool) -> None:
        super().__init__()
        self._cap, self._follows = cap_microusd, follows

    def compose(self) -> ComposeResult:
        """The amount."""
        source = "It follows max_total_cost now." if self._follows else "It was set by hand."
        with Vertical(classes="dialog"):
            yield line("Overall cap of all real calls", "bold")
            yield line(f"Those of the past included. Jobs pause when it is reached. {source}", "$foreground 60%")
            with Horizontal(classes="row gap"):
                yield line("Spend at most  $", classes="label")
                text = f"{self._cap / 1e6:.2f}" if self._cap else ""
                yield field(text, id="cap", restrict=r"[0-9.]*", max_length=9)
            yield line("Empty: no overall cap; each job keeps its own.", "$foreground 60%")
            yield Static("", id="problem")
            labels = [("no", "Cancel", "default"), ("yes", "Keep", "primary")]
            labels += [("follow", "As in the settings", "default")] if not self._follows else []
            yield buttons(*labels)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in the field goes on to the answers."""
        self.app.action_focus_next()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        if event.button.id == "no":
            self.dismiss(None)
            return
        if event.button.id == "follow":
            self.dismiss(Cap(None, follow_settings=True))
            return
        text = self.query_one("#cap", Input).value.strip()
        try:
            amount = round(float(text) * 1_000_000) if text else None
        except ValueError:
            self.query_one("#problem", Static).update(Content.styled("Write dollars, such as 20.00.", "$text-error"))
            return
        self.dismiss(Cap(amount or None))
