"""The first question: practise with the simulator, connect a key, or just look around."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.dialogs import line
from tui.screens.menus import ListDialog

_CHOICES = (
    ("simulated", "Practise", "A built-in simulator writes made-up conversations: no key, no cost.\n"
     "They carry a ~ and stay out of exports until you ask for them."),
    ("live", "Connect a key", "Claude writes; every order shows its price first. Set ANTHROPIC_API_KEY,\n"
     "or brightrun config set key_file FILE (of mode 0600), and start again."),
    ("look", "Just look", "Read the plan and the examples; you are asked again later."),
)  # fmt: skip


class FirstStartDialog(ListDialog[str | None]):
    """Gives back "simulated", "live" or None to just look."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "Quit", show=False)]

    def __init__(self, provider: str) -> None:
        super().__init__()
        self._provider = provider

    def compose(self) -> ComposeResult:
        """A welcome and three ways to go on."""
        with Vertical(classes="dialog -large"):
            yield Static(Content.styled("Welcome to brightrun", "bold $text-primary"))
            yield line(
                "Plan conversations, generate them, review each with one key, and export what you approved.",
                classes="gap",
            )
            options = [
                Option(Content.assemble((name, "bold"), "\n", (text, "$foreground 60%")), id=key)
                for key, name, text in _CHOICES
            ]
            yield OptionList(*options, compact=True, classes="choices gap")
            keys = "↑ ↓ choose · enter takes it · esc just looks · q quits · : brings it back"
            yield line(keys, "$foreground 60%", "gap")

    def on_mount(self) -> None:
        """The present choice is the one that is proposed."""
        super().on_mount()
        keys = [key for key, _, _ in _CHOICES]
        self.options.highlighted = keys.index(self._provider) if self._provider in keys else 0

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """A way was chosen."""
        self.dismiss(event.option.id if event.option.id != "look" else None)
