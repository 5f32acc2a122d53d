"""Full depth from the command line: by order, by setting, and added later to rows that have their dialogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess

    from tests.core.cli.conftest import Cli

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.slow
def test_what_was_written_as_dialogue_is_annotated_later_and_then_exports_as_a_seed_file(
    program: Program, tmp_path: Path
) -> None:
    database = ["--db", str(tmp_path / "all.db"), "--simulate"]
    program(*database, "init")
    program(*database, "generate", "fp_marcus_007", "--yes", "--wait")
    annotated = program(*database, "generate", "--annotate", "--all", "--yes", "--wait")
    assert annotated.returncode == 0, annotated.stderr
    assert "depth: full, every turn annotated" in annotated.stderr
    shown = json.loads(program(*database, "show", "fp_marcus_007", "--quality", "--json").stdout)
    assert "36 of 36 sentences" in json.dumps(shown)
    again = program(*database, "generate", "--annotate", "--all", "--yes", "--wait")
    assert (again.returncode, "every row that brightrun wrote is annotated" in again.stderr) == (0, True)
    program(*database, "review", "fp_marcus_007", "--approve")
    out = tmp_path / "out"
    program(
        *database, "export", "--format", "seed-json", "--where", "fp_marcus_007", "--include-simulated", "--out", out
    )
    (file,) = out.rglob("fp_marcus_007*.json")
    checked = program("check", file)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_annotating_at_depth_dialogue_is_a_contradiction(on: Cli) -> None:
    result = on("generate", "fp_marcus_007", "--annotate", "--depth", "dialogue", "--yes")
    assert (result.code, "--annotate adds what depth dialogue leaves out" in result.err) == (2, True)
