"""Every key of the app, once: id, keys, what it does, its words, and where it works.

Bindings, footer, palette, help and the docs are made from this list. Keys can be changed by id in the table `[keys]`
of the settings file; a change that cannot be honoured is reported, never guessed at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding

MAIN = "main"
DETAIL = "detail"
BOTH = "main detail"
JOBS = "jobs job"  # the list of jobs, and one of them
LISTS = f"{BOTH} {JOBS} calls"  # wherever one moves and gets help


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

    @property
    def method(self) -> str:
        """The screen's method that does it."""
        return "do_" + self.id.replace(".", "_")


COMMANDS: tuple[Command, ...] = (
    # Move
    Command("move.down", "j,down", "Down", "next row, or next line of the conversation", "Move", LISTS),
    Command("move.up", "k,up", "Up", "previous row, or previous line", "Move", LISTS),
    Command("move.top", "g,home", "First", "first row", "Move", LISTS),
    Command("move.bottom", "G,end", "Last", "last row", "Move", LISTS),
    Command("move.half_down", "ctrl+d", "Half a page down", "half a page down", "Move", LISTS),
    Command("move.half_up", "ctrl+u", "Half a page up", "half a page up", "Move", LISTS),
    Command("move.page_down", "pagedown", "Page down", "a page down", "Move", LISTS),
    Command("move.page_up", "pageup", "Page up", "a page up", "Move", LISTS),
    Command("move.left", "h,left", "Left", "fold the section, or columns towards the left", "Move"),
    Command("move.right", "l,right", "Right", "unfold the section, or columns towards the right", "Move"),
    Command("move.open", "enter", "Open", "open the conversation on the whole screen", "Move", MAIN, "row", 10),
    Command("move.next", "right_square_bracket", "Next", "next conversation of the list", "Move", DETAIL, footer=12),
    Command("move.previous", "left_square_bracket", "Previous", "previous conversation", "Move", DETAIL, footer=11),
    Command("tab.conversation", "1", "Conversation", "the conversation with its facts", "Move", DETAIL),
    Command("tab.emotions", "2", "Emotions", "what the client feels, turn by turn", "Move", DETAIL),
    Command("tab.strategy", "3", "Strategy", "how the advisor answers, and why", "Move", DETAIL),
    Command("tab.sentences", "4", "Sentences", "each sentence with the reasons for its wording", "Move", DETAIL),
    Command("tab.quality", "5", "Quality", "score, its parts and what the checks found", "Move", DETAIL),
    Command("tab.history", "6", "History", "verdicts, versions and the calls that were made", "Move", DETAIL),
    Command("tab.json", "7", "JSON", "the training pairs as they are exported", "Move", DETAIL),
    Command("find.open", "enter", "Go there", "go where the picked finding stands", "Find", DETAIL, "finding", 9),
    Command("find.text", "slash", "Search", "search in this tab; n and N go on", "Find", DETAIL, "row", 27),
    Command("find.previous", "N", "Previous place", "the place before that was searched for", "Find", DETAIL, "found"),
    # Review
    Command(
        "review.approve",
        "a",
        "Approve",
        "approve, and go to the next row to review",
        "Review",
        BOTH,
        "services text",
        20,
    ),
    Command(
        "review.reject", "r", "Reject", "reject, and go to the next row to review", "Review", BOTH, "services text", 21
    ),
    Command(
        "review.needs_edit", "e", "Needs edit", "keep it for an edit, and go on", "Review", BOTH, "services text", 22
    ),
    Command(
        "review.reviewed",
        "w",
        "Reviewed",
        "read and left undecided; not offered again",
        "Review",
        BOTH,
        "services text",
    ),
    Command("review.note", "n", "Note", "write a note to this row", "Review", BOTH, "services row"),
    Command(
        "review.flag",
        "exclamation_mark",
        "Flag",
        "flag for another look, or take the flag off",
        "Review",
        BOTH,
        "services row",
    ),
    Command("review.undo", "u", "Undo", "take the last verdict, note or flag back", "Review", BOTH, "undo", 25),
    Command("review.redo", "ctrl+r", "Redo", "do again what was undone", "Review", BOTH, "redo"),
    Command(
        "review.bulk_approve",
        "",
        "Approve marked",
        "approve all marked rows",
        "Review",
        MAIN,
        "services marks",
    ),
    Command("review.bulk_reject", "", "Reject marked", "reject all marked rows", "Review", MAIN, "services marks"),
    Command("review.reopen", "", "Reopen", "back to undecided", "Review", BOTH, "services text"),
    # Mark
    Command("mark.toggle", "space", "Mark", "mark this row, or unmark it", "Mark", MAIN, "row", 40),
    Command("mark.range", "v", "Mark range", "mark from the last marked row to here", "Mark", MAIN, "row"),
    Command("mark.all", "asterisk", "Mark all", "mark all rows that the filter shows", "Mark", MAIN, "rows"),
    Command("mark.clear", "minus", "Clear marks", "no row is marked", "Mark", MAIN, "marks"),
    # Generate
    Command(
        "generate.row",
        "x",
        "Generate",
        "generate this row; shows time and cost before",
        "Generate",
        BOTH,
        "services row plannable",
        30,
    ),
    Command(
        "generate.selected",
        "X,ctrl+g",
        "Generate list",
        "generate the marked rows, else the filtered ones",
        "Generate",
        MAIN,
        "services rows",
        31,
        True,
    ),
    Command(
        "generate.all",
        "A",
        "Generate all",
        "generate all that remain, tier by tier",
        "Generate",
        MAIN,
        "services remaining",
        33,
    ),
    Command(
        "generate.again", "R", "Regenerate", "generate again, with the note in the prompt", "Generate", BOTH, "later"
    ),
    Command(
        "job.stop",
        "s",
        "Stop",
        "stop: calls that run finish; pressed again: at once",
        "Generate",
        f"{MAIN} {JOBS}",
        "services job",
        5,
    ),
    Command(
        "job.pause",
        "p",
        "Pause",
        "pause the job, or go on with it",
        "Generate",
        f"{MAIN} {JOBS}",
        "services job",
        6,
    ),
    Command(
        "job.terms",
        "P",
        "Other terms",
        "go on with a paused job under a higher cap or with another model",
        "Generate",
        JOBS,
        "services job paused",
        7,
    ),
    Command(
        "job.retry",
        "",
        "Retry what failed",
        "order the failed rows of the last job again",
        "Generate",
        MAIN,
        "services errors",
    ),
    Command("job.list", "J", "Jobs", "all jobs and how they ended", "Generate", MAIN, footer=60),
    Command("job.open", "enter", "Open", "one job with its rows", "Generate", "jobs", "one_job", 10),
    Command("job.first", "f", "Do first", "this job goes before the others", "Generate", "jobs", "services job", 20),
    Command("job.calls", "enter", "Calls", "what was sent for this row and answered", "Generate", "job", "item", 10),
    Command("job.row", "o", "Show row", "go to this row in the main list", "Generate", "job", "item", 40),
    Command(
        "job.retry_row", "r", "Retry", "generate this failed row again", "Generate", "job", "services failed_item", 11
    ),
    Command(
        "job.retry_all",
        "R",
        "Retry all failed",
        "generate all failed rows of this job again",
        "Generate",
        JOBS,
        "services failed",
        25,
    ),
    Command(
        "job.drop",
        "d",
        "Drop",
        "take a row out of the job; of a failed one, dismiss the error",
        "Generate",
        "job",
        "services droppable",
        12,
    ),
    Command(
        "job.earlier", "plus", "Earlier", "this row is written earlier", "Generate", "job", "services waiting_item", 13
    ),
    Command("job.later", "minus", "Later", "this row is written later", "Generate", "job", "services waiting_item", 14),
    Command("job.next", "f", "Next", "this row is written next", "Generate", "job", "services waiting_item", 15),
    Command("job.summary", "S", "Summary", "what the job came to", "Generate", JOBS, "ended", 8),
    Command(
        "job.log", "L", "Log as file", "write every call of the job to a file", "Generate", JOBS, "services one_job", 50
    ),
    Command(
        "practice.clear",
        "",
        "Clear practice results",
        "simulated rows go back to planned",
        "Generate",
        MAIN,
        "services",
    ),
    Command(
        "practice.choose", "", "Practise or connect a key", "the choice of the first start again", "Generate", MAIN
    ),
    # Find
    Command(
        "filter.search",
        "slash",
        "Search",
        "search as you type; knows persona:marcus score:<6 is:to_review",
        "Find",
        MAIN,
        "",
        28,
    ),
    Command("filter.pane", "f", "Filters", "show or hide the filters", "Find", MAIN, "", 36),
    Command("filter.clear", "F", "Clear filters", "take all filters away", "Find", MAIN, "filtered"),
    Command("filter.pop", "backspace", "Drop last filter", "take the last filter away", "Find", MAIN, "filtered"),
    Command("filter.refresh", "full_stop", "Refresh", "build the list again", "Find", MAIN),
    Command("filter.sort", "o", "Sort", "choose the order", "Find", MAIN, "", 50),
    Command("filter.to_review", "", "Show what is to review", "generated and undecided, worst first", "Find", MAIN),
    # Look
    Command("view.zoom", "z", "Zoom", "the pane with the focus takes the whole screen, and back", "Look", MAIN, "", 55),
    Command("view.next_pane", "tab", "Next pane", "focus the next pane", "Look", BOTH),
    Command("view.previous_pane", "shift+tab", "Previous pane", "focus the previous pane", "Look", BOTH),
    # Out
    Command("export.open", "E", "Export", "write approved rows for training", "Out", MAIN, "services", 45),
    Command("export.one", "E", "Export this", "write this conversation, also as PDF", "Out", DETAIL, "services text"),
    Command("copy.text", "y", "Copy", "copy the conversation to the clipboard of your terminal", "Out", BOTH, "row"),
    # App
    Command("app.palette", "colon,ctrl+p", "Commands", "every command by name", "App", LISTS, "", 70),
    Command("app.help", "question_mark,f1", "Help", "all keys, and why one does nothing now", "App", LISTS, "", 1),
    Command("app.back", "escape", "Back", "close, clear or go back", "App", LISTS),
    Command("app.theme", "", "Theme", "choose the colours", "App", LISTS),
    Command("app.suspend", "ctrl+z", "Suspend", "back to the shell; fg returns", "App", LISTS),
    Command("app.quit", "q", "Quit", "leave; a running job goes on without you", "App", LISTS, "", 65),
)
BY_ID = {command.id: command for command in COMMANDS}

