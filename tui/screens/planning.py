"""Commands that open what belongs to the plan: coverage, the form of a planned row, and the settings.

Mixed into the screens that have these keys. The screens themselves are imported when they are opened the first time.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bound import BoundScreen
from tui.screens.generating import GenerateCommands


class PlanCommands(GenerateCommands):
    """The plan by hand, from any screen."""

    def _missing(self, need: str, command: Command) -> str:
        if need == "planned":
            row = self.row
            if row is None or row.status != "planned":
                edit = self.bright.keymap.key("edit.facts")
                return f"Only what is planned is changed here; {edit} edits a row that has a text."
        return super()._missing(need, command)

    def do_coverage_open(self) -> None:
        """The plan by any two dimensions."""
        from tui.screens.coverage import CoverageScreen

        self.app.push_screen(CoverageScreen(self.bright))

    def do_settings_open(self) -> None:
        """All settings, and what the program stands on."""
        from tui.screens.settings import SettingsScreen

        self.app.push_screen(SettingsScreen(self.bright))

    def do_plan_new(self) -> None:
        """Plan a row by hand."""
        self.flow(self.plan_row({}), asks=True)

    def do_plan_edit(self) -> None:
        """Change what is planned for the row under the cursor."""
        if self.row is not None:
            self.flow(self._edit(self.row.conversation_id), asks=True)

    def do_plan_clone(self) -> None:
        """Plan another row like the one under the cursor."""
        if self.row is not None:
            self.flow(self._clone(self.row.conversation_id), asks=True)

    async def plan_row(self, row: Mapping[str, str]) -> None:
        """Ask for a row that begins like this, and plan it."""
        from tui.screens.plan_form import PlanForm

        services = self.opened
        added: list[str] = []

        async def save(typed: dict[str, str]) -> None:
            added.extend(await services.plan_rows.add([typed]))

        choices = await services.plan_rows.choices()
        form = PlanForm("Plan a row", row, choices.values, save, "Plan it")
        if await self.app.push_screen_wait(form):
            await self.planned(added)

    async def _clone(self, conversation_id: str) -> None:
        from tui.screens.plan_form import PlanForm

        services = self.opened
        original = await services.plan_rows.planned(conversation_id)
        added: list[str] = []

        async def save(typed: dict[str, str]) -> None:
            added.extend(await services.plan_rows.add([typed], clone_of=conversation_id))

        choices = await services.plan_rows.choices()
        form = PlanForm(f"Plan a row like {conversation_id}", original.row, choices.values, save, "Plan it")
        if await self.app.push_screen_wait(form):
            await self.planned(added)

    async def _edit(self, conversation_id: str) -> None:
        from tui.screens.plan_form import PlanForm

        services = self.opened
        read = await services.plan_rows.planned(conversation_id)

        async def save(typed: dict[str, str]) -> None:
            await services.plan_rows.change(conversation_id, typed, expected_version=read.version)

        choices = await services.plan_rows.choices()
        form = PlanForm(f"What is planned for {conversation_id}", read.row, choices.values, save, "Keep it")
        if await self.app.push_screen_wait(form):
            self.bright.database_watch.look()
            self.say(f"{conversation_id} is changed.")

    async def planned(self, ids: list[str]) -> None:
        """Rows were added: the list has them, a single one under the cursor, and the screen that is seen says so."""
        main, key = self.bright.main, self.bright.keymap.key
        self.bright.database_watch.look()
        await main.apply(self.bright.browser.criteria)
        what, hidden = counted(len(ids), "row"), ""
        if len(ids) == 1:
            row = self.bright.browser.row(ids[0])
            what = safe_line(ids[0], 100)
            if row is None or not main.table.move_to_id(row.id):
                hidden = f"the filter hides it, {key('filter.clear')} shows all"
        undo = key("review.undo")
        screen = self.app.screen
        teller = screen if isinstance(screen, BoundScreen) else self
        teller.say(f"{what} planned", (f"{undo} in the main list takes that back", f"{undo} takes it back"), hidden)
