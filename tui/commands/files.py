"""The keys that bring files in and write them out.

Only tuples of commands; `tui.keymap` joins them. Nothing here runs or imports a screen.
"""

from __future__ import annotations

from tui.commands.command import BOTH, DETAIL, MAIN, Command

IMPORTING: tuple[Command, ...] = (
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
        "services one_import still_in idle",
        12,
    ),
    Command("import.run", "y,ctrl+s", "Import", "bring in what is shown", "In", "import", "services looked idle", 10),
    Command(
        "import.stop",
        "s",
        "Stop",
        "stop what is being brought in; asks first",
        "In",
        "imports import sources_in",
        "services importing",
        9,
    ),
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
)
EXPORTING: tuple[Command, ...] = (
    Command("export.open", "E", "Export", "write approved rows for training", "Out", MAIN, "services", 45),
    Command("export.one", "E", "Export this", "write this conversation, also as PDF", "Out", DETAIL, "services text"),
    Command("copy.text", "y", "Copy", "copy the conversation to the clipboard of your terminal", "Out", BOTH, "row"),
)
