"""The keys for moving through lists and conversations, and for reading one: tabs, folds, search, differences.

Only tuples of commands; `tui.keymap` joins them. Nothing here runs or imports a screen.
"""

from __future__ import annotations

from tui.commands.command import DETAIL, LISTS, MAIN, Command

MOVING: tuple[Command, ...] = (
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
)
READING: tuple[Command, ...] = (
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
    Command(
        "find.text",
        "slash",
        "Search",
        "search in this tab or page; n and N go on",
        "Find",
        f"{DETAIL} calls versions",
        "findable",
        27,
    ),
    Command("diff.next", "n", "Next", "the next difference", "Find", "versions", footer=10),
    Command("diff.previous", "N", "Previous", "the difference before", "Find", "versions", footer=11),
    Command(
        "diff.left_older",
        "h,left",
        "Left older",
        "an older version on the left",
        "Find",
        "versions",
        "left_older",
        footer=12,
    ),
    Command(
        "diff.left_newer",
        "l,right",
        "Left newer",
        "a newer version on the left",
        "Find",
        "versions",
        "left_newer",
        footer=13,
    ),
    Command(
        "diff.right_older",
        "left_square_bracket",
        "Right older",
        "an older version on the right",
        "Find",
        "versions",
        "right_older",
        footer=14,
    ),
    Command(
        "diff.right_newer",
        "right_square_bracket",
        "Right newer",
        "a newer version on the right",
        "Find",
        "versions",
        "right_newer",
        footer=15,
    ),
    Command("find.next", "n", "Next place", "the next place that was searched for", "Find", "calls", "found", 10),
    Command(
        "find.previous",
        "N",
        "Previous place",
        "the place before that was searched for",
        "Find",
        f"{DETAIL} calls",
        "found",
        short="Previous",
    ),
)
