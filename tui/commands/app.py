"""The keys of the app as a whole: settings, help, palette, the way back and out.

Only tuples of commands; `tui.keymap` joins them. Nothing here runs or imports a screen.
"""

from __future__ import annotations

from tui.commands.command import LISTS, MAIN, Command

SETTINGS: tuple[Command, ...] = (
    Command("settings.open", "S", "Settings", "all settings, and doctor", "App", MAIN, "services", 63),
    Command("settings.change", "enter", "Change", "change this setting", "App", "settings", "services setting", 10),
    Command("settings.default", "d", "Default", "its default counts again", "App", "settings", "services in_file", 11),
    Command("settings.find", "slash", "Search", "only settings that say this", "App", "settings", "", 13),
    Command("settings.doctor", "r", "Check again", "look at everything again", "App", "settings", "", 12),
)
APP: tuple[Command, ...] = (
    Command("app.palette", "colon,ctrl+p", "Commands", "every command by name", "App", LISTS, "", 70),
    Command("app.help", "question_mark,f1", "Help", "all keys, and why one does nothing now", "App", LISTS, "", 1),
    Command("app.back", "escape", "Back", "close, clear or go back", "App", LISTS),
    Command("app.theme", "", "Theme", "choose the colours", "App", LISTS),
    Command("app.tour", "", "Tour", "five steps: filter, generate, watch, review, export", "App", MAIN),
    Command("app.suspend", "ctrl+z", "Suspend", "back to the shell; fg returns", "App", LISTS),
    Command("app.quit", "q", "Quit", "leave; a running job goes on without you", "App", LISTS, "", 65),
)
