"""The prompt templates: every version with what came of it; which are active is changed here, after a question.

It works through `TemplateService`; a text is only ever changed in its file, which `reload` takes up as a new version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Part, spread
from tui.screens.counted import CountedScreen
from tui.widgets.progress_items import Entry, ItemList

if TYPE_CHECKING:
    from core.templates.versions import TemplateVersion
    from tui.app import BrightrunApp

USUAL_SHARE = 50


class TemplatesScreen(CountedScreen):
    """The list of versions; what is under the cursor is told below it."""

    WHERE: ClassVar[str] = "templates"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.list = ItemList(id="lines")
        self._versions: list[TemplateVersion] | None = None

    @property
    def lines(self) -> ItemList:
        """The list."""
        return self.list

    @property
    def version(self) -> TemplateVersion | None:
        """What is under the cursor."""
        return next((v for v in self._versions or () if v.row_id == self.list.current), None)

    @property
    def versions(self) -> list[TemplateVersion]:
        """All versions of that template, the newest first."""
        here = self.version
        return [v for v in self._versions or () if here is not None and v.template_id == here.template_id]

    async def count(self) -> None:
        """The versions with what came of them."""
        self._versions = await self.opened.templates.versions()
        self.draw()

    def draw(self) -> None:
        """The list, and under it what there is to say of the one under the cursor."""
        width = max(20, self.app.size.width - 3)
        found = self._versions
        if found is None:
            self.list.show([Entry((("Reading the templates…", "muted"),))])
        elif not found:
            key = self.bright.keymap.key("templates.reload")
            self.list.show([Entry(((f"There is no template: {key} reads them from prompts/.", "muted"),))])
        else:
            from tui.pages.prompts import version_foot, version_list

            entries = version_list(found, width)
            self.list.show(entries, pinned=1)
            if self.version is not None:
                self.list.show(entries, pinned=1, foot=version_foot(self.version, self.versions, width))
        self._draw_header(found or [])
        self.draw_footer()

    def _draw_header(self, found: list[TemplateVersion]) -> None:
        active = sum(v.is_active for v in found)
        names = {v.template_id for v in found}
        left: list[Part] = [(" Templates", "bold $text-primary"), (f"  {len(names):,}", "bold")]
        left += [(f" · {counted(len(found), 'version')}, {active:,} active", "")]
        shared = {v.template_id for v in found if v.is_active and v.share < 1}
        left += [(f" · {len(shared):,} shared by two", "$text-accent")] if shared else []
        self.header.show(spread(left, [("~ of practice ", "$foreground 60%")], self.app.size.width))

    def on_item_list_moved(self) -> None:
        """Other facts, other keys."""
        self.draw()

    def on_item_list_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_templates_view()

    def _missing(self, need: str, command: Command) -> str:
        version = self.version
        if need == "version":
            return "" if version is not None else "There is no template to act on."
        name = safe_line(version.label, 80) if version is not None else ""
        if need == "idle" and version is not None:
            alone = version.is_active and version.share >= 1
            return f"{name} is the active version already." if alone else ""
        if need == "active" and version is not None:
            return "" if version.is_active else f"{name} is not active."
        if need == "older" and version is not None:
            older = [v for v in self.versions if v.version != version.version]
            return "" if older else f"{name} is the only version: change its file in prompts/ and reload."
        if need == "main_row":
            row = self.bright.main.row
            return "" if row is not None else "No row is under the cursor of the main list."
        return super()._missing(need, command)

    # Looking

    def do_templates_view(self) -> None:
        """The text of the version."""
        if self.version is not None:
            self.flow(self._view(self.version), asks=True)

    async def _view(self, version: TemplateVersion) -> None:
        from tui.screens.templates_page import text_screen

        row = await self.opened.templates.text(version.template_id, version.version)
        self.app.push_screen(text_screen(self.bright, version, row))

    def do_templates_diff(self) -> None:
        """What differs from the version before; of the first, from the one after."""
        if self.version is not None:
            self.flow(self._diff(self.version), asks=True)

    async def _diff(self, version: TemplateVersion) -> None:
        from tui.screens.templates_page import diff_screen

        numbers = [v.version for v in self.versions]
        older = [number for number in numbers if number < version.version]
        old, new = (older[0], version.version) if older else (version.version, numbers[-2])
        _, _, found = await self.opened.templates.difference(version.template_id, old, new)
        self.app.push_screen(diff_screen(self.bright, version, old, new, found))

    def do_templates_render(self) -> None:
        """The prompt with the row that is under the cursor of the main list."""
        row = self.bright.main.row
        if self.version is not None and row is not None:
            self.flow(self._render_with(self.version, row.conversation_id), asks=True)

    async def _render_with(self, version: TemplateVersion, conversation_id: str) -> None:
        from tui.screens.templates_page import rendered_screen

        found = await self.opened.templates.render(version.template_id, version.version, conversation_id)
        self.app.push_screen(rendered_screen(self.bright, version, found))

    def do_templates_rows(self) -> None:
        """The rows made with the version, in the main list."""
        if self.version is not None:
            self.flow(self._rows(self.version), asks=True)

    async def _rows(self, version: TemplateVersion) -> None:
        from core.query import parse

        main = self.back_to_list()
        await main.apply(parse(f"template:{version.template_id}@{version.version}"))
        clear = self.bright.keymap.key("filter.clear")
        main.say(f"Made with {safe_line(version.label, 80)}: {counted(len(main.ids), 'row')} · {clear} shows all again")

    # Changing what is active

    def do_templates_activate(self) -> None:
        """Make it the only active version."""
        if self.version is not None:
            self.flow(self._activate(self.version), asks=True)

    async def _activate(self, version: TemplateVersion) -> None:
        from tui.screens.dialogs import ConfirmDialog

        active = [f"v{v.version}" for v in self.versions if v.is_active and v.version != version.version]
        lines = [f"Rows ordered from now on are made with v{version.version} alone."]
        lines += [f"{' and '.join(active)} is taken out of use."] if active else []
        lines += ["Jobs that were ordered keep what they were ordered with."]
        if await self.app.push_screen_wait(ConfirmDialog(f"Activate {version.label}?", lines, yes="Activate")):
            await self.opened.templates.activate(version.template_id, version.version)
            await self._changed(f"{version.label} is the active version.")

    def do_templates_deactivate(self) -> None:
        """Take it out of use."""
        if self.version is not None:
            self.flow(self._deactivate(self.version), asks=True)

    async def _deactivate(self, version: TemplateVersion) -> None:
        from tui.screens.dialogs import ConfirmDialog

        others = [f"v{v.version}" for v in self.versions if v.is_active and v.version != version.version]
        instead = (
            f"{others[0]} takes all rows." if others else "Its rows are made with the generic template of their tier."
        )
        question = ConfirmDialog(f"Deactivate {version.label}?", [instead], yes="Deactivate", destructive=True)
        if await self.app.push_screen_wait(question):
            await self.opened.templates.deactivate(version.template_id, version.version)
            await self._changed(f"{version.label} is out of use.")

    def do_templates_share(self) -> None:
        """Let it share the rows with the version that is active, or change their shares."""
        if self.version is not None:
            self.flow(self._share(self.version), asks=True)

    async def _share(self, version: TemplateVersion) -> None:
        from tui.screens.templates_page import ShareDialog

        others = [v for v in self.versions if v.version != version.version]
        other = next((v for v in others if v.is_active), others[0])
        usual = round(version.share * 100) if version.is_active and other.is_active else USUAL_SHARE
        percent = await self.app.push_screen_wait(ShareDialog(version, other, usual))
        if percent is None:
            return
        shares = {version.version: percent / 100, other.version: 1 - percent / 100}
        await self.opened.templates.share(version.template_id, shares)
        await self._changed(f"v{version.version} gets {percent} % of the rows, v{other.version} {100 - percent} %.")

    async def do_templates_reload(self) -> None:
        """Take up files that changed."""
        await self._reload()

    async def _reload(self) -> None:
        found = await self.opened.templates.reload()
        if not found:
            self.say("No file in prompts/ differs from its newest version.")
            return
        first = found[0]
        more = f"; {counted(len(found) - 1, 'other')} changed, too" if len(found) > 1 else ""
        await self._changed(f"{first.template_id} v{first.version} is active: {first.what}{more}.")

    async def _changed(self, text: str) -> None:
        self.bright.database_watch.look()
        await self.count()
        self.say(text)
