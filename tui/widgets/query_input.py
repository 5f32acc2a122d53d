"""QueryInput: the line a query is typed into; tab takes the word that is offered, shift+tab offers the next.

The main screen makes it at the first search and answers its messages; it knows nothing of queries itself.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.widgets.line_input import LineInput


class QueryInput(LineInput):
    """An input that hands tab on instead of losing the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take", show=False),
        Binding("shift+tab", "turn", show=False),
    ]

    class Taken(Message):
        """The offered word was taken."""

    class Turned(Message):
        """The next word is wanted."""

    def __init__(self) -> None:
        super().__init__(id="query", select_on_focus=False)

    def action_take(self) -> None:
        """Take the offered word."""
        self.post_message(self.Taken())

    def action_turn(self) -> None:
        """Offer the next."""
        self.post_message(self.Turned())
