"""Every key of the app, once: id, keys, what it does, its words, and where it works.

Bindings, footer, palette, help and the docs are made from this list, in this order; `tui/commands` holds it by area.
Keys can be changed by id in the table `[keys]` of the settings file; a change that cannot be honoured is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding

from tui.commands.app import APP, SETTINGS
from tui.commands.command import Command
from tui.commands.files import EXPORTING, IMPORTING
from tui.commands.generating import GENERATING, JOB_CONTROL, PRACTISING
from tui.commands.listing import FILTERING, VIEWING
from tui.commands.planning import PLANNING, SOURCE_DOCUMENTS
from tui.commands.quality import QUALITY, TEMPLATES
from tui.commands.reading import MOVING, READING
from tui.commands.reviewing import MARKING, REVIEWING

__all__ = ["BY_ID", "COMMANDS", "Command", "Keymap", "shown"]

COMMANDS: tuple[Command, ...] = (
    *MOVING,
    *READING,
    *REVIEWING,
    *MARKING,
    *GENERATING,
    *JOB_CONTROL,
    *PRACTISING,
    *FILTERING,
    *PLANNING,
    *SETTINGS,
    *VIEWING,
    *QUALITY,
    *TEMPLATES,
    *IMPORTING,
    *SOURCE_DOCUMENTS,
    *EXPORTING,
    *APP,
)
BY_ID = {command.id: command for command in COMMANDS}

_SHOWN = {
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "exclamation_mark": "!",
    "question_mark": "?",
    "asterisk": "*",
    "minus": "-",
    "plus": "+",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "colon": ":",
    "semicolon": ";",
    "escape": "esc",
    "backspace": "⌫",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
_NAMED = {shown: name for name, shown in _SHOWN.items() if len(shown) == 1}


def shown(key: str) -> str:
    """A key as a person reads it: `exclamation_mark` is `!`."""
    return _SHOWN.get(key, key)


class Keymap:
    """The commands with the keys they have now, after what the settings file changes."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._keys = {command.id: tuple(k for k in command.keys.split(",") if k) for command in COMMANDS}
        self.problems: list[str] = []
        wanted: dict[str, tuple[str, ...]] = {}
        for name, text in (overrides or {}).items():
            if name in BY_ID:
                wanted[name] = _keys_of(text)
            else:
                self.problems.append(f"[keys] {name}: there is no such command.")
        self._override(wanted)

    def _override(self, wanted: dict[str, tuple[str, ...]]) -> None:
        """Take all changes together: two commands may swap keys. The later of two that clash is refused."""
        usual = dict(self._keys)
        self._keys |= wanted
        while clash := next((found for name in reversed(wanted) if (found := self._clash(name))), None):
            name, key, taken = clash
            self.problems.append(f"[keys] {name}: {shown(key)} already means {taken.label.lower()} ({taken.id}).")
            del wanted[name]
            self._keys[name] = usual[name]

    def _clash(self, name: str) -> tuple[str, str, Command] | None:
        """The command with its first key that means another one, too, on a screen that both are on."""
        for key in self._keys[name]:
            for other in COMMANDS:
                if other.id != name and _meet(other, BY_ID[name]) and key in self._keys[other.id]:
                    return name, key, other
        return None

    def keys(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command, as Textual names them."""
        return self._keys[command_id]

    def key(self, command_id: str) -> str:
        """The first key as a person reads it, or "" for none."""
        found = self._keys[command_id]
        return shown(found[0]) if found else ""

    def last_key(self, command_id: str) -> str:
        """The last key, which works from inside a field too; of a command without one, that of the palette."""
        found = self._keys[command_id] or self._keys["app.palette"]
        return shown(found[-1]) if found else ""

    def key_list(self, command_id: str) -> str:
        """All keys as a person reads them."""
        return " ".join(shown(key) for key in self._keys[command_id])

    def bindings(self, where: str) -> Iterable[Binding]:
        """Textual's bindings of a screen; all of them run `action_run` with the command's id."""
        for command in COMMANDS:
            if where in command.where.split():
                for key in self._keys[command.id]:
                    yield Binding(
                        key,
                        f"run('{command.id}')",
                        command.label,
                        tooltip=command.tooltip,
                        id=command.id,
                        priority=command.priority and key.startswith("ctrl+"),
                    )


def _keys_of(text: str) -> tuple[str, ...]:
    """The keys that a change names, as Textual names them; an empty one takes them away."""
    if text == ",":
        return ("comma",)
    return tuple(_NAMED.get(key.strip(), key.strip()) for key in text.split(",") if key.strip())


def _meet(one: Command, other: Command) -> bool:
    return bool(set(one.where.split()) & set(other.where.split()))
