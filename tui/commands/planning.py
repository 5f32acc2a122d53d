"""The keys that plan rows: coverage, proposals, rows by hand, and the source documents they may draw on.

Only tuples of commands; `tui.keymap` joins them. Nothing here runs or imports a screen.
"""

from __future__ import annotations

from tui.commands.command import BOTH, MAIN, Command

PLANNING: tuple[Command, ...] = (
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
)
SOURCE_DOCUMENTS: tuple[Command, ...] = (
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
    Command(
        "sources.run", "y,ctrl+s", "Import", "bring in what is shown", "Plan", "sources_in", "services looked idle", 10
    ),
)
