"""What an export is asked for, what it would write, and what it wrote: plain values for the screens and commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from data.criteria import Criteria

Format = Literal["seed-json", "json", "openai", "anthropic", "sharegpt", "trl", "alpaca", "csv", "markdown", "pdf"]
Per = Literal["conversation", "turn"]
SPLITS = ("train", "dev", "test")
CONTEXT = 4096  # tokens that a small LoRA run usually gives an example


@dataclass(frozen=True)
class ExportRequest:
    """Which rows go where in which form.

    `per` and `annotation` None mean what the format does by itself. `split` are the shares of train, dev and test.
    `in_order` writes the rows in the order of the criteria's ids: a former export again.
    """

    format: Format
    criteria: Criteria
    folder: Path
    include_simulated: bool = False
    approved_only: bool = True
    merge: bool = False
    per: Per | None = None
    system: bool = True
    annotation: bool | None = None
    split: tuple[float, float, float] | None = None
    balance: tuple[str, ...] = ()
    seed: int = 1
    context: int = CONTEXT
    overwrite: bool = False
    in_order: bool = False

    def options(self) -> dict[str, Any]:
        """What was chosen besides rows and format, as the log and the manifest keep it."""
        return {
            "include_simulated": self.include_simulated,
            "approved_only": self.approved_only,
            "merge": self.merge,
            "per": self.per,
            "system": self.system,
            "annotation": self.annotation,
            "split": list(self.split) if self.split else None,
            "balance": list(self.balance),
            "seed": self.seed,
            "context": self.context,
        }


@dataclass(frozen=True)
class ExportPreview:
    """What an export would write: figures, warnings, the first records as text, and the file names."""

    count: int
    conversation_turns: int
    warnings: tuple[str, ...]
    records: tuple[str, ...]
    names: tuple[str, ...]
    splits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportResult:
    """What an export wrote; all paths are complete. `companions` are the card and the trainers' settings."""

    folder: Path
    files: tuple[Path, ...]
    manifest: Path
    count: int
    warnings: tuple[str, ...] = ()
    companions: tuple[Path, ...] = ()
    splits: dict[str, int] = field(default_factory=dict)
