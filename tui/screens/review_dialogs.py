"""The questions of review: why, with what note, which act on many rows, and what is deleted.

Imported when the first of them is asked. None of them changes anything; each gives back what the person chose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from core.review.acts import EXPLAINED, REASONS, VERB, Act, BulkPlan, Taken
from core.status import words
from core.text.terminal import safe_line
from tui.figures import counted
from tui.screens.dialogs import Answer, Dialog, answers, field, line
from tui.screens.menus import ListDialog

LISTED = 200  # rows that a question names; nobody reads more
QUIET = "$foreground 60%"


def _reasons(chosen: str = "", reasons: Sequence[str] = REASONS) -> Content:
    """The reasons with their keys, on two lines that fit 80 columns."""
    half = (len(reasons) + 1) // 2
    lines = []
    for start in (0, half):
        parts: list[Content] = []
        for number, reason in enumerate(reasons[start : start + half], start + 1):
            style = "bold reverse" if reason == chosen else ""
            parts.append(Content.assemble((f"{number}", "bold $text-accent"), " ", (f"{reason}", style), "  "))
        lines.append(Content.assemble(*parts))
    return Content("\n").join(lines)


def _reason_keys(action: str) -> list[BindingType]:
    return [Binding(str(n), f"{action}({n})", show=False) for n in range(1, len(REASONS) + 1)]


class WordsDialog(Dialog[tuple[str, str] | None]):
    """A reason by one key, a note beside it, or neither: gives (reason, note)."""

    GRACE = 0.0  # a fast typist goes on at once; nothing here destroys anything
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *_reason_keys("reason"),
        Binding("n,tab", "note", show=False),
        Binding("enter", "store", show=False),
    ]

    def __init__(self, title: str, reasons: Sequence[str], note: str) -> None:
        super().__init__()
        self._title, self._choices, self._note = title, tuple(reasons), note

    def compose(self) -> ComposeResult:
        """Reasons, the line of the note, and what the keys do."""
        with Vertical(classes="dialog"):
            yield line(self._title, "bold")
            if self._choices:
                yield Static(_reasons("", self._choices), classes="gap")
            yield field(safe_line(self._note), classes="field gap", placeholder="note", select_on_focus=False)
            yield Static("", id="hint", classes="gap")

    def on_mount(self) -> None:
        """Without reasons the note is all there is."""
        super().on_mount()
        if not self._choices:
            self.query_one(Input).focus()
        self._hint()

    def _hint(self) -> None:
        if not self._choices:
            text = "enter stores · esc cancels"
        elif self.focused is None:
            text = "1-8 stores with it · n note · enter without · esc cancels"
        else:
            text = "enter: back to the reasons · esc cancels"
        self.query_one("#hint", Static).update(Content.styled(text, QUIET))

    def on_descendant_focus(self) -> None:
        """Other keys count in the note."""
        self._hint()

    def action_reason(self, number: int) -> None:
        """Store with this reason."""
        if self._choices:
            self.dismiss((self._choices[number - 1], self._text))

    def action_note(self) -> None:
        """Write the note."""
        self.query_one(Input).focus()

    def action_store(self) -> None:
        """Store without a reason."""
        self.dismiss(("", self._text))

    @on(Input.Submitted)
    def written(self) -> None:
        """The note is written: now the reason, where there is one to give."""
        if not self._choices:
            self.action_store()
            return
        self.set_focus(None)
        self._hint()

    @property
    def _text(self) -> str:
        value = self.query_one(Input).value
        return self._note if value == safe_line(self._note) else value.strip()  # only looked at, it keeps its lines


@dataclass(frozen=True)
class BulkAnswer:
    """Every row of the plan, or only the one under the cursor; and why."""

    every: bool
    reason: str = ""


class _Listing(Dialog[Answer]):
    """A question with a list that scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,pagedown", "scroll(1)", show=False),
        Binding("k,pageup", "scroll(-1)", show=False),
        Binding("y", "yes", show=False),
        Binding("n", "cancel", show=False),
    ]

    def action_yes(self) -> None:
        """Yes, where only one answer is a yes."""
        found = [button for button in self.query(Button) if button.id != "no"]
        if len(found) == 1:
            found[0].press()

    def action_scroll(self, step: int) -> None:
        """Most of a page of the list."""
        area = self.query_one(".list", VerticalScroll)
        area.scroll_relative(y=step * max(1, area.size.height - 1), animate=False)


class BulkDialog(_Listing[BulkAnswer | None]):
    """What an act would do to which rows; the first answer is No and has the focus. Gives a BulkAnswer or None."""

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = _reason_keys("reason")

    def __init__(self, plan: BulkPlan, name: str, *, only: str = "") -> None:
        super().__init__()
        self._plan, self._name, self._only, self._reason = plan, name, only, ""

    def compose(self) -> ComposeResult:
        """Question, remarks, rows, reasons, answers."""
        plan, verb = self._plan, VERB[self._plan.act]
        number = len(plan.takes)
        title = f"{verb[0].upper()}{verb[1:]} {number:,}?  ({self._name})"
        if self._only:
            title = f"{verb[0].upper()}{verb[1:]} this row or the {self._name}?"
        with Vertical(classes="dialog -large"):
            yield line(title, "bold")
            for remark in plan.remarks:
                yield line(f"• {remark}")
            if plan.skipped:
                yield line(f"• {_skipped(plan)}")
            with VerticalScroll(classes="list gap", can_focus=False):
                yield Static(_listed(plan.takes), classes="nowrap")
            if plan.act in EXPLAINED:
                yield Static(_reasons(), id="reasons", classes="gap")
            yield answers(*self._answers(verb, number), no="Neither" if self._only else "No")

    def _answers(self, verb: str, number: int) -> Iterator[tuple[str, str, str]]:
        if self._only:
            yield "only", f"Only {self._only}", "default"
        if number:
            yield "every", f"{verb[0].upper()}{verb[1:]} {number:,}", "primary"

    def action_reason(self, number: int) -> None:
        """Choose this reason, or none again."""
        if self._plan.act in EXPLAINED:
            reason = REASONS[number - 1]
            self._reason = "" if reason == self._reason else reason
            self.query_one("#reasons", Static).update(_reasons(self._reason))

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        if event.button.id == "no":
            self.dismiss(None)
        else:
            self.dismiss(BulkAnswer(event.button.id == "every", self._reason))


