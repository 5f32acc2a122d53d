"""A new person in a real terminal: practise, order everything, lose the line in the middle, come back, export."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from terminals import Looker, Terminal, Tmux, order_all_practice, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: there is no terminal to kill"),
]


def test_a_lost_line_loses_nothing(brightrun: str, environment: dict[str, str], home: Path, database: Path) -> None:
    tmux = Tmux(f"brightrun-{home.parent.name}-{time.monotonic_ns()}", environment, home)
    look = Looker(database)
    try:
        order_all_practice(tmux, brightrun)
        tmux.see("90 rows ordered")
        wait_for(lambda: look.count("generated") >= 8, "the first conversations")
        tmux.press("/")
        tmux.type("is:to_review")
        tmux.see("Keep")
        tmux.see("of 100\n")
        wait_for(lambda: "to review" in tmux.screen.splitlines()[4], f"a row to review in {tmux.screen}")
        tmux.press("Enter")
        tmux.see("is:to_review ✕")
        for approved in (11, 12, 13):
            tmux.press("a")
            wait_for(lambda approved=approved: look.count("approved") == approved, f"approval {approved}")
        assert look.count("generated") + look.count("approved") < 100, "it is in the middle"
        tmux.kill()  # SIGHUP at once, in the middle of everything
        wait_for(lambda: look.one("SELECT status FROM generation_jobs") == "completed", "the end of the job", 300)
        look.check()
        assert (look.count("generated"), look.count("approved")) == (87, 13)
        made = "SELECT count(*) FROM conversations WHERE generation_method = 'simulated' AND turn_count > 0"
        assert look.one(made) == 90
        assert look.one("SELECT count(*) FROM generation_logs WHERE error_class = ''") == 90
        tmux.start([brightrun])
        tmux.see("87")
        screen = tmux.see("0 to go")
        assert "SIMULATED" in screen.upper()
        assert "1 to 87 of 87" in screen, "the filter is still there"
        tmux.see("of what was begun")  # what ended while nobody looked is told once
        time.sleep(1.0)  # it opens by itself, so it takes no key in its first moments
        tmux.press("Enter")
        tmux.press("F")
        tmux.see("of 100")
        wait_for(lambda: _press(tmux, "E", "Export for training"), "the export dialog")  # once all is loaded
        time.sleep(0.3)
        tmux.press("Tab", "Tab", "Space")
        tmux.see("13 conversations")
        tmux.press("C-s")
        wait_for(lambda: list((home / "export").rglob("*.json")), "the export")
        tmux.press("q")
    finally:
        tmux.kill()
    texts = [path.read_text() for path in (home / "export").rglob("*.json")]
    assert sum(len(json.loads(text).get("training_pairs", [])) for text in texts) > 41
    assert any("simulated" in text for text in texts)
    assert database.stat().st_mode & 0o077 == 0


def test_a_killed_app_is_not_noticed_by_the_worker(
    brightrun: str, environment: dict[str, str], home: Path, database: Path
) -> None:
    look = Looker(database)
    slow = {**environment, "BRIGHTRUN_PROVIDER": "simulated", "BRIGHTRUN_SIMULATOR_PACE": "1"}
    first = Terminal([brightrun], slow, home)
    try:
        first.see("90 to go")
        first.settle(20)
        wait_for(lambda: _ordered(first), "the order")
        wait_for(lambda: look.count("generated") >= 3, "the first conversations")
    finally:
        first.close()  # SIGKILL
    worker = look.one("SELECT pid FROM workers WHERE stopped_at IS NULL")
    before = look.count("generated")
    again = Terminal([brightrun], slow, home)
    try:
        again.see("/90 ")
        at = again.screen.splitlines()[-2].split("/90")[0].strip()
        assert int(at) >= before, "the exact state, not an old one"
        assert look.one("SELECT pid FROM workers WHERE stopped_at IS NULL") == worker
        assert look.count("generated") < 80, "it was still in the middle"
        wait_for(lambda: _stopped(again, look), "the stop")
        look.check()
    finally:
        again.close()


def _ordered(terminal: Terminal) -> bool:
    """Whether all that remains is ordered; if not yet, do the next step of it."""
    terminal.settle(2)
    if "Generate all 90" in terminal.screen:
        terminal.press("y", seconds=2)
    elif "90 rows ordered" not in terminal.screen and "/90 " not in terminal.screen:
        terminal.press("A", seconds=2)
    return "90 rows ordered" in terminal.screen or "/90 " in terminal.screen


def _stopped(terminal: Terminal, look: Looker) -> bool:
    """Whether the job is over; if not, press the key once more, which the app obeys when it has loaded all."""
    if look.one("SELECT status FROM generation_jobs") != "cancelled":
        terminal.press("s", seconds=2)
    return look.one("SELECT status FROM generation_jobs") == "cancelled"


def _press(tmux: Tmux, key: str, text: str) -> bool:
    """Whether a text is on the screen; if not yet, press the key and look a moment later."""
    if text not in tmux.screen:
        tmux.press(key)
        time.sleep(0.5)
    return text in tmux.screen
