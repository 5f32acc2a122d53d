"""Texts from outside that try to command the terminal: they are shown, and never obeyed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from terminals import Looker, Terminal

CLIPBOARD = "\x1b]52;c;SGFja2Vk\x07"
MOVE = "\x1b[5;7HMOVED"
TITLE = "\x1b]0;renamed\x1b\\"
C1 = "\x9b31mC1\x9d52;c;SGFja2Vk\x9c"
NUL = "nul\x00here\x08\x7f\r\x0e"
MARKUP = "[/] [type=x, v={'a[0]'}] [bold]loud[/bold] [@click=app.quit]click[/]"
RTL = "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"
ZERO_WIDTH = "a\u200bb\u200dc\ufeffd\u2066e\u2069"
EMOJI = "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \U0001f44d\U0001f3fd e\u0301 \u4f60\u597d"
LONG = "0123456789" * 10_000
ALL = " ".join((CLIPBOARD, MOVE, TITLE, C1, MARKUP, RTL, ZERO_WIDTH, EMOJI))


def write(file: Path) -> None:
    """A seed file of one conversation with all of it in every place that is shown."""
    turns = (f"I say {ALL} and no more.", LONG), (LONG, f"You said {ALL}. Shall we go on?"), (f"I {NUL}", f"You {NUL}")
    pairs = [
        {
            "id": f"fp_hostile_900_turn{number}",
            "conversation_id": "fp_hostile_900",
            "turn_number": number,
            "conversation_metadata": {"client_persona": f"Eve {ALL}", "session_context": ALL, "topic": ALL},
            "system_prompt": f"You are {ALL}",
            "conversation_history": [],
            "current_user_input": user,
            "emotional_context": {
                "detected_emotions": {"primary": f"shame {ALL}", "intensity": 0.5, "valence": ALL},
                "emotional_indicators": {f"kind {ALL}": [ALL]},
            },
            "response_strategy": {"primary_strategy": ALL, "pacing": ALL},
            "target_response": advisor,
            "response_breakdown": {"sentences": [{"sentence_number": 1, "text": ALL, "function": ALL}]},
            "training_metadata": {"quality_score": 5, "human_reviewed": True, "reviewer_notes": ALL},
        }
        for number, (user, advisor) in enumerate(turns, 1)
    ]
    file.write_text(json.dumps({"dataset_metadata": {"dataset_name": ALL}, "training_pairs": pairs}), encoding="utf-8")


def assert_harmless(data: bytes) -> None:
    """No command of the text is among the bytes for the terminal."""
    titles_and_clipboard = re.findall(rb"\x1b\][^\x07\x1b]*", data)
    assert [osc for osc in titles_and_clipboard if b"52;" in osc or b"renamed" in osc] == []
    assert b"\x1b[5;7HMOVED" not in data
    assert b"\x00" not in data
    assert not [c for c in data.decode("utf-8", "replace") if "\x80" <= c <= "\x9f"], "no C1 control"


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
