"""The keys that say what the list shows: filters and order, columns and saved views, panes.

Only tuples of commands; `tui.keymap` joins them. Nothing here runs or imports a screen.
"""

from __future__ import annotations

from tui.commands.command import BOTH, MAIN, Command

FILTERING: tuple[Command, ...] = (
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
)
VIEWING: tuple[Command, ...] = (
    Command("view.columns", "c", "Columns", "choose columns, their order and the sort", "Find", MAIN, "", 51),
    Command("view.pick", "V", "Views", "open, save or delete a view under a name", "Find", MAIN, "services", 52),
    Command("view.copy", "Y", "Copy view", "copy the view as a line that opens it from a shell", "Find", MAIN),
    Command("view.zoom", "z", "Zoom", "the pane with the focus takes the whole screen, and back", "Look", MAIN, "", 55),
    Command("view.next_pane", "tab", "Next pane", "focus the next pane", "Look", f"{BOTH} quality"),
    Command("view.previous_pane", "shift+tab", "Previous pane", "focus the previous pane", "Look", f"{BOTH} quality"),
)
