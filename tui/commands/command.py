"""What a command is, and the names of the places where one works.

The lists of commands beside this are made of it, and screens bind and check them. It knows nothing of any screen.
"""

from __future__ import annotations

from dataclasses import dataclass

MAIN = "main"
DETAIL = "detail"
BOTH = "main detail"
JOBS = "jobs job"  # the list of jobs, and one of them
PLAN = "coverage proposals"  # what is planned, and what could be
PROMPTS = "templates template"  # all versions, and the page of one
FILES = "imports import"  # what came in, and what could
SOURCES = "sources source sources_in"  # source documents: the list, one chunk, and what could come in
# Wherever one moves and gets help:
LISTS = f"{BOTH} {JOBS} calls versions {PLAN} settings quality {PROMPTS} {FILES} {SOURCES}"


@dataclass(frozen=True)
class Command:
    """One thing a key does. `needs` names the conditions that `BoundScreen.why_not` checks, in that order."""

    id: str
    keys: str  # as Textual names them, comma separated; the first is the one that is shown
    label: str  # footer and palette
    tooltip: str  # help
    group: str
    where: str = MAIN
    needs: str = ""
    footer: int = 0  # lower comes first; 0: not in the footer
    priority: bool = False  # works from inside an input, too
    short: str = ""  # the label where there is little room

    @property
    def method(self) -> str:
        """The screen's method that does it."""
        return "do_" + self.id.replace(".", "_")
