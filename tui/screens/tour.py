"""The tour: five steps through the loop, offered once after the first choice and again from the palette.

The main screen shows it. It names the keys as they are now, each step can be tried at once, and it does nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Static

from tui.keymap import Keymap
from tui.screens.dialogs import Dialog, buttons, line


@dataclass(frozen=True)
class Step:
    """One thing to learn. `{command.id}` in the text becomes its key; `command` is what trying it runs."""

    name: str
    command: str
    text: str


STEPS: tuple[Step, ...] = (
    Step(
        "Filter",
        "filter.pane",
        "{filter.pane} opens the filters: values of one dimension add up, dimensions narrow down, and the pane says "
        "how many rows are left and what they would cost.\n"
        "{filter.search} searches while you type: persona:marcus tier:1 shows those rows. "
        "{filter.clear} shows all again.",
    ),
    Step(
        "Generate",
        "generate.all",
        "{generate.row} writes the row under the cursor, {generate.selected} the marked rows ({mark.toggle} marks) or "
        "else the filtered ones, {generate.all} all that remain.\n"
        "Number, time and cost are shown first and nothing starts before you agree; a cap is never passed.",
    ),
    Step(
        "Watch",
        "job.list",
        "How far it is, what it cost and what failed stands at the foot of the screen; the preview shows a "
        "conversation while it is written. {job.pause} pauses and goes on, {job.stop} stops, {job.list} lists all "
        "jobs.\n"
        "A process of its own does the work: you may leave, or lose the line, and nothing is lost.",
    ),
    Step(
        "Review",
        "filter.to_review",
        "{filter.to_review} shows what waits for you. {review.approve} approves, {review.reject} rejects, "
        "{review.needs_edit} asks for an edit, {review.reviewed} leaves it open; each lands on the next row to "
        "review.\n"
        "{review.undo} takes back. {move.open} opens the whole conversation with its emotions, reasons and checks.",
    ),
    Step(
        "Export",
        "export.open",
        "{export.open} writes what you approved, in the form your trainer takes and checked by its rules. Practice "
        "results stay out until you ask for them.\n"
        "{app.help} lists all keys, {app.palette} all commands by name, this tour among them.",
    ),
)


class TourDialog(Dialog[str | None]):
    """The steps from `start` on; -1 is the offer before them. Gives back the command to try, or None when left."""

    AUTO_FOCUS = "#next"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,n,space", "next", show=False),
        Binding("left,h,b", "previous", show=False),
        Binding("t", "try", show=False),
        Binding("q", "cancel", show=False),
    ]

    def __init__(self, keymap: Keymap, start: int, turned: Callable[[int], None]) -> None:
        super().__init__()
        self._keymap, self.step, self._turned = keymap, start, turned

    def compose(self) -> ComposeResult:
        """Where one is, what it says, and the ways on."""
        with Vertical(classes="dialog -large"):
            yield Static(id="tour-place")
            yield Static(id="tour-text", classes="gap")
            yield buttons(("next", "Next", "primary"), ("try", "Try it (t)", "default"), ("leave", "Leave", "default"))
            yield line("enter or → goes on · ← goes back · esc leaves the tour", "$foreground 60%", "gap")

    def on_mount(self) -> None:
        """Show the step."""
        super().on_mount()
        self._draw()

    def _draw(self) -> None:
        offer = self.step < 0
        parts: list[str | tuple[str, str]]
        if offer:
            parts = [("A tour in five steps", "bold $text-primary"), "  takes a minute"]
            names = ", ".join(step.name.lower() for step in STEPS)
            text = Content(f"It shows how to {names}, each with its keys. esc skips it; it stays in the palette.")
        else:
            step = STEPS[self.step]
            parts = [(f"{self.step + 1} of {len(STEPS)}  {step.name}", "bold $text-primary"), "  "]
            parts += [("● " if index <= self.step else "○ ", "$text-accent") for index in range(len(STEPS))]
            text = worded(step.text, self._keymap)
        self.query_one("#tour-place", Static).update(Content.assemble(*parts))
        self.query_one("#tour-text", Static).update(text)
        last = self.step == len(STEPS) - 1
        self.query_one("#next", Button).label = Content(" Start " if offer else " Done " if last else " Next ")
        self.query_one("#leave", Button).label = Content(" Skip " if offer else " Leave ")
        self.query_one("#try", Button).display = not offer

    def action_next(self) -> None:
        """The next step, or the end."""
        if self.step == len(STEPS) - 1:
            self._turned(0)  # from the palette it begins anew
            self.dismiss(None)
            return
        self._turn(self.step + 1)

    def action_previous(self) -> None:
        """The step before."""
        self._turn(max(0, self.step - 1))

    def _turn(self, step: int) -> None:
        self.step = step
        self._turned(step)
        self._draw()
        self.query_one("#next", Button).focus()

    def action_try(self) -> None:
        """Do what the step is about; the tour goes on with the next one when it is opened again."""
        if self.step >= 0:
            self._turned((self.step + 1) % len(STEPS))
            self.dismiss(STEPS[self.step].command)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """The buttons do what the keys do."""
        event.stop()
        if event.button.id == "leave":
            self.dismiss(None)
        elif event.button.id == "try":
            self.action_try()
        else:
            self.action_next()


def worded(text: str, keymap: Keymap) -> Content:
    """The text with its `{command.id}` as the keys they have now; a command without a key is found in the palette."""
    parts: list[str | tuple[str, str]] = []
    for index, piece in enumerate(text.replace("}", "{").split("{")):
        if index % 2:
            parts.append((keymap.key(piece) or keymap.key("app.palette"), "bold $text-accent"))
        else:
            parts.append(piece)
    return Content.assemble(*parts)
