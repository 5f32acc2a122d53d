"""What is read of a template on a page of its own: its text, two versions compared, the prompt of a row.

The question in which shares two versions are drawn is here, too.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from core.templates.comparing import Difference
from core.templates.service import Rendered
from core.templates.versions import TemplateVersion
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.pages.prompts import compared_page, rendered_page, text_page
from tui.screens.bars import spread
from tui.screens.bound import BoundScreen
from tui.screens.dialogs import Dialog, field, line
from tui.screens.jobs import ListScreen
from tui.widgets.document_view import DocumentView, Page

if TYPE_CHECKING:
    from tui.app import BrightrunApp

PAGE_WIDTH = 110


class TemplatePage(ListScreen):
    """One page; it never changes while it is open."""

    WHERE: ClassVar[str] = "template"

    def __init__(self, app: BrightrunApp, title: str, tail: str, page: Page) -> None:
        super().__init__(app)
        self._title, self._tail, self._page = title, tail, page
        self.view = DocumentView(id="lines")

    @property
    def lines(self) -> DocumentView:
        """The page."""
        return self.view

    @property
    def _list(self) -> BoundScreen:
        """The list that this was opened from: its version is the one that is read."""
        stack = self.app.screen_stack
        return next(s for s in reversed(stack) if isinstance(s, BoundScreen) and s.WHERE == "templates")

    def _missing(self, need: str, command: Command) -> str:
        return self._list._missing(need, command)

    def _instead(self, command_id: str) -> None:
        """Another page of the version in place of this one."""
        below = self._list
        self.dismiss()
        below.call_next(below.action_run, command_id)

    def do_templates_view(self) -> None:
        """Its text."""
        self._instead("templates.view")

    def do_templates_diff(self) -> None:
        """What differs from the version before."""
        self._instead("templates.diff")

    def do_templates_render(self) -> None:
        """The prompt with the row under the cursor of the main list."""
        self._instead("templates.render")

    def do_templates_rows(self) -> None:
        """The rows made with it."""
        self._instead("templates.rows")

    def draw(self) -> None:
        """Header and page."""
        self.view.show(self._page, key="page", max_width=PAGE_WIDTH)
        left = [(f" {safe_line(self._title, 100)}", "bold $text-primary")]
        self.header.show(spread(left, [(f"{safe_line(self._tail, 80)} ", "$foreground 60%")], self.app.size.width))
        self.draw_footer()


def text_screen(app: BrightrunApp, version: TemplateVersion, row: dict[str, Any]) -> TemplatePage:
    """The text of a version."""
    state = (
        "not active"
        if not version.is_active
        else "active"
        if version.share >= 1
        else f"{version.share:.0%} of the rows"
    )
    return TemplatePage(app, version.label, state, partial(text_page, row))


def diff_screen(app: BrightrunApp, version: TemplateVersion, old: int, new: int, found: Difference) -> TemplatePage:
    """Two versions compared."""
    parts = [counted(len(found.facts), "fact") + " changed"] if found.facts else []
    if found.added or found.removed or not parts:
        parts.append(f"{counted(found.added, 'line')} added, {found.removed} removed")
    counts = " · ".join(parts)
    return TemplatePage(app, f"{version.template_id} v{old} → v{new}", counts, partial(compared_page, found))


def rendered_screen(app: BrightrunApp, version: TemplateVersion, found: Rendered) -> TemplatePage:
    """The prompt of a row."""
    return TemplatePage(app, version.label, f"with {found.conversation_id}", partial(rendered_page, found))


class ShareDialog(Dialog[int | None]):
    """How many of a hundred rows a version gets; the other gets the rest."""

    AUTO_FOCUS = "#percent"

    def __init__(self, version: TemplateVersion, other: TemplateVersion, usual: int) -> None:
        super().__init__()
        self._version, self._other, self._usual = version, other, usual

    def compose(self) -> ComposeResult:
        """The question and its line."""
        name, mine, theirs = self._version.template_id, self._version.version, self._other.version
        with Vertical(classes="dialog"):
            yield line(f"{name}: v{mine} beside v{theirs}", "bold")
            yield line(
                f"Of a hundred rows ordered from now on, how many are made with v{mine}? The others are made with "
                f"v{theirs}; which is which is drawn by row and job.",
                "$foreground 60%",
            )
            yield field(str(self._usual), id="percent", classes="field gap", select_on_focus=True)
            yield Static("", id="problem")
            yield line("enter keeps it · esc changes nothing", "$foreground 60%", "gap")

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Take it, or say what is wrong with it."""
        text = event.value.strip().removesuffix("%").strip()
        if text.isascii() and text.isdigit() and 0 < int(text) < 100:
            self.dismiss(int(text))
            return
        self.query_one("#problem", Static).update(Content.styled("A whole number from 1 to 99.", "$text-error"))
