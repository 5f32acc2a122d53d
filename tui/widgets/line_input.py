"""LineInput: a field of one line whose editing keys count in the order in which they were pressed.

Dialogs and the query line use it. Textual runs a field's own bindings (ctrl+u, backspace, the arrows) only after the
key has gone up to the app: letters that came with it in one burst would be there before, and be deleted by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.suggester import SuggestFromList
from textual.widgets import Input


class LineInput(Input):
    """An input that does what its own keys mean at once. Its cursor stands still: nothing ticks."""

    def __init__(self, value: str = "", **options: Any) -> None:
        super().__init__(value, compact=True, **options)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        bindings = self._bindings.key_to_bindings.get(event.key)
        if bindings and not event.is_printable:
            event.stop()
            event.prevent_default()
            await self.run_action(bindings[0].action)
            return
        await super()._on_key(event)


class CompletingInput(LineInput):
    """A line with words that it may say: `tab` takes the completion that is shown, else goes on to the next line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False),
        Binding("up", "app.focus_previous", show=False),  # else the list around it scrolls away from the cursor
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, value: str, words: Iterable[str], **options: Any) -> None:
        self.words = list(words)
        suggester = SuggestFromList(self.words, case_sensitive=False) if self.words else None
        super().__init__(value, **{"classes": "field", "select_on_focus": False, "suggester": suggester, **options})

    def action_complete(self) -> None:
        """Take the completion; of what was typed now, which may not be shown yet."""
        typed = self.value.casefold()
        fitting = next((word for word in self.words if typed and word.casefold().startswith(typed)), self.value)
        if fitting == self.value:
            self.app.action_focus_next()
            return
        self.value = fitting
        self.cursor_position = len(fitting)
