"""What core says in words of the command line, the app says with its keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.keymap import Keymap
from tui.own_words import own_words

CORE = Path(__file__).parents[2] / "core"
# Said where no app is open, in a mail, in a file, or to a shell; or there is no key for it.
NOT_OF_THE_APP = {"cli", "doctor.py", "manifest.py", "notices.py", "logout.py"}
COMMANDS = (
    "audit|backup|budget|check|chunks|config|coverage|delete|edit|export|flag|generate|import|jobs|log|plan|quality"
)
A_COMMAND = re.compile(rf"brightrun ({COMMANDS}|regenerate|review|show|status|templates|undo|vary|views|worker)\b")
ONLY_IN_A_SHELL = re.compile(r"brightrun (init|generate --annotate)\b|start brightrun anew")


def sentences(path: Path) -> Iterator[str]:
    """The texts of a module that name brightrun, with a 7 wherever a value stands; no docstrings, which are alone."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text if "brightrun " in text else "")
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    alone |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def test_every_command_line_that_core_names_has_a_key_in_the_app() -> None:
    keymap, left = Keymap(), []
    for path in sorted(CORE.rglob("*.py")):
        if not NOT_OF_THE_APP & {path.name, *path.relative_to(CORE).parts}:
            shown = (own_words(text, keymap) for text in sentences(path))
            left += [f"{path.name}: {text}" for text in shown if A_COMMAND.search(ONLY_IN_A_SHELL.sub("", text))]
    assert left == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Go on with more: brightrun jobs resume 12 --max-cost USD.", "p goes on with a higher cap."),
        ("brightrun jobs list shows all.", "J shows all."),
        ("The disk is full. Make room: it goes on by itself.", "The disk is full. Make room: it goes on by itself."),
    ],
)
def test_a_key_takes_the_place_of_a_command_line(said: str, shown: str) -> None:
    assert own_words(said, Keymap()) == shown
    assert "ctrl+b" in own_words("brightrun jobs list shows all.", Keymap({"job.list": "ctrl+b"}))
