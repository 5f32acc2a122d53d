"""The form for what a conversation is about: a line per fact, words completed from the pack, checked before it closes.

`tui.screens.editing` opens it. It changes nothing: it gives back what was typed, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from core.editing.fields import BY_NAME, FIELDS, EditError, EditField, Known, shown_value
from core.errors import BrightrunError
from core.status import CAN_GENERATE, words
from core.text.terminal import safe_line
from tui.screens.dialogs import Dialog, buttons, line
from tui.screens.editing import edited_outside
from tui.screens.forms import LONGEST
from tui.widgets.line_input import CompletingInput

QUIET = "$foreground 60%"


class FactInput(CompletingInput):
    """One fact."""

    def __init__(self, one: EditField, text: str, options: list[str]) -> None:
        super().__init__(text, options, id=one.name)
        self.fact = one


class EditForm(Dialog[Mapping[str, str] | None]):
    """All facts that may be edited; gives those that were changed, as typed."""

    GRACE = 0.0  # nothing is decided by a key here
    AUTO_FOCUS = "#topic"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("ctrl+o", "outside", show=False, priority=True),
    ]

    def __init__(self, row: Mapping[str, Any], known: Known, check: Callable[[Mapping[str, str]], None]) -> None:
        super().__init__()
        self._row, self._known, self._check = row, known, check
        planned = row["status"] in CAN_GENERATE
        self._fields = [one for one in FIELDS if planned or not one.only_planned]
        self._texts = {one.name: shown_value(row, one) for one in self._fields}  # what was typed outside has lines
        self._lines = {name: safe_line(text, LONGEST) for name, text in self._texts.items()}  # as one line shows it
        self._first = dict(self._texts)

    def compose(self) -> ComposeResult:
        """Facts, what may stand in the one that is edited, what is wrong, buttons."""
        with Vertical(classes="dialog -tall") as box:
            box.border_title = f"Edit {safe_line(self._row['conversation_id'], 60)}".replace("[", "\\[")
            with VerticalScroll(classes="list", can_focus=False):
                for one in self._fields:
                    with Horizontal(classes="row"):
                        yield line(f"{one.label:<13}", QUIET, "label")
                        yield FactInput(one, self._lines[one.name], self._known.options(one.name))
            yield Static("", id="known")
            yield Static("", id="problem")
            yield line("tab completes · ctrl+s saves · ctrl+o your editor · esc leaves", QUIET)
            yield buttons(("no", "Leave it", "default"), ("yes", "Save", "primary"))

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Other words may go with what is typed now."""
        event.stop()
        self._tell_known()

    def _take(self) -> None:
        for typed in self.query(FactInput):
            name = typed.fact.name
            if typed.value != self._lines[name]:  # else the text stays as it was, with its lines
                self._texts[name] = self._lines[name] = typed.value

    def on_descendant_focus(self) -> None:
        """Tell what may stand in the fact that is edited now."""
        self._tell_known()

    def _tell_known(self) -> None:
        focused = self.focused
        text = ""
        if isinstance(focused, FactInput):
            text = _told(focused, self.size.width)
        self.query_one("#known", Static).update(Content.styled(text, QUIET), layout=False)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next fact; it never saves by accident."""
        event.stop()
        self.app.action_focus_next()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        if event.button.id == "yes":
            self.action_save()
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        """Check, and give back what was changed; what is wrong is told and gone to."""
        self._take()
        wanted = {name: text for name, text in self._texts.items() if text != self._first[name]}
        try:
            self._check(wanted)
        except EditError as error:
            self.query_one("#problem", Static).update(Content.styled(safe_line(str(error), 400), "$text-error"))
            if error.name in BY_NAME:
                self.query_one(f"#{error.name}", Input).focus()
            return
        self.dismiss(wanted or None)

    def action_outside(self) -> None:
        """Edit the text of this fact in the person's own editor."""
        focused = self.focused
        if not isinstance(focused, FactInput):
            return
        self._take()
        name = focused.fact.name
        try:
            text = edited_outside(self.app, self._texts[name], name)
        except BrightrunError as error:
            self.query_one("#problem", Static).update(Content.styled(safe_line(str(error), 400), "$text-error"))
            return
        if text != self._texts[name]:
            self._texts[name], self._lines[name] = text, safe_line(text, LONGEST)
            focused.value = self._lines[name]


def _told(focused: FactInput, width: int) -> str:
    """What may stand in a fact: the words that go with what was typed, as many as one line holds."""
    one, typed = focused.fact, focused.value.strip().casefold()
    if one.kind == "share":
        return "From 0 to 1, such as 0.7."
    if one.kind == "turns":
        return "How many turns are to be written."
    if not focused.words:
        return ""
    near = [key for key in focused.words if typed in key.casefold() or typed in words(key)]
    shown = near if near and typed not in focused.words else focused.words
    text = ", ".join(shown)
    room = max(20, min(width, 100) - 12)
    return text if len(text) <= room else f"{text[:room].rpartition(', ')[0]} … {len(shown)} in all"
