"""Opens a text in the person's own editor and gives back what was saved. The file is private and removed afterwards."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from core.errors import BrightrunError


class EditorError(BrightrunError):
    """The editor could not be used; nothing was changed."""


def editor_command() -> list[str]:
    """The words that start the editor. Raises EditorError when none is set."""
    for name in ("VISUAL", "EDITOR"):
        if os.environ.get(name, "").strip():
            try:
                return shlex.split(os.environ[name])
            except ValueError as error:
                raise EditorError(
                    f"{name} is no command: a quotation mark is not closed.", f"Set {name} anew."
                ) from error
    raise EditorError("No editor is set.", "Set EDITOR in your shell, for example: export EDITOR=nano")


def edit_text(text: str, name: str) -> str:
    """The text as it was saved. Raises EditorError when the editor cannot be started or fails."""
    command = editor_command()
    with tempfile.TemporaryDirectory(prefix="brightrun-") as folder:  # 0700; the file in it 0600
        path = Path(folder) / f"{name}.txt"
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        try:
            ended = subprocess.run([*command, str(path)], check=False)
        except OSError as error:
            raise EditorError(
                f"The editor {command[0]} cannot be started: {error.strerror}.", "Check EDITOR."
            ) from error
        if ended.returncode != 0:
            raise EditorError(f"The editor {command[0]} ended with {ended.returncode}; nothing was changed.")
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EditorError("What the editor saved is no UTF-8 text; nothing was changed.") from error
