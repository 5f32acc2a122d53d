"""Questions of the coverage screen: which dimension, which shares, how many rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from core.errors import BrightrunError, PackError
from core.planning.coverage import Target
from core.planning.targets import COVERED, read_weights, wanted
from core.text.terminal import safe_line
from tui.figures import counted
from tui.screens.dialogs import Dialog, buttons, field, line
from tui.widgets.cells import fit

SetTarget = Callable[[str, Mapping[str, float] | None], Awaitable[Any]]
_WORDS = {
    "start": "start (starting emotion)",
    "end": "end (ending emotion)",
    "category": "category (of content)",
    "role": "role (role pair)",
    "cluster": "cluster (of topics)",
}


class DimensionMenu(Dialog[str | None]):
    """One of the dimensions that coverage knows."""

    AUTO_FOCUS = "OptionList"
    GRACE = 0.0  # nothing is lost by a choice
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", show=False), Binding("k", "move(-1)", show=False),
    ]  # fmt: skip

    def __init__(self, title: str, present: str) -> None:
        super().__init__()
        self._title, self._present = title, present

    def compose(self) -> ComposeResult:
        """The dimensions, the present one marked."""
        with Vertical(classes="dialog -small"):
            yield line(self._title, "bold")
            yield OptionList(*(Option(self._label(name), id=name) for name in COVERED), compact=True)
            yield line("enter chooses · esc leaves it", "$foreground 60%")

    def _label(self, name: str) -> Content:
        text = _WORDS.get(name, name)
        return Content.styled(f"▸ {text}", "bold $text-accent") if name == self._present else Content(f"  {text}")

    def on_mount(self) -> None:
        """Start at the present one."""
        super().on_mount()
        self.query_one(OptionList).highlighted = COVERED.index(self._present)

    def action_move(self, step: int) -> None:
        """Move as in the table."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if step > 0 else options.action_cursor_up()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """A dimension was chosen."""
        self.dismiss(str(event.option.id))


class NumberDialog(Dialog[int | None]):
    """How many rows."""

    AUTO_FOCUS = "#number"
    GRACE = 0.0  # nothing is stored by the answer

    def __init__(self, title: str, number: int) -> None:
        super().__init__()
        self._title, self._number = title, number

    def compose(self) -> ComposeResult:
        """The number."""
        with Vertical(classes="dialog"):
            yield line(self._title, "bold")
            yield field(str(self._number), id="number", classes="field gap", restrict=r"[0-9]*", max_length=3)
            yield line("enter shows them before they are added · esc cancels", "$foreground 60%", "gap")

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Go on with the number."""
        self.dismiss(int(event.value or 0) or None)


class TargetsDialog(Dialog[bool | None]):
    """The shares of a dimension as weights; says at once how many rows each asks for."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "store", show=False, priority=True)]

    def __init__(self, target: Target, known: Mapping[str, str], store: SetTarget) -> None:
        super().__init__()
        self._target, self._store = target, store
        present = {value.key: value for value in target.values}
        self._names = {**{key: value.label for key, value in present.items()}, **known}
        self._keys = [*known, *(key for key in present if key and key not in known)]
        self._rows = {key: present[key].count.planned if key in present else 0 for key in self._keys}

    def compose(self) -> ComposeResult:
        """A line per value: name, share, rows."""
        target = self._target
        whose = "your own" if target.is_own else "the pack's" if target.pack else "none yet"
        with Vertical(classes="dialog -tall"):
            yield line(f"Target shares of {target.dimension} ({whose})", "bold")
            yield line("Weights, such as 40, 35 and 15; empty: no target for that value.", "$foreground 60%")
            with VerticalScroll(classes="list gap", can_focus=False):
                for number, key in enumerate(self._keys):
                    share = target.shares.get(key)
                    with Horizontal(classes="row"):
                        yield line(fit(safe_line(self._names[key], 60), 32), classes="label")
                        yield field(
                            "" if share is None else f"{share:g}",
                            id=f"share-{number}",
                            classes="field share",
                            restrict=r"[0-9.,]*",
                            max_length=7,
                        )
                        yield Static("", id=f"rows-{number}", classes="rows")
            yield Static("", id="problem")
            labels = [("no", "Cancel", "default"), ("yes", "Keep", "primary")]
            labels += [("pack", "The pack's", "default")] if target.is_own else []
            with Horizontal(classes="answers"):
                yield line("ctrl+s keeps them · esc cancels", "$foreground 60%")
                yield buttons(*labels)

    def on_mount(self) -> None:
        """Say what the shares ask for."""
        super().on_mount()
        self._reckon()

    def _weights(self) -> dict[str, float]:
        texts = {key: self.query_one(f"#share-{n}", Input).value for n, key in enumerate(self._keys)}
        return read_weights(texts, self._target.dimension, {})

    @on(Input.Changed)
    def _reckon(self) -> None:
        problem = self.query_one("#problem", Static)
        try:
            weights = self._weights()
        except PackError as error:
            problem.update(Content.styled(safe_line(str(error), 300), "$text-error"))
            return
        problem.update("")
        wants = wanted(weights, sum(self._rows.values()))
        for number, key in enumerate(self._keys):
            have, want = self._rows[key], wants.get(key)
            text = f"  {counted(have, 'row')}" if want is None else f"  {have} of {want}"
            short = (want or 0) - have
            if want is not None and short:
                text += f"  ▾{short} short" if short > 0 else f"  ▴{-short} over"
            style = "$text-warning" if want is not None and short > 0 else "$foreground 60%"
            self.query_one(f"#rows-{number}", Static).update(Content.styled(text, style), layout=False)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter goes on to the next line; it never stores."""
        self.app.action_focus_next()

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        if event.button.id == "yes":
            await self.action_store()
        elif event.button.id == "pack":
            await self._keep(None)
        else:
            self.dismiss(None)

    async def action_store(self) -> None:
        """Keep the shares, or say what is wrong with them."""
        try:
            weights = self._weights()
        except PackError:
            return  # it stands there already
        await self._keep(weights)

    async def _keep(self, weights: Mapping[str, float] | None) -> None:
        try:
            await self._store(self._target.dimension, weights)
        except BrightrunError as error:
            self.query_one("#problem", Static).update(Content.styled(safe_line(str(error), 300), "$text-error"))
            return
        self.dismiss(True)
