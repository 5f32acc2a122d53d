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
    Command("move.left", "h,left", "Left", "fold the section, or columns towards the left", "Move", f"{MAIN} coverage"),
    Command(
        "move.right", "l,right", "Right", "unfold the section, or columns towards the right", "Move", f"{MAIN} coverage"
    ),
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
    Command("fold.close", "h,left", "Fold", "fold the turn that is read", "Move", DETAIL, "turns"),
    Command("fold.open", "l,right", "Unfold", "unfold it", "Move", DETAIL, "turns"),
    Command("fold.all", "z", "Fold all", "fold all turns, or unfold them", "Move", DETAIL, "turns", 26),
    Command(
        "find.open",
        "enter",
        "Open",
        "fold or unfold the turn; go where a finding stands; open a version or a call",
        "Find",
        DETAIL,
        "picked",
        9,
    ),
    Command("find.text", "slash", "Search", "search in this tab; n and N go on", "Find", DETAIL, "row", 27),
    Command("diff.next", "n", "Next", "the next difference", "Find", "versions", footer=10),
    Command("diff.previous", "N", "Previous", "the difference before", "Find", "versions", footer=11),
    Command("diff.left_older", "h,left", "Left older", "an older version on the left", "Find", "versions", footer=12),
    Command("diff.left_newer", "l,right", "Left newer", "a newer version on the left", "Find", "versions", footer=13),
    Command(
        "diff.right_older",
        "left_square_bracket",
        "Right older",
        "an older version on the right",
        "Find",
        "versions",
        footer=14,
    ),
    Command(
        "diff.right_newer",
        "right_square_bracket",
        "Right newer",
        "a newer version on the right",
        "Find",
        "versions",
        footer=15,
    ),
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
        "review.needs_edit",
        "e",
        "Needs edit",
        "keep it for an edit, and go on",
        "Review",
        BOTH,
        "services text",
        22,
        short="To edit",
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
        "edit.facts",
        "i",
        "Edit",
        "edit topic, dimensions, session, hoped-for outcome and notes",
        "Review",
        BOTH,
        "services row",
        24,
    ),
    Command(
        "review.flag",
        "exclamation_mark",
        "Flag",
        "flag for another look, or take the flag off",
        "Review",
        BOTH,
        "services row",
    ),
    Command(
        "review.reason",
        "semicolon",
        "Why",
        "say why the last row was rejected or sent to edit, by one key",
        "Review",
        BOTH,
        "services explained",
    ),
    Command("review.undo", "u", "Undo", "take the last act back", "Review", f"{BOTH} quality", "undo", 23),
    Command(
        "review.pass_over",
        "",
        "Leave as it is",
        "leave what undo cannot take back as it is; undo goes on with the act before",
        "Review",
        BOTH,
        "undo",
    ),
    Command("review.redo", "ctrl+r", "Redo", "do again what was undone", "Review", f"{BOTH} quality", "redo"),
    Command("review.approve_note", "alt+a", "Approve, note", "approve with a note", "Review", BOTH, "services text"),
    Command(
        "review.reject_note",
        "alt+r",
        "Reject, say why",
        "reject with a reason or a note",
        "Review",
        BOTH,
        "services text",
    ),
    Command(
        "review.needs_edit_note",
        "alt+e",
        "Edit, say why",
        "keep it for an edit, with a reason or a note",
        "Review",
        BOTH,
        "services text",
    ),
    Command(
        "review.reviewed_note", "alt+w", "Reviewed, note", "reviewed, with a note", "Review", BOTH, "services text"
    ),
    Command("review.reopen", "U", "Reopen", "take any verdict away: undecided again", "Review", BOTH, "services text"),
    Command(
        "review.delete",
        "D",
        "Delete",
        "clear the result, or remove the row; of the marked rows where there are marks",
        "Review",
        BOTH,
        "services row",
    ),
    Command(
        "review.bulk",
        "B",
        "Many at once",
        "one verdict or flag for the marked rows, else for those of the filter",
        "Review",
        MAIN,
        "services rows",
    ),
    Command(
        "review.bulk_approve",
        "",
        "Approve many",
        "approve the marked rows, else those of the filter",
        "Review",
        MAIN,
        "services rows",
    ),
    Command(
        "review.bulk_reject",
        "",
        "Reject many",
        "reject the marked rows, else those of the filter",
        "Review",
        MAIN,
        "services rows",
    ),
    Command(
        "review.bulk_good",
        "",
        "Approve all that are good",
        "approve what is to review with a good score and no flag",
        "Review",
        MAIN,
        "services",
    ),
    Command("review.flag_low", "", "Flag all that are bad", "flag what has a bad score", "Review", MAIN, "services"),
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
        "generate.again",
        "R",
        "Regenerate",
        "generate the marked rows, else this one, again, with a note in the prompt",
        "Generate",
        BOTH,
        "services again",
    ),
    Command(
        "turn.edit",
        "m",
        "Mend turn",
        "edit the turn that is read in your editor",
        "Review",
        DETAIL,
        "services again turn",
        28,
    ),
    Command(
        "turn.again",
        "M",
        "Turn again",
        "have only the turn that is read written again",
        "Generate",
        DETAIL,
        "services again turn",
        29,
    ),
    Command(
        "version.restore",
        "B",
        "Bring back",
        "put the picked version's text back",
        "Review",
        DETAIL,
        "services version",
        8,
    ),
    Command(
        "vary.open",
        "v",
        "Vary",
        "plan variations of a seed or an approved conversation",
        "Generate",
        DETAIL,
        "services source",
        46,
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
    Command("filter.to_review", "t", "Show what is to review", "generated and undecided, worst first", "Find", MAIN),
    # Plan
    Command("coverage.open", "C", "Coverage", "the plan by two dimensions", "Plan", MAIN, "services", 61),
    Command("coverage.show", "enter", "Show", "filter the list to this cell", "Plan", "coverage", "services cell", 10),
    Command(
        "coverage.fill",
        "P",
        "Plan missing",
        "plan what is missing: propose the rows that the target shares lack",
        "Plan",
        "coverage",
        "services gap",
        11,
    ),
    Command(
        "coverage.fill_cell", "p", "Plan here", "propose rows for this cell", "Plan", "coverage", "services cell", 12
    ),
    Command("coverage.target", "t", "Targets", "change the target shares", "Plan", "coverage", "services", 13),
    Command("coverage.rows", "r", "Rows", "choose the dimension of the rows", "Plan", "coverage", "services", 14),
    Command("coverage.columns", "c", "Columns", "choose that of the columns", "Plan", "coverage", "services", 15),
    Command("coverage.swap", "x", "Swap", "rows become columns", "Plan", "coverage", "services", 16),
    Command("coverage.figures", "v", "Figures", "planned, written, approved or all", "Plan", "coverage", "", 17),
    Command("proposals.add", "a", "Add", "add the ticked rows to the plan", "Plan", "proposals", "services ticked", 10),
    Command("proposals.tick", "space", "Tick", "add this row, or leave it out", "Plan", "proposals", "", 11),
    Command("proposals.edit", "enter,i", "Change", "change this row first", "Plan", "proposals", "services", 12),
    Command("proposals.all", "asterisk", "All or none", "tick all rows, or none", "Plan", "proposals", "", 13),
    Command("plan.new", "N", "New row", "plan a row by hand", "Plan", f"{MAIN} coverage", "services", 62),
    Command("plan.clone", "", "Plan one like it", "plan another row like this one", "Plan", MAIN, "services row"),
    Command("plan.edit", "", "Change what is planned", "change a planned row", "Plan", MAIN, "services row planned"),
    # Settings
    Command("settings.open", "S", "Settings", "all settings, and doctor", "App", MAIN, "services", 63),
    Command("settings.change", "enter", "Change", "change this setting", "App", "settings", "services setting", 10),
    Command("settings.default", "d", "Default", "its default counts again", "App", "settings", "services in_file", 11),
    Command("settings.doctor", "r", "Check again", "look at everything again", "App", "settings", "", 12),
    Command("view.columns", "c", "Columns", "choose columns, their order and the sort", "Find", MAIN, "", 51),
    Command("view.pick", "V", "Views", "open, save or delete a view under a name", "Find", MAIN, "services", 52),
    Command("view.copy", "Y", "Copy view", "copy the view as a line that opens it from a shell", "Find", MAIN),
    # Look
    Command("view.zoom", "z", "Zoom", "the pane with the focus takes the whole screen, and back", "Look", MAIN, "", 55),
    Command("view.next_pane", "tab", "Next pane", "focus the next pane", "Look", f"{BOTH} quality"),
    Command("view.previous_pane", "shift+tab", "Previous pane", "focus the previous pane", "Look", f"{BOTH} quality"),
    # Quality and templates
    Command(
        "quality.open", "Q", "Quality", "scores, targets, issues and what is said alike", "Look", MAIN, "services", 61
    ),
    Command(
        "quality.open_rows",
        "enter",
        "Show rows",
        "the rows of what is picked, in the main list",
        "Look",
        "quality",
        "services picked",
        10,
    ),
    Command(
        "quality.side",
        "s",
        "Live/practice",
        "the figures of real results, or of practice",
        "Look",
        "quality",
        "counted",
        11,
    ),
    Command(
        "quality.approve_good",
        "a",
        "Approve good",
        "approve what is to review with a good score and no flag; asks first",
        "Look",
        "quality",
        "services counted",
        12,
    ),
    Command(
        "quality.flag_low",
        "exclamation_mark",
        "Flag low",
        "flag what has a low score; asks first",
        "Look",
        "quality",
        "services counted",
        13,
    ),
    Command(
        "quality.report",
        "c",
        "CSV",
        "write the report as CSV, a line for every conversation",
        "Look",
        "quality",
        "services counted",
        30,
    ),
    Command(
        "templates.open",
        "T",
        "Templates",
        "the prompt templates and what came of them",
        "Look",
        f"{MAIN} quality",
        "services",
        62,
    ),
    Command(
        "templates.view",
        "enter",
        "Read",
        "the text with its placeholders",
        "Look",
        PROMPTS,
        "services version",
        10,
    ),
    Command(
        "templates.diff",
        "d",
        "Compare",
        "what differs from the version before",
        "Look",
        PROMPTS,
        "services version older",
        11,
    ),
    Command(
        "templates.render",
        "t",
        "Try with row",
        "the prompt with the row under the cursor of the main list",
        "Look",
        PROMPTS,
        "services version main_row",
        12,
    ),
    Command(
        "templates.rows",
        "o",
        "Show rows",
        "the rows made with this version, in the main list",
        "Look",
        PROMPTS,
        "services version",
        16,
    ),
    Command(
        "templates.activate",
        "a",
        "Activate",
        "make it the only active version",
        "Look",
        "templates",
        "services version idle",
        13,
    ),
    Command(
        "templates.share",
        "b",
        "Beside",
        "let two versions share the rows (A/B)",
        "Look",
        "templates",
        "services version older",
        14,
    ),
    Command(
        "templates.deactivate",
        "x",
        "Deactivate",
        "take it out of use",
        "Look",
        "templates",
        "services version active",
        17,
    ),
    Command(
        "templates.reload",
        "R",
        "Reload",
        "take up files of prompts/ that changed, as new versions",
        "Look",
        "templates",
        "services",
        15,
    ),
    # In
    Command(
        "import.open", "I", "Import", "bring files in; what came in, and taking it back", "In", MAIN, "services", 46
    ),
    Command(
        "import.new", "n", "Bring in", "choose a file or folder and look at it first", "In", "imports", "services", 10
    ),
    Command(
        "import.view", "enter", "Read", "what this import brought and warned about", "In", "imports", "one_import", 11
    ),
    Command(
        "import.undo",
        "x",
        "Take back",
        "take this import back as a whole; asks first",
        "In",
        "imports",
        "services one_import still_in",
        12,
    ),
    Command("import.run", "y,ctrl+s", "Import", "bring in what is shown", "In", "import", "services looked", 10),
    Command("import.add", "a,n", "Add path", "another file or folder to these", "In", "import", "services before", 14),
    Command(
        "import.format",
        "f",
        "Format",
        "what the files are, if not told by content",
        "In",
        "import",
        "services before",
        15,
    ),
    Command(
        "import.replace",
        "r",
        "Replace",
        "rows that have a text are replaced, or refused",
        "In",
        "import",
        "services before",
        12,
    ),
    Command(
        "import.repair",
        "p",
        "Repair",
        "see a repair of broken JSON, and accept it or not",
        "In",
        "import",
        "services before mendable",
        11,
    ),
    Command(
        "import.columns",
        "c",
        "Columns",
        "what the headings of a table mean",
        "In",
        "import",
        "services before tables",
        13,
    ),
    Command("import.look", "full_stop", "Look again", "read the files anew", "In", "import", "services before", 16),
    # Source documents
    Command("sources.open", "K", "Sources", "source documents: read, link, propose rows", "Plan", BOTH, "services", 47),
    Command(
        "sources.view", "enter", "Read", "the chunk whole, with all its dimensions", "Plan", "sources", "chunk", 10
    ),
    Command(
        "sources.find",
        "slash",
        "Search",
        "words, category:, document:, name>0.7, is:",
        "Plan",
        "sources",
        "services",
        11,
    ),
    Command("sources.clear", "F", "Show all", "no filter", "Plan", "sources", "filtered", 18),
    Command(
        "sources.link",
        "l",
        "Link",
        "let a conversation draw on it: it goes into its prompt",
        "Plan",
        "sources source",
        "services chunk",
        12,
    ),
    Command(
        "sources.unlink",
        "d",
        "Unlink",
        "take it away from conversations again",
        "Plan",
        "sources source",
        "services chunk used",
        16,
    ),
    Command(
        "sources.propose",
        "p",
        "Propose rows",
        "scenario rows from these chunks, looked at before they are added",
        "Plan",
        "sources source",
        "services chunk",
        13,
        short="Propose",
    ),
    Command(
        "sources.example",
        "x",
        "Example",
        "mark it as a good example of style, or take the mark away",
        "Plan",
        "sources source",
        "services chunk",
        15,
    ),
    Command("sources.mark", "space", "Mark", "mark this chunk, or unmark it", "Plan", "sources", "chunk", 17),
    Command("sources.mark_all", "asterisk", "Mark all", "mark all that are shown", "Plan", "sources", "chunk"),
    Command("sources.unmark", "minus", "Clear marks", "no chunk is marked", "Plan", "sources", "marked"),
    Command(
        "sources.rows",
        "o",
        "Show rows",
        "the conversations that draw on it, in the main list",
        "Plan",
        "sources source",
        "chunk used",
        19,
    ),
    Command(
        "sources.import",
        "n",
        "Bring in",
        "import documents from files or a PostgreSQL database",
        "Plan",
        "sources",
        "services",
        14,
    ),
    Command("sources.run", "y,ctrl+s", "Import", "bring in what is shown", "Plan", "sources_in", "services looked", 10),
    # Out
    Command("export.open", "E", "Export", "write approved rows for training", "Out", MAIN, "services", 45),
    Command("export.one", "E", "Export this", "write this conversation, also as PDF", "Out", DETAIL, "services text"),
    Command("copy.text", "y", "Copy", "copy the conversation to the clipboard of your terminal", "Out", BOTH, "row"),
    # App
    Command("app.palette", "colon,ctrl+p", "Commands", "every command by name", "App", LISTS, "", 70),
    Command("app.help", "question_mark,f1", "Help", "all keys, and why one does nothing now", "App", LISTS, "", 1),
    Command("app.back", "escape", "Back", "close, clear or go back", "App", LISTS),
    Command("app.theme", "", "Theme", "choose the colours", "App", LISTS),
    Command("app.tour", "", "Tour", "five steps: filter, generate, watch, review, export", "App", MAIN),
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
