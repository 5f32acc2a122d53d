"""What an export is asked for, what it would write, and what it wrote: plain values for the screens and commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data.criteria import Criteria

Format = Literal["seed-json", "openai"]


@dataclass(frozen=True)
class ExportRequest:
    """Which rows go where in which form. `merge` puts everything of a seed JSON export into one file."""

    format: Format
    criteria: Criteria
    folder: Path
    include_simulated: bool = False
    approved_only: bool = True
    merge: bool = False


@dataclass(frozen=True)
class ExportPreview:
    """What an export would write: figures, warnings, the first records as text, and the file names."""

    count: int
    conversation_turns: int
    warnings: tuple[str, ...]
    records: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class ExportResult:
    """What an export wrote; all paths are complete."""

    folder: Path
    files: tuple[Path, ...]
    manifest: Path
    count: int
    warnings: tuple[str, ...] = ()
