"""A wheel in an environment of its own, as a new person installs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from terminals import Looker, Terminal

from core.version import VERSION

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_installed_program_starts(environment: dict[str, str], home: Path, database: Path) -> None:
    venv = home / "venv"
    environment |= {"BRIGHTRUN_PROVIDER": "simulated"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done

    run(sys.executable, "-m", "venv", str(venv))
    constraints = str(REPOSITORY / "constraints.txt")
    run(str(venv / "bin" / "pip"), "install", "--quiet", "-c", constraints, str(REPOSITORY))
    program = str(venv / "bin" / "brightrun")
    assert VERSION in run(program, "--version").stdout
    where = run(str(venv / "bin" / "python"), "-c", "import core.cli, tui.app; print(core.cli.__file__)").stdout
    assert where.startswith(str(venv)), "the installed code runs, not the repository's"
    run(program, "init")
    assert database.exists()
    terminal = Terminal([program], environment, home)
    try:
        screen = terminal.see("90 to go")
        assert "Marcus" in screen
        terminal.press("q")
    finally:
        terminal.close()
    look = Looker(database)
    first = look.one("SELECT conversation_id FROM conversations WHERE status = 'planned' ORDER BY number")
    run(program, "generate", first, "--yes", "--wait")
    assert look.count("generated") == 1, "the worker runs from the wheel, too"
