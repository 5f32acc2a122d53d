"""The last line of a screen: the keys that make sense now, or what was just done. Shared by all screens of commands.

Words are shortened before anything is left out, and what is left out is what is needed least. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from core.text.terminal import safe_line
from tui.keymap import BY_ID, COMMANDS, Command
from tui.screens.bars import link

if TYPE_CHECKING:
    from tui.screens.bound import BoundScreen

# What is told: one form, or several from the longest to the shortest.
Words = str | Sequence[str]

NEEDED = 23  # commands up to this place in the footer are what the screen is for
JOINT = " · "
TOLD = "bold $text-success"
KEY, LABEL = "bold $text-accent", "$foreground 60%"


def fitted(parts: Sequence[Words], room: int) -> str:
    """All parts in one line, in the longest forms that fit; the last is shortened first.

    None is left out: where even the shortest forms are too long, the line is longer than the room.
    """
    forms = [[part] if isinstance(part, str) else list(part) for part in parts if part]
    chosen = [0] * len(forms)
    for at in reversed(range(len(forms))):
        while cell_len(_line(forms, chosen)) > room and chosen[at] + 1 < len(forms[at]):
            chosen[at] += 1
    return safe_line(_line(forms, chosen), 400)


def _line(forms: list[list[str]], chosen: list[int]) -> str:
    return JOINT.join(form[at] for form, at in zip(forms, chosen, strict=True) if form[at])


def told(text: str, width: int) -> Content:
    """A message as the footer shows it."""
    return Content.assemble(" ", (text, TOLD)).truncate(width, ellipsis=True)


def keys_line(screen: BoundScreen, width: int, *, back: bool = False) -> Content:
    """The keys of a screen that do something now, the most needed first; help stands last and always fits."""
    commands = [c for c in COMMANDS if c.footer and screen.WHERE in c.where.split() and c.id != "app.help"]
    keyed = (c for c in commands if screen.bright.keymap.key(c.id))  # the others are in the palette
    wanted = sorted((c for c in keyed if not screen.why_not(c)), key=lambda c: c.footer)
    tail = _key(screen, "app.help", BY_ID["app.help"].label)
    begin = Content(" ")
    if back:
        begin = Content.assemble(begin, (screen.bright.keymap.key("app.back"), KEY), (" Back  ", LABEL))
    room = width - begin.cell_length - tail.cell_length
    chosen: list[tuple[str, str]] = []
    needed = [c for c in wanted if c.footer <= NEEDED]
    for commands in (needed, wanted[len(needed) :]):  # the words of the first are worth more than keys of the second
        room = _choose(screen, commands, room, chosen)
    return Content.assemble(begin, *(_key(screen, name, label) for name, label in chosen), tail)


def _choose(screen: BoundScreen, commands: Sequence[Command], room: int, chosen: list[tuple[str, str]]) -> int:
    """Add as many keys as fit with their shortest labels, then the longest labels that fit; gives the room left."""
    found = []
    for command in commands:
        labels = screen.labels_of(command)
        size = _size(screen, command.id, labels[-1])
        if size <= room:
            found.append((command.id, labels))
            room -= size
    for name, labels in found:
        short = _size(screen, name, labels[-1])
        label = next(label for label in labels if _size(screen, name, label) - short <= room)
        room -= _size(screen, name, label) - short
        chosen.append((name, label))
    return room


def _key(screen: BoundScreen, name: str, label: str) -> Content:
    key = screen.bright.keymap.key(name)
    return Content.assemble(link(key, KEY, f"screen.run('{name}')"), (f" {label}  ", LABEL))


def _size(screen: BoundScreen, name: str, label: str) -> int:
    return cell_len(f"{screen.bright.keymap.key(name)} {label}  ")
