"""Questions of the coverage screen: which dimension, which shares, how many rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from core.errors import BrightrunError, PackError
from core.planning.coverage import Target
from core.planning.targets import COVERED, read_weights, wanted
from core.text.terminal import safe_line
from tui.figures import counted
from tui.screens.dialogs import Dialog, field, line
from tui.screens.forms import FormDialog
from tui.screens.menus import Menu
from tui.widgets.cells import fit

SetTarget = Callable[[str, Mapping[str, float] | None], Awaitable[Any]]
_WORDS = {
    "start": "start (starting emotion)",
    "end": "end (ending emotion)",
    "category": "category (of content)",
    "role": "role (role pair)",
    "cluster": "cluster (of topics)",
}


class DimensionMenu(Menu):
    """One of the dimensions that coverage knows."""

    def __init__(self, title: str, present: str) -> None:
        super().__init__(title, {name: _WORDS.get(name, name) for name in COVERED}, present)


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


class TargetsDialog(FormDialog[bool | None]):
    """The shares of a dimension as weights; says at once how many rows each asks for."""

    AUTO_FOCUS = "Input"

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
            yield self.answers("ctrl+s keeps them · esc cancels", *labels)

    def on_mount(self) -> None:
        """Say what the shares ask for."""
        super().on_mount()
        self._reckon()

    def _weights(self) -> dict[str, float]:
        texts = {key: self.query_one(f"#share-{n}", Input).value for n, key in enumerate(self._keys)}
        return read_weights(texts, self._target.dimension, {})

    @on(Input.Changed)
    def _reckon(self) -> None:
        try:
            weights = self._weights()
        except PackError as error:
            self.refuse(str(error))
            return
        self.refuse("")
        wants = wanted(weights, sum(self._rows.values()))
        for number, key in enumerate(self._keys):
            have, want = self._rows[key], wants.get(key)
            text = f"  {counted(have, 'row')}" if want is None else f"  {have} of {want}"
            short = (want or 0) - have
            if want is not None and short:
                text += f"  ▾{short} short" if short > 0 else f"  ▴{-short} over"
            style = "$text-warning" if want is not None and short > 0 else "$foreground 60%"
            self.query_one(f"#rows-{number}", Static).update(Content.styled(text, style), layout=False)

    async def answer(self, name: str) -> None:
        """Also the pack's shares can be had back."""
        if name == "pack":
            await self._keep(None)
        else:
            await super().answer(name)

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
            self.refuse(str(error))
            return
        self.dismiss(True)
