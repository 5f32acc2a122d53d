"""Commands that leave the list: export, copy, help, palette, back, suspend, quit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from core.browse import Reading, Row
from core.text.terminal import safe_text
from tui.figures import counted
from tui.screens.bound import BoundScreen

if TYPE_CHECKING:
    from tui.screens.bringing import Bringing

ENDING_S = 2.0  # so long leaving waits for what was answered just before
COPY_LIMIT = 75_000  # terminals drop longer OSC 52 sequences without a word


class OutsideCommands(BoundScreen):
    """What goes out of the app, and out of the screen."""

    def do_copy_text(self) -> None:
        """Copy the conversation, or of a row without text its id and topic."""
        row = self.row
        if row is None:
            return
        text = reading_text(self.bright.browser.reading(row), self.bright.main.advisor)
        whole = len(text.encode())
        if whole > COPY_LIMIT:
            text = text.encode()[:COPY_LIMIT].decode(errors="ignore")
        self.app.copy_to_clipboard(text)
        cut = f", cut from {whole // 1000} kB" if whole > COPY_LIMIT else ""
        self.say(f"Copied {row.conversation_id} ({counted(len(text), 'character')}{cut}), if your terminal allows it.")

    def do_export_open(self) -> None:
        """Export approved rows."""
        self.flow(self._export(), asks=True)

    def do_export_one(self) -> None:
        """Export the conversation that is shown."""
        self.flow(self._export(self.row.conversation_id if self.row else ""), asks=True)

    async def _export(self, one: str = "") -> None:
        from tui.screens.export_dialog import ExportDialog

        main = self.bright.main
        result = await self.app.push_screen_wait(
            ExportDialog(self.bright, main.bright.browser.criteria, tuple(sorted(main.table.marks)), one)
        )
        if result is not None:
            what = counted(result.count, "conversation")
            self.say((f"✓ {what} written to {result.folder}", f"✓ {what} written to …/{result.folder.name}"))

    def do_import_open(self) -> None:
        """What came in, and bringing files in."""
        from tui.screens.importing import ImportsScreen

        self.app.push_screen(ImportsScreen(self.bright))

    def do_sources_open(self) -> None:
        """The source documents."""
        from tui.screens.sources import SourcesScreen

        self.app.push_screen(SourcesScreen(self.bright))

    def do_quality_open(self) -> None:
        """How good the dataset is."""
        from tui.screens.quality import QualityScreen

        self.app.push_screen(QualityScreen(self.bright))

    def do_templates_open(self) -> None:
        """The prompt templates."""
        from tui.screens.templates import TemplatesScreen

        self.app.push_screen(TemplatesScreen(self.bright))

    def do_app_help(self) -> None:
        """All keys."""
        from tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self))

    def do_app_palette(self) -> None:
        """Every command by name."""
        self.app.action_command_palette()
        self.call_after_refresh(self.bright.held_keys.release)

    def do_app_theme(self) -> None:
        """Choose the colours."""
        if self.app.no_color:
            self.warn("NO_COLOR is set: there are no colours to choose. Start brightrun without it.")
            return
        self.app.search_themes()

    def do_app_tour(self) -> None:
        """The five steps, from where they were left."""
        self.flow(self.tour(int(self.bright.browser.view_state.get("tour_step", 0) or 0)), asks=True)

    async def tour(self, step: int) -> None:
        """Show the tour from a step on, and do what the person wants to try."""
        from tui.screens.tour import STEPS, TourDialog

        def turned(to: int) -> None:
            self.bright.browser.remember(tour_step=to)

        step = step if step < len(STEPS) else 0
        wanted = await self.app.push_screen_wait(TourDialog(self.bright.keymap, step, turned))
        self.bright.browser.remember(tour_offered=True)
        if wanted is not None:
            self.say(f"{self.bright.keymap.key('app.palette')} and Tour goes on with the next step.")
            await self.action_run(wanted)

    def do_app_suspend(self) -> None:
        """Back to the shell."""
        self.app.action_suspend_process()

    def do_app_quit(self) -> None:
        """Leave; say so where a job goes on, and ask where an import would end."""
        self.flow(self._quit())

    async def _quit(self) -> None:
        from rich.text import Text

        if self.bright.main.bringing is not None and not await self._may_end(self.bright.main.bringing):
            return
        self.bright.main.remember()
        await self._let_end()
        job = self.bright.progress.job
        message = None
        if job is not None and job.is_open:
            state = "is paused" if job.status == "paused" else "goes on"
            message = Text(f"Job {job.id} {state} ({job.ended} of {job.total} done). brightrun shows it again.")
        self.app.exit(message=message)

    async def _let_end(self) -> None:
        """Wait a moment for acts that are being stored: those that were answered just before the key that leaves."""
        me = get_current_worker()
        acts = [one for one in self.bright.workers if one.group == "flow" and one is not me]
        waits = {asyncio.ensure_future(one.wait()) for one in acts if not one.is_finished and one not in self._begun}
        if waits:
            ended, _ = await asyncio.wait(waits, timeout=ENDING_S)
            await asyncio.gather(*ended, return_exceptions=True)  # what went wrong with one was told by then

    async def _may_end(self, now: Bringing) -> bool:
        """Ask whether an import may end with the program, and end it."""
        from tui.screens.bringing import WHAT_STAYS
        from tui.screens.dialogs import ConfirmDialog

        if now.is_asked_about:
            return False  # the same key again, over the question
        left = "Nothing is taken back then." if now.is_undo else WHAT_STAYS
        lines = [now.text, f"It runs in this program and would be broken off. {left}"]
        question = ConfirmDialog("Quit before it is done?", lines, yes="Break off and quit", destructive=True)
        now.is_asked_about = True
        try:
            if not await self.app.push_screen_wait(question):
                return False
        finally:
            now.is_asked_about = False
        await now.end()
        return True


def reading_text(reading: Reading, advisor: str) -> str:
    """A conversation as plain text for the clipboard."""
    row: Row = reading.row
    lines = [f"{row.conversation_id} · {row.persona_name} · {row.topic}"]
    client = row.persona_name.split()[0] if row.persona_name else "Client"
    for turn in reading.turns:
        lines += ["", f"{client}: {turn.user}", "", f"{advisor}: {turn.advisor}"]
    return safe_text("\n".join(lines)) + "\n"