_SHOWN = {
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "exclamation_mark": "!",
    "question_mark": "?",
    "asterisk": "*",
    "minus": "-",
    "plus": "+",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "colon": ":",
    "semicolon": ";",
    "escape": "esc",
    "backspace": "⌫",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
_NAMED = {shown: name for name, shown in _SHOWN.items() if len(shown) == 1}


def shown(key: str) -> str:
    """A key as a person reads it: `exclamation_mark` is `!`."""
    return _SHOWN.get(key, key)


class Keymap:
    """The commands with the keys they have now, after what the settings file changes."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._keys = {command.id: tuple(k for k in command.keys.split(",") if k) for command in COMMANDS}
        self.problems: list[str] = []
        for name, text in (overrides or {}).items():
            self._override(name, text)

    def _override(self, name: str, text: str) -> None:
        command = BY_ID.get(name)
        if command is None:
            self.problems.append(f"[keys] {name}: there is no such command.")
            return
        wanted = (
            tuple(_NAMED.get(k.strip(), k.strip()) for k in text.split(",") if k.strip()) if text != "," else ("comma",)
        )
        for key in wanted:
            taken = next((c for c in COMMANDS if c.id != name and _meet(c, command) and key in self._keys[c.id]), None)
            if taken is not None:
                self.problems.append(f"[keys] {name}: {shown(key)} already means {taken.label.lower()} ({taken.id}).")
                return
        self._keys[name] = wanted

    def keys(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command, as Textual names them."""
        return self._keys[command_id]

    def key(self, command_id: str) -> str:
        """The first key as a person reads it, or "" for none."""
        found = self._keys[command_id]
        return shown(found[0]) if found else ""

    def key_list(self, command_id: str) -> str:
        """All keys as a person reads them."""
        return " ".join(shown(key) for key in self._keys[command_id])

    def bindings(self, where: str) -> Iterable[Binding]:
        """Textual's bindings of a screen; all of them run `action_run` with the command's id."""
        for command in COMMANDS:
            if where in command.where.split():
                for key in self._keys[command.id]:
                    yield Binding(
                        key,
                        f"run('{command.id}')",
                        command.label,
                        tooltip=command.tooltip,
                        id=command.id,
                        priority=command.priority and key.startswith("ctrl+"),
                    )


def _meet(one: Command, other: Command) -> bool:
    return bool(set(one.where.split()) & set(other.where.split()))
