"""What is on the screen before there is a table: the steps of the first start, or why there is none to show."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from core.errors import BrightrunError
from core.text.terminal import safe_line


class LoadingScreen(Screen[None]):
    """Says step by step what a first start does."""

    # Here and not in a file: Textual reads no CSS_PATH of the screen that an app begins with.
    DEFAULT_CSS = """
    LoadingScreen { align: center middle; }
    LoadingScreen .notice { width: 64; max-width: 96%; height: auto; padding: 1 3; border: round $primary; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "app.quit", "Quit", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[str] = []

    def compose(self) -> ComposeResult:
        """A quiet box in the middle."""
        with Vertical(classes="notice"):
            yield Static(Content.styled("brightrun", "bold $primary"))
            yield Static(Content("Opening the dataset…"), id="steps")

    def step_from_thread(self, text: str) -> None:
        """Show a step; called by the thread that does it."""
        self.app.call_from_thread(self._step, text)

    def _step(self, text: str) -> None:
        self._steps.append(safe_line(text, 100))
        done = [(f"✓ {step}\n", "$foreground 60%") for step in self._steps[-6:-1]]
        self.query_one("#steps", Static).update(Content.assemble(*done, (f"▸ {self._steps[-1]}", "")))


class TroubleScreen(Screen[None]):
    """Says in one sentence why brightrun cannot go on, and the way out."""

    CSS_PATH: ClassVar[Any] = "../styles/screens.tcss"  # parsed when it is first shown, not before the first frame

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape,enter,ctrl+c", "leave", "Quit", show=False)]

    def __init__(self, error: BrightrunError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        """The sentence, the hint, the key."""
        with Vertical(classes="notice -trouble"):
            yield Static(Content.styled("brightrun cannot start", "bold $error"))
            yield Static(Content(safe_line(self._error.message)), classes="gap")
            if self._error.hint:
                yield Static(Content(safe_line(self._error.hint)), classes="gap")
            yield Static(Content.assemble(("q", "bold $accent"), (" quits", "$foreground 60%")), classes="gap")

    def action_leave(self) -> None:
        """Leave with exit code 1; the sentence is on stderr, too, where the screen is gone."""
        self.app.exit(return_code=1, message=f"brightrun: {safe_line(str(self._error))}")
