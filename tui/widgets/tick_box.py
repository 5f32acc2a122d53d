"""A box to tick that shows its state by its sign too, not by colour alone. Used by the dialogs."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class TickBox(Checkbox):
    """Textual's Checkbox draws the same cross for yes and no; this one is empty for no."""

    @property
    def _button(self) -> Content:
        style = self.get_visual_style("toggle--button")
        return Content.styled(f"[{'x' if self.value else ' '}]", style)
