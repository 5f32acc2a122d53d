"""What `brightrun check` says of a pack or of conversation files: problems with their place, and counts.

The parts of the check add to one `CheckReport`; the command line prints its lines or its data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (file, row, field or turn) and what."""

    place: str
    message: str

    def line(self) -> str:
        """For people."""
        return f"{self.place}: {self.message}"


@dataclass
class CheckReport:
    """All that was found. Errors make the check fail, warnings do not."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether nothing must be mended."""
        return not self.errors

    def error(self, place: str, message: str) -> None:
        """Note what must be mended."""
        self.errors.append(Problem(place, message))

    def warn(self, place: str, message: str) -> None:
        """Note what a person may want to look at."""
        self.warnings.append(Problem(place, message))

    def add(self, other: CheckReport) -> None:
        """Take in another report; numbers are summed up, other counts kept as they are."""
        self.errors += other.errors
        self.warnings += other.warnings
        for name, value in other.counts.items():
            old = self.counts.get(name)
            self.counts[name] = old + value if isinstance(old, int) and isinstance(value, int) else value

    def summary(self) -> str:
        """The counts in one line; `planned` and `personas` only for a pack."""
        counts = self.counts
        parts = [
            f"{counts.get(name, 0)} {name[:-1] if counts.get(name) == 1 else name}"
            for name in ("conversations", "turns", "sentences")
        ]
        if "planned" in counts:
            tiers = "/".join(str(number) for number in counts["tiers"].values())
            parts.append(f"{counts['planned']} planned as {tiers}")
            parts.append(f"personas {'/'.join(str(number) for number in counts['personas'].values())}")
        return ", ".join(parts)

    def lines(self) -> list[str]:
        """Everything for people: errors, warnings, then the counts."""
        return [
            *(f"error    {problem.line()}" for problem in self.errors),
            *(f"warning  {problem.line()}" for problem in self.warnings),
            self.summary(),
        ]
