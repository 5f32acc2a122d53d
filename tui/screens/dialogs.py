"""Questions: a base that is never answered by the key that opened it, a yes-or-no, and a note.

The safe answer has the focus first and the one that destroys comes last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from core.errors import BrightrunError
from core.text.terminal import safe_line, safe_text
from tui.widgets.line_input import LineInput

Answer = TypeVar("Answer")
LOW = 32  # on a screen with fewer lines dialogs save lines
GRACE_S = 0.15  # a key pressed this soon was meant for what was on the screen before


class Dialog(ModalScreen[Answer]):
    """A box over the screen. Escape gives None back; the app drops keys that come before `ready_at`."""

    CSS_PATH: ClassVar[Any] = "../styles/dialogs.tcss"  # parsed when it is first shown, not before the first frame

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]
    GRACE: ClassVar[float] = GRACE_S

    def __init__(self) -> None:
        super().__init__()
        self.ready_at = float("inf")

    def on_mount(self) -> None:
        """From now on keys count, after a moment of grace."""
        self.set_class(self.app.size.height < LOW, "-low")
        # Without grace also keys count that were typed ahead: they were held back for the line of this dialog.
        self.ready_at = self.app.now() + self.GRACE if self.GRACE else 0.0  # type: ignore[attr-defined]
        self.call_after_refresh(self.app.held_keys.release)  # type: ignore[attr-defined]

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Give the answer. A second one, of a key pressed twice, is none: Textual would close what lies under it."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The app tells what nobody expected; of itself such a message goes no further than here."""
        self.app.on_worker_state_changed(event)  # type: ignore[attr-defined]

    def action_cancel(self) -> None:
        """No answer."""
        self.dismiss(None)


def line(text: str, style: str = "", classes: str = "") -> Static:
    """A line or paragraph of text from anywhere."""
    return Static(Content.styled(safe_text(text), style), classes=classes)


def answers(*others: tuple[str, str, str], no: str = "No") -> Horizontal:
    """No, and what else can be answered, with the keys that do it: y where only one answer is a yes."""
    keyed = [(name, f"{label} (y)" if len(others) == 1 else label, kind) for name, label, kind in others]
    return buttons(("no", f"{no} (n)", "default"), *keyed)


def buttons(*labels: tuple[str, str, str]) -> Horizontal:
    """A row of buttons: id, label, variant. The first has the focus."""
    row = [Button(Content(f" {label} "), id=name, variant=kind, compact=True) for name, label, kind in labels]  # type: ignore[arg-type]
    return Horizontal(*row, classes="buttons")


class ConfirmDialog(Dialog[bool]):
    """A question with No and Yes."""

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n", "cancel", "No", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str] = (), *, yes: str = "Yes", destructive: bool = False) -> None:
        super().__init__()
        self._title, self._lines, self._yes, self._destructive = title, list(lines), yes, destructive

    def compose(self) -> ComposeResult:
        """Title, facts, No, Yes."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(safe_line(self._title, 90)).plain.replace("[", "\\[")
            with VerticalScroll(classes="facts", can_focus=False):
                for text in self._lines:
                    yield line(text)
            yield answers(("yes", self._yes, "error" if self._destructive else "primary"))

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        self.dismiss(event.button.id == "yes")

    def action_yes(self) -> None:
        """Yes."""
        self.dismiss(True)

    def action_cancel(self) -> None:
        """No."""
        self.dismiss(False)


class NoteDialog(Dialog[str | None]):
    """One line of text; enter keeps it, escape leaves the old one."""

    GRACE = 0.0  # nothing is decided by a key here, and a fast typist goes on at once
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "outside", show=False, priority=True)]

    def __init__(self, what: str, text: str) -> None:
        super().__init__()
        self._what, self._text = what, text

    def compose(self) -> ComposeResult:
        """The note and its line."""
        with Vertical(classes="dialog"):
            yield line(f"Note to {self._what}", "bold")
            yield field(safe_line(self._text), classes="field gap", select_on_focus=False)
            yield line("enter keeps it · esc leaves the old · ctrl+o your editor", "$foreground 60%", "gap")

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Keep the note; one that was only looked at keeps its lines."""
        self.dismiss(self._text if event.value == safe_line(self._text) else event.value.strip())

    def action_outside(self) -> None:
        """Write it in the person's own editor; what is saved there is kept."""
        from tui.screens.editing import edited_outside

        typed = self.query_one(Input).value
        try:
            text = edited_outside(self.app, self._text if typed == safe_line(self._text) else typed, "note")
        except BrightrunError as error:
            self.app.notify(safe_line(str(error), 300), severity="warning", timeout=7, markup=False)
            return
        self.dismiss(text.strip())


def field(value: str, **options: Any) -> LineInput:
    """An input of one line without a frame."""
    return LineInput(value, **{"classes": "field", **options})
