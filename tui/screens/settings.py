"""Settings and doctor: every setting with its value and origin, the overall cap, and what the program stands on.

`S` opens it. A value is changed here where that means something: it goes to the settings file, whose comments stay.
Secrets are never shown whole and never stored.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import Input

from core import aside
from core.browse import Row
from core.doctor import Check, examine
from core.settings.changing import AT_THE_NEXT_START, Secret, Setting, listing, record, secrets, shown, write
from core.settings.fields import config_file
from core.text.terminal import safe_line
from tui.figures import dollars
from tui.keymap import Command
from tui.screens.bars import Part, spread
from tui.screens.jobs import ListScreen
from tui.steps import Steps
from tui.widgets.cells import fit
from tui.widgets.line_input import LineInput
from tui.widgets.progress_items import Entry, ItemList
from tui.widgets.tones import Line

if TYPE_CHECKING:
    from tui.app import BrightrunApp

WIDE = 110
NAME_SIZE, VALUE_SIZE, ORIGIN_SIZE = 24, 30, 14
BUDGET = -1  # key of the line of the overall cap
_CHECKS = {"ok": ("✓ ok  ", "success"), "warn": ("! warn", "warning"), "fail": ("✗ fail", "error")}


class SettingsScreen(ListScreen):
    """A list of settings, then the checks; under it what the one under the cursor means."""

    WHERE: ClassVar[str] = "settings"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.list = ItemList(id="lines")
        self.settings: list[Setting] = []
        self.secrets: list[Secret] = []
        self.checks: list[Check] = []
        self.checking = True
        self.wanted = ""  # what is searched for
        self._search: LineInput | None = None

    @property
    def lines(self) -> ItemList:
        """The list."""
        return self.list

    @property
    def row(self) -> Row | None:
        """No row of the plan is on this screen."""
        return None

    @property
    def setting(self) -> Setting | None:
        """The setting under the cursor."""
        at = self.list.current
        return self.settings[at] if at is not None and 0 <= at < len(self.settings) else None

    def on_mount(self) -> None:
        """Read the settings, and look at everything beside the keys."""
        self._read()
        super().on_mount()
        self.do_settings_doctor()

    def _read(self) -> None:
        self.settings = listing(self.bright.settings, self.bright.flags)
        self.secrets = secrets(self.bright.settings)

    def _missing(self, need: str, command: Command) -> str:
        one = self.setting
        if need == "setting":
            if self.list.current == BUDGET:
                return ""
            return one.fixed if one is not None else "This line is no setting."
        if need == "in_file":
            return "" if one is not None and one.origin == str(config_file()) else "It is not in the settings file."
        return super()._missing(need, command)

    # Drawing

    def draw(self) -> None:
        """Settings, cap, secrets, checks; and the meaning of one."""
        width = max(20, self.app.size.width - 3)
        entries = [Entry(self._heading(width)), *self._lines(width)]
        self.list.show(entries, pinned=1)
        self.list.show(entries, pinned=1, foot=self._foot(width))
        left: list[Part] = [
            (" Settings", "bold $text-primary"),
            (f"  {safe_line(str(config_file()), 200)}", "$foreground 60%"),
        ]
        left += [(f"  / {safe_line(self.wanted, 40)}", "bold $text-accent")] if self.wanted else []
        bad = sum(check.state == "fail" for check in self.checks)
        doubtful = sum(check.state == "warn" for check in self.checks)
        right: list[Part] = [("✓ all checks ", "$text-success")] if self.checks and not bad + doubtful else []
        right += [(f"! {doubtful} ", "bold $text-warning")] if doubtful else []
        right += [(f"✗ {bad} ", "bold $text-error")] if bad else []
        self.header.show(spread(left, right, self.app.size.width))
        self.draw_footer()

    def _lines(self, width: int) -> list[Entry]:
        settings = [
            Entry(self._line(one, width), index)
            for index, one in enumerate(self.settings)
            if self._is_wanted(one.name, one.meaning, one.shown)
        ]
        if self._is_wanted("overall cap budget"):
            settings.append(Entry(self._budget_line(), BUDGET))
        for index, secret in enumerate(self.secrets):
            if self._is_wanted(secret.name):
                settings.append(Entry(self._secret_line(secret, width), -10 - index))
        checks = [
            Entry(self._check_line(one), -100 - index)
            for index, one in enumerate(self.checks)
            if self._is_wanted(one.name, one.detail, one.state)
        ]
        if self.wanted and not settings and not checks:
            key = self.bright.keymap.key("app.back")
            return [Entry(((f"No setting says “{safe_line(self.wanted, 40)}”: {key} shows all.", "muted"),))]
        looking = "  looking…" if self.checking else ""
        heading = [Entry(()), Entry((("Doctor", "heading"), (looking, "muted")))] if checks or not self.wanted else []
        return [*settings, *heading, *checks]

    def _is_wanted(self, *texts: str) -> bool:
        said = " ".join(texts).casefold().replace("_", " ")
        return all(word in said for word in self.wanted.casefold().replace("_", " ").split())

    def _heading(self, width: int) -> Line:
        text = f"{fit('setting', NAME_SIZE)} {fit('value', self._value_size(width))} {fit('from', ORIGIN_SIZE)}"
        return ((f"{text} meaning" if width >= WIDE else text, "muted"),)

    def _value_size(self, width: int) -> int:
        return VALUE_SIZE if width >= WIDE else max(12, width - NAME_SIZE - ORIGIN_SIZE - 3)

    def _line(self, one: Setting, width: int) -> Line:
        origin = "file" if one.origin == str(config_file()) else one.origin.split()[0]
        value = one.shown or "(empty)"
        line: list[tuple[str, str]] = [(f"{fit(one.name, NAME_SIZE)} ", "text")]
        line.append((f"{fit(value, self._value_size(width))} ", "muted" if origin == "default" else "strong"))
        line.append((f"{fit(origin, ORIGIN_SIZE)} ", "muted" if origin == "default" else "accent"))
        if width >= WIDE:
            line.append((one.meaning, "muted"))
        return tuple(line)

    def _budget_line(self) -> Line:
        budget = self.bright.progress.budget
        spent = f"{dollars(budget.spent_microusd)} spent"
        cap = f"{dollars(budget.cap_microusd)}, {spent}" if budget.cap_microusd else f"none, {spent}"
        tone = "warning" if budget.warned_percent >= 90 else "strong" if budget.cap_microusd else "muted"
        return ((f"{fit('overall cap', NAME_SIZE)} ", "text"), (cap, tone))

    def _secret_line(self, one: Secret, width: int) -> Line:
        value = fit(one.masked or "(none)", self._value_size(width))
        return (
            (f"{fit(one.name, NAME_SIZE)} ", "text"),
            (f"{value} ", "strong" if one.masked else "muted"),
            (safe_line(one.origin, 200), "muted"),
        )

    def _check_line(self, one: Check) -> Line:
        sign, tone = _CHECKS[one.state]
        return ((f"{sign}  ", tone), (f"{fit(one.name, 14)} ", "text"), (safe_line(one.detail, 400), "muted"))

    def _foot(self, width: int) -> list[Line]:
        lines: list[Line] = [(("─" * width, "faint"),)]
        for text, tone in self._said():
            parts = Content(safe_line(text, 600)).wrap(width)
            lines += [((part.plain.rstrip(), tone),) for part in parts[:3]]
        return lines

    def _said(self) -> list[tuple[str, str]]:
        """What the line under the cursor means."""
        at, one = self.list.current, self.setting
        if one is not None:
            meaning = f"{one.name}: {one.meaning}"
            texts = [
                (meaning, "strong"),
                (f"{one.shown or '(empty)'} from {one.origin}; default: {one.default or '(empty)'}", "text"),
            ]
            if one.fixed:
                texts.append((f"{one.fixed} It is changed there.", "warning"))
            elif one.name in AT_THE_NEXT_START:
                texts.append(("A change counts from the next start on.", "muted"))
            return texts
        if at == BUDGET:
            return [("overall cap: what all real calls of this database may cost; practice is not counted.", "strong")]
        if at is not None and at <= -100:
            check = self.checks[-100 - at]
            return [(f"{check.name}: {check.detail}", "strong"), (check.advice, "warning")]
        if at is not None:
            secret = self.secrets[-10 - at]
            return [(f"{secret.name}: read when it is needed, never stored by brightrun, never shown whole.", "strong")]
        return []

    def on_item_list_moved(self) -> None:
        """The meaning belongs to the line under the cursor."""
        self.draw()

    def on_item_list_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_settings_change()

    # Search

    async def do_settings_find(self) -> None:
        """Show only the settings that say what is typed."""
        if self._search is None:
            self._search = LineInput(id="find", placeholder="part of a name, a value or a meaning")
            await self.mount(self._search, before=self.footer)
        self._search.value = self.wanted
        self.add_class("-finding")
        self._search.focus()
        self.call_after_refresh(self.bright.held_keys.release)

    @on(Input.Changed, "#find")
    def search_typed(self, event: Input.Changed) -> None:
        """Search as it is typed."""
        self.wanted = event.value.strip()
        self.draw()

    @on(Input.Submitted, "#find")
    def search_done(self) -> None:
        """To what was found."""
        self.remove_class("-finding")
        self.list.focus()

    def do_app_back(self) -> None:
        """Show all settings again, then back to where this was opened."""
        if not self.wanted and not self.has_class("-finding"):
            super().do_app_back()
            return
        self.wanted = ""
        self.search_done()
        self.draw()

    # Commands

    def do_settings_doctor(self) -> None:
        """Look at everything, in a thread: some of it reads the whole database."""
        self.checking = True
        self.run_worker(Steps(self._examine), group="doctor", exclusive=True, exit_on_error=False)

    async def _examine(self) -> None:
        flags = self.bright.flags
        if self.bright.is_large:  # the database is read whole
            found = await aside.run("core.doctor:examined", flags)
        else:
            found = await asyncio.to_thread(lambda: list(examine(flags)))
        self.checks, self.checking = found, False
        if self.is_attached:
            self.draw()

    def do_settings_change(self) -> None:
        """Change the setting under the cursor."""
        if self.list.current == BUDGET:
            self.flow(self._change_budget(), asks=True)
        elif self.setting is not None:
            self.flow(self._change(self.setting), asks=True)

    async def do_settings_default(self) -> None:
        """Take the setting out of the file."""
        if self.setting is not None:
            await self._store(self.setting, None)

    async def _change(self, one: Setting) -> None:
        from tui.screens.settings_dialogs import SettingDialog

        if one.name == "theme":  # only the app knows which there are
            one = replace(one, choices=tuple(sorted(self.app.available_themes)))
        text = await self.app.push_screen_wait(SettingDialog(one))
        if text is not None and text != one.shown:
            await self._store(one, text)

    async def _store(self, one: Setting, text: str | None) -> None:
        _, value = await asyncio.to_thread(write, one.name, text)
        services = self.opened
        await record(services.database, services.actor, one.name, one.value, value)
        await self.bright.settings_changed()
        self._read()
        self.draw()
        now = one.default if text is None else shown(value)
        later = "; it counts from the next start on" if one.name in AT_THE_NEXT_START else ""
        self.say(f"{one.name} is {now or 'empty'} now{later}.")

    async def _change_budget(self) -> None:
        from tui.screens.settings_dialogs import BudgetDialog

        generation = self.opened.generation
        now: dict[str, Any] = await generation.budget()
        answer = await self.app.push_screen_wait(BudgetDialog(now["cap_microusd"], bool(now["follows_settings"])))
        if answer is None:
            return
        await generation.set_budget(answer.cap_microusd, follow_settings=answer.follow_settings)
        self.bright.database_watch.look()
        self.draw()
