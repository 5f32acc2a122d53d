"""Export: format, which rows, in which form, where to; the real first records and the warnings are shown before.

Opened from the list and from the detail (then for its conversation). Writes through the export service only.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Input, RadioButton, RadioSet, Static
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from core.errors import BrightrunError
from core.export.catalogue import KINDS, MERGING
from core.export.request import CONTEXT
from core.home import expanded
from core.query import Criteria
from core.text.terminal import safe_line, safe_text
from tui.figures import counted
from tui.screens.dialogs import Dialog, buttons, field, line
from tui.steps import Steps
from tui.widgets.tick_box import TickBox

if TYPE_CHECKING:
    from core.export.request import ExportRequest
    from tui.app import BrightrunApp

PREVIEW_AFTER_S = 0.3
RECORD_LIMIT = 4000
SPLIT = (0.8, 0.1, 0.1)
# What the export says of its flags, in the words of this dialog.
_HERE = {
    "(--include-simulated)": "(i includes them)",
    "with --include-simulated": "by including practice results (i)",
}


class Choice(RadioButton):
    """Textual draws the chosen one and the others with the same sign; here the sign tells them apart."""

    @property
    def _button(self) -> Content:
        style = self.get_visual_style("toggle--button")
        return Content.styled("(•)" if self.value else "( )", style)


class ExportDialog(Dialog[Any]):
    """Gives back what was written, or None."""

    AUTO_FOCUS = "#format"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,y", "write", "Write", show=False),
        Binding("h", "history", "History", show=False),
        Binding("i", "include", "Practice", show=False),
        Binding("pagedown,j", "scroll(1)", show=False),
        Binding("pageup,k", "scroll(-1)", show=False),
    ]

    def __init__(self, app: BrightrunApp, criteria: Criteria, marks: tuple[str, ...], one: str = "") -> None:
        super().__init__()
        self._bright = app
        self._timer: Timer | None = None
        self._writing: Worker[None] | None = None
        self._again: ExportRequest | None = None
        self._told = Content("")
        self._instead = ""  # said when the rows are others than the first choice
        self._scopes: list[tuple[Criteria, bool, str]] = []  # rows, approved only, words
        if one:
            self._scopes.append((Criteria(ids=(one,)), False, f"this one: {one}"))
        if marks:
            self._scopes.append((Criteria(ids=marks), True, f"the {len(marks):,} marked, approved"))
        if not criteria.is_empty:
            self._scopes.append((criteria, True, "approved rows of the filter"))
        self._scopes.append((Criteria(), True, "all approved rows"))
        self._chosen_by_hand = bool(one or marks)

    def compose(self) -> ComposeResult:
        """Choices on top, the first records under them, answers last."""
        with Vertical(classes="dialog -tall"):
            yield line("Export for training", "bold")
            with Horizontal(classes="choices"):
                with RadioSet(id="format", compact=True):
                    for index, kind in enumerate(KINDS.values()):
                        yield Choice(kind.title, value=index == 0)
                with Vertical(id="chosen"):
                    yield Static("", id="words", markup=False)
                    with RadioSet(id="scope", compact=True):
                        for index, (_, _, words) in enumerate(self._scopes):
                            yield Choice(Content(safe_line(words, 60)), value=index == 0)
                    yield TickBox("include ~practice results (i)", id="simulated", compact=True)
                    yield TickBox("a record per turn", id="per-turn", compact=True)
                    yield TickBox("system prompt", value=True, id="system", compact=True)
                    yield TickBox("annotation", value=True, id="annotation", compact=True)
                    yield TickBox("split 80/10/10 into train, dev, test", id="split", compact=True)
                    yield TickBox("everything in one file", id="merge", compact=True)
            with Horizontal(classes="row"):
                yield line("Folder  ", classes="label")
                yield field(str(Path.cwd() / "export"), id="folder")
            with Horizontal(classes="row"):
                yield line("Balance ", classes="label")
                yield field("", id="balance", placeholder="none (such as: tier)")
                yield line("  Context ", classes="label")
                yield field(str(CONTEXT), id="context", classes="field share", restrict=r"\d{0,7}")
                yield line("  Seed ", classes="label")
                yield field("1", id="seed", classes="field share", restrict=r"\d{0,9}")
            yield Static("", id="count", markup=False)
            yield Static("", id="sample", markup=False)
            with VerticalScroll(classes="facts records", id="first", can_focus=False):
                yield Static("", id="records", markup=False)
            with Horizontal(classes="row answers"):
                yield line("y or ctrl+s writes · esc cancels", "$foreground 60%", "label")
                former = ("history", "History", "default")
                yield buttons(("no", "Cancel", "default"), former, ("write", "Write", "primary"))

    def on_mount(self) -> None:
        """Look at once what would be written."""
        super().on_mount()
        self._settle_boxes()
        self._look_soon()

    @on(RadioSet.Changed, "#format")
    def _settle_boxes(self) -> None:
        """Say what the format is for, and leave only the choices that it has."""
        kind = self._kind
        self.query_one("#words", Static).update(Content.styled(kind.words, "$text-accent"))
        turns, notes = self.query_one("#per-turn", TickBox), self.query_one("#annotation", TickBox)
        turns.disabled = len(kind.per) == 1
        notes.disabled = kind.annotation in ("never", "always")
        self.query_one("#system", TickBox).disabled = kind.name == "seed-json"
        self.query_one("#merge", TickBox).disabled = kind.name not in MERGING
        with self.prevent(TickBox.Changed):
            turns.value = kind.per[0] == "turn"
            notes.value = kind.annotation in ("yes", "always")

    @on(RadioSet.Changed)
    @on(TickBox.Changed)
    @on(Input.Changed)
    def _look_soon(self) -> None:
        self._again = None
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PREVIEW_AFTER_S, self._look)

    @on(RadioSet.Changed, "#scope")
    def _keep_scope(self) -> None:
        if self._chosen_by_hand:
            self._instead = ""
        self._chosen_by_hand = True

    @property
    def _kind(self) -> Any:
        return list(KINDS.values())[max(0, self.query_one("#format", RadioSet).pressed_index)]

    def _ticked(self, name: str) -> bool:
        box = self.query_one(name, TickBox)
        return box.value and not box.disabled

    def _text(self, name: str) -> str:
        return self.query_one(name, Input).value.strip()

    @property
    def _folder(self) -> Path:
        typed = self.query_one("#folder", Input).value
        return expanded(typed).absolute()

    def _request(self) -> ExportRequest:
        from core.export.request import ExportRequest

        if self._again is not None:
            return self._again
        criteria, approved, _ = self._scopes[max(0, self.query_one("#scope", RadioSet).pressed_index)]
        kind = self._kind
        per = "turn" if self.query_one("#per-turn", TickBox).value else "conversation"
        return ExportRequest(
            format=kind.name,
            criteria=criteria,
            folder=self._folder,
            include_simulated=self._ticked("#simulated"),
            approved_only=approved,
            per=per if len(kind.per) > 1 else None,  # type: ignore[arg-type]
            system=self.query_one("#system", TickBox).value or kind.name == "seed-json",
            annotation=self.query_one("#annotation", TickBox).value if kind.annotation in ("yes", "no") else None,
            split=SPLIT if self._ticked("#split") else None,
            merge=self._ticked("#merge"),
            balance=tuple(name.strip() for name in self._text("#balance").split(",") if name.strip()),
            seed=int(self._text("#seed") or 1),
            context=int(self._text("#context") or CONTEXT),
        )

    def _look(self) -> None:
        self.run_worker(Steps(self._preview), group="preview", exclusive=True, exit_on_error=False)

    async def _preview(self) -> None:
        services = self._bright.services
        if services is None:
            return
        try:
            found = await services.preview(self._request(), large=self._bright.is_large)
        except BrightrunError as error:
            self._tell(Content.styled(_here(str(error)), "$text-error"), Content(""))
            return
        if not found.count and not self._chosen_by_hand and len(self._scopes) > 1:
            with_practice = await services.export.preview(replace(self._request(), include_simulated=True), records=0)
            if not with_practice.count and not self._chosen_by_hand:  # which may have been done meanwhile
                self._take_all()
                return
        parts: list[Any] = [(counted(found.count, "conversation"), "bold"), f", {found.conversation_turns:,} turns"]
        if found.splits:
            parts.append(f" ({', '.join(f'{number:,} {part}' for part, number in found.splits.items())})")
        if found.names:
            more = f" and {len(found.names) - 1:,} more" if len(found.names) > 1 else ""
            file = f"→ {safe_line(found.names[0], 80)}{more}"
            room = min(self.app.size.width * 94 // 100, 100) - 6  # inside of the box
            apart = "  " if Content.assemble(*parts, "  ", file).cell_length <= room else "\n"
            parts.append((f"{apart}{file}", "$foreground 60%"))
        if self._instead:
            parts.append((f"\n{self._instead}", "$text-accent"))
        parts += [(f"\n⚠ {_here(warning)}", "$text-warning") for warning in found.warnings]
        if not found.count and not found.warnings:
            parts.append(("\nNothing to write: approve rows first (a).", "$text-warning"))
        records = "\n\n".join(safe_text(record[:RECORD_LIMIT]) for record in found.records)
        cut = any(len(record) > RECORD_LIMIT for record in found.records)
        self._tell(Content.assemble(*parts), Content.styled(records, "$foreground 60%"))
        self._name_sample(len(found.records), found.count, cut)

    def _take_all(self) -> None:
        """Nothing of the filter is approved (it shows what is to be reviewed, say): offer all, and say so."""
        self._instead = "Nothing of the filter is approved. All approved rows instead."
        list(self.query_one("#scope", RadioSet).query(Choice))[-1].value = True  # which looks again

    def _name_sample(self, shown: int, count: int, cut: bool) -> None:
        """Say what part of the file the sample is, and how to see the rest of it."""
        area = self.query_one("#first", VerticalScroll)

        def name() -> None:
            below = area.virtual_size.height - area.size.height
            more = f" · {counted(below, 'more line')}: PgDn" if below > 0 else ""
            short = ", shortened" if cut else ""
            text = f"the first {shown} of {count:,}{short}{more}" if shown and count > shown else f"all{short}{more}"
            self.query_one("#sample", Static).update(Content.styled(text if shown else "", "$foreground 60%"))

        self.call_after_refresh(name)

    def _tell(self, count: Content, records: Content) -> None:
        self._told = count
        self.query_one("#count", Static).update(count)
        self.query_one("#records", Static).update(records)
        if not records.plain:
            self.query_one("#sample", Static).update("")

    def action_include(self) -> None:
        """Practice results too, or not."""
        self.query_one("#simulated", TickBox).toggle()

    def action_scroll(self, step: int) -> None:
        """Most of a page of the sample."""
        area = self.query_one("#first", VerticalScroll)
        area.scroll_relative(y=step * max(1, area.size.height - 1), animate=False)

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Write, look back, or not."""
        if event.button.id == "write":
            self.action_write()
        elif event.button.id == "history":
            self.action_history()
        else:
            self.action_cancel()

    def action_write(self) -> None:
        """Write the export."""
        if self._writing is None:
            self._writing = self.run_worker(Steps(self._write), group="write", exit_on_error=False)

    def action_cancel(self) -> None:
        """Stop the writing, and stay; else leave."""
        if self._writing is None:
            self.dismiss(None)
        else:
            self.run_worker(Steps(self._stop, self._writing), group="stop", exclusive=True, exit_on_error=False)

    async def _stop(self, writing: Worker[None]) -> None:
        writing.cancel()
        with suppress(WorkerCancelled, WorkerFailed):
            await writing.wait()
            return  # it had come to its end
        self._writing = None
        self._tell(Content.styled("Stopped: nothing was written.", "$text-warning"), Content(""))

    def action_history(self) -> None:
        """Former exports; the one that is chosen is written again."""
        self.run_worker(Steps(self._choose_former), group="history", exclusive=True, exit_on_error=False)

    async def _choose_former(self) -> None:
        from tui.screens.export_history import ExportHistory

        services = self._bright.services
        if services is None:
            return
        former = await services.export.history()
        if self._writing is not None:  # begun during the look-up: what ends under another screen cannot close
            return
        export_id = await self.app.push_screen_wait(ExportHistory(former))
        if not export_id:
            return
        try:
            request = await services.export.again(export_id)
            changed = await services.export.changed_since(export_id)
        except BrightrunError as error:
            self._tell(Content.styled(_here(str(error)), "$text-error"), Content(""))
            return
        self._again = replace(request, folder=self._folder)
        await self._preview()
        note = f"\n{counted(changed, 'conversation')} changed since then." if changed else ""
        again = f"\nThe same rows as {KINDS[request.format].title} once more: y writes.{note}"
        self._told = Content.assemble(self._told, (again, "$text-accent"))
        self.query_one("#count", Static).update(self._told)

    async def _write(self) -> None:
        services = self._bright.services
        if services is None:
            self._writing = None
            return
        try:
            result = await services.export.write(self._request(), self._progress)
        except BrightrunError as error:
            self._writing = None
            self._tell(Content.styled(_here(str(error)), "$text-error"), Content(""))
            return
        self.dismiss(result)

    def _progress(self, done: int, total: int) -> None:
        if done == total or done % 100 == 0:
            self.query_one("#count", Static).update(Content(f"Writing {done:,} of {total:,}… esc stops it"))


def _here(text: str) -> str:
    """What the export says, with the keys of this dialog in place of flags."""
    for flag, words in _HERE.items():
        text = text.replace(flag, words)
    return safe_line(text, 400)
