"""Texts from outside that try to command the terminal: they are shown, and never obeyed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hostile import CLIPBOARD, assert_harmless, fill, fill_around, write, write_sources
from terminals import Looker, Terminal


@pytest.mark.slow
def test_texts_are_shown_and_never_obeyed(
    brightrun: str, environment: dict[str, str], home: Path, database: Path
) -> None:
    environment |= {"BRIGHTRUN_PROVIDER": "simulated"}
    file = home / "hostile.json"
    write(file)

    def run(*arguments: str) -> bytes:
        done = subprocess.run([brightrun, *arguments], env=environment, cwd=home, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout + done.stderr

    run("init")
    said = run("import", str(file))
    shown = run("show", "fp_hostile_900") + run("plan", "list")
    look = Looker(database)
    stored = look.one("SELECT user_input FROM conversation_turns WHERE turn_id LIKE 'fp_hostile_900%' LIMIT 1")
    assert CLIPBOARD in stored, "what came in is kept as it is"
    number = look.one("SELECT number FROM conversations WHERE conversation_id = 'fp_hostile_900'")
    terminal = Terminal([brightrun], environment, home)
    try:
        terminal.see("90 to go")
        terminal.press("G")
        terminal.see(str(number))
        screens = [terminal.screen]
        terminal.press("l", "h", "z")
        screens.append(terminal.screen)
        terminal.press("z", "\r")  # the detail
        screens.append(terminal.screen)
        terminal.press("j", "j", "\x04", "\x04", "G", "g")
        for tab in "1234567":
            terminal.press(tab)
            screens.append(terminal.screen)
        terminal.press("G", "g", "\x1b")
        terminal.press("/", "MOVED", "\r")
        screens.append(terminal.screen)
        terminal.press("?", "\x1b", "f", "j", "j")
        screens.append(terminal.screen)
        terminal.press("\x1b", "/", "\x1b", "n")
        screens.append(terminal.screen)
    finally:
        terminal.close()
    assert_harmless(terminal.bytes)
    for data in (said, shown):
        assert_harmless(data)
        assert b"\x1b" not in data
    for screen in screens:
        lines = screen.splitlines()
        assert len(lines) == 24
        assert "Traceback" not in screen
        assert "MOVED" not in lines[4][6:11], "nothing moved the cursor"
    assert any("MOVED" in screen for screen in screens), "the text is there to be read"


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["narrow", "wide"])
def test_every_field_of_the_detail_is_shown_harmlessly(
    brightrun: str, environment: dict[str, str], home: Path, database: Path, size: tuple[int, int]
) -> None:
    environment |= {"BRIGHTRUN_PROVIDER": "simulated"}
    subprocess.run([brightrun, "init"], env=environment, cwd=home, capture_output=True, timeout=60, check=True)
    fill(database, "fp_marcus_002")
    terminal = Terminal([brightrun, "--view", "id:fp_marcus_002"], environment, home, *size)
    screens: list[str] = []
    try:
        terminal.see("1 of 1")
        terminal.press("\r")
        for tab in "1234567":
            terminal.press(tab)
            screens.append(terminal.screen)
            terminal.press("\x04", "G", "g")
            screens.append(terminal.screen)
        for keys in (("1", "z", "h", "l", "n", "\x1b"), ("5", "\r"), ("i", "\t", "\x1b"), ("/", "MOVED", "\r", "n")):
            for key in keys:
                terminal.press(key)
                screens.append(terminal.screen)
        terminal.press("\x1b", "6", "g", "\r", "n", "n")  # the former version beside the one that is now
        screens.append(terminal.screen)
        terminal.press("\x1b", "G", "j", "j", "j", "\r", "\x04")  # the call with what was sent
        screens.append(terminal.screen)
    finally:
        terminal.close()
    assert_harmless(terminal.bytes)
    for screen in screens:
        lines = screen.splitlines()
        assert len(lines) == size[1]
        assert "Traceback" not in screen and "Error" not in screen
    assert any("version 1" in screen and "now" in screen for screen in screens), "two versions were compared"
    assert sum("MOVED" in screen for screen in screens) > 10, "the text is there to be read"


# Every screen and dialog that the main screen opens, and what is opened there.
ROUNDS: tuple[tuple[str, ...], ...] = (
    ("K", "\r", "G", "\x1b", "/", "\x1b", "l", "\x1b", "\x1b"),
    ("Q", "\t", "\t", "G", "\x1b"),
    ("T", "j", "\r", "G", "\x1b", "t", "G", "\x1b", "\x1b"),
    ("C", "r", "\x1b", "\x1b"),
    ("J", "\r", "j", "\r", "G", "\x1b", "S", "\x1b", "\x1b", "\x1b"),
    ("I", "\r", "G", "\x1b", "x", "\x1b", "\x1b"),
    ("S", "G", "\x1b"),
    ("V", "\x1b"),
    ("c", "\x1b"),
    ("o", "\x1b"),
    ("B", "\x1b"),
    ("E", "\x1b"),
    ("N", "\t", "\t", "\x1b"),
    ("A", "\x1b"),
    ("R", "\x1b"),
    ("f", "j", "j", "\x1b"),
    (":", "a", "\x1b"),
    ("u", "D", "\x1b"),
)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["narrow", "wide"])
def test_every_other_screen_shows_hostile_texts_harmlessly(
    brightrun: str, environment: dict[str, str], home: Path, database: Path, size: tuple[int, int]
) -> None:
    environment |= {"BRIGHTRUN_PROVIDER": "simulated", "BRIGHTRUN_SIMULATOR_PACE": "0"}
    write(home / "hostile.json")
    write_sources(home / "sources.json")

    def run(*arguments: str, code: int = 0) -> bytes:
        done = subprocess.run([brightrun, *arguments], env=environment, cwd=home, capture_output=True, timeout=90)
        assert done.returncode == code, done.stdout.decode() + done.stderr.decode()
        return done.stdout + done.stderr

    run("init")
    run("import", str(home / "hostile.json"))
    run("chunks", "import", str(home / "sources.json"))
    run("chunks", "link", "c1", "fp_marcus_009")
    environment |= {"BRIGHTRUN_SIMULATOR_FAULTS": "refusal:1.0"}
    run("generate", "fp_marcus_009", "--yes", "--wait", code=1)
    fill(database, "fp_marcus_002")
    fill_around(database)
    said = {
        " ".join(words): run(*words)
        for words in (("chunks", "list"), ("chunks", "show", "c1"), ("jobs", "list"), ("jobs", "show", "1"),
                      ("templates", "list"), ("views", "list"), ("import", "list"), ("coverage",), ("quality",),
                      ("status",), ("show", "fp_marcus_009"), ("log", "fp_marcus_009"), ("audit",), ("plan", "list"))
    }  # fmt: skip
    terminal = Terminal(
        [brightrun, "--view", "id:fp_marcus_002,fp_marcus_009,fp_hostile_900"], environment, home, *size
    )
    screens: dict[str, list[str]] = {}
    try:
        terminal.see("1 to 3 of 3")
        for keys in ROUNDS if size[0] == 80 else ROUNDS[:8]:  # wide, the screens; their dialogs are the same
            for key in keys:
                terminal.press(key)
                screens.setdefault(keys[0], []).append(terminal.screen)
    finally:
        terminal.close()
    assert_harmless(terminal.bytes)
    for command, data in said.items():
        assert_harmless(data)
        assert b"\x1b" not in data, command
    for shown in screens.values():
        for screen in shown:
            assert len(screen.splitlines()) == size[1]
            assert "Traceback" not in screen
            assert "Error" not in screen
    for key in "KTJIV":
        assert any("renamed" in screen for screen in screens[key]), f"{key} shows the text to be read"
