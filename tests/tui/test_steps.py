"""What a worker is given may be over before it began."""

from __future__ import annotations

import ast
import gc
from pathlib import Path

from driving import Opened

import tui
from tui.steps import Steps


async def test_nobody_complains_of_work_that_the_end_of_the_app_overtook(opened: Opened) -> None:
    async with opened((160, 48)) as (app, _):
        app.main.read_facets()
        app.workers.cancel_all()
    gc.collect()  # a coroutine that was never awaited fails this test here


def test_all_work_of_the_screens_can_be_overtaken() -> None:
    calls = [
        (file.name, call.lineno, call.args[0])
        for file in Path(tui.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "run_worker"
    ]
    assert len(calls) > 10
    for name, line, given in calls:
        if name != "bound.py":  # a command, which somebody has just asked for
            assert isinstance(given, ast.Call) and isinstance(given.func, ast.Name), (name, line)
            assert given.func.id == Steps.__name__, (name, line)
