"""Pictures of what is asked before something is written again or varied, over an empty screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App

from tui.screens.dialogs import Dialog
from tui.screens.rewriting_dialogs import AgainDialog, VaryDialog

SIZES = [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)]  # the wide ones with make test-all
pytestmark = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


class Bare(App[None]):
    """Nothing but a dialog."""

    def __init__(self, dialog: Dialog[Any]) -> None:
        super().__init__()
        self._dialog = dialog

    def now(self) -> float:
        return 0.0

    def on_mount(self) -> None:
        self.push_screen(self._dialog)


def test_again_dialog(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    assert snap_compare(Bare(AgainDialog("turn 2 of fp_marcus_007")), terminal_size=size)


def test_vary_dialog(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    assert snap_compare(Bare(VaryDialog("fp_marcus_002")), terminal_size=size)
