"""All keys in one searchable list, each with what it does and why it would do nothing now."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from core.query import keys as query_keys
from core.text.terminal import safe_line
from tui.keymap import COMMANDS, Command
from tui.screens.bound import BoundScreen
from tui.screens.dialogs import field

_MORE = (
    ("Search line", 'persona:marcus status:approved,rejected score:<6 -tier:1 is:to_review "credit card" sort:-score'),
    (
        "Status",
        "· planned  … queued  ▸ generating  ○ to review  ◐ reviewed  ● approved  ✎ needs edit  ✗ rejected  ! failed",
    ),
    ("Signs", "★ hand-written example   ~ made by the simulator   ⚑ flagged   ▼ under 6   ◆ 6 to 8   ▲ over 8"),
)


class HelpScreen(ModalScreen[None]):
    """The list of keys; typing filters it."""

    CSS_PATH: ClassVar[Any] = "../styles/dialogs.tcss"  # parsed when it is first shown, not before the first frame

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "dismiss", "Close", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(self, under: BoundScreen) -> None:
        super().__init__()
        self._under = under

    def compose(self) -> ComposeResult:
        """Search line and list."""
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "Keys"
            yield field("", placeholder="type to search")
            with VerticalScroll(classes="list gap", can_focus=False):
                yield Static("", id="keys", markup=False)
            yield Static(
                Content.styled("↑ ↓ scroll · esc closes · [keys] in the settings file changes keys", "$foreground 60%")
            )

    def on_mount(self) -> None:
        """Show all."""
        self._show("")

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Show what matches."""
        self._show(event.value.strip().lower())
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _show(self, wanted: str) -> None:
        under = self._under
        lines: list[Content] = []
        group = ""
        for command in COMMANDS:
            if under.WHERE not in command.where.split() or not _matches(command, wanted):
                continue
            if command.group != group:
                group = command.group
                lines += (
                    [Content(""), Content.styled(group, "bold $text-primary")]
                    if lines
                    else [Content.styled(group, "bold $text-primary")]
                )
            lines.append(self._line(command))
        if not wanted or any(wanted in f"{name} {text}".lower() for name, text in _MORE):
            lines.append(Content(""))
            for name, text in (*_MORE, ("Filters", ", ".join(query_keys()))):
                lines.append(Content.assemble((f"{name:<14}", "bold $text-primary"), text))
        self.query_one("#keys", Static).update(
            Content("\n").join(lines or [Content.styled("No key does that.", "$foreground 60%")])
        )

    def _line(self, command: Command) -> Content:
        keys = self._under.bright.keymap.key_list(command.id) or f"{self._under.bright.keymap.key('app.palette')} …"
        reason = self._under.why_not(command)
        style = "$foreground 60%" if reason else ""
        head = Content.assemble(
            (f"{keys:<11}", "$foreground 60%" if reason else "bold $text-accent"), (f"{command.label:<17} ", style)
        )
        tooltip = Content.styled(safe_line(self._under.tooltip_of(command), 200), "$foreground 60%")
        if reason:
            tooltip = Content.assemble(tooltip, (f"  not now: {safe_line(reason, 90)}", "$text-warning"))
        # Wrapped by hand: the second line of a description stands under the first.
        lines = tooltip.wrap(max(20, self._width - head.cell_length)) or [tooltip]
        blank = " " * head.cell_length
        return Content("\n").join(
            Content.assemble(head if number == 0 else blank, part) for number, part in enumerate(lines)
        )

    @property
    def _width(self) -> int:
        return min(100, self.app.size.width * 94 // 100) - 10

    def action_scroll(self, step: int) -> None:
        """A line up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """A page up or down."""
        area = self.query_one(VerticalScroll)
        area.scroll_relative(y=step * max(1, area.size.height - 1), animate=False)


def _matches(command: Command, wanted: str) -> bool:
    words = f"{command.keys} {command.label} {command.tooltip} {command.group} {command.id}".lower()
    return all(word in words for word in wanted.split())
