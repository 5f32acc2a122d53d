"""Commands for views under a name, and for the present view as a line to copy; the picker is imported when it opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import QueryError
from core.query import write
from core.text.terminal import safe_line
from tui.screens.searching import SearchCommands

if TYPE_CHECKING:
    from core.views import View


class ViewCommands(SearchCommands):
    """Saved views."""

    def do_view_pick(self) -> None:
        """Open, save or delete a view."""
        self.flow(self._pick_view(), asks=True)

    async def _pick_view(self) -> None:
        from tui.screens.view_picker import ViewPicker

        browser = self.bright.browser
        views = browser.views()
        picked = await self.app.push_screen_wait(ViewPicker(views, write(browser.criteria)))
        if picked is None:
            return
        what, name = picked
        view = next((view for view in views if view.name == name), None)
        if what == "save":
            await self._save_view(name, views)
        elif view is None:
            return
        elif what == "delete":
            await self._delete_view(view)
        else:
            await self.open_view(view)

    async def open_view(self, view: View) -> None:
        """Show a view with its columns."""
        await self.apply(view.criteria)
        await self.set_columns(view.columns)
        self.say(f"View {view.name}: {self.shown_text()}.")

    async def _save_view(self, name: str, views: Sequence[View]) -> None:
        from tui.screens.dialogs import ConfirmDialog

        services = self.bright.services
        if services is None:
            return
        taken = any(view.name == " ".join(name.split()) for view in views)
        if taken:
            question = ConfirmDialog(f"Replace the view {safe_line(name, 40)}?", ["It then shows what is shown now."])
            if not await self.app.push_screen_wait(question):
                return
        criteria = self.bright.browser.criteria
        try:
            view = await services.views.save(name, criteria, self.columns_wanted, replace_old=taken)
        except QueryError as error:
            self.warn(str(error))
            return
        self.say(f"Saved as {view.name}; brightrun --view opens it by that name.")

    async def _delete_view(self, view: View) -> None:
        from tui.screens.dialogs import ConfirmDialog

        lines = [view.line or "all rows", "The rows stay; only the name goes."]
        question = ConfirmDialog(f"Delete the view {view.name}?", lines, yes="Delete", destructive=True)
        if self.bright.services is not None and await self.app.push_screen_wait(question):
            await self.bright.services.views.delete(view.name)
            self.say(f"Deleted the view {view.name}.")

    def do_view_copy(self) -> None:
        """Copy the view as a line that opens it from a shell."""
        from core.views import command

        text = command(self.bright.browser.criteria)
        self.app.copy_to_clipboard(text)
        self.say(f"Copied, if your terminal allows it: {text}")
