"""The keys that decide over conversations, and those that mark the rows to decide over together.

Only tuples of commands; `tui.keymap` joins them. Nothing here runs or imports a screen.
"""

from __future__ import annotations

from tui.commands.command import BOTH, MAIN, Command

UNDOING = f"{BOTH} quality sources source"

REVIEWING: tuple[Command, ...] = (
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
    Command("review.undo", "u", "Undo", "take the last act back", "Review", UNDOING, "undo", 23),
    Command(
        "review.pass_over",
        "",
        "Leave as it is",
        "leave what undo cannot take back as it is; undo goes on with the act before",
        "Review",
        BOTH,
        "undo",
    ),
    Command("review.redo", "ctrl+r", "Redo", "do again what was undone", "Review", UNDOING, "redo"),
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
)
MARKING: tuple[Command, ...] = (
    Command("mark.toggle", "space", "Mark", "mark this row, or unmark it", "Mark", MAIN, "row", 40),
    Command("mark.range", "v", "Mark range", "mark from the last marked row to here", "Mark", MAIN, "row"),
    Command("mark.all", "asterisk", "Mark all", "mark all rows that the filter shows", "Mark", MAIN, "rows"),
    Command("mark.clear", "minus", "Clear marks", "no row is marked", "Mark", MAIN, "marks"),
)
