"""LineInput: a field of one line whose editing keys count in the order in which they were pressed.

Dialogs and the query line use it. Textual runs a field's own bindings (ctrl+u, backspace, the arrows) only after the
key has gone up to the app: letters that came with it in one burst would be there before, and be deleted by it.
"""

from __future__ import annotations

from typing import Any

from textual import events
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
