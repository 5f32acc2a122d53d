"""The question before money is spent: what is generated, how long it takes, what it costs, under which cap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Checkbox, Input, Static

from core.errors import BrightrunError
from core.text.terminal import safe_line
from tui.figures import counted, dollar_range, dollars, duration_range
from tui.screens.dialogs import Dialog, answers, field, line
from tui.steps import Steps
from tui.widgets.tick_box import TickBox

if TYPE_CHECKING:
    from core.engine.orders import Proposal, ProposedRow

_AGAIN = ("regenerate", "turn", "annotate")  # orders about texts that are there
LISTED = 500  # more rows than anybody reads in a dialog
TIER_ORDER = ("template", "scenario", "edge_case")


@dataclass(frozen=True)
class GenerateAnswer:
    """Yes, under these conditions."""

    cap_microusd: int
    pause_after_tier: bool
    mail: bool = False
    notify: bool = False


@dataclass(frozen=True)
class OtherDepth:
    """The same order at another depth, to be priced and asked again."""

    depth: Literal["dialogue", "full"]


class GenerateDialog(Dialog[GenerateAnswer | OtherDepth | None]):
    """No has the focus; above a set amount the number of rows has to be typed."""

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n", "cancel", "No", show=False),
        Binding("d", "depth", "Depth", show=False),
    ]

    def __init__(
        self,
        proposal: Proposal,
        *,
        type_number_above: float,
        mail: bool = False,
        notify: bool = False,
        mail_trouble: str = "",
        recount: Callable[[], Awaitable[Proposal]] | None = None,
    ) -> None:
        """`recount` gives the same proposal with the tokens that the service counts, which takes a moment."""
        super().__init__()
        self._recount = recount
        self._type_above = type_number_above
        self._mail_trouble = mail_trouble
        self._mail, self._notify = mail, notify  # what the settings say, until a box says otherwise
        self._proposal = proposal

    @property
    def proposal(self) -> Proposal:
        """What is proposed, with the costs that are shown."""
        return self._proposal

    @property
    def _typed(self) -> bool:
        """Whether it may cost so much that the number of rows has to be typed."""
        return self._proposal.provider == "live" and self._proposal.high_microusd > self._type_above * 1_000_000

    def on_mount(self) -> None:
        """Have the service count the prompts while the person reads."""
        if self._recount is not None:
            self.run_worker(Steps(self._count, self._recount), group="count", exclusive=True, exit_on_error=False)

    async def _count(self, recount: Callable[[], Awaitable[Proposal]]) -> None:
        try:
            found = await recount()
        except BrightrunError as error:  # rows may have changed meanwhile: what was estimated stays, and it is said
            found = self._proposal
            self.query_one("#problem", Static).update(Content.styled(safe_line(str(error), 300), "$text-error"))
        self._recount = None
        if [row.conversation_id for row in found.rows] == [row.conversation_id for row in self._proposal.rows]:
            self._proposal = found  # else somebody took some of them: what was shown is refused when it is ordered
        self.query_one("#totals", Static).update(self._totals())
        self.query_one("#typing").display = self._typed

    def compose(self) -> ComposeResult:
        """What, totals, cap, answers."""
        proposal, number = self._proposal, len(self._proposal.rows)
        with Vertical(classes="dialog -large"):
            yield Static(self._heading(), classes="title")
            if proposal.order.kind == "single" or (proposal.order.kind in _AGAIN and number == 1):
                yield from self._one(proposal.rows[0])
            elif proposal.order.kind == "all":
                yield from self._tiers()
            else:
                yield from self._rows()
            yield Static(self._totals(), id="totals", classes="gap")
            full = proposal.depth == "full"
            if proposal.order.kind != "annotate":  # there the annotation is all that is ordered
                what = "annotate that turn too" if proposal.order.kind == "turn" else "annotate every turn too"
                yield TickBox(f"full depth: {what} (d)", full, id="full", compact=True)
            with Horizontal(classes="row"):
                yield line("Spend at most  $", classes="label")
                yield field(f"{proposal.cap_microusd / 1e6:.2f}", id="cap", restrict=r"[0-9.]*", max_length=9)
            if proposal.order.kind == "all":
                with Vertical(id="boxes"):
                    yield TickBox("pause after each tier, to review it before going on", id="pause", compact=True)
                    yield TickBox("e-mail me when it ends or pauses by itself", self._mail, id="mail", compact=True)
                    yield TickBox("notify me through the terminal", self._notify, id="notify", compact=True)
            with Horizontal(id="typing", classes="row") as typing:
                typing.display = self._typed
                yield line(f"Type {number} to go on  ", classes="label")
                yield field("", id="number", restrict=r"[0-9]*", max_length=9)
            yield Static("", id="problem")
            verb = "Practise" if proposal.provider == "simulated" else "Generate"
            yield answers(("yes", f"{verb} {counted(number, 'row')}", "primary"))

    def _heading(self) -> Content:
        proposal = self._proposal
        what = {
            "single": "Generate this conversation",
            "selected": f"Generate {counted(len(proposal.rows), 'marked conversation')}",
            "filtered": f"Generate {counted(len(proposal.rows), 'filtered conversation')}",
            "all": f"Generate all {len(proposal.rows):,} that remain",
            "regenerate": f"Generate {counted(len(proposal.rows), 'conversation')} again",
            "turn": f"Write turn {proposal.order.turn} again",
            "annotate": f"Annotate what is missing of {counted(len(proposal.rows), 'conversation')}",
            "variation": f"Generate {counted(len(proposal.rows), 'variation')}",
        }[proposal.order.kind]
        if proposal.provider == "simulated":
            return Content.assemble((what, "bold"), ("  ~simulated, costs nothing", "$text-warning"))
        return Content.assemble((what, "bold"), (f"  live with {safe_line(proposal.model, 40)}", "$text-success"))

    def _one(self, row: ProposedRow) -> ComposeResult:
        facts = (
            ("id", f"#{row.number}  {row.conversation_id}"),
            ("persona", row.persona_name),
            ("topic", row.topic),
            ("arc", row.arc),
            ("template", f"{row.template}, version {row.template_version}"),
            ("model", ", ".join(dict.fromkeys(model for _, model in self._proposal.models))),
            *([("told", row.note)] if row.note else ()),
        )
        for name, value in facts:
            yield Static(Content.assemble((f"{name:<10}", "$foreground 60%"), safe_line(value, 300)))

    def _rows(self) -> ComposeResult:
        rows, skipped = self._proposal.rows, self._proposal.skipped
        room = max(12, min(92, self.app.size.width * 94 // 100) - 52)
        lines = [
            Content.assemble(
                (f"{row.number:>5}  ", "$foreground 60%"), f"{safe_line(row.persona_name, 16):<16}  ",
                f"{safe_line(row.topic, room):<{room}}  ",
                (dollar_range(row.low_microusd, row.high_microusd), "$foreground 60%"),
            )
            for row in rows[:LISTED]
        ]  # fmt: skip
        if len(rows) > LISTED:
            lines.append(Content.styled(f"       and {len(rows) - LISTED:,} more", "$foreground 60%"))
        if skipped:
            lines.append(Content.styled(f"Skipped: {counted(len(skipped), 'row')}", "bold $text-warning"))
            lines += [
                Content.styled(f"       {safe_line(name, 40)}: {safe_line(why, 100)}", "$text-warning")
                for name, why in skipped[:LISTED]
            ]
        with VerticalScroll(classes="facts list"):
            yield Static(Content("\n").join(lines), classes="nowrap")
        if skipped:
            reasons = Counter(why for _, why in skipped).most_common()
            text = "; ".join(_left_out(number, safe_line(why, 60)) for why, number in reasons[:3])
            text += "; …" if len(reasons) > 3 else ""
            yield line(f"{len(skipped):,} skipped: {text}", "$text-warning")

    def _tiers(self) -> ComposeResult:
        by_tier = Counter(row.tier for row in self._proposal.rows)
        order = [*TIER_ORDER, *sorted(set(by_tier) - set(TIER_ORDER))]
        parts: list[Content] = []
        for tier in order:
            if by_tier[tier]:
                rows = [row for row in self._proposal.rows if row.tier == tier]
                low, high = sum(r.low_microusd for r in rows), sum(r.high_microusd for r in rows)
                words = f"{len(parts) + 1}. {tier.replace('_', ' '):<12}{by_tier[tier]:>7,} rows   "
                parts.append(Content.assemble(words, (dollar_range(low, high), "$foreground 60%")))
        yield Static(Content("\n").join(parts))
        yield line("You can close the terminal: the worker goes on without it.", "$foreground 60%", "gap")

    def _totals(self) -> Content:
        proposal = self._proposal
        cost = dollar_range(proposal.low_microusd, proposal.high_microusd)
        if proposal.provider == "simulated":
            cost = f"nothing (live it would be {cost})"
        time = duration_range(proposal.low_seconds, proposal.high_seconds)
        basis = ""
        if proposal.provider == "live":
            basis = "  the service counts the prompts…" if self._recount else f"  {safe_line(proposal.basis, 150)}"
        return Content.assemble(
            ("cost      ", "$foreground 60%"),
            (cost, "bold"),
            (basis, "$foreground 60%"),
            "\n",
            ("time      ", "$foreground 60%"),
            (time, "bold"),
            *(("\n", ("sources   ", "$foreground 60%"), proposal.sources) if proposal.sources else ()),
        )

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        self.action_yes() if event.button.id == "yes" else self.dismiss(None)

    @on(Checkbox.Changed, "#full")
    def depth_chosen(self, event: Checkbox.Changed) -> None:
        """Another depth has another price: it is asked again."""
        self.dismiss(OtherDepth("full" if event.value else "dialogue"))

    def action_depth(self) -> None:
        """Change the depth."""
        for box in self.query("#full").results(TickBox):
            box.toggle()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in a field goes on to the next; it never orders."""
        self.app.action_focus_next()

    def action_yes(self) -> None:
        """Order it, when cap and number are right."""
        try:
            cap = round(float(self.query_one("#cap", Input).value) * 1_000_000)
        except ValueError:
            self._refuse("#cap", "Write the cap in US dollars, such as 2.50.")
            return
        if cap <= 0:
            self._refuse("#cap", "The cap must be above $0.")
            return
        if self._typed and self.query_one("#number", Input).value != str(len(self._proposal.rows)):
            price = dollars(self._proposal.high_microusd)
            self._refuse("#number", f"This may cost {price}: type {len(self._proposal.rows)} to go on.")
            return
        if self._proposal.order.kind != "all":
            self.dismiss(GenerateAnswer(cap, False, self._mail, self._notify))
            return
        pause, mail, notify = (self.query_one(f"#{name}", TickBox).value for name in ("pause", "mail", "notify"))
        if mail and self._mail_trouble:
            self._refuse("#mail", self._mail_trouble)
            return
        self.dismiss(GenerateAnswer(cap, pause, mail, notify))

    def _refuse(self, field_id: str, why: str) -> None:
        self.query_one("#problem", Static).update(Content.styled(safe_line(why, 300), "$text-error"))
        self.query_one(field_id).focus()


def _left_out(number: int, why: str) -> str:
    """`11 approved` where each of them "is approved: it has its text"; other reasons stand as they are."""
    state, _, _ = why.removeprefix("is ").partition(":")
    return f"{number:,} {state}" if why.startswith("is ") else f"{number:,} × {why}"
