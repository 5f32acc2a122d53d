"""The palette's commands, made from the keymap; imported when the palette is opened the first time."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.keymap import COMMANDS, Command
from tui.screens.bound import BoundScreen

TOLD = 0.1  # the score of a command that only its description names: after those that are called so
_MOVEMENT = ("move.", "app.palette", "app.back")


class CommandsProvider(Provider):
    """Every command of the screen by name, with its key and why it cannot be done now."""

    def _commands(self) -> list[Command]:
        screen = self.screen
        if not isinstance(screen, BoundScreen):
            return []
        return [c for c in COMMANDS if screen.WHERE in c.where.split() and not c.id.startswith(_MOVEMENT)]

    def _help(self, command: Command) -> str:
        screen = self.screen
        assert isinstance(screen, BoundScreen)
        reason = screen.why_not(command)
        key = screen.bright.keymap.key_list(command.id)
        words = f"{self._told(command)}{f' ({key})' if key else ''}"
        return f"{words} · not now: {reason}" if reason else words

    def _told(self, command: Command) -> str:
        screen = self.screen
        assert isinstance(screen, BoundScreen)
        return screen.tooltip_of(command)

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(
                Content(command.label), self._run(command), command.label, Content(self._help(command)).plain
            )

    async def search(self, query: str) -> Hits:
        """The commands that match by name, then those whose description says it."""
        matcher, words = self.matcher(query), query.casefold().split()
        for command in self._commands():
            score = matcher.match(f"{command.label} {command.group}")
            told = self._told(command).casefold()
            if not score and all(word in told for word in words):
                score = TOLD
            if score:
                yield Hit(
                    score, matcher.highlight(command.label), self._run(command), command.label, self._help(command)
                )

    def _run(self, command: Command):  # type: ignore[no-untyped-def]
        screen = self.screen
        assert isinstance(screen, BoundScreen)
        return partial(screen.action_run, command.id)