class DeleteDialog(_Listing[Act | None]):
    """Clear the result or remove the row: gives the act, or None."""

    AUTO_FOCUS = "#no"

    def __init__(self, clear: BulkPlan, remove: BulkPlan, name: str) -> None:
        super().__init__()
        self._clear, self._remove, self._name = clear, remove, name

    def compose(self) -> ComposeResult:
        """What each answer does, the rows, and the answers; the one that takes most comes last."""
        clear, remove = self._clear, self._remove
        with Vertical(classes="dialog -large"):
            yield line(f"Delete {self._name}?", "bold")
            if clear.takes:
                yield line(f"• Clear: {_of(clear)} back to planned, to be generated again.")
            yield line(f"• Remove: {_of(remove)} out of the plan.")
            kept = "Either" if clear.takes else "It"
            yield line(f"{kept} is kept whole in the history, and undo brings it back.", QUIET)
            skipped = clear if clear.takes else remove
            if skipped.skipped:
                yield line(f"• {_skipped(skipped)}")
            with VerticalScroll(classes="list gap", can_focus=False):
                yield Static(_listed(remove.takes), classes="nowrap")
            first = [("clear", f"Clear {_number(clear)}", "primary")] if clear.takes else []
            yield answers(*first, ("remove", f"Remove {_number(remove)}", "error"))

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        self.dismiss({"clear": Act.CLEAR, "remove": Act.REMOVE}.get(str(event.button.id)))


class BulkMenu(ListDialog[str | None]):
    """What to do with the marked rows, else with those of the filter; each act with how many rows take it."""

    def __init__(self, name: str, counts: Mapping[Act, int], approve_from: float, review_below: float) -> None:
        super().__init__()
        self._name, self._counts = name, counts
        self._approve_from, self._review_below = approve_from, review_below

    def compose(self) -> ComposeResult:
        """The acts; those that no row can take cannot be chosen."""
        with Vertical(classes="dialog"):
            yield line(f"With {self._name}", "bold")
            yield OptionList(*self._options(), compact=True)
            yield line("enter shows the rows and asks · esc goes back", QUIET, "gap")

    def _options(self) -> Iterator[Option | None]:
        for act in (Act.APPROVE, Act.REJECT, Act.NEEDS_EDIT, Act.REVIEWED, Act.REOPEN, Act.FLAG, Act.UNFLAG):
            number = self._counts.get(act, 0)
            verb = VERB[act]
            text = f"{verb[0].upper()}{verb[1:]}"
            yield Option(Content(f" {text:<20}{number:>8,}"), id=act.value, disabled=not number)
        number = max(self._counts.get(Act.CLEAR, 0), self._counts.get(Act.REMOVE, 0))
        yield Option(Content(f" {'Delete':<20}{number:>8,}"), id=Act.CLEAR.value, disabled=not number)
        yield None
        yield Option(Content(f" Approve all to review with score ≥ {self._approve_from:g} and no flag"), id="good")
        yield Option(Content(f" Flag all under {self._review_below:g}"), id="low")

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """An act was chosen."""
        self.dismiss(str(event.option.id))


def _of(plan: BulkPlan) -> str:
    return plan.takes[0].conversation_id if len(plan.takes) == 1 else counted(len(plan.takes), "row")


def _number(plan: BulkPlan) -> str:
    return "it" if len(plan.takes) == 1 else f"{len(plan.takes):,}"


def _listed(rows: Sequence[Taken]) -> Content:
    """The rows on a line each: id, persona, status, score, topic."""
    lines = [_line(row) for row in rows[:LISTED]]
    if len(rows) > LISTED:
        lines.append(Content.styled(f"… and {len(rows) - LISTED:,} more", QUIET))
    return Content("\n").join(lines)


def _line(row: Taken) -> Content:
    score = "   –" if row.score is None else f"{row.score:4.1f}"
    signs = f"{'~' if row.is_simulated else ' '}{'⚑' if row.is_flagged else ' '}"
    persona = safe_line(row.persona_name, 16)
    return Content.assemble(
        f"{row.conversation_id:<18} {score} {signs} ",
        (f"{words(row.status):<11}", QUIET),
        f"{persona:<17}",
        (safe_line(row.topic, 60), QUIET),
    )


def _skipped(plan: BulkPlan) -> str:
    """How many rows are left as they are, with the first reason."""
    conversation_id, why = plan.skipped[0]
    text = why if why.startswith(conversation_id) else f"{conversation_id} {why}"
    return f"{counted(len(plan.skipped), 'row')} left as they are: {text}{' …' if len(plan.skipped) > 1 else ''}"
