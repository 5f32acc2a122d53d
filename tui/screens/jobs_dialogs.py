"""Questions about a job: going on under other terms, where its log goes, and the summary at its end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from core.browse import Job
from core.notify.summary import Summary
from core.text.terminal import safe_line
from tui.figures import dollars
from tui.own_words import HIGHER_CAP
from tui.screens.dialogs import Dialog, buttons, field, line
from tui.widgets.progress_job import score_bars

UNASKED_GRACE_S = 0.8  # it may open by itself: keys under way were meant for what was there before
_STYLES = {"success": "$text-success", "warning": "$text-warning", "error": "$text-error", "text": ""}


@dataclass(frozen=True)
class Terms:
    """What a paused job goes on with; None leaves it as it is."""

    cap_microusd: int | None
    models: Mapping[str, str]  # by stage, only those that are others than before


_STAGES = {"dialogue": "Model           ", "annotation": "It annotates    ", "judge": "It judges       "}


class TermsDialog(Dialog[Terms | None]):
    """A higher cap, other models, or both."""

    AUTO_FOCUS = "#cap"

    def __init__(self, job: Job, models: Mapping[str, str]) -> None:
        super().__init__()
        self._job = job
        self._models = {stage: safe_line(models[stage]) for stage in _STAGES if stage in models}

    def compose(self) -> ComposeResult:
        """Why it paused, what was spent, cap and model."""
        job = self._job
        with Vertical(classes="dialog"):
            yield line(f"Go on with job {job.id} under other terms", "bold")
            if job.reason:
                why = re.sub(rf" \S+ {re.escape(HIGHER_CAP)}$", "", job.reason)  # that is what is asked here
                yield line(safe_line(why, 400), "$text-warning", "gap")
            spent = f"{'~' if job.is_simulated else ''}{dollars(job.actual_microusd)}"
            failed = f", {job.failed:,} failed" if job.failed else ""
            yield line(f"{job.done:,} of {job.total:,} rows are written{failed}, {spent} is spent.", "", "gap")
            with Horizontal(classes="row gap"):
                yield line("Spend at most  $", classes="label")
                yield field(f"{self._proposed / 1e6:.2f}", id="cap", restrict=r"[0-9.]*", max_length=9)
            for number, (stage, model) in enumerate(self._models.items()):
                with Horizontal(classes="row" if number else "row gap"):
                    yield line(_STAGES[stage], classes="label")
                    yield field(model, id=f"model-{stage}", max_length=100)
            yield Static("", id="problem")
            yield buttons(("no", "Leave it paused", "default"), ("yes", "Go on", "primary"))

    @property
    def _proposed(self) -> int:
        """The cap, or where it is used up or too low for a call, what the rest will need at the cost so far."""
        job, cap = self._job, self._job.cap_microusd or 0
        if job.cap_percent < 90 and not job.reason.startswith("The cap "):
            return cap
        tried = job.done + job.failed
        each = job.actual_microusd / tried if tried else job.estimated_microusd / max(1, job.total)
        return max(cap + 500_000, round(1.2 * (job.actual_microusd + each * (job.total - job.terminal))))

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in a field goes on to the next; it never orders."""
        self.app.action_focus_next()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        if event.button.id != "yes":
            self.dismiss(None)
            return
        try:
            cap = round(float(self.query_one("#cap", Input).value) * 1_000_000)
        except ValueError:
            self._refuse("#cap", "Write the cap in US dollars, such as 2.50.")
            return
        if cap <= self._job.actual_microusd:
            self._refuse("#cap", f"{dollars(self._job.actual_microusd)} is spent already: the cap must be higher.")
            return
        models = {stage: self.query_one(f"#model-{stage}", Input).value.strip() for stage in self._models}
        for stage, model in models.items():
            if not model:
                self._refuse(f"#model-{stage}", "Name the model.")
                return
        others = {stage: model for stage, model in models.items() if model != self._models[stage]}
        self.dismiss(Terms(cap if cap != self._job.cap_microusd else None, others))

    def _refuse(self, field_id: str, why: str) -> None:
        self.query_one("#problem", Static).update(Content.styled(why, "$text-error"))
        self.query_one(field_id, Input).focus()


class SummaryDialog(Dialog[str]):
    """What a job came to, and what to do next. Gives the step that was chosen, or "".

    One that `gives_way` opened by itself: a key that comes in its first moment closes it and goes to the list.
    """

    AUTO_FOCUS = "#close"
    GRACE: ClassVar[float] = UNASKED_GRACE_S
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "cancel", "Close", show=False)]

    def __init__(self, job: Job, summary: Summary, told: Mapping[str, Any], *, gives_way: bool = False) -> None:
        super().__init__()
        self._job, self._summary, self._told = job, summary, told
        self.gives_way, self.gave_way = gives_way, False

    def compose(self) -> ComposeResult:
        """Figures, scores, next steps."""
        job, summary = self._job, self._summary
        with Vertical(classes="dialog -large") as box:
            box.border_title = f"Job {job.id} {safe_line(job.standing, 60)}".replace("[", "\\[")
            for label, text in summary.facts():
                yield Static(Content.assemble((f"{label:<10}", "$foreground 60%"), text))
            bars = score_bars(summary, 80)
            if bars:
                with VerticalScroll(classes="facts gap", can_focus=False):
                    for spans in bars:
                        yield Static(Content.assemble(*((text, _STYLES.get(tone, "")) for text, tone in spans)))
            steps = summary.next_steps()
            for number, (_, text) in enumerate(steps):
                head = "next      " if number == 0 else " " * 10
                yield Static(Content.assemble((head, "$foreground 60%"), text), classes="gap" if number == 0 else "")
            if summary.simulated:
                yield line("Practice: the texts are simulated.", "$text-warning")
            if self._told.get("trouble"):
                yield line(safe_line(f"No e-mail was sent: {self._told['trouble']}", 400), "$text-warning")
            names = {step for step, _ in steps}
            answers = [("close", "Close", "default")]
            answers += [("review", "Review", "primary")] if "review" in names else []
            answers += [("retry", "Retry failed", "default")] if "retry" in names else []
            yield buttons(*answers)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        self.dismiss("" if event.button.id == "close" else str(event.button.id))

    def action_cancel(self) -> None:
        """Close it."""
        self.dismiss("")

    def give_way(self) -> None:
        """A key under way was meant for what was there before."""
        self.gave_way = True
        self.dismiss("")
